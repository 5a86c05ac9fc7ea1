/* Pieces of sources into groups, and groups into rows as soon as they are whole.
 *
 * Threads take pieces in their order, each piece into groups of its own. Whoever ends the piece
 * that is next in order joins it, and those behind it that wait already, to the groups of all:
 *
 *   pieces   1 2 3 4 5 6 7 8 ...
 *            joined| ^ waits for 3     nobody goes on more than a few pieces ahead
 *
 * Where groups are by time, pieces are in order of their first times, and the groups that end
 * before the first of all times to come are whole: they become rows and are dropped. So memory is
 * for what is in the air, for the values of groups that are not whole (query_values.c), and for the
 * table. SPDX-License-Identifier: Apache-2.0 */
#include "query/query_gather.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/meter.h"
#include "base/parallel.h"
#include "query/query_pieces.h"
#include "query/query_source.h"
#include "query/query_statistic.h"
#include "query/query_units.h"

#define DEFAULT_MEMORY (UINT64_C (256) << 20)
#define LEAST_MEMORY (UINT64_C (1) << 20) /* for groups, whatever is asked for */
#define MAX_THREADS 64
/* For a thread that reads rows; it asks for more itself. */
#define ROWS_MEMORY (UINT64_C (4) << 20)
#define MB 1048576.0

/* Damaged tiles that were reported. */
typedef struct reports
{
  const garco_query_options *wanted; /* the caller's functions */
  size_t count;
  garco_error *seen;
} reports;

typedef struct gathering
{
  const garco__stats_plan *plan;
  const garco_query_options *options;
  garco__piece *pieces;
  size_t npieces;
  int64_t *to_come;          /* of each piece: no time of it and those behind it is before */
  garco__aggregator **parts; /* one a piece, NULL until it is read */
  garco__value_store *store;
  uint64_t memory;
  uint64_t worker_bytes; /* of it for what threads read, about */
  size_t ahead;          /* pieces that are begun before the next in order is joined */

  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t changed;
  uint8_t *done;    /* a byte a piece: 1 where its part waits to be joined */
  size_t joined;    /* pieces */
  int64_t finished; /* ms: groups that end before are rows */
  bool failed;
  garco__aggregator *all;
  garco_stats *stats;
} gathering;

/* ---------------------------------------------------------------- a piece */

/* One tile, whose values count all or, where it is corrupt, not at all. */
static garco_status
add_tile_or_skip (const gathering *w, const garco__piece *piece, size_t tile,
                  garco__aggregator *part, garco_error *error)
{
  const garco_query_options *options = w->options;
  garco__aggregator *own = NULL;
  garco_error damage;
  GARCO_TRY (garco__aggregator_new (&w->plan->gathered, w->store, &own, error));
  garco_status status = garco__tiles_add (piece->tiles, tile, tile + 1, own, &damage);
  if (status >= 0)
    status = garco__aggregator_merge (part, own, error);
  else if (status != GARCO_ERR_CORRUPT && status != GARCO_ERR_TRUNCATED)
    *error = damage;
  else if (options->on_damage != NULL && options->on_damage (options->context, &damage) != 0)
    status = garco__fail (error, GARCO_ERR_CANCELLED, piece->source, "stopped");
  else
    status = GARCO_OK;
  garco__aggregator_free (&own);
  return status;
}

static garco_status
add_tiles (const gathering *w, const garco__piece *piece, garco__aggregator *part,
           garco_error *error)
{
  if (!w->options->skip_corrupt)
    return garco__tiles_add (piece->tiles, piece->from, piece->to, part, error);
  for (size_t i = piece->from; i < piece->to; i++)
    GARCO_TRY (add_tile_or_skip (w, piece, i, part, error));
  return GARCO_OK;
}

