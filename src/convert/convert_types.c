/* Names of observation types across versions, and their lists.
 *
 * Upward, RINEX 2's band and the file's list give a code (rinex_codes.c), and the code with the
 * letter of the kind is the name: P2 of GPS is 2W is C2W. Downward the attribute goes: C2W is P2,
 * C2X and C2L are both C2, and one of them is written. The attributes that RINEX 2 calls P:
 *
 *   GPS      P W Y on L1 and L2         C1W -> P1, C2P -> P2; all others C
 *   GLONASS  P on G1 and G2
 *
 * BeiDou's B1 (2I) is C2 in RINEX 2, its B1C (1P, 1X) has no name there, since C1 of BeiDou is read
 * as B1. Types that are no observation (ionosphere, channel number) have none in another version.
 * SPDX-License-Identifier: Apache-2.0 */
#include "convert/convert_types.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "convert/convert_head.h"
#include "rinex/rinex_codes.h"

/* ------------------------------------------------------------------ lists */

int
garco__lists_find (const garco__lists *lists, int system, const char *code)
{
  int list = garco__list_of (lists, system);
  for (uint32_t i = 0; i < lists->count[list]; i++)
    if (strcmp (lists->codes[list][i], code) == 0)
      return (int)i;
  return -1;
}

garco_status
garco__lists_add (garco__lists *lists, int system, const char *code, int32_t scale,
                  garco_error *error)
{
  int list = garco__list_of (lists, system);
  uint32_t *count = &lists->count[list];
  if (*count == GARCO__TYPES_LIMIT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %d observation types of %c",
                        GARCO__TYPES_LIMIT, garco_system_letter (system));
  snprintf (lists->codes[list][*count], sizeof lists->codes[0][0], "%.3s", code);
  lists->scale[list][(*count)++] = scale;
  return GARCO_OK;
}

bool
garco__lists_equal (const garco__lists *a, const garco__lists *b, int system)
{
  uint32_t count = a->count[system];
  return count == b->count[system] &&
         memcmp (a->codes[system], b->codes[system], count * sizeof a->codes[0][0]) == 0 &&
         memcmp (a->scale[system], b->scale[system], count * sizeof a->scale[0][0]) == 0;
}

garco_status
garco__lists_print (const garco__lists *lists, int system, garco__buffer *text, garco_error *error)
{
  int list = garco__list_of (lists, system);
  uint32_t count = lists->count[list], i = 0;
  uint32_t per_line = lists->shared ? 9 : 13;
  do
  {
    char content[64];
    int at = i > 0 ? snprintf (content, sizeof content, "%6s", "")
             : lists->shared
                 ? snprintf (content, sizeof content, "%6u", count)
                 : snprintf (content, sizeof content, "%c%5u", garco_system_letter (system), count);
    for (uint32_t end = i + per_line; i < count && i < end; i++)
      at += snprintf (content + at, sizeof content - (size_t)at, lists->shared ? "%6s" : " %-3s",
                      lists->codes[list][i]);
    GARCO_TRY (garco__head_print (
        text, lists->shared ? "# / TYPES OF OBSERV" : "SYS / # / OBS TYPES", error, "%s", content));
  } while (i < count);
  return GARCO_OK;
}

static bool
scale_is_named (const garco__lists *lists, const garco__lists *before, int system, uint32_t index)
{
  int place = before != NULL ? garco__lists_find (before, system, lists->codes[system][index]) : -1;
  int32_t old = place >= 0 ? before->scale[system][place] : 1;
  return lists->scale[system][index] != 1 || old != 1;
}

static garco_status
print_factor (const garco__lists *lists, const bool *wanted, int system, int32_t factor,
              garco__buffer *text, garco_error *error)
{
  char content[64];
  uint32_t count = 0, put = 0;
  int at = 0;
  for (uint32_t i = 0; i < lists->count[system]; i++)
    count += wanted[i] && lists->scale[system][i] == factor;
  for (uint32_t i = 0; i < lists->count[system]; i++)
  {
    if (!wanted[i] || lists->scale[system][i] != factor)
      continue;
    if (put % 12 == 0)
      at = put == 0 ? snprintf (content, sizeof content, "%c %4d  %2u",
                                garco_system_letter (system), (int)factor, count)
                    : snprintf (content, sizeof content, "%10s", "");
    at += snprintf (content + at, sizeof content - (size_t)at, " %-3s", lists->codes[system][i]);
    if (++put % 12 == 0 || put == count)
      GARCO_TRY (garco__head_print (text, "SYS / SCALE FACTOR", error, "%s", content));
  }
  return GARCO_OK;
}

