/* garco simulate: days of a station that exists only as numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli_form.h"

#define DAY_MS INT64_C (86400000)

enum
{
  SIM_STATION = 1,
  SIM_POSITION,
  SIM_START,
  SIM_DAYS,
  SIM_DURATION,
  SIM_INTERVAL,
  SIM_SYSTEM,
  SIM_SEED,
  SIM_VERSION,
  SIM_FORM,
  SIM_OUTPUT
};

static const struct poptOption options[] = {
    CLI_OPTION ("station", '\0', SIM_STATION, "Four characters; P057 where not given.", "NAME"),
    CLI_OPTION ("position", '\0', SIM_POSITION,
                "Earth-centred, Earth-fixed, in metres; P057's where not given.", "X,Y,Z"),
    CLI_OPTION ("start", '\0', SIM_START, "First epoch; 2024-01-01 where not given.", "TIME"),
    CLI_OPTION ("days", '\0', SIM_DAYS, "Days, a file each in the folder that -o names.", "NUMBER"),
    CLI_OPTION ("duration", '\0', SIM_DURATION,
                "Length of one file: a number and one of ms s m h d w; 1d where not given.",
                "SPAN"),
    CLI_OPTION ("interval", '\0', SIM_INTERVAL,
                "Time from epoch to epoch, a span; 15s where not given.", "SPAN"),
    CLI_OPTION ("system", '\0', SIM_SYSTEM, "Letters of GREC; G where not given.", "LIST"),
    CLI_OPTION ("seed", '\0', SIM_SEED,
                "A number from 0: the same seed writes the same bytes; 1 where not given.",
                "NUMBER"),
    CLI_OPTION ("version", '\0', SIM_VERSION,
                "2 for RINEX 2.11 (where not given), 3 for RINEX 3.04.", "NUMBER"),
    CLI_OPTION ("form", '\0', SIM_FORM,
                "rinex: plain text, or crinex: Hatanaka; by the file's name where not given.",
                "FORM"),
    CLI_OPTION ("output", 'o', SIM_OUTPUT,
                "File, compressed by its ending (.Z .gz .bz2 .xz .zst); with --days a folder, made "
                "where it is not there; - is standard output.",
                "PATH"),
    CLI_OPTIONS_END};

typedef struct simulate_words
{
  garco_simulate_options wanted;
  char station[5], systems[8];
  char *output;
  int64_t days; /* 0: one file */
  bool has_duration;
  cli_form form;
} simulate_words;

/* ---------------------------------------------------------------- words */

static int
take_station (simulate_words *w, const cli_verb *verb, const char *text)
{
  bool good = strlen (text) == 4;
  for (int i = 0; good && i < 4; i++)
    good = isalnum ((unsigned char)text[i]) != 0;
  if (!good)
    return cli_usage (verb, "--station is \"%s\": expected four letters or digits", text);
  for (int i = 0; i < 5; i++)
    w->station[i] = (char)toupper ((unsigned char)text[i]);
  w->wanted.station = w->station;
  return CLI_OK;
}

static int
take_position (simulate_words *w, const cli_verb *verb, const char *text)
{
  const char *p = text;
  for (int i = 0; i < 3; i++)
  {
    char *end;
    w->wanted.position[i] = strtod (p, &end);
    bool good = end != p && *end == (i < 2 ? ',' : '\0') && w->wanted.position[i] > -1e8 &&
                w->wanted.position[i] < 1e8;
    if (!good)
      return cli_usage (verb, "--position is \"%s\": expected three numbers of metres, X,Y,Z",
                        text);
    p = end + 1;
  }
  return CLI_OK;
}

static int
take_systems (simulate_words *w, const cli_verb *verb, const char *text)
{
  size_t n = strlen (w->systems);
  for (const char *p = text; *p != '\0'; p++)
  {
    if (*p == ',')
      continue;
    if (strchr ("GREC", *p) == NULL)
      return cli_unknown (verb, "unknown system \"%s\": expected letters of GREC", text);
    if (strchr (w->systems, *p) == NULL)
      w->systems[n++] = *p;
  }
  w->wanted.systems = w->systems;
  return n > 0 ? CLI_OK : cli_usage (verb, "--system has no letter: expected some of GREC");
}

