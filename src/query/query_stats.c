/* garco_stats_*: the rows of sources, piece by piece and by several threads, into groups, and the
 * groups into a table.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/parallel.h"
#include "query/query_aggregate.h"
#include "query/query_pieces.h"
#include "query/query_source.h"

struct garco_stats
{
  garco_batch table;
  garco_column *columns;
  void **values; /* per column */
  char **names;
  size_t ncolumns; /* made so far */
};

/* What is asked for, with the defaults put in. */
typedef struct plan
{
  unsigned by;
  size_t nfields;
  const char *const *fields;
  const garco_aggregate *aggregates;
  size_t naggregates;
  const char **columns; /* of the query: keys, then fields */
  size_t nkeys;
} plan;

static garco_status
make_plan (const garco_query_options *options, plan *p, garco_error *error)
{
  static const char *const standard[] = {"snr"};
  void *columns = NULL;
  p->nfields = options->nfields > 0 ? options->nfields : 1;
  p->fields = options->nfields > 0 ? options->fields : standard;
  if (p->naggregates == 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "no statistic: expected count, mean, min, max, std or sum");
  for (size_t i = 0; i < p->naggregates; i++)
    if ((unsigned)p->aggregates[i] >= GARCO_AGGREGATE_COUNT)
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "no statistic has the number %d",
                          (int)p->aggregates[i]);
  if (p->by >> GARCO__KEY_COUNT != 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "unknown grouping 0x%x", p->by);
  GARCO_TRY (garco__allocate (&columns, GARCO__KEY_COUNT + p->nfields, sizeof (char *), error));
  p->columns = columns;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    if (p->by >> k & 1)
      p->columns[p->nkeys++] = garco__key_name ((garco__key)k);
  for (size_t f = 0; f < p->nfields; f++)
    p->columns[p->nkeys + f] = p->fields[f];
  return GARCO_OK;
}

/* The pieces of the sources, and what each has given. */
typedef struct work
{
  const plan *plan;
  const garco_query_options *options;
  garco__piece *pieces;
  size_t npieces;
  garco__aggregator **parts; /* one a piece, NULL until it is read */
} work;

static garco_status
add_piece (const work *w, const garco__piece *piece, garco__aggregator *part, garco_error *error)
{
  garco_query_options options = *w->options;
  garco_query *query = NULL;
  garco_batch batch;
  if (piece->tiles != NULL)
    return garco__tiles_add (piece->tiles, piece->from, piece->to, part, error);
  options.start_ms = piece->start_ms;
  options.end_ms = piece->end_ms;
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
  const plan *p = w->plan;
  GARCO_TRY (garco__aggregator_new (p->by, p->nfields, p->aggregates, p->naggregates,
                                    &w->parts[index], error));
  return add_piece (w, &w->pieces[index], w->parts[index], error);
}

/* The caller's functions may not bear to be called by several threads: where one may be called for
 * each damaged place, one thread reads. */
static int
threads_of (const garco_query_options *options)
{
  return options->salvage && options->on_damage != NULL ? 1 : options->threads;
}

