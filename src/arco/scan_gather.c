/* The cells of one window, out of the tiles.
 *
 * A cell's coordinates are packed into one word of 64 bits (or a few), the first dimension highest:
 * that is what is sorted, and what the coordinates given out are made of again. Tiles are gathered
 * from the latest fragment to the earliest, and sorting leaves equal cells as they came; so the
 * first of equal ones is the one that counts, unless cells have times of their own, which then are
 * sorted by too.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "arco/array_scan.h"
#include "arco/datatype.h"
#include "arco/rtree.h"
#include "base/error.h"

typedef struct tile_job
{
  garco_scan *scan;
  garco__scan_tile *tile;
  garco__fragment *fragment;
  garco_error *error;
} tile_job;

/* ---- packing */

static unsigned
bits_of (uint64_t value)
{
  return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll (value);
}

void
garco__scan_box_keys (const garco_scan *scan, const garco__scan_tile *tile, size_t dimension,
                      uint64_t *low, uint64_t *high)
{
  const uint8_t *boxes = scan->array->fragments[tile->fragment]->boxes;
  garco__box_keys (scan->schema, boxes + tile->tile * garco__box_size (scan->schema), dimension,
                   low, high);
}

/* The span of a dimension that the window's cells can have. */
static void
window_span (const garco_scan *scan, const size_t *active, size_t nactive, size_t dimension,
             uint64_t *base, uint64_t *top)
{
  *base = UINT64_MAX;
  *top = 0;
  for (size_t i = 0; i < nactive; i++)
  {
    uint64_t low, high;
    garco__scan_box_keys (scan, &scan->tiles[active[i]], dimension, &low, &high);
    *base = low < *base ? low : *base;
    *top = high > *top ? high : *top;
  }
  const garco__key_ranges *ranges = &scan->ranges[dimension];
  uint64_t low = 0, high = UINT64_MAX;
  if (ranges->given && ranges->count > 0)
  {
    low = ranges->bounds[0];
    high = ranges->bounds[2 * ranges->count - 1];
  }
  if (dimension == 0)
  {
    low = scan->from > low ? scan->from : low;
    high = scan->to < high ? scan->to : high;
  }
  *base = low > *base ? low : *base;
  *top = high < *top ? high : *top;
  if (*top < *base)
    *top = *base;
}

static garco_status
plan_packing (garco_scan *scan, const size_t *active, size_t nactive, garco_error *error)
{
  size_t ndims = scan->schema->ndims;
  unsigned used = 0;
  scan->nwords = 1;
  for (size_t d = 0; d < ndims; d++)
  {
    garco__packing *own = &scan->packing[d];
    uint64_t top;
    window_span (scan, active, nactive, d, &own->base, &top);
    own->bits = bits_of (top - own->base);
    if (garco__scan_is_text (scan, d))
    {
      own->base = 0;
      own->bits = GARCO__TEXT_BITS;
    }
    if (used + own->bits > 64)
    {
      scan->word_bits[scan->nwords - 1] = used;
      if (scan->nwords++ == GARCO__SCAN_WORDS)
        return garco__fail (error, GARCO_ERR_LIMIT, scan->array->io->root,
                            "more than %d dimensions", GARCO__SCAN_WORDS);
      used = 0;
    }
    own->word = scan->nwords - 1;
    used += own->bits;
  }
  scan->word_bits[scan->nwords - 1] = used;
  for (size_t d = ndims, shift = 0; d-- > 0;)
  {
    garco__packing *own = &scan->packing[d];
    if (d + 1 < ndims && scan->packing[d + 1].word != own->word)
      shift = 0;
    own->shift = (unsigned)shift;
    shift += own->bits;
  }
  return GARCO_OK;
}

/* ---- columns of a tile */

static garco_status
field_changed (const tile_job *job, const garco__field *now, const garco__field *then)
{
  return garco__fail (job->error, GARCO_ERR_UNSUPPORTED, job->fragment->path,
                      "field \"%s\" was written as %s and is %s now", now->name,
                      garco_datatype_name (then->type), garco_datatype_name (now->type));
}

/* The field of the fragment's schema, or -1 where it has none of that name. */
static garco_status
fragment_field (const tile_job *job, size_t field, int *found)
{
  const garco__field *now = &job->scan->schema->fields[field];
  *found = garco__schema_find (job->fragment->schema, now->name);
  if (*found < 0)
    return GARCO_OK;
  const garco__field *then = &job->fragment->schema->fields[*found];
  return then->type == now->type && then->width == now->width ? GARCO_OK
                                                              : field_changed (job, now, then);
}

