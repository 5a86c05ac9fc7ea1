/* Conditions on the cells of a tile, some thousand at a time:
 *
 *   runs of selected cells --> chunks of the fields looked at --> a byte a cell: 1 kept, 0 not
 *
 * The values stay unpacked, so that a field that is looked at and added up is read once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Cells that are tried at a time: a chunk of eight bytes each, or a part of one of fewer. */
#define STEP (GARCO__MAX_CHUNK / 8)

typedef struct kept_job
{
  const garco__array_rows *bound;
  garco__tile_reader *reader;
  garco__fragment *fragment;
  const garco__scan_tile *tile;
  garco__kept *kept;
  garco_error *error;
} kept_job;

/* ---------------------------------------------------------------- whether */

/* As it is now, or not at all: then it reads as the fill value. */
static bool
fragment_has_or_lacks (const garco__fragment *fragment, const garco__field *now)
{
  int found = garco__schema_find (fragment->schema, now->name);
  const garco__field *then = found < 0 ? NULL : &fragment->schema->fields[found];
  return then == NULL ||
         (then->type == now->type && then->width == now->width && then->nullable == now->nullable);
}

static bool
field_is_possible (const garco__array_rows *bound, size_t field)
{
  const garco_scan *scan = bound->scan;
  const garco__field *now = &scan->schema->fields[field];
  if (now->width != 1 || !garco__type_is_number (now->type))
    return false;
  for (size_t i = 0; i < scan->ntiles; i++)
    if ((i == 0 || scan->tiles[i].fragment != scan->tiles[i - 1].fragment) &&
        !fragment_has_or_lacks (scan->array->fragments[scan->tiles[i].fragment], now))
      return false;
  return true;
}

bool
garco__kept_is_possible (const garco__array_rows *bound)
{
  for (size_t i = 0; bound->where != NULL && i < garco__where_count (bound->where); i++)
    if (!field_is_possible (bound, bound->where_fields[i]))
      return false;
  return true;
}

bool
garco__kept_reads (const garco__array_rows *bound, size_t field)
{
  for (size_t i = 0; bound->where != NULL && i < garco__where_count (bound->where); i++)
    if (bound->where_fields[i] == field)
      return true;
  return false;
}

/* As they lie and unpacked. */
uint64_t
garco__kept_cell_bytes (const garco__array_rows *bound)
{
  uint64_t bytes = bound->where != NULL ? 1 : 0;
  for (size_t i = 0; bound->where != NULL && i < garco__where_count (bound->where); i++)
  {
    const garco__field *field = &bound->scan->schema->fields[bound->where_fields[i]];
    bytes += 2 * (uint64_t)(field->cell_size + (field->nullable ? 1 : 0));
  }
  return bytes;
}

/* ---------------------------------------------------------------- trying */

static garco_status
make_room (kept_job *job)
{
  void *values = NULL, *validity = NULL, *columns = NULL, *rooms = NULL;
  garco__kept *kept = job->kept;
  size_t count = garco__where_count (job->bound->where);
  if (kept->columns != NULL)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&values, count, sizeof *kept->values, job->error));
  kept->values = values;
  GARCO_TRY (garco__allocate (&validity, count, sizeof *kept->validity, job->error));
  kept->validity = validity;
  GARCO_TRY (garco__allocate (&rooms, count, sizeof *kept->rooms, job->error));
  kept->rooms = rooms;
  GARCO_TRY (garco__allocate (&columns, count, sizeof *kept->columns, job->error));
  kept->columns = columns;
  kept->count = count;
  return GARCO_OK;
}

/* The field as the fragment has it, or NULL. */
static const garco__field *
field_of (const kept_job *job, size_t i, size_t *index)
{
  const garco__field *now = &job->bound->scan->schema->fields[job->bound->where_fields[i]];
  int found = garco__schema_find (job->fragment->schema, now->name);
  *index = found < 0 ? 0 : (size_t)found;
  return found < 0 ? NULL : &job->fragment->schema->fields[found];
}

/* Cells of the fill value, as many as are tried at a time. */
static garco_status
make_fill (kept_job *job, size_t i)
{
  const garco__field *now = &job->bound->scan->schema->fields[job->bound->where_fields[i]];
  garco__buffer *values = &job->kept->values[i].values, *valid = &job->kept->validity[i].values;
  values->size = valid->size = 0;
  GARCO_TRY (garco__buffer_reserve (valid, STEP, job->error));
  memset (valid->data, now->fill_valid, STEP);
  for (size_t cell = 0; cell < STEP; cell++)
    GARCO_TRY (garco__buffer_append (values, now->fill, now->cell_size, job->error));
  return GARCO_OK;
}

