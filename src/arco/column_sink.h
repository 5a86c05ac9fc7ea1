/* One column of a consolidated fragment: out of the sources, run by run, into its file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_COLUMN_SINK_H
#define GARCO_ARCO_COLUMN_SINK_H

#include "arco/cell_merge.h"
#include "arco/text_bounds.h"
#include "arco/tile_stats.h"

/* What of the slices, rather than of the sources, a column is made of. */
typedef enum garco__sink_kind
{
  GARCO__SINK_FIELD = 0,
  GARCO__SINK_TIMES,
  GARCO__SINK_DELETE_TIMES,
  GARCO__SINK_DELETE_CONDITIONS
} garco__sink_kind;

/* Tiles on their way into one file. */
typedef struct garco__sink_file
{
  const garco__pipeline *pipeline;
  size_t cell_size, chunk_size;
  garco__io_stream *stream;
  garco__buffer pending; /* cells that are in no chunk yet */
  garco__buffer packed;  /* the tile's chunks */
  uint64_t nchunks, size;
  garco__buffer offsets; /* uint64, one a tile */
  garco__cell_stream *sources;
  uint8_t *copies; /* of each source: its chunks may be taken as they are */
} garco__sink_file;

typedef struct garco__column_sink
{
  garco__sink_kind kind;
  const garco__field *field; /* of the array's schema; of the special columns a stand-in */
  size_t field_index, slot;
  garco__stream_tools tools;
  size_t nsources;
  garco__sink_file data, nulls; /* nulls.pipeline NULL: none */
  garco__tile_stats stats;      /* of the tile so far */
  garco__buffer tile_stats;     /* garco__tile_stats, one a tile */
  bool has_texts;               /* characters of fixed size: their bounds are cells */
  garco__buffer texts;          /* lowest and highest cell of each tile, and of that so far */
  /* of fields of variable length, whose `data` is where cells begin */
  bool variable;
  garco__sink_file bytes;
  garco__variable_stream *streams; /* of each source */
  uint64_t tile_bytes;             /* of the tile so far, unfiltered */
  bool alone;                      /* the pending chunk is a cell that fills it */
  garco__buffer sizes;             /* uint64, one a tile: unfiltered bytes */
  garco__text_bounds bounds;
} garco__column_sink;

/* A column of the merge's array in the folder `path` of it. Zero-initialise before, and free in any
 * case. `ahead` is what each source reads at once. */
garco_status garco__column_sink_open (garco__column_sink *sink, const garco__cell_merge *merge,
                                      garco__sink_kind kind, size_t field, const char *path,
                                      size_t ahead, garco_error *error);
/* Takes the slice's cells of this column; slices come in the order that they were merged in. */
garco_status garco__column_sink_put (garco__column_sink *sink, const garco__slice *slice,
                                     garco_error *error);
/* Makes the files safe on their medium. */
garco_status garco__column_sink_finish (garco__column_sink *sink, garco_error *error);
void garco__column_sink_free (garco__column_sink *sink);

/* ---- column_sink.c, for variable_sink.c */

garco_status garco__sink_file_open (garco__sink_file *file, const garco__cell_merge *merge,
                                    const char *path, garco_error *error);
/* Filters the pending cells as a chunk; of none, where `empty`, as well. */
garco_status garco__sink_flush (garco__column_sink *sink, garco__sink_file *file, bool empty,
                                garco_error *error);
garco_status garco__sink_room (garco__column_sink *sink, garco__sink_file *file, size_t *count,
                               uint8_t **room, garco_error *error);
garco_status garco__sink_end_tile (garco__column_sink *sink, garco__sink_file *file,
                                   garco_error *error);
garco_status garco__sink_field_changed (const garco__fragment *fragment, const garco__field *now,
                                        const garco__field *then, garco_error *error);

/* ---- variable_sink.c */

/* The file of bytes, and where each source has them. */
garco_status garco__variable_sink_open (garco__column_sink *sink, const garco__cell_merge *merge,
                                        const char *path, size_t ahead, garco_error *error);
garco_status garco__variable_sink_put (garco__column_sink *sink, size_t source, size_t count,
                                       garco_error *error);
garco_status garco__variable_sink_skip (garco__column_sink *sink, size_t source, size_t count,
                                        garco_error *error);
garco_status garco__variable_sink_end_tile (garco__column_sink *sink, garco_error *error);
void garco__variable_sink_free (garco__column_sink *sink);

#endif
