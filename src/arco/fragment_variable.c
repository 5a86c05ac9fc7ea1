/* Cells of variable length.
 *
 *   a0.tdb       where each cell's bytes begin among those of its tile: u64; filters of offsets
 *   a0_var.tdb   the bytes of all cells; the field's filters
 *
 * The metadata say how many bytes a tile has. Filters that pack texts and their lengths together
 * (filter_text.c) leave nothing in the first of the files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "arco/fragment_reader.h"
#include "base/error.h"

#define TILE_LIMIT (UINT64_C (4) << 30)

/* They rise from 0 to the bytes that there are. */
static garco_status
check_places (const garco__buffer *offsets, uint64_t cells, const char *source, uint64_t byte,
              garco_error *error)
{
  const uint64_t *places = (const uint64_t *)(const void *)offsets->data;
  bool good = places[0] == 0;
  for (uint64_t i = 0; i < cells; i++)
    good = good && places[i] <= places[i + 1];
  return good ? GARCO_OK
              : garco__fail_byte (error, GARCO_ERR_CORRUPT, source, (int64_t)byte,
                                  "places of %" PRIu64
                                  " cells that do not rise from 0 to the tile's %" PRIu64 " bytes",
                                  cells, places[cells]);
}

/* The places as they lie in the file, and the end of the last cell behind them. */
static garco_status
read_places (garco__tile_reader *reader, garco__fragment *fragment, const garco__column *column,
             uint64_t t, garco__buffer *offsets, garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  const uint64_t *end = &fragment->slots[column->slot].var_sizes[t];
  garco__io_name (reader->io, column->path, source, sizeof source);
  GARCO_TRY (garco__column_read (reader, fragment, column, t, NULL, offsets, error));
  GARCO_TRY (garco__buffer_append (offsets, end, sizeof *end, error));
  return check_places (offsets, garco__fragment_tile_cells (fragment, t), source,
                       fragment->slots[column->slot].tile_offsets[t], error);
}

/* The tile's bytes: packed into reader->packed, room in `values`. */
static garco_status
take_bytes (garco__tile_reader *reader, garco__fragment *fragment, const garco__column *column,
            uint64_t t, garco__tile_place *place, garco__buffer *values, garco_error *error)
{
  uint64_t size = fragment->slots[column->slot].var_sizes[t], there = 0;
  garco__buffer *packed = &reader->packed;
  GARCO_TRY (garco__column_packed (reader, fragment, column, t, place->source, packed, &place->byte,
                                   error));
  if (packed->size > 0)
    GARCO_TRY (garco__tile_decoded_size (place, packed->data, packed->size, &there, error));
  if (there != size || size > TILE_LIMIT)
    return garco__fail_byte (
        error, GARCO_ERR_CORRUPT, place->source, (int64_t)place->byte,
        "%" PRIu64 " bytes; expected %" PRIu64 " as the fragment's metadata say", there, size);
  values->size = 0;
  GARCO_TRY (garco__buffer_reserve (values, (size_t)size + 8, error));
  values->size = (size_t)size;
  return GARCO_OK;
}

/* Room for places that the filter tells. */
static garco_status
make_places (uint64_t cells, const char *source, garco__buffer *offsets, garco_error *error)
{
  if (cells >= TILE_LIMIT / sizeof (uint64_t))
    return garco__fail (error, GARCO_ERR_LIMIT, source, "a tile of %" PRIu64 " cells", cells);
  offsets->size = 0;
  GARCO_TRY (garco__buffer_reserve (offsets, ((size_t)cells + 1) * sizeof (uint64_t), error));
  offsets->size = ((size_t)cells + 1) * sizeof (uint64_t);
  return GARCO_OK;
}

static garco_status
read_bytes (garco__tile_reader *reader, garco__fragment *fragment, const garco__column *column,
            uint64_t t, bool text, garco__buffer *offsets, garco__buffer *values,
            garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  garco__tile_place place = {source, 0, fragment->version, column->cell_size};
  const garco__buffer *packed = &reader->packed;
  uint64_t cells = garco__fragment_tile_cells (fragment, t);
  garco__io_name (reader->io, column->path, source, sizeof source);
  GARCO_TRY (take_bytes (reader, fragment, column, t, &place, values, error));
  if (text)
  {
    GARCO_TRY (make_places (cells, source, offsets, error));
    return garco__tile_decode_text (reader->codec, column->pipeline, &place, packed->data,
                                    packed->size, cells, (uint64_t *)(void *)offsets->data,
                                    values->data, values->size, error);
  }
  if (packed->size == 0) /* no cell has a byte */
    return GARCO_OK;
  return garco__tile_decode (reader->codec, column->pipeline, &place, packed->data, packed->size,
                             NULL, values->data, values->size, error);
}

/* A tile of which a chunk may be larger than garco reads, by the fragment's metadata. */
static bool
is_large (const garco__fragment *fragment, size_t slot, uint64_t t)
{
  const uint64_t *sizes = fragment->slots[slot].var_sizes;
  return garco__fragment_tile_cells (fragment, t) >= TILE_LIMIT / sizeof (uint64_t) ||
         (sizes != NULL && sizes[t] > GARCO__CHUNK_LIMIT);
}

garco_status
garco__columns_of_variable (const garco__fragment *fragment, size_t field, garco__column *places,
                            garco__column *bytes, const char *source, garco_error *error)
{
  const garco__schema *schema = fragment->schema;
  const garco__field *own = &schema->fields[field];
  size_t slot = garco__schema_slot (schema, field);
  *places = (garco__column){.slot = slot, .pipeline = &schema->offsets, .cell_size = 8};
  *bytes = (garco__column){.slot = slot,
                           .variable = true,
                           .pipeline = &own->pipeline,
                           .cell_size = garco_datatype_size (own->type)};
  garco__column_path (fragment, field, "", places->path);
  garco__column_path (fragment, field, "_var", bytes->path);
  GARCO_TRY (garco__pipeline_check (places->pipeline, false, source, "offsets", error));
  return garco__pipeline_check (bytes->pipeline, false, source, own->name, error);
}

static garco_status
read_both (garco__tile_reader *reader, garco__fragment *fragment, size_t field, uint64_t t,
           garco__buffer *offsets, garco__buffer *values, garco_error *error)
{
  const garco__field *own = &fragment->schema->fields[field];
  garco__column places, bytes;
  bool text = garco__pipeline_is_text (&own->pipeline, own->type, fragment->version);
  GARCO_TRY (
      garco__columns_of_variable (fragment, field, &places, &bytes, reader->io->root, error));
  GARCO_TRY (
      garco__fragment_load_variable (reader->io, reader->codec, fragment, places.slot, error));
  if (!text)
    GARCO_TRY (read_places (reader, fragment, &places, t, offsets, error));
  return read_bytes (reader, fragment, &bytes, t, text, offsets, values, error);
}

garco_status
garco__fragment_read_variable (garco__tile_reader *reader, garco__fragment *fragment, size_t field,
                               uint64_t t, garco__buffer *offsets, garco__buffer *values,
                               garco_error *error)
{
  garco_status status = read_both (reader, fragment, field, t, offsets, values, error);
  size_t slot = garco__schema_slot (fragment->schema, field);
  return garco__tile_damage (status, fragment->schema->fields[field].name, t,
                             is_large (fragment, slot, t), error);
}
