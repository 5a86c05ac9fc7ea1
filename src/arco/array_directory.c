/* An array's folder.
 *
 *   __schema/__T_T_UUID                      (before version 10: __array_schema.tdb in the root)
 *   __fragments/__T1_T2_UUID_VERSION/        (before 12: in the root, with NAME.ok beside it)
 *   __commits/NAME.wrt                       makes the fragment visible
 *             NAME.con                       many commits in one file, deletes with their bytes; of
 *                                            the root too, once a newer schema is there
 *             NAME.ign                       commits in .con files that no longer count
 *             NAME.vac                       fragments that NAME holds the cells of (consolidation)
 *             NAME.del                       a delete
 *   __meta/__T1_T2_UUID[.vac]                the array's metadata
 *
 * Times of [start, end]: a fragment of version 15 or later is seen when its times overlap them, all
 * else when its times lie within. Files of several lines have one path a line; only the last part
 * of a path counts, since older ones are absolute and arrays move.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/array_directory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"

#define TEXT_LIMIT (UINT64_C (1) << 28)
#define PATH_SIZE 1024
/* Times that an array is looked through while others change it. */
#define MOST_TRIES 16

typedef struct directory_reader
{
  garco__io *io;
  garco_error *error;
  uint64_t start, end;
  garco__directory *directory;
  garco__io_list root, commits, fragments;
  garco__io_list ignored, committed, hidden; /* last parts of paths */
  bool ignored_any;                          /* something was left out of `committed` */
} directory_reader;

/* ---- names */

static bool
ends_with (const char *name, const char *ending)
{
  size_t n = strlen (name), m = strlen (ending);
  return n >= m && strcmp (name + n - m, ending) == 0;
}

bool
garco__is_replaces (const char *name)
{
  garco__stamp stamp;
  return name[0] == '.' && ends_with (name, GARCO__REPLACES) &&
         garco__stamp_parse (name + 1, &stamp);
}

/* ---- items */

static garco_status
copy_text (const char *text, size_t size, char **copy, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, size + 1, 1, error));
  memcpy (room, text, size);
  *copy = room;
  return GARCO_OK;
}

