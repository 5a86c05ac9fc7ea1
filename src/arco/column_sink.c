/* Columns of consolidated fragments.
 *
 *   source's chunks   | c | c | c | c |         a run that covers whole chunks takes them as they
 * are, run                  |<------->|            filtered before by the same filters tile |p | c
 * | c |p|            what is left between them is filtered again
 *
 * A chunk is only copied where it is large: of many small ones tiles would grow, and they are as
 * soon filtered again. Copied or not, each value is decoded once, for the tile's statistics.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/column_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/fragment_writer.h"
#include "base/error.h"

#define PATH_SIZE 512
/* Of the size that chunks are written in. */
#define LEAST_COPIED 2

static const garco__field special_field = {
    .name = (char *)(uintptr_t) "time", .type = GARCO_UINT64, .width = 1, .cell_size = 8};

/* ---- opening */

garco_status
garco__sink_file_open (garco__sink_file *file, const garco__cell_merge *merge, const char *path,
                       garco_error *error)
{
  GARCO_TRY (garco__chunk_size (file->cell_size, UINT64_MAX, &file->chunk_size, error));
  return garco__io_stream_open (merge->array->io, path, &file->stream, error);
}

garco_status
garco__sink_field_changed (const garco__fragment *fragment, const garco__field *now,
                           const garco__field *then, garco_error *error)
{
  return garco__fail (error, GARCO_ERR_UNSUPPORTED, fragment->path,
                      "field \"%s\" was written as %s and is %s now", now->name,
                      garco_datatype_name (then->type), garco_datatype_name (now->type));
}

/* Where one source has the field, or what stands for it. */
static garco_status
open_source (garco__column_sink *sink, garco__sink_file *file, size_t index,
             garco__fragment *fragment, bool validity, size_t ahead, garco_error *error)
{
  static const uint8_t valid[] = {0, 1};
  const garco__field *now = sink->field;
  int found = garco__schema_find (fragment->schema, now->name);
  const garco__field *then = found >= 0 ? &fragment->schema->fields[found] : NULL;
  garco__cell_stream *stream = &file->sources[index];
  garco__column column;
  if (then != NULL && (then->type != now->type || then->width != now->width))
    return garco__sink_field_changed (fragment, now, then, error);
  if (then == NULL || (validity && !then->nullable))
  {
    const uint8_t *fill = then != NULL ? &valid[1]
                          : validity   ? &valid[now->fill_valid != 0]
                                       : now->fill;
    garco__cell_stream_start_fill (stream, fragment, fill, file->cell_size);
    return GARCO_OK;
  }
  GARCO_TRY (garco__column_of_field (fragment, (size_t)found, validity, &column,
                                     sink->tools.io->root, error));
  garco__cell_stream_start (stream, fragment, &column, ahead);
  if (!validity && (now->type == GARCO_FLOAT32 || now->type == GARCO_FLOAT64))
    stream->nan = now->type;
  file->copies[index] = garco__pipeline_same (column.pipeline, file->pipeline);
  return GARCO_OK;
}

static garco_status
open_sources (garco__column_sink *sink, garco__sink_file *file, const garco__cell_merge *merge,
              bool validity, size_t ahead, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, sink->nsources, sizeof (garco__cell_stream), error));
  file->sources = room;
  GARCO_TRY (garco__allocate (&room, sink->nsources, 1, error));
  file->copies = room;
  for (size_t i = 0; i < sink->nsources; i++)
  {
    garco__fragment *fragment = merge->sources[i].fragment;
    GARCO_TRY (open_source (sink, file, i, fragment, validity, ahead, error));
    if (fragment->version != merge->schema->version)
      file->copies[i] = 0; /* some filters do other things with some types in other versions */
  }
  return GARCO_OK;
}

static garco_status
open_special (garco__column_sink *sink, const garco__cell_merge *merge, const char *path,
              garco_error *error)
{
  static const char *const names[] = {"", "t", "dt", "dci"};
  char name[PATH_SIZE];
  const garco__schema *schema = merge->schema;
  sink->field = &special_field;
  sink->slot = schema->nattrs + 1 + schema->ndims + (size_t)sink->kind - GARCO__SINK_TIMES;
  sink->data.pipeline = &schema->coords;
  sink->data.cell_size = 8;
  GARCO_TRY (
      garco__pipeline_check (&schema->coords, true, sink->tools.io->root, "coordinates", error));
  snprintf (name, sizeof name, "%s/%s.tdb", path, names[sink->kind]);
  return garco__sink_file_open (&sink->data, merge, name, error);
}

