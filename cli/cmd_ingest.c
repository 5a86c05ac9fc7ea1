/* garco ingest: files into an array.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

enum
{
  INGEST_SALVAGE = 1,
  INGEST_ZEROS,
  INGEST_STATION,
  INGEST_MAP,
  INGEST_SCHEMA,
  INGEST_REPLACE,
  INGEST_PARTS,
  INGEST_AGAIN,
  INGEST_LEVEL
};

static const struct poptOption options[] = {
    CLI_OPTION ("salvage", '\0', INGEST_SALVAGE,
                "Leave damaged epochs out, each reported in a line on standard error, rather than "
                "fail.",
                NULL),
    CLI_OPTION ("keep-zeros", '\0', INGEST_ZEROS,
                "Take a 0 in a code, phase or strength field as a value; by the format it is a "
                "missing one.",
                NULL),
    CLI_OPTION ("any-station", '\0', INGEST_STATION,
                "Take files of another station than the array's, by MARKER NAME, too: an "
                "observation replaces one of the same time, satellite and code.",
                NULL),
    CLI_OPTION (
        "schema", '\0', INGEST_SCHEMA,
        "earthscope (where not given) or compact, which takes half the bytes: what an array "
        "is made by that is not there yet; one that is there must be of it.",
        "SCHEMA"),
    CLI_OPTION ("replace", '\0', INGEST_REPLACE,
                "When what the array holds of a file's time goes: deliveries (where not given), "
                "where a file of the same name was put in with other bytes; always; never: the "
                "file's own cells are replaced alone.",
                "WHEN"),
    CLI_OPTION ("keep-parts", '\0', INGEST_PARTS,
                "Do not join the parts of a day that is over into one fragment.", NULL),
    CLI_OPTION ("again", '\0', INGEST_AGAIN,
                "Put files in that the array had before, too, such as after a delete, or where an "
                "older delivery is to take the place of a newer one.",
                NULL),
    CLI_ZSTD_LEVEL_OPTION (INGEST_LEVEL),
    CLI_CODE_MAP_OPTION (INGEST_MAP),
    CLI_OPTIONS_END};

typedef struct ingest_words
{
  garco_ingest_options options;
  garco_code_map *code_map;
} ingest_words;

static int
take_schema (ingest_words *w, const cli_verb *verb, const char *name)
{
  static const char *const names[] = {"earthscope", "compact"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp (name, names[i]) == 0)
    {
      w->options.schema = names[i];
      return CLI_OK;
    }
  return cli_usage (verb, "--schema is \"%s\": expected earthscope or compact", name);
}

static int
take_replace (ingest_words *w, const cli_verb *verb, const char *when)
{
  static const char *const names[] = {"deliveries", "always", "never"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp (when, names[i]) == 0)
    {
      w->options.replace = (garco_ingest_replace)i;
      return CLI_OK;
    }
  return cli_usage (verb, "--replace is \"%s\": expected deliveries, always or never", when);
}

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  ingest_words *w = state;
  (void)name;
  if (option == INGEST_MAP)
    return cli_code_map (argument, &w->code_map);
  if (option == INGEST_LEVEL)
    return cli_zstd_level_take (verb, argument, &w->options.zstd_level);
  if (option == INGEST_SCHEMA)
    return take_schema (w, verb, argument);
  if (option == INGEST_REPLACE)
    return take_replace (w, verb, argument);
  if (option == INGEST_PARTS)
    w->options.keep_parts = true;
  else if (option == INGEST_AGAIN)
    w->options.again = true;
  else if (option == INGEST_SALVAGE)
    w->options.salvage = true;
  else if (option == INGEST_ZEROS)
    w->options.keep_zeros = true;
  else
    w->options.any_station = true;
  return CLI_OK;
}

static void
on_report (void *context, const garco_ingest_report *report)
{
  (void)context;
  if (report->outcome == GARCO_INGESTED)
    printf ("%s: %" PRId64 " epochs, %" PRId64 " cells", report->file, report->epochs,
            report->cells);
  else
    printf ("%s: %s", report->file,
            report->outcome == GARCO_INGESTED_BEFORE ? "ingested before, left out"
                                                     : "no observations, nothing written");
  if (report->replaced)
    printf (", in place of what was there of its time");
  if (report->damaged > 0)
    printf (", %" PRId64 " damaged place%s", report->damaged, report->damaged > 1 ? "s" : "");
  if (report->crowded > 0)
    printf (", %" PRId64 " without a cell of their own, which a type of the same code has",
            report->crowded);
  putchar ('\n');
  fflush (stdout);
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  ingest_words wanted = {GARCO_INGEST_OPTIONS_INIT, NULL};
  garco_error error;
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &wanted, &words);
  if (status == CLI_OK && words.count < 2)
    status = cli_usage (verb, "expected one or more files and an array");
  wanted.options.on_damage = cli_on_damage;
  wanted.options.on_report = on_report;
  wanted.options.code_map = wanted.code_map;
  if (status == CLI_OK && garco_ingest (words.words, words.count - 1, words.words[words.count - 1],
                                        &wanted.options, &error) < 0)
    status = cli_fail (&error);
  garco_code_map_free (&wanted.code_map);
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_ingest = {
    "ingest",
    "put RINEX files into an array",
    "[OPTIONS] FILE... URI",
    "Puts each FILE whole into the array at URI, which is made where it is not there. Each file "
    "is put in once: the array keeps the SHA-256 of what it holds, and a file of the same bytes is "
    "reported and left out. A file becomes visible all at once or not at all, also when the "
    "command is killed; the first failure ends the command, and the files before it stay.\n\nA "
    "fragment of the array holds one day. Hours and other parts are joined when their day is over, "
    "and a file that comes again with other bytes takes the place of what was there of its time "
    "(--replace). FILE is "
    "a RINEX observation file, plain or Hatanaka, in any usual compression, or - for standard "
    "input. One line a file says what was done.\n\n"
    "An array is of one station, that of its first file: what another one observed at the same "
    "time, of the same satellite and code, would take its place. A file whose MARKER NAME is "
    "another is refused (P057 and P05700USA are the same), unless --any-station is given.",
    options,
    "  # a month of a station\n"
    "  garco ingest p0570*.24d.Z p057.tdb\n\n"
    "  # the same at half the bytes\n"
    "  garco ingest --schema compact p0570*.24d.Z p057.tdb\n\n"
    "  # what can be saved of a damaged file\n"
    "  garco ingest --salvage badtime.10o p057.tdb",
    run};
