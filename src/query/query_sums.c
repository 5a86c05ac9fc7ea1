/* Runs of values into sums.
 *
 * Value i goes to lane i % 8, each lane a sum of its own with what it rounded off, and the lanes
 * are added up at the end in their order: the same result however many lanes the processor does at
 * once. The compiler makes the loop for each of the instruction sets that GARCO__CLONES names;
 * which one is used is found out when the program starts. SPDX-License-Identifier: Apache-2.0 */
#include "query/query_sums.h"

#include <string.h>

#include "base/clones.h"

#define LANES 8

typedef struct lanes
{
  double high[LANES], low[LANES]; /* the sum */
  double min[LANES], max[LANES];
  int64_t count[LANES];
} lanes;

static void
lanes_clear (lanes *l)
{
  memset (l, 0, sizeof *l);
  for (size_t i = 0; i < LANES; i++)
  {
    l->min[i] = INFINITY;
    l->max[i] = -INFINITY;
  }
}

/* Eight numbers as the compiler's vector extension has them; it splits them where the processor's
 * vectors are smaller. A comparison gives all bits or none. */
typedef double vector __attribute__ ((vector_size (LANES * sizeof (double))));
typedef int64_t mask __attribute__ ((vector_size (LANES * sizeof (int64_t))));

#define CHOOSE(m, a, b) ((vector)(((m) & (mask)(a)) | (~(m) & (mask)(b))))

/* `count` is a multiple of LANES. A NaN counts nothing and adds 0; comparisons with it are false.
 */
GARCO__CLONES static void
lanes_add (lanes *l, const double *values, size_t count)
{
  vector high, low, min, max, x;
  const vector zero = {0};
  mask counted;
  memcpy (&high, l->high, sizeof high);
  memcpy (&low, l->low, sizeof low);
  memcpy (&min, l->min, sizeof min);
  memcpy (&max, l->max, sizeof max);
  memcpy (&counted, l->count, sizeof counted);
  for (size_t at = 0; at < count; at += LANES)
  {
    memcpy (&x, values + at, sizeof x);
    mask good = x == x;
    min = CHOOSE (x < min, x, min);
    max = CHOOSE (x > max, x, max);
    counted -= good;
    x = CHOOSE (good, x, zero);
    vector total = high + x, back = total - high;
    vector lost = (high - (total - back)) + (x - back);
    low += CHOOSE (lost == lost, lost, zero);
    high = total;
  }
  memcpy (l->high, &high, sizeof high);
  memcpy (l->low, &low, sizeof low);
  memcpy (l->min, &min, sizeof min);
  memcpy (l->max, &max, sizeof max);
  memcpy (l->count, &counted, sizeof counted);
}

static void
lanes_add_plain (lanes *l, const double *values, size_t count)
{
  for (size_t at = 0; at < count; at++)
  {
    garco__sums one = GARCO__SUMS_EMPTY;
    size_t i = at % LANES;
    one.sum = (garco__wide){l->high[i], l->low[i]};
    garco__sums_add (&one, GARCO__NEEDS_SUM, values[at]);
    l->high[i] = one.sum.high;
    l->low[i] = one.sum.low;
    l->count[i] += one.count;
    l->min[i] = one.min < l->min[i] ? one.min : l->min[i];
    l->max[i] = one.max > l->max[i] ? one.max : l->max[i];
  }
}

static void
lanes_merge (const lanes *l, garco__sums *s)
{
  for (size_t i = 0; i < LANES; i++)
  {
    const garco__sums lane = {
        l->count[i], {l->high[i], l->low[i]}, {0, 0}, l->min[i], l->max[i], 0, 0};
    garco__sums_merge (s, &lane);
  }
}

static void
add_squares (garco__sums *s, const double *values, size_t count)
{
  garco__sums squares = GARCO__SUMS_EMPTY;
  for (size_t i = 0; i < count; i++)
    garco__sums_add (&squares, GARCO__NEEDS_SQUARES, values[i]);
  garco__wide_add (&s->squares, squares.squares.high);
  s->squares.low += squares.squares.low;
}

static void
add_run (garco__sums *s, unsigned needs, const double *values, size_t count,
         void (*add) (lanes *, const double *, size_t))
{
  lanes l;
  double rest[LANES];
  size_t whole = count / LANES * LANES;
  if (count < LANES) /* each value is a lane, and is added as such */
  {
    for (size_t i = 0; i < count; i++)
      garco__sums_add (s, needs & ~GARCO__NEEDS_SQUARES, values[i]);
    if (needs & GARCO__NEEDS_SQUARES)
      add_squares (s, values, count);
    return;
  }
  lanes_clear (&l);
  add (&l, values, whole);
  if (whole < count)
  {
    for (size_t i = 0; i < LANES; i++)
      rest[i] = whole + i < count ? values[whole + i] : NAN;
    add (&l, rest, LANES);
  }
  lanes_merge (&l, s);
  if (needs & GARCO__NEEDS_SQUARES)
    add_squares (s, values, count);
}

void
garco__sums_add_run (garco__sums *s, unsigned needs, const double *values, size_t count)
{
  add_run (s, needs, values, count, lanes_add);
}

void
garco__sums_add_run_plain (garco__sums *s, unsigned needs, const double *values, size_t count)
{
  add_run (s, needs, values, count, lanes_add_plain);
}
