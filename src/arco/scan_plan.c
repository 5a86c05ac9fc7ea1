/* Which tiles a scan reads, and in which windows.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_scan.h"
#include "arco/datatype.h"
#include "arco/rtree.h"
#include "base/error.h"

/* ---- ranges */

/* A range's end in the dimension's type; false where all of the type lies beyond it. */
static bool
integer_bound (garco_datatype type, int64_t value, bool is_low, uint64_t *key)
{
  size_t size = garco_datatype_size (type);
  bool is_signed = garco__datatype_number (type) == GARCO__NUMBER_SIGNED;
  int64_t least = is_signed ? -(int64_t)(UINT64_MAX >> (65 - 8 * size)) - 1 : 0;
  int64_t most = (int64_t)(UINT64_MAX >> (64 - 8 * size) >> (is_signed || size == 8));
  if (is_low ? value > most : value < least)
    return false;
  if (!is_signed && size == 8 && value == INT64_MAX && !is_low)
  {
    *key = UINT64_MAX; /* the caller's "no end" */
    return true;
  }
  value = value < least ? least : value > most ? most : value;
  *key = garco__order_key (type, &value);
  return true;
}

static bool
float_bound (garco_datatype type, double value, bool is_low, uint64_t *key)
{
  if (type == GARCO_FLOAT64)
  {
    *key = garco__order_key (type, &value);
    return true;
  }
  float single = value > FLT_MAX ? INFINITY : value < -FLT_MAX ? -INFINITY : (float)value;
  if (is_low && (double)single < value)
    single = nextafterf (single, INFINITY);
  if (!is_low && (double)single > value)
    single = nextafterf (single, -INFINITY);
  *key = garco__order_key (type, &single);
  return true;
}

static bool
range_keys (garco_datatype type, const garco_range *range, uint64_t bounds[2])
{
  if (garco__datatype_number (type) == GARCO__NUMBER_FLOAT)
    return float_bound (type, range->flow, true, &bounds[0]) &&
           float_bound (type, range->fhigh, false, &bounds[1]) && bounds[0] <= bounds[1];
  return integer_bound (type, range->low, true, &bounds[0]) &&
         integer_bound (type, range->high, false, &bounds[1]) && bounds[0] <= bounds[1];
}

static int
by_low (const void *a, const void *b)
{
  const uint64_t *x = a, *y = b;
  return x[0] < y[0] ? -1 : x[0] > y[0];
}

/* Sorts the ranges and joins those that meet. */
static void
join_ranges (garco__key_ranges *ranges)
{
  uint64_t *b = ranges->bounds;
  if (ranges->count < 2)
    return;
  qsort (b, ranges->count, 2 * sizeof *b, by_low);
  size_t last = 0;
  for (size_t i = 1; i < ranges->count; i++)
    if (b[2 * last + 1] == UINT64_MAX || b[2 * i] <= b[2 * last + 1] + 1)
      b[2 * last + 1] = b[2 * i + 1] > b[2 * last + 1] ? b[2 * i + 1] : b[2 * last + 1];
    else
    {
      last++;
      b[2 * last] = b[2 * i];
      b[2 * last + 1] = b[2 * i + 1];
    }
  ranges->count = last + 1;
}

/* Cells outside the current domain are not there for any reader. */
static garco_status
clamp_ranges (garco__key_ranges *ranges, const garco__field *field, garco_error *error)
{
  if (!field->has_current || field->width == GARCO__VARIABLE)
    return GARCO_OK;
  uint64_t low = garco__order_key (field->type, field->current);
  uint64_t high =
      garco__order_key (field->type, field->current + garco_datatype_size (field->type));
  if (!ranges->given)
  {
    void *bounds = NULL;
    GARCO_TRY (garco__allocate (&bounds, 2, sizeof (uint64_t), error));
    *ranges = (garco__key_ranges){.given = true, .count = 1, .bounds = bounds};
    ranges->bounds[0] = 0;
    ranges->bounds[1] = UINT64_MAX;
  }
  size_t left = 0;
  for (size_t i = 0; i < ranges->count; i++)
  {
    uint64_t from = ranges->bounds[2 * i], to = ranges->bounds[2 * i + 1];
    from = from > low ? from : low;
    to = to < high ? to : high;
    if (from > to)
      continue;
    ranges->bounds[2 * left] = from;
    ranges->bounds[2 * left++ + 1] = to;
  }
  ranges->count = left;
  return GARCO_OK;
}

