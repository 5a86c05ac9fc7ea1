/* Grouped statistics.
 *
 * A new statistic is one row in `statistics`: its name, what must be gathered for it, and how it
 * comes from what was gathered.
 *
 * Groups are found by hashing (day, key), key = sys << 24 | sat << 16 | obs; the group's number
 * indexes one run of sums, a `sums` for each field:
 *
 *   rows --> numbers of their groups, 1024 at a time --> per field: values as double --> sums
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
#include "query/query_sums.h"

#define CHUNK 1024
#define NO_GROUP UINT32_MAX

typedef struct group
{
  int64_t day;
  uint32_t key;
} group;

struct garco__aggregator
{
  unsigned by;
  size_t nfields;
  unsigned needs;
  size_t count, capacity; /* groups */
  group *groups;
  garco__sums *sums; /* capacity * nfields */
  uint32_t *slots;
  size_t nslots; /* a power of two, at least twice the groups */
};

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
} statistics[GARCO_AGGREGATE_COUNT] = {
    [GARCO_COUNT] = {"count", 0, NULL},
    [GARCO_MEAN] = {"mean", GARCO__NEEDS_SUM, mean_of},
    [GARCO_MIN] = {"min", GARCO__NEEDS_RANGE, min_of},
    [GARCO_MAX] = {"max", GARCO__NEEDS_RANGE, max_of},
    [GARCO_STD] = {"std", GARCO__NEEDS_SUM | GARCO__NEEDS_SQUARES, std_of},
    [GARCO_SUM] = {"sum", GARCO__NEEDS_SUM, sum_of},
};

const char *
garco_aggregate_name (garco_aggregate aggregate)
{
  return (unsigned)aggregate < GARCO_AGGREGATE_COUNT ? statistics[aggregate].name : "?";
}

/* ---------------------------------------------------------------- groups */

static size_t
hash_of (int64_t day, uint32_t key)
{
  uint64_t h = (uint64_t)day * UINT64_C (0x9e3779b97f4a7c15) ^ key;
  h = (h ^ h >> 32) * UINT64_C (0xd6e8feb86659fd93);
  return (size_t)(h ^ h >> 32);
}

/* The slot of a group, or the empty one where it belongs. */
static size_t
find_slot (const garco__aggregator *a, int64_t day, uint32_t key)
{
  size_t slot = hash_of (day, key) & (a->nslots - 1);
  while (a->slots[slot] != NO_GROUP)
  {
    const group *g = &a->groups[a->slots[slot]];
    if (g->day == day && g->key == key)
      break;
    slot = (slot + 1) & (a->nslots - 1);
  }
  return slot;
}

static garco_status
grow (garco__aggregator *a, garco_error *error)
{
  size_t capacity = a->capacity > 0 ? a->capacity * 2 : 64;
  if (capacity >= NO_GROUP / 4)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %zu groups", a->capacity);
  void *groups = a->groups, *all = a->sums, *slots = a->slots;
  GARCO_TRY (garco__reallocate (&groups, capacity, sizeof *a->groups, error));
  a->groups = groups;
  GARCO_TRY (garco__reallocate (&all, capacity, a->nfields * sizeof *a->sums, error));
  a->sums = all;
  GARCO_TRY (garco__reallocate (&slots, capacity * 2, sizeof *a->slots, error));
  a->slots = slots;
  a->nslots = capacity * 2;
  a->capacity = capacity;
  memset (a->slots, 0xff, a->nslots * sizeof *a->slots);
  for (size_t i = 0; i < a->count; i++)
    a->slots[find_slot (a, a->groups[i].day, a->groups[i].key)] = (uint32_t)i;
  return GARCO_OK;
}

static garco_status
group_of (garco__aggregator *a, int64_t day, uint32_t key, uint32_t *number, garco_error *error)
{
  size_t slot = find_slot (a, day, key);
  if (a->slots[slot] == NO_GROUP)
  {
    if (a->count == a->capacity)
    {
      GARCO_TRY (grow (a, error));
      slot = find_slot (a, day, key);
    }
    for (size_t f = 0; f < a->nfields; f++)
      a->sums[a->count * a->nfields + f] = GARCO__SUMS_EMPTY;
    a->groups[a->count] = (group){day, key};
    a->slots[slot] = (uint32_t)a->count++;
  }
  *number = a->slots[slot];
  return GARCO_OK;
}

