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
#include "base/parallel.h"

/* Bytes of a cell while cells are sorted: its number twice, its key twice or thrice and more. */
#define SORT_COST ((size_t)32)
/* Cells of a piece of work, and of what is done with them while they are in the nearest cache. */
#define PIECE_ROWS ((size_t)32768)
#define BLOCK_ROWS ((size_t)1024)

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

static uint64_t
key_at (const garco__writer_job *job, size_t dimension, size_t row)
{
  const garco__field *field = &job->schema->fields[dimension];
  const uint8_t *values = job->columns[dimension]->values;
  return garco__order_key (field->type, values + row * garco_datatype_size (field->type));
}

static garco_status
check_bounds (garco__writer_job *job, size_t dimension, key_range range, const uint8_t *domain,
              const char *what)
{
  const garco__field *field = &job->schema->fields[dimension];
  size_t size = garco_datatype_size (field->type), i = 0;
  uint64_t low = garco__order_key (field->type, domain), key;
  uint64_t high = garco__order_key (field->type, domain + size);
  char value[40], from[40], to[40];
  if (range.low >= low && range.high <= high)
    return GARCO_OK;
  while ((key = key_at (job, dimension, i)) >= low && key <= high && i + 1 < job->rows)
    i++;
  return garco__fail_line (job->error, GARCO_ERR_ARGUMENT, job->array->io->root, (int64_t)i + 1,
                           "%s = %s, outside the array's %s [%s, %s]", field->name,
                           value_text (field->type, key, value), what,
                           value_text (field->type, low, from), value_text (field->type, high, to));
}

