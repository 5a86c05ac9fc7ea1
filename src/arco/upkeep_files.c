/* Many small files into one: commits, footers of fragments, array metadata.
 *
 *   __commits/__1_9_UUID_22.con      { "__commits/NAME.wrt\n" | "__commits/NAME.del\n" u64+bytes }*
 *   __fragment_meta/__1_9_UUID_22.meta   a generic tile: u32 n, { u64+name, u64 place }*, footers
 *   __meta/__1_9_UUID                as any file of array metadata, and beside it
 *   __meta/__1_9_UUID.vac            the files that it replaces, a path a line
 *
 * A .con says again what the commit files say, so nothing changes when it appears; which is also
 * why it may hold commits of fragments that are replaced. Its entries of older .con files are taken
 * over, deletes with their bytes. Files of fragment metadata are a cache.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/upkeep_files.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_writer.h"
#include "arco/generic_tile.h"
#include "base/error.h"

#define PATH_SIZE 1024
#define FILE_LIMIT (UINT64_C (1) << 30)

void
garco__upkeep_say (const garco__upkeep *own, const char *format, ...)
{
  char text[512];
  va_list list;
  if (own->options->on_step == NULL)
    return;
  va_start (list, format);
  vsnprintf (text, sizeof text, format, list);
  va_end (list);
  own->options->on_step (own->options->context, text);
}

/* The span of the times of some things. */
typedef struct span
{
  uint64_t start, end;
  size_t count;
} span;

static void
widen (span *all, const garco__stamp *stamp)
{
  all->start = all->count == 0 || stamp->start < all->start ? stamp->start : all->start;
  all->end = stamp->end > all->end ? stamp->end : all->end;
  all->count++;
}

static garco_status
make_tile (garco__upkeep *own, const garco__buffer *payload, garco__buffer *tile)
{
  return garco__generic_tile_write (own->array->codec, own->array->schema->version, payload->data,
                                    payload->size, tile, own->error);
}

static garco_status
write_tile (garco__upkeep *own, const char *path, const garco__buffer *payload)
{
  garco__buffer tile = {0};
  garco_status status = make_tile (own, payload, &tile);
  if (status >= 0)
    status = garco__io_write (own->array->io, path, tile.data, tile.size, own->error);
  garco__buffer_free (&tile);
  return status;
}

/* ---- commits */

static garco_status
put_delete (garco__upkeep *own, const garco__item *item, garco__buffer *out)
{
  uint8_t *bytes = NULL;
  size_t size = item->size;
  garco_status status = GARCO_OK;
  if (item->path != NULL)
    GARCO_TRY (
        garco__io_read_whole (own->array->io, item->path, FILE_LIMIT, &bytes, &size, own->error));
  status = garco__buffer_print (out, own->error, "%s\n", item->name);
  if (status >= 0)
    status = garco__put_u64 (out, size, own->error);
  if (status >= 0)
    status = garco__buffer_append (out, bytes != NULL ? bytes : item->bytes, size, own->error);
  free (bytes);
  return status;
}

/* Every commit that counts, whether or not its fragment was replaced since. */
static garco_status
list_commits (garco__upkeep *own, const garco__directory *directory, garco__buffer *out, span *all)
{
  for (size_t i = 0; i < directory->commits.count; i++)
  {
    widen (all, &directory->commits.items[i].stamp);
    GARCO_TRY (
        garco__buffer_print (out, own->error, "__commits/%s\n", directory->commits.items[i].name));
  }
  for (size_t i = 0; i < directory->deletes.count; i++)
  {
    widen (all, &directory->deletes.items[i].stamp);
    GARCO_TRY (put_delete (own, &directory->deletes.items[i], out));
  }
  return GARCO_OK;
}

static bool
has_names (const garco__io_list *list, const garco__items *items)
{
  for (size_t i = 0; i < items->count; i++)
  {
    const char *base = strrchr (items->items[i].name, '/');
    if (garco__io_list_find (list, base != NULL ? base + 1 : items->items[i].name) == NULL)
      return false;
  }
  return true;
}

/* Whether one file has all of them, and nothing that an .ign takes back. */
static garco_status
are_joined (garco__upkeep *own, const garco__directory *directory, bool *joined)
{
  garco__io_list covered = {0};
  char name[GARCO__NAME_SIZE] = "";
  garco_status status = garco__directory_covering (own->array->io, name, &covered, own->error);
  *joined = status >= 0 && name[0] != '\0' && has_names (&covered, &directory->commits) &&
            has_names (&covered, &directory->deletes);
  garco__io_list_free (&covered);
  return status;
}

