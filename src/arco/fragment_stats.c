/* What a fragment's metadata keep of the values of its tiles, from version 11 on.
 *
 *   sums, null counts   u64 count, 8 bytes each
 *   minima, maxima      u64 bytes, u64 bytes of variable length (0), the bytes: a cell each
 *
 * A count of 0 stands where a writer keeps none. Whether what is kept may be trusted is for those
 * who use it: a tile with a NaN has a NaN as its sum, and a minimum and maximum that mean nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arco/fragment_metadata.h"
#include "base/error.h"

/* One of them: where it lies, what it is of. */
typedef struct vector
{
  uint64_t at;
  size_t cell; /* bytes a tile */
  bool bytes;  /* counted in bytes, and of variable length as well */
  const char *what;
  uint8_t **place;
} vector;

static garco_status
take_vector (const garco__fragment *fragment, const vector *v, const garco__buffer *content,
             const char *source, garco_error *error)
{
  void *made = NULL;
  garco__cursor cursor = garco__cursor_of (content->data, content->size);
  uint64_t count = garco__cursor_u64 (&cursor);
  uint64_t variable = v->bytes ? garco__cursor_u64 (&cursor) : 0;
  uint64_t size = 0;
  bool fits = !__builtin_mul_overflow (fragment->ntiles, v->cell, &size);
  uint64_t expected = v->bytes ? size : fragment->ntiles;
  if (!cursor.failed && count == 0)
    return GARCO_OK;
  if (cursor.failed || !fits || count != expected || variable != 0 ||
      garco__cursor_left (&cursor) != size)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, (int64_t)v->at,
                             "%" PRIu64 " %s in %zu bytes; expected %" PRIu64, count, v->what,
                             content->size, expected);
  GARCO_TRY (garco__allocate (&made, (size_t)size, 1, error));
  memcpy (made, garco__cursor_take (&cursor, size), (size_t)size);
  *v->place = made;
  return GARCO_OK;
}

static garco_status
load_vector (garco__io *io, garco__codec *codec, garco__fragment *fragment, const vector *v,
             garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  garco__buffer content = {0};
  garco__fragment_metadata_name (io, fragment, source, sizeof source);
  garco_status status = garco__fragment_piece (io, codec, fragment, v->at, &content, error);
  if (status >= 0)
    status = take_vector (fragment, v, &content, source, error);
  garco__buffer_free (&content);
  return status;
}

garco_status
garco__fragment_load_stats (garco__io *io, garco__codec *codec, garco__fragment *fragment,
                            size_t field, garco_error *error)
{
  const garco__field *own = &fragment->schema->fields[field];
  garco__slot *slot = &fragment->slots[garco__schema_slot (fragment->schema, field)];
  const vector vectors[] = {{slot->at.min, own->cell_size, true, "bytes of minima", &slot->mins},
                            {slot->at.max, own->cell_size, true, "bytes of maxima", &slot->maxs},
                            {slot->at.sum, sizeof (uint64_t), false, "sums", &slot->sums},
                            {slot->at.null, sizeof (uint64_t), false, "null counts", &slot->nulls}};
  if (fragment->version < 11 || fragment->ntiles == 0 || own->is_dimension || own->width != 1)
    return GARCO_OK;
  for (size_t i = 0; i < (own->nullable ? 4 : 3); i++)
    if (*vectors[i].place == NULL)
      GARCO_TRY (load_vector (io, codec, fragment, &vectors[i], error));
  return GARCO_OK;
}
