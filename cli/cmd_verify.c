/* garco verify: whether an array holds what files hold.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_info.h"

enum
{
  VERIFY_SALVAGE = 1,
  VERIFY_ZEROS,
  VERIFY_EXTRA,
  VERIFY_MAX,
  VERIFY_JSON,
  VERIFY_BASE,
  VERIFY_MAP
};

static const struct poptOption options[] = {
    CLI_OPTION ("allow-extra", '\0', VERIFY_EXTRA,
                "Take it that the array holds more of a file's time than the file: other files may "
                "cover the same time.",
                NULL),
    CLI_OPTION ("max-differences", '\0', VERIFY_MAX,
                "Differences to print of a file, 10 where not said; all are counted.", "NUMBER"),
    CLI_OPTION ("json", '\0', VERIFY_JSON, "Print a JSON object a file, each on a line.", NULL),
    CLI_OPTION ("salvage", '\0', VERIFY_SALVAGE,
                "Leave damaged epochs out, each reported in a line on standard error, rather than "
                "fail.",
                NULL),
    CLI_OPTION (
        "keep-zeros", '\0', VERIFY_ZEROS,
        "Take a 0 in a code, phase or strength field as a value; so it is in any case where "
        "the array says that the file was put in like that.",
        NULL),
    CLI_OPTION ("system-base", '\0', VERIFY_BASE,
                "Number of GPS, 0 or 1, in an array that does not say.", "NUMBER"),
    CLI_CODE_MAP_OPTION (VERIFY_MAP),
    CLI_OPTIONS_END};

typedef struct verify_words
{
  garco_verify_options options;
  garco_code_map *code_map;
  bool json;
  size_t max;
  garco_difference *differences; /* the first of the file at hand */
  size_t count, capacity;
  size_t files, failed; /* reported so far */
  bool out_of_memory;
} verify_words;

static int
take_max (verify_words *w, const cli_verb *verb, const char *text)
{
  char *end;
  errno = 0;
  unsigned long number = strtoul (text, &end, 10);
  if (*end != '\0' || text[0] < '0' || text[0] > '9' || errno != 0 || number > 1000000)
    return cli_usage (verb, "--max-differences is \"%s\": expected a number up to 1000000", text);
  w->max = number;
  return CLI_OK;
}

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  verify_words *w = state;
  (void)name;
  switch (option)
  {
  case VERIFY_MAP:
    return cli_code_map (argument, &w->code_map);
  case VERIFY_MAX:
    return take_max (w, verb, argument);
  case VERIFY_BASE:
    if (strcmp (argument, "0") != 0 && strcmp (argument, "1") != 0)
      return cli_usage (verb, "--system-base is \"%s\": expected 0 or 1", argument);
    w->options.system_base = argument[0] - '0';
    return CLI_OK;
  case VERIFY_JSON:
    w->json = true;
    return CLI_OK;
  case VERIFY_EXTRA:
    w->options.allow_extra = true;
    return CLI_OK;
  case VERIFY_ZEROS:
    w->options.keep_zeros = true;
    return CLI_OK;
  default:
    w->options.salvage = true;
    return CLI_OK;
  }
}

static void
on_difference (void *context, const garco_difference *difference)
{
  verify_words *w = context;
  if (w->count >= w->max || w->out_of_memory)
    return;
  if (w->count == w->capacity)
  {
    size_t capacity = w->capacity * 2 + 16;
    garco_difference *more = realloc (w->differences, capacity * sizeof *more);
    w->out_of_memory = more == NULL;
    if (more == NULL)
      return;
    w->differences = more;
    w->capacity = capacity;
  }
  w->differences[w->count++] = *difference;
}

/* ---------------------------------------------------------------- fields of a cell */

#define REALS 4
static const char *const field_names[] = {"range", "phase", "doppler", "snr", "flags", "fcn"};
#define FIELDS (sizeof field_names / sizeof *field_names)
static const char *const kind_names[] = {"missing", "differs", "extra"};

static double
real_of (const garco_cell *cell, size_t field)
{
  const double reals[REALS] = {cell->range, cell->phase, cell->doppler, cell->snr};
  return reals[field];
}