/* Room for the bounds of a tile that begins. */
static garco_status
begin_texts (garco__column_sink *sink, garco_error *error)
{
  size_t size = 2 * sink->data.cell_size;
  if (!sink->has_texts)
    return GARCO_OK;
  GARCO_TRY (garco__buffer_reserve (&sink->texts, size, error));
  memset (sink->texts.data + sink->texts.size, 0, size);
  sink->texts.size += size;
  return GARCO_OK;
}

static garco_status
open_field (garco__column_sink *sink, const garco__cell_merge *merge, const char *path,
            size_t ahead, garco_error *error)
{
  char name[PATH_SIZE];
  const garco__schema *schema = merge->schema;
  const garco__field *field = &schema->fields[sink->field_index];
  size_t number = field->is_dimension ? sink->field_index : sink->field_index - schema->ndims;
  sink->field = field;
  sink->slot = garco__schema_slot (schema, sink->field_index);
  sink->variable = field->width == GARCO__VARIABLE;
  sink->data.pipeline = sink->variable ? &schema->offsets : &field->pipeline;
  sink->data.cell_size = sink->variable ? sizeof (uint64_t) : field->cell_size;
  sink->has_texts = !field->is_dimension && !sink->variable &&
                    garco__bounds_kind_of (field) == GARCO__BOUNDS_TEXT;
  GARCO_TRY (begin_texts (sink, error));
  GARCO_TRY (
      garco__pipeline_check (sink->data.pipeline, true, sink->tools.io->root, field->name, error));
  snprintf (name, sizeof name, "%s/%c%zu.tdb", path, field->is_dimension ? 'd' : 'a', number);
  GARCO_TRY (garco__sink_file_open (&sink->data, merge, name, error));
  if (sink->variable)
    GARCO_TRY (garco__variable_sink_open (sink, merge, path, ahead, error));
  else
    GARCO_TRY (open_sources (sink, &sink->data, merge, false, ahead, error));
  if (!field->nullable)
    return GARCO_OK;
  sink->nulls.pipeline = &schema->validity;
  sink->nulls.cell_size = 1;
  GARCO_TRY (
      garco__pipeline_check (&schema->validity, true, sink->tools.io->root, field->name, error));
  snprintf (name, sizeof name, "%s/a%zu_validity.tdb", path, number);
  GARCO_TRY (garco__sink_file_open (&sink->nulls, merge, name, error));
  return open_sources (sink, &sink->nulls, merge, true, ahead, error);
}

garco_status
garco__column_sink_open (garco__column_sink *sink, const garco__cell_merge *merge,
                         garco__sink_kind kind, size_t field, const char *path, size_t ahead,
                         garco_error *error)
{
  sink->kind = kind;
  sink->field_index = field;
  sink->nsources = merge->nsources;
  sink->stats = GARCO__TILE_STATS_NONE;
  GARCO_TRY (garco__io_open (merge->array->io->root, &sink->tools.io, error));
  GARCO_TRY (garco__codec_new (&sink->tools.codec, error));
  return kind == GARCO__SINK_FIELD ? open_field (sink, merge, path, ahead, error)
                                   : open_special (sink, merge, path, error);
}

/* ---- chunks */

/* A filter that refuses a value does not know the field. */
static garco_status
name_field (const garco__column_sink *sink, garco_status status, garco_error *error)
{
  if (status >= 0 || error == NULL || error->source[0] != '\0')
    return status;
  char message[sizeof error->message];
  memcpy (message, error->message, sizeof message);
  return garco__fail (error, status, sink->tools.io->root, "field \"%s\": %s", sink->field->name,
                      message);
}

/* The first chunk of a tile has the count of chunks before it. */
static garco_status
begin_chunk (garco__sink_file *file, garco_error *error)
{
  file->nchunks++;
  return file->packed.size == 0 ? garco__put_u64 (&file->packed, 0, error) : GARCO_OK;
}

garco_status
garco__sink_flush (garco__column_sink *sink, garco__sink_file *file, bool empty, garco_error *error)
{
  if (file->pending.size == 0 && !empty)
    return GARCO_OK;
  GARCO_TRY (begin_chunk (file, error));
  garco_status status =
      garco__chunk_encode (sink->tools.codec, file->pipeline, file->cell_size, file->pending.data,
                           file->pending.size, &file->packed, error);
  file->pending.size = 0;
  return name_field (sink, status, error);
}

/* Room for cells behind those that are pending: `*count` as many of what is wanted as the chunk
 * takes. */
