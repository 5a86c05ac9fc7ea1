/* Headers between RINEX 2 and 3. Most records are alike; these are not:
 *
 *   RINEX 2                  RINEX 3
 *   # / TYPES OF OBSERV      SYS / # / OBS TYPES     one list, or one a system
 *   WAVELENGTH FACT L1/2     -                       bit 1 of LLI changes its meaning with it
 *   -                        SYS / PHASE SHIFT       required: blank, "not known"
 *   -                        GLONASS SLOT / FRQ #, GLONASS COD/PHS/BIS   required: none, blank
 *   PRN / # OF OBS           the same, by the system's types: left out
 *   TIME OF FIRST OBS        the same; in mixed files with its time system
 *
 * What RINEX 3 has beyond that (scale factors, phase shifts, slots, antenna and satellite geometry)
 * and what version 4 added has no place below and is left out by name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "convert/convert_version.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* Labels that versions have from `since` to before `until`. */
static const struct
{
  const char *label;
  int since, until;
} spans[] = {
    {"# / TYPES OF OBSERV", 200, 300},  {"WAVELENGTH FACT L1/2", 200, 300},
    {"SYS / # / OBS TYPES", 300, 500},  {"SYS / PHASE SHIFT", 300, 500},
    {"SYS / PHASE SHIFTS", 300, 500},   {"SYS / DCBS APPLIED", 300, 500},
    {"SYS / PCVS APPLIED", 300, 500},   {"SYS / SCALE FACTOR", 300, 500},
    {"GLONASS SLOT / FRQ #", 300, 500}, {"GLONASS COD/PHS/BIS", 300, 500},
    {"SIGNAL STRENGTH UNIT", 300, 500}, {"MARKER TYPE", 300, 500},
    {"ANTENNA: DELTA X/Y/Z", 300, 500}, {"ANTENNA:PHASECENTER", 300, 500},
    {"ANTENNA: PHASECENTER", 300, 500}, {"ANTENNA: B.SIGHT XYZ", 300, 500},
    {"ANTENNA: ZERODIR AZI", 300, 500}, {"ANTENNA: ZERODIR XYZ", 300, 500},
    {"CENTER OF MASS: XYZ", 300, 500},  {"DOI", 400, 500},
    {"LICENSE OF USE", 400, 500},       {"STATION INFORMATION", 400, 500},
};

bool
garco__line_goes_over (garco__line line, int from, int to)
{
  if (from == to)
    return true;
  if ((from < 300) != (to < 300) && garco__head_is (line, "PRN / # OF OBS"))
    return false;
  for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
    if (garco__head_is (line, spans[i].label))
      return to >= spans[i].since && to < spans[i].until;
  return true;
}

garco_status
garco__drop_label (garco__buffer *dropped, garco__line line, garco_error *error)
{
  garco__line label = garco__head_label (line);
  for (size_t at = 0; at + label.size <= dropped->size; at++)
    if (memcmp (dropped->data + at, label.text, label.size) == 0)
      return GARCO_OK;
  if (dropped->size > 0)
    GARCO_TRY (garco__buffer_append (dropped, ", ", 2, error));
  return garco__buffer_append (dropped, label.text, label.size, error);
}

static bool
is_types (garco__line line)
{
  return garco__head_is (line, "# / TYPES OF OBSERV") ||
         garco__head_is (line, "SYS / # / OBS TYPES");
}

/* Labels whose leaving out loses nothing: types are written anew, factors of 1 are the default. */
static bool
is_no_loss (garco__line line)
{
  garco__line content = garco__cut (line, 0, 60);
  if (is_types (line))
    return true;
  if (garco__head_is (line, "WAVELENGTH FACT L1/2"))
    return true;
  bool blank_can = garco__head_is (line, "SYS / PHASE SHIFT") ||
                   garco__head_is (line, "GLONASS COD/PHS/BIS") ||
                   garco__head_is (line, "GLONASS SLOT / FRQ #");
  return blank_can && content.size <= 1;
}

struct passage
{
  int from, to;
};

static bool
stays_behind (const void *context, garco__line line)
{
  const struct passage *passage = context;
  return !garco__line_goes_over (line, passage->from, passage->to);
}

static garco_status
note_dropped (const garco__buffer *text, int from, int to, garco__buffer *dropped,
              garco_error *error)
{
  garco__line line;
  for (size_t at = 0; garco__head_next (text, &at, &line);)
    if (!garco__line_goes_over (line, from, to) && !is_no_loss (line))
      GARCO_TRY (garco__drop_label (dropped, line, error));
  return GARCO_OK;
}

garco_status
garco__head_set_version (garco__buffer *text, int version, char system, garco_error *error)
{
  garco__line line;
  garco__buffer fresh = {0};
  char content[64], number[8];
  if (!garco__head_find (text, "RINEX VERSION / TYPE", &line))
    return GARCO_OK;
  memset (content, ' ', 60);
  memcpy (content, line.text, line.size < 60 ? line.size : 60);
  content[60] = '\0';
  if (version != 0)
  {
    snprintf (number, sizeof number, "%d.%02d", version / 100 % 10, version % 100);
    memset (content, ' ', 20);
    memcpy (content + 5, number, 4);
  }
  if (system != '\0')
  {
    memset (content + 40, ' ', 20);
    content[40] = system;
  }
  garco_status status = garco__head_print (&fresh, "RINEX VERSION / TYPE", error, "%s", content);
  if (status == GARCO_OK)
    status = garco__head_replace (text, "RINEX VERSION / TYPE", &fresh, error);
  garco__buffer_free (&fresh);
  return status;
}

