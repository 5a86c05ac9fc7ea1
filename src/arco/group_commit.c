/* Commits of several things at once.
 *
 *   __commits/__1_2_UUID_22.con    "__commits/__1_1_..._22.del\n" u64+bytes,
 * "__commits/__2_2_..._22.wrt\n" ...
 *
 * A file of consolidated commits says what files of their own would say, and appears in one step:
 * so a reader sees all of it or nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/group_commit.h"

#include <stdio.h>

#include "arco/condition_text.h"
#include "arco/fragment_writer.h"
#include "arco/generic_tile.h"
#include "base/error.h"

#define PATH_SIZE 512

static garco_status
put_delete (garco_array *array, const char *condition, uint64_t timestamp, garco__buffer *out,
            garco_error *error)
{
  garco__buffer payload = {0}, tile = {0};
  char name[GARCO__NAME_SIZE];
  garco_status status;
  uint32_t version = array->schema->version;
  GARCO_TRY_DONE (garco__condition_serialize (array, condition, &payload, error));
  GARCO_TRY_DONE (
      garco__generic_tile_write (array->codec, version, payload.data, payload.size, &tile, error));
  GARCO_TRY_DONE (garco__stamp_name (timestamp, version, name, error));
  GARCO_TRY_DONE (garco__buffer_print (out, error, "__commits/%s.del\n", name));
  GARCO_TRY_DONE (garco__put_u64 (out, tile.size, error));
  GARCO_TRY_DONE (garco__buffer_append (out, tile.data, tile.size, error));
done:
  garco__buffer_free (&payload);
  garco__buffer_free (&tile);
  return status;
}

static garco_status
put_all (garco_array *array, garco__fragment_writer *const *fragments, size_t count,
         const char *condition, uint64_t deleted_at, garco__buffer *out, garco_error *error)
{
  if (condition != NULL)
    GARCO_TRY (put_delete (array, condition, deleted_at, out, error));
  for (size_t i = 0; i < count; i++)
    GARCO_TRY (garco__buffer_print (out, error, "__commits/%s.wrt\n", fragments[i]->name));
  return GARCO_OK;
}

/* Unless it is sure that the file is not there, the fragments stay. */
static garco_status
write_file (garco_array *array, const char *path, const garco__buffer *content,
            garco__fragment_writer *const *fragments, size_t count, garco_error *error)
{
  garco__io_kind kind = GARCO__IO_NOTHING;
  uint64_t size;
  garco_status status = garco__io_write (array->io, path, content->data, content->size, error);
  bool there = status >= 0 || garco__io_stat (array->io, path, &kind, &size, NULL) < 0 ||
               kind != GARCO__IO_NOTHING;
  for (size_t i = 0; i < count; i++)
    fragments[i]->committed = there;
  return status;
}

garco_status
garco__fragments_commit (garco_array *array, garco__fragment_writer *const *fragments, size_t count,
                         const char *condition, uint64_t deleted_at, garco_error *error)
{
  garco__buffer content = {0};
  char name[GARCO__NAME_SIZE], path[PATH_SIZE];
  uint64_t start = condition != NULL ? deleted_at : UINT64_MAX, end = 0;
  garco_status status;
  if (count == 1 && condition == NULL)
    return garco__fragment_commit (fragments[0], error);
  for (size_t i = 0; i < count; i++)
  {
    start = fragments[i]->timestamp < start ? fragments[i]->timestamp : start;
    end = fragments[i]->timestamp > end ? fragments[i]->timestamp : end;
  }
  GARCO_TRY_DONE (put_all (array, fragments, count, condition, deleted_at, &content, error));
  GARCO_TRY_DONE (garco__stamp_range_name (start, end, array->schema->version, name, error));
  snprintf (path, sizeof path, "__commits/%s.con", name);
  garco__wait_for (end);
  GARCO_TRY_DONE (write_file (array, path, &content, fragments, count, error));
done:
  garco__buffer_free (&content);
  return status;
}

garco_status
garco__fragments_commit_with (garco_array *array, garco__fragment_writer *const *fragments,
                              size_t count, const char *condition, uint64_t deleted_at,
                              const garco__metadata_item *items, size_t nitems, garco_error *error)
{
  char path[GARCO__METADATA_PATH];
  if (nitems == 0)
    return garco__fragments_commit (array, fragments, count, condition, deleted_at, error);
  GARCO_TRY (
      garco__array_metadata_write (array, fragments[0]->timestamp, items, nitems, path, error));
  garco_status status =
      garco__fragments_commit (array, fragments, count, condition, deleted_at, error);
  if (status < 0 && !fragments[0]->committed)
    garco__io_remove (array->io, path, NULL);
  return status;
}
