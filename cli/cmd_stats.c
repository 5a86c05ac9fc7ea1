/* garco stats: counts, means and the like, by groups.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli_select.h"

enum
{
  STATS_AGG = SELECT_OPTION_COUNT,
  STATS_BY,
  STATS_THREADS
};

static const struct poptOption options[] = {
    CLI_OPTION ("agg", '\0', STATS_AGG,
                "Statistics: count, mean (the default), min, max, std, sum.", "LIST"),
    CLI_OPTION ("by", '\0', STATS_BY,
                "Groups: day, sys (or system), sat, obs (or obs_code). sat is the number alone; "
                "sys,sat is a satellite.",
                "LIST"),
    CLI_OPTION ("threads", '@', STATS_THREADS,
                "Threads that read: files side by side, an array by runs of days; as many as "
                "processors where not given. The numbers do not depend on it.",
                "NUMBER"),
    SELECT_OPTIONS, CLI_OPTIONS_END};

typedef struct stats_words
{
  cli_select select;
  cli_list aggregates, by;
  int threads;
} stats_words;

static int
take_threads (stats_words *s, const cli_verb *verb, const char *text)
{
  char *end;
  long threads = strtol (text, &end, 10);
  if (*text == '\0' || *end != '\0' || threads < 1 || threads > 1024)
    return cli_usage (verb, "--threads is \"%s\": expected a number of 1 to 1024", text);
  s->threads = (int)threads;
  return CLI_OK;
}

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  stats_words *s = state;
  if (option == STATS_AGG)
    return cli_list_add (&s->aggregates, verb, name, argument) ? CLI_OK : CLI_USAGE;
  if (option == STATS_BY)
    return cli_list_add (&s->by, verb, name, argument) ? CLI_OK : CLI_USAGE;
  if (option == STATS_THREADS)
    return take_threads (s, verb, argument);
  return cli_select_take (&s->select, verb, option, name, argument);
}

/* What is to be computed. */
typedef struct wanted
{
  garco_query_options options;
  garco_aggregate *aggregates;
  size_t naggregates;
  unsigned by;
} wanted;

static int
read_aggregates (const cli_list *list, const cli_verb *verb, wanted *w)
{
  w->aggregates = calloc (list->count + 1, sizeof *w->aggregates);
  if (w->aggregates == NULL)
    return cli_fail_text (NULL, "out of memory");
  w->aggregates[0] = GARCO_MEAN;
  w->naggregates = list->count > 0 ? list->count : 1;
  for (size_t i = 0; i < list->count; i++)
  {
    int found = -1;
    for (int a = 0; a < GARCO_AGGREGATE_COUNT; a++)
      if (strcmp (garco_aggregate_name ((garco_aggregate)a), list->words[i]) == 0)
        found = a;
    if (found < 0)
      return cli_usage (verb,
                        "unknown statistic \"%s\": expected count, mean, min, max, std or sum",
                        list->words[i]);
    w->aggregates[i] = (garco_aggregate)found;
  }
  return CLI_OK;
}

static int
read_groups (const cli_list *list, const cli_verb *verb, unsigned *by)
{
  static const struct
  {
    const char *name;
    unsigned by;
  } groups[] = {{"day", GARCO_BY_DAY},       {"sys", GARCO_BY_SYSTEM},
                {"system", GARCO_BY_SYSTEM}, {"constell", GARCO_BY_SYSTEM},
                {"sat", GARCO_BY_SAT},       {"obs", GARCO_BY_CODE},
                {"obs_code", GARCO_BY_CODE}, {"obs-code", GARCO_BY_CODE}};
  for (size_t i = 0; i < list->count; i++)
  {
    unsigned found = 0;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
      if (strcmp (groups[g].name, list->words[i]) == 0)
        found = groups[g].by;
    if (found == 0)
      return cli_usage (verb, "unknown group \"%s\": expected day, sys, sat or obs",
                        list->words[i]);
    *by |= found;
  }
  return CLI_OK;
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

static int
compute (const cli_words *words, const cli_select *select, const wanted *w)
{
  garco_stats *stats = NULL;
  garco_error error;
  if (garco_stats_compute (words->words, words->count, &w->options, w->by, w->aggregates,
                           w->naggregates, &stats, &error) < 0)
    return cli_fail (&error);
  int status = print_table (garco_stats_table (stats), select);
  garco_stats_free (&stats);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  stats_words s = {.select = CLI_SELECT_INIT};
  wanted w = {.aggregates = NULL};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &s, &words);
  if (status == CLI_OK && words.count == 0)
    status = cli_usage (verb, "no source: expected files or an array");
  if (status == CLI_OK)
    status = cli_select_options (&s.select, verb, &w.options);
  if (status == CLI_OK)
    status = read_aggregates (&s.aggregates, verb, &w);
  if (status == CLI_OK)
    status = read_groups (&s.by, verb, &w.by);
  if (status == CLI_OK)
  {
    w.options.threads = s.threads;
    status = compute (&words, &s.select, &w);
  }
  free (w.aggregates);
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
    "  # how many observations each satellite gives on each code\n"
    "  garco stats york0440.15d.Z --agg count --field range --by sys,sat,obs --format table",
    run};
