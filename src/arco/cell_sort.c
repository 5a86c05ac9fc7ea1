/* Sorting cells.
 *
 * The coordinates of a batch take few bits once their minimum is taken off: a day's window, system,
 * satellite, code and time are 50. So they are packed into one word (or a few), the most
 * significant number highest, and the words sorted by radix from the least significant digit:
 * a stretch by each thread, and then the stretches are merged, unless they follow each other, as
 * the halves of a day do in the order of its epochs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/cell_sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/parallel.h"

#define DIGIT_BITS 11
#define DIGITS 6
#define BUCKETS (1u << DIGIT_BITS)
#define MOST_RUNS 8u
#define LEAST_RUN 16384u

static unsigned
bits_of (uint64_t value)
{
  return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll (value);
}

garco_status
garco__cell_sort_add (garco__cell_sort *sort, uint64_t low, uint64_t high,
                      garco__sort_number *number, garco_error *error)
{
  if (sort->count > UINT32_MAX)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "%zu cells at once; at most 4294967295",
                        sort->count);
  unsigned bits = sort->count > 0 ? bits_of (high - low) : 0;
  size_t last = sort->nwords;
  if (bits > 0 && (last == 0 || sort->used[last - 1] + bits > 64))
  {
    void *word = NULL;
    if (last == GARCO__SORT_WORDS)
      return garco__fail (error, GARCO_ERR_LIMIT, NULL, "too many dimensions to sort by");
    GARCO_TRY (garco__allocate (&word, sort->count, sizeof (uint64_t), error));
    sort->words[sort->nwords++] = word;
    last++;
  }
  *number = (garco__sort_number){.bits = bits, .low = low};
  if (bits == 0)
    return GARCO_OK;
  number->word = last - 1;
  number->first = sort->used[last - 1] == 0;
  sort->used[last - 1] += bits;
  return GARCO_OK;
}

void
garco__cell_sort_put (garco__cell_sort *sort, const garco__sort_number *number, size_t from,
                      const uint64_t *values, size_t count)
{
  if (number->bits == 0)
    return;
  uint64_t *word = sort->words[number->word] + from;
  unsigned bits = number->bits;
  if (number->first) /* nothing is read, so that each page of the word is made by one fault */
    for (size_t i = 0; i < count; i++)
      word[i] = values[i] - number->low;
  else
    for (size_t i = 0; i < count; i++)
      word[i] = word[i] << bits | (values[i] - number->low);
}

/* One digit, from `keys` and `order` to the other arrays; false where all keys have the same. */
static bool
radix_pass (const uint64_t *keys, const uint32_t *order, size_t count, unsigned shift,
            uint32_t histogram[BUCKETS], uint64_t *keys_out, uint32_t *order_out)
{
  if (histogram[keys[0] >> shift & (BUCKETS - 1)] == count)
    return false;
  uint32_t sum = 0;
  for (size_t b = 0; b < BUCKETS; b++)
  {
    uint32_t n = histogram[b];
    histogram[b] = sum;
    sum += n;
  }
  for (size_t i = 0; i < count; i++)
  {
    uint32_t place = histogram[keys[i] >> shift & (BUCKETS - 1)]++;
    keys_out[place] = keys[i];
    order_out[place] = order[i];
  }
  return true;
}

/* How many of the low bits are in order already, so that a stable sort by the higher ones is a
 * sort: rows come by time, and time is what cells are sorted by last. The low k bits of two keys
 * are out of order where bit k - 1 of their difference borrows. */
static unsigned
sorted_bits (const uint64_t *keys, size_t count, unsigned bits)
{
  uint64_t borrows = 0;
  for (size_t i = 1; i < count; i++)
  {
    uint64_t a = keys[i - 1], b = keys[i];
    borrows |= (~b & a) | (~(b ^ a) & (b - a));
  }
  unsigned k = bits;
  while (k > 0 && (borrows >> (k - 1) & 1) != 0)
    k--;
  return k;
}

void
garco__radix_sort (uint64_t *keys, uint32_t *order, size_t count, unsigned bits,
                   uint64_t *key_scratch, uint32_t *order_scratch)
{
  uint32_t histograms[DIGITS][BUCKETS];
  unsigned sorted = sorted_bits (keys, count, bits);
  unsigned digits = (bits - sorted + DIGIT_BITS - 1) / DIGIT_BITS;
  memset (histograms, 0, sizeof histograms[0] * digits);
  for (size_t i = 0; i < count && digits > 0; i++)
    for (unsigned d = 0; d < digits; d++)
      histograms[d][keys[i] >> (sorted + d * DIGIT_BITS) & (BUCKETS - 1)]++;
  uint64_t *from = keys, *to = key_scratch;
  uint32_t *from_order = order, *to_order = order_scratch;
  for (unsigned d = 0; d < digits; d++)
  {
    unsigned shift = sorted + d * DIGIT_BITS;
    if (!radix_pass (from, from_order, count, shift, histograms[d], to, to_order))
      continue;
    uint64_t *keys_now = to;
    uint32_t *order_now = to_order;
    to = from;
    to_order = from_order;
    from = keys_now;
    from_order = order_now;
  }
  if (from != keys)
  {
    memcpy (keys, from, count * sizeof *keys);
    memcpy (order, from_order, count * sizeof *order);
  }
}

/* ---- one word, by several threads */

typedef struct run_sort
{
  uint64_t *keys, *scratch;
  uint32_t *order, *other;
  size_t count, nruns, width; /* a power of two of runs, of which `width` are one by now */
  unsigned bits;
} run_sort;

