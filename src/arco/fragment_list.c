/* Lists of an array's fragments, those that no reader sees too.
 *
 *   commits, times   seen, or of another time
 *   .vac, .replaces  replaced by the fragment that the file is named after
 *   folders          uncommitted, where there is no commit; damaged, where files are missing;
 *                    missing, where there is none for a commit
 *
 * A writer that was killed between the two files of a consolidation's commit leaves the fragment
 * and what it was made of both seen. garco notes before what is replaced; of what others wrote it
 * can only be told by the numbers: a fragment with times of cells, and within its times others that
 * have together just as many cells.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_internal.h"
#include "base/error.h"

#define PATH_SIZE 1024

typedef struct listed
{
  garco_fragment_entry entry;
  garco__fragment *own; /* opened here, and freed with the list */
  char *name;           /* of an uncommitted one */
} listed;

struct garco_fragment_list
{
  garco_array *array;
  garco__directory every; /* whatever the time */
  garco__io_list joined;  /* commits in .con files, those of versions before 12 too */
  garco__io_list replaced,
      by; /* names of fragments, and of what replaces them, by the same index */
  size_t count, capacity;
  listed *all;
};

const char *
garco_fragment_state_name (garco_fragment_state state)
{
  static const char *const names[] = {"seen",    "other time", "replaced", "uncommitted",
                                      "doubled", "damaged",    "missing"};
  return (unsigned)state < sizeof names / sizeof *names ? names[state] : "?";
}

/* ---- what replaces what */

static garco_status
note_replaced (garco_fragment_list *list, const char *path, const char *by, garco_error *error)
{
  garco__io_list names = {0};
  garco_status status = garco__directory_lines (list->array->io, path, &names, error);
  for (size_t i = 0; i < names.count && status >= 0; i++)
  {
    status = garco__io_list_add (&list->replaced, names.entries[i].name, false, error);
    if (status >= 0)
      status = garco__io_list_add (&list->by, by, false, error);
  }
  garco__io_list_free (&names);
  return status;
}

static bool
ends_with (const char *name, const char *ending)
{
  size_t n = strlen (name), m = strlen (ending);
  return n >= m && strcmp (name + n - m, ending) == 0;
}

