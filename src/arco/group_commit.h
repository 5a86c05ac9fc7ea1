/* Several fragments, and a delete before them, made visible in one step.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_GROUP_COMMIT_H
#define GARCO_ARCO_GROUP_COMMIT_H

#include "arco/array_writer.h"

/* Commits the fragments, all of one array, by one file that is there whole or not at all. `delete`
 * (nullable) is a condition as in garco_array_delete, of the time `deleted_at`, which is before
 * those of the fragments: what it held for goes when they appear. One fragment without a delete is
 * committed as garco__fragment_commit does. */
garco_status garco__fragments_commit (garco_array *array, garco__fragment_writer *const *fragments,
                                      size_t count, const char *condition, uint64_t deleted_at,
                                      garco_error *error);
/* The same with array metadata of the first fragment's time, which go again where nothing was
 * committed. */
garco_status garco__fragments_commit_with (garco_array *array,
                                           garco__fragment_writer *const *fragments, size_t count,
                                           const char *condition, uint64_t deleted_at,
                                           const garco__metadata_item *items, size_t nitems,
                                           garco_error *error);

#endif
