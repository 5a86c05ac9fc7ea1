/* Lowest and highest text of tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/text_bounds.h"

#include <string.h>

#include "base/error.h"

int
garco__text_compare (const uint8_t *a, size_t asize, const uint8_t *b, size_t bsize)
{
  size_t both = asize < bsize ? asize : bsize;
  int difference = both > 0 ? memcmp (a, b, both) : 0;
  return difference != 0 ? difference : asize < bsize ? -1 : asize > bsize;
}

garco_status
garco__text_bounds_add (garco__text_bounds *bounds, const uint8_t *text, size_t size,
                        garco_error *error)
{
  for (size_t i = 0; i < 2; i++)
  {
    garco__buffer *now = &bounds->now[i];
    int difference = garco__text_compare (text, size, now->data, now->size);
    if (bounds->any && (i == 0 ? difference >= 0 : difference <= 0))
      continue;
    now->size = 0;
    GARCO_TRY (garco__buffer_append (now, text, size, error));
  }
  bounds->any = true;
  return GARCO_OK;
}

garco_status
garco__text_bounds_end_tile (garco__text_bounds *bounds, garco_error *error)
{
  for (size_t i = 0; i < 2; i++)
  {
    const uint64_t start = bounds->bytes[i].size;
    GARCO_TRY (garco__buffer_append (&bounds->starts[i], &start, sizeof start, error));
    GARCO_TRY (
        garco__buffer_append (&bounds->bytes[i], bounds->now[i].data, bounds->now[i].size, error));
    bounds->now[i].size = 0;
  }
  bounds->any = false;
  return GARCO_OK;
}

const uint8_t *
garco__text_bounds_of (const garco__text_bounds *bounds, bool highest, size_t tile, size_t *size)
{
  const garco__buffer *bytes = &bounds->bytes[highest];
  const uint64_t *starts = (const uint64_t *)(const void *)bounds->starts[highest].data;
  size_t count = bounds->starts[highest].size / sizeof *starts;
  *size = (size_t)((tile + 1 < count ? starts[tile + 1] : bytes->size) - starts[tile]);
  return bytes->data + starts[tile];
}

void
garco__text_bounds_free (garco__text_bounds *bounds)
{
  for (size_t i = 0; i < 2; i++)
  {
    garco__buffer_free (&bounds->starts[i]);
    garco__buffer_free (&bounds->bytes[i]);
    garco__buffer_free (&bounds->now[i]);
  }
}
