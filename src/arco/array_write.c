/* What users write to an array: cells, deletes, metadata, further schemas.
 *
 *   lock -> look the folder through -> choose a time -> write, visible at once -> unlock -> look
 * again
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_internal.h"
#include "arco/array_scan.h"
#include "arco/array_writer.h"
#include "arco/condition_text.h"
#include "arco/datatype.h"
#include "arco/generic_tile.h"
#include "arco/group_commit.h"
#include "base/civil_time.h"
#include "base/error.h"

#define PATH_SIZE 512
#define OLDEST_DELETED 16u /* before this version there are no deletes */
#define OLDEST_EVOLVED 10u /* before this version there is one schema only */

/* ---- times */

/* True where a name in the folder, of a file with one of the endings (or of any), has this time. */
static garco_status
has_time (garco_array *array, const char *folder, const char *const endings[2], uint64_t time,
          bool *found, garco_error *error)
{
  garco__io_list list = {0};
  garco_status status = garco__io_list_folder (array->io, folder, &list, error);
  for (size_t i = 0; status >= 0 && i < list.count; i++)
  {
    garco__stamp stamp;
    const char *name = list.entries[i].name, *dot = strchr (name, '.');
    bool counts = endings == NULL ||
                  (dot != NULL && (strcmp (dot, endings[0]) == 0 || strcmp (dot, endings[1]) == 0));
    if (counts && garco__stamp_parse (name, &stamp))
      *found = *found || stamp.start == time || stamp.end == time;
  }
  garco__io_list_free (&list);
  return status;
}

static bool
items_have (const garco__items *items, uint64_t time)
{
  for (size_t i = 0; i < items->count; i++)
    if (items->items[i].stamp.start == time || items->items[i].stamp.end == time)
      return true;
  return false;
}

/* Cells and deletes: of one time it could not be told which came first. */
static garco_status
cells_have (garco_array *array, uint64_t time, bool *found, garco_error *error)
{
  static const char *const endings[] = {".wrt", ".del"};
  garco__directory directory = {0};
  GARCO_TRY (has_time (array, "__commits", endings, time, found, error));
  GARCO_TRY (garco__directory_read (array->io, 0, UINT64_MAX, &directory, error));
  *found =
      *found || items_have (&directory.fragments, time) || items_have (&directory.deletes, time);
  garco__directory_free (&directory);
  return GARCO_OK;
}

/* Nobody would see it, and whatever is written after it, until then. */
static garco_status
check_clock (const garco_array *array, uint64_t wanted, garco_error *error)
{
  char text[32];
  uint64_t now = (uint64_t)garco__now_ms ();
  if (wanted <= now || wanted - now <= GARCO__AHEAD_LIMIT_MS)
    return GARCO_OK;
  garco_time_text ((int64_t)wanted, text);
  return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                      "a time of writing of %s, later than this machine's clock: what is written "
                      "would be seen by nobody until then",
                      text);
}

garco_status
garco__array_write_time (garco_array *array, uint64_t wanted, garco__written what,
                         uint64_t *timestamp, garco_error *error)
{
  bool found = false;
  *timestamp = wanted;
  if (wanted == 0)
    return garco__array_next_timestamp (array, timestamp, error);
  if (wanted > INT64_MAX)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                        "a time of %" PRIu64 " ms; expected at most %" PRId64, wanted, INT64_MAX);
  GARCO_TRY (check_clock (array, wanted, error));
  if (what == GARCO__WRITTEN_CELLS)
    GARCO_TRY (cells_have (array, wanted, &found, error));
  else
    GARCO_TRY (has_time (array, what == GARCO__WRITTEN_SCHEMA ? "__schema" : "__meta", NULL, wanted,
                         &found, error));
  if (found)
    return garco__fail (
        error, GARCO_ERR_EXISTS, array->io->root,
        "something was written at the time %" PRIu64 " ms already; expected another time", wanted);
  return GARCO_OK;
}

/* ---- turns */

static const garco_write_options defaults = GARCO_WRITE_OPTIONS_INIT;

static garco_status
begin (garco_array *array, garco_error *error)
{
  GARCO_TRY (garco__array_lock (array, error));
  garco_status status = garco__array_refresh (array, error);
  if (status < 0)
    garco__array_unlock (array);
  return status;
}

static garco_status
end (garco_array *array, garco_status status, garco_error *error)
{
  garco__array_unlock (array);
  GARCO_TRY (status);
  return garco__array_refresh (array, error);
}

/* ---- cells */

