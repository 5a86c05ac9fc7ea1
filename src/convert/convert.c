/* Conversions from beginning to end: what is asked for is settled from the inputs' headers and,
 * where the output's header or types depend on all that follows, from a survey of them; then the
 * parts are run. Standard input cannot be read twice and is not surveyed.
 *
 *   scan (times, versions) -> survey -> run -> what was lost
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/civil_time.h"
#include "base/error.h"
#include "convert/convert_head.h"
#include "convert/convert_run.h"

#define HOUR_MS INT64_C (3600000)
#define RATE_EPOCHS 50 /* read to find the interval */

/* The inputs, in the order of their times. */
struct inputs
{
  garco__part *parts;
  size_t count;
  bool again; /* all can be read a second time */
};

static bool
is_stream (const char *path)
{
  return strcmp (path, "-") == 0;
}

static garco_status
inputs_new (const char *const *paths, size_t count, struct inputs *inputs, garco_error *error)
{
  void *room;
  GARCO_TRY (garco__allocate (&room, count, sizeof *inputs->parts, error));
  *inputs = (struct inputs){room, count, true};
  for (size_t i = 0; i < count; i++)
  {
    inputs->parts[i].path = paths[i];
    inputs->parts[i].index = i;
    inputs->again = inputs->again && !is_stream (paths[i]);
  }
  return GARCO_OK;
}

static void
inputs_free (struct inputs *inputs)
{
  for (size_t i = 0; i < inputs->count; i++)
    garco__part_close (&inputs->parts[i]);
  free (inputs->parts);
  *inputs = (struct inputs){NULL, 0, false};
}

/* ------------------------------------------------------------------ scanning */

/* Opens the part and reads to its first epoch. Files are closed again. */
static garco_status
scan_part (const garco__run *run, garco__part *part, garco_error *error)
{
  garco_reader_options reading = garco__run_reading (run);
  if (!is_stream (part->path))
    reading.on_damage = NULL;
  GARCO_TRY (garco__part_open (part, &reading, error));
  garco_status status = garco__part_next (part, error);
  while (status == GARCO_OK && !part->has_epoch && !is_stream (part->path))
    status = garco__part_next (part, error);
  GARCO_TRY (status);
  part->first_ms = part->has_epoch ? part->epoch.time_ms : INT64_MIN;
  part->first_ps = part->epoch.time_ps;
  if (!is_stream (part->path))
    garco__part_close (part);
  return GARCO_OK;
}

/* By first epoch; parts without one last, equals as they were given. */
static int
compare_parts (const void *a, const void *b)
{
  const garco__part *x = a, *y = b;
  if ((x->first_ms == INT64_MIN) != (y->first_ms == INT64_MIN))
    return x->first_ms == INT64_MIN ? 1 : -1;
  if (x->first_ms != y->first_ms)
    return x->first_ms < y->first_ms ? -1 : 1;
  if (x->first_ps != y->first_ps)
    return x->first_ps < y->first_ps ? -1 : 1;
  return x->index < y->index ? -1 : 1;
}

static garco_status
scan (const garco__run *run, struct inputs *inputs, garco_error *error)
{
  if (inputs->count == 1)
  {
    const garco_reader_options reading = garco__run_reading (run);
    GARCO_TRY (garco__part_open (&inputs->parts[0], &reading, error));
    garco_status status = garco__part_next (&inputs->parts[0], error);
    return status < 0 ? status : GARCO_OK;
  }
  for (size_t i = 0; i < inputs->count; i++)
    GARCO_TRY (scan_part (run, &inputs->parts[i], error));
  qsort (inputs->parts, inputs->count, sizeof *inputs->parts, compare_parts);
  return GARCO_OK;
}

/* ------------------------------------------------------------------ settling */

static int
version_to_write (const garco__run *run, const struct inputs *inputs)
{
  int version = inputs->parts[0].version;
  if (run->options->version != 0)
    return run->options->version;
  for (size_t i = 1; i < inputs->count; i++)
    if ((inputs->parts[i].version < 300) == (version < 300) && inputs->parts[i].version > version)
      version = inputs->parts[i].version;
  return version;
}

static garco_form
form_to_write (const garco__run *run, const garco__part *first, const char *output)
{
  garco_form form, have = first->is_crinex ? GARCO_FORM_CRINEX : GARCO_FORM_RINEX;
  switch (run->options->form)
  {
  case GARCO_CONVERT_RINEX:
    return GARCO_FORM_RINEX;
  case GARCO_CONVERT_CRINEX:
    return GARCO_FORM_CRINEX;
  default:
    break;
  }
  if (output != NULL && garco__form_of_name (output, &form))
    return form;
  if (run->merges || output == NULL)
    return have;
  return have == GARCO_FORM_CRINEX ? GARCO_FORM_RINEX : GARCO_FORM_CRINEX;
}

