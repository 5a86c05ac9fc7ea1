/* One pass over the selection. Codes are few and come again and again, so they are kept sorted and
 * found by halving; the one found last is tried first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "export/export_survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "export/export_rows.h"
#include "rinex/rinex_header.h"

double
garco__value_of_cell (const garco_cell *cell, garco__kind kind)
{
  switch (kind)
  {
  case GARCO__KIND_RANGE:
    return cell->range;
  case GARCO__KIND_PHASE:
    return cell->phase;
  case GARCO__KIND_DOPPLER:
    return cell->doppler;
  default:
    return cell->snr;
  }
}

unsigned
garco__kinds_of_cell (const garco_cell *cell)
{
  unsigned kinds = 0;
  for (unsigned k = 0; k < GARCO__KINDS; k++)
    if (!isnan (garco__value_of_cell (cell, (garco__kind)k)))
      kinds |= 1u << k;
  return kinds;
}

/* The first place whose code is not below. */
static uint32_t
find_place (const garco__export_survey *survey, int system, uint16_t code)
{
  uint32_t low = 0, high = survey->ncodes[system];
  while (low < high)
  {
    uint32_t middle = low + (high - low) / 2;
    if (survey->codes[system][middle] < code)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int
garco__export_code (const garco__export_survey *survey, int system, uint16_t code)
{
  uint32_t place = find_place (survey, system, code);
  bool there = place < survey->ncodes[system] && survey->codes[system][place] == code;
  return there ? (int)place : -1;
}

static garco_status
add_code (garco__export_survey *survey, int system, uint16_t code, uint32_t place,
          garco_error *error)
{
  uint32_t count = survey->ncodes[system];
  void *codes = survey->codes[system], *kinds = survey->kinds[system];
  if (count * GARCO__KINDS > GARCO__TYPES_LIMIT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %u codes of system %c", count,
                        garco_system_letter (system));
  GARCO_TRY (garco__reallocate (&codes, count + 1, sizeof **survey->codes, error));
  survey->codes[system] = codes;
  GARCO_TRY (garco__reallocate (&kinds, count + 1, sizeof **survey->kinds, error));
  survey->kinds[system] = kinds;
  memmove (survey->codes[system] + place + 1, survey->codes[system] + place,
           (count - place) * sizeof **survey->codes);
  memmove (survey->kinds[system] + place + 1, survey->kinds[system] + place, count - place);
  survey->codes[system][place] = code;
  survey->kinds[system][place] = 0;
  survey->ncodes[system]++;
  return GARCO_OK;
}

static bool
is_code (uint16_t code)
{
  char text[3];
  garco_obs_code_text (code, text);
  return text[0] >= '1' && text[0] <= '9' && ((text[1] >= 'A' && text[1] <= 'Z') || text[1] == ' ');
}

static void
take_time (garco__export_survey *survey, int64_t time)
{
  if (survey->epochs > 0 && time == survey->last)
    return;
  int64_t step = survey->epochs > 0 ? time - survey->last : 0;
  if (survey->epochs++ == 0)
    survey->first = time;
  survey->last = time;
  if (step > 0 && (survey->step == 0 || step < survey->step))
    survey->step = step;
}

static garco_status
take_cell (void *context, const garco_cell *cell, garco_error *error)
{
  garco__export_survey *survey = context;
  unsigned kinds = garco__kinds_of_cell (cell);
  uint32_t place = find_place (survey, cell->sys, cell->obs);
  if (kinds == 0)
    return GARCO_OK;
  if (!is_code (cell->obs))
  {
    char name[64];
    garco__cell_name (cell, name);
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                        "%s: RINEX has codes of a band's digit and a letter", name);
  }
  if (place == survey->ncodes[cell->sys] || survey->codes[cell->sys][place] != cell->obs)
    GARCO_TRY (add_code (survey, cell->sys, cell->obs, place, error));
  survey->kinds[cell->sys][place] |= (uint8_t)kinds;
  survey->seen[cell->sys] = true;
  survey->cells++;
  take_time (survey, cell->time);
  survey->antispoofing |= (cell->flags & GARCO_FLAG_ANTISPOOFING) != 0;
  survey->boc |= (cell->flags & GARCO_FLAG_BOC) != 0;
  if (garco_system_letter (cell->sys) == 'R')
  {
    survey->slot_seen[cell->sat] = true;
    if (cell->fcn != GARCO_FCN_UNKNOWN)
      survey->channel[cell->sat] = cell->fcn;
  }
  return GARCO_OK;
}

garco_status
garco__export_survey_read (garco__export_survey *survey, const char *uri,
                           const garco_export_options *options, garco_error *error)
{
  memset (survey->channel, GARCO_FCN_UNKNOWN, sizeof survey->channel);
  GARCO_TRY (garco__export_rows (uri, options, true, take_cell, survey, error));
  if (survey->cells == 0)
    return garco__fail (error, GARCO_ERR_NOT_FOUND, uri,
                        "nothing is selected: there are no observations to write");
  return GARCO_OK;
}

void
garco__export_survey_free (garco__export_survey *survey)
{
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    free (survey->codes[s]);
    free (survey->kinds[s]);
  }
  memset (survey, 0, sizeof *survey);
}