static size_t
run_start (const run_sort *s, size_t run)
{
  return s->count * run / s->nruns;
}

static garco_status
sort_run (void *context, size_t run, garco_error *error)
{
  (void)error;
  run_sort *s = context;
  size_t from = run_start (s, run), end = run_start (s, run + 1);
  for (size_t i = from; i < end; i++)
    s->order[i] = (uint32_t)i;
  garco__radix_sort (s->keys + from, s->order + from, end - from, s->bits, s->scratch + from,
                     s->other + from);
  return GARCO_OK;
}

/* How many of the first `k` of two runs together are of the left one, whose equal ones come first.
 */
static size_t
left_of (const uint64_t *left, size_t nleft, const uint64_t *right, size_t nright, size_t k)
{
  size_t low = k > nright ? k - nright : 0, high = k < nleft ? k : nleft;
  while (low < high)
  {
    size_t middle = low + (high - low) / 2;
    if (left[middle] <= right[k - middle - 1])
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Of a pair of runs the part that will lie where run `run` lay. */
static garco_status
merge_run (void *context, size_t run, garco_error *error)
{
  (void)error;
  run_sort *s = context;
  size_t first = run / (2 * s->width) * 2 * s->width, start = run_start (s, first);
  size_t middle = run_start (s, first + s->width), end = run_start (s, first + 2 * s->width);
  size_t to = run_start (s, run), stop = run_start (s, run + 1);
  size_t i =
      start + left_of (s->keys + start, middle - start, s->keys + middle, end - middle, to - start);
  size_t j = middle + (to - start) - (i - start);
  for (; to < stop; to++)
  {
    bool left = j == end || (i < middle && s->keys[i] <= s->keys[j]);
    size_t from = left ? i++ : j++;
    s->scratch[to] = s->keys[from];
    s->other[to] = s->order[from];
  }
  return GARCO_OK;
}

static bool
pairs_are_sorted (const run_sort *s)
{
  for (size_t run = s->width; run < s->nruns; run += 2 * s->width)
    if (s->keys[run_start (s, run) - 1] > s->keys[run_start (s, run)])
      return false;
  return true;
}

static void
swap_sides (run_sort *s)
{
  uint64_t *keys = s->keys;
  uint32_t *order = s->order;
  s->keys = s->scratch;
  s->order = s->other;
  s->scratch = keys;
  s->other = order;
}

static void
sort_one_word (run_sort *s, int threads)
{
  size_t wanted = garco__parallel_threads (threads, s->count / LEAST_RUN);
  for (s->nruns = 1; 2 * s->nruns <= wanted && s->nruns < MOST_RUNS; s->nruns *= 2)
    ;
  garco__parallel_run (s->nruns, threads, sort_run, s, NULL);
  for (s->width = 1; s->width < s->nruns; s->width *= 2)
    if (!pairs_are_sorted (s))
    {
      garco__parallel_run (s->nruns, threads, merge_run, s, NULL);
      swap_sides (s);
    }
}

/* ---- any number of words */

static garco_status
sort_words (garco__cell_sort *sort, run_sort *s, garco_error *error)
{
  void *keys = NULL;
  GARCO_TRY (garco__allocate (&keys, sort->count, sizeof (uint64_t), error));
  uint64_t *own = keys;
  for (size_t i = 0; i < sort->count; i++)
    s->order[i] = (uint32_t)i;
  for (size_t w = sort->nwords; w-- > 0;)
  {
    for (size_t i = 0; i < sort->count; i++)
      own[i] = sort->words[w][s->order[i]];
    garco__radix_sort (own, s->order, sort->count, sort->used[w], s->scratch, s->other);
  }
  free (keys);
  return GARCO_OK;
}

garco_status
garco__cell_sort_run (garco__cell_sort *sort, int threads, uint32_t **order, garco_error *error)
{
  run_sort s = {.count = sort->count};
  void *indices = NULL, *other = NULL, *scratch = NULL;
  garco_status status;
  GARCO_TRY_DONE (garco__allocate (&indices, sort->count, sizeof (uint32_t), error));
  s.order = indices;
  GARCO_TRY_DONE (garco__allocate (&other, sort->count, sizeof (uint32_t), error));
  s.other = other;
  GARCO_TRY_DONE (garco__allocate (&scratch, sort->count, sizeof (uint64_t), error));
  s.scratch = scratch;
  if (sort->nwords != 1)
    GARCO_TRY_DONE (sort_words (sort, &s, error));
  else
  {
    s.keys = sort->words[0];
    s.bits = sort->used[0];
    sort_one_word (&s, threads);
    sort->words[0] = s.keys;
  }
  *order = s.order;
  s.order = NULL;
done:
  free (s.order);
  free (s.other);
  free (s.scratch);
  return status;
}

bool
garco__cell_sort_repeats (const garco__cell_sort *sort, const uint32_t *order, size_t i)
{
  if (sort->nwords == 1) /* the word was sorted in its place */
    return sort->words[0][i - 1] == sort->words[0][i];
  for (size_t w = 0; w < sort->nwords; w++)
    if (sort->words[w][order[i - 1]] != sort->words[w][order[i]])
      return false;
  return true;
}

void
garco__cell_sort_free (garco__cell_sort *sort)
{
  for (size_t w = 0; w < sort->nwords; w++)
    free (sort->words[w]);
  memset (sort, 0, sizeof *sort);
}
