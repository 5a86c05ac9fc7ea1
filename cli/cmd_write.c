/* garco write: rows of a text file into an array.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_number.h"
#include "cli_rows.h"
#include "cli_travel.h"

#define DEFAULT_MEMORY (UINT64_C (1) << 30)

enum
{
  WRITE_FORMAT = 1,
  WRITE_MEMORY,
  WRITE_TIMESTAMP,
  WRITE_LEVEL
};

static const struct poptOption options[] = {
    CLI_OPTION ("format", '\0', WRITE_FORMAT,
                "csv or jsonl; where not given by the file's ending, csv for standard input.",
                "FORMAT"),
    CLI_OPTION (
        "memory", '\0', WRITE_MEMORY,
        "Memory that the rows may take, and that they are sorted and written with: bytes, or "
        "a number and one of K M G; 1G where not given.",
        "SIZE"),
    CLI_ZSTD_LEVEL_OPTION (WRITE_LEVEL), CLI_TIMESTAMP_OPTION (WRITE_TIMESTAMP), CLI_OPTIONS_END};

typedef struct write_words
{
  bool has_format, json;
  garco_write_options options;
} write_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  write_words *w = state;
  (void)name;
  if (option == WRITE_TIMESTAMP)
    return cli_take_timestamp (verb, argument, &w->options.timestamp);
  if (option == WRITE_LEVEL)
    return cli_zstd_level_take (verb, argument, &w->options.zstd_level);
  if (option == WRITE_FORMAT)
  {
    w->has_format = true;
    w->json = strcmp (argument, "jsonl") == 0;
    return w->json || strcmp (argument, "csv") == 0
               ? CLI_OK
               : cli_usage (verb, "--format is \"%s\": expected csv or jsonl", argument);
  }
  if (!cli_bytes_read (argument, &w->options.memory) || w->options.memory == 0)
    return cli_usage (verb, "--memory is \"%s\": expected bytes, such as 512M", argument);
  return CLI_OK;
}

static bool
ends_with (const char *text, const char *ending)
{
  size_t n = strlen (text), m = strlen (ending);
  return n >= m && strcmp (text + n - m, ending) == 0;
}

/* Letters that became numbers are letters for readers only where the array says so. */
static void
say_numbers (const cli_rows *rows, garco_write_options *how)
{
  static const garco_metadata_info item = {GARCO_SYSTEM_NUMBERING_KEY, GARCO_STRING_UTF8,
                                           sizeof GARCO_SYSTEM_NUMBERING - 1,
                                           GARCO_SYSTEM_NUMBERING};
  how->metadata = &item;
  how->nmetadata = rows->letters && !rows->numbers_said ? 1 : 0;
}

/* An error that names a row names its line. */
static int
fail_at_line (const cli_rows *rows, garco_error *error)
{
  if (error->code == GARCO_ERR_ARGUMENT && error->line > 0 && (uint64_t)error->line <= rows->count)
  {
    error->line = rows->lines[error->line - 1];
    snprintf (error->source, sizeof error->source, "%s", rows->path);
  }
  return cli_fail (error);
}

static int
write_rows (cli_rows *rows, const write_words *w)
{
  garco_error error;
  garco_batch batch = cli_rows_batch (rows);
  garco_write_options how = w->options;
  garco_status status = GARCO_OK;
  say_numbers (rows, &how);
  if (rows->count > 0)
    status = garco_array_write (rows->array, &batch, &how, NULL, &error);
  if (status < 0)
    return fail_at_line (rows, &error);
  printf ("%s: %zu cells\n", rows->path, rows->count);
  return CLI_OK;
}

static int
write_file (const char *uri, const char *path, const write_words *w)
{
  garco_array *array = NULL;
  garco_error error;
  bool standard = strcmp (path, "-") == 0;
  cli_rows rows = {.path = standard ? "standard input" : path, .memory = w->options.memory};
  if (garco_array_open (uri, NULL, &array, &error) < 0)
    return cli_fail (&error);
  FILE *file = standard ? stdin : fopen (path, "rb");
  rows.array = array;
  rows.schema = garco_array_schema (array);
  int status = file != NULL ? CLI_OK : cli_fail_text (path, "cannot open: %s", strerror (errno));
  if (status == CLI_OK)
    status = cli_rows_read (
        &rows, file,
        w->has_format ? w->json : ends_with (path, ".jsonl") || ends_with (path, ".json"));
  if (status == CLI_OK)
    status = write_rows (&rows, w);
  if (file != NULL && !standard)
    fclose (file);
  cli_rows_free (&rows);
  garco_array_free (&array);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  write_words w = {false, false, {.memory = DEFAULT_MEMORY}};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count != 2)
    status = cli_usage (verb, "expected an array and a file");
  if (status == CLI_OK)
    status = write_file (words.words[0], words.words[1], &w);
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_write = {
    "write",
    "put rows of a table into an array",
    "[OPTIONS] URI FILE",
    "Writes the rows of FILE (- for standard input) into the array at URI, all of them at once or, "
    "at the first line that is wrong, none. FILE is CSV, whose first line names the array's "
    "fields, "
    "or JSON lines, an object a line with the fields as keys. Rows may stand in any order; a row "
    "at "
    "coordinates that the array holds already replaces what is there, unless the array keeps "
    "duplicates.\n\n"
    "Columns may also have the names that garco query gives them, so that what it prints can be "
    "written to another array. Numbers are written plain; a time may be written as "
    "2024-05-11T12:00:00 where the field is a date or counts milliseconds, a code as 1C, a system "
    "by its letter. Nothing between two "
    "commas, "
    "or null, is null in a nullable field and NaN in one of floating type. Several values of one "
    "cell are divided by blanks or semicolons, or stand in a list.",
    options,
    "  garco create --schema demo thin.tdb\n"
    "  garco write thin.tdb rows.csv\n\n"
    "  # what another program prints\n"
    "  make-rows | garco write --format jsonl thin.tdb -",
    run};
