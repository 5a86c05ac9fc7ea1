/* R-trees.
 *
 *   u32 fan-out (10), u32 levels, then of each level, the root first: u64 boxes, the boxes
 *   a box: low and high of each dimension; of text u64 bytes of both, u64 bytes of low, low, high
 *
 * The last level has a box a tile, in their order; each box above covers ten of the level below.
 * Reading needs the last level alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/rtree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arco/datatype.h"
#include "arco/text_bounds.h"
#include "base/error.h"

#define FAN_OUT 10
#define MAX_LEVELS 64

size_t
garco__box_size (const garco__schema *schema)
{
  return garco__box_place (schema, schema->ndims);
}

size_t
garco__box_place (const garco__schema *schema, size_t dimension)
{
  size_t size = 0;
  for (size_t i = 0; i < dimension; i++)
  {
    bool text = schema->fields[i].width == GARCO__VARIABLE;
    size += 2 * (text ? sizeof (uint64_t) : garco_datatype_size (schema->fields[i].type));
  }
  return size;
}

uint64_t
garco__text_key (const uint8_t *text, size_t size)
{
  uint64_t key = 0;
  for (size_t i = 0; i < sizeof key; i++)
    key = key << 8 | (i < size ? text[i] : 0);
  return key;
}

void
garco__box_keys (const garco__schema *schema, const uint8_t *box, size_t dimension, uint64_t *low,
                 uint64_t *high)
{
  for (size_t i = 0; i <= dimension; i++)
  {
    const garco__field *field = &schema->fields[i];
    garco_datatype type = field->width == GARCO__VARIABLE ? GARCO_UINT64 : field->type;
    size_t size = garco_datatype_size (type);
    if (i == dimension)
    {
      *low = garco__order_key (type, box);
      *high = garco__order_key (type, box + size);
    }
    box += 2 * size;
  }
}

/* Two texts as their keys. */
static void
take_texts (garco__cursor *cursor, uint64_t keys[2])
{
  uint64_t both = garco__cursor_u64 (cursor), low = garco__cursor_u64 (cursor);
  const uint8_t *bytes = garco__cursor_take (cursor, both);
  if (bytes == NULL || low > both)
  {
    cursor->failed = true;
    return;
  }
  keys[0] = garco__text_key (bytes, (size_t)low);
  keys[1] = garco__text_key (bytes + low, (size_t)(both - low));
}

static void
take_box (const garco__schema *schema, garco__cursor *cursor, uint8_t *box)
{
  for (size_t i = 0; i < schema->ndims; i++)
  {
    const garco__field *field = &schema->fields[i];
    uint64_t keys[2] = {0, 0};
    const void *ends = keys;
    size_t size = sizeof keys;
    if (field->width == GARCO__VARIABLE)
      take_texts (cursor, keys);
    else
    {
      size = 2 * garco_datatype_size (field->type);
      ends = garco__cursor_take (cursor, size);
    }
    if (box == NULL || ends == NULL)
      continue;
    memcpy (box, ends, size);
    box += size;
  }
}

static bool
has_text (const garco__schema *schema)
{
  bool found = false;
  for (size_t i = 0; i < schema->ndims; i++)
    found |= schema->fields[i].width == GARCO__VARIABLE;
  return found;
}

void
garco__boxes_take (const garco__schema *schema, garco__cursor *cursor, uint64_t count,
                   uint8_t *boxes)
{
  size_t size = garco__box_size (schema);
  if (count > garco__cursor_left (cursor) / size)
    cursor->failed = true;
  if (cursor->failed)
    return;
  if (!has_text (schema))
  {
    const uint8_t *bytes = garco__cursor_take (cursor, count * size);
    if (boxes != NULL)
      memcpy (boxes, bytes, (size_t)count * size);
    return;
  }
  for (uint64_t i = 0; i < count && !cursor->failed; i++)
    take_box (schema, cursor, boxes != NULL ? boxes + i * size : NULL);
}

