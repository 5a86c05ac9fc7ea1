/* garco_vacuum: removes what was replaced.
 *
 * Fragments: for each .vac in turn, what of its list lies in .con files is put into an .ign, then
 * the commits go, then the folders, then the .vac: so that a reader never finds a commit without
 * its fragment, and a vacuum that was killed is completed by the next. Commits: what is in a .con
 * goes, and where one has all that others have these and the .ign files go, in this order.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_writer.h"
#include "arco/footer_cache.h"
#include "arco/upkeep_files.h"
#include "arco/vacuum.h"
#include "base/error.h"

#define PATH_SIZE 1024

static bool
ends_with (const char *name, const char *ending)
{
  size_t n = strlen (name), m = strlen (ending);
  return n >= m && strcmp (name + n - m, ending) == 0;
}

/* ---- removing */

static garco_status
size_of (garco__upkeep *own, const char *path, uint64_t *bytes)
{
  garco__io_list list = {0};
  garco_status status = garco__io_list_folder (own->array->io, path, &list, own->error);
  for (size_t i = 0; i < list.count && status >= 0; i++)
  {
    char text[PATH_SIZE];
    garco__io_kind kind;
    uint64_t size = 0;
    snprintf (text, sizeof text, "%s/%s", path, list.entries[i].name);
    status = garco__io_stat (own->array->io, text, &kind, &size, own->error);
    *bytes += size;
  }
  garco__io_list_free (&list);
  return status;
}

garco_status
garco__vacuum_remove (garco__upkeep *own, const char *path, const char *why)
{
  garco__io_kind kind;
  uint64_t size = 0;
  GARCO_TRY (garco__io_stat (own->array->io, path, &kind, &size, own->error));
  if (kind == GARCO__IO_NOTHING)
    return GARCO_OK;
  if (kind == GARCO__IO_FOLDER)
    GARCO_TRY (size_of (own, path, &size));
  own->report->bytes_before += size;
  own->report->files_removed++;
  garco__upkeep_say (own, "%s%s, %s", own->options->dry_run ? "would remove " : "removed ", path,
                     why);
  return own->options->dry_run ? GARCO_OK : garco__io_remove (own->array->io, path, own->error);
}

/* ---- fragments */

/* One .vac, and the fragments that it lists. */
typedef struct replacement
{
  char path[PATH_SIZE]; /* of the .vac */
  garco__io_list names;
} replacement;

static bool
has_commit (const garco__directory *directory, const char *name)
{
  for (size_t i = 0; i < directory->commits.count; i++)
  {
    const char *commit = directory->commits.items[i].name;
    if (strncmp (commit, name, strlen (name)) == 0 && strcmp (commit + strlen (name), ".wrt") == 0)
      return true;
  }
  return false;
}

/* Entries of .con files that would bring the fragments back. */
static garco_status
write_ignored (garco__upkeep *own, const garco__directory *directory, const replacement *done)
{
  garco__buffer lines = {0};
  char name[GARCO__NAME_SIZE], path[PATH_SIZE];
  garco__stamp stamp;
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < done->names.count && status >= 0; i++)
  {
    snprintf (path, sizeof path, "__commits/%s.wrt", done->names.entries[i].name);
    if (directory->has_consolidated && has_commit (directory, done->names.entries[i].name))
      status = garco__buffer_print (&lines, own->error, "%s\n", path);
  }
  const char *base = strrchr (done->path, '/');
  if (status >= 0 && lines.size > 0 && !own->options->dry_run &&
      garco__stamp_parse (base != NULL ? base + 1 : done->path, &stamp))
  {
    status = garco__stamp_range_name (stamp.start, stamp.end, own->array->schema->version, name,
                                      own->error);
    snprintf (path, sizeof path, "__commits/%s.ign", name);
    if (status >= 0)
      status = garco__io_write (own->array->io, path, lines.data, lines.size, own->error);
  }
  garco__buffer_free (&lines);
  return status;
}

static garco_status
remove_replaced (garco__upkeep *own, const replacement *done)
{
  static const char *const commits[] = {"__commits/%s.wrt", "%s.ok"};
  static const char *const folders[] = {"__fragments/%s", "%s"};
  char path[PATH_SIZE];
  for (size_t i = 0; i < done->names.count; i++)
    for (size_t k = 0; k < 2; k++)
    {
      snprintf (path, sizeof path, commits[k], done->names.entries[i].name);
      GARCO_TRY (garco__vacuum_remove (own, path, "the commit of a fragment that was replaced"));
    }
  if (!own->options->dry_run)
    GARCO_TRY (garco__io_sync_folder (own->array->io, "__commits", own->error));
  for (size_t i = 0; i < done->names.count; i++)
    for (size_t k = 0; k < 2; k++)
    {
      snprintf (path, sizeof path, folders[k], done->names.entries[i].name);
      GARCO_TRY (garco__vacuum_remove (own, path, "a fragment that was replaced"));
    }
  return garco__vacuum_remove (own, done->path, "the list of what was replaced");
}