/* Appends an item with copies of `name` and "folder/name" (or no path where `folder` is NULL). */
static garco_status
add_item (garco__items *items, const char *folder, const char *name, const garco__stamp *stamp,
          garco_error *error)
{
  if (items->count == items->capacity)
  {
    size_t capacity = items->capacity < 8 ? 16 : items->capacity * 2;
    void *moved = items->items;
    GARCO_TRY (garco__reallocate (&moved, capacity, sizeof *items->items, error));
    items->items = moved;
    items->capacity = capacity;
  }
  garco__item *item = &items->items[items->count++];
  memset (item, 0, sizeof *item);
  item->stamp = *stamp;
  GARCO_TRY (copy_text (name, strlen (name), &item->name, error));
  if (folder == NULL)
    return GARCO_OK;
  char path[PATH_SIZE];
  int length = snprintf (path, sizeof path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
  if (length < 0 || length >= PATH_SIZE)
    return garco__fail (error, GARCO_ERR_CORRUPT, name, "a name of %d bytes", length);
  return copy_text (path, (size_t)length, &item->path, error);
}

static void
free_items (garco__items *items)
{
  for (size_t i = 0; i < items->count; i++)
  {
    free (items->items[i].name);
    free (items->items[i].path);
    free (items->items[i].bytes);
  }
  free (items->items);
  memset (items, 0, sizeof *items);
}

static int
by_time (const void *a, const void *b)
{
  const garco__item *x = a, *y = b;
  if (x->stamp.start != y->stamp.start)
    return x->stamp.start < y->stamp.start ? -1 : 1;
  return strcmp (x->name, y->name);
}

static void
sort_items (garco__items *items)
{
  if (items->count > 1)
    qsort (items->items, items->count, sizeof *items->items, by_time);
}

/* Of sorted items each name once: several .con files may have the same delete. */
static void
drop_repeated (garco__items *items)
{
  size_t kept = 0;
  for (size_t i = 0; i < items->count; i++)
  {
    garco__item *item = &items->items[i];
    if (kept == 0 || strcmp (items->items[kept - 1].name, item->name) != 0)
      items->items[kept++] = *item;
    else
    {
      free (item->name);
      free (item->path);
      free (item->bytes);
    }
  }
  items->count = kept;
}

/* Keeps the latest time, and reads the name; false where it is none of ours. */
static bool
note_stamp (directory_reader *reader, const char *name, garco__stamp *stamp)
{
  if (!garco__stamp_parse (name, stamp))
    return false;
  if (stamp->end > reader->directory->last)
    reader->directory->last = stamp->end;
  return true;
}

static bool
is_within (const directory_reader *reader, const garco__stamp *stamp)
{
  return stamp->start >= reader->start && stamp->end <= reader->end;
}

static bool
is_seen (const directory_reader *reader, const garco__stamp *stamp)
{
  if (stamp->version >= 15)
    return stamp->start <= reader->end && reader->start <= stamp->end;
  return is_within (reader, stamp);
}

/* ---- files of lines */

/* The last part of a path of `size` bytes, into `name`; false for an empty or overlong one. */
static bool
last_part (const uint8_t *path, size_t size, char name[PATH_SIZE])
{
  while (size > 0 && (path[size - 1] == '/' || path[size - 1] == '\r'))
    size--;
  size_t start = size;
  while (start > 0 && path[start - 1] != '/')
    start--;
  if (start == size || size - start >= PATH_SIZE || memchr (path + start, 0, size - start) != NULL)
    return false;
  memcpy (name, path + start, size - start);
  name[size - start] = '\0';
  return true;
}

/* The line at `*at`, its last part into `name`, and on to the next. All such names have times: what
 * lacks them is damage, and must not become the name of something to be removed. */
static garco_status
take_line (directory_reader *reader, const char *path, const uint8_t *bytes, size_t size,
           size_t *at, char name[PATH_SIZE])
{
  char source[GARCO__IO_NAME_SIZE];
  garco__stamp stamp;
  const uint8_t *line = bytes + *at, *end = memchr (line, '\n', size - *at);
  size_t length = end != NULL ? (size_t)(end - line) : size - *at;
  garco__io_name (reader->io, path, source, sizeof source);
  if (end == NULL)
    return garco__fail_byte (reader->error, GARCO_ERR_TRUNCATED, source, (int64_t)size,
                             "the file ends in a line of %zu bytes; expected a line feed", length);
  if (!last_part (line, length, name) || !garco__stamp_parse (name, &stamp))
    return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, source, (int64_t)*at,
                             "\"%.*s\"; expected a path that ends in __TIME_TIME_UUID",
                             (int)(length < 200 ? length : 200), (const char *)line);
  *at += length + 1;
  return GARCO_OK;
}

/* Nobody writes such a file without names: they are lost. */
static garco_status
refuse_empty (directory_reader *reader, const char *path)
{
  char source[GARCO__IO_NAME_SIZE];
  garco__io_name (reader->io, path, source, sizeof source);
  return garco__fail_byte (reader->error, GARCO_ERR_TRUNCATED, source, 0,
                           "an empty file; expected names, a line each");
}

