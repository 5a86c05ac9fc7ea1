/* Conversion of keys and gathering of rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_project.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"

#define CHUNK 1024

void
garco__column_room_free (garco__column_room *room)
{
  garco__buffer_free (&room->values);
  garco__buffer_free (&room->offsets);
  garco__buffer_free (&room->validity);
}

void *
garco__column_room_take (garco__column_room *room, const void *values)
{
  garco__buffer *const all[] = {&room->values, &room->offsets};
  for (size_t i = 0; i < 2; i++)
    if (all[i]->data != NULL && all[i]->data == values)
    {
      void *taken = all[i]->data;
      memset (all[i], 0, sizeof *all[i]);
      return taken;
    }
  return NULL;
}

garco_datatype
garco__key_type (garco__key key, garco_datatype stored)
{
  if (key == GARCO__SYS)
    return GARCO_UINT8;
  if (key == GARCO__OBS)
    return GARCO_UINT16;
  if (key == GARCO__TIME && stored == GARCO_DATETIME_MS)
    return GARCO_INT64;
  return stored;
}

/* Room for exactly `size` bytes. */
static garco_status
take_room (garco__buffer *buffer, size_t size, garco_error *error)
{
  buffer->size = 0;
  GARCO_TRY (garco__buffer_reserve (buffer, size > 0 ? size : 1, error));
  buffer->size = size;
  return GARCO_OK;
}

static garco_status
convert_systems (const garco_column *from, size_t rows, const garco__numbering *numbering,
                 const char *uri, uint8_t *out, garco_error *error)
{
  int64_t chunk[CHUNK];
  for (size_t at = 0; at < rows; at += CHUNK)
  {
    size_t n = rows - at < CHUNK ? rows - at : CHUNK;
    garco__column_int64 (from, (int64_t)at, n, chunk);
    for (size_t i = 0; i < n; i++)
    {
      if (chunk[i] < 0 || chunk[i] > UINT8_MAX)
        return garco__fail (error, GARCO_ERR_LIMIT, uri,
                            "system number %" PRId64 ": expected 0 to 255", chunk[i]);
      out[at + i] = numbering->system[chunk[i]];
    }
  }
  return GARCO_OK;
}

static garco_status
convert_codes (const garco_column *from, size_t rows, const char *uri, uint16_t *out,
               garco_error *error)
{
  int64_t chunk[CHUNK];
  for (size_t at = 0; at < rows; at += CHUNK)
  {
    size_t n = rows - at < CHUNK ? rows - at : CHUNK;
    garco__column_int64 (from, (int64_t)at, n, chunk);
    for (size_t i = 0; i < n; i++)
    {
      if (chunk[i] < 0 || chunk[i] > UINT16_MAX)
        return garco__fail (error, GARCO_ERR_LIMIT, uri,
                            "observation code %" PRId64 ": expected 0 to 65535", chunk[i]);
      out[at + i] = (uint16_t)chunk[i];
    }
  }
  return GARCO_OK;
}

garco_status
garco__convert_key (garco__key key, const garco_column *from, int64_t rows,
                    const garco__numbering *numbering, const char *uri, garco__column_room *room,
                    garco_column *to, garco_error *error)
{
  garco_datatype type = garco__key_type (key, from->type);
  *to = *from;
  to->name = garco__key_name (key);
  to->type = type;
  bool same = key == GARCO__TIME || key == GARCO__SAT || from->type == type;
  if (same && (key != GARCO__SYS || numbering->plain))
    return GARCO_OK;
  size_t size = garco_datatype_size (type);
  GARCO_TRY (take_room (&room->values, (size_t)rows * size, error));
  to->values = room->values.data;
  return key == GARCO__SYS
             ? convert_systems (from, (size_t)rows, numbering, uri, room->values.data, error)
             : convert_codes (from, (size_t)rows, uri, (uint16_t *)(void *)room->values.data,
                              error);
}

#define GATHER_AS(type)                                                                            \
  do                                                                                               \
  {                                                                                                \
    const type *source = from;                                                                     \
    type *target = to;                                                                             \
    for (size_t i = 0; i < count; i++)                                                             \
      target[i] = source[places[i]];                                                               \
  } while (0)

static void
gather_fixed (const void *from, size_t size, const size_t *places, size_t count, void *to)
{
  switch (size)
  {
  case 1:
    GATHER_AS (uint8_t);
    break;
  case 2:
    GATHER_AS (uint16_t);
    break;
  case 4:
    GATHER_AS (uint32_t);
    break;
  case 8:
    GATHER_AS (uint64_t);
    break;
  default:
    for (size_t i = 0; i < count; i++)
      memcpy ((char *)to + i * size, (const char *)from + places[i] * size, size);
  }
}

static garco_status
gather_variable (const garco_column *from, const size_t *places, size_t count,
                 garco__column_room *room, garco_error *error)
{
  GARCO_TRY (take_room (&room->offsets, (count + 1) * sizeof (uint64_t), error));
  room->values.size = 0;
  GARCO_TRY (garco__buffer_reserve (&room->values, 1, error));
  for (size_t i = 0; i <= count; i++)
  {
    uint64_t offset = room->values.size;
    memcpy (room->offsets.data + i * sizeof offset, &offset, sizeof offset);
    if (i == count)
      break;
    uint64_t start = from->offsets[places[i]], end = from->offsets[places[i] + 1];
    GARCO_TRY (garco__buffer_append (&room->values, (const char *)from->values + start,
                                     (size_t)(end - start), error));
  }
  return GARCO_OK;
}

garco_status
garco__gather (const garco_column *from, const size_t *places, size_t count,
               garco__column_room *room, garco_column *to, garco_error *error)
{
  *to = *from;
  if (from->width == UINT32_MAX)
  {
    GARCO_TRY (gather_variable (from, places, count, room, error));
    to->offsets = (const uint64_t *)(const void *)room->offsets.data;
  }
  else
  {
    size_t size = garco_datatype_size (from->type) * from->width;
    GARCO_TRY (take_room (&room->values, count * size, error));
    gather_fixed (from->values, size, places, count, room->values.data);
  }
  to->values = room->values.data;
  if (from->validity != NULL)
  {
    GARCO_TRY (take_room (&room->validity, count, error));
    gather_fixed (from->validity, 1, places, count, room->validity.data);
    to->validity = room->validity.data;
  }
  return GARCO_OK;
}