/* Room among the decoded columns that later windows will want, or NULL where memory is short. */
static garco__buffer *
kept_place (tile_job *job, size_t index, size_t bytes)
{
  garco_scan *scan = job->scan;
  garco__scan_tile *tile = job->tile;
  if (tile->high <= scan->to || scan->kept_bytes + bytes > scan->memory / 2)
    return NULL;
  if (tile->kept == NULL)
    tile->kept = calloc (garco__scan_columns (scan), sizeof (garco__buffer));
  return tile->kept != NULL ? &tile->kept[index] : NULL;
}

/* The tile's values (or validity) of a field of the array's schema, which the fragment has as
 * `found`; only the chosen cells are sure to be there. */
static garco_status
load (tile_job *job, size_t field, int found, bool validity, const uint8_t **values)
{
  garco_scan *scan = job->scan;
  size_t index = GARCO__COLUMN_PARTS * field + validity;
  garco__buffer *place = &scan->columns[index];
  size_t bytes = (size_t)job->tile->cells * (validity ? 1 : scan->schema->fields[field].cell_size);
  if (job->tile->kept != NULL && job->tile->kept[index].size > 0)
    place = &job->tile->kept[index];
  if (place->size == 0)
  {
    garco__buffer *kept = kept_place (job, index, bytes);
    const garco__tile_choice choice = {(const uint32_t *)scan->chosen.data, scan->nchosen};
    bool whole = kept != NULL || scan->all_chosen;
    place = kept != NULL ? kept : place;
    GARCO_TRY (garco__fragment_read (&scan->reader, job->fragment, (size_t)found, validity,
                                     job->tile->tile, whole ? NULL : &choice, place, job->error));
    if (kept != NULL)
      scan->kept_bytes += kept->capacity;
  }
  *values = place->data;
  return GARCO_OK;
}

/* The tile's cells of variable length: cell i is the bytes from offset i to the next. */
static garco_status
load_variable (tile_job *job, size_t field, int found, const uint64_t **offsets,
               const uint8_t **bytes)
{
  garco_scan *scan = job->scan;
  garco__buffer *places[2];
  const size_t parts[2] = {0, 2};
  size_t index = GARCO__COLUMN_PARTS * field;
  bool kept = job->tile->kept != NULL && job->tile->kept[index].size > 0;
  for (size_t i = 0; i < 2; i++)
    places[i] = kept ? &job->tile->kept[index + parts[i]] : &scan->columns[index + parts[i]];
  if (places[0]->size == 0)
  {
    size_t more = ((size_t)job->tile->cells + 1) * sizeof (uint64_t) +
                  (size_t)job->tile->cells * scan->text_cost;
    kept = kept_place (job, index, more) != NULL;
    for (size_t i = 0; kept && i < 2; i++)
      places[i] = &job->tile->kept[index + parts[i]];
    GARCO_TRY (garco__fragment_read_variable (&scan->reader, job->fragment, (size_t)found,
                                              job->tile->tile, places[0], places[1], job->error));
    if (kept)
      scan->kept_bytes += places[0]->capacity + places[1]->capacity;
  }
  *offsets = (const uint64_t *)(const void *)places[0]->data;
  *bytes = places[1]->data;
  return GARCO_OK;
}

#define PICK(T)                                                                                    \
  for (size_t i = 0; i < count; i++)                                                               \
  ((T *)out)[i] = ((const T *)values)[chosen[i]]

/* The chosen cells' values, one after the other. */
static void
pick (const uint8_t *values, size_t size, const uint32_t *chosen, size_t count, bool all,
      uint8_t *out)
{
  if (all)
    memcpy (out, values, count * size);
  else if (size == 8)
    PICK (uint64_t);
  else if (size == 4)
    PICK (uint32_t);
  else if (size == 2)
    PICK (uint16_t);
  else if (size == 1)
    PICK (uint8_t);
  else
    for (size_t i = 0; i < count; i++)
      memcpy (out + i * size, values + chosen[i] * size, size);
}

static void
pick_chosen (const garco_scan *scan, const uint8_t *values, size_t size, uint8_t *out)
{
  if (scan->nchosen > 0)
    pick (values, size, (const uint32_t *)scan->chosen.data, scan->nchosen, scan->all_chosen, out);
}

/* ---- choosing cells */

static garco_status
choose_all (tile_job *job)
{
  garco_scan *scan = job->scan;
  uint64_t cells = job->tile->cells;
  if (cells > UINT32_MAX)
    return garco__fail (job->error, GARCO_ERR_LIMIT, job->fragment->path,
                        "a tile of more than 4294967295 cells");
  scan->chosen.size = scan->keys.size = scan->picked.size = 0;
  scan->nchosen = (size_t)cells;
  scan->all_chosen = true;
  return GARCO_OK;
}