/* The field as text of so many digits more than the fewest; "none" for an absent value. Its filter
 * leaves a value a hair beside the decimal one, which 15 digits (7 of a float) do not show. */
static void
field_text (const garco_cell *cell, size_t field, int more, char text[64])
{
  if (field >= REALS)
    snprintf (text, 64, "%d", field == REALS ? (int)cell->flags : (int)cell->fcn);
  else if (isnan (real_of (cell, field)))
    snprintf (text, 64, "none");
  else
    snprintf (text, 64, "%.*g", (field == 3 ? 7 : 15) + more, real_of (cell, field));
}

static json_t *
field_json (const garco_cell *cell, size_t field)
{
  if (field >= REALS)
    return json_integer (field == REALS ? cell->flags : cell->fcn);
  return isnan (real_of (cell, field)) ? json_null () : json_real (real_of (cell, field));
}

static const garco_cell *
cell_of (const garco_difference *difference)
{
  return difference->kind == GARCO_CELL_EXTRA ? &difference->in_array : &difference->in_file;
}

/* ---------------------------------------------------------------- for people */

static void
print_difference (const garco_difference *difference)
{
  const garco_cell *cell = cell_of (difference);
  char time[32], code[3], file[64], array[64];
  const char *before = ":";
  garco_time_text (cell->time, time);
  garco_obs_code_text (cell->obs, code);
  printf ("  %-7s  %s %c%02d %s", kind_names[difference->kind], time,
          garco_system_letter (cell->sys), cell->sat, code);
  for (size_t f = 0; f < FIELDS; f++)
  {
    if (difference->kind != GARCO_CELL_DIFFERS && f < REALS && !isnan (real_of (cell, f)))
    {
      field_text (cell, f, 0, file);
      printf ("%s %s %s", before, field_names[f], file);
      before = ",";
    }
    if (difference->kind != GARCO_CELL_DIFFERS || (difference->fields >> f & 1) == 0)
      continue;
    for (int more = 0; more <= 2 && (more == 0 || strcmp (file, array) == 0); more += 2)
    {
      field_text (&difference->in_file, f, more, file);
      field_text (&difference->in_array, f, more, array);
    }
    printf ("%s %s %s in the file, %s in the array", before, field_names[f], file, array);
    before = ";";
  }
  putchar ('\n');
}

static void
print_count (int64_t count, const char *what)
{
  if (count > 0)
    printf (", %" PRId64 " %s", count, what);
}

static void
print_report (const verify_words *w, const garco_verify_report *report)
{
  int64_t differences =
      report->missing + report->differing + (w->options.allow_extra ? 0 : report->extra);
  printf ("%s: %" PRId64 " cells%s", report->file, report->cells,
          report->missing == 0 && report->differing == 0 ? ", all equal" : "");
  print_count (report->missing, "missing");
  print_count (report->differing, "differing");
  print_count (report->extra, w->options.allow_extra ? "more in the array" : "extra in the array");
  print_count (report->crowded, "values without a cell of their own");
  print_count (report->damaged, "damaged places left out");
  printf ("%s\n",
          !report->recorded && report->missing > 0 ? "; the array has no record of the file" : "");
  for (size_t i = 0; i < w->count; i++)
    print_difference (&w->differences[i]);
  if (differences > (int64_t)w->count && w->count > 0)
    printf ("  and %" PRId64 " more\n", differences - (int64_t)w->count);
}

/* ---------------------------------------------------------------- JSON */

static json_t *
cell_json (const garco_cell *cell)
{
  json_t *object = json_object ();
  for (size_t f = 0; f < FIELDS; f++)
    json_object_set_new (object, field_names[f], field_json (cell, f));
  return object;
}

static json_t *
difference_json (const garco_difference *difference)
{
  const garco_cell *cell = cell_of (difference);
  char system[2] = {garco_system_letter (cell->sys), '\0'}, code[3];
  garco_obs_code_text (cell->obs, code);
  json_t *object = json_pack ("{s:s, s:o, s:s, s:i, s:o}", "kind", kind_names[difference->kind],
                              "time", cli_json_time (cell->time), "system", system, "sat",
                              (int)cell->sat, "obs_code", cli_json_text (code, 2));
  if (difference->kind != GARCO_CELL_EXTRA)
    json_object_set_new (object, "file", cell_json (&difference->in_file));
  if (difference->kind != GARCO_CELL_MISSING)
    json_object_set_new (object, "array", cell_json (&difference->in_array));
  return object;
}