static void
settle (garco__run *run, const struct inputs *inputs, const char *output)
{
  bool selects = run->selection.by[GARCO__SYS] || run->selection.by[GARCO__SAT] ||
                 run->selection.by[GARCO__OBS];
  run->merges = inputs->count > 1;
  run->rules.version = version_to_write (run, inputs);
  run->form = form_to_write (run, &inputs->parts[0], output);
  run->rewrites = selects || run->merges;
  for (size_t i = 0; i < inputs->count; i++)
    run->rewrites = run->rewrites || inputs->parts[i].version != run->rules.version;
  /* Lists whose count lies are written anew. */
  const garco_reader *reader = inputs->parts[0].reader;
  run->rewrites = run->rewrites || (reader != NULL && garco_reader_damaged (reader) > 0);
  run->altered = run->rewrites || run->selection.by[GARCO__TIME] || run->options->interval_ms > 0 ||
                 run->bucket_ms > 0;
}

/* All parts have the time system of the first, which is put into `system`. */
static garco_status
check_time_system (const garco__part *part, const garco_header *header, char system[4],
                   garco_error *error)
{
  if (system[0] == '\0')
    memcpy (system, header->time_system, sizeof header->time_system);
  if (memcmp (system, header->time_system, 3) == 0)
    return GARCO_OK;
  return garco__fail (error, GARCO_ERR_UNSUPPORTED, garco__input_name (part->path),
                      "times of %s behind a part with those of %s, expected one time system",
                      header->time_system, system);
}

/* The types of all inputs, so that the header has them. */
static garco_status
unite_types (garco__run *run, struct inputs *inputs, garco_error *error)
{
  garco_reader_options reading = garco__run_reading (run);
  char system[4] = "";
  reading.on_damage = NULL;
  run->lists->shared = run->rules.version < 300;
  for (size_t i = 0; i < inputs->count; i++)
  {
    garco_reader *reader = NULL;
    const garco__part *part = &inputs->parts[i];
    if (part->reader == NULL)
      GARCO_TRY (garco_reader_open (part->path, &reading, &reader, error));
    const garco_header *header = garco_reader_header (part->reader != NULL ? part->reader : reader);
    garco_status status = check_time_system (part, header, system, error);
    if (status == GARCO_OK)
      status = garco__run_unite (run, header, error);
    garco_reader_free (&reader);
    GARCO_TRY (status);
  }
  return GARCO_OK;
}

/* ------------------------------------------------------------------ the survey */

static bool
has_counts (const garco__part *part)
{
  return garco__head_count (&part->head, "TIME OF LAST OBS") > 0 ||
         garco__head_count (&part->head, "# OF SATELLITES") > 0 ||
         garco__head_count (&part->head, "PRN / # OF OBS") > 0;
}

static bool
needs_survey (const garco__run *run, const struct inputs *inputs)
{
  bool needs = false;
  if (!run->altered || !inputs->again)
    return false;
  for (size_t i = 0; i < inputs->count; i++)
    needs = needs || (inputs->parts[i].version < 300) != (run->rules.version < 300);
  return needs || (run->bucket_ms == 0 && (run->merges || has_counts (&inputs->parts[0])));
}

static garco_status
make_survey (const garco__run *run, const struct inputs *inputs, garco__survey *survey,
             garco_error *error)
{
  garco__run counting = {.surveying = true, .survey = survey, .merges = run->merges};
  struct inputs again = {NULL, 0, true};
  garco_status status;
  void *room;
  GARCO_TRY_DONE (garco__run_init (&counting, run->options, error));
  GARCO_TRY_DONE (garco__allocate (&room, inputs->count, sizeof *again.parts, error));
  again = (struct inputs){room, inputs->count, true};
  for (size_t i = 0; i < inputs->count; i++)
  {
    again.parts[i].path = inputs->parts[i].path;
    again.parts[i].first_ms = inputs->parts[i].first_ms;
    again.parts[i].first_ps = inputs->parts[i].first_ps;
  }
  counting.rewrites = counting.selection.by[GARCO__SYS] || counting.selection.by[GARCO__SAT] ||
                      counting.selection.by[GARCO__OBS];
  GARCO_TRY_DONE (garco__run_parts (&counting, again.parts, again.count, error));

done:
  inputs_free (&again);
  garco__run_free (&counting);
  return status;
}

