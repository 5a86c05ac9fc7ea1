/* Reading settled tiles.
 *
 *   coordinates that select or group --> runs of cells --> chunks of the fields that hold them
 *   (only where the tile's box does                         --> values --> sums
 *   not say it all)
 *
 * Of a tile whose box lies in one system, one day and the time asked for, neither systems nor times
 * are read. The cheap coordinates go first; what they leave says which chunks of the others and of
 * the fields are unpacked. Each worker keeps its memory from tile to tile.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_snapshot.h"
#include "arco/datatype.h"
#include "base/error.h"
#include "query/query_borders.h"
#include "query/query_kept.h"
#include "query/query_repeats.h"
#include "query/query_tiles_parts.h"

/* Bytes of values made up for a field that a fragment does not have. */
#define FILL_BYTES 65536u
/* Cells that are cut by spans of time at once. */
#define PART_CELLS 8192u
/* A tile of more runs than these, of whatever groups change from cell to cell, is added by windows
 * of as many cells, so that its runs take less than half a MB. */
#define MANY_RUNS 4096u
struct garco__tile_worker
{
  garco__tile_worker *next;
  garco__tile_reader reader;
  garco__tile_column column, validity;
  garco__tile_column *values, *valid; /* open for the field at hand: the two, or those of `kept` */
  garco__kept kept;
  garco__repeats repeats;
  garco__borders borders;
  bool bordered;            /* the runs were made by the borders of space tiles */
  garco__tile_column times; /* where spans of time cut the tile in many runs, or ends are asked */
  garco__buffer runs, other, coarse, part, fill;
};

/* ---------------------------------------------------------------- workers */

static void
worker_free (garco__tile_worker *w)
{
  garco__codec_free (&w->reader.codec);
  garco__buffer_free (&w->reader.packed);
  garco__tile_column_free (&w->column);
  garco__tile_column_free (&w->validity);
  garco__repeats_free (&w->repeats);
  garco__borders_free (&w->borders);
  garco__kept_free (&w->kept);
  garco__buffer_free (&w->runs);
  garco__buffer_free (&w->other);
  garco__buffer_free (&w->coarse);
  garco__buffer_free (&w->part);
  garco__tile_column_free (&w->times);
  garco__buffer_free (&w->fill);
  free (w);
}

void
garco__tile_workers_free (garco__tile_worker *first)
{
  for (garco__tile_worker *w = first, *next; w != NULL; w = next)
  {
    next = w->next;
    worker_free (w);
  }
}

static garco_status
worker_take (garco__tiles *tiles, garco__tile_worker **taken, garco_error *error)
{
  void *made = NULL;
  pthread_mutex_lock (&tiles->lock);
  *taken = tiles->idle;
  if (*taken != NULL)
    tiles->idle = (*taken)->next;
  pthread_mutex_unlock (&tiles->lock);
  if (*taken != NULL)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__tile_worker), error));
  *taken = made;
  (*taken)->reader.io = tiles->scan->array->io;
  garco_status status = garco__codec_new (&(*taken)->reader.codec, error);
  if (status < 0)
    free (made);
  else
    garco__codec_set_meter ((*taken)->reader.codec, tiles->scan->array->io->meter);
  return status;
}

static void
worker_give (garco__tiles *tiles, garco__tile_worker *w)
{
  pthread_mutex_lock (&tiles->lock);
  w->next = tiles->idle;
  tiles->idle = w;
  pthread_mutex_unlock (&tiles->lock);
}

/* Columns of times and of a field, unpacked, and one as it lies; and what the condition looks at.
 */
uint64_t
garco__tiles_worker_bytes (const garco__tiles *tiles)
{
  const garco_scan *scan = tiles->scan;
  uint64_t cells = 0, each = 20 + garco__kept_cell_bytes (tiles->bound);
  for (size_t i = 0; i < scan->ntiles; i++)
    cells = scan->tiles[i].cells > cells ? scan->tiles[i].cells : cells;
  return cells < UINT32_MAX ? cells * each + 65536 : UINT64_MAX / 4;
}

