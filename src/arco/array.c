/* Arrays: making, opening, looking at.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arco/array_internal.h"
#include "arco/array_snapshot.h"
#include "arco/array_writer.h"
#include "arco/datatype.h"
#include "arco/generic_tile.h"
#include "base/civil_time.h"
#include "base/error.h"

#define SCHEMA_LIMIT (UINT64_C (16) << 20)
/* Of fewer fragments their own files are no more to read. */
#define LEAST_CACHED 3

/* ---- making */

static const char *const folders[] = {"",          "__schema",    "__schema/__enumerations",
                                      "__commits", "__fragments", "__fragment_meta",
                                      "__meta",    "__labels"};

/* Nothing may be there but an empty folder. */
static garco_status
check_vacant (garco__io *io, const char *uri, bool *there, garco_error *error)
{
  garco__io_list list = {0};
  garco__io_kind kind;
  uint64_t size;
  GARCO_TRY (garco__io_stat (io, "", &kind, &size, error));
  *there = kind == GARCO__IO_FOLDER;
  if (kind == GARCO__IO_FILE)
    return garco__fail (error, GARCO_ERR_EXISTS, uri, "a file is there already");
  garco_status status = garco__io_list_folder (io, "", &list, error);
  size_t count = list.count;
  garco__io_list_free (&list);
  GARCO_TRY (status);
  return count == 0 ? GARCO_OK
                    : garco__fail (error, GARCO_ERR_EXISTS, uri,
                                   "the folder is there already and is not empty");
}

static garco_status
make_folders (garco__io *io, garco_error *error)
{
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    GARCO_TRY (garco__io_make_folder (io, folders[i], error));
  return GARCO_OK;
}

/* What was made in vain would be in the way of the next. */
static void
remove_folders (garco__io *io, bool there)
{
  for (size_t i = sizeof folders / sizeof *folders; i-- > (there ? 1 : 0);)
    garco__io_remove (io, folders[i], NULL);
}

garco_status
garco__schema_write (garco__io *io, garco__codec *codec, uint64_t timestamp, uint32_t version,
                     const garco__buffer *payload, garco_error *error)
{
  garco__buffer tile = {0};
  char name[GARCO__NAME_SIZE], path[GARCO__NAME_SIZE + 16] = "__schema/";
  garco_status status;
  GARCO_TRY_DONE (garco__stamp_name (timestamp, 0, name, error));
  strcat (path, name);
  GARCO_TRY_DONE (
      garco__generic_tile_write (codec, version, payload->data, payload->size, &tile, error));
  GARCO_TRY_DONE (garco__io_write (io, path, tile.data, tile.size, error));
done:
  garco__buffer_free (&tile);
  return status;
}

static garco_status
make_array (garco__io *io, garco__codec *codec, const garco__buffer *payload, bool there,
            garco_error *error)
{
  garco_status status = make_folders (io, error);
  if (status >= 0)
    status = garco__schema_write (io, codec, (uint64_t)garco__now_ms (), GARCO__FORMAT_VERSION,
                                  payload, error);
  if (status < 0)
    remove_folders (io, there);
  return status;
}

garco_status
garco_array_create_schema (const char *uri, const garco_schema_info *schema, garco_error *error)
{
  garco__io *io = NULL;
  garco__codec *codec = NULL;
  garco__buffer payload = {0};
  bool there = false;
  garco_status status;
  GARCO_TRY_DONE (garco__schema_payload (schema, &payload, error));
  GARCO_TRY_DONE (garco__io_open (uri, &io, error));
  GARCO_TRY_DONE (garco__codec_new (&codec, error));
  GARCO_TRY_DONE (check_vacant (io, uri, &there, error));
  GARCO_TRY_DONE (make_array (io, codec, &payload, there, error));
done:
  garco__buffer_free (&payload);
  garco__codec_free (&codec);
  garco__io_close (&io);
  return status;
}

garco_status
garco_array_create (const char *uri, const char *preset, garco_error *error)
{
  const garco_schema_info *schema = garco_schema_preset (preset);
  if (schema == NULL)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "no schema is called \"%s\"; expected earthscope, compact or demo", preset);
  return garco_array_create_schema (uri, schema, error);
}

/* ---- opening */

garco__schema *
garco__array_known_schema (const garco_array *array, const char *name)
{
  for (size_t i = 0; i < array->schemas.count; i++)
    if (strcmp (array->schemas.schemas[i]->name, name) == 0)
      return array->schemas.schemas[i];
  return NULL;
}

