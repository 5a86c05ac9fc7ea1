/* Sources cut into pieces that several threads read at once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_PIECES_H
#define GARCO_QUERY_PIECES_H

#include "garco.h"

/* start_ms <= time < end_ms of one source. */
typedef struct garco__piece
{
  const char *source;
  garco_array
      *seen;  /* the state of an array that all its pieces read; owned by the first of them */
  bool first; /* of its source */
  int64_t start_ms, end_ms;
} garco__piece;

/* A file is one piece, an array one for each of at most GARCO__ARRAY_PIECES runs of whole days of
 * the time asked for: the cut depends on the array and the question alone, so that sums do not
 * depend on the number of threads. All pieces of an array see it in the same state. */
#define GARCO__ARRAY_PIECES 16
garco_status garco__pieces_cut (const char *const *sources, size_t nsources,
                                const garco_query_options *options, garco__piece **pieces,
                                size_t *npieces, garco_error *error);
void garco__pieces_free (garco__piece **pieces, size_t npieces);

#endif