/* The range itself, and the keys that texts in it have; false where there are none. */
static garco_status
text_keys (garco__key_ranges *own, const garco_range *range, uint64_t bounds[2], bool *some,
           garco_error *error)
{
  const uint8_t *low = (const uint8_t *)range->slow, *high = (const uint8_t *)range->shigh;
  GARCO_TRY (garco__text_ranges_add (&own->texts, range->slow, range->shigh, error));
  bounds[0] = low != NULL ? garco__text_key (low, strlen (range->slow)) : 0;
  bounds[1] = high != NULL ? garco__text_key (high, strlen (range->shigh)) : UINT64_MAX;
  *some = bounds[0] <= bounds[1];
  return GARCO_OK;
}

static garco_status
check_range (const garco_scan *scan, const garco_range *range, garco_error *error)
{
  const garco__schema *schema = scan->schema;
  if (range->dimension >= schema->ndims)
    return garco__fail (error, GARCO_ERR_ARGUMENT, scan->array->io->root,
                        "a range of dimension %zu, and there are %zu", range->dimension,
                        schema->ndims);
  const garco__field *field = &schema->fields[range->dimension];
  if (garco__datatype_number (field->type) == GARCO__NUMBER_FLOAT &&
      (isnan (range->flow) || isnan (range->fhigh)))
    return garco__fail (error, GARCO_ERR_ARGUMENT, scan->array->io->root,
                        "a range of dimension \"%s\" that ends at NaN", field->name);
  return GARCO_OK;
}

garco_status
garco__scan_ranges (garco_scan *scan, const garco_scan_options *options, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, scan->schema->ndims, sizeof (garco__key_ranges), error));
  scan->ranges = room;
  for (size_t i = 0; i < options->nranges; i++)
  {
    const garco_range *range = &options->ranges[i];
    GARCO_TRY (check_range (scan, range, error));
    garco__key_ranges *own = &scan->ranges[range->dimension];
    void *bounds = own->bounds;
    uint64_t keys[2];
    own->given = true;
    bool some = true;
    if (garco__scan_is_text (scan, range->dimension))
      GARCO_TRY (text_keys (own, range, keys, &some, error));
    else
      some = range_keys (scan->schema->fields[range->dimension].type, range, keys);
    if (!some)
      continue; /* nothing lies in it */
    GARCO_TRY (garco__reallocate (&bounds, own->count + 1, 2 * sizeof (uint64_t), error));
    own->bounds = bounds;
    memcpy (own->bounds + 2 * own->count++, keys, sizeof keys);
  }
  for (size_t i = 0; i < scan->schema->ndims; i++)
  {
    join_ranges (&scan->ranges[i]);
    GARCO_TRY (clamp_ranges (&scan->ranges[i], &scan->schema->fields[i], error));
  }
  return GARCO_OK;
}