static garco_status
open_columns (kept_job *job)
{
  garco__kept *kept = job->kept;
  for (size_t i = 0; i < kept->count; i++)
  {
    size_t found;
    const garco__field *then = field_of (job, i, &found);
    if (then == NULL)
    {
      GARCO_TRY (make_fill (job, i));
      continue;
    }
    GARCO_TRY (garco__tile_column_open (job->reader, job->fragment, found, false, job->tile->tile,
                                        &kept->values[i], job->error));
    if (then->nullable)
      GARCO_TRY (garco__tile_column_open (job->reader, job->fragment, found, true, job->tile->tile,
                                          &kept->validity[i], job->error));
  }
  return GARCO_OK;
}

/* Cells [at, to) of a field as the fragment has them. */
static garco_status
unpack (kept_job *job, size_t i, const garco__field *then, uint64_t at, uint64_t to)
{
  garco__tile_column *values = &job->kept->values[i], *validity = &job->kept->validity[i];
  uint8_t *from = values->values.data + at * then->cell_size;
  GARCO_TRY (garco__tile_column_need (job->reader->codec, values, at, to, job->error));
  garco__scan_missing_to_nan (job->bound->scan, then, from, (size_t)(to - at));
  if (then->nullable)
    GARCO_TRY (garco__tile_column_need (job->reader->codec, validity, at, to, job->error));
  job->kept->columns[i] =
      (garco_column){.name = then->name,
                     .type = then->type,
                     .width = 1,
                     .values = from,
                     .validity = then->nullable ? validity->values.data + at : NULL};
  return GARCO_OK;
}

/* Cells [at, to) of a field as the condition takes them. */
static garco_status
take (kept_job *job, size_t i, uint64_t at, uint64_t to)
{
  size_t field = job->bound->where_fields[i], found;
  const garco__field *now = &job->bound->scan->schema->fields[field];
  const garco__field *then = field_of (job, i, &found);
  int key = garco__array_key_of_field (job->bound, field);
  garco_column *column = &job->kept->columns[i];
  if (then != NULL)
    GARCO_TRY (unpack (job, i, then, at, to));
  else
    *column = (garco_column){.name = now->name,
                             .type = now->type,
                             .width = 1,
                             .values = job->kept->values[i].values.data,
                             .validity = now->nullable ? job->kept->validity[i].values.data : NULL};
  if (key < 0)
    return GARCO_OK;
  const garco_column own = *column;
  return garco__convert_key ((garco__key)key, &own, (int64_t)(to - at), &job->bound->numbering,
                             job->bound->uri, &job->kept->rooms[i], column, job->error);
}

static garco_status
try_run (kept_job *job, const garco__run *run)
{
  garco__kept *kept = job->kept;
  for (uint64_t at = run->from, to; at < run->to; at = to)
  {
    to = (at / STEP + 1) * STEP;
    to = to < run->to ? to : run->to;
    for (size_t i = 0; i < kept->count; i++)
      GARCO_TRY (take (job, i, at, to));
    GARCO_TRY (garco__where_test (job->bound->where, kept->columns, (size_t)(to - at),
                                  kept->keep.data + at, job->error));
  }
  return GARCO_OK;
}

garco_status
garco__kept_find (const garco__array_rows *bound, garco__tile_reader *reader,
                  const garco__scan_tile *tile, const garco__buffer *runs, garco__kept *kept,
                  garco_error *error)
{
  const garco__run *all = (const garco__run *)(const void *)runs->data;
  kept_job job = {bound, reader, bound->scan->array->fragments[tile->fragment], tile, kept, error};
  GARCO_TRY (make_room (&job));
  kept->keep.size = 0;
  GARCO_TRY (garco__buffer_reserve (&kept->keep, (size_t)tile->cells, error));
  GARCO_TRY (open_columns (&job));
  for (size_t i = 0; i < runs->size / sizeof *all; i++)
    GARCO_TRY (try_run (&job, &all[i]));
  return GARCO_OK;
}

/* ---------------------------------------------------------------- what came of it */

garco__tile_column *
garco__kept_column (const garco__array_rows *bound, garco__kept *kept, size_t field,
                    garco__tile_column **validity)
{
  for (size_t i = 0; i < kept->count; i++)
    if (bound->where_fields[i] == field)
    {
      *validity = &kept->validity[i];
      return &kept->values[i];
    }
  return NULL;
}

uint64_t
garco__kept_count (const garco__kept *kept, uint64_t from, uint64_t to)
{
  uint64_t count = 0;
  for (uint64_t i = from; i < to; i++)
    count += kept->keep.data[i];
  return count;
}

void
garco__kept_free (garco__kept *kept)
{
  for (size_t i = 0; i < kept->count; i++)
  {
    garco__tile_column_free (&kept->values[i]);
    garco__tile_column_free (&kept->validity[i]);
    garco__column_room_free (&kept->rooms[i]);
  }
  free (kept->rooms);
  free (kept->values);
  free (kept->validity);
  free (kept->columns);
  garco__buffer_free (&kept->keep);
}
