/* One epoch's observations: satellites, and for each a run of fields in one column of values and
 * one of indicators. A satellite's fields are written behind the last satellite's and become part
 * of the epoch when the satellite is added, so leaving a damaged one out is not adding it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_obs.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void
garco__obs_init (garco__obs *obs)
{
  obs->run = garco__run_choose ();
}

void
garco__obs_begin (garco__obs *obs, bool same_time)
{
  obs->nsats = 0;
  obs->nvalues = 0;
  obs->repeated = false;
  obs->epoch++;
  if (!same_time)
    obs->first_of_time = obs->epoch;
}

garco_status
garco__obs_reserve (garco__obs *obs, size_t count, garco_error *error)
{
  count += GARCO__RUN_SPARE;
  if (obs->values != NULL && count <= obs->capacity - obs->nvalues)
    return GARCO_OK;
  size_t capacity = obs->nvalues + count + 1024;
  if (capacity < obs->capacity * 2)
    capacity = obs->capacity * 2;
  void *values = obs->values, *indicators = obs->indicators;
  GARCO_TRY (garco__reallocate (&values, capacity, sizeof *obs->values, error));
  obs->values = values;
  GARCO_TRY (garco__reallocate (&indicators, capacity, 2, error));
  obs->indicators = indicators;
  obs->capacity = capacity;
  return GARCO_OK;
}

bool
garco__obs_add (garco__obs *obs, int system, int number, const char *name, size_t count)
{
  uint64_t *seen = &obs->seen[system][number];
  if (*seen == obs->epoch || obs->nsats == GARCO__SATS_LIMIT)
    return false;
  if (*seen >= obs->first_of_time)
    obs->repeated = true;
  *seen = obs->epoch;
  memcpy (obs->names[obs->nsats], name, 3);
  obs->sats[obs->nsats++] =
      (garco_epoch_sat){(uint8_t)system, (uint8_t)number, (uint16_t)count, (uint32_t)obs->nvalues};
  obs->nvalues += count;
  return true;
}

void
garco__obs_take (garco__obs *obs, size_t nsats, size_t nvalues)
{
  for (size_t i = 0; i < nsats; i++)
  {
    uint64_t *seen = &obs->seen[obs->sats[i].system][obs->sats[i].number];
    obs->repeated |= *seen >= obs->first_of_time;
    *seen = obs->epoch;
  }
  obs->nsats = nsats;
  obs->nvalues = nvalues;
}

void
garco__obs_blank (garco__obs *obs, size_t from, size_t count)
{
  int64_t *values = obs->values + obs->nvalues;
  for (size_t i = from; i < count; i++)
    values[i] = GARCO_MISSING;
  if (count > from)
    memset (obs->indicators + 2 * (obs->nvalues + from), ' ', 2 * (count - from));
}

static bool
is_indicator (char c)
{
  return c == ' ' || (c >= '0' && c <= '9');
}

static garco__field_problem
bad_value (size_t column)
{
  return (garco__field_problem){"no number as F14.3 writes it", column + 1, false};
}

static garco__field_problem
bad_indicator (size_t column)
{
  return (garco__field_problem){"no digit or blank as an indicator", column + 15, false};
}

/* The value's point is not in column 11 of its field, and what follows its 14 characters is not
 * blank: shifted columns, and a digit of the value may stand there as an indicator. */
static bool
is_shifted (const char *field, size_t size, int64_t value)
{
  return field[10] != '.' && value != GARCO_MISSING && !garco__is_blank (field + 14, size - 14);
}

/* A field of fewer than 16 characters, which the line's end cuts short. */
static garco__field_problem
read_last (garco__obs *obs, size_t field, garco__line line, size_t column, bool cut)
{
  size_t size = line.size - column, i = obs->nvalues + field;
  garco__obs_blank (obs, field, field + 1);
  if (cut && size < 14 && !garco__is_blank (line.text + column, size))
    return (garco__field_problem){"a field that ends within its 14 characters", column + 1, true};
  int64_t value;
  garco__found found = garco__read_value_slow (line.text + column, size < 14 ? size : 14, &value);
  if (found == GARCO__BAD)
    return bad_value (column);
  if (found == GARCO__VALUE)
    obs->values[i] = value;
  if (size < 15)
    return (garco__field_problem){NULL, 0, false};
  if (is_shifted (line.text + column, size, obs->values[i]))
    return bad_value (column);
  obs->indicators[2 * i] = line.text[column + 14];
  if (!is_indicator (line.text[column + 14]))
    return bad_indicator (column);
  return (garco__field_problem){NULL, 0, false};
}

garco__field_problem
garco__obs_read (garco__obs *obs, size_t from, size_t to, garco__line line, size_t start, bool cut)
{
  int64_t *values = obs->values + obs->nvalues;
  char *indicators = obs->indicators + 2 * obs->nvalues;
  size_t left = line.size > start ? line.size - start : 0, length;
  size_t i = from + obs->run (line.text + start, left, to - from, values + from,
                              indicators + 2 * from, &length);
  size_t column = start + 16 * (i - from);
  for (; i < to && column + 16 <= line.size; i++, column += 16)
  {
    const char *text = line.text + column;
    int64_t value = GARCO_MISSING;
    if (garco__read_value (text, &value) == GARCO__BAD || is_shifted (text, 16, value))
      return bad_value (column);
    values[i] = value;
    memcpy (indicators + 2 * i, text + 14, 2);
    if (!is_indicator (text[14]) || !is_indicator (text[15]))
      return bad_indicator (column);
  }
  garco__field_problem problem = {NULL, 0, false};
  if (i < to && column < line.size)
    problem = read_last (obs, i++, line, column, cut);
  else if (column < line.size && !garco__is_blank (line.text + column, line.size - column))
    problem = (garco__field_problem){"text behind the last field", column + 1, false};
  garco__obs_blank (obs, i, to);
  return problem;
}

void
garco__obs_free (garco__obs *obs)
{
  free (obs->values);
  free (obs->indicators);
  memset (obs, 0, sizeof *obs);
}
