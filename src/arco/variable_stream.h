/* A column of variable length of one fragment from its first cell to its last.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_VARIABLE_STREAM_H
#define GARCO_ARCO_VARIABLE_STREAM_H

#include "arco/cell_stream.h"

/* Cells whose lengths are known ahead, at most. */
#define GARCO__LENGTHS_AHEAD 4096u

/* A place in the column: where cells begin, and their bytes, each as a stream of its own. */
typedef struct garco__variable_stream
{
  const garco__fragment *fragment;
  size_t slot;
  garco__cell_stream places, bytes;
  uint64_t tile;  /* the next one to begin */
  uint64_t cells; /* of the tile, whose lengths are not known yet */
  uint64_t start; /* of the next of them */
  uint64_t *lengths;
  size_t count, used; /* lengths that are known; cells that are done with */
  bool filled;        /* the fragment does not have the field: each cell is the fill value */
} garco__variable_stream;

/* Starts at the first cell of a field of the fragment's schema; zero-initialise before, and free in
 * any case. What it needs of the fragment's metadata is read here. */
garco_status garco__variable_stream_start (garco__variable_stream *stream,
                                           garco__stream_tools *tools, garco__fragment *fragment,
                                           size_t field, size_t ahead, garco_error *error);
/* The same for a field that is not there, whose cells all are `fill`. */
void garco__variable_stream_start_fill (garco__variable_stream *stream,
                                        const garco__fragment *fragment, const uint8_t *fill,
                                        size_t size);
void garco__variable_stream_free (garco__variable_stream *stream);

/* The lengths in bytes of cells to come, at least one of them and at most `most`, which stay until
 * the last of them is taken. GARCO_ERR_CORRUPT behind the column's last. */
garco_status garco__variable_stream_lengths (garco__variable_stream *stream,
                                             garco__stream_tools *tools, size_t most,
                                             const uint64_t **lengths, size_t *count,
                                             garco_error *error);
/* The next cell's bytes, whose length is `size`, to `out`; NULL: passes over it. */
garco_status garco__variable_stream_take (garco__variable_stream *stream,
                                          garco__stream_tools *tools, uint64_t size, uint8_t *out,
                                          garco_error *error);
/* The same behind what a buffer has; GARCO_ERR_LIMIT above GARCO__MAX_CELL. */
garco_status garco__variable_stream_append (garco__variable_stream *stream,
                                            garco__stream_tools *tools, uint64_t size,
                                            garco__buffer *out, garco_error *error);

#endif
