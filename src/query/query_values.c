/* Bags of values, and their quantiles.
 *
 *   values --> loose --sorted, equal ones counted--> runs in memory --store full--> runs in the
 * file |                              | quantiles <-- ranks counted off <-- merge of all runs, the
 * least value first <------+
 *
 * Signal strengths come in steps, so a run of them is some hundred values with their numbers
 * however many there were. Where values are nearly all different, a run is the values alone. The
 * file has no name: the system takes it back whatever happens.
 *
 * Values are sorted as 64-bit numbers that order like them, by one byte after the other from the
 * last; a byte that all have alike costs nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_values.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"

#define STANDARD_MEMORY (UINT64_C (128) << 20)
#define LEAST_LOOSE 16
#define MOST_LOOSE ((size_t)1 << 16)
#define READ_AHEAD 512 /* values of a run in the file that are held at once */

struct garco__value_store
{
  uint64_t memory;
  atomic_uint_fast64_t used;
  pthread_mutex_t lock; /* of the file */
  FILE *file;           /* NULL until the first spill */
  uint64_t size;
};

/* In memory: `values`, and their numbers unless each is one. In the file: pairs of both. */
typedef struct garco__value_run
{
  size_t count; /* different values */
  double *values;
  uint64_t *numbers; /* NULL: one each */
  bool in_file;
  uint64_t offset;
} garco__value_run;

typedef struct pair
{
  double value;
  uint64_t number;
} pair;

/* ---------------------------------------------------------------- the store */

garco_status
garco__value_store_new (uint64_t memory, garco__value_store **store, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__value_store), error));
  *store = made;
  (*store)->memory = memory > 0 ? memory : STANDARD_MEMORY;
  atomic_init (&(*store)->used, 0);
  pthread_mutex_init (&(*store)->lock, NULL);
  return GARCO_OK;
}

void
garco__value_store_free (garco__value_store **store)
{
  if (*store == NULL)
    return;
  if ((*store)->file != NULL)
    fclose ((*store)->file);
  pthread_mutex_destroy (&(*store)->lock);
  free (*store);
  *store = NULL;
}

bool
garco__value_store_full (const garco__value_store *store)
{
  return atomic_load (&store->used) > store->memory;
}

static garco_status
file_failed (garco_error *error)
{
  return garco__fail (error, GARCO_ERR_IO, "temporary file",
                      "values for quantiles cannot be kept: %s", strerror (errno));
}

/* A file without a name, in TMPDIR or /tmp. */
static garco_status
make_file (garco__value_store *store, garco_error *error)
{
  char path[4096];
  const char *folder = getenv ("TMPDIR");
  if (folder == NULL || folder[0] == '\0' || strlen (folder) > sizeof path - 32)
    folder = "/tmp";
  snprintf (path, sizeof path, "%s/garco-values-XXXXXX", folder);
  int descriptor = mkstemp (path);
  if (descriptor < 0)
    return file_failed (error);
  unlink (path);
  store->file = fdopen (descriptor, "w+b");
  if (store->file != NULL)
    return GARCO_OK;
  close (descriptor);
  return file_failed (error);
}

static garco_status
append (garco__value_store *store, const pair *pairs, size_t count, garco_error *error)
{
  if (store->file == NULL)
    GARCO_TRY (make_file (store, error));
  if (fseeko (store->file, (off_t)store->size, SEEK_SET) != 0 ||
      fwrite (pairs, sizeof *pairs, count, store->file) != count || fflush (store->file) != 0)
    return file_failed (error);
  store->size += count * sizeof *pairs;
  return GARCO_OK;
}

/* ---------------------------------------------------------------- sorting */

static uint64_t
order_of (double value)
{
  uint64_t bits;
  memcpy (&bits, &value, sizeof bits);
  return bits >> 63 != 0 ? ~bits : bits | UINT64_C (1) << 63;
}

static double
value_of (uint64_t order)
{
  uint64_t bits = order >> 63 != 0 ? order & ~(UINT64_C (1) << 63) : ~order;
  double value;
  memcpy (&value, &bits, sizeof value);
  return value;
}

