/* Looking for equal cells.
 *
 * Equal cells lie one after the other. So neighbours are compared, one dimension after the other
 * until no two are equal in all so far; the times go first, as hardly two neighbours have the same:
 *
 *   time   5 6 7 | 5 6 6 | 7          a byte a cell: equal to the one before it
 *   sat    1 1 1 | 2 2 2 | 2
 *   equal  - 0 0 | - 0 1 | -    -->   the times at which cells were written tell which one counts
 *
 * Where a run ends with its tile, the equal cells may go on in the next.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_repeats.h"

#include <string.h>

#include "arco/datatype.h"
#include "arco/tile_edge.h"
#include "base/clones.h"
#include "base/error.h"

typedef struct repeats_job
{
  const garco_scan *scan;
  garco__tile_reader *reader;
  garco__fragment *fragment;
  const garco__scan_tile *tile;
  garco__repeats *room;
  const garco__run *runs;
  size_t nruns;
  garco_error *error;
} repeats_job;

/* ---------------------------------------------------------------- neighbours in the tile */

#define COMPARE(T)                                                                                 \
  do                                                                                               \
  {                                                                                                \
    const T *v = values;                                                                           \
    for (uint64_t i = from; i < to; i++)                                                           \
      equal[i] &= (uint8_t)(v[i] == v[i - 1]);                                                     \
  } while (0)

/* Cells [from, to), told apart as their order keys are: of floats -0 and 0 are equal. */
GARCO__CLONES static void
compare (garco_datatype type, size_t size, const void *values, uint64_t from, uint64_t to,
         uint8_t *equal)
{
  if (type == GARCO_FLOAT64)
    COMPARE (double);
  else if (type == GARCO_FLOAT32)
    COMPARE (float);
  else if (size == 1)
    COMPARE (uint8_t);
  else if (size == 2)
    COMPARE (uint16_t);
  else if (size == 4)
    COMPARE (uint32_t);
  else
    COMPARE (uint64_t);
}

/* Whether there are equal neighbours, as far as is known. */
static bool
has_equal (const repeats_job *job)
{
  const uint8_t *equal = job->room->equal.data;
  for (size_t i = 0; i < job->nruns; i++)
  {
    const garco__run *run = &job->runs[i];
    if (memchr (equal + run->from, 1, (size_t)(run->to - run->from)) != NULL)
      return true;
  }
  return false;
}

static garco_status
compare_dimension (repeats_job *job, size_t d, const garco__buffer *runs)
{
  garco__tile_column *column = &job->room->column;
  uint64_t low, high;
  garco__scan_box_keys (job->scan, job->tile, d, &low, &high);
  if (low == high)
    return GARCO_OK;
  GARCO_TRY (
      garco__runs_read (job->reader, job->fragment, d, job->tile->tile, runs, column, job->error));
  for (size_t i = 0; i < job->nruns; i++)
    compare (job->scan->schema->fields[d].type, column->place.cell_size, column->values.data,
             job->runs[i].from + 1, job->runs[i].to, job->room->equal.data);
  return GARCO_OK;
}

size_t
garco__repeats_dimension (const garco_scan *scan)
{
  size_t best = 0;
  for (size_t d = 1; d < scan->schema->ndims; d++)
    if (scan->schema->fields[d].cell_size > scan->schema->fields[best].cell_size)
      best = d;
  return best;
}

/* Marks in room->equal the cells that equal the one before them. */
static garco_status
mark_equal (repeats_job *job, const garco__buffer *runs)
{
  garco__buffer *equal = &job->room->equal;
  size_t first = garco__repeats_dimension (job->scan);
  equal->size = 0;
  GARCO_TRY (garco__buffer_reserve (equal, (size_t)job->tile->cells, job->error));
  for (size_t i = 0; i < job->nruns; i++)
  {
    memset (equal->data + job->runs[i].from, 1, (size_t)(job->runs[i].to - job->runs[i].from));
    equal->data[job->runs[i].from] = 0;
  }
  GARCO_TRY (compare_dimension (job, first, runs));
  for (size_t d = 0; d < job->scan->schema->ndims && has_equal (job); d++)
    if (d != first)
      GARCO_TRY (compare_dimension (job, d, runs));
  return GARCO_OK;
}

/* ---------------------------------------------------------------- beyond the tile */

/* What equals the tile's first or last cell beyond it: whether there is any, and the latest time.
 */
typedef struct outside
{
  bool some;
  uint64_t latest;
} outside;

/* Damage of a neighbour whose tile is left out is none. */
static garco_status
forgive (const repeats_job *job, garco_status status)
{
  bool damaged = status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED;
  return damaged && job->scan->skip_corrupt ? GARCO_END : status;
}

