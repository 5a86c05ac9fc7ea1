/* Making the rows of one unit.
 *
 *   tile --> runs of selected cells --> keys: the coordinates packed in one word, the first highest
 *                                   --> the attributes' values, run by run
 *   all tiles of the unit: keys in order already? then done, else sorted, and the values permuted
 *
 * Tiles go in from the latest fragment to the earliest and sorting keeps equal ones as they are, as
 * in the scan's windows, so that duplicates come out in the same order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arco/cell_sort.h"
#include "arco/datatype.h"
#include "base/error.h"
#include "query/query_runs.h"

#define CHUNK 1024

typedef struct unit_job
{
  garco_scan *scan;
  garco__unit_worker *worker;
  garco__unit *unit;
  garco__scan_tile *tile;
  garco__fragment *fragment;
  uint64_t most;
  bool counting; /* rows are counted, not made */
  garco_error *error;
} unit_job;

/* ---------------------------------------------------------------- workers */

void
garco__unit_worker_free (garco__unit_worker **worker)
{
  garco__unit_worker *own = *worker;
  if (own == NULL)
    return;
  garco__buffer *const buffers[] = {&own->reader.packed, &own->runs,       &own->other,
                                    &own->keys,          &own->chunk,      &own->order,
                                    &own->scratch,       &own->other_order};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
    garco__buffer_free (buffers[i]);
  garco__tile_column_free (&own->column);
  garco__repeats_free (&own->repeats);
  garco__codec_free (&own->reader.codec);
  free (own->packing);
  free (own);
  *worker = NULL;
}

garco_status
garco__unit_worker_new (const garco_scan *scan, garco__unit_worker **worker, garco_error *error)
{
  void *made = NULL, *packing = NULL;
  garco_status status;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__unit_worker), error));
  *worker = made;
  (*worker)->reader.io = scan->array->io;
  GARCO_TRY_DONE (garco__codec_new (&(*worker)->reader.codec, error));
  garco__codec_set_meter ((*worker)->reader.codec, scan->array->io->meter);
  GARCO_TRY_DONE (garco__allocate (&packing, scan->schema->ndims, sizeof (garco__packing), error));
  (*worker)->packing = packing;
done:
  if (status < 0)
    garco__unit_worker_free (worker);
  return status;
}

/* ---------------------------------------------------------------- packing */

/* What cells of the unit can have of a dimension. */
static void
span_of (const garco_scan *scan, const garco__unit *unit, size_t d, uint64_t *low, uint64_t *high)
{
  const garco__key_ranges *ranges = &scan->ranges[d];
  *low = UINT64_MAX;
  *high = 0;
  for (size_t i = 0; i < unit->count; i++)
  {
    uint64_t from, to;
    garco__scan_box_keys (scan, &scan->tiles[unit->first + i], d, &from, &to);
    *low = from < *low ? from : *low;
    *high = to > *high ? to : *high;
  }
  if (ranges->given && ranges->count > 0)
  {
    uint64_t first = ranges->bounds[0], last = ranges->bounds[2 * ranges->count - 1];
    *low = first > *low ? first : *low;
    *high = last < *high ? last : *high;
  }
  *high = *high < *low ? *low : *high;
}

static unsigned
bits_of (uint64_t value)
{
  return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll (value);
}

bool
garco__unit_fits_word (const garco_scan *scan, const garco__unit *unit)
{
  unsigned bits = 0;
  for (size_t d = 0; d < scan->schema->ndims; d++)
  {
    uint64_t low, high;
    span_of (scan, unit, d, &low, &high);
    bits += bits_of (high - low);
  }
  return bits <= 64;
}

/* The last dimension lowest. Returns the bits in all. */
static unsigned
plan_packing (unit_job *job)
{
  unsigned shift = 0;
  for (size_t d = job->scan->schema->ndims; d-- > 0;)
  {
    garco__packing *own = &job->worker->packing[d];
    uint64_t high;
    span_of (job->scan, job->unit, d, &own->base, &high);
    own->word = 0;
    own->shift = shift;
    own->bits = bits_of (high - own->base);
    shift += own->bits;
  }
  return shift;
}

/* ---------------------------------------------------------------- the selected cells */