garco_status
garco__sink_room (garco__column_sink *sink, garco__sink_file *file, size_t *count, uint8_t **room,
                  garco_error *error)
{
  if (file->pending.size == file->chunk_size)
    GARCO_TRY (garco__sink_flush (sink, file, false, error));
  GARCO_TRY (garco__buffer_reserve (&file->pending, file->chunk_size - file->pending.size, error));
  size_t most = (file->chunk_size - file->pending.size) / file->cell_size;
  *count = *count < most ? *count : most;
  *room = file->pending.data + file->pending.size;
  file->pending.size += *count * file->cell_size;
  return GARCO_OK;
}

static void
add_stats (garco__column_sink *sink, const uint8_t *values, const uint8_t *validity, size_t count)
{
  size_t size = sink->data.cell_size;
  if (garco__bounds_kind_of (sink->field) == GARCO__BOUNDS_NUMBER)
    garco__tile_stats_add (sink->field->type, values, validity, count, &sink->stats);
  else
    garco__tile_text_add (size, values, validity, count, &sink->stats,
                          sink->has_texts ? sink->texts.data + sink->texts.size - 2 * size : NULL);
}

/* ---- runs */

static garco_status
copy_chunk (garco__column_sink *sink, garco__cell_stream *stream, size_t count, garco_error *error)
{
  garco__sink_file *file = &sink->data;
  const garco__chunk *chunk = &stream->chunk;
  const uint8_t *values = NULL;
  GARCO_TRY (garco__sink_flush (sink, file, false, error));
  GARCO_TRY (garco__cell_stream_values (stream, &sink->tools, &values, error));
  add_stats (sink, values, NULL, count);
  GARCO_TRY (begin_chunk (file, error));
  GARCO_TRY (garco__put_u32 (&file->packed, chunk->original, error));
  GARCO_TRY (garco__put_u32 (&file->packed, chunk->filtered, error));
  GARCO_TRY (garco__put_u32 (&file->packed, chunk->metadata, error));
  GARCO_TRY (garco__buffer_append (&file->packed, chunk->bytes,
                                   (size_t)chunk->metadata + chunk->filtered, error));
  garco__cell_stream_advance (stream, count);
  return GARCO_OK;
}

/* Cells of a field without nulls. */
static garco_status
put_plain (garco__column_sink *sink, size_t source, size_t count, garco_error *error)
{
  garco__sink_file *file = &sink->data;
  garco__cell_stream *stream = &file->sources[source];
  while (count > 0)
  {
    size_t left = count;
    uint8_t *room = NULL;
    if (file->copies[source])
    {
      GARCO_TRY (garco__cell_stream_chunk (stream, &sink->tools, &left, error));
      if (left > 0 && left <= count && garco__cell_stream_is_whole (stream) &&
          stream->chunk.original >= file->chunk_size / LEAST_COPIED)
      {
        GARCO_TRY (copy_chunk (sink, stream, left, error));
        count -= left;
        continue;
      }
      left = left == 0 || left > count ? count : left;
    }
    GARCO_TRY (garco__sink_room (sink, file, &left, &room, error));
    GARCO_TRY (garco__cell_stream_take (stream, &sink->tools, left, room, error));
    add_stats (sink, room, NULL, left);
    count -= left;
  }
  return GARCO_OK;
}

/* Values and validity side by side; both chunks take at least as many as the shorter one. */
static garco_status
put_nullable (garco__column_sink *sink, size_t source, size_t count, garco_error *error)
{
  while (count > 0)
  {
    size_t some = count;
    uint8_t *values = NULL, *validity = NULL;
    if (sink->nulls.pending.size == sink->nulls.chunk_size)
      GARCO_TRY (garco__sink_flush (sink, &sink->nulls, false, error));
    size_t most = sink->nulls.chunk_size - sink->nulls.pending.size;
    some = some < most ? some : most;
    GARCO_TRY (garco__sink_room (sink, &sink->data, &some, &values, error));
    GARCO_TRY (garco__sink_room (sink, &sink->nulls, &some, &validity, error));
    GARCO_TRY (
        garco__cell_stream_take (&sink->data.sources[source], &sink->tools, some, values, error));
    GARCO_TRY (garco__cell_stream_take (&sink->nulls.sources[source], &sink->tools, some, validity,
                                        error));
    add_stats (sink, values, validity, some);
    count -= some;
  }
  return GARCO_OK;
}

