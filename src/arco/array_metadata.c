/* Array metadata: what is known of the array as a whole.
 *
 *   each file is one generic tile of
 *   { u32+key, u8 deleted [, u8 datatype, u32 count, the values] }
 *
 * Files are replayed in the order of their times; a later value replaces an earlier one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_internal.h"
#include "arco/array_writer.h"
#include "arco/generic_tile.h"
#include "base/error.h"

#define FILE_LIMIT (UINT64_C (1) << 30)
#define KEY_LIMIT 65536

static void
free_item (garco_metadata_info *item)
{
  free ((void *)(uintptr_t)item->key); /* ours, though the public view has it const */
  free ((void *)(uintptr_t)item->values);
}

void
garco__array_metadata_forget (garco_array *array)
{
  for (size_t i = 0; i < array->nmetadata; i++)
    free_item (&array->metadata[i]);
  free (array->metadata);
  array->metadata = NULL;
  array->nmetadata = 0;
  array->metadata_known = false;
}

/* Where the key is, or where it belongs; true when it is there. */
static bool
find_key (const garco_array *array, const char *key, size_t *place)
{
  size_t low = 0, high = array->nmetadata;
  while (low < high)
  {
    size_t middle = low + (high - low) / 2;
    int order = strcmp (array->metadata[middle].key, key);
    if (order == 0)
    {
      *place = middle;
      return true;
    }
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *place = low;
  return false;
}

static void
remove_key (garco_array *array, const char *key)
{
  size_t place;
  if (!find_key (array, key, &place))
    return;
  free_item (&array->metadata[place]);
  array->nmetadata--;
  memmove (&array->metadata[place], &array->metadata[place + 1],
           (array->nmetadata - place) * sizeof *array->metadata);
}

/* Takes key and values over. */
static garco_status
set_key (garco_array *array, const garco_metadata_info *item, garco_error *error)
{
  size_t place;
  void *moved = array->metadata;
  if (find_key (array, item->key, &place))
  {
    free_item (&array->metadata[place]);
    array->metadata[place] = *item;
    return GARCO_OK;
  }
  /* Room grows by doubling: a year of ingested files makes hundreds of keys. */
  if ((array->nmetadata & (array->nmetadata - 1)) == 0)
    GARCO_TRY (garco__reallocate (&moved, array->nmetadata == 0 ? 1 : array->nmetadata * 2,
                                  sizeof *array->metadata, error));
  array->metadata = moved;
  memmove (&array->metadata[place + 1], &array->metadata[place],
           (array->nmetadata - place) * sizeof *array->metadata);
  array->metadata[place] = *item;
  array->nmetadata++;
  return GARCO_OK;
}

static garco_status
copy_bytes (const uint8_t *bytes, size_t size, void **copy, garco_error *error)
{
  GARCO_TRY (garco__allocate (copy, size + 1, 1, error)); /* a zero behind, for texts */
  if (size > 0)
    memcpy (*copy, bytes, size);
  return GARCO_OK;
}

static garco_status
take_value (garco_array *array, garco__cursor *cursor, char *key, const char *source,
            garco_error *error)
{
  int64_t at = (int64_t)cursor->at;
  garco_datatype type = (garco_datatype)garco__cursor_u8 (cursor);
  uint32_t count = garco__cursor_u32 (cursor);
  size_t size = garco_datatype_size (type) * (size_t)count;
  const uint8_t *bytes = garco__cursor_take (cursor, size);
  void *values = NULL;
  if (bytes == NULL || garco_datatype_size (type) == 0)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, at,
                             "metadata (unpacked) \"%s\": %u values of type %u go beyond the end",
                             key, count, (unsigned)type);
  GARCO_TRY (copy_bytes (bytes, size, &values, error));
  const garco_metadata_info item = {key, type, count, values};
  garco_status status = set_key (array, &item, error);
  if (status < 0)
    free (values);
  return status;
}

static garco_status
replay (garco_array *array, garco__cursor *cursor, const char *source, garco_error *error)
{
  while (garco__cursor_left (cursor) > 0)
  {
    int64_t at = (int64_t)cursor->at;
    uint32_t size = garco__cursor_u32 (cursor);
    const uint8_t *bytes = garco__cursor_take (cursor, size);
    bool deleted = garco__cursor_u8 (cursor) != 0;
    void *key = NULL;
    if (cursor->failed || size > KEY_LIMIT || memchr (bytes, 0, size) != NULL)
      return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, at,
                               "metadata (unpacked): a key of %u bytes", size);
    GARCO_TRY (copy_bytes (bytes, size, &key, error));
    garco_status status = GARCO_OK;
    if (deleted)
      remove_key (array, key);
    else
      status = take_value (array, cursor, key, source, error);
    if (deleted || status < 0)
      free (key);
    GARCO_TRY (status);
  }
  return GARCO_OK;
}