/* Room for the list of chosen cells and their keys, once a tile's true size is known. */
static garco_status
reserve_choice (tile_job *job)
{
  garco_scan *scan = job->scan;
  size_t cells = (size_t)job->tile->cells;
  GARCO_TRY (garco__buffer_reserve (&scan->chosen, cells * sizeof (uint32_t), job->error));
  GARCO_TRY (garco__buffer_reserve (&scan->picked, cells * sizeof (uint64_t), job->error));
  return garco__buffer_reserve (&scan->keys, cells * sizeof (uint64_t), job->error);
}

/* The index in the tile of chosen cell i. */
static size_t
chosen_cell (const garco_scan *scan, size_t i)
{
  return scan->all_chosen ? i : ((const uint32_t *)(const void *)scan->chosen.data)[i];
}

static garco_status
load_text_keys (tile_job *job, size_t dimension, uint64_t **keys)
{
  garco_scan *scan = job->scan;
  const uint64_t *offsets = NULL;
  const uint8_t *bytes = NULL;
  GARCO_TRY (load_variable (job, dimension, (int)dimension, &offsets, &bytes));
  GARCO_TRY (reserve_choice (job));
  *keys = (uint64_t *)(void *)scan->keys.data;
  for (size_t i = 0; i < scan->nchosen; i++)
  {
    size_t cell = chosen_cell (scan, i);
    (*keys)[i] =
        garco__text_key (bytes + offsets[cell], (size_t)(offsets[cell + 1] - offsets[cell]));
  }
  return GARCO_OK;
}

/* Keys of the chosen cells in a dimension, into scan->keys. */
static garco_status
load_keys (tile_job *job, size_t dimension, uint64_t **keys)
{
  garco_scan *scan = job->scan;
  garco_datatype type = scan->schema->fields[dimension].type;
  const uint8_t *values = NULL;
  if (garco__scan_is_text (scan, dimension))
    return load_text_keys (job, dimension, keys);
  GARCO_TRY (load (job, dimension, (int)dimension, false, &values));
  GARCO_TRY (reserve_choice (job));
  *keys = (uint64_t *)scan->keys.data;
  if (!scan->all_chosen)
  {
    pick_chosen (scan, values, garco_datatype_size (type), scan->picked.data);
    values = scan->picked.data;
  }
  garco__order_keys (type, values, scan->nchosen, *keys);
  return GARCO_OK;
}

/* Keeps of the chosen cells those in [low, high] and in the ranges. */
static void
keep_in_ranges (garco_scan *scan, const uint64_t *keys, uint64_t low, uint64_t high,
                const garco__key_ranges *ranges)
{
  uint32_t *chosen = (uint32_t *)scan->chosen.data;
  size_t kept = 0;
  for (size_t i = 0; i < scan->nchosen; i++)
  {
    chosen[kept] = scan->all_chosen ? (uint32_t)i : chosen[i];
    kept += keys[i] >= low && keys[i] <= high &&
            (ranges == NULL || garco__ranges_hold (ranges, keys[i]));
  }
  scan->all_chosen = scan->all_chosen && kept == scan->nchosen;
  scan->nchosen = kept;
}

/* Keeps of the chosen cells those whose texts lie in the ranges. */
static garco_status
keep_texts (tile_job *job, size_t dimension)
{
  garco_scan *scan = job->scan;
  const garco__text_ranges *ranges = &scan->ranges[dimension].texts;
  uint32_t *chosen = (uint32_t *)(void *)scan->chosen.data;
  const uint64_t *offsets = NULL;
  const uint8_t *bytes = NULL;
  size_t kept = 0;
  GARCO_TRY (load_variable (job, dimension, (int)dimension, &offsets, &bytes));
  for (size_t i = 0; i < scan->nchosen; i++)
  {
    size_t cell = chosen_cell (scan, i);
    chosen[kept] = (uint32_t)cell;
    kept += garco__text_ranges_hold (ranges, bytes + offsets[cell],
                                     (size_t)(offsets[cell + 1] - offsets[cell]));
  }
  scan->all_chosen = scan->all_chosen && kept == scan->nchosen;
  scan->nchosen = kept;
  return GARCO_OK;
}