/* Keeps of the runs what lies in the ranges of a dimension, which is read. */
static garco_status
keep_in (unit_job *job, size_t d, const garco__key_ranges *ranges)
{
  garco__unit_worker *w = job->worker;
  GARCO_TRY (garco__runs_select (job->scan->schema->fields[d].type, w->column.values.data, ranges,
                                 &w->runs, &w->other, job->error));
  garco__buffer_swap (&w->runs, &w->other);
  return GARCO_OK;
}

static garco_status
select_by (unit_job *job, size_t d)
{
  garco__unit_worker *w = job->worker;
  const garco__unit *unit = job->unit;
  uint64_t low, high, bounds[2] = {unit->from, unit->to};
  const garco__key_ranges pass = {.given = true, .count = 1, .bounds = bounds};
  garco__scan_box_keys (job->scan, job->tile, d, &low, &high);
  bool covered = garco__ranges_cover (&job->scan->ranges[d], low, high);
  bool passed = d > 0 || !unit->passing || (unit->from <= low && high <= unit->to);
  if (covered && passed)
    return GARCO_OK;
  GARCO_TRY (garco__runs_read (&w->reader, job->fragment, d, job->tile->tile, &w->runs, &w->column,
                               job->error));
  if (!covered)
    GARCO_TRY (keep_in (job, d, &job->scan->ranges[d]));
  return passed ? GARCO_OK : keep_in (job, d, &pass);
}

/* The runs of selected cells. Dimensions of few bytes a cell are tried first: they cost least, and
 * lie in the longest stretches. */
static garco_status
select_cells (unit_job *job)
{
  const garco__schema *schema = job->scan->schema;
  const garco__run whole = {.from = 0, .to = job->tile->cells};
  job->worker->runs.size = 0;
  GARCO_TRY (garco__buffer_append (&job->worker->runs, &whole, sizeof whole, job->error));
  for (size_t size = 1; size <= sizeof (uint64_t); size *= 2)
    for (size_t d = 0; d < schema->ndims && job->worker->runs.size > 0; d++)
      if (schema->fields[d].cell_size == size)
        GARCO_TRY (select_by (job, d));
  if (!job->tile->repeats)
    return GARCO_OK;
  garco__unit_worker *w = job->worker;
  return garco__runs_drop_replaced (job->scan, &w->reader, job->tile, &w->repeats, &w->runs,
                                    job->error);
}

static size_t
count_cells (const garco__unit_worker *w)
{
  const garco__run *runs = (const garco__run *)(const void *)w->runs.data;
  uint64_t count = 0;
  for (size_t i = 0; i < w->runs.size / sizeof *runs; i++)
    count += runs[i].to - runs[i].from;
  return (size_t)count;
}

/* ---------------------------------------------------------------- keys */

static garco_status
outside_box (const unit_job *job)
{
  return garco__fail (job->error, GARCO_ERR_CORRUPT, job->fragment->path,
                      "tile %" PRIu64 " has cells outside the box that the R-tree gives it",
                      job->tile->tile);
}

/* Puts a dimension of one run into the keys from `out` on. */
static garco_status
pack_run (unit_job *job, size_t d, const garco__run *run, uint64_t *out)
{
  const garco__packing *own = &job->worker->packing[d];
  garco_datatype type = job->scan->schema->fields[d].type;
  const uint8_t *values = job->worker->column.values.data;
  uint64_t keys[CHUNK], beyond = 0;
  uint64_t most = own->bits == 64 ? UINT64_MAX : (UINT64_C (1) << own->bits) - 1;
  for (uint64_t at = run->from, n; at < run->to; at += n, out += n)
  {
    n = run->to - at < CHUNK ? run->to - at : CHUNK;
    garco__order_keys (type, values + at * garco_datatype_size (type), (size_t)n, keys);
    for (size_t i = 0; i < n; i++)
    {
      uint64_t offset = keys[i] - own->base;
      beyond |= offset & ~most;
      out[i] |= offset << own->shift;
    }
  }
  return beyond == 0 ? GARCO_OK : outside_box (job);
}

