/* Merging fragments.
 *
 *   source  a block of cells, decoded: | key key key ...|   or   bound: the low corner of its next
 * tile heap    the source with the lowest next key first runs    as many cells of the first source
 * as come before the next key of the second
 *
 * A source whose next tile begins later than what is merged now is not read yet: its bound stands
 * for it. So memory is of the sources that overlap at one place of the order, not of all. Of cells
 * with the same coordinates the latest comes first, and of those of one time those of the fragment
 * that is last in the order of writing: the first is the one that counts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/cell_merge.h"

#include <stdlib.h>
#include <string.h>

#include "arco/rtree.h"
#include "arco/text_bounds.h"
#include "base/error.h"

/* Of a block's texts; one cell may have more. */
#define TEXT_BYTES ((size_t)1 << 20)

/* ---- opening */

static garco_status
load_metadata (garco__cell_merge *merge, garco__fragment *fragment, garco_error *error)
{
  garco_array *array = merge->array;
  GARCO_TRY (garco__fragment_load_boxes (array->io, array->codec, fragment, error));
  for (size_t i = 0; i < fragment->nslots; i++)
    if (i != fragment->schema->nattrs)
      GARCO_TRY (garco__fragment_load_offsets (array->io, array->codec, fragment, i, false, error));
  for (size_t i = fragment->schema->ndims; i < fragment->schema->ndims + fragment->schema->nattrs;
       i++)
    if (fragment->schema->fields[i].nullable)
      GARCO_TRY (garco__fragment_load_offsets (array->io, array->codec, fragment,
                                               garco__schema_slot (fragment->schema, i), true,
                                               error));
  return garco__fragment_load_processed (array->io, array->codec, fragment, error);
}

static garco_status
check_dimensions (const garco__schema *a, const garco__fragment *fragment, garco_error *error)
{
  const garco__schema *b = fragment->schema;
  bool same =
      a->ndims == b->ndims && a->tile_order == b->tile_order && a->cell_order == b->cell_order;
  for (size_t i = 0; same && i < a->ndims; i++)
  {
    const garco__field *x = &a->fields[i], *y = &b->fields[i];
    same = x->type == y->type && x->width == y->width && x->has_extent == y->has_extent &&
           memcmp (x->extent, y->extent, sizeof x->extent) == 0 &&
           memcmp (x->domain, y->domain, sizeof x->domain / 2) == 0;
  }
  return same ? GARCO_OK
              : garco__fail (error, GARCO_ERR_UNSUPPORTED, fragment->path,
                             "the fragment's schema orders cells in another way than the array's");
}

static garco_status
open_sources (garco__cell_merge *merge, const size_t *fragments, size_t count, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, count, sizeof (garco__merge_source), error));
  merge->sources = room;
  for (; merge->nsources < count; merge->nsources++)
  {
    garco__merge_source *source = &merge->sources[merge->nsources];
    GARCO_TRY (garco__array_fragment_at (merge->array, fragments[merge->nsources],
                                         &source->fragment, error));
    GARCO_TRY (check_dimensions (merge->schema, source->fragment, error));
    GARCO_TRY (load_metadata (merge, source->fragment, error));
    source->left = garco__fragment_cells (source->fragment);
  }
  return GARCO_OK;
}

static garco_status
plan_order (garco__cell_merge *merge, garco_error *error)
{
  void *boxes = NULL;
  size_t count = 0;
  GARCO_TRY (garco__allocate (&boxes, merge->nsources, sizeof (uint8_t *), error));
  for (size_t i = 0; i < merge->nsources; i++)
    if (merge->sources[i].left > 0)
      ((const uint8_t **)boxes)[count++] = merge->sources[i].fragment->domain;
  garco_status status =
      garco__merge_order_plan (&merge->order, merge->schema, (const uint8_t *const *)boxes, count,
                               merge->array->io->root, error);
  free (boxes);
  return status;
}

/* ---- blocks */

