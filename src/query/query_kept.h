/* Which cells of a tile meet a condition.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_KEPT_H
#define GARCO_QUERY_KEPT_H

#include "query/query_array.h"
#include "query/query_runs.h"

/* The columns that the condition looks at, open for one tile, and what came of it; memory stays
 * from tile to tile. Zero-initialise. */
typedef struct garco__kept
{
  size_t count;
  garco__tile_column *values, *validity; /* of each field that the condition looks at */
  garco__column_room *rooms;             /* of keys whose numbers are garco's */
  garco_column *columns;                 /* what it is given */
  garco__buffer keep;                    /* a byte a cell of the runs: 1 where it holds */
} garco__kept;

/* Whether a condition can be tried tile by tile: it looks at numbers, which the fragments of the
 * scan's tiles have as they are now, or not at all. True without a condition. */
bool garco__kept_is_possible (const garco__array_rows *bound);
/* Whether it looks at a field of the array's schema. */
bool garco__kept_reads (const garco__array_rows *bound, size_t field);
/* Bytes of memory that trying it takes for each of a tile's cells. */
uint64_t garco__kept_cell_bytes (const garco__array_rows *bound);
/* Tries the condition on the runs' cells (garco__run each) of a tile. */
garco_status garco__kept_find (const garco__array_rows *bound, garco__tile_reader *reader,
                               const garco__scan_tile *tile, const garco__buffer *runs,
                               garco__kept *kept, garco_error *error);
/* The open column of a field of the array's schema, or NULL where the condition does not look at
 * it; that of its validity likewise. */
garco__tile_column *garco__kept_column (const garco__array_rows *bound, garco__kept *kept,
                                        size_t field, garco__tile_column **validity);
/* How many of cells [from, to) are kept. */
uint64_t garco__kept_count (const garco__kept *kept, uint64_t from, uint64_t to);
void garco__kept_free (garco__kept *kept);

#endif
