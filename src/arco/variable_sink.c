/* Columns of variable length of consolidated fragments.
 *
 *   a0.tdb       where each cell begins among its tile's bytes, as any column of numbers
 *   a0_var.tdb   their bytes, in chunks of whole cells
 *
 * A cell that would take a chunk beyond its size is put into it all the same where the chunk stays
 * below one and a half of that size, or was not half full; else the next chunk begins with it, and
 * ends with it where it is larger than a chunk. That is how the format's own library cuts them;
 * behind a cell that ends a chunk it begins another, which may stay empty.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/column_sink.h"
#include "arco/fragment_writer.h"
#include "base/error.h"

#define PATH_SIZE 512

/* ---- opening */

static garco_status
open_source (garco__column_sink *sink, size_t index, garco__fragment *fragment, size_t ahead,
             garco_error *error)
{
  const garco__field *now = sink->field;
  garco__variable_stream *stream = &sink->streams[index];
  int found = garco__schema_find (fragment->schema, now->name);
  const garco__field *then = found >= 0 ? &fragment->schema->fields[found] : NULL;
  if (then == NULL)
  {
    garco__variable_stream_start_fill (stream, fragment, now->fill, now->fill_size);
    return GARCO_OK;
  }
  if (then->type != now->type || then->width != now->width)
    return garco__sink_field_changed (fragment, now, then, error);
  return garco__variable_stream_start (stream, &sink->tools, fragment, (size_t)found, ahead, error);
}

garco_status
garco__variable_sink_open (garco__column_sink *sink, const garco__cell_merge *merge,
                           const char *path, size_t ahead, garco_error *error)
{
  char name[PATH_SIZE];
  void *room = NULL;
  const garco__field *field = sink->field;
  const garco__schema *schema = merge->schema;
  size_t number = field->is_dimension ? sink->field_index : sink->field_index - schema->ndims;
  sink->bytes.pipeline = &field->pipeline;
  sink->bytes.cell_size = garco_datatype_size (field->type);
  GARCO_TRY (
      garco__pipeline_check (&field->pipeline, true, sink->tools.io->root, field->name, error));
  if (garco__pipeline_is_text (&field->pipeline, field->type, schema->version))
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, sink->tools.io->root,
                        "field \"%s\" has filter %s on texts, which garco does not write",
                        field->name, garco__filter_name (field->pipeline.filters[0].kind));
  snprintf (name, sizeof name, "%s/%c%zu_var.tdb", path, field->is_dimension ? 'd' : 'a', number);
  GARCO_TRY (garco__sink_file_open (&sink->bytes, merge, name, error));
  GARCO_TRY (garco__allocate (&room, sink->nsources, sizeof (garco__variable_stream), error));
  sink->streams = room;
  for (size_t i = 0; i < sink->nsources; i++)
    GARCO_TRY (open_source (sink, i, merge->sources[i].fragment, ahead, error));
  return GARCO_OK;
}

/* ---- cells */

/* What is pending becomes a chunk where the cell, of `size` bytes, does not belong to it. */
static garco_status
begin_cell (garco__column_sink *sink, uint64_t size, bool *ends, garco_error *error)
{
  garco__sink_file *file = &sink->bytes;
  uint64_t chunk = file->chunk_size;
  if (sink->alone)
    GARCO_TRY (garco__sink_flush (sink, file, true, error));
  sink->alone = *ends = false;
  uint64_t before = file->pending.size, with = before + size;
  if (with <= chunk)
    return GARCO_OK;
  *ends = with <= chunk + chunk / 2 || before <= chunk / 2;
  if (*ends)
    return GARCO_OK;
  GARCO_TRY (garco__sink_flush (sink, file, true, error));
  sink->alone = size > chunk;
  return GARCO_OK;
}

static garco_status
put_place (garco__column_sink *sink, garco_error *error)
{
  size_t one = 1;
  uint8_t *room = NULL;
  GARCO_TRY (garco__sink_room (sink, &sink->data, &one, &room, error));
  memcpy (room, &sink->tile_bytes, sizeof sink->tile_bytes);
  return GARCO_OK;
}

