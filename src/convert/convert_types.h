/* Observation types of what is written: lists by system, and names in another RINEX version.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CONVERT_TYPES_H
#define GARCO_CONVERT_TYPES_H

#include "base/buffer.h"
#include "garco.h"
#include "rinex/rinex_header.h"

/* The types of each system; RINEX 2 has one list for all, the first. */
typedef struct garco__lists
{
  bool shared;
  uint32_t count[GARCO_SYSTEM_COUNT];
  char codes[GARCO_SYSTEM_COUNT][GARCO__TYPES_LIMIT][4];
  int32_t scale[GARCO_SYSTEM_COUNT][GARCO__TYPES_LIMIT];
} garco__lists;

static inline int
garco__list_of (const garco__lists *lists, int system)
{
  return lists->shared ? 0 : system;
}

/* Place of a type in a system's list, or -1. */
int garco__lists_find (const garco__lists *lists, int system, const char *code);
/* Adds a type that is not there; `scale` as in garco_types. */
garco_status garco__lists_add (garco__lists *lists, int system, const char *code, int32_t scale,
                               garco_error *error);
bool garco__lists_equal (const garco__lists *a, const garco__lists *b, int system);

/* Appends the header's lines of a system's list, # / TYPES OF OBSERV for a shared one. */
garco_status garco__lists_print (const garco__lists *lists, int system, garco__buffer *text,
                                 garco_error *error);
/* Appends the SYS / SCALE FACTOR lines of a system; factor 1 where `before` (nullable) has another.
 */
garco_status garco__lists_print_scale (const garco__lists *lists, const garco__lists *before,
                                       int system, garco__buffer *text, garco_error *error);

/* The name of `type`, of a file of `from` (version times 100) where it has the code `code`, in a
 * file of `to`, into `name`; false where there is none. */
bool garco__type_name (int from, int to, int system, const char *type, uint16_t code, char name[4]);
/* Of several types with one name in RINEX 2 the one whose code has the lowest rank is written: the
 * one that the name means when `has_p` (P2 is written) and `has_c` (C2 is). */
int garco__type_rank (int system, uint16_t code, const char *name, bool has_p, bool has_c);

#endif