/* Sorts by the byte at `shift` from one room into the other; false where all have the same. */
static bool
sort_byte (const uint64_t *from, uint64_t *to, size_t count, unsigned shift)
{
  size_t places[257] = {0};
  for (size_t i = 0; i < count; i++)
    places[(from[i] >> shift & 255) + 1]++;
  if (places[(from[0] >> shift & 255) + 1] == count)
    return false;
  for (size_t b = 0; b < 256; b++)
    places[b + 1] += places[b];
  for (size_t i = 0; i < count; i++)
    to[places[from[i] >> shift & 255]++] = from[i];
  return true;
}

static garco_status
sort_values (double *values, size_t count, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, count * 2, sizeof (uint64_t), error));
  uint64_t *from = made, *to = from + count;
  for (size_t i = 0; i < count; i++)
    from[i] = order_of (values[i]);
  for (unsigned shift = 0; shift < 64 && count > 0; shift += 8)
    if (sort_byte (from, to, count, shift))
    {
      uint64_t *other = from;
      from = to;
      to = other;
    }
  for (size_t i = 0; i < count; i++)
    values[i] = value_of (from[i]);
  free (made);
  return GARCO_OK;
}

/* ---------------------------------------------------------------- runs */

static uint64_t
bytes_of_run (const garco__value_run *run)
{
  if (run->in_file)
    return 0;
  return run->count * (sizeof *run->values + (run->numbers != NULL ? sizeof *run->numbers : 0));
}

static garco_status
add_run (garco__bag *bag, garco__value_run **run, garco_error *error)
{
  void *runs = bag->runs;
  GARCO_TRY (garco__reallocate (&runs, bag->nruns + 1, sizeof *bag->runs, error));
  bag->runs = runs;
  *run = &bag->runs[bag->nruns++];
  memset (*run, 0, sizeof **run);
  return GARCO_OK;
}

static size_t
count_different (const double *sorted, size_t count)
{
  size_t different = count > 0 ? 1 : 0;
  for (size_t i = 1; i < count; i++)
    different += sorted[i] != sorted[i - 1];
  return different;
}

/* Fills a run of sorted values. */
static garco_status
fill_run (garco__value_run *run, const double *sorted, size_t count, garco_error *error)
{
  void *values = NULL, *numbers = NULL;
  size_t different = count_different (sorted, count);
  bool counted = different <= count / 2;
  run->count = counted ? different : count;
  GARCO_TRY (garco__allocate (&values, run->count, sizeof *run->values, error));
  run->values = values;
  if (!counted)
  {
    memcpy (run->values, sorted, count * sizeof *sorted);
    return GARCO_OK;
  }
  GARCO_TRY (garco__allocate (&numbers, run->count, sizeof *run->numbers, error));
  run->numbers = numbers;
  size_t at = 0;
  for (size_t i = 0; i < count; i++)
  {
    if (i > 0 && sorted[i] != sorted[i - 1])
      at++;
    run->values[at] = sorted[i];
    run->numbers[at]++;
  }
  return GARCO_OK;
}

static uint64_t
number_at (const garco__value_run *run, size_t i)
{
  return run->numbers != NULL ? run->numbers[i] : 1;
}

/* Two counted runs become one. */
static garco_status
join_counted (garco__value_run *a, garco__value_run *b, garco_error *error)
{
  void *values = NULL, *numbers = NULL;
  garco_status status;
  size_t i = 0, j = 0, n = 0;
  GARCO_TRY_DONE (garco__allocate (&values, a->count + b->count, sizeof (double), error));
  GARCO_TRY_DONE (garco__allocate (&numbers, a->count + b->count, sizeof (uint64_t), error));
  while (i < a->count || j < b->count)
  {
    bool left = j == b->count || (i < a->count && a->values[i] <= b->values[j]);
    bool right = i == a->count || (j < b->count && b->values[j] <= a->values[i]);
    ((double *)values)[n] = left ? a->values[i] : b->values[j];
    ((uint64_t *)numbers)[n++] = (left ? number_at (a, i) : 0) + (right ? number_at (b, j) : 0);
    i += left;
    j += right;
  }
  free (a->values);
  free (a->numbers);
  free (b->values);
  free (b->numbers);
  *a = (garco__value_run){.count = n, .values = values, .numbers = numbers};
  return GARCO_OK;
done:
  free (values);
  return status;
}

