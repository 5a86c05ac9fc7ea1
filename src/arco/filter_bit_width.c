/* Bit width reduction: windows of integers as offset and narrow differences.
 *
 *   record: u32 bytes before, u32 windows, then of each
 *           T offset, u8 bits (8, 16, 32, 64), u32 bytes of the window before
 *
 * Windows that need the full width lie there as they are, and their offset means nothing. Values of
 * one byte, floats, characters and, before version 20, dates pass by and leave no record.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/datatype.h"
#include "arco/filters.h"
#include "base/error.h"

static bool
passes_by (garco_datatype type, uint32_t version)
{
  garco__number number = garco__datatype_number (type);
  return garco_datatype_size (type) == 1 || number == GARCO__NUMBER_NONE ||
         number == GARCO__NUMBER_FLOAT || (version < 20 && garco__datatype_is_date (type));
}

/* Sign-extends a difference of `size` bytes where the type is signed. */
static inline uint64_t
widen (uint64_t value, size_t size, bool is_signed)
{
  unsigned shift = (unsigned)(64 - 8 * size);
  return is_signed ? (uint64_t)((int64_t)(value << shift) >> shift) : value;
}

/* One window from `in`; the number of bytes taken there into `taken`. */
static bool
undo_window (garco__undo *undo, const uint8_t *in, size_t left, uint8_t *out, size_t room,
             size_t *taken, size_t *made)
{
  size_t size = garco_datatype_size (undo->filter->datatype);
  bool is_signed = garco__datatype_number (undo->filter->datatype) == GARCO__NUMBER_SIGNED;
  const uint8_t *at = garco__cursor_take (&undo->meta, size);
  uint64_t offset = at != NULL ? garco__load (at, size) : 0;
  size_t bits = garco__cursor_u8 (&undo->meta), bytes = garco__cursor_u32 (&undo->meta);
  *made = bytes;
  if (undo->meta.failed || bytes > room)
    return false;
  bool whole = bits >= 8 * size || bytes % size != 0;
  size_t narrow = whole ? 1 : bits / 8, count = whole ? bytes : bytes / size;
  *taken = narrow * count;
  if (*taken > left || (!whole && bits != 8 && bits != 16 && bits != 32))
    return false;
  if (whole)
    __builtin_memcpy (out, in, bytes);
  else
    for (size_t i = 0; i < count; i++)
      garco__store (out + i * size, size,
                    widen (garco__load (in + i * narrow, narrow), narrow, is_signed) + offset);
  return true;
}

garco_status
garco__bit_width_undo (garco__undo *undo, garco_error *error)
{
  if (passes_by (undo->filter->datatype, undo->place->version))
    return GARCO_OK;
  uint32_t bytes = garco__cursor_u32 (&undo->meta), windows = garco__cursor_u32 (&undo->meta);
  uint8_t *room;
  if (undo->meta.failed)
    return garco__undo_corrupt (undo, error, "the record ends too early");
  GARCO_TRY (garco__undo_room (undo, bytes, &room, error));
  size_t from = 0, to = 0;
  for (uint32_t i = 0; i < windows; i++)
  {
    size_t taken, made;
    if (!undo_window (undo, undo->data + from, undo->size - from, room + to, bytes - to, &taken,
                      &made))
      return garco__undo_corrupt (undo, error, "a window's sizes are not the data's");
    from += taken;
    to += made;
  }
  if (from != undo->size || to != bytes)
    return garco__undo_corrupt (undo, error, "the windows' sizes are not the data's");
  garco__undo_done (undo, room, to);
  return GARCO_OK;
}

/* ---- into the file */

#define WINDOW_RANGE(T)                                                                            \
  do                                                                                               \
  {                                                                                                \
    T low, high, value;                                                                            \
    __builtin_memcpy (&low, in, sizeof low);                                                       \
    high = low;                                                                                    \
    for (size_t i = 1; i < count; i++)                                                             \
    {                                                                                              \
      __builtin_memcpy (&value, in + i * sizeof value, sizeof value);                              \
      low = value < low ? value : low;                                                             \
      high = value > high ? value : high;                                                          \
    }                                                                                              \
    *offset = (uint64_t)low;                                                                       \
    return (uint64_t)high - (uint64_t)low;                                                         \
  } while (0)

