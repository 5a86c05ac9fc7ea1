/* Statistics of tiles.
 *
 * Sums of floats are doubles, added one after the other; a sum that would go beyond its range stays
 * at the range's end, whatever follows. The comparisons begin with the ends of the type's range,
 * and are written so that a NaN replaces what was before it and is replaced by what follows, as
 * other writers have it: with a NaN in a tile its minimum and maximum mean nothing, and its sum,
 * NaN or at an end, says so; infinities alone leave a minimum or maximum at the range's end.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/tile_stats.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "arco/datatype.h"

/* These say whether the sum went beyond its range: then it is at the end, to stay there. */
static bool
add_signed (int64_t *sum, int64_t value)
{
  if (!__builtin_add_overflow (*sum, value, sum))
    return false;
  *sum = value > 0 ? INT64_MAX : INT64_MIN;
  return true;
}

static bool
add_unsigned (uint64_t *sum, uint64_t value)
{
  if (!__builtin_add_overflow (*sum, value, sum))
    return false;
  *sum = UINT64_MAX;
  return true;
}

static bool
add_float (double *sum, double value)
{
  if ((*sum < 0) != (value < 0) || !(fabs (*sum) > DBL_MAX - fabs (value)))
  {
    *sum += value;
    return false;
  }
  *sum = *sum < 0 ? -DBL_MAX : DBL_MAX;
  return true;
}

/* ---- values of which no sum can go beyond its range
 *
 * Looked at a block at a time, before; then they are added without a look at each. */

#define BLOCK 512

static inline bool
fits_signed (int64_t sum)
{
  return sum > INT64_MIN / 2 && sum < INT64_MAX / 2;
}

static inline bool
fits_unsigned (uint64_t sum)
{
  return sum < UINT64_MAX / 2;
}

/* The bits of magnitudes rise as they do, and those of infinities and NaN are above all others. */
static inline bool
fits_double (double sum, const double *v)
{
  const double limit = DBL_MAX / (4 * BLOCK);
  uint64_t most = 0, bound;
  for (size_t i = 0; i < BLOCK; i++)
  {
    uint64_t bits;
    memcpy (&bits, &v[i], sizeof bits);
    bits &= INT64_MAX;
    most = bits > most ? bits : most;
  }
  memcpy (&bound, &limit, sizeof bound);
  return most < bound && fabs (sum) < DBL_MAX / 2;
}

static inline bool
fits_float (double sum, const float *v)
{
  const float limit = FLT_MAX;
  uint32_t most = 0, bound;
  for (size_t i = 0; i < BLOCK; i++)
  {
    uint32_t bits;
    memcpy (&bits, &v[i], sizeof bits);
    bits &= INT32_MAX;
    most = bits > most ? bits : most;
  }
  memcpy (&bound, &limit, sizeof bound);
  return most <= bound && fabs (sum) < DBL_MAX / 2;
}

#define STATS_OF(T, lowest, highest, S, add, fits)                                                 \
  do                                                                                               \
  {                                                                                                \
    const T *v = values;                                                                           \
    T low, high;                                                                                   \
    S sum;                                                                                         \
    bool empty = stats->empty, full = stats->full;                                                 \
    size_t i = 0;                                                                                  \
    memcpy (&low, stats->min, sizeof low);                                                         \
    memcpy (&high, stats->max, sizeof high);                                                       \
    low = empty ? highest : low;                                                                   \
    high = empty ? lowest : high;                                                                  \
    memcpy (&sum, stats->sum, sizeof sum);                                                         \
    for (; validity == NULL && !full && count - i >= BLOCK && (fits); i += BLOCK)                  \
    {                                                                                              \
      for (size_t k = i; k < i + BLOCK; k++)                                                       \
      {                                                                                            \
        low = low < v[k] ? low : v[k];                                                             \
        high = v[k] < high ? high : v[k];                                                          \
      }                                                                                            \
      for (size_t k = i; k < i + BLOCK; k++)                                                       \
        sum += (S)v[k];                                                                            \
      empty = false;                                                                               \
    }                                                                                              \
    for (; i < count; i++)                                                                         \
    {                                                                                              \
      if (validity != NULL && validity[i] == 0)                                                    \
      {                                                                                            \
        stats->nulls++;                                                                            \
        continue;                                                                                  \
      }                                                                                            \
      low = low < v[i] ? low : v[i];                                                               \
      high = v[i] < high ? high : v[i];                                                            \
      empty = false;                                                                               \
      full = full || add (&sum, v[i]);                                                             \
    }                                                                                              \
    stats->empty = empty;                                                                          \
    stats->full = full;                                                                            \
    if (!empty)                                                                                    \
    {                                                                                              \
      memcpy (stats->min, &low, sizeof low);                                                       \
      memcpy (stats->max, &high, sizeof high);                                                     \
    }                                                                                              \
    memcpy (stats->sum, &sum, sizeof sum);                                                         \
  } while (0)

