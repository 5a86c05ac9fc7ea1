/* A data file of several threads' chunks.
 *
 *   chunk     0 1 2 3 4 5 6 7 8 9
 *             w w w m m m m . . .    w written, m measured: their cells are in the statistics
 *                     |              filtered, and waiting for 3 to be
 *
 * Cells are measured in their order, since sums of floats depend on it, and chunks are written in
 * it; only the filters, which take the time, are side by side. Pieces of work are begun in order,
 * so that whoever waits waits for one that is under way.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/tile_file.h"

#include <stdlib.h>

#include "base/error.h"

garco_status
garco__tile_file_init (garco__tile_file *file, garco_error *error)
{
  void *room = NULL;
  pthread_mutex_init (&file->lock, NULL);
  pthread_cond_init (&file->moved, NULL);
  file->measured = file->written = 0;
  file->failed = SIZE_MAX;
  GARCO_TRY (garco__allocate (&room, file->window, sizeof (garco__buffer), error));
  file->waiting = room;
  return GARCO_OK;
}

bool
garco__tile_file_wait (garco__tile_file *file, size_t chunk)
{
  pthread_mutex_lock (&file->lock);
  while (file->failed > chunk && (file->measured != chunk || chunk - file->written >= file->window))
    pthread_cond_wait (&file->moved, &file->lock);
  bool wanted = file->failed > chunk;
  pthread_mutex_unlock (&file->lock);
  return wanted;
}

void
garco__tile_file_measured (garco__tile_file *file)
{
  pthread_mutex_lock (&file->lock);
  file->measured++;
  pthread_cond_broadcast (&file->moved);
  pthread_mutex_unlock (&file->lock);
}

void
garco__tile_file_failed (garco__tile_file *file, size_t chunk)
{
  pthread_mutex_lock (&file->lock);
  if (chunk < file->failed)
    file->failed = chunk;
  pthread_cond_broadcast (&file->moved);
  pthread_mutex_unlock (&file->lock);
}

/* The file's next chunk; the first of a tile is where the tile begins. */
static garco_status
write_next (garco__tile_file *file, const garco__buffer *packed, garco_error *error)
{
  if (file->stream == NULL)
    GARCO_TRY (garco__io_stream_open (file->io, file->path, &file->stream, error));
  if (file->written % file->tile_chunks == 0)
    file->offsets[file->written / file->tile_chunks] = *file->size;
  GARCO_TRY (garco__io_stream_write (file->stream, packed->data, packed->size, error));
  *file->size += packed->size;
  file->written++;
  return GARCO_OK;
}

static garco_status
write_waiting (garco__tile_file *file, garco_error *error)
{
  garco__buffer *next;
  while ((next = &file->waiting[file->written % file->window])->size > 0)
  {
    GARCO_TRY (write_next (file, next, error));
    next->size = 0;
  }
  return GARCO_OK;
}

garco_status
garco__tile_file_put (garco__tile_file *file, size_t chunk, garco__buffer *packed,
                      garco_error *error)
{
  garco_status status = GARCO_OK;
  pthread_mutex_lock (&file->lock);
  if (file->written == chunk)
  {
    status = write_next (file, packed, error);
    if (status >= 0)
      status = write_waiting (file, error);
    pthread_cond_broadcast (&file->moved);
  }
  else
    garco__buffer_swap (&file->waiting[chunk % file->window], packed);
  pthread_mutex_unlock (&file->lock);
  return status;
}

garco_status
garco__tile_file_finish (garco__tile_file *file, garco_error *error)
{
  return garco__io_stream_finish (&file->stream, error);
}

void
garco__tile_file_free (garco__tile_file *file)
{
  garco__io_stream_abandon (&file->stream);
  for (size_t i = 0; file->waiting != NULL && i < file->window; i++)
    garco__buffer_free (&file->waiting[i]);
  free (file->waiting);
  pthread_cond_destroy (&file->moved);
  pthread_mutex_destroy (&file->lock);
}
