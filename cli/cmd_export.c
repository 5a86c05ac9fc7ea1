/* garco export: an array as a RINEX file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli_form.h"
#include "cli_select.h"

enum
{
  EXPORT_TO = SELECT_OPTION_COUNT,
  EXPORT_VERSION,
  EXPORT_HEADER
};

static const struct poptOption options[] = {
    CLI_OPTION ("to", '\0', EXPORT_TO,
                "rinex: plain text, or crinex: Hatanaka; by the file's name where not given.",
                "FORM"),
    CLI_OPTION (
        "version", '\0', EXPORT_VERSION,
        "RINEX version: 2 for 2.11, 3 for 3.04, or one such as 3.05; the header's where not "
        "given.",
        "VERSION"),
    CLI_OPTION ("header", '\0', EXPORT_HEADER,
                "RINEX file whose header is taken in place of the one that the array keeps.",
                "FILE"),
    SELECT_ROWS_OPTIONS,
    CLI_OPTION ("system-base", '\0', SELECT_BASE,
                "Number of GPS, 0 or 1, in an array that does not say.", "NUMBER"),
    CLI_AT_OPTION (SELECT_AT),
    CLI_BETWEEN_OPTION (SELECT_BETWEEN),
    SELECT_OUTPUT_OPTION,
    CLI_OPTIONS_END};

typedef struct export_words
{
  cli_select select;
  garco_export_options wanted;
  cli_form form;
  char *header;
} export_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  export_words *w = state;
  switch (option)
  {
  case EXPORT_TO:
    return cli_form_take (verb, name, argument, false, &w->form);
  case EXPORT_VERSION:
    return cli_version_take (verb, argument, &w->wanted.version);
  case EXPORT_HEADER:
    free (w->header);
    w->header = strdup (argument);
    return w->header != NULL ? CLI_OK : cli_fail_text (NULL, "out of memory");
  default:
    return cli_select_take (&w->select, verb, option, name, argument);
  }
}

static int
export_array (const cli_verb *verb, export_words *w, const char *uri,
              const garco_query_options *rows)
{
  garco_error error;
  garco_export_options *wanted = &w->wanted;
  cli_form form = w->form != CLI_FORM_BY_NAME ? w->form : cli_form_of_name (w->select.output);
  if (cli_form_is_rows (form))
    return cli_usage (verb, "%s names rows: expected a name of RINEX, or --to; query prints rows",
                      w->select.output);
  wanted->form = form == CLI_FORM_CRINEX ? GARCO_FORM_CRINEX : GARCO_FORM_RINEX;
  CLI_SELECT_COPY (wanted, rows);
  wanted->system_base = rows->system_base;
  wanted->timestamp_start = rows->timestamp_start;
  wanted->timestamp_end = rows->timestamp_end;
  wanted->header = w->header;
  wanted->on_notice = cli_on_notice;
  return garco_export (uri, w->select.output, wanted, &error) < 0 ? cli_fail (&error) : CLI_OK;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  export_words w = {.select = CLI_SELECT_INIT, .wanted = GARCO_EXPORT_OPTIONS_INIT};
  garco_query_options rows;
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "expected one array");
  if (status == CLI_OK && w.select.output == NULL)
    status = cli_usage (verb, "no output: expected -o FILE, or -o - for standard output");
  if (status == CLI_OK)
    status = cli_select_options (&w.select, verb, &rows);
  if (status == CLI_OK)
    status = export_array (verb, &w, words.words[0], &rows);
  cli_words_free (&words);
  cli_select_free (&w.select);
  free (w.header);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_export = {
    "export",
    "write what an array holds as a RINEX file",
    "[OPTIONS] URI -o FILE",
    "Writes the observations of the array at URI, or those that are selected, as a RINEX "
    "observation file, plain or Hatanaka, compressed by the ending of its name (.Z .gz .bz2 .xz "
    ".zst). Satellites stand in each epoch as in the file that they are from, or else by system "
    "and "
    "number. " SELECT_HELP
    "\n\nThe header is the one that the array keeps of the file that holds the first of the times, "
    "with types, times and channels made right where they have to be, and its version is written "
    "unless --version says another. An array of one file gives that file's observations back, "
    "under its own header, types and indicators of loss of lock. What an array does not keep is "
    "not "
    "written: comments and events in the body, receiver clock offsets, epochs and satellites "
    "without observations, and the strength digit, which stays blank since the strength itself is "
    "there. What the version cannot say is left out, and a note says what.",
    options,
    "  # a day for a program that reads RINEX\n"
    "  garco export p057.tdb --start 2024-05-11 --span 1d -o p0571320.24o\n\n"
    "  # GPS alone, as Hatanaka RINEX 3, compressed\n"
    "  garco export p057.tdb --system G --version 3 -o p057.crx.gz",
    run};