static garco_status
pack_dimension (unit_job *job, size_t d, uint64_t *out)
{
  garco__unit_worker *w = job->worker;
  const garco__run *runs = (const garco__run *)(const void *)w->runs.data;
  uint64_t low, high;
  if (w->packing[d].bits == 0)
    return GARCO_OK;
  garco__scan_box_keys (job->scan, job->tile, d, &low, &high);
  if (low == high)
  {
    uint64_t part = (low - w->packing[d].base) << w->packing[d].shift;
    for (size_t i = 0, n = count_cells (w); i < n; i++)
      out[i] |= part;
    return GARCO_OK;
  }
  GARCO_TRY (garco__runs_read (&w->reader, job->fragment, d, job->tile->tile, &w->runs, &w->column,
                               job->error));
  for (size_t i = 0; i < w->runs.size / sizeof *runs; i++)
  {
    GARCO_TRY (pack_run (job, d, &runs[i], out));
    out += runs[i].to - runs[i].from;
  }
  return GARCO_OK;
}

static garco_status
append_keys (unit_job *job, size_t count)
{
  garco__buffer *keys = &job->worker->keys;
  size_t bytes = count * sizeof (uint64_t);
  GARCO_TRY (garco__buffer_reserve (keys, bytes, job->error));
  uint64_t *out = (uint64_t *)(void *)(keys->data + keys->size);
  memset (out, 0, bytes);
  for (size_t d = 0; d < job->scan->schema->ndims; d++)
    GARCO_TRY (pack_dimension (job, d, out));
  keys->size += bytes;
  return GARCO_OK;
}

/* ---------------------------------------------------------------- attributes */

/* The runs' cells of the open column, one after the other. */
static garco_status
append_runs (unit_job *job, size_t cell_size, garco__buffer *out)
{
  garco__unit_worker *w = job->worker;
  const garco__run *runs = (const garco__run *)(const void *)w->runs.data;
  for (size_t i = 0; i < w->runs.size / sizeof *runs; i++)
  {
    uint64_t from = runs[i].from, to = runs[i].to;
    GARCO_TRY (garco__tile_column_need (w->reader.codec, &w->column, from, to, job->error));
    GARCO_TRY (garco__buffer_append (out, w->column.values.data + from * cell_size,
                                     (size_t)(to - from) * cell_size, job->error));
  }
  return GARCO_OK;
}

static garco_status
append_fill (unit_job *job, const garco__field *field, size_t count, garco__unit_column *column)
{
  GARCO_TRY (garco__buffer_reserve (&column->values, count * field->cell_size, job->error));
  for (size_t at = 0; at < count * field->cell_size; at += field->fill_size)
    GARCO_TRY (garco__buffer_append (&column->values, field->fill, field->fill_size, job->error));
  if (!field->nullable)
    return GARCO_OK;
  GARCO_TRY (garco__buffer_reserve (&column->validity, count, job->error));
  memset (column->validity.data + column->validity.size, field->fill_valid, count);
  column->validity.size += count;
  return GARCO_OK;
}

static garco_status
append_validity (unit_job *job, const garco__field *then, size_t found, size_t count,
                 garco__unit_column *column)
{
  garco__unit_worker *w = job->worker;
  if (then->nullable)
  {
    GARCO_TRY (garco__tile_column_open (&w->reader, job->fragment, found, true, job->tile->tile,
                                        &w->column, job->error));
    return append_runs (job, 1, &column->validity);
  }
  GARCO_TRY (garco__buffer_reserve (&column->validity, count, job->error));
  memset (column->validity.data + column->validity.size, 1, count);
  column->validity.size += count;
  return GARCO_OK;
}

static garco_status
append_attribute (unit_job *job, const garco__field *field, size_t count,
                  garco__unit_column *column)
{
  garco__unit_worker *w = job->worker;
  size_t before = column->values.size;
  int found = garco__schema_find (job->fragment->schema, field->name);
  if (found < 0)
    return append_fill (job, field, count, column);
  const garco__field *then = &job->fragment->schema->fields[found];
  if (then->type != field->type || then->width != field->width)
    return garco__fail (job->error, GARCO_ERR_UNSUPPORTED, job->fragment->path,
                        "field \"%s\" was written as %s and is %s now", field->name,
                        garco_datatype_name (then->type), garco_datatype_name (field->type));
  GARCO_TRY (garco__tile_column_open (&w->reader, job->fragment, (size_t)found, false,
                                      job->tile->tile, &w->column, job->error));
  GARCO_TRY (append_runs (job, field->cell_size, &column->values));
  garco__scan_missing_to_nan (job->scan, then, column->values.data + before, count);
  return field->nullable ? append_validity (job, then, (size_t)found, count, column) : GARCO_OK;
}

