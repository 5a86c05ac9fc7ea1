/* A column of one fragment from its first cell to its last, chunk by chunk.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_CELL_STREAM_H
#define GARCO_ARCO_CELL_STREAM_H

#include "arco/fragment_reader.h"

/* A place in the column. It keeps one chunk as it lies in the file, as a rule with some that follow
 * it, and the same chunk decoded once it is asked for; nothing of it grows with the fragment. */
typedef struct garco__cell_stream
{
  const garco__fragment *fragment;
  garco__column column;
  garco_datatype nan;  /* float32, float64: missing values become NaN; else GARCO_ANY */
  const uint8_t *fill; /* the value of every cell of a field that the fragment does not have */
  size_t ahead;        /* bytes to read at once */
  uint64_t tile;       /* the next one to begin */
  uint64_t chunks;     /* of the tile, still to come */
  uint64_t cells;      /* of the tile, in chunks still to come */
  uint64_t at, end;    /* in the file: the next chunk, the tile's end */
  garco__buffer raw;   /* bytes of the file from raw_at */
  uint64_t raw_at;
  garco__chunk chunk; /* the present one; its bytes are in `raw` */
  size_t count, used; /* its cells, and those that are done with */
  bool decoded;
  garco__buffer values; /* the chunk decoded */
} garco__cell_stream;

/* What reading works with: one a thread. */
typedef struct garco__stream_tools
{
  garco__io *io;
  garco__codec *codec;
} garco__stream_tools;

/* Starts at the first cell of a column whose tile offsets are loaded; zero-initialise before. The
 * fragment must outlive it. */
void garco__cell_stream_start (garco__cell_stream *stream, const garco__fragment *fragment,
                               const garco__column *column, size_t ahead);
/* The same for a column that is not there: `fill` is each cell's value. */
void garco__cell_stream_start_fill (garco__cell_stream *stream, const garco__fragment *fragment,
                                    const uint8_t *fill, size_t cell_size);
void garco__cell_stream_free (garco__cell_stream *stream);

/* Makes a chunk present where none is; `*count` is its cells that are not done with, 0 behind the
 * last. A filled column has no chunks. */
garco_status garco__cell_stream_chunk (garco__cell_stream *stream, garco__stream_tools *tools,
                                       size_t *count, garco_error *error);
/* Whether no cell of the present chunk is done with. */
bool garco__cell_stream_is_whole (const garco__cell_stream *stream);
/* The present chunk's remaining values, decoded; for a filled column never. */
garco_status garco__cell_stream_values (garco__cell_stream *stream, garco__stream_tools *tools,
                                        const uint8_t **values, garco_error *error);
/* Is done with `count` cells of the present chunk. */
void garco__cell_stream_advance (garco__cell_stream *stream, size_t count);
/* Copies the next `count` values to `out` (NULL: skips them); GARCO_ERR_CORRUPT where fewer are
 * left. */
garco_status garco__cell_stream_take (garco__cell_stream *stream, garco__stream_tools *tools,
                                      size_t count, uint8_t *out, garco_error *error);

#endif