/* ---------------------------------------------------------------- a tile's runs */

typedef struct tile_job
{
  garco__tiles *tiles;
  garco__tile_worker *worker;
  garco__fragment *fragment;
  const garco__scan_tile *tile;
  garco__aggregator *aggregator;
  garco_error *error;
  uint64_t from, to; /* the cells that are added: the tile, or a window of it */
  bool windowed;
  bool timed; /* the times of its runs are in worker->times */
  bool many;  /* the tile has more runs than are kept: nothing of it was added */
} tile_job;

/* How a dimension whose values are in `column` cuts the tile of that outline. */
static garco__cut
cut_of (const garco_scan *scan, const garco__tile_dimension *d, const garco__outline *box,
        const garco__tile_column *column)
{
  garco__cut cut = {
      scan->schema->fields[d->field].type, column->values.data, d->ranges, -1, d->bucket, 0, false};
  if (box->covered)
    cut.ranges.given = false;
  if (!box->one)
    cut.key = d->key;
  return cut;
}

static bool
is_last (const garco__tiles *tiles, const garco__tile_dimension *d)
{
  return d == &tiles->dims[tiles->ndims - 1];
}

/* Cuts the runs by one dimension, which is read only where the box does not say all. */
static garco_status
cut_by_dimension (tile_job *job, const garco__tile_dimension *d)
{
  garco__tile_worker *w = job->worker;
  bool timed = job->tiles->ends && d->key == GARCO__TIME;
  garco__tile_column *column = timed ? &w->times : &w->column;
  const garco_scan *scan = job->tiles->scan;
  const garco__outline box = garco__outline_of (scan, d, job->tile);
  garco__run *runs = (garco__run *)(void *)w->runs.data;
  if (d->grouped && box.one)
    for (size_t i = 0; i < w->runs.size / sizeof *runs; i++)
      runs[i].keys[d->key] = box.low;
  if (box.covered && box.one)
    return GARCO_OK;
  bool rest = w->bordered && is_last (job->tiles, d);
  GARCO_TRY ((rest ? garco__runs_read_rest : garco__runs_read) (
      &w->reader, job->fragment, d->field, job->tile->tile, &w->runs, column, job->error));
  job->timed = job->timed || timed;
  garco__cut cut = cut_of (scan, d, &box, column);
  cut.most = job->windowed || job->tile->repeats ? 0 : MANY_RUNS;
  cut.rest = rest;
  garco_status status = garco__runs_cut (&cut, &w->runs, &w->other, job->error);
  GARCO_TRY (status);
  job->many = status == GARCO_AGAIN;
  garco__buffer_swap (&w->runs, &w->other);
  return GARCO_OK;
}

/* Whether the times, which are looked at last, cut the tile into groups: perhaps into as many runs
 * as it has cells. */
static bool
is_cut_by_time (const tile_job *job)
{
  const garco__tile_dimension *last = &job->tiles->dims[job->tiles->ndims - 1];
  return last->key == GARCO__TIME && last->grouped &&
         !garco__outline_of (job->tiles->scan, last, job->tile).one;
}

/* Whether the borders of space tiles tell where the last dimension cuts the tile, in part at least,
 * so that not all times are read. */
static bool
borders_help (const garco__tiles *tiles, const garco__scan_tile *tile, garco__borders *borders,
              garco__cut *cut)
{
  const garco__tile_dimension *last = &tiles->dims[tiles->ndims - 1];
  const garco__outline box = garco__outline_of (tiles->scan, last, tile);
  const garco__tile_column none = {0};
  *cut = cut_of (tiles->scan, last, &box, &none);
  return !tiles->ends && (!box.covered || !box.one) &&
         garco__borders_help (tiles->scan, tile, last->field, cut, borders);
}

