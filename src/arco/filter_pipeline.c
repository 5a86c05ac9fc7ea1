/* Pipelines as the schema keeps them, and tiles through them.
 *
 *   pipeline:  u32 max chunk size, u32 filters, { u8 kind, u32 size, options }*
 *   options:   compressors          u8 compressor, i32 level [, u8 reinterpret datatype: deltas]
 *              bit width, pos delta u32 window in bytes
 *              float scale          f64 scale, f64 offset, u64 byte width
 *
 *   tile:      u64 chunks, then for each
 *              u32 original size, u32 filtered size, u32 metadata size, metadata, data
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/filter_pipeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "arco/datatype.h"
#include "arco/filters.h"
#include "base/error.h"
#include "base/meter.h"

typedef struct filter_functions
{
  const char *name;
  uint8_t compressor; /* the number that the options have; 0: no compressor */
  garco_status (*undo) (garco__undo *undo, garco_error *error);
  garco_status (*apply) (garco__apply *apply, garco_error *error);
} filter_functions;

/* By the filter's number; without functions where garco does not do it. */
static const filter_functions table[] = {
    [GARCO__FILTER_NONE] = {"none", 0, NULL, NULL},
    [GARCO__FILTER_GZIP] = {"gzip", 1, garco__compressor_undo, garco__compressor_apply},
    [GARCO__FILTER_ZSTD] = {"zstd", 2, garco__compressor_undo, garco__compressor_apply},
    [GARCO__FILTER_LZ4] = {"lz4", 3, garco__compressor_undo, garco__compressor_apply},
    [GARCO__FILTER_RLE] = {"rle", 4, garco__compressor_undo, garco__compressor_apply},
    [GARCO__FILTER_BZIP2] = {"bzip2", 5, garco__compressor_undo, garco__compressor_apply},
    [GARCO__FILTER_DOUBLE_DELTA] = {"double_delta", 6, garco__compressor_undo,
                                    garco__compressor_apply},
    [GARCO__FILTER_BIT_WIDTH_REDUCTION] = {"bit_width_reduction", 0, garco__bit_width_undo,
                                           garco__bit_width_apply},
    [GARCO__FILTER_BITSHUFFLE] = {"bitshuffle", 0, garco__bitshuffle_undo, garco__bitshuffle_apply},
    [GARCO__FILTER_BYTESHUFFLE] = {"byteshuffle", 0, garco__byteshuffle_undo,
                                   garco__byteshuffle_apply},
    [GARCO__FILTER_POSITIVE_DELTA] = {"positive_delta", 0, garco__positive_delta_undo,
                                      garco__positive_delta_apply},
    [11] = {"aes_256_gcm", 0, NULL, NULL},
    [GARCO__FILTER_MD5] = {"checksum_md5", 0, garco__checksum_undo, garco__checksum_apply},
    [GARCO__FILTER_SHA256] = {"checksum_sha256", 0, garco__checksum_undo, garco__checksum_apply},
    [GARCO__FILTER_DICTIONARY] = {"dictionary", 7, garco__text_undo, NULL},
    [GARCO__FILTER_FLOAT_SCALE] = {"float_scale", 0, garco__float_scale_undo,
                                   garco__float_scale_apply},
    [GARCO__FILTER_XOR] = {"xor", 0, garco__xor_undo, garco__xor_apply},
    [17] = {"bitsort", 0, NULL, NULL},
    [GARCO__FILTER_WEBP] = {"webp", 0, NULL, NULL},
    [GARCO__FILTER_DELTA] = {"delta", 8, garco__compressor_undo, garco__compressor_apply},
};

static const filter_functions *
functions_of (uint8_t kind)
{
  static const filter_functions unknown = {"?", 0, NULL, NULL};
  return kind < sizeof table / sizeof *table && table[kind].name != NULL ? &table[kind] : &unknown;
}