/* Writes a file of that time under a new name. */
static garco_status
put_file (garco__upkeep *own, const char *folder, const char *ending, const span *all,
          const garco__buffer *content)
{
  char name[GARCO__NAME_SIZE], path[PATH_SIZE];
  GARCO_TRY (garco__stamp_range_name (all->start, all->end, own->array->schema->version, name,
                                      own->error));
  snprintf (path, sizeof path, "%s/%s.%s", folder, name, ending);
  return garco__io_write (own->array->io, path, content->data, content->size, own->error);
}

/* One commit alone is written too where other files say it, which can be vacuumed then. */
static garco_status
write_commits (garco__upkeep *own)
{
  garco__directory directory = {0};
  garco__buffer content = {0};
  span all = {0, 0, 0};
  bool joined = false;
  garco_status status;
  GARCO_TRY_DONE (garco__directory_read (own->array->io, 0, UINT64_MAX, &directory, own->error));
  GARCO_TRY_DONE (list_commits (own, &directory, &content, &all));
  GARCO_TRY_DONE (are_joined (own, &directory, &joined));
  if (joined || all.count < (directory.has_consolidated ? 1 : 2))
    goto done;
  if (!own->options->dry_run)
    GARCO_TRY_DONE (put_file (own, "__commits", "con", &all, &content));
  garco__upkeep_say (own, "%zu commits%s in one file", all.count,
                     own->options->dry_run ? " would be" : "");
done:
  garco__buffer_free (&content);
  garco__directory_free (&directory);
  return status;
}

garco_status
garco__consolidate_commits (garco__upkeep *own)
{
  return garco__upkeep_locked (own, write_commits);
}

/* ---- footers */

static garco_status
put_footer (garco__upkeep *own, size_t index, garco__buffer *names, garco__buffer *footers)
{
  garco__fragment *fragment = NULL;
  GARCO_TRY (garco__array_fragment_at (own->array, index, &fragment, own->error));
  GARCO_TRY (garco__put_u64 (names, strlen (fragment->name), own->error));
  GARCO_TRY (garco__buffer_append (names, fragment->name, strlen (fragment->name), own->error));
  GARCO_TRY (garco__put_u64 (names, footers->size, own->error)); /* moved on when all are known */
  return garco__fragment_footer (own->array->io, fragment, footers, own->error);
}

/* Places count from the tile's start; they follow the names. */
static void
move_places (garco__buffer *names)
{
  garco__cursor cursor = garco__cursor_of (names->data, names->size);
  garco__cursor_u32 (&cursor);
  while (garco__cursor_left (&cursor) > 0 && !cursor.failed)
  {
    garco__cursor_take (&cursor, garco__cursor_u64 (&cursor));
    size_t at = cursor.at;
    uint64_t place = garco__cursor_u64 (&cursor) + names->size;
    memcpy (names->data + at, &place, sizeof place);
  }
}

/* What the file is to hold. */
static garco_status
list_footers (garco__upkeep *own, garco__buffer *names, span *all)
{
  size_t count = own->array->nfragments;
  garco__buffer footers = {0};
  garco_status status;
  GARCO_TRY_DONE (garco__put_u32 (names, (uint32_t)count, own->error));
  for (size_t i = 0; i < count; i++)
  {
    widen (all, &own->array->directory.fragments.items[i].stamp);
    GARCO_TRY_DONE (put_footer (own, i, names, &footers));
  }
  move_places (names);
  status = garco__buffer_append (names, footers.data, footers.size, own->error);
done:
  garco__buffer_free (&footers);
  return status;
}

/* Whether a file of these times holds these bytes. */
static garco_status
is_there (garco__upkeep *own, const span *all, const garco__buffer *tile, bool *there)
{
  garco__io_list list = {0};
  char path[PATH_SIZE];
  garco_status status =
      garco__io_list_folder (own->array->io, "__fragment_meta", &list, own->error);
  *there = false;
  for (size_t i = 0; i < list.count && status >= 0 && !*there; i++)
  {
    uint8_t *bytes = NULL;
    size_t size = 0;
    garco__stamp stamp;
    if (!garco__stamp_parse (list.entries[i].name, &stamp) || stamp.start != all->start ||
        stamp.end != all->end)
      continue;
    snprintf (path, sizeof path, "__fragment_meta/%s", list.entries[i].name);
    status = garco__io_read_whole (own->array->io, path, FILE_LIMIT, &bytes, &size, own->error);
    *there = status >= 0 && size == tile->size && memcmp (bytes, tile->data, size) == 0;
    free (bytes);
  }
  garco__io_list_free (&list);
  return status;
}