static int
take_number (const cli_verb *verb, const char *name, const char *text, uint64_t least,
             uint64_t most, uint64_t *number)
{
  char *end = NULL;
  errno = 0;
  *number = strtoull (text, &end, 10);
  if (!isdigit ((unsigned char)text[0]) || *end != '\0' || errno != 0 || *number < least ||
      *number > most)
    return cli_usage (verb, "--%s is \"%s\": expected a number from %" PRIu64 " to %" PRIu64, name,
                      text, least, most);
  return CLI_OK;
}

static int
take_time (const cli_verb *verb, const char *name, const char *text, bool span, int64_t *ms)
{
  garco_error error;
  if (span)
    return cli_span_take (verb, name, text, ms);
  return garco_time_parse (text, ms, &error) < 0
             ? cli_unknown (verb, "--%s: %s", name, error.message)
             : CLI_OK;
}

static int
take_version (simulate_words *w, const cli_verb *verb, const char *text)
{
  bool two = strcmp (text, "2") == 0 || strcmp (text, "2.11") == 0;
  if (!two && strcmp (text, "3") != 0 && strcmp (text, "3.04") != 0)
    return cli_usage (verb, "--version is \"%s\": expected 2 or 3", text);
  w->wanted.version = two ? 211 : 304;
  return CLI_OK;
}

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  simulate_words *w = state;
  uint64_t number = 0;
  int status = CLI_OK;
  switch (option)
  {
  case SIM_STATION:
    return take_station (w, verb, argument);
  case SIM_POSITION:
    return take_position (w, verb, argument);
  case SIM_START:
    return take_time (verb, name, argument, false, &w->wanted.start_ms);
  case SIM_DAYS:
    status = take_number (verb, name, argument, 1, 36525, &number);
    w->days = (int64_t)number;
    return status;
  case SIM_DURATION:
    w->has_duration = true;
    return take_time (verb, name, argument, true, &w->wanted.duration_ms);
  case SIM_INTERVAL:
    return take_time (verb, name, argument, true, &w->wanted.interval_ms);
  case SIM_SYSTEM:
    return take_systems (w, verb, argument);
  case SIM_SEED:
    return take_number (verb, name, argument, 0, UINT64_MAX, &w->wanted.seed);
  case SIM_VERSION:
    return take_version (w, verb, argument);
  case SIM_FORM:
    return cli_form_take (verb, name, argument, false, &w->form);
  default:
    free (w->output);
    w->output = strdup (argument);
    return CLI_OK;
  }
}

/* ---------------------------------------------------------------- files */