/* ---------------------------------------------------------------- tiles */

uint64_t
garco__unit_row_bytes (const garco_scan *scan)
{
  return (uint64_t)garco__scan_cell_cost (scan) * 2;
}

/* One column, as it lies and unpacked. */
uint64_t
garco__unit_scratch (const garco_scan *scan, uint64_t cells)
{
  uint64_t widest = sizeof (uint64_t);
  for (size_t i = 0; i < scan->nattributes; i++)
    widest = scan->attributes[i].cell_size > widest ? scan->attributes[i].cell_size : widest;
  return cells < UINT32_MAX ? cells * 2 * widest : UINT64_MAX / 4;
}

/* Unpacks what the runs need of a column, for nothing but its damage. */
static garco_status
try_attribute (unit_job *job, const garco__field *field)
{
  garco__unit_worker *w = job->worker;
  int found = garco__schema_find (job->fragment->schema, field->name);
  const garco__field *then = found < 0 ? NULL : &job->fragment->schema->fields[found];
  if (then == NULL)
    return GARCO_OK;
  GARCO_TRY (garco__runs_read (&w->reader, job->fragment, (size_t)found, job->tile->tile, &w->runs,
                               &w->column, job->error));
  if (!then->nullable)
    return GARCO_OK;
  GARCO_TRY (garco__tile_column_open (&w->reader, job->fragment, (size_t)found, true,
                                      job->tile->tile, &w->column, job->error));
  return garco__tile_column_need (w->reader.codec, &w->column, 0, job->tile->cells, job->error);
}

static garco_status
count_tile (unit_job *job, size_t count)
{
  const garco_scan *scan = job->scan;
  for (size_t i = 0; i < scan->noutputs && scan->skip_corrupt; i++)
  {
    const garco__field *field = &scan->schema->fields[scan->outputs[i].field];
    if (!field->is_dimension)
      GARCO_TRY (try_attribute (job, field));
  }
  job->unit->rows += count;
  return GARCO_OK;
}

/* Whether none of the tile's cells is in the pass. */
static bool
is_passed_over (const unit_job *job)
{
  const garco__unit *unit = job->unit;
  return unit->passing && (job->tile->high < unit->from || job->tile->low > unit->to);
}

static garco_status
append_tile (unit_job *job)
{
  garco_scan *scan = job->scan;
  garco__unit *unit = job->unit;
  if (is_passed_over (job))
    return GARCO_OK;
  GARCO_TRY (select_cells (job));
  size_t count = count_cells (job->worker);
  if (count == 0)
    return GARCO_OK;
  if (job->counting)
    return count_tile (job, count);
  if ((uint64_t)(unit->rows + count) * garco__unit_row_bytes (scan) > job->most)
  {
    unit->given_up = true;
    return GARCO_OK;
  }
  GARCO_TRY (append_keys (job, count));
  for (size_t i = 0; i < scan->noutputs; i++)
  {
    const garco__field *field = &scan->schema->fields[scan->outputs[i].field];
    if (!field->is_dimension)
      GARCO_TRY (append_attribute (job, field, count, &unit->columns[i]));
  }
  unit->rows += count;
  return GARCO_OK;
}

/* Takes back what a tile that failed has left behind. */
static void
take_back (unit_job *job)
{
  const garco_scan *scan = job->scan;
  size_t rows = job->unit->rows;
  job->worker->keys.size = rows * sizeof (uint64_t);
  for (size_t i = 0; i < scan->noutputs; i++)
  {
    const garco__field *field = &scan->schema->fields[scan->outputs[i].field];
    job->unit->columns[i].values.size = field->is_dimension ? 0 : rows * field->cell_size;
    job->unit->columns[i].validity.size = field->nullable ? rows : 0;
  }
}