static garco_status
start_texts (garco__cell_merge *merge, garco__merge_source *source, garco_error *error)
{
  void *room = NULL;
  for (size_t i = 0; i < merge->order.ntexts; i++)
  {
    garco__merge_texts *texts = &source->texts[i];
    GARCO_TRY (garco__variable_stream_start (&texts->stream, &merge->tools, source->fragment,
                                             merge->order.texts[i], merge->ahead, error));
    GARCO_TRY (garco__allocate (&room, GARCO__MERGE_BLOCK + 1, sizeof (uint64_t), error));
    texts->starts = room;
  }
  return GARCO_OK;
}

static garco_status
start_source (garco__cell_merge *merge, garco__merge_source *source, garco_error *error)
{
  void *room = NULL;
  size_t ndims = merge->schema->ndims;
  garco__column column;
  GARCO_TRY (garco__allocate (&room, ndims, sizeof (garco__cell_stream), error));
  source->dims = room;
  for (size_t i = 0; i < ndims; i++)
  {
    if (merge->schema->fields[i].width == GARCO__VARIABLE)
      continue;
    GARCO_TRY (garco__column_of_field (source->fragment, i, false, &column, merge->array->io->root,
                                       error));
    garco__cell_stream_start (&source->dims[i], source->fragment, &column, merge->ahead);
  }
  GARCO_TRY (start_texts (merge, source, error));
  if (source->fragment->has_timestamps)
  {
    GARCO_TRY (garco__column_of_special (source->fragment, GARCO__CELL_TIMES, &column,
                                         merge->array->io->root, error));
    garco__cell_stream_start (&source->times, source->fragment, &column, merge->ahead);
  }
  size_t words = merge->order.nwords + 3;
  GARCO_TRY (garco__allocate (&room, words * GARCO__MERGE_BLOCK, sizeof (uint64_t), error));
  source->words = room;
  source->cell_times = source->words + merge->order.nwords * GARCO__MERGE_BLOCK;
  source->dead_at = source->cell_times + GARCO__MERGE_BLOCK;
  source->dead_by = source->dead_at + GARCO__MERGE_BLOCK;
  return garco__merge_deletes_start (merge, source, error);
}

static void
end_source (garco__cell_merge *merge, garco__merge_source *source)
{
  for (size_t i = 0; source->dims != NULL && i < merge->schema->ndims; i++)
    garco__cell_stream_free (&source->dims[i]);
  size_t nfields = 2 * (merge->schema->ndims + merge->schema->nattrs);
  for (size_t i = 0; source->fields != NULL && i < nfields; i++)
    garco__cell_stream_free (&source->fields[i]);
  garco__cell_stream_free (&source->times);
  garco__cell_stream_free (&source->delete_times);
  garco__cell_stream_free (&source->delete_conditions);
  for (size_t i = 0; source->text_fields != NULL && i < nfields / 2; i++)
    garco__variable_stream_free (&source->text_fields[i]);
  for (size_t i = 0; source->texts != NULL && i < merge->order.ntexts; i++)
  {
    garco__variable_stream_free (&source->texts[i].stream);
    garco__buffer_free (&source->texts[i].bytes);
    garco__buffer_free (&source->texts[i].bound);
    free (source->texts[i].starts);
  }
  free (source->dims);
  free (source->fields);
  free (source->text_fields);
  free (source->texts);
  free (source->words);
  source->dims = source->fields = NULL;
  source->text_fields = NULL;
  source->texts = NULL;
  source->words = NULL;
}

/* ---- places in the order */

/* Of a cell in a block, or (cell PLACE_OF_BOUND) of a bound. */
typedef struct merge_place
{
  const uint64_t *words;
  size_t stride, cell;
  const garco__merge_texts *texts;
} merge_place;
#define PLACE_OF_BOUND SIZE_MAX

static merge_place
place_of_cell (const garco__merge_source *source, size_t i)
{
  return (merge_place){source->words + i, GARCO__MERGE_BLOCK, i, source->texts};
}

static merge_place
place_of_next (const garco__merge_source *source)
{
  return source->loaded ? place_of_cell (source, source->next)
                        : (merge_place){source->bound, 1, PLACE_OF_BOUND, source->texts};
}

