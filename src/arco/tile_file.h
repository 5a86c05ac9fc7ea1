/* A data file whose chunks are made by several threads, and written in their order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_TILE_FILE_H
#define GARCO_ARCO_TILE_FILE_H

#include <pthread.h>

#include "arco/array_schema.h"
#include "base/buffer.h"
#include "io/io.h"

/* At most so many chunks wait for an earlier one. */
#define GARCO__WAITING_CHUNKS 128

/* A field's values, or which of them are valid. All but what is behind the lock is set once. */
typedef struct garco__tile_file
{
  const garco__field *field;
  const garco__pipeline *pipeline;
  size_t field_index, cell_size;
  bool is_validity;
  size_t chunk_cells, tile_chunks, nchunks; /* of a whole chunk, a whole tile, the file */
  size_t first_piece;
  size_t window; /* chunks under way at once */
  garco__io *io;
  char path[256];
  uint64_t *offsets, *size; /* of the tiles, and of the file; become known */

  pthread_mutex_t lock; /* over all below */
  pthread_cond_t moved;
  size_t measured, written; /* chunks, from the first on, that are so */
  size_t failed;            /* the first chunk that cannot be made; SIZE_MAX */
  garco__io_stream *stream;
  garco__buffer *waiting; /* `window` of them: the chunks from `written` on that are made */
} garco__tile_file;

garco_status garco__tile_file_init (garco__tile_file *file, garco_error *error);
/* Waits until the chunks before this one are measured, and few of them not written; false where an
 * earlier one has failed, so that nobody needs this one. */
bool garco__tile_file_wait (garco__tile_file *file, size_t chunk);
/* What the wait was for is done: the next may be measured. */
void garco__tile_file_measured (garco__tile_file *file);
/* Writes the chunk where it is the next of the file, and those behind it that wait for it; else
 * keeps its bytes, and leaves a buffer of no bytes in their place. */
garco_status garco__tile_file_put (garco__tile_file *file, size_t chunk, garco__buffer *packed,
                                   garco_error *error);
void garco__tile_file_failed (garco__tile_file *file, size_t chunk);
/* All are written: safe on the medium. */
garco_status garco__tile_file_finish (garco__tile_file *file, garco_error *error);
void garco__tile_file_free (garco__tile_file *file);

#endif
