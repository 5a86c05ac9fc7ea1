/* What is gathered of a field's values in one group: count, sums, the least and the most.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_SUMS_H
#define GARCO_QUERY_SUMS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* A number as two doubles: good to about 30 digits. */
typedef struct garco__wide
{
  double high, low;
} garco__wide;

typedef struct garco__sums
{
  int64_t count;
  garco__wide sum, squares;
  double min, max;
  double off, off_sum; /* how far an extreme, and the sum, may be from the values as read */
} garco__sums;

/* What of it is to be gathered. */
#define GARCO__NEEDS_SUM 1u
#define GARCO__NEEDS_SQUARES 2u
#define GARCO__NEEDS_RANGE 4u
#define GARCO__NEEDS_VALUES 8u /* all of them: query_values.h */
#define GARCO__NEEDS_ENDS 16u  /* the first and the last by time */

#define GARCO__SUMS_EMPTY ((garco__sums){0, {0, 0}, {0, 0}, INFINITY, -INFINITY, 0, 0})

/* sum + x, what is rounded off going to the low part. An infinity leaves no NaN behind. */
static inline void
garco__wide_add (garco__wide *sum, double x)
{
  double total = sum->high + x;
  double back = total - sum->high;
  double lost = (sum->high - (total - back)) + (x - back);
  sum->high = total;
  if (isfinite (lost))
    sum->low += lost;
}

/* The exact a * b as two doubles (Dekker); magnitudes above 1e150 are not split. */
static inline garco__wide
garco__exact_product (double a, double b)
{
  const double splitter = 134217729.0; /* 2^27 + 1 */
  garco__wide product = {a * b, 0};
  if (!(fabs (a) < 1e150 && fabs (b) < 1e150))
    return product;
  double ca = splitter * a, cb = splitter * b;
  double ah = ca - (ca - a), bh = cb - (cb - b);
  double al = a - ah, bl = b - bh;
  product.low = ((ah * bh - product.high) + ah * bl + al * bh) + al * bl;
  return product;
}

/* Adds one value; NaN is left out. */
static inline void
garco__sums_add (garco__sums *s, unsigned needs, double x)
{
  if (isnan (x))
    return;
  s->count++;
  if (needs & GARCO__NEEDS_SUM)
    garco__wide_add (&s->sum, x);
  if (needs & GARCO__NEEDS_SQUARES)
  {
    garco__wide square = garco__exact_product (x, x);
    garco__wide_add (&s->squares, square.high);
    s->squares.low += square.low;
  }
  s->min = x < s->min ? x : s->min;
  s->max = x > s->max ? x : s->max;
}

/* Adds many: several at once where the processor can. Sums differ from those of garco__sums_add in
 * the last of about 30 digits, whatever the processor in the same way. */
void garco__sums_add_run (garco__sums *s, unsigned needs, const double *values, size_t count);
/* The same in the plainest way, value by value of each lane: what the tests hold the other against.
 */
void garco__sums_add_run_plain (garco__sums *s, unsigned needs, const double *values, size_t count);

/* Adds what `from` has gathered. */
static inline void
garco__sums_merge (garco__sums *into, const garco__sums *from)
{
  into->count += from->count;
  garco__wide_add (&into->sum, from->sum.high);
  into->sum.low += from->sum.low;
  garco__wide_add (&into->squares, from->squares.high);
  into->squares.low += from->squares.low;
  into->min = from->min < into->min ? from->min : into->min;
  into->max = from->max > into->max ? from->max : into->max;
  into->off = from->off > into->off ? from->off : into->off;
  into->off_sum += from->off_sum;
}

#endif
