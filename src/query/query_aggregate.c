/* Grouped statistics: what query_statistic.c makes statistics of is gathered here.
 *
 * Groups are found by hashing (span, key), key = sys << 24 | sat << 16 | obs; the group's number
 * indexes one run of sums, a `sums` for each field, and where the statistics need them as many bags
 * of values (query_values.c) and pairs of ends (the first value and the last):
 *
 *   rows --> numbers of their groups, 1024 at a time --> per field: values as double --> sums
 *                                                                                    --> bags
 *                                                                    with their times --> ends
 *
 * Sums are kept as a running sum and the sum of what each addition rounded off (Neumaier), and the
 * squares likewise with the rounding of each square (Dekker's exact product), so that results do
 * not depend on the order of the rows but for the last bit, and the variance may be taken from
 * sum(x^2) - sum(x)^2 / n: both are good to about 30 digits.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_aggregate.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/error.h"
#include "query/query_statistic.h"

#define CHUNK 1024
#define NO_GROUP UINT32_MAX
#define ATTO_MS INT64_C (1000000000000000) /* attoseconds a millisecond */

typedef struct group
{
  int64_t span; /* its number, from 1970-01-01 on */
  uint32_t key;
  int64_t rows;
} group;

/* A value and its time: ms, and what is beyond them. */
typedef struct garco__end
{
  int64_t ms, beyond;
  double value;
} garco__end;

typedef struct ends
{
  bool known;
  garco__end first, last;
} ends;

struct garco__aggregator
{
  unsigned by;
  int64_t span_ms;
  size_t nfields;
  unsigned needs;
  garco__value_store *store;
  size_t count, capacity; /* groups */
  group *groups;
  garco__sums *sums; /* capacity * nfields, as the two below */
  garco__bag *bags;  /* NULL unless values are needed */
  ends *ends;        /* NULL unless ends are needed */
  uint32_t *slots;
  size_t nslots; /* a power of two, at least twice the groups */
};

/* ---------------------------------------------------------------- groups */

static size_t
hash_of (int64_t span, uint32_t key)
{
  uint64_t h = (uint64_t)span * UINT64_C (0x9e3779b97f4a7c15) ^ key;
  h = (h ^ h >> 32) * UINT64_C (0xd6e8feb86659fd93);
  return (size_t)(h ^ h >> 32);
}

/* The slot of a group, or the empty one where it belongs. */
static size_t
find_slot (const garco__aggregator *a, int64_t span, uint32_t key)
{
  size_t slot = hash_of (span, key) & (a->nslots - 1);
  while (a->slots[slot] != NO_GROUP)
  {
    const group *g = &a->groups[a->slots[slot]];
    if (g->span == span && g->key == key)
      break;
    slot = (slot + 1) & (a->nslots - 1);
  }
  return slot;
}

/* Gives all groups their slots. */
static void
find_slots (garco__aggregator *a)
{
  memset (a->slots, 0xff, a->nslots * sizeof *a->slots);
  for (size_t i = 0; i < a->count; i++)
    a->slots[find_slot (a, a->groups[i].span, a->groups[i].key)] = (uint32_t)i;
}

static garco_status
grow (garco__aggregator *a, garco_error *error)
{
  size_t capacity = a->capacity > 0 ? a->capacity * 2 : 64;
  if (capacity >= NO_GROUP / 4)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %zu groups", a->capacity);
  void *groups = a->groups, *all = a->sums, *slots = a->slots, *bags = a->bags, *all_ends = a->ends;
  GARCO_TRY (garco__reallocate (&groups, capacity, sizeof *a->groups, error));
  a->groups = groups;
  GARCO_TRY (garco__reallocate (&all, capacity, a->nfields * sizeof *a->sums, error));
  a->sums = all;
  if (a->needs & GARCO__NEEDS_VALUES)
    GARCO_TRY (garco__reallocate (&bags, capacity, a->nfields * sizeof *a->bags, error));
  a->bags = bags;
  if (a->needs & GARCO__NEEDS_ENDS)
    GARCO_TRY (garco__reallocate (&all_ends, capacity, a->nfields * sizeof *a->ends, error));
  a->ends = all_ends;
  GARCO_TRY (garco__reallocate (&slots, capacity * 2, sizeof *a->slots, error));
  a->slots = slots;
  a->nslots = capacity * 2;
  a->capacity = capacity;
  find_slots (a);
  return GARCO_OK;
}

