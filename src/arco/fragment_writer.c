/* Writing a fragment.
 *
 *   batch -> global order -> tiles of `capacity` cells -> statistics, filters -> data files, synced
 *         -> __fragment_metadata.tdb, synced -> folders synced -> the empty commit file, synced
 *
 * global_order.c finds the order, fragment_metadata_writer.c writes the metadata file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/datatype.h"
#include "arco/fragment_writer.h"
#include "arco/rtree.h"
#include "base/civil_time.h"
#include "base/error.h"

#define PATH_SIZE 512
/* Before this version fragments and commits lie elsewhere. */
#define OLDEST_WRITTEN 12u

/* ---- is the batch one of this array */

static bool
same_kind (garco_datatype a, garco_datatype b)
{
  return a == b || (garco_datatype_size (a) == garco_datatype_size (b) &&
                    garco__datatype_number (a) == GARCO__NUMBER_SIGNED &&
                    garco__datatype_number (b) == GARCO__NUMBER_SIGNED);
}

static garco_status
refuse (garco__writer_job *job, garco_status code, const garco__field *field, const char *why)
{
  return garco__fail (job->error, code, job->array->io->root, "field \"%s\": %s", field->name, why);
}

static garco_status
match_field (garco__writer_job *job, const garco_batch *batch, size_t i)
{
  const garco__field *field = &job->schema->fields[i];
  int at = garco_batch_find (batch, field->name);
  if (field->width != 1 || garco__datatype_number (field->type) == GARCO__NUMBER_NONE)
    return refuse (job, GARCO_ERR_UNSUPPORTED, field, "garco writes single numbers only");
  GARCO_TRY (garco__pipeline_check (&field->pipeline, true, job->array->io->root, field->name,
                                    job->error));
  if (field->nullable)
    GARCO_TRY (garco__pipeline_check (&job->schema->validity, true, job->array->io->root,
                                      field->name, job->error));
  if (at < 0)
    return refuse (job, GARCO_ERR_ARGUMENT, field, "the cells to write have no such column");
  const garco_column *column = &batch->columns[at];
  if (column->width != 1 || !same_kind (column->type, field->type))
    return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                        "field \"%s\" is %s; the cells to write have %s", field->name,
                        garco_datatype_name (field->type), garco_datatype_name (column->type));
  if (column->validity != NULL && !field->nullable)
    return refuse (job, GARCO_ERR_ARGUMENT, field, "nulls to write, and it is not nullable");
  job->columns[i] = column;
  return GARCO_OK;
}

static garco_status
match_batch (garco__writer_job *job, const garco_batch *batch)
{
  const garco__schema *schema = job->schema;
  size_t nfields = schema->ndims + schema->nattrs;
  void *columns = NULL;
  if (schema->version < OLDEST_WRITTEN)
    return garco__fail (job->error, GARCO_ERR_UNSUPPORTED, job->array->io->root,
                        "writing to an array of format version %" PRIu32
                        "; garco writes from %u on",
                        schema->version, OLDEST_WRITTEN);
  if (batch->rows <= 0 || batch->rows > UINT32_MAX)
    return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                        "%" PRId64 " cells to write; expected 1 to 4294967295", batch->rows);
  for (size_t i = 0; i < batch->ncolumns; i++)
    if (garco__schema_find (schema, batch->columns[i].name) < 0)
      return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                          "the array has no field \"%s\"", batch->columns[i].name);
  GARCO_TRY (garco__allocate (&columns, nfields, sizeof (garco_column *), job->error));
  job->columns = columns;
  for (size_t i = 0; i < nfields; i++)
    GARCO_TRY (match_field (job, batch, i));
  job->rows = (size_t)batch->rows;
  job->ntiles = (size_t)((job->rows - 1) / schema->capacity + 1);
  return GARCO_OK;
}

/* ---- data files */

#define GATHER(T)                                                                                  \
  for (size_t i = 0; i < count; i++)                                                               \
  ((T *)out)[i] = ((const T *)values)[order[i]]

static void
gather (const void *values, size_t size, const uint32_t *order, size_t count, void *out)
{
  if (size == 8)
    GATHER (uint64_t);
  else if (size == 4)
    GATHER (uint32_t);
  else if (size == 2)
    GATHER (uint16_t);
  else
    GATHER (uint8_t);
}

static garco_status
open_file (garco__writer_job *job, const char *kind, size_t index, const char *ending,
           garco__io_stream **stream)
{
  char path[PATH_SIZE];
  snprintf (path, sizeof path, "%s/%s%zu%s.tdb", job->fragment->path, kind, index, ending);
  return garco__io_stream_open (job->array->io, path, stream, job->error);
}

