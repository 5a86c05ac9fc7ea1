/* Conditions on coordinates as ranges of them: by those, fragments and tiles are left out before
 * they are read.
 *
 *   "sat == 5 and time >= '2024-01-02' and snr > 40"
 *     \-------- ranges --------------/      \-- tried cell by cell
 *
 * What stands under "or" stays in the condition. Values are compared as the condition would: times
 * and satellites in the array's own numbers, systems by their letters whatever the array's numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_prune.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "query/query_runs.h"

/* Closed ranges of values, rising and apart: low, high, low, high ... */
typedef struct spans
{
  size_t count;
  int64_t *bounds;
} spans;

typedef struct prune_job
{
  garco__array_rows *rows;
  size_t field;        /* the dimension */
  garco_datatype type; /* of what the term compares */
  garco__term term;
  garco_error *error;
} prune_job;

static garco_status
make_room (spans *own, size_t count, garco_error *error)
{
  void *bounds = NULL;
  GARCO_TRY (garco__allocate (&bounds, 2 * count, sizeof (int64_t), error));
  *own = (spans){0, bounds};
  return GARCO_OK;
}

/* Appends low..high, joined to what it touches. */
static void
append (spans *own, int64_t low, int64_t high)
{
  if (low > high)
    return;
  if (own->count > 0 && (low == INT64_MIN || own->bounds[2 * own->count - 1] >= low - 1))
  {
    if (high > own->bounds[2 * own->count - 1])
      own->bounds[2 * own->count - 1] = high;
    return;
  }
  own->bounds[2 * own->count] = low;
  own->bounds[2 * own->count++ + 1] = high;
}

/* ---------------------------------------------------------------- of a term */

/* All values but those that the term names. */
static void
append_others (const prune_job *job, spans *out)
{
  int64_t from = INT64_MIN;
  for (size_t i = 0; i < job->term.nkeys; i++)
  {
    int64_t value = garco__value_of_key (job->type, job->term.keys[i]);
    if (value > INT64_MIN)
      append (out, from, value - 1);
    if (value == INT64_MAX)
      return;
    from = value + 1;
  }
  append (out, from, INT64_MAX);
}

/* The values for which a term holds. */
static garco_status
spans_of_term (const prune_job *job, spans *out)
{
  const garco__term *term = &job->term;
  int64_t first = term->nkeys > 0 ? garco__value_of_key (job->type, term->keys[0]) : 0;
  GARCO_TRY (make_room (out, term->nkeys + 1, job->error));
  switch (term->op)
  {
  case GARCO__OP_LT:
    append (out, INT64_MIN, first - (first > INT64_MIN));
    out->count = first > INT64_MIN ? 1 : 0;
    break;
  case GARCO__OP_LE:
    append (out, INT64_MIN, first);
    break;
  case GARCO__OP_GT:
    append (out, first + (first < INT64_MAX), INT64_MAX);
    out->count = first < INT64_MAX ? 1 : 0;
    break;
  case GARCO__OP_GE:
    append (out, first, INT64_MAX);
    break;
  case GARCO__OP_NE:
  case GARCO__OP_NOT_IN:
    append_others (job, out);
    break;
  default:
    for (size_t i = 0; i < term->nkeys; i++)
    {
      int64_t value = garco__value_of_key (job->type, term->keys[i]);
      append (out, value, value);
    }
  }
  return GARCO_OK;
}

static bool
hold (const spans *own, int64_t value)
{
  for (size_t i = 0; i < own->count; i++)
    if (own->bounds[2 * i] <= value && value <= own->bounds[2 * i + 1])
      return true;
  return false;
}

/* Of garco's numbers of systems those of the array. */
static garco_status
number_systems (const prune_job *job, spans *own)
{
  spans out;
  GARCO_TRY (make_room (&out, UINT8_MAX + 1, job->error));
  for (int64_t n = 0; n <= UINT8_MAX; n++)
    if (hold (own, job->rows->numbering.system[n]))
      append (&out, n, n);
  free (own->bounds);
  *own = out;
  return GARCO_OK;
}

/* ---------------------------------------------------------------- of a dimension */

