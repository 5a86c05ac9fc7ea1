/* Rows of a RINEX file: reader -> epochs -> wanted satellites -> cells -> wanted cells.
 *
 * Time and satellites are tried on the epoch, before its fields become cells; codes are known only
 * afterwards, when the types' mapping has been applied. The times of a file need not rise, so it is
 * always read to its end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cells.h"
#include "base/error.h"
#include "query/query_source.h"
#include "query/query_where.h"
#include "rinex/rinex_cells.h"

/* A batch ends with the epoch that reaches so many cells. */
#define BATCH_CELLS 32768

typedef struct file_rows
{
  garco__rows rows;
  const garco__request *request;
  garco_reader *reader;
  garco__cell_maker *maker;
  garco__cells cells;
  garco_column all[GARCO__CELL_COLUMNS];
  size_t *places;      /* of each wanted column in `all` */
  garco__where *where; /* NULL: no condition */
  uint8_t *kept;       /* of the cells, whether it holds */
  garco_epoch_sat *sats;
  size_t sats_capacity;
  const char *path;
  bool ended;
} file_rows;

static void
file_rows_free (garco__rows *rows)
{
  file_rows *self = (file_rows *)rows;
  garco_reader_free (&self->reader);
  garco__cell_maker_free (&self->maker);
  garco__cells_free (&self->cells);
  garco__where_free (&self->where);
  free (self->kept);
  free (self->places);
  free (self->sats);
  free (self);
}

/* The cells grow anew afterwards. */
static void *
file_rows_take (garco__rows *rows, const void *values)
{
  garco__cells *cells = &((file_rows *)rows)->cells;
  return garco__cells_take (cells, values);
}

/* Replaces the epoch's satellites by the wanted ones. */
static garco_status
select_sats (file_rows *self, garco_epoch *epoch, garco_error *error)
{
  const garco__selection *selection = self->request->selection;
  if (!selection->by[GARCO__SYS] && !selection->by[GARCO__SAT])
    return GARCO_OK;
  if (epoch->nsats > self->sats_capacity)
  {
    void *sats = self->sats;
    GARCO_TRY (garco__reallocate (&sats, epoch->nsats, sizeof *self->sats, error));
    self->sats = sats;
    self->sats_capacity = epoch->nsats;
  }
  size_t kept = 0;
  for (size_t i = 0; i < epoch->nsats; i++)
    if (garco__selects_sat (selection, epoch->sats[i].system, epoch->sats[i].number))
      self->sats[kept++] = epoch->sats[i];
  epoch->sats = self->sats;
  epoch->nsats = kept;
  return GARCO_OK;
}

static garco_status
append_epoch (file_rows *self, garco_epoch *epoch, garco_error *error)
{
  size_t from = self->cells.count;
  if (epoch->flag > 1 || !garco__selects_epoch (self->request->selection, epoch->time_ms))
    return GARCO_OK;
  GARCO_TRY (select_sats (self, epoch, error));
  GARCO_TRY (garco__cell_maker_append (self->maker, garco_reader_header (self->reader), epoch,
                                       &self->cells, error));
  garco__select_cells (self->request->selection, &self->cells, from);
  return GARCO_OK;
}

/* Values that no row gives are said, once. */
static void
end_file (file_rows *self)
{
  const garco_query_options *options = self->request->options;
  int64_t crowded = garco__cell_maker_crowded (self->maker);
  char text[1024];
  if (!self->ended && crowded > 0 && options->on_notice != NULL)
  {
    snprintf (text, sizeof text,
              "%s: %lld values left out: an earlier type of the satellite has their code",
              garco__input_name (self->path), (long long)crowded);
    options->on_notice (options->context, text);
  }
  self->ended = true;
}

/* Keeps the cells for which the condition holds. */
static garco_status
try_where (file_rows *self, garco_error *error)
{
  garco_column columns[GARCO__CELL_COLUMNS + GARCO__WHERE_OTHER];
  void *marks = self->kept;
  size_t kept = 0;
  if (self->where == NULL || self->cells.count == 0)
    return GARCO_OK;
  GARCO_TRY (garco__reallocate (&marks, self->cells.count, 1, error));
  self->kept = marks;
  garco__cells_batch (&self->cells, self->all);
  for (size_t i = 0; i < garco__where_count (self->where); i++)
    columns[i] = self->all[garco__where_column (self->where, i)];
  GARCO_TRY (garco__where_test (self->where, columns, self->cells.count, self->kept, error));
  for (size_t i = 0; i < self->cells.count; i++)
    if (self->kept[i] != 0)
      garco__cells_move (&self->cells, i, kept++);
  self->cells.count = kept;
  return GARCO_OK;
}

