/* Compressors: zstd, zlib (the format calls it gzip), lz4, bzip2, and the format's own run lengths
 * and deltas, all with one record:
 *
 *   u32 metadata parts, u32 data parts, then { u32 original size, u32 compressed size } of each,
 *   metadata first; the data are the compressed parts back to back in the same order
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <bzlib.h>
#include <lz4.h>
#include <zlib.h>
#include <zstd.h>

#include "arco/filters.h"
#include "base/error.h"

static garco_datatype
delta_type (const garco__filter *filter)
{
  return filter->reinterpret != GARCO_ANY ? (garco_datatype)filter->reinterpret : filter->datatype;
}

static bool
bzip2_decode (const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size)
{
  unsigned got = (unsigned)out_size;
  /* libbz2 takes a char * that it does not write to. */
  union
  {
    const uint8_t *in;
    char *as_library_wants;
  } place = {bytes};
  return BZ2_bzBuffToBuffDecompress ((char *)out, &got, place.as_library_wants, (unsigned)size, 0,
                                     0) == BZ_OK &&
         got == out_size;
}

static bool
zlib_decode (const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size)
{
  uLongf got = (uLongf)out_size;
  uint8_t nothing;
  return uncompress (out_size > 0 ? out : &nothing, &got, bytes, (uLong)size) == Z_OK &&
         got == out_size;
}

static bool
decode (garco__undo *undo, const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size)
{
  size_t value = garco_datatype_size (delta_type (undo->filter));
  switch (undo->filter->kind)
  {
  case GARCO__FILTER_ZSTD:
    return ZSTD_decompressDCtx (undo->codec->zstd_out, out, out_size, bytes, size) == out_size;
  case GARCO__FILTER_GZIP:
    return zlib_decode (bytes, size, out, out_size);
  case GARCO__FILTER_LZ4:
    return size <= INT32_MAX && out_size <= INT32_MAX &&
           LZ4_decompress_safe ((const char *)bytes, (char *)out, (int)size, (int)out_size) ==
               (int)out_size;
  case GARCO__FILTER_BZIP2:
    return bzip2_decode (bytes, size, out, out_size);
  case GARCO__FILTER_RLE:
    return garco__rle_decode (bytes, size, undo->place->cell_size, out, out_size);
  case GARCO__FILTER_DELTA:
    return garco__delta_decode (bytes, size, value, out, out_size);
  case GARCO__FILTER_DOUBLE_DELTA:
    return garco__double_delta_decode (bytes, size, value, out, out_size);
  default:
    return false;
  }
}

/* Sums of the parts' sizes, once; then each part is as large as its record says. */
static garco_status
part_sums (garco__undo *undo, garco__cursor record, uint32_t nmeta, uint64_t parts,
           uint64_t sums[2], garco_error *error)
{
  uint64_t compressed = 0;
  sums[0] = sums[1] = 0;
  for (uint64_t i = 0; i < parts; i++)
  {
    sums[i < nmeta ? 0 : 1] += garco__cursor_u32 (&record);
    compressed += garco__cursor_u32 (&record);
  }
  if (record.failed || compressed != undo->size)
    return garco__undo_corrupt (undo, error, "the parts' sizes are not the chunk's");
  if (sums[0] > (uint64_t)undo->out_size * 8 + GARCO__MAX_CHUNK)
    return garco__undo_corrupt (undo, error, "metadata far larger than the chunk");
  return GARCO_OK;
}

static garco_status
decode_parts (garco__undo *undo, uint32_t nmeta, uint64_t parts, uint8_t *meta, uint8_t *data,
              garco_error *error)
{
  const uint8_t *in = undo->data;
  for (uint64_t i = 0; i < parts; i++)
  {
    uint32_t original = garco__cursor_u32 (&undo->meta);
    uint32_t compressed = garco__cursor_u32 (&undo->meta);
    uint8_t **out = i < nmeta ? &meta : &data;
    if (!decode (undo, in, compressed, *out, original))
      return garco__undo_corrupt (undo, error, "the compressed bytes are damaged");
    in += compressed;
    *out += original;
  }
  return GARCO_OK;
}

garco_status
garco__compressor_undo (garco__undo *undo, garco_error *error)
{
  if (undo->codec->text != NULL && undo->last && undo->filter->kind == GARCO__FILTER_RLE)
    return garco__text_undo (undo, error);
  uint32_t nmeta = garco__cursor_u32 (&undo->meta);
  uint32_t ndata = garco__cursor_u32 (&undo->meta);
  uint64_t parts = (uint64_t)nmeta + ndata, sums[2];
  uint8_t *room;
  if (undo->meta.failed || parts > garco__cursor_left (&undo->meta) / 8)
    return garco__undo_corrupt (undo, error, "more parts than its record has room for");
  GARCO_TRY (part_sums (undo, undo->meta, nmeta, parts, sums, error));
  GARCO_TRY (garco__undo_room (undo, sums[1], &room, error));
  undo->meta_turn ^= 1;
  garco__buffer *meta = &undo->codec->meta[undo->meta_turn];
  meta->size = 0;
  GARCO_TRY (garco__buffer_reserve (meta, (size_t)sums[0] + 8, error));
  GARCO_TRY (decode_parts (undo, nmeta, parts, meta->data, room, error));
  if (garco__cursor_left (&undo->meta) != 0)
    return garco__undo_corrupt (undo, error, "bytes behind its record");
  undo->meta = garco__cursor_of (meta->data, (size_t)sums[0]);
  garco__undo_done (undo, room, (size_t)sums[1]);
  return GARCO_OK;
}