/* Adds the last part of each line's path to `list`. */
static garco_status
read_lines (directory_reader *reader, const char *folder, const char *file, garco__io_list *list)
{
  uint8_t *bytes = NULL;
  size_t size = 0, at = 0;
  char path[PATH_SIZE], name[PATH_SIZE];
  snprintf (path, sizeof path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", file);
  garco_status status =
      garco__io_read_whole (reader->io, path, TEXT_LIMIT, &bytes, &size, reader->error);
  if (status >= 0 && size == 0)
    status = refuse_empty (reader, path);
  while (at < size && status >= 0)
  {
    status = take_line (reader, path, bytes, size, &at, name);
    if (status >= 0)
      status = garco__io_list_add (list, name, false, reader->error);
  }
  free (bytes);
  return status;
}

garco_status
garco__directory_lines (garco__io *io, const char *path, garco__io_list *names, garco_error *error)
{
  directory_reader reader = {.io = io, .error = error};
  garco_status status = read_lines (&reader, "", path, names);
  garco__io_list_sort (names);
  return status;
}

/* ---- commits */

static garco_status
refuse_updates (directory_reader *reader, const char *name)
{
  return garco__fail (reader->error, GARCO_ERR_UNSUPPORTED, reader->io->root, "update file %s",
                      name);
}

static bool
is_ignored (directory_reader *reader, const char *name)
{
  bool ignored = garco__io_list_find (&reader->ignored, name) != NULL;
  reader->ignored_any = reader->ignored_any || ignored;
  return ignored;
}

static garco_status
add_delete (directory_reader *reader, const char *name, const uint8_t *bytes, size_t size)
{
  garco__stamp stamp;
  char full[PATH_SIZE];
  garco__items *deletes = &reader->directory->deletes;
  if (!note_stamp (reader, name, &stamp) || !is_within (reader, &stamp))
    return GARCO_OK;
  snprintf (full, sizeof full, "__commits/%s", name);
  GARCO_TRY (add_item (deletes, bytes != NULL ? NULL : "", full, &stamp, reader->error));
  if (bytes == NULL)
    return GARCO_OK;
  void *room = NULL;
  garco__item *item = &deletes->items[deletes->count - 1];
  GARCO_TRY (garco__allocate (&room, size, 1, reader->error));
  memcpy (room, bytes, size);
  item->bytes = room;
  item->size = size;
  return GARCO_OK;
}

/* .ok: commits of versions before 12, which lay in the root. */
static bool
is_commit (const char *name)
{
  return ends_with (name, ".wrt") || ends_with (name, ".del") || ends_with (name, ".upd") ||
         ends_with (name, ".ok");
}

static garco_status
take_consolidated (directory_reader *reader, const char *file, garco__cursor *cursor)
{
  char name[PATH_SIZE];
  garco__stamp stamp;
  size_t at = cursor->at;
  const uint8_t *line = cursor->data + at;
  const uint8_t *end = memchr (line, '\n', cursor->size - at);
  if (end == NULL || !last_part (line, (size_t)(end - line), name))
    return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, file, (int64_t)at,
                             "a commit's name is expected, with a line feed after it");
  if (!garco__stamp_parse (name, &stamp) || !is_commit (name))
    return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, file, (int64_t)at,
                             "commit \"%s\"; expected __TIME_TIME_UUID_VERSION.wrt or .del", name);
  garco__cursor_take (cursor, (uint64_t)(end - line) + 1);
  if (ends_with (name, ".upd"))
    return refuse_updates (reader, name);
  if (!ends_with (name, ".del"))
    return is_ignored (reader, name)
               ? GARCO_OK
               : garco__io_list_add (&reader->committed, name, false, reader->error);
  uint64_t size = garco__cursor_u64 (cursor);
  const uint8_t *bytes = garco__cursor_take (cursor, size);
  if (bytes == NULL)
    return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, file, (int64_t)at,
                             "a delete of %" PRIu64 " bytes goes beyond the end", size);
  if (is_ignored (reader, name))
    return GARCO_OK;
  GARCO_TRY (garco__io_list_add (&reader->committed, name, false, reader->error));
  return add_delete (reader, name, bytes, (size_t)size);
}

static garco_status
read_consolidated (directory_reader *reader, const char *name)
{
  uint8_t *bytes = NULL;
  size_t size = 0;
  char path[PATH_SIZE], file[GARCO__IO_NAME_SIZE];
  garco_status status = GARCO_OK;
  snprintf (path, sizeof path, "__commits/%s", name);
  GARCO_TRY (garco__io_read_whole (reader->io, path, TEXT_LIMIT, &bytes, &size, reader->error));
  garco__io_name (reader->io, path, file, sizeof file);
  reader->directory->has_consolidated = true;
  garco__cursor cursor = garco__cursor_of (bytes, size);
  if (size == 0)
    status = refuse_empty (reader, path);
  while (status >= 0 && garco__cursor_left (&cursor) > 0)
    status = take_consolidated (reader, file, &cursor);
  free (bytes);
  return status;
}

static garco_status
read_vacuum (directory_reader *reader, const char *folder, const char *name)
{
  garco__stamp stamp;
  if (!note_stamp (reader, name, &stamp) || !is_seen (reader, &stamp))
    return GARCO_OK;
  return read_lines (reader, folder, name, &reader->hidden);
}