static garco_status
add_piece (const gathering *w, const garco__piece *piece, garco__aggregator *part,
           garco_error *error)
{
  garco_query_options options = *w->options;
  garco_query *query = NULL;
  garco_batch batch;
  if (piece->tiles != NULL)
    return add_tiles (w, piece, part, error);
  options.start_ms = piece->start_ms;
  options.end_ms = piece->end_ms;
  options.threads = 1; /* the pieces have theirs */
  if (!piece->first)
    options.on_notice = NULL; /* what is assumed of a source is said once */
  const garco__part of = {piece->seen, piece->only,
                          (w->memory + options.memory - 1) / options.memory};
  garco_status status = garco__query_open_as (piece->source, &options, &of, &query, error);
  while (status >= 0)
  {
    status = garco_query_next (query, &batch, error);
    if (status == GARCO_END)
      break;
    if (status >= 0)
      status = garco__aggregator_add (part, &batch, piece->source, error);
  }
  garco_query_free (&query);
  return status == GARCO_END ? GARCO_OK : status;
}

/* ---------------------------------------------------------------- joining */

/* Makes rows of the groups that no time from `ms` on belongs to, and drops them. */
static garco_status
finish_groups (gathering *w, int64_t ms, garco_error *error)
{
  void *groups = NULL;
  size_t count = 0;
  GARCO_TRY (garco__allocate (&groups, garco__aggregator_groups (w->all), sizeof (size_t), error));
  garco_status status = garco__aggregator_before (w->all, ms, groups, &count, error);
  if (status >= 0 && count > 0)
    status = garco__table_append (w->stats, w->plan, w->all, groups, count, error);
  free (groups);
  if (status >= 0 && count > 0)
    garco__aggregator_drop_before (w->all, ms);
  return status;
}

/* A group whose time has passed has rows already: its cells lie where no box says that some are. */
static garco_status
refuse_late (gathering *w, const garco__piece *piece, garco_error *error)
{
  if (w->finished == INT64_MIN || !garco__aggregator_has_before (w->all, w->finished))
    return GARCO_OK;
  return garco__fail (error, GARCO_ERR_CORRUPT, piece->source,
                      "cells lie outside the times that their fragments give");
}

/* The groups and the table must not grow beyond the memory: values may be put into a file, these
 * may not. */
static garco_status
check_memory (const gathering *w, garco_error *error)
{
  uint64_t bytes =
      garco__aggregator_bytes (w->all) + garco__table_bytes (w->stats) + w->worker_bytes;
  double part = (double)w->joined / (double)w->npieces;
  char memory[GARCO__MEMORY_TEXT], taken[GARCO__MEMORY_TEXT];
  if (bytes <= w->memory || bytes <= LEAST_MEMORY)
    return GARCO_OK;
  return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                      "memory of %s: %s are taken by %zu groups with %.0f %% read, so "
                      "that about %.0f MB are needed",
                      garco__memory_text (w->memory, memory), garco__memory_text (bytes, taken),
                      garco__aggregator_groups (w->all) +
                          (size_t)garco_stats_table (w->stats)->rows,
                      part * 100, (double)bytes / MB / part * 1.25 + 1);
}

static garco_status
join_piece (gathering *w, garco_error *error)
{
  const garco__piece *piece = &w->pieces[w->joined];
  GARCO_TRY (garco__aggregator_merge (w->all, w->parts[w->joined], error));
  garco__aggregator_free (&w->parts[w->joined]);
  w->joined++;
  GARCO_TRY (refuse_late (w, piece, error));
  if (w->to_come[w->joined] > w->finished)
  {
    w->finished = w->to_come[w->joined];
    GARCO_TRY (finish_groups (w, w->finished, error));
  }
  return check_memory (w, error);
}

/* Under the lock. Joins the pieces that wait, from the next in order on. */
static garco_status
join_pieces (gathering *w, garco_error *error)
{
  garco_status status = GARCO_OK;
  while (status >= 0 && !w->failed && w->joined < w->npieces && w->done[w->joined] != 0)
    status = join_piece (w, error);
  return status;
}

/* Waits until the piece is not too far ahead; false where all is over. */
static bool
await_turn (gathering *w, size_t index)
{
  pthread_mutex_lock (&w->lock);
  while (!w->failed && index >= w->joined + w->ahead)
    pthread_cond_wait (&w->changed, &w->lock);
  bool go = !w->failed;
  pthread_mutex_unlock (&w->lock);
  return go;
}