garco_status
garco__rtree_leaves (const garco__schema *schema, const uint8_t *bytes, size_t size,
                     uint64_t ntiles, const char *source, size_t *at, garco_error *error)
{
  garco__cursor cursor = garco__cursor_of (bytes, size);
  garco__cursor_u32 (&cursor);
  uint32_t levels = garco__cursor_u32 (&cursor);
  uint64_t count = 0;
  for (uint32_t i = 0; i < levels && i < MAX_LEVELS; i++)
  {
    count = garco__cursor_u64 (&cursor);
    *at = cursor.at;
    garco__boxes_take (schema, &cursor, count, NULL);
  }
  if (cursor.failed || levels > MAX_LEVELS || count != ntiles || garco__cursor_left (&cursor) != 0)
    return garco__fail (error, GARCO_ERR_CORRUPT, source,
                        "R-tree of %zu bytes, %" PRIu32 " levels and %" PRIu64
                        " boxes in the last; expected %" PRIu64 " boxes there",
                        size, levels, count, ntiles);
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

/* ---- trees with texts */

garco_status
garco__box_put_texts (const uint8_t *low, size_t low_size, const uint8_t *high, size_t high_size,
                      garco__buffer *out, garco_error *error)
{
  GARCO_TRY (garco__put_u64 (out, low_size + high_size, error));
  GARCO_TRY (garco__put_u64 (out, low_size, error));
  GARCO_TRY (garco__buffer_append (out, low, low_size, error));
  return garco__buffer_append (out, high, high_size, error);
}

/* An end of a dimension of a box, with its bytes. */
typedef struct box_end
{
  const uint8_t *bytes;
  size_t size;
} box_end;

/* Low and high of the next dimension. */
static void
take_ends (const garco__field *field, garco__cursor *cursor, box_end ends[2])
{
  if (field->width == GARCO__VARIABLE)
  {
    uint64_t both = garco__cursor_u64 (cursor);
    ends[0].size = (size_t)garco__cursor_u64 (cursor);
    ends[1].size = (size_t)both - ends[0].size;
  }
  else
    ends[0].size = ends[1].size = garco_datatype_size (field->type);
  for (size_t i = 0; i < 2; i++)
    ends[i].bytes = garco__cursor_take (cursor, ends[i].size);
}

static bool
is_below (const garco__field *field, const box_end *a, const box_end *b)
{
  if (field->width == GARCO__VARIABLE)
    return garco__text_compare (a->bytes, a->size, b->bytes, b->size) < 0;
  return garco__order_key (field->type, a->bytes) < garco__order_key (field->type, b->bytes);
}

/* Widens the ends so far by those of the next box; the first box's are taken as they are. */
static void
widen (const garco__schema *schema, garco__cursor *cursor, bool first, box_end *around)
{
  for (size_t d = 0; d < schema->ndims; d++, around += 2)
  {
    box_end ends[2];
    take_ends (&schema->fields[d], cursor, ends);
    if (first || is_below (&schema->fields[d], &ends[0], &around[0]))
      around[0] = ends[0];
    if (first || is_below (&schema->fields[d], &around[1], &ends[1]))
      around[1] = ends[1];
  }
}

static garco_status
put_box (const garco__schema *schema, const box_end *around, garco__buffer *out, garco_error *error)
{
  for (size_t d = 0; d < schema->ndims; d++, around += 2)
    if (schema->fields[d].width == GARCO__VARIABLE)
      GARCO_TRY (garco__box_put_texts (around[0].bytes, around[0].size, around[1].bytes,
                                       around[1].size, out, error));
    else
      for (size_t i = 0; i < 2; i++)
        GARCO_TRY (garco__buffer_append (out, around[i].bytes, around[i].size, error));
  return GARCO_OK;
}

/* The level above one of `count` boxes. */
static garco_status
put_level (const garco__schema *schema, const garco__buffer *below, size_t count, box_end *around,
           garco__buffer *level, garco_error *error)
{
  garco__cursor cursor = garco__cursor_of (below->data, below->size);
  for (size_t i = 0; i < count; i++)
  {
    widen (schema, &cursor, i % FAN_OUT == 0, around);
    if (i % FAN_OUT == FAN_OUT - 1 || i + 1 == count)
      GARCO_TRY (put_box (schema, around, level, error));
  }
  return GARCO_OK;
}

static garco_status
put_levels (const garco__schema *schema, garco__buffer levels[MAX_LEVELS], size_t ntiles,
            garco__buffer *out, garco_error *error)
{
  size_t counts[MAX_LEVELS] = {ntiles}, count = 1;
  void *around = NULL;
  garco_status status;
  GARCO_TRY_DONE (garco__allocate (&around, 2 * schema->ndims, sizeof (box_end), error));
  for (; counts[count - 1] > 1; count++)
  {
    counts[count] = (counts[count - 1] + FAN_OUT - 1) / FAN_OUT;
    GARCO_TRY_DONE (
        put_level (schema, &levels[count - 1], counts[count - 1], around, &levels[count], error));
  }
  GARCO_TRY_DONE (garco__put_u32 (out, FAN_OUT, error));
  GARCO_TRY_DONE (garco__put_u32 (out, (uint32_t)count, error));
  for (size_t i = count; i-- > 0;)
  {
    GARCO_TRY_DONE (garco__put_u64 (out, counts[i], error));
    GARCO_TRY_DONE (garco__buffer_append (out, levels[i].data, levels[i].size, error));
  }
done:
  free (around);
  return status;
}

garco_status
garco__rtree_put_texts (const garco__schema *schema, const uint8_t *boxes, size_t size,
                        size_t ntiles, garco__buffer *out, garco_error *error)
{
  garco__buffer levels[MAX_LEVELS] = {{0}};
  garco_status status = garco__buffer_append (&levels[0], boxes, size, error);
  if (status >= 0)
    status = put_levels (schema, levels, ntiles, out, error);
  for (size_t i = 0; i < MAX_LEVELS; i++)
    garco__buffer_free (&levels[i]);
  return status;
}

const uint8_t *
garco__rtree_root (const garco__schema *schema, const garco__buffer *tree, size_t *size)
{
  garco__cursor cursor = garco__cursor_of (tree->data, tree->size);
  garco__cursor_u64 (&cursor); /* fan-out, levels */
  garco__cursor_u64 (&cursor); /* boxes of the first */
  size_t at = cursor.at;
  garco__boxes_take (schema, &cursor, 1, NULL);
  *size = cursor.at - at;
  return tree->data + at;
}
