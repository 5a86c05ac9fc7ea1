/* Groups as rows.
 *
 * Rows are appended as groups are known to be whole, in their order, so that the groups themselves
 * need not stay. A column is memory of its own that grows by a quarter, which an Arrow batch may
 * take.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/error.h"

struct garco_stats
{
  garco_batch table;
  garco_column *columns;
  void **values; /* per column */
  char **names;
  double *bounds;  /* likewise */
  size_t ncolumns; /* made so far */
  size_t capacity; /* rows */
  uint64_t tiles, kept;
};

#define HOUR_MS INT64_C (3600000)

const garco__time_group garco__time_groups[GARCO__TIME_GROUPS] = {
    {GARCO_BY_DAY, "day", GARCO__DAY_MS},
    {GARCO_BY_HOUR, "hour", HOUR_MS},
    {GARCO_BY_SPAN, "time", 0}};

int64_t
garco__time_group_span (const garco__stats_plan *p, size_t group)
{
  const garco__time_group *own = &garco__time_groups[group];
  return own->span_ms > 0 ? own->span_ms : p->options->span_ms;
}

/* ---------------------------------------------------------------- columns */

/* A new column, named by two words or one. */
static garco_status
add_column (garco_stats *stats, garco_datatype type, const char *first, const char *second,
            garco_error *error)
{
  size_t at = stats->ncolumns;
  size_t length = strlen (first) + (second != NULL ? strlen (second) : 0) + 2;
  void *name = NULL;
  GARCO_TRY (garco__allocate (&name, length, 1, error));
  stats->ncolumns++;
  stats->names[at] = name;
  snprintf (name, length, "%s%s%s", first, second != NULL ? "_" : "", second != NULL ? second : "");
  stats->columns[at] = (garco_column){.name = name, .type = type, .width = 1};
  return GARCO_OK;
}

static bool
is_number (const garco_statistic *s)
{
  return s->aggregate == GARCO_COUNT || s->aggregate == GARCO_NAN;
}

static bool
is_quantile (const garco_statistic *s)
{
  return s->aggregate == GARCO_MEDIAN || s->aggregate == GARCO_QUANTILE;
}

static garco_status
add_statistics (garco_stats *stats, const garco__aggregation *g, const char *field,
                garco_error *error)
{
  char what[32];
  for (size_t i = 0; i < g->nstatistics; i++)
  {
    const garco_statistic *s = &g->statistics[i];
    garco_statistic_name (s, what);
    GARCO_TRY (add_column (stats, is_number (s) ? GARCO_INT64 : GARCO_FLOAT64, field, what, error));
  }
  return GARCO_OK;
}

static garco_status
add_columns (garco_stats *stats, const garco__stats_plan *p, garco_error *error)
{
  for (size_t i = 0; i < GARCO__TIME_GROUPS; i++)
    if ((p->options->by & garco__time_groups[i].by) != 0)
      GARCO_TRY (add_column (stats, GARCO_INT64, garco__time_groups[i].name, NULL, error));
  for (size_t k = GARCO__SYS; k < GARCO__KEY_COUNT; k++)
    if (p->gathered.by >> k & 1)
      GARCO_TRY (add_column (stats, k == GARCO__OBS ? GARCO_UINT16 : GARCO_UINT8,
                             garco__key_name ((garco__key)k), NULL, error));
  for (size_t f = 0; f < p->gathered.nfields; f++)
    GARCO_TRY (add_statistics (stats, &p->gathered, p->fields[f], error));
  return GARCO_OK;
}

static garco_status
allocate_table (garco_stats *stats, size_t width, garco_error *error)
{
  void *columns = NULL, *values = NULL, *names = NULL, *bounds = NULL;
  GARCO_TRY (garco__allocate (&bounds, width, sizeof *stats->bounds, error));
  stats->bounds = bounds;
  GARCO_TRY (garco__allocate (&columns, width, sizeof *stats->columns, error));
  stats->columns = columns;
  GARCO_TRY (garco__allocate (&values, width, sizeof *stats->values, error));
  stats->values = values;
  GARCO_TRY (garco__allocate (&names, width, sizeof *stats->names, error));
  stats->names = names;
  return GARCO_OK;
}

