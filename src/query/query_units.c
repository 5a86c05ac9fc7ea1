/* Rows in order, made ready ahead.
 *
 * Tiles are parted along the first dimension where none goes on: a unit is what lies between two
 * such places, and its rows come after those of the unit before it.
 *
 *   tiles  |--a--|  |--c--| |---d---|        units  {a b} {c d}
 *            |--b--|            |--e--|             ... {c d e}
 *
 * A unit of settled tiles is direct: a thread makes its rows while the caller still takes those
 * before it. The caller's thread makes them itself when none has begun, and where they are too many
 * for the memory in passes, a part of the first dimension each. All else the scan makes in its
 * windows when its turn comes. The threads start with the first rows.
 *
 * The least memory is what one tile takes to be read, and as much again: then each tile is read at
 * most some ten times, whatever the rows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_units.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "query/query_unit.h"

#define DEFAULT_MEMORY (UINT64_C (256) << 20)
#define MAX_THREADS 64
#define MB 1048576.0

struct garco__units
{
  garco_scan *scan;
  size_t ntiles; /* the scan's; it is shown the tiles of one unit at a time */
  garco__units_options options;
  uint64_t memory;
  uint64_t scratch; /* of a worker */
  size_t count;
  garco__unit *units;
  size_t at;               /* the unit whose rows are given out */
  bool begun;              /* they are */
  bool windows;            /* by the scan */
  uint64_t high, step;     /* of passes: the unit's last key, and how many keys a pass has */
  garco__unit_worker *own; /* of the caller's thread */
  garco_column *columns;   /* of the batches */

  bool started;
  size_t nthreads;
  pthread_t threads[MAX_THREADS];
  pthread_mutex_t lock; /* over what follows, and the units' states */
  pthread_cond_t changed;
  bool stop;
  size_t ahead;       /* units before it are taken */
  uint64_t in_flight; /* bytes of units that are taken and not given out */
};

/* ---------------------------------------------------------------- parting */

/* What a unit may take at most. */
static uint64_t
unit_memory (const garco__units *units)
{
  return units->memory / 4;
}

/* What the scan's windows need for a tile: its coordinates and one more column unpacked, and lists
 * of its cells. */
static uint64_t
window_scratch (const garco_scan *scan, uint64_t cells)
{
  uint64_t each = 20; /* the chosen ones, their keys, and the values picked */
  for (size_t d = 0; d < scan->schema->ndims; d++)
    each += scan->schema->fields[d].cell_size;
  return cells < UINT32_MAX ? cells * each + garco__unit_scratch (scan, cells) : UINT64_MAX / 4;
}

