/* Little-endian numbers. The bytes are put together one by one: compilers make one load of it, and
 * a big-endian machine gets the same answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <string.h>

#include "base/error.h"

garco__cursor
garco__cursor_of (const void *data, size_t size)
{
  return (garco__cursor){data, size, 0, false};
}

size_t
garco__cursor_left (const garco__cursor *cursor)
{
  return cursor->failed ? 0 : cursor->size - cursor->at;
}

const uint8_t *
garco__cursor_take (garco__cursor *cursor, uint64_t size)
{
  if (cursor->failed || size > cursor->size - cursor->at)
  {
    cursor->failed = true;
    return NULL;
  }
  const uint8_t *place = cursor->data + cursor->at;
  cursor->at += (size_t)size;
  return place;
}

static uint64_t
take_little (garco__cursor *cursor, unsigned bytes)
{
  const uint8_t *p = garco__cursor_take (cursor, bytes);
  uint64_t value = 0;
  for (unsigned i = bytes; p != NULL && i-- > 0;)
    value = value << 8 | p[i];
  return value;
}

uint8_t
garco__cursor_u8 (garco__cursor *cursor)
{
  return (uint8_t)take_little (cursor, 1);
}

uint32_t
garco__cursor_u32 (garco__cursor *cursor)
{
  return (uint32_t)take_little (cursor, 4);
}

uint64_t
garco__cursor_u64 (garco__cursor *cursor)
{
  return take_little (cursor, 8);
}

double
garco__cursor_f64 (garco__cursor *cursor)
{
  uint64_t bits = take_little (cursor, 8);
  double value;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static garco_status
put_little (garco__buffer *buffer, uint64_t value, unsigned bytes, garco_error *error)
{
  GARCO_TRY (garco__buffer_reserve (buffer, bytes, error));
  for (unsigned i = 0; i < bytes; i++)
    buffer->data[buffer->size++] = (uint8_t)(value >> (8 * i));
  return GARCO_OK;
}

garco_status
garco__put_u8 (garco__buffer *buffer, uint8_t value, garco_error *error)
{
  return put_little (buffer, value, 1, error);
}

garco_status
garco__put_u32 (garco__buffer *buffer, uint32_t value, garco_error *error)
{
  return put_little (buffer, value, 4, error);
}

garco_status
garco__put_u64 (garco__buffer *buffer, uint64_t value, garco_error *error)
{
  return put_little (buffer, value, 8, error);
}

garco_status
garco__put_f64 (garco__buffer *buffer, double value, garco_error *error)
{
  uint64_t bits;
  memcpy (&bits, &value, sizeof bits);
  return put_little (buffer, bits, 8, error);
}
