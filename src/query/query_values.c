/* Bags of values, and their quantiles.
 *
 *   values --> loose --sorted, equal ones counted--> runs in memory --store full--> in the file
 *                                                          |                            |
 *                           quantiles <-- ranks closed in on (query_value_runs.c) <-----+
 *
 * Signal strengths come in steps, so a run of them is some hundred values with their numbers
 * however many there were. Where values are nearly all different, a run is the values alone. A bag
 * that has many small runs in the file makes one of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_values.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "query/query_value_runs.h"

#define STANDARD_MEMORY (UINT64_C (128) << 20)
#define LEAST_LOOSE 16
#define MOST_LOOSE ((size_t)1 << 16)
#define MOST_RUNS 16 /* small ones of a bag in the file */

struct garco__value_store
{
  uint64_t memory;
  size_t most_loose;
  atomic_uint_fast64_t used;
  garco__spill spill;
};

/* ---------------------------------------------------------------- the store */

garco_status
garco__value_store_new (uint64_t memory, garco__value_store **store, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__value_store), error));
  *store = made;
  (*store)->memory = memory > 0 ? memory : STANDARD_MEMORY;
  uint64_t loose = (*store)->memory / 32 / sizeof (double);
  (*store)->most_loose = loose < MOST_LOOSE ? (size_t)loose : MOST_LOOSE;
  if ((*store)->most_loose < LEAST_LOOSE)
    (*store)->most_loose = LEAST_LOOSE;
  atomic_init (&(*store)->used, 0);
  garco__spill_init (&(*store)->spill);
  return GARCO_OK;
}

void
garco__value_store_free (garco__value_store **store)
{
  if (*store == NULL)
    return;
  garco__spill_free (&(*store)->spill);
  free (*store);
  *store = NULL;
}

bool
garco__value_store_full (const garco__value_store *store)
{
  return atomic_load (&store->used) > store->memory;
}

uint64_t
garco__value_store_least (const garco__value_store *store)
{
  return store->memory / 16;
}

/* ---------------------------------------------------------------- runs */

static garco_status
add_run (garco__bag *bag, const garco__value_run *run, garco_error *error)
{
  void *runs = bag->runs;
  GARCO_TRY (garco__reallocate (&runs, bag->nruns + 1, sizeof *bag->runs, error));
  bag->runs = runs;
  bag->runs[bag->nruns++] = *run;
  return GARCO_OK;
}

/* Joins the last run with the one before it where both are counted and alike in size. */
static garco_status
join_last (garco__bag *bag, garco_error *error)
{
  while (bag->nruns > 1)
  {
    garco__value_run *a = &bag->runs[bag->nruns - 2], *b = &bag->runs[bag->nruns - 1];
    bool counted = a->values != NULL && b->values != NULL && a->counted && b->counted;
    if (!counted || a->count > b->count * 4)
      return GARCO_OK;
    GARCO_TRY (garco__value_run_join (a, b, error));
    bag->nruns--;
  }
  return GARCO_OK;
}

uint64_t
garco__bag_bytes (const garco__bag *bag)
{
  uint64_t bytes = bag->capacity * sizeof *bag->loose + bag->nruns * sizeof *bag->runs;
  for (size_t i = 0; i < bag->nruns; i++)
    bytes += garco__value_run_bytes (&bag->runs[i]);
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
  garco__value_run run;
  if (bag->nloose == 0)
    return GARCO_OK;
  GARCO_TRY (garco__values_sort (bag->loose, bag->nloose, error));
  GARCO_TRY (garco__value_run_make (bag->loose, bag->nloose, &run, error));
  bag->nloose = 0;
  garco_status status = add_run (bag, &run, error);
  if (status < 0)
    garco__value_run_free (&run);
  GARCO_TRY (status);
  return join_last (bag, error);
}

/* Makes one of the bag's last runs, all in the file, where they are many and small. */
static garco_status
pack_last (garco__bag *bag, garco__value_store *store, garco_error *error)
{
  uint64_t most = store->memory / 16 / 16;
  size_t first = bag->nruns;
  while (first > 0 && bag->nruns - first < MOST_RUNS &&
         bag->runs[first - 1].count < most / MOST_RUNS)
    first--;
  if (bag->nruns - first < MOST_RUNS)
    return GARCO_OK;
  GARCO_TRY (garco__value_runs_pack (bag->runs + first, bag->nruns - first, &store->spill, error));
  bag->nruns = first + 1;
  return GARCO_OK;
}