/* What a fragment replaces whose commit ended before its `.vac` was there. */
static garco_status
read_intents (directory_reader *reader)
{
  for (size_t i = 0; i < reader->root.count; i++)
  {
    const char *name = reader->root.entries[i].name;
    char commit[PATH_SIZE];
    garco__stamp stamp;
    if (!garco__is_replaces (name))
      continue;
    snprintf (commit, sizeof commit, "%.*s.wrt",
              (int)(strlen (name) - strlen (GARCO__REPLACES)) - 1, name + 1);
    if (garco__io_list_find (&reader->committed, commit) != NULL &&
        garco__stamp_parse (commit, &stamp) && is_seen (reader, &stamp))
      GARCO_TRY (read_lines (reader, "", name, &reader->hidden));
  }
  return GARCO_OK;
}

/* A file that is no `.wrt`. */
static garco_status
read_other_commit (directory_reader *reader, const char *name)
{
  if (ends_with (name, ".con"))
    return read_consolidated (reader, name);
  if (ends_with (name, ".vac"))
    return read_vacuum (reader, "__commits", name);
  if (ends_with (name, ".upd"))
    return refuse_updates (reader, name);
  return GARCO_OK;
}

/* Before version 12: NAME.ok beside NAME in the root. */
static garco_status
add_old_commits (directory_reader *reader)
{
  garco__stamp stamp;
  for (size_t i = 0; i < reader->root.count; i++)
  {
    const char *name = reader->root.entries[i].name;
    if (ends_with (name, ".ok") && garco__stamp_parse (name, &stamp))
      GARCO_TRY (garco__io_list_add (&reader->committed, name, false, reader->error));
  }
  return GARCO_OK;
}

/* The order matters: what is ignored, then consolidated commits, then single ones that are not in
 * those. */
static garco_status
read_commits (directory_reader *reader)
{
  const garco__io_list *list = &reader->commits;
  for (size_t i = 0; i < list->count; i++)
    if (ends_with (list->entries[i].name, ".ign"))
      GARCO_TRY (read_lines (reader, "__commits", list->entries[i].name, &reader->ignored));
  garco__io_list_sort (&reader->ignored);
  for (size_t i = 0; i < list->count; i++)
    GARCO_TRY (read_other_commit (reader, list->entries[i].name));
  garco__io_list_sort (&reader->committed);
  for (size_t i = 0; i < list->count; i++)
    if (ends_with (list->entries[i].name, ".del") &&
        garco__io_list_find (&reader->committed, list->entries[i].name) == NULL)
      GARCO_TRY (add_delete (reader, list->entries[i].name, NULL, 0));
  for (size_t i = 0; i < list->count; i++)
    if (ends_with (list->entries[i].name, ".wrt"))
      GARCO_TRY (
          garco__io_list_add (&reader->committed, list->entries[i].name, false, reader->error));
  GARCO_TRY (add_old_commits (reader));
  garco__io_list_sort (&reader->committed);
  GARCO_TRY (read_intents (reader));
  garco__io_list_sort (&reader->hidden);
  return GARCO_OK;
}

/* ---- fragments */

static garco_status
add_fragment (directory_reader *reader, const char *folder, const char *name)
{
  garco__stamp stamp;
  if (!note_stamp (reader, name, &stamp))
    return garco__fail (reader->error, GARCO_ERR_CORRUPT, reader->io->root,
                        "fragment \"%s\"; expected __TIME_TIME_UUID_VERSION", name);
  if (!is_seen (reader, &stamp) || garco__io_list_find (&reader->hidden, name) != NULL)
    return GARCO_OK;
  bool root = folder[0] == '\0';
  bool there = garco__io_list_find (root ? &reader->root : &reader->fragments, name) != NULL;
  if (!there && reader->directory->lists_missing)
    return add_item (&reader->directory->missing, folder, name, &stamp, reader->error);
  if (!there)
    return root ? garco__fail (reader->error, GARCO_ERR_CORRUPT, reader->io->root,
                               "fragment %s is committed by %s.ok, and its folder is not there "
                               "beside that",
                               name, name)
                : garco__fail (reader->error, GARCO_ERR_CORRUPT, reader->io->root,
                               "fragment %s is committed by __commits/%s.wrt or a .con file there, "
                               "and its folder is not there in %s",
                               name, name, folder);
  return add_item (&reader->directory->fragments, folder, name, &stamp, reader->error);
}

/* The fragment of a commit: from version 12 on in __fragments, before it in the root, where a
 * joined commit whose fragment is gone means nothing: a vacuum takes no name out of the file. */