/* The tile, or the window of it, as one run, or as the runs of its space tiles. */
static garco_status
start_runs (tile_job *job)
{
  const garco__tiles *tiles = job->tiles;
  garco__tile_worker *w = job->worker;
  const garco__run whole = {.from = job->from, .to = job->to};
  garco__cut cut;
  w->runs.size = 0;
  w->bordered = !job->windowed && borders_help (tiles, job->tile, &w->borders, &cut);
  if (w->bordered)
    return garco__borders_runs (tiles->scan, &w->reader, job->tile,
                                tiles->dims[tiles->ndims - 1].field, &cut, &w->borders, &w->runs,
                                job->error);
  return garco__buffer_append (&w->runs, &whole, sizeof whole, job->error);
}

/* The runs by all dimensions but, where they cut into groups, the times. */
static garco_status
find_runs (tile_job *job, size_t ndims)
{
  GARCO_TRY (start_runs (job));
  for (size_t d = 0; d < ndims && job->worker->runs.size > 0 && !job->many; d++)
    GARCO_TRY (cut_by_dimension (job, &job->tiles->dims[d]));
  if (!job->tile->repeats)
    return GARCO_OK;
  garco__tile_worker *w = job->worker;
  return garco__runs_drop_replaced (job->tiles->scan, &w->reader, job->tile, &w->repeats, &w->runs,
                                    job->error);
}

/* ---------------------------------------------------------------- a tile's values */

/* The group of a run, whose keys become ms and garco's numbers. */
static garco_status
group_of_run (tile_job *job, const garco__run *run, uint32_t *number)
{
  const garco__array_rows *bound = job->tiles->bound;
  int64_t keys[GARCO__KEY_COUNT];
  memcpy (keys, run->keys, sizeof keys);
  keys[GARCO__TIME] = garco__time_to_ms (keys[GARCO__TIME], bound->numerator, bound->denominator);
  if (keys[GARCO__SYS] < 0 || keys[GARCO__SYS] > UINT8_MAX)
    return garco__fail (job->error, GARCO_ERR_LIMIT, bound->uri,
                        "system number %" PRId64 ": expected 0 to 255", keys[GARCO__SYS]);
  keys[GARCO__SYS] = bound->numbering.system[keys[GARCO__SYS]];
  return garco__aggregator_group (job->aggregator, keys, bound->uri, number, job->error);
}

/* Cells [at, to) as far as one chunk of the field goes, unpacked. */
static garco_status
unpack_part (tile_job *job, const garco__field *field, uint64_t at, uint64_t *to)
{
  garco__tile_worker *w = job->worker;
  size_t size = w->values->place.cell_size;
  uint64_t step = GARCO__MAX_CHUNK / size > 0 ? GARCO__MAX_CHUNK / size : 1;
  uint64_t end = (at / step + 1) * step;
  *to = end < *to ? end : *to;
  GARCO_TRY (garco__tile_column_need (w->reader.codec, w->values, at, *to, job->error));
  garco__scan_missing_to_nan (job->tiles->scan, field, w->values->values.data + at * size,
                              (size_t)(*to - at));
  if (field->nullable)
    GARCO_TRY (garco__tile_column_need (w->reader.codec, w->valid, at, *to, job->error));
  return GARCO_OK;
}

/* How many of its cells meet the condition. */
static uint64_t
cells_of_run (const tile_job *job, const garco__run *run)
{
  if (job->tiles->bound->where == NULL)
    return run->to - run->from;
  return garco__kept_count (&job->worker->kept, run->from, run->to);
}

/* The times from cell `at` on, where there are any to be looked at. */
static garco_column
times_from (const tile_job *job, uint64_t at)
{
  const garco__tile_dimension *time = &job->tiles->dims[job->tiles->ndims - 1];
  garco_datatype type = job->tiles->scan->schema->fields[time->field].type;
  return (garco_column){.type = type,
                        .width = 1,
                        .values = job->tiles->ends ? job->worker->times.values.data +
                                                         at * garco_datatype_size (type)
                                                   : NULL};
}

