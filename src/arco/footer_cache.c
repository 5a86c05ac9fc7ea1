/* Consolidated fragment metadata: __fragment_meta/__1_9_UUID_22.meta is one generic tile.
 *
 *   u32 fragments, { u64+name, u64 place in the tile }*, footers, one behind the other
 *
 * A fragment never changes, so that its footer is the same in each file that has it, and the files
 * are only a faster way to it: one file in place of one for each fragment. Which fragments there
 * are the commits say; a fragment that no such file has is read by itself. A footer ends where the
 * next begins.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/footer_cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/generic_tile.h"
#include "base/error.h"

#define FOLDER "__fragment_meta"
#define ENDING ".meta"
#define FILE_LIMIT (UINT64_C (1) << 30)
#define PATH_SIZE 1024
/* A name's size and a place. */
#define LEAST_ENTRY 16

/* ---- one file */

static garco_status
bad_file (const char *source, size_t at, garco_error *error, const char *what)
{
  return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, (int64_t)at,
                           "footers of fragments (place in the unpacked tile): %s", what);
}

/* Names are of folders, and were whole addresses once. */
static void
set_name (garco__cached_footer *footer, const uint8_t *name, size_t size)
{
  size_t from = size;
  while (from > 0 && name[from - 1] != '/')
    from--;
  footer->name = name + from;
  footer->name_size = size - from;
}

