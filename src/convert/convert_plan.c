/* A plan says for every field that is written which field of the input it is:
 *
 *   C1  L1  L2  P2  S1  CA      read, RINEX 2 (GPS)
 *    0   1   2   3   4   5
 *   C1C L1C L2W C2W S1C         written, RINEX 3
 *    0   1   2   3   4          source; other[0] = 5: CA, too, where C1 is blank
 *
 * It is made anew whenever a header or the lists of the output change, and then costs an epoch one
 * look-up a field.
 *
 * Loss-of-lock indicators mean the same in bit 0. Bit 1 is "the other wavelength factor than the
 * header's" in RINEX 2 and "half-cycle ambiguity" in 3; bit 2 is antispoofing in 2 and BOC tracking
 * in 3, and is left out between them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "convert/convert_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "rinex/rinex_code_map.h"
#include "rinex/rinex_codes.h"

/* ------------------------------------------------------------------ which types */

static bool
is_other_class (int from, int to)
{
  return (from < 300) != (to < 300);
}

static uint16_t
code_of (const garco__type_rules *rules, const garco_header *header, int system, const char *type)
{
  return garco__code_mapped (rules->codes, header->version, garco_system_letter (system), type,
                             &header->types[system]);
}

static bool
type_is_selected (const garco__type_rules *rules, const garco_header *header, int system,
                  const char *type)
{
  if (!rules->selection->by[GARCO__OBS])
    return true;
  if (garco__kind_of (type) == GARCO__KIND_NONE)
    return false;
  return garco__selects_code (rules->selection, code_of (rules, header, system, type));
}

static bool
system_is_selected (const garco__type_rules *rules, int system)
{
  const garco__selection *selection = rules->selection;
  return (!selection->by[GARCO__SYS] && !selection->by[GARCO__SAT]) || selection->system[system];
}

/* Whether a type goes into the output, and its name there. */
static bool
name_type (const garco__type_rules *rules, const garco_header *header, int system, uint32_t index,
           char name[4])
{
  const char *type = header->types[system].codes[index];
  if (!type_is_selected (rules, header, system, type))
    return false;
  if (is_other_class (header->version, rules->version) && rules->survey != NULL &&
      !garco__survey_has_type (rules->survey, system, type))
    return false;
  return garco__type_name (header->version, rules->version, system, type,
                           code_of (rules, header, system, type), name);
}

/* Names in the output of all types of a system; "" where a type does not go there. */
struct names
{
  char name[GARCO__TYPES_LIMIT][4];
};

static bool
has_name (const struct names *names, uint32_t count, const char *wanted)
{
  for (uint32_t i = 0; i < count; i++)
    if (strcmp (names->name[i], wanted) == 0)
      return true;
  return false;
}

/* Downward one type has a name for itself: takes it from the others, which are noted as lost. */
static void
settle_names (const garco__type_rules *rules, const garco_header *header, int system,
              struct names *names)
{
  const garco_types *types = &header->types[system];
  int rank[GARCO__TYPES_LIMIT];
  bool has_p = has_name (names, types->count, "P2"), has_c = has_name (names, types->count, "C2");
  for (uint32_t i = 0; i < types->count; i++)
    rank[i] = garco__type_rank (system, code_of (rules, header, system, types->codes[i]),
                                names->name[i], has_p, has_c);
  for (uint32_t i = 0; i < types->count; i++)
    for (uint32_t j = 0; j < i && names->name[i][0] != '\0'; j++)
      if (strcmp (names->name[i], names->name[j]) == 0)
        names->name[rank[i] < rank[j] ? j : i][0] = '\0';
}

static void
name_types (const garco__type_rules *rules, const garco_header *header, int system,
            struct names *names)
{
  bool down = header->version >= 300 && rules->version < 300;
  for (uint32_t i = 0; i < header->types[system].count; i++)
    if (!name_type (rules, header, system, i, names->name[i]))
      names->name[i][0] = '\0';
  if (down)
    settle_names (rules, header, system, names);
}

static garco_status
note_lost_type (garco__losses *losses, int system, const char *type, garco_error *error)
{
  char line[8] = {garco_system_letter (system), ' ', type[0], type[1], type[2], '\0'};
  if (losses == NULL)
    return GARCO_OK;
  line[strlen (line)] = '\n';
  for (size_t at = 0; at + strlen (line) <= losses->types.size; at++)
    if (memcmp (losses->types.data + at, line, strlen (line)) == 0)
      return GARCO_OK;
  return garco__buffer_append (&losses->types, line, strlen (line), error);
}

/* A type that has no place in the output though it is selected and, as far as one knows, used. */
static bool
is_lost (const garco__type_rules *rules, const garco_header *header, int system, const char *type)
{
  return is_other_class (header->version, rules->version) &&
         type_is_selected (rules, header, system, type) &&
         (rules->survey == NULL || garco__survey_has_type (rules->survey, system, type));
}

