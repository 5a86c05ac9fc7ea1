/* RINEX observation types to the two characters (band, attribute) that an array keeps.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_CODES_H
#define GARCO_RINEX_CODES_H

#include "garco.h"

/* What kind of value a type is. */
typedef enum garco__kind
{
  GARCO__KIND_RANGE,
  GARCO__KIND_PHASE,
  GARCO__KIND_DOPPLER,
  GARCO__KIND_STRENGTH,
  GARCO__KIND_NONE /* ionosphere delays, channel numbers and what else is no observation */
} garco__kind;

garco__kind garco__kind_of (const char *type);
/* The code of `type` of system `system` among `types` of a file of `version` (times 100). */
uint16_t garco__code_of (int version, char system, const char *type, const garco_types *types);
/* The code's attribute is a choice of the table's, not what the type says. */
bool garco__code_is_assumed (int version, char system, const char *type);

#endif