static void
clear_field (garco__aggregator *a, size_t place)
{
  a->sums[place] = GARCO__SUMS_EMPTY;
  if (a->bags != NULL)
    memset (&a->bags[place], 0, sizeof *a->bags);
  if (a->ends != NULL)
    a->ends[place].known = false;
}

static garco_status
group_of (garco__aggregator *a, int64_t span, uint32_t key, uint32_t *number, garco_error *error)
{
  size_t slot = find_slot (a, span, key);
  if (a->slots[slot] == NO_GROUP)
  {
    if (a->count == a->capacity)
    {
      GARCO_TRY (grow (a, error));
      slot = find_slot (a, span, key);
    }
    for (size_t f = 0; f < a->nfields; f++)
      clear_field (a, a->count * a->nfields + f);
    a->groups[a->count] = (group){span, key, 0};
    a->slots[slot] = (uint32_t)a->count++;
  }
  *number = a->slots[slot];
  return GARCO_OK;
}

garco_status
garco__aggregator_new (const garco__aggregation *wanted, garco__value_store *store,
                       garco__aggregator **aggregator, garco_error *error)
{
  void *made = NULL;
  uint32_t only;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__aggregator), error));
  garco__aggregator *a = *aggregator = made;
  a->by = wanted->by;
  a->span_ms = wanted->span_ms > 0 ? wanted->span_ms : GARCO__DAY_MS;
  a->nfields = wanted->nfields;
  a->needs = garco__statistics_need (wanted->statistics, wanted->nstatistics);
  a->store = store;
  garco_status status = grow (a, error);
  if (status >= 0 && wanted->by == 0)
    status = group_of (a, 0, 0, &only, error);
  if (status < 0)
    garco__aggregator_free (aggregator);
  return status;
}

void
garco__aggregator_free (garco__aggregator **aggregator)
{
  garco__aggregator *a = *aggregator;
  if (a == NULL)
    return;
  for (size_t i = 0; a->bags != NULL && i < a->count * a->nfields; i++)
    garco__bag_free (&a->bags[i], a->store);
  free (a->groups);
  free (a->sums);
  free (a->bags);
  free (a->ends);
  free (a->slots);
  free (a);
  *aggregator = NULL;
}

/* ---------------------------------------------------------------- adding rows */

static int64_t
start_of_span (const garco__aggregator *a, int64_t span)
{
  if (span < INT64_MIN / a->span_ms)
    return INT64_MIN;
  return span > INT64_MAX / a->span_ms ? INT64_MAX : span * a->span_ms;
}

/* Numbers of the spans of a chunk of times, in place. Times come in runs of one span. */
static void
spans_of_times (const garco__aggregator *a, const garco_column *column, size_t n, int64_t *times)
{
  int64_t numerator, denominator, span = 0, start = 1, end = 0;
  garco__time_unit (column->type, &numerator, &denominator);
  for (size_t i = 0; i < n; i++)
  {
    int64_t ms = garco__time_to_ms (times[i], numerator, denominator);
    if (ms < start || ms >= end)
    {
      span = garco__floor_div (ms, a->span_ms);
      start = start_of_span (a, span);
      end = start_of_span (a, span + 1);
    }
    times[i] = span;
  }
}

/* Adds a key column's part to the groups' keys. */
static garco_status
add_key (garco__key key, const int64_t *values, size_t n, uint32_t *keys, const char *source,
         garco_error *error)
{
  static const unsigned shifts[GARCO__KEY_COUNT] = {0, 24, 16, 0};
  int64_t limit = key == GARCO__OBS ? UINT16_MAX : UINT8_MAX;
  for (size_t i = 0; i < n; i++)
  {
    if (values[i] < 0 || values[i] > limit)
      return garco__fail (error, GARCO_ERR_LIMIT, source,
                          "%s %" PRId64 ": groups are by numbers of 0 to %" PRId64,
                          garco__key_name (key), values[i], limit);
    keys[i] |= (uint32_t)values[i] << shifts[key];
  }
  return GARCO_OK;
}