static garco_status
add_wanted (const garco__type_rules *rules, const garco_header *header, int system,
            garco__lists *wanted, garco__losses *losses, garco_error *error)
{
  const garco_types *types = &header->types[system];
  struct names names;
  name_types (rules, header, system, &names);
  for (uint32_t i = 0; i < types->count; i++)
  {
    const char *name = names.name[i];
    if (name[0] == '\0' && is_lost (rules, header, system, types->codes[i]))
      GARCO_TRY (note_lost_type (losses, system, types->codes[i], error));
    if (name[0] != '\0' && garco__lists_find (wanted, system, name) < 0)
      GARCO_TRY (
          garco__lists_add (wanted, system, name, wanted->shared ? 1 : types->scale[i], error));
  }
  return GARCO_OK;
}

/* Whether a system is worth a list. RINEX 2 does not say which systems a file has: without a survey
 * it is the header's, and for mixed files the usual four. */
static bool
needs_list (const garco__type_rules *rules, const garco_header *header, int system)
{
  if (!system_is_selected (rules, system) || header->types[system].count == 0)
    return false;
  if (header->version >= 300 && !is_other_class (header->version, rules->version))
    return true;
  if (rules->also[system])
    return true;
  if (rules->survey != NULL)
    return garco__survey_has_system (rules->survey, system);
  return header->version >= 300 ||
         (header->system == 'M' ? system < 4 : garco_system_letter (system) == header->system);
}

garco_status
garco__wanted_types (const garco__type_rules *rules, const garco_header *header,
                     garco__lists *wanted, garco__losses *losses, garco_error *error)
{
  wanted->shared = rules->version < 300;
  memset (wanted->count, 0, sizeof wanted->count);
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    bool same_list = wanted->shared && header->version < 300; /* its systems have one list */
    if (same_list ? system_is_selected (rules, s) : needs_list (rules, header, s))
      GARCO_TRY (add_wanted (rules, header, s, wanted, losses, error));
  }
  return GARCO_OK;
}

/* ------------------------------------------------------------------ the plan */

/* Puts input field `index` behind those that go to output field `place`. */
static void
chain (garco__plan *plan, int system, uint32_t index, int place)
{
  int16_t *link = &plan->source[system][place];
  while (*link >= 0)
    link = &plan->other[system][*link];
  *link = (int16_t)index;
}

static void
plan_system (garco__plan *plan, const garco__type_rules *rules, const garco_header *header,
             const garco__lists *lists, int system)
{
  const garco_types *types = &header->types[system];
  struct names names;
  uint32_t count = lists->count[garco__list_of (lists, system)];
  name_types (rules, header, system, &names);
  plan->fields[system] = count;
  plan->same[system] = count == types->count;
  memset (plan->source[system], 0xFF, sizeof plan->source[system]);
  memset (plan->other[system], 0xFF, sizeof plan->other[system]);
  for (uint32_t i = 0; i < types->count; i++)
  {
    int place = -1;
    plan->divisor[system][i] = lists->shared ? types->scale[i] : 1;
    plan->band[system][i] = types->codes[i][0] == 'L' ? types->codes[i][1] : '\0';
    if (names.name[i][0] != '\0')
      place = garco__lists_find (lists, system, names.name[i]);
    if (place >= 0)
      chain (plan, system, i, place);
    plan->same[system] = plan->same[system] && place == (int)i && plan->divisor[system][i] == 1;
  }
}

void
garco__plan_make (garco__plan *plan, const garco__type_rules *rules, const garco_header *header,
                  const garco__lists *lists)
{
  plan->from = header->version;
  plan->to = rules->version;
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    plan->keeps[s] = system_is_selected (rules, s);
    plan_system (plan, rules, header, lists, s);
    if (is_other_class (plan->from, plan->to))
      plan->same[s] = false;
  }
}

/* ------------------------------------------------------------------ an epoch */

static char
translate_lli (char lli, bool up, bool other_factor, garco__losses *losses)
{
  unsigned bits = lli >= '0' && lli <= '9' ? (unsigned)(lli - '0') : 0;
  unsigned kept = bits & 3;
  if (up && other_factor)
    kept ^= 2;
  if (bits & 4)
    *(up ? &losses->antispoofing : &losses->boc) += 1;
  return kept != 0 ? (char)('0' + kept) : bits == 0 ? lli : ' ';
}

/* The field of the chain that has a value; the first where none has. */
static int
choose_source (const garco__plan *plan, const garco_epoch *epoch, const garco_epoch_sat *sat,
               uint32_t field, garco__losses *losses)
{
  int first = plan->source[sat->system][field], found = -1;
  for (int i = first; i >= 0; i = plan->other[sat->system][i])
  {
    if (i >= sat->count || epoch->values[sat->first + (uint32_t)i] == GARCO_MISSING)
      continue;
    if (found < 0)
      found = i;
    else
      losses->collided++;
  }
  return found >= 0 ? found : first < sat->count ? first : -1;
}

