/* Names of keys, and numbers of any type.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_columns.h"

#include <string.h>

#include "base/civil_time.h"

static const struct
{
  const char *name;
  garco__key key;
} key_names[] = {{"time", GARCO__TIME},   {"sys", GARCO__SYS},    {"sat", GARCO__SAT},
                 {"obs", GARCO__OBS},     {"system", GARCO__SYS}, {"constell", GARCO__SYS},
                 {"obs_code", GARCO__OBS}};

int
garco__key_of_name (const char *name)
{
  for (size_t i = 0; i < sizeof key_names / sizeof *key_names; i++)
    if (strcmp (key_names[i].name, name) == 0)
      return (int)key_names[i].key;
  return -1;
}

const char *
garco__key_name (garco__key key)
{
  return key_names[key].name;
}

bool
garco__type_is_date (garco_datatype type)
{
  return type >= GARCO_DATETIME_YEAR && type <= GARCO_TIME_AS;
}

bool
garco__type_is_integer (garco_datatype type)
{
  switch (type)
  {
  case GARCO_INT8:
  case GARCO_UINT8:
  case GARCO_INT16:
  case GARCO_UINT16:
  case GARCO_INT32:
  case GARCO_UINT32:
  case GARCO_INT64:
  case GARCO_UINT64:
  case GARCO_BOOL:
    return true;
  default:
    return garco__type_is_date (type);
  }
}

bool
garco__type_is_number (garco_datatype type)
{
  return garco__type_is_integer (type) || type == GARCO_FLOAT32 || type == GARCO_FLOAT64;
}

#define COPY_AS(source, target)                                                                    \
  do                                                                                               \
  {                                                                                                \
    const source *values = (const source *)column->values + from;                                  \
    for (size_t i = 0; i < count; i++)                                                             \
      out[i] = (target)values[i];                                                                  \
  } while (0)

static void
uint64_as_int64 (const garco_column *column, int64_t from, size_t count, int64_t *out)
{
  const uint64_t *values = (const uint64_t *)column->values + from;
  for (size_t i = 0; i < count; i++)
    out[i] = values[i] > INT64_MAX ? INT64_MAX : (int64_t)values[i];
}

void
garco__column_int64 (const garco_column *column, int64_t from, size_t count, int64_t *out)
{
  switch (column->type)
  {
  case GARCO_INT8:
    COPY_AS (int8_t, int64_t);
    break;
  case GARCO_UINT8:
  case GARCO_BOOL:
    COPY_AS (uint8_t, int64_t);
    break;
  case GARCO_INT16:
    COPY_AS (int16_t, int64_t);
    break;
  case GARCO_UINT16:
    COPY_AS (uint16_t, int64_t);
    break;
  case GARCO_INT32:
    COPY_AS (int32_t, int64_t);
    break;
  case GARCO_UINT32:
    COPY_AS (uint32_t, int64_t);
    break;
  case GARCO_UINT64:
    uint64_as_int64 (column, from, count, out);
    break;
  default:
    COPY_AS (int64_t, int64_t);
  }
}

void
garco__column_double (const garco_column *column, int64_t from, size_t count, double *out)
{
  switch (column->type)
  {
  case GARCO_FLOAT32:
    COPY_AS (float, double);
    break;
  case GARCO_FLOAT64:
    COPY_AS (double, double);
    break;
  case GARCO_INT8:
    COPY_AS (int8_t, double);
    break;
  case GARCO_UINT8:
  case GARCO_BOOL:
    COPY_AS (uint8_t, double);
    break;
  case GARCO_INT16:
    COPY_AS (int16_t, double);
    break;
  case GARCO_UINT16:
    COPY_AS (uint16_t, double);
    break;
  case GARCO_INT32:
    COPY_AS (int32_t, double);
    break;
  case GARCO_UINT32:
    COPY_AS (uint32_t, double);
    break;
  case GARCO_UINT64:
    COPY_AS (uint64_t, double);
    break;
  default:
    COPY_AS (int64_t, double);
  }
}

bool
garco__time_unit (garco_datatype type, int64_t *numerator, int64_t *denominator)
{
  /* From DATETIME_WEEK, in the order of the format's numbers. */
  static const int64_t units[][2] = {{7 * GARCO__DAY_MS, 1},
                                     {GARCO__DAY_MS, 1},
                                     {3600000, 1},
                                     {60000, 1},
                                     {1000, 1},
                                     {1, 1},
                                     {1, 1000},
                                     {1, 1000000},
                                     {1, INT64_C (1000000000)},
                                     {1, INT64_C (1000000000000)},
                                     {1, INT64_C (1000000000000000)}};
  const int week = GARCO_DATETIME_DAY - 1;
  int place = (int)type - week;
  if (place >= 0 && place < (int)(sizeof units / sizeof *units))
  {
    *numerator = units[place][0];
    *denominator = units[place][1];
    return true;
  }
  *numerator = *denominator = 1;
  return garco__type_is_integer (type) && !garco__type_is_date (type) && type != GARCO_BOOL;
}

int64_t
garco__time_from_ms (int64_t ms, int64_t numerator, int64_t denominator)
{
  if (numerator > 1)
    return ms == INT64_MIN ? ms / numerator : -garco__floor_div (-ms, numerator);
  if (ms > INT64_MAX / denominator)
    return INT64_MAX;
  if (ms < INT64_MIN / denominator)
    return INT64_MIN;
  return ms * denominator;
}

int64_t
garco__time_to_ms (int64_t value, int64_t numerator, int64_t denominator)
{
  if (denominator > 1)
    return garco__floor_div (value, denominator);
  if (value > INT64_MAX / numerator)
    return INT64_MAX;
  if (value < INT64_MIN / numerator)
    return INT64_MIN;
  return value * numerator;
}