/* What RINEX 3 requires and RINEX 2 does not have, with "not known" in it. */
static garco_status
print_required_3 (const garco__lists *lists, garco__buffer *lines, garco_error *error)
{
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    if (lists->count[s] > 0)
      GARCO_TRY (
          garco__head_print (lines, "SYS / PHASE SHIFT", error, "%c", garco_system_letter (s)));
  if (lists->count[1] == 0)
    return GARCO_OK;
  GARCO_TRY (garco__head_print (lines, "GLONASS SLOT / FRQ #", error, "%3d", 0));
  return garco__head_print (lines, "GLONASS COD/PHS/BIS", error, "%s", "");
}

/* LEAP SECONDS has more than the number from RINEX 3 on. */
static garco_status
cut_leap_seconds (garco__buffer *text, garco_error *error)
{
  garco__line line;
  garco__buffer fresh = {0};
  if (!garco__head_find (text, "LEAP SECONDS", &line))
    return GARCO_OK;
  garco_status status = garco__head_print (&fresh, "LEAP SECONDS", error, "%.6s",
                                           line.text); /* 60 columns at least */
  if (status == GARCO_OK)
    status = garco__head_replace (text, "LEAP SECONDS", &fresh, error);
  garco__buffer_free (&fresh);
  return status;
}

static garco_status
print_types (const garco__lists *lists, garco__buffer *lines, garco_error *error)
{
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    if (s == 0 ? lists->shared || lists->count[0] > 0 : !lists->shared && lists->count[s] > 0)
      GARCO_TRY (garco__lists_print (lists, s, lines, error));
  return GARCO_OK;
}

static garco_status
add_records (garco__buffer *text, int to, const garco__lists *lists, garco_error *error)
{
  garco__buffer lines = {0};
  garco_status status = GARCO_OK;
  if (to < 300)
  {
    GARCO_TRY_DONE (cut_leap_seconds (text, error));
    GARCO_TRY_DONE (garco__head_print (&lines, "WAVELENGTH FACT L1/2", error, "%6d%6d", 1, 1));
    GARCO_TRY_DONE (garco__head_replace (text, "WAVELENGTH FACT L1/2", &lines, error));
  }
  else
  {
    GARCO_TRY_DONE (print_required_3 (lists, &lines, error));
    GARCO_TRY_DONE (garco__head_replace (text, "SYS / PHASE SHIFT", &lines, error));
  }

done:
  garco__buffer_free (&lines);
  return status;
}

static garco_status
say_where_from (garco__buffer *text, int from, int to, garco_error *error)
{
  garco__buffer line = {0};
  garco_status status =
      garco__head_print (&line, "COMMENT", error, "garco %s: RINEX %d.%02d from RINEX %d.%02d",
                         garco_version (), to / 100, to % 100, from / 100, from % 100);
  if (status == GARCO_OK) /* no line has this label, so it goes before END OF HEADER */
    status = garco__head_replace (text, "garco", &line, error);
  garco__buffer_free (&line);
  return status;
}

garco_status
garco__head_translate (garco__buffer *text, int from, int to, const garco__lists *lists,
                       garco__buffer *dropped, garco_error *error)
{
  struct passage passage = {from, to};
  garco__buffer types = {0};
  garco_status status = GARCO_OK;
  bool other = (from < 300) != (to < 300);
  GARCO_TRY_DONE (note_dropped (text, from, to, dropped, error));
  if (other)
  {
    GARCO_TRY_DONE (print_types (lists, &types, error));
    GARCO_TRY_DONE (garco__head_replace (
        text, from < 300 ? "# / TYPES OF OBSERV" : "SYS / # / OBS TYPES", &types, error));
    /* the new lines' label does not go over in the other direction, so it stays */
  }
  GARCO_TRY_DONE (garco__head_sift (text, stays_behind, &passage, error));
  GARCO_TRY_DONE (garco__head_set_version (text, to, '\0', error));
  if (other)
    GARCO_TRY_DONE (add_records (text, to, lists, error));
  GARCO_TRY_DONE (say_where_from (text, from, to, error));

done:
  garco__buffer_free (&types);
  return status;
}

/* ------------------------------------------------------------------ wavelength factors */

static int
digit_at (garco__line line, size_t column)
{
  return column < line.size && isdigit ((unsigned char)line.text[column]) ? line.text[column] - '0'
                                                                          : 0;
}

/* The satellites from column 19 on: 3X,A1,I2. */
static void
set_satellites (garco__line line, garco__wavelengths *wavelengths)
{
  int count = digit_at (line, 16) * 10 + digit_at (line, 17);
  for (int i = 0; i < count && i < 7; i++)
  {
    size_t at = 18 + 6 * (size_t)i + 3;
    int system =
        at < line.size ? garco_system_number (line.text[at] == ' ' ? 'G' : line.text[at]) : -1;
    int number = digit_at (line, at + 1) * 10 + digit_at (line, at + 2);
    for (int band = 0; system >= 0 && band < 2; band++)
      wavelengths->factor[band][system][number] = (uint8_t)digit_at (line, 5 + 6 * (size_t)band);
  }
}

void
garco__wavelengths_read (const garco__buffer *text, garco__wavelengths *wavelengths)
{
  garco__line line;
  memset (wavelengths, 1, sizeof *wavelengths);
  for (size_t at = 0; garco__head_next (text, &at, &line);)
  {
    if (!garco__head_is (line, "WAVELENGTH FACT L1/2"))
      continue;
    if (garco__is_blank (line.text + 12, 6))
      for (int band = 0; band < 2; band++)
        memset (wavelengths->factor[band], digit_at (line, 5 + 6 * (size_t)band),
                sizeof wavelengths->factor[band]);
    else
      set_satellites (line, wavelengths);
  }
}