static garco_status
read_file (garco_array *array, const garco__item *item, garco_error *error)
{
  garco__buffer content = {0};
  uint8_t *bytes = NULL;
  size_t size = 0;
  char source[GARCO__IO_NAME_SIZE];
  garco_status status;
  garco__io_name (array->io, item->path, source, sizeof source);
  GARCO_TRY_DONE (garco__io_read_whole (array->io, item->path, FILE_LIMIT, &bytes, &size, error));
  GARCO_TRY_DONE (garco__generic_tile_read (array->codec, source, 0, bytes, size, &content, error));
  garco__cursor cursor = garco__cursor_of (content.data, content.size);
  GARCO_TRY_DONE (replay (array, &cursor, source, error));
done:
  garco__buffer_free (&content);
  free (bytes);
  return status;
}

static garco_status
know_metadata (garco_array *array, garco_error *error)
{
  if (array->metadata_known)
    return GARCO_OK;
  for (size_t i = 0; i < array->directory.metadata.count; i++)
  {
    garco_status status = read_file (array, &array->directory.metadata.items[i], error);
    if (status < 0)
    {
      garco__array_metadata_forget (array);
      return status;
    }
  }
  array->metadata_known = true;
  return GARCO_OK;
}

garco_status
garco_array_metadata_count (garco_array *array, size_t *count, garco_error *error)
{
  GARCO_TRY (know_metadata (array, error));
  *count = array->nmetadata;
  return GARCO_OK;
}

garco_status
garco_array_metadata (garco_array *array, size_t index, garco_metadata_info *info,
                      garco_error *error)
{
  GARCO_TRY (know_metadata (array, error));
  if (index >= array->nmetadata)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                        "metadata item %zu of %zu (they count from 0)", index, array->nmetadata);
  *info = array->metadata[index];
  return GARCO_OK;
}

/* ---- writing */

garco_status
garco__metadata_put_item (garco__buffer *out, const garco__metadata_item *item, garco_error *error)
{
  size_t length = item->key != NULL ? strlen (item->key) : 0;
  size_t size = garco_datatype_size (item->type);
  bool removed = item->values == NULL;
  if (item->key == NULL || length > KEY_LIMIT || (size == 0 && !removed))
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "metadata key of %zu bytes, datatype %u",
                        length, (unsigned)item->type);
  GARCO_TRY (garco__put_u32 (out, (uint32_t)length, error));
  GARCO_TRY (garco__buffer_append (out, item->key, length, error));
  GARCO_TRY (garco__put_u8 (out, removed, error));
  if (removed)
    return GARCO_OK;
  GARCO_TRY (garco__put_u8 (out, (uint8_t)item->type, error));
  GARCO_TRY (garco__put_u32 (out, item->count, error));
  return garco__buffer_append (out, item->values, size * item->count, error);
}

garco_status
garco__array_metadata_write (garco_array *array, uint64_t timestamp,
                             const garco__metadata_item *items, size_t nitems,
                             char path[GARCO__METADATA_PATH], garco_error *error)
{
  garco__buffer payload = {0}, tile = {0};
  char name[GARCO__NAME_SIZE], own[GARCO__METADATA_PATH];
  garco_status status;
  GARCO_TRY_DONE (garco__stamp_name (timestamp, 0, name, error));
  snprintf (own, sizeof own, "__meta/%s", name);
  for (size_t i = 0; i < nitems; i++)
    GARCO_TRY_DONE (garco__metadata_put_item (&payload, &items[i], error));
  GARCO_TRY_DONE (garco__generic_tile_write (array->codec, array->schema->version, payload.data,
                                             payload.size, &tile, error));
  GARCO_TRY_DONE (garco__io_make_folder (array->io, "__meta", error));
  GARCO_TRY_DONE (garco__io_write (array->io, own, tile.data, tile.size, error));
  if (path != NULL)
    memcpy (path, own, sizeof own);
  garco__array_metadata_forget (array);
done:
  garco__buffer_free (&payload);
  garco__buffer_free (&tile);
  return status;
}
