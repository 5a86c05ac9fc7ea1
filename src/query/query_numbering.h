/* How an array numbers the satellite systems.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_NUMBERING_H
#define GARCO_QUERY_NUMBERING_H

#include "garco.h"

typedef enum garco__numbering_origin
{
  GARCO__NUMBERING_METADATA, /* the array says so */
  GARCO__NUMBERING_DOMAIN,   /* a 0 occurs in it */
  GARCO__NUMBERING_OPTION,   /* the caller says so */
  GARCO__NUMBERING_EMPTY,    /* there are no cells yet */
  GARCO__NUMBERING_ASSUMED   /* from 1 */
} garco__numbering_origin;

typedef struct garco__numbering
{
  garco__numbering_origin origin;
  bool plain;                         /* the array's numbers are garco's */
  uint8_t system[UINT8_MAX + 1];      /* garco's number of each of the array's; 255: unknown */
  int16_t number[GARCO_SYSTEM_COUNT]; /* the array's number of each of garco's; -1: none */
} garco__numbering;

/* By the array's metadata, else by a 0 in its non-empty domain, else `base` (0 or 1; -1: not
 * given), else from 1. `dimension` is the schema's index of the dimension of systems, or -1 where
 * systems are an attribute, which has no domain. */
garco_status garco__numbering_find (garco_array *array, const char *uri, int dimension, int base,
                                    garco__numbering *numbering, garco_error *error);

/* The value of a metadata key as text of `size` bytes at most with its NUL; false where there is
 * none or it is no text. */
garco_status garco__metadata_text (garco_array *array, const char *key, char *text, size_t size,
                                   bool *found, garco_error *error);

#endif