/* The lowest value's bits into `offset`; how far the highest is above it. */
static uint64_t
window_range (garco_datatype type, const uint8_t *in, size_t count, uint64_t *offset)
{
  bool is_signed = garco__datatype_number (type) == GARCO__NUMBER_SIGNED;
  switch (garco_datatype_size (type) * 2 + is_signed)
  {
  case 4:
    WINDOW_RANGE (uint16_t);
  case 5:
    WINDOW_RANGE (int16_t);
  case 8:
    WINDOW_RANGE (uint32_t);
  case 9:
    WINDOW_RANGE (int32_t);
  case 16:
    WINDOW_RANGE (uint64_t);
  default:
    WINDOW_RANGE (int64_t);
  }
}

/* Bits that hold a window's differences, by the rule that other writers follow. */
static size_t
bits_needed (garco_datatype type, const uint8_t *in, size_t count, uint64_t *offset)
{
  size_t size = garco_datatype_size (type);
  bool is_signed = garco__datatype_number (type) == GARCO__NUMBER_SIGNED;
  uint64_t range = window_range (type, in, count, offset);
  uint64_t most = (size == 8 ? UINT64_MAX : (UINT64_C (1) << 8 * size) - 1) >> is_signed;
  if (range >= most)
    return 8 * size;
  range++;
  for (size_t bits = 8; bits < 8 * size; bits *= 2)
    if (range <= (is_signed ? (UINT64_C (1) << (bits - 1)) - 1 : (UINT64_C (1) << bits) - 1))
      return bits;
  return 8 * size;
}

/* Written for sizes that are known where it is called. */
static inline __attribute__ ((always_inline)) void
narrow (const uint8_t *in, size_t count, size_t size, size_t bytes, uint64_t offset, uint8_t *out)
{
  for (size_t i = 0; i < count; i++)
    garco__store (out + i * bytes, bytes, garco__load (in + i * size, size) - offset);
}

static void
narrow_window (const uint8_t *in, size_t count, size_t size, size_t bytes, uint64_t offset,
               uint8_t *out)
{
  if (size == 2 && bytes == 1)
    narrow (in, count, 2, 1, offset, out);
  else if (size == 4 && bytes == 1)
    narrow (in, count, 4, 1, offset, out);
  else if (size == 4 && bytes == 2)
    narrow (in, count, 4, 2, offset, out);
  else if (size == 8 && bytes == 1)
    narrow (in, count, 8, 1, offset, out);
  else if (size == 8 && bytes == 2)
    narrow (in, count, 8, 2, offset, out);
  else
    narrow (in, count, 8, 4, offset, out);
}

static garco_status
apply_window (garco__apply *apply, const uint8_t *in, size_t bytes, uint8_t **out,
              garco__buffer *record, garco_error *error)
{
  size_t size = garco_datatype_size (apply->filter->datatype), count = bytes / size;
  uint64_t offset = 0;
  size_t bits =
      bytes % size != 0 ? 8 * size : bits_needed (apply->filter->datatype, in, count, &offset);
  if (bits >= 8 * size)
  {
    offset = 0;
    __builtin_memcpy (*out, in, bytes);
    *out += bytes;
  }
  else
  {
    narrow_window (in, count, size, bits / 8, offset, *out);
    *out += count * (bits / 8);
  }
  GARCO_TRY (garco__buffer_append (record, &offset, size, error));
  GARCO_TRY (garco__put_u8 (record, (uint8_t)bits, error));
  return garco__put_u32 (record, (uint32_t)bytes, error);
}

garco_status
garco__bit_width_apply (garco__apply *apply, garco_error *error)
{
  garco_datatype type = apply->filter->datatype;
  if (passes_by (type, UINT32_MAX))
    return GARCO_OK;
  size_t size = garco_datatype_size (type);
  size_t window = garco__apply_window (apply, size);
  uint8_t *room, *out;
  garco__buffer *record;
  GARCO_TRY (garco__apply_room (apply, apply->size, &room, error));
  GARCO_TRY (garco__apply_part (apply, &record, error));
  GARCO_TRY (garco__put_u32 (record, (uint32_t)apply->size, error));
  GARCO_TRY (garco__put_u32 (record, (uint32_t)((apply->size + window - 1) / window), error));
  out = room;
  for (size_t at = 0; at < apply->size; at += window)
    GARCO_TRY (apply_window (apply, apply->data + at,
                             apply->size - at < window ? apply->size - at : window, &out, record,
                             error));
  garco__apply_part_done (apply);
  garco__apply_done (apply, room, (size_t)(out - room));
  return GARCO_OK;
}
