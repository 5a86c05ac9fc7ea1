/* R-trees.
 *
 *   u32 fan-out (10), u32 levels, then of each level, the root first: u64 boxes, the boxes
 *   a box: low and high of each dimension
 *
 * The last level has a box a tile, in their order; each box above covers ten of the level below.
 * Reading needs the last level alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/rtree.h"

#include <inttypes.h>
#include <string.h>

#include "arco/datatype.h"
#include "base/error.h"

#define FAN_OUT 10
#define MAX_LEVELS 64

size_t
garco__box_size (const garco__schema *schema)
{
  size_t size = 0;
  for (size_t i = 0; i < schema->ndims; i++)
  {
    if (schema->fields[i].width == GARCO__VARIABLE)
      return 0;
    size += 2 * garco_datatype_size (schema->fields[i].type);
  }
  return size;
}

garco_status
garco__rtree_leaves (const garco__schema *schema, const uint8_t *bytes, size_t size,
                     uint64_t ntiles, const char *source, size_t *at, garco_error *error)
{
  garco__cursor cursor = garco__cursor_of (bytes, size);
  size_t box = garco__box_size (schema);
  garco__cursor_u32 (&cursor);
  uint32_t levels = garco__cursor_u32 (&cursor);
  uint64_t count = 0;
  for (uint32_t i = 0; i < levels && i < MAX_LEVELS; i++)
  {
    count = garco__cursor_u64 (&cursor);
    *at = cursor.at;
    if (count > garco__cursor_left (&cursor) / box)
      cursor.failed = true;
    garco__cursor_take (&cursor, count * box);
  }
  if (cursor.failed || levels > MAX_LEVELS || count != ntiles || garco__cursor_left (&cursor) != 0)
    return garco__fail (error, GARCO_ERR_CORRUPT, source,
                        "R-tree of %zu bytes, %" PRIu32 " levels and %" PRIu64
                        " boxes in the last; expected %" PRIu64 " boxes of %zu bytes there",
                        size, levels, count, ntiles, box);
  return GARCO_OK;
}

/* The box around `count` boxes. */
static void
cover (const garco__schema *schema, const uint8_t *boxes, size_t count, size_t box, uint8_t *out)
{
  memcpy (out, boxes, box);
  for (size_t i = 1; i < count; i++)
  {
    const uint8_t *next = boxes + i * box;
    for (size_t d = 0, at = 0; d < schema->ndims; d++)
    {
      garco_datatype type = schema->fields[d].type;
      size_t size = garco_datatype_size (type);
      if (garco__order_key (type, next + at) < garco__order_key (type, out + at))
        memcpy (out + at, next + at, size);
      at += size;
      if (garco__order_key (type, next + at) > garco__order_key (type, out + at))
        memcpy (out + at, next + at, size);
      at += size;
    }
  }
}

garco_status
garco__rtree_put (const garco__schema *schema, const uint8_t *boxes, size_t ntiles,
                  garco__buffer *out, garco_error *error)
{
  size_t box = garco__box_size (schema), counts[MAX_LEVELS], starts[MAX_LEVELS], levels = 1;
  garco__buffer tree = {0}; /* the levels, the last first */
  garco_status status;
  counts[0] = ntiles;
  starts[0] = 0;
  GARCO_TRY_DONE (garco__buffer_append (&tree, boxes, ntiles * box, error));
  for (; counts[levels - 1] > 1; levels++)
  {
    size_t below = counts[levels - 1];
    starts[levels] = tree.size;
    counts[levels] = (below + FAN_OUT - 1) / FAN_OUT;
    GARCO_TRY_DONE (garco__buffer_reserve (&tree, counts[levels] * box, error));
    for (size_t i = 0; i < below; i += FAN_OUT, tree.size += box)
      cover (schema, tree.data + starts[levels - 1] + i * box,
             below - i < FAN_OUT ? below - i : FAN_OUT, box, tree.data + tree.size);
  }
  GARCO_TRY_DONE (garco__put_u32 (out, FAN_OUT, error));
  GARCO_TRY_DONE (garco__put_u32 (out, (uint32_t)levels, error));
  for (size_t i = levels; i-- > 0;)
  {
    GARCO_TRY_DONE (garco__put_u64 (out, counts[i], error));
    GARCO_TRY_DONE (garco__buffer_append (out, tree.data + starts[i], counts[i] * box, error));
  }
done:
  garco__buffer_free (&tree);
  return status;
}