static const uint8_t *
text_at (const merge_place *place, size_t number, size_t *size)
{
  const garco__merge_texts *texts = &place->texts[number];
  if (place->cell == PLACE_OF_BOUND)
  {
    *size = texts->bound.size;
    return texts->bound.data;
  }
  uint64_t from = texts->starts[place->cell];
  *size = (size_t)(texts->starts[place->cell + 1] - from);
  return texts->bytes.data + from;
}

static int
compare_texts (const merge_place *x, const merge_place *y, size_t number)
{
  size_t n, m;
  const uint8_t *a = text_at (x, number, &n), *b = text_at (y, number, &m);
  return garco__text_compare (a, n, b, m);
}

static int
compare_places (const garco__cell_merge *merge, const merge_place *x, const merge_place *y)
{
  const garco__merge_order *order = &merge->order;
  for (size_t w = 0; w < order->nwords; w++)
  {
    uint64_t p = x->words[w * x->stride], q = y->words[w * y->stride];
    if (p != q)
      return p < q ? -1 : 1;
    int difference = order->text_of[w] > 0 ? compare_texts (x, y, order->text_of[w] - 1) : 0;
    if (difference != 0)
      return difference;
  }
  return 0;
}

static garco_status
out_of_order (const garco__merge_source *source, garco_error *error)
{
  return garco__fail (error, GARCO_ERR_CORRUPT, source->fragment->path,
                      "cells that are not in the order of the array");
}

/* That each cell of the block comes after the one before it, or is at the same place. */
static garco_status
check_order (garco__cell_merge *merge, const garco__merge_source *source, garco_error *error)
{
  for (size_t i = 1; i < source->count; i++)
  {
    const merge_place before = place_of_cell (source, i - 1), place = place_of_cell (source, i);
    int difference = compare_places (merge, &before, &place);
    if (difference == 0)
      merge->repeats = true;
    else if (difference > 0)
      return out_of_order (source, error);
  }
  return GARCO_OK;
}

/* The block's texts; the first dimension's may make it shorter. */
static garco_status
load_texts (garco__cell_merge *merge, garco__merge_source *source, size_t number,
            garco_error *error)
{
  garco__merge_texts *texts = &source->texts[number];
  const uint64_t *lengths = NULL;
  size_t known = 0, done = 0;
  texts->bytes.size = 0;
  texts->starts[0] = 0;
  while (done < source->count)
  {
    GARCO_TRY (garco__variable_stream_lengths (&texts->stream, &merge->tools, source->count - done,
                                               &lengths, &known, error));
    for (size_t i = 0; i < known; i++)
    {
      if (number == 0 && done > 0 && lengths[i] + texts->bytes.size > TEXT_BYTES)
      {
        source->count = done;
        return GARCO_OK;
      }
      GARCO_TRY (garco__variable_stream_append (&texts->stream, &merge->tools, lengths[i],
                                                &texts->bytes, error));
      texts->starts[++done] = texts->bytes.size;
    }
  }
  return GARCO_OK;
}

static void
text_keys (const garco__merge_texts *texts, size_t count, uint64_t *keys)
{
  for (size_t i = 0; i < count; i++)
    keys[i] = garco__text_key (texts->bytes.data + texts->starts[i],
                               (size_t)(texts->starts[i + 1] - texts->starts[i]));
}

static garco_status
load_coordinates (garco__cell_merge *merge, garco__merge_source *source, garco_error *error)
{
  const uint8_t *values[GARCO__MERGE_PARTS];
  size_t at = GARCO__MERGE_BLOCK * sizeof (uint64_t);
  merge->scratch.size = 0;
  GARCO_TRY (garco__buffer_reserve (&merge->scratch, at * (merge->schema->ndims + 1), error));
  for (size_t i = 0; i < merge->order.ntexts; i++)
    GARCO_TRY (load_texts (merge, source, i, error));
  for (size_t i = 0; i < merge->order.ntexts; i++)
    text_keys (&source->texts[i], source->count,
               (uint64_t *)(void *)(merge->scratch.data + (merge->order.texts[i] + 1) * at));
  for (size_t d = 0; d < merge->schema->ndims; d++)
  {
    uint8_t *out = merge->scratch.data + (d + 1) * at;
    values[d] = out;
    if (merge->schema->fields[d].width == GARCO__VARIABLE)
      continue;
    GARCO_TRY (
        garco__cell_stream_take (&source->dims[d], &merge->tools, source->count, out, error));
  }
  GARCO_TRY (garco__merge_order_keys (&merge->order, values, source->count, source->words,
                                      GARCO__MERGE_BLOCK, (uint64_t *)(void *)merge->scratch.data,
                                      source->fragment->path, error));
  return check_order (merge, source, error);
}

