/* Columns as streams.
 *
 *   file    ... | n | head chunk | head chunk | ... | n | head chunk | ...
 *               tile                               tile
 *   raw                 [ chunk | chunk | part of one ]
 *
 * What is read at once is as many bytes as `ahead` says, or one chunk where that is more. A tile's
 * chunks must fill it exactly, and have as many cells as the fragment's metadata says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/cell_stream.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"

void
garco__cell_stream_start (garco__cell_stream *stream, const garco__fragment *fragment,
                          const garco__column *column, size_t ahead)
{
  stream->fragment = fragment;
  stream->column = *column;
  stream->ahead = ahead;
  stream->nan = GARCO_ANY;
}

void
garco__cell_stream_start_fill (garco__cell_stream *stream, const garco__fragment *fragment,
                               const uint8_t *fill, size_t cell_size)
{
  stream->fragment = fragment;
  stream->fill = fill;
  stream->column.cell_size = cell_size;
}

void
garco__cell_stream_free (garco__cell_stream *stream)
{
  garco__buffer_free (&stream->raw);
  garco__buffer_free (&stream->values);
}

/* ---- bytes of the file */

static garco_status
corrupt (const garco__cell_stream *stream, const garco__stream_tools *tools, garco_error *error,
         const char *what)
{
  char source[GARCO__IO_NAME_SIZE];
  return garco__fail_byte (error, GARCO_ERR_CORRUPT,
                           garco__io_name (tools->io, stream->column.path, source, sizeof source),
                           (int64_t)stream->at, "tile %" PRIu64 ": %s", stream->tile - 1, what);
}

/* `size` bytes at `at`, which lie before the tile's end, borrowed from `raw`. */
static garco_status
bytes_at (garco__cell_stream *stream, garco__stream_tools *tools, uint64_t size,
          const uint8_t **bytes, garco_error *error)
{
  if (size > stream->end - stream->at)
    return corrupt (stream, tools, error, "a chunk goes beyond its end");
  uint64_t skip = stream->at - stream->raw_at;
  if (stream->at < stream->raw_at || skip > stream->raw.size || stream->raw.size - skip < size)
  {
    uint64_t left = stream->end - stream->at, want = size > stream->ahead ? size : stream->ahead;
    want = want < left ? want : left;
    stream->raw.size = 0;
    GARCO_TRY (garco__buffer_reserve (&stream->raw, (size_t)want + 1, error));
    GARCO_TRY (garco__io_read (tools->io, stream->column.path, stream->at, stream->raw.data,
                               (size_t)want, error));
    stream->raw.size = (size_t)want;
    stream->raw_at = stream->at;
    skip = 0;
  }
  *bytes = stream->raw.data + skip;
  return GARCO_OK;
}

static const uint64_t *
offsets_of (const garco__cell_stream *stream, const garco__slot *slot)
{
  return stream->column.variable   ? slot->var_offsets
         : stream->column.validity ? slot->validity_offsets
                                   : slot->tile_offsets;
}

static garco_status
begin_tile (garco__cell_stream *stream, garco__stream_tools *tools, garco_error *error)
{
  const garco__fragment *fragment = stream->fragment;
  const garco__slot *slot = &fragment->slots[stream->column.slot];
  const uint64_t *offsets = offsets_of (stream, slot);
  const uint8_t *bytes = NULL;
  stream->at = offsets[stream->tile];
  stream->end = stream->column.variable   ? slot->var_size
                : stream->column.validity ? slot->validity_size
                                          : slot->file_size;
  stream->cells = stream->column.variable ? slot->var_sizes[stream->tile] / stream->column.cell_size
                                          : garco__fragment_tile_cells (fragment, stream->tile);
  if (++stream->tile < fragment->ntiles)
    stream->end = offsets[stream->tile];
  if (stream->column.variable && stream->cells == 0 && stream->at == stream->end)
    return GARCO_OK; /* of empty cells alone; some writers give them a chunk, some do not */
  GARCO_TRY (bytes_at (stream, tools, 8, &bytes, error));
  memcpy (&stream->chunks, bytes, 8);
  stream->at += 8;
  if (stream->chunks > (stream->end - stream->at) / GARCO__CHUNK_HEAD)
    return corrupt (stream, tools, error, "more chunks than it has room for");
  return GARCO_OK;
}

/* The tile's place as messages want it. */
static garco__tile_place
place_of (const garco__cell_stream *stream, uint64_t byte, const char *source)
{
  return (garco__tile_place){source, byte, stream->fragment->version, stream->column.cell_size};
}

