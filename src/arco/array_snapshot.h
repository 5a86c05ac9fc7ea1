/* Several handles on one state of an array.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_ARRAY_SNAPSHOT_H
#define GARCO_ARCO_ARRAY_SNAPSHOT_H

#include "garco.h"

/* Opens the array of `seen` with its options, showing just the fragments, deletes and metadata that
 * `seen` shows, whatever was written since. Threads may call it on one `seen` at the same time as
 * long as nobody does anything else with it. */
garco_status garco__array_open_as (const garco_array *seen, garco_array **array,
                                   garco_error *error);
/* How many threads read the array's metadata where there is much of it; 0: as many as processors.
 */
void garco__array_set_threads (garco_array *array, int threads);

#endif
