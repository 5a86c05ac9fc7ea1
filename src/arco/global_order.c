/* The order of cells in a fragment: by tile coordinates, then by coordinates.
 *
 * A tile coordinate is the unsigned distance from the domain's low end divided by the unsigned
 * extent, both wrapping in the dimension's own width: there are arrays in use whose extent is -1.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/cell_sort.h"
#include "arco/datatype.h"
#include "arco/fragment_writer.h"
#include "base/error.h"

/* Bytes of a cell while cells are sorted: its number twice, its key twice or thrice and more. */
#define SORT_COST ((size_t)32)

/* A value as text for messages. */
static const char *
value_text (garco_datatype type, uint64_t key, char text[40])
{
  _Alignas(8) uint8_t value[8] = {0};
  garco__order_value (type, key, value);
  double real;
  float single;
  memcpy (&real, value, 8);
  memcpy (&single, value, 4);
  uint64_t bits = 0;
  size_t size = garco_datatype_size (type);
  memcpy (&bits, value, size);
  unsigned shift = (unsigned)(64 - 8 * size);
  if (type == GARCO_FLOAT64 || type == GARCO_FLOAT32)
    snprintf (text, 40, "%.17g", type == GARCO_FLOAT64 ? real : (double)single);
  else if (garco__datatype_number (type) == GARCO__NUMBER_SIGNED)
    snprintf (text, 40, "%" PRId64, (int64_t)(bits << shift) >> shift);
  else
    snprintf (text, 40, "%" PRIu64, bits);
  return text;
}

typedef struct key_range
{
  uint64_t low, high;
} key_range;

static key_range
range_of (const uint64_t *keys, size_t count)
{
  key_range range = {UINT64_MAX, 0};
  for (size_t i = 0; i < count; i++)
  {
    range.low = keys[i] < range.low ? keys[i] : range.low;
    range.high = keys[i] > range.high ? keys[i] : range.high;
  }
  return range;
}

static garco_status
check_bounds (garco__writer_job *job, const garco__field *field, const uint64_t *keys,
              key_range range, const uint8_t *domain, const char *what)
{
  size_t size = garco_datatype_size (field->type), i = 0;
  uint64_t low = garco__order_key (field->type, domain);
  uint64_t high = garco__order_key (field->type, domain + size);
  char value[40], from[40], to[40];
  if (range.low >= low && range.high <= high)
    return GARCO_OK;
  while (i + 1 < job->rows && keys[i] >= low && keys[i] <= high)
    i++;
  return garco__fail_line (job->error, GARCO_ERR_ARGUMENT, job->array->io->root, (int64_t)i + 1,
                           "%s = %s, outside the array's %s [%s, %s]", field->name,
                           value_text (field->type, keys[i], value), what,
                           value_text (field->type, low, from), value_text (field->type, high, to));
}

static garco_status
check_domain (garco__writer_job *job, const garco__field *field, const uint64_t *keys,
              key_range range)
{
  GARCO_TRY (check_bounds (job, field, keys, range, field->domain, "domain"));
  return field->has_current
             ? check_bounds (job, field, keys, range, field->current, "current domain")
             : GARCO_OK;
}

/* Non-negative by the domain's check; beyond what 64 bits hold all are in one last tile. */
static uint64_t
whole_tiles (double tiles)
{
  return tiles < 0x1p63 ? (uint64_t)tiles : UINT64_MAX;
}

void
garco__tile_keys (const garco__field *field, const void *values, size_t count, uint64_t *keys)
{
  size_t size = garco_datatype_size (field->type);
  const uint8_t *bytes = values;
  uint64_t low = 0, extent = 0, mask = size == 8 ? UINT64_MAX : (UINT64_C (1) << 8 * size) - 1;
  double low_real = 0, extent_real = 0;
  memcpy (&low, field->domain, size);
  memcpy (&extent, field->extent, size);
  if (field->type == GARCO_FLOAT64)
  {
    memcpy (&low_real, &low, 8);
    memcpy (&extent_real, &extent, 8);
    for (size_t i = 0; i < count; i++)
      keys[i] = whole_tiles ((((const double *)values)[i] - low_real) / extent_real);
  }
  else if (field->type == GARCO_FLOAT32)
  {
    float low_single, extent_single;
    memcpy (&low_single, &low, 4);
    memcpy (&extent_single, &extent, 4);
    for (size_t i = 0; i < count; i++)
      keys[i] = whole_tiles ((double)((((const float *)values)[i] - low_single) / extent_single));
  }
  else
    for (size_t i = 0; i < count; i++)
    {
      uint64_t value = 0;
      memcpy (&value, bytes + i * size, size);
      keys[i] = ((value - low) & mask) / extent;
    }
}

size_t
garco__nth_dimension (const garco__schema *schema, uint8_t layout, size_t k)
{
  return layout == GARCO__COL_MAJOR ? schema->ndims - 1 - k : k;
}

/* True where cells of one tile have one coordinate: tile coordinates sort by the coordinates. */
static bool
one_place_a_tile (const garco__field *field)
{
  uint64_t extent = 0;
  memcpy (&extent, field->extent, garco_datatype_size (field->type));
  return field->has_extent && extent == 1 &&
         garco__datatype_number (field->type) != GARCO__NUMBER_FLOAT;
}

