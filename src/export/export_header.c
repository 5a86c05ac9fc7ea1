/* Header text: the model's with what no longer holds made right, or one made anew.
 *
 *   record                    what is done to the model's
 *   types, scale factors      written anew where the plan has others
 *   TIME OF FIRST, LAST OBS   of the epochs that are written
 *   INTERVAL                  made shorter where epochs are closer
 *   # OF SATELLITES, PRN / #  left out: they counted another file's values
 *   RINEX VERSION / TYPE      M where systems have come in
 *   GLONASS SLOT / FRQ #      all channels that the array knows
 *
 * Nothing is done to the header of an array's one file that is written whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include "export/export_header.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/civil_time.h"
#include "base/error.h"
#include "convert/convert_head.h"
#include "convert/convert_version.h"

/* What the parts of a header are made from. */
typedef struct making
{
  const garco__export_model *model;
  const garco__export_plan *plan;
  const garco__export_survey *survey;
  garco__buffer *text;
} making;

/* Puts one record in the place of those with its label. */
static garco_status put_record (garco__buffer *text, const char *label, garco_error *error,
                                const char *format, ...) __attribute__ ((format (printf, 4, 5)));

static garco_status
put_record (garco__buffer *text, const char *label, garco_error *error, const char *format, ...)
{
  char content[128];
  garco__buffer line = {0};
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (content, sizeof content, format, arguments);
  va_end (arguments);
  garco_status status = garco__head_print (&line, label, error, "%s", content);
  if (status >= 0)
    status = garco__head_replace (text, label, &line, error);
  garco__buffer_free (&line);
  return status;
}

/* ---------------------------------------------------------------- times */

