/* Reading tiles.
 *
 * Files of a fragment: from version 9 a0.tdb, a1.tdb ... for attributes and d0.tdb ... for
 * dimensions, by their places in the fragment's schema; in version 8 the field's name with % codes;
 * before that the name. Validity has _validity before the ending, and so have the bytes of cells of
 * variable length _var (fragment_variable.c). t.tdb and dt.tdb hold the times of cells and of their
 * deletes, by the filters of coordinates.
 *
 * Tile t is the bytes from its offset to the next one's, the last to the file's size.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/fragment_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/meter.h"

#define PATH_SIZE GARCO__COLUMN_PATH
/* Tiles larger than this are asked for only when the file is as large as they say. */
#define TRUSTED_SIZE (UINT64_C (64) << 20)
#define TILE_LIMIT (UINT64_C (4) << 30)

/* The files of a garco__special, without their ending. */
static const char *const special_names[] = {"t", "dt", "dci"};

/* A field's name as version 8 writes it in a file's name. */
static void
percent_name (const char *name, char *text, size_t size)
{
  size_t at = 0;
  for (; *name != '\0' && at + 4 < size; name++)
    if (strchr ("!#$%&'()*+,/:;=?@[]\"<>\\|", *name) != NULL)
      at += (size_t)snprintf (text + at, size - at, "%%%02X", (unsigned char)*name);
    else
      text[at++] = *name;
  text[at] = '\0';
}

void
garco__column_path (const garco__fragment *fragment, size_t field, const char *ending,
                    char path[GARCO__COLUMN_PATH])
{
  const garco__schema *schema = fragment->schema;
  const garco__field *own = &schema->fields[field];
  char name[PATH_SIZE / 2];
  if (fragment->version >= 9)
    snprintf (name, sizeof name, "%c%zu", own->is_dimension ? 'd' : 'a',
              own->is_dimension ? field : field - schema->ndims);
  else if (fragment->version == 8)
    percent_name (own->name, name, sizeof name);
  else
    snprintf (name, sizeof name, "%s", own->name);
  snprintf (path, PATH_SIZE, "%s/%s%s.tdb", fragment->path, name, ending);
}

/* A tile's validity is another request, and not another tile. */
static void
count_tile (garco_meter *meter, const garco__buffer *packed, bool validity)
{
  garco__cursor cursor = garco__cursor_of (packed->data, packed->size);
  uint64_t chunks = garco__cursor_u64 (&cursor);
  GARCO__METER_ADD (meter, requests, 1);
  GARCO__METER_ADD (meter, bytes, packed->size);
  GARCO__METER_ADD (meter, tiles, validity ? 0u : 1u);
  GARCO__METER_ADD (meter, chunks, cursor.failed ? 0 : chunks);
}

/* A file that is gone while its fragment is there is damage; else a vacuum may have been at work.
 */
static garco_status
tell_missing (garco__io *io, const garco__fragment *fragment, garco_status status,
              const char *source, garco_error *error)
{
  garco__io_kind kind;
  uint64_t size;
  if (status != GARCO_ERR_NOT_FOUND ||
      garco__io_stat (io, fragment->path, &kind, &size, NULL) < 0 || kind != GARCO__IO_FOLDER)
    return status;
  return garco__fail (error, GARCO_ERR_CORRUPT, source, "the data file is missing");
}

garco_status
garco__column_packed (garco__tile_reader *reader, const garco__fragment *fragment,
                      const garco__column *column, uint64_t t, const char *source,
                      garco__buffer *packed, uint64_t *byte, garco_error *error)
{
  const garco__slot *slot = &fragment->slots[column->slot];
  const uint64_t *offsets = column->variable   ? slot->var_offsets
                            : column->validity ? slot->validity_offsets
                                               : slot->tile_offsets;
  uint64_t end = column->variable   ? slot->var_size
                 : column->validity ? slot->validity_size
                                    : slot->file_size;
  if (t + 1 < fragment->ntiles)
    end = offsets[t + 1];
  *byte = offsets[t];
  uint64_t size = end - *byte;
  if (size > TRUSTED_SIZE)
  {
    garco__io_kind kind;
    uint64_t there = 0;
    GARCO_TRY (garco__io_stat (reader->io, column->path, &kind, &there, error));
    if (there < end)
      return garco__fail_byte (error, GARCO_ERR_TRUNCATED, source, (int64_t)(there & INT64_MAX),
                               "the file ends; expected %" PRIu64 " bytes", end);
  }
  packed->size = 0;
  GARCO_TRY (garco__buffer_reserve (packed, (size_t)size + 1, error));
  packed->size = (size_t)size;
  garco_status status =
      garco__io_read (reader->io, column->path, *byte, packed->data, (size_t)size, error);
  if (status < 0)
    return tell_missing (reader->io, fragment, status, source, error);
  count_tile (reader->io->meter, packed, column->validity);
  return GARCO_OK;
}

