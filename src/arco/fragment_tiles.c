/* A fragment's data files.
 *
 * A piece of work is a chunk. Whoever has it does all of it, while its cells are in the nearest
 * cache:
 *
 *   its cells in their order -> the tile's statistics, chunk after chunk -> the filters, which take
 *   the time -> the file, chunk after chunk
 *
 * so that memory is needed for the chunks that are under way alone, whatever the fragment's size.
 * When all are written, the files are made safe on their medium side by side.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_scan.h"
#include "arco/fragment_writer.h"
#include "arco/rtree.h"
#include "arco/tile_file.h"
#include "arco/work_pool.h"
#include "base/error.h"
#include "base/meter.h"
#include "base/parallel.h"

/* A medium that is as soon done needs no threads to wait for it. */
#define QUICK_NS 200000

typedef struct tile_plan
{
  garco__writer_job *job;
  garco__work_pool works;
  size_t nfiles;
  garco__tile_file *files;
  size_t npieces;
  size_t under_way; /* chunks that memory holds */
  int threads;
} tile_plan;

/* A chunk: its number in the file, and cells of the fragment. */
typedef struct chunk_piece
{
  garco__tile_file *file;
  size_t number, tile, from, count;
  bool first, last; /* of its tile */
} chunk_piece;

static size_t
tile_rows (const garco__writer_job *job, size_t tile)
{
  size_t left = job->rows - tile * (size_t)job->schema->capacity;
  return left < job->schema->capacity ? left : (size_t)job->schema->capacity;
}

static chunk_piece
piece_at (const tile_plan *plan, size_t index)
{
  garco__tile_file *file = plan->files;
  while (index >= file->first_piece + file->nchunks)
    file++;
  size_t number = index - file->first_piece, tile = number / file->tile_chunks;
  size_t at = number % file->tile_chunks * file->chunk_cells, rows = tile_rows (plan->job, tile);
  size_t left = rows - at, count = left < file->chunk_cells ? left : file->chunk_cells;
  return (chunk_piece){.file = file,
                       .number = number,
                       .tile = tile,
                       .from = tile * (size_t)plan->job->schema->capacity + at,
                       .count = count,
                       .first = at == 0,
                       .last = count == left};
}

/* ---- cells in order */

static void
order_validity (const garco_column *column, const uint32_t *order, size_t count, uint8_t *valid)
{
  if (column->validity == NULL)
    memset (valid, 1, count);
  else
    for (size_t i = 0; i < count; i++)
      valid[i] = column->validity[order[i]] != 0;
}

static garco_status
order_cells (const tile_plan *plan, const chunk_piece *piece, garco__work *work, garco_error *error)
{
  const garco__tile_file *file = piece->file;
  const uint32_t *order = plan->job->order + piece->from;
  const garco_column *column = plan->job->columns[file->field_index];
  work->cells.size = work->valid.size = 0;
  GARCO_TRY (garco__buffer_reserve (&work->cells, piece->count * file->cell_size, error));
  if (file->is_validity)
    order_validity (column, order, piece->count, work->cells.data);
  else
    garco__spread (column->values, file->cell_size, order, piece->count, work->cells.data);
  if (file->is_validity || !file->field->nullable)
    return GARCO_OK;
  GARCO_TRY (garco__buffer_reserve (&work->valid, piece->count, error));
  order_validity (column, order, piece->count, work->valid.data);
  return GARCO_OK;
}

/* ---- statistics */

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

static void
measure (garco__writer_job *job, const chunk_piece *piece, const garco__work *work)
{
  const garco__field *field = piece->file->field;
  size_t slot = garco__schema_slot (job->schema, piece->file->field_index);
  garco__tile_stats *stats = &job->stats[slot][piece->tile];
  garco__bounds_kind kind = garco__bounds_kind_of (field);
  const uint8_t *valid = field->nullable ? work->valid.data : NULL;
  if (piece->first)
    *stats = GARCO__TILE_STATS_NONE;
  if (kind == GARCO__BOUNDS_NUMBER)
    garco__tile_stats_add (field->type, work->cells.data, valid, piece->count, stats);
  else
    garco__tile_text_add (
        field->cell_size, work->cells.data, valid, piece->count, stats,
        kind == GARCO__BOUNDS_TEXT ? job->texts[slot] + 2 * piece->tile * field->cell_size : NULL);
  if (field->is_dimension && piece->last)
    note_box (job, piece->file->field_index, piece->tile, stats);
}