static garco_status
run_piece (void *context, size_t index, garco_error *error)
{
  gathering *w = context;
  if (!await_turn (w, index))
    return GARCO_OK; /* another piece has failed */
  garco_status status =
      garco__aggregator_new (&w->plan->gathered, w->store, &w->parts[index], error);
  if (status >= 0)
    status = add_piece (w, &w->pieces[index], w->parts[index], error);
  pthread_mutex_lock (&w->lock);
  w->done[index] = 1;
  if (status >= 0)
    status = join_pieces (w, error);
  w->failed = w->failed || status < 0;
  pthread_cond_broadcast (&w->changed);
  pthread_mutex_unlock (&w->lock);
  return status;
}

/* ---------------------------------------------------------------- all pieces */

/* What a thread needs to read tiles, at most; whether there are rows to be read. */
static uint64_t
bytes_of_tiles (const gathering *w, bool *rows)
{
  uint64_t most = 1;
  *rows = false;
  for (size_t i = 0; i < w->npieces; i++)
  {
    const garco__piece *piece = &w->pieces[i];
    uint64_t own = piece->owned != NULL ? garco__tiles_worker_bytes (piece->owned) : 0;
    most = own > most ? own : most;
    *rows = *rows || (piece->tiles == NULL && piece->seen != NULL);
  }
  return most;
}

/* The caller's functions may not bear to be called by several threads: where one may be called for
 * each damaged place, one thread reads. And no more than the memory has room for: of rows, one
 * thread says itself what it lacks. */
static garco_status
threads_of (gathering *w, size_t *threads, garco_error *error)
{
  const garco_query_options *options = w->options;
  bool called = (options->salvage || options->skip_corrupt) && options->on_damage != NULL;
  long wanted = options->threads > 0 ? options->threads : sysconf (_SC_NPROCESSORS_ONLN);
  char memory[GARCO__MEMORY_TEXT], tile[GARCO__MEMORY_TEXT];
  bool rows;
  uint64_t each = bytes_of_tiles (w, &rows);
  if (each > w->memory / 2)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                        "memory of %s: the largest tile to be read takes %s, so that at "
                        "least %.0f MB are needed",
                        garco__memory_text (w->memory, memory), garco__memory_text (each, tile),
                        (double)(2 * each) / MB + 0.5);
  each = rows && each < ROWS_MEMORY ? ROWS_MEMORY : each;
  uint64_t most = w->memory / 2 / each;
  wanted = called || wanted < 1 ? 1 : wanted > MAX_THREADS ? MAX_THREADS : wanted;
  *threads = most < (uint64_t)wanted ? (size_t)(most > 0 ? most : 1) : (size_t)wanted;
  w->worker_bytes = *threads <= most ? *threads * each : w->memory / 2;
  return GARCO_OK;
}

/* The time before which no cell lies of the pieces from each on; none is known where groups are not
 * by time. */
static garco_status
find_times_to_come (gathering *w, garco_error *error)
{
  void *made = NULL;
  bool timed = (w->plan->gathered.by >> GARCO__TIME & 1) != 0;
  GARCO_TRY (garco__allocate (&made, w->npieces + 1, sizeof (int64_t), error));
  w->to_come = made;
  if (timed)
    garco__pieces_sort (w->pieces, w->npieces);
  w->to_come[w->npieces] = INT64_MIN;
  for (size_t i = w->npieces; i-- > 0;)
  {
    int64_t own = timed ? w->pieces[i].earliest_ms : INT64_MIN;
    bool last = i + 1 == w->npieces;
    w->to_come[i] = last || own < w->to_come[i + 1] ? own : w->to_come[i + 1];
  }
  return GARCO_OK;
}