/* The tile that the next cell to be loaded is in, and how many of it are left. */
static uint64_t
tile_of_next (const garco__merge_source *source, uint64_t *left)
{
  const garco__fragment *fragment = source->fragment;
  uint64_t capacity = fragment->schema->capacity;
  uint64_t done = garco__fragment_cells (fragment) - source->left, tile = done / capacity;
  *left = garco__fragment_tile_cells (fragment, tile) - done % capacity;
  return tile;
}

static garco_status
load_block (garco__cell_merge *merge, garco__merge_source *source, garco_error *error)
{
  uint64_t left;
  tile_of_next (source, &left);
  if (source->words == NULL)
    GARCO_TRY (start_source (merge, source, error));
  source->count = left < GARCO__MERGE_BLOCK ? (size_t)left : GARCO__MERGE_BLOCK;
  source->next = 0;
  GARCO_TRY (load_coordinates (merge, source, error));
  if (source->fragment->has_timestamps)
    GARCO_TRY (garco__cell_stream_take (&source->times, &merge->tools, source->count,
                                        (uint8_t *)source->cell_times, error));
  else
    for (size_t i = 0; i < source->count; i++)
      source->cell_times[i] = source->fragment->stamp.start;
  GARCO_TRY (garco__merge_deletes_block (merge, source, error));
  source->left -= source->count;
  source->loaded = true;
  return GARCO_OK;
}

/* The texts of a bound: those of the block's last cell, or no more than the words say. */
static garco_status
bound_texts (const garco__cell_merge *merge, garco__merge_source *source, bool of_cell,
             garco_error *error)
{
  for (size_t w = 0; w < merge->order.nwords; w++)
  {
    uint8_t begin[sizeof (uint64_t)];
    const uint8_t *text = begin;
    size_t size = sizeof begin;
    if (merge->order.text_of[w] == 0)
      continue;
    garco__merge_texts *texts = &source->texts[merge->order.text_of[w] - 1];
    for (size_t i = 0; i < size; i++)
      begin[i] = (uint8_t)(source->bound[w] >> (56 - 8 * i));
    while (size > 0 && begin[size - 1] == 0)
      size--;
    if (of_cell)
    {
      const merge_place last = place_of_cell (source, source->count - 1);
      text = text_at (&last, merge->order.text_of[w] - 1, &size);
    }
    texts->bound.size = 0;
    GARCO_TRY (garco__buffer_append (&texts->bound, text, size, error));
  }
  return GARCO_OK;
}

/* After a block: a bound for what follows it. */
static garco_status
set_bound (const garco__cell_merge *merge, garco__merge_source *source, garco_error *error)
{
  uint64_t left, tile = tile_of_next (source, &left);
  size_t box = garco__box_size (source->fragment->schema);
  bool of_cell = left != garco__fragment_tile_cells (source->fragment, tile);
  if (!of_cell)
    garco__merge_order_bound (&merge->order, source->fragment->boxes + tile * box, false,
                              source->bound);
  else
    for (size_t w = 0; w < merge->order.nwords; w++)
      source->bound[w] = source->words[w * GARCO__MERGE_BLOCK + source->count - 1];
  source->loaded = false;
  return merge->order.ntexts > 0 ? bound_texts (merge, source, of_cell, error) : GARCO_OK;
}

/* ---- the heap */

