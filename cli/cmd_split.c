/* garco split: a file to hours or days.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_convert.h"

enum
{
  SPLIT_BY = CONVERT_OPTION_COUNT,
  SPLIT_COMPRESS
};

static const struct poptOption options[] = {
    CLI_OPTION ("by", '\0', SPLIT_BY, "hour or day.", "SPAN"),
    CLI_OPTION ("compress", '\0', SPLIT_COMPRESS, "Compress the files: Z, gz, bz2, xz or zst.",
                "HOW"),
    CLI_OPTION ("to", '\0', CONVERT_TO,
                "rinex: plain text, crinex: Hatanaka; by default the form of FILE.", "FORM"),
    CONVERT_OPTIONS (CLI_OPTION ("output", 'o', SELECT_OUTPUT,
                                 "Folder to write to, made where it is not there.", "DIR")),
    CLI_OPTIONS_END};

typedef struct split_words
{
  cli_conversion convert;
  int64_t span_ms;
  char ending[8];
} split_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  static const char *const endings[] = {"Z", "gz", "bz2", "xz", "zst"};
  split_words *s = state;
  if (option == SPLIT_BY)
  {
    s->span_ms = strcmp (argument, "hour") == 0  ? 3600000
                 : strcmp (argument, "day") == 0 ? 86400000
                                                 : 0;
    return s->span_ms != 0 ? CLI_OK
                           : cli_usage (verb, "--by is \"%s\": expected hour or day", argument);
  }
  if (option != SPLIT_COMPRESS)
    return cli_convert_take (&s->convert, verb, option, name, argument);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (strcmp (endings[i], argument) == 0)
    {
      snprintf (s->ending, sizeof s->ending, ".%s", argument);
      return CLI_OK;
    }
  return cli_usage (verb, "--compress is \"%s\": expected Z, gz, bz2, xz or zst", argument);
}

static void
on_file (void *context, const char *path)
{
  (void)context;
  printf ("%s\n", path);
}

static int
split_file (const cli_verb *verb, const char *input, split_words *s)
{
  garco_convert_options wanted;
  garco_error error;
  const char *directory = s->convert.select.output;
  if (s->span_ms == 0)
    return cli_usage (verb, "no --by: expected --by hour or --by day");
  if (directory == NULL || strcmp (directory, "-") == 0)
    return cli_usage (verb, "no folder to write to: expected -o DIR");
  if (cli_form_is_rows (s->convert.to))
    return cli_usage (verb, "files are split to rinex or crinex");
  int status = cli_convert_options (&s->convert, verb, &wanted);
  wanted.ending = s->ending[0] != '\0' ? s->ending : NULL;
  wanted.on_file = on_file;
  if (status == CLI_OK && garco_split (input, directory, s->span_ms, &wanted, &error) < 0)
    status = cli_fail (&error);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  split_words s = {.convert = CLI_CONVERT_INIT};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &s, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "%zu files: expected one", words.count);
  if (status == CLI_OK)
    status = split_file (verb, words.words[0], &s);
  cli_words_free (&words);
  cli_select_free (&s.convert.select);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_split = {
    "split",
    "cut a RINEX file into hours or days",
    "[OPTIONS] FILE --by hour|day -o DIR",
    "Writes FILE, a RINEX observation file, plain or Hatanaka, in any usual compression, or - for "
    "standard input, as one file an hour or day into the folder DIR, and prints the names. Hours "
    "and days are those of the file's time system. Each file is whole: it has the header as it is "
    "in force at its begin. Names follow RINEX's rules (york044a.15d, "
    "ESBC00DNK_R_20201770100_01H_30S_MO.crx) by FILE's name or else the marker's, and replace "
    "files "
    "that have them. " SELECT_HELP,
    options,
    "  # hours of a day\n"
    "  garco split york0440.15d.Z --by hour -o hours --compress Z",
    run};
