/* garco_stats_compute: what is asked for, checked and with the defaults put in.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/error.h"
#include "query/query_explain.h"
#include "query/query_gather.h"
#include "query/query_statistic.h"

#define TIME_GROUPS (GARCO_BY_DAY | GARCO_BY_HOUR | GARCO_BY_SPAN)
#define ALL_GROUPS (TIME_GROUPS | GARCO_BY_SYSTEM | GARCO_BY_SAT | GARCO_BY_CODE)

typedef garco__stats_plan plan;

/* Cells are gathered by the shortest of the spans, which must divide the others. */
static garco_status
plan_time (plan *p, garco_error *error)
{
  int64_t shortest = INT64_MAX;
  if ((p->options->by & GARCO_BY_SPAN) != 0 && p->options->span_ms < 1)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "groups of %" PRId64 " ms: expected a span of 1 ms or more",
                        p->options->span_ms);
  for (size_t i = 0; i < GARCO__TIME_GROUPS; i++)
    if ((p->options->by & garco__time_groups[i].by) != 0 &&
        garco__time_group_span (p, i) < shortest)
      shortest = garco__time_group_span (p, i);
  for (size_t i = 0; i < GARCO__TIME_GROUPS; i++)
    if ((p->options->by & garco__time_groups[i].by) != 0 &&
        garco__time_group_span (p, i) % shortest != 0)
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                          "groups by spans of %" PRId64 " and %" PRId64
                          " ms: expected one to divide the other",
                          shortest, garco__time_group_span (p, i));
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

garco_status
garco_stats_compute (const char *const *sources, size_t nsources,
                     const garco_query_options *options, const garco_stats_options *stats_options,
                     garco_stats **stats, garco_error *error)
{
  static const garco_query_options standard = GARCO_QUERY_OPTIONS_INIT;
  static const garco_stats_options plain = GARCO_STATS_OPTIONS_INIT;
  garco_query_options reading = options != NULL ? *options : standard;
  plan p = {.options = stats_options != NULL ? stats_options : &plain};
  *stats = NULL;
  garco_status status = make_plan (&reading, &p, error);
  reading.nfields = p.ncolumns;
  reading.fields = p.columns;
  if (status >= 0 && nsources == 0)
    status =
        garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "no source: expected a file or an array");
  if (status >= 0)
    status = garco__table_new (&p, stats, error);
  if (status >= 0)
    status = garco__stats_gather (sources, nsources, &reading, &p, *stats, error);
  if (status < 0)
    garco_stats_free (stats);
  free (p.columns);
  return status;
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
    status = garco__explain (source, &reading, &p.gathered, explanation, error);
  free (p.columns);
  return status;
}