/* Whether what source a has at cell i comes before what b has next. A source that is not loaded
 * comes before what has the same key, since its cells might. */
static bool
cell_before (const garco__cell_merge *merge, uint32_t a, size_t i, uint32_t b)
{
  const garco__merge_source *x = &merge->sources[a], *y = &merge->sources[b];
  const merge_place cell = place_of_cell (x, i), next = place_of_next (y);
  int difference = compare_places (merge, &cell, &next);
  if (difference != 0)
    return difference < 0;
  if (!y->loaded)
    return false;
  if (x->cell_times[i] != y->cell_times[y->next])
    return x->cell_times[i] > y->cell_times[y->next];
  return a > b;
}

static bool
source_before (const garco__cell_merge *merge, uint32_t a, uint32_t b)
{
  const garco__merge_source *x = &merge->sources[a];
  if (x->loaded)
    return cell_before (merge, a, x->next, b);
  const merge_place own = place_of_next (x), next = place_of_next (&merge->sources[b]);
  int difference = compare_places (merge, &own, &next);
  if (difference != 0)
    return difference < 0;
  return merge->sources[b].loaded || a > b;
}

static void
sift_down (garco__cell_merge *merge, size_t at)
{
  uint32_t *heap = merge->heap;
  for (;;)
  {
    size_t child = 2 * at + 1;
    if (child >= merge->nheap)
      return;
    if (child + 1 < merge->nheap && source_before (merge, heap[child + 1], heap[child]))
      child++;
    if (!source_before (merge, heap[child], heap[at]))
      return;
    uint32_t moved = heap[at];
    heap[at] = heap[child];
    heap[child] = moved;
    at = child;
  }
}

static garco_status
make_heap (garco__cell_merge *merge, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, merge->nsources, sizeof (uint32_t), error));
  merge->heap = room;
  GARCO_TRY (garco__allocate (&room, merge->order.ntexts, sizeof (garco__merge_texts), error));
  merge->gone_texts = room;
  GARCO_TRY (garco__allocate (&room, merge->order.ntexts, sizeof (garco__merge_texts), error));
  merge->last_texts = room;
  for (size_t i = 0; i < merge->nsources; i++)
    if (merge->sources[i].left > 0)
    {
      GARCO_TRY (garco__allocate (&room, merge->order.ntexts, sizeof (garco__merge_texts), error));
      merge->sources[i].texts = room;
      GARCO_TRY (set_bound (merge, &merge->sources[i], error));
      merge->heap[merge->nheap++] = (uint32_t)i;
    }
  for (size_t i = merge->nheap / 2; i-- > 0;)
    sift_down (merge, i);
  return GARCO_OK;
}

garco_status
garco__cell_merge_open (garco__cell_merge *merge, garco_array *array, const size_t *fragments,
                        size_t count, bool purge, size_t ahead, garco_error *error)
{
  merge->array = array;
  merge->schema = array->schema;
  merge->purge = purge;
  merge->ahead = ahead;
  GARCO_TRY (garco__io_open (array->io->root, &merge->tools.io, error));
  GARCO_TRY (garco__codec_new (&merge->tools.codec, error));
  GARCO_TRY (open_sources (merge, fragments, count, error));
  GARCO_TRY (plan_order (merge, error));
  GARCO_TRY (garco__merge_deletes_open (merge, error));
  return make_heap (merge, error);
}

/* ---- runs */

/* The cells of the first source's block, from its next on, that come before the second source's
 * next; at least one. */
static size_t
run_length (const garco__cell_merge *merge, uint32_t first)
{
  const garco__merge_source *source = &merge->sources[first];
  size_t low = source->next + 1, high = source->count;
  if (merge->nheap < 2)
    return high - source->next;
  uint32_t second = merge->heap[1];
  if (merge->nheap > 2 && source_before (merge, merge->heap[2], second))
    second = merge->heap[2];
  for (size_t step = 1; low < high && low + step < high; low += step, step *= 2)
    if (!cell_before (merge, first, low + step, second))
    {
      high = low + step;
      break;
    }
  while (low < high)
  {
    size_t middle = low + (high - low) / 2;
    if (cell_before (merge, first, middle, second))
      low = middle + 1;
    else
      high = middle;
  }
  return low - source->next;
}