static garco_status
add_run (tile_job *job, size_t f, const garco__field *field, const garco__run *run)
{
  garco__tile_worker *w = job->worker;
  uint32_t number;
  const uint8_t *keep = job->tiles->bound->where != NULL ? w->kept.keep.data : NULL;
  const garco_column times = times_from (job, 0);
  if (cells_of_run (job, run) == 0)
    return GARCO_OK;
  GARCO_TRY (group_of_run (job, run, &number));
  for (uint64_t at = run->from, to; at < run->to; at = to)
  {
    to = run->to;
    GARCO_TRY (unpack_part (job, field, at, &to));
    const garco_column column = {.name = field->name,
                                 .type = field->type,
                                 .width = 1,
                                 .values = w->values->values.data,
                                 .validity = field->nullable ? w->valid->values.data : NULL};
    GARCO_TRY (garco__aggregator_add_run (job->aggregator, number, f, &column, keep, &times,
                                          (int64_t)at, (size_t)(to - at), job->error));
  }
  return GARCO_OK;
}

static garco_status
make_fill (tile_job *job, const garco__field *field)
{
  garco__buffer *fill = &job->worker->fill;
  fill->size = 0;
  for (size_t i = 0; i < FILL_BYTES / field->cell_size; i++)
    GARCO_TRY (garco__buffer_append (fill, field->fill, field->cell_size, job->error));
  return GARCO_OK;
}

/* A field that the fragment does not have reads as the array's fill value. */
static garco_status
add_fill (tile_job *job, size_t f, const garco__field *field, const garco__run *run)
{
  static const uint8_t nulls[FILL_BYTES];
  garco__tile_worker *w = job->worker;
  uint32_t number;
  bool null = field->nullable && field->fill_valid == 0;
  uint64_t most = FILL_BYTES / field->cell_size;
  if (cells_of_run (job, run) == 0)
    return GARCO_OK;
  GARCO_TRY (group_of_run (job, run, &number));
  const garco_column column = {.name = field->name,
                               .type = field->type,
                               .width = 1,
                               .values = w->fill.data,
                               .validity = null ? nulls : NULL};
  for (uint64_t at = run->from, n; at < run->to; at += n)
  {
    n = run->to - at < most ? run->to - at : most;
    const garco_column times = times_from (job, at);
    const uint8_t *keep = job->tiles->bound->where != NULL ? w->kept.keep.data + at : NULL;
    GARCO_TRY (garco__aggregator_add_run (job->aggregator, number, f, &column, keep, &times, 0,
                                          (size_t)n, job->error));
  }
  return GARCO_OK;
}

static garco_status
open_field (tile_job *job, size_t field, const garco__field **then)
{
  garco__tile_worker *w = job->worker;
  const garco__field *now = &job->tiles->scan->schema->fields[field];
  int found = garco__schema_find (job->fragment->schema, now->name);
  *then = NULL;
  if (found < 0)
    return GARCO_OK;
  *then = &job->fragment->schema->fields[found];
  if ((*then)->type != now->type || (*then)->width != now->width)
    return garco__fail (job->error, GARCO_ERR_UNSUPPORTED, job->fragment->path,
                        "field \"%s\" was written as %s and is %s now", now->name,
                        garco_datatype_name ((*then)->type), garco_datatype_name (now->type));
  w->values = garco__kept_column (job->tiles->bound, &w->kept, field, &w->valid);
  if (w->values != NULL)
    return GARCO_OK;
  w->values = &w->column;
  w->valid = &w->validity;
  GARCO_TRY (garco__tile_column_open (&w->reader, job->fragment, (size_t)found, false,
                                      job->tile->tile, &w->column, job->error));
  if (!(*then)->nullable)
    return GARCO_OK;
  return garco__tile_column_open (&w->reader, job->fragment, (size_t)found, true, job->tile->tile,
                                  &w->validity, job->error);
}

/* A field that is added up: as the fragment has it, or NULL. */
typedef struct field_state
{
  size_t f;
  bool open;
  const garco__field *then;
} field_state;

