/* File names of RINEX: what they say, and making them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CONVERT_NAMES_H
#define GARCO_CONVERT_NAMES_H

#include "garco.h"

/* The form by a name's ending, with or without one of a compression; false where it has none. */
bool garco__form_of_name (const char *path, garco_form *form);

/* What names are made of. */
typedef struct garco__station
{
  char site[10]; /* XXXXMRCCC */
  bool lower;    /* RINEX 2 names in lower case */
  char source;   /* R, S, U */
  char rate[4];  /* 30S; "" where it is not known */
} garco__station;

/* From the input's name where that follows the rules, else from the header's marker. */
void garco__station_of (const char *path, const garco_header *header, garco__station *station);
/* Writes the rate that an interval has, 30S, 15M, 10Z; "00U" for one that has none. */
void garco__rate_text (int64_t interval_ms, char rate[4]);
/* The name of a file of an hour or a day from `start_ms` on, without a folder. */
void garco__part_name (const garco__station *station, int version, char system, garco_form form,
                       int64_t start_ms, bool hour, char *name, size_t size);

#endif
