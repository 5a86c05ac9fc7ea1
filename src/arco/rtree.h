/* R-trees: which box of coordinates each tile of a fragment covers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_RTREE_H
#define GARCO_ARCO_RTREE_H

#include "arco/array_schema.h"

/* Bytes of one box: low and high of each dimension in its type; 0 where one is of variable length.
 */
size_t garco__box_size (const garco__schema *schema);
/* Checks the payload of an R-tree whose last level has `ntiles` boxes; *at becomes the offset of
 * the first of them. Dimensions of fixed size only. */
garco_status garco__rtree_leaves (const garco__schema *schema, const uint8_t *bytes, size_t size,
                                  uint64_t ntiles, const char *source, size_t *at,
                                  garco_error *error);
/* Appends the payload of the tree over `ntiles` boxes. */
garco_status garco__rtree_put (const garco__schema *schema, const uint8_t *boxes, size_t ntiles,
                               garco__buffer *out, garco_error *error);

#endif