/* Joins the last run with the one before it where both are counted and alike in size. */
static garco_status
join_last (garco__bag *bag, garco_error *error)
{
  while (bag->nruns > 1)
  {
    garco__value_run *a = &bag->runs[bag->nruns - 2], *b = &bag->runs[bag->nruns - 1];
    bool counted = !a->in_file && !b->in_file && a->numbers != NULL && b->numbers != NULL;
    if (!counted || a->count > b->count * 4)
      return GARCO_OK;
    GARCO_TRY (join_counted (a, b, error));
    bag->nruns--;
  }
  return GARCO_OK;
}

uint64_t
garco__bag_bytes (const garco__bag *bag)
{
  uint64_t bytes = bag->capacity * sizeof *bag->loose;
  for (size_t i = 0; i < bag->nruns; i++)
    bytes += bytes_of_run (&bag->runs[i]);
  return bytes;
}

/* Tells the store what the bag holds by now. */
static void
account (const garco__bag *bag, garco__value_store *store, uint64_t before)
{
  atomic_fetch_add (&store->used, garco__bag_bytes (bag) - before);
}

/* Loose values become a run. */
static garco_status
settle (garco__bag *bag, garco_error *error)
{
  garco__value_run *run;
  if (bag->nloose == 0)
    return GARCO_OK;
  GARCO_TRY (sort_values (bag->loose, bag->nloose, error));
  GARCO_TRY (add_run (bag, &run, error));
  GARCO_TRY (fill_run (run, bag->loose, bag->nloose, error));
  bag->nloose = 0;
  return join_last (bag, error);
}

/* ---------------------------------------------------------------- adding */

static garco_status
make_room (garco__bag *bag, garco_error *error)
{
  void *loose = bag->loose;
  if (bag->nloose < bag->capacity)
    return GARCO_OK;
  if (bag->capacity >= MOST_LOOSE)
    return settle (bag, error);
  size_t capacity = bag->capacity > 0 ? bag->capacity * 2 : LEAST_LOOSE;
  GARCO_TRY (garco__reallocate (&loose, capacity, sizeof *bag->loose, error));
  bag->loose = loose;
  bag->capacity = capacity;
  return GARCO_OK;
}

garco_status
garco__bag_add (garco__bag *bag, garco__value_store *store, const double *values, size_t count,
                garco_error *error)
{
  for (size_t i = 0; i < count; i++)
  {
    if (isnan (values[i]))
      continue;
    if (bag->nloose == bag->capacity)
    {
      uint64_t before = garco__bag_bytes (bag);
      garco_status status = make_room (bag, error);
      account (bag, store, before);
      GARCO_TRY (status);
    }
    bag->loose[bag->nloose++] = values[i];
    bag->count++;
  }
  return GARCO_OK;
}

static garco_status
spill_run (garco__value_run *run, garco__value_store *store, garco_error *error)
{
  pair pairs[READ_AHEAD];
  uint64_t offset = store->size;
  for (size_t at = 0; at < run->count;)
  {
    size_t n = 0;
    for (; n < READ_AHEAD && at < run->count; n++, at++)
      pairs[n] = (pair){run->values[at], number_at (run, at)};
    GARCO_TRY (append (store, pairs, n, error));
  }
  free (run->values);
  free (run->numbers);
  *run = (garco__value_run){.count = run->count, .in_file = true, .offset = offset};
  return GARCO_OK;
}