static int
by_place (const void *a, const void *b)
{
  const garco__cached_footer *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

static int
by_name (const void *a, const void *b)
{
  const garco__cached_footer *x = a, *y = b;
  int order = memcmp (x->name, y->name, x->name_size < y->name_size ? x->name_size : y->name_size);
  if (order == 0 && x->name_size != y->name_size)
    order = x->name_size < y->name_size ? -1 : 1;
  return order;
}

static garco_status
take_entries (garco__cursor *cursor, const char *source, size_t count,
              garco__cached_footer *footers, garco_error *error)
{
  for (size_t i = 0; i < count; i++)
  {
    size_t at = cursor->at;
    uint64_t size = garco__cursor_u64 (cursor);
    const uint8_t *name = garco__cursor_take (cursor, size);
    uint64_t place = garco__cursor_u64 (cursor);
    if (name == NULL || cursor->failed)
      return bad_file (source, at, error, "a name goes beyond the end");
    if (place >= cursor->size)
      return bad_file (source, at, error, "a footer that begins beyond the end");
    set_name (&footers[i], name, (size_t)size);
    footers[i].source = source;
    footers[i].at = (size_t)place;
  }
  return GARCO_OK;
}

/* Each ends where the next begins. */
static garco_status
take_footers (const garco__cursor *cursor, const char *source, size_t count,
              garco__cached_footer *footers, garco_error *error)
{
  qsort (footers, count, sizeof *footers, by_place);
  for (size_t i = 0; i < count; i++)
  {
    size_t end = i + 1 < count ? footers[i + 1].at : cursor->size;
    if (footers[i].at < cursor->at)
      return bad_file (source, footers[i].at, error, "a footer that begins among the names");
    if (footers[i].at == end)
      return bad_file (source, footers[i].at, error, "two footers in one place");
    footers[i].bytes = cursor->data + footers[i].at;
    footers[i].size = end - footers[i].at;
  }
  return GARCO_OK;
}

/* Appends what a file has, but for names that an earlier one had, and sorts. */
static garco_status
join (garco__footer_cache *cache, garco__cached_footer *footers, size_t count, garco_error *error)
{
  size_t before = cache->count;
  if (count > cache->capacity - cache->count)
  {
    void *all = cache->footers;
    GARCO_TRY (garco__reallocate (&all, before + count, sizeof *footers, error));
    cache->footers = all;
    cache->capacity = before + count;
  }
  qsort (footers, count, sizeof *footers, by_name);
  for (size_t i = 0; i < count; i++)
  {
    bool had = (i > 0 && by_name (&footers[i - 1], &footers[i]) == 0) ||
               (before > 0 &&
                bsearch (&footers[i], cache->footers, before, sizeof *footers, by_name) != NULL);
    if (!had)
      cache->footers[cache->count++] = footers[i];
  }
  if (cache->count > 1)
    qsort (cache->footers, cache->count, sizeof *footers, by_name);
  return GARCO_OK;
}

static garco_status
parse_file (garco__footer_cache *cache, const struct garco__cached_file *file, garco_error *error)
{
  garco__cursor cursor = garco__cursor_of (file->content.data, file->content.size);
  size_t count = garco__cursor_u32 (&cursor);
  void *footers = NULL;
  garco_status status;
  if (cursor.failed || count > garco__cursor_left (&cursor) / LEAST_ENTRY)
    return bad_file (file->source, 0, error, "more of them than the file has room for");
  GARCO_TRY (garco__allocate (&footers, count, sizeof (garco__cached_footer), error));
  GARCO_TRY_DONE (take_entries (&cursor, file->source, count, footers, error));
  GARCO_TRY_DONE (take_footers (&cursor, file->source, count, footers, error));
  GARCO_TRY_DONE (join (cache, footers, count, error));
done:
  free (footers);
  return status;
}

garco_status
garco__footer_cache_add (garco__footer_cache *cache, const char *source, garco__buffer *content,
                         garco_error *error)
{
  void *files = cache->files, *name = NULL;
  garco_status status = garco__reallocate (&files, cache->nfiles + 1, sizeof *cache->files, error);
  if (status >= 0)
  {
    cache->files = files;
    status = garco__allocate (&name, strlen (source) + 1, 1, error);
  }
  if (status < 0)
  {
    garco__buffer_free (content);
    return status;
  }
  struct garco__cached_file *file = &cache->files[cache->nfiles++];
  file->source = strcpy (name, source);
  file->content = *content;
  *content = (garco__buffer){0};
  return parse_file (cache, file, error);
}

const garco__cached_footer *
garco__footer_cache_find (const garco__footer_cache *cache, const char *name)
{
  const garco__cached_footer wanted = {.name = (const uint8_t *)name, .name_size = strlen (name)};
  return cache->count == 0
             ? NULL
             : bsearch (&wanted, cache->footers, cache->count, sizeof wanted, by_name);
}

/* ---- the array's files */

garco_status
garco__footer_cache_file (garco__io *io, garco__codec *codec, const char *name,
                          garco__footer_cache *cache, garco_error *error)
{
  char path[PATH_SIZE], source[GARCO__IO_NAME_SIZE];
  garco__buffer content = {0};
  uint8_t *bytes = NULL;
  size_t size = 0;
  snprintf (path, sizeof path, FOLDER "/%s", name);
  garco__io_name (io, path, source, sizeof source);
  garco_status status = garco__io_read_whole (io, path, FILE_LIMIT, &bytes, &size, error);
  if (status == GARCO_ERR_NOT_FOUND) /* vacuumed since the folder was looked through */
    return GARCO_OK;
  if (status >= 0)
    status = garco__generic_tile_read (codec, source, 0, bytes, size, &content, error);
  free (bytes);
  if (status >= 0)
    return garco__footer_cache_add (cache, source, &content, error);
  garco__buffer_free (&content);
  return status;
}

/* True where the file's times have those of a fragment whose footer is still wanted. */
static bool
is_wanted (const garco__footer_cache *cache, const garco__items *fragments, const uint8_t *known,
           const garco__stamp *file)
{
  for (size_t i = 0; i < fragments->count; i++)
  {
    const garco__item *item = &fragments->items[i];
    if (!known[i] && file->start <= item->stamp.start && item->stamp.end <= file->end &&
        garco__footer_cache_find (cache, item->name) == NULL)
      return true;
  }
  return false;
}

/* The name of the latest of the list's first `*left` files, which goes behind them. */
static const char *
next_file (const garco__io_list *list, size_t *left, garco__stamp *stamp)
{
  static const char ending[] = ENDING;
  const char *best = NULL;
  size_t at = 0;
  for (size_t i = 0; i < *left; i++)
  {
    const char *name = list->entries[i].name;
    size_t size = strlen (name);
    garco__stamp own;
    if (size < sizeof ending || strcmp (name + size - (sizeof ending - 1), ending) != 0 ||
        !garco__stamp_parse (name, &own) || (best != NULL && own.end < stamp->end))
      continue;
    best = name;
    *stamp = own;
    at = i;
  }
  if (best == NULL)
    return NULL;
  garco__io_entry chosen = list->entries[at];
  list->entries[at] = list->entries[--*left];
  list->entries[*left] = chosen;
  return chosen.name;
}

garco_status
garco__footer_cache_read (garco__io *io, garco__codec *codec, const garco__items *fragments,
                          const uint8_t *known, garco__footer_cache *cache, garco_error *error)
{
  garco__io_list list = {0};
  garco__stamp stamp = {0};
  const char *name;
  garco_status status = garco__io_list_folder (io, FOLDER, &list, error);
  size_t left = list.count;
  while (status >= 0 && (name = next_file (&list, &left, &stamp)) != NULL)
    if (is_wanted (cache, fragments, known, &stamp))
      status = garco__footer_cache_file (io, codec, name, cache, error);
  garco__io_list_free (&list);
  return status;
}

void
garco__footer_cache_free (garco__footer_cache *cache)
{
  for (size_t i = 0; i < cache->nfiles; i++)
  {
    garco__buffer_free (&cache->files[i].content);
    free (cache->files[i].source);
  }
  free (cache->files);
  free (cache->footers);
  memset (cache, 0, sizeof *cache);
}