/* Opens the field, unless it is, and adds the worker's runs. */
static garco_status
add_runs (tile_job *job, field_state *state)
{
  const garco__buffer *runs = &job->worker->runs;
  const garco__run *all = (const garco__run *)(const void *)runs->data;
  size_t field = job->tiles->fields[state->f];
  const garco__field *now = &job->tiles->scan->schema->fields[field];
  if (runs->size == 0)
    return GARCO_OK;
  if (!state->open)
    GARCO_TRY (open_field (job, field, &state->then));
  if (!state->open && state->then == NULL)
    GARCO_TRY (make_fill (job, now));
  state->open = true;
  for (size_t i = 0; i < runs->size / sizeof *all; i++)
    if (state->then != NULL)
      GARCO_TRY (add_run (job, state->f, state->then, &all[i]));
    else
      GARCO_TRY (add_fill (job, state->f, now, &all[i]));
  return GARCO_OK;
}

static garco_status
add_field (tile_job *job, size_t f)
{
  field_state state = {.f = f};
  return add_runs (job, &state);
}

/* A part of a run cut by the times, and added. */
static garco_status
add_part (tile_job *job, field_state *state, const garco__cut *cut, const garco__run *part)
{
  garco__tile_worker *w = job->worker;
  w->part.size = 0;
  GARCO_TRY (garco__buffer_append (&w->part, part, sizeof *part, job->error));
  GARCO_TRY (garco__runs_cut (cut, &w->part, &w->runs, job->error));
  return add_runs (job, state);
}

/* The same by parts of the runs, which the times cut further. */
static garco_status
add_field_by_parts (tile_job *job, size_t f, const garco__cut *cut)
{
  const garco__buffer *coarse = &job->worker->coarse;
  const garco__run *all = (const garco__run *)(const void *)coarse->data;
  field_state state = {.f = f};
  for (size_t i = 0; i < coarse->size / sizeof *all; i++)
  {
    garco__run part = all[i];
    for (; part.from < all[i].to; part.from = part.to)
    {
      part.to = all[i].to - part.from < PART_CELLS ? all[i].to : part.from + PART_CELLS;
      GARCO_TRY (add_part (job, &state, cut, &part));
    }
  }
  return GARCO_OK;
}

/* Marks the cells of the runs that meet the condition, where there is one. */
static garco_status
find_kept (tile_job *job, const garco__buffer *runs)
{
  garco__tile_worker *w = job->worker;
  if (job->tiles->bound->where == NULL || runs->size == 0)
    return GARCO_OK;
  return garco__kept_find (job->tiles->bound, &w->reader, job->tile, runs, &w->kept, job->error);
}

/* Groups of short spans make a run of nearly every cell, so that the runs are not kept. */
static garco_status
add_tile_by_parts (tile_job *job)
{
  garco__tile_worker *w = job->worker;
  const garco_scan *scan = job->tiles->scan;
  const garco__tile_dimension *time = &job->tiles->dims[job->tiles->ndims - 1];
  const garco__outline box = garco__outline_of (scan, time, job->tile);
  GARCO_TRY (find_runs (job, job->tiles->ndims - 1));
  garco__buffer_swap (&w->coarse, &w->runs);
  if (w->coarse.size == 0 || job->many)
    return GARCO_OK;
  GARCO_TRY ((w->bordered ? garco__runs_read_rest : garco__runs_read) (
      &w->reader, job->fragment, time->field, job->tile->tile, &w->coarse, &w->times, job->error));
  GARCO_TRY (find_kept (job, &w->coarse));
  garco__cut cut = cut_of (scan, time, &box, &w->times);
  cut.rest = w->bordered;
  for (size_t f = 0; f < job->tiles->nfields; f++)
    GARCO_TRY (add_field_by_parts (job, f, &cut));
  return GARCO_OK;
}

