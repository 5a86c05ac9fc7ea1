/* The survey: one pass over the epochs that will be written, before they are. Types are counted by
 * the names that the input has for them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "convert/convert_survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"

static int
find_type (const garco__survey *survey, int system, const char *type)
{
  for (uint32_t i = 0; i < survey->ntypes[system]; i++)
    if (strcmp (survey->types[system][i], type) == 0)
      return (int)i;
  return -1;
}

/* The type's place, which is mostly the one it has in the file's list; added where it is new. */
static garco_status
place_of (garco__survey *survey, int system, const char *type, uint32_t guess, int *place,
          garco_error *error)
{
  uint32_t *count = &survey->ntypes[system];
  *place = (int)guess;
  if (guess < *count && strcmp (survey->types[system][guess], type) == 0)
    return GARCO_OK;
  *place = find_type (survey, system, type);
  if (*place >= 0)
    return GARCO_OK;
  if (*count == GARCO__TYPES_LIMIT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %d observation types",
                        GARCO__TYPES_LIMIT);
  *place = (int)(*count)++;
  memcpy (survey->types[system][*place], type, sizeof survey->types[0][0]);
  return GARCO_OK;
}

/* All types of the system, so that they have the file's places. */
static garco_status
add_types (garco__survey *survey, int system, const garco_types *types, garco_error *error)
{
  int place;
  for (uint32_t i = 0; i < types->count; i++)
    GARCO_TRY (place_of (survey, system, types->codes[i], i, &place, error));
  return GARCO_OK;
}

static garco_status
count_values (garco__survey *survey, const garco_types *types, const garco_epoch *epoch,
              const garco_epoch_sat *sat, garco_error *error)
{
  uint32_t **counts = &survey->counts[sat->system][sat->number];
  if (*counts == NULL)
  {
    void *room;
    GARCO_TRY (garco__allocate (&room, GARCO__TYPES_LIMIT, sizeof **counts, error));
    *counts = room;
    GARCO_TRY (add_types (survey, sat->system, types, error));
  }
  for (uint32_t i = 0; i < sat->count && i < types->count; i++)
  {
    if (epoch->values[sat->first + i] == GARCO_MISSING)
      continue;
    int place = 0;
    GARCO_TRY (place_of (survey, sat->system, types->codes[i], i, &place, error));
    survey->used[sat->system][place] = true;
    (*counts)[place]++;
  }
  return GARCO_OK;
}

garco_status
garco__survey_add (garco__survey *survey, const garco_header *header, const garco_epoch *epoch,
                   garco_error *error)
{
  if (epoch->flag > 1)
    return GARCO_OK;
  int64_t step = survey->epochs > 0 ? epoch->time_ms - survey->last_ms : 0;
  if (step > 0 && (survey->step_ms == 0 || step < survey->step_ms))
    survey->step_ms = step;
  survey->last_ms = epoch->time_ms;
  survey->last_ps = epoch->time_ps;
  survey->epochs++;
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    const garco_epoch_sat *sat = &epoch->sats[i];
    if (sat->number >= GARCO__SURVEY_SATS)
      continue;
    survey->seen[sat->system][sat->number] = true;
    GARCO_TRY (count_values (survey, &header->types[sat->system], epoch, sat, error));
  }
  return GARCO_OK;
}

bool
garco__survey_has_system (const garco__survey *survey, int system)
{
  for (int i = 0; i < GARCO__SURVEY_SATS; i++)
    if (survey->seen[system][i])
      return true;
  return false;
}

bool
garco__survey_has_type (const garco__survey *survey, int system, const char *type)
{
  int place = find_type (survey, system, type);
  return place >= 0 && survey->used[system][place];
}

uint32_t
garco__survey_count (const garco__survey *survey, int system, int number, const char *type)
{
  int place = find_type (survey, system, type);
  const uint32_t *counts = survey->counts[system][number];
  return place >= 0 && counts != NULL ? counts[place] : 0;
}

void
garco__survey_free (garco__survey *survey)
{
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    for (int i = 0; i < GARCO__SURVEY_SATS; i++)
      free (survey->counts[s][i]);
  memset (survey, 0, sizeof *survey);
}
