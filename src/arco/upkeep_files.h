/* Between the files of upkeep.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_UPKEEP_FILES_H
#define GARCO_ARCO_UPKEEP_FILES_H

#include "arco/array_internal.h"

/* Fragments that are joined in one step at most, whether or not they overlap. */
#define GARCO__FAN_IN 2000u

typedef struct garco__upkeep
{
  garco_array *array;
  const garco_upkeep_options *options;
  garco_upkeep_report *report;
  uint64_t memory;
  garco_error *error;
} garco__upkeep;

/* Opens the array by the options. */
garco_status garco__upkeep_open (garco__upkeep *own, const char *uri);
/* Locks the array, completes what was left undone, and looks it through; garco__array_unlock ends
 * it, after a failure too. */
garco_status garco__upkeep_lock (garco__upkeep *own);
/* Does the step under the lock. */
garco_status garco__upkeep_locked (garco__upkeep *own, garco_status (*step) (garco__upkeep *own));
/* Opens the array by the caller's options (NULL: the standard ones), does all and closes it. */
garco_status garco__upkeep_run (const char *uri, const garco_upkeep_options *options,
                                garco_upkeep_report *report,
                                garco_status (*all) (garco__upkeep *own), garco_error *error);
/* A line for the caller. */
void garco__upkeep_say (const garco__upkeep *own, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

/* upkeep_files.c */
garco_status garco__consolidate_commits (garco__upkeep *own);
garco_status garco__consolidate_fragment_meta (garco__upkeep *own);
garco_status garco__consolidate_array_meta (garco__upkeep *own);

#endif