static garco_status
note_skipped (garco__unit *unit, const garco_error *damage, garco_error *error)
{
  void *room = unit->skipped;
  GARCO_TRY (garco__reallocate (&room, unit->nskipped + 1, sizeof *unit->skipped, error));
  unit->skipped = room;
  unit->skipped[unit->nskipped++] = *damage;
  return GARCO_OK;
}

static garco_status
append_or_skip (unit_job *job, bool skip_corrupt)
{
  garco_error damage, *error = job->error;
  if (!skip_corrupt)
    return append_tile (job);
  if (job->tile->corrupt)
    return GARCO_OK;
  job->error = &damage;
  garco_status status = append_tile (job);
  job->error = error;
  if (status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED)
  {
    job->tile->corrupt = job->counting;
    if (!job->counting)
      take_back (job);
    return note_skipped (job->unit, &damage, error);
  }
  if (status < 0 && error != NULL)
    *error = damage;
  return status;
}

typedef struct place
{
  size_t fragment, index;
  uint64_t tile;
} place;

static int
latest_first (const void *a, const void *b)
{
  const place *x = a, *y = b;
  if (x->fragment != y->fragment)
    return x->fragment > y->fragment ? -1 : 1;
  return x->tile < y->tile ? -1 : x->tile > y->tile;
}

static garco_status
append_tiles (unit_job *job, bool skip_corrupt)
{
  garco_scan *scan = job->scan;
  garco__unit *unit = job->unit;
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, unit->count, sizeof (place), job->error));
  place *places = room;
  for (size_t i = 0; i < unit->count; i++)
  {
    const garco__scan_tile *tile = &scan->tiles[unit->first + i];
    places[i] = (place){tile->fragment, unit->first + i, tile->tile};
  }
  if (unit->count > 1)
    qsort (places, unit->count, sizeof *places, latest_first);
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < unit->count && status >= 0 && !unit->given_up; i++)
  {
    job->tile = &scan->tiles[places[i].index];
    job->fragment = scan->array->fragments[job->tile->fragment];
    status = append_or_skip (job, skip_corrupt);
  }
  free (room);
  return status;
}

/* ---------------------------------------------------------------- into order */

static bool
rises (const uint64_t *keys, size_t count)
{
  for (size_t i = 1; i < count; i++)
    if (keys[i] < keys[i - 1])
      return false;
  return true;
}

static garco_status
reserve (garco__buffer *buffer, size_t bytes, garco_error *error)
{
  buffer->size = 0;
  return garco__buffer_reserve (buffer, bytes + 8, error);
}

/* Sorts the keys; worker->order says where each row was. */
static garco_status
sort_keys (unit_job *job, unsigned bits)
{
  garco__unit_worker *w = job->worker;
  size_t rows = job->unit->rows;
  GARCO_TRY (reserve (&w->order, rows * sizeof (uint32_t), job->error));
  GARCO_TRY (reserve (&w->other_order, rows * sizeof (uint32_t), job->error));
  GARCO_TRY (reserve (&w->scratch, rows * sizeof (uint64_t), job->error));
  uint32_t *order = (uint32_t *)(void *)w->order.data;
  for (size_t i = 0; i < rows; i++)
    order[i] = (uint32_t)i;
  garco__radix_sort ((uint64_t *)(void *)w->keys.data, order, rows, bits,
                     (uint64_t *)(void *)w->scratch.data, (uint32_t *)(void *)w->other_order.data);
  return GARCO_OK;
}

/* Permutes a column by worker->order, by way of worker->scratch, whose memory it swaps. */
static garco_status
permute (unit_job *job, size_t cell_size, garco__buffer *values)
{
  garco__unit_worker *w = job->worker;
  size_t rows = job->unit->rows;
  if (values->size == 0)
    return GARCO_OK;
  GARCO_TRY (reserve (&w->scratch, values->size, job->error));
  garco__spread (values->data, cell_size, (const uint32_t *)(const void *)w->order.data, rows,
                 w->scratch.data);
  w->scratch.size = values->size;
  garco__buffer_swap (values, &w->scratch);
  return GARCO_OK;
}

