/* Writing a fragment.
 *
 *   batch -> global order -> tiles of `capacity` cells -> statistics, filters -> data files, synced
 *         -> __fragment_metadata.tdb, synced -> folders synced -> the empty commit file, synced
 *
 * global_order.c finds the order, fragment_tiles.c makes the data files, fragment_metadata_writer.c
 * the metadata file.
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
#define DEFAULT_MEMORY (UINT64_C (256) << 20)
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
  if (field->width == GARCO__VARIABLE)
    return refuse (job, GARCO_ERR_UNSUPPORTED, field, "writing fields of variable length");
  GARCO_TRY (garco__pipeline_check (&field->pipeline, true, job->array->io->root, field->name,
                                    job->error));
  if (field->nullable)
    GARCO_TRY (garco__pipeline_check (&job->schema->validity, true, job->array->io->root,
                                      field->name, job->error));
  if (at < 0)
    return refuse (job, GARCO_ERR_ARGUMENT, field, "the cells to write have no such column");
  const garco_column *column = &batch->columns[at];
  if (column->width != field->width || !same_kind (column->type, field->type))
    return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                        "field \"%s\" is %" PRIu32 " %s a cell; the cells to write have %" PRIu32
                        " %s",
                        field->name, field->width, garco_datatype_name (field->type), column->width,
                        garco_datatype_name (column->type));
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
                        "; garco writes from %u on: garco upgrade gives it a later schema",
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

/* ---- the parts */

static garco_status
make_slots (garco__writer_job *job)
{
  const garco__schema *schema = job->schema;
  void *slots = NULL, *stats = NULL, *texts = NULL, *room = NULL;
  job->nslots = schema->nattrs + 1 + schema->ndims;
  GARCO_TRY (garco__allocate (&slots, job->nslots, sizeof (garco__slot), job->error));
  job->slots = slots;
  GARCO_TRY (garco__allocate (&stats, job->nslots, sizeof (garco__tile_stats *), job->error));
  job->stats = stats;
  GARCO_TRY (garco__allocate (&texts, job->nslots, sizeof (uint8_t *), job->error));
  job->texts = texts;
  for (size_t i = 0; i < job->nslots; i++)
  {
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (uint64_t), job->error));
    job->slots[i].tile_offsets = room;
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (uint64_t), job->error));
    job->slots[i].validity_offsets = room;
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (garco__tile_stats), job->error));
    job->stats[i] = room;
  }
  for (size_t i = 0; i < schema->nattrs; i++)
    if (garco__bounds_kind_of (&schema->fields[schema->ndims + i]) == GARCO__BOUNDS_TEXT)
    {
      GARCO_TRY (garco__allocate (&room, job->ntiles,
                                  2 * schema->fields[schema->ndims + i].cell_size, job->error));
      job->texts[i] = room;
    }
  GARCO_TRY (garco__allocate (&room, job->ntiles, garco__box_size (schema), job->error));
  job->boxes = room;
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
    if (job->texts != NULL)
      free (job->texts[i]);
  }
  free (job->slots);
  free (job->stats);
  free (job->texts);
  free (job->boxes);
  free (job->order);
  free (job->columns);
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
  /* Files come as they are: their cells are in memory, and the same again to write them. */
  static const garco_write_options options = {.memory = UINT64_MAX};
  return garco__fragment_write_as (array, batch, &options, fragment, error);
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
  if (job.options.memory == 0)
    job.options.memory = DEFAULT_MEMORY;
  if (job.options.zstd_level < 0 || job.options.zstd_level > GARCO_ZSTD_LEVEL_MAX)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                        "zstd_level is %d: expected 1 to %d, or 0 for the schema's",
                        job.options.zstd_level, GARCO_ZSTD_LEVEL_MAX);
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__fragment_writer), error));
  job.fragment = *fragment = made;
  job.fragment->array = array;
  GARCO_TRY_DONE (match_batch (&job, batch));
  GARCO_TRY_DONE (garco__writer_order (&job));
  GARCO_TRY_DONE (make_slots (&job));
  GARCO_TRY_DONE (make_fragment (&job));
  GARCO_TRY_DONE (garco__writer_tiles (&job, error));
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
