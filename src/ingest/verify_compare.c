/* Two lists of cells, both in the array's order, walked side by side:
 *
 *   file    t1 G05 1C | t1 G05 2W | t2 G05 1C |            one that the array does not have:
 * missing array   t1 G05 1C |           | t2 G05 1C | t2 G07 1C  one that the file does not have:
 * extra
 *
 * What the file has is first put through the rounding of the array's filters, so that equal means
 * that not one bit of what came out is another.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/verify_compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arco/filters.h"
#include "base/buffer.h"
#include "base/error.h"
#include "query/query_columns.h"

#define CHUNK 1024

enum column
{
  TIME,
  SYS,
  SAT,
  OBS,
  RANGE,
  PHASE,
  DOPPLER,
  SNR,
  FLAGS,
  FCN,
  COLUMNS
};

static const char *const names[COLUMNS] = {"time",  "sys",     "sat", "obs",   "range",
                                           "phase", "doppler", "snr", "flags", "fcn"};

typedef struct place
{
  int64_t time;
  uint32_t key; /* the array's number of the system, satellite, code */
  size_t cell;
} place;

/* ---------------------------------------------------------------- the array */

static void
find_resolution (const garco_schema_info *schema, const char *name, garco__resolution *resolution)
{
  for (size_t i = 0; i < schema->nfields; i++)
  {
    const garco_field_info *field = &schema->fields[i];
    if (strcmp (field->name, name) != 0)
      continue;
    resolution->type = field->type;
    for (size_t f = 0; f < field->nfilters && !resolution->scaled; f++)
    {
      resolution->scaled = strcmp (field->filters[f].name, "float_scale") == 0;
      resolution->filter = field->filters[f];
    }
  }
}

garco_status
garco__comparison_init (garco__comparison *c, garco_array *array, const char *uri,
                        const garco_verify_options *options, garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (array);
  garco__numbering numbering;
  int dimension = -1;
  c->uri = uri;
  c->options = options;
  for (size_t i = 0; i < schema->nfields; i++)
    if (schema->fields[i].is_dimension && garco__key_of_name (schema->fields[i].name) == GARCO__SYS)
      dimension = (int)i;
  GARCO_TRY (
      garco__numbering_find (array, uri, dimension, options->system_base, &numbering, error));
  for (unsigned n = 0; n <= UINT8_MAX; n++)
    if (numbering.system[n] != UINT8_MAX)
      c->number[numbering.system[n]] = (uint8_t)n;
  for (size_t i = 0; i < GARCO__COMPARED_REALS; i++)
    find_resolution (schema, names[RANGE + i], &c->reals[i]);
  return GARCO_OK;
}

void
garco__comparison_free (garco__comparison *c)
{
  free (c->order);
  c->order = NULL;
}

/* ---------------------------------------------------------------- the file's cells */

static uint32_t
key_of (const garco__comparison *c, uint8_t sys, uint8_t sat, uint16_t obs)
{
  return (uint32_t)c->number[sys] << 24 | (uint32_t)sat << 16 | obs;
}

static int
compare_places (const void *left, const void *right)
{
  const place *a = left, *b = right;
  if (a->time != b->time)
    return a->time < b->time ? -1 : 1;
  return a->key < b->key ? -1 : a->key > b->key;
}

static garco_status
sort_cells (garco__comparison *c, const garco__cells *cells, garco_error *error)
{
  if (cells->count > c->order_capacity)
  {
    GARCO_TRY (garco__reallocate (&c->order, cells->count, sizeof (place), error));
    c->order_capacity = cells->count;
  }
  place *order = c->order;
  for (size_t i = 0; i < cells->count; i++)
    order[i] = (place){cells->time[i], key_of (c, cells->sys[i], cells->sat[i], cells->obs[i]), i};
  qsort (order, cells->count, sizeof *order, compare_places);
  return GARCO_OK;
}

/* What the array makes of a value. */
static double
kept (const garco__resolution *resolution, double value)
{
  double result = value;
  if (isnan (value))
    return value;
  if (resolution->scaled)
    return garco__float_scale_keep (resolution->type, &resolution->filter, value, &result) ? result
                                                                                           : value;
  return resolution->type == GARCO_FLOAT32 ? (double)(float)value : value;
}

static garco_cell
file_cell (const garco__comparison *c, const garco__cells *cells, size_t i)
{
  return (garco_cell){
      .time = cells->time[i],
      .sys = cells->sys[i],
      .sat = cells->sat[i],
      .obs = cells->obs[i],
      .range = kept (&c->reals[0], cells->range[i]),
      .phase = kept (&c->reals[1], cells->phase[i]),
      .doppler = kept (&c->reals[2], cells->doppler[i]),
      .snr = kept (&c->reals[3], (double)cells->snr[i]),
      .flags = cells->flags[i],
      .fcn = cells->fcn[i],
  };
}

/* ---------------------------------------------------------------- differences */

static void
tell (garco__comparison *c, garco_difference *difference)
{
  difference->file = c->report->file;
  if (c->options->on_difference != NULL)
    c->options->on_difference (c->options->context, difference);
}

static void
tell_missing (garco__comparison *c, const garco_cell *cell)
{
  garco_difference difference = {.kind = GARCO_CELL_MISSING, .in_file = *cell};
  c->report->missing++;
  tell (c, &difference);
}

static void
tell_extra (garco__comparison *c, const garco_cell *cell)
{
  garco_difference difference = {.kind = GARCO_CELL_EXTRA, .in_array = *cell};
  c->report->extra++;
  if (!c->options->allow_extra)
    tell (c, &difference);
}