static garco_status
number_rows (garco__aggregator *a, const garco_batch *batch, int64_t from, size_t n,
             const char *source, uint32_t *numbers, garco_error *error)
{
  int64_t values[CHUNK], spans[CHUNK];
  uint32_t keys[CHUNK];
  size_t column = 0;
  memset (spans, 0, n * sizeof *spans);
  memset (keys, 0, n * sizeof *keys);
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
  {
    if ((a->by >> k & 1) == 0)
      continue;
    const garco_column *from_column = &batch->columns[column++];
    garco__column_int64 (from_column, from, n, k == GARCO__TIME ? spans : values);
    if (k == GARCO__TIME)
      spans_of_times (a, from_column, n, spans);
    else
      GARCO_TRY (add_key ((garco__key)k, values, n, keys, source, error));
  }
  for (size_t i = 0; i < n; i++)
    if (i > 0 && spans[i] == spans[i - 1] && keys[i] == keys[i - 1])
      numbers[i] = numbers[i - 1];
    else
      GARCO_TRY (group_of (a, spans[i], keys[i], &numbers[i], error));
  return GARCO_OK;
}

/* Absent values become NaN: nulls, and the channel that is not known. */
static void
blank_absent (const garco_column *column, int64_t from, size_t n, double *values)
{
  if (column->validity != NULL)
    for (size_t i = 0; i < n; i++)
      if (column->validity[(size_t)from + i] == 0)
        values[i] = NAN;
  if (column->type == GARCO_INT8 && strcmp (column->name, "fcn") == 0)
    for (size_t i = 0; i < n; i++)
      if (values[i] <= GARCO_FCN_UNKNOWN)
        values[i] = NAN;
}

static bool
is_earlier (const garco__end *a, const garco__end *b)
{
  if (a->ms != b->ms)
    return a->ms < b->ms;
  return a->beyond != b->beyond ? a->beyond < b->beyond : a->value < b->value;
}

static void
add_end (ends *all, const garco__end *one)
{
  if (!all->known || is_earlier (one, &all->first))
    all->first = *one;
  if (!all->known || is_earlier (&all->last, one))
    all->last = *one;
  all->known = true;
}

/* The value of a row of a column of times. */
static garco__end
end_of (const garco_column *times, int64_t raw, double value)
{
  int64_t numerator, denominator;
  garco__time_unit (times->type, &numerator, &denominator);
  int64_t ms = garco__time_to_ms (raw, numerator, denominator);
  int64_t beyond = denominator > 1 ? (raw - ms * denominator) * (ATTO_MS / denominator) : 0;
  return (garco__end){ms, beyond, value};
}

/* Adds values with the times of a column to the ends of their groups. */
static void
add_ends (garco__aggregator *a, size_t field, const uint32_t *numbers, const garco_column *times,
          int64_t from, const double *values, size_t n)
{
  int64_t raw[CHUNK];
  garco__column_int64 (times, from, n, raw);
  for (size_t i = 0; i < n; i++)
  {
    const garco__end one = end_of (times, raw[i], values[i]);
    if (!isnan (values[i]))
      add_end (&a->ends[numbers[i] * a->nfields + field], &one);
  }
}

/* Adds values of one group, of which only the first and the last are looked at closer. */
static void
add_ends_of_run (ends *all, const garco_column *times, int64_t from, const double *values, size_t n)
{
  int64_t raw[CHUNK];
  size_t first = n, last = n;
  garco__column_int64 (times, from, n, raw);
  for (size_t i = 0; i < n; i++)
  {
    if (isnan (values[i]))
      continue;
    if (first == n || raw[i] < raw[first] || (raw[i] == raw[first] && values[i] < values[first]))
      first = i;
    if (last == n || raw[i] > raw[last] || (raw[i] == raw[last] && values[i] > values[last]))
      last = i;
  }
  if (first == n)
    return;
  const garco__end both[2] = {end_of (times, raw[first], values[first]),
                              end_of (times, raw[last], values[last])};
  add_end (all, &both[0]);
  add_end (all, &both[1]);
}

/* Adds values to the bags of their groups, those of one group together. */
static garco_status
add_to_bags (garco__aggregator *a, size_t field, const uint32_t *numbers, const double *values,
             size_t n, garco_error *error)
{
  for (size_t i = 0, j; i < n; i = j)
  {
    for (j = i + 1; j < n && numbers[j] == numbers[i];)
      j++;
    garco__bag *bag = &a->bags[numbers[i] * a->nfields + field];
    GARCO_TRY (garco__bag_add (bag, a->store, values + i, j - i, error));
  }
  return GARCO_OK;
}

