/* Keys of cells in the global order.
 *
 *   tile coordinates, the most significant dimension first | cell coordinates, likewise
 *   |<- bits of the first ->|<- bits of the next ->| ...
 *
 * Each number is packed into as many bits as its range over all that is merged needs: a month of a
 * station fits one word. The low corner of a box, taken as a cell, is not above any cell in it,
 * since both kinds of coordinates rise with each dimension's value; likewise the high corner.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/merge_order.h"

#include <string.h>

#include "arco/datatype.h"
#include "arco/fragment_writer.h"
#include "arco/rtree.h"
#include "base/error.h"

static unsigned
bits_of (uint64_t value)
{
  return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll (value);
}

static void
part_keys (const garco__merge_order *order, const garco__merge_part *part, const uint8_t *values,
           size_t count, uint64_t *keys)
{
  const garco__field *field = &order->schema->fields[part->dimension];
  if (part->of_text)
    memcpy (keys, values, count * sizeof *keys);
  else if (part->of_tile)
    garco__tile_keys (field, values, count, keys);
  else
    garco__order_keys (field->type, values, count, keys);
}

/* The part's number at a corner of a box. */
static uint64_t
corner (const garco__merge_order *order, const garco__merge_part *part, const uint8_t *box,
        bool high)
{
  const garco__schema *schema = order->schema;
  _Alignas(8) uint8_t value[8];
  uint64_t key;
  box += garco__box_place (schema, part->dimension);
  size_t size =
      part->of_text ? sizeof key : garco_datatype_size (schema->fields[part->dimension].type);
  memcpy (value, box + (high ? size : 0), size);
  part_keys (order, part, value, 1, &key);
  return key;
}

static garco_status
add_part (garco__merge_order *order, size_t dimension, bool of_tile, const uint8_t *const *boxes,
          size_t count, const char *source, garco_error *error)
{
  if (order->nparts == GARCO__MERGE_PARTS)
    return garco__fail (error, GARCO_ERR_LIMIT, source, "more than %d dimensions to merge by",
                        GARCO__MERGE_PARTS / 2);
  garco__merge_part *part = &order->parts[order->nparts++];
  *part = (garco__merge_part){.dimension = dimension, .of_tile = of_tile, .base = UINT64_MAX};
  part->of_text = order->schema->fields[dimension].width == GARCO__VARIABLE;
  for (size_t i = 0; i < count; i++)
  {
    uint64_t low = corner (order, part, boxes[i], false);
    uint64_t top = corner (order, part, boxes[i], true);
    if (low > top)
      return garco__fail (error, GARCO_ERR_CORRUPT, source,
                          "a box of the fragments is not low to high in dimension \"%s\"",
                          order->schema->fields[dimension].name);
    part->base = low < part->base ? low : part->base;
    part->top = top > part->top ? top : part->top;
  }
  if (part->of_text)
  {
    part->base = 0;
    part->top = UINT64_MAX;
  }
  part->bits = bits_of (part->top - part->base);
  return GARCO_OK;
}

/* Gives each part its place: as many as fit one word, each word filled from its low end. */
static garco_status
place_parts (garco__merge_order *order, const char *source, garco_error *error)
{
  unsigned used = 0;
  order->nwords = 1;
  for (size_t i = 0; i < order->nparts; i++)
  {
    garco__merge_part *part = &order->parts[i];
    if (used + part->bits > 64)
    {
      if (order->nwords++ == GARCO__MERGE_WORDS)
        return garco__fail (error, GARCO_ERR_LIMIT, source,
                            "coordinates of more than %d bytes to merge by",
                            GARCO__MERGE_WORDS * 8);
      used = 0;
    }
    part->word = order->nwords - 1;
    used += part->bits;
    if (!part->of_text)
      continue;
    order->texts[order->ntexts++] = part->dimension;
    order->text_of[part->word] = order->ntexts;
  }
  unsigned shift = 0;
  for (size_t i = order->nparts; i-- > 0;)
  {
    garco__merge_part *part = &order->parts[i];
    if (i + 1 < order->nparts && order->parts[i + 1].word != part->word)
      shift = 0;
    part->shift = shift;
    shift += part->bits;
  }
  return GARCO_OK;
}

garco_status
garco__merge_order_plan (garco__merge_order *order, const garco__schema *schema,
                         const uint8_t *const *boxes, size_t count, const char *source,
                         garco_error *error)
{
  order->schema = schema;
  order->nparts = order->ntexts = 0;
  memset (order->text_of, 0, sizeof order->text_of);
  for (size_t k = 0; k < schema->ndims; k++)
  {
    size_t i = garco__nth_dimension (schema, schema->tile_order, k);
    if (schema->fields[i].has_extent)
      GARCO_TRY (add_part (order, i, true, boxes, count, source, error));
  }
  for (size_t k = 0; k < schema->ndims; k++)
    GARCO_TRY (add_part (order, garco__nth_dimension (schema, schema->cell_order, k), false, boxes,
                         count, source, error));
  return place_parts (order, source, error);
}

garco_status
garco__merge_order_keys (const garco__merge_order *order, const uint8_t *const *values,
                         size_t count, uint64_t *words, size_t stride, uint64_t *scratch,
                         const char *source, garco_error *error)
{
  bool outside = false;
  for (size_t w = 0; w < order->nwords; w++)
    memset (words + w * stride, 0, count * sizeof *words);
  for (size_t p = 0; p < order->nparts; p++)
  {
    const garco__merge_part *part = &order->parts[p];
    uint64_t *word = words + part->word * stride, base = part->base, span = part->top - base;
    unsigned shift = part->shift;
    part_keys (order, part, values[part->dimension], count, scratch);
    for (size_t i = 0; i < count; i++)
    {
      uint64_t offset = scratch[i] - base;
      outside |= offset > span;
      word[i] |= part->bits > 0 ? offset << shift : 0;
    }
  }
  return outside ? garco__fail (error, GARCO_ERR_CORRUPT, source,
                                "cells outside the box that the fragment's metadata gives them")
                 : GARCO_OK;
}

void
garco__merge_order_bound (const garco__merge_order *order, const uint8_t *box, bool high,
                          uint64_t words[GARCO__MERGE_WORDS])
{
  memset (words, 0, GARCO__MERGE_WORDS * sizeof *words);
  for (size_t p = 0; p < order->nparts; p++)
  {
    const garco__merge_part *part = &order->parts[p];
    uint64_t key = corner (order, part, box, high);
    key = key < part->base ? part->base : key > part->top ? part->top : key;
    words[part->word] |= part->bits > 0 ? (key - part->base) << part->shift : 0;
  }
}
