/* MD5 and SHA-256 of a chunk's parts.
 *
 *   record: u32 metadata parts, u32 data parts, then of each u64 bytes, digest; the older metadata
 *           follow as they are, and so do the data
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "arco/filters.h"
#include "base/digest.h"
#include "base/error.h"

static size_t
digest_size (const garco__filter *filter)
{
  return filter->kind == GARCO__FILTER_MD5 ? 16 : 32;
}

static garco_status
digest_of (const garco__filter *filter, const uint8_t *bytes, size_t size, uint8_t hash[32],
           garco_error *error)
{
  garco__digest *digest = NULL;
  GARCO_TRY (
      garco__digest_new (filter->kind == GARCO__FILTER_MD5 ? "MD5" : "SHA256", &digest, error));
  garco_status status = garco__digest_update (digest, bytes, size, error);
  if (status >= 0)
    status = garco__digest_final (digest, hash, 32, error);
  garco__digest_free (&digest);
  return status;
}

/* Checks the next `size` bytes of *rest, and moves on. */
static garco_status
check_part (garco__undo *undo, const uint8_t *expected, uint64_t size, garco__cursor *rest,
            garco_error *error)
{
  uint8_t hash[32];
  const uint8_t *bytes = garco__cursor_take (rest, size);
  if (bytes == NULL || expected == NULL)
    return garco__undo_corrupt (undo, error, "a part's size goes beyond the chunk");
  GARCO_TRY (digest_of (undo->filter, bytes, (size_t)size, hash, error));
  if (memcmp (hash, expected, digest_size (undo->filter)) != 0)
    return garco__undo_corrupt (undo, error,
                                "the bytes do not have the checksum written with them");
  return GARCO_OK;
}

garco_status
garco__checksum_undo (garco__undo *undo, garco_error *error)
{
  size_t item = 8 + digest_size (undo->filter);
  uint32_t nmeta = garco__cursor_u32 (&undo->meta), ndata = garco__cursor_u32 (&undo->meta);
  uint64_t parts = (uint64_t)nmeta + ndata;
  if (undo->meta.failed || parts > garco__cursor_left (&undo->meta) / item)
    return garco__undo_corrupt (undo, error, "more parts than its record has room for");
  garco__cursor record = undo->meta;
  garco__cursor_take (&undo->meta, parts * item);
  garco__cursor meta = undo->meta, data = garco__cursor_of (undo->data, undo->size);
  for (uint64_t i = 0; i < parts; i++)
  {
    uint64_t size = garco__cursor_u64 (&record);
    const uint8_t *expected = garco__cursor_take (&record, digest_size (undo->filter));
    GARCO_TRY (check_part (undo, expected, size, i < nmeta ? &meta : &data, error));
  }
  return GARCO_OK;
}

static garco_status
put_digest (const garco__filter *filter, const uint8_t *bytes, size_t size, garco__buffer *record,
            garco_error *error)
{
  uint8_t hash[32];
  GARCO_TRY (digest_of (filter, bytes, size, hash, error));
  GARCO_TRY (garco__put_u64 (record, size, error));
  return garco__buffer_append (record, hash, digest_size (filter), error);
}

garco_status
garco__checksum_apply (garco__apply *apply, garco_error *error)
{
  garco__buffer *record;
  size_t before = apply->nparts;
  GARCO_TRY (garco__apply_part (apply, &record, error));
  GARCO_TRY (garco__put_u32 (record, (uint32_t)before, error));
  GARCO_TRY (garco__put_u32 (record, 1, error));
  for (size_t i = before; i-- > 0;)
  {
    /* The record grows in the memory that the parts lie in: room first, pointers after. */
    GARCO_TRY (garco__buffer_reserve (record, 64, error));
    GARCO_TRY (put_digest (apply->filter, record->data + apply->parts[i].at, apply->parts[i].size,
                           record, error));
  }
  GARCO_TRY (put_digest (apply->filter, apply->data, apply->size, record, error));
  garco__apply_part_done (apply);
  return GARCO_OK;
}