/* Out of the metadata, or by reading. */
static garco_status
add_known_field (tile_job *job, size_t f)
{
  const garco__run *whole = (const garco__run *)(const void *)job->worker->runs.data;
  garco__sums known;
  uint32_t number;
  if (job->windowed || !garco__tiles_know (job->tiles, job->tiles->fields[f], job->tile, &known))
    return add_field (job, f);
  GARCO_TRY (group_of_run (job, whole, &number));
  garco__aggregator_add_known (job->aggregator, number, f, &known, job->tile->cells);
  return GARCO_OK;
}

/* The times of the runs, unless they were read to find those. */
static garco_status
read_times (tile_job *job)
{
  garco__tile_worker *w = job->worker;
  const garco__tile_dimension *time = &job->tiles->dims[job->tiles->ndims - 1];
  if (!job->tiles->ends || job->timed || w->runs.size == 0)
    return GARCO_OK;
  return garco__runs_read (&w->reader, job->fragment, time->field, job->tile->tile, &w->runs,
                           &w->times, job->error);
}

/* Nothing where there are too many runs. */
static garco_status
add_cells (tile_job *job)
{
  garco__tile_worker *w = job->worker;
  if (is_cut_by_time (job))
    return add_tile_by_parts (job);
  GARCO_TRY (find_runs (job, job->tiles->ndims));
  if (job->many)
    return GARCO_OK;
  GARCO_TRY (read_times (job));
  GARCO_TRY (find_kept (job, &w->runs));
  for (size_t f = 0; f < job->tiles->nfields && w->runs.size > 0; f++)
    GARCO_TRY (add_known_field (job, f));
  return GARCO_OK;
}

static garco_status
add_tile (tile_job *job)
{
  uint64_t cells = job->tile->cells;
  job->to = cells;
  GARCO_TRY (add_cells (job));
  if (!job->many)
    return GARCO_OK;
  job->windowed = true;
  for (job->from = 0; job->from < cells; job->from = job->to)
  {
    job->to = cells - job->from < MANY_RUNS ? cells : job->from + MANY_RUNS;
    job->many = job->timed = false;
    GARCO_TRY (add_cells (job));
  }
  return GARCO_OK;
}

garco_status
garco__tiles_add (garco__tiles *tiles, size_t from, size_t to, garco__aggregator *aggregator,
                  garco_error *error)
{
  garco_scan *scan = tiles->scan;
  garco__tile_worker *w = NULL;
  GARCO_TRY (worker_take (tiles, &w, error));
  garco_status status = GARCO_OK;
  for (size_t i = from; i < to && status >= 0; i++)
  {
    const garco__scan_tile *tile = &scan->tiles[i];
    tile_job job = {.tiles = tiles,
                    .worker = w,
                    .fragment = scan->array->fragments[tile->fragment],
                    .tile = tile,
                    .aggregator = aggregator,
                    .error = error};
    status = add_tile (&job);
  }
  worker_give (tiles, w);
  return status;
}

/* ---------------------------------------------------------------- for explaining */

unsigned
garco__tiles_read_dimension (const garco__tiles *tiles, size_t field, const garco__scan_tile *tile)
{
  const garco__tile_dimension *last = &tiles->dims[tiles->ndims - 1];
  garco__borders borders = {0};
  garco__cut cut;
  bool bordered = borders_help (tiles, tile, &borders, &cut);
  unsigned reads = garco__kept_reads (tiles->bound, field) ? 1 : 0;
  reads += bordered && garco__borders_dimension (tiles->scan, tile) == field;
  for (size_t d = 0; d < tiles->ndims; d++)
    if (tiles->dims[d].field == field)
    {
      const garco__outline box = garco__outline_of (tiles->scan, &tiles->dims[d], tile);
      bool ends = tiles->ends && tiles->dims[d].key == GARCO__TIME;
      if (bordered && &tiles->dims[d] == last)
        return reads + garco__borders_leave (&borders, &cut);
      return reads + (ends || !box.covered || !box.one ? 1 : 0);
    }
  return reads + 1;
}
