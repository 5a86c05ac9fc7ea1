/* garco_stats_*: the rows of sources, piece by piece and by several threads, into groups, and the
 * groups into a table.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/error.h"
#include "base/meter.h"
#include "base/parallel.h"
#include "query/query_aggregate.h"
#include "query/query_explain.h"
#include "query/query_pieces.h"
#include "query/query_source.h"
#include "query/query_statistic.h"

struct garco_stats
{
  garco_batch table;
  garco_column *columns;
  void **values; /* per column */
  char **names;
  double *bounds;  /* likewise */
  size_t ncolumns; /* made so far */
  uint64_t tiles, kept;
};

#define HOUR_MS INT64_C (3600000)
#define TIME_GROUPS (GARCO_BY_DAY | GARCO_BY_HOUR | GARCO_BY_SPAN)
#define ALL_GROUPS (TIME_GROUPS | GARCO_BY_SYSTEM | GARCO_BY_SAT | GARCO_BY_CODE)

/* What is asked for, with the defaults put in. */
typedef struct plan
{
  const garco_stats_options *options;
  garco__aggregation gathered;
  const char *const *fields;
  const char **columns; /* of the query: keys, then fields, then the time where ends are needed */
  size_t nkeys, ncolumns;
} plan;

/* The groups in time that are asked for, by the columns that show them. */
static const struct
{
  unsigned by;
  const char *name;
  int64_t span_ms; /* 0: that of the options */
} time_groups[] = {{GARCO_BY_DAY, "day", GARCO__DAY_MS},
                   {GARCO_BY_HOUR, "hour", HOUR_MS},
                   {GARCO_BY_SPAN, "time", 0}};

#define NTIME_GROUPS (sizeof time_groups / sizeof *time_groups)

static int64_t
span_of (const plan *p, size_t group)
{
  return time_groups[group].span_ms > 0 ? time_groups[group].span_ms : p->options->span_ms;
}

/* Cells are gathered by the shortest of the spans, which must divide the others. */
static garco_status
plan_time (plan *p, garco_error *error)
{
  int64_t shortest = INT64_MAX;
  if ((p->options->by & GARCO_BY_SPAN) != 0 && p->options->span_ms < 1)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "groups of %" PRId64 " ms: expected a span of 1 ms or more",
                        p->options->span_ms);
  for (size_t i = 0; i < NTIME_GROUPS; i++)
    if ((p->options->by & time_groups[i].by) != 0 && span_of (p, i) < shortest)
      shortest = span_of (p, i);
  for (size_t i = 0; i < NTIME_GROUPS; i++)
    if ((p->options->by & time_groups[i].by) != 0 && span_of (p, i) % shortest != 0)
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                          "groups by spans of %" PRId64 " and %" PRId64
                          " ms: expected one to divide the other",
                          shortest, span_of (p, i));
  p->gathered.span_ms = shortest < INT64_MAX ? shortest : GARCO__DAY_MS;
  return GARCO_OK;
}

static garco_status
check_statistics (const plan *p, garco_error *error)
{
  for (size_t i = 0; i < p->gathered.nstatistics; i++)
  {
    const garco_statistic *s = &p->gathered.statistics[i];
    if ((unsigned)s->aggregate >= GARCO_AGGREGATE_COUNT)
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "no statistic has the number %d",
                          (int)s->aggregate);
    if (s->aggregate == GARCO_QUANTILE && !(s->quantile >= 0 && s->quantile <= 1))
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "quantile %g: expected 0 to 1",
                          s->quantile);
  }
  return GARCO_OK;
}

/* The columns that the query gives: keys, fields, and the time. */
static garco_status
plan_columns (plan *p, garco_error *error)
{
  void *columns = NULL;
  size_t most = GARCO__KEY_COUNT + p->gathered.nfields + 1;
  GARCO_TRY (garco__allocate (&columns, most, sizeof (char *), error));
  p->columns = columns;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    if (p->gathered.by >> k & 1)
      p->columns[p->nkeys++] = garco__key_name ((garco__key)k);
  p->ncolumns = p->nkeys;
  for (size_t f = 0; f < p->gathered.nfields; f++)
    p->columns[p->ncolumns++] = p->fields[f];
  if (garco__statistics_need (p->gathered.statistics, p->gathered.nstatistics) & GARCO__NEEDS_ENDS)
    p->columns[p->ncolumns++] = garco__key_name (GARCO__TIME);
  return GARCO_OK;
}

