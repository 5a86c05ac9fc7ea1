/* garco query: rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_explain.h"

enum
{
  QUERY_LABELS = SELECT_OPTION_COUNT
};

static const struct poptOption options[] = {
    SELECT_OPTIONS,
    CLI_OPTION ("labels", '\0', QUERY_LABELS,
                "Labels in place of the numbers of an array's attributes that have an enumeration.",
                NULL),
    CLI_OPTIONS_END};

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  cli_select *select = state;
  if (option != QUERY_LABELS)
    return cli_select_take (select, verb, option, name, argument);
  select->labels = true;
  return CLI_OK;
}

/* Prints all batches; CLI_OK, or the status of the first failure. */
static int
print_rows (garco_query *query, cli_printer *printer, cli_output *output)
{
  garco_batch batch;
  garco_error error;
  garco_status status;
  bool good = true;
  while (good && (status = garco_query_next (query, &batch, &error)) != GARCO_END)
  {
    if (status < 0)
    {
      int code = cli_fail (&error);
      cli_output_discard (output);
      return code;
    }
    good = cli_printer_batch (printer, &batch);
  }
  good = good && cli_printer_end (printer);
  return cli_select_finish (output, good);
}

static int
query_sources (const cli_words *words, const cli_select *select, const garco_query_options *wanted)
{
  garco_query *query = NULL;
  garco_error error;
  cli_output output;
  size_t ncolumns;
  if (garco_query_open (words->words, words->count, wanted, &query, &error) < 0)
    return cli_fail (&error);
  const garco_column *columns = garco_query_columns (query, &ncolumns);
  const char *const *names = wanted->nfields > 0 ? wanted->fields : NULL;
  int status = CLI_FAILURE;
  if (cli_output_open (&output, select->output))
  {
    cli_printer *printer = cli_printer_new (&output, select->format, columns, ncolumns, names);
    if (printer != NULL)
      status = print_rows (query, printer, &output);
    else
      cli_output_discard (&output);
    cli_printer_free (&printer);
  }
  garco_query_free (&query);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  cli_select select = CLI_SELECT_INIT;
  garco_query_options wanted;
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &select, &words);
  if (status == CLI_OK && words.count == 0)
    status = cli_usage (verb, "no source: expected files or an array");
  if (status == CLI_OK)
    status = cli_select_options (&select, verb, &wanted);
  if (status == CLI_OK)
    status = select.explain ? cli_explain (&words, &select, &wanted, NULL)
                            : query_sources (&words, &select, &wanted);
  cli_words_free (&words);
  cli_select_free (&select);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_query = {
    "query",
    "print the observations of files and arrays",
    "[OPTIONS] SOURCE...",
    "Prints one row an observation: a time, a satellite and an observation code, with pseudorange "
    "(m), carrier phase (cycles), Doppler (Hz), signal strength (dB-Hz), lock counter, flags and "
    "the GLONASS channel. SOURCE is a RINEX observation file, - for standard input, or an "
    "array; several follow each other. Times are those of the file's time system and half-open: "
    "start <= time < end. " SELECT_HELP
    "\n\nThe columns are time,system,sat,obs_code,range,phase,doppler,snr,slip,flags,fcn, or those "
    "that --field asks for, in that order. An absent value is empty, null in JSON. Numbers are the "
    "shortest text that reads back to the same value. flags are 1 lost lock, 2 half cycle, 4 BOC "
    "tracking, 8 antispoofing (RINEX 2), 16 power failure before the epoch.",
    options,
    "  # twelve hours of GPS L1 C/A\n"
    "  garco query p057.tdb --start 2024-05-11 --span 12h --system G --obs-code 1C\n\n"
    "  # two satellites' strength out of a compressed file\n"
    "  garco query york0440.15d.Z --sat G05,G07 --field time,sat,snr -o snr.csv\n\n"
    "  # the strong signals of two satellites\n"
    "  garco query p057.tdb --where \"snr > 45 and sat in (3, 5) and obs_code == '1C'\"\n\n"
    "  # from a pipe, as JSON lines\n"
    "  zcat p0570010.24d.Z | garco query - --format jsonl",
    run};
