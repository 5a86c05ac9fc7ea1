/* Writing a fragment.
 *
 *   batch -> global order -> tiles of `capacity` cells -> statistics, filters -> data files, synced
 *         -> __fragment_metadata.tdb, synced -> folders synced -> the empty commit file, synced
 *
 * Global order: by tile coordinates, then by coordinates. A tile coordinate is the unsigned
 * distance from the domain's low end divided by the unsigned extent, both wrapping in the
 * dimension's own width: there are arrays in use whose extent is -1.
 *
 * The metadata file is generic tiles in this order: R-tree; of each slot tile offsets, variable
 * offsets, variable sizes, validity offsets, minima, maxima, sums, null counts; the fragment's
 * statistics; deletes done.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arco/array_internal.h"
#include "arco/array_writer.h"
#include "arco/cell_sort.h"
#include "arco/datatype.h"
#include "arco/generic_tile.h"
#include "arco/rtree.h"
#include "arco/tile_stats.h"
#include "base/civil_time.h"
#include "base/error.h"

#define PATH_SIZE 512
/* Before this version fragments and commits lie elsewhere. */
#define OLDEST_WRITTEN 12u
/* A time is that far ahead only when the clock was set back meanwhile; nobody waits for it. */
#define WAIT_LIMIT_MS 2000

struct garco__fragment_writer
{
  garco_array *array;
  uint64_t timestamp;
  bool committed;
  char name[GARCO__NAME_SIZE];
  char path[GARCO__NAME_SIZE + 16]; /* __fragments/NAME */
};

/* What the writing of one fragment works with. */
typedef struct writer_job
{
  garco_array *array;
  const garco__schema *schema;
  garco__fragment_writer *fragment;
  garco_error *error;
  size_t rows, ntiles;
  const garco_column **columns; /* of each field */
  uint32_t *order;
  uint8_t *cells, *valid; /* one tile's values, in order */
  garco__buffer packed;
  size_t nslots;
  garco__slot *slots;
  garco__tile_stats **stats; /* of each slot, of each tile */
  uint8_t *boxes;            /* of each tile */
} writer_job;

/* ---- is the batch one of this array */

static bool
same_kind (garco_datatype a, garco_datatype b)
{
  return a == b || (garco_datatype_size (a) == garco_datatype_size (b) &&
                    garco__datatype_number (a) == GARCO__NUMBER_SIGNED &&
                    garco__datatype_number (b) == GARCO__NUMBER_SIGNED);
}

static garco_status
refuse (writer_job *job, garco_status code, const garco__field *field, const char *why)
{
  return garco__fail (job->error, code, job->array->io->root, "field \"%s\": %s", field->name, why);
}

static garco_status
match_field (writer_job *job, const garco_batch *batch, size_t i)
{
  const garco__field *field = &job->schema->fields[i];
  int at = garco_batch_find (batch, field->name);
  if (field->width != 1 || garco__datatype_number (field->type) == GARCO__NUMBER_NONE)
    return refuse (job, GARCO_ERR_UNSUPPORTED, field, "garco writes single numbers only");
  GARCO_TRY (garco__pipeline_check (&field->pipeline, true, job->array->io->root, field->name,
                                    job->error));
  if (field->nullable)
    GARCO_TRY (garco__pipeline_check (&job->schema->validity, true, job->array->io->root,
                                      field->name, job->error));
  if (at < 0)
    return refuse (job, GARCO_ERR_ARGUMENT, field, "the cells to write have no such column");
  const garco_column *column = &batch->columns[at];
  if (column->width != 1 || !same_kind (column->type, field->type))
    return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                        "field \"%s\" is %s; the cells to write have %s", field->name,
                        garco_datatype_name (field->type), garco_datatype_name (column->type));
  if (column->validity != NULL && !field->nullable)
    return refuse (job, GARCO_ERR_ARGUMENT, field, "nulls to write, and it is not nullable");
  job->columns[i] = column;
  return GARCO_OK;
}

