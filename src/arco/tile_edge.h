/* Where one tile of a fragment ends and the next begins.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_TILE_EDGE_H
#define GARCO_ARCO_TILE_EDGE_H

#include "arco/fragment_reader.h"

typedef enum garco__edge
{
  GARCO__FIRST_CELL,
  GARCO__LAST_CELL
} garco__edge;

/* The coordinates of a tile's first or last cell, as order keys (datatype.h), one a dimension.
 * Dimensions are of fixed size. `column` is room. */
garco_status garco__edge_keys (garco__tile_reader *reader, garco__fragment *fragment, uint64_t tile,
                               garco__edge edge, garco__tile_column *column, uint64_t *keys,
                               garco_error *error);
/* Whether the last cell of a tile and the first of the next, which there is, are equal. */
garco_status garco__edge_meets (garco__tile_reader *reader, garco__fragment *fragment,
                                uint64_t tile, garco__tile_column *column, bool *equal,
                                garco_error *error);
/* How many cells have these coordinates, one after the other from that edge of the tile on. */
garco_status garco__edge_count (garco__tile_reader *reader, garco__fragment *fragment,
                                uint64_t tile, garco__edge edge, const uint64_t *keys,
                                garco__tile_column *column, uint64_t *count, garco_error *error);

#endif