static garco_status
make_plan (const garco_query_options *options, plan *p, garco_error *error)
{
  static const char *const standard[] = {"snr"};
  static const garco_statistic mean = {GARCO_MEAN, 0};
  const garco_stats_options *wanted = p->options;
  p->gathered.nfields = options->nfields > 0 ? options->nfields : 1;
  p->fields = options->nfields > 0 ? options->fields : standard;
  p->gathered.nstatistics = wanted->nstatistics > 0 ? wanted->nstatistics : 1;
  p->gathered.statistics = wanted->nstatistics > 0 ? wanted->statistics : &mean;
  if ((wanted->by & ~ALL_GROUPS) != 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "unknown grouping 0x%x", wanted->by);
  p->gathered.fast = wanted->fast;
  p->gathered.by = wanted->by & ~TIME_GROUPS;
  if ((wanted->by & TIME_GROUPS) != 0)
    p->gathered.by |= 1u << GARCO__TIME;
  GARCO_TRY (plan_time (p, error));
  GARCO_TRY (check_statistics (p, error));
  return plan_columns (p, error);
}

/* The pieces of the sources, and what each has given. */
typedef struct work
{
  const plan *plan;
  const garco_query_options *options;
  garco__piece *pieces;
  size_t npieces;
  garco__aggregator **parts; /* one a piece, NULL until it is read */
  garco__value_store *store;
  uint64_t tiles, kept; /* of fields, and those that metadata answer */
} work;

/* One tile, whose values count all or, where it is corrupt, not at all. */
static garco_status
add_tile_or_skip (const work *w, const garco__piece *piece, size_t tile, garco__aggregator *part,
                  garco_error *error)
{
  const garco_query_options *options = w->options;
  garco__aggregator *own = NULL;
  garco_error damage;
  GARCO_TRY (garco__aggregator_new (&w->plan->gathered, w->store, &own, error));
  garco_status status = garco__tiles_add (piece->tiles, tile, tile + 1, own, &damage);
  if (status >= 0)
    status = garco__aggregator_merge (part, own, error);
  else if (status != GARCO_ERR_CORRUPT && status != GARCO_ERR_TRUNCATED)
    *error = damage;
  else if (options->on_damage != NULL && options->on_damage (options->context, &damage) != 0)
    status = garco__fail (error, GARCO_ERR_CANCELLED, piece->source, "stopped");
  else
    status = GARCO_OK;
  garco__aggregator_free (&own);
  return status;
}

static garco_status
add_tiles (const work *w, const garco__piece *piece, garco__aggregator *part, garco_error *error)
{
  if (!w->options->skip_corrupt)
    return garco__tiles_add (piece->tiles, piece->from, piece->to, part, error);
  for (size_t i = piece->from; i < piece->to; i++)
    GARCO_TRY (add_tile_or_skip (w, piece, i, part, error));
  return GARCO_OK;
}

static garco_status
add_piece (const work *w, const garco__piece *piece, garco__aggregator *part, garco_error *error)
{
  garco_query_options options = *w->options;
  garco_query *query = NULL;
  garco_batch batch;
  if (piece->tiles != NULL)
    return add_tiles (w, piece, part, error);
  options.start_ms = piece->start_ms;
  options.end_ms = piece->end_ms;
  options.threads = 1; /* the pieces have theirs */
  if (!piece->first)
    options.on_notice = NULL; /* what is assumed of a source is said once */
  garco_status status =
      garco__query_open_as (piece->source, &options, piece->seen, piece->only, &query, error);
  while (status >= 0)
  {
    status = garco_query_next (query, &batch, error);
    if (status == GARCO_END)
      break;
    if (status >= 0)
      status = garco__aggregator_add (part, &batch, piece->source, error);
  }
  garco_query_free (&query);
  return status == GARCO_END ? GARCO_OK : status;
}