static garco_status
order_rows (unit_job *job, unsigned bits)
{
  const garco_scan *scan = job->scan;
  garco__unit *unit = job->unit;
  if (rises ((const uint64_t *)(const void *)job->worker->keys.data, unit->rows))
    return GARCO_OK;
  GARCO_TRY (sort_keys (job, bits));
  for (size_t i = 0; i < scan->noutputs; i++)
  {
    const garco__field *field = &scan->schema->fields[scan->outputs[i].field];
    GARCO_TRY (permute (job, field->cell_size, &unit->columns[i].values));
    GARCO_TRY (permute (job, 1, &unit->columns[i].validity));
  }
  return GARCO_OK;
}

/* A dimension's values out of the keys. */
static garco_status
unpack_dimension (unit_job *job, size_t d, garco__buffer *values)
{
  const garco__packing *own = &job->worker->packing[d];
  const garco__field *field = &job->scan->schema->fields[d];
  const uint64_t *packed = (const uint64_t *)(const void *)job->worker->keys.data;
  uint64_t keys[CHUNK], mask = own->bits == 64 ? UINT64_MAX : (UINT64_C (1) << own->bits) - 1;
  GARCO_TRY (reserve (values, job->unit->rows * field->cell_size, job->error));
  for (size_t at = 0, n; at < job->unit->rows; at += n)
  {
    n = job->unit->rows - at < CHUNK ? job->unit->rows - at : CHUNK;
    for (size_t i = 0; i < n; i++)
      keys[i] = own->base + (own->bits > 0 ? packed[at + i] >> own->shift & mask : 0);
    garco__order_values (field->type, keys, n, values->data + at * field->cell_size);
  }
  values->size = job->unit->rows * field->cell_size;
  return GARCO_OK;
}

static garco_status
fill (unit_job *job, bool skip_corrupt)
{
  const garco_scan *scan = job->scan;
  unsigned bits = plan_packing (job);
  void *columns = NULL;
  GARCO_TRY (garco__allocate (&columns, scan->noutputs, sizeof (garco__unit_column), job->error));
  job->unit->columns = columns;
  job->worker->keys.size = 0;
  GARCO_TRY (append_tiles (job, skip_corrupt));
  if (job->unit->given_up || job->unit->rows == 0)
    return GARCO_OK;
  if (job->unit->rows > UINT32_MAX)
    return garco__fail (job->error, GARCO_ERR_LIMIT, scan->array->io->root,
                        "more than 4294967295 rows at once");
  GARCO_TRY (order_rows (job, bits));
  for (size_t i = 0; i < scan->noutputs; i++)
    if (scan->schema->fields[scan->outputs[i].field].is_dimension)
      GARCO_TRY (unpack_dimension (job, scan->outputs[i].field, &job->unit->columns[i].values));
  return GARCO_OK;
}

void
garco__unit_fill (garco_scan *scan, garco__unit_worker *worker, garco__unit *unit, uint64_t most,
                  bool skip_corrupt)
{
  unit_job job = {.scan = scan, .worker = worker, .unit = unit, .most = most};
  job.error = &unit->error;
  unit->status = fill (&job, skip_corrupt);
  if (unit->status < 0 || unit->given_up)
    garco__unit_clear (scan, unit);
  unit->bytes = 0;
  for (size_t i = 0; unit->columns != NULL && i < scan->noutputs; i++)
    unit->bytes += unit->columns[i].values.capacity + unit->columns[i].validity.capacity;
}

garco_status
garco__unit_count (garco_scan *scan, garco__unit_worker *worker, garco__unit *unit,
                   bool skip_corrupt, uint64_t *rows, garco_error *error)
{
  unit_job job = {.scan = scan, .worker = worker, .unit = unit, .counting = true, .error = error};
  unit->given_up = false;
  unit->rows = 0;
  garco_status status = append_tiles (&job, skip_corrupt);
  *rows = unit->rows;
  unit->rows = 0;
  return status;
}

void
garco__unit_clear (const garco_scan *scan, garco__unit *unit)
{
  for (size_t i = 0; unit->columns != NULL && i < scan->noutputs; i++)
  {
    garco__buffer_free (&unit->columns[i].values);
    garco__buffer_free (&unit->columns[i].validity);
  }
  free (unit->columns);
  free (unit->skipped);
  unit->columns = NULL;
  unit->skipped = NULL;
  unit->nskipped = 0;
  unit->rows = 0;
}
