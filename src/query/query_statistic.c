/* Statistics: what they are made of, and their names, both ways.
 *
 * A new statistic is one row in the table: its name, what must be gathered for it, and how it comes
 * from what was gathered, where that is sums alone.
 *
 *   q05 q5 q100    per cent: digits alone
 *   q0.05 q1.      a fraction: a 0 or 1, a point, digits
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_statistic.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define MOST_DIGITS 16

static inline double
wide_value (const garco__wide *sum)
{
  return isfinite (sum->high) ? sum->high + sum->low : sum->high;
}

/* ---------------------------------------------------------------- the statistics */

static double
mean_of (const garco__sums *s)
{
  return s->count > 0 ? wide_value (&s->sum) / (double)s->count : NAN;
}

static double
sum_of (const garco__sums *s)
{
  return s->count > 0 ? wide_value (&s->sum) : 0;
}

static double
min_of (const garco__sums *s)
{
  return s->count > 0 ? s->min : NAN;
}

static double
max_of (const garco__sums *s)
{
  return s->count > 0 ? s->max : NAN;
}

/* n * squares - sum^2, then / (n * (n - 1)); exact products keep what cancels. */
static double
std_of (const garco__sums *s)
{
  double n = (double)s->count;
  if (s->count < 2)
    return NAN;
  double total = s->sum.high + s->sum.low;
  double rest = s->sum.low - (total - s->sum.high);
  double whole = s->squares.high + s->squares.low;
  double left = s->squares.low - (whole - s->squares.high);
  garco__wide a = garco__exact_product (n, whole), b = garco__exact_product (total, total);
  double spread = (a.high - b.high) + (a.low - b.low) + n * left - 2 * total * rest;
  return spread > 0 ? sqrt (spread / n / (n - 1)) : isnan (spread) ? NAN : 0;
}

static const struct
{
  const char *name;
  unsigned needs;
  double (*value) (const garco__sums *);
} table[GARCO_AGGREGATE_COUNT] = {
    [GARCO_COUNT] = {"count", 0, NULL},
    [GARCO_MEAN] = {"mean", GARCO__NEEDS_SUM, mean_of},
    [GARCO_MIN] = {"min", GARCO__NEEDS_RANGE, min_of},
    [GARCO_MAX] = {"max", GARCO__NEEDS_RANGE, max_of},
    [GARCO_STD] = {"std", GARCO__NEEDS_SUM | GARCO__NEEDS_SQUARES, std_of},
    [GARCO_SUM] = {"sum", GARCO__NEEDS_SUM, sum_of},
    [GARCO_NAN] = {"nan", 0, NULL},
    [GARCO_FIRST] = {"first", GARCO__NEEDS_ENDS, NULL},
    [GARCO_LAST] = {"last", GARCO__NEEDS_ENDS, NULL},
    [GARCO_MEDIAN] = {"median", GARCO__NEEDS_VALUES, NULL},
    [GARCO_QUANTILE] = {"quantile", GARCO__NEEDS_VALUES, NULL},
};

const char *
garco_aggregate_name (garco_aggregate aggregate)
{
  return (unsigned)aggregate < GARCO_AGGREGATE_COUNT ? table[aggregate].name : "?";
}

double
garco__statistic_value (garco_aggregate aggregate, const garco__sums *sums)
{
  return table[aggregate].value (sums);
}

unsigned
garco__statistics_need (const garco_statistic *statistics, size_t count)
{
  unsigned needs = 0;
  for (size_t i = 0; i < count; i++)
    needs |= table[statistics[i].aggregate].needs;
  return needs;
}

/* ---------------------------------------------------------------- names */

/* The digits behind the point, as a number below one: the nearest double of the decimal. */
static bool
read_fraction (const char *text, double *fraction)
{
  int64_t digits = text[0] - '0';
  double scale = 1;
  size_t n = 2;
  if ((text[0] != '0' && text[0] != '1') || text[1] != '.')
    return false;
  for (; isdigit ((unsigned char)text[n]) && n < MOST_DIGITS; n++)
  {
    digits = digits * 10 + (text[n] - '0');
    scale *= 10;
  }
  *fraction = (double)digits / scale;
  return text[n] == '\0' && *fraction <= 1;
}

static bool
read_percent (const char *text, double *fraction)
{
  int percent = 0;
  size_t n = 0;
  for (; isdigit ((unsigned char)text[n]) && n < 3; n++)
    percent = percent * 10 + (text[n] - '0');
  *fraction = (double)percent / 100;
  return n > 0 && text[n] == '\0' && percent <= 100;
}

static garco_status
unknown (const char *text, garco_error *error)
{
  const char *names[GARCO_AGGREGATE_COUNT];
  char near[64];
  for (int i = 0; i < GARCO_QUANTILE; i++)
    names[i] = garco_aggregate_name ((garco_aggregate)i);
  garco_nearest_name (text, names, GARCO_QUANTILE, near, sizeof near);
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                      "unknown statistic \"%s\"%s: expected count, mean, min, max, std, sum, nan, "
                      "first, last, median or a quantile such as q05 or q0.05",
                      text, near);
}

garco_status
garco_statistic_parse (const char *text, garco_statistic *statistic, garco_error *error)
{
  for (int i = 0; i < GARCO_QUANTILE; i++)
    if (strcmp (garco_aggregate_name ((garco_aggregate)i), text) == 0)
    {
      *statistic = (garco_statistic){(garco_aggregate)i, 0};
      return GARCO_OK;
    }
  statistic->aggregate = GARCO_QUANTILE;
  if (text[0] == 'q' && (read_percent (text + 1, &statistic->quantile) ||
                         read_fraction (text + 1, &statistic->quantile)))
    return GARCO_OK;
  if (text[0] == 'q' && isdigit ((unsigned char)text[1]))
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "unknown quantile \"%s\": expected per cent from q0 to q100, or a "
                        "fraction from q0.0 to q1.0",
                        text);
  return unknown (text, error);
}

void
garco_statistic_name (const garco_statistic *statistic, char text[32])
{
  if (statistic->aggregate != GARCO_QUANTILE)
  {
    snprintf (text, 32, "%s", garco_aggregate_name (statistic->aggregate));
    return;
  }
  for (int percent = 0; percent <= 100; percent++)
    if (statistic->quantile == (double)percent / 100)
    {
      snprintf (text, 32, "q%02d", percent);
      return;
    }
  /* A fraction of few digits, whatever the program's locale. */
  long long digits = 0;
  int places = 1;
  for (double scale = 10; places < MOST_DIGITS - 1; places++, scale *= 10)
  {
    digits = (long long)(statistic->quantile * scale + 0.5);
    if ((double)digits / scale == statistic->quantile)
      break;
  }
  snprintf (text, 32, "q0.%0*lld", places, digits);
}
