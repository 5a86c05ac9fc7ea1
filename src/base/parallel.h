/* The same work on many pieces, by several threads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_PARALLEL_H
#define GARCO_BASE_PARALLEL_H

#include "garco.h"

/* Does piece `index`; called by several threads at once, each piece by one. */
typedef garco_status (*garco__piece_fn) (void *context, size_t index, garco_error *error);

/* Calls `run` for the pieces 0 .. count - 1, which are begun in this order, by `threads` threads
 * (0: as many as processors), and returns when all have ended. After a failure no more are begun;
 * the status and error are those of the first failed piece by index, whatever the number of
 * threads. */
garco_status garco__parallel_run (size_t count, int threads, garco__piece_fn run, void *context,
                                  garco_error *error);

/* How many threads `wanted` (0: as many as processors) are for so many pieces. */
size_t garco__parallel_threads (int wanted, size_t pieces);

#endif
