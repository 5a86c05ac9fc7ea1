/* Generic tiles.
 *
 *   0   u32 version      12  u64 content size   21  u64 cell size (1)   30  u32 pipeline size
 *   4   u64 packed size  20  u8  datatype       29  u8  encryption      34  pipeline, then the tile
 *
 * The packed size counts the tile alone. One zlib filter of level 1 is what everyone writes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/generic_tile.h"

#include <inttypes.h>

#include "base/error.h"

#define DATATYPE_AT 20
#define CONTENT_LIMIT (UINT64_C (1) << 31)
/* What a byte can become: zlib makes 1032 of it. Nothing else says how large the content is; data
 * tiles are held against their cells, and there a run may be of any length. */
#define RATIO_LIMIT 4096

typedef struct tile_header
{
  uint32_t version, pipeline;
  uint64_t packed, content, cell_size;
  uint8_t datatype, encryption;
} tile_header;

garco_status
garco__version_check (uint32_t version, const char *source, int64_t byte, const char *what,
                      garco_error *error)
{
  if (version >= GARCO__FORMAT_OLDEST && version <= GARCO__FORMAT_VERSION)
    return GARCO_OK;
  if ((version >> 31) != 0)
    return garco__fail_byte (error, GARCO_ERR_UNSUPPORTED, source, byte,
                             "%s of an experimental format version (%#" PRIx32 ")", what, version);
  return garco__fail_byte (error, GARCO_ERR_UNSUPPORTED, source, byte,
                           "%s of format version %" PRIu32 "; garco reads versions %u to %u", what,
                           version, GARCO__FORMAT_OLDEST, GARCO__FORMAT_VERSION);
}

static garco_status
parse_header (garco__cursor *cursor, const char *source, uint64_t byte, tile_header *header,
              garco_error *error)
{
  header->version = garco__cursor_u32 (cursor);
  header->packed = garco__cursor_u64 (cursor);
  header->content = garco__cursor_u64 (cursor);
  header->datatype = garco__cursor_u8 (cursor);
  header->cell_size = garco__cursor_u64 (cursor);
  header->encryption = garco__cursor_u8 (cursor);
  header->pipeline = garco__cursor_u32 (cursor);
  if (cursor->failed)
    return garco__fail_byte (error, GARCO_ERR_TRUNCATED, source, (int64_t)byte,
                             "%zu bytes are no generic tile; expected a header of %d", cursor->size,
                             GARCO__GENERIC_HEADER);
  GARCO_TRY (
      garco__version_check (header->version, source, (int64_t)byte, "a generic tile", error));
  if (header->encryption != 0)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, source, "encrypted array (encryption %u)",
                        header->encryption);
  if (garco_datatype_size ((garco_datatype)header->datatype) == 0)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, (int64_t)byte + DATATYPE_AT,
                             "generic tile of datatype %u; expected %u", header->datatype,
                             GARCO_CHAR);
  if (header->content > CONTENT_LIMIT || header->packed > CONTENT_LIMIT || header->cell_size == 0 ||
      header->cell_size > header->content + 1)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, (int64_t)byte,
                             "generic tile of %" PRIu64 " bytes packed to %" PRIu64
                             " in cells of %" PRIu64 "; expected at most %" PRIu64 " of each",
                             header->content, header->packed, header->cell_size, CONTENT_LIMIT);
  return GARCO_OK;
}

garco_status
garco__generic_tile_extent (const char *source, uint64_t byte,
                            const uint8_t header[GARCO__GENERIC_HEADER], uint64_t *extent,
                            garco_error *error)
{
  tile_header parsed;
  garco__cursor cursor = garco__cursor_of (header, GARCO__GENERIC_HEADER);
  GARCO_TRY (parse_header (&cursor, source, byte, &parsed, error));
  *extent = GARCO__GENERIC_HEADER + (uint64_t)parsed.pipeline + parsed.packed;
  return GARCO_OK;
}