static int64_t
divide (int64_t value, int32_t divisor, garco__losses *losses)
{
  if (value == GARCO_MISSING || divisor <= 1)
    return value;
  int64_t half = value < 0 ? -divisor / 2 : divisor / 2;
  losses->scaled += value % divisor != 0;
  return (value + half) / divisor;
}

static bool
has_other_factor (const garco__wavelengths *wavelengths, const garco_epoch_sat *sat, char band)
{
  return (band == '1' || band == '2') && sat->number < 100 &&
         wavelengths->factor[band - '1'][sat->system][sat->number] == 2;
}

static void
copy_fields (const garco__plan *plan, const garco__wavelengths *wavelengths,
             const garco_epoch *epoch, const garco_epoch_sat *sat, int64_t *values,
             char *indicators, garco__losses *losses)
{
  int system = sat->system;
  bool up = plan->to >= 300, other = is_other_class (plan->from, plan->to);
  for (uint32_t i = 0; i < plan->fields[system]; i++)
  {
    int source = choose_source (plan, epoch, sat, i, losses);
    values[i] = GARCO_MISSING;
    memset (indicators + 2 * i, ' ', 2);
    if (source < 0)
      continue;
    size_t field = sat->first + (uint32_t)source;
    values[i] = divide (epoch->values[field], plan->divisor[system][source], losses);
    memcpy (indicators + 2 * i, epoch->indicators + 2 * field, 2);
    if (other && epoch->flag <= 1 && values[i] != GARCO_MISSING)
      indicators[2 * i] =
          translate_lli (indicators[2 * i], up,
                         has_other_factor (wavelengths, sat, plan->band[system][source]), losses);
  }
}

static garco_status
make_room (const garco__plan *plan, const garco_epoch *epoch, garco__draft *draft,
           garco_error *error)
{
  size_t fields = 0;
  for (size_t i = 0; i < epoch->nsats; i++)
    fields += plan->fields[epoch->sats[i].system];
  void *sats = draft->sats, *names = draft->names, *values = draft->values,
       *indicators = draft->indicators;
  if (epoch->nsats > draft->sats_room || sats == NULL)
  {
    GARCO_TRY (garco__reallocate (&sats, epoch->nsats, sizeof *draft->sats, error));
    draft->sats = sats;
    GARCO_TRY (garco__reallocate (&names, epoch->nsats, 3, error));
    draft->names = names;
    draft->sats_room = epoch->nsats;
  }
  if (fields > draft->values_room || values == NULL)
  {
    GARCO_TRY (garco__reallocate (&values, fields, sizeof *draft->values, error));
    draft->values = values;
    GARCO_TRY (garco__reallocate (&indicators, fields, 2, error));
    draft->indicators = indicators;
    draft->values_room = fields;
  }
  return GARCO_OK;
}

static bool
has_value (const int64_t *values, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++)
    if (values[i] != GARCO_MISSING)
      return true;
  return false;
}

static bool
sat_is_selected (const garco__selection *selection, const garco_epoch_sat *sat)
{
  return (!selection->by[GARCO__SYS] && !selection->by[GARCO__SAT]) ||
         garco__selects_sat (selection, sat->system, sat->number);
}

garco_status
garco__plan_apply (const garco__plan *plan, const garco__type_rules *rules,
                   const garco__wavelengths *wavelengths, const garco_epoch *epoch,
                   garco__draft *draft, garco__losses *losses, garco_error *error)
{
  size_t nsats = 0, at = 0;
  GARCO_TRY (make_room (plan, epoch, draft, error));
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    const garco_epoch_sat *sat = &epoch->sats[i];
    uint32_t fields = plan->fields[sat->system];
    if (!plan->keeps[sat->system] || !sat_is_selected (rules->selection, sat))
      continue;
    copy_fields (plan, wavelengths, epoch, sat, draft->values + at, draft->indicators + 2 * at,
                 losses);
    if (rules->selection->by[GARCO__OBS] && !has_value (draft->values + at, fields))
      continue;
    draft->sats[nsats] = *sat;
    draft->sats[nsats].count = (uint16_t)fields;
    draft->sats[nsats].first = (uint32_t)at;
    if (epoch->names != NULL)
      memcpy (draft->names + 3 * nsats, epoch->names + 3 * i, 3);
    nsats++;
    at += fields;
  }
  draft->epoch = *epoch;
  draft->epoch.nsats = nsats;
  draft->epoch.sats = draft->sats;
  draft->epoch.names = epoch->names != NULL ? draft->names : NULL;
  draft->epoch.values = draft->values;
  draft->epoch.indicators = draft->indicators;
  return GARCO_OK;
}

void
garco__draft_free (garco__draft *draft)
{
  free (draft->sats);
  free (draft->names);
  free (draft->values);
  free (draft->indicators);
  memset (draft, 0, sizeof *draft);
}