static garco_status
match_batch (writer_job *job, const garco_batch *batch)
{
  const garco__schema *schema = job->schema;
  size_t nfields = schema->ndims + schema->nattrs;
  void *columns = NULL;
  if (schema->version < OLDEST_WRITTEN)
    return garco__fail (job->error, GARCO_ERR_UNSUPPORTED, job->array->io->root,
                        "writing to an array of format version %" PRIu32
                        "; garco writes from %u on",
                        schema->version, OLDEST_WRITTEN);
  if (batch->rows <= 0 || batch->rows > UINT32_MAX)
    return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                        "%" PRId64 " cells to write; expected 1 to 4294967295", batch->rows);
  for (size_t i = 0; i < batch->ncolumns; i++)
    if (garco__schema_find (schema, batch->columns[i].name) < 0)
      return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                          "the array has no field \"%s\"", batch->columns[i].name);
  GARCO_TRY (garco__allocate (&columns, nfields, sizeof (garco_column *), job->error));
  job->columns = columns;
  for (size_t i = 0; i < nfields; i++)
    GARCO_TRY (match_field (job, batch, i));
  job->rows = (size_t)batch->rows;
  job->ntiles = (size_t)((job->rows - 1) / schema->capacity + 1);
  return GARCO_OK;
}

/* ---- global order */

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

static garco_status
check_bounds (writer_job *job, const garco__field *field, const uint64_t *keys,
              const uint8_t *domain, const char *what)
{
  size_t size = garco_datatype_size (field->type);
  uint64_t low = garco__order_key (field->type, domain);
  uint64_t high = garco__order_key (field->type, domain + size);
  char value[40], from[40], to[40];
  for (size_t i = 0; i < job->rows; i++)
    if (keys[i] < low || keys[i] > high)
      return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                          "cell %zu has %s = %s, outside the array's %s [%s, %s]", i, field->name,
                          value_text (field->type, keys[i], value), what,
                          value_text (field->type, low, from), value_text (field->type, high, to));
  return GARCO_OK;
}

static garco_status
check_domain (writer_job *job, const garco__field *field, const uint64_t *keys)
{
  GARCO_TRY (check_bounds (job, field, keys, field->domain, "domain"));
  return field->has_current ? check_bounds (job, field, keys, field->current, "current domain")
                            : GARCO_OK;
}

/* Non-negative by the domain's check; beyond what 64 bits hold all are in one last tile. */
static uint64_t
whole_tiles (double tiles)
{
  return tiles < 0x1p63 ? (uint64_t)tiles : UINT64_MAX;
}

/* Tile coordinates of a column. */
static void
tile_keys (const garco__field *field, const void *values, size_t count, uint64_t *keys)
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

/* The k-th most significant dimension in an order. */
static size_t
nth_dimension (const garco__schema *schema, uint8_t layout, size_t k)
{
  return layout == GARCO__COL_MAJOR ? schema->ndims - 1 - k : k;
}

static garco_status
add_keys (writer_job *job, garco__cell_sort *sort, uint64_t *keys)
{
  const garco__schema *schema = job->schema;
  for (size_t i = 0; i < schema->ndims; i++)
  {
    garco__order_keys (schema->fields[i].type, job->columns[i]->values, job->rows, keys);
    GARCO_TRY (check_domain (job, &schema->fields[i], keys));
  }
  for (size_t k = 0; k < schema->ndims; k++)
  {
    size_t i = nth_dimension (schema, schema->tile_order, k);
    if (!schema->fields[i].has_extent)
      continue;
    tile_keys (&schema->fields[i], job->columns[i]->values, job->rows, keys);
    GARCO_TRY (garco__cell_sort_add (sort, keys, job->error));
  }
  for (size_t k = 0; k < schema->ndims; k++)
  {
    size_t i = nth_dimension (schema, schema->cell_order, k);
    garco__order_keys (schema->fields[i].type, job->columns[i]->values, job->rows, keys);
    GARCO_TRY (garco__cell_sort_add (sort, keys, job->error));
  }
  return GARCO_OK;
}

static garco_status
name_duplicate (writer_job *job, uint32_t cell)
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
  return garco__fail (job->error, GARCO_ERR_ARGUMENT, job->array->io->root,
                      "two cells at %s, and the array allows no duplicates", text);
}

static garco_status
find_order (writer_job *job)
{
  garco__cell_sort sort = {.count = job->rows};
  void *keys = NULL;
  garco_status status;
  GARCO_TRY_DONE (garco__allocate (&keys, job->rows, sizeof (uint64_t), job->error));
  GARCO_TRY_DONE (add_keys (job, &sort, keys));
  free (keys);
  keys = NULL;
  GARCO_TRY_DONE (garco__cell_sort_run (&sort, &job->order, job->error));
  for (size_t i = 1; !job->schema->duplicates && i < job->rows; i++)
    if (garco__cell_sort_equal (&sort, job->order[i - 1], job->order[i]))
    {
      status = name_duplicate (job, job->order[i]);
      goto done;
    }
done:
  free (keys);
  garco__cell_sort_free (&sort);
  return status;
}

