/* Statistics of tiles.
 *
 * Sums of floats are doubles, added one after the other; sums of integers stop at the ends of their
 * range. The comparisons are written so that a NaN replaces what was before it and is replaced by
 * what follows, as other writers have it: with a NaN in a tile its minimum and maximum mean
 * nothing, and its sum, NaN, says so.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/tile_stats.h"

#include <string.h>

#include "arco/datatype.h"

static void
add_signed (int64_t *sum, int64_t value)
{
  if (__builtin_add_overflow (*sum, value, sum))
    *sum = value > 0 ? INT64_MAX : INT64_MIN;
}

static void
add_unsigned (uint64_t *sum, uint64_t value)
{
  if (__builtin_add_overflow (*sum, value, sum))
    *sum = UINT64_MAX;
}

static void
add_float (double *sum, double value)
{
  *sum += value;
}

#define STATS_OF(T, S, add)                                                                        \
  do                                                                                               \
  {                                                                                                \
    const T *v = values;                                                                           \
    T low, high;                                                                                   \
    S sum;                                                                                         \
    bool first = stats->empty;                                                                     \
    memcpy (&low, stats->min, sizeof low);                                                         \
    memcpy (&high, stats->max, sizeof high);                                                       \
    memcpy (&sum, stats->sum, sizeof sum);                                                         \
    for (size_t i = 0; i < count; i++)                                                             \
    {                                                                                              \
      if (validity != NULL && validity[i] == 0)                                                    \
      {                                                                                            \
        stats->nulls++;                                                                            \
        continue;                                                                                  \
      }                                                                                            \
      low = !first && low < v[i] ? low : v[i];                                                     \
      high = !first && v[i] < high ? high : v[i];                                                  \
      first = false;                                                                               \
      add (&sum, v[i]);                                                                            \
    }                                                                                              \
    stats->empty = first;                                                                          \
    memcpy (stats->min, &low, sizeof low);                                                         \
    memcpy (stats->max, &high, sizeof high);                                                       \
    memcpy (stats->sum, &sum, sizeof sum);                                                         \
  } while (0)

void
garco__tile_stats_add (garco_datatype type, const void *values, const uint8_t *validity,
                       size_t count, garco__tile_stats *stats)
{
  bool is_signed = garco__datatype_number (type) == GARCO__NUMBER_SIGNED;
  if (type == GARCO_FLOAT64)
    STATS_OF (double, double, add_float);
  else if (type == GARCO_FLOAT32)
    STATS_OF (float, double, add_float);
  else
    switch (garco_datatype_size (type) * 2 + is_signed)
    {
    case 2:
      STATS_OF (uint8_t, uint64_t, add_unsigned);
      break;
    case 3:
      STATS_OF (int8_t, int64_t, add_signed);
      break;
    case 4:
      STATS_OF (uint16_t, uint64_t, add_unsigned);
      break;
    case 5:
      STATS_OF (int16_t, int64_t, add_signed);
      break;
    case 8:
      STATS_OF (uint32_t, uint64_t, add_unsigned);
      break;
    case 9:
      STATS_OF (int32_t, int64_t, add_signed);
      break;
    case 16:
      STATS_OF (uint64_t, uint64_t, add_unsigned);
      break;
    default:
      STATS_OF (int64_t, int64_t, add_signed);
    }
}

void
garco__tile_stats_of (garco_datatype type, const void *values, const uint8_t *validity,
                      size_t count, garco__tile_stats *stats)
{
  *stats = GARCO__TILE_STATS_NONE;
  garco__tile_stats_add (type, values, validity, count, stats);
}

void
garco__tile_text_of (size_t size, const uint8_t *cells, const uint8_t *validity, size_t count,
                     garco__tile_stats *stats, uint8_t *bounds)
{
  int64_t sum = 0;
  *stats = GARCO__TILE_STATS_NONE;
  for (size_t i = 0; i < count; i++)
  {
    const uint8_t *cell = cells + i * size;
    if (validity != NULL && validity[i] == 0)
    {
      stats->nulls++;
      continue;
    }
    if (bounds != NULL && (stats->empty || memcmp (cell, bounds, size) < 0))
      memcpy (bounds, cell, size);
    if (bounds != NULL && (stats->empty || memcmp (cell, bounds + size, size) > 0))
      memcpy (bounds + size, cell, size);
    stats->empty = false;
    if (bounds != NULL && size == 1)
      add_signed (&sum, (int8_t)cell[0]);
  }
  memcpy (stats->sum, &sum, sizeof sum);
}

static void
join_sums (garco_datatype type, uint8_t sum[8], const uint8_t more[8])
{
  garco__number number = garco__datatype_number (type);
  if (number == GARCO__NUMBER_FLOAT)
  {
    double a, b;
    memcpy (&a, sum, sizeof a);
    memcpy (&b, more, sizeof b);
    add_float (&a, b);
    memcpy (sum, &a, sizeof a);
  }
  else if (number == GARCO__NUMBER_SIGNED)
  {
    int64_t a, b;
    memcpy (&a, sum, sizeof a);
    memcpy (&b, more, sizeof b);
    add_signed (&a, b);
    memcpy (sum, &a, sizeof a);
  }
  else
  {
    uint64_t a, b;
    memcpy (&a, sum, sizeof a);
    memcpy (&b, more, sizeof b);
    add_unsigned (&a, b);
    memcpy (sum, &a, sizeof a);
  }
}

/* The lower or the higher of two values, as a tile of the two has it. */
static void
join_bounds (garco_datatype type, uint8_t bound[8], const uint8_t more[8], bool higher)
{
  _Alignas(8) uint8_t pair[16];
  garco__tile_stats both;
  size_t size = garco_datatype_size (type);
  memcpy (pair, bound, size);
  memcpy (pair + size, more, size);
  garco__tile_stats_of (type, pair, NULL, 2, &both);
  memcpy (bound, higher ? both.max : both.min, 8);
}

void
garco__tile_stats_join (garco_datatype type, const garco__tile_stats *tiles, size_t count,
                        garco__tile_stats *stats)
{
  memset (stats, 0, sizeof *stats);
  stats->empty = true;
  for (size_t i = 0; i < count; i++)
  {
    stats->nulls += tiles[i].nulls;
    if (tiles[i].empty)
      continue;
    if (stats->empty)
    {
      memcpy (stats->min, tiles[i].min, 8);
      memcpy (stats->max, tiles[i].max, 8);
    }
    join_bounds (type, stats->min, tiles[i].min, false);
    join_bounds (type, stats->max, tiles[i].max, true);
    join_sums (type, stats->sum, tiles[i].sum);
    stats->empty = false;
  }
}