static garco_status
write_cells (garco_array *array, const garco_batch *batch, const garco_write_options *options,
             garco__fragment_writer **fragment, garco_error *error)
{
  GARCO_TRY (garco__fragment_write_as (array, batch, options, fragment, error));
  uint64_t timestamp = garco__fragment_writer_timestamp (*fragment);
  if (options->nmetadata > 0)
    GARCO_TRY (
        garco__array_write_time (array, timestamp, GARCO__WRITTEN_METADATA, &timestamp, error));
  return garco__fragments_commit_with (array, fragment, 1, NULL, 0, options->metadata,
                                       options->nmetadata, error);
}

garco_status
garco_array_write (garco_array *array, const garco_batch *batch, const garco_write_options *options,
                   char name[GARCO_FRAGMENT_NAME_SIZE], garco_error *error)
{
  garco__fragment_writer *fragment = NULL;
  GARCO_TRY (begin (array, error));
  garco_status status =
      write_cells (array, batch, options != NULL ? options : &defaults, &fragment, error);
  if (status >= 0 && name != NULL)
    snprintf (name, GARCO_FRAGMENT_NAME_SIZE, "%s", garco__fragment_writer_name (fragment));
  garco__fragment_writer_free (&fragment);
  return end (array, status, error);
}

/* ---- deletes */

/* The format's readers drop every cell of a fragment that lacks an attribute compared. */
static garco_status
check_fragments (garco_array *array, const garco__condition *condition, garco_error *error)
{
  for (size_t i = 0; i < array->nfragments && array->schemas.count > 1; i++)
  {
    garco__fragment *fragment = NULL;
    GARCO_TRY (garco__array_fragment_at (array, i, &fragment, error));
    for (size_t k = 0; k < garco__condition_field_count (condition); k++)
    {
      const char *name = array->schema->fields[garco__condition_field (condition, k)].name;
      if (garco__schema_find (fragment->schema, name) < 0)
        return garco__fail (
            error, GARCO_ERR_UNSUPPORTED, array->io->root,
            "fragment %s has no attribute \"%s\": a condition on it would delete all "
            "cells of the fragment; consolidate first",
            fragment->name, name);
    }
  }
  return GARCO_OK;
}

static garco_status
check_schema_has (const garco_array *array, const garco__schema *schema,
                  const garco__condition *condition, uint64_t timestamp, garco_error *error)
{
  for (size_t k = 0; k < garco__condition_field_count (condition); k++)
  {
    const char *name = array->schema->fields[garco__condition_field (condition, k)].name;
    if (garco__schema_find (schema, name) < 0)
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, array->io->root,
                          "schema %s has no attribute \"%s\": after a delete by it at %" PRIu64
                          " ms the array could not be read at the times of that schema",
                          schema->name, name, timestamp);
  }
  return GARCO_OK;
}

/* Readers of the time of the delete and later refuse a condition on what their schema lacks. */
static garco_status
check_schemas (const garco_array *array, const garco__condition *condition, uint64_t timestamp,
               garco_error *error)
{
  const garco__items *items = &array->directory.schemas;
  size_t at = 0;
  for (size_t i = 0; i < items->count; i++)
    if (items->items[i].stamp.end <= timestamp)
      at = i;
  for (size_t i = 0; i < items->count; i++)
    if (i == at || items->items[i].stamp.end > timestamp)
      GARCO_TRY (check_schema_has (array, garco__array_known_schema (array, items->items[i].name),
                                   condition, timestamp, error));
  return GARCO_OK;
}

static garco_status
write_delete (garco_array *array, const garco__condition *condition, const garco__buffer *payload,
              const garco_write_options *options, garco_error *error)
{
  garco__buffer tile = {0};
  char name[GARCO__NAME_SIZE], path[PATH_SIZE];
  uint64_t timestamp;
  garco_status status;
  uint32_t version = array->schema->version;
  GARCO_TRY (
      garco__array_write_time (array, options->timestamp, GARCO__WRITTEN_CELLS, &timestamp, error));
  GARCO_TRY (check_schemas (array, condition, timestamp, error));
  GARCO_TRY (garco__stamp_name (timestamp, version, name, error));
  snprintf (path, sizeof path, "__commits/%s.del", name);
  GARCO_TRY_DONE (garco__generic_tile_write (array->codec, version, payload->data, payload->size,
                                             &tile, error));
  garco__wait_for (timestamp);
  GARCO_TRY_DONE (garco__io_make_folder (array->io, "__commits", error));
  GARCO_TRY_DONE (garco__io_write (array->io, path, tile.data, tile.size, error));
done:
  garco__buffer_free (&tile);
  return status;
}