/* ---- data files */

#define GATHER(T)                                                                                  \
  for (size_t i = 0; i < count; i++)                                                               \
  ((T *)out)[i] = ((const T *)values)[order[i]]

static void
gather (const void *values, size_t size, const uint32_t *order, size_t count, void *out)
{
  if (size == 8)
    GATHER (uint64_t);
  else if (size == 4)
    GATHER (uint32_t);
  else if (size == 2)
    GATHER (uint16_t);
  else
    GATHER (uint8_t);
}

static garco_status
open_file (writer_job *job, const char *kind, size_t index, const char *ending,
           garco__io_stream **stream)
{
  char path[PATH_SIZE];
  snprintf (path, sizeof path, "%s/%s%zu%s.tdb", job->fragment->path, kind, index, ending);
  return garco__io_stream_open (job->array->io, path, stream, job->error);
}

/* Filters one tile and appends it to its file. */
static garco_status
put_tile (writer_job *job, const garco__pipeline *pipeline, size_t cell_size, const uint8_t *cells,
          size_t count, garco__io_stream *stream, uint64_t *file_size)
{
  job->packed.size = 0;
  GARCO_TRY (garco__tile_encode (job->array->codec, pipeline, cell_size, cells, count * cell_size,
                                 &job->packed, job->error));
  *file_size += job->packed.size;
  return garco__io_stream_write (stream, job->packed.data, job->packed.size, job->error);
}

/* A filter that refuses a value does not know the field. */
static garco_status
name_field (writer_job *job, const garco__field *field, garco_status status)
{
  if (status >= 0 || job->error == NULL || job->error->source[0] != '\0')
    return status;
  char message[sizeof job->error->message];
  memcpy (message, job->error->message, sizeof message);
  return garco__fail (job->error, status, job->array->io->root, "field \"%s\": %s", field->name,
                      message);
}

static void
note_box (writer_job *job, size_t dimension, size_t tile, const garco__tile_stats *stats)
{
  size_t at = 0, box = garco__box_size (job->schema);
  for (size_t i = 0; i < dimension; i++)
    at += 2 * garco_datatype_size (job->schema->fields[i].type);
  size_t size = garco_datatype_size (job->schema->fields[dimension].type);
  memcpy (job->boxes + tile * box + at, stats->min, size);
  memcpy (job->boxes + tile * box + at + size, stats->max, size);
}

static garco_status
write_tiles (writer_job *job, size_t field_index, garco__io_stream *data, garco__io_stream *nulls)
{
  const garco__field *field = &job->schema->fields[field_index];
  const garco_column *column = job->columns[field_index];
  size_t slot_index = garco__schema_slot (job->schema, field_index);
  garco__slot *slot = &job->slots[slot_index];
  for (size_t t = 0; t < job->ntiles; t++)
  {
    size_t from = t * (size_t)job->schema->capacity, left = job->rows - from;
    size_t count = left < job->schema->capacity ? left : (size_t)job->schema->capacity;
    gather (column->values, field->cell_size, job->order + from, count, job->cells);
    memset (job->valid, 1, field->nullable ? count : 0);
    if (column->validity != NULL)
      gather (column->validity, 1, job->order + from, count, job->valid);
    garco__tile_stats *stats = &job->stats[slot_index][t];
    garco__tile_stats_of (field->type, job->cells, field->nullable ? job->valid : NULL, count,
                          stats);
    if (field->is_dimension)
      note_box (job, field_index, t, stats);
    slot->tile_offsets[t] = slot->file_size;
    GARCO_TRY (put_tile (job, &field->pipeline, field->cell_size, job->cells, count, data,
                         &slot->file_size));
    slot->validity_offsets[t] = slot->validity_size;
    if (nulls != NULL)
      GARCO_TRY (put_tile (job, &job->schema->validity, 1, job->valid, count, nulls,
                           &slot->validity_size));
  }
  return GARCO_OK;
}

static garco_status
write_field (writer_job *job, size_t field_index)
{
  const garco__field *field = &job->schema->fields[field_index];
  const char *kind = field->is_dimension ? "d" : "a";
  size_t number = field->is_dimension ? field_index : field_index - job->schema->ndims;
  garco__io_stream *data = NULL, *nulls = NULL;
  garco_status status;
  GARCO_TRY_DONE (open_file (job, kind, number, "", &data));
  if (field->nullable)
    GARCO_TRY_DONE (open_file (job, kind, number, "_validity", &nulls));
  GARCO_TRY_DONE (name_field (job, field, write_tiles (job, field_index, data, nulls)));
  GARCO_TRY_DONE (garco__io_stream_finish (&data, job->error));
  if (nulls != NULL)
    GARCO_TRY_DONE (garco__io_stream_finish (&nulls, job->error));
done:
  garco__io_stream_abandon (&data);
  garco__io_stream_abandon (&nulls);
  return status;
}