garco_status
garco__aggregator_new (unsigned by, size_t nfields, const garco_aggregate *aggregates,
                       size_t naggregates, garco__aggregator **aggregator, garco_error *error)
{
  void *made = NULL;
  uint32_t only;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__aggregator), error));
  garco__aggregator *a = *aggregator = made;
  a->by = by;
  a->nfields = nfields;
  for (size_t i = 0; i < naggregates; i++)
    a->needs |= statistics[aggregates[i]].needs;
  garco_status status = grow (a, error);
  if (status >= 0 && by == 0)
    status = group_of (a, 0, 0, &only, error);
  if (status < 0)
    garco__aggregator_free (aggregator);
  return status;
}

void
garco__aggregator_free (garco__aggregator **aggregator)
{
  if (*aggregator == NULL)
    return;
  free ((*aggregator)->groups);
  free ((*aggregator)->sums);
  free ((*aggregator)->slots);
  free (*aggregator);
  *aggregator = NULL;
}

/* ---------------------------------------------------------------- adding rows */

static int64_t
start_of_day (int64_t day)
{
  if (day < INT64_MIN / GARCO__DAY_MS)
    return INT64_MIN;
  return day > INT64_MAX / GARCO__DAY_MS ? INT64_MAX : day * GARCO__DAY_MS;
}