garco_status
garco__tile_damage (garco_status status, const char *field, uint64_t t, bool variable,
                    garco_error *error)
{
  char what[sizeof error->message];
  /* Cells of fixed size lie in chunks far below the limit, whoever has written them. */
  if (status == GARCO_ERR_LIMIT && !variable)
    status = GARCO_ERR_CORRUPT;
  if ((status != GARCO_ERR_CORRUPT && status != GARCO_ERR_TRUNCATED) || error == NULL)
    return status;
  error->code = status;
  memcpy (what, error->message, sizeof what);
  snprintf (error->message, sizeof error->message, "field \"%.200s\", tile %" PRIu64 ": %.700s",
            field, t, what);
  return status;
}

/* The chunks that the tile has give its cells, no more and no less. */
static garco_status
check_size (const garco__fragment *fragment, const garco__tile_place *place, uint64_t t,
            uint64_t there, garco_error *error)
{
  uint64_t size, cells = garco__fragment_tile_cells (fragment, t);
  if (!__builtin_mul_overflow (cells, place->cell_size, &size) && there == size &&
      size <= TILE_LIMIT)
    return GARCO_OK;
  return garco__fail_byte (error, GARCO_ERR_CORRUPT, place->source, (int64_t)place->byte,
                           "chunks of %" PRIu64 " bytes; expected %" PRIu64 " cells of %zu bytes",
                           there, cells, place->cell_size);
}

garco_status
garco__column_read (garco__tile_reader *reader, garco__fragment *fragment,
                    const garco__column *column, uint64_t t, const garco__tile_choice *choice,
                    garco__buffer *values, garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  uint64_t byte = 0, there = 0;
  const garco__buffer *packed = &reader->packed;
  garco__io_name (reader->io, column->path, source, sizeof source);
  GARCO_TRY (garco__fragment_load_offsets (reader->io, reader->codec, fragment, column->slot,
                                           column->validity, error));
  GARCO_TRY (
      garco__column_packed (reader, fragment, column, t, source, &reader->packed, &byte, error));
  garco__tile_place place = {source, byte, fragment->version, column->cell_size};
  GARCO_TRY (garco__tile_decoded_size (&place, packed->data, packed->size, &there, error));
  GARCO_TRY (check_size (fragment, &place, t, there, error));
  values->size = 0;
  GARCO_TRY (garco__buffer_reserve (values, (size_t)there + 8, error));
  values->size = (size_t)there;
  return garco__tile_decode (reader->codec, column->pipeline, &place, packed->data, packed->size,
                             choice, values->data, there, error);
}

garco_status
garco__column_of_field (const garco__fragment *fragment, size_t field, bool validity,
                        garco__column *column, const char *source, garco_error *error)
{
  const garco__schema *schema = fragment->schema;
  const garco__field *own = &schema->fields[field];
  column->slot = garco__schema_slot (schema, field);
  column->validity = validity;
  column->variable = false;
  column->pipeline = validity ? &schema->validity : &own->pipeline;
  column->cell_size = validity ? 1 : own->cell_size;
  garco__column_path (fragment, field, validity ? "_validity" : "", column->path);
  return garco__pipeline_check (column->pipeline, false, source, own->name, error);
}

garco_status
garco__column_of_special (const garco__fragment *fragment, garco__special special,
                          garco__column *column, const char *source, garco_error *error)
{
  const garco__schema *schema = fragment->schema;
  *column = (garco__column){
      .slot = schema->nattrs + 1 + schema->ndims, .pipeline = &schema->coords, .cell_size = 8};
  if (special != GARCO__CELL_TIMES)
    column->slot +=
        (fragment->has_timestamps ? 1u : 0u) + (special == GARCO__DELETE_CONDITIONS ? 1u : 0u);
  snprintf (column->path, sizeof column->path, "%s/%s.tdb", fragment->path, special_names[special]);
  return garco__pipeline_check (column->pipeline, false, source, special_names[special], error);
}

garco_status
garco__fragment_read (garco__tile_reader *reader, garco__fragment *fragment, size_t field,
                      bool validity, uint64_t t, const garco__tile_choice *choice,
                      garco__buffer *values, garco_error *error)
{
  garco__column column;
  GARCO_TRY (garco__column_of_field (fragment, field, validity, &column, reader->io->root, error));
  return garco__tile_damage (
      garco__column_read (reader, fragment, &column, t, choice, values, error),
      fragment->schema->fields[field].name, t, false, error);
}

