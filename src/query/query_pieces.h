/* Sources cut into pieces that several threads read at once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_PIECES_H
#define GARCO_QUERY_PIECES_H

#include "query/query_tiles.h"

/* A part of one source: settled tiles of an array, or rows of start_ms <= time < end_ms. */
typedef struct garco__piece
{
  const char *source;
  garco_array *seen;   /* the state of an array that all its pieces read */
  garco__tiles *tiles; /* settled tiles, of which the piece is [from, to); else NULL */
  size_t from, to;
  const garco__tile_list *only; /* rows of these tiles alone; NULL: of all */
  bool first;                   /* of its source; owns `seen` and `owned` */
  garco__tiles *owned;
  int64_t start_ms, end_ms;
  int64_t earliest_ms; /* no cell of it is before; INT64_MIN: not known */
  size_t number;       /* among all pieces */
} garco__piece;

/* A file is one piece. An array is at most GARCO__TILE_PIECES parts of its settled tiles, where
 * these will do for what is gathered (`runs`, else NULL), and one for each of at most
 * GARCO__ARRAY_PIECES runs of whole days of what is left: the cut depends on the array and the
 * question alone, so that sums do not depend on the number of threads. All pieces of an array see
 * it in the same state. `options` as for garco__tiles_open. */
#define GARCO__TILE_PIECES 1024
#define GARCO__ARRAY_PIECES 16
garco_status garco__pieces_cut (const char *const *sources, size_t nsources,
                                const garco_query_options *options, const garco__aggregation *runs,
                                garco__piece **pieces, size_t *npieces, garco_error *error);
/* By their first times. */
void garco__pieces_sort (garco__piece *pieces, size_t npieces);
void garco__pieces_free (garco__piece **pieces, size_t npieces);

#endif
