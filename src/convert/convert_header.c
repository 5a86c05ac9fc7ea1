/* The header of an output file, and events, from those of the input: as they are where nothing is
 * left out, else brought in line with what is written.
 *
 *   types, scale factors       those that are written
 *   TIME OF FIRST OBS          the first epoch's
 *   INTERVAL                   the grid's, where that is the wider
 *   TIME OF LAST OBS, # OF SATELLITES, PRN / # OF OBS
 *                              counted beforehand; left out, with a notice, where that could not be
 *   RINEX VERSION / TYPE       the system's letter where it has become one, or several
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/civil_time.h"
#include "base/error.h"
#include "convert/convert_run.h"
#include "convert/convert_version.h"

#define PICOSECONDS_COLUMN 57 /* from 0, of epoch lines from 4.02 on */

static bool
is_other_class (int from, int to)
{
  return (from < 300) != (to < 300);
}

/* ------------------------------------------------------------------ types */

garco_status
garco__run_print_lists (const garco__run *run, const garco__lists *before, garco__buffer *lines,
                        garco_error *error)
{
  const garco__lists *lists = run->lists;
  for (int s = 0; s < (lists->shared ? 1 : GARCO_SYSTEM_COUNT); s++)
  {
    bool same = before != NULL && garco__lists_equal (before, lists, s);
    if (!same && (lists->count[s] > 0 || lists->shared))
      GARCO_TRY (garco__lists_print (lists, s, lines, error));
  }
  for (int s = 0; s < GARCO_SYSTEM_COUNT && before != NULL; s++)
    if (!garco__lists_equal (before, lists, s))
      GARCO_TRY (garco__lists_print_scale (lists, before, s, lines, error));
  return GARCO_OK;
}

static garco_status
print_scales (const garco__lists *lists, garco__buffer *lines, garco_error *error)
{
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    GARCO_TRY (garco__lists_print_scale (lists, NULL, s, lines, error));
  return GARCO_OK;
}

/* Lines of systems and types that are not written: `SYS / ...` with a letter in column 1. */
static bool
is_of_no_use (const void *context, garco__line line)
{
  const garco__run *run = context;
  garco__line label = garco__head_label (line);
  char code[4] = "";
  if (garco__head_is (line, "SYS / # / OBS TYPES") || garco__head_is (line, "SYS / SCALE FACTOR"))
    return false;
  bool glonass = label.size > 7 && memcmp (label.text, "GLONASS", 7) == 0;
  if (glonass)
    return run->lists->count[1] == 0;
  int system = garco_system_number (line.text[0]);
  if (label.size < 4 || memcmp (label.text, "SYS ", 4) != 0 || system < 0)
    return false;
  if (run->lists->count[system] == 0)
    return true;
  bool shift = garco__head_is (line, "SYS / PHASE SHIFT");
  garco__line name = garco__cut (line, 2, 3);
  memcpy (code, name.text, name.size);
  return shift && name.size > 0 && garco__lists_find (run->lists, system, code) < 0;
}

static garco_status
set_types (const garco__run *run, garco__buffer *text, garco_error *error)
{
  garco__buffer lines = {0};
  garco_status status = GARCO_OK;
  const char *label = run->lists->shared ? "# / TYPES OF OBSERV" : "SYS / # / OBS TYPES";
  GARCO_TRY_DONE (garco__run_print_lists (run, NULL, &lines, error));
  GARCO_TRY_DONE (garco__head_replace (text, label, &lines, error));
  if (run->lists->shared)
    goto done;
  lines.size = 0;
  GARCO_TRY_DONE (print_scales (run->lists, &lines, error));
  GARCO_TRY_DONE (garco__head_replace (text, "SYS / SCALE FACTOR", &lines, error));
  if (run->selection.by[GARCO__SYS] || run->selection.by[GARCO__SAT] ||
      run->selection.by[GARCO__OBS])
    GARCO_TRY_DONE (garco__head_sift (text, is_of_no_use, run, error));

done:
  garco__buffer_free (&lines);
  return status;
}

/* ------------------------------------------------------------------ times */

/* Replaces columns 1 to 43 of a time record. */
static garco_status
set_time (garco__buffer *text, const char *label, int64_t ms, int64_t ps, garco_error *error)
{
  garco__line line;
  garco__buffer fresh = {0};
  char rest[32] = "";
  int year, month, day;
  if (!garco__head_find (text, label, &line))
    return GARCO_OK;
  int64_t days = garco__floor_div (ms, GARCO__DAY_MS), left = ms - days * GARCO__DAY_MS;
  garco__date_of_days (days, &year, &month, &day);
  memcpy (rest, line.text + 43, 17);
  garco_status status =
      garco__head_print (&fresh, label, error, "%6d%6d%6d%6d%6d%5d.%07d%s", year, month, day,
                         (int)(left / 3600000), (int)(left / 60000 % 60), (int)(left / 1000 % 60),
                         (int)(left % 1000 * 10000 + ps / 100000), rest);
  if (status == GARCO_OK)
    status = garco__head_replace (text, label, &fresh, error);
  garco__buffer_free (&fresh);
  return status;
}

