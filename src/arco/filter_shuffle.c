/* Byte shuffle, bit shuffle and XOR with the value before: record u32 parts, u32 bytes of each.
 *
 *   byte shuffle   value by value, byte by byte   becomes   byte by byte, value by value;
 *                  what is left over at the end is copied
 *   bit shuffle    the same with bits, the lowest first, in blocks of 8192 bytes; values beyond a
 *                  multiple of 8 are copied, and so is a part whose size is no multiple of 8 or of
 *                  the value
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/filters.h"
#include "base/error.h"

#define BIT_BLOCK 8192

typedef void (*part_function) (const uint8_t *in, size_t bytes, size_t size, uint8_t *out);

static garco_status
undo_parts (garco__undo *undo, part_function function, garco_error *error)
{
  uint32_t parts = garco__cursor_u32 (&undo->meta);
  size_t size = garco_datatype_size (undo->filter->datatype), done = 0;
  uint8_t *room;
  GARCO_TRY (garco__undo_room (undo, undo->size, &room, error));
  for (uint32_t i = 0; i < parts && !undo->meta.failed; i++)
  {
    size_t bytes = garco__cursor_u32 (&undo->meta);
    if (bytes > undo->size - done)
      return garco__undo_corrupt (undo, error, "the parts' sizes are not the data's");
    function (undo->data + done, bytes, size, room + done);
    done += bytes;
  }
  if (undo->meta.failed || done != undo->size)
    return garco__undo_corrupt (undo, error, "the parts' sizes are not the data's");
  garco__undo_done (undo, room, done);
  return GARCO_OK;
}

/* The data in two parts. The second is none where it is empty; the first is one even then. */
static garco_status
apply_parts (garco__apply *apply, part_function function, size_t first, garco_error *error)
{
  size_t size = garco_datatype_size (apply->filter->datatype), second = apply->size - first;
  uint8_t *room;
  garco__buffer *record;
  GARCO_TRY (garco__apply_room (apply, apply->size, &room, error));
  function (apply->data, first, size, room);
  function (apply->data + first, second, size, room + first);
  GARCO_TRY (garco__apply_part (apply, &record, error));
  GARCO_TRY (garco__put_u32 (record, second > 0 ? 2 : 1, error));
  GARCO_TRY (garco__put_u32 (record, (uint32_t)first, error));
  if (second > 0)
    GARCO_TRY (garco__put_u32 (record, (uint32_t)second, error));
  garco__apply_part_done (apply);
  garco__apply_done (apply, room, apply->size);
  return GARCO_OK;
}

static void
byte_unshuffle (const uint8_t *in, size_t bytes, size_t size, uint8_t *out)
{
  size_t count = bytes / size;
  for (size_t b = 0; b < size; b++)
    for (size_t i = 0; i < count; i++)
      out[i * size + b] = in[b * count + i];
  __builtin_memcpy (out + count * size, in + count * size, bytes - count * size);
}

static void
byte_shuffle (const uint8_t *in, size_t bytes, size_t size, uint8_t *out)
{
  size_t count = bytes / size;
  for (size_t b = 0; b < size; b++)
    for (size_t i = 0; i < count; i++)
      out[b * count + i] = in[i * size + b];
  __builtin_memcpy (out + count * size, in + count * size, bytes - count * size);
}

garco_status
garco__byteshuffle_undo (garco__undo *undo, garco_error *error)
{
  return undo_parts (undo, byte_unshuffle, error);
}

garco_status
garco__byteshuffle_apply (garco__apply *apply, garco_error *error)
{
  return apply_parts (apply, byte_shuffle, apply->size, error);
}

/* ---- bits */

/* Moves the bits of one block: to planes (bit b of byte a of all values together) or back. */
static void
move_bits (const uint8_t *in, size_t count, size_t size, bool to_planes, uint8_t *out)
{
  __builtin_memset (out, 0, count * size);
  for (size_t plane = 0; plane < 8 * size; plane++)
    for (size_t i = 0; i < count; i++)
    {
      size_t value_byte = i * size + plane / 8, plane_byte = plane * (count / 8) + i / 8;
      unsigned value_bit = plane % 8, plane_bit = i % 8;
      if (to_planes)
        out[plane_byte] =
            (uint8_t)(out[plane_byte] | (in[value_byte] >> value_bit & 1) << plane_bit);
      else
        out[value_byte] =
            (uint8_t)(out[value_byte] | (in[plane_byte] >> plane_bit & 1) << value_bit);
    }
}

static void
move_part (const uint8_t *in, size_t bytes, size_t size, bool to_planes, uint8_t *out)
{
  if (bytes % size != 0 || bytes % 8 != 0)
  {
    __builtin_memcpy (out, in, bytes);
    return;
  }
  for (size_t at = 0; at < bytes; at += BIT_BLOCK)
  {
    size_t block = bytes - at < BIT_BLOCK ? bytes - at : BIT_BLOCK;
    size_t count = block / size / 8 * 8;
    move_bits (in + at, count, size, to_planes, out + at);
    __builtin_memcpy (out + at + count * size, in + at + count * size, block - count * size);
  }
}

static void
bit_unshuffle (const uint8_t *in, size_t bytes, size_t size, uint8_t *out)
{
  move_part (in, bytes, size, false, out);
}

static void
bit_shuffle (const uint8_t *in, size_t bytes, size_t size, uint8_t *out)
{
  move_part (in, bytes, size, true, out);
}

garco_status
garco__bitshuffle_undo (garco__undo *undo, garco_error *error)
{
  return undo_parts (undo, bit_unshuffle, error);
}

garco_status
garco__bitshuffle_apply (garco__apply *apply, garco_error *error)
{
  /* Whole words of bits, and what is left. */
  return apply_parts (apply, bit_shuffle, apply->size / 8 * 8, error);
}

/* ---- XOR */

static void
xor_undo (const uint8_t *in, size_t bytes, size_t size, uint8_t *out)
{
  uint64_t value = 0;
  size_t at = 0;
  for (; at + size <= bytes; at += size)
  {
    value ^= garco__load (in + at, size);
    garco__store (out + at, size, value);
  }
  __builtin_memcpy (out + at, in + at, bytes - at);
}

static void
xor_apply (const uint8_t *in, size_t bytes, size_t size, uint8_t *out)
{
  uint64_t before = 0;
  size_t at = 0;
  for (; at + size <= bytes; at += size)
  {
    uint64_t value = garco__load (in + at, size);
    garco__store (out + at, size, value ^ before);
    before = value;
  }
  __builtin_memcpy (out + at, in + at, bytes - at);
}

garco_status
garco__xor_undo (garco__undo *undo, garco_error *error)
{
  return undo_parts (undo, xor_undo, error);
}

garco_status
garco__xor_apply (garco__apply *apply, garco_error *error)
{
  return apply_parts (apply, xor_apply, apply->size, error);
}
