/* A fragment's data files.
 *
 * They are made in rounds: some fields (all of them, where memory allows) of some tiles. A piece of
 * work is a chunk:
 *
 *   1. its cells in their order, then through the filters, which takes the time
 *   2. whoever does a field's last chunk: the tiles' statistics, and the chunks into the files
 *
 * so that nobody waits for another, and when a field's last tile is in its file, the files are made
 * safe on their medium side by side. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/codec_pool.h"
#include "arco/fragment_writer.h"
#include "arco/rtree.h"
#include "base/error.h"
#include "base/parallel.h"

#define PATH_SIZE 512

/* A file: a field's values, or which of them are valid. */
typedef struct tile_file
{
  const garco__field *field;
  const garco__pipeline *pipeline;
  size_t field_index, cell_size;
  uint8_t *cells; /* of the round's tiles, in order */
  uint64_t *offsets, *size;
  garco__io_stream *stream;
  size_t first_piece;
  bool is_validity;
} tile_file;

typedef struct chunk_piece
{
  tile_file *file;
  size_t tile, from, count; /* cells of the fragment */
  garco__buffer packed;
} chunk_piece;

typedef struct tile_round
{
  garco__writer_job *job;
  garco__codec_pool codecs;
  size_t first_field, nfields;
  size_t nfiles;
  tile_file *files;
  atomic_size_t *left; /* chunks of each field that are not done */
  size_t first_tile, ntiles, tiles_at_once;
  size_t npieces, capacity;
  chunk_piece *pieces;
} tile_round;

static size_t
tile_rows (const garco__writer_job *job, size_t tile)
{
  size_t left = job->rows - tile * (size_t)job->schema->capacity;
  return left < job->schema->capacity ? left : (size_t)job->schema->capacity;
}

/* Bytes of a row of the round's cells, and as much again for the chunks. */
static uint64_t
row_cost (const garco__field *field)
{
  return 2 * ((uint64_t)field->cell_size + (field->nullable ? 1 : 0));
}

/* ---- cells in order */

#define GATHER(T)                                                                                  \
  for (size_t i = 0; i < count; i++)                                                               \
  ((T *)(void *)out)[i] = ((const T *)values)[order[i]]

