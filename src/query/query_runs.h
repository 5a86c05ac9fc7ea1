/* Runs of cells of one tile: which are selected, and what they have in common.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_RUNS_H
#define GARCO_QUERY_RUNS_H

#include "arco/array_scan.h"
#include "base/buffer.h"
#include "query/query_columns.h"

/* Cells [from, to) of a tile, whose keys are these as far as they are grouped by. */
typedef struct garco__run
{
  uint64_t from, to;
  int64_t keys[GARCO__KEY_COUNT];
  bool uncut; /* by the dimension whose borders made it (query_borders.h) */
} garco__run;

/* Closed ranges of a dimension's values, rising and apart. */
typedef struct garco__value_ranges
{
  bool given; /* else all */
  size_t count;
  const int64_t *bounds; /* low, high, low, high ... */
} garco__value_ranges;

/* How one dimension cuts runs. */
typedef struct garco__cut
{
  garco_datatype type; /* an integer */
  const void *values;  /* of the tile's cells, as far as the runs go */
  garco__value_ranges ranges;
  int key;        /* that the values are grouped by; -1: none, they select alone */
  int64_t bucket; /* length of the groups' spans from 0 on; 1: each value a group */
  size_t most;    /* runs that there may be; 0: any */
  bool rest;      /* runs that are not `uncut` stay as they are */
} garco__cut;

/* Runs in `runs` (garco__run each, rising) are cut into those of one group within the ranges, which
 * become `out`, emptied first. Of a bucket the run's key is the first value. GARCO_AGAIN where they
 * are more than the cut allows. */
garco_status garco__runs_cut (const garco__cut *cut, const garco__buffer *runs, garco__buffer *out,
                              garco_error *error);
/* Appends a run, or lengthens the last where it goes on alike. */
garco_status garco__runs_put (garco__buffer *out, const garco__run *run, garco_error *error);
/* The first value of the group that a value is in. */
int64_t garco__bucket_start (int64_t bucket, int64_t value);
/* The same for a dimension of any type that selects alone. */
garco_status garco__runs_select (garco_datatype type, const void *values,
                                 const garco__key_ranges *ranges, const garco__buffer *runs,
                                 garco__buffer *out, garco_error *error);
/* Opens the column of a tile's field and unpacks what the runs need of it. */
garco_status garco__runs_read (garco__tile_reader *reader, garco__fragment *fragment, size_t field,
                               uint64_t tile, const garco__buffer *runs, garco__tile_column *column,
                               garco_error *error);
/* The same for those of the runs that are `uncut`, if there are. */
garco_status garco__runs_read_rest (garco__tile_reader *reader, garco__fragment *fragment,
                                    size_t field, uint64_t tile, const garco__buffer *runs,
                                    garco__tile_column *column, garco_error *error);
/* A key as the value of an integer type. */
int64_t garco__value_of_key (garco_datatype type, uint64_t key);

#endif