/* The window is told by keys, which texts have in common; the ranges by the texts themselves. */
static garco_status
choose_by_text (tile_job *job, size_t dimension)
{
  garco_scan *scan = job->scan;
  uint64_t low, high, *keys = NULL;
  garco__scan_box_keys (scan, job->tile, dimension, &low, &high);
  bool cut = dimension == 0 && (scan->from > low || high > scan->to);
  if (!cut && !scan->ranges[dimension].given)
    return GARCO_OK;
  GARCO_TRY (load_keys (job, dimension, &keys));
  if (cut)
    keep_in_ranges (scan, keys, scan->from, scan->to, NULL);
  return scan->ranges[dimension].given ? keep_texts (job, dimension) : GARCO_OK;
}

static garco_status
choose_by_dimension (tile_job *job, size_t dimension)
{
  garco_scan *scan = job->scan;
  const garco__key_ranges *ranges = &scan->ranges[dimension];
  if (garco__scan_is_text (scan, dimension))
    return choose_by_text (job, dimension);
  uint64_t low, high, from = 0, to = UINT64_MAX, *keys = NULL;
  garco__scan_box_keys (scan, job->tile, dimension, &low, &high);
  bool covered = garco__ranges_cover (ranges, low, high);
  if (dimension == 0)
  {
    from = scan->from;
    to = scan->to;
  }
  if (covered && from <= low && high <= to)
    return GARCO_OK;
  GARCO_TRY (load_keys (job, dimension, &keys));
  if (!covered && ranges->count == 1)
  {
    from = ranges->bounds[0] > from ? ranges->bounds[0] : from;
    to = ranges->bounds[1] < to ? ranges->bounds[1] : to;
    covered = true;
  }
  keep_in_ranges (scan, keys, from, to, covered ? NULL : ranges);
  return GARCO_OK;
}

/* Times of cells that were consolidated: loads them, and drops cells outside the array's times. */
static garco_status
choose_by_time (tile_job *job)
{
  garco_scan *scan = job->scan;
  const garco__stamp *stamp = &job->fragment->stamp;
  uint64_t start = scan->array->start, end = scan->array->end;
  if (!job->fragment->has_timestamps)
    return GARCO_OK;
  GARCO_TRY (garco__fragment_read_special (&scan->reader, job->fragment, GARCO__CELL_TIMES,
                                           job->tile->tile, &scan->cell_times, job->error));
  if (start <= stamp->start && stamp->end <= end)
    return GARCO_OK;
  GARCO_TRY (reserve_choice (job));
  uint64_t *keys = (uint64_t *)scan->keys.data;
  pick_chosen (scan, scan->cell_times.data, 8, (uint8_t *)keys);
  keep_in_ranges (scan, keys, start, end, NULL);
  return GARCO_OK;
}

/* ---- appending to the window */

static garco_status
grow (void *pointer, size_t count, size_t size, garco_error *error)
{
  void *place;
  memcpy (&place, pointer, sizeof place);
  GARCO_TRY (garco__reallocate (&place, count, size, error));
  memcpy (pointer, &place, sizeof place);
  return GARCO_OK;
}

static garco_status
reserve_cells (garco_scan *scan, size_t more, garco_error *error)
{
  if (more > UINT32_MAX - scan->count)
    return garco__fail (error, GARCO_ERR_LIMIT, scan->array->io->root,
                        "more than 4294967295 cells in one window");
  size_t need = scan->count + more;
  if (need > scan->capacity || scan->words[scan->nwords - 1] == NULL)
  {
    size_t capacity = need > scan->capacity ? need + need / 4 : scan->capacity;
    for (size_t w = 0; w < scan->nwords; w++)
      GARCO_TRY (grow (&scan->words[w], capacity, sizeof (uint64_t), error));
    GARCO_TRY (grow (&scan->times, capacity, sizeof (uint64_t), error));
    GARCO_TRY (grow (&scan->dead, capacity, 1, error));
    GARCO_TRY (grow (&scan->order, capacity, sizeof (uint32_t), error));
    /* Words that this window does not use must not stay behind in size. */
    for (size_t w = scan->nwords; w < GARCO__SCAN_WORDS; w++)
    {
      free (scan->words[w]);
      scan->words[w] = NULL;
    }
    scan->capacity = capacity;
  }
  return GARCO_OK;
}

/* Numbers of a dimension's texts into the packed words. */
static garco_status
append_texts (tile_job *job, size_t dimension)
{
  garco_scan *scan = job->scan;
  const garco__packing *own = &scan->packing[dimension];
  uint64_t *word = scan->words[own->word] + scan->count;
  const uint64_t *offsets = NULL;
  const uint8_t *bytes = NULL;
  GARCO_TRY (load_variable (job, dimension, (int)dimension, &offsets, &bytes));
  for (size_t i = 0; i < scan->nchosen; i++)
  {
    size_t cell = chosen_cell (scan, i);
    uint32_t number;
    GARCO_TRY (garco__texts_number (&scan->texts[dimension], bytes + offsets[cell],
                                    (size_t)(offsets[cell + 1] - offsets[cell]), &number,
                                    job->error));
    word[i] |= (uint64_t)number << own->shift;
  }
  return GARCO_OK;
}