/* Gives memory back where all bags together hold too much: those of this aggregator become sorted
 * runs, and where that is not enough they go into the file. */
static garco_status
shrink_bags (garco__aggregator *a, garco_error *error)
{
  for (int spill = 0; spill < 2 && garco__value_store_full (a->store); spill++)
  {
    uint64_t bytes = 0;
    for (size_t i = 0; i < a->count * a->nfields; i++)
      bytes += garco__bag_bytes (&a->bags[i]);
    for (size_t i = 0; i < a->count * a->nfields && bytes >= garco__value_store_least (a->store);
         i++)
      GARCO_TRY (garco__bag_shrink (&a->bags[i], a->store, spill > 0, error));
  }
  return GARCO_OK;
}

static garco_status
add_values (garco__aggregator *a, size_t field, const uint32_t *numbers, const double *values,
            size_t n, garco_error *error)
{
  for (size_t i = 0; i < n; i++)
    garco__sums_add (&a->sums[numbers[i] * a->nfields + field], a->needs, values[i]);
  return a->bags == NULL ? GARCO_OK : add_to_bags (a, field, numbers, values, n, error);
}

/* Columns: keys, fields and, where ends are needed, the time. */
static garco_status
check_columns (const garco__aggregator *a, const garco_batch *batch, size_t nkeys,
               const char *source, garco_error *error)
{
  int64_t numerator, denominator;
  size_t count = nkeys + a->nfields;
  for (size_t i = 0; i < count + (a->ends != NULL ? 1 : 0); i++)
  {
    const garco_column *column = &batch->columns[i];
    bool is_field = i >= nkeys && i < count;
    bool good =
        is_field ? garco__type_is_number (column->type) : garco__type_is_integer (column->type);
    if ((i == 0 && (a->by & GARCO_BY_DAY) != 0) || i == count)
      good = garco__time_unit (column->type, &numerator, &denominator);
    if (!good || column->width != 1)
      return garco__fail (error, GARCO_ERR_ARGUMENT, source,
                          "field \"%s\" is of type %s%s: expected %s", column->name,
                          garco_datatype_name (column->type),
                          column->width == 1 ? "" : ", several a cell",
                          is_field    ? "a number"
                          : i < nkeys ? "integers to group by"
                                      : "a time");
  }
  return GARCO_OK;
}

static garco_status
add_fields (garco__aggregator *a, const garco_batch *batch, size_t nkeys, int64_t from, size_t n,
            const uint32_t *numbers, garco_error *error)
{
  double values[CHUNK];
  for (size_t f = 0; f < a->nfields; f++)
  {
    const garco_column *column = &batch->columns[nkeys + f];
    garco__column_double (column, from, n, values);
    blank_absent (column, from, n, values);
    GARCO_TRY (add_values (a, f, numbers, values, n, error));
    if (a->ends != NULL)
      add_ends (a, f, numbers, &batch->columns[nkeys + a->nfields], from, values, n);
  }
  for (size_t i = 0; i < n; i++)
    a->groups[numbers[i]].rows++;
  return GARCO_OK;
}

garco_status
garco__aggregator_add (garco__aggregator *a, const garco_batch *batch, const char *source,
                       garco_error *error)
{
  uint32_t numbers[CHUNK];
  size_t nkeys = 0;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    nkeys += a->by >> k & 1;
  GARCO_TRY (check_columns (a, batch, nkeys, source, error));
  for (int64_t from = 0; from < batch->rows; from += CHUNK)
  {
    size_t n = batch->rows - from < CHUNK ? (size_t)(batch->rows - from) : CHUNK;
    GARCO_TRY (number_rows (a, batch, from, n, source, numbers, error));
    GARCO_TRY (add_fields (a, batch, nkeys, from, n, numbers, error));
  }
  return a->bags == NULL ? GARCO_OK : shrink_bags (a, error);
}

