/* Run lengths and dictionaries of texts.
 *
 * As the first filter of a field of variable length, "rle" and "dictionary" pack whole texts and
 * their lengths; the file of places then holds nothing. All cells of a tile are one chunk.
 *
 *   record      u32 records of metadata (0), u32 parts of data (1), u32 original, u32 packed bytes,
 *               u32 bytes that the places would have, u8 width of runs (rle) or numbers, u8 width
 *               of lengths [, dictionary: u32 bytes, { length, text }*]
 *   rle         { run, length, text }*
 *   dictionary  { number }*
 *
 * Runs, lengths and numbers have the high byte first.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "arco/filters.h"
#include "base/error.h"

/* No text is added twice, and a byte of a number is enough for this many. */
#define DICTIONARY_LIMIT (UINT64_C (1) << 24)

typedef struct text_record
{
  unsigned width, length_width;
  const uint8_t *dictionary;
  uint32_t dictionary_size;
} text_record;

static uint64_t
take_big (garco__cursor *cursor, unsigned width)
{
  const uint8_t *bytes = garco__cursor_take (cursor, width);
  uint64_t value = 0;
  for (unsigned i = 0; bytes != NULL && i < width; i++)
    value = value << 8 | bytes[i];
  return value;
}

static bool
is_width (unsigned width)
{
  return width == 1 || width == 2 || width == 4 || width == 8;
}

static garco_status
take_record (garco__undo *undo, text_record *record, garco_error *error)
{
  garco__cursor *meta = &undo->meta;
  uint32_t records = garco__cursor_u32 (meta), parts = garco__cursor_u32 (meta);
  uint32_t original = garco__cursor_u32 (meta), packed = garco__cursor_u32 (meta);
  uint32_t places = garco__cursor_u32 (meta);
  record->width = garco__cursor_u8 (meta);
  record->length_width = garco__cursor_u8 (meta);
  if (undo->filter->kind == GARCO__FILTER_DICTIONARY)
  {
    record->dictionary_size = garco__cursor_u32 (meta);
    record->dictionary = garco__cursor_take (meta, record->dictionary_size);
  }
  if (meta->failed || records != 0 || parts != 1 || garco__cursor_left (meta) != 0)
    return garco__undo_corrupt (undo, error, "its record of texts is damaged");
  const garco__text_places *text = undo->codec->text;
  if (original != undo->out_size || packed != undo->size ||
      places / sizeof (uint64_t) > text->cells - text->done)
    return garco__undo_corrupt (undo, error, "sizes of texts that are not the tile's");
  if (!is_width (record->width) || !is_width (record->length_width))
    return garco__undo_corrupt (undo, error, "numbers of no width that there is");
  return GARCO_OK;
}

/* Appends `count` cells of one text; false where they are more than there is room for. */
static bool
put_texts (garco__undo *undo, uint8_t *out, size_t *at, uint64_t count, const uint8_t *bytes,
           uint64_t size)
{
  garco__text_places *text = undo->codec->text;
  if (count > text->cells - text->done || (size > 0 && count > (undo->out_size - *at) / size))
    return false;
  for (uint64_t i = 0; i < count; i++)
  {
    text->places[text->done++] = text->bytes + *at;
    if (size > 0)
      memcpy (out + *at, bytes, (size_t)size);
    *at += (size_t)size;
  }
  return true;
}

static bool
undo_runs (garco__undo *undo, const text_record *record, uint8_t *out, size_t *at)
{
  garco__cursor data = garco__cursor_of (undo->data, undo->size);
  while (garco__cursor_left (&data) > 0)
  {
    uint64_t run = take_big (&data, record->width), size = take_big (&data, record->length_width);
    const uint8_t *bytes = garco__cursor_take (&data, size);
    if (bytes == NULL || !put_texts (undo, out, at, run, bytes, size))
      return false;
  }
  return true;
}