static garco_status
make_slots (writer_job *job)
{
  const garco__schema *schema = job->schema;
  size_t tile = schema->capacity < job->rows ? (size_t)schema->capacity : job->rows;
  void *slots = NULL, *stats = NULL, *room = NULL;
  job->nslots = schema->nattrs + 1 + schema->ndims;
  GARCO_TRY (garco__allocate (&slots, job->nslots, sizeof (garco__slot), job->error));
  job->slots = slots;
  GARCO_TRY (garco__allocate (&stats, job->nslots, sizeof (garco__tile_stats *), job->error));
  job->stats = stats;
  for (size_t i = 0; i < job->nslots; i++)
  {
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (uint64_t), job->error));
    job->slots[i].tile_offsets = room;
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (uint64_t), job->error));
    job->slots[i].validity_offsets = room;
    GARCO_TRY (garco__allocate (&room, job->ntiles, sizeof (garco__tile_stats), job->error));
    job->stats[i] = room;
  }
  GARCO_TRY (garco__allocate (&room, job->ntiles, garco__box_size (schema), job->error));
  job->boxes = room;
  GARCO_TRY (garco__allocate (&room, tile, 8, job->error));
  job->cells = room;
  GARCO_TRY (garco__allocate (&room, tile, 1, job->error));
  job->valid = room;
  return GARCO_OK;
}

static void
free_job (writer_job *job)
{
  for (size_t i = 0; i < job->nslots; i++)
  {
    if (job->slots != NULL)
    {
      free (job->slots[i].tile_offsets);
      free (job->slots[i].validity_offsets);
    }
    if (job->stats != NULL)
      free (job->stats[i]);
  }
  free (job->slots);
  free (job->stats);
  free (job->boxes);
  free (job->cells);
  free (job->valid);
  free (job->order);
  free (job->columns);
  garco__buffer_free (&job->packed);
}

/* ---- the metadata file */

static garco_status
put_generic (writer_job *job, const garco__buffer *payload, garco__buffer *file, uint64_t *at)
{
  *at = file->size;
  return garco__generic_tile_write (job->array->codec, job->schema->version, payload->data,
                                    payload->size, file, job->error);
}