static garco_status
run_piece (void *context, size_t index, garco_error *error)
{
  const work *w = context;
  GARCO_TRY (garco__aggregator_new (&w->plan->gathered, w->store, &w->parts[index], error));
  return add_piece (w, &w->pieces[index], w->parts[index], error);
}

/* The caller's functions may not bear to be called by several threads: where one may be called for
 * each damaged place, one thread reads. */
static int
threads_of (const garco_query_options *options)
{
  bool called = (options->salvage || options->skip_corrupt) && options->on_damage != NULL;
  return called ? 1 : options->threads;
}

/* Whether runs of values will do, whatever their order. */
static bool
are_by_runs (const garco__aggregation *g)
{
  unsigned needs = garco__statistics_need (g->statistics, g->nstatistics);
  return (needs & GARCO__NEEDS_ENDS) == 0;
}

/* Reads all sources into the first part. Parts are joined in the order of the pieces. */
static garco_status
gather (const char *const *sources, size_t nsources, work *w, garco_error *error)
{
  void *parts = NULL;
  const garco__aggregation *g = &w->plan->gathered;
  const garco__aggregation *runs = are_by_runs (g) ? g : NULL;
  uint64_t start = garco__meter_now (w->options->meter);
  GARCO_TRY (
      garco__pieces_cut (sources, nsources, w->options, runs, &w->pieces, &w->npieces, error));
  garco__meter_planned (w->options->meter, start);
  for (size_t i = 0; g->fast && i < w->npieces; i++)
    if (w->pieces[i].owned != NULL)
      garco__tiles_count_known (w->pieces[i].owned, &w->tiles, &w->kept);
  GARCO_TRY (garco__allocate (&parts, w->npieces, sizeof (garco__aggregator *), error));
  w->parts = parts;
  GARCO_TRY (garco__value_store_new (w->options->memory / 2, &w->store, error));
  GARCO_TRY (garco__parallel_run (w->npieces, threads_of (w->options), run_piece, w, error));
  for (size_t i = 1; i < w->npieces; i++)
  {
    GARCO_TRY (garco__aggregator_merge (w->parts[0], w->parts[i], error));
    garco__aggregator_free (&w->parts[i]);
  }
  return GARCO_OK;
}

static void
free_work (work *w)
{
  for (size_t i = 0; w->parts != NULL && i < w->npieces; i++)
    garco__aggregator_free (&w->parts[i]);
  free (w->parts);
  garco__value_store_free (&w->store);
  garco__pieces_free (&w->pieces, w->npieces);
}

/* ---------------------------------------------------------------- the table */

/* A new column of `rows` values, named by two words or one. */
static garco_status
add_column (garco_stats *stats, garco_datatype type, size_t rows, const char *first,
            const char *second, void **values, garco_error *error)
{
  size_t at = stats->ncolumns;
  size_t length = strlen (first) + (second != NULL ? strlen (second) : 0) + 2;
  void *name = NULL;
  GARCO_TRY (garco__allocate (&stats->values[at], rows, garco_datatype_size (type), error));
  stats->ncolumns++;
  GARCO_TRY (garco__allocate (&name, length, 1, error));
  stats->names[at] = name;
  snprintf (name, length, "%s%s%s", first, second != NULL ? "_" : "", second != NULL ? second : "");
  *values = stats->values[at];
  stats->columns[at] = (garco_column){name, type, 1, *values, NULL, NULL};
  return GARCO_OK;
}

/* A column of the starts of groups in time. */
static garco_status
add_time (garco_stats *stats, const garco__aggregator *aggregator, const size_t *order,
          const char *name, int64_t span_ms, garco_error *error)
{
  size_t rows = garco__aggregator_groups (aggregator);
  void *values = NULL;
  GARCO_TRY (add_column (stats, GARCO_INT64, rows, name, NULL, &values, error));
  for (size_t i = 0; i < rows; i++)
  {
    int64_t start = garco__aggregator_key (aggregator, order[i], GARCO__TIME);
    int64_t number = garco__floor_div (start, span_ms);
    bool held = number >= INT64_MIN / span_ms && number <= INT64_MAX / span_ms;
    ((int64_t *)values)[i] = held ? number * span_ms : start;
  }
  return GARCO_OK;
}