static garco_status
look_beyond (repeats_job *job, garco__edge edge, const uint64_t *keys, outside *found)
{
  garco__repeats *room = job->room;
  bool back = edge == GARCO__FIRST_CELL;
  uint64_t t = job->tile->tile, count, cells;
  do
  {
    if (back ? t == 0 : t + 1 == job->fragment->ntiles)
      return GARCO_OK;
    t = back ? t - 1 : t + 1;
    cells = garco__fragment_tile_cells (job->fragment, t);
    GARCO_TRY (garco__edge_count (job->reader, job->fragment, t,
                                  back ? GARCO__LAST_CELL : GARCO__FIRST_CELL, keys, &room->column,
                                  &count, job->error));
    if (count > 0)
      GARCO_TRY (garco__fragment_read_special (job->reader, job->fragment, GARCO__CELL_TIMES, t,
                                               &room->beyond, job->error));
    const uint64_t *times = (const uint64_t *)(const void *)room->beyond.data;
    for (uint64_t i = 0; i < count; i++)
    {
      uint64_t time = times[back ? cells - 1 - i : i];
      found->latest = time > found->latest ? time : found->latest;
      found->some = true;
    }
  } while (count == cells);
  return GARCO_OK;
}

/* Nearly always the neighbours are told apart by what lies at the edge. */
static garco_status
find_beyond (repeats_job *job, garco__edge edge, outside *found)
{
  uint64_t keys[GARCO__SCAN_WORDS];
  bool back = edge == GARCO__FIRST_CELL, equal = false;
  uint64_t t = job->tile->tile;
  *found = (outside){false, 0};
  if (back ? t == 0 : t + 1 == job->fragment->ntiles)
    return GARCO_OK;
  garco_status status =
      forgive (job, garco__edge_meets (job->reader, job->fragment, back ? t - 1 : t,
                                       &job->room->column, &equal, job->error));
  if (status < 0 || (status == GARCO_OK && !equal))
    return status;
  GARCO_TRY (garco__edge_keys (job->reader, job->fragment, t, edge, &job->room->column, keys,
                               job->error)); /* where the damage is in this tile, it fails */
  if (status == GARCO_END)
    return GARCO_OK;
  status = forgive (job, look_beyond (job, edge, keys, found));
  return status < 0 ? status : GARCO_OK;
}

/* ---------------------------------------------------------------- the one that counts */

static garco_status
put_cell (repeats_job *job, const garco__run *of, uint64_t cell)
{
  garco__run one = *of;
  one.from = cell;
  one.to = cell + 1;
  return garco__runs_put (&job->room->out, &one, job->error);
}

/* Keeps the one that counts of the equal cells [from, to). */
static garco_status
keep_one (repeats_job *job, const garco__run *run, uint64_t from, uint64_t to,
          const outside around[2])
{
  const uint64_t *times = (const uint64_t *)(const void *)job->room->times.data;
  uint64_t best = from;
  for (uint64_t i = from + 1; i < to; i++)
    best = times[i] > times[best] ? i : best;
  if (from == 0 && around[0].some && around[0].latest >= times[best])
    return GARCO_OK;
  if (to == job->tile->cells && around[1].some && around[1].latest > times[best])
    return GARCO_OK;
  return put_cell (job, run, best);
}

static garco_status
keep_latest (repeats_job *job, const outside around[2])
{
  const uint8_t *equal = job->room->equal.data;
  job->room->out.size = 0;
  for (size_t i = 0; i < job->nruns; i++)
  {
    const garco__run *run = &job->runs[i];
    for (uint64_t from = run->from, to; from < run->to; from = to)
    {
      for (to = from + 1; to < run->to && equal[to] != 0;)
        to++;
      GARCO_TRY (keep_one (job, run, from, to, around));
    }
  }
  return GARCO_OK;
}

garco_status
garco__runs_drop_replaced (const garco_scan *scan, garco__tile_reader *reader,
                           const garco__scan_tile *tile, garco__repeats *room, garco__buffer *runs,
                           garco_error *error)
{
  outside around[2] = {{false, 0}, {false, 0}};
  repeats_job job = {.scan = scan,
                     .reader = reader,
                     .fragment = scan->array->fragments[tile->fragment],
                     .tile = tile,
                     .room = room,
                     .runs = (const garco__run *)(const void *)runs->data,
                     .nruns = runs->size / sizeof (garco__run),
                     .error = error};
  if (job.nruns == 0)
    return GARCO_OK;
  GARCO_TRY (mark_equal (&job, runs));
  if (job.runs[0].from == 0)
    GARCO_TRY (find_beyond (&job, GARCO__FIRST_CELL, &around[0]));
  if (job.runs[job.nruns - 1].to == tile->cells)
    GARCO_TRY (find_beyond (&job, GARCO__LAST_CELL, &around[1]));
  if (!around[0].some && !around[1].some && !has_equal (&job))
    return GARCO_OK;
  GARCO_TRY (garco__fragment_read_special (reader, job.fragment, GARCO__CELL_TIMES, tile->tile,
                                           &room->times, error));
  GARCO_TRY (keep_latest (&job, around));
  garco__buffer_swap (runs, &room->out);
  return GARCO_OK;
}

void
garco__repeats_free (garco__repeats *room)
{
  garco__buffer *const buffers[] = {&room->equal, &room->times, &room->beyond, &room->out};
  garco__tile_column_free (&room->column);
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
    garco__buffer_free (buffers[i]);
}