/* Where each text of the dictionary begins, with its length in front. */
static garco_status
list_texts (garco__undo *undo, const text_record *record, garco__buffer *starts, uint64_t *count,
            garco_error *error)
{
  garco__cursor all = garco__cursor_of (record->dictionary, record->dictionary_size);
  for (*count = 0; garco__cursor_left (&all) > 0; ++*count)
  {
    uint64_t start = all.at, size = take_big (&all, record->length_width);
    garco__cursor_take (&all, size);
    if (all.failed || *count == DICTIONARY_LIMIT)
      return garco__undo_corrupt (undo, error, "the dictionary is damaged");
    GARCO_TRY (garco__buffer_append (starts, &start, sizeof start, error));
  }
  return GARCO_OK;
}

static bool
undo_numbers (garco__undo *undo, const text_record *record, const uint64_t *starts, uint64_t count,
              uint8_t *out, size_t *at)
{
  garco__cursor data = garco__cursor_of (undo->data, undo->size);
  garco__cursor all = garco__cursor_of (record->dictionary, record->dictionary_size);
  while (garco__cursor_left (&data) > 0)
  {
    uint64_t number = take_big (&data, record->width);
    if (data.failed || number >= count)
      return false;
    all.at = (size_t)starts[number];
    uint64_t size = take_big (&all, record->length_width);
    if (!put_texts (undo, out, at, 1, garco__cursor_take (&all, size), size))
      return false;
  }
  return true;
}

garco_status
garco__text_undo (garco__undo *undo, garco_error *error)
{
  text_record record = {0};
  garco__buffer starts = {0};
  uint64_t count = 0;
  uint8_t *room;
  size_t at = 0;
  bool good = false;
  garco_status status;
  if (undo->codec->text == NULL || !undo->last)
    return garco__undo_corrupt (undo, error, "it packs texts, and is not a text field's first");
  GARCO_TRY (take_record (undo, &record, error));
  GARCO_TRY (garco__undo_room (undo, undo->out_size, &room, error));
  if (undo->filter->kind == GARCO__FILTER_RLE)
    good = undo_runs (undo, &record, room, &at);
  else
  {
    GARCO_TRY_DONE (list_texts (undo, &record, &starts, &count, error));
    good =
        undo_numbers (undo, &record, (const uint64_t *)(const void *)starts.data, count, room, &at);
  }
  status = good && at == undo->out_size
               ? GARCO_OK
               : garco__undo_corrupt (undo, error, "the texts are not those that the chunk has");
  undo->codec->text->bytes += at;
  garco__undo_done (undo, room, at);
done:
  garco__buffer_free (&starts);
  return status;
}

/* ---- a tile of them */

bool
garco__pipeline_is_text (const garco__pipeline *pipeline, garco_datatype type, uint32_t version)
{
  if (pipeline->count == 0 || (type != GARCO_STRING_ASCII && type != GARCO_STRING_UTF8))
    return false;
  if (type == GARCO_STRING_UTF8 && version < 17)
    return false;
  return (pipeline->filters[0].kind == GARCO__FILTER_RLE && version >= 12) ||
         (pipeline->filters[0].kind == GARCO__FILTER_DICTIONARY && version >= 13);
}

garco_status
garco__tile_decode_text (garco__codec *codec, const garco__pipeline *pipeline,
                         const garco__tile_place *place, const uint8_t *bytes, size_t size,
                         uint64_t cells, uint64_t *places, uint8_t *out, uint64_t out_size,
                         garco_error *error)
{
  garco__text_places text = {places, cells, 0, 0};
  garco_status status = GARCO_OK;
  if (size > 0)
  {
    codec->text = &text;
    status = garco__tile_decode (codec, pipeline, place, bytes, size, NULL, out, out_size, error);
    codec->text = NULL;
  }
  if (status >= 0 && out_size == 0) /* a tile of empty texts need not have a chunk */
    while (text.done < cells)
      places[text.done++] = 0;
  if (status >= 0 && text.done != cells)
    status = garco__fail_byte (error, GARCO_ERR_CORRUPT, place->source, (int64_t)place->byte,
                               "the tile has fewer texts than its cells");
  places[cells] = out_size;
  return status;
}