static garco_status
add_key (garco_stats *stats, const garco__aggregator *aggregator, const size_t *order,
         garco__key key, garco_error *error)
{
  garco_datatype type = key == GARCO__OBS ? GARCO_UINT16 : GARCO_UINT8;
  size_t rows = garco__aggregator_groups (aggregator);
  void *values = NULL;
  GARCO_TRY (add_column (stats, type, rows, garco__key_name (key), NULL, &values, error));
  for (size_t i = 0; i < rows; i++)
  {
    int64_t value = garco__aggregator_key (aggregator, order[i], key);
    if (type == GARCO_UINT16)
      ((uint16_t *)values)[i] = (uint16_t)value;
    else
      ((uint8_t *)values)[i] = (uint8_t)value;
  }
  return GARCO_OK;
}

static garco_status
add_keys (garco_stats *stats, const plan *p, const garco__aggregator *aggregator,
          const size_t *order, garco_error *error)
{
  for (size_t i = 0; i < NTIME_GROUPS; i++)
    if ((p->options->by & time_groups[i].by) != 0)
      GARCO_TRY (add_time (stats, aggregator, order, time_groups[i].name, span_of (p, i), error));
  for (size_t k = GARCO__SYS; k < GARCO__KEY_COUNT; k++)
    if (p->gathered.by >> k & 1)
      GARCO_TRY (add_key (stats, aggregator, order, (garco__key)k, error));
  return GARCO_OK;
}

static bool
is_quantile (const garco_statistic *s)
{
  return s->aggregate == GARCO_MEDIAN || s->aggregate == GARCO_QUANTILE;
}

/* A column of one statistic; quantiles are put in later, all of a group at once. */
static garco_status
add_statistic (garco_stats *stats, const garco__aggregator *aggregator, const size_t *order,
               const char *name, size_t field, const garco_statistic *s, garco_error *error)
{
  size_t rows = garco__aggregator_groups (aggregator);
  bool number = s->aggregate == GARCO_COUNT || s->aggregate == GARCO_NAN;
  void *values = NULL;
  char what[32];
  garco_statistic_name (s, what);
  GARCO_TRY (
      add_column (stats, number ? GARCO_INT64 : GARCO_FLOAT64, rows, name, what, &values, error));
  double *bound = &stats->bounds[stats->ncolumns - 1];
  for (size_t i = 0; i < rows; i++)
    *bound = fmax (*bound, garco__aggregator_bound (aggregator, i, field, s->aggregate));
  for (size_t i = 0; i < rows && !is_quantile (s); i++)
    if (s->aggregate == GARCO_COUNT)
      ((int64_t *)values)[i] = garco__aggregator_count (aggregator, order[i], field);
    else if (s->aggregate == GARCO_NAN)
      ((int64_t *)values)[i] = garco__aggregator_absent (aggregator, order[i], field);
    else
      ((double *)values)[i] = garco__aggregator_value (aggregator, order[i], field, s->aggregate);
  return GARCO_OK;
}

