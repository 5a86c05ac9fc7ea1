/* garco merge: parts to one file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_convert.h"

static const struct poptOption options[] = {
    CLI_OPTION ("to", '\0', CONVERT_TO,
                "rinex: plain text, crinex: Hatanaka. By default the output's name decides, and "
                "where it says nothing the first part's form.",
                "FORM"),
    CONVERT_OPTIONS (SELECT_OUTPUT_OPTION), CLI_OPTIONS_END};

static int
merge_files (const cli_verb *verb, const cli_words *words, cli_conversion *convert)
{
  garco_convert_options wanted;
  garco_error error;
  const char *output = convert->select.output != NULL ? convert->select.output : "-";
  cli_form form = convert->to != CLI_FORM_BY_NAME ? convert->to : cli_form_of_name (output);
  if (cli_form_is_rows (form))
    return cli_usage (verb,
                      "parts are merged to rinex or crinex; query prints the rows of several");
  int status = cli_convert_options (convert, verb, &wanted);
  if (status == CLI_OK && garco_convert (words->words, words->count, output, &wanted, &error) < 0)
    status = cli_convert_fail (&error, output);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  cli_conversion convert = CLI_CONVERT_INIT;
  cli_words words;
  int status = cli_words_read (verb, argc, argv, cli_convert_take, &convert, &words);
  if (status == CLI_OK && words.count == 0)
    status = cli_usage (verb, "no file: expected one or more");
  if (status == CLI_OK)
    status = merge_files (verb, &words, &convert);
  cli_words_free (&words);
  cli_select_free (&convert.select);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_merge = {
    "merge",
    "put RINEX files together, in the order of their times",
    "[OPTIONS] FILE... -o OUT",
    "Writes FILEs of one station, in any order, plain or Hatanaka, in any usual compression, as "
    "one file to OUT, - or nothing for standard output, in the form and compression that its name "
    "says. " SELECT_HELP
    "\n\nThe header is the earliest file's with the types of all; records that another file's "
    "header has otherwise become an event before its first epoch. An epoch that several files have "
    "is written once; epochs of one time that differ end the command and name both, or with "
    "--salvage the first counts.",
    options,
    "  # a day of hours\n"
    "  garco merge york044?.15d.Z -o york0440.15d.Z",
    run};