const char *
garco__filter_name (uint8_t kind)
{
  return functions_of (kind)->name;
}

int
garco__filter_find (const char *name)
{
  for (size_t kind = 0; kind < sizeof table / sizeof *table; kind++)
    if (table[kind].name != NULL && strcmp (table[kind].name, name) == 0)
      return (int)kind;
  return -1;
}

void
garco__filter_names (const char *name, char text[GARCO_NAMES_SIZE])
{
  const char *names[sizeof table / sizeof *table];
  size_t count = 0;
  for (size_t kind = 0; kind < sizeof table / sizeof *table; kind++)
    if (table[kind].apply != NULL)
      names[count++] = table[kind].name;
  garco_expected_names (name, names, count, text);
}

/* ---- the serialized form */

static void
parse_options (garco__cursor *options, garco__filter *filter)
{
  filter->reinterpret = GARCO_ANY;
  if (functions_of (filter->kind)->compressor != 0)
  {
    garco__cursor_u8 (options); /* the compressor's number says what the kind has said */
    filter->level = (int32_t)garco__cursor_u32 (options);
    bool deltas = filter->kind == GARCO__FILTER_DELTA || filter->kind == GARCO__FILTER_DOUBLE_DELTA;
    if (deltas && garco__cursor_left (options) > 0)
      filter->reinterpret = garco__cursor_u8 (options);
  }
  else if (filter->kind == GARCO__FILTER_BIT_WIDTH_REDUCTION ||
           filter->kind == GARCO__FILTER_POSITIVE_DELTA)
    filter->window = garco__cursor_u32 (options);
  else if (filter->kind == GARCO__FILTER_FLOAT_SCALE)
  {
    filter->scale = garco__cursor_f64 (options);
    filter->offset = garco__cursor_f64 (options);
    filter->width = garco__cursor_u64 (options);
  }
}

/* What the next filter is given, by what this one is given. */
static garco_datatype
type_after (const garco__filter *filter, garco_datatype type)
{
  if (filter->kind == GARCO__FILTER_FLOAT_SCALE)
    return garco__datatype_signed (filter->width);
  if (filter->kind == GARCO__FILTER_XOR)
    return garco__datatype_signed (garco_datatype_size (type));
  return filter->reinterpret != GARCO_ANY ? (garco_datatype)filter->reinterpret : type;
}

static void
chain_types (garco__pipeline *pipeline, garco_datatype type)
{
  for (size_t i = 0; i < pipeline->count; i++)
  {
    pipeline->filters[i].datatype = type;
    type = type_after (&pipeline->filters[i], type);
  }
}

static garco_status
parse_filters (garco__cursor *cursor, const char *source, garco__pipeline *pipeline,
               garco_error *error)
{
  for (size_t i = 0; i < pipeline->count; i++)
  {
    garco__filter *filter = &pipeline->filters[i];
    int64_t at = (int64_t)cursor->at;
    filter->kind = garco__cursor_u8 (cursor);
    uint32_t size = garco__cursor_u32 (cursor);
    const uint8_t *bytes = garco__cursor_take (cursor, size);
    if (bytes == NULL)
      return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, at,
                               "a filter's options of %" PRIu32 " bytes go beyond the end", size);
    garco__cursor options = garco__cursor_of (bytes, size);
    parse_options (&options, filter);
    if (options.failed)
      return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, at,
                               "options of filter %s have %" PRIu32 " bytes, too few",
                               garco__filter_name (filter->kind), size);
  }
  return GARCO_OK;
}