static bool
same (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

static void
compare_cells (garco__comparison *c, const garco_cell *file, const garco_cell *array)
{
  garco_difference difference = {.kind = GARCO_CELL_DIFFERS, .in_file = *file, .in_array = *array};
  if (!same (file->range, array->range))
    difference.fields |= GARCO_DIFFERS_RANGE;
  if (!same (file->phase, array->phase))
    difference.fields |= GARCO_DIFFERS_PHASE;
  if (!same (file->doppler, array->doppler))
    difference.fields |= GARCO_DIFFERS_DOPPLER;
  if (!same (file->snr, array->snr))
    difference.fields |= GARCO_DIFFERS_SNR;
  if (file->flags != array->flags)
    difference.fields |= GARCO_DIFFERS_FLAGS;
  if (file->fcn != array->fcn && file->fcn != GARCO_FCN_UNKNOWN)
    difference.fields |= GARCO_DIFFERS_FCN;
  if (difference.fields == 0)
    return;
  c->report->differing++;
  tell (c, &difference);
}

/* ---------------------------------------------------------------- side by side */

/* A chunk of the array's rows. */
typedef struct chunk
{
  int64_t whole[COLUMNS][CHUNK];
  double real[GARCO__COMPARED_REALS][CHUNK];
} chunk;

static void
read_chunk (const garco_batch *batch, int64_t from, size_t count, chunk *rows)
{
  for (size_t k = 0; k < COLUMNS; k++)
    if (k >= RANGE && k <= SNR)
      garco__column_double (&batch->columns[k], from, count, rows->real[k - RANGE]);
    else
      garco__column_int64 (&batch->columns[k], from, count, rows->whole[k]);
}

static garco_cell
array_cell (const chunk *rows, size_t i)
{
  return (garco_cell){
      .time = rows->whole[TIME][i],
      .sys = (uint8_t)rows->whole[SYS][i],
      .sat = (uint8_t)rows->whole[SAT][i],
      .obs = (uint16_t)rows->whole[OBS][i],
      .range = rows->real[0][i],
      .phase = rows->real[1][i],
      .doppler = rows->real[2][i],
      .snr = rows->real[3][i],
      .flags = (uint16_t)rows->whole[FLAGS][i],
      .fcn = (int8_t)rows->whole[FCN][i],
  };
}

typedef struct walk
{
  const garco__cells *cells;
  size_t next; /* place in the order */
  place last;  /* of the array's row before */
  chunk rows;
} walk;

/* One row of the array against the file's cells that are due. */
static garco_status
take_row (garco__comparison *c, walk *w, const garco_cell *cell, garco_error *error)
{
  const place *order = c->order;
  place at = {cell->time, key_of (c, cell->sys, cell->sat, cell->obs), 0};
  if (compare_places (&at, &w->last) < 0)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, c->uri,
                        "the array's cells are not in the order of time, system, satellite, code");
  w->last = at;
  for (; w->next < w->cells->count && compare_places (&order[w->next], &at) < 0; w->next++)
  {
    garco_cell missing = file_cell (c, w->cells, order[w->next].cell);
    tell_missing (c, &missing);
  }
  if (w->next == w->cells->count || compare_places (&order[w->next], &at) != 0)
  {
    tell_extra (c, cell);
    return GARCO_OK;
  }
  garco_cell file = file_cell (c, w->cells, order[w->next++].cell);
  compare_cells (c, &file, cell);
  return GARCO_OK;
}

static garco_status
take_batch (garco__comparison *c, walk *w, const garco_batch *batch, garco_error *error)
{
  for (int64_t from = 0; from < batch->rows; from += CHUNK)
  {
    size_t count = batch->rows - from < CHUNK ? (size_t)(batch->rows - from) : CHUNK;
    read_chunk (batch, from, count, &w->rows);
    for (size_t i = 0; i < count; i++)
    {
      garco_cell cell = array_cell (&w->rows, i);
      GARCO_TRY (take_row (c, w, &cell, error));
    }
  }
  return GARCO_OK;
}

static garco_status
walk_array (garco__comparison *c, walk *w, int64_t start, int64_t end, garco_error *error)
{
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_query *query = NULL;
  garco_batch batch;
  garco_status status;
  options.start_ms = start;
  options.end_ms = end + 1;
  options.nfields = COLUMNS;
  options.fields = names;
  options.system_base = c->options->system_base;
  options.on_notice = c->after == INT64_MIN ? c->options->on_notice : NULL;
  options.context = c->options->context;
  GARCO_TRY (garco_query_open (&c->uri, 1, &options, &query, error));
  while ((status = garco_query_next (query, &batch, error)) == GARCO_OK)
    if ((status = take_batch (c, w, &batch, error)) < 0)
      break;
  garco_query_free (&query);
  return status < 0 ? status : GARCO_OK;
}

garco_status
garco__compare_window (garco__comparison *c, const garco__cells *cells, garco_error *error)
{
  if (cells->count == 0)
    return GARCO_OK;
  void *made = NULL;
  GARCO_TRY (sort_cells (c, cells, error));
  GARCO_TRY (garco__allocate (&made, 1, sizeof (walk), error));
  walk *w = made;
  const place *order = c->order;
  int64_t end = order[cells->count - 1].time;
  w->cells = cells;
  w->last.time = INT64_MIN;
  garco_status status =
      walk_array (c, w, c->after == INT64_MIN ? order[0].time : c->after + 1, end, error);
  for (; status >= 0 && w->next < cells->count; w->next++)
  {
    garco_cell missing = file_cell (c, cells, order[w->next].cell);
    tell_missing (c, &missing);
  }
  free (w);
  c->after = end;
  return status;
}