static void
print_json (const verify_words *w, const garco_verify_report *report)
{
  json_t *differences = json_array ();
  for (size_t i = 0; i < w->count; i++)
    json_array_append_new (differences, difference_json (&w->differences[i]));
  json_t *object = json_pack (
      "{s:o, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "file",
      cli_json_text (report->file, strlen (report->file)), "holds", report->holds, "recorded",
      report->recorded, "epochs", (json_int_t)report->epochs, "cells", (json_int_t)report->cells,
      "missing", (json_int_t)report->missing, "differing", (json_int_t)report->differing, "extra",
      (json_int_t)report->extra, "crowded", (json_int_t)report->crowded, "damaged",
      (json_int_t)report->damaged, "differences", differences);
  json_dumpf (object, stdout, JSON_COMPACT | JSON_REAL_PRECISION (17));
  putchar ('\n');
  json_decref (object);
}

static void
on_report (void *context, const garco_verify_report *report)
{
  verify_words *w = context;
  w->files++;
  w->failed += !report->holds;
  if (w->json)
    print_json (w, report);
  else
    print_report (w, report);
  fflush (stdout);
  w->count = 0;
}

/* ---------------------------------------------------------------- the verb */

static int
verify (verify_words *w, const cli_words *words)
{
  garco_error error;
  const char *uri = words->words[words->count - 1];
  w->options.on_damage = cli_on_damage;
  w->options.on_notice = cli_on_notice;
  w->options.on_difference = on_difference;
  w->options.on_report = on_report;
  w->options.context = w;
  w->options.code_map = w->code_map;
  if (garco_verify (words->words, words->count - 1, uri, &w->options, &error) < 0)
    return cli_fail (&error);
  if (w->out_of_memory)
    return cli_fail_text (NULL, "out of memory");
  if (w->failed == 0)
    return CLI_OK;
  return cli_fail_text (uri, "does not hold %zu of %zu file%s", w->failed, w->files,
                        w->files == 1 ? "" : "s");
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  verify_words w = {.options = GARCO_VERIFY_OPTIONS_INIT, .max = 10};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count < 2)
    status = cli_usage (verb, "expected one or more files and an array");
  if (status == CLI_OK)
    status = verify (&w, &words);
  cli_words_free (&words);
  garco_code_map_free (&w.code_map);
  free (w.differences);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_verify = {
    "verify",
    "prove that an array holds what files hold",
    "[OPTIONS] FILE... URI",
    "Reads each FILE anew and compares it with the array at URI, observation by observation: every "
    "epoch, satellite and code, range, phase, Doppler and strength to the last digit that the "
    "array keeps, the flags that come from the loss-of-lock indicator, and the GLONASS channel "
    "where the file says it. One line a file says what was found: how many cells (an epoch, a "
    "satellite, a code) the file has, and how many of these are missing in the array, differ "
    "there, or are extra: in the array, between the file's first time and its last, and not in the "
    "file. The first differences follow.\n\n"
    "An extra cell is a failure, since it may be what is left of a file that was put in by "
    "mistake. Where several files cover the same time (two rates of a station, one file a "
    "system), --allow-extra takes them. Parts that follow each other, hours of a day, have "
    "none.\n\n"
    "Where the array has a record of a file, its types become the codes of that record, and zeros "
    "are kept as then. What RINEX holds and an array does not is not compared: comments and "
    "events, "
    "receiver clock offsets, the signal strength digit, the loss-of-lock indicator where there is "
    "no "
    "phase.",
    options,
    "  garco ingest p0570*.24d.Z p057.tdb\n"
    "  garco verify p0570*.24d.Z p057.tdb\n\n"
    "  # a file of an hour in an array that has the day at another rate too\n"
    "  garco verify --allow-extra p057001a.24o p057.tdb",
    run};
