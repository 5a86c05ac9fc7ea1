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

/* Adds the next less significant number of each cell. */
garco_status garco__cell_sort_add (garco__cell_sort *sort, const uint64_t *values,
                                   garco_error *error);
/* The cells' indices in rising order, equal ones as they came; allocated. */
garco_status garco__cell_sort_run (const garco__cell_sort *sort, uint32_t **order,
                                   garco_error *error);
/* True when all numbers of the two cells are equal. */
bool garco__cell_sort_equal (const garco__cell_sort *sort, uint32_t a, uint32_t b);
void garco__cell_sort_free (garco__cell_sort *sort);

/* Sorts `keys` (of which only the low `bits` differ) and moves `order` along; stable. The scratch
 * arrays have the same `count`. */
void garco__radix_sort (uint64_t *keys, uint32_t *order, size_t count, unsigned bits,
                        uint64_t *key_scratch, uint32_t *order_scratch);

#endif
