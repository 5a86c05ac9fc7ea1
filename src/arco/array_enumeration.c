/* Labels of values.
 *
 * An attribute with an enumeration holds numbers; number i stands for label i. The schema names the
 * enumerations and their files in __schema/__enumerations, each one generic tile:
 *
 *   u32 version (0), u32+name, u32+file, u8 type, u32 values a label, u8 ordered, u64+values
 *   [, u64+where each label begins, u64 each: of variable length]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_internal.h"
#include "arco/generic_tile.h"
#include "base/error.h"

#define LABELS_LIMIT (UINT64_C (1) << 28)
#define PATH_SIZE 1024

/* u32 length and a text that must be `expected`. */
static bool
take_name (garco__cursor *cursor, const char *expected)
{
  uint32_t size = garco__cursor_u32 (cursor);
  const uint8_t *bytes = garco__cursor_take (cursor, size);
  return bytes != NULL && size == strlen (expected) && memcmp (bytes, expected, size) == 0;
}

/* `size` bytes, aligned and followed by `more` bytes of room. */
static garco_status
copy_bytes (const uint8_t *bytes, uint64_t size, size_t more, void **copy, garco_error *error)
{
  GARCO_TRY (garco__allocate (copy, (size_t)size + more, 1, error));
  if (size > 0)
    memcpy (*copy, bytes, (size_t)size);
  return GARCO_OK;
}

/* The labels begin one after the other, from 0 to the end of the values. */
static garco_status
take_places (garco__enumeration *own, const uint8_t *bytes, uint64_t size, uint64_t values,
             const char *source, garco_error *error)
{
  void *places = NULL;
  GARCO_TRY (copy_bytes (bytes, size, sizeof values, &places, error));
  own->offsets = places;
  own->count = (int64_t)(size / sizeof values);
  own->offsets[own->count] = values;
  bool good = size % sizeof values == 0 && (own->count == 0 ? values == 0 : own->offsets[0] == 0);
  for (int64_t i = 0; i < own->count; i++)
    good = good && own->offsets[i] <= own->offsets[i + 1];
  return good ? GARCO_OK
              : garco__fail (error, GARCO_ERR_CORRUPT, source,
                             "labels that do not begin one after the other");
}

static garco_status
take_labels (garco__enumeration *own, garco__cursor *cursor, const char *source, garco_error *error)
{
  void *values = NULL;
  uint64_t size = garco__cursor_u64 (cursor);
  const uint8_t *bytes = garco__cursor_take (cursor, size);
  bool variable = own->width == GARCO__VARIABLE;
  uint64_t place_size = variable ? garco__cursor_u64 (cursor) : 0;
  const uint8_t *places = variable ? garco__cursor_take (cursor, place_size) : NULL;
  size_t value = garco_datatype_size (own->type);
  if (cursor->failed || garco__cursor_left (cursor) != 0 || value == 0 || own->width == 0)
    return garco__fail (error, GARCO_ERR_CORRUPT, source,
                        "labels that end too early, or bytes behind them");
  GARCO_TRY (copy_bytes (bytes, size, 8, &values, error));
  own->values = values;
  if (variable)
    return take_places (own, places, place_size, size, source, error);
  if (size % (value * own->width) != 0)
    return garco__fail (error, GARCO_ERR_CORRUPT, source,
                        "%" PRIu64 " bytes of labels of %" PRIu32 " values of %zu bytes", size,
                        own->width, value);
  own->count = (int64_t)(size / (value * own->width));
  return GARCO_OK;
}

garco_status
garco__enumeration_parse (garco__enumeration *own, const uint8_t *bytes, size_t size,
                          const char *source, garco_error *error)
{
  garco__cursor cursor = garco__cursor_of (bytes, size);
  uint32_t version = garco__cursor_u32 (&cursor);
  if (!cursor.failed && version != 0)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, source, "labels of version %" PRIu32,
                        version);
  if (!take_name (&cursor, own->name) || !take_name (&cursor, own->file))
    return garco__fail (error, GARCO_ERR_CORRUPT, source,
                        "labels of another name than the schema's \"%s\" in \"%s\"", own->name,
                        own->file);
  own->type = (garco_datatype)garco__cursor_u8 (&cursor);
  own->width = garco__cursor_u32 (&cursor);
  own->ordered = garco__cursor_u8 (&cursor) != 0;
  return take_labels (own, &cursor, source, error);
}

void
garco__enumeration_free (garco__enumeration *enumeration)
{
  free (enumeration->values);
  free (enumeration->offsets);
  enumeration->values = NULL;
  enumeration->offsets = NULL;
}

/* ---- of an array */

static garco_status
read_labels (garco_array *array, garco__enumeration *own, garco_error *error)
{
  char path[PATH_SIZE], source[GARCO__IO_NAME_SIZE];
  garco__buffer content = {0};
  uint8_t *bytes = NULL;
  size_t size = 0;
  garco_status status;
  snprintf (path, sizeof path, "__schema/__enumerations/%s", own->file);
  garco__io_name (array->io, path, source, sizeof source);
  GARCO_TRY_DONE (garco__io_read_whole (array->io, path, LABELS_LIMIT, &bytes, &size, error));
  GARCO_TRY_DONE (garco__generic_tile_read (array->codec, source, 0, bytes, size, &content, error));
  GARCO_TRY_DONE (garco__enumeration_parse (own, content.data, content.size, source, error));
done:
  garco__buffer_free (&content);
  free (bytes);
  return status;
}

/* The labels, read the first time; they stay as long as the array is open. */
static garco_status
find_labels (garco_array *array, const garco__schema_enumeration *named,
             const garco__enumeration **found, garco_error *error)
{
  void *all = array->enumerations, *made = NULL;
  for (size_t i = 0; i < array->nenumerations; i++)
    if (strcmp (array->enumerations[i]->file, named->file) == 0)
    {
      *found = array->enumerations[i];
      return GARCO_OK;
    }
  GARCO_TRY (garco__reallocate (&all, array->nenumerations + 1, sizeof (void *), error));
  array->enumerations = all;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__enumeration), error));
  garco__enumeration *own = made;
  own->name = named->name;
  own->file = named->file;
  garco_status status = read_labels (array, own, error);
  if (status < 0)
  {
    garco__enumeration_free (own);
    free (own);
    return status;
  }
  array->enumerations[array->nenumerations++] = own;
  *found = own;
  return GARCO_OK;
}

void
garco__array_enumerations_forget (garco_array *array)
{
  for (size_t i = 0; i < array->nenumerations; i++)
  {
    garco__enumeration_free (array->enumerations[i]);
    free (array->enumerations[i]);
  }
  free (array->enumerations);
  array->enumerations = NULL;
  array->nenumerations = 0;
}

garco_status
garco_array_enumeration (garco_array *array, const char *name, garco_enumeration_info *info,
                         garco_error *error)
{
  const garco__schema *schema = array->schema;
  const garco__schema_enumeration *named = NULL;
  const garco__enumeration *own = NULL;
  for (size_t i = 0; i < schema->nenumerations; i++)
    if (strcmp (schema->enumerations[i].name, name) == 0)
      named = &schema->enumerations[i];
  if (named == NULL)
    return garco__fail (error, GARCO_ERR_NOT_FOUND, array->io->root,
                        "the array has no enumeration \"%s\"", name);
  GARCO_TRY (find_labels (array, named, &own, error));
  *info = (garco_enumeration_info){
      .name = own->name,
      .ordered = own->ordered,
      .count = own->count,
      .labels = {own->name, own->type, own->width, own->values, own->offsets, NULL},
  };
  return GARCO_OK;
}