/* "15S", "01H", "05Z" (Hz): the interval as long names write it. */
static void
interval_name (int64_t ms, char *text, size_t size)
{
  static const struct
  {
    int64_t ms;
    char unit;
  } units[] = {{DAY_MS, 'D'}, {3600000, 'H'}, {60000, 'M'}, {1000, 'S'}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (ms % units[i].ms == 0 && ms / units[i].ms < 100)
    {
      snprintf (text, size, "%02u%c", (unsigned)(ms / units[i].ms) % 100, units[i].unit);
      return;
    }
  bool hertz = ms < 1000 && 1000 % ms == 0 && 1000 / ms < 100;
  snprintf (text, size, "%02u%c", hertz ? (unsigned)(1000 / ms) % 100 : 0, hertz ? 'Z' : 'U');
}

/* p0570010.24d.Z, or P05700USA_S_20240010000_01D_15S_MO.crx.gz. */
static void
day_name (const garco_simulate_options *wanted, char *name, size_t size)
{
  char station[5], time[32], first[32], interval[8];
  int64_t ms = wanted->start_ms, start_of_year = 0;
  bool plain = wanted->form == GARCO_FORM_RINEX;
  memcpy (station, wanted->station != NULL ? wanted->station : "P057", 5);
  garco_time_text (ms, time);
  snprintf (first, sizeof first, "%.4s", time);
  garco_time_parse (first, &start_of_year, NULL);
  int ordinal = (int)((ms - start_of_year) / DAY_MS) + 1;
  if (wanted->version >= 300)
  {
    interval_name (wanted->interval_ms, interval, sizeof interval);
    snprintf (name, size, "%s00USA_S_%.4s%03d%.2s%.2s_01D_%s_MO.%s.gz", station, time, ordinal,
              time + 11, time + 14, interval, plain ? "rnx" : "crx");
    return;
  }
  for (int i = 0; i < 4; i++)
    station[i] = (char)tolower ((unsigned char)station[i]);
  snprintf (name, size, "%s%03d0.%.2s%c.Z", station, ordinal, time + 2, plain ? 'o' : 'd');
}

static int
simulate_file (const garco_simulate_options *wanted, const char *path)
{
  garco_error error;
  if (garco_simulate (wanted, path, &error) >= 0)
    return CLI_OK;
  cli_fail (&error);
  return error.code == GARCO_ERR_ARGUMENT ? CLI_USAGE : CLI_FAILURE;
}

static int
simulate_days (simulate_words *w)
{
  garco_simulate_options wanted = w->wanted;
  int status = CLI_OK;
  if (mkdir (w->output, 0777) != 0 && errno != EEXIST)
    return cli_fail_text (w->output, "cannot be made: %s", strerror (errno));
  size_t size = strlen (w->output) + 80;
  char *path = malloc (size);
  if (path == NULL)
    return cli_fail_text (NULL, "out of memory");
  wanted.duration_ms = DAY_MS;
  for (int64_t day = 0; day < w->days && status == CLI_OK; day++)
  {
    char name[80];
    day_name (&wanted, name, sizeof name);
    size_t n = strlen (w->output);
    snprintf (path, size, "%s%s%s", w->output, w->output[n - 1] == '/' ? "" : "/", name);
    status = simulate_file (&wanted, path);
    wanted.start_ms += DAY_MS;
  }
  free (path);
  return status;
}

/* One day under a file's name is a file, all else with --days a folder. */
static bool
is_folder (const simulate_words *w)
{
  struct stat state;
  const char *slash = strrchr (w->output, '/');
  const char *name = slash != NULL ? slash + 1 : w->output;
  if (w->days > 1 || name[0] == '\0')
    return true;
  if (stat (w->output, &state) == 0)
    return S_ISDIR (state.st_mode);
  return strchr (name, '.') == NULL;
}

static int
simulate (simulate_words *w, const cli_verb *verb)
{
  if (w->output == NULL || w->output[0] == '\0')
    return cli_usage (verb, "no output: expected -o and a file, or --days and -o and a folder");
  if (w->days > 0 && w->has_duration)
    return cli_usage (verb, "--days and --duration exclude each other");
  bool folder = w->days > 0 && strcmp (w->output, "-") != 0 && is_folder (w);
  cli_form form = folder || w->form != CLI_FORM_BY_NAME ? w->form : cli_form_of_name (w->output);
  if (cli_form_is_rows (form))
    return cli_usage (verb, "%s names rows: expected a name of RINEX, or --form", w->output);
  w->wanted.form = form == CLI_FORM_RINEX ? GARCO_FORM_RINEX : GARCO_FORM_CRINEX;
  if (folder)
    return simulate_days (w);
  if (w->days > 1)
    return cli_usage (verb, "several days go into a folder, not to standard output");
  if (w->days == 1)
    w->wanted.duration_ms = DAY_MS;
  return simulate_file (&w->wanted, w->output);
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  simulate_words w = {.wanted = GARCO_SIMULATE_OPTIONS_INIT};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count > 0)
    status = cli_usage (verb, "unexpected word \"%s\": the output is given by -o", words.words[0]);
  if (status == CLI_OK)
    status = simulate (&w, verb);
  free (w.output);
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_simulate = {
    "simulate",
    "write the observations of a station that exists only as numbers",
    "[OPTIONS] -o FILE\n[OPTIONS] --days NUMBER -o FOLDER",
    "Writes RINEX observations of satellites on circular orbits, seen from a position: range, "
    "phase, Doppler and signal strength with elevation, noise, rise and set, gaps and slips. The "
    "same command writes the same bytes, and the files say in their header that they are "
    "simulated. With --days each day is a file named as archives do, p0570010.24d.Z, or in "
    "version 3 P05700USA_S_20240010000_01D_15S_MO.crx.gz.",
    options,
    "  # thirty days in the form of the archive\n"
    "  garco simulate --days 30 -o days\n\n"
    "  # an hour of three systems at 1 Hz, RINEX 3\n"
    "  garco simulate --version 3 --system G,R,E --interval 1s --duration 1h -o hour.crx.gz",
    run};
