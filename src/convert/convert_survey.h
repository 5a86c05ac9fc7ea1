/* What an input holds, counted before it is written: for headers and lists of types.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CONVERT_SURVEY_H
#define GARCO_CONVERT_SURVEY_H

#include "garco.h"
#include "rinex/rinex_header.h"

#define GARCO__SURVEY_SATS 100

/* Zero-initialise. */
typedef struct garco__survey
{
  int64_t epochs;           /* of flag 0 and 1 */
  int64_t last_ms, last_ps; /* time of the last of them */
  int64_t step_ms;          /* the shortest between two; 0: none */
  bool seen[GARCO_SYSTEM_COUNT][GARCO__SURVEY_SATS];
  uint32_t ntypes[GARCO_SYSTEM_COUNT];
  char types[GARCO_SYSTEM_COUNT][GARCO__TYPES_LIMIT][4];
  bool used[GARCO_SYSTEM_COUNT][GARCO__TYPES_LIMIT];        /* has a value */
  uint32_t *counts[GARCO_SYSTEM_COUNT][GARCO__SURVEY_SATS]; /* values a type */
} garco__survey;

garco_status garco__survey_add (garco__survey *survey, const garco_header *header,
                                const garco_epoch *epoch, garco_error *error);
bool garco__survey_has_system (const garco__survey *survey, int system);
bool garco__survey_has_type (const garco__survey *survey, int system, const char *type);
uint32_t garco__survey_count (const garco__survey *survey, int system, int number,
                              const char *type);
void garco__survey_free (garco__survey *survey);

#endif
