/* The format's own compressors.
 *
 *   run lengths    { cell, u16 length, high byte first }*
 *   delta          u64 count, first value, differences, wrapping, in the type
 *   double delta   u8 bits, u64 count; with bits >= 8 * size - 1 the values as they are, else
 *                  values 0 and 1, then for each next value one sign bit and `bits` bits of
 *                  magnitude of v[i] - 2 v[i-1] + v[i-2], the high bit first in little-endian
 *                  words of 8 bytes
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "arco/datatype.h"
#include "arco/filters.h"
#include "base/error.h"

bool
garco__rle_decode (const uint8_t *bytes, size_t size, size_t cell_size, uint8_t *out,
                   size_t out_size)
{
  size_t step = cell_size + 2, done = 0;
  if (size % step != 0)
    return false;
  for (const uint8_t *p = bytes; p < bytes + size; p += step)
  {
    size_t run = (size_t)p[cell_size] << 8 | p[cell_size + 1];
    if (run * cell_size > out_size - done)
      return false;
    for (size_t i = 0; i < run; i++, done += cell_size)
      memcpy (out + done, p, cell_size);
  }
  return done == out_size;
}

garco_status
garco__rle_encode (const uint8_t *data, size_t size, size_t cell_size, garco__buffer *out,
                   garco_error *error)
{
  if (size % cell_size != 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "rle of %zu bytes in cells of %zu", size,
                        cell_size);
  for (size_t at = 0; at < size;)
  {
    size_t run = 1;
    while (run < 65535 && at + (run + 1) * cell_size <= size &&
           memcmp (data + at, data + at + run * cell_size, cell_size) == 0)
      run++;
    uint8_t length[2] = {(uint8_t)(run >> 8), (uint8_t)run};
    GARCO_TRY (garco__buffer_append (out, data + at, cell_size, error));
    GARCO_TRY (garco__buffer_append (out, length, 2, error));
    at += run * cell_size;
  }
  return GARCO_OK;
}

/* ---- delta */

bool
garco__delta_decode (const uint8_t *bytes, size_t size, size_t value_size, uint8_t *out,
                     size_t out_size)
{
  if (value_size == 0 || size < 8 || size - 8 != out_size || out_size % value_size != 0 ||
      garco__load (bytes, 8) != out_size / value_size)
    return false;
  uint64_t value = 0;
  for (size_t at = 0; at < out_size; at += value_size)
  {
    value += garco__load (bytes + 8 + at, value_size);
    garco__store (out + at, value_size, value);
  }
  return true;
}

garco_status
garco__delta_encode (const uint8_t *data, size_t size, size_t value_size, garco__buffer *out,
                     garco_error *error)
{
  if (value_size == 0 || size % value_size != 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "delta of %zu bytes in values of %zu",
                        size, value_size);
  GARCO_TRY (garco__put_u64 (out, size / value_size, error));
  GARCO_TRY (garco__buffer_reserve (out, size, error));
  uint64_t before = 0;
  for (size_t at = 0; at < size; at += value_size)
  {
    uint64_t value = garco__load (data + at, value_size);
    garco__store (out->data + out->size + at, value_size, value - before);
    before = value;
  }
  out->size += size;
  return GARCO_OK;
}

/* ---- double delta */

/* Bits from little-endian words, the high bit of each word first. */
typedef struct bit_reader
{
  const uint8_t *bytes;
  size_t size, at; /* at: bits */
} bit_reader;

static bool
take_bits (bit_reader *reader, unsigned count, uint64_t *value)
{
  *value = 0;
  while (count > 0)
  {
    size_t word = reader->at / 64 * 8;
    unsigned used = reader->at % 64, take = 64 - used < count ? 64 - used : count;
    if (word + 8 > reader->size)
      return false;
    uint64_t bits = garco__load (reader->bytes + word, 8) << used >> (64 - take);
    *value = take == 64 ? bits : *value << take | bits;
    reader->at += take;
    count -= take;
  }
  return true;
}

static bool
double_delta_bits (const uint8_t *bytes, size_t size, size_t value_size, uint8_t *out, size_t count,
                   unsigned bits)
{
  size_t plain = count < 2 ? count : 2;
  if (size < plain * value_size)
    return false;
  memcpy (out, bytes, plain * value_size);
  bit_reader reader = {bytes + plain * value_size, size - plain * value_size, 0};
  for (size_t i = 2; i < count; i++)
  {
    uint64_t sign, magnitude;
    if (!take_bits (&reader, 1, &sign) || !take_bits (&reader, bits, &magnitude))
      return false;
    uint64_t before = garco__load (out + (i - 1) * value_size, value_size);
    uint64_t earlier = garco__load (out + (i - 2) * value_size, value_size);
    uint64_t change = sign != 0 ? 0 - magnitude : magnitude;
    garco__store (out + i * value_size, value_size, change + 2 * before - earlier);
  }
  return true;
}

