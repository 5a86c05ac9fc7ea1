/* Deletes while fragments are merged: a cell that one of the array's deletes is about keeps the
 * time and the number of the earliest that is, in the list of deletes done that the new fragment
 * has. So readers at any time see what they saw, and need not look at the conditions again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "arco/cell_merge.h"
#include "base/error.h"

static int
by_time (const void *a, const void *b)
{
  const garco__merge_delete *x = a, *y = b;
  if (x->time != y->time)
    return x->time < y->time ? -1 : 1;
  return strcmp (x->name, y->name);
}

static bool
is_listed (const garco__cell_merge *merge, const char *name)
{
  for (size_t i = 0; i < merge->ndeletes; i++)
    if (strcmp (merge->deletes[i].name, name) == 0)
      return true;
  return false;
}

static garco_status
add_delete (garco__cell_merge *merge, const char *name, uint64_t time, garco_error *error)
{
  void *moved = merge->deletes;
  if (is_listed (merge, name))
    return GARCO_OK;
  GARCO_TRY (garco__reallocate (&moved, merge->ndeletes + 1, sizeof *merge->deletes, error));
  merge->deletes = moved;
  merge->deletes[merge->ndeletes++] = (garco__merge_delete){name, time, NULL};
  return GARCO_OK;
}

/* Deletes that a fragment is rid of already; some may not be in the array any more. */
static garco_status
add_done (garco__cell_merge *merge, const garco__fragment *fragment, garco_error *error)
{
  merge->has_deletes = true;
  for (size_t i = 0; i < fragment->processed_order.count; i++)
  {
    const char *name = fragment->processed_order.entries[i].name;
    const char *slash = strrchr (name, '/');
    garco__stamp stamp = {0};
    garco__stamp_parse (slash != NULL ? slash + 1 : name, &stamp);
    GARCO_TRY (add_delete (merge, name, stamp.start, error));
  }
  return GARCO_OK;
}

static garco_status
read_conditions (garco__cell_merge *merge, uint64_t first, garco_error *error)
{
  const garco__items *items = &merge->array->directory.deletes;
  for (size_t i = 0; i < items->count; i++)
    for (size_t k = 0; k < merge->ndeletes; k++)
      if (strcmp (items->items[i].name, merge->deletes[k].name) == 0 &&
          items->items[i].stamp.start >= first)
      {
        GARCO_TRY (garco__array_read_delete (merge->array, merge->tools.codec, &items->items[i],
                                             &merge->deletes[k].condition, error));
        merge->has_deletes = true;
      }
  return GARCO_OK;
}

garco_status
garco__merge_deletes_open (garco__cell_merge *merge, garco_error *error)
{
  const garco__items *items = &merge->array->directory.deletes;
  uint64_t first = UINT64_MAX;
  for (size_t i = 0; i < items->count; i++)
    GARCO_TRY (add_delete (merge, items->items[i].name, items->items[i].stamp.start, error));
  for (size_t i = 0; i < merge->nsources; i++)
  {
    const garco__fragment *fragment = merge->sources[i].fragment;
    first = fragment->stamp.start < first ? fragment->stamp.start : first;
    if (fragment->has_deletes)
      GARCO_TRY (add_done (merge, fragment, error));
  }
  if (merge->ndeletes > 1)
    qsort (merge->deletes, merge->ndeletes, sizeof *merge->deletes, by_time);
  GARCO_TRY (read_conditions (merge, first, error));
  if (!merge->has_deletes)
    return GARCO_OK;
  void *room = NULL;
  size_t nfields = merge->schema->ndims + merge->schema->nattrs;
  GARCO_TRY (garco__allocate (&room, 2 * nfields, sizeof (garco__buffer), error));
  merge->fields = room;
  GARCO_TRY (garco__allocate (&room, nfields, sizeof (garco__buffer), error));
  merge->places = room;
  return GARCO_OK;
}

/* Whether the delete is still to be looked at for this fragment's cells. */
static bool
concerns (const garco__merge_delete *own, const garco__fragment *fragment)
{
  return own->condition != NULL && own->time >= fragment->stamp.start &&
         !(fragment->has_deletes && garco__io_list_find (&fragment->processed, own->name) != NULL);
}

/* ---- a fragment's columns that conditions look at */