garco_status
garco__pipeline_parse (garco__cursor *cursor, garco_datatype type, const char *source,
                       garco__pipeline *pipeline, garco_error *error)
{
  int64_t at = (int64_t)cursor->at;
  pipeline->max_chunk = garco__cursor_u32 (cursor);
  uint32_t count = garco__cursor_u32 (cursor);
  if (cursor->failed || count > GARCO__MAX_FILTERS || count > garco__cursor_left (cursor) / 5)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, at,
                             "a filter pipeline of %" PRIu32 " filters; expected at most %d", count,
                             GARCO__MAX_FILTERS);
  if (count == 0)
    return GARCO_OK;
  void *filters = NULL;
  GARCO_TRY (garco__allocate (&filters, count, sizeof (garco__filter), error));
  pipeline->filters = filters;
  pipeline->count = count;
  GARCO_TRY (parse_filters (cursor, source, pipeline, error));
  chain_types (pipeline, type);
  return GARCO_OK;
}

static garco_status
put_options (garco__buffer *buffer, const garco__filter *filter, garco_error *error)
{
  uint8_t compressor = functions_of (filter->kind)->compressor;
  if (compressor != 0)
  {
    bool deltas = filter->kind == GARCO__FILTER_DELTA || filter->kind == GARCO__FILTER_DOUBLE_DELTA;
    GARCO_TRY (garco__put_u32 (buffer, deltas ? 6 : 5, error));
    GARCO_TRY (garco__put_u8 (buffer, compressor, error));
    GARCO_TRY (garco__put_u32 (buffer, (uint32_t)filter->level, error));
    return deltas ? garco__put_u8 (buffer, filter->reinterpret, error) : GARCO_OK;
  }
  if (filter->kind == GARCO__FILTER_BIT_WIDTH_REDUCTION ||
      filter->kind == GARCO__FILTER_POSITIVE_DELTA)
  {
    GARCO_TRY (garco__put_u32 (buffer, 4, error));
    return garco__put_u32 (buffer, filter->window, error);
  }
  if (filter->kind != GARCO__FILTER_FLOAT_SCALE)
    return garco__put_u32 (buffer, 0, error);
  GARCO_TRY (garco__put_u32 (buffer, 24, error));
  GARCO_TRY (garco__put_f64 (buffer, filter->scale, error));
  GARCO_TRY (garco__put_f64 (buffer, filter->offset, error));
  return garco__put_u64 (buffer, filter->width, error);
}

static bool
filter_is_known (const garco__filter *filter, bool writing)
{
  const filter_functions *functions = functions_of (filter->kind);
  return filter->kind == GARCO__FILTER_NONE ||
         (writing ? functions->apply != NULL : functions->undo != NULL);
}

/* Options that are not known were not kept: without them nobody could read the schema. */
static garco_status
check_options (const garco__filter *filter, garco_error *error)
{
  return filter_is_known (filter, false)
             ? GARCO_OK
             : garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                            "writing a schema that has filter %s (number %u)",
                            garco__filter_name (filter->kind), filter->kind);
}

garco_status
garco__pipeline_put (garco__buffer *buffer, const garco__pipeline *pipeline, garco_error *error)
{
  GARCO_TRY (garco__put_u32 (buffer, pipeline->max_chunk, error));
  GARCO_TRY (garco__put_u32 (buffer, (uint32_t)pipeline->count, error));
  for (size_t i = 0; i < pipeline->count; i++)
  {
    GARCO_TRY (check_options (&pipeline->filters[i], error));
    GARCO_TRY (garco__put_u8 (buffer, pipeline->filters[i].kind, error));
    GARCO_TRY (put_options (buffer, &pipeline->filters[i], error));
  }
  return GARCO_OK;
}

garco_status
garco__pipeline_set (garco__pipeline *pipeline, const garco__filter *filters, size_t count,
                     garco_datatype type, garco_error *error)
{
  void *copy = NULL;
  GARCO_TRY (garco__allocate (&copy, count, sizeof *filters, error));
  if (count > 0)
    memcpy (copy, filters, count * sizeof *filters);
  *pipeline = (garco__pipeline){GARCO__MAX_CHUNK, count, copy};
  chain_types (pipeline, type);
  return GARCO_OK;
}

