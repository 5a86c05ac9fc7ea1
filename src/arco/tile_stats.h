/* Minimum, maximum, sum and nulls of a tile, by the formulas that other readers trust.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_TILE_STATS_H
#define GARCO_ARCO_TILE_STATS_H

#include "garco.h"

typedef struct garco__tile_stats
{
  uint8_t min[8], max[8]; /* in the field's type */
  uint8_t sum[8];         /* int64, uint64 or double */
  uint64_t nulls;
  bool empty; /* all of them null */
  bool full;  /* the sum went beyond its range, and stays at the end */
} garco__tile_stats;

#define GARCO__TILE_STATS_NONE                                                                     \
  (garco__tile_stats) { .empty = true }

/* Of `count` > 0 values of a number type; `validity` (nullable) has a byte a value. */
void garco__tile_stats_of (garco_datatype type, const void *values, const uint8_t *validity,
                           size_t count, garco__tile_stats *stats);
/* The same with these values behind those that `stats`, first GARCO__TILE_STATS_NONE, is of. */
void garco__tile_stats_add (garco_datatype type, const void *values, const uint8_t *validity,
                            size_t count, garco__tile_stats *stats);
/* The same of cells that are no numbers, of `size` bytes: nulls, the sum of single characters, and,
 * where `bounds` is not NULL, lowest and highest cell by their bytes into it. */
void garco__tile_text_add (size_t size, const uint8_t *cells, const uint8_t *validity, size_t count,
                           garco__tile_stats *stats, uint8_t *bounds);
/* What a fragment's statistics are: those of its tiles, one after the other. */
void garco__tile_stats_join (garco_datatype type, const garco__tile_stats *tiles, size_t count,
                             garco__tile_stats *stats);

#endif