static garco_status
check_domain (garco__writer_job *job, size_t dimension, key_range range)
{
  const garco__field *field = &job->schema->fields[dimension];
  GARCO_TRY (check_bounds (job, dimension, range, field->domain, "domain"));
  return field->has_current ? check_bounds (job, dimension, range, field->current, "current domain")
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

/* ---- the numbers that cells are sorted by */

typedef enum number_kind
{
  COORDINATES,
  TILES,      /* out of the coordinates' keys, where they are integers: both count from the domain's
                 low end */
  FLOAT_TILES /* of coordinates that are floats */
} number_kind;

typedef struct number
{
  const garco__field *field;
  size_t dimension;
  number_kind kind;
  uint64_t base, extent; /* of TILES */
  bool narrow;           /* TILES: a faster division does */
  garco__sort_number place;
} number;

typedef struct order_plan
{
  garco__writer_job *job;
  garco__cell_sort sort;
  key_range *ranges; /* of each dimension, and before of each piece's */
  number *numbers;
  size_t nnumbers;
} order_plan;

static size_t
piece_count (const garco__writer_job *job)
{
  return (job->rows - 1) / PIECE_ROWS + 1;
}

static size_t
piece_end (const garco__writer_job *job, size_t index)
{
  size_t end = (index + 1) * PIECE_ROWS;
  return end < job->rows ? end : job->rows;
}

/* The keys of a dimension's cells from `from` on, of a block at most; how many they are. */
static size_t
block_keys (const garco__writer_job *job, size_t dimension, size_t from, size_t end,
            uint64_t keys[BLOCK_ROWS])
{
  const garco__field *field = &job->schema->fields[dimension];
  const uint8_t *values = job->columns[dimension]->values;
  size_t count = end - from < BLOCK_ROWS ? end - from : BLOCK_ROWS;
  garco__order_keys (field->type, values + from * garco_datatype_size (field->type), count, keys);
  return count;
}

static void
widen (key_range *range, key_range more)
{
  range->low = more.low < range->low ? more.low : range->low;
  range->high = more.high > range->high ? more.high : range->high;
}

static garco_status
find_ranges (void *context, size_t index, garco_error *error)
{
  (void)error;
  const order_plan *plan = context;
  size_t ndims = plan->job->schema->ndims, end = piece_end (plan->job, index), count;
  uint64_t keys[BLOCK_ROWS];
  for (size_t d = 0; d < ndims; d++)
  {
    key_range range = {UINT64_MAX, 0};
    for (size_t from = index * PIECE_ROWS; from < end; from += BLOCK_ROWS)
    {
      count = block_keys (plan->job, d, from, end, keys);
      widen (&range, range_of (keys, count));
    }
    plan->ranges[index * ndims + d] = range;
  }
  return GARCO_OK;
}

static garco_status
check_ranges (order_plan *plan)
{
  garco__writer_job *job = plan->job;
  size_t ndims = job->schema->ndims, pieces = piece_count (job);
  GARCO_TRY (garco__parallel_run (pieces, job->options.threads, find_ranges, plan, job->error));
  for (size_t d = 0; d < ndims; d++)
  {
    for (size_t i = 1; i < pieces; i++)
      widen (&plan->ranges[d], plan->ranges[i * ndims + d]);
    GARCO_TRY (check_domain (job, d, plan->ranges[d]));
  }
  return GARCO_OK;
}

/* Where coordinates rise, tiles of floats rise or fall, so that the ends are of the ends. */
static key_range
float_tiles (const garco__field *field, key_range coordinates)
{
  _Alignas(8) uint8_t ends[16];
  uint64_t keys[2] = {coordinates.low, coordinates.high};
  garco__order_values (field->type, keys, 2, ends);
  garco__tile_keys (field, ends, 2, keys);
  return range_of (keys, 2);
}

static key_range
plan_tiles (number *own, key_range coordinates)
{
  const garco__field *field = own->field;
  uint64_t low = garco__order_key (field->type, field->domain);
  memcpy (&own->extent, field->extent, garco_datatype_size (field->type));
  own->base = low + (coordinates.low - low) / own->extent * own->extent;
  uint64_t span = coordinates.high - own->base;
  own->narrow = own->extent <= UINT32_MAX && span <= UINT32_MAX;
  return (key_range){0, span / own->extent};
}

static garco_status
add_number (order_plan *plan, size_t dimension, bool tiles)
{
  const garco__field *field = &plan->job->schema->fields[dimension];
  key_range range = plan->ranges[dimension];
  number *own = &plan->numbers[plan->nnumbers++];
  *own = (number){.field = field, .dimension = dimension, .kind = COORDINATES};
  if (tiles && garco__datatype_number (field->type) == GARCO__NUMBER_FLOAT)
  {
    own->kind = FLOAT_TILES;
    range = float_tiles (field, range);
  }
  else if (tiles && !one_place_a_tile (field))
  {
    own->kind = TILES;
    range = plan_tiles (own, range);
  }
  return garco__cell_sort_add (&plan->sort, range.low, range.high, &own->place, plan->job->error);
}

static garco_status
add_numbers (order_plan *plan)
{
  const garco__schema *schema = plan->job->schema;
  for (size_t k = 0; k < schema->ndims; k++)
  {
    size_t i = garco__nth_dimension (schema, schema->tile_order, k);
    if (schema->fields[i].has_extent)
      GARCO_TRY (add_number (plan, i, true));
  }
  for (size_t k = 0; k < schema->ndims; k++)
  {
    size_t i = garco__nth_dimension (schema, schema->cell_order, k);
    if (!one_place_a_tile (&schema->fields[i]))
      GARCO_TRY (add_number (plan, i, false));
  }
  return GARCO_OK;
}

static void
tiles_of_keys (const number *own, size_t count, uint64_t *keys)
{
  uint64_t base = own->base, extent = own->extent;
  if (own->narrow)
    for (size_t i = 0; i < count; i++)
      keys[i] = (uint32_t)(keys[i] - base) / (uint32_t)extent;
  else
    for (size_t i = 0; i < count; i++)
      keys[i] = (keys[i] - base) / extent;
}

static garco_status
put_numbers (void *context, size_t index, garco_error *error)
{
  (void)error;
  order_plan *plan = context;
  const garco__writer_job *job = plan->job;
  size_t end = piece_end (job, index), count;
  uint64_t keys[BLOCK_ROWS];
  for (size_t from = index * PIECE_ROWS; from < end; from += BLOCK_ROWS)
    for (size_t k = 0; k < plan->nnumbers; k++)
    {
      const number *own = &plan->numbers[k];
      const uint8_t *values = job->columns[own->dimension]->values;
      if (own->place.bits == 0)
        continue;
      count = block_keys (job, own->dimension, from, end, keys);
      if (own->kind == TILES)
        tiles_of_keys (own, count, keys);
      else if (own->kind == FLOAT_TILES)
        garco__tile_keys (own->field, values + from * garco_datatype_size (own->field->type), count,
                          keys);
      garco__cell_sort_put (&plan->sort, &own->place, from, keys, count);
    }
  return GARCO_OK;
}

/* ---- the order */

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

static garco_status
find_duplicate (const order_plan *plan)
{
  garco__writer_job *job = plan->job;
  for (size_t i = 1; !job->schema->duplicates && i < job->rows; i++)
    if (garco__cell_sort_repeats (&plan->sort, job->order, i))
      return name_duplicate (job, job->order[i]);
  return GARCO_OK;
}

garco_status
garco__writer_order (garco__writer_job *job)
{
  order_plan plan = {.job = job, .sort.count = job->rows};
  size_t ndims = job->schema->ndims;
  int threads = job->options.threads;
  void *ranges = NULL, *numbers = NULL;
  garco_status status;
  if (job->options.memory / SORT_COST < job->rows)
    return garco__fail (job->error, GARCO_ERR_LIMIT, job->array->io->root,
                        "%zu cells to sort need %zu bytes of memory, above the limit of %" PRIu64
                        "; expected fewer cells at once or a higher limit",
                        job->rows, job->rows * SORT_COST, job->options.memory);
  GARCO_TRY_DONE (
      garco__allocate (&ranges, piece_count (job) * ndims, sizeof (key_range), job->error));
  plan.ranges = ranges;
  GARCO_TRY_DONE (garco__allocate (&numbers, 2 * ndims, sizeof (number), job->error));
  plan.numbers = numbers;
  GARCO_TRY_DONE (check_ranges (&plan));
  GARCO_TRY_DONE (add_numbers (&plan));
  GARCO_TRY_DONE (garco__parallel_run (piece_count (job), threads, put_numbers, &plan, job->error));
  GARCO_TRY_DONE (garco__cell_sort_run (&plan.sort, threads, &job->order, job->error));
  GARCO_TRY_DONE (find_duplicate (&plan));
done:
  free (ranges);
  free (numbers);
  garco__cell_sort_free (&plan.sort);
  return status;
}
