/* R-trees: which box of coordinates each tile of a fragment covers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_RTREE_H
#define GARCO_ARCO_RTREE_H

#include "arco/array_schema.h"

/* Bytes of one box in memory: low and high of each dimension in its type, of text each as a u64 of
 * garco__text_key. Without text this is the box as files have it. */
size_t garco__box_size (const garco__schema *schema);
/* Where a dimension's ends lie in it. */
size_t garco__box_place (const garco__schema *schema, size_t dimension);
/* The order keys of a dimension's ends. */
void garco__box_keys (const garco__schema *schema, const uint8_t *box, size_t dimension,
                      uint64_t *low, uint64_t *high);
/* The first eight bytes as a number: of two texts the lesser never has the greater one. */
uint64_t garco__text_key (const uint8_t *text, size_t size);
/* Checks the payload of an R-tree whose last level has `ntiles` boxes; *at becomes the offset of
 * the first of them. */
garco_status garco__rtree_leaves (const garco__schema *schema, const uint8_t *bytes, size_t size,
                                  uint64_t ntiles, const char *source, size_t *at,
                                  garco_error *error);
/* Reads the `count` boxes at the cursor into memory, or skips them where `boxes` is NULL; the
 * cursor fails where they end too early. */
void garco__boxes_take (const garco__schema *schema, garco__cursor *cursor, uint64_t count,
                        uint8_t *boxes);
/* Appends the payload of the tree over `ntiles` boxes. */
garco_status garco__rtree_put (const garco__schema *schema, const uint8_t *boxes, size_t ntiles,
                               garco__buffer *out, garco_error *error);
/* The same of boxes as files have them, one behind the other, for dimensions of texts too. */
garco_status garco__rtree_put_texts (const garco__schema *schema, const uint8_t *boxes, size_t size,
                                     size_t ntiles, garco__buffer *out, garco_error *error);
/* Appends the ends of a text dimension as boxes in files have them. */
garco_status garco__box_put_texts (const uint8_t *low, size_t low_size, const uint8_t *high,
                                   size_t high_size, garco__buffer *out, garco_error *error);
/* The root's box in the payload of a tree. */
const uint8_t *garco__rtree_root (const garco__schema *schema, const garco__buffer *tree,
                                  size_t *size);

#endif
