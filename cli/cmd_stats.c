/* garco stats: counts, means and the like, by groups.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_explain.h"

enum
{
  STATS_AGG = SELECT_OPTION_COUNT,
  STATS_BY,
  STATS_FAST
};

static const struct poptOption options[] = {
    CLI_OPTION ("agg", '\0', STATS_AGG,
                "Statistics: count, mean (the default), min, max, std, sum, median, quantiles as "
                "q05 (per cent) or q0.999 (a fraction), first and last (by time), nan (how many "
                "values are absent).",
                "LIST"),
    CLI_OPTION (
        "by", '\0', STATS_BY,
        "Groups: day, hour or a span such as 10m, counted from 1970-01-01; sys (or system), "
        "sat, obs (or obs_code). sat is the number alone; sys,sat is a satellite.",
        "LIST"),
    CLI_OPTION ("fast", '\0', STATS_FAST,
                "Arrays: count, nan, mean, min, max and sum from what fragments keep of their "
                "tiles, where these are selected whole and nothing else touches them. A line on "
                "standard error says how far the answer may be off.",
                NULL),
    SELECT_OPTIONS, CLI_OPTIONS_END};

typedef struct stats_words
{
  cli_select select;
  cli_list aggregates, by;
  bool fast;
} stats_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  stats_words *s = state;
  if (option == STATS_AGG)
    return cli_list_add (&s->aggregates, verb, name, argument) ? CLI_OK : CLI_USAGE;
  if (option == STATS_BY)
    return cli_list_add (&s->by, verb, name, argument) ? CLI_OK : CLI_USAGE;
  if (option == STATS_FAST)
  {
    s->fast = true;
    return CLI_OK;
  }
  return cli_select_take (&s->select, verb, option, name, argument);
}

/* What is to be computed. */
typedef struct wanted
{
  garco_query_options options;
  garco_stats_options stats;
  garco_statistic *statistics;
} wanted;

static int
read_statistics (const cli_list *list, const cli_verb *verb, wanted *w)
{
  garco_error error;
  w->statistics = calloc (list->count + 1, sizeof *w->statistics);
  if (w->statistics == NULL)
    return cli_fail_text (NULL, "out of memory");
  for (size_t i = 0; i < list->count; i++)
    if (garco_statistic_parse (list->words[i], &w->statistics[i], &error) < 0)
      return cli_usage (verb, "%s", error.message);
  w->stats.statistics = w->statistics;
  w->stats.nstatistics = list->count;
  return CLI_OK;
}

/* A group by its name, or a span of time. */
static int
read_group (const char *word, const cli_verb *verb, garco_stats_options *stats)
{
  static const struct
  {
    const char *name;
    unsigned by;
  } groups[] = {
      {"day", GARCO_BY_DAY},       {"hour", GARCO_BY_HOUR},       {"sys", GARCO_BY_SYSTEM},
      {"system", GARCO_BY_SYSTEM}, {"constell", GARCO_BY_SYSTEM}, {"sat", GARCO_BY_SAT},
      {"obs", GARCO_BY_CODE},      {"obs_code", GARCO_BY_CODE},   {"obs-code", GARCO_BY_CODE}};
  int64_t span_ms;
  for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
    if (strcmp (groups[g].name, word) == 0)
    {
      stats->by |= groups[g].by;
      return CLI_OK;
    }
  if (garco_span_parse (word, &span_ms, NULL) < 0)
    return cli_usage (verb,
                      "unknown group \"%s\": expected day, hour, a span such as 10m, sys, sat or "
                      "obs",
                      word);
  if ((stats->by & GARCO_BY_SPAN) != 0 && stats->span_ms != span_ms)
    return cli_usage (verb, "--by has two spans: expected one, besides day and hour");
  stats->by |= GARCO_BY_SPAN;
  stats->span_ms = span_ms;
  return CLI_OK;
}

static int
read_groups (const cli_list *list, const cli_verb *verb, garco_stats_options *stats)
{
  int status = CLI_OK;
  for (size_t i = 0; i < list->count && status == CLI_OK; i++)
    status = read_group (list->words[i], verb, stats);
  return status;
}

