/* One unit: settled tiles whose rows come before all others' and after all others'.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_UNIT_H
#define GARCO_QUERY_UNIT_H

#include "arco/array_scan.h"
#include "query/query_repeats.h"

/* One column of a unit's rows. */
typedef struct garco__unit_column
{
  garco__buffer values, validity;
} garco__unit_column;

/* Rows made of tiles [first, first + count) of a scan. */
typedef struct garco__unit
{
  size_t first, count;
  bool direct;   /* else the scan makes them in its windows */
  bool given_up; /* they turned out to be too many at once, and are made in passes */
  bool passing;  /* only the rows from `from` to `to` are wanted: keys of the first dimension */
  uint64_t from, to;
  enum
  {
    GARCO__UNIT_WAITS,
    GARCO__UNIT_TAKEN,
    GARCO__UNIT_READY
  } state;
  uint64_t bytes; /* that it may take, then that it takes */
  garco_status status;
  garco_error error;
  size_t nskipped; /* corrupt tiles */
  garco_error *skipped;
  size_t rows;
  garco__unit_column *columns; /* one a output of the scan */
} garco__unit;

/* What a thread makes units with; it keeps its memory. */
typedef struct garco__unit_worker
{
  garco__tile_reader reader;
  garco__tile_column column;
  garco__repeats repeats;
  garco__buffer runs, other, keys, chunk, order, scratch, other_order;
  garco__packing *packing; /* of each dimension */
} garco__unit_worker;

garco_status garco__unit_worker_new (const garco_scan *scan, garco__unit_worker **worker,
                                     garco_error *error);
void garco__unit_worker_free (garco__unit_worker **worker);

/* True where the unit's coordinates fit into one word, so that garco__unit_fill can sort it. */
bool garco__unit_fits_word (const garco_scan *scan, const garco__unit *unit);
/* Bytes that a worker needs for a tile of this many cells, beside the rows. */
uint64_t garco__unit_scratch (const garco_scan *scan, uint64_t cells);
/* How many rows the unit has, without reading them but, with skip_corrupt, to find its corrupt
 * tiles, which are left out from then on. */
garco_status garco__unit_count (garco_scan *scan, garco__unit_worker *worker, garco__unit *unit,
                                bool skip_corrupt, uint64_t *rows, garco_error *error);
/* What of the memory a row takes while it is made, at most. */
uint64_t garco__unit_row_bytes (const garco_scan *scan);
/* Reads the unit's rows and sorts them. Its status and error are the unit's own. A unit that takes
 * more than `most` bytes is given up, and has no rows. */
void garco__unit_fill (garco_scan *scan, garco__unit_worker *worker, garco__unit *unit,
                       uint64_t most, bool skip_corrupt);
void garco__unit_clear (const garco_scan *scan, garco__unit *unit);

#endif