static garco_status
add_committed (directory_reader *reader, const char *commit)
{
  char name[PATH_SIZE];
  garco__stamp stamp;
  bool old = ends_with (commit, ".ok");
  snprintf (name, sizeof name, "%.*s", (int)(strrchr (commit, '.') - commit), commit);
  if (old)
    return garco__io_list_find (&reader->root, name) != NULL ||
                   garco__io_list_find (&reader->root, commit) != NULL
               ? add_fragment (reader, "", name)
               : GARCO_OK;
  if (garco__stamp_parse (commit, &stamp))
    GARCO_TRY (add_item (&reader->directory->commits, NULL, commit, &stamp, reader->error));
  return add_fragment (reader, "__fragments", name);
}

static garco_status
add_fragments (directory_reader *reader)
{
  garco__stamp stamp;
  const garco__io_list *list = &reader->committed;
  for (size_t i = 0; i < list->count; i++)
  {
    const char *name = list->entries[i].name;
    bool again = i > 0 && strcmp (name, list->entries[i - 1].name) == 0;
    if (!again && (ends_with (name, ".wrt") || ends_with (name, ".ok")))
      GARCO_TRY (add_committed (reader, name));
  }
  for (size_t i = 0; i < reader->fragments.count; i++)
    note_stamp (reader, reader->fragments.entries[i].name, &stamp);
  return GARCO_OK;
}

/* ---- schemas, metadata, the root */

static garco_status
add_schemas (directory_reader *reader)
{
  const garco__stamp always = {0, 0, 0};
  garco__io_list list = {0};
  garco_status status = GARCO_OK;
  garco__items *schemas = &reader->directory->schemas;
  const garco__io_entry *old = garco__io_list_find (&reader->root, "__array_schema.tdb");
  if (old != NULL && !old->folder)
    GARCO_TRY_DONE (add_item (schemas, "", old->name, &always, reader->error));
  GARCO_TRY_DONE (garco__io_list_folder (reader->io, "__schema", &list, reader->error));
  for (size_t i = 0; i < list.count; i++)
  {
    garco__stamp stamp;
    if (list.entries[i].folder || !note_stamp (reader, list.entries[i].name, &stamp))
      continue;
    GARCO_TRY_DONE (add_item (schemas, "__schema", list.entries[i].name, &stamp, reader->error));
  }
done:
  garco__io_list_free (&list);
  return status;
}

static garco_status
add_metadata (directory_reader *reader)
{
  garco__io_list list = {0}, hidden = {0};
  garco_status status = GARCO_OK;
  garco__stamp stamp;
  GARCO_TRY_DONE (garco__io_list_folder (reader->io, "__meta", &list, reader->error));
  for (size_t i = 0; i < list.count; i++)
    if (ends_with (list.entries[i].name, ".vac") &&
        note_stamp (reader, list.entries[i].name, &stamp) && is_within (reader, &stamp))
      GARCO_TRY_DONE (read_lines (reader, "__meta", list.entries[i].name, &hidden));
  garco__io_list_sort (&hidden);
  for (size_t i = 0; i < list.count; i++)
  {
    const char *name = list.entries[i].name;
    if (ends_with (name, ".vac") || !note_stamp (reader, name, &stamp) ||
        !is_within (reader, &stamp) || garco__io_list_find (&hidden, name) != NULL)
      continue;
    GARCO_TRY_DONE (add_item (&reader->directory->metadata, "__meta", name, &stamp, reader->error));
  }
done:
  garco__io_list_free (&list);
  garco__io_list_free (&hidden);
  return status;
}

static garco_status
look_at_root (directory_reader *reader)
{
  static const char *const groups[] = {"__group", "__tiledb_group.tdb"};
  for (size_t i = 0; i < 2; i++)
    if (garco__io_list_find (&reader->root, groups[i]) != NULL)
      return garco__fail (reader->error, GARCO_ERR_UNSUPPORTED, reader->io->root,
                          "a group of arrays; expected one array");
  for (size_t i = 0; i < reader->root.count; i++)
    if (ends_with (reader->root.entries[i].name, ".vac"))
      GARCO_TRY (read_vacuum (reader, "", reader->root.entries[i].name));
  reader->directory->marked = garco__io_list_find (&reader->root, "__schema") != NULL ||
                              garco__io_list_find (&reader->root, "__array_schema.tdb") != NULL;
  return GARCO_OK;
}