/* Days of a chunk of times, in place. Times come in runs of one day. */
static void
days_of_times (const garco_column *column, size_t n, int64_t *times)
{
  int64_t numerator, denominator, day = 0, start = 1, end = 0;
  garco__time_unit (column->type, &numerator, &denominator);
  for (size_t i = 0; i < n; i++)
  {
    int64_t ms = garco__time_to_ms (times[i], numerator, denominator);
    if (ms < start || ms >= end)
    {
      day = garco__floor_div (ms, GARCO__DAY_MS);
      start = start_of_day (day);
      end = start_of_day (day + 1);
    }
    times[i] = day;
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
  int64_t values[CHUNK], days[CHUNK];
  uint32_t keys[CHUNK];
  size_t column = 0;
  memset (days, 0, n * sizeof *days);
  memset (keys, 0, n * sizeof *keys);
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
  {
    if ((a->by >> k & 1) == 0)
      continue;
    const garco_column *from_column = &batch->columns[column++];
    garco__column_int64 (from_column, from, n, k == GARCO__TIME ? days : values);
    if (k == GARCO__TIME)
      days_of_times (from_column, n, days);
    else
      GARCO_TRY (add_key ((garco__key)k, values, n, keys, source, error));
  }
  for (size_t i = 0; i < n; i++)
    if (i > 0 && days[i] == days[i - 1] && keys[i] == keys[i - 1])
      numbers[i] = numbers[i - 1];
    else
      GARCO_TRY (group_of (a, days[i], keys[i], &numbers[i], error));
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

static void
add_values (garco__aggregator *a, size_t field, const uint32_t *numbers, const double *values,
            size_t n)
{
  for (size_t i = 0; i < n; i++)
    garco__sums_add (&a->sums[numbers[i] * a->nfields + field], a->needs, values[i]);
}

static garco_status
check_columns (const garco__aggregator *a, const garco_batch *batch, size_t nkeys,
               const char *source, garco_error *error)
{
  int64_t numerator, denominator;
  for (size_t i = 0; i < nkeys + a->nfields; i++)
  {
    const garco_column *column = &batch->columns[i];
    bool good =
        i < nkeys ? garco__type_is_integer (column->type) : garco__type_is_number (column->type);
    if (i == 0 && (a->by & GARCO_BY_DAY) != 0)
      good = garco__time_unit (column->type, &numerator, &denominator);
    if (!good || column->width != 1)
      return garco__fail (error, GARCO_ERR_ARGUMENT, source,
                          "field \"%s\" is of type %s%s: expected %s", column->name,
                          garco_datatype_name (column->type),
                          column->width == 1 ? "" : ", several a cell",
                          i < nkeys ? "integers to group by" : "a number");
  }
  return GARCO_OK;
}

garco_status
garco__aggregator_add (garco__aggregator *a, const garco_batch *batch, const char *source,
                       garco_error *error)
{
  uint32_t numbers[CHUNK];
  double values[CHUNK];
  size_t nkeys = 0;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    nkeys += a->by >> k & 1;
  GARCO_TRY (check_columns (a, batch, nkeys, source, error));
  for (int64_t from = 0; from < batch->rows; from += CHUNK)
  {
    size_t n = batch->rows - from < CHUNK ? (size_t)(batch->rows - from) : CHUNK;
    GARCO_TRY (number_rows (a, batch, from, n, source, numbers, error));
    for (size_t f = 0; f < a->nfields; f++)
    {
      const garco_column *column = &batch->columns[nkeys + f];
      garco__column_double (column, from, n, values);
      blank_absent (column, from, n, values);
      add_values (a, f, numbers, values, n);
    }
  }
  return GARCO_OK;
}

bool
garco__aggregates_by_runs (const garco_aggregate *aggregates, size_t naggregates)
{
  for (size_t i = 0; i < naggregates; i++)
    switch (aggregates[i])
    {
    case GARCO_COUNT:
    case GARCO_MEAN:
    case GARCO_MIN:
    case GARCO_MAX:
    case GARCO_STD:
    case GARCO_SUM:
      break;
    default:
      return false;
    }
  return true;
}

garco_status
garco__aggregator_group (garco__aggregator *a, const int64_t keys[GARCO__KEY_COUNT],
                         const char *source, uint32_t *number, garco_error *error)
{
  uint32_t key = 0;
  for (size_t k = GARCO__SYS; k < GARCO__KEY_COUNT; k++)
    if (a->by >> k & 1)
      GARCO_TRY (add_key ((garco__key)k, &keys[k], 1, &key, source, error));
  bool days = (a->by >> GARCO__TIME & 1) != 0;
  return group_of (a, days ? garco__floor_div (keys[GARCO__TIME], GARCO__DAY_MS) : 0, key, number,
                   error);
}

void
garco__aggregator_add_run (garco__aggregator *a, uint32_t number, size_t field,
                           const garco_column *column, int64_t from, size_t count)
{
  double values[CHUNK];
  garco__sums *s = &a->sums[number * a->nfields + field];
  for (size_t n; count > 0; from += (int64_t)n, count -= n)
  {
    n = count < CHUNK ? count : CHUNK;
    garco__column_double (column, from, n, values);
    blank_absent (column, from, n, values);
    garco__sums_add_run (s, a->needs, values, n);
  }
}

garco_status
garco__aggregator_merge (garco__aggregator *a, const garco__aggregator *from, garco_error *error)
{
  for (size_t i = 0; i < from->count; i++)
  {
    uint32_t number;
    GARCO_TRY (group_of (a, from->groups[i].day, from->groups[i].key, &number, error));
    for (size_t f = 0; f < a->nfields; f++)
      garco__sums_merge (&a->sums[number * a->nfields + f], &from->sums[i * a->nfields + f]);
  }
  return GARCO_OK;
}

/* ---------------------------------------------------------------- results */

size_t
garco__aggregator_groups (const garco__aggregator *aggregator)
{
  return aggregator->count;
}

typedef struct place
{
  group group;
  size_t number;
} place;

static int
compare_places (const void *left, const void *right)
{
  const group *a = &((const place *)left)->group, *b = &((const place *)right)->group;
  if (a->day != b->day)
    return a->day < b->day ? -1 : 1;
  return a->key < b->key ? -1 : a->key > b->key;
}

garco_status
garco__aggregator_sort (const garco__aggregator *a, size_t *order, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, a->count, sizeof (place), error));
  place *places = made;
  for (size_t i = 0; i < a->count; i++)
    places[i] = (place){a->groups[i], i};
  qsort (places, a->count, sizeof *places, compare_places);
  for (size_t i = 0; i < a->count; i++)
    order[i] = places[i].number;
  free (places);
  return GARCO_OK;
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
    return start_of_day (g->day);
  }
}

int64_t
garco__aggregator_count (const garco__aggregator *a, size_t number, size_t field)
{
  return a->sums[number * a->nfields + field].count;
}

double
garco__aggregator_value (const garco__aggregator *a, size_t number, size_t field,
                         garco_aggregate aggregate)
{
  return statistics[aggregate].value (&a->sums[number * a->nfields + field]);
}