/* Makes ranks of the numbers, now that all texts of the window are known. */
static garco_status
rank_texts (garco_scan *scan, size_t dimension, garco_error *error)
{
  garco__texts *texts = &scan->texts[dimension];
  const garco__packing *own = &scan->packing[dimension];
  uint64_t *word = scan->words[own->word], mask = UINT64_C (0xffffffff) << own->shift;
  GARCO_TRY (garco__texts_sort (texts, error));
  const uint32_t *ranks = (const uint32_t *)(const void *)texts->ranks.data;
  for (size_t i = 0; i < scan->count; i++)
    word[i] = (word[i] & ~mask) | (uint64_t)ranks[(word[i] & mask) >> own->shift] << own->shift;
  return GARCO_OK;
}

static garco_status
outside_box (const tile_job *job, size_t dimension)
{
  char source[GARCO__IO_NAME_SIZE];
  garco__column column;
  GARCO_TRY (garco__column_of_field (job->fragment, dimension, false, &column,
                                     job->scan->array->io->root, job->error));
  const uint64_t *offsets = job->fragment->slots[column.slot].tile_offsets;
  return garco__fail_byte (
      job->error, GARCO_ERR_CORRUPT,
      garco__io_name (job->scan->array->io, column.path, source, sizeof source),
      offsets != NULL ? (int64_t)offsets[job->tile->tile] : 0,
      "tile %llu has cells outside the box that the R-tree gives it",
      (unsigned long long)job->tile->tile);
}

static garco_status
append_coordinates (tile_job *job)
{
  garco_scan *scan = job->scan;
  for (size_t w = 0; w < scan->nwords; w++)
    memset (scan->words[w] + scan->count, 0, scan->nchosen * sizeof (uint64_t));
  for (size_t d = 0; d < scan->schema->ndims; d++)
  {
    const garco__packing *own = &scan->packing[d];
    uint64_t *word = scan->words[own->word] + scan->count, *keys = NULL, beyond = 0;
    if (garco__scan_is_text (scan, d))
    {
      GARCO_TRY (append_texts (job, d));
      continue;
    }
    uint64_t most = own->bits == 64 ? UINT64_MAX : (UINT64_C (1) << own->bits) - 1;
    GARCO_TRY (load_keys (job, d, &keys));
    for (size_t i = 0; i < scan->nchosen; i++)
    {
      uint64_t offset = keys[i] - own->base;
      beyond |= offset & ~most;
      word[i] |= own->bits > 0 ? offset << own->shift : 0;
    }
    if (beyond != 0)
      return outside_box (job, d);
  }
  return GARCO_OK;
}

static void
append_times (tile_job *job)
{
  garco_scan *scan = job->scan;
  uint64_t *times = scan->times + scan->count;
  if (!scan->use_times)
    return;
  if (job->fragment->has_timestamps)
    pick_chosen (scan, scan->cell_times.data, 8, (uint8_t *)times);
  for (size_t i = 0; i < scan->nchosen; i++)
    times[i] = ~(job->fragment->has_timestamps ? times[i] : job->fragment->stamp.start);
}

/* ---- attributes */

void
garco__scan_missing_to_nan (const garco_scan *scan, const garco__field *field, uint8_t *values,
                            size_t count)
{
  if (!scan->raw_missing)
    garco__missing_to_nan (&field->pipeline, field->type, count * field->width, values);
}

static void
put_fill (const garco__field *field, size_t count, uint8_t *out)
{
  for (size_t at = 0; at < count * field->cell_size; at += field->fill_size)
    memcpy (out + at, field->fill, field->fill_size);
}

static garco_status
append_validity (tile_job *job, garco__scan_attribute *attribute, int found)
{
  garco_scan *scan = job->scan;
  const garco__field *field = &scan->schema->fields[attribute->field];
  const uint8_t *bytes = NULL;
  if (!field->nullable)
    return GARCO_OK;
  GARCO_TRY (garco__buffer_reserve (&attribute->validity, scan->nchosen, job->error));
  uint8_t *out = attribute->validity.data + attribute->validity.size;
  attribute->validity.size += scan->nchosen;
  if (found < 0 || !job->fragment->schema->fields[found].nullable)
  {
    memset (out, found < 0 ? field->fill_valid : 1, scan->nchosen);
    return GARCO_OK;
  }
  GARCO_TRY (load (job, attribute->field, found, true, &bytes));
  pick_chosen (scan, bytes, 1, out);
  return GARCO_OK;
}