/* Tile coordinates out of a dimension's keys, where they are integers: both count from the domain's
 * low end. They replace the keys, and their range the keys'. */
static void
tiles_of_keys (const garco__field *field, key_range *range, size_t count, uint64_t *keys)
{
  uint64_t low = garco__order_key (field->type, field->domain), extent = 0;
  memcpy (&extent, field->extent, garco_datatype_size (field->type));
  uint64_t base = low + (range->low - low) / extent * extent;
  uint64_t span = range->high - base;
  *range = (key_range){0, span / extent};
  if (range->high == 0)
    return;                                       /* all in one tile: nothing to sort by */
  if (extent <= UINT32_MAX && span <= UINT32_MAX) /* a faster division */
    for (size_t i = 0; i < count; i++)
      keys[i] = (uint32_t)(keys[i] - base) / (uint32_t)extent;
  else
    for (size_t i = 0; i < count; i++)
      keys[i] = (keys[i] - base) / extent;
}

static garco_status
add_tiles (garco__writer_job *job, garco__cell_sort *sort, size_t dimension, key_range range,
           uint64_t *keys)
{
  const garco__field *field = &job->schema->fields[dimension];
  const void *values = job->columns[dimension]->values;
  if (garco__datatype_number (field->type) == GARCO__NUMBER_FLOAT)
  {
    garco__tile_keys (field, values, job->rows, keys);
    range = range_of (keys, job->rows);
  }
  else
  {
    garco__order_keys (field->type, values, job->rows, keys);
    if (!one_place_a_tile (field))
      tiles_of_keys (field, &range, job->rows, keys);
  }
  return garco__cell_sort_add (sort, keys, range.low, range.high, job->error);
}

static garco_status
add_keys (garco__writer_job *job, garco__cell_sort *sort, key_range *ranges, uint64_t *keys)
{
  const garco__schema *schema = job->schema;
  for (size_t i = 0; i < schema->ndims; i++)
  {
    garco__order_keys (schema->fields[i].type, job->columns[i]->values, job->rows, keys);
    ranges[i] = range_of (keys, job->rows);
    GARCO_TRY (check_domain (job, &schema->fields[i], keys, ranges[i]));
  }
  for (size_t k = 0; k < schema->ndims; k++)
  {
    size_t i = garco__nth_dimension (schema, schema->tile_order, k);
    if (schema->fields[i].has_extent)
      GARCO_TRY (add_tiles (job, sort, i, ranges[i], keys));
  }
  for (size_t k = 0; k < schema->ndims; k++)
  {
    size_t i = garco__nth_dimension (schema, schema->cell_order, k);
    if (ranges[i].low == ranges[i].high || one_place_a_tile (&schema->fields[i]))
      continue;
    garco__order_keys (schema->fields[i].type, job->columns[i]->values, job->rows, keys);
    GARCO_TRY (garco__cell_sort_add (sort, keys, ranges[i].low, ranges[i].high, job->error));
  }
  return GARCO_OK;
}

static garco_status
name_duplicate (garco__writer_job *job, uint32_t cell)
{
  char text[512] = "", value[40];
  for (size_t i = 0, at = 0; i < job->schema->ndims && at < sizeof text; i++)
  {
    const garco__field *field = &job->schema->fields[i];
    size_t size = garco_datatype_size (field->type);
    const uint8_t *bytes = (const uint8_t *)job->columns[i]->values + cell * size;
    int length = snprintf (text + at, sizeof text - at, "%s%s = %s", i > 0 ? ", " : "", field->name,
                           value_text (field->type, garco__order_key (field->type, bytes), value));
    at += length > 0 ? (size_t)length : 0;
  }
  return garco__fail_line (job->error, GARCO_ERR_ARGUMENT, job->array->io->root, (int64_t)cell + 1,
                           "two cells at %s, and the array allows no duplicates", text);
}

garco_status
garco__writer_order (garco__writer_job *job)
{
  garco__cell_sort sort = {.count = job->rows};
  void *keys = NULL, *ranges = NULL;
  garco_status status;
  if (job->options.memory / SORT_COST < job->rows)
    return garco__fail (job->error, GARCO_ERR_LIMIT, job->array->io->root,
                        "%zu cells to sort need %zu bytes of memory, above the limit of %" PRIu64
                        "; expected fewer cells at once or a higher limit",
                        job->rows, job->rows * SORT_COST, job->options.memory);
  GARCO_TRY_DONE (garco__allocate (&keys, job->rows, sizeof (uint64_t), job->error));
  GARCO_TRY_DONE (garco__allocate (&ranges, job->schema->ndims, sizeof (key_range), job->error));
  GARCO_TRY_DONE (add_keys (job, &sort, ranges, keys));
  free (keys);
  keys = NULL;
  GARCO_TRY_DONE (garco__cell_sort_run (&sort, &job->order, job->error));
  for (size_t i = 1; !job->schema->duplicates && i < job->rows; i++)
    if (garco__cell_sort_repeats (&sort, job->order, i))
    {
      status = name_duplicate (job, job->order[i]);
      goto done;
    }
done:
  free (keys);
  free (ranges);
  garco__cell_sort_free (&sort);
  return status;
}
