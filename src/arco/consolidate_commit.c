/* Committing a consolidated fragment.
 *
 *   1  .NAME.replaces            in the root: what NAME is to replace; nobody looks at it yet
 *   2  __commits/NAME.wrt        NAME is there, and with 1 it replaces them for garco's readers
 *   3  __commits/NAME.vac        it replaces them for every reader
 *   4  .NAME.replaces            is removed
 *
 * The format has two files for what is one step. Between 2 and 3 other readers see the cells in
 * both places: without duplicates that is as good as once. With duplicates they see them twice, and
 * so they do after a crash there until step 3 is made up for, as whoever writes to the array next
 * does (garco__consolidate_repair). The other order would show nothing in between, and lose data by
 * a crash. Without step 2 step 1 means nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/consolidate.h"
#include "base/error.h"

#define PATH_SIZE 512

static garco_status
write_list (garco__io *io, const char *path, const char *const *replaced, size_t count,
            garco_error *error)
{
  garco__buffer text = {0};
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < count && status >= 0; i++)
    status = garco__buffer_print (&text, error, "/%s\n", replaced[i]);
  if (status >= 0)
    status = garco__io_write (io, path, text.data, text.size, error);
  garco__buffer_free (&text);
  return status;
}

/* True where it is sure that neither of the two files is there any more. The fragments that were to
 * be replaced are, so nothing is lost. */
static bool
take_back (garco__io *io, const char *commit, const char *vacuum)
{
  garco__io_kind kind = GARCO__IO_NOTHING;
  uint64_t size;
  return garco__io_stat (io, vacuum, &kind, &size, NULL) >= 0 && kind == GARCO__IO_NOTHING &&
         garco__io_remove (io, commit, NULL) >= 0;
}

garco_status
garco__consolidate_commit (garco__io *io, const char *name, const char *const *replaced,
                           size_t count, bool *committed, garco_error *error)
{
  garco__io_kind kind = GARCO__IO_NOTHING;
  uint64_t size;
  char intent[PATH_SIZE], commit[PATH_SIZE], vacuum[PATH_SIZE];
  snprintf (intent, sizeof intent, ".%s" GARCO__REPLACES, name);
  snprintf (commit, sizeof commit, "__commits/%s.wrt", name);
  snprintf (vacuum, sizeof vacuum, "__commits/%s.vac", name);
  GARCO_TRY (write_list (io, intent, replaced, count, error));
  garco_status status = garco__io_write (io, commit, NULL, 0, error);
  *committed = status >= 0 || garco__io_stat (io, commit, &kind, &size, NULL) < 0 ||
               kind != GARCO__IO_NOTHING;
  if (status >= 0)
    status = write_list (io, vacuum, replaced, count, error);
  if (status >= 0)
    return garco__io_remove (io, intent, error);
  if (*committed)
    *committed = !take_back (io, commit, vacuum);
  if (!*committed)
    garco__io_remove (io, intent, NULL);
  return status;
}

/* What was to be done for one fragment: where it is committed, its .vac. */
static garco_status
repair_one (garco__io *io, const char *intent, garco_error *error)
{
  char path[PATH_SIZE];
  int length = (int)(strlen (intent) - strlen (GARCO__REPLACES)) - 1;
  garco__io_kind committed, replaced;
  uint8_t *bytes = NULL;
  size_t size = 0;
  uint64_t there;
  snprintf (path, sizeof path, "__commits/%.*s.wrt", length, intent + 1);
  GARCO_TRY (garco__io_stat (io, path, &committed, &there, error));
  snprintf (path, sizeof path, "__commits/%.*s.vac", length, intent + 1);
  GARCO_TRY (garco__io_stat (io, path, &replaced, &there, error));
  if (committed != GARCO__IO_NOTHING && replaced == GARCO__IO_NOTHING)
  {
    GARCO_TRY (garco__io_read_whole (io, intent, UINT64_C (1) << 28, &bytes, &size, error));
    garco_status status = garco__io_write (io, path, bytes, size, error);
    free (bytes);
    GARCO_TRY (status);
  }
  return garco__io_remove (io, intent, error);
}

garco_status
garco__consolidate_repair (garco__io *io, garco_error *error)
{
  garco__io_list list = {0};
  garco_status status = garco__io_list_folder (io, "", &list, error);
  for (size_t i = 0; i < list.count && status >= 0; i++)
    if (garco__is_replaces (list.entries[i].name))
      status = repair_one (io, list.entries[i].name, error);
  garco__io_list_free (&list);
  return status;
}
