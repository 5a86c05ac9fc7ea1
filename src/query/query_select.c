/* Reading a selection, and applying it to cells.
 *
 * Systems and satellites meet in one table, sat[system][number]: `--system G,E --sat G05,E01` wants
 * G05 and E01, and `--system E --sat G05` wants nothing. An array can be asked for ranges of sys
 * and of sat only, which is the whole product of the two; `pairs` says that the table holds less.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_select.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

static garco_status
read_systems (const char *letters, bool wanted[GARCO_SYSTEM_COUNT], garco_error *error)
{
  for (const char *p = letters; *p != '\0'; p++)
  {
    int number = garco_system_number (*p);
    if (number < 0)
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                          "unknown system \"%c\": expected letters of %s", *p, GARCO_SYSTEMS);
    wanted[number] = true;
  }
  return GARCO_OK;
}

/* "G05", "G5" or "5"; the system is -1 where none is named. */
static garco_status
read_sat (const char *text, int *system, int *number, garco_error *error)
{
  const char *p = text;
  *system = garco_system_number (*p);
  if (*system >= 0)
    p++;
  *number = 0;
  int digits = 0;
  for (; digits < 3 && isdigit ((unsigned char)*p); digits++, p++)
    *number = *number * 10 + (*p - '0');
  if (digits == 0 || *p != '\0' || *number > UINT8_MAX)
  {
    bool small = garco_system_number ((char)toupper ((unsigned char)*text)) >= 0 && *system < 0;
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "unknown satellite \"%s\": expected a letter of %s and a number, such as "
                        "G05%s",
                        text, GARCO_SYSTEMS, small ? ", in capitals" : "");
  }
  return GARCO_OK;
}

static garco_status
read_sats (const garco_query_options *options, garco__selection *selection, garco_error *error)
{
  for (size_t i = 0; i < options->nsats; i++)
  {
    int system, number;
    GARCO_TRY (read_sat (options->sats[i], &system, &number, error));
    if (system >= 0)
      selection->sat[system][number] = selection->by[GARCO__SYS] = true;
    else
      for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
        selection->sat[s][number] = true;
  }
  return GARCO_OK;
}

/* Of "L1C" and "1c", 1C may be meant, and "L1" is a type. */
static garco_status
unknown_code (const char *text, garco_error *error)
{
  char near[32] = "";
  if (strlen (text) == 3 && strchr ("CLDSPcldsp", text[0]) != NULL &&
      isdigit ((unsigned char)text[1]))
    snprintf (near, sizeof near, " (did you mean %s?)", text + 1);
  else if (strlen (text) == 2 && isdigit ((unsigned char)text[0]) &&
           isalpha ((unsigned char)text[1]))
    snprintf (near, sizeof near, " (did you mean %c%c?)", text[0],
              toupper ((unsigned char)text[1]));
  else if (strlen (text) == 2 && strchr ("CLDSPcldsp", text[0]) != NULL)
    snprintf (near, sizeof near, " (a type of RINEX 2)");
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                      "unknown observation code \"%s\"%s: expected a band and an attribute, such "
                      "as 1C",
                      text, near);
}

static garco_status
read_codes (const garco_query_options *options, garco__selection *selection, garco_error *error)
{
  for (size_t i = 0; i < options->ncodes; i++)
  {
    const char *text = options->codes[i];
    if (strlen (text) != 2 || !isdigit ((unsigned char)text[0]) ||
        (text[1] != ' ' && !isalnum ((unsigned char)text[1])) || islower ((unsigned char)text[1]))
      return unknown_code (text, error);
    uint16_t code = garco_obs_code (text);
    selection->code[code >> 3] |= (uint8_t)(1u << (code & 7));
  }
  return GARCO_OK;
}

/* Joins systems and satellites, and finds whether their product is more than what is wanted. */
static void
join_sats (garco__selection *selection, const bool wanted[GARCO_SYSTEM_COUNT])
{
  bool any[UINT8_MAX + 1] = {false};
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    for (int n = 0; n <= UINT8_MAX; n++)
    {
      selection->sat[s][n] = selection->sat[s][n] && wanted[s];
      selection->system[s] |= selection->sat[s][n];
      any[n] |= selection->sat[s][n];
    }
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    for (int n = 0; n <= UINT8_MAX; n++)
      selection->pairs |= selection->system[s] && any[n] && !selection->sat[s][n];
}

garco_status
garco__selection_read (const garco_query_options *options, garco__selection *selection,
                       garco_error *error)
{
  bool wanted[GARCO_SYSTEM_COUNT] = {false};
  memset (selection, 0, sizeof *selection);
  selection->start_ms = options->start_ms;
  selection->end_ms = options->end_ms;
  if (options->start_ms > options->end_ms)
  {
    char start[32], end[32];
    garco_time_text (options->start_ms, start);
    garco_time_text (options->end_ms, end);
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "the start %s is after the end %s", start,
                        end);
  }
  bool systems = options->systems != NULL && options->systems[0] != '\0';
  selection->by[GARCO__TIME] = options->start_ms != INT64_MIN || options->end_ms != INT64_MAX;
  selection->by[GARCO__SYS] = systems;
  selection->by[GARCO__SAT] = options->nsats > 0;
  selection->by[GARCO__OBS] = options->ncodes > 0;
  if (systems)
    GARCO_TRY (read_systems (options->systems, wanted, error));
  else
    memset (wanted, true, sizeof wanted);
  if (options->nsats == 0)
    memset (selection->sat, true, sizeof selection->sat);
  if (options->ncodes == 0)
    memset (selection->code, 0xff, sizeof selection->code);
  GARCO_TRY (read_sats (options, selection, error));
  GARCO_TRY (read_codes (options, selection, error));
  join_sats (selection, wanted);
  return GARCO_OK;
}

bool
garco__selects_epoch (const garco__selection *selection, int64_t time_ms)
{
  if (time_ms == INT64_MIN)
    return false;
  return time_ms < selection->end_ms && time_ms + 1 >= selection->start_ms;
}

static bool
selects_cell (const garco__selection *selection, const garco__cells *cells, size_t i)
{
  return cells->time[i] >= selection->start_ms && cells->time[i] < selection->end_ms &&
         garco__selects_sat (selection, cells->sys[i], cells->sat[i]) &&
         garco__selects_code (selection, cells->obs[i]);
}

void
garco__select_cells (const garco__selection *selection, garco__cells *cells, size_t from)
{
  size_t kept = from;
  for (size_t i = from; i < cells->count; i++)
    if (selects_cell (selection, cells, i))
    {
      if (kept != i)
        garco__cells_move (cells, i, kept);
      kept++;
    }
  cells->count = kept;
}
