/* Columns of variable length as streams.
 *
 *   places   0 3 3 8 ...      where each cell begins among the bytes of its tile
 *   bytes    abc|defgh| ...   the end of the tile's last cell is in the fragment's metadata
 *
 * The length of a cell is known when the place of the next one is, so places are read one cell
 * ahead of bytes. Both are read chunk by chunk: a cell's bytes are in memory, a tile's are not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/variable_stream.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"

garco_status
garco__variable_stream_start (garco__variable_stream *stream, garco__stream_tools *tools,
                              garco__fragment *fragment, size_t field, size_t ahead,
                              garco_error *error)
{
  garco__column places, bytes;
  const garco__field *own = &fragment->schema->fields[field];
  if (garco__pipeline_is_text (&own->pipeline, own->type, fragment->version))
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, fragment->path,
                        "field \"%s\" has filter %s on texts, which garco does not consolidate",
                        own->name, garco__filter_name (own->pipeline.filters[0].kind));
  stream->fragment = fragment;
  stream->slot = garco__schema_slot (fragment->schema, field);
  GARCO_TRY (garco__columns_of_variable (fragment, field, &places, &bytes, tools->io->root, error));
  GARCO_TRY (
      garco__fragment_load_offsets (tools->io, tools->codec, fragment, stream->slot, false, error));
  GARCO_TRY (
      garco__fragment_load_variable (tools->io, tools->codec, fragment, stream->slot, error));
  garco__cell_stream_start (&stream->places, fragment, &places, ahead);
  garco__cell_stream_start (&stream->bytes, fragment, &bytes, ahead);
  return GARCO_OK;
}

void
garco__variable_stream_start_fill (garco__variable_stream *stream, const garco__fragment *fragment,
                                   const uint8_t *fill, size_t size)
{
  stream->fragment = fragment;
  stream->filled = true;
  garco__cell_stream_start_fill (&stream->bytes, fragment, fill, size);
}

void
garco__variable_stream_free (garco__variable_stream *stream)
{
  garco__cell_stream_free (&stream->places);
  garco__cell_stream_free (&stream->bytes);
  free (stream->lengths);
  stream->lengths = NULL;
}

static garco_status
corrupt (const garco__variable_stream *stream, const garco__stream_tools *tools, garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  garco__io_name (tools->io, stream->places.column.path, source, sizeof source);
  return garco__fail (error, GARCO_ERR_CORRUPT, source,
                      "tile %" PRIu64 ": places of cells that do not rise from 0 to its bytes",
                      stream->tile - 1);
}

/* The first cell of a tile begins where its bytes do. */
static garco_status
begin_tile (garco__variable_stream *stream, garco__stream_tools *tools, garco_error *error)
{
  stream->cells = garco__fragment_tile_cells (stream->fragment, stream->tile++);
  GARCO_TRY (garco__cell_stream_take (&stream->places, tools, 1, (uint8_t *)&stream->start, error));
  return stream->start == 0 ? GARCO_OK : corrupt (stream, tools, error);
}

/* Lengths of the tile's next cells, by the places of those behind them. */
static garco_status
read_lengths (garco__variable_stream *stream, garco__stream_tools *tools, garco_error *error)
{
  uint64_t *lengths = stream->lengths, start = stream->start;
  size_t count = GARCO__LENGTHS_AHEAD;
  bool last = stream->cells <= count;
  if (last)
    count = (size_t)stream->cells;
  GARCO_TRY (garco__cell_stream_take (&stream->places, tools, last ? count - 1 : count,
                                      (uint8_t *)lengths, error));
  if (last)
    lengths[count - 1] = stream->fragment->slots[stream->slot].var_sizes[stream->tile - 1];
  for (size_t i = 0; i < count; i++)
  {
    uint64_t end = lengths[i];
    if (end < start)
      return corrupt (stream, tools, error);
    lengths[i] = end - start;
    start = end;
  }
  stream->start = start;
  stream->cells -= count;
  stream->count = count;
  stream->used = 0;
  return GARCO_OK;
}

/* Of many fragments one after the other none keeps its memory from before its first cell, or behind
 * its last. */
static garco_status
reserve_lengths (garco__variable_stream *stream, garco_error *error)
{
  void *room = NULL;
  if (stream->lengths != NULL)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&room, GARCO__LENGTHS_AHEAD, sizeof (uint64_t), error));
  stream->lengths = room;
  for (size_t i = 0; i < GARCO__LENGTHS_AHEAD; i++)
    stream->lengths[i] = stream->bytes.column.cell_size;
  return GARCO_OK;
}

garco_status
garco__variable_stream_lengths (garco__variable_stream *stream, garco__stream_tools *tools,
                                size_t most, const uint64_t **lengths, size_t *count,
                                garco_error *error)
{
  if (stream->used == stream->count)
    GARCO_TRY (reserve_lengths (stream, error));
  if (stream->filled)
  {
    *lengths = stream->lengths;
    *count = most < GARCO__LENGTHS_AHEAD ? most : GARCO__LENGTHS_AHEAD;
    return GARCO_OK;
  }
  if (stream->used == stream->count)
  {
    if (stream->cells == 0 && stream->tile == stream->fragment->ntiles)
      return corrupt (stream, tools, error);
    if (stream->cells == 0)
      GARCO_TRY (begin_tile (stream, tools, error));
    GARCO_TRY (read_lengths (stream, tools, error));
  }
  *lengths = stream->lengths + stream->used;
  *count = stream->count - stream->used;
  *count = *count < most ? *count : most;
  return GARCO_OK;
}

garco_status
garco__variable_stream_take (garco__variable_stream *stream, garco__stream_tools *tools,
                             uint64_t size, uint8_t *out, garco_error *error)
{
  size_t value = stream->bytes.column.cell_size;
  if (stream->filled)
    return garco__cell_stream_take (&stream->bytes, tools, 1, out, error);
  if (size % value != 0)
    return corrupt (stream, tools, error);
  GARCO_TRY (garco__cell_stream_take (&stream->bytes, tools, (size_t)(size / value), out, error));
  if (++stream->used == stream->count && stream->cells == 0 &&
      stream->tile == stream->fragment->ntiles)
    garco__variable_stream_free (stream);
  return GARCO_OK;
}

static garco_status
too_long (const garco__variable_stream *stream, const garco__stream_tools *tools, uint64_t size,
          garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  garco__io_name (tools->io, stream->bytes.column.path, source, sizeof source);
  return garco__fail (error, GARCO_ERR_LIMIT, source,
                      "a cell of %" PRIu64 " bytes; garco consolidates cells of at most %u", size,
                      GARCO__MAX_CELL);
}

garco_status
garco__variable_stream_append (garco__variable_stream *stream, garco__stream_tools *tools,
                               uint64_t size, garco__buffer *out, garco_error *error)
{
  if (size > GARCO__MAX_CELL)
    return too_long (stream, tools, size, error);
  GARCO_TRY (garco__buffer_reserve (out, (size_t)size + 1, error));
  GARCO_TRY (garco__variable_stream_take (stream, tools, size, out->data + out->size, error));
  out->size += (size_t)size;
  return GARCO_OK;
}