static garco_status
put_time (garco__buffer *text, const char *label, int64_t ms, const char *system,
          garco_error *error)
{
  int year, month, day;
  int64_t days = garco__floor_div (ms, GARCO__DAY_MS), rest = ms - days * GARCO__DAY_MS;
  garco__date_of_days (days, &year, &month, &day);
  return put_record (text, label, error, "%6d%6d%6d%6d%6d%5d.%03d0000     %s", year, month, day,
                     (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
                     (int)(rest % 1000), system);
}

static garco_status
put_times (const making *m, garco_error *error)
{
  const garco_header *header = m->model->header;
  const garco__export_survey *survey = m->survey;
  const char *system = header != NULL ? header->time_system : "GPS";
  if (header == NULL || header->first_obs_ms != survey->first)
    GARCO_TRY (put_time (m->text, "TIME OF FIRST OBS", survey->first, system, error));
  if (header != NULL && header->last_obs_ms != INT64_MIN && header->last_obs_ms != survey->last)
    GARCO_TRY (put_time (m->text, "TIME OF LAST OBS", survey->last, system, error));
  bool closer = header != NULL && isfinite (header->interval) &&
                (double)survey->step < header->interval * 1000;
  if (survey->step > 0 && (header == NULL || closer))
    GARCO_TRY (put_record (m->text, "INTERVAL", error, "%6lld.%03lld",
                           (long long)(survey->step / 1000), (long long)(survey->step % 1000)));
  return GARCO_OK;
}

/* ---------------------------------------------------------------- types */

static garco_status
put_types (const making *m, garco_error *error)
{
  const garco__lists *lists = &m->plan->lists;
  garco__buffer lines = {0}, factors = {0};
  garco_status status = GARCO_OK;
  for (int s = 0; s < (lists->shared ? 1 : GARCO_SYSTEM_COUNT); s++)
    if (lists->shared || lists->count[s] > 0)
    {
      GARCO_TRY_DONE (garco__lists_print (lists, s, &lines, error));
      GARCO_TRY_DONE (garco__lists_print_scale (lists, NULL, s, &factors, error));
    }
  GARCO_TRY_DONE (garco__head_replace (
      m->text, lists->shared ? "# / TYPES OF OBSERV" : "SYS / # / OBS TYPES", &lines, error));
  if (factors.size > 0)
    GARCO_TRY_DONE (garco__head_replace (m->text, "SYS / SCALE FACTOR", &factors, error));
  else
    GARCO_TRY_DONE (garco__head_remove (m->text, "SYS / SCALE FACTOR", error));
done:
  garco__buffer_free (&lines);
  garco__buffer_free (&factors);
  return status;
}

/* The letter for what is written. */
static char
letter_of (const garco__export_survey *survey, char present)
{
  char letter = '\0';
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    if (survey->seen[s])
      letter = letter == '\0' ? garco_system_letter (s) : 'M';
  return present == 'M' ? present : letter;
}

/* ---------------------------------------------------------------- GLONASS channels */

static garco_status
print_channels (const int8_t channels[GARCO__SATS], garco__buffer *lines, garco_error *error)
{
  char content[80];
  int count = 0, put = 0, at = 0;
  for (int slot = 0; slot < GARCO__SATS; slot++)
    count += channels[slot] != GARCO_FCN_UNKNOWN;
  if (count == 0)
    return garco__head_print (lines, "GLONASS SLOT / FRQ #", error, "%3d", 0);
  for (int slot = 0; slot < GARCO__SATS; slot++)
  {
    if (channels[slot] == GARCO_FCN_UNKNOWN)
      continue;
    if (put % 8 == 0)
      at = put == 0 ? snprintf (content, sizeof content, "%3d ", count)
                    : snprintf (content, sizeof content, "    ");
    at += snprintf (content + at, sizeof content - (size_t)at, "R%02d %2d ", slot, channels[slot]);
    if (++put % 8 == 0 || put == count)
      GARCO_TRY (garco__head_print (lines, "GLONASS SLOT / FRQ #", error, "%s", content));
  }
  return GARCO_OK;
}

static garco_status
put_channels (const making *m, garco_error *error)
{
  int8_t channels[GARCO__SATS];
  bool news = false;
  garco__buffer lines = {0};
  memset (channels, GARCO_FCN_UNKNOWN, sizeof channels);
  if (m->model->header != NULL)
    memcpy (channels, m->model->header->glonass_channel, sizeof channels);
  for (size_t slot = 0; slot < GARCO__SATS; slot++)
    if (m->survey->channel[slot] != GARCO_FCN_UNKNOWN && m->survey->channel[slot] != channels[slot])
    {
      channels[slot] = m->survey->channel[slot];
      news = true;
    }
  bool other =
      m->model->header == NULL || m->model->header->version / 100 != m->plan->version / 100;
  if (m->plan->version < 300 || !(news || other) || !m->survey->seen[garco_system_number ('R')])
    return GARCO_OK;
  garco_status status = print_channels (channels, &lines, error);
  if (status >= 0)
    status = garco__head_replace (m->text, "GLONASS SLOT / FRQ #", &lines, error);
  garco__buffer_free (&lines);
  return status;
}

/* ---------------------------------------------------------------- without a model */

static garco_status
print_identity (const making *m, garco_error *error)
{
  int version = m->plan->version, year, month, day;
  char letter[2] = {letter_of (m->survey, '\0'), '\0'};
  int64_t now = garco__now_ms (), days = garco__floor_div (now, GARCO__DAY_MS);
  int64_t seconds = (now - days * GARCO__DAY_MS) / 1000;
  garco__buffer *text = m->text;
  garco__date_of_days (days, &year, &month, &day);
  GARCO_TRY (garco__head_print (text, "RINEX VERSION / TYPE", error, "%6d.%02d           %-20s%s",
                                version / 100, version % 100, "OBSERVATION DATA", letter));
  GARCO_TRY (garco__head_print (text, "PGM / RUN BY / DATE", error,
                                "garco %-14s%-20s%04d%02d%02d %02d%02d%02d UTC", garco_version (),
                                "", year, month, day, (int)(seconds / 3600),
                                (int)(seconds / 60 % 60), (int)(seconds % 60)));
  GARCO_TRY (garco__head_print (text, "COMMENT", error, "%s",
                                "Out of an array that keeps no header: what stands blank or 0"));
  GARCO_TRY (garco__head_print (text, "COMMENT", error, "%s",
                                "is not known, and times are taken to be of GPS time"));
  GARCO_TRY (garco__head_print (text, "MARKER NAME", error, "%s", "UNKNOWN"));
  if (version >= 300)
    GARCO_TRY (garco__head_print (text, "MARKER TYPE", error, "%s", ""));
  GARCO_TRY (garco__head_print (text, "OBSERVER / AGENCY", error, "%s", ""));
  GARCO_TRY (garco__head_print (text, "REC # / TYPE / VERS", error, "%s", ""));
  GARCO_TRY (garco__head_print (text, "ANT # / TYPE", error, "%s", ""));
  for (int i = 0; i < 2; i++)
    GARCO_TRY (garco__head_print (text, i == 0 ? "APPROX POSITION XYZ" : "ANTENNA: DELTA H/E/N",
                                  error, "%14.4f%14.4f%14.4f", 0.0, 0.0, 0.0));
  return GARCO_OK;
}

static garco_status
print_anew (const making *m, garco_error *error)
{
  const garco__lists *lists = &m->plan->lists;
  garco__buffer *text = m->text;
  bool modern = m->plan->version >= 300;
  GARCO_TRY (print_identity (m, error));
  if (!modern)
    GARCO_TRY (garco__head_print (text, "WAVELENGTH FACT L1/2", error, "%6d%6d", 1, 1));
  for (int s = 0; s < (lists->shared ? 1 : GARCO_SYSTEM_COUNT); s++)
    if (lists->shared || lists->count[s] > 0)
      GARCO_TRY (garco__lists_print (lists, s, text, error));
  for (int s = 0; modern && s < GARCO_SYSTEM_COUNT; s++)
    if (lists->count[s] > 0)
      GARCO_TRY (
          garco__head_print (text, "SYS / PHASE SHIFT", error, "%c", garco_system_letter (s)));
  if (modern && m->survey->seen[garco_system_number ('R')])
    GARCO_TRY (garco__head_print (text, "GLONASS COD/PHS/BIS", error, "%s", ""));
  return garco__head_print (text, "END OF HEADER", error, "%s", "");
}

/* ---------------------------------------------------------------- the whole */

static garco_status
start_with_model (const making *m, garco__buffer *dropped, garco_error *error)
{
  const garco_header *header = m->model->header;
  int version = m->plan->version;
  char letter = letter_of (m->survey, header->system);
  GARCO_TRY (garco__buffer_append (m->text, header->text, header->text_size, error));
  if (header->version != version)
    GARCO_TRY (
        garco__head_translate (m->text, header->version, version, &m->plan->lists, dropped, error));
  if (letter != header->system)
    GARCO_TRY (garco__head_set_version (m->text, 0, letter, error));
  if (!m->plan->own_lists)
    GARCO_TRY (put_types (m, error));
  GARCO_TRY (garco__head_remove (m->text, "# OF SATELLITES", error));
  return garco__head_remove (m->text, "PRN / # OF OBS", error);
}

garco_status
garco__export_header_text (const garco__export_model *model, const garco__export_plan *plan,
                           const garco__export_survey *survey, bool all, garco__buffer *text,
                           garco__buffer *dropped, garco_error *error)
{
  const making m = {model, plan, survey, text};
  const garco_header *header = model->header;
  if (header != NULL && all && plan->own_lists && model->cells == survey->cells)
    return garco__buffer_append (text, header->text, header->text_size, error);
  if (header != NULL)
    GARCO_TRY (start_with_model (&m, dropped, error));
  else
    GARCO_TRY (print_anew (&m, error));
  GARCO_TRY (put_times (&m, error));
  return put_channels (&m, error);
}