static garco_status
put_numbers (writer_job *job, const uint64_t *numbers, size_t count, garco__buffer *file,
             uint64_t *at)
{
  garco__buffer payload = {0};
  garco_status status;
  GARCO_TRY_DONE (garco__put_u64 (&payload, count, job->error));
  for (size_t i = 0; i < count; i++)
    GARCO_TRY_DONE (garco__put_u64 (&payload, numbers != NULL ? numbers[i] : 0, job->error));
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

/* The field of a slot, or NULL for the slot of no field. */
static const garco__field *
field_of_slot (const garco__schema *schema, size_t slot)
{
  if (slot == schema->nattrs)
    return NULL;
  return &schema->fields[slot < schema->nattrs ? schema->ndims + slot : slot - schema->nattrs - 1];
}

/* Bytes of a minimum. Dimensions have none; the slot of no field has zeros in the width of the
 * first dimension, `of_tile` one for each dimension. */
static size_t
bound_size (const garco__schema *schema, size_t slot, bool of_tile)
{
  const garco__field *field = field_of_slot (schema, slot);
  if (field == NULL)
    return garco_datatype_size (schema->fields[0].type) * (of_tile ? schema->ndims : 1);
  return field->is_dimension ? 0 : garco_datatype_size (field->type);
}

static garco_status
put_bound (garco__buffer *payload, const uint8_t bound[8], size_t size, garco_error *error)
{
  static const uint8_t zero[8] = {0};
  for (size_t done = 0; done < size; done += 8)
    GARCO_TRY (garco__buffer_append (payload, size <= 8 ? bound : zero,
                                     size - done < 8 ? size - done : 8, error));
  return GARCO_OK;
}

/* Minima or maxima: u64 bytes, u64 variable bytes (0), the values. */
static garco_status
put_bounds (writer_job *job, size_t slot, bool maxima, garco__buffer *file, uint64_t *at)
{
  size_t size = bound_size (job->schema, slot, true);
  garco__buffer payload = {0};
  garco_status status;
  GARCO_TRY_DONE (garco__put_u64 (&payload, size * job->ntiles, job->error));
  GARCO_TRY_DONE (garco__put_u64 (&payload, 0, job->error));
  for (size_t t = 0; size > 0 && t < job->ntiles; t++)
  {
    const garco__tile_stats *stats = &job->stats[slot][t];
    GARCO_TRY_DONE (put_bound (&payload, maxima ? stats->max : stats->min, size, job->error));
  }
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

static garco_status
put_sums (writer_job *job, size_t slot, garco__buffer *file, uint64_t *at)
{
  garco__buffer payload = {0};
  garco_status status;
  GARCO_TRY_DONE (garco__put_u64 (&payload, job->ntiles, job->error));
  for (size_t t = 0; t < job->ntiles; t++)
    GARCO_TRY_DONE (garco__buffer_append (&payload, job->stats[slot][t].sum, 8, job->error));
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

static garco_status
put_nulls (writer_job *job, size_t slot, garco__buffer *file, uint64_t *at)
{
  const garco__field *field = field_of_slot (job->schema, slot);
  size_t count = field != NULL && field->nullable ? job->ntiles : 0;
  garco__buffer payload = {0};
  garco_status status;
  GARCO_TRY_DONE (garco__put_u64 (&payload, count, job->error));
  for (size_t t = 0; t < count; t++)
    GARCO_TRY_DONE (garco__put_u64 (&payload, job->stats[slot][t].nulls, job->error));
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

/* Of each slot: u64+minimum, u64+maximum, sum, u64 nulls. */
static garco_status
put_fragment_stats (writer_job *job, garco__buffer *file, uint64_t *at)
{
  garco__buffer payload = {0};
  garco_status status;
  for (size_t slot = 0; slot < job->nslots; slot++)
  {
    const garco__field *field = field_of_slot (job->schema, slot);
    size_t size = bound_size (job->schema, slot, false);
    garco__tile_stats stats = {0};
    if (field != NULL)
      garco__tile_stats_join (field->type, job->stats[slot], job->ntiles, &stats);
    GARCO_TRY_DONE (garco__put_u64 (&payload, size, job->error));
    GARCO_TRY_DONE (garco__buffer_append (&payload, stats.min, size, job->error));
    GARCO_TRY_DONE (garco__put_u64 (&payload, size, job->error));
    GARCO_TRY_DONE (garco__buffer_append (&payload, stats.max, size, job->error));
    GARCO_TRY_DONE (garco__buffer_append (&payload, stats.sum, 8, job->error));
    GARCO_TRY_DONE (garco__put_u64 (&payload, stats.nulls, job->error));
  }
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

static garco_status
put_vectors (writer_job *job, garco__buffer *file)
{
  garco__slot *slots = job->slots;
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_numbers (job, slots[i].tile_offsets, job->ntiles, file, &slots[i].at.tile));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_numbers (job, NULL, job->ntiles, file, &slots[i].at.var));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_numbers (job, NULL, job->ntiles, file, &slots[i].at.var_size));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (
        put_numbers (job, slots[i].validity_offsets, job->ntiles, file, &slots[i].at.validity));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_bounds (job, i, false, file, &slots[i].at.min));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_bounds (job, i, true, file, &slots[i].at.max));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_sums (job, i, file, &slots[i].at.sum));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_nulls (job, i, file, &slots[i].at.null));
  return GARCO_OK;
}

/* The box around all tiles is the root of the tree over them. */
static const uint8_t *
root_box (const garco__buffer *tree)
{
  return tree->data + 4 + 4 + 8;
}

static garco_status
put_metadata (writer_job *job, garco__buffer *tree, garco__buffer *file)
{
  const garco__schema *schema = job->schema;
  garco__footer footer = {.version = schema->version, .schema = schema, .ntiles = job->ntiles};
  GARCO_TRY (garco__rtree_put (schema, job->boxes, job->ntiles, tree, job->error));
  GARCO_TRY (put_generic (job, tree, file, &footer.rtree_at));
  GARCO_TRY (put_vectors (job, file));
  GARCO_TRY (put_fragment_stats (job, file, &footer.stats_at));
  if (schema->version >= 16)
    GARCO_TRY (put_numbers (job, NULL, 0, file, &footer.processed_at));
  footer.domain = root_box (tree);
  footer.last_cells = job->rows - (job->ntiles - 1) * schema->capacity;
  footer.nslots = job->nslots;
  footer.slots = job->slots;
  return garco__footer_put (&footer, file, job->error);
}

