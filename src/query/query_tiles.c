/* Statistics of settled tiles: the question bound to an array, and what of the answer is known
 * before anything is read. query_tiles_add.c reads.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_tiles_parts.h"

#include <stdlib.h>
#include <string.h>

#include "arco/array_snapshot.h"
#include "arco/datatype.h"
#include "base/civil_time.h"
#include "base/error.h"
#include "base/parallel.h"
#include "query/query_fast.h"
#include "query/query_kept.h"
#include "query/query_statistic.h"

/* Fragments whose kept statistics are loaded at a time. */
#define LOAD_STEP 16

/* ---------------------------------------------------------------- opening */

/* Runs are of numbers; a key among the fields would have to be converted. */
static bool
field_is_plain (const garco__tiles *tiles, size_t field)
{
  const garco__field *own = &tiles->scan->schema->fields[field];
  return !own->is_dimension && own->width == 1 && garco__type_is_number (own->type) &&
         garco__array_key_of_field (tiles->bound, field) < 0;
}

static bool
dimension_is_plain (const garco__field *field)
{
  return field->width == 1 && garco__type_is_integer (field->type) && field->type != GARCO_UINT64;
}

/* Length of a span in the time's own unit, 1 where each unit lies in one; 0: neither. */
static int64_t
span_of_unit (const garco__array_rows *bound, int64_t span_ms)
{
  if (bound->denominator > 1)
    return bound->denominator <= INT64_MAX / span_ms ? span_ms * bound->denominator : 0;
  if (bound->numerator > 0 && span_ms % bound->numerator == 0)
    return span_ms / bound->numerator;
  return bound->numerator % span_ms == 0 ? 1 : 0;
}

/* Whether runs can answer: all that selects and groups is a dimension of integers. */
static bool
is_eligible (const garco__tiles *tiles, unsigned by, int64_t span_ms)
{
  const garco__array_rows *bound = tiles->bound;
  const garco__schema *schema = tiles->scan->schema;
  for (size_t d = 0; d < schema->ndims; d++)
    if (!dimension_is_plain (&schema->fields[d]))
      return false;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    if (bound->tried[k] || ((by >> k & 1) != 0 && bound->key_field[k] >= schema->ndims))
      return false;
  for (size_t f = 0; f < tiles->nfields; f++)
    if (!field_is_plain (tiles, tiles->fields[f]))
      return false;
  if (!garco__kept_is_possible (bound) ||
      (tiles->ends && bound->key_field[GARCO__TIME] >= schema->ndims))
    return false;
  return (by & GARCO_BY_DAY) == 0 || span_of_unit (bound, span_ms) > 0;
}

static garco_status
describe_dimension (garco__tiles *tiles, size_t field, unsigned by, int64_t span_ms,
                    garco__tile_dimension *d, garco_error *error)
{
  const garco__key_ranges *ranges = &tiles->scan->ranges[field];
  garco_datatype type = tiles->scan->schema->fields[field].type;
  void *bounds = NULL;
  d->field = field;
  d->key = garco__array_key_of_field (tiles->bound, field);
  d->grouped = d->key >= 0 && (by >> d->key & 1) != 0;
  d->bucket = d->grouped && d->key == GARCO__TIME ? span_of_unit (tiles->bound, span_ms) : 1;
  d->ranges.given = ranges->given;
  d->ranges.count = ranges->count;
  GARCO_TRY (garco__allocate (&bounds, 2 * ranges->count, sizeof (int64_t), error));
  d->ranges.bounds = d->bounds = bounds;
  for (size_t i = 0; i < 2 * ranges->count; i++)
    d->bounds[i] = garco__value_of_key (type, ranges->bounds[i]);
  return GARCO_OK;
}

static int
times_last (const void *a, const void *b)
{
  const garco__tile_dimension *x = a, *y = b;
  bool left = x->key == GARCO__TIME, right = y->key == GARCO__TIME;
  return left != right ? (left ? 1 : -1) : (x->field > y->field) - (x->field < y->field);
}

/* Times, of which hardly two are equal, go last. */
static garco_status
describe_dimensions (garco__tiles *tiles, unsigned by, int64_t span_ms, garco_error *error)
{
  void *room = NULL;
  size_t ndims = tiles->scan->schema->ndims;
  GARCO_TRY (garco__allocate (&room, ndims, sizeof (garco__tile_dimension), error));
  tiles->dims = room;
  for (; tiles->ndims < ndims; tiles->ndims++)
    GARCO_TRY (
        describe_dimension (tiles, tiles->ndims, by, span_ms, &tiles->dims[tiles->ndims], error));
  qsort (tiles->dims, ndims, sizeof *tiles->dims, times_last);
  return GARCO_OK;
}

static int64_t
ms_of (const garco__tiles *tiles, uint64_t key)
{
  const garco__array_rows *bound = tiles->bound;
  size_t field = bound->key_field[GARCO__TIME];
  return garco__time_to_ms (garco__value_of_key (tiles->scan->schema->fields[field].type, key),
                            bound->numerator, bound->denominator);
}