/* Commits before folders: a fragment that is committed between the two listings is then seen
 * without its commit, which is nothing, and never the other way about. */
static garco_status
read_all (directory_reader *reader)
{
  GARCO_TRY (garco__io_list_folder (reader->io, "__commits", &reader->commits, reader->error));
  GARCO_TRY (garco__io_list_folder (reader->io, "", &reader->root, reader->error));
  GARCO_TRY (look_at_root (reader));
  if (!reader->directory->marked)
    return GARCO_OK;
  GARCO_TRY (garco__io_list_folder (reader->io, "__fragments", &reader->fragments, reader->error));
  GARCO_TRY (read_commits (reader));
  GARCO_TRY (add_fragments (reader));
  GARCO_TRY (add_schemas (reader));
  GARCO_TRY (add_metadata (reader));
  sort_items (&reader->directory->fragments);
  sort_items (&reader->directory->deletes);
  drop_repeated (&reader->directory->deletes);
  sort_items (&reader->directory->metadata);
  return GARCO_OK;
}

static void
free_lists (directory_reader *reader)
{
  garco__io_list *const lists[] = {&reader->root,    &reader->commits,   &reader->fragments,
                                   &reader->ignored, &reader->committed, &reader->hidden};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    garco__io_list_free (lists[i]);
}

/* ---- beside writers */

/* Whether some fragment is made of others that nothing hides: they went long ago, or the list of
 * them is being written. */
static bool
has_unlisted (const directory_reader *reader)
{
  char vacuum[PATH_SIZE];
  garco__stamp stamp;
  for (size_t i = 0; i < reader->commits.count; i++)
  {
    const char *name = reader->commits.entries[i].name;
    if (!ends_with (name, ".wrt") || !garco__stamp_parse (name, &stamp) || stamp.start == stamp.end)
      continue;
    snprintf (vacuum, sizeof vacuum, "%.*s.vac", (int)strlen (name) - 4, name);
    if (garco__io_list_find (&reader->commits, vacuum) == NULL)
      return true;
  }
  return false;
}

static bool
same_names (const garco__io_list *a, const garco__io_list *b)
{
  bool same = a->count == b->count;
  for (size_t i = 0; same && i < a->count; i++)
    same = strcmp (a->entries[i].name, b->entries[i].name) == 0;
  return same;
}

static bool
is_changed (directory_reader *reader, const char *folder, const garco__io_list *before)
{
  garco__io_list again = {0};
  bool changed =
      garco__io_list_folder (reader->io, folder, &again, NULL) >= 0 && !same_names (before, &again);
  garco__io_list_free (&again);
  return changed;
}

/* Whether the folders may have been looked at in two states of the array: a consolidation notes in
 * the root what it replaces before it commits, and takes the note away when that is listed among
 * the commits; a vacuum takes away lists that were seen and are still to be read. */
static bool
has_moved (directory_reader *reader, garco_status status)
{
  if (status == GARCO_ERR_NOT_FOUND)
    return true;
  bool missing = reader->directory->missing.count > 0;
  if (status >= 0 ? !missing && !has_unlisted (reader) : status != GARCO_ERR_CORRUPT)
    return false;
  return is_changed (reader, "__commits", &reader->commits) ||
         is_changed (reader, "", &reader->root);
}

garco_status
garco__directory_read (garco__io *io, uint64_t start, uint64_t end, garco__directory *directory,
                       garco_error *error)
{
  garco_status status = GARCO_OK;
  bool moved = true;
  for (int tries = 0; moved && tries < MOST_TRIES; tries++)
  {
    directory_reader reader = {
        .io = io, .error = error, .start = start, .end = end, .directory = directory};
    garco__directory_free (directory);
    status = read_all (&reader);
    moved = has_moved (&reader, status);
    free_lists (&reader);
  }
  if (status < 0)
    garco__directory_free (directory);
  return status;
}

/* The entries of one .con file that count. */
static garco_status
entries_of (directory_reader *reader, const char *file, garco__io_list *entries)
{
  garco_status status = read_consolidated (reader, file);
  garco__io_list_sort (&reader->committed);
  *entries = reader->committed;
  memset (&reader->committed, 0, sizeof reader->committed);
  return status;
}

