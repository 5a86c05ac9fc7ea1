/* The plan of a query, printed before it runs, and what running it took: a name and a number a
 * line. SPDX-License-Identifier: Apache-2.0 */
#include "cli_explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "cli_output.h"

static void
put (cli_output *output, const char *name, uint64_t value)
{
  char line[64];
  snprintf (line, sizeof line, "%-18s%" PRIu64 "\n", name, value);
  cli_output_text (output, line);
}

static void
put_text (cli_output *output, const char *name, const char *text)
{
  char head[32];
  snprintf (head, sizeof head, "%-18s", name);
  cli_output_text (output, head);
  cli_output_text (output, text);
  cli_output_text (output, "\n");
}

static void
put_column (cli_output *output, const garco_explained_column *column)
{
  char numbers[128];
  snprintf (numbers, sizeof numbers,
            ": %" PRIu64 " tiles, %" PRIu64 " bytes, at most %" PRIu64 " unpacked\n", column->tiles,
            column->bytes, column->unpacked);
  cli_output_text (output, "column            ");
  cli_output_text (output, column->name);
  cli_output_text (output, numbers);
}

static void
put_plan (cli_output *output, const char *source, const garco_explanation *plan)
{
  put_text (output, "source", source);
  put_text (output, "kind", plan->array ? "array" : "file, read whole");
  if (!plan->array)
    return;
  put_text (output, "way", plan->by_tiles ? "tiles as they lie" : "rows in order");
  put (output, "fragments", plan->fragments);
  put (output, "fragments met", plan->fragments_met);
  put (output, "tiles", plan->tiles);
  put (output, "tiles met", plan->tiles_met);
  put (output, "tiles contested", plan->tiles_contested);
  put (output, "tiles kept", plan->tiles_kept);
  put (output, "cells", plan->cells);
  put (output, "requests", plan->requests);
  put (output, "bytes", plan->bytes);
  put (output, "metadata bytes", plan->metadata_bytes);
  for (size_t i = 0; i < plan->ncolumns; i++)
    put_column (output, &plan->columns[i]);
}

/* ---------------------------------------------------------------- what was measured */

static double
seconds_of (struct timeval time)
{
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Seconds of this process's processors. */
static double
processor_seconds (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return seconds_of (usage.ru_utime) + seconds_of (usage.ru_stime);
}

static double
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
put_seconds (cli_output *output, const char *name, double seconds)
{
  char line[64];
  snprintf (line, sizeof line, "%-18s%.6f\n", name, seconds);
  cli_output_text (output, line);
}

static garco_status
run_rows (const char *source, const garco_query_options *options, uint64_t *rows,
          garco_error *error)
{
  garco_query *query = NULL;
  garco_batch batch;
  garco_status status = garco_query_open (&source, 1, options, &query, error);
  while (status >= 0 && (status = garco_query_next (query, &batch, error)) == GARCO_OK)
    *rows += (uint64_t)batch.rows;
  garco_query_free (&query);
  return status == GARCO_END ? GARCO_OK : status;
}

static garco_status
run_stats (const char *source, const garco_query_options *options,
           const garco_stats_options *wanted, uint64_t *rows, garco_error *error)
{
  garco_stats *stats = NULL;
  garco_status status = garco_stats_compute (&source, 1, options, wanted, &stats, error);
  if (status >= 0)
    *rows = (uint64_t)garco_stats_table (stats)->rows;
  garco_stats_free (&stats);
  return status;
}

static void
put_measured (cli_output *output, const garco_measured *measured)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  put (output, "run tiles", measured->tiles);
  put (output, "run chunks", measured->chunks);
  put (output, "run unpacked", measured->chunks_unpacked);
  put (output, "run requests", measured->requests);
  put (output, "run bytes", measured->bytes);
  put (output, "run meta requests", measured->metadata_requests);
  put (output, "run meta bytes", measured->metadata_bytes);
  put_seconds (output, "run planning, s", measured->planning);
  put_seconds (output, "run reading, s", measured->reading);
  put_seconds (output, "run unpacking, s", measured->unpacking);
  put (output, "run peak, bytes", (uint64_t)usage.ru_maxrss * 1024);
}

/* Runs it, which counts in the meter, and prints what it took in place of its answer. */
static garco_status
run_and_put (cli_output *output, const char *source, const garco_query_options *options,
             const garco_stats_options *stats, garco_error *error)
{
  garco_query_options counted = *options;
  garco_measured measured;
  uint64_t rows = 0;
  double start = now (), used = processor_seconds ();
  garco_status status = garco_meter_new (&counted.meter, error);
  if (status >= 0 && stats != NULL)
    status = run_stats (source, &counted, stats, &rows, error);
  else if (status >= 0)
    status = run_rows (source, &counted, &rows, error);
  if (status >= 0)
  {
    garco_meter_read (counted.meter, &measured);
    put (output, "run rows", rows);
    put_seconds (output, "run, s", now () - start);
    put_seconds (output, "run processor, s", processor_seconds () - used);
    put_measured (output, &measured);
  }
  garco_meter_free (&counted.meter);
  return status;
}

static garco_status
explain_source (cli_output *output, const char *source, const cli_select *select,
                const garco_query_options *options, const garco_stats_options *stats,
                garco_error *error)
{
  garco_explanation *plan = NULL;
  garco_status status = garco_query_explain (source, options, stats, &plan, error);
  if (status < 0)
    return status;
  put_plan (output, source, plan);
  garco_explanation_free (&plan);
  return select->run ? run_and_put (output, source, options, stats, error) : GARCO_OK;
}

int
cli_explain (const cli_words *words, const cli_select *select, const garco_query_options *options,
             const garco_stats_options *stats)
{
  cli_output output;
  garco_error error;
  if (!cli_output_open (&output, select->output))
    return CLI_FAILURE;
  for (size_t i = 0; i < words->count; i++)
  {
    if (explain_source (&output, words->words[i], select, options, stats, &error) < 0)
    {
      cli_output_discard (&output);
      return cli_fail (&error);
    }
  }
  return cli_select_finish (&output, true);
}
