/* From the fields of an input's satellites to those that are written.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CONVERT_PLAN_H
#define GARCO_CONVERT_PLAN_H

#include "convert/convert_survey.h"
#include "convert/convert_types.h"
#include "query/query_select.h"

/* What decides about types. */
typedef struct garco__type_rules
{
  int version; /* that is written */
  const garco__selection *selection;
  const garco_code_map *codes;   /* nullable */
  const garco__survey *survey;   /* nullable: types without values are not known */
  bool also[GARCO_SYSTEM_COUNT]; /* systems that have come up without one */
} garco__type_rules;

/* What is lost on the way, counted over the whole conversion. */
typedef struct garco__losses
{
  int64_t antispoofing, boc, scaled, collided, wide_clocks, picoseconds;
  garco__buffer types; /* "G C2L\n": types left out since another one has their name */
} garco__losses;

typedef struct garco__plan
{
  int from, to; /* versions */
  bool keeps[GARCO_SYSTEM_COUNT];
  bool same[GARCO_SYSTEM_COUNT];                           /* fields go over as they are */
  uint32_t fields[GARCO_SYSTEM_COUNT];                     /* written */
  int16_t source[GARCO_SYSTEM_COUNT][GARCO__TYPES_LIMIT];  /* of each field written, or -1 */
  int16_t other[GARCO_SYSTEM_COUNT][GARCO__TYPES_LIMIT];   /* of each field read: the next that goes
                                                              to the same place, or -1 */
  int32_t divisor[GARCO_SYSTEM_COUNT][GARCO__TYPES_LIMIT]; /* of each field read */
  char band[GARCO_SYSTEM_COUNT][GARCO__TYPES_LIMIT]; /* of each field read: '1', '2' of a phase */
} garco__plan;

/* The types that a header's systems have in the output, into `wanted`: only of systems that are
 * selected and, as far as a survey knows, have satellites. */
garco_status garco__wanted_types (const garco__type_rules *rules, const garco_header *header,
                                  garco__lists *wanted, garco__losses *losses, garco_error *error);
/* How a header's fields go to `lists`, which has its wanted types. */
void garco__plan_make (garco__plan *plan, const garco__type_rules *rules,
                       const garco_header *header, const garco__lists *lists);

/* An epoch as it is written; its arrays. Zero-initialise. */
typedef struct garco__draft
{
  garco_epoch epoch;
  garco_epoch_sat *sats;
  char *names;
  int64_t *values;
  char *indicators;
  size_t sats_room, values_room;
} garco__draft;

/* Wavelength factors by RINEX 2 (1 or 2), which say what bit 1 of LLI means. */
typedef struct garco__wavelengths
{
  uint8_t factor[2][GARCO_SYSTEM_COUNT][100];
} garco__wavelengths;

/* Makes the epoch of flag 0, 1 or 6 that is written of one that was read. Satellites that are not
 * selected are left out, and where types were selected, those without a value. */
garco_status garco__plan_apply (const garco__plan *plan, const garco__type_rules *rules,
                                const garco__wavelengths *wavelengths, const garco_epoch *epoch,
                                garco__draft *draft, garco__losses *losses, garco_error *error);
void garco__draft_free (garco__draft *draft);

#endif
