/* Equal cells on both sides of a tile's edge.
 *
 * A fragment made of others keeps what they had: cells of equal coordinates lie one after the
 * other, and where capacity cuts the tiles they may lie in two of them, or fill some:
 *
 *   tile t    ... a b b | b b b b | b c d ...    tile t + 2
 *                       tile t + 1
 *
 * Nearly always the first dimension that is looked at tells both sides apart, so of each only the
 * chunk at the edge is unpacked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/tile_edge.h"

#include "arco/datatype.h"
#include "base/error.h"

static uint64_t
cell_at (uint64_t cells, garco__edge edge, uint64_t i)
{
  return edge == GARCO__FIRST_CELL ? i : cells - 1 - i;
}

/* Of the column that is open. */
static garco_status
key_at (garco__tile_reader *reader, const garco__fragment *fragment, size_t d,
        garco__tile_column *column, uint64_t cell, uint64_t *key, garco_error *error)
{
  const garco__field *field = &fragment->schema->fields[d];
  GARCO_TRY (garco__tile_column_need (reader->codec, column, cell, cell + 1, error));
  *key = garco__order_key (field->type, column->values.data + cell * field->cell_size);
  return GARCO_OK;
}

static garco_status
edge_key (garco__tile_reader *reader, garco__fragment *fragment, uint64_t tile, garco__edge edge,
          size_t d, garco__tile_column *column, uint64_t *key, garco_error *error)
{
  uint64_t cell = cell_at (garco__fragment_tile_cells (fragment, tile), edge, 0);
  GARCO_TRY (garco__tile_column_open (reader, fragment, d, false, tile, column, error));
  return key_at (reader, fragment, d, column, cell, key, error);
}

garco_status
garco__edge_keys (garco__tile_reader *reader, garco__fragment *fragment, uint64_t tile,
                  garco__edge edge, garco__tile_column *column, uint64_t *keys, garco_error *error)
{
  for (size_t d = 0; d < fragment->schema->ndims; d++)
    GARCO_TRY (edge_key (reader, fragment, tile, edge, d, column, &keys[d], error));
  return GARCO_OK;
}

garco_status
garco__edge_meets (garco__tile_reader *reader, garco__fragment *fragment, uint64_t tile,
                   garco__tile_column *column, bool *equal, garco_error *error)
{
  *equal = true;
  for (size_t d = 0; d < fragment->schema->ndims && *equal; d++)
  {
    uint64_t left, right;
    GARCO_TRY (edge_key (reader, fragment, tile, GARCO__LAST_CELL, d, column, &left, error));
    GARCO_TRY (edge_key (reader, fragment, tile + 1, GARCO__FIRST_CELL, d, column, &right, error));
    *equal = left == right;
  }
  return GARCO_OK;
}

garco_status
garco__edge_count (garco__tile_reader *reader, garco__fragment *fragment, uint64_t tile,
                   garco__edge edge, const uint64_t *keys, garco__tile_column *column,
                   uint64_t *count, garco_error *error)
{
  uint64_t cells = garco__fragment_tile_cells (fragment, tile), equal = cells;
  for (size_t d = 0; d < fragment->schema->ndims && equal > 0; d++)
  {
    uint64_t key, i = 0;
    GARCO_TRY (garco__tile_column_open (reader, fragment, d, false, tile, column, error));
    for (; i < equal; i++)
    {
      GARCO_TRY (key_at (reader, fragment, d, column, cell_at (cells, edge, i), &key, error));
      if (key != keys[d])
        break;
    }
    equal = i;
  }
  *count = equal;
  return GARCO_OK;
}