bool
garco__double_delta_decode (const uint8_t *bytes, size_t size, size_t value_size, uint8_t *out,
                            size_t out_size)
{
  if (size < 9 || value_size == 0 || out_size % value_size != 0 ||
      garco__load (bytes + 1, 8) != out_size / value_size)
    return false;
  unsigned bits = bytes[0];
  if (bits < 8 * value_size - 1)
    return double_delta_bits (bytes + 9, size - 9, value_size, out, out_size / value_size, bits);
  if (size - 9 != out_size)
    return false;
  memcpy (out, bytes + 9, out_size);
  return true;
}

typedef struct bit_writer
{
  uint64_t word;
  unsigned used;
} bit_writer;

static garco_status
put_bits (bit_writer *writer, uint64_t value, unsigned count, garco__buffer *out,
          garco_error *error)
{
  while (count > 0)
  {
    unsigned room = 64 - writer->used, take = room < count ? room : count;
    uint64_t bits = take == 64 ? value : value >> (count - take) & ((UINT64_C (1) << take) - 1);
    writer->word |= bits << (room - take);
    writer->used += take;
    count -= take;
    if (writer->used < 64)
      continue;
    GARCO_TRY (garco__put_u64 (out, writer->word, error));
    *writer = (bit_writer){0, 0};
  }
  return GARCO_OK;
}

/* b - a of the values at p and behind it; false where 63 bits and a sign do not hold it. */
static bool
difference_at (const uint8_t *p, size_t size, bool is_signed, int64_t *difference)
{
  unsigned shift = (unsigned)(64 - 8 * size);
  uint64_t a = garco__load (p, size), b = garco__load (p + size, size);
  if (is_signed)
    return !__builtin_sub_overflow ((int64_t)(b << shift) >> shift, (int64_t)(a << shift) >> shift,
                                    difference);
  *difference = (int64_t)(b - a);
  return (b >= a) == (*difference >= 0);
}

static bool
sign_and_magnitude (int64_t change, bool *negative, uint64_t *magnitude)
{
  *negative = change < 0;
  *magnitude = change < 0 ? -(uint64_t)change : (uint64_t)change;
  return change != INT64_MIN;
}

/* v[i] - 2 v[i-1] + v[i-2] as sign and magnitude; false where 64 bits do not hold it. */
static bool
second_difference (const uint8_t *p, size_t size, bool is_signed, bool *negative,
                   uint64_t *magnitude)
{
  int64_t first, second, change;
  return difference_at (p, size, is_signed, &first) &&
         difference_at (p + size, size, is_signed, &second) &&
         !__builtin_sub_overflow (second, first, &change) &&
         sign_and_magnitude (change, negative, magnitude);
}

/* The distance of the first two values, which other writers count among the changes when they
 * choose the bits; false where 63 bits do not hold it. */
static bool
first_difference (const uint8_t *p, size_t size, bool is_signed, uint64_t *magnitude)
{
  int64_t change;
  bool negative;
  return difference_at (p, size, is_signed, &change) &&
         sign_and_magnitude (change, &negative, magnitude);
}

garco_status
garco__double_delta_encode (const uint8_t *data, size_t size, garco_datatype type,
                            garco__buffer *out, garco_error *error)
{
  size_t width = garco_datatype_size (type), count = width > 0 ? size / width : 0;
  bool is_signed = garco__datatype_number (type) == GARCO__NUMBER_SIGNED, negative = false;
  uint64_t most = 0, magnitude = 0;
  if (width == 0 || size % width != 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "double_delta of %zu bytes in values of %zu", size, width);
  bool fits = count <= 2 || first_difference (data, width, is_signed, &most);
  for (size_t i = 2; i < count && fits; i++)
  {
    fits = second_difference (data + (i - 2) * width, width, is_signed, &negative, &magnitude);
    most |= magnitude;
  }
  if (!fits)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "double_delta: differences of more than 63 bits");
  /* Of no differences at all other writers say 0 bits. */
  unsigned bits = count <= 2 ? 0 : most == 0 ? 1 : 64 - (unsigned)__builtin_clzll (most);
  GARCO_TRY (garco__put_u8 (out, (uint8_t)bits, error));
  GARCO_TRY (garco__put_u64 (out, count, error));
  if (bits >= 8 * width - 1 || count <= 2)
    return garco__buffer_append (out, data, size, error);
  GARCO_TRY (garco__buffer_append (out, data, 2 * width, error));
  bit_writer writer = {0, 0};
  for (size_t i = 2; i < count; i++)
  {
    second_difference (data + (i - 2) * width, width, is_signed, &negative, &magnitude);
    GARCO_TRY (put_bits (&writer, negative, 1, out, error));
    GARCO_TRY (put_bits (&writer, magnitude, bits, out, error));
  }
  return writer.used > 0 ? garco__put_u64 (out, writer.word, error) : GARCO_OK;
}