/* ---------------------------------------------------------------- adding */

static garco_status
make_room (garco__bag *bag, const garco__value_store *store, garco_error *error)
{
  void *loose = bag->loose;
  if (bag->nloose < bag->capacity)
    return GARCO_OK;
  if (bag->capacity >= store->most_loose)
    return settle (bag, error);
  size_t capacity = bag->capacity > 0 ? bag->capacity * 2 : LEAST_LOOSE;
  capacity = capacity < store->most_loose ? capacity : store->most_loose;
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
      garco_status status = make_room (bag, store, error);
      account (bag, store, before);
      GARCO_TRY (status);
    }
    bag->loose[bag->nloose++] = values[i];
    bag->count++;
  }
  return GARCO_OK;
}

garco_status
garco__bag_shrink (garco__bag *bag, garco__value_store *store, bool spill, garco_error *error)
{
  uint64_t before = garco__bag_bytes (bag);
  garco_status status = settle (bag, error);
  for (size_t i = 0; i < bag->nruns && spill && status >= 0; i++)
    if (bag->runs[i].values != NULL)
      status = garco__value_run_spill (&bag->runs[i], &store->spill, error);
  if (spill && status >= 0)
    status = pack_last (bag, store, error);
  free (bag->loose);
  bag->loose = NULL;
  bag->nloose = bag->capacity = 0;
  account (bag, store, before);
  return status;
}

garco_status
garco__bag_merge (garco__bag *bag, garco__bag *from, garco__value_store *store, garco_error *error)
{
  uint64_t before = garco__bag_bytes (bag) + garco__bag_bytes (from);
  garco_status status = settle (from, error);
  for (size_t i = 0; i < from->nruns && status >= 0; i++)
  {
    status = add_run (bag, &from->runs[i], error);
    if (status < 0)
      break;
    from->runs[i] = (garco__value_run){0};
    status = join_last (bag, error);
  }
  bag->count += from->count;
  for (size_t i = 0; i < from->nruns; i++)
    garco__value_run_free (&from->runs[i]);
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
    garco__value_run_free (&bag->runs[i]);
  free (bag->runs);
  free (bag->loose);
  memset (bag, 0, sizeof *bag);
}

/* ---------------------------------------------------------------- quantiles */

/* NumPy's interpolation, to the last digit. */
static double
between (double low, double high, double part)
{
  if (low == high)
    return low;
  double difference = high - low;
  return part >= 0.5 ? high - difference * (1 - part) : low + difference * part;
}

static garco_status
find_quantile (const garco__bag *bag, garco__value_store *store, double wanted, double *quantile,
               garco_error *error)
{
  double at = (double)(bag->count - 1) * (isnan (wanted) ? 0.5 : wanted);
  double low = floor (at), values[2];
  GARCO_TRY (
      garco__value_runs_rank (bag->runs, bag->nruns, &store->spill, (uint64_t)low, values, error));
  if (isnan (wanted))
    *quantile = at == low ? values[0] : (values[0] + values[1]) / 2;
  else
    *quantile = between (values[0], values[1], at - low);
  return GARCO_OK;
}

/* Brings runs back from the file where all of the bag's are small together. */
static garco_status
load_runs (garco__bag *bag, garco__value_store *store, garco_error *error)
{
  uint64_t values = 0;
  for (size_t i = 0; i < bag->nruns; i++)
    values += bag->runs[i].count;
  if (values > store->memory / 8 / 16)
    return GARCO_OK;
  for (size_t i = 0; i < bag->nruns; i++)
    if (bag->runs[i].values == NULL)
      GARCO_TRY (garco__value_run_load (&bag->runs[i], &store->spill, error));
  return GARCO_OK;
}

garco_status
garco__bag_quantiles (garco__bag *bag, garco__value_store *store, const double *wanted,
                      size_t nwanted, double *quantiles, garco_error *error)
{
  for (size_t i = 0; i < nwanted; i++)
    quantiles[i] = NAN;
  if (bag->count == 0)
    return GARCO_OK;
  uint64_t before = garco__bag_bytes (bag);
  garco_status status = settle (bag, error);
  if (status >= 0)
    status = load_runs (bag, store, error);
  account (bag, store, before);
  for (size_t i = 0; i < nwanted && status >= 0; i++)
    status = find_quantile (bag, store, wanted[i], &quantiles[i], error);
  return status;
}