static garco_status
take_chunk (garco__cell_stream *stream, garco__stream_tools *tools, garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  const uint8_t *bytes = NULL;
  uint32_t head[3];
  GARCO_TRY (bytes_at (stream, tools, GARCO__CHUNK_HEAD, &bytes, error));
  memcpy (head, bytes, sizeof head);
  uint64_t size = (uint64_t)GARCO__CHUNK_HEAD + head[1] + head[2];
  GARCO_TRY (bytes_at (stream, tools, size, &bytes, error));
  garco__io_name (tools->io, stream->column.path, source, sizeof source);
  garco__tile_place place = place_of (stream, stream->at, source);
  garco__cursor cursor = garco__cursor_of (bytes, (size_t)size);
  GARCO_TRY (garco__chunk_next (&place, &cursor, &stream->chunk, error));
  stream->count = stream->chunk.original / stream->column.cell_size;
  stream->used = 0;
  stream->decoded = false;
  if (stream->count * stream->column.cell_size != stream->chunk.original ||
      stream->count > stream->cells)
    return corrupt (stream, tools, error, "a chunk that is no number of its cells");
  stream->at += size;
  stream->chunks--;
  stream->cells -= stream->count;
  return GARCO_OK;
}

/* ---- cells */

garco_status
garco__cell_stream_chunk (garco__cell_stream *stream, garco__stream_tools *tools, size_t *count,
                          garco_error *error)
{
  while (stream->used == stream->count)
    if (stream->chunks > 0)
      GARCO_TRY (take_chunk (stream, tools, error));
    else if (stream->cells > 0 || stream->at != stream->end)
      return corrupt (stream, tools, error, "its chunks are not as long as it is");
    else if (stream->tile < stream->fragment->ntiles)
      GARCO_TRY (begin_tile (stream, tools, error));
    else
      break;
  *count = stream->count - stream->used;
  return GARCO_OK;
}

bool
garco__cell_stream_is_whole (const garco__cell_stream *stream)
{
  return stream->used == 0;
}

garco_status
garco__cell_stream_values (garco__cell_stream *stream, garco__stream_tools *tools,
                           const uint8_t **values, garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  if (!stream->decoded)
  {
    garco__io_name (tools->io, stream->column.path, source, sizeof source);
    garco__tile_place place = place_of (stream, (uint64_t)stream->chunk.byte, source);
    stream->values.size = 0;
    GARCO_TRY (garco__buffer_reserve (&stream->values, stream->chunk.original + 8u, error));
    GARCO_TRY (garco__chunk_decode (tools->codec, stream->column.pipeline, &place, &stream->chunk,
                                    stream->values.data, error));
    garco__missing_to_nan (stream->column.pipeline, stream->nan,
                           stream->chunk.original / (stream->nan == GARCO_FLOAT32 ? 4u : 8u),
                           stream->values.data);
    stream->decoded = true;
  }
  *values = stream->values.data + stream->used * stream->column.cell_size;
  return GARCO_OK;
}

void
garco__cell_stream_advance (garco__cell_stream *stream, size_t count)
{
  stream->used += count;
  /* Behind the last cell: of many fragments one after the other none keeps its memory. */
  if (stream->used == stream->count && stream->chunks == 0 &&
      stream->tile == stream->fragment->ntiles)
    garco__cell_stream_free (stream);
}

static void
put_fill (const garco__cell_stream *stream, size_t count, uint8_t *out)
{
  for (size_t i = 0; out != NULL && i < count; i++)
    memcpy (out + i * stream->column.cell_size, stream->fill, stream->column.cell_size);
}

garco_status
garco__cell_stream_take (garco__cell_stream *stream, garco__stream_tools *tools, size_t count,
                         uint8_t *out, garco_error *error)
{
  size_t size = stream->column.cell_size, left = 0;
  if (stream->fill != NULL)
    put_fill (stream, count, out);
  for (; stream->fill == NULL && count > 0; count -= left)
  {
    const uint8_t *values = NULL;
    GARCO_TRY (garco__cell_stream_chunk (stream, tools, &left, error));
    if (left == 0)
      return corrupt (stream, tools, error, "fewer cells than other columns have");
    left = left < count ? left : count;
    if (out != NULL)
    {
      GARCO_TRY (garco__cell_stream_values (stream, tools, &values, error));
      memcpy (out, values, left * size);
      out += left * size;
    }
    garco__cell_stream_advance (stream, left);
  }
  return GARCO_OK;
}