/* What is selected of the dimension before; all of its domain where nothing is. */
static garco_status
spans_before (const prune_job *job, spans *out)
{
  const garco__array_rows *rows = job->rows;
  const garco_field_info *field = &garco_array_schema (rows->array)->fields[job->field];
  int64_t domain[2];
  uint64_t aligned[2];
  GARCO_TRY (make_room (out, rows->nranges + 1, job->error));
  for (size_t i = 0; i < rows->nranges; i++)
    if (rows->ranges[i].dimension == job->field)
      append (out, rows->ranges[i].low, rows->ranges[i].high);
  if (out->count > 0)
    return GARCO_OK;
  memcpy (aligned, field->domain, 2 * garco_datatype_size (field->type));
  const garco_column column = {.type = field->type, .width = 1, .values = aligned};
  garco__column_int64 (&column, 0, 2, domain);
  append (out, domain[0], domain[1]);
  return GARCO_OK;
}

/* Puts what both have in place of the dimension's ranges. */
static garco_status
replace_ranges (const prune_job *job, const spans *a, const spans *b)
{
  garco__array_rows *rows = job->rows;
  void *ranges = rows->ranges;
  size_t kept = 0, capacity = rows->nranges + a->count + b->count;
  GARCO_TRY (garco__reallocate (&ranges, capacity, sizeof *rows->ranges, job->error));
  rows->ranges = ranges;
  rows->ranges_capacity = capacity;
  for (size_t i = 0; i < rows->nranges; i++)
    if (rows->ranges[i].dimension != job->field)
      rows->ranges[kept++] = rows->ranges[i];
  for (size_t i = 0, j = 0; i < a->count && j < b->count;)
  {
    const int64_t *x = &a->bounds[2 * i], *y = &b->bounds[2 * j];
    int64_t low = x[0] > y[0] ? x[0] : y[0], high = x[1] < y[1] ? x[1] : y[1];
    if (low <= high)
      rows->ranges[kept++] = (garco_range){.dimension = job->field, .low = low, .high = high};
    i += x[1] <= y[1] ? 1 : 0;
    j += x[1] > y[1] ? 1 : 0;
  }
  rows->nranges = kept;
  return GARCO_OK;
}

static bool
has_range (const prune_job *job)
{
  for (size_t i = 0; i < job->rows->nranges; i++)
    if (job->rows->ranges[i].dimension == job->field)
      return true;
  return false;
}

static garco_status
narrow (const prune_job *job, bool *empty)
{
  spans before = {0}, wanted = {0};
  garco_status status;
  GARCO_TRY_DONE (spans_before (job, &before));
  GARCO_TRY_DONE (spans_of_term (job, &wanted));
  if (job->rows->key_field[GARCO__SYS] == job->field)
    GARCO_TRY_DONE (number_systems (job, &wanted));
  GARCO_TRY_DONE (replace_ranges (job, &before, &wanted));
  *empty = *empty || !has_range (job);
done:
  free (before.bounds);
  free (wanted.bounds);
  return status;
}

/* Whether ranges can say what the condition compares. */
static bool
is_prunable (const garco__array_rows *rows, size_t field)
{
  const garco_field_info *own = &garco_array_schema (rows->array)->fields[field];
  int key = garco__array_key_of_field (rows, field);
  if (!own->is_dimension || own->width != 1 || own->domain == NULL ||
      !garco__type_is_integer (own->type) || own->type == GARCO_UINT64)
    return false;
  return (key != GARCO__SYS || own->type == GARCO_UINT8) &&
         (key != GARCO__OBS || own->type == GARCO_UINT16);
}

garco_status
garco__array_prune (garco__array_rows *rows, bool *empty, garco_error *error)
{
  prune_job job = {.rows = rows, .error = error};
  for (size_t i = 0; rows->where != NULL && i < garco__where_terms (rows->where); i++)
  {
    if (!garco__where_term (rows->where, i, &job.term) || !is_prunable (rows, job.term.field))
      continue;
    job.field = job.term.field;
    job.type = rows->where_columns[job.field].type;
    if (!*empty)
      GARCO_TRY (narrow (&job, empty));
    garco__where_settle (rows->where, i);
  }
  if (rows->where != NULL && garco__where_count (rows->where) == 0)
    garco__where_free (&rows->where);
  return GARCO_OK;
}
