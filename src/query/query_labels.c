/* Labels in place of values: rows of the column of labels, gathered by the values.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_labels.h"

#include <string.h>

#include "base/error.h"
#include "query/query_columns.h"

#define CHUNK 1024

void
garco__labels_free (garco__labels *labels)
{
  garco__column_room_free (&labels->room);
}

garco_status
garco__labels_find (garco_array *array, const garco_field_info *field, garco__labels *labels,
                    garco_column *column, garco_error *error)
{
  if (field->enumeration == NULL || field->width != 1 || !garco__type_is_integer (field->type))
    return GARCO_OK;
  GARCO_TRY (garco_array_enumeration (array, field->enumeration, &labels->info, error));
  labels->used = true;
  column->type = labels->info.labels.type;
  column->width = labels->info.labels.width;
  return GARCO_OK;
}

static garco_status
add_label (garco__labels *labels, int64_t number, garco_error *error)
{
  static const uint64_t zeros[8] = {0};
  const garco_column *from = &labels->info.labels;
  garco__buffer *values = &labels->room.values;
  bool known = number >= 0 && number < labels->info.count;
  if (from->width == UINT32_MAX)
  {
    if (known)
      GARCO_TRY (garco__buffer_append (
          values, (const uint8_t *)from->values + from->offsets[number],
          (size_t)(from->offsets[number + 1] - from->offsets[number]), error));
    uint64_t end = values->size;
    return garco__buffer_append (&labels->room.offsets, &end, sizeof end, error);
  }
  size_t size = garco_datatype_size (from->type) * from->width;
  for (size_t at = 0, step; !known && at < size; at += step)
  {
    step = size - at < sizeof zeros ? size - at : sizeof zeros;
    GARCO_TRY (garco__buffer_append (values, zeros, step, error));
  }
  return known ? garco__buffer_append (
                     values, (const uint8_t *)from->values + size * (size_t)number, size, error)
               : GARCO_OK;
}

static garco_status
add_labels (garco__labels *labels, const garco_column *from, int64_t at, size_t count,
            garco_error *error)
{
  int64_t numbers[CHUNK];
  uint8_t valid[CHUNK];
  garco__column_int64 (from, at, count, numbers);
  for (size_t i = 0; i < count; i++)
  {
    bool null = from->validity != NULL && from->validity[(size_t)at + i] == 0;
    valid[i] = !null && numbers[i] >= 0 && numbers[i] < labels->info.count;
    GARCO_TRY (add_label (labels, valid[i] ? numbers[i] : -1, error));
  }
  return garco__buffer_append (&labels->room.validity, valid, count, error);
}

garco_status
garco__labels_of (garco__labels *labels, int64_t rows, garco_column *column, garco_error *error)
{
  const uint64_t first = 0;
  const garco_column from = *column;
  garco__column_room *room = &labels->room;
  room->values.size = room->offsets.size = room->validity.size = 0;
  GARCO_TRY (garco__buffer_reserve (&room->values, 1, error));
  GARCO_TRY (garco__buffer_append (&room->offsets, &first, sizeof first, error));
  for (int64_t at = 0; at < rows; at += CHUNK)
    GARCO_TRY (
        add_labels (labels, &from, at, (size_t)(rows - at < CHUNK ? rows - at : CHUNK), error));
  *column = labels->info.labels;
  column->name = from.name;
  column->values = room->values.data;
  column->offsets =
      column->width == UINT32_MAX ? (const uint64_t *)(const void *)room->offsets.data : NULL;
  column->validity = room->validity.data;
  return GARCO_OK;
}