/* Fills the cells, before the condition is tried; GARCO_END when nothing is left to read. */
static garco_status
read_cells (file_rows *self, garco_error *error)
{
  garco_epoch epoch;
  self->cells.count = 0;
  while (self->cells.count < BATCH_CELLS)
  {
    garco_status status = garco_reader_next (self->reader, &epoch, error);
    if (status == GARCO_END)
      end_file (self);
    if (status == GARCO_END && self->cells.count > 0)
      return GARCO_OK;
    if (status != GARCO_OK)
      return status;
    GARCO_TRY (append_epoch (self, &epoch, error));
  }
  return GARCO_OK;
}

static garco_status
file_rows_next (garco__rows *rows, garco_batch *batch, garco_error *error)
{
  file_rows *self = (file_rows *)rows;
  do
  {
    garco_status status = read_cells (self, error);
    if (status != GARCO_OK)
      return status;
    GARCO_TRY (try_where (self, error));
  } while (self->cells.count == 0);
  garco__cells_batch (&self->cells, self->all);
  for (size_t i = 0; i < rows->ncolumns; i++)
    rows->columns[i] = self->all[self->places[i]];
  *batch = (garco_batch){(int64_t)self->cells.count, rows->ncolumns, rows->columns};
  return GARCO_OK;
}

static garco_status
no_field (const garco_batch *all, const char *path, const char *name, garco_error *error)
{
  const char *names[GARCO__CELL_COLUMNS];
  char expected[GARCO_NAMES_SIZE];
  for (size_t i = 0; i < GARCO__CELL_COLUMNS; i++)
    names[i] = all->columns[i].name;
  garco_expected_names (name, names, GARCO__CELL_COLUMNS, expected);
  return garco__fail (error, GARCO_ERR_NOT_FOUND, path, "no field \"%s\"%s", name, expected);
}

static garco_status
find_column (const garco_batch *all, const char *path, const char *name, size_t *place,
             garco_error *error)
{
  int key = garco__key_of_name (name);
  int found = garco_batch_find (all, key >= 0 ? garco__key_name ((garco__key)key) : name);
  if (found < 0)
    return no_field (all, path, name, error);
  *place = (size_t)found;
  return GARCO_OK;
}

static garco_status
choose_columns (file_rows *self, const char *path, garco_error *error)
{
  const garco__request *request = self->request;
  garco_batch all = garco__cells_batch (&self->cells, self->all);
  size_t count = request->nfields > 0 ? request->nfields : GARCO__CELL_COLUMNS;
  void *places = NULL, *columns = NULL;
  GARCO_TRY (garco__allocate (&places, count, sizeof *self->places, error));
  self->places = places;
  GARCO_TRY (garco__allocate (&columns, count, sizeof *self->rows.columns, error));
  self->rows.columns = columns;
  self->rows.ncolumns = count;
  for (size_t i = 0; i < count; i++)
  {
    self->places[i] = i;
    if (request->nfields > 0)
      GARCO_TRY (find_column (&all, path, request->fields[i], &self->places[i], error));
    self->rows.columns[i] = self->all[self->places[i]];
  }
  return GARCO_OK;
}

static garco_status
open_reader (file_rows *self, const char *path, garco_error *error)
{
  const garco_query_options *options = self->request->options;
  garco_reader_options reading = GARCO_READER_OPTIONS_INIT;
  reading.salvage = options->salvage;
  reading.on_damage = options->on_damage;
  reading.context = options->context;
  GARCO_TRY (garco_reader_open (path, &reading, &self->reader, error));
  GARCO_TRY (garco__cell_maker_new (options->keep_zeros, &self->maker, error));
  garco__cell_maker_use (self->maker, options->code_map);
  return GARCO_OK;
}

garco_status
garco__file_rows_open (const char *path, const garco__request *request, garco__rows **rows,
                       garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (file_rows), error));
  file_rows *self = made;
  self->rows.next = file_rows_next;
  self->rows.free = file_rows_free;
  self->rows.take = file_rows_take;
  self->request = request;
  self->path = path;
  *rows = &self->rows;
  const char *where = request->options->where;
  garco_status status = open_reader (self, path, error); /* whether it is there counts first */
  if (status >= 0)
    status = choose_columns (self, path, error);
  if (status >= 0 && where != NULL)
    status = garco__where_open (where, self->all, GARCO__CELL_COLUMNS, NULL, &self->where, error);
  if (status < 0)
    garco__rows_free (rows);
  return status;
}