garco_status
garco__aggregator_group (garco__aggregator *a, const int64_t keys[GARCO__KEY_COUNT],
                         const char *source, uint32_t *number, garco_error *error)
{
  uint32_t key = 0;
  for (size_t k = GARCO__SYS; k < GARCO__KEY_COUNT; k++)
    if (a->by >> k & 1)
      GARCO_TRY (add_key ((garco__key)k, &keys[k], 1, &key, source, error));
  bool timed = (a->by >> GARCO__TIME & 1) != 0;
  return group_of (a, timed ? garco__floor_div (keys[GARCO__TIME], a->span_ms) : 0, key, number,
                   error);
}

/* Values that are not kept become NaN; how many are. */
static int64_t
blank_others (const uint8_t *keep, size_t n, double *values)
{
  int64_t rows = 0;
  for (size_t i = 0; i < n; i++)
  {
    values[i] = keep[i] != 0 ? values[i] : NAN;
    rows += keep[i] != 0;
  }
  return rows;
}

garco_status
garco__aggregator_add_run (garco__aggregator *a, uint32_t number, size_t field,
                           const garco_column *column, const uint8_t *keep,
                           const garco_column *times, int64_t from, size_t count,
                           garco_error *error)
{
  double values[CHUNK];
  garco__sums *s = &a->sums[number * a->nfields + field];
  for (size_t n; count > 0; from += (int64_t)n, count -= n)
  {
    n = count < CHUNK ? count : CHUNK;
    garco__column_double (column, from, n, values);
    blank_absent (column, from, n, values);
    int64_t rows = keep == NULL ? (int64_t)n : blank_others (keep + from, n, values);
    if (field == 0)
      a->groups[number].rows += rows;
    garco__sums_add_run (s, a->needs, values, n);
    if (a->ends != NULL)
      add_ends_of_run (&a->ends[number * a->nfields + field], times, from, values, n);
    if (a->bags != NULL)
      GARCO_TRY (
          garco__bag_add (&a->bags[number * a->nfields + field], a->store, values, n, error));
  }
  return a->bags == NULL ? GARCO_OK : shrink_bags (a, error);
}

void
garco__aggregator_add_known (garco__aggregator *a, uint32_t number, size_t field,
                             const garco__sums *known, uint64_t cells)
{
  if (field == 0)
    a->groups[number].rows += (int64_t)cells;
  garco__sums_merge (&a->sums[number * a->nfields + field], known);
}

static garco_status
merge_field (garco__aggregator *a, size_t place, garco__aggregator *from, size_t other,
             garco_error *error)
{
  garco__sums_merge (&a->sums[place], &from->sums[other]);
  if (a->ends != NULL && from->ends[other].known)
  {
    add_end (&a->ends[place], &from->ends[other].first);
    add_end (&a->ends[place], &from->ends[other].last);
  }
  return a->bags == NULL ? GARCO_OK
                         : garco__bag_merge (&a->bags[place], &from->bags[other], a->store, error);
}

garco_status
garco__aggregator_merge (garco__aggregator *a, garco__aggregator *from, garco_error *error)
{
  for (size_t i = 0; i < from->count; i++)
  {
    uint32_t number;
    GARCO_TRY (group_of (a, from->groups[i].span, from->groups[i].key, &number, error));
    a->groups[number].rows += from->groups[i].rows;
    for (size_t f = 0; f < a->nfields; f++)
      GARCO_TRY (merge_field (a, number * a->nfields + f, from, i * a->nfields + f, error));
  }
  return a->bags == NULL ? GARCO_OK : shrink_bags (a, error);
}

/* ---------------------------------------------------------------- results */

size_t
garco__aggregator_groups (const garco__aggregator *aggregator)
{
  return aggregator->count;
}

typedef struct numbered
{
  group group;
  size_t number;
} numbered;

static int
compare_places (const void *left, const void *right)
{
  const group *a = &((const numbered *)left)->group, *b = &((const numbered *)right)->group;
  if (a->span != b->span)
    return a->span < b->span ? -1 : 1;
  return a->key < b->key ? -1 : a->key > b->key;
}

/* Whether the group's span ends at or before `ms`. */
static bool
is_before (const garco__aggregator *a, const group *g, int64_t ms)
{
  return ms == INT64_MAX || (g->span < INT64_MAX && start_of_span (a, g->span + 1) <= ms);
}