/* ---- chunks */

/* A filter that refuses a value does not know the field. */
static garco_status
name_field (const garco__writer_job *job, const garco__field *field, garco_status status,
            garco_error *error)
{
  if (status >= 0 || error->source[0] != '\0')
    return status;
  char message[sizeof error->message];
  memcpy (message, error->message, sizeof message);
  return garco__fail (error, status, job->array->io->root, "field \"%s\": %s", field->name,
                      message);
}

/* The first chunk of a tile has the count of its chunks before it. */
static garco_status
filter_chunk (const tile_plan *plan, const chunk_piece *piece, garco__work *work,
              garco_error *error)
{
  const garco__tile_file *file = piece->file;
  size_t rows = tile_rows (plan->job, piece->tile);
  work->packed.size = 0;
  garco__codec_set_zstd_level (work->codec, plan->job->options.zstd_level);
  if (piece->first)
    GARCO_TRY (garco__put_u64 (&work->packed, (rows - 1) / file->chunk_cells + 1, error));
  garco_status status =
      garco__chunk_encode (work->codec, file->pipeline, file->cell_size, work->cells.data,
                           piece->count * file->cell_size, &work->packed, error);
  return name_field (plan->job, file->field, status, error);
}

static garco_status
make_chunk (const tile_plan *plan, const chunk_piece *piece, garco__work *work, garco_error *error)
{
  garco__tile_file *file = piece->file;
  GARCO_TRY (order_cells (plan, piece, work, error));
  if (!garco__tile_file_wait (file, piece->number))
    return GARCO_OK;
  if (!file->is_validity)
    measure (plan->job, piece, work);
  garco__tile_file_measured (file);
  GARCO_TRY (filter_chunk (plan, piece, work, error));
  return garco__tile_file_put (file, piece->number, &work->packed, error);
}

static garco_status
do_chunk (void *context, size_t index, garco_error *error)
{
  tile_plan *plan = context;
  const chunk_piece piece = piece_at (plan, index);
  garco__work work;
  garco_status status = garco__work_pool_take (&plan->works, &work, error);
  if (status >= 0)
  {
    status = make_chunk (plan, &piece, &work, error);
    garco__work_pool_give (&plan->works, &work);
  }
  if (status < 0)
    garco__tile_file_failed (piece.file, piece.number);
  return status;
}

/* ---- on the medium */

static garco_status
sync_file (void *context, size_t index, garco_error *error)
{
  garco__tile_file *files = context;
  return garco__tile_file_finish (&files[index], error);
}

/* Waiting for the medium takes no processor: a thread each, where there may be more than one. */
static garco_status
sync_files (tile_plan *plan, garco_error *error)
{
  size_t done = 0;
  bool quick = true;
  while (done < plan->nfiles && (quick || plan->job->options.threads == 1))
  {
    uint64_t start = garco__now_ns ();
    GARCO_TRY (garco__tile_file_finish (&plan->files[done++], error));
    quick = garco__now_ns () - start < QUICK_NS;
  }
  size_t left = plan->nfiles - done;
  return garco__parallel_run (left, (int)left, sync_file, plan->files + done, error);
}

/* ---- the plan */

static garco_status
cut_file (tile_plan *plan, garco__tile_file *file, garco_error *error)
{
  const garco__writer_job *job = plan->job;
  size_t rows = tile_rows (job, 0), last = tile_rows (job, job->ntiles - 1), chunk;
  GARCO_TRY (garco__chunk_size (file->cell_size, rows * file->cell_size, &chunk, error));
  file->chunk_cells = chunk / file->cell_size;
  file->tile_chunks = (rows - 1) / file->chunk_cells + 1;
  file->nchunks = (job->ntiles - 1) * file->tile_chunks + (last - 1) / file->chunk_cells + 1;
  file->first_piece = plan->npieces;
  plan->npieces += file->nchunks;
  return GARCO_OK;
}

