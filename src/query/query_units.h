/* An array's rows, made ready ahead by several threads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_UNITS_H
#define GARCO_QUERY_UNITS_H

#include "arco/array_scan.h"

typedef struct garco__units garco__units;

typedef struct garco__units_options
{
  uint64_t memory;           /* bytes to stay below; 0: 256 MiB. GARCO_ERR_LIMIT where one tile
                                needs more */
  uint64_t parts;            /* `memory` is one of so many of what errors call the memory; 0: 1 */
  int threads;               /* 0: as many as processors */
  bool skip_corrupt;         /* leave corrupt tiles out */
  garco_damage_fn on_damage; /* called for each, by the caller's thread; may be NULL */
  void *context;
} garco__units_options;

/* Takes the rows of a scan that has given none yet, which stays the caller's and is used by nobody
 * else until the units are freed. */
garco_status garco__units_open (garco_scan *scan, const garco__units_options *options,
                                garco__units **units, garco_error *error);
/* As garco_scan_next: the same rows in the same order, whatever the memory and the threads. */
garco_status garco__units_next (garco__units *units, garco_batch *batch, garco_error *error);
/* Gives the memory away that begins at `values` of the last batch; NULL where that is not a unit's
 * own, or of a variable length, whose offsets stay. */
void *garco__units_take (garco__units *units, const void *values);
void garco__units_free (garco__units **units);

/* Bytes as messages say them: three digits of MB, of kB below one MB, or bytes. Returns `text`. */
#define GARCO__MEMORY_TEXT 32
const char *garco__memory_text (uint64_t bytes, char text[GARCO__MEMORY_TEXT]);

/* What of the plan there is to say. */
typedef struct garco__units_plan
{
  size_t units, direct; /* parts of the time; those that are read ahead */
} garco__units_plan;
garco__units_plan garco__units_describe (const garco__units *units);

#endif