const char *
garco__memory_text (uint64_t bytes, char text[GARCO__MEMORY_TEXT])
{
  if (bytes < 1024)
    snprintf (text, GARCO__MEMORY_TEXT, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
  else if (bytes < (uint64_t)MB)
    snprintf (text, GARCO__MEMORY_TEXT, "%.4g kB", (double)bytes / 1024);
  else
    snprintf (text, GARCO__MEMORY_TEXT, "%.3g MB", (double)bytes / MB);
  return text;
}

static garco_status
too_little (const garco__units *units, const garco__scan_tile *tile, uint64_t scratch,
            garco_error *error)
{
  const garco__fragment *fragment = units->scan->array->fragments[tile->fragment];
  uint64_t parts = units->options.parts > 0 ? units->options.parts : 1;
  char source[sizeof error->source], memory[GARCO__MEMORY_TEXT];
  snprintf (source, sizeof source, "%s/%s", units->scan->array->io->root, fragment->path);
  return garco__fail (error, GARCO_ERR_LIMIT, source,
                      "memory of %s: tile %" PRIu64 " has %" PRIu64
                      " cells, so that at least %.0f MB are needed",
                      garco__memory_text (units->memory * parts, memory), tile->tile, tile->cells,
                      (double)(2 * scratch * parts) / MB + 0.5);
}

static garco_status
describe_unit (garco__units *units, garco__unit *unit, garco_error *error)
{
  const garco_scan *scan = units->scan;
  const garco__scan_tile *largest = &scan->tiles[unit->first];
  uint64_t cells = 0;
  unit->direct = true;
  for (size_t i = unit->first; i < unit->first + unit->count; i++)
  {
    const garco__scan_tile *tile = &scan->tiles[i];
    unit->direct = unit->direct && !tile->contested;
    cells += tile->cells < UINT32_MAX ? tile->cells : UINT32_MAX;
    largest = tile->cells > largest->cells ? tile : largest;
  }
  unit->direct = unit->direct && garco__unit_fits_word (scan, unit);
  uint64_t scratch = unit->direct ? garco__unit_scratch (scan, largest->cells)
                                  : window_scratch (scan, largest->cells);
  if (scratch > units->memory / 2)
    return too_little (units, largest, scratch, error);
  if (unit->direct && scratch > units->scratch)
    units->scratch = scratch;
  unit->bytes = cells * garco__unit_row_bytes (scan);
  if (unit->bytes > unit_memory (units))
    unit->bytes = unit_memory (units);
  unit->bytes += scratch; /* beside the rows */
  return GARCO_OK;
}

static garco_status
part_tiles (garco__units *units, garco_error *error)
{
  const garco_scan *scan = units->scan;
  void *room = NULL;
  uint64_t reach = 0;
  GARCO_TRY (garco__allocate (&room, scan->ntiles, sizeof (garco__unit), error));
  units->units = room;
  for (size_t i = 0; i < scan->ntiles; i++)
  {
    if (i == 0 || scan->tiles[i].low > reach)
      units->units[units->count++].first = i;
    garco__unit *unit = &units->units[units->count - 1];
    unit->count++;
    reach = i == 0 || scan->tiles[i].high > reach ? scan->tiles[i].high : reach;
  }
  for (size_t i = 0; i < units->count; i++)
    GARCO_TRY (describe_unit (units, &units->units[i], error));
  return GARCO_OK;
}

static garco_status
prepare (garco__units *units, garco_error *error)
{
  void *columns = NULL;
  GARCO_TRY (garco__scan_settle (units->scan, error));
  GARCO_TRY (part_tiles (units, error));
  GARCO_TRY (garco__allocate (&columns, units->scan->noutputs, sizeof (garco_column), error));
  units->columns = columns;
  return garco__unit_worker_new (units->scan, &units->own, error);
}

garco_status
garco__units_open (garco_scan *scan, const garco__units_options *options, garco__units **units,
                   garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__units), error));
  garco__units *own = *units = made;
  own->scan = scan;
  own->ntiles = scan->ntiles;
  own->options = *options;
  scan->skip_corrupt = options->skip_corrupt;
  scan->on_damage = options->on_damage;
  scan->damage_context = options->context;
  own->memory = options->memory != 0 ? options->memory : DEFAULT_MEMORY;
  pthread_mutex_init (&own->lock, NULL);
  pthread_cond_init (&own->changed, NULL);
  garco_status status = prepare (own, error);
  if (status < 0)
    garco__units_free (units);
  return status;
}

/* ---------------------------------------------------------------- working ahead */

/* The next unit that a thread may make, or NULL. Under the lock. */
static garco__unit *
take_ahead (garco__units *units)
{
  while (units->ahead < units->count && (!units->units[units->ahead].direct ||
                                         units->units[units->ahead].state != GARCO__UNIT_WAITS))
    units->ahead++;
  if (units->ahead == units->count)
    return NULL;
  garco__unit *unit = &units->units[units->ahead];
  if (units->in_flight > 0 && units->in_flight + unit->bytes > units->memory / 2)
    return NULL;
  units->ahead++;
  unit->state = GARCO__UNIT_TAKEN;
  units->in_flight += unit->bytes;
  return unit;
}

/* Fills a unit that is taken; without the lock. */
static void
make_unit (garco__units *units, garco__unit_worker *worker, garco__unit *unit)
{
  uint64_t reserved = unit->bytes;
  garco__unit_fill (units->scan, worker, unit, unit_memory (units), units->options.skip_corrupt);
  pthread_mutex_lock (&units->lock);
  unit->state = GARCO__UNIT_READY;
  units->in_flight = units->in_flight - reserved + unit->bytes;
  pthread_cond_broadcast (&units->changed);
  pthread_mutex_unlock (&units->lock);
}

static void *
work_ahead (void *context)
{
  garco__units *units = context;
  garco__unit_worker *worker = NULL;
  if (garco__unit_worker_new (units->scan, &worker, NULL) < 0)
    return NULL; /* the others do the work */
  pthread_mutex_lock (&units->lock);
  while (!units->stop && units->ahead < units->count)
  {
    garco__unit *unit = take_ahead (units);
    if (unit == NULL && units->ahead < units->count)
      pthread_cond_wait (&units->changed, &units->lock);
    if (unit == NULL)
      continue;
    pthread_mutex_unlock (&units->lock);
    make_unit (units, worker, unit);
    pthread_mutex_lock (&units->lock);
  }
  pthread_mutex_unlock (&units->lock);
  garco__unit_worker_free (&worker);
  return NULL;
}