static garco_status
start (gathering *w, const char *const *sources, size_t nsources, garco_error *error)
{
  void *parts = NULL, *done = NULL;
  const garco__aggregation *g = &w->plan->gathered;
  uint64_t tiles = 0, kept = 0, began = garco__meter_now (w->options->meter);
  GARCO_TRY (garco__pieces_cut (sources, nsources, w->options, g, &w->pieces, &w->npieces, error));
  garco__meter_planned (w->options->meter, began);
  for (size_t i = 0; g->fast && i < w->npieces; i++)
    if (w->pieces[i].owned != NULL)
      garco__tiles_count_known (w->pieces[i].owned, &tiles, &kept);
  garco__table_note_tiles (w->stats, tiles, kept);
  GARCO_TRY (find_times_to_come (w, error));
  GARCO_TRY (garco__allocate (&parts, w->npieces, sizeof (garco__aggregator *), error));
  w->parts = parts;
  GARCO_TRY (garco__allocate (&done, w->npieces, 1, error));
  w->done = done;
  GARCO_TRY (garco__value_store_new (w->options->memory / 2, &w->store, error));
  return garco__aggregator_new (g, w->store, &w->all, error);
}

/* Up to the end of "field ..., tile ...". */
static bool
is_same_tile (const garco_error *a, const garco_error *b)
{
  const char *end = strstr (a->message, ": ");
  size_t length = end != NULL ? (size_t)(end - a->message) + 2 : sizeof a->message;
  return strcmp (a->source, b->source) == 0 && strncmp (a->message, b->message, length) == 0;
}

/* A tile over several pieces is found damaged by each, and reported once. */
static int
report_once (void *context, const garco_error *damage)
{
  reports *r = context;
  void *seen = r->seen;
  for (size_t i = 0; i < r->count; i++)
    if (is_same_tile (&r->seen[i], damage))
      return 0;
  if (garco__reallocate (&seen, r->count + 1, sizeof *r->seen, NULL) >= 0)
  {
    r->seen = seen;
    r->seen[r->count++] = *damage;
  }
  return r->wanted->on_damage (r->wanted->context, damage);
}

static void
pass_notice (void *context, const char *text)
{
  const reports *r = context;
  r->wanted->on_notice (r->wanted->context, text);
}

/* Reads all pieces; what is not whole before is whole then. */
static garco_status
run (gathering *w, garco_error *error)
{
  garco_query_options options = *w->options;
  size_t threads = 1;
  GARCO_TRY (threads_of (w, &threads, error));
  options.memory = w->memory / 2 / threads + 1;
  reports r = {.wanted = w->options};
  if (options.skip_corrupt && options.on_damage != NULL)
  {
    options.on_damage = report_once;
    options.on_notice = options.on_notice != NULL ? pass_notice : NULL;
    options.context = &r;
  }
  w->options = &options;
  w->ahead = threads + 1;
  garco_status status = garco__parallel_run (w->npieces, (int)threads, run_piece, w, error);
  free (r.seen);
  GARCO_TRY (status);
  GARCO_TRY (finish_groups (w, INT64_MAX, error));
  return check_memory (w, error);
}

static void
free_gathering (gathering *w)
{
  for (size_t i = 0; w->parts != NULL && i < w->npieces; i++)
    garco__aggregator_free (&w->parts[i]);
  garco__aggregator_free (&w->all);
  free (w->parts);
  free (w->done);
  free (w->to_come);
  garco__value_store_free (&w->store);
  garco__pieces_free (&w->pieces, w->npieces);
  pthread_mutex_destroy (&w->lock);
  pthread_cond_destroy (&w->changed);
}

garco_status
garco__stats_gather (const char *const *sources, size_t nsources,
                     const garco_query_options *options, const garco__stats_plan *plan,
                     garco_stats *stats, garco_error *error)
{
  gathering w = {.plan = plan, .options = options, .stats = stats, .finished = INT64_MIN};
  w.memory = options->memory > 0 ? options->memory : DEFAULT_MEMORY;
  pthread_mutex_init (&w.lock, NULL);
  pthread_cond_init (&w.changed, NULL);
  garco_status status = start (&w, sources, nsources, error);
  if (status >= 0)
    status = run (&w, error);
  free_gathering (&w);
  return status;
}
