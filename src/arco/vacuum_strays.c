/* What killed writers have left: fragments that were never committed, files in the root that were
 * to be renamed, and arrays half made beside this one, which a first ingest makes as
 * URI.new-PID-TIME and renames when they are whole.
 *
 * A writer at work has such things too. Those of garco wait for the lock, but other writers know
 * none, and a store may have several machines: so only what is older than some age goes, by the
 * times in its name or by the file system's.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/vacuum.h"
#include "base/civil_time.h"
#include "base/error.h"

#define PATH_SIZE 1024
#define DEFAULT_AGE_MS INT64_C (86400000)

typedef struct strays
{
  garco__upkeep *own;
  const garco__directory *directory;
  int64_t before; /* only what is older */
} strays;

/* Folders are as old as the last file that was made in them. */
static garco_status
is_old (const strays *all, garco__io *io, const char *path, bool *old)
{
  int64_t ms = INT64_MAX;
  GARCO_TRY (garco__io_changed (io, path, &ms, all->own->error));
  *old = ms < all->before;
  return GARCO_OK;
}

static garco_status
remove_old (const strays *all, const char *path, const char *why)
{
  bool old = false;
  GARCO_TRY (is_old (all, all->own->array->io, path, &old));
  return old ? garco__vacuum_remove (all->own, path, why) : GARCO_OK;
}

static bool
is_committed (const garco__directory *directory, const char *name)
{
  size_t length = strlen (name);
  for (size_t i = 0; i < directory->commits.count; i++)
  {
    const char *commit = directory->commits.items[i].name;
    if (strncmp (commit, name, length) == 0 && strcmp (commit + length, ".wrt") == 0)
      return true;
  }
  return false;
}

static garco_status
remove_uncommitted (const strays *all)
{
  garco__io_list list = {0};
  garco__stamp stamp;
  char path[PATH_SIZE];
  garco_status status =
      garco__io_list_folder (all->own->array->io, "__fragments", &list, all->own->error);
  for (size_t i = 0; i < list.count && status >= 0; i++)
  {
    const char *name = list.entries[i].name;
    if (!garco__stamp_parse (name, &stamp) || is_committed (all->directory, name))
      continue;
    snprintf (path, sizeof path, "__fragments/%s", name);
    status = remove_old (all, path, "a fragment that was never committed");
  }
  garco__io_list_free (&list);
  return status;
}

static garco_status
remove_unfinished (const strays *all)
{
  garco__io_list list = {0};
  garco_status status = garco__io_list_folder (all->own->array->io, "", &list, all->own->error);
  for (size_t i = 0; i < list.count && status >= 0; i++)
  {
    const char *name = list.entries[i].name;
    size_t length = strlen (name);
    if (name[0] == '.' && length > 5 && strcmp (name + length - 5, ".part") == 0)
      status = remove_old (all, name, "a file that was never finished");
  }
  garco__io_list_free (&list);
  return status;
}

/* Whether a name beside the array's is one that a killed first ingest leaves. */
static bool
is_half_made (const char *name, const char *array)
{
  static const char mark[] = ".new-";
  size_t length = strlen (array);
  return strncmp (name, array, length) == 0 &&
         strncmp (name + length, mark, sizeof mark - 1) == 0 &&
         strspn (name + length + sizeof mark - 1, "0123456789-") ==
             strlen (name + length + sizeof mark - 1);
}

static garco_status
remove_beside (const strays *all, garco__io *parent, const char *name)
{
  garco__upkeep *own = all->own;
  bool old = false;
  GARCO_TRY (is_old (all, parent, name, &old));
  if (!old)
    return GARCO_OK;
  own->report->files_removed++;
  garco__upkeep_say (own, "%s%s/%s, an array that was never finished",
                     own->options->dry_run ? "would remove " : "removed ", parent->root, name);
  return own->options->dry_run ? GARCO_OK : garco__io_remove (parent, name, own->error);
}

static garco_status
remove_half_made (const strays *all)
{
  const char *root = all->own->array->io->root, *slash = strrchr (root, '/');
  char folder[PATH_SIZE] = ".";
  garco__io *parent = NULL;
  garco__io_list list = {0};
  garco_status status;
  if (strstr (root, "://") != NULL || strlen (root) >= sizeof folder)
    return GARCO_OK;
  if (slash != NULL)
    snprintf (folder, sizeof folder, "%.*s", slash == root ? 1 : (int)(slash - root), root);
  GARCO_TRY_DONE (garco__io_open (folder, &parent, all->own->error));
  GARCO_TRY_DONE (garco__io_list_folder (parent, "", &list, all->own->error));
  for (size_t i = 0; i < list.count; i++)
    if (list.entries[i].folder &&
        is_half_made (list.entries[i].name, slash != NULL ? slash + 1 : root))
      GARCO_TRY_DONE (remove_beside (all, parent, list.entries[i].name));
done:
  garco__io_list_free (&list);
  garco__io_close (&parent);
  return status;
}

garco_status
garco__vacuum_strays (garco__upkeep *own, const garco__directory *directory)
{
  int64_t age = own->options->stray_age_ms > 0 ? own->options->stray_age_ms : DEFAULT_AGE_MS;
  const strays all = {own, directory, garco__now_ms () - age};
  GARCO_TRY (remove_uncommitted (&all));
  GARCO_TRY (remove_unfinished (&all));
  return remove_half_made (&all);
}