static bool
is_first_of_factor (const garco__lists *lists, const bool *wanted, int system, uint32_t index)
{
  for (uint32_t i = 0; i < index; i++)
    if (wanted[i] && lists->scale[system][i] == lists->scale[system][index])
      return false;
  return true;
}

garco_status
garco__lists_print_scale (const garco__lists *lists, const garco__lists *before, int system,
                          garco__buffer *text, garco_error *error)
{
  bool wanted[GARCO__TYPES_LIMIT] = {false}, any = false;
  if (lists->shared)
    return GARCO_OK;
  for (uint32_t i = 0; i < lists->count[system]; i++)
    any |= wanted[i] = scale_is_named (lists, before, system, i);
  for (uint32_t i = 0; any && i < lists->count[system]; i++)
    if (wanted[i] && is_first_of_factor (lists, wanted, system, i))
      GARCO_TRY (print_factor (lists, wanted, system, lists->scale[system][i], text, error));
  return GARCO_OK;
}

/* ------------------------------------------------------------------ names */

static bool
is_precise (int system, const char code[3])
{
  const char *attributes = system == 0 ? "PWY" : system == 1 ? "P" : "";
  return (code[0] == '1' || code[0] == '2') && code[1] != '\0' &&
         strchr (attributes, code[1]) != NULL;
}

/* RINEX 2 from any. */
static bool
name_in_2 (int system, const char *type, uint16_t number, char name[4])
{
  char code[3];
  garco__kind kind = garco__kind_of (type);
  garco_obs_code_text (number, code);
  bool is_b1c = garco_system_letter (system) == 'C' && code[0] == '1';
  if (kind == GARCO__KIND_NONE || is_b1c || code[0] < '1' || code[0] > '9')
    return false;
  char letter = type[0];
  if (kind == GARCO__KIND_RANGE)
    letter = is_precise (system, code) ? 'P' : 'C';
  snprintf (name, 4, "%c%c", letter, code[0]);
  return true;
}

/* RINEX 3 from any. */
static bool
name_in_3 (int from, int system, const char *type, uint16_t number, char name[4])
{
  char code[3];
  garco__kind kind = garco__kind_of (type);
  if (from >= 300 && (kind == GARCO__KIND_NONE || garco_system_letter (system) != 'C'))
  {
    snprintf (name, 4, "%.3s", type);
    return true;
  }
  if (kind == GARCO__KIND_NONE)
    return false;
  garco_obs_code_text (number, code);
  if (code[0] < '1' || code[0] > '9')
    return false;
  snprintf (name, 4, "%c%s", kind == GARCO__KIND_RANGE ? 'C' : type[0], code);
  if (name[2] == ' ')
    name[2] = '\0';
  return true;
}

bool
garco__type_name (int from, int to, int system, const char *type, uint16_t code, char name[4])
{
  if ((from == to || (from < 212 && to < 300)) && strlen (type) < 4)
  {
    memcpy (name, type, strlen (type) + 1);
    return true;
  }
  return to >= 300 ? name_in_3 (from, system, type, code, name)
                   : name_in_2 (system, type, code, name);
}

/* The code that the name means: as garco__code_of of a list with P2 and C2 or without. */
static uint16_t
code_meant (int system, const char *name, bool has_p, bool has_c)
{
  static const char both[2][4] = {"P2", "C2"};
  garco_types types = {(has_p ? 1u : 0u) + (has_c ? 1u : 0u), has_p ? both : both + 1, NULL};
  return garco__code_of (211, garco_system_letter (system), name, &types);
}

int
garco__type_rank (int system, uint16_t number, const char *name, bool has_p, bool has_c)
{
  static const char order[] = "WPYCXILQSBZAMN";
  char code[3];
  garco_obs_code_text (number, code);
  if (number == code_meant (system, name, has_p, has_c))
    return 0;
  const char *place = strchr (order, code[1]);
  return place != NULL && code[1] != '\0' ? 1 + (int)(place - order) : 100;
}