/* The contested tiles are listed, and the scan keeps the settled. */
static garco_status
part_tiles (garco__tiles *tiles, garco_error *error)
{
  garco_scan *scan = tiles->scan;
  size_t field = tiles->bound->key_field[GARCO__TIME];
  tiles->contested_time[0] = INT64_MAX;
  tiles->contested_time[1] = INT64_MIN;
  GARCO_TRY (garco__scan_settle (scan, error));
  GARCO_TRY (garco__scan_contested (scan, &tiles->contested, error));
  for (size_t i = 0; i < scan->ntiles && field < scan->schema->ndims; i++)
  {
    uint64_t low, high;
    if (!scan->tiles[i].contested)
      continue;
    garco__scan_box_keys (scan, &scan->tiles[i], field, &low, &high);
    int64_t first = ms_of (tiles, low), last = ms_of (tiles, high);
    tiles->contested_time[0] = first < tiles->contested_time[0] ? first : tiles->contested_time[0];
    tiles->contested_time[1] = last > tiles->contested_time[1] ? last : tiles->contested_time[1];
  }
  garco__scan_keep (scan, false);
  return GARCO_OK;
}

/* ---------------------------------------------------------------- what is known before reading */

garco__outline
garco__outline_of (const garco_scan *scan, const garco__tile_dimension *d,
                   const garco__scan_tile *tile)
{
  garco_datatype type = scan->schema->fields[d->field].type;
  uint64_t low_key, high_key;
  garco__scan_box_keys (scan, tile, d->field, &low_key, &high_key);
  int64_t low = garco__value_of_key (type, low_key), high = garco__value_of_key (type, high_key);
  bool one = !d->grouped || garco__floor_div (low, d->bucket) == garco__floor_div (high, d->bucket);
  return (garco__outline){low, garco__ranges_cover (&scan->ranges[d->field], low_key, high_key),
                          one};
}

/* Whether all its cells count, and its box says that they are selected and of one group. */
static bool
is_whole (const garco__tiles *tiles, const garco__scan_tile *tile)
{
  if (tile->repeats)
    return false;
  for (size_t d = 0; d < tiles->ndims; d++)
  {
    const garco__outline box = garco__outline_of (tiles->scan, &tiles->dims[d], tile);
    if (!box.covered || !box.one)
      return false;
  }
  return true;
}

bool
garco__tiles_know (const garco__tiles *tiles, size_t field, const garco__scan_tile *tile,
                   garco__sums *known)
{
  const garco__fragment *fragment = tiles->scan->array->fragments[tile->fragment];
  const garco__field *now = &tiles->scan->schema->fields[field];
  if (!tiles->fast || !is_whole (tiles, tile))
    return false;
  int found = garco__schema_find (fragment->schema, now->name);
  return found >= 0 && fragment->schema->fields[found].type == now->type &&
         fragment->schema->fields[found].width == now->width &&
         garco__fast_sums (fragment, (size_t)found, tile->tile, tile->cells, known);
}

static garco_status
load_fragment (const garco__tiles *tiles, garco__codec *codec, garco__fragment *fragment,
               garco_error *error)
{
  for (size_t f = 0; f < tiles->nfields; f++)
  {
    const char *name = tiles->scan->schema->fields[tiles->fields[f]].name;
    int found = garco__schema_find (fragment->schema, name);
    if (found >= 0)
      GARCO_TRY (garco__fragment_load_stats (tiles->scan->array->io, codec, fragment, (size_t)found,
                                             error));
  }
  return GARCO_OK;
}

/* A piece is some fragments; those of which no tile is added up whole are left alone. */
typedef struct stats_job
{
  const garco__tiles *tiles;
  const uint8_t *wanted; /* a byte a fragment */
} stats_job;

static garco_status
load_piece (void *context, size_t index, garco_error *error)
{
  const stats_job *job = context;
  const garco_array *array = job->tiles->scan->array;
  garco__codec *codec = NULL;
  GARCO_TRY (garco__codec_new (&codec, error));
  garco_status status = GARCO_OK;
  for (size_t i = index * LOAD_STEP;
       i < (index + 1) * LOAD_STEP && i < array->nfragments && status >= 0; i++)
    if (job->wanted[i] != 0)
      status = load_fragment (job->tiles, codec, array->fragments[i], error);
  garco__codec_free (&codec);
  return status;
}

static garco_status
load_stats (const garco__tiles *tiles, garco_error *error)
{
  const garco_scan *scan = tiles->scan;
  void *wanted = NULL;
  GARCO_TRY (garco__allocate (&wanted, scan->array->nfragments, 1, error));
  for (size_t i = 0; i < scan->ntiles; i++)
    if (is_whole (tiles, &scan->tiles[i]))
      ((uint8_t *)wanted)[scan->tiles[i].fragment] = 1;
  stats_job job = {tiles, wanted};
  garco_status status = garco__parallel_run ((scan->array->nfragments + LOAD_STEP - 1) / LOAD_STEP,
                                             scan->array->threads, load_piece, &job, error);
  free (wanted);
  return status;
}