/* Mixed files of RINEX 3 say which time they have. */
static garco_status
set_time_system (garco__buffer *text, const garco_header *header, garco_error *error)
{
  garco__line line;
  garco__buffer fresh = {0};
  char content[64] = "";
  if (!garco__head_find (text, "TIME OF FIRST OBS", &line) || garco__cut (line, 43, 17).size > 0)
    return GARCO_OK;
  memcpy (content, line.text, 43);
  garco_status status = garco__head_print (&fresh, "TIME OF FIRST OBS", error, "%s     %s", content,
                                           header->time_system);
  if (status == GARCO_OK)
    status = garco__head_replace (text, "TIME OF FIRST OBS", &fresh, error);
  garco__buffer_free (&fresh);
  return status;
}

static garco_status
set_interval (const garco__run *run, const garco_header *header, garco__buffer *text,
              garco_error *error)
{
  garco__buffer line = {0};
  double seconds = (double)run->options->interval_ms / 1000;
  if (run->options->interval_ms == 0 || header->interval >= seconds)
    return GARCO_OK;
  garco_status status = garco__head_print (&line, "INTERVAL", error, "%10.3f", seconds);
  if (status == GARCO_OK)
    status = garco__head_replace (text, "INTERVAL", &line, error);
  garco__buffer_free (&line);
  return status;
}

/* ------------------------------------------------------------------ counts */

/* A satellite's numbers of values, nine a line. */
static garco_status
print_counts (const garco__run *run, int system, int number, garco__buffer *lines,
              garco_error *error)
{
  const garco__lists *lists = run->lists;
  int list = garco__list_of (lists, system);
  char content[80];
  int at = snprintf (content, sizeof content, "   %c%02d", garco_system_letter (system), number);
  for (uint32_t i = 0; i < lists->count[list]; i++)
  {
    if (i > 0 && i % 9 == 0)
    {
      GARCO_TRY (garco__head_print (lines, "PRN / # OF OBS", error, "%s", content));
      at = snprintf (content, sizeof content, "%6s", "");
    }
    at += snprintf (content + at, sizeof content - (size_t)at, "%6u",
                    garco__survey_count (run->survey, system, number, lists->codes[list][i]) %
                        1000000);
  }
  return garco__head_print (lines, "PRN / # OF OBS", error, "%s", content);
}

static garco_status
set_counts (const garco__run *run, garco__buffer *text, garco_error *error)
{
  garco__buffer lines = {0};
  garco_status status = GARCO_OK;
  int count = 0;
  bool each = garco__head_count (text, "PRN / # OF OBS") > 0;
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    for (int n = 0; n < GARCO__SURVEY_SATS; n++)
    {
      count += run->survey->seen[s][n];
      if (run->survey->seen[s][n] && each)
        GARCO_TRY_DONE (print_counts (run, s, n, &lines, error));
    }
  if (each)
    GARCO_TRY_DONE (garco__head_replace (text, "PRN / # OF OBS", &lines, error));
  lines.size = 0;
  GARCO_TRY_DONE (garco__head_print (&lines, "# OF SATELLITES", error, "%6d", count));
  if (garco__head_count (text, "# OF SATELLITES") > 0)
    GARCO_TRY_DONE (garco__head_replace (text, "# OF SATELLITES", &lines, error));

done:
  garco__buffer_free (&lines);
  return status;
}

static garco_status
remove_counts (garco__run *run, garco__buffer *text, garco_error *error)
{
  static const char *const labels[] = {"TIME OF LAST OBS", "# OF SATELLITES", "PRN / # OF OBS"};
  garco__line line;
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
  {
    if (!garco__head_find (text, labels[i], &line))
      continue;
    GARCO_TRY (garco__drop_label (&run->dropped, line, error));
    GARCO_TRY (garco__head_remove (text, labels[i], error));
  }
  return GARCO_OK;
}

/* ------------------------------------------------------------------ the whole */

/* Whether the output has satellites of a system, as far as one knows. */
static bool
may_have (const garco__run *run, int system)
{
  if (!run->lists->shared)
    return run->lists->count[system] > 0;
  if (run->survey != NULL)
    return garco__survey_has_system (run->survey, system);
  return run->selection.system[system];
}

char
garco__run_letter (const garco__run *run, const garco_header *header)
{
  int count = 0, last = -1;
  bool selects = run->selection.by[GARCO__SYS] || run->selection.by[GARCO__SAT];
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    if (may_have (run, s))
    {
      count++;
      last = s;
    }
  char letter = count > 1 ? 'M' : count == 1 ? garco_system_letter (last) : header->system;
  bool unknown = run->lists->shared && run->survey == NULL && count > 1;
  bool was_wider = header->system == 'M' && !selects;
  return letter == header->system || was_wider || unknown ? '\0' : letter;
}