static garco_status
read_replaced (garco_fragment_list *list, const char *folder, garco_error *error)
{
  garco__io_list files = {0};
  garco_status status = garco__io_list_folder (list->array->io, folder, &files, error);
  for (size_t i = 0; i < files.count && status >= 0; i++)
  {
    const char *name = files.entries[i].name;
    char path[PATH_SIZE], by[PATH_SIZE];
    bool vacuum = ends_with (name, ".vac"), intent = garco__is_replaces (name);
    if (!vacuum && !intent)
      continue;
    snprintf (path, sizeof path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
    snprintf (by, sizeof by, "%.*s", (int)(strrchr (name, '.') - name) - intent, name + intent);
    status = note_replaced (list, path, by, error);
  }
  garco__io_list_free (&files);
  return status;
}

static const char *
replacement_of (const garco_fragment_list *list, const char *name)
{
  for (size_t i = 0; i < list->replaced.count; i++)
    if (strcmp (list->replaced.entries[i].name, name) == 0)
      return list->by.entries[i].name;
  return NULL;
}

/* ---- entries */

static garco_status
add_entry (garco_fragment_list *list, listed **added, garco_error *error)
{
  if (list->count == list->capacity)
  {
    void *all = list->all;
    size_t capacity = list->capacity * 2 + 16;
    GARCO_TRY (garco__reallocate (&all, capacity, sizeof *list->all, error));
    list->all = all;
    list->capacity = capacity;
  }
  *added = &list->all[list->count++];
  memset (*added, 0, sizeof **added);
  return GARCO_OK;
}

/* Bytes of the files in a fragment's folder, but for its metadata. */
static garco_status
folder_bytes (garco__io *io, const char *path, uint64_t *bytes, garco_error *error)
{
  garco__io_list files = {0};
  garco_status status = garco__io_list_folder (io, path, &files, error);
  for (size_t i = 0; i < files.count && status >= 0; i++)
  {
    char name[2 * PATH_SIZE];
    garco__io_kind kind;
    uint64_t size = 0;
    if (strcmp (files.entries[i].name, "__fragment_metadata.tdb") == 0)
      continue;
    snprintf (name, sizeof name, "%s/%s", path, files.entries[i].name);
    status = garco__io_stat (io, name, &kind, &size, error);
    *bytes += size;
  }
  garco__io_list_free (&files);
  return status;
}

static void
describe_name (const garco__item *item, garco_fragment_info *info)
{
  info->name = item->name;
  info->timestamp_start = item->stamp.start;
  info->timestamp_end = item->stamp.end;
  info->version = item->stamp.version;
}

/* What the folder's name tells. */
static garco_status
describe_unknown (garco__io *io, const garco__item *item, garco_fragment_info *info,
                  garco_error *error)
{
  describe_name (item, info);
  return folder_bytes (io, item->path, &info->bytes, error);
}

static bool
is_of_the_files (garco_status status)
{
  return status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED ||
         status == GARCO_ERR_FORMAT || status == GARCO_ERR_NOT_FOUND ||
         status == GARCO_ERR_UNSUPPORTED || status == GARCO_ERR_LIMIT;
}

/* One whose files are not what they should be is listed too, or else the failure. */
static garco_status
add_seen_at (garco_fragment_list *list, size_t index, bool damaged, garco_error *error)
{
  const garco__item *item = &list->array->directory.fragments.items[index];
  uint64_t bytes = 0;
  listed *added;
  GARCO_TRY (add_entry (list, &added, error));
  garco_status status = garco_array_fragment (list->array, index, &added->entry.info, error);
  added->entry.known = status >= 0;
  if (damaged && is_of_the_files (status))
  {
    added->entry.state = GARCO_FRAGMENT_DAMAGED;
    return describe_unknown (list->array->io, item, &added->entry.info, error);
  }
  GARCO_TRY (status);
  if (!damaged)
    return GARCO_OK;
  GARCO_TRY (folder_bytes (list->array->io, item->path, &bytes, error));
  if (bytes < added->entry.info.bytes)
    added->entry.state = GARCO_FRAGMENT_DAMAGED;
  return GARCO_OK;
}

static garco_status
add_seen (garco_fragment_list *list, bool damaged, garco_error *error)
{
  for (size_t i = 0; i < garco_array_fragment_count (list->array); i++)
    GARCO_TRY (add_seen_at (list, i, damaged, error));
  return GARCO_OK;
}

static bool
is_listed (const garco_fragment_list *list, const char *name)
{
  for (size_t i = 0; i < list->count; i++)
    if (strcmp (list->all[i].entry.info.name, name) == 0)
      return true;
  return false;
}

/* A fragment that is not seen; its metadata may be unfinished or gone. */
static garco_status
add_other (garco_fragment_list *list, const char *folder, const char *name,
           garco_fragment_state state, garco_error *error)
{
  listed *added;
  char path[PATH_SIZE];
  garco__item item = {.path = path};
  GARCO_TRY (add_entry (list, &added, error));
  added->name = strdup (name);
  if (added->name == NULL)
    return garco__fail_memory (error, strlen (name));
  snprintf (path, sizeof path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
  garco__stamp_parse (name, &item.stamp);
  item.name = added->name;
  added->entry.state = state;
  added->entry.other = replacement_of (list, name);
  if (garco__fragment_open (list->array->io, &item, &list->array->schemas, &added->own, NULL) >= 0)
  {
    garco__fragment_info (added->own, &added->entry.info);
    added->entry.known = true;
    return GARCO_OK;
  }
  return describe_unknown (list->array->io, &item, &added->entry.info, error);
}

static bool
is_committed (const garco_fragment_list *list, const garco__io_list *root, const char *name)
{
  char commit[PATH_SIZE];
  snprintf (commit, sizeof commit, "%s.wrt", name);
  for (size_t i = 0; i < list->every.commits.count; i++)
    if (strcmp (list->every.commits.items[i].name, commit) == 0)
      return true;
  snprintf (commit, sizeof commit, "%s.ok", name);
  return garco__io_list_find (root, commit) != NULL ||
         garco__io_list_find (&list->joined, commit) != NULL;
}

/* What a commit and its name say of a fragment whose folder is gone. */
static garco_status
add_missing (garco_fragment_list *list, garco_error *error)
{
  for (size_t i = 0; i < list->every.missing.count; i++)
  {
    const garco__item *item = &list->every.missing.items[i];
    listed *added;
    GARCO_TRY (add_entry (list, &added, error));
    added->entry.state = GARCO_FRAGMENT_MISSING;
    describe_name (item, &added->entry.info);
  }
  return GARCO_OK;
}

static garco_status
add_others (garco_fragment_list *list, const char *folder, const garco__io_list *root,
            garco_error *error)
{
  garco__io_list names = {0};
  garco__stamp stamp;
  garco_status status = garco__io_list_folder (list->array->io, folder, &names, error);
  for (size_t i = 0; i < names.count && status >= 0; i++)
  {
    const char *name = names.entries[i].name;
    if (!names.entries[i].folder || !garco__stamp_parse (name, &stamp) || is_listed (list, name))
      continue;
    garco_fragment_state state = !is_committed (list, root, name)      ? GARCO_FRAGMENT_UNCOMMITTED
                                 : replacement_of (list, name) != NULL ? GARCO_FRAGMENT_REPLACED
                                                                       : GARCO_FRAGMENT_OTHER_TIME;
    status = add_other (list, folder, name, state, error);
  }
  garco__io_list_free (&names);
  return status;
}

/* ---- consolidations that were cut off */

static bool
lies_within (const garco_fragment_info *inner, const garco_fragment_info *outer)
{
  return inner->name != outer->name && inner->timestamp_start >= outer->timestamp_start &&
         inner->timestamp_end <= outer->timestamp_end;
}

static void
mark_doubled (garco_fragment_list *list)
{
  for (size_t i = 0; i < list->count; i++)
  {
    const garco_fragment_info *outer = &list->all[i].entry.info;
    uint64_t cells = 0;
    if (!outer->has_timestamps || outer->timestamp_start == outer->timestamp_end)
      continue;
    for (size_t k = 0; k < list->count; k++)
      cells += lies_within (&list->all[k].entry.info, outer) ? list->all[k].entry.info.cells : 0;
    for (size_t k = 0; k < list->count && cells == outer->cells; k++)
      if (list->all[k].entry.state != GARCO_FRAGMENT_DAMAGED &&
          lies_within (&list->all[k].entry.info, outer))
      {
        list->all[k].entry.state = GARCO_FRAGMENT_DOUBLED;
        list->all[k].entry.other = outer->name;
      }
  }
}

/* ---- the whole */

static garco_status
list_others (garco_fragment_list *list, garco_error *error)
{
  garco__io_list root = {0};
  char covering[GARCO__NAME_SIZE] = "";
  garco_status status;
  list->every.lists_missing = true;
  GARCO_TRY_DONE (garco__directory_read (list->array->io, 0, UINT64_MAX, &list->every, error));
  GARCO_TRY_DONE (garco__directory_covering (list->array->io, covering, &list->joined, error));
  GARCO_TRY_DONE (garco__io_list_folder (list->array->io, "", &root, error));
  GARCO_TRY_DONE (read_replaced (list, "__commits", error));
  GARCO_TRY_DONE (read_replaced (list, "", error));
  GARCO_TRY_DONE (add_others (list, "__fragments", &root, error));
  GARCO_TRY_DONE (add_others (list, "", &root, error));
  GARCO_TRY_DONE (add_missing (list, error));
done:
  garco__io_list_free (&root);
  return status;
}

garco_status
garco_fragment_list_open (const char *uri, const garco_array_options *options, bool all,
                          garco_fragment_list **list, garco_error *error)
{
  void *made = NULL;
  garco_status status;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_fragment_list), error));
  *list = made;
  GARCO_TRY_DONE (all ? garco__array_open_damaged (uri, options, &(*list)->array, error)
                      : garco_array_open (uri, options, &(*list)->array, error));
  GARCO_TRY_DONE (add_seen (*list, all, error));
  mark_doubled (*list);
  if (all)
    GARCO_TRY_DONE (list_others (*list, error));
done:
  if (status < 0)
    garco_fragment_list_free (list);
  return status;
}

size_t
garco_fragment_list_count (const garco_fragment_list *list)
{
  return list->count;
}

const garco_schema_info *
garco_fragment_list_schema (const garco_fragment_list *list)
{
  return garco_array_schema (list->array);
}

const garco_fragment_entry *
garco_fragment_list_at (const garco_fragment_list *list, size_t index)
{
  return index < list->count ? &list->all[index].entry : NULL;
}

void
garco_fragment_list_free (garco_fragment_list **list)
{
  garco_fragment_list *own = *list;
  if (own == NULL)
    return;
  for (size_t i = 0; i < own->count; i++)
  {
    garco__fragment_free (&own->all[i].own);
    free (own->all[i].name);
  }
  free (own->all);
  garco__io_list_free (&own->replaced);
  garco__io_list_free (&own->by);
  garco__io_list_free (&own->joined);
  garco__directory_free (&own->every);
  garco_array_free (&own->array);
  free (own);
  *list = NULL;
}
