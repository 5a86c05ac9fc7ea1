/* Sorted runs of values, in memory or in a file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_VALUE_RUNS_H
#define GARCO_QUERY_VALUE_RUNS_H

#include "query/query_spill.h"

/* `count` different values, rising, and how many there are up to each; or as many values as there
 * are. In the file the numbers lie behind the values. */
typedef struct garco__value_run
{
  uint64_t count;
  double *values; /* NULL: in the file */
  uint64_t *ends; /* NULL: each counts once, or in the file */
  uint64_t offset;
  bool counted;
} garco__value_run;

/* Sorts values, none of which is NaN. */
garco_status garco__values_sort (double *values, size_t count, garco_error *error);
/* A run of sorted values, in memory. */
garco_status garco__value_run_make (const double *sorted, size_t count, garco__value_run *run,
                                    garco_error *error);
/* Two counted runs in memory become the first. */
garco_status garco__value_run_join (garco__value_run *a, garco__value_run *b, garco_error *error);
/* From memory into the file. */
garco_status garco__value_run_spill (garco__value_run *run, garco__spill *spill,
                                     garco_error *error);
/* From the file into memory. */
garco_status garco__value_run_load (garco__value_run *run, garco__spill *spill, garco_error *error);
/* Some runs of the file become one there, the first; by way of 16 bytes a value of memory. */
garco_status garco__value_runs_pack (garco__value_run *runs, size_t nruns, garco__spill *spill,
                                     garco_error *error);
void garco__value_run_free (garco__value_run *run);
/* Bytes of memory, without the structure itself. */
uint64_t garco__value_run_bytes (const garco__value_run *run);

/* The value at `rank` (0: the least) of all runs together, and the one behind it, or the same where
 * it is the last. */
garco_status garco__value_runs_rank (const garco__value_run *runs, size_t nruns,
                                     garco__spill *spill, uint64_t rank, double values[2],
                                     garco_error *error);

#endif