static garco_status
start_field (garco__cell_merge *merge, garco__merge_source *source, size_t field,
             garco_error *error)
{
  const garco__field *now = &merge->schema->fields[field];
  const garco__schema *schema = source->fragment->schema;
  int found = garco__schema_find (schema, now->name);
  garco__column column;
  bool text = now->width == GARCO__VARIABLE;
  if (found < 0 || source->fields[2 * field].fragment != NULL ||
      source->text_fields[field].fragment != NULL)
    return GARCO_OK;
  const garco__field *then = &schema->fields[found];
  if (then->type != now->type || then->width != now->width)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, source->fragment->path,
                        "field \"%s\" was written as %s and is %s now", now->name,
                        garco_datatype_name (then->type), garco_datatype_name (now->type));
  if (text)
    GARCO_TRY (garco__variable_stream_start (&source->text_fields[field], &merge->tools,
                                             source->fragment, (size_t)found, merge->ahead, error));
  for (size_t validity = text; validity <= (then->nullable ? 1u : 0u); validity++)
  {
    GARCO_TRY (garco__column_of_field (source->fragment, (size_t)found, validity != 0, &column,
                                       merge->array->io->root, error));
    garco__cell_stream_start (&source->fields[2 * field + validity], source->fragment, &column,
                              merge->ahead);
  }
  return GARCO_OK;
}

static garco_status
start_special (garco__cell_merge *merge, const garco__merge_source *source, garco__special special,
               garco__cell_stream *stream, garco_error *error)
{
  garco__column column;
  GARCO_TRY (
      garco__column_of_special (source->fragment, special, &column, merge->array->io->root, error));
  garco__cell_stream_start (stream, source->fragment, &column, merge->ahead);
  return GARCO_OK;
}

garco_status
garco__merge_deletes_start (garco__cell_merge *merge, garco__merge_source *source,
                            garco_error *error)
{
  void *room = NULL;
  if (!merge->has_deletes)
    return GARCO_OK;
  if (source->fragment->has_deletes)
  {
    GARCO_TRY (start_special (merge, source, GARCO__DELETE_TIMES, &source->delete_times, error));
    GARCO_TRY (
        start_special (merge, source, GARCO__DELETE_CONDITIONS, &source->delete_conditions, error));
  }
  GARCO_TRY (garco__allocate (&room, 2 * (merge->schema->ndims + merge->schema->nattrs),
                              sizeof (garco__cell_stream), error));
  source->fields = room;
  GARCO_TRY (garco__allocate (&room, merge->schema->ndims + merge->schema->nattrs,
                              sizeof (garco__variable_stream), error));
  source->text_fields = room;
  for (size_t i = 0; i < merge->ndeletes; i++)
    if (concerns (&merge->deletes[i], source->fragment))
      for (size_t k = 0; k < garco__condition_field_count (merge->deletes[i].condition); k++)
        GARCO_TRY (start_field (merge, source,
                                garco__condition_field (merge->deletes[i].condition, k), error));
  return GARCO_OK;
}

/* ---- a block */

/* The number in the new list of what the fragment's own list has as number `old`. */
static garco_status
renumber (const garco__cell_merge *merge, const garco__fragment *fragment, uint64_t old,
          uint64_t *number, garco_error *error)
{
  if (old < fragment->processed_order.count)
    for (size_t i = 0; i < merge->ndeletes; i++)
      if (strcmp (merge->deletes[i].name, fragment->processed_order.entries[(size_t)old].name) == 0)
      {
        *number = i;
        return GARCO_OK;
      }
  return garco__fail (error, GARCO_ERR_CORRUPT, fragment->path,
                      "a cell deleted by delete %llu of %zu", (unsigned long long)old,
                      fragment->processed_order.count);
}

static garco_status
take_deleted (garco__cell_merge *merge, garco__merge_source *source, garco_error *error)
{
  uint64_t old = UINT64_MAX, number = 0;
  GARCO_TRY (garco__cell_stream_take (&source->delete_times, &merge->tools, source->count,
                                      (uint8_t *)source->dead_at, error));
  GARCO_TRY (garco__cell_stream_take (&source->delete_conditions, &merge->tools, source->count,
                                      (uint8_t *)source->dead_by, error));
  for (size_t i = 0; i < source->count; i++)
  {
    if (source->dead_at[i] == UINT64_MAX)
      continue;
    if (source->dead_by[i] != old)
      GARCO_TRY (renumber (merge, source->fragment, source->dead_by[i], &number, error));
    old = source->dead_by[i];
    source->dead_by[i] = number;
  }
  return GARCO_OK;
}