static garco_status
run_all (garco__run *run, struct inputs *inputs, garco_error *error)
{
  void *room;
  garco__survey *survey = NULL;
  garco_status status = GARCO_OK;
  GARCO_TRY_DONE (garco__allocate (&room, 1, sizeof *survey, error));
  survey = room;
  if (needs_survey (run, inputs))
  {
    GARCO_TRY_DONE (make_survey (run, inputs, survey, error));
    run->survey = survey;
    run->rules.survey = survey;
  }
  if (run->merges)
    GARCO_TRY_DONE (unite_types (run, inputs, error));
  GARCO_TRY_DONE (garco__run_parts (run, inputs->parts, inputs->count, error));
  garco__run_report (run);

done:
  if (survey != NULL)
    garco__survey_free (survey);
  free (survey);
  return status;
}

garco_status
garco_convert (const char *const *inputs, size_t ninputs, const char *output,
               const garco_convert_options *options, garco_error *error)
{
  static const garco_convert_options standard = GARCO_CONVERT_OPTIONS_INIT;
  garco__run run = {0};
  struct inputs all = {NULL, 0, false};
  garco_status status;
  if (ninputs == 0 || output == NULL)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "no input or no output, expected one output and one or more inputs");
  GARCO_TRY_DONE (garco__run_init (&run, options != NULL ? options : &standard, error));
  GARCO_TRY_DONE (inputs_new (inputs, ninputs, &all, error));
  GARCO_TRY_DONE (scan (&run, &all, error));
  settle (&run, &all, output);
  run.path = output;
  GARCO_TRY_DONE (run_all (&run, &all, error));

done:
  inputs_free (&all);
  garco__run_free (&run);
  return status;
}

/* ------------------------------------------------------------------ splitting */

/* The shortest step between the first epochs; 0 where it cannot be found. */
static int64_t
find_interval (const char *path, bool salvage)
{
  garco_reader_options reading = GARCO_READER_OPTIONS_INIT;
  garco_reader *reader = NULL;
  garco_epoch epoch;
  int64_t last = INT64_MIN, step = 0;
  reading.salvage = salvage;
  if (is_stream (path) || garco_reader_open (path, &reading, &reader, NULL) < 0)
    return 0;
  for (int i = 0; i < RATE_EPOCHS && garco_reader_next (reader, &epoch, NULL) == GARCO_OK; i++)
  {
    if (epoch.flag > 1)
      continue;
    if (last != INT64_MIN && epoch.time_ms > last && (step == 0 || epoch.time_ms - last < step))
      step = epoch.time_ms - last;
    last = epoch.time_ms;
  }
  garco_reader_free (&reader);
  return step;
}

/* The rate that names have: what is asked for, else what the header, the name or the file says. */
static void
set_rate (garco__run *run, const garco__part *part)
{
  const garco_header *header = garco_reader_header (part->reader);
  double seconds = header->interval;
  int64_t interval = seconds > 0 && seconds < 86400 ? (int64_t)llround (seconds * 1000) : 0;
  if (run->options->interval_ms > interval)
    interval = run->options->interval_ms;
  if (interval == 0 && run->station.rate[0] != '\0')
    return;
  if (interval == 0)
    interval = find_interval (part->path, run->options->salvage);
  garco__rate_text (interval, run->station.rate);
}

static garco_status
make_directory (const char *directory, garco_error *error)
{
  if (mkdir (directory, 0777) == 0 || errno == EEXIST)
    return GARCO_OK;
  return garco__fail_errno (error, directory, "the directory cannot be made");
}

garco_status
garco_split (const char *input, const char *directory, int64_t span_ms,
             const garco_convert_options *options, garco_error *error)
{
  static const garco_convert_options standard = GARCO_CONVERT_OPTIONS_INIT;
  garco__run run = {0};
  struct inputs all = {NULL, 0, false};
  garco_status status;
  if (input == NULL || directory == NULL || (span_ms != HOUR_MS && span_ms != GARCO__DAY_MS))
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "a span of %lld ms, expected 3600000 (an hour) or 86400000 (a day)",
                        (long long)span_ms);
  GARCO_TRY_DONE (garco__run_init (&run, options != NULL ? options : &standard, error));
  run.bucket_ms = span_ms;
  run.directory = directory;
  GARCO_TRY_DONE (inputs_new (&input, 1, &all, error));
  GARCO_TRY_DONE (scan (&run, &all, error));
  settle (&run, &all, NULL);
  garco__station_of (input, garco_reader_header (all.parts[0].reader), &run.station);
  set_rate (&run, &all.parts[0]);
  GARCO_TRY_DONE (make_directory (directory, error));
  GARCO_TRY_DONE (run_all (&run, &all, error));

done:
  inputs_free (&all);
  garco__run_free (&run);
  return status;
}