/* Index of the first range whose high end is not below the key. */
static size_t
first_not_below (const garco__key_ranges *ranges, uint64_t key)
{
  size_t low = 0, high = ranges->count;
  while (low < high)
  {
    size_t middle = low + (high - low) / 2;
    if (ranges->bounds[2 * middle + 1] < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool
garco__ranges_hold (const garco__key_ranges *ranges, uint64_t key)
{
  if (!ranges->given)
    return true;
  size_t i = first_not_below (ranges, key);
  return i < ranges->count && ranges->bounds[2 * i] <= key;
}

bool
garco__ranges_cover (const garco__key_ranges *ranges, uint64_t low, uint64_t high)
{
  if (!ranges->given)
    return true;
  size_t i = first_not_below (ranges, low);
  return i < ranges->count && ranges->bounds[2 * i] <= low && high <= ranges->bounds[2 * i + 1];
}

static bool
ranges_meet (const garco__key_ranges *ranges, uint64_t low, uint64_t high)
{
  if (!ranges->given)
    return true;
  size_t i = first_not_below (ranges, low);
  return i < ranges->count && ranges->bounds[2 * i] <= high;
}

/* ---- tiles */

bool
garco__scan_box_meets (const garco_scan *scan, const uint8_t *box)
{
  for (size_t i = 0; i < scan->schema->ndims; i++)
  {
    uint64_t low, high;
    garco__box_keys (scan->schema, box, i, &low, &high);
    if (!ranges_meet (&scan->ranges[i], low, high))
      return false;
  }
  return true;
}

static garco_status
add_tile (garco_scan *scan, size_t *capacity, size_t fragment, uint64_t tile, uint64_t cells,
          const uint8_t *box, garco_error *error)
{
  uint64_t low, high;
  if (scan->ntiles == *capacity)
  {
    void *tiles = scan->tiles;
    *capacity = *capacity < 32 ? 64 : *capacity * 2;
    GARCO_TRY (garco__reallocate (&tiles, *capacity, sizeof (garco__scan_tile), error));
    scan->tiles = tiles;
  }
  garco__box_keys (scan->schema, box, 0, &low, &high);
  if (low > high)
    return garco__fail (error, GARCO_ERR_CORRUPT, scan->array->fragments[fragment]->path,
                        "the R-tree's box of tile %llu is not low to high",
                        (unsigned long long)tile);
  scan->tiles[scan->ntiles++] = (garco__scan_tile){
      .fragment = fragment, .tile = tile, .cells = cells, .low = low, .high = high};
  return GARCO_OK;
}

garco_status
garco__scan_check_dimensions (const garco_scan *scan, const garco__fragment *fragment,
                              garco_error *error)
{
  const garco__schema *a = scan->schema, *b = fragment->schema;
  bool same = a->ndims == b->ndims;
  for (size_t i = 0; same && i < a->ndims; i++)
    same = a->fields[i].type == b->fields[i].type && a->fields[i].width == b->fields[i].width;
  return same ? GARCO_OK
              : garco__fail (error, GARCO_ERR_CORRUPT, fragment->path,
                             "the fragment's schema has other dimensions than the array's");
}

/* Bytes of variable length that a cell of the fragment has, if that is more than was known. */
static garco_status
measure_texts (garco_scan *scan, garco__fragment *fragment, garco_error *error)
{
  uint64_t bytes = 0, cells = garco__fragment_cells (fragment);
  for (size_t i = 0; i < scan->nattributes; i++)
  {
    const garco__field *field = &scan->schema->fields[scan->attributes[i].field];
    int found = garco__schema_find (fragment->schema, field->name);
    if (field->width != GARCO__VARIABLE || found < 0 ||
        fragment->schema->fields[found].width != GARCO__VARIABLE)
      continue;
    size_t slot = garco__schema_slot (fragment->schema, (size_t)found);
    GARCO_TRY (
        garco__fragment_load_variable (scan->array->io, scan->array->codec, fragment, slot, error));
    uint64_t all = 0;
    for (uint64_t t = 0; t < fragment->ntiles; t++)
      all += fragment->slots[slot].var_sizes[t];
    bytes += all / cells + 1;
  }
  scan->text_cost = bytes > scan->text_cost ? (size_t)bytes : scan->text_cost;
  return GARCO_OK;
}

static garco_status
add_fragment (garco_scan *scan, size_t *capacity, size_t index, garco_error *error)
{
  garco_array *array = scan->array;
  garco__fragment *fragment = NULL;
  GARCO_TRY (garco__array_fragment_at (array, index, &fragment, error));
  GARCO_TRY (garco__scan_check_dimensions (scan, fragment, error));
  if (fragment->ntiles == 0 || !garco__scan_box_meets (scan, fragment->domain))
    return GARCO_OK;
  GARCO_TRY (garco__fragment_load_boxes (array->io, array->codec, fragment, error));
  GARCO_TRY (measure_texts (scan, fragment, error));
  size_t box = garco__box_size (fragment->schema);
  for (uint64_t t = 0; t < fragment->ntiles; t++)
    if (garco__scan_box_meets (scan, fragment->boxes + t * box))
      GARCO_TRY (add_tile (scan, capacity, index, t, garco__fragment_tile_cells (fragment, t),
                           fragment->boxes + t * box, error));
  return GARCO_OK;
}

static int
by_low_end (const void *a, const void *b)
{
  const garco__scan_tile *x = a, *y = b;
  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  if (x->fragment != y->fragment)
    return x->fragment < y->fragment ? -1 : 1;
  return x->tile < y->tile ? -1 : x->tile > y->tile;
}

garco_status
garco__scan_tiles (garco_scan *scan, garco_error *error)
{
  size_t capacity = 0;
  void *open = NULL;
  GARCO_TRY (garco__scan_load (scan, scan->array->threads, error));
  for (size_t i = 0; i < scan->array->nfragments; i++)
    GARCO_TRY (add_fragment (scan, &capacity, i, error));
  if (scan->ntiles > 1)
    qsort (scan->tiles, scan->ntiles, sizeof *scan->tiles, by_low_end);
  GARCO_TRY (garco__allocate (&open, scan->ntiles, sizeof (size_t), error));
  scan->open = open;
  return GARCO_OK;
}

/* ---- windows */

size_t
garco__scan_cell_cost (const garco_scan *scan)
{
  size_t cost = 48 + scan->text_cost; /* packed keys and order, both twice, and the way out */
  for (size_t i = 0; i < scan->nattributes; i++)
    cost += (scan->attributes[i].cell_size > 0 ? scan->attributes[i].cell_size : 8) + 1;
  return cost;
}

/* Cells of the tile in [from, to], were they evenly spread. */
static double
expected_cells (const garco__scan_tile *tile, uint64_t from, uint64_t to)
{
  uint64_t low = tile->low > from ? tile->low : from, high = tile->high < to ? tile->high : to;
  if (low > high)
    return 0;
  double part = ((double)(high - low) + 1) / ((double)(tile->high - tile->low) + 1);
  return (double)tile->cells * (part < 1 ? part : 1);
}

/* True when the cells expected in [from, to] are no more than `budget`. */
static bool
fits (const garco_scan *scan, uint64_t from, uint64_t to, double budget)
{
  double cells = 0;
  for (size_t i = 0; i < scan->nopen; i++)
    cells += expected_cells (&scan->tiles[scan->open[i]], from, to);
  for (size_t i = scan->next; i < scan->ntiles && scan->tiles[i].low <= to && cells <= budget; i++)
    cells += expected_cells (&scan->tiles[i], from, to);
  return cells <= budget;
}

/* The largest end at or before `most` where no tile that has begun goes on; `most` if none. */
static uint64_t
clean_cut (const garco_scan *scan, uint64_t most)
{
  uint64_t reach = 0, best = most;
  bool found = false, begun = false;
  for (size_t i = 0; i < scan->nopen; i++)
  {
    const garco__scan_tile *tile = &scan->tiles[scan->open[i]];
    reach = tile->high > reach ? tile->high : reach;
    begun = true;
  }
  for (size_t i = scan->next; i < scan->ntiles && scan->tiles[i].low <= most; i++)
  {
    if (begun && reach < scan->tiles[i].low)
    {
      best = reach;
      found = true;
    }
    reach = !begun || scan->tiles[i].high > reach ? scan->tiles[i].high : reach;
    begun = true;
  }
  return reach <= most ? reach : found ? best : most;
}

static uint64_t
window_end (const garco_scan *scan, uint64_t from)
{
  double budget = (double)scan->memory / 2 / (double)garco__scan_cell_cost (scan);
  uint64_t low = from, high = from;
  for (size_t i = 0; i < scan->nopen; i++)
    high = scan->tiles[scan->open[i]].high > high ? scan->tiles[scan->open[i]].high : high;
  for (size_t i = scan->next; i < scan->ntiles; i++)
    high = scan->tiles[i].high > high ? scan->tiles[i].high : high;
  while (low < high) /* the last end that fits; one coordinate at least */
  {
    uint64_t middle = low + (high - low) / 2 + (high - low) % 2;
    if (fits (scan, from, middle, budget))
      low = middle;
    else
      high = middle - 1;
  }
  return clean_cut (scan, low);
}

/* Takes out of the open tiles those that ended before `from`. */
static void
close_tiles (garco_scan *scan, uint64_t from)
{
  size_t left = 0;
  for (size_t i = 0; i < scan->nopen; i++)
  {
    garco__scan_tile *tile = &scan->tiles[scan->open[i]];
    if (tile->high >= from)
    {
      scan->open[left++] = scan->open[i];
      continue;
    }
    for (size_t k = 0; tile->kept != NULL && k < garco__scan_columns (scan); k++)
    {
      scan->kept_bytes -= tile->kept[k].capacity;
      garco__buffer_free (&tile->kept[k]);
    }
    free (tile->kept);
    tile->kept = NULL;
  }
  scan->nopen = left;
}

/* qsort has no context: fragment and tile are put in front of the index. */
typedef struct active_tile
{
  size_t fragment;
  uint64_t tile;
  size_t index;
} active_tile;

static int
latest_first (const void *a, const void *b)
{
  const active_tile *x = a, *y = b;
  if (x->fragment != y->fragment)
    return x->fragment > y->fragment ? -1 : 1;
  return x->tile < y->tile ? -1 : x->tile > y->tile;
}

static garco_status
list_active (const garco_scan *scan, size_t **active, size_t *nactive, garco_error *error)
{
  void *list = NULL, *indices = NULL;
  GARCO_TRY (garco__allocate (&list, scan->nopen, sizeof (active_tile), error));
  active_tile *tiles = list;
  for (size_t i = 0; i < scan->nopen; i++)
  {
    const garco__scan_tile *tile = &scan->tiles[scan->open[i]];
    tiles[i] = (active_tile){tile->fragment, tile->tile, scan->open[i]};
  }
  qsort (tiles, scan->nopen, sizeof *tiles, latest_first);
  garco_status status = garco__allocate (&indices, scan->nopen, sizeof (size_t), error);
  for (size_t i = 0; status >= 0 && i < scan->nopen; i++)
    ((size_t *)indices)[i] = tiles[i].index;
  free (list);
  *active = indices;
  *nactive = scan->nopen;
  return status;
}

garco_status
garco__scan_window (garco_scan *scan, size_t **active, size_t *nactive, garco_error *error)
{
  uint64_t from = scan->started && scan->to < UINT64_MAX ? scan->to + 1 : 0;
  bool over = scan->started && scan->to == UINT64_MAX;
  if (scan->started)
    close_tiles (scan, from);
  if (over || (scan->nopen == 0 && scan->next == scan->ntiles))
    return GARCO_END;
  if (scan->nopen == 0 && scan->tiles[scan->next].low > from)
    from = scan->tiles[scan->next].low;
  scan->to = window_end (scan, from);
  scan->from = from;
  scan->started = true;
  while (scan->next < scan->ntiles && scan->tiles[scan->next].low <= scan->to)
    scan->open[scan->nopen++] = scan->next++;
  return list_active (scan, active, nactive, error);
}
