/* What a selection of an array holds, found before it is written: the header comes first.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_EXPORT_SURVEY_H
#define GARCO_EXPORT_SURVEY_H

#include "garco.h"
#include "rinex/rinex_codes.h"

#define GARCO__KINDS 4 /* range, phase, Doppler, strength: garco__kind without NONE */
#define GARCO__SATS 100

/* Zero-initialise. */
typedef struct garco__export_survey
{
  int64_t cells, epochs;
  int64_t first, last; /* times */
  int64_t step;        /* the shortest from epoch to epoch; 0: one epoch */
  uint32_t ncodes[GARCO_SYSTEM_COUNT];
  uint16_t *codes[GARCO_SYSTEM_COUNT]; /* rising */
  uint8_t *kinds[GARCO_SYSTEM_COUNT];  /* of each code: a bit a kind that has values */
  bool seen[GARCO_SYSTEM_COUNT];
  bool slot_seen[GARCO__SATS];
  int8_t channel[GARCO__SATS]; /* GLONASS; GARCO_FCN_UNKNOWN */
  bool antispoofing, boc;      /* flags that occur */
} garco__export_survey;

/* Reads the selection through. GARCO_ERR_NOT_FOUND where it has no cells. */
garco_status garco__export_survey_read (garco__export_survey *survey, const char *uri,
                                        const garco_export_options *options, garco_error *error);
/* Index of a code among the system's, or -1. */
int garco__export_code (const garco__export_survey *survey, int system, uint16_t code);
void garco__export_survey_free (garco__export_survey *survey);

/* The kinds of a cell that have values, and the value of one. */
unsigned garco__kinds_of_cell (const garco_cell *cell);
double garco__value_of_cell (const garco_cell *cell, garco__kind kind);

#endif