static bool
has_all (const garco__io_list *list, const garco__io_list *wanted)
{
  for (size_t i = 0; i < wanted->count; i++)
    if (garco__io_list_find (list, wanted->entries[i].name) == NULL)
      return false;
  return true;
}

static garco_status
read_covered (directory_reader *reader, garco__io_list *covered)
{
  const garco__io_list *list = &reader->commits;
  for (size_t i = 0; i < list->count; i++)
    if (ends_with (list->entries[i].name, ".ign"))
      GARCO_TRY (read_lines (reader, "__commits", list->entries[i].name, &reader->ignored));
  garco__io_list_sort (&reader->ignored);
  for (size_t i = 0; i < list->count; i++)
    if (ends_with (list->entries[i].name, ".con"))
      GARCO_TRY (read_consolidated (reader, list->entries[i].name));
  garco__io_list_sort (&reader->committed);
  *covered = reader->committed;
  memset (&reader->committed, 0, sizeof reader->committed);
  return GARCO_OK;
}

garco_status
garco__directory_covering (garco__io *io, char name[GARCO__NAME_SIZE], garco__io_list *covered,
                           garco_error *error)
{
  garco__directory directory = {0};
  directory_reader reader = {.io = io, .error = error, .end = UINT64_MAX, .directory = &directory};
  garco_status status = garco__io_list_folder (io, "__commits", &reader.commits, error);
  if (status >= 0)
    status = read_covered (&reader, covered);
  for (size_t i = 0; i < reader.commits.count && status >= 0; i++)
  {
    garco__io_list entries = {0};
    const char *file = reader.commits.entries[i].name;
    if (!ends_with (file, ".con") || strlen (file) >= GARCO__NAME_SIZE)
      continue;
    reader.ignored_any = false;
    status = entries_of (&reader, file, &entries);
    /* Without what is taken back: an .ign can go only where the file has nothing that needs it. */
    if (status >= 0 && has_all (&entries, covered) && !reader.ignored_any)
      snprintf (name, GARCO__NAME_SIZE, "%s", file);
    garco__io_list_free (&entries);
  }
  garco__io_list_free (&reader.commits);
  garco__io_list_free (&reader.ignored);
  garco__io_list_free (&reader.committed);
  garco__directory_free (&directory);
  return status;
}

static garco_status
copy_item (const garco__item *item, garco__item *copy, garco_error *error)
{
  void *bytes = NULL;
  *copy = *item;
  copy->bytes = NULL;
  copy->path = item->path != NULL ? strdup (item->path) : NULL;
  copy->name = strdup (item->name);
  if (copy->name == NULL || (item->path != NULL && copy->path == NULL))
    return garco__fail_memory (error, strlen (item->name));
  if (item->bytes == NULL)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&bytes, item->size, 1, error));
  memcpy (bytes, item->bytes, item->size);
  copy->bytes = bytes;
  return GARCO_OK;
}

static garco_status
copy_items (const garco__items *items, garco__items *copy, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, items->count, sizeof (garco__item), error));
  copy->items = made;
  copy->capacity = items->count;
  while (copy->count < items->count)
  {
    size_t i = copy->count++;
    GARCO_TRY (copy_item (&items->items[i], &copy->items[i], error));
  }
  return GARCO_OK;
}

garco_status
garco__directory_copy (const garco__directory *directory, garco__directory *copy,
                       garco_error *error)
{
  garco_status status;
  copy->last = directory->last;
  copy->marked = directory->marked;
  copy->has_consolidated = directory->has_consolidated;
  GARCO_TRY_DONE (copy_items (&directory->schemas, &copy->schemas, error));
  GARCO_TRY_DONE (copy_items (&directory->fragments, &copy->fragments, error));
  GARCO_TRY_DONE (copy_items (&directory->deletes, &copy->deletes, error));
  GARCO_TRY_DONE (copy_items (&directory->metadata, &copy->metadata, error));
  GARCO_TRY_DONE (copy_items (&directory->commits, &copy->commits, error));
done:
  if (status < 0)
    garco__directory_free (copy);
  return status;
}

void
garco__directory_free (garco__directory *directory)
{
  free_items (&directory->schemas);
  free_items (&directory->fragments);
  free_items (&directory->deletes);
  free_items (&directory->metadata);
  free_items (&directory->commits);
  free_items (&directory->missing);
  *directory = (garco__directory){.lists_missing = directory->lists_missing};
}
