/* Growable bytes and checked allocation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

garco_status
garco__buffer_reserve (garco__buffer *buffer, size_t more, garco_error *error)
{
  if (more <= buffer->capacity - buffer->size)
    return GARCO_OK;
  if (more > SIZE_MAX / 2 - buffer->size)
    return garco__fail_memory (error, more);
  size_t need = buffer->size + more;
  size_t capacity = buffer->capacity < 128 ? 256 : buffer->capacity * 2;
  if (capacity < need)
    capacity = need;
  uint8_t *data = realloc (buffer->data, capacity);
  if (data == NULL)
    return garco__fail_memory (error, capacity);
  buffer->data = data;
  buffer->capacity = capacity;
  return GARCO_OK;
}

garco_status
garco__buffer_append (garco__buffer *buffer, const void *bytes, size_t size, garco_error *error)
{
  if (size == 0)
    return GARCO_OK;
  GARCO_TRY (garco__buffer_reserve (buffer, size, error));
  memcpy (buffer->data + buffer->size, bytes, size);
  buffer->size += size;
  return GARCO_OK;
}

garco_status
garco__buffer_print (garco__buffer *buffer, garco_error *error, const char *format, ...)
{
  va_list arguments, again;
  va_start (arguments, format);
  va_copy (again, arguments);
  int length = vsnprintf (NULL, 0, format, arguments);
  va_end (arguments);
  garco_status status =
      length < 0 ? garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "text cannot be formatted")
                 : garco__buffer_reserve (buffer, (size_t)length + 1, error);
  if (status == GARCO_OK)
  {
    vsnprintf ((char *)buffer->data + buffer->size, (size_t)length + 1, format, again);
    buffer->size += (size_t)length;
  }
  va_end (again);
  return status;
}

void
garco__buffer_free (garco__buffer *buffer)
{
  free (buffer->data);
  memset (buffer, 0, sizeof *buffer);
}

void
garco__buffer_swap (garco__buffer *a, garco__buffer *b)
{
  garco__buffer swap = *a;
  *a = *b;
  *b = swap;
}

garco_status
garco__allocate (void **pointer, size_t count, size_t size, garco_error *error)
{
  *pointer = calloc (count > 0 ? count : 1, size > 0 ? size : 1);
  return *pointer != NULL ? GARCO_OK : garco__fail_memory (error, count * size);
}

garco_status
garco__reallocate (void **pointer, size_t count, size_t size, garco_error *error)
{
  if (size > 0 && count > SIZE_MAX / 2 / size)
    return garco__fail_memory (error, SIZE_MAX);
  size_t bytes = count * size;
  void *moved = realloc (*pointer, bytes > 0 ? bytes : 1);
  if (moved == NULL)
    return garco__fail_memory (error, bytes);
  *pointer = moved;
  return GARCO_OK;
}