static garco_status
add_file (tile_plan *plan, size_t field_index, bool is_validity, garco_error *error)
{
  garco__writer_job *job = plan->job;
  const garco__field *field = &job->schema->fields[field_index];
  garco__slot *slot = &job->slots[garco__schema_slot (job->schema, field_index)];
  garco__tile_file *file = &plan->files[plan->nfiles++];
  size_t number = field->is_dimension ? field_index : field_index - job->schema->ndims;
  file->field = field;
  file->pipeline = is_validity ? &job->schema->validity : &field->pipeline;
  file->field_index = field_index;
  file->cell_size = is_validity ? 1 : field->cell_size;
  file->is_validity = is_validity;
  file->offsets = is_validity ? slot->validity_offsets : slot->tile_offsets;
  file->size = is_validity ? &slot->validity_size : &slot->file_size;
  file->window = plan->under_way;
  file->io = job->array->io;
  snprintf (file->path, sizeof file->path, "%s/%c%zu%s.tdb", job->fragment->path,
            field->is_dimension ? 'd' : 'a', number, is_validity ? "_validity" : "");
  GARCO_TRY (garco__tile_file_init (file, error));
  return cut_file (plan, file, error);
}

/* How many chunks are under way at once: each is in memory as it was and filtered. */
static garco_status
plan_memory (tile_plan *plan, garco_error *error)
{
  const garco__writer_job *job = plan->job;
  size_t nfields = job->schema->ndims + job->schema->nattrs, most = 0, widest = 0, chunk;
  uint64_t order = (uint64_t)job->rows * sizeof *job->order, memory = job->options.memory;
  uint64_t left = memory > order ? memory - order : 0;
  for (size_t i = 0; i < nfields; i++)
  {
    size_t cell = job->schema->fields[i].cell_size;
    GARCO_TRY (garco__chunk_size (cell, tile_rows (job, 0) * cell, &chunk, error));
    if (chunk > most)
      widest = i;
    most = chunk > most ? chunk : most;
  }
  uint64_t room = left / (2 * (uint64_t)most);
  if (room == 0)
    return garco__fail (error, GARCO_ERR_LIMIT, job->array->io->root,
                        "a chunk of %zu bytes of field \"%s\" needs %zu bytes of memory; %" PRIu64
                        " are left of the limit",
                        most, job->schema->fields[widest].name, 2 * most, left);
  plan->under_way = room < GARCO__WAITING_CHUNKS ? (size_t)room : GARCO__WAITING_CHUNKS;
  plan->threads = (int)garco__parallel_threads (job->options.threads, plan->under_way);
  return GARCO_OK;
}

static garco_status
plan_files (tile_plan *plan, garco_error *error)
{
  const garco__schema *schema = plan->job->schema;
  size_t nfields = schema->ndims + schema->nattrs;
  void *files = NULL;
  GARCO_TRY (plan_memory (plan, error));
  GARCO_TRY (garco__allocate (&files, 2 * nfields, sizeof (garco__tile_file), error));
  plan->files = files;
  for (size_t i = 0; i < nfields; i++)
  {
    GARCO_TRY (add_file (plan, i, false, error));
    if (schema->fields[i].nullable)
      GARCO_TRY (add_file (plan, i, true, error));
  }
  return GARCO_OK;
}

garco_status
garco__writer_tiles (garco__writer_job *job, garco_error *error)
{
  tile_plan plan = {.job = job};
  garco_status status;
  garco__work_pool_init (&plan.works);
  GARCO_TRY_DONE (plan_files (&plan, error));
  GARCO_TRY_DONE (garco__parallel_run (plan.npieces, plan.threads, do_chunk, &plan, error));
  GARCO_TRY_DONE (sync_files (&plan, error));
done:
  for (size_t i = 0; i < plan.nfiles; i++)
    garco__tile_file_free (&plan.files[i]);
  free (plan.files);
  garco__work_pool_free (&plan.works);
  return status;
}
