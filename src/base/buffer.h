/* A growable run of bytes. Zero-initialise; garco__buffer_free leaves it zero again.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_BUFFER_H
#define GARCO_BASE_BUFFER_H

#include "garco.h"

typedef struct garco__buffer
{
  uint8_t *data;
  size_t size, capacity;
} garco__buffer;

/* Room for `more` bytes behind the present ones; the size stays. */
garco_status garco__buffer_reserve (garco__buffer *buffer, size_t more, garco_error *error);
garco_status garco__buffer_append (garco__buffer *buffer, const void *bytes, size_t size,
                                   garco_error *error);
/* Appends text without its NUL. */
garco_status garco__buffer_print (garco__buffer *buffer, garco_error *error, const char *format,
                                  ...) __attribute__ ((format (printf, 3, 4)));
void garco__buffer_free (garco__buffer *buffer);
/* Each has what the other had. */
void garco__buffer_swap (garco__buffer *a, garco__buffer *b);

/* calloc and realloc for `count` things of `size` bytes that fail with a filled error. A count of 0
 * gives a pointer that is not NULL. */
garco_status garco__allocate (void **pointer, size_t count, size_t size, garco_error *error);
garco_status garco__reallocate (void **pointer, size_t count, size_t size, garco_error *error);

#endif
