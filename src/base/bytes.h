/* Little-endian numbers in and out of bytes, every read checked against the end.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_BYTES_H
#define GARCO_BASE_BYTES_H

#include "base/buffer.h"

/* A place in bytes that are read. After a read past the end `failed` is set, the read gives 0 and
 * so do all that follow: check once, at the end or before a number is used as a size. */
typedef struct garco__cursor
{
  const uint8_t *data;
  size_t size, at;
  bool failed;
} garco__cursor;

garco__cursor garco__cursor_of (const void *data, size_t size);
size_t garco__cursor_left (const garco__cursor *cursor);
/* `size` bytes, borrowed; NULL where fewer are left. */
const uint8_t *garco__cursor_take (garco__cursor *cursor, uint64_t size);
uint8_t garco__cursor_u8 (garco__cursor *cursor);
uint32_t garco__cursor_u32 (garco__cursor *cursor);
uint64_t garco__cursor_u64 (garco__cursor *cursor);
double garco__cursor_f64 (garco__cursor *cursor);

garco_status garco__put_u8 (garco__buffer *buffer, uint8_t value, garco_error *error);
garco_status garco__put_u32 (garco__buffer *buffer, uint32_t value, garco_error *error);
garco_status garco__put_u64 (garco__buffer *buffer, uint64_t value, garco_error *error);
garco_status garco__put_f64 (garco__buffer *buffer, double value, garco_error *error);

#endif