static garco_status
read_schema (garco_array *array, const garco__item *item, garco_error *error)
{
  garco__buffer content = {0};
  uint8_t *bytes = NULL;
  size_t size = 0;
  char source[GARCO__IO_NAME_SIZE];
  void *schemas = array->schemas.schemas;
  garco_status status;
  garco__io_name (array->io, item->path, source, sizeof source);
  GARCO_TRY (
      garco__reallocate (&schemas, array->schemas.count + 1, sizeof (garco__schema *), error));
  array->schemas.schemas = schemas;
  garco__schema **schema = &array->schemas.schemas[array->schemas.count];
  GARCO_TRY_DONE (garco__io_read_whole (array->io, item->path, SCHEMA_LIMIT, &bytes, &size, error));
  GARCO_TRY_DONE (garco__generic_tile_read (array->codec, source, 0, bytes, size, &content, error));
  GARCO_TRY_DONE (
      garco__schema_parse (content.data, content.size, item->name, source, schema, error));
  array->schemas.count++;
done:
  garco__buffer_free (&content);
  free (bytes);
  return status;
}

/* The latest by name (not by time: that is the format's rule) that is not later than the end; else
 * the old single one, else the first. */
static garco_status
choose_schema (garco_array *array, const garco__directory *directory, garco_error *error)
{
  const garco__items *items = &directory->schemas;
  const garco__item *best = NULL;
  for (size_t i = 0; i < items->count; i++)
  {
    if (garco__array_known_schema (array, items->items[i].name) == NULL)
      GARCO_TRY (read_schema (array, &items->items[i], error));
    if (array->newest_schema || items->items[i].stamp.end <= array->end)
      best = &items->items[i];
  }
  if (best == NULL && items->count > 0)
    best = &items->items[0];
  if (best == NULL)
    return garco__fail (error, GARCO_ERR_FORMAT, array->io->root,
                        "no array: its __schema folder holds no schema");
  array->schema = garco__array_known_schema (array, best->name);
  return GARCO_OK;
}

/* Footers that were read stay good: a fragment's name stands for its bytes. */
static void
keep_fragments (garco_array *array, garco__fragment **fresh, const garco__directory *directory)
{
  for (size_t i = 0; i < directory->fragments.count; i++)
    for (size_t k = 0; k < array->nfragments; k++)
      if (array->fragments[k] != NULL &&
          strcmp (array->fragments[k]->name, directory->fragments.items[i].name) == 0)
      {
        fresh[i] = array->fragments[k];
        array->fragments[k] = NULL;
        break;
      }
}

static void
free_fragments (garco_array *array)
{
  garco__footer_cache_free (&array->footers);
  array->footers_known = false;
  for (size_t i = 0; i < array->nfragments; i++)
    garco__fragment_free (&array->fragments[i]);
  free (array->fragments);
  array->fragments = NULL;
  array->nfragments = 0;
}

/* Makes what `directory` shows the array's; takes it over where that succeeds. */
static garco_status
show_directory (garco_array *array, garco__directory *directory, garco_error *error)
{
  void *fresh = NULL;
  if (!directory->marked)
    return garco__fail (error, GARCO_ERR_FORMAT, array->io->root,
                        "no array: the folder has no __schema in it");
  GARCO_TRY (choose_schema (array, directory, error));
  GARCO_TRY (
      garco__allocate (&fresh, directory->fragments.count, sizeof (garco__fragment *), error));
  keep_fragments (array, fresh, directory);
  free_fragments (array);
  array->fragments = fresh;
  array->nfragments = directory->fragments.count;
  garco__array_metadata_forget (array);
  garco__directory_free (&array->directory);
  array->directory = *directory;
  return GARCO_OK;
}

garco_status
garco__array_refresh (garco_array *array, garco_error *error)
{
  garco__directory directory = {.lists_missing = array->lists_missing};
  array->start = array->options.timestamp_start;
  array->end =
      array->options.timestamp_end != 0 ? array->options.timestamp_end : (uint64_t)garco__now_ms ();
  GARCO_TRY (garco__directory_read (array->io, array->start, array->end, &directory, error));
  garco_status status = show_directory (array, &directory, error);
  if (status < 0)
    garco__directory_free (&directory);
  return status;
}

garco_status
garco__array_open_as (const garco_array *seen, garco_array **array, garco_error *error)
{
  void *made = NULL;
  garco__directory directory = {0};
  garco_status status;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_array), error));
  *array = made;
  (*array)->options = seen->options;
  (*array)->start = seen->start;
  (*array)->end = seen->end;
  (*array)->newest_schema = seen->newest_schema;
  GARCO_TRY_DONE (garco__io_open (seen->io->root, &(*array)->io, error));
  (*array)->io->meter = seen->io->meter;
  GARCO_TRY_DONE (garco__codec_new (&(*array)->codec, error));
  GARCO_TRY_DONE (garco__directory_copy (&seen->directory, &directory, error));
  GARCO_TRY_DONE (show_directory (*array, &directory, error));