static garco_status
reserve_slice (const garco__cell_merge *merge, garco__slice *slice, garco_error *error)
{
  void *room = NULL;
  if (slice->times != NULL)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&room, GARCO__SLICE_CELLS, sizeof (uint64_t), error));
  slice->times = room;
  if (!merge->has_deletes || merge->purge)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&room, GARCO__SLICE_CELLS, sizeof (uint64_t), error));
  slice->delete_times = room;
  GARCO_TRY (garco__allocate (&room, GARCO__SLICE_CELLS, sizeof (uint64_t), error));
  slice->delete_conditions = room;
  return GARCO_OK;
}

static garco_status
add_run (garco__slice *slice, uint32_t source, size_t count, bool dropped, garco_error *error)
{
  garco__run *last = slice->nruns > 0 ? &slice->runs[slice->nruns - 1] : NULL;
  if (last != NULL && last->source == source && last->dropped == dropped &&
      last->count < UINT32_MAX - count)
  {
    last->count += (uint32_t)count;
    return GARCO_OK;
  }
  if (slice->nruns == slice->capacity)
  {
    void *runs = slice->runs;
    size_t capacity = slice->capacity * 2 + 256;
    GARCO_TRY (garco__reallocate (&runs, capacity, sizeof *slice->runs, error));
    slice->runs = runs;
    slice->capacity = capacity;
  }
  slice->runs[slice->nruns++] = (garco__run){source, (uint32_t)count, dropped};
  return GARCO_OK;
}

/* Keeps a place beyond its block. */
static garco_status
keep_place (const garco__cell_merge *merge, const merge_place *place,
            uint64_t words[GARCO__MERGE_WORDS], garco__merge_texts *texts, garco_error *error)
{
  for (size_t w = 0; w < merge->order.nwords; w++)
    words[w] = place->words[w * place->stride];
  for (size_t i = 0; i < merge->order.ntexts; i++)
  {
    size_t size;
    const uint8_t *text = text_at (place, i, &size);
    texts[i].bound.size = 0;
    GARCO_TRY (garco__buffer_append (&texts[i].bound, text, size, error));
  }
  return GARCO_OK;
}

/* Each cell comes after the one before it, or is equal to it: within a block check_order sees to
 * that, from run to run this, of whichever source. */
static garco_status
note_given (garco__cell_merge *merge, const garco__merge_source *source, size_t count,
            garco_error *error)
{
  const merge_place last = {merge->last, 1, PLACE_OF_BOUND, merge->last_texts};
  const merge_place first = place_of_cell (source, source->next);
  const merge_place end = place_of_cell (source, source->next + count - 1);
  int order = merge->any_last ? compare_places (merge, &last, &first) : -1;
  merge->repeats = merge->repeats || order == 0;
  merge->any_last = true;
  if (order > 0)
    return out_of_order (source, error);
  return keep_place (merge, &end, merge->last, merge->last_texts, error);
}

static garco_status
put_cells (garco__cell_merge *merge, garco__slice *slice, uint32_t index, size_t count,
           garco_error *error)
{
  garco__merge_source *source = &merge->sources[index];
  size_t bytes = count * sizeof (uint64_t), at = source->next;
  GARCO_TRY (note_given (merge, source, count, error));
  memcpy (slice->times + slice->cells, source->cell_times + at, bytes);
  if (slice->delete_times != NULL)
  {
    memcpy (slice->delete_times + slice->cells, source->dead_at + at, bytes);
    memcpy (slice->delete_conditions + slice->cells, source->dead_by + at, bytes);
  }
  slice->cells += count;
  merge->in_tile += count;
  source->next += count;
  return add_run (slice, index, count, false, error);
}

static garco_status
note_gone (garco__cell_merge *merge, const garco__merge_source *source, garco_error *error)
{
  const merge_place next = place_of_next (source);
  merge->any_gone = true;
  return keep_place (merge, &next, merge->gone, merge->gone_texts, error);
}

