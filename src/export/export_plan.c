/* Types for codes. Where the model's version is written, its types are taken in their order, each
 * for the code that it had when the file was put in. What then has no type, or in another version
 * everything, gets the name that the version has for it:
 *
 *   array     2W of GPS, range   2L of GPS, phase
 *   RINEX 3   C2W                L2L
 *   RINEX 2   P2                 L2, unless 2W has a phase too: then that is L2, and 2L is lost
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "export/export_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "rinex/rinex_code_map.h"

typedef struct planning
{
  garco__export_plan *plan;
  const garco__export_survey *survey;
  const garco__export_model *model;
} planning;

static const char kind_letters[GARCO__KINDS + 1] = "CLDS";

static bool
has_values (const planning *p, int system, int code, unsigned kind)
{
  return code >= 0 && (p->survey->kinds[system][code] >> kind & 1) != 0;
}

/* "C2W", or "C2" where there is no attribute. */
static void
name_in_3 (const planning *p, int system, int code, unsigned kind, char name[4])
{
  char text[3];
  garco_obs_code_text (p->survey->codes[system][code], text);
  snprintf (name, 4, "%c%s", kind_letters[kind], text);
  if (name[2] == ' ')
    name[2] = '\0';
}

/* ---------------------------------------------------------------- the model's types */

static int
code_of_type (const planning *p, int system, const char *type)
{
  const garco_header *header = p->model->header;
  if (garco__kind_of (type) == GARCO__KIND_NONE)
    return -1;
  uint16_t code = garco__code_mapped (p->model->codes, header->version,
                                      garco_system_letter (system), type, &header->types[system]);
  return garco__export_code (p->survey, system, code);
}

/* Whether a type of the model has values of its system, or of RINEX 2 any. */
static bool
type_has_values (const planning *p, int system, const char *type)
{
  bool shared = p->model->header->version < 300;
  for (int s = shared ? 0 : system; s < (shared ? GARCO_SYSTEM_COUNT : system + 1); s++)
    if (p->survey->seen[s] &&
        has_values (p, s, code_of_type (p, s, type), (unsigned)garco__kind_of (type)))
      return true;
  return false;
}

static garco_status
take_model_types (planning *p, bool trim, garco_error *error)
{
  const garco_header *header = p->model->header;
  garco__lists *lists = &p->plan->lists;
  for (int s = 0; s < (lists->shared ? 1 : GARCO_SYSTEM_COUNT); s++)
    for (uint32_t i = 0; i < header->types[s].count; i++)
    {
      const char *type = header->types[s].codes[i];
      if (!trim || type_has_values (p, s, type))
        GARCO_TRY (garco__lists_add (lists, s, type, header->types[s].scale[i], error));
      else
        p->plan->own_lists = false;
    }
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    for (uint32_t i = 0; p->survey->seen[s] && i < lists->count[garco__list_of (lists, s)]; i++)
    {
      const char *type = lists->codes[garco__list_of (lists, s)][i];
      int code = code_of_type (p, s, type);
      unsigned kind = (unsigned)garco__kind_of (type);
      if (has_values (p, s, code, kind) && p->plan->fields[s][code][kind] < 0)
        p->plan->fields[s][code][kind] = (int16_t)i;
    }
  return GARCO_OK;
}

/* ---------------------------------------------------------------- types by name */

/* The code that has a field of a system, or -1. */
static int
holder_of (const planning *p, int system, int field, unsigned *kind)
{
  for (uint32_t c = 0; c < p->survey->ncodes[system]; c++)
    for (*kind = 0; *kind < GARCO__KINDS; ++*kind)
      if (p->plan->fields[system][c][*kind] == field)
        return (int)c;
  return -1;
}

/* The code of a type named as in RINEX 3.04. */
static uint16_t
code_in_3 (int system, const char *type)
{
  const garco_types none = {0, NULL, NULL};
  return garco__code_of (304, garco_system_letter (system), type, &none);
}

static int
rank_of (const planning *p, int system, int code, unsigned kind, const char *name)
{
  char type[4];
  const garco__lists *lists = &p->plan->lists;
  name_in_3 (p, system, code, kind, type);
  return garco__type_rank (system, code_in_3 (system, type), name,
                           garco__lists_find (lists, system, "P2") >= 0,
                           garco__lists_find (lists, system, "C2") >= 0);
}