static garco_status
delete_cells (garco_array *array, const char *text, const garco_write_options *options,
              garco_error *error)
{
  garco__buffer payload = {0};
  garco__condition *condition = NULL;
  garco_status status;
  if (array->schema->version < OLDEST_DELETED)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, array->io->root,
                        "a delete in an array of format version %" PRIu32 "; there are none before "
                        "%u: garco upgrade gives it a later schema",
                        array->schema->version, OLDEST_DELETED);
  GARCO_TRY_DONE (garco__condition_serialize (array, text, &payload, error));
  GARCO_TRY_DONE (garco__condition_parse (payload.data, payload.size, array->schema, "condition",
                                          &condition, error));
  GARCO_TRY_DONE (check_fragments (array, condition, error));
  GARCO_TRY_DONE (write_delete (array, condition, &payload, options, error));
done:
  garco__condition_free (&condition);
  garco__buffer_free (&payload);
  return status;
}

garco_status
garco_array_delete (garco_array *array, const char *condition, const garco_write_options *options,
                    garco_error *error)
{
  GARCO_TRY (begin (array, error));
  return end (array, delete_cells (array, condition, options != NULL ? options : &defaults, error),
              error);
}

/* ---- array metadata */

static garco_status
put_metadata (garco_array *array, const garco_metadata_info *items, size_t nitems,
              const garco_write_options *options, garco_error *error)
{
  uint64_t timestamp;
  if (nitems == 0)
    return GARCO_OK;
  GARCO_TRY (garco__array_write_time (array, options->timestamp, GARCO__WRITTEN_METADATA,
                                      &timestamp, error));
  garco__wait_for (timestamp);
  return garco__array_metadata_write (array, timestamp, items, nitems, NULL, error);
}

garco_status
garco_array_metadata_put (garco_array *array, const garco_metadata_info *items, size_t nitems,
                          const garco_write_options *options, garco_error *error)
{
  GARCO_TRY (begin (array, error));
  return end (array,
              put_metadata (array, items, nitems, options != NULL ? options : &defaults, error),
              error);
}

/* ---- further schemas */

static garco_status
drop_attribute (garco_array *array, garco__schema *schema, const char *name, garco_error *error)
{
  char names[GARCO_NAMES_SIZE];
  int index = garco__schema_find (schema, name);
  garco__schema_names (schema, schema->ndims, name, names);
  if (index < 0 || (size_t)index < schema->ndims)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                        "the array has no attribute \"%s\" to drop%s", name, names);
  for (size_t i = 0; i < array->directory.deletes.count; i++)
  {
    garco__condition *condition = NULL;
    bool compared = false;
    GARCO_TRY (garco__array_read_delete (array, array->codec, &array->directory.deletes.items[i],
                                         &condition, error));
    for (size_t k = 0; k < garco__condition_field_count (condition); k++)
      compared |= garco__condition_field (condition, k) == (size_t)index;
    garco__condition_free (&condition);
    if (compared)
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, array->io->root,
                          "attribute \"%s\" cannot be dropped: the delete %s compares it", name,
                          array->directory.deletes.items[i].name);
  }
  garco__field *field = &schema->fields[index], *last = schema->fields + schema->ndims;
  garco__field_free (field);
  last += schema->nattrs - 1;
  memmove (field, field + 1, (size_t)(last - field) * sizeof *field);
  memset (last, 0, sizeof *last);
  schema->nattrs--;
  return GARCO_OK;
}

/* Fragments that have an attribute of the name have it in their way for ever. */
static garco_status
check_earlier (const garco_array *array, const garco__field *field, garco_error *error)
{
  for (size_t i = 0; i < array->schemas.count; i++)
  {
    const garco__schema *schema = array->schemas.schemas[i];
    int index = garco__schema_find (schema, field->name);
    const garco__field *other = index < 0 ? NULL : &schema->fields[index];
    if (other != NULL && (other->type != field->type || other->width != field->width ||
                          other->nullable != field->nullable))
      return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                          "attribute \"%s\" was there before, and was %s%s", field->name,
                          other->nullable ? "nullable " : "", garco_datatype_name (other->type));
  }
  return GARCO_OK;
}

static garco_status
add_attribute (garco_array *array, garco__schema *schema, const garco_field_info *info,
               garco_error *error)
{
  void *fields = schema->fields;
  size_t count = schema->ndims + schema->nattrs;
  if (info->is_dimension)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                        "dimension \"%s\" to add; only attributes can be", info->name);
  if (info->name != NULL && garco__schema_find (schema, info->name) >= 0)
    return garco__fail (error, GARCO_ERR_EXISTS, array->io->root, "the array has a field \"%s\"",
                        info->name);
  GARCO_TRY (garco__reallocate (&fields, count + 2, sizeof (garco__field), error));
  schema->fields = fields;
  memset (&schema->fields[count], 0, 2 * sizeof (garco__field));
  GARCO_TRY (garco__schema_build_attribute (info, &schema->fields[count], error));
  schema->nattrs++;
  return check_earlier (array, &schema->fields[count], error);
}