garco_status
garco__aggregator_before (const garco__aggregator *a, int64_t ms, size_t *order, size_t *count,
                          garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, a->count, sizeof (numbered), error));
  numbered *places = made;
  size_t found = 0;
  for (size_t i = 0; i < a->count; i++)
    if (is_before (a, &a->groups[i], ms))
      places[found++] = (numbered){a->groups[i], i};
  if (found > 1)
    qsort (places, found, sizeof *places, compare_places);
  for (size_t i = 0; i < found; i++)
    order[i] = places[i].number;
  *count = found;
  free (places);
  return GARCO_OK;
}

bool
garco__aggregator_has_before (const garco__aggregator *a, int64_t ms)
{
  for (size_t i = 0; i < a->count; i++)
    if (is_before (a, &a->groups[i], ms))
      return true;
  return false;
}

/* Moves the fields of a group to a place before it, whose own are gone. */
static void
move_group (garco__aggregator *a, size_t from, size_t to)
{
  if (from == to)
    return;
  a->groups[to] = a->groups[from];
  memmove (&a->sums[to * a->nfields], &a->sums[from * a->nfields], a->nfields * sizeof *a->sums);
  if (a->bags != NULL)
    memmove (&a->bags[to * a->nfields], &a->bags[from * a->nfields], a->nfields * sizeof *a->bags);
  if (a->ends != NULL)
    memmove (&a->ends[to * a->nfields], &a->ends[from * a->nfields], a->nfields * sizeof *a->ends);
}

void
garco__aggregator_drop_before (garco__aggregator *a, int64_t ms)
{
  size_t kept = 0;
  for (size_t i = 0; i < a->count; i++)
    if (!is_before (a, &a->groups[i], ms))
      move_group (a, i, kept++);
    else
      for (size_t f = 0; a->bags != NULL && f < a->nfields; f++)
        garco__bag_free (&a->bags[i * a->nfields + f], a->store);
  a->count = kept;
  find_slots (a);
}

uint64_t
garco__aggregator_bytes (const garco__aggregator *a)
{
  uint64_t field = sizeof *a->sums;
  field += a->bags != NULL ? sizeof *a->bags : 0;
  field += a->ends != NULL ? sizeof *a->ends : 0;
  return a->capacity * (sizeof *a->groups + a->nfields * field) + a->nslots * sizeof *a->slots;
}

int64_t
garco__aggregator_key (const garco__aggregator *a, size_t number, garco__key key)
{
  const group *g = &a->groups[number];
  switch (key)
  {
  case GARCO__SYS:
    return g->key >> 24;
  case GARCO__SAT:
    return g->key >> 16 & UINT8_MAX;
  case GARCO__OBS:
    return g->key & UINT16_MAX;
  default:
    return start_of_span (a, g->span);
  }
}

int64_t
garco__aggregator_count (const garco__aggregator *a, size_t number, size_t field)
{
  return a->sums[number * a->nfields + field].count;
}

int64_t
garco__aggregator_absent (const garco__aggregator *a, size_t number, size_t field)
{
  return a->groups[number].rows - a->sums[number * a->nfields + field].count;
}

double
garco__aggregator_value (const garco__aggregator *a, size_t number, size_t field,
                         garco_aggregate aggregate)
{
  size_t place = number * a->nfields + field;
  if (aggregate != GARCO_FIRST && aggregate != GARCO_LAST)
    return garco__statistic_value (aggregate, &a->sums[place]);
  const ends *both = &a->ends[place];
  if (!both->known)
    return NAN;
  return aggregate == GARCO_FIRST ? both->first.value : both->last.value;
}

double
garco__aggregator_bound (const garco__aggregator *a, size_t number, size_t field,
                         garco_aggregate aggregate)
{
  const garco__sums *sums = &a->sums[number * a->nfields + field];
  if (sums->count == 0)
    return 0;
  switch (aggregate)
  {
  case GARCO_MIN:
  case GARCO_MAX:
    return sums->off;
  case GARCO_SUM:
    return sums->off_sum;
  case GARCO_MEAN:
    return sums->off_sum / (double)sums->count;
  default:
    return 0;
  }
}

garco_status
garco__aggregator_quantiles (garco__aggregator *a, size_t number, size_t field,
                             const double *wanted, size_t nwanted, double *quantiles,
                             garco_error *error)
{
  return garco__bag_quantiles (&a->bags[number * a->nfields + field], a->store, wanted, nwanted,
                               quantiles, error);
}