/* Filters one tile and appends it to its file. */
static garco_status
put_tile (garco__writer_job *job, const garco__pipeline *pipeline, size_t cell_size,
          const uint8_t *cells, size_t count, garco__io_stream *stream, uint64_t *file_size)
{
  job->packed.size = 0;
  GARCO_TRY (garco__tile_encode (job->array->codec, pipeline, cell_size, cells, count * cell_size,
                                 &job->packed, job->error));
  *file_size += job->packed.size;
  return garco__io_stream_write (stream, job->packed.data, job->packed.size, job->error);
}

/* A filter that refuses a value does not know the field. */
static garco_status
name_field (garco__writer_job *job, const garco__field *field, garco_status status)
{
  if (status >= 0 || job->error == NULL || job->error->source[0] != '\0')
    return status;
  char message[sizeof job->error->message];
  memcpy (message, job->error->message, sizeof message);
  return garco__fail (job->error, status, job->array->io->root, "field \"%s\": %s", field->name,
                      message);
}

static void
note_box (garco__writer_job *job, size_t dimension, size_t tile, const garco__tile_stats *stats)
{
  size_t at = 0, box = garco__box_size (job->schema);
  for (size_t i = 0; i < dimension; i++)
    at += 2 * garco_datatype_size (job->schema->fields[i].type);
  size_t size = garco_datatype_size (job->schema->fields[dimension].type);
  memcpy (job->boxes + tile * box + at, stats->min, size);
  memcpy (job->boxes + tile * box + at + size, stats->max, size);
}

static garco_status
write_tiles (garco__writer_job *job, size_t field_index, garco__io_stream *data,
             garco__io_stream *nulls)
{
  const garco__field *field = &job->schema->fields[field_index];
  const garco_column *column = job->columns[field_index];
  size_t slot_index = garco__schema_slot (job->schema, field_index);
  garco__slot *slot = &job->slots[slot_index];
  for (size_t t = 0; t < job->ntiles; t++)
  {
    size_t from = t * (size_t)job->schema->capacity, left = job->rows - from;
    size_t count = left < job->schema->capacity ? left : (size_t)job->schema->capacity;
    gather (column->values, field->cell_size, job->order + from, count, job->cells);
    memset (job->valid, 1, field->nullable ? count : 0);
    if (column->validity != NULL)
      gather (column->validity, 1, job->order + from, count, job->valid);
    garco__tile_stats *stats = &job->stats[slot_index][t];
    garco__tile_stats_of (field->type, job->cells, field->nullable ? job->valid : NULL, count,
                          stats);
    if (field->is_dimension)
      note_box (job, field_index, t, stats);
    slot->tile_offsets[t] = slot->file_size;
    GARCO_TRY (put_tile (job, &field->pipeline, field->cell_size, job->cells, count, data,
                         &slot->file_size));
    slot->validity_offsets[t] = slot->validity_size;
    if (nulls != NULL)
      GARCO_TRY (put_tile (job, &job->schema->validity, 1, job->valid, count, nulls,
                           &slot->validity_size));
  }
  return GARCO_OK;
}

static garco_status
write_field (garco__writer_job *job, size_t field_index)
{
  const garco__field *field = &job->schema->fields[field_index];
  const char *kind = field->is_dimension ? "d" : "a";
  size_t number = field->is_dimension ? field_index : field_index - job->schema->ndims;
  garco__io_stream *data = NULL, *nulls = NULL;
  garco_status status;
  GARCO_TRY_DONE (open_file (job, kind, number, "", &data));
  if (field->nullable)
    GARCO_TRY_DONE (open_file (job, kind, number, "_validity", &nulls));
  GARCO_TRY_DONE (name_field (job, field, write_tiles (job, field_index, data, nulls)));
  GARCO_TRY_DONE (garco__io_stream_finish (&data, job->error));
  if (nulls != NULL)
    GARCO_TRY_DONE (garco__io_stream_finish (&nulls, job->error));
done:
  garco__io_stream_abandon (&data);
  garco__io_stream_abandon (&nulls);
  return status;
}