done:
  if (status < 0)
  {
    garco__directory_free (&directory);
    garco_array_free (array);
  }
  return status;
}

void
garco__array_set_threads (garco_array *array, int threads)
{
  array->threads = threads;
}

static garco_status
check_place (garco__io *io, garco_error *error)
{
  garco__io_kind kind;
  uint64_t size;
  GARCO_TRY (garco__io_stat (io, "", &kind, &size, error));
  if (kind == GARCO__IO_NOTHING)
    return garco__fail (error, GARCO_ERR_NOT_FOUND, io->root, "no such array");
  if (kind == GARCO__IO_FILE)
    return garco__fail (error, GARCO_ERR_FORMAT, io->root, "no array: a file, expected a folder");
  return GARCO_OK;
}

static garco_status
open_array (const char *uri, const garco_array_options *options, bool lists_missing,
            garco_array **array, garco_error *error)
{
  static const garco_array_options defaults = GARCO_ARRAY_OPTIONS_INIT;
  void *made = NULL;
  garco_status status;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_array), error));
  *array = made;
  (*array)->options = options != NULL ? *options : defaults;
  (*array)->lists_missing = lists_missing;
  GARCO_TRY_DONE (garco__io_open (uri, &(*array)->io, error));
  (*array)->io->meter = (*array)->options.meter;
  GARCO_TRY_DONE (garco__codec_new (&(*array)->codec, error));
  GARCO_TRY_DONE (check_place ((*array)->io, error));
  GARCO_TRY_DONE (garco__array_refresh (*array, error));
done:
  if (status < 0)
    garco_array_free (array);
  return status;
}

garco_status
garco_array_open (const char *uri, const garco_array_options *options, garco_array **array,
                  garco_error *error)
{
  return open_array (uri, options, false, array, error);
}

garco_status
garco__array_open_damaged (const char *uri, const garco_array_options *options, garco_array **array,
                           garco_error *error)
{
  return open_array (uri, options, true, array, error);
}

void
garco_array_free (garco_array **array)
{
  garco_array *own = *array;
  if (own == NULL)
    return;
  free_fragments (own);
  garco__array_enumerations_forget (own);
  for (size_t i = 0; i < own->schemas.count; i++)
    garco__schema_free (&own->schemas.schemas[i]);
  free (own->schemas.schemas);
  garco__array_metadata_forget (own);
  garco__directory_free (&own->directory);
  garco__codec_free (&own->codec);
  garco__io_close (&own->io);
  free (own);
  *array = NULL;
}

/* ---- looking at */

const garco_schema_info *
garco_array_schema (const garco_array *array)
{
  return &array->schema->info;
}

size_t
garco_array_fragment_count (const garco_array *array)
{
  return array->nfragments;
}

garco_status
garco__array_read_footers (garco_array *array, garco_error *error)
{
  void *room = NULL;
  size_t wanted = 0;
  if (array->footers_known)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&room, array->nfragments, 1, error));
  uint8_t *known = room;
  for (size_t i = 0; i < array->nfragments; i++)
  {
    known[i] = array->fragments[i] != NULL;
    wanted += !known[i];
  }
  garco_status status = GARCO_OK;
  if (wanted >= LEAST_CACHED)
    status = garco__footer_cache_read (array->io, array->codec, &array->directory.fragments, known,
                                       &array->footers, error);
  free (room);
  array->footers_known = status >= 0;
  return status;
}

void
garco__array_forget_footers (garco_array *array)
{
  garco__footer_cache_free (&array->footers);
}

garco_status
garco__array_fragment_at (garco_array *array, size_t index, garco__fragment **fragment,
                          garco_error *error)
{
  if (index >= array->nfragments)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                        "fragment %zu of %zu (they count from 0)", index, array->nfragments);
  if (array->fragments[index] == NULL)
  {
    const garco__item *item = &array->directory.fragments.items[index];
    GARCO_TRY (garco__array_read_footers (array, error));
    GARCO_TRY (garco__fragment_open_cached (array->io, item,
                                            garco__footer_cache_find (&array->footers, item->name),
                                            &array->schemas, &array->fragments[index], error));
  }
  *fragment = array->fragments[index];
  return GARCO_OK;
}