/* Reads all sources into the first part. Parts are joined in the order of the pieces. */
static garco_status
gather (const char *const *sources, size_t nsources, work *w, garco_error *error)
{
  void *parts = NULL;
  bool by_runs = garco__aggregates_by_runs (w->plan->aggregates, w->plan->naggregates);
  GARCO_TRY (garco__pieces_cut (sources, nsources, w->options, w->plan->by, by_runs, &w->pieces,
                                &w->npieces, error));
  GARCO_TRY (garco__allocate (&parts, w->npieces, sizeof (garco__aggregator *), error));
  w->parts = parts;
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

static garco_status
add_key (garco_stats *stats, const garco__aggregator *aggregator, const size_t *order,
         garco__key key, garco_error *error)
{
  static const garco_datatype types[GARCO__KEY_COUNT] = {GARCO_INT64, GARCO_UINT8, GARCO_UINT8,
                                                         GARCO_UINT16};
  size_t rows = garco__aggregator_groups (aggregator);
  const char *name = key == GARCO__TIME ? "day" : garco__key_name (key);
  void *values = NULL;
  GARCO_TRY (add_column (stats, types[key], rows, name, NULL, &values, error));
  for (size_t i = 0; i < rows; i++)
  {
    int64_t value = garco__aggregator_key (aggregator, order[i], key);
    if (types[key] == GARCO_INT64)
      ((int64_t *)values)[i] = value;
    else if (types[key] == GARCO_UINT16)
      ((uint16_t *)values)[i] = (uint16_t)value;
    else
      ((uint8_t *)values)[i] = (uint8_t)value;
  }
  return GARCO_OK;
}

static garco_status
add_statistic (garco_stats *stats, const garco__aggregator *aggregator, const size_t *order,
               const char *name, size_t field, garco_aggregate aggregate, garco_error *error)
{
  size_t rows = garco__aggregator_groups (aggregator);
  garco_datatype type = aggregate == GARCO_COUNT ? GARCO_INT64 : GARCO_FLOAT64;
  void *values = NULL;
  GARCO_TRY (
      add_column (stats, type, rows, name, garco_aggregate_name (aggregate), &values, error));
  for (size_t i = 0; i < rows; i++)
    if (aggregate == GARCO_COUNT)
      ((int64_t *)values)[i] = garco__aggregator_count (aggregator, order[i], field);
    else
      ((double *)values)[i] = garco__aggregator_value (aggregator, order[i], field, aggregate);
  return GARCO_OK;
}

static garco_status
fill_table (garco_stats *stats, const plan *p, const garco__aggregator *aggregator,
            const size_t *order, garco_error *error)
{
  size_t width = p->nkeys + p->nfields * p->naggregates;
  void *columns = NULL, *values = NULL, *names = NULL;
  GARCO_TRY (garco__allocate (&columns, width, sizeof *stats->columns, error));
  stats->columns = columns;
  GARCO_TRY (garco__allocate (&values, width, sizeof *stats->values, error));
  stats->values = values;
  GARCO_TRY (garco__allocate (&names, width, sizeof *stats->names, error));
  stats->names = names;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    if (p->by >> k & 1)
      GARCO_TRY (add_key (stats, aggregator, order, (garco__key)k, error));
  for (size_t f = 0; f < p->nfields; f++)
    for (size_t i = 0; i < p->naggregates; i++)
      GARCO_TRY (
          add_statistic (stats, aggregator, order, p->fields[f], f, p->aggregates[i], error));
  stats->table =
      (garco_batch){(int64_t)garco__aggregator_groups (aggregator), width, stats->columns};
  return GARCO_OK;
}

static garco_status
make_table (const plan *p, const garco__aggregator *aggregator, garco_stats **stats,
            garco_error *error)
{
  void *made = NULL, *order = NULL;
  size_t groups = garco__aggregator_groups (aggregator);
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_stats), error));
  *stats = made;
  GARCO_TRY (garco__allocate (&order, groups, sizeof (size_t), error));
  garco_status status = garco__aggregator_sort (aggregator, order, error);
  if (status >= 0)
    status = fill_table (*stats, p, aggregator, order, error);
  free (order);
  return status;
}

garco_status
garco_stats_compute (const char *const *sources, size_t nsources,
                     const garco_query_options *options, unsigned by,
                     const garco_aggregate *aggregates, size_t naggregates, garco_stats **stats,
                     garco_error *error)
{
  static const garco_query_options standard = GARCO_QUERY_OPTIONS_INIT;
  garco_query_options reading = options != NULL ? *options : standard;
  plan p = {.by = by, .aggregates = aggregates, .naggregates = naggregates};
  work w = {.plan = &p, .options = &reading};
  *stats = NULL;
  garco_status status = make_plan (&reading, &p, error);
  reading.nfields = p.nkeys + p.nfields;
  reading.fields = p.columns;
  if (status >= 0 && nsources == 0)
    status =
        garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "no source: expected a file or an array");
  if (status >= 0)
    status = gather (sources, nsources, &w, error);
  if (status >= 0)
    status = make_table (&p, w.parts[0], stats, error);
  if (status < 0)
    garco_stats_free (stats);
  free_work (&w);
  free (p.columns);
  return status;
}

const garco_batch *
garco_stats_table (const garco_stats *stats)
{
  return &stats->table;
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
  free ((*stats)->names);
  free ((*stats)->columns);
  free (*stats);
  *stats = NULL;
}
