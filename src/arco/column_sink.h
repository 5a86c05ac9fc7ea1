/* One column of a consolidated fragment: out of the sources, run by run, into its file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_COLUMN_SINK_H
#define GARCO_ARCO_COLUMN_SINK_H

#include "arco/cell_merge.h"
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
  bool has_texts;               /* characters: their bounds are cells */
  garco__buffer texts;          /* lowest and highest cell of each tile, and of that so far */
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

#endif