/* The block's texts of a field, one behind the other, and where each begins and ends. */
static garco_status
take_texts (garco__cell_merge *merge, garco__merge_source *source, size_t field, garco_error *error)
{
  garco__variable_stream *stream = &source->text_fields[field];
  garco__buffer *bytes = &merge->fields[2 * field], *places = &merge->places[field];
  const uint64_t *lengths = NULL;
  size_t known = 0;
  places->size = 0;
  GARCO_TRY (garco__buffer_reserve (bytes, 1, error));
  for (size_t done = 0; stream->fragment != NULL && done < source->count; done += known)
  {
    GARCO_TRY (garco__variable_stream_lengths (stream, &merge->tools, source->count - done,
                                               &lengths, &known, error));
    for (size_t i = 0; i < known; i++)
    {
      const uint64_t ends[2] = {bytes->size, bytes->size + lengths[i]};
      GARCO_TRY (garco__variable_stream_append (stream, &merge->tools, lengths[i], bytes, error));
      GARCO_TRY (garco__buffer_append (places, ends, sizeof ends, error));
    }
  }
  return GARCO_OK;
}

static garco_status
take_fields (garco__cell_merge *merge, garco__merge_source *source, garco_error *error)
{
  for (size_t i = 0; i < 2 * (merge->schema->ndims + merge->schema->nattrs); i++)
  {
    garco__cell_stream *stream = &source->fields[i];
    merge->fields[i].size = 0;
    if (stream->fragment == NULL)
      continue;
    size_t bytes = source->count * stream->column.cell_size;
    GARCO_TRY (garco__buffer_reserve (&merge->fields[i], bytes, error));
    GARCO_TRY (garco__cell_stream_take (stream, &merge->tools, source->count, merge->fields[i].data,
                                        error));
    merge->fields[i].size = bytes;
  }
  for (size_t i = 0; i < merge->schema->ndims + merge->schema->nattrs; i++)
    GARCO_TRY (take_texts (merge, source, i, error));
  return GARCO_OK;
}

static garco_status
evaluate (garco__cell_merge *merge, garco__merge_source *source, size_t number, garco_error *error)
{
  const garco__merge_delete *own = &merge->deletes[number];
  size_t nfields = garco__condition_field_count (own->condition);
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, nfields, sizeof (garco__condition_column), error));
  garco__condition_column *columns = room;
  for (size_t k = 0; k < nfields; k++)
  {
    size_t field = garco__condition_field (own->condition, k);
    if (merge->fields[2 * field].size > 0 || merge->places[field].size > 0)
      columns[k].values = merge->fields[2 * field].data;
    columns[k].places = (const uint64_t *)(const void *)merge->places[field].data;
    if (merge->fields[2 * field + 1].size > 0)
      columns[k].validity = merge->fields[2 * field + 1].data;
  }
  uint8_t keep[GARCO__MERGE_BLOCK];
  garco_status status =
      garco__condition_evaluate (own->condition, columns, source->count, keep, error);
  free (room);
  GARCO_TRY (status);
  for (size_t i = 0; i < source->count; i++)
    if (keep[i] == 0 && source->cell_times[i] <= own->time && own->time < source->dead_at[i])
    {
      source->dead_at[i] = own->time;
      source->dead_by[i] = number;
    }
  return GARCO_OK;
}

garco_status
garco__merge_deletes_block (garco__cell_merge *merge, garco__merge_source *source,
                            garco_error *error)
{
  if (!merge->has_deletes)
    return GARCO_OK;
  memset (source->dead_at, 0xff, source->count * sizeof (uint64_t));
  memset (source->dead_by, 0xff, source->count * sizeof (uint64_t));
  if (source->fragment->has_deletes)
    GARCO_TRY (take_deleted (merge, source, error));
  GARCO_TRY (take_fields (merge, source, error));
  for (size_t i = 0; i < merge->ndeletes; i++)
    if (concerns (&merge->deletes[i], source->fragment))
      GARCO_TRY (evaluate (merge, source, i, error));
  return GARCO_OK;
}

void
garco__merge_deletes_free (garco__cell_merge *merge)
{
  for (size_t i = 0; i < merge->ndeletes; i++)
    garco__condition_free (&merge->deletes[i].condition);
  for (size_t i = 0;
       merge->fields != NULL && i < 2 * (merge->schema->ndims + merge->schema->nattrs); i++)
    garco__buffer_free (&merge->fields[i]);
  for (size_t i = 0; merge->places != NULL && i < merge->schema->ndims + merge->schema->nattrs; i++)
    garco__buffer_free (&merge->places[i]);
  free (merge->deletes);
  free (merge->fields);
  free (merge->places);
}