/* Finds a field for the values of a code and kind that have none yet. */
static garco_status
place (planning *p, int system, int code, unsigned kind, garco_error *error)
{
  garco__export_plan *plan = p->plan;
  char type[4], name[4] = "";
  unsigned other_kind;
  if (!has_values (p, system, code, kind) || plan->fields[system][code][kind] >= 0)
    return GARCO_OK;
  name_in_3 (p, system, code, kind, type);
  bool named = plan->version >= 300 ||
               garco__type_name (304, plan->version, system, type, code_in_3 (system, type), name);
  if (!named)
    return GARCO_OK;
  if (plan->version >= 300)
    memcpy (name, type, sizeof name);
  int field = garco__lists_find (&plan->lists, system, name);
  if (field < 0)
  {
    plan->own_lists = false;
    field = (int)plan->lists.count[garco__list_of (&plan->lists, system)];
    GARCO_TRY (garco__lists_add (&plan->lists, system, name, 1, error));
  }
  int other = holder_of (p, system, field, &other_kind);
  if (other >= 0 &&
      rank_of (p, system, other, other_kind, name) <= rank_of (p, system, code, kind, name))
    return GARCO_OK;
  if (other >= 0)
    plan->fields[system][other][other_kind] = -1;
  plan->fields[system][code][kind] = (int16_t)field;
  return GARCO_OK;
}

/* The model's types of another version, in their order. */
static garco_status
place_like_model (planning *p, int system, garco_error *error)
{
  const garco_types *types = &p->model->header->types[system];
  for (uint32_t i = 0; i < types->count && p->survey->seen[system]; i++)
  {
    int code = code_of_type (p, system, types->codes[i]);
    if (code >= 0)
      GARCO_TRY (place (p, system, code, (unsigned)garco__kind_of (types->codes[i]), error));
  }
  return GARCO_OK;
}

static garco_status
place_rest (planning *p, int system, bool ranges, garco_error *error)
{
  for (uint32_t c = 0; c < p->survey->ncodes[system]; c++)
    for (unsigned k = 0; k < (ranges ? 1 : GARCO__KINDS); k++)
      GARCO_TRY (place (p, system, (int)c, k, error));
  return GARCO_OK;
}

/* In RINEX 2 what L2 means hangs on whether P2 and C2 are listed, so ranges go first. */
static garco_status
place_all (planning *p, garco_error *error)
{
  bool old = p->plan->version < 300;
  for (int pass = old ? 0 : 1; pass < 2; pass++)
    for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    {
      if (p->model->header != NULL && pass == 1)
        GARCO_TRY (place_like_model (p, s, error));
      GARCO_TRY (place_rest (p, s, pass == 0, error));
    }
  return GARCO_OK;
}

/* ---------------------------------------------------------------- what is lost */

static garco_status
note_lost (planning *p, int system, int code, unsigned kind, garco_error *error)
{
  char name[4];
  name_in_3 (p, system, code, kind, name);
  return garco__buffer_print (&p->plan->lost, error, "%s%c %s", p->plan->lost.size > 0 ? ", " : "",
                              garco_system_letter (system), name);
}

static garco_status
check_field (planning *p, int system, uint32_t code, unsigned kind, garco_error *error)
{
  garco__export_plan *plan = p->plan;
  int list = garco__list_of (&plan->lists, system), field = plan->fields[system][code][kind];
  if (!has_values (p, system, (int)code, kind))
    return GARCO_OK;
  if (field < 0)
    return note_lost (p, system, (int)code, kind, error);
  const char *name = plan->lists.codes[list][field];
  const garco_types types = {plan->lists.count[list], (const char (*)[4])plan->lists.codes[list],
                             plan->lists.scale[list]};
  uint16_t back = garco__code_of (plan->version, garco_system_letter (system), name, &types);
  if (back == p->survey->codes[system][code])
    return GARCO_OK;
  char text[3];
  garco_obs_code_text (p->survey->codes[system][code], text);
  return garco__buffer_print (&plan->others, error, "%s%c %s %s", plan->others.size > 0 ? ", " : "",
                              garco_system_letter (system), name, text);
}

static garco_status
allocate_fields (planning *p, garco_error *error)
{
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    void *made = NULL;
    size_t size = sizeof *p->plan->fields[s];
    GARCO_TRY (garco__allocate (&made, p->survey->ncodes[s], size, error));
    p->plan->fields[s] = made;
    memset (made, 0xff, p->survey->ncodes[s] * size);
  }
  return GARCO_OK;
}

garco_status
garco__export_plan_make (garco__export_plan *plan, int version, bool trim,
                         const garco__export_survey *survey, const garco__export_model *model,
                         garco_error *error)
{
  planning p = {plan, survey, model};
  bool same = model->header != NULL && model->header->version == version;
  plan->version = version;
  plan->own_lists = same && !model->mended;
  plan->lists.shared = version < 300;
  GARCO_TRY (allocate_fields (&p, error));
  if (same)
    GARCO_TRY (take_model_types (&p, trim, error));
  GARCO_TRY (place_all (&p, error));
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    for (uint32_t c = 0; c < survey->ncodes[s]; c++)
      for (unsigned k = 0; k < GARCO__KINDS; k++)
        GARCO_TRY (check_field (&p, s, c, k, error));
  return GARCO_OK;
}

void
garco__export_plan_free (garco__export_plan *plan)
{
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
    free (plan->fields[s]);
  garco__buffer_free (&plan->lost);
  garco__buffer_free (&plan->others);
}