static garco_status
read_tile (garco__codec *codec, const garco__pipeline *pipeline, const garco__tile_place *place,
           const uint8_t *bytes, size_t size, uint64_t expected, garco__buffer *content,
           garco_error *error)
{
  uint64_t whole;
  GARCO_TRY (garco__pipeline_check (pipeline, false, place->source, "generic tile", error));
  /* The chunks' own word first, so that no memory is asked for on the header's alone. */
  GARCO_TRY (garco__tile_decoded_size (place, bytes, size, &whole, error));
  if (whole != expected)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, place->source, (int64_t)place->byte,
                             "generic tile's chunks have %" PRIu64 " bytes; its header says "
                             "%" PRIu64,
                             whole, expected);
  if (whole > 2 * GARCO__MAX_CHUNK + RATIO_LIMIT * (uint64_t)size)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, place->source, (int64_t)place->byte,
                             "generic tile of %" PRIu64 " bytes packed to %zu", whole, size);
  content->size = 0;
  GARCO_TRY (garco__buffer_reserve (content, (size_t)whole + 1, error));
  GARCO_TRY (
      garco__tile_decode (codec, pipeline, place, bytes, size, NULL, content->data, whole, error));
  content->size = (size_t)whole;
  return GARCO_OK;
}

garco_status
garco__generic_tile_read (garco__codec *codec, const char *source, uint64_t byte,
                          const uint8_t *bytes, size_t size, garco__buffer *content,
                          garco_error *error)
{
  tile_header header;
  garco__pipeline pipeline = {0};
  garco__cursor cursor = garco__cursor_of (bytes, size);
  GARCO_TRY (parse_header (&cursor, source, byte, &header, error));
  const uint8_t *options = garco__cursor_take (&cursor, header.pipeline);
  garco__tile_place place = {source, byte + cursor.at, header.version, (size_t)header.cell_size};
  const uint8_t *tile = garco__cursor_take (&cursor, header.packed);
  if (tile == NULL)
    return garco__fail_byte (error, GARCO_ERR_TRUNCATED, source, (int64_t)byte,
                             "generic tile of %d + %" PRIu32 " + %" PRIu64
                             " bytes, of which %zu are there",
                             GARCO__GENERIC_HEADER, header.pipeline, header.packed, size);
  garco__cursor filters = garco__cursor_of (options, header.pipeline);
  garco_status status =
      garco__pipeline_parse (&filters, (garco_datatype)header.datatype, source, &pipeline, error);
  if (status >= 0)
    status = read_tile (codec, &pipeline, &place, tile, (size_t)header.packed, header.content,
                        content, error);
  garco__pipeline_free (&pipeline);
  return status;
}

garco_status
garco__generic_tile_write (garco__codec *codec, uint32_t version, const uint8_t *content,
                           size_t size, garco__buffer *out, garco_error *error)
{
  garco__filter zlib = {
      .kind = GARCO__FILTER_GZIP, .level = 1, .reinterpret = GARCO_ANY, .datatype = GARCO_CHAR};
  const garco__pipeline pipeline = {GARCO__MAX_CHUNK, 1, &zlib};
  size_t start = out->size;
  GARCO_TRY (garco__put_u32 (out, version, error));
  GARCO_TRY (garco__put_u64 (out, 0, error)); /* the packed size, when it is known */
  GARCO_TRY (garco__put_u64 (out, size, error));
  GARCO_TRY (garco__put_u8 (out, GARCO_CHAR, error));
  GARCO_TRY (garco__put_u64 (out, 1, error));
  GARCO_TRY (garco__put_u8 (out, 0, error));
  GARCO_TRY (garco__put_u32 (out, 18, error));
  GARCO_TRY (garco__pipeline_put (out, &pipeline, error));
  size_t tile = out->size;
  GARCO_TRY (garco__tile_encode (codec, &pipeline, 1, content, size, out, error));
  uint64_t packed = out->size - tile;
  for (size_t i = 0; i < 8; i++)
    out->data[start + 4 + i] = (uint8_t)(packed >> (8 * i));
  return GARCO_OK;
}