void
garco__pipeline_free (garco__pipeline *pipeline)
{
  free (pipeline->filters);
  memset (pipeline, 0, sizeof *pipeline);
}

garco_status
garco__pipeline_check (const garco__pipeline *pipeline, bool writing, const char *source,
                       const char *field, garco_error *error)
{
  for (size_t i = 0; i < pipeline->count; i++)
  {
    const garco__filter *filter = &pipeline->filters[i];
    if (!filter_is_known (filter, writing))
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, source,
                          "field \"%s\" has filter %s (number %u), which garco cannot %s", field,
                          garco__filter_name (filter->kind), filter->kind,
                          writing ? "apply" : "undo");
    if (filter->kind == GARCO__FILTER_FLOAT_SCALE &&
        (garco__datatype_number (filter->datatype) != GARCO__NUMBER_FLOAT ||
         garco__datatype_signed (filter->width) == GARCO_ANY))
      return garco__fail (error, GARCO_ERR_CORRUPT, source,
                          "field \"%s\": float_scale of %s to %" PRIu64
                          " bytes; expected float32 or float64 to 1, 2, 4 or 8",
                          field, garco_datatype_name (filter->datatype), filter->width);
    if (filter->datatype == GARCO_ANY || garco_datatype_size (filter->datatype) == 0)
      return garco__fail (error, GARCO_ERR_CORRUPT, source,
                          "field \"%s\": filter %s is given values of no known type", field,
                          garco__filter_name (filter->kind));
  }
  return GARCO_OK;
}

/* ---- the codec */

garco_status
garco__codec_new (garco__codec **codec, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__codec), error));
  *codec = made;
  (*codec)->zstd_in = ZSTD_createCCtx ();
  (*codec)->zstd_out = ZSTD_createDCtx ();
  if ((*codec)->zstd_in != NULL && (*codec)->zstd_out != NULL)
    return GARCO_OK;
  garco__codec_free (codec);
  return garco__fail_memory (error, 0);
}

void
garco__codec_set_zstd_level (garco__codec *codec, int level)
{
  codec->zstd_level = level;
}

void
garco__codec_set_meter (garco__codec *codec, garco_meter *meter)
{
  codec->meter = meter;
}

void
garco__codec_free (garco__codec **codec)
{
  if (*codec == NULL)
    return;
  ZSTD_freeCCtx ((*codec)->zstd_in);
  ZSTD_freeDCtx ((*codec)->zstd_out);
  for (int i = 0; i < 2; i++)
  {
    garco__buffer_free (&(*codec)->data[i]);
    garco__buffer_free (&(*codec)->meta[i]);
  }
  free (*codec);
  *codec = NULL;
}

/* ---- out of the file */

garco_status
garco__undo_corrupt (const garco__undo *undo, garco_error *error, const char *what)
{
  return garco__fail_byte (error, GARCO_ERR_CORRUPT, undo->place->source, undo->byte,
                           "chunk, filter %s: %s", garco__filter_name (undo->filter->kind), what);
}

garco_status
garco__undo_room (garco__undo *undo, uint64_t size, uint8_t **room, garco_error *error)
{
  if (undo->last)
  {
    *room = undo->out;
    return size == undo->out_size
               ? GARCO_OK
               : garco__undo_corrupt (undo, error, "gives another size than the chunk's header");
  }
  /* No filter makes of a chunk more than a few times its size on the way. */
  if (size > (uint64_t)undo->out_size * 8 + GARCO__MAX_CHUNK)
    return garco__undo_corrupt (undo, error, "a size far above the chunk's own");
  undo->data_turn ^= 1;
  garco__buffer *buffer = &undo->codec->data[undo->data_turn];
  buffer->size = 0;
  GARCO_TRY (garco__buffer_reserve (buffer, (size_t)size + 8, error));
  *room = buffer->data;
  return GARCO_OK;
}

