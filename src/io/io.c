/* The registry of storages, and what is the same for all of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/meter.h"

static const garco__io_backend *const backends[] = {&garco__io_file};

garco_status
garco__io_open (const char *uri, garco__io **io, garco_error *error)
{
  const char *colon = strstr (uri, "://");
  if (uri[0] == '\0')
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "empty name; expected a folder or URI");
  if (colon == NULL)
    return garco__io_file.open (uri, io, error);
  for (size_t i = 0; i < sizeof backends / sizeof *backends; i++)
    if (strlen (backends[i]->scheme) == (size_t)(colon - uri) &&
        strncmp (backends[i]->scheme, uri, (size_t)(colon - uri)) == 0)
      return backends[i]->open (backends[i] == &garco__io_file ? colon + 3 : uri, io, error);
  return garco__fail (error, GARCO_ERR_UNSUPPORTED, uri, "no storage for scheme \"%.*s\"",
                      (int)(colon - uri), uri);
}

void
garco__io_close (garco__io **io)
{
  if (*io != NULL)
    (*io)->backend->close (*io);
  *io = NULL;
}

garco_status
garco__io_stat (garco__io *io, const char *path, garco__io_kind *kind, uint64_t *size,
                garco_error *error)
{
  return io->backend->stat (io, path, kind, size, error);
}

garco_status
garco__io_changed (garco__io *io, const char *path, int64_t *ms, garco_error *error)
{
  return io->backend->changed (io, path, ms, error);
}

garco_status
garco__io_read (garco__io *io, const char *path, uint64_t offset, void *bytes, size_t size,
                garco_error *error)
{
  uint64_t start = garco__meter_now (io->meter);
  garco_status status = io->backend->read (io, path, offset, bytes, size, error);
  GARCO__METER_ADD (io->meter, all_requests, 1);
  GARCO__METER_ADD (io->meter, all_bytes, size);
  GARCO__METER_ADD (io->meter, reading_ns, garco__meter_now (io->meter) - start);
  return status;
}

garco_status
garco__io_list_folder (garco__io *io, const char *path, garco__io_list *list, garco_error *error)
{
  return io->backend->list (io, path, list, error);
}

garco_status
garco__io_make_folder (garco__io *io, const char *path, garco_error *error)
{
  return io->backend->make_folder (io, path, error);
}

garco_status
garco__io_write (garco__io *io, const char *path, const void *bytes, size_t size,
                 garco_error *error)
{
  return io->backend->write (io, path, bytes, size, error);
}

garco_status
garco__io_stream_open (garco__io *io, const char *path, garco__io_stream **stream,
                       garco_error *error)
{
  return io->backend->stream_open (io, path, stream, error);
}

garco_status
garco__io_stream_write (garco__io_stream *stream, const void *bytes, size_t size,
                        garco_error *error)
{
  return stream->backend->stream_write (stream, bytes, size, error);
}

garco_status
garco__io_stream_finish (garco__io_stream **stream, garco_error *error)
{
  return (*stream)->backend->stream_finish (stream, error);
}

void
garco__io_stream_abandon (garco__io_stream **stream)
{
  if (*stream != NULL)
    (*stream)->backend->stream_abandon (stream);
}

garco_status
garco__io_sync_folder (garco__io *io, const char *path, garco_error *error)
{
  return io->backend->sync_folder (io, path, error);
}

garco_status
garco__io_remove (garco__io *io, const char *path, garco_error *error)
{
  return io->backend->remove (io, path, error);
}

garco_status
garco__io_lock (garco__io *io, garco_error *error)
{
  return io->backend->lock (io, error);
}

void
garco__io_unlock (garco__io *io)
{
  io->backend->unlock (io);
}

garco_status
garco__io_list_add (garco__io_list *list, const char *name, bool folder, garco_error *error)
{
  if (list->count == list->capacity)
  {
    size_t capacity = list->capacity < 8 ? 16 : list->capacity * 2;
    void *entries = list->entries;
    GARCO_TRY (garco__reallocate (&entries, capacity, sizeof *list->entries, error));
    list->entries = entries;
    list->capacity = capacity;
  }
  void *copy = NULL;
  size_t size = strlen (name) + 1;
  GARCO_TRY (garco__allocate (&copy, size, 1, error));
  memcpy (copy, name, size);
  list->entries[list->count++] = (garco__io_entry){copy, folder};
  return GARCO_OK;
}

static int
by_name (const void *a, const void *b)
{
  const garco__io_entry *x = a, *y = b;
  return strcmp (x->name, y->name);
}

void
garco__io_list_sort (garco__io_list *list)
{
  if (list->count > 1)
    qsort (list->entries, list->count, sizeof *list->entries, by_name);
}

const garco__io_entry *
garco__io_list_find (const garco__io_list *list, const char *name)
{
  size_t low = 0, high = list->count;
  while (low < high)
  {
    size_t middle = low + (high - low) / 2;
    int order = strcmp (list->entries[middle].name, name);
    if (order == 0)
      return &list->entries[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

void
garco__io_list_free (garco__io_list *list)
{
  for (size_t i = 0; i < list->count; i++)
    free (list->entries[i].name);
  free (list->entries);
  memset (list, 0, sizeof *list);
}

garco_status
garco__io_read_whole (garco__io *io, const char *path, uint64_t limit, uint8_t **bytes,
                      size_t *size, garco_error *error)
{
  garco__io_kind kind;
  uint64_t length = 0;
  char name[GARCO__IO_NAME_SIZE];
  garco__io_name (io, path, name, sizeof name);
  GARCO_TRY (garco__io_stat (io, path, &kind, &length, error));
  if (kind != GARCO__IO_FILE)
    return garco__fail (error, GARCO_ERR_NOT_FOUND, name, "no such file");
  if (length > limit)
    return garco__fail (error, GARCO_ERR_LIMIT, name, "%llu bytes where at most %llu are expected",
                        (unsigned long long)length, (unsigned long long)limit);
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, (size_t)length, 1, error));
  garco_status status = garco__io_read (io, path, 0, room, (size_t)length, error);
  if (status < 0)
  {
    free (room);
    return status;
  }
  *bytes = room;
  *size = (size_t)length;
  return GARCO_OK;
}

const char *
garco__io_name (const garco__io *io, const char *path, char *text, size_t size)
{
  snprintf (text, size, "%s%s%s", io->root, path[0] != '\0' ? "/" : "", path);
  return text;
}