void
garco__tile_stats_add (garco_datatype type, const void *values, const uint8_t *validity,
                       size_t count, garco__tile_stats *stats)
{
  bool is_signed = garco__datatype_number (type) == GARCO__NUMBER_SIGNED;
  if (type == GARCO_FLOAT64)
    STATS_OF (double, -DBL_MAX, DBL_MAX, double, add_float, fits_double (sum, v + i));
  else if (type == GARCO_FLOAT32)
    STATS_OF (float, -FLT_MAX, FLT_MAX, double, add_float, fits_float (sum, v + i));
  else
    switch (garco_datatype_size (type) * 2 + is_signed)
    {
    case 2:
      STATS_OF (uint8_t, 0, UINT8_MAX, uint64_t, add_unsigned, fits_unsigned (sum));
      break;
    case 3:
      STATS_OF (int8_t, INT8_MIN, INT8_MAX, int64_t, add_signed, fits_signed (sum));
      break;
    case 4:
      STATS_OF (uint16_t, 0, UINT16_MAX, uint64_t, add_unsigned, fits_unsigned (sum));
      break;
    case 5:
      STATS_OF (int16_t, INT16_MIN, INT16_MAX, int64_t, add_signed, fits_signed (sum));
      break;
    case 8:
      STATS_OF (uint32_t, 0, UINT32_MAX, uint64_t, add_unsigned, fits_unsigned (sum));
      break;
    case 9:
      STATS_OF (int32_t, INT32_MIN, INT32_MAX, int64_t, add_signed, fits_signed (sum));
      break;
    case 16:
      STATS_OF (uint64_t, 0, UINT64_MAX, uint64_t, add_unsigned, false);
      break;
    default:
      STATS_OF (int64_t, INT64_MIN, INT64_MAX, int64_t, add_signed, false);
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
garco__tile_text_add (size_t size, const uint8_t *cells, const uint8_t *validity, size_t count,
                      garco__tile_stats *stats, uint8_t *bounds)
{
  int64_t sum;
  memcpy (&sum, stats->sum, sizeof sum);
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

static bool
join_sums (garco_datatype type, uint8_t sum[8], const uint8_t more[8])
{
  bool full;
  garco__number number = garco__datatype_number (type);
  if (number == GARCO__NUMBER_FLOAT)
  {
    double a, b;
    memcpy (&a, sum, sizeof a);
    memcpy (&b, more, sizeof b);
    full = add_float (&a, b);
    memcpy (sum, &a, sizeof a);
  }
  else if (number == GARCO__NUMBER_SIGNED)
  {
    int64_t a, b;
    memcpy (&a, sum, sizeof a);
    memcpy (&b, more, sizeof b);
    full = add_signed (&a, b);
    memcpy (sum, &a, sizeof a);
  }
  else
  {
    uint64_t a, b;
    memcpy (&a, sum, sizeof a);
    memcpy (&b, more, sizeof b);
    full = add_unsigned (&a, b);
    memcpy (sum, &a, sizeof a);
  }
  return full;
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

/* The bounds of no value at all: where the comparisons begin. */
static void
put_ends (garco_datatype type, garco__tile_stats *stats)
{
  const double wide = DBL_MAX, wide_below = -DBL_MAX;
  const float narrow = FLT_MAX, narrow_below = -FLT_MAX;
  if (type == GARCO_FLOAT64)
  {
    memcpy (stats->min, &wide, sizeof wide);
    memcpy (stats->max, &wide_below, sizeof wide_below);
  }
  else if (type == GARCO_FLOAT32)
  {
    memcpy (stats->min, &narrow, sizeof narrow);
    memcpy (stats->max, &narrow_below, sizeof narrow_below);
  }
  else
  {
    size_t bits = 8 * garco_datatype_size (type);
    garco__order_value (type, bits == 64 ? UINT64_MAX : (UINT64_C (1) << bits) - 1, stats->min);
    garco__order_value (type, 0, stats->max);
  }
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
    stats->full = stats->full || join_sums (type, stats->sum, tiles[i].sum);
    stats->empty = false;
  }
  if (stats->empty)
    put_ends (type, stats);
}