static void
start_threads (garco__units *units)
{
  long wanted =
      units->options.threads > 0 ? units->options.threads : sysconf (_SC_NPROCESSORS_ONLN);
  size_t direct = garco__units_describe (units).direct;
  uint64_t most = units->memory / 2 / (units->scratch > 0 ? units->scratch : 1);
  units->started = true;
  wanted = wanted > MAX_THREADS ? MAX_THREADS : wanted;
  wanted = (uint64_t)wanted > most ? (long)most : wanted;
  while (units->nthreads + 1 < (size_t)(wanted > 1 ? wanted : 1) && units->nthreads + 1 < direct &&
         pthread_create (&units->threads[units->nthreads], NULL, work_ahead, units) == 0)
    units->nthreads++;
}

/* ---------------------------------------------------------------- giving out */

/* Makes the unit, or waits for who makes it. */
static void
await_unit (garco__units *units, garco__unit *unit)
{
  pthread_mutex_lock (&units->lock);
  bool mine = unit->state == GARCO__UNIT_WAITS;
  if (mine)
  {
    unit->state = GARCO__UNIT_TAKEN;
    units->in_flight += unit->bytes;
  }
  while (!mine && unit->state != GARCO__UNIT_READY)
    pthread_cond_wait (&units->changed, &units->lock);
  pthread_mutex_unlock (&units->lock);
  if (mine)
    make_unit (units, units->own, unit);
}

/* Shows the scan the tiles of one unit, as if there were no others. */
static void
show_tiles (garco__units *units, const garco__unit *unit)
{
  garco_scan *scan = units->scan;
  scan->next = unit->first;
  scan->ntiles = unit->first + unit->count;
  scan->nopen = 0;
  scan->started = false;
  scan->rows = scan->row = 0;
  units->windows = true;
}

static garco_status
report_skipped (const garco__units *units, const garco__unit *unit, garco_error *error)
{
  for (size_t i = 0; i < unit->nskipped && units->options.on_damage != NULL; i++)
    if (units->options.on_damage (units->options.context, &unit->skipped[i]) != 0)
      return garco__fail (error, GARCO_ERR_CANCELLED, units->scan->array->io->root, "stopped");
  return GARCO_OK;
}

static garco_status
fail_as (const garco__unit *unit, garco_error *error)
{
  if (error != NULL)
    *error = unit->error;
  return unit->status;
}

static garco_status
give_rows (garco__units *units, const garco__unit *unit, garco_batch *batch)
{
  const garco_scan *scan = units->scan;
  for (size_t i = 0; i < scan->noutputs; i++)
  {
    units->columns[i] = scan->batch_columns[i];
    units->columns[i].values = unit->columns[i].values.data;
    units->columns[i].validity =
        unit->columns[i].validity.size > 0 ? unit->columns[i].validity.data : NULL;
  }
  *batch = (garco_batch){(int64_t)unit->rows, scan->noutputs, units->columns};
  return GARCO_OK;
}

/* The next pass that has rows; GARCO_END where there is none. */
static garco_status
next_pass (garco__units *units, garco__unit *unit, garco_batch *batch, garco_error *error)
{
  bool skip = units->options.skip_corrupt;
  uint64_t bytes = unit->bytes;
  for (unit->rows = 0; unit->rows == 0 && unit->from <= units->high;)
  {
    bool over = units->high - unit->from < units->step;
    unit->to = over ? units->high : unit->from + (units->step - 1);
    garco__unit_clear (units->scan, unit);
    unit->given_up = false;
    garco__unit_fill (units->scan, units->own, unit,
                      unit->from < unit->to ? unit_memory (units) : UINT64_MAX, skip);
    unit->bytes = bytes;
    if (unit->status < 0)
      return fail_as (unit, error);
    if (unit->given_up)
      units->step = (unit->to - unit->from) / 2 + 1;
    else if (unit->to == UINT64_MAX)
      units->high = 0, unit->from = 1; /* there are no more */
    else
      unit->from = unit->to + 1;
  }
  return unit->rows > 0 ? give_rows (units, unit, batch) : GARCO_END;
}