static void
gather (const void *values, size_t size, const uint32_t *order, size_t count, uint8_t *out)
{
  if (size == 8)
    GATHER (uint64_t);
  else if (size == 4)
    GATHER (uint32_t);
  else if (size == 2)
    GATHER (uint16_t);
  else if (size == 1)
    GATHER (uint8_t);
  else
    for (size_t i = 0; i < count; i++)
      memcpy (out + i * size, (const uint8_t *)values + order[i] * size, size);
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

static void
note_stats (garco__writer_job *job, const tile_file *file, size_t tile, const uint8_t *cells,
            const uint8_t *valid, size_t count)
{
  const garco__field *field = file->field;
  size_t slot = garco__schema_slot (job->schema, file->field_index);
  garco__tile_stats *stats = &job->stats[slot][tile];
  garco__bounds_kind kind = garco__bounds_kind_of (field);
  if (kind == GARCO__BOUNDS_NUMBER)
    garco__tile_stats_of (field->type, cells, valid, count, stats);
  else
    garco__tile_text_of (field->cell_size, cells, valid, count, stats,
                         kind == GARCO__BOUNDS_TEXT ? job->texts[slot] + 2 * tile * field->cell_size
                                                    : NULL);
  if (field->is_dimension)
    note_box (job, file->field_index, tile, stats);
}

/* Where the fragment's cell lies among the round's. */
static uint8_t *
cells_at (const tile_round *round, const tile_file *file, size_t cell)
{
  size_t first = round->first_tile * (size_t)round->job->schema->capacity;
  return file->cells + (cell - first) * file->cell_size;
}

static void
order_cells (const tile_round *round, const chunk_piece *piece)
{
  const tile_file *file = piece->file;
  const uint32_t *order = round->job->order + piece->from;
  const garco_column *column = round->job->columns[file->field_index];
  uint8_t *cells = cells_at (round, file, piece->from);
  if (!file->is_validity)
    gather (column->values, file->cell_size, order, piece->count, cells);
  else if (column->validity == NULL)
    memset (cells, 1, piece->count);
  else
    for (size_t i = 0; i < piece->count; i++)
      cells[i] = column->validity[order[i]] != 0;
}

/* ---- through the filters */

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

static garco_status
filter_chunk (tile_round *round, chunk_piece *piece, garco_error *error)
{
  const tile_file *file = piece->file;
  garco__codec *codec = NULL;
  GARCO_TRY (garco__codec_pool_take (&round->codecs, &codec, error));
  garco_status status = garco__chunk_encode (codec, file->pipeline, file->cell_size,
                                             cells_at (round, file, piece->from),
                                             piece->count * file->cell_size, &piece->packed, error);
  garco__codec_pool_give (&round->codecs, codec);
  return name_field (round->job, file->field, status, error);
}

static garco_status
add_piece (tile_round *round, const chunk_piece *piece, garco_error *error)
{
  if (round->npieces == round->capacity)
  {
    size_t capacity = round->capacity * 2 + 64;
    void *pieces = round->pieces;
    GARCO_TRY (garco__reallocate (&pieces, capacity, sizeof *round->pieces, error));
    round->pieces = pieces;
    memset (round->pieces + round->capacity, 0,
            (capacity - round->capacity) * sizeof *round->pieces);
    round->capacity = capacity;
  }
  chunk_piece *own = &round->pieces[round->npieces++];
  garco__buffer packed = own->packed; /* its memory is used again */
  *own = *piece;
  own->packed = packed;
  own->packed.size = 0;
  return GARCO_OK;
}

static garco_status
cut_tile (tile_round *round, tile_file *file, size_t tile, garco_error *error)
{
  size_t rows = tile_rows (round->job, tile), step;
  size_t first = tile * (size_t)round->job->schema->capacity;
  GARCO_TRY (garco__chunk_size (file->cell_size, rows * file->cell_size, &step, error));
  step /= file->cell_size;
  for (size_t at = 0; at < rows; at += step)
  {
    const chunk_piece piece = {.file = file,
                               .tile = tile,
                               .from = first + at,
                               .count = rows - at < step ? rows - at : step};
    GARCO_TRY (add_piece (round, &piece, error));
  }
  return GARCO_OK;
}

static garco_status
cut_chunks (tile_round *round, garco_error *error)
{
  round->npieces = 0;
  for (size_t i = 0; i < round->nfields; i++)
    atomic_init (&round->left[i], 0);
  for (size_t f = 0; f < round->nfiles; f++)
  {
    tile_file *file = &round->files[f];
    file->first_piece = round->npieces;
    for (size_t t = 0; t < round->ntiles; t++)
      GARCO_TRY (cut_tile (round, file, round->first_tile + t, error));
    atomic_fetch_add (&round->left[file->field_index - round->first_field],
                      round->npieces - file->first_piece);
  }
  return GARCO_OK;
}

/* ---- into the files */

/* The chunks of one tile, which begin at `*next`. */
static garco_status
put_tile (tile_round *round, size_t *next, garco_error *error)
{
  const chunk_piece *first = &round->pieces[*next];
  const tile_file *file = first->file;
  uint64_t count = 0;
  size_t end = *next;
  while (end < round->npieces && round->pieces[end].file == file &&
         round->pieces[end].tile == first->tile)
    end++;
  count = end - *next;
  file->offsets[first->tile] = *file->size;
  GARCO_TRY (garco__io_stream_write (file->stream, &count, sizeof count, error));
  *file->size += sizeof count;
  for (; *next < end; (*next)++)
  {
    const garco__buffer *packed = &round->pieces[*next].packed;
    GARCO_TRY (garco__io_stream_write (file->stream, packed->data, packed->size, error));
    *file->size += packed->size;
  }
  return GARCO_OK;
}

static garco_status
put_file (tile_round *round, const tile_file *file, garco_error *error)
{
  size_t next = file->first_piece;
  while (next < round->npieces && round->pieces[next].file == file)
    GARCO_TRY (put_tile (round, &next, error));
  return GARCO_OK;
}

/* A field whose chunks are done; where it has nulls its validity lies in the file behind. */
static garco_status
finish_field (tile_round *round, size_t field_index, garco_error *error)
{
  const tile_file *file = round->files;
  while (file->field_index != field_index)
    file++;
  const tile_file *validity = file->field->nullable ? file + 1 : NULL;
  for (size_t t = 0; t < round->ntiles; t++)
  {
    size_t tile = round->first_tile + t, from = tile * (size_t)round->job->schema->capacity;
    note_stats (round->job, file, tile, cells_at (round, file, from),
                validity != NULL ? cells_at (round, validity, from) : NULL,
                tile_rows (round->job, tile));
  }
  GARCO_TRY (put_file (round, file, error));
  return validity != NULL ? put_file (round, validity, error) : GARCO_OK;
}

static garco_status
do_chunk (void *context, size_t index, garco_error *error)
{
  tile_round *round = context;
  chunk_piece *piece = &round->pieces[index];
  size_t field = piece->file->field_index;
  order_cells (round, piece);
  GARCO_TRY (filter_chunk (round, piece, error));
  return atomic_fetch_sub (&round->left[field - round->first_field], 1) == 1
             ? finish_field (round, field, error)
             : GARCO_OK;
}

static garco_status
write_tiles (tile_round *round, garco_error *error)
{
  for (round->first_tile = 0; round->first_tile < round->job->ntiles;
       round->first_tile += round->ntiles)
  {
    size_t left = round->job->ntiles - round->first_tile;
    round->ntiles = left < round->tiles_at_once ? left : round->tiles_at_once;
    GARCO_TRY (cut_chunks (round, error));
    GARCO_TRY (
        garco__parallel_run (round->npieces, round->job->options.threads, do_chunk, round, error));
  }
  return GARCO_OK;
}

static garco_status
sync_file (void *context, size_t index, garco_error *error)
{
  tile_round *round = context;
  return garco__io_stream_finish (&round->files[index].stream, error);
}

/* Waiting for the medium takes no processor: a thread each, where there may be more than one. */
static garco_status
sync_files (tile_round *round, garco_error *error)
{
  int threads = round->job->options.threads == 1 ? 1 : (int)round->nfiles;
  return garco__parallel_run (round->nfiles, threads, sync_file, round, error);
}

/* ---- rounds */

static garco_status
add_file (tile_round *round, size_t field_index, bool is_validity, garco_error *error)
{
  garco__writer_job *job = round->job;
  const garco__field *field = &job->schema->fields[field_index];
  garco__slot *slot = &job->slots[garco__schema_slot (job->schema, field_index)];
  tile_file *file = &round->files[round->nfiles++];
  size_t number = field->is_dimension ? field_index : field_index - job->schema->ndims;
  size_t rows = round->tiles_at_once * (size_t)job->schema->capacity;
  char path[PATH_SIZE];
  void *cells = NULL;
  *file = (tile_file){.field = field,
                      .pipeline = is_validity ? &job->schema->validity : &field->pipeline,
                      .field_index = field_index,
                      .cell_size = is_validity ? 1 : field->cell_size,
                      .offsets = is_validity ? slot->validity_offsets : slot->tile_offsets,
                      .size = is_validity ? &slot->validity_size : &slot->file_size,
                      .is_validity = is_validity};
  GARCO_TRY (garco__allocate (&cells, rows < job->rows ? rows : job->rows, file->cell_size, error));
  file->cells = cells;
  snprintf (path, sizeof path, "%s/%c%zu%s.tdb", job->fragment->path,
            field->is_dimension ? 'd' : 'a', number, is_validity ? "_validity" : "");
  return garco__io_stream_open (job->array->io, path, &file->stream, error);
}

static garco_status
open_round (tile_round *round, garco_error *error)
{
  void *files = NULL, *left = NULL;
  GARCO_TRY (garco__allocate (&files, 2 * round->nfields, sizeof (tile_file), error));
  round->files = files;
  GARCO_TRY (garco__allocate (&left, round->nfields, sizeof *round->left, error));
  round->left = left;
  for (size_t i = 0; i < round->nfields; i++)
  {
    size_t field = round->first_field + i;
    GARCO_TRY (add_file (round, field, false, error));
    if (round->job->schema->fields[field].nullable)
      GARCO_TRY (add_file (round, field, true, error));
  }
  return GARCO_OK;
}

static void
free_round (tile_round *round)
{
  for (size_t i = 0; i < round->nfiles; i++)
  {
    garco__io_stream_abandon (&round->files[i].stream);
    free (round->files[i].cells);
  }
  for (size_t i = 0; i < round->capacity; i++)
    garco__buffer_free (&round->pieces[i].packed);
  free (round->pieces);
  free (round->files);
  free (round->left);
  garco__codec_pool_free (&round->codecs);
}

/* As many fields, and then as many tiles, as the memory holds; at least one of each. */
static garco_status
plan_round (tile_round *round, uint64_t memory, garco_error *error)
{
  const garco__writer_job *job = round->job;
  size_t nfields = job->schema->ndims + job->schema->nattrs;
  uint64_t rows = tile_rows (job, 0), cost = 0;
  const garco__field *fields = job->schema->fields;
  round->nfields = 0;
  while (round->first_field + round->nfields < nfields &&
         (cost + row_cost (&fields[round->first_field + round->nfields])) * rows <= memory)
    cost += row_cost (&fields[round->first_field + round->nfields++]);
  if (round->nfields == 0)
    return garco__fail (error, GARCO_ERR_LIMIT, job->array->io->root,
                        "a tile of %" PRIu64 " cells of field \"%s\" needs %" PRIu64
                        " bytes of memory; %" PRIu64 " are left of the limit",
                        rows, fields[round->first_field].name,
                        row_cost (&fields[round->first_field]) * rows, memory);
  uint64_t tiles = memory / (cost * rows);
  round->tiles_at_once = tiles < job->ntiles ? (size_t)tiles : job->ntiles;
  return GARCO_OK;
}

static garco_status
write_round (garco__writer_job *job, size_t first_field, uint64_t memory, size_t *nfields,
             garco_error *error)
{
  tile_round round = {.job = job, .first_field = first_field};
  garco_status status;
  garco__codec_pool_init (&round.codecs);
  GARCO_TRY_DONE (plan_round (&round, memory, error));
  GARCO_TRY_DONE (open_round (&round, error));
  GARCO_TRY_DONE (write_tiles (&round, error));
  GARCO_TRY_DONE (sync_files (&round, error));
  *nfields = round.nfields;
done:
  free_round (&round);
  return status;
}

garco_status
garco__writer_tiles (garco__writer_job *job, garco_error *error)
{
  size_t nfields = job->schema->ndims + job->schema->nattrs, done = 0, count = 0;
  uint64_t order = (uint64_t)job->rows * sizeof *job->order;
  uint64_t memory = job->options.memory > order ? job->options.memory - order : 0;
  for (; done < nfields; done += count)
    GARCO_TRY (write_round (job, done, memory, &count, error));
  return GARCO_OK;
}