static garco_status
write_metadata (writer_job *job)
{
  char path[PATH_SIZE];
  garco__buffer tree = {0}, file = {0};
  garco__io_stream *stream = NULL;
  garco_status status;
  snprintf (path, sizeof path, "%s/__fragment_metadata.tdb", job->fragment->path);
  GARCO_TRY_DONE (put_metadata (job, &tree, &file));
  GARCO_TRY_DONE (garco__io_stream_open (job->array->io, path, &stream, job->error));
  GARCO_TRY_DONE (garco__io_stream_write (stream, file.data, file.size, job->error));
  GARCO_TRY_DONE (garco__io_stream_finish (&stream, job->error));
  GARCO_TRY_DONE (garco__io_sync_folder (job->array->io, job->fragment->path, job->error));
done:
  garco__io_stream_abandon (&stream);
  garco__buffer_free (&tree);
  garco__buffer_free (&file);
  return status;
}

/* ---- the whole */

static garco_status
make_fragment (writer_job *job)
{
  garco__fragment_writer *fragment = job->fragment;
  garco__io *io = job->array->io;
  GARCO_TRY (garco__array_next_timestamp (job->array, &fragment->timestamp, job->error));
  GARCO_TRY (
      garco__stamp_name (fragment->timestamp, job->schema->version, fragment->name, job->error));
  snprintf (fragment->path, sizeof fragment->path, "__fragments/%s", fragment->name);
  GARCO_TRY (garco__io_make_folder (io, "__fragments", job->error));
  GARCO_TRY (garco__io_make_folder (io, "__commits", job->error));
  return garco__io_make_folder (io, fragment->path, job->error);
}

garco_status
garco__fragment_write (garco_array *array, const garco_batch *batch,
                       garco__fragment_writer **fragment, garco_error *error)
{
  writer_job job = {.array = array, .schema = array->schema, .error = error};
  void *made = NULL;
  garco_status status;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__fragment_writer), error));
  job.fragment = *fragment = made;
  job.fragment->array = array;
  GARCO_TRY_DONE (match_batch (&job, batch));
  GARCO_TRY_DONE (find_order (&job));
  GARCO_TRY_DONE (make_slots (&job));
  GARCO_TRY_DONE (make_fragment (&job));
  for (size_t i = 0; i < job.schema->ndims + job.schema->nattrs; i++)
    GARCO_TRY_DONE (write_field (&job, i));
  GARCO_TRY_DONE (write_metadata (&job));
done:
  free_job (&job);
  if (status < 0)
    garco__fragment_writer_free (fragment);
  return status;
}

const char *
garco__fragment_writer_name (const garco__fragment_writer *fragment)
{
  return fragment->name;
}

uint64_t
garco__fragment_writer_timestamp (const garco__fragment_writer *fragment)
{
  return fragment->timestamp;
}

/* Readers see what is not later than now; several commits in one millisecond have later times. */
static void
wait_for (uint64_t timestamp)
{
  uint64_t now = (uint64_t)garco__now_ms ();
  if (timestamp <= now || timestamp - now > WAIT_LIMIT_MS)
    return;
  uint64_t left = timestamp - now;
  struct timespec pause = {(time_t)(left / 1000), (long)(left % 1000) * 1000000};
  nanosleep (&pause, NULL);
}

garco_status
garco__fragment_commit (garco__fragment_writer *fragment, garco_error *error)
{
  char path[PATH_SIZE];
  garco__io *io = fragment->array->io;
  garco__io_kind kind = GARCO__IO_NOTHING;
  uint64_t size;
  snprintf (path, sizeof path, "__commits/%s.wrt", fragment->name);
  wait_for (fragment->timestamp);
  garco_status status = garco__io_write (io, path, NULL, 0, error);
  /* An array whose commit has no fragment opens for nobody: unless it is sure that the commit is
   * not there, the fragment stays. */
  fragment->committed =
      status >= 0 || garco__io_stat (io, path, &kind, &size, NULL) < 0 || kind != GARCO__IO_NOTHING;
  return status;
}

void
garco__fragment_writer_free (garco__fragment_writer **fragment)
{
  garco__fragment_writer *own = *fragment;
  if (own == NULL)
    return;
  if (!own->committed && own->path[0] != '\0')
    garco__io_remove (own->array->io, own->path, NULL);
  free (own);
  *fragment = NULL;
}