static garco_status
put_cell (garco__column_sink *sink, garco__variable_stream *stream, uint64_t size, bool valid,
          garco_error *error)
{
  garco__buffer *pending = &sink->bytes.pending;
  bool ends = false;
  GARCO_TRY (begin_cell (sink, size, &ends, error));
  GARCO_TRY (put_place (sink, error));
  GARCO_TRY (garco__variable_stream_append (stream, &sink->tools, size, pending, error));
  const uint8_t *cell = pending->data + pending->size - size;
  sink->tile_bytes += size;
  if (!valid)
    sink->stats.nulls++;
  else if (garco__bounds_kind_of (sink->field) == GARCO__BOUNDS_TEXT)
    GARCO_TRY (garco__text_bounds_add (&sink->bounds, cell, (size_t)size, error));
  sink->stats.empty = sink->stats.empty && !valid;
  return ends ? garco__sink_flush (sink, &sink->bytes, true, error) : GARCO_OK;
}

/* Which of the next cells are valid, also into the file that says so. */
static garco_status
put_validity (garco__column_sink *sink, size_t source, size_t count, uint8_t *valid,
              garco_error *error)
{
  memset (valid, 1, count);
  if (sink->nulls.pipeline == NULL)
    return GARCO_OK;
  GARCO_TRY (
      garco__cell_stream_take (&sink->nulls.sources[source], &sink->tools, count, valid, error));
  for (size_t done = 0, some = count; done < count; done += some, some = count - done)
  {
    uint8_t *room = NULL;
    GARCO_TRY (garco__sink_room (sink, &sink->nulls, &some, &room, error));
    memcpy (room, valid + done, some);
  }
  return GARCO_OK;
}

garco_status
garco__variable_sink_put (garco__column_sink *sink, size_t source, size_t count, garco_error *error)
{
  uint8_t valid[GARCO__LENGTHS_AHEAD];
  garco__variable_stream *stream = &sink->streams[source];
  const uint64_t *lengths = NULL;
  for (size_t known = 0; count > 0; count -= known)
  {
    GARCO_TRY (
        garco__variable_stream_lengths (stream, &sink->tools, count, &lengths, &known, error));
    GARCO_TRY (put_validity (sink, source, known, valid, error));
    for (size_t i = 0; i < known; i++)
      GARCO_TRY (put_cell (sink, stream, lengths[i], valid[i] != 0, error));
  }
  return GARCO_OK;
}

garco_status
garco__variable_sink_skip (garco__column_sink *sink, size_t source, size_t count,
                           garco_error *error)
{
  garco__variable_stream *stream = &sink->streams[source];
  const uint64_t *lengths = NULL;
  for (size_t known = 0; count > 0; count -= known)
  {
    GARCO_TRY (
        garco__variable_stream_lengths (stream, &sink->tools, count, &lengths, &known, error));
    for (size_t i = 0; i < known; i++)
      GARCO_TRY (garco__variable_stream_take (stream, &sink->tools, lengths[i], NULL, error));
  }
  return GARCO_OK;
}

/* ---- tiles */

garco_status
garco__variable_sink_end_tile (garco__column_sink *sink, garco_error *error)
{
  GARCO_TRY (garco__sink_flush (sink, &sink->bytes, true, error));
  GARCO_TRY (garco__sink_end_tile (sink, &sink->bytes, error));
  GARCO_TRY (
      garco__buffer_append (&sink->sizes, &sink->tile_bytes, sizeof sink->tile_bytes, error));
  sink->tile_bytes = 0;
  sink->alone = false;
  return garco__text_bounds_end_tile (&sink->bounds, error);
}

void
garco__variable_sink_free (garco__column_sink *sink)
{
  for (size_t i = 0; sink->streams != NULL && i < sink->nsources; i++)
    garco__variable_stream_free (&sink->streams[i]);
  free (sink->streams);
  garco__buffer_free (&sink->sizes);
  garco__text_bounds_free (&sink->bounds);
}