/* `count` cells that end one after the other, of `size` bytes each. */
static garco_status
append_ends (garco__scan_attribute *attribute, size_t count, size_t size, garco_error *error)
{
  GARCO_TRY (garco__buffer_reserve (&attribute->ends, count * sizeof (uint64_t), error));
  uint64_t end = attribute->values.size;
  for (size_t i = 0; i < count; i++)
  {
    end += size;
    memcpy (attribute->ends.data + attribute->ends.size, &end, sizeof end);
    attribute->ends.size += sizeof end;
  }
  return GARCO_OK;
}

static garco_status
append_variable (tile_job *job, garco__scan_attribute *attribute)
{
  garco_scan *scan = job->scan;
  const garco__field *field = &scan->schema->fields[attribute->field];
  const uint64_t *offsets = NULL;
  const uint8_t *bytes = NULL;
  int found;
  GARCO_TRY (fragment_field (job, attribute->field, &found));
  if (found < 0)
    GARCO_TRY (append_ends (attribute, scan->nchosen, field->fill_size, job->error));
  else
    GARCO_TRY (load_variable (job, attribute->field, found, &offsets, &bytes));
  for (size_t i = 0; i < scan->nchosen; i++)
  {
    size_t cell = chosen_cell (scan, i);
    size_t size = found < 0 ? field->fill_size : (size_t)(offsets[cell + 1] - offsets[cell]);
    if (found >= 0)
      GARCO_TRY (append_ends (attribute, 1, size, job->error));
    GARCO_TRY (garco__buffer_append (
        &attribute->values, found < 0 ? field->fill : bytes + offsets[cell], size, job->error));
  }
  return append_validity (job, attribute, found);
}

/* What has been appended is not looked at again, and where memory is short it goes back. */
static void
release (garco_scan *scan, size_t field)
{
  for (size_t part = 0; part < GARCO__COLUMN_PARTS; part++)
  {
    garco__buffer *column = &scan->columns[GARCO__COLUMN_PARTS * field + part];
    if (column->capacity > scan->memory / 16)
      garco__buffer_free (column);
  }
}

static garco_status
append_attribute (tile_job *job, garco__scan_attribute *attribute)
{
  garco_scan *scan = job->scan;
  const garco__field *field = &scan->schema->fields[attribute->field];
  size_t bytes = scan->nchosen * attribute->cell_size;
  const uint8_t *values = NULL;
  int found;
  if (field->width == GARCO__VARIABLE)
    return append_variable (job, attribute);
  GARCO_TRY (fragment_field (job, attribute->field, &found));
  GARCO_TRY (garco__buffer_reserve (&attribute->values, bytes, job->error));
  uint8_t *out = attribute->values.data + attribute->values.size;
  attribute->values.size += bytes;
  if (found < 0)
    put_fill (field, scan->nchosen, out);
  else
  {
    GARCO_TRY (load (job, attribute->field, found, false, &values));
    pick_chosen (scan, values, attribute->cell_size, out);
    garco__scan_missing_to_nan (scan, &job->fragment->schema->fields[found], out, scan->nchosen);
  }
  return append_validity (job, attribute, found);
}

/* ---- deletes */

/* Cells that a consolidation has marked as deleted by a time that the reader looks at. */
static garco_status
apply_delete_times (tile_job *job, uint8_t *dead)
{
  garco_scan *scan = job->scan;
  uint64_t end = scan->array->end;
  if (!job->fragment->has_deletes)
    return GARCO_OK;
  GARCO_TRY (garco__fragment_read_special (&scan->reader, job->fragment, GARCO__DELETE_TIMES,
                                           job->tile->tile, &scan->delete_times, job->error));
  GARCO_TRY (reserve_choice (job));
  uint64_t *times = (uint64_t *)scan->keys.data;
  pick_chosen (scan, scan->delete_times.data, 8, (uint8_t *)times);
  for (size_t i = 0; i < scan->nchosen; i++)
    dead[i] = times[i] <= end && times[i] != UINT64_MAX;
  return GARCO_OK;
}

/* One column of a condition, the chosen cells' values one after the other, allocated. */
static garco_status
condition_column (tile_job *job, size_t field, bool validity, int found, void **values)
{
  size_t size = validity ? 1 : job->scan->schema->fields[field].cell_size;
  const uint8_t *bytes = NULL;
  GARCO_TRY (load (job, field, found, validity, &bytes));
  GARCO_TRY (garco__allocate (values, job->scan->nchosen, size, job->error));
  pick_chosen (job->scan, bytes, size, *values);
  return GARCO_OK;
}

