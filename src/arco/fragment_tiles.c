/* A fragment's data files.
 *
 * They are made in rounds: some fields (all of them, where memory allows) of some tiles.
 *
 *   1. a tile's cells in their order, and its statistics     a piece of work is a field's tile
 *   2. chunks through the filters, which takes the time      a piece is a chunk
 *   3. the chunks into the files, one after the other        this thread
 *
 * and when a field's last tile is in its file, the files are made safe on their medium side by
 * side. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
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
  bool is_validity;
} tile_file;

typedef struct chunk_piece
{
  const tile_file *file;
  const uint8_t *cells;
  size_t tile, size;
  garco__buffer packed;
} chunk_piece;

typedef struct tile_round
{
  garco__writer_job *job;
  garco__codec_pool codecs;
  size_t first_field, nfields;
  size_t nfiles;
  tile_file *files;
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

/* ---- 1. cells in order */

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

/* A field's tile; where it has nulls its validity lies in the file behind. */
static garco_status
order_cells (void *context, size_t index, garco_error *error)
{
  tile_round *round = context;
  garco__writer_job *job = round->job;
  const tile_file *file = &round->files[index / round->ntiles];
  size_t nth = index % round->ntiles, tile = round->first_tile + nth;
  size_t from = tile * (size_t)job->schema->capacity, count = tile_rows (job, tile);
  const uint32_t *order = job->order + from;
  const garco_column *column = job->columns[file->field_index];
  size_t at = nth * (size_t)job->schema->capacity;
  (void)error;
  if (file->is_validity)
    return GARCO_OK;
  uint8_t *cells = file->cells + at * file->cell_size, *valid = NULL;
  gather (column->values, file->cell_size, order, count, cells);
  if (file->field->nullable)
  {
    valid = file[1].cells + at;
    memset (valid, 1, count);
    for (size_t i = 0; i < count && column->validity != NULL; i++)
      valid[i] = column->validity[order[i]] != 0;
  }
  note_stats (job, file, tile, cells, valid, count);
  return GARCO_OK;
}

/* ---- 2. through the filters */

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
filter_chunk (void *context, size_t index, garco_error *error)
{
  tile_round *round = context;
  chunk_piece *piece = &round->pieces[index];
  const tile_file *file = piece->file;
  garco__codec *codec = NULL;
  GARCO_TRY (garco__codec_pool_take (&round->codecs, &codec, error));
  garco_status status = garco__chunk_encode (codec, file->pipeline, file->cell_size, piece->cells,
                                             piece->size, &piece->packed, error);
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
cut_chunks (tile_round *round, garco_error *error)
{
  round->npieces = 0;
  for (size_t f = 0; f < round->nfiles; f++)
    for (size_t t = 0; t < round->ntiles; t++)
    {
      const tile_file *file = &round->files[f];
      size_t tile = round->first_tile + t, step;
      size_t size = tile_rows (round->job, tile) * file->cell_size;
      const uint8_t *cells =
          file->cells + t * (size_t)round->job->schema->capacity * file->cell_size;
      GARCO_TRY (garco__chunk_size (file->cell_size, size, &step, error));
      for (size_t at = 0; at < size; at += step)
      {
        const chunk_piece piece = {.file = file,
                                   .cells = cells + at,
                                   .tile = tile,
                                   .size = size - at < step ? size - at : step};
        GARCO_TRY (add_piece (round, &piece, error));
      }
    }
  return GARCO_OK;
}

/* ---- 3. into the files */

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
write_tiles (tile_round *round, garco_error *error)
{
  int threads = round->job->options.threads;
  for (round->first_tile = 0; round->first_tile < round->job->ntiles;
       round->first_tile += round->ntiles)
  {
    size_t left = round->job->ntiles - round->first_tile;
    round->ntiles = left < round->tiles_at_once ? left : round->tiles_at_once;
    GARCO_TRY (
        garco__parallel_run (round->nfiles * round->ntiles, threads, order_cells, round, error));
    GARCO_TRY (cut_chunks (round, error));
    GARCO_TRY (garco__parallel_run (round->npieces, threads, filter_chunk, round, error));
    for (size_t next = 0; next < round->npieces;)
      GARCO_TRY (put_tile (round, &next, error));
  }
  return GARCO_OK;
}

static garco_status
sync_file (void *context, size_t index, garco_error *error)
{
  tile_round *round = context;
  return garco__io_stream_finish (&round->files[index].stream, error);
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
  void *files = NULL;
  GARCO_TRY (garco__allocate (&files, 2 * round->nfields, sizeof (tile_file), error));
  round->files = files;
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
  GARCO_TRY_DONE (
      garco__parallel_run (round.nfiles, job->options.threads, sync_file, &round, error));
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