garco_status
garco__bag_shrink (garco__bag *bag, garco__value_store *store, bool spill, garco_error *error)
{
  uint64_t before = garco__bag_bytes (bag);
  garco_status status = settle (bag, error);
  pthread_mutex_lock (&store->lock);
  for (size_t i = 0; i < bag->nruns && spill && status >= 0; i++)
    if (!bag->runs[i].in_file)
      status = spill_run (&bag->runs[i], store, error);
  pthread_mutex_unlock (&store->lock);
  free (bag->loose);
  bag->loose = NULL;
  bag->nloose = bag->capacity = 0;
  account (bag, store, before);
  return status;
}

garco_status
garco__bag_merge (garco__bag *bag, garco__bag *from, garco__value_store *store, garco_error *error)
{
  garco__value_run *run;
  uint64_t before = garco__bag_bytes (bag) + garco__bag_bytes (from);
  garco_status status = settle (from, error);
  for (size_t i = 0; i < from->nruns && status >= 0; i++)
  {
    status = add_run (bag, &run, error);
    if (status < 0)
      break;
    *run = from->runs[i];
    from->runs[i] = (garco__value_run){0};
    status = join_last (bag, error);
  }
  bag->count += from->count;
  free (from->loose);
  free (from->runs);
  memset (from, 0, sizeof *from);
  account (bag, store, before);
  return status;
}

void
garco__bag_free (garco__bag *bag, garco__value_store *store)
{
  atomic_fetch_sub (&store->used, garco__bag_bytes (bag));
  for (size_t i = 0; i < bag->nruns; i++)
  {
    free (bag->runs[i].values);
    free (bag->runs[i].numbers);
  }
  free (bag->runs);
  free (bag->loose);
  memset (bag, 0, sizeof *bag);
}

/* ---------------------------------------------------------------- quantiles */

/* Where the merge is in one run. */
typedef struct place
{
  const garco__value_run *run;
  size_t at;
  pair now;
  size_t first, held; /* values of a run in the file that `ahead` has */
  pair *ahead;
} place;

typedef struct merge
{
  garco__value_store *store;
  size_t count; /* runs that are not at their end: a heap, the least value first */
  place *places;
  garco_error *error;
} merge;

static garco_status
read_ahead (merge *m, place *p)
{
  size_t left = p->run->count - p->at;
  p->first = p->at;
  p->held = left < READ_AHEAD ? left : READ_AHEAD;
  uint64_t offset = p->run->offset + p->at * sizeof (pair);
  if (fseeko (m->store->file, (off_t)offset, SEEK_SET) != 0 ||
      fread (p->ahead, sizeof (pair), p->held, m->store->file) != p->held)
    return file_failed (m->error);
  return GARCO_OK;
}

static garco_status
load (merge *m, place *p)
{
  if (!p->run->in_file)
  {
    p->now = (pair){p->run->values[p->at], number_at (p->run, p->at)};
    return GARCO_OK;
  }
  if (p->at >= p->first + p->held)
    GARCO_TRY (read_ahead (m, p));
  p->now = p->ahead[p->at - p->first];
  return GARCO_OK;
}

static void
sink_place (merge *m, size_t i)
{
  for (;;)
  {
    size_t least = i;
    for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < m->count; child++)
      if (m->places[child].now.value < m->places[least].now.value)
        least = child;
    if (least == i)
      return;
    place moved = m->places[i];
    m->places[i] = m->places[least];
    m->places[least] = moved;
    i = least;
  }
}

static garco_status
start_merge (merge *m, const garco__bag *bag)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, bag->nruns, sizeof (place), m->error));
  m->places = made;
  for (size_t i = 0; i < bag->nruns; i++)
  {
    place *p = &m->places[m->count++];
    void *ahead = NULL;
    p->run = &bag->runs[i];
    if (p->run->in_file)
      GARCO_TRY (garco__allocate (&ahead, READ_AHEAD, sizeof (pair), m->error));
    p->ahead = ahead;
    GARCO_TRY (load (m, p));
  }
  for (size_t i = m->count; i-- > 0;)
    sink_place (m, i);
  return GARCO_OK;
}