/* Texts stay where they are; where the chosen cells' begin and end, allocated. */
static garco_status
condition_texts (tile_job *job, size_t field, int found, void **places,
                 garco__condition_column *column)
{
  const uint64_t *offsets = NULL;
  const uint8_t *bytes = NULL;
  GARCO_TRY (load_variable (job, field, found, &offsets, &bytes));
  GARCO_TRY (garco__allocate (places, job->scan->nchosen, 2 * sizeof (uint64_t), job->error));
  for (size_t i = 0; i < job->scan->nchosen; i++)
    memcpy ((uint64_t *)*places + 2 * i, offsets + chosen_cell (job->scan, i),
            2 * sizeof (uint64_t));
  column->values = bytes;
  column->places = *places;
  return GARCO_OK;
}

static garco_status
condition_columns (tile_job *job, const garco__condition *condition, void **owned,
                   garco__condition_column *columns)
{
  for (size_t i = 0; i < garco__condition_field_count (condition); i++)
  {
    size_t field = garco__condition_field (condition, i);
    int found;
    GARCO_TRY (fragment_field (job, field, &found));
    if (found < 0)
      continue;
    if (garco__condition_is_text (&job->scan->schema->fields[field]))
      GARCO_TRY (condition_texts (job, field, found, &owned[2 * i], &columns[i]));
    else
    {
      GARCO_TRY (condition_column (job, field, false, found, &owned[2 * i]));
      columns[i].values = owned[2 * i];
    }
    if (!job->fragment->schema->fields[found].nullable)
      continue;
    GARCO_TRY (condition_column (job, field, true, found, &owned[2 * i + 1]));
    columns[i].validity = owned[2 * i + 1];
  }
  return GARCO_OK;
}

static void
mark_dead (const tile_job *job, uint64_t deleted_at, uint8_t *dead)
{
  const garco_scan *scan = job->scan;
  const uint8_t *keep = scan->keep.data;
  bool timed = job->fragment->has_timestamps && deleted_at <= job->fragment->stamp.end;
  const uint64_t *times = (const uint64_t *)scan->cell_times.data;
  const uint32_t *chosen = (const uint32_t *)scan->chosen.data;
  for (size_t i = 0; i < scan->nchosen; i++)
    if (keep[i] == 0 && !(timed && times[scan->all_chosen ? i : chosen[i]] > deleted_at))
      dead[i] = 1;
}

static garco_status
apply_condition (tile_job *job, const garco__condition *condition, const garco__item *item,
                 uint8_t *dead)
{
  garco_scan *scan = job->scan;
  size_t nfields = garco__condition_field_count (condition);
  void *owned = NULL, *columns = NULL;
  garco_status status;
  GARCO_TRY_DONE (garco__allocate (&owned, 2 * nfields, sizeof (void *), job->error));
  GARCO_TRY_DONE (
      garco__allocate (&columns, nfields, sizeof (garco__condition_column), job->error));
  GARCO_TRY_DONE (condition_columns (job, condition, owned, columns));
  scan->keep.size = 0;
  GARCO_TRY_DONE (garco__buffer_reserve (&scan->keep, scan->nchosen + 1, job->error));
  GARCO_TRY_DONE (
      garco__condition_evaluate (condition, columns, scan->nchosen, scan->keep.data, job->error));
  mark_dead (job, item->stamp.start, dead);
done:
  for (size_t i = 0; owned != NULL && i < 2 * nfields; i++)
    free (((void **)owned)[i]);
  free (owned);
  free (columns);
  return status;
}

static garco_status
append_dead (tile_job *job)
{
  garco_scan *scan = job->scan;
  garco__fragment *fragment = job->fragment;
  uint8_t *dead = scan->dead + scan->count;
  if (!scan->use_dead || scan->nchosen == 0)
    return GARCO_OK;
  memset (dead, 0, scan->nchosen);
  GARCO_TRY (apply_delete_times (job, dead));
  if (fragment->has_deletes)
    GARCO_TRY (
        garco__fragment_load_processed (scan->array->io, scan->array->codec, fragment, job->error));
  for (size_t i = 0; i < scan->nconditions; i++)
  {
    const garco__item *item = &scan->deletes[i];
    bool done =
        fragment->has_deletes && garco__io_list_find (&fragment->processed, item->name) != NULL;
    if (!done && item->stamp.start >= fragment->stamp.start)
      GARCO_TRY (apply_condition (job, scan->conditions[i], item, dead));
  }
  return GARCO_OK;
}