static garco_status
bind (garco__tiles *tiles, const char *uri, const garco__aggregation *wanted, bool *eligible,
      garco_error *error)
{
  unsigned by = wanted->by;
  void *fields = NULL;
  size_t nkeys = (size_t)__builtin_popcount (by);
  GARCO_TRY (garco__array_rows_open (uri, &tiles->request, &tiles->rows, error));
  tiles->bound = (garco__array_rows *)tiles->rows;
  tiles->scan = tiles->bound->scan;
  if (tiles->scan != NULL)
    tiles->scan->skip_corrupt = tiles->request.options->skip_corrupt;
  *eligible = false;
  if (tiles->scan == NULL || tiles->rows->ncolumns < nkeys + wanted->nfields)
    return GARCO_OK;
  unsigned needs = garco__statistics_need (wanted->statistics, wanted->nstatistics);
  tiles->ends = (needs & GARCO__NEEDS_ENDS) != 0;
  tiles->nfields = wanted->nfields;
  GARCO_TRY (garco__allocate (&fields, tiles->nfields, sizeof (size_t), error));
  tiles->fields = fields;
  memcpy (tiles->fields, tiles->bound->fields + nkeys, tiles->nfields * sizeof (size_t));
  *eligible = is_eligible (tiles, by, wanted->span_ms);
  if (!*eligible)
    return GARCO_OK;
  GARCO_TRY (describe_dimensions (tiles, by, wanted->span_ms, error));
  GARCO_TRY (part_tiles (tiles, error));
  tiles->fast = wanted->fast && tiles->bound->where == NULL && (needs & ~GARCO__FAST_NEEDS) == 0;
  return tiles->fast ? load_stats (tiles, error) : GARCO_OK;
}

garco_status
garco__tiles_open (const char *uri, const garco_query_options *options, const garco_array *seen,
                   const garco__aggregation *wanted, garco__tiles **tiles, garco_error *error)
{
  void *made = NULL;
  bool eligible = false;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__tiles), error));
  garco__tiles *own = *tiles = made;
  pthread_mutex_init (&own->lock, NULL);
  own->request =
      (garco__request){options, &own->selection, options->nfields, options->fields, seen, NULL, 1};
  garco_status status = garco__selection_read (options, &own->selection, error);
  if (status >= 0)
    status = bind (own, uri, wanted, &eligible, error);
  if (status < 0 || !eligible)
    garco__tiles_free (tiles);
  return status;
}

void
garco__tiles_free (garco__tiles **tiles)
{
  garco__tiles *own = *tiles;
  if (own == NULL)
    return;
  garco__tile_workers_free (own->idle);
  for (size_t d = 0; d < own->ndims; d++)
    free (own->dims[d].bounds);
  garco__rows_free (&own->rows);
  pthread_mutex_destroy (&own->lock);
  free (own->contested.tiles);
  free (own->dims);
  free (own->fields);
  free (own);
  *tiles = NULL;
}

size_t
garco__tiles_count (const garco__tiles *tiles)
{
  return tiles->scan->ntiles;
}

const garco__tile_list *
garco__tiles_contested (const garco__tiles *tiles)
{
  return &tiles->contested;
}

void
garco__tiles_count_known (const garco__tiles *tiles, uint64_t *all, uint64_t *known)
{
  const garco_scan *scan = tiles->scan;
  garco__sums sums;
  *all += (scan->ntiles + tiles->contested.count) * tiles->nfields;
  for (size_t i = 0; i < scan->ntiles && tiles->fast; i++)
    for (size_t f = 0; f < tiles->nfields; f++)
      *known += garco__tiles_know (tiles, tiles->fields[f], &scan->tiles[i], &sums) ? 1 : 0;
}

void
garco__tiles_contested_time (const garco__tiles *tiles, int64_t *first, int64_t *last)
{
  *first = tiles->contested_time[0];
  *last = tiles->contested_time[1];
}

int64_t
garco__tiles_earliest (const garco__tiles *tiles, size_t from, size_t to)
{
  const garco_scan *scan = tiles->scan;
  size_t field = tiles->bound->key_field[GARCO__TIME];
  int64_t earliest = INT64_MAX, start = tiles->request.options->start_ms;
  if (field >= scan->schema->ndims)
    return INT64_MIN;
  for (size_t i = from; i < to; i++)
  {
    uint64_t low, high;
    garco__scan_box_keys (scan, &scan->tiles[i], field, &low, &high);
    int64_t own = ms_of (tiles, low);
    earliest = own < earliest ? own : earliest;
  }
  return earliest > start ? earliest : start;
}

garco_scan *
garco__tiles_scan (const garco__tiles *tiles)
{
  return tiles->scan;
}

void
garco__tiles_show_all (garco__tiles *tiles)
{
  tiles->scan->ntiles += tiles->contested.count;
}