garco_status
garco__run_header (garco__run *run, const garco__part *part, const garco_epoch *first,
                   garco__buffer *text, garco_error *error)
{
  const garco_header *header = garco_reader_header (part->reader);
  int to = run->rules.version;
  text->size = 0;
  GARCO_TRY (garco__buffer_append (text, part->head.data, part->head.size, error));
  if (!run->altered)
    return GARCO_OK;
  if (part->version != to)
    GARCO_TRY (garco__head_translate (text, part->version, to, run->lists, &run->dropped, error));
  if (run->rewrites && !is_other_class (part->version, to))
    GARCO_TRY (set_types (run, text, error));
  if (is_other_class (part->version, to))
    GARCO_TRY (set_time_system (text, header, error));
  if (first != NULL && first->time_ms != header->first_obs_ms)
    GARCO_TRY (set_time (text, "TIME OF FIRST OBS", first->time_ms, first->time_ps, error));
  GARCO_TRY (set_interval (run, header, text, error));
  if (run->survey == NULL || run->bucket_ms > 0 || run->survey->epochs == 0)
    GARCO_TRY (remove_counts (run, text, error));
  else
  {
    GARCO_TRY (
        set_time (text, "TIME OF LAST OBS", run->survey->last_ms, run->survey->last_ps, error));
    GARCO_TRY (set_counts (run, text, error));
  }
  return run->system != '\0' ? garco__head_set_version (text, 0, run->system, error) : GARCO_OK;
}

/* ------------------------------------------------------------------ events */

garco_status
garco__run_lines_event (const garco__run *run, const garco__buffer *lines, garco__buffer *text,
                        garco_error *error)
{
  const garco_epoch epoch = {.time_ms = INT64_MIN, .flag = 4};
  size_t count = 0;
  for (size_t i = 0; i < lines->size; i++)
    count += lines->data[i] == '\n';
  GARCO_TRY (garco__print_event_line (run->rules.version, &epoch, count, text, error));
  return garco__buffer_append (text, lines->data, lines->size, error);
}

/* Lines of an event that have a place in the output; types are written when they are needed. */
static garco_status
sift_event (garco__run *run, int version, const garco__buffer *lines, garco__buffer *kept,
            garco_error *error)
{
  garco__line line;
  for (size_t at = 0; garco__head_next (lines, &at, &line);)
  {
    if (garco__head_is (line, "SYS / # / OBS TYPES") ||
        garco__head_is (line, "# / TYPES OF OBSERV") || garco__head_is (line, "SYS / SCALE FACTOR"))
      continue;
    if (!garco__line_goes_over (line, version, run->rules.version))
    {
      if (!garco__head_is (line, "WAVELENGTH FACT L1/2"))
        GARCO_TRY (garco__drop_label (&run->dropped, line, error));
      continue;
    }
    GARCO_TRY (garco__buffer_append (kept, line.text, line.size, error));
    GARCO_TRY (garco__buffer_append (kept, "\n", 1, error));
  }
  return GARCO_OK;
}

/* An event as it is, but for the picoseconds that versions before 4.02 do not have. */
static garco_status
copy_event (garco__run *run, int version, const garco__event *event, const char *event_text,
            size_t line_size, garco__buffer *text, garco_error *error)
{
  size_t kept = line_size;
  if (version >= 402 && run->rules.version < 402 && line_size > PICOSECONDS_COLUMN + 1)
  {
    for (kept = PICOSECONDS_COLUMN; kept > 0 && event_text[kept - 1] == ' ';)
      kept--;
    run->losses.picoseconds++;
  }
  GARCO_TRY (garco__buffer_append (text, event_text, kept, error));
  if (kept < line_size)
    GARCO_TRY (garco__buffer_append (text, "\n", 1, error));
  return garco__buffer_append (text, event_text + line_size, event->size - line_size, error);
}

garco_status
garco__run_event (garco__run *run, int version, const garco__event *event, const char *event_text,
                  garco__buffer *text, garco_error *error)
{
  const garco_epoch epoch = {
      .time_ms = event->time_ms, .time_ps = event->time_ps, .flag = event->flag};
  const char *end = memchr (event_text, '\n', event->size);
  size_t skip = end != NULL ? (size_t)(end - event_text) + 1 : event->size;
  garco__buffer lines = {(uint8_t *)event_text + skip, event->size - skip, event->size - skip};
  garco__buffer kept = {0};
  garco_status status = GARCO_OK;
  size_t count = 0;
  text->size = 0;
  GARCO_TRY_DONE (sift_event (run, version, &lines, &kept, error));
  if (kept.size == lines.size && !is_other_class (version, run->rules.version))
  {
    GARCO_TRY_DONE (copy_event (run, version, event, event_text, skip, text, error));
    goto done;
  }
  if (kept.size == 0 && event->flag == 4 && lines.size > 0)
    goto done;
  for (size_t i = 0; i < kept.size; i++)
    count += kept.data[i] == '\n';
  GARCO_TRY_DONE (garco__print_event_line (run->rules.version, &epoch, count, text, error));
  GARCO_TRY_DONE (garco__buffer_append (text, kept.data, kept.size, error));

done:
  garco__buffer_free (&kept);
  return status;
}
