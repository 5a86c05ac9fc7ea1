/* Values kept for quantiles: as many as memory allows, the rest in a temporary file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_VALUES_H
#define GARCO_QUERY_VALUES_H

#include "garco.h"

/* What all bags of one computation share: the memory that they may take, and the file. Threads may
 * use it at the same time. */
typedef struct garco__value_store garco__value_store;

/* `memory`: bytes; 0: 128 MiB. */
garco_status garco__value_store_new (uint64_t memory, garco__value_store **store,
                                     garco_error *error);
void garco__value_store_free (garco__value_store **store);

/* Values of one field in one group. Zero-initialise. */
typedef struct garco__bag
{
  uint64_t count;
  double *loose; /* not sorted yet */
  size_t nloose, capacity;
  struct garco__value_run *runs; /* sorted */
  size_t nruns;
} garco__bag;

/* NaN is left out. */
garco_status garco__bag_add (garco__bag *bag, garco__value_store *store, const double *values,
                             size_t count, garco_error *error);
/* Whether bags should give memory back. */
bool garco__value_store_full (const garco__value_store *store);
/* Bags that hold less together are left alone then. */
uint64_t garco__value_store_least (const garco__value_store *store);
/* Sorts what is loose and counts equal values; `spill`: puts all into the file. */
garco_status garco__bag_shrink (garco__bag *bag, garco__value_store *store, bool spill,
                                garco_error *error);
/* Bytes of memory that the bag holds. */
uint64_t garco__bag_bytes (const garco__bag *bag);
/* Moves what `from` holds. */
garco_status garco__bag_merge (garco__bag *bag, garco__bag *from, garco__value_store *store,
                               garco_error *error);
/* The quantiles at each of `wanted` (0 to 1) as NumPy's method "linear" has them, a NaN of `wanted`
 * as the median: the mean of the middle two. NaN without values. */
garco_status garco__bag_quantiles (garco__bag *bag, garco__value_store *store, const double *wanted,
                                   size_t nwanted, double *quantiles, garco_error *error);
void garco__bag_free (garco__bag *bag, garco__value_store *store);

#endif
