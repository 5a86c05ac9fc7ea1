/* Sorting cells by several numbers at once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_CELL_SORT_H
#define GARCO_ARCO_CELL_SORT_H

#include "garco.h"

#define GARCO__SORT_WORDS 32

/* Zero-initialise but for `count`; garco__cell_sort_free at the end. */
typedef struct garco__cell_sort
{
  size_t count; /* cells; at most UINT32_MAX */
  size_t nwords;
  uint64_t *words[GARCO__SORT_WORDS]; /* of each cell, the most significant first */
  unsigned used[GARCO__SORT_WORDS];   /* bits of the word that are taken */
} garco__cell_sort;

/* Where a number lies in a cell's words: the low bits of one as far as it was filled until now. */
typedef struct garco__sort_number
{
  size_t word;
  unsigned bits; /* 0: all have the same, and it lies nowhere */
  bool first;    /* of the word */
  uint64_t low;
} garco__sort_number;

/* Adds the next less significant number of each cell; all lie in [low, high]. */
garco_status garco__cell_sort_add (garco__cell_sort *sort, uint64_t low, uint64_t high,
                                   garco__sort_number *number, garco_error *error);
/* The values of the number of `count` cells from cell `from` on. Each cell's numbers are put in the
 * order that they were added in, once all are added; different cells by several threads at once. */
void garco__cell_sort_put (garco__cell_sort *sort, const garco__sort_number *number, size_t from,
                           const uint64_t *values, size_t count);
/* The cells' indices in rising order, equal ones as they came; allocated. Nothing can be put after
 * it. `threads` as in garco__parallel_run. */
garco_status garco__cell_sort_run (garco__cell_sort *sort, int threads, uint32_t **order,
                                   garco_error *error);
/* True when, after the run, cell i of the order (i > 0) has the numbers of the one before it. */
bool garco__cell_sort_repeats (const garco__cell_sort *sort, const uint32_t *order, size_t i);
void garco__cell_sort_free (garco__cell_sort *sort);

/* Sorts `keys` (of which only the low `bits` differ) and moves `order` along; stable. The scratch
 * arrays have the same `count`. */
void garco__radix_sort (uint64_t *keys, uint32_t *order, size_t count, unsigned bits,
                        uint64_t *key_scratch, uint32_t *order_scratch);

#endif