void
garco__fragment_info (const garco__fragment *fragment, garco_fragment_info *info)
{
  *info = (garco_fragment_info){
      .name = fragment->name,
      .timestamp_start = fragment->stamp.start,
      .timestamp_end = fragment->stamp.end,
      .version = fragment->version,
      .cells = garco__fragment_cells (fragment),
      .tiles = fragment->ntiles,
      .bytes = garco__fragment_bytes (fragment),
      .has_timestamps = fragment->has_timestamps,
      .ndomain = fragment->schema->ndims,
      .domain = fragment->bounds,
      .texts = (const char *const *)fragment->texts,
  };
}

garco_status
garco_array_fragment (garco_array *array, size_t index, garco_fragment_info *info,
                      garco_error *error)
{
  garco__fragment *fragment = NULL;
  GARCO_TRY (garco__array_fragment_at (array, index, &fragment, error));
  garco__fragment_info (fragment, info);
  return GARCO_OK;
}

static garco_status
text_domain (garco_array *array, size_t dimension, const char *range[2], garco_error *error)
{
  range[0] = range[1] = NULL;
  for (size_t i = 0; i < array->nfragments; i++)
  {
    garco__fragment *fragment = NULL;
    GARCO_TRY (garco__array_fragment_at (array, i, &fragment, error));
    const char *low = fragment->texts[2 * dimension], *high = fragment->texts[2 * dimension + 1];
    if (fragment->ntiles == 0 || low == NULL)
      continue;
    if (range[0] == NULL || strcmp (low, range[0]) < 0)
      range[0] = low;
    if (range[1] == NULL || strcmp (high, range[1]) > 0)
      range[1] = high;
  }
  return range[0] != NULL ? GARCO_OK : GARCO_END;
}

garco_status
garco_array_domain (garco_array *array, size_t dimension, void *range, garco_error *error)
{
  if (dimension >= array->schema->ndims)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root, "dimension %zu of %zu",
                        dimension, array->schema->ndims);
  const garco__field *field = &array->schema->fields[dimension];
  if (field->width == GARCO__VARIABLE)
    return text_domain (array, dimension, range, error);
  size_t size = garco_datatype_size (field->type);
  uint64_t low = UINT64_MAX, high = 0;
  bool any = false;
  for (size_t i = 0; i < array->nfragments; i++)
  {
    garco__fragment *fragment = NULL;
    GARCO_TRY (garco__array_fragment_at (array, i, &fragment, error));
    if (fragment->ntiles == 0)
      continue;
    const uint8_t *bounds = fragment->bounds[dimension];
    uint64_t from = garco__order_key (field->type, bounds);
    uint64_t to = garco__order_key (field->type, bounds + size);
    low = from < low ? from : low;
    high = to > high ? to : high;
    any = true;
  }
  if (!any)
    return GARCO_END;
  garco__order_value (field->type, low, range);
  garco__order_value (field->type, high, (uint8_t *)range + size);
  return GARCO_OK;
}

/* ---- for those who write */

void
garco__wait_for (uint64_t timestamp)
{
  uint64_t now = (uint64_t)garco__now_ms ();
  if (timestamp <= now || timestamp - now > GARCO__AHEAD_LIMIT_MS)
    return;
  uint64_t left = timestamp - now;
  struct timespec pause = {(time_t)(left / 1000), (long)(left % 1000) * 1000000};
  nanosleep (&pause, NULL);
}

garco_status
garco__array_next_timestamp (garco_array *array, uint64_t *timestamp, garco_error *error)
{
  garco__directory directory = {0};
  GARCO_TRY (garco__directory_read (array->io, 0, UINT64_MAX, &directory, error));
  uint64_t last = directory.last, now = (uint64_t)garco__now_ms ();
  garco__directory_free (&directory);
  if (last >= INT64_MAX)
    return garco__fail (error, GARCO_ERR_LIMIT, array->io->root,
                        "a name in the array has the time %" PRIu64 "; no later one is left", last);
  if (last > now && last - now > GARCO__AHEAD_LIMIT_MS)
  {
    char text[32];
    garco_time_text ((int64_t)last, text);
    return garco__fail (error, GARCO_ERR_LIMIT, array->io->root,
                        "a name in the array has the time %s, later than this machine's clock: "
                        "what is written after it would be seen by nobody until then",
                        text);
  }
  *timestamp = last >= now ? last + 1 : now;
  return GARCO_OK;
}

garco_status
garco__array_lock (garco_array *array, garco_error *error)
{
  return garco__io_lock (array->io, error);
}

void
garco__array_unlock (garco_array *array)
{
  garco__io_unlock (array->io);
}
