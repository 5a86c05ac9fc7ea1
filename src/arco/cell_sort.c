/* Sorting cells.
 *
 * The coordinates of a batch take few bits once their minimum is taken off: a day's window, system,
 * satellite, code and time are 50. So they are packed into one word (or a few), the most
 * significant number highest, and the words sorted by radix from the least significant digit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/cell_sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"

#define DIGIT_BITS 11
#define DIGITS 6
#define BUCKETS (1u << DIGIT_BITS)

static unsigned
bits_of (uint64_t value)
{
  return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll (value);
}

garco_status
garco__cell_sort_add (garco__cell_sort *sort, const uint64_t *values, uint64_t low, uint64_t high,
                      garco_error *error)
{
  if (sort->count > UINT32_MAX)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "%zu cells at once; at most 4294967295",
                        sort->count);
  unsigned bits = sort->count > 0 ? bits_of (high - low) : 0;
  if (bits == 0)
    return GARCO_OK;
  size_t last = sort->nwords;
  if (last == 0 || sort->used[last - 1] + bits > 64)
  {
    void *word = NULL;
    if (last == GARCO__SORT_WORDS)
      return garco__fail (error, GARCO_ERR_LIMIT, NULL, "too many dimensions to sort by");
    GARCO_TRY (garco__allocate (&word, sort->count, sizeof (uint64_t), error));
    sort->words[sort->nwords++] = word;
    last++;
  }
  uint64_t *word = sort->words[last - 1];
  if (bits == 64)
    memcpy (word, values, sort->count * sizeof *word);
  else
    for (size_t i = 0; i < sort->count; i++)
      word[i] = word[i] << bits | (values[i] - low);
  for (size_t i = 0; i < sort->count && bits == 64; i++)
    word[i] -= low;
  sort->used[last - 1] += bits;
  return GARCO_OK;
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

/* Sorts the cells' words, of which the last is sorted in its place where it is the only one. */
static void
sort_words (garco__cell_sort *sort, uint64_t *keys, uint64_t *scratch, uint32_t *order,
            uint32_t *other)
{
  size_t n = sort->count;
  if (sort->nwords == 1)
  {
    garco__radix_sort (sort->words[0], order, n, sort->used[0], scratch, other);
    return;
  }
  for (size_t w = sort->nwords; w-- > 0;)
  {
    for (size_t i = 0; i < n; i++)
      keys[i] = sort->words[w][order[i]];
    garco__radix_sort (keys, order, n, sort->used[w], scratch, other);
  }
}

garco_status
garco__cell_sort_run (garco__cell_sort *sort, uint32_t **order, garco_error *error)
{
  size_t n = sort->count;
  void *indices = NULL, *other = NULL, *keys = NULL, *scratch = NULL;
  garco_status status;
  GARCO_TRY_DONE (garco__allocate (&indices, n, sizeof (uint32_t), error));
  GARCO_TRY_DONE (garco__allocate (&other, n, sizeof (uint32_t), error));
  GARCO_TRY_DONE (garco__allocate (&scratch, n, sizeof (uint64_t), error));
  if (sort->nwords > 1)
    GARCO_TRY_DONE (garco__allocate (&keys, n, sizeof (uint64_t), error));
  for (size_t i = 0; i < n; i++)
    ((uint32_t *)indices)[i] = (uint32_t)i;
  sort_words (sort, keys, scratch, indices, other);
  *order = indices;
  indices = NULL;
done:
  free (indices);
  free (other);
  free (keys);
  free (scratch);
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