/* ---- a tile, a window */

static garco_status
gather_tile (tile_job *job)
{
  garco_scan *scan = job->scan;
  for (size_t i = 0; i < garco__scan_columns (scan); i++)
    scan->columns[i].size = 0;
  GARCO_TRY (choose_all (job));
  for (size_t d = 0; d < scan->schema->ndims && scan->nchosen > 0; d++)
    GARCO_TRY (choose_by_dimension (job, d));
  if (scan->nchosen > 0)
    GARCO_TRY (choose_by_time (job));
  if (scan->nchosen == 0)
    return GARCO_OK;
  /* The first dimension is read before room is asked for: its tile proves the number of cells. */
  uint64_t *keys = NULL;
  GARCO_TRY (load_keys (job, 0, &keys));
  GARCO_TRY (reserve_cells (scan, scan->nchosen, job->error));
  GARCO_TRY (append_coordinates (job));
  append_times (job);
  GARCO_TRY (append_dead (job));
  for (size_t i = 0; i < scan->nattributes; i++)
  {
    GARCO_TRY (append_attribute (job, &scan->attributes[i]));
    release (scan, scan->attributes[i].field);
  }
  scan->count += scan->nchosen;
  return GARCO_OK;
}

/* Keeps, or gives back, the sizes of what has been gathered. */
static void
note_sizes (garco_scan *scan, bool back)
{
  for (size_t i = 0; i < scan->nattributes; i++)
  {
    garco__scan_attribute *own = &scan->attributes[i];
    garco__buffer *const buffers[] = {&own->values, &own->validity, &own->ends};
    for (size_t k = 0; k < 3; k++)
      if (back)
        buffers[k]->size = own->before[k];
      else
        own->before[k] = buffers[k]->size;
  }
}

/* A corrupt tile is left out whole, where the scan does so. */
static garco_status
gather_or_skip (tile_job *job)
{
  garco_scan *scan = job->scan;
  garco_error damage, *error = job->error;
  if (!scan->skip_corrupt)
    return gather_tile (job);
  if (job->tile->corrupt)
    return GARCO_OK;
  note_sizes (scan, false);
  job->error = &damage;
  garco_status status = gather_tile (job);
  if (status >= 0)
    return status;
  if (status != GARCO_ERR_CORRUPT && status != GARCO_ERR_TRUNCATED)
  {
    if (error != NULL)
      *error = damage;
    return status;
  }
  note_sizes (scan, true);
  job->tile->corrupt = true;
  if (scan->on_damage != NULL && scan->on_damage (scan->damage_context, &damage) != 0)
    return garco__fail (error, GARCO_ERR_CANCELLED, scan->array->io->root, "stopped");
  return GARCO_OK;
}

static garco_status
gather_tiles (garco_scan *scan, const size_t *active, size_t nactive, garco_error *error)
{
  scan->count = scan->rows = scan->row = 0;
  scan->use_times = false;
  scan->use_dead = scan->nconditions > 0;
  for (size_t i = 0; i < scan->nattributes; i++)
    scan->attributes[i].values.size = scan->attributes[i].validity.size =
        scan->attributes[i].ends.size = 0;
  for (size_t d = 0; d < scan->schema->ndims; d++)
    garco__texts_clear (&scan->texts[d]);
  for (size_t i = 0; i < nactive; i++)
  {
    const garco__fragment *fragment = scan->array->fragments[scan->tiles[active[i]].fragment];
    scan->use_times = scan->use_times || (fragment->has_timestamps && !scan->schema->duplicates);
    scan->use_dead = scan->use_dead || fragment->has_deletes;
  }
  GARCO_TRY (plan_packing (scan, active, nactive, error));
  for (size_t i = 0; i < nactive; i++)
  {
    garco__scan_tile *tile = &scan->tiles[active[i]];
    tile_job job = {scan, tile, scan->array->fragments[tile->fragment], error};
    GARCO_TRY (gather_or_skip (&job));
  }
  return GARCO_OK;
}

garco_status
garco__scan_gather (garco_scan *scan, const size_t *active, size_t nactive, garco_error *error)
{
  GARCO_TRY (gather_tiles (scan, active, nactive, error));
  if (scan->count == 0)
    return GARCO_OK;
  for (size_t d = 0; d < scan->schema->ndims; d++)
    if (garco__scan_is_text (scan, d))
      GARCO_TRY (rank_texts (scan, d, error));
  return garco__scan_sort (scan, error);
}