/* ---- into the file */

static garco_status
refused (garco_error *error, const garco__filter *filter, const char *why)
{
  return garco__fail (error, GARCO_ERR_IO, NULL, "%s: %s", garco__filter_name (filter->kind), why);
}

static garco_status
zstd_encode (garco__codec *codec, const garco__filter *filter, const uint8_t *data, size_t size,
             garco__buffer *out, garco_error *error)
{
  int level = codec->zstd_level != 0 ? codec->zstd_level : filter->level < -7 ? 3 : filter->level;
  GARCO_TRY (garco__buffer_reserve (out, ZSTD_compressBound (size), error));
  size_t got = ZSTD_compressCCtx (codec->zstd_in, out->data + out->size, out->capacity - out->size,
                                  data, size, level);
  if (ZSTD_isError (got))
    return refused (error, filter, ZSTD_getErrorName (got));
  out->size += got;
  return GARCO_OK;
}

static garco_status
zlib_encode (const garco__filter *filter, const uint8_t *data, size_t size, garco__buffer *out,
             garco_error *error)
{
  uLongf got = compressBound ((uLong)size);
  GARCO_TRY (garco__buffer_reserve (out, got, error));
  int level = filter->level < 0 ? 6 : filter->level > 9 ? 9 : filter->level;
  if (compress2 (out->data + out->size, &got, data, (uLong)size, level) != Z_OK)
    return refused (error, filter, "zlib fails");
  out->size += got;
  return GARCO_OK;
}

static garco_status
lz4_encode (const garco__filter *filter, const uint8_t *data, size_t size, garco__buffer *out,
            garco_error *error)
{
  int bound = size <= LZ4_MAX_INPUT_SIZE ? LZ4_compressBound ((int)size) : 0;
  GARCO_TRY (garco__buffer_reserve (out, (size_t)bound, error));
  int got =
      LZ4_compress_default ((const char *)data, (char *)out->data + out->size, (int)size, bound);
  if (got <= 0)
    return refused (error, filter, "lz4 fails");
  out->size += (size_t)got;
  return GARCO_OK;
}

static garco_status
bzip2_encode (const garco__filter *filter, const uint8_t *data, size_t size, garco__buffer *out,
              garco_error *error)
{
  union
  {
    const uint8_t *in;
    char *as_library_wants;
  } place = {data};
  unsigned got = (unsigned)(size + size / 100 + 601);
  GARCO_TRY (garco__buffer_reserve (out, got, error));
  int level = filter->level < 1 || filter->level > 9 ? 1 : filter->level;
  if (BZ2_bzBuffToBuffCompress ((char *)out->data + out->size, &got, place.as_library_wants,
                                (unsigned)size, level, 0, 0) != BZ_OK)
    return refused (error, filter, "bzip2 fails");
  out->size += got;
  return GARCO_OK;
}

static garco_status
encode (garco__apply *apply, const uint8_t *data, size_t size, garco__buffer *out,
        garco_error *error)
{
  const garco__filter *filter = apply->filter;
  garco_datatype type = delta_type (filter);
  switch (filter->kind)
  {
  case GARCO__FILTER_ZSTD:
    return zstd_encode (apply->codec, filter, data, size, out, error);
  case GARCO__FILTER_GZIP:
    return zlib_encode (filter, data, size, out, error);
  case GARCO__FILTER_LZ4:
    return lz4_encode (filter, data, size, out, error);
  case GARCO__FILTER_BZIP2:
    return bzip2_encode (filter, data, size, out, error);
  case GARCO__FILTER_RLE:
    return garco__rle_encode (data, size, apply->cell_size, out, error);
  case GARCO__FILTER_DELTA:
    return garco__delta_encode (data, size, garco_datatype_size (type), out, error);
  default:
    return garco__double_delta_encode (data, size, type, out, error);
  }
}

static garco_status
encode_part (garco__apply *apply, const uint8_t *data, size_t size, garco__buffer *out,
             garco__buffer *record, garco_error *error)
{
  size_t before = out->size;
  GARCO_TRY (encode (apply, data, size, out, error));
  GARCO_TRY (garco__put_u32 (record, (uint32_t)size, error));
  return garco__put_u32 (record, (uint32_t)(out->size - before), error);
}

garco_status
garco__compressor_apply (garco__apply *apply, garco_error *error)
{
  garco__codec *codec = apply->codec;
  const garco__buffer *old = &codec->meta[apply->meta_turn];
  garco__buffer *record = &codec->meta[apply->meta_turn ^ 1];
  garco__buffer *out = &codec->data[apply->data_turn ^ 1];
  record->size = out->size = 0;
  GARCO_TRY (garco__put_u32 (record, (uint32_t)apply->nparts, error));
  GARCO_TRY (garco__put_u32 (record, 1, error));
  for (size_t i = apply->nparts; i-- > 0;)
    GARCO_TRY (encode_part (apply, old->data + apply->parts[i].at, apply->parts[i].size, out,
                            record, error));
  GARCO_TRY (encode_part (apply, apply->data, apply->size, out, record, error));
  apply->meta_turn ^= 1;
  apply->data_turn ^= 1;
  apply->nparts = 1;
  apply->parts[0].at = 0;
  apply->parts[0].size = record->size;
  garco__apply_done (apply, out->data, out->size);
  return GARCO_OK;
}