void
garco__undo_done (garco__undo *undo, const uint8_t *room, size_t size)
{
  undo->data = room;
  undo->size = size;
}

/* One chunk: the filters from the last to the first, the first writing to its end place. */
static garco_status
undo_chunk (garco__undo *undo, const garco__pipeline *pipeline, garco_error *error)
{
  for (size_t i = pipeline->count; i-- > 0;)
  {
    undo->filter = &pipeline->filters[i];
    undo->last = i == 0;
    if (undo->filter->kind == GARCO__FILTER_NONE)
      continue;
    const filter_functions *functions = functions_of (undo->filter->kind);
    if (functions->undo == NULL)
      return garco__fail_byte (error, GARCO_ERR_UNSUPPORTED, undo->place->source, undo->byte,
                               "filter %s (number %u)", functions->name, undo->filter->kind);
    GARCO_TRY (functions->undo (undo, error));
  }
  if (undo->size != undo->out_size || garco__cursor_left (&undo->meta) != 0 || undo->meta.failed)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, undo->place->source, undo->byte,
                             "chunk gives %zu bytes and %zu of metadata are left; expected %zu, 0",
                             undo->size, garco__cursor_left (&undo->meta), undo->out_size);
  if (undo->data != undo->out && undo->size > 0)
    memcpy (undo->out, undo->data, undo->size);
  return GARCO_OK;
}

garco_status
garco__chunk_next (const garco__tile_place *place, garco__cursor *cursor, garco__chunk *chunk,
                   garco_error *error)
{
  int64_t byte = (int64_t)(place->byte + cursor->at);
  chunk->byte = byte;
  chunk->original = garco__cursor_u32 (cursor);
  chunk->filtered = garco__cursor_u32 (cursor);
  chunk->metadata = garco__cursor_u32 (cursor);
  chunk->bytes = garco__cursor_take (cursor, (uint64_t)chunk->filtered + chunk->metadata);
  if (chunk->bytes == NULL)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, place->source, byte,
                             "chunk of %" PRIu32 " + %" PRIu32
                             " bytes goes beyond the tile's end at %" PRIu64,
                             chunk->metadata, chunk->filtered, place->byte + cursor->size);
  if (chunk->original > GARCO__CHUNK_LIMIT)
    return garco__fail_byte (error, GARCO_ERR_LIMIT, place->source, byte,
                             "chunk of %" PRIu32 " bytes; garco reads chunks of up to %u",
                             chunk->original, GARCO__CHUNK_LIMIT);
  return GARCO_OK;
}

garco_status
garco__chunk_decode (garco__codec *codec, const garco__pipeline *pipeline,
                     const garco__tile_place *place, const garco__chunk *chunk, uint8_t *out,
                     garco_error *error)
{
  garco__undo undo = {.codec = codec, .place = place, .byte = chunk->byte};
  undo.meta = garco__cursor_of (chunk->bytes, chunk->metadata);
  undo.data = chunk->bytes + chunk->metadata;
  undo.size = chunk->filtered;
  undo.out = out;
  undo.out_size = chunk->original;
  uint64_t start = garco__meter_now (codec->meter);
  garco_status status = undo_chunk (&undo, pipeline, error);
  GARCO__METER_ADD (codec->meter, chunks_unpacked, 1);
  GARCO__METER_ADD (codec->meter, unpacking_ns, garco__meter_now (codec->meter) - start);
  return status;
}

static garco_status
chunk_count (const garco__tile_place *place, garco__cursor *cursor, uint64_t *count,
             garco_error *error)
{
  *count = garco__cursor_u64 (cursor);
  if (cursor->failed || *count > garco__cursor_left (cursor) / 12)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, place->source, (int64_t)place->byte,
                             "a tile of %zu bytes says that it has %" PRIu64 " chunks",
                             cursor->size, *count);
  return GARCO_OK;
}

