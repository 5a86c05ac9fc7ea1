/* Positive delta: windows of rising integers as differences.
 *
 *   record: u32 windows, then of each T first value, u32 bytes; the first difference is 0
 *
 * Floats, characters and, before version 20, dates pass by and leave no record.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/datatype.h"
#include "arco/filters.h"
#include "base/error.h"

static bool
passes_by (garco_datatype type, uint32_t version)
{
  garco__number number = garco__datatype_number (type);
  return number == GARCO__NUMBER_NONE || number == GARCO__NUMBER_FLOAT ||
         (version < 20 && garco__datatype_is_date (type));
}

garco_status
garco__positive_delta_undo (garco__undo *undo, garco_error *error)
{
  if (passes_by (undo->filter->datatype, undo->place->version))
    return GARCO_OK;
  size_t size = garco_datatype_size (undo->filter->datatype), done = 0;
  uint32_t windows = garco__cursor_u32 (&undo->meta);
  uint8_t *room;
  GARCO_TRY (garco__undo_room (undo, undo->size, &room, error));
  for (uint32_t i = 0; i < windows; i++)
  {
    const uint8_t *first = garco__cursor_take (&undo->meta, size);
    size_t bytes = garco__cursor_u32 (&undo->meta);
    if (undo->meta.failed || bytes > undo->size - done)
      return garco__undo_corrupt (undo, error, "the windows' sizes are not the data's");
    if (bytes % size != 0)
      __builtin_memcpy (room + done, undo->data + done, bytes);
    uint64_t value = garco__load (first, size);
    for (size_t at = 0; bytes % size == 0 && at < bytes; at += size)
    {
      value += garco__load (undo->data + done + at, size);
      garco__store (room + done + at, size, value);
    }
    done += bytes;
  }
  if (undo->meta.failed || done != undo->size)
    return garco__undo_corrupt (undo, error, "the windows' sizes are not the data's");
  garco__undo_done (undo, room, done);
  return GARCO_OK;
}

static garco_status
apply_window (garco__apply *apply, const uint8_t *in, size_t bytes, uint8_t *out,
              garco_error *error)
{
  garco_datatype type = apply->filter->datatype;
  size_t size = garco_datatype_size (type);
  uint64_t before = garco__load (in, size);
  for (size_t at = 0; at < bytes; at += size)
  {
    uint64_t value = garco__load (in + at, size);
    if (garco__order_key (type, &value) < garco__order_key (type, &before))
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                          "positive_delta takes rising values only");
    garco__store (out + at, size, value - before);
    before = value;
  }
  return GARCO_OK;
}

garco_status
garco__positive_delta_apply (garco__apply *apply, garco_error *error)
{
  garco_datatype type = apply->filter->datatype;
  if (passes_by (type, UINT32_MAX))
    return GARCO_OK;
  size_t size = garco_datatype_size (type);
  size_t window = garco__apply_window (apply, size);
  uint8_t *room;
  garco__buffer *record;
  GARCO_TRY (garco__apply_room (apply, apply->size, &room, error));
  GARCO_TRY (garco__apply_part (apply, &record, error));
  GARCO_TRY (garco__put_u32 (record, (uint32_t)((apply->size + window - 1) / window), error));
  for (size_t at = 0; at < apply->size; at += window)
  {
    size_t bytes = apply->size - at < window ? apply->size - at : window;
    GARCO_TRY (apply_window (apply, apply->data + at, bytes, room + at, error));
    GARCO_TRY (garco__buffer_append (record, apply->data + at, size, error));
    GARCO_TRY (garco__put_u32 (record, (uint32_t)bytes, error));
  }
  garco__apply_part_done (apply);
  garco__apply_done (apply, room, apply->size);
  return GARCO_OK;
}
