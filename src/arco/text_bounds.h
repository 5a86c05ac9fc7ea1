/* Lowest and highest text of each tile of a field of variable length.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_TEXT_BOUNDS_H
#define GARCO_ARCO_TEXT_BOUNDS_H

#include "base/buffer.h"

/* [0] lowest, [1] highest. Zero-initialise. */
typedef struct garco__text_bounds
{
  garco__buffer starts[2]; /* uint64, one a tile: where its text begins in `bytes` */
  garco__buffer bytes[2];
  garco__buffer now[2]; /* of the tile so far */
  bool any;             /* it has one */
} garco__text_bounds;

/* A text of the tile; the tile is over; a tile's text. */
garco_status garco__text_bounds_add (garco__text_bounds *bounds, const uint8_t *text, size_t size,
                                     garco_error *error);
garco_status garco__text_bounds_end_tile (garco__text_bounds *bounds, garco_error *error);
const uint8_t *garco__text_bounds_of (const garco__text_bounds *bounds, bool highest, size_t tile,
                                      size_t *size);
void garco__text_bounds_free (garco__text_bounds *bounds);
/* As bytes: below 0, 0, above 0. */
int garco__text_compare (const uint8_t *a, size_t asize, const uint8_t *b, size_t bsize);

#endif
