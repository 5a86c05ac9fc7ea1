/* Runs of values, and the value at a rank of several.
 *
 * Values are sorted as 64-bit numbers that order like them, by one byte after the other from the
 * last; a byte that all have alike costs nothing.
 *
 * The value at a rank is closed in on without merging: the numbers between the least and the most
 * that it may be are halved, and of each run only the places are kept between which it lies:
 *
 *   run 1   .....[low ....... high)....      values up to the middle, of all runs together:
 *   run 2   ...........[low high).....       more than the rank -> the lower half, else the upper
 *
 * so that a run in the file costs some reads of one value and no memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_value_runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"

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

garco_status
garco__values_sort (double *values, size_t count, garco_error *error)
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

/* ---------------------------------------------------------------- in memory */

void
garco__value_run_free (garco__value_run *run)
{
  free (run->values);
  free (run->ends);
  *run = (garco__value_run){0};
}

uint64_t
garco__value_run_bytes (const garco__value_run *run)
{
  if (run->values == NULL)
    return 0;
  return run->count * (sizeof *run->values + (run->counted ? sizeof *run->ends : 0));
}

static garco_status
allocate_run (garco__value_run *run, uint64_t count, bool counted, garco_error *error)
{
  void *values = NULL, *ends = NULL;
  *run = (garco__value_run){.count = count, .counted = counted};
  GARCO_TRY (garco__allocate (&values, (size_t)count, sizeof *run->values, error));
  run->values = values;
  if (counted)
    GARCO_TRY (garco__allocate (&ends, (size_t)count, sizeof *run->ends, error));
  run->ends = ends;
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

garco_status
garco__value_run_make (const double *sorted, size_t count, garco__value_run *run,
                       garco_error *error)
{
  size_t different = count_different (sorted, count), at = 0;
  bool counted = different <= count / 2;
  garco_status status = allocate_run (run, counted ? different : count, counted, error);
  if (status < 0)
    garco__value_run_free (run);
  GARCO_TRY (status);
  if (!counted)
    memcpy (run->values, sorted, count * sizeof *sorted);
  for (size_t i = 0; i < count && counted; i++)
  {
    at += i > 0 && sorted[i] != sorted[i - 1];
    run->values[at] = sorted[i];
    run->ends[at] = i + 1;
  }
  return GARCO_OK;
}

/* How many values there are of value `i`. */
static uint64_t
number_at (const garco__value_run *run, size_t i)
{
  if (run->ends == NULL)
    return 1;
  return run->ends[i] - (i > 0 ? run->ends[i - 1] : 0);
}

static void
merge_runs (const garco__value_run *a, const garco__value_run *b, garco__value_run *out)
{
  size_t i = 0, j = 0, n = 0;
  uint64_t end = 0;
  while (i < a->count || j < b->count)
  {
    bool left = j == b->count || (i < a->count && a->values[i] <= b->values[j]);
    bool right = i == a->count || (j < b->count && b->values[j] <= a->values[i]);
    end += (left ? number_at (a, i) : 0) + (right ? number_at (b, j) : 0);
    out->values[n] = left ? a->values[i] : b->values[j];
    out->ends[n++] = end;
    i += left;
    j += right;
  }
  out->count = n;
}

garco_status
garco__value_run_join (garco__value_run *a, garco__value_run *b, garco_error *error)
{
  garco__value_run joined;
  garco_status status = allocate_run (&joined, a->count + b->count, true, error);
  if (status < 0)
    garco__value_run_free (&joined);
  GARCO_TRY (status);
  merge_runs (a, b, &joined);
  garco__value_run_free (a);
  garco__value_run_free (b);
  *a = joined;
  return GARCO_OK;
}

/* ---------------------------------------------------------------- in the file */

garco_status
garco__value_run_spill (garco__value_run *run, garco__spill *spill, garco_error *error)
{
  uint64_t offset;
  size_t bytes = (size_t)run->count * sizeof (double);
  GARCO_TRY (garco__spill_append (spill, run->values, bytes, run->ends, run->counted ? bytes : 0,
                                  &offset, error));
  free (run->values);
  free (run->ends);
  *run = (garco__value_run){.count = run->count, .offset = offset, .counted = run->counted};
  return GARCO_OK;
}

garco_status
garco__value_run_load (garco__value_run *run, garco__spill *spill, garco_error *error)
{
  garco__value_run loaded;
  size_t bytes = (size_t)run->count * sizeof (double);
  garco_status status;
  GARCO_TRY_DONE (allocate_run (&loaded, run->count, run->counted, error));
  GARCO_TRY_DONE (garco__spill_read (spill, run->offset, loaded.values, bytes, error));
  if (run->counted)
    GARCO_TRY_DONE (garco__spill_read (spill, run->offset + bytes, loaded.ends, bytes, error));
  *run = loaded;
  return GARCO_OK;
done:
  garco__value_run_free (&loaded);
  return status;
}

typedef struct pair
{
  double value;
  uint64_t number;
} pair;

static int
by_value (const void *left, const void *right)
{
  double a = ((const pair *)left)->value, b = ((const pair *)right)->value;
  return a < b ? -1 : a > b;
}

/* A run of the file as pairs. */
static garco_status
load_pairs (const garco__value_run *run, garco__spill *spill, pair *pairs, garco_error *error)
{
  garco__value_run loaded = *run;
  GARCO_TRY (garco__value_run_load (&loaded, spill, error));
  for (size_t i = 0; i < run->count; i++)
    pairs[i] = (pair){loaded.values[i], number_at (&loaded, i)};
  garco__value_run_free (&loaded);
  return GARCO_OK;
}

/* Sorted pairs as a run that is counted. */
static garco_status
run_of_pairs (const pair *pairs, size_t count, garco__value_run *run, garco_error *error)
{
  uint64_t end = 0;
  size_t n = 0;
  GARCO_TRY (allocate_run (run, count, true, error));
  for (size_t i = 0; i < count; i++)
  {
    end += pairs[i].number;
    n += i == 0 || pairs[i].value != pairs[i - 1].value;
    run->values[n - 1] = pairs[i].value;
    run->ends[n - 1] = end;
  }
  run->count = n;
  return GARCO_OK;
}

garco_status
garco__value_runs_pack (garco__value_run *runs, size_t nruns, garco__spill *spill,
                        garco_error *error)
{
  garco__value_run packed = {0};
  void *made = NULL;
  size_t count = 0;
  garco_status status;
  for (size_t i = 0; i < nruns; i++)
    count += (size_t)runs[i].count;
  GARCO_TRY_DONE (garco__allocate (&made, count, sizeof (pair), error));
  count = 0;
  for (size_t i = 0; i < nruns; i++)
  {
    GARCO_TRY_DONE (load_pairs (&runs[i], spill, (pair *)made + count, error));
    count += (size_t)runs[i].count;
  }
  qsort (made, count, sizeof (pair), by_value);
  GARCO_TRY_DONE (run_of_pairs (made, count, &packed, error));
  GARCO_TRY_DONE (garco__value_run_spill (&packed, spill, error));
  runs[0] = packed;
done:
  if (status < 0)
    garco__value_run_free (&packed);
  free (made);
  return status;
}

/* ---------------------------------------------------------------- ranks */

typedef struct search
{
  const garco__value_run *runs;
  size_t nruns;
  garco__spill *spill;
  struct bracket
  {
    uint64_t low, high, middle; /* places in the run */
  } * brackets;
  garco_error *error;
} search;

static garco_status
read_at (const search *s, const garco__value_run *run, uint64_t i, double *value)
{
  if (run->values == NULL)
    return garco__spill_read (s->spill, run->offset + i * sizeof *value, value, sizeof *value,
                              s->error);
  *value = run->values[i];
  return GARCO_OK;
}

/* How many values lie before place `i`. */
static garco_status
number_before (const search *s, const garco__value_run *run, uint64_t i, uint64_t *number)
{
  *number = i;
  if (i == 0 || !run->counted)
    return GARCO_OK;
  if (run->values == NULL)
    return garco__spill_read (s->spill, run->offset + (run->count + i - 1) * sizeof *number, number,
                              sizeof *number, s->error);
  *number = run->ends[i - 1];
  return GARCO_OK;
}

/* Sets the bracket's middle to the first place beyond `order`. */
static garco_status
find_middle (const search *s, size_t r, uint64_t order)
{
  struct bracket *own = &s->brackets[r];
  uint64_t low = own->low, high = own->high;
  while (low < high)
  {
    uint64_t at = low + (high - low) / 2;
    double value;
    GARCO_TRY (read_at (s, &s->runs[r], at, &value));
    if (order_of (value) <= order)
      low = at + 1;
    else
      high = at;
  }
  own->middle = low;
  return GARCO_OK;
}

/* How many values of all runs are not beyond `order`. */
static garco_status
count_up_to (const search *s, uint64_t order, uint64_t *count)
{
  *count = 0;
  for (size_t r = 0; r < s->nruns; r++)
  {
    uint64_t own;
    GARCO_TRY (find_middle (s, r, order));
    GARCO_TRY (number_before (s, &s->runs[r], s->brackets[r].middle, &own));
    *count += own;
  }
  return GARCO_OK;
}

/* The order of the value at the rank. The brackets end at the first places beyond it. */
static garco_status
close_in (const search *s, uint64_t rank, uint64_t *order)
{
  uint64_t low = 0, high = UINT64_MAX, count;
  while (low < high)
  {
    uint64_t middle = low + (high - low) / 2;
    GARCO_TRY (count_up_to (s, middle, &count));
    for (size_t r = 0; r < s->nruns; r++)
      if (count > rank)
        s->brackets[r].high = s->brackets[r].middle;
      else
        s->brackets[r].low = s->brackets[r].middle;
    if (count > rank)
      high = middle;
    else
      low = middle + 1;
  }
  *order = low;
  return GARCO_OK;
}

/* The value at the rank above that of `order`, which may be the same value. */
static garco_status
find_next (const search *s, uint64_t order, uint64_t rank, double *next)
{
  uint64_t upto, least = UINT64_MAX;
  bool some = false;
  for (size_t r = 0; r < s->nruns; r++)
    s->brackets[r].high = s->runs[r].count;
  GARCO_TRY (count_up_to (s, order, &upto));
  for (size_t r = 0; r < s->nruns && upto <= rank + 1; r++)
  {
    double value;
    if (s->brackets[r].middle == s->runs[r].count)
      continue;
    GARCO_TRY (read_at (s, &s->runs[r], s->brackets[r].middle, &value));
    least = order_of (value) < least ? order_of (value) : least;
    some = true;
  }
  *next = some ? value_of (least) : value_of (order);
  return GARCO_OK;
}

garco_status
garco__value_runs_rank (const garco__value_run *runs, size_t nruns, garco__spill *spill,
                        uint64_t rank, double values[2], garco_error *error)
{
  void *made = NULL;
  uint64_t order = 0;
  GARCO_TRY (garco__allocate (&made, nruns, sizeof (struct bracket), error));
  const search s = {runs, nruns, spill, made, error};
  for (size_t r = 0; r < nruns; r++)
    s.brackets[r].high = runs[r].count;
  garco_status status = close_in (&s, rank, &order);
  if (status >= 0)
    status = find_next (&s, order, rank, &values[1]);
  values[0] = value_of (order);
  free (made);
  return status;
}