/* The unit's rows are too many at once. */
static garco_status
begin_passes (garco__units *units, garco__unit *unit, garco_batch *batch, garco_error *error)
{
  const garco_scan *scan = units->scan;
  uint64_t rows = 0, most = unit_memory (units) / garco__unit_row_bytes (scan) / 4 * 3 + 1;
  GARCO_TRY (
      garco__unit_count (units->scan, units->own, unit, units->options.skip_corrupt, &rows, error));
  GARCO_TRY (report_skipped (units, unit, error));
  unit->from = scan->tiles[unit->first].low;
  units->high = unit->from;
  for (size_t i = unit->first; i < unit->first + unit->count; i++)
    units->high = scan->tiles[i].high > units->high ? scan->tiles[i].high : units->high;
  units->step = (units->high - unit->from) / (rows / most + 1) + 1;
  unit->passing = true;
  pthread_mutex_lock (&units->lock);
  unit->bytes = unit_memory (units) + units->scratch;
  units->in_flight += unit->bytes;
  pthread_mutex_unlock (&units->lock);
  return next_pass (units, unit, batch, error);
}

/* The unit's rows have been taken. */
static void
drop_unit (garco__units *units, garco__unit *unit)
{
  pthread_mutex_lock (&units->lock);
  garco__unit_clear (units->scan, unit);
  units->in_flight -= unit->state == GARCO__UNIT_READY ? unit->bytes : 0;
  unit->bytes = 0;
  pthread_cond_broadcast (&units->changed);
  pthread_mutex_unlock (&units->lock);
  units->scan->ntiles = units->ntiles;
  units->at++;
  units->begun = units->windows = false;
}

/* Begins the unit at hand; GARCO_END where it has no rows. */
static garco_status
begin_unit (garco__units *units, garco__unit *unit, garco_batch *batch, garco_error *error)
{
  units->begun = true;
  if (unit->direct)
    await_unit (units, unit);
  if (unit->status < 0)
    return fail_as (unit, error);
  if (unit->given_up)
    return begin_passes (units, unit, batch, error);
  if (!unit->direct)
  {
    show_tiles (units, unit);
    return garco_scan_next (units->scan, batch, error);
  }
  GARCO_TRY (report_skipped (units, unit, error));
  return unit->rows > 0 ? give_rows (units, unit, batch) : GARCO_END;
}

garco_status
garco__units_next (garco__units *units, garco_batch *batch, garco_error *error)
{
  if (!units->started)
    start_threads (units);
  while (units->at < units->count)
  {
    garco__unit *unit = &units->units[units->at];
    garco_status status = GARCO_END;
    if (!units->begun)
      status = begin_unit (units, unit, batch, error);
    else if (units->windows)
      status = garco_scan_next (units->scan, batch, error);
    else if (unit->passing)
      status = next_pass (units, unit, batch, error);
    if (status != GARCO_END)
      return status;
    drop_unit (units, unit);
  }
  return GARCO_END;
}

void *
garco__units_take (garco__units *units, const void *values)
{
  if (units->at >= units->count || units->windows)
    return NULL;
  garco__unit *unit = &units->units[units->at];
  for (size_t i = 0; unit->columns != NULL && i < units->scan->noutputs; i++)
  {
    garco__buffer *own = &unit->columns[i].values;
    if (own->data == NULL || own->data != values)
      continue;
    void *taken = own->data;
    memset (own, 0, sizeof *own);
    return taken;
  }
  return NULL;
}

garco__units_plan
garco__units_describe (const garco__units *units)
{
  garco__units_plan plan = {units->count, 0};
  for (size_t i = 0; i < units->count; i++)
    plan.direct += units->units[i].direct ? 1 : 0;
  return plan;
}

void
garco__units_free (garco__units **units)
{
  garco__units *own = *units;
  if (own == NULL)
    return;
  pthread_mutex_lock (&own->lock);
  own->stop = true;
  pthread_cond_broadcast (&own->changed);
  pthread_mutex_unlock (&own->lock);
  for (size_t i = 0; i < own->nthreads; i++)
    pthread_join (own->threads[i], NULL);
  own->scan->ntiles = own->ntiles;
  for (size_t i = 0; i < own->count; i++)
    garco__unit_clear (own->scan, &own->units[i]);
  garco__unit_worker_free (&own->own);
  pthread_mutex_destroy (&own->lock);
  pthread_cond_destroy (&own->changed);
  free (own->units);
  free (own->columns);
  free (own);
  *units = NULL;
}