/* The latest schema is the last by the bytes of its name, so that later times must sort so too. */
static garco_status
check_last (const garco_array *array, uint64_t timestamp, garco_error *error)
{
  char name[GARCO__NAME_SIZE];
  GARCO_TRY (garco__stamp_name (timestamp, 0, name, error));
  for (size_t i = 0; i < array->directory.schemas.count; i++)
  {
    const garco__item *item = &array->directory.schemas.items[i];
    if (item->stamp.end >= timestamp || (item->name[2] != 'a' && strcmp (item->name, name) >= 0))
      return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                          "a schema of the time %" PRIu64
                          " ms; expected one later than that of schema %s",
                          timestamp, item->name);
  }
  return GARCO_OK;
}

static garco_status
write_evolved (garco_array *array, garco__schema *schema, const garco_write_options *options,
               garco_error *error)
{
  garco__buffer payload = {0};
  garco__schema *read = NULL;
  uint64_t timestamp;
  garco_status status;
  if (schema->nattrs == 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                        "no attribute would be left; expected at least one");
  GARCO_TRY_DONE (garco__array_write_time (array, options->timestamp, GARCO__WRITTEN_SCHEMA,
                                           &timestamp, error));
  GARCO_TRY_DONE (check_last (array, timestamp, error));
  GARCO_TRY_DONE (garco__schema_put (schema, schema->version, &payload, error));
  GARCO_TRY_DONE (
      garco__schema_parse (payload.data, payload.size, "", array->io->root, &read, error));
  garco__wait_for (timestamp);
  GARCO_TRY_DONE (
      garco__schema_write (array->io, array->codec, timestamp, schema->version, &payload, error));
done:
  garco__schema_free (&read);
  garco__buffer_free (&payload);
  return status;
}

/* A schema of its own that can be changed. */
static garco_status
copy_schema (const garco_array *array, garco__schema **copy, garco_error *error)
{
  garco__buffer payload = {0};
  const garco__schema *schema = array->schema;
  garco_status status = garco__schema_put (schema, schema->version, &payload, error);
  if (status >= 0)
    status = garco__schema_parse (payload.data, payload.size, schema->name, array->io->root, copy,
                                  error);
  garco__buffer_free (&payload);
  return status;
}

/* Older fragments do not name their schema: libtiledb reads them by the latest, and not at all
 * where that is another. */
static garco_status
check_versions (const garco_array *array, garco_error *error)
{
  if (array->schema->version < OLDEST_EVOLVED)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, array->io->root,
                        "a further schema in an array of format version %" PRIu32,
                        array->schema->version);
  for (size_t i = 0; i < array->directory.fragments.count; i++)
  {
    const garco__item *item = &array->directory.fragments.items[i];
    if (item->stamp.version < OLDEST_EVOLVED)
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, array->io->root,
                          "a further schema beside fragment %s of format version %" PRIu32
                          ", which names none: other readers would read it by that one; "
                          "consolidate first",
                          item->name, item->stamp.version);
  }
  return GARCO_OK;
}

static garco_status
evolve (garco_array *array, const garco_field_info *added, size_t nadded,
        const char *const *dropped, size_t ndropped, const garco_write_options *options,
        garco_error *error)
{
  garco__schema *schema = NULL;
  garco_status status;
  GARCO_TRY_DONE (check_versions (array, error));
  GARCO_TRY_DONE (copy_schema (array, &schema, error));
  garco__schema_forget_view (schema);
  for (size_t i = 0; i < ndropped; i++)
    GARCO_TRY_DONE (drop_attribute (array, schema, dropped[i], error));
  for (size_t i = 0; i < nadded; i++)
    GARCO_TRY_DONE (add_attribute (array, schema, &added[i], error));
  GARCO_TRY_DONE (write_evolved (array, schema, options, error));
done:
  garco__schema_free (&schema);
  return status;
}

garco_status
garco_array_evolve (garco_array *array, const garco_field_info *added, size_t nadded,
                    const char *const *dropped, size_t ndropped, const garco_write_options *options,
                    garco_error *error)
{
  if (nadded == 0 && ndropped == 0)
    return GARCO_OK;
  GARCO_TRY (begin (array, error));
  return end (array,
              evolve (array, added, nadded, dropped, ndropped,
                      options != NULL ? options : &defaults, error),
              error);
}
