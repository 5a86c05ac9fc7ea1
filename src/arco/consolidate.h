/* Several fragments into one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_CONSOLIDATE_H
#define GARCO_ARCO_CONSOLIDATE_H

#include "arco/array_internal.h"

typedef struct garco__consolidate_options
{
  bool purge;
  uint64_t memory;
  int threads;
} garco__consolidate_options;

typedef struct garco__consolidated
{
  char name[GARCO__NAME_SIZE]; /* "": every cell was purged, and nothing was written */
  uint64_t cells, bytes;       /* of data files */
} garco__consolidated;

/* Writes the cells of these fragments (numbers in the order of writing, rising) as one, and commits
 * it: after that readers see it in place of them, as far as they look at the time of all; the
 * fragments stay until garco_vacuum. The array is locked by the caller. */
garco_status garco__consolidate (garco_array *array, const size_t *fragments, size_t count,
                                 const garco__consolidate_options *options,
                                 garco__consolidated *consolidated, garco_error *error);
/* How many of them may overlap at one place of the order, so that consolidating them keeps to
 * `memory`. */
size_t garco__consolidate_limit (const garco__schema *schema, uint64_t memory);
/* Most that overlap, by their boxes. */
garco_status garco__consolidate_overlap (garco_array *array, const size_t *fragments, size_t count,
                                         size_t *overlap, garco_error *error);

/* upkeep.c: joins what lies in one window of `span_ms` of the first dimension, in each window for
 * which `wanted` says so; locks the array meanwhile. */
garco_status garco__join_windows (garco_array *array, int64_t span_ms,
                                  bool (*wanted) (const void *context, int64_t window),
                                  const void *context, garco_error *error);

/* consolidate_commit.c: commits `name`, which replaces what is in `replaced` (paths of fragments
 * within the array): for every reader at once as far as the format can, and surely when
 * garco__consolidate_repair was called after a crash. `committed`: it may be seen, and must stay,
 * even where this failed. */
garco_status garco__consolidate_commit (garco__io *io, const char *name,
                                        const char *const *replaced, size_t count, bool *committed,
                                        garco_error *error);
/* Completes commits that ended between their two files; the array is locked. */
garco_status garco__consolidate_repair (garco__io *io, garco_error *error);

#endif