static garco_status
make_slots (garco__writer_job *job)
{
  const garco__schema *schema = job->schema;
  size_t tile = schema->capacity < job->rows ? (size_t)schema->capacity : job->rows;
  void *slots = NULL, *stats = NULL, *room = NULL;
  job->nslots = schema->nattrs + 1 + schema->ndims;
  GARCO_TRY (garco__allocate (&slots, job->nslots, sizeof (garco__slot), job->error));
  job->slots = slots;
  GARCO_TRY (garco__allocate (&stats, job->nslots, sizeof (garco__tile_stats *), job->error));
  job->stats = stats;
  for (size_t i = 0; i < job->nslots; i++)
  {
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (uint64_t), job->error));
    job->slots[i].tile_offsets = room;
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (uint64_t), job->error));
    job->slots[i].validity_offsets = room;
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (garco__tile_stats), job->error));
    job->stats[i] = room;
  }
  GARCO_TRY (garco__allocate (&room, job->ntiles, garco__box_size (schema), job->error));
  job->boxes = room;
  GARCO_TRY (garco__allocate (&room, tile, 8, job->error));
  job->cells = room;
  GARCO_TRY (garco__allocate (&room, tile, 1, job->error));
  job->valid = room;
  return GARCO_OK;
}

static void
free_job (garco__writer_job *job)
{
  for (size_t i = 0; i < job->nslots; i++)
  {
    if (job->slots != NULL)
    {
      free (job->slots[i].tile_offsets);
      free (job->slots[i].validity_offsets);
    }
    if (job->stats != NULL)
      free (job->stats[i]);
  }
  free (job->slots);
  free (job->stats);
  free (job->boxes);
  free (job->cells);
  free (job->valid);
  free (job->order);
  free (job->columns);
  garco__buffer_free (&job->packed);
}

/* ---- the whole */

static garco_status
make_fragment (garco__writer_job *job)
{
  garco__fragment_writer *fragment = job->fragment;
  garco__io *io = job->array->io;
  GARCO_TRY (garco__array_write_time (job->array, job->options.timestamp, GARCO__WRITTEN_CELLS,
                                      &fragment->timestamp, job->error));
  GARCO_TRY (
      garco__stamp_name (fragment->timestamp, job->schema->version, fragment->name, job->error));
  snprintf (fragment->path, sizeof fragment->path, "__fragments/%s", fragment->name);
  GARCO_TRY (garco__io_make_folder (io, "__fragments", job->error));
  GARCO_TRY (garco__io_make_folder (io, "__commits", job->error));
  return garco__io_make_folder (io, fragment->path, job->error);
}

garco_status
garco__fragment_write (garco_array *array, const garco_batch *batch,
                       garco__fragment_writer **fragment, garco_error *error)
{
  static const garco_write_options defaults = GARCO_WRITE_OPTIONS_INIT;
  return garco__fragment_write_as (array, batch, &defaults, fragment, error);
}

garco_status
garco__fragment_write_as (garco_array *array, const garco_batch *batch,
                          const garco_write_options *options, garco__fragment_writer **fragment,
                          garco_error *error)
{
  garco__writer_job job = {
      .array = array, .schema = array->schema, .error = error, .options = *options};
  void *made = NULL;
  garco_status status;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__fragment_writer), error));
  job.fragment = *fragment = made;
  job.fragment->array = array;
  GARCO_TRY_DONE (match_batch (&job, batch));
  GARCO_TRY_DONE (garco__writer_order (&job));
  GARCO_TRY_DONE (make_slots (&job));
  GARCO_TRY_DONE (make_fragment (&job));
  for (size_t i = 0; i < job.schema->ndims + job.schema->nattrs; i++)
    GARCO_TRY_DONE (write_field (&job, i));
  GARCO_TRY_DONE (garco__writer_metadata (&job));
done:
  free_job (&job);
  if (status < 0)
    garco__fragment_writer_free (fragment);
  return status;
}

const char *
garco__fragment_writer_name (const garco__fragment_writer *fragment)
{
  return fragment->name;
}

uint64_t
garco__fragment_writer_timestamp (const garco__fragment_writer *fragment)
{
  return fragment->timestamp;
}

garco_status
garco__fragment_commit (garco__fragment_writer *fragment, garco_error *error)
{
  char path[PATH_SIZE];
  garco__io *io = fragment->array->io;
  garco__io_kind kind = GARCO__IO_NOTHING;
  uint64_t size;
  snprintf (path, sizeof path, "__commits/%s.wrt", fragment->name);
  garco__wait_for (fragment->timestamp);
  garco_status status = garco__io_write (io, path, NULL, 0, error);
  /* An array whose commit has no fragment opens for nobody: unless it is sure that the commit is
   * not there, the fragment stays. */
  fragment->committed =
      status >= 0 || garco__io_stat (io, path, &kind, &size, NULL) < 0 || kind != GARCO__IO_NOTHING;
  return status;
}

void
garco__fragment_writer_free (garco__fragment_writer **fragment)
{
  garco__fragment_writer *own = *fragment;
  if (own == NULL)
    return;
  if (!own->committed && own->path[0] != '\0')
    garco__io_remove (own->array->io, own->path, NULL);
  free (own);
  *fragment = NULL;
}
