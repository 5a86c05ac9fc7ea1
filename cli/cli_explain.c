/* The plan of a query, printed before it runs: a name and a number a line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_explain.h"

#include <inttypes.h>
#include <stdio.h>

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
    garco_explanation *plan = NULL;
    if (garco_query_explain (words->words[i], options, stats, &plan, &error) < 0)
    {
      cli_output_discard (&output);
      return cli_select_fail (&error);
    }
    put_plan (&output, words->words[i], plan);
    garco_explanation_free (&plan);
  }
  return cli_select_finish (&output, true);
}