static void
show_rows (garco_stats *stats, size_t rows)
{
  for (size_t i = 0; i < stats->ncolumns; i++)
    stats->columns[i].values = stats->values[i];
  stats->table = (garco_batch){(int64_t)rows, stats->ncolumns, stats->columns};
}

static garco_status
make_room (garco_stats *stats, size_t rows, garco_error *error)
{
  if (rows <= stats->capacity && stats->capacity > 0)
    return GARCO_OK;
  size_t capacity = stats->capacity + stats->capacity / 4;
  capacity = capacity > rows ? capacity : rows;
  for (size_t i = 0; i < stats->ncolumns; i++)
    GARCO_TRY (garco__reallocate (&stats->values[i], capacity,
                                  garco_datatype_size (stats->columns[i].type), error));
  stats->capacity = capacity;
  return GARCO_OK;
}

garco_status
garco__table_new (const garco__stats_plan *plan, garco_stats **stats, garco_error *error)
{
  void *made = NULL;
  const garco__aggregation *g = &plan->gathered;
  size_t most = GARCO__TIME_GROUPS + GARCO__KEY_COUNT + g->nfields * g->nstatistics;
  garco_status status;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_stats), error));
  *stats = made;
  GARCO_TRY_DONE (allocate_table (*stats, most, error));
  GARCO_TRY_DONE (add_columns (*stats, plan, error));
  GARCO_TRY_DONE (make_room (*stats, 0, error));
  show_rows (*stats, 0);
done:
  if (status < 0)
    garco_stats_free (stats);
  return status;
}

/* ---------------------------------------------------------------- rows */

/* Groups that become rows from `row` on. */
typedef struct rows_job
{
  garco_stats *stats;
  const garco__stats_plan *plan;
  garco__aggregator *aggregator;
  const size_t *groups;
  size_t count, row, column;
  garco_error *error;
} rows_job;

/* A column of the starts of groups in time. */
static void
put_time (rows_job *job, int64_t span_ms)
{
  int64_t *values = (int64_t *)job->stats->values[job->column++] + job->row;
  for (size_t i = 0; i < job->count; i++)
  {
    int64_t start = garco__aggregator_key (job->aggregator, job->groups[i], GARCO__TIME);
    int64_t number = garco__floor_div (start, span_ms);
    bool held = number >= INT64_MIN / span_ms && number <= INT64_MAX / span_ms;
    values[i] = held ? number * span_ms : start;
  }
}

static void
put_key (rows_job *job, garco__key key)
{
  void *values = job->stats->values[job->column++];
  for (size_t i = 0; i < job->count; i++)
  {
    int64_t value = garco__aggregator_key (job->aggregator, job->groups[i], key);
    if (key == GARCO__OBS)
      ((uint16_t *)values)[job->row + i] = (uint16_t)value;
    else
      ((uint8_t *)values)[job->row + i] = (uint8_t)value;
  }
}

static void
put_keys (rows_job *job)
{
  for (size_t i = 0; i < GARCO__TIME_GROUPS; i++)
    if ((job->plan->options->by & garco__time_groups[i].by) != 0)
      put_time (job, garco__time_group_span (job->plan, i));
  for (size_t k = GARCO__SYS; k < GARCO__KEY_COUNT; k++)
    if (job->plan->gathered.by >> k & 1)
      put_key (job, (garco__key)k);
}

/* A column of one statistic; quantiles are put in later, all of a group at once. */
static void
put_statistic (rows_job *job, size_t field, const garco_statistic *s)
{
  const garco__aggregator *a = job->aggregator;
  void *values = job->stats->values[job->column];
  double *bound = &job->stats->bounds[job->column++];
  for (size_t i = 0; i < job->count; i++)
    *bound = fmax (*bound, garco__aggregator_bound (a, job->groups[i], field, s->aggregate));
  for (size_t i = 0; i < job->count && !is_quantile (s); i++)
    if (s->aggregate == GARCO_COUNT)
      ((int64_t *)values)[job->row + i] = garco__aggregator_count (a, job->groups[i], field);
    else if (s->aggregate == GARCO_NAN)
      ((int64_t *)values)[job->row + i] = garco__aggregator_absent (a, job->groups[i], field);
    else
      ((double *)values)[job->row + i] =
          garco__aggregator_value (a, job->groups[i], field, s->aggregate);
}