static bool
is_gone (const garco__cell_merge *merge, const garco__merge_source *source)
{
  const merge_place gone = {merge->gone, 1, PLACE_OF_BOUND, merge->gone_texts};
  const merge_place next = place_of_next (source);
  return merge->any_gone && !merge->schema->duplicates && compare_places (merge, &gone, &next) == 0;
}

/* Cell by cell: what is deleted goes, and without duplicates all that was written to the same
 * place before it, or else it would be seen again. */
static garco_status
purge_cells (garco__cell_merge *merge, garco__slice *slice, uint32_t index, size_t count,
             garco_error *error)
{
  garco__merge_source *source = &merge->sources[index];
  for (size_t i = 0; i < count; i++)
  {
    bool dead = source->dead_at[source->next] != UINT64_MAX;
    if (!dead && !is_gone (merge, source))
    {
      GARCO_TRY (put_cells (merge, slice, index, 1, error));
      continue;
    }
    if (dead)
      GARCO_TRY (note_gone (merge, source, error));
    source->next++;
    GARCO_TRY (add_run (slice, index, 1, true, error));
  }
  return GARCO_OK;
}

/* The first source's cells up to the second's next. */
static garco_status
take_run (garco__cell_merge *merge, garco__slice *slice, size_t most, garco_error *error)
{
  uint32_t first = merge->heap[0];
  garco__merge_source *source = &merge->sources[first];
  if (!source->loaded)
  {
    GARCO_TRY (load_block (merge, source, error));
    sift_down (merge, 0);
    return GARCO_OK;
  }
  size_t count = run_length (merge, first);
  count = count < most ? count : most;
  if (merge->purge && merge->has_deletes)
    GARCO_TRY (purge_cells (merge, slice, first, count, error));
  else
    GARCO_TRY (put_cells (merge, slice, first, count, error));
  if (source->next == source->count && source->left > 0)
    GARCO_TRY (set_bound (merge, source, error));
  else if (source->next == source->count)
  {
    end_source (merge, source);
    merge->heap[0] = merge->heap[--merge->nheap];
  }
  sift_down (merge, 0);
  return GARCO_OK;
}

garco_status
garco__cell_merge_next (garco__cell_merge *merge, garco__slice *slice, garco_error *error)
{
  uint64_t capacity = merge->schema->capacity;
  slice->cells = slice->nruns = 0;
  GARCO_TRY (reserve_slice (merge, slice, error));
  while (merge->nheap > 0 && slice->cells < GARCO__SLICE_CELLS && merge->in_tile < capacity &&
         slice->nruns < GARCO__SLICE_CELLS)
  {
    uint64_t left = capacity - merge->in_tile, most = GARCO__SLICE_CELLS - slice->cells;
    GARCO_TRY (take_run (merge, slice, (size_t)(left < most ? left : most), error));
  }
  slice->ends_all = merge->nheap == 0;
  slice->ends_tile = merge->in_tile == capacity || (slice->ends_all && merge->in_tile > 0);
  if (slice->ends_tile)
    merge->in_tile = 0;
  return GARCO_OK;
}

/* ---- the end */

void
garco__slice_free (garco__slice *slice)
{
  free (slice->runs);
  free (slice->times);
  free (slice->delete_times);
  free (slice->delete_conditions);
}

static void
free_texts (garco__merge_texts *texts, size_t count)
{
  for (size_t i = 0; texts != NULL && i < count; i++)
    garco__buffer_free (&texts[i].bound);
  free (texts);
}

void
garco__cell_merge_free (garco__cell_merge *merge)
{
  for (size_t i = 0; i < merge->nsources; i++)
    end_source (merge, &merge->sources[i]);
  garco__merge_deletes_free (merge);
  free_texts (merge->gone_texts, merge->order.ntexts);
  free_texts (merge->last_texts, merge->order.ntexts);
  free (merge->sources);
  free (merge->heap);
  garco__buffer_free (&merge->scratch);
  garco__codec_free (&merge->tools.codec);
  garco__io_close (&merge->tools.io);
}