garco_status
garco__tile_decoded_size (const garco__tile_place *place, const uint8_t *bytes, size_t size,
                          uint64_t *out_size, garco_error *error)
{
  garco__cursor cursor = garco__cursor_of (bytes, size);
  uint64_t count;
  *out_size = 0;
  GARCO_TRY (chunk_count (place, &cursor, &count, error));
  for (uint64_t i = 0; i < count; i++)
  {
    garco__chunk chunk;
    GARCO_TRY (garco__chunk_next (place, &cursor, &chunk, error));
    *out_size += chunk.original;
  }
  if (garco__cursor_left (&cursor) != 0)
    return garco__fail_byte (
        error, GARCO_ERR_CORRUPT, place->source, (int64_t)(place->byte + cursor.at),
        "%zu bytes behind the tile's last chunk; expected none", garco__cursor_left (&cursor));
  return GARCO_OK;
}

/* True when one of the chosen cells lies in bytes [from, to); `*next` moves on past them. */
static bool
chunk_is_chosen (const garco__tile_choice *choice, size_t cell_size, uint64_t from, uint64_t to,
                 size_t *next)
{
  if (choice == NULL)
    return true;
  while (*next < choice->count && ((uint64_t)choice->cells[*next] + 1) * cell_size <= from)
    (*next)++;
  return *next < choice->count && (uint64_t)choice->cells[*next] * cell_size < to;
}

garco_status
garco__tile_decode (garco__codec *codec, const garco__pipeline *pipeline,
                    const garco__tile_place *place, const uint8_t *bytes, size_t size,
                    const garco__tile_choice *choice, uint8_t *out, uint64_t out_size,
                    garco_error *error)
{
  garco__cursor cursor = garco__cursor_of (bytes, size);
  uint64_t count, done = 0, whole = 0;
  size_t next = 0;
  GARCO_TRY (garco__tile_decoded_size (place, bytes, size, &whole, error));
  if (whole != out_size)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, place->source, (int64_t)place->byte,
                             "the tile's chunks have %" PRIu64 " bytes; expected %" PRIu64, whole,
                             out_size);
  GARCO_TRY (chunk_count (place, &cursor, &count, error));
  for (uint64_t i = 0; i < count; i++)
  {
    garco__chunk chunk;
    GARCO_TRY (garco__chunk_next (place, &cursor, &chunk, error));
    uint64_t end = done + chunk.original;
    if (chunk_is_chosen (choice, place->cell_size, done, end, &next))
      GARCO_TRY (garco__chunk_decode (codec, pipeline, place, &chunk, out + done, error));
    done = end;
  }
  return GARCO_OK;
}

/* ---- into the file */

size_t
garco__apply_window (const garco__apply *apply, size_t size)
{
  size_t window = apply->size < apply->filter->window ? apply->size : apply->filter->window;
  return window < size ? size : window / size * size;
}

garco_status
garco__apply_room (garco__apply *apply, size_t size, uint8_t **room, garco_error *error)
{
  apply->data_turn ^= 1;
  garco__buffer *buffer = &apply->codec->data[apply->data_turn];
  buffer->size = 0;
  GARCO_TRY (garco__buffer_reserve (buffer, size + 8, error));
  *room = buffer->data;
  return GARCO_OK;
}

void
garco__apply_done (garco__apply *apply, const uint8_t *room, size_t size)
{
  apply->data = room;
  apply->size = size;
}

garco_status
garco__apply_part (garco__apply *apply, garco__buffer **record, garco_error *error)
{
  if (apply->nparts == GARCO__MAX_FILTERS)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %d filters", GARCO__MAX_FILTERS);
  *record = &apply->codec->meta[apply->meta_turn];
  apply->parts[apply->nparts].at = (*record)->size;
  return GARCO_OK;
}

void
garco__apply_part_done (garco__apply *apply)
{
  size_t end = apply->codec->meta[apply->meta_turn].size;
  apply->parts[apply->nparts].size = end - apply->parts[apply->nparts].at;
  apply->nparts++;
}