/* Fills in the quantiles of one field, whose statistics begin at column `first`. */
static garco_status
put_quantiles (rows_job *job, size_t field, size_t first)
{
  const garco__aggregation *g = &job->plan->gathered;
  void *made = NULL;
  size_t n = g->nstatistics, count = 0;
  garco_status status = GARCO_OK;
  GARCO_TRY (garco__allocate (&made, n * 2, sizeof (double), job->error));
  double *wanted = made, *found = wanted + n;
  for (size_t i = 0; i < n; i++)
    if (is_quantile (&g->statistics[i]))
      wanted[count++] =
          g->statistics[i].aggregate == GARCO_MEDIAN ? NAN : g->statistics[i].quantile;
  for (size_t row = 0; row < job->count && count > 0 && status >= 0; row++)
  {
    status = garco__aggregator_quantiles (job->aggregator, job->groups[row], field, wanted, count,
                                          found, job->error);
    for (size_t i = 0, at = 0; i < n && status >= 0; i++)
      if (is_quantile (&g->statistics[i]))
        ((double *)job->stats->values[first + i])[job->row + row] = found[at++];
  }
  free (made);
  return status;
}

garco_status
garco__table_append (garco_stats *stats, const garco__stats_plan *plan,
                     garco__aggregator *aggregator, const size_t *groups, size_t count,
                     garco_error *error)
{
  const garco__aggregation *g = &plan->gathered;
  rows_job job = {stats, plan, aggregator, groups, count, (size_t)stats->table.rows, 0, error};
  GARCO_TRY (make_room (stats, job.row + count, error));
  put_keys (&job);
  for (size_t f = 0; f < g->nfields; f++)
  {
    size_t first = job.column;
    for (size_t i = 0; i < g->nstatistics; i++)
      put_statistic (&job, f, &g->statistics[i]);
    GARCO_TRY (put_quantiles (&job, f, first));
  }
  show_rows (stats, job.row + count);
  return GARCO_OK;
}

/* ---------------------------------------------------------------- what there is to know */

void
garco__table_note_tiles (garco_stats *stats, uint64_t tiles, uint64_t kept)
{
  stats->tiles = tiles;
  stats->kept = kept;
}

uint64_t
garco__table_bytes (const garco_stats *stats)
{
  uint64_t bytes = 0;
  for (size_t i = 0; i < stats->ncolumns; i++)
    bytes += stats->capacity * garco_datatype_size (stats->columns[i].type);
  return bytes;
}

void *
garco__stats_take_values (void *stats, const void *values)
{
  garco_stats *from = stats;
  for (size_t i = 0; i < from->ncolumns; i++)
    if (from->values[i] == values)
    {
      from->values[i] = NULL;
      return (void *)(uintptr_t)values;
    }
  return NULL;
}

const garco_batch *
garco_stats_table (const garco_stats *stats)
{
  return &stats->table;
}

double
garco_stats_bound (const garco_stats *stats, size_t column)
{
  return column < stats->ncolumns ? stats->bounds[column] : 0;
}

void
garco_stats_tiles (const garco_stats *stats, uint64_t *tiles, uint64_t *kept)
{
  *tiles = stats->tiles;
  *kept = stats->kept;
}

void
garco_stats_free (garco_stats **stats)
{
  if (*stats == NULL)
    return;
  for (size_t i = 0; i < (*stats)->ncolumns; i++)
  {
    free ((*stats)->values[i]);
    free ((*stats)->names[i]);
  }
  free ((*stats)->values);
  free ((*stats)->bounds);
  free ((*stats)->names);
  free ((*stats)->columns);
  free (*stats);
  *stats = NULL;
}