/* Fills in the quantiles of one field, whose statistics begin at column `first`. */
static garco_status
fill_quantiles (garco_stats *stats, const plan *p, garco__aggregator *aggregator,
                const size_t *order, size_t field, size_t first, garco_error *error)
{
  void *made = NULL;
  size_t n = p->gathered.nstatistics, count = 0;
  garco_status status = GARCO_OK;
  GARCO_TRY (garco__allocate (&made, n * 2, sizeof (double), error));
  double *wanted = made, *found = wanted + n;
  for (size_t i = 0; i < n; i++)
    if (is_quantile (&p->gathered.statistics[i]))
      wanted[count++] = p->gathered.statistics[i].aggregate == GARCO_MEDIAN
                            ? NAN
                            : p->gathered.statistics[i].quantile;
  for (size_t row = 0; row < garco__aggregator_groups (aggregator) && count > 0; row++)
  {
    status =
        garco__aggregator_quantiles (aggregator, order[row], field, wanted, count, found, error);
    if (status < 0)
      break;
    for (size_t i = 0, at = 0; i < n; i++)
      if (is_quantile (&p->gathered.statistics[i]))
        ((double *)stats->values[first + i])[row] = found[at++];
  }
  free (made);
  return status;
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

static garco_status
fill_table (garco_stats *stats, const plan *p, garco__aggregator *aggregator, const size_t *order,
            garco_error *error)
{
  const garco__aggregation *g = &p->gathered;
  size_t most = NTIME_GROUPS + GARCO__KEY_COUNT + g->nfields * g->nstatistics;
  GARCO_TRY (allocate_table (stats, most, error));
  GARCO_TRY (add_keys (stats, p, aggregator, order, error));
  for (size_t f = 0; f < g->nfields; f++)
  {
    size_t first = stats->ncolumns;
    for (size_t i = 0; i < g->nstatistics; i++)
      GARCO_TRY (
          add_statistic (stats, aggregator, order, p->fields[f], f, &g->statistics[i], error));
    GARCO_TRY (fill_quantiles (stats, p, aggregator, order, f, first, error));
  }
  stats->table = (garco_batch){(int64_t)garco__aggregator_groups (aggregator), stats->ncolumns,
                               stats->columns};
  return GARCO_OK;
}

static garco_status
make_table (const plan *p, const work *w, garco_stats **stats, garco_error *error)
{
  garco__aggregator *aggregator = w->parts[0];
  void *made = NULL, *order = NULL;
  size_t groups = garco__aggregator_groups (aggregator);
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_stats), error));
  *stats = made;
  (*stats)->tiles = w->tiles;
  (*stats)->kept = w->kept;
  GARCO_TRY (garco__allocate (&order, groups, sizeof (size_t), error));
  garco_status status = garco__aggregator_sort (aggregator, order, error);
  if (status >= 0)
    status = fill_table (*stats, p, aggregator, order, error);
  free (order);
  return status;
}

garco_status
garco_stats_compute (const char *const *sources, size_t nsources,
                     const garco_query_options *options, const garco_stats_options *stats_options,
                     garco_stats **stats, garco_error *error)
{
  static const garco_query_options standard = GARCO_QUERY_OPTIONS_INIT;
  static const garco_stats_options plain = GARCO_STATS_OPTIONS_INIT;
  garco_query_options reading = options != NULL ? *options : standard;
  plan p = {.options = stats_options != NULL ? stats_options : &plain};
  work w = {.plan = &p, .options = &reading};
  *stats = NULL;
  garco_status status = make_plan (&reading, &p, error);
  reading.nfields = p.ncolumns;
  reading.fields = p.columns;
  if (status >= 0 && nsources == 0)
    status =
        garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "no source: expected a file or an array");
  if (status >= 0)
    status = gather (sources, nsources, &w, error);
  if (status >= 0)
    status = make_table (&p, &w, stats, error);
  if (status < 0)
    garco_stats_free (stats);
  free_work (&w);
  free (p.columns);
  return status;
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

garco_status
garco_query_explain (const char *source, const garco_query_options *options,
                     const garco_stats_options *stats_options, garco_explanation **explanation,
                     garco_error *error)
{
  static const garco_query_options standard = GARCO_QUERY_OPTIONS_INIT;
  garco_query_options reading = options != NULL ? *options : standard;
  plan p = {.options = stats_options};
  if (stats_options == NULL)
    return garco__explain (source, &reading, NULL, explanation, error);
  *explanation = NULL;
  garco_status status = make_plan (&reading, &p, error);
  reading.nfields = p.ncolumns;
  reading.fields = p.columns;
  if (status >= 0)
    status = garco__explain (source, &reading, are_by_runs (&p.gathered) ? &p.gathered : NULL,
                             explanation, error);
  free (p.columns);
  return status;
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