static garco_status
put_footers (garco__upkeep *own, const span *all, const garco__buffer *tile)
{
  GARCO_TRY (garco__io_make_folder (own->array->io, "__fragment_meta", own->error));
  return put_file (own, "__fragment_meta", "meta", all, tile);
}

/* The footer of one fragment alone stays in it, as with TileDB: joined it would save no call. */
static garco_status
write_footers (garco__upkeep *own)
{
  garco__buffer content = {0}, tile = {0};
  span all = {0, 0, 0};
  bool there = false;
  garco_status status = GARCO_OK;
  if (own->array->nfragments < 2)
    return GARCO_OK;
  GARCO_TRY_DONE (list_footers (own, &content, &all));
  GARCO_TRY_DONE (make_tile (own, &content, &tile));
  GARCO_TRY_DONE (is_there (own, &all, &tile, &there));
  if (there)
    goto done;
  if (!own->options->dry_run)
    GARCO_TRY_DONE (put_footers (own, &all, &tile));
  garco__upkeep_say (own, "footers of %zu fragments%s in one file", all.count,
                     own->options->dry_run ? " would be" : "");
done:
  garco__buffer_free (&content);
  garco__buffer_free (&tile);
  return status;
}

garco_status
garco__consolidate_fragment_meta (garco__upkeep *own)
{
  return garco__upkeep_locked (own, write_footers);
}

/* ---- array metadata */

static garco_status
list_replaced (const garco__upkeep *own, garco__buffer *list, span *all)
{
  const garco__items *items = &own->array->directory.metadata;
  for (size_t i = 0; i < items->count; i++)
  {
    widen (all, &items->items[i].stamp);
    GARCO_TRY (garco__buffer_print (list, own->error, "/%s\n", items->items[i].path));
  }
  return GARCO_OK;
}

/* The file at `path` and, beside it, what it replaces; both or neither. */
static garco_status
write_replacing (garco__upkeep *own, const char *path, const garco__buffer *payload,
                 const garco__buffer *list)
{
  garco__io *io = own->array->io;
  garco__io_kind kind = GARCO__IO_NOTHING;
  uint64_t size;
  char vacuum[PATH_SIZE + 4];
  snprintf (vacuum, sizeof vacuum, "%s.vac", path);
  GARCO_TRY (write_tile (own, path, payload));
  garco_status status = garco__io_write (io, vacuum, list->data, list->size, own->error);
  if (status < 0 && garco__io_stat (io, vacuum, &kind, &size, NULL) >= 0 &&
      kind == GARCO__IO_NOTHING)
    garco__io_remove (io, path, NULL);
  return status;
}

static garco_status
write_array_meta (garco__upkeep *own)
{
  garco__buffer payload = {0}, list = {0};
  char name[GARCO__NAME_SIZE], path[PATH_SIZE];
  span all = {0, 0, 0};
  size_t count = 0;
  garco_status status;
  GARCO_TRY_DONE (list_replaced (own, &list, &all));
  if (all.count < 2)
    goto done;
  garco__upkeep_say (own, "%zu files of array metadata%s in one", all.count,
                     own->options->dry_run ? " would be" : "");
  if (own->options->dry_run)
    goto done;
  GARCO_TRY_DONE (garco_array_metadata_count (own->array, &count, own->error));
  if (count == 0)
    goto done; /* nothing is left; nobody knows files without an item */
  for (size_t i = 0; i < count; i++)
  {
    garco_metadata_info info;
    GARCO_TRY_DONE (garco_array_metadata (own->array, i, &info, own->error));
    const garco__metadata_item item = {info.key, info.type, info.count, info.values};
    GARCO_TRY_DONE (garco__metadata_put_item (&payload, &item, own->error));
  }
  GARCO_TRY_DONE (garco__stamp_range_name (all.start, all.end, 0, name, own->error));
  snprintf (path, sizeof path, "__meta/%s", name);
  GARCO_TRY_DONE (write_replacing (own, path, &payload, &list));
done:
  garco__buffer_free (&payload);
  garco__buffer_free (&list);
  return status;
}

garco_status
garco__consolidate_array_meta (garco__upkeep *own)
{
  return garco__upkeep_locked (own, write_array_meta);
}