static garco_status
apply_chunk (garco__apply *apply, const garco__pipeline *pipeline, garco_error *error)
{
  for (size_t i = 0; i < pipeline->count; i++)
  {
    apply->filter = &pipeline->filters[i];
    if (apply->filter->kind == GARCO__FILTER_NONE)
      continue;
    const filter_functions *functions = functions_of (apply->filter->kind);
    if (functions->apply == NULL)
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL, "filter %s cannot be written",
                          functions->name);
    GARCO_TRY (functions->apply (apply, error));
  }
  return GARCO_OK;
}

static garco_status
put_chunk (garco__apply *apply, size_t original, garco__buffer *out, garco_error *error)
{
  const garco__buffer *meta = &apply->codec->meta[apply->meta_turn];
  size_t metadata = 0;
  for (size_t i = 0; i < apply->nparts; i++)
    metadata += apply->parts[i].size;
  if (metadata > UINT32_MAX || apply->size > UINT32_MAX)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "a chunk of more than 4 GiB");
  GARCO_TRY (garco__put_u32 (out, (uint32_t)original, error));
  GARCO_TRY (garco__put_u32 (out, (uint32_t)apply->size, error));
  GARCO_TRY (garco__put_u32 (out, (uint32_t)metadata, error));
  for (size_t i = apply->nparts; i-- > 0;)
    GARCO_TRY (
        garco__buffer_append (out, meta->data + apply->parts[i].at, apply->parts[i].size, error));
  return garco__buffer_append (out, apply->data, apply->size, error);
}

garco_status
garco__chunk_encode (garco__codec *codec, const garco__pipeline *pipeline, size_t cell_size,
                     const uint8_t *data, size_t size, garco__buffer *out, garco_error *error)
{
  garco__apply apply = {.codec = codec, .cell_size = cell_size, .data = data, .size = size};
  codec->meta[0].size = codec->meta[1].size = 0;
  GARCO_TRY (apply_chunk (&apply, pipeline, error));
  return put_chunk (&apply, size, out, error);
}

garco_status
garco__chunk_size (size_t cell_size, uint64_t tile, size_t *size, garco_error *error)
{
  *size = tile < GARCO__MAX_CHUNK ? (size_t)tile : GARCO__MAX_CHUNK;
  *size = *size / cell_size * cell_size;
  if (*size == 0)
    *size = cell_size;
  if (*size > GARCO__CHUNK_LIMIT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "a cell of %zu bytes", cell_size);
  return GARCO_OK;
}

garco_status
garco__tile_encode (garco__codec *codec, const garco__pipeline *pipeline, size_t cell_size,
                    const uint8_t *data, size_t size, garco__buffer *out, garco_error *error)
{
  size_t step;
  GARCO_TRY (garco__chunk_size (cell_size, size, &step, error));
  GARCO_TRY (garco__put_u64 (out, (size + step - 1) / step, error));
  for (size_t done = 0; done < size; done += step)
    GARCO_TRY (garco__chunk_encode (codec, pipeline, cell_size, data + done,
                                    size - done < step ? size - done : step, out, error));
  return GARCO_OK;
}

static bool
same_filter (const garco__filter *a, const garco__filter *b)
{
  return a->kind == b->kind && a->reinterpret == b->reinterpret && a->level == b->level &&
         a->window == b->window && a->width == b->width && a->datatype == b->datatype &&
         memcmp (&a->scale, &b->scale, sizeof a->scale) == 0 &&
         memcmp (&a->offset, &b->offset, sizeof a->offset) == 0;
}

bool
garco__pipeline_same (const garco__pipeline *a, const garco__pipeline *b)
{
  bool same = a->count == b->count;
  for (size_t i = 0; same && i < a->count; i++)
    same = same_filter (&a->filters[i], &b->filters[i]);
  return same;
}
