/* The global order of cells as numbers that compare: for merging fragments.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_MERGE_ORDER_H
#define GARCO_ARCO_MERGE_ORDER_H

#include "arco/array_schema.h"

#define GARCO__MERGE_WORDS 16
#define GARCO__MERGE_PARTS 64

/* One coordinate's place in the words: of a tile or of a cell. */
typedef struct garco__merge_part
{
  size_t dimension;
  bool of_tile, of_text; /* a text's key is its first bytes, and has a word of its own */
  uint64_t base, top;    /* lowest and highest that there is */
  size_t word;
  unsigned shift, bits;
} garco__merge_part;

/* A cell's key is `nwords` words, the most significant first, that compare as the cells do; where
 * those of a text are the same, so must the texts be compared before the words behind it. */
typedef struct garco__merge_order
{
  const garco__schema *schema;
  size_t nparts, nwords, ntexts;
  size_t text_of[GARCO__MERGE_WORDS]; /* number of the text that a word begins, from 1; else 0 */
  size_t texts[GARCO__MERGE_WORDS];   /* the dimension of each text */
  garco__merge_part parts[GARCO__MERGE_PARTS]; /* the most significant first */
} garco__merge_order;

/* An order for cells in `count` boxes (low and high of each dimension, as R-trees have them), each
 * checked to be low to high: GARCO_ERR_CORRUPT, naming `source`. */
garco_status garco__merge_order_plan (garco__merge_order *order, const garco__schema *schema,
                                      const uint8_t *const *boxes, size_t count, const char *source,
                                      garco_error *error);
/* Keys of `count` cells: words[w * stride + i] of cell i. `values` are the dimensions' columns, of
 * texts garco__text_key of each; `scratch` has room for `count`. GARCO_ERR_CORRUPT for a cell
 * outside all boxes. */
garco_status garco__merge_order_keys (const garco__merge_order *order, const uint8_t *const *values,
                                      size_t count, uint64_t *words, size_t stride,
                                      uint64_t *scratch, const char *source, garco_error *error);
/* A key that no cell in the box is below (or, `high`, above). */
void garco__merge_order_bound (const garco__merge_order *order, const uint8_t *box, bool high,
                               uint64_t words[GARCO__MERGE_WORDS]);

#endif
