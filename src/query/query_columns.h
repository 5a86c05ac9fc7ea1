/* What queries know of columns: the four keys by all their names, and values of any numeric type as
 * int64 or double.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_COLUMNS_H
#define GARCO_QUERY_COLUMNS_H

#include "garco.h"

/* The keys of an observation, in the order of the columns. */
typedef enum garco__key
{
  GARCO__TIME,
  GARCO__SYS,
  GARCO__SAT,
  GARCO__OBS,
  GARCO__KEY_COUNT
} garco__key;

/* The key that a column of this name holds ("constell" is sys, "obs_code" is obs), or -1. */
int garco__key_of_name (const char *name);
/* "time", "sys", "sat", "obs". */
const char *garco__key_name (garco__key key);

/* Integers, dates and times of day; true for all that garco__column_int64 takes. */
bool garco__type_is_integer (garco_datatype type);
bool garco__type_is_date (garco_datatype type); /* or of times of day: integers as well */
/* Integers, floats, dates, times of day, booleans. */
bool garco__type_is_number (garco_datatype type);

/* Rows `from` .. `from + count` as int64 (uint64 above INT64_MAX as INT64_MAX) or as double. The
 * column's type is one of the above, its width is 1. */
void garco__column_int64 (const garco_column *column, int64_t from, size_t count, int64_t *out);
void garco__column_double (const garco_column *column, int64_t from, size_t count, double *out);

/* How a time column counts: one of its units is `numerator` / `denominator` ms. Plain integers are
 * ms. False for months and years, whose length varies, and for what is no time. */
bool garco__time_unit (garco_datatype type, int64_t *numerator, int64_t *denominator);
/* The first value of the column's unit that is not before `ms`; saturates. */
int64_t garco__time_from_ms (int64_t ms, int64_t numerator, int64_t denominator);
/* The millisecond that a value lies in; saturates. */
int64_t garco__time_to_ms (int64_t value, int64_t numerator, int64_t denominator);

#endif