garco_status
garco__fragment_read_special (garco__tile_reader *reader, garco__fragment *fragment,
                              garco__special special, uint64_t t, garco__buffer *values,
                              garco_error *error)
{
  garco__column column;
  GARCO_TRY (garco__column_of_special (fragment, special, &column, reader->io->root, error));
  return garco__tile_damage (garco__column_read (reader, fragment, &column, t, NULL, values, error),
                             special_names[special], t, false, error);
}

/* ---- chunk by chunk */

const garco__tile_chunk *
garco__tile_column_chunk (const garco__tile_column *column, size_t k)
{
  return (const garco__tile_chunk *)(const void *)column->chunks.data + k;
}

/* Lists the chunks, all of which are checked against the tile's bytes. */
static garco_status
list_chunks (garco__tile_column *column, uint64_t *there, garco_error *error)
{
  garco__cursor cursor = garco__cursor_of (column->packed.data, column->packed.size);
  uint64_t from = 0;
  GARCO_TRY (garco__tile_decoded_size (&column->place, column->packed.data, column->packed.size,
                                       there, error));
  column->nchunks = (size_t)garco__cursor_u64 (&cursor);
  column->chunks.size = 0;
  for (size_t k = 0; k < column->nchunks; k++)
  {
    garco__tile_chunk own = {.from = from};
    GARCO_TRY (garco__chunk_next (&column->place, &cursor, &own.chunk, error));
    GARCO_TRY (garco__buffer_append (&column->chunks, &own, sizeof own, error));
    from += own.chunk.original;
  }
  return GARCO_OK;
}

static garco_status
open_column (garco__tile_reader *reader, garco__fragment *fragment, size_t field, bool validity,
             uint64_t t, garco__tile_column *column, garco_error *error)
{
  garco__column own;
  uint64_t byte = 0, there = 0;
  GARCO_TRY (garco__column_of_field (fragment, field, validity, &own, reader->io->root, error));
  GARCO_TRY (garco__fragment_load_offsets (reader->io, reader->codec, fragment, own.slot, validity,
                                           error));
  garco__io_name (reader->io, own.path, column->source, sizeof column->source);
  GARCO_TRY (garco__column_packed (reader, fragment, &own, t, column->source, &column->packed,
                                   &byte, error));
  column->pipeline = own.pipeline;
  column->cells = garco__fragment_tile_cells (fragment, t);
  column->place = (garco__tile_place){column->source, byte, fragment->version, own.cell_size};
  GARCO_TRY (list_chunks (column, &there, error));
  GARCO_TRY (check_size (fragment, &column->place, t, there, error));
  column->ready.size = column->values.size = 0;
  GARCO_TRY (garco__buffer_reserve (&column->ready, column->nchunks + 1, error));
  memset (column->ready.data, 0, column->nchunks);
  GARCO_TRY (garco__buffer_reserve (&column->values, (size_t)there + 8, error));
  column->values.size = (size_t)there;
  return GARCO_OK;
}

garco_status
garco__tile_column_open (garco__tile_reader *reader, garco__fragment *fragment, size_t field,
                         bool validity, uint64_t t, garco__tile_column *column, garco_error *error)
{
  column->field = fragment->schema->fields[field].name;
  column->tile = t;
  return garco__tile_damage (open_column (reader, fragment, field, validity, t, column, error),
                             column->field, t, false, error);
}

/* The last chunk that begins at or before the byte. */
static size_t
chunk_of_byte (const garco__tile_column *column, uint64_t byte)
{
  size_t low = 0, high = column->nchunks;
  while (high - low > 1)
  {
    size_t middle = low + (high - low) / 2;
    if (garco__tile_column_chunk (column, middle)->from <= byte)
      low = middle;
    else
      high = middle;
  }
  return low;
}

garco_status
garco__tile_column_need (garco__codec *codec, garco__tile_column *column, uint64_t from,
                         uint64_t to, garco_error *error)
{
  uint64_t end = to * column->place.cell_size;
  if (from >= to)
    return GARCO_OK;
  for (size_t k = chunk_of_byte (column, from * column->place.cell_size); k < column->nchunks; k++)
  {
    const garco__tile_chunk *own = garco__tile_column_chunk (column, k);
    if (own->from >= end)
      break;
    garco_status status = GARCO_OK;
    if (column->ready.data[k] == 0)
      status = garco__chunk_decode (codec, column->pipeline, &column->place, &own->chunk,
                                    column->values.data + own->from, error);
    GARCO_TRY (garco__tile_damage (status, column->field, column->tile, false, error));
    column->ready.data[k] = 1;
  }
  return GARCO_OK;
}

void
garco__tile_column_free (garco__tile_column *column)
{
  garco__buffer *const buffers[] = {&column->packed, &column->chunks, &column->values,
                                    &column->ready};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
    garco__buffer_free (buffers[i]);
}