/* The next different value of any run, and how many there are. */
static garco_status
next_pair (merge *m, pair *next)
{
  place *top = &m->places[0];
  *next = top->now;
  if (++top->at < top->run->count)
    GARCO_TRY (load (m, top));
  else
  {
    place ended = *top;
    *top = m->places[--m->count];
    m->places[m->count] = ended;
  }
  sink_place (m, 0);
  return GARCO_OK;
}

static void
end_merge (merge *m, size_t nruns)
{
  for (size_t i = 0; m->places != NULL && i < nruns; i++)
    free (m->places[i].ahead);
  free (m->places);
}

/* NumPy's interpolation, to the last digit. */
static double
between (double low, double high, double part)
{
  if (low == high)
    return low;
  double difference = high - low;
  return part >= 0.5 ? high - difference * (1 - part) : low + difference * part;
}

typedef struct rank
{
  size_t place; /* in `wanted` */
  uint64_t low;
  double part, values[2];
} rank;

static int
compare_ranks (const void *a, const void *b)
{
  uint64_t x = ((const rank *)a)->low, y = ((const rank *)b)->low;
  return x < y ? -1 : x > y;
}

static void
make_ranks (const garco__bag *bag, const double *wanted, size_t nwanted, rank *ranks)
{
  for (size_t i = 0; i < nwanted; i++)
  {
    double at = (double)(bag->count - 1) * (isnan (wanted[i]) ? 0.5 : wanted[i]);
    double low = floor (at);
    ranks[i] = (rank){i, (uint64_t)low, at - low, {0, 0}};
  }
  qsort (ranks, nwanted, sizeof *ranks, compare_ranks);
}

/* Counts the values off until all ranks have theirs. */
static garco_status
count_off (merge *m, uint64_t count, rank *ranks, size_t nranks)
{
  uint64_t passed = 0, last = ranks[nranks - 1].low + 1;
  last = last < count ? last : count - 1;
  while (passed <= last)
  {
    pair next;
    GARCO_TRY (next_pair (m, &next));
    for (size_t i = 0; i < nranks; i++)
      for (unsigned side = 0; side < 2; side++)
      {
        uint64_t at = ranks[i].low + side < count ? ranks[i].low + side : count - 1;
        if (at >= passed && at < passed + next.number)
          ranks[i].values[side] = next.value;
      }
    passed += next.number;
  }
  return GARCO_OK;
}

static garco_status
find_quantiles (merge *m, const garco__bag *bag, const double *wanted, rank *ranks, size_t nranks,
                double *quantiles)
{
  make_ranks (bag, wanted, nranks, ranks);
  GARCO_TRY (start_merge (m, bag));
  GARCO_TRY (count_off (m, bag->count, ranks, nranks));
  for (size_t i = 0; i < nranks; i++)
  {
    const rank *r = &ranks[i];
    double low = r->values[0], high = r->values[1];
    if (isnan (wanted[r->place]))
      quantiles[r->place] = r->part == 0 ? low : (low + high) / 2;
    else
      quantiles[r->place] = between (low, high, r->part);
  }
  return GARCO_OK;
}

garco_status
garco__bag_quantiles (garco__bag *bag, garco__value_store *store, const double *wanted,
                      size_t nwanted, double *quantiles, garco_error *error)
{
  merge m = {store, 0, NULL, error};
  void *ranks = NULL;
  for (size_t i = 0; i < nwanted; i++)
    quantiles[i] = NAN;
  if (bag->count == 0 || nwanted == 0)
    return GARCO_OK;
  uint64_t before = garco__bag_bytes (bag);
  garco_status status = settle (bag, error);
  account (bag, store, before);
  if (status >= 0)
    status = garco__allocate (&ranks, nwanted, sizeof (rank), error);
  if (status >= 0)
    status = find_quantiles (&m, bag, wanted, ranks, nwanted, quantiles);
  end_merge (&m, bag->nruns);
  free (ranks);
  return status;
}