static garco_status
skip (garco__column_sink *sink, size_t source, size_t count, garco_error *error)
{
  if (sink->variable)
    GARCO_TRY (garco__variable_sink_skip (sink, source, count, error));
  else
    GARCO_TRY (
        garco__cell_stream_take (&sink->data.sources[source], &sink->tools, count, NULL, error));
  return sink->nulls.pipeline == NULL ? GARCO_OK
                                      : garco__cell_stream_take (&sink->nulls.sources[source],
                                                                 &sink->tools, count, NULL, error);
}

static garco_status
put_numbers (garco__column_sink *sink, const uint64_t *numbers, size_t count, garco_error *error)
{
  while (count > 0)
  {
    size_t some = count;
    uint8_t *room = NULL;
    GARCO_TRY (garco__sink_room (sink, &sink->data, &some, &room, error));
    memcpy (room, numbers, some * sizeof *numbers);
    add_stats (sink, room, NULL, some);
    numbers += some;
    count -= some;
  }
  return GARCO_OK;
}

/* ---- tiles */

garco_status
garco__sink_end_tile (garco__column_sink *sink, garco__sink_file *file, garco_error *error)
{
  GARCO_TRY (garco__sink_flush (sink, file, false, error));
  memcpy (file->packed.data, &file->nchunks, sizeof file->nchunks);
  GARCO_TRY (garco__put_u64 (&file->offsets, file->size, error));
  GARCO_TRY (garco__io_stream_write (file->stream, file->packed.data, file->packed.size, error));
  file->size += file->packed.size;
  file->packed.size = 0;
  file->nchunks = 0;
  return GARCO_OK;
}

static garco_status
end_tile (garco__column_sink *sink, garco_error *error)
{
  GARCO_TRY (garco__sink_end_tile (sink, &sink->data, error));
  if (sink->nulls.pipeline != NULL)
    GARCO_TRY (garco__sink_end_tile (sink, &sink->nulls, error));
  if (sink->variable)
    GARCO_TRY (garco__variable_sink_end_tile (sink, error));
  GARCO_TRY (garco__buffer_append (&sink->tile_stats, &sink->stats, sizeof sink->stats, error));
  sink->stats = GARCO__TILE_STATS_NONE;
  return begin_texts (sink, error);
}

static garco_status
put_runs (garco__column_sink *sink, const garco__slice *slice, garco_error *error)
{
  for (size_t i = 0; i < slice->nruns; i++)
  {
    const garco__run *run = &slice->runs[i];
    if (run->dropped)
      GARCO_TRY (skip (sink, run->source, run->count, error));
    else if (sink->variable)
      GARCO_TRY (garco__variable_sink_put (sink, run->source, run->count, error));
    else if (sink->nulls.pipeline != NULL)
      GARCO_TRY (put_nullable (sink, run->source, run->count, error));
    else
      GARCO_TRY (put_plain (sink, run->source, run->count, error));
  }
  return GARCO_OK;
}

garco_status
garco__column_sink_put (garco__column_sink *sink, const garco__slice *slice, garco_error *error)
{
  const uint64_t *const numbers[] = {NULL, slice->times, slice->delete_times,
                                     slice->delete_conditions};
  if (sink->kind == GARCO__SINK_FIELD)
    GARCO_TRY (put_runs (sink, slice, error));
  else
    GARCO_TRY (put_numbers (sink, numbers[sink->kind], slice->cells, error));
  return slice->ends_tile ? end_tile (sink, error) : GARCO_OK;
}

/* ---- the end */

garco_status
garco__column_sink_finish (garco__column_sink *sink, garco_error *error)
{
  GARCO_TRY (garco__io_stream_finish (&sink->data.stream, error));
  if (sink->variable)
    GARCO_TRY (garco__io_stream_finish (&sink->bytes.stream, error));
  return sink->nulls.stream == NULL ? GARCO_OK
                                    : garco__io_stream_finish (&sink->nulls.stream, error);
}

static void
free_file (garco__sink_file *file, size_t nsources)
{
  for (size_t i = 0; file->sources != NULL && i < nsources; i++)
    garco__cell_stream_free (&file->sources[i]);
  free (file->sources);
  free (file->copies);
  garco__io_stream_abandon (&file->stream);
  garco__buffer_free (&file->pending);
  garco__buffer_free (&file->packed);
  garco__buffer_free (&file->offsets);
}

void
garco__column_sink_free (garco__column_sink *sink)
{
  free_file (&sink->data, sink->nsources);
  free_file (&sink->nulls, sink->nsources);
  free_file (&sink->bytes, sink->nsources);
  garco__variable_sink_free (sink);
  garco__buffer_free (&sink->tile_stats);
  garco__buffer_free (&sink->texts);
  garco__codec_free (&sink->tools.codec);
  garco__io_close (&sink->tools.io);
}