static int
print_table (const garco_batch *table, const cli_select *select)
{
  cli_output output;
  if (!cli_output_open (&output, select->output))
    return CLI_FAILURE;
  cli_printer *printer =
      cli_printer_new (&output, select->format, table->columns, table->ncolumns, NULL);
  bool good = printer != NULL && (table->rows == 0 || cli_printer_batch (printer, table)) &&
              cli_printer_end (printer);
  cli_printer_free (&printer);
  return cli_select_finish (&output, good);
}

/* How the answer came about and how far it may be off: "fast: 12 of 14 tiles from metadata;
 * snr_mean within 0.0005". */
static void
tell_bounds (const garco_stats *stats)
{
  const garco_batch *table = garco_stats_table (stats);
  uint64_t tiles = 0, kept = 0;
  bool told = false;
  garco_stats_tiles (stats, &tiles, &kept);
  fprintf (stderr, "garco: fast: %" PRIu64 " of %" PRIu64 " tiles from metadata", kept, tiles);
  for (size_t i = 0; i < table->ncolumns; i++)
    if (garco_stats_bound (stats, i) > 0)
    {
      fprintf (stderr, "%s %s within %.6g", told ? "," : ";", table->columns[i].name,
               garco_stats_bound (stats, i));
      told = true;
    }
  fprintf (stderr, "%s\n", told ? "" : "; the answer is exact");
}

static int
compute (const cli_words *words, const cli_select *select, const wanted *w)
{
  garco_stats *stats = NULL;
  garco_error error;
  if (garco_stats_compute (words->words, words->count, &w->options, &w->stats, &stats, &error) < 0)
    return cli_fail (&error);
  int status = print_table (garco_stats_table (stats), select);
  if (status == CLI_OK && w->stats.fast)
    tell_bounds (stats);
  garco_stats_free (&stats);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  stats_words s = {.select = CLI_SELECT_INIT};
  wanted w = {.stats = GARCO_STATS_OPTIONS_INIT};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &s, &words);
  if (status == CLI_OK && words.count == 0)
    status = cli_usage (verb, "no source: expected files or an array");
  if (status == CLI_OK)
    status = cli_select_options (&s.select, verb, &w.options);
  if (status == CLI_OK)
    status = read_statistics (&s.aggregates, verb, &w);
  w.stats.fast = s.fast;
  if (status == CLI_OK)
    status = read_groups (&s.by, verb, &w.stats);
  if (status == CLI_OK)
  {
    status = s.select.explain ? cli_explain (&words, &s.select, &w.options, &w.stats)
                              : compute (&words, &s.select, &w);
  }
  free (w.statistics);
  cli_words_free (&words);
  cli_select_free (&s.select);
  cli_list_free (&s.aggregates);
  cli_list_free (&s.by);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_stats = {
    "stats",
    "count and average the observations of files and arrays",
    "[OPTIONS] SOURCE...",
    "Prints one row a group: the keys it is grouped by, then FIELD_STATISTIC for each field (snr "
    "where --field is not given) and statistic. SOURCE is a RINEX observation file, - for "
    "standard input, or an array; all of them are added up together. Absent values are left out; "
    "std is that of a sample, divided by n - 1. " SELECT_HELP,
    options,
    "  # the mean strength of GPS L1 C/A, a day a row, from a file and from an array\n"
    "  garco stats york0440.15d.Z --agg mean --field snr --system G --obs-code 1C --by day\n"
    "  garco stats p057.tdb --agg mean --field snr --system G --obs-code 1C --by day\n\n"
    "  # median and the weakest twentieth, ten minutes a row\n"
    "  garco stats p057.tdb --agg median,q05 --by 10m --system G --where \"snr > 20\"\n\n"
    "  # how many observations each satellite gives on each code\n"
    "  garco stats york0440.15d.Z --agg count --field range --by sys,sat,obs --format table",
    run};