static garco_status
vacuum_one (garco__upkeep *own, const garco__directory *directory, const char *folder,
            const char *file)
{
  replacement done = {.names = {0}};
  char name[PATH_SIZE];
  garco__stamp stamp;
  snprintf (done.path, sizeof done.path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", file);
  snprintf (name, sizeof name, "%.*s", (int)(strlen (file) - 4), file);
  if (!garco__stamp_parse (name, &stamp) || stamp.start < own->array->start ||
      stamp.end > own->array->end)
    return GARCO_OK;
  garco_status status = garco__directory_lines (own->array->io, done.path, &done.names, own->error);
  if (status >= 0)
    status = write_ignored (own, directory, &done);
  if (status >= 0)
    status = remove_replaced (own, &done);
  garco__io_list_free (&done.names);
  return status;
}

static garco_status
vacuum_folder (garco__upkeep *own, const garco__directory *directory, const char *folder)
{
  garco__io_list list = {0};
  garco_status status = garco__io_list_folder (own->array->io, folder, &list, own->error);
  for (size_t i = 0; i < list.count && status >= 0; i++)
    if (ends_with (list.entries[i].name, ".vac"))
      status = vacuum_one (own, directory, folder, list.entries[i].name);
  garco__io_list_free (&list);
  return status;
}

static garco_status
vacuum_fragments (garco__upkeep *own, const garco__directory *directory)
{
  GARCO_TRY (vacuum_folder (own, directory, "__commits"));
  return vacuum_folder (own, directory, "");
}

/* ---- commits */

/* Removes the files of __commits with this ending but one. */
static garco_status
remove_others (garco__upkeep *own, const garco__io_list *list, const char *ending, const char *kept)
{
  char path[PATH_SIZE];
  for (size_t i = 0; i < list->count; i++)
  {
    const char *name = list->entries[i].name;
    if (!ends_with (name, ending) || strcmp (name, kept) == 0)
      continue;
    snprintf (path, sizeof path, "__commits/%s", name);
    GARCO_TRY (garco__vacuum_remove (own, path, "all of it is in a newer one"));
  }
  return GARCO_OK;
}

static garco_status
vacuum_commits (garco__upkeep *own)
{
  garco__io_list list = {0}, covered = {0};
  char path[PATH_SIZE], kept[GARCO__NAME_SIZE] = "";
  garco_status status;
  GARCO_TRY_DONE (garco__io_list_folder (own->array->io, "__commits", &list, own->error));
  GARCO_TRY_DONE (garco__directory_covering (own->array->io, kept, &covered, own->error));
  for (size_t i = 0; i < list.count; i++)
  {
    snprintf (path, sizeof path, "__commits/%s", list.entries[i].name);
    if (garco__io_list_find (&covered, list.entries[i].name) != NULL)
      GARCO_TRY_DONE (garco__vacuum_remove (own, path, "in a consolidated file"));
  }
  if (kept[0] == '\0')
    goto done;
  GARCO_TRY_DONE (remove_others (own, &list, ".con", kept));
  if (!own->options->dry_run)
    GARCO_TRY_DONE (garco__io_sync_folder (own->array->io, "__commits", own->error));
  GARCO_TRY_DONE (remove_others (own, &list, ".ign", kept));
done:
  garco__io_list_free (&list);
  garco__io_list_free (&covered);
  return status;
}

/* ---- files of metadata */

/* How many of the array's fragments have their footer in a file; of a spoilt one none, as the
 * fragments have theirs too. */
static garco_status
count_footers (garco__upkeep *own, const garco__directory *directory, const char *file,
               size_t *count)
{
  garco__footer_cache cache = {0};
  garco_status status =
      garco__footer_cache_file (own->array->io, own->array->codec, file, &cache, own->error);
  *count = 0;
  if (status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED)
    status = GARCO_OK;
  for (size_t i = 0; i < directory->fragments.count; i++)
    *count += garco__footer_cache_find (&cache, directory->fragments.items[i].name) != NULL;
  garco__footer_cache_free (&cache);
  return status;
}

/* The file that has most of them, of several the latest; NULL: none has any. Its times alone do
 * not tell: a fragment that was consolidated is of the times of those that it replaced. */
static garco_status
find_best (garco__upkeep *own, const garco__directory *directory, const garco__io_list *list,
           const char **best)
{
  garco__stamp top = {0}, stamp;
  size_t most = 0, count;
  *best = NULL;
  for (size_t i = 0; i < list->count; i++)
  {
    const char *name = list->entries[i].name;
    if (!ends_with (name, ".meta") || !garco__stamp_parse (name, &stamp))
      continue;
    GARCO_TRY (count_footers (own, directory, name, &count));
    if (count < most || (count == most && (*best == NULL || stamp.end < top.end)))
      continue;
    *best = name;
    most = count;
    top = stamp;
  }
  return GARCO_OK;
}

static garco_status
vacuum_fragment_meta (garco__upkeep *own, const garco__directory *directory)
{
  garco__io_list list = {0};
  const char *best = NULL;
  char path[PATH_SIZE];
  garco_status status;
  GARCO_TRY_DONE (garco__io_list_folder (own->array->io, "__fragment_meta", &list, own->error));
  GARCO_TRY_DONE (find_best (own, directory, &list, &best));
  for (size_t i = 0; i < list.count; i++)
    if (list.entries[i].name != best && ends_with (list.entries[i].name, ".meta"))
    {
      snprintf (path, sizeof path, "__fragment_meta/%s", list.entries[i].name);
      GARCO_TRY_DONE (garco__vacuum_remove (
          own, path, best != NULL ? "a newer one is there" : "none of its fragments is there"));
    }
done:
  garco__io_list_free (&list);
  return status;
}

static garco_status
vacuum_meta_of (garco__upkeep *own, const char *file)
{
  garco__io_list names = {0};
  garco__io_kind kind;
  uint64_t size;
  char path[PATH_SIZE], own_path[PATH_SIZE];
  garco_status status;
  snprintf (own_path, sizeof own_path, "__meta/%s", file);
  snprintf (path, sizeof path, "__meta/%.*s", (int)(strlen (file) - 4), file);
  GARCO_TRY_DONE (garco__io_stat (own->array->io, path, &kind, &size, own->error));
  if (kind == GARCO__IO_NOTHING)
    goto done;
  GARCO_TRY_DONE (garco__directory_lines (own->array->io, own_path, &names, own->error));
  for (size_t i = 0; i < names.count; i++)
  {
    snprintf (path, sizeof path, "__meta/%s", names.entries[i].name);
    GARCO_TRY_DONE (garco__vacuum_remove (own, path, "array metadata that was replaced"));
  }
  GARCO_TRY_DONE (garco__vacuum_remove (own, own_path, "the list of what was replaced"));
done:
  garco__io_list_free (&names);
  return status;
}

static garco_status
vacuum_array_meta (garco__upkeep *own)
{
  garco__io_list list = {0};
  garco__stamp stamp;
  garco_status status = garco__io_list_folder (own->array->io, "__meta", &list, own->error);
  for (size_t i = 0; i < list.count && status >= 0; i++)
    if (ends_with (list.entries[i].name, ".vac") &&
        garco__stamp_parse (list.entries[i].name, &stamp) && stamp.start >= own->array->start &&
        stamp.end <= own->array->end)
      status = vacuum_meta_of (own, list.entries[i].name);
  garco__io_list_free (&list);
  return status;
}

/* ---- the whole */

static garco_status
vacuum_locked (garco__upkeep *own)
{
  unsigned what = own->options->what != 0 ? own->options->what : GARCO_UPKEEP_CELLS;
  garco__directory directory = {0};
  garco_status status =
      garco__directory_read (own->array->io, 0, UINT64_MAX, &directory, own->error);
  if (status >= 0 && (what & GARCO_UPKEEP_CELLS) != 0)
    status = vacuum_fragments (own, &directory);
  if (status >= 0 && (what & GARCO_UPKEEP_COMMITS) != 0)
    status = vacuum_commits (own);
  if (status >= 0 && (what & GARCO_UPKEEP_FRAGMENT_META) != 0)
    status = vacuum_fragment_meta (own, &directory);
  if (status >= 0 && (what & GARCO_UPKEEP_ARRAY_META) != 0)
    status = vacuum_array_meta (own);
  if (status >= 0 && (what & GARCO_UPKEEP_STRAYS) != 0)
    status = garco__vacuum_strays (own, &directory);
  garco__directory_free (&directory);
  return status;
}

static garco_status
vacuum_all (garco__upkeep *own)
{
  return garco__upkeep_locked (own, vacuum_locked);
}

garco_status
garco_vacuum (const char *uri, const garco_upkeep_options *options, garco_upkeep_report *report,
              garco_error *error)
{
  return garco__upkeep_run (uri, options, report, vacuum_all, error);
}
