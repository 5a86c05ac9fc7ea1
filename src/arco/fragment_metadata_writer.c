/* The metadata file of a fragment that is written.
 *
 * Generic tiles in this order: R-tree; of each slot tile offsets, variable offsets, variable sizes,
 * validity offsets, minima, maxima, sums, null counts; the fragment's statistics; deletes done.
 * The footer follows, as fragment_metadata.c has it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <stdio.h>
#include <string.h>

#include "arco/datatype.h"
#include "arco/fragment_writer.h"
#include "arco/generic_tile.h"
#include "arco/rtree.h"
#include "base/error.h"

#define PATH_SIZE 512

static garco_status
put_generic (garco__writer_job *job, const garco__buffer *payload, garco__buffer *file,
             uint64_t *at)
{
  *at = file->size;
  return garco__generic_tile_write (job->array->codec, job->schema->version, payload->data,
                                    payload->size, file, job->error);
}

static garco_status
put_numbers (garco__writer_job *job, const uint64_t *numbers, size_t count, garco__buffer *file,
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

/* What times of cells, times of their deletes and numbers of conditions are. */
static const garco__field special_field = {.type = GARCO_UINT64, .width = 1, .cell_size = 8};

/* The field of a slot, or NULL for the slot of no field. */
static const garco__field *
field_of_slot (const garco__schema *schema, size_t slot)
{
  if (slot == schema->nattrs)
    return NULL;
  if (slot > schema->nattrs + schema->ndims)
    return &special_field;
  return &schema->fields[slot < schema->nattrs ? schema->ndims + slot : slot - schema->nattrs - 1];
}

garco__bounds_kind
garco__bounds_kind_of (const garco__field *field)
{
  bool number = garco__datatype_number (field->type) != GARCO__NUMBER_NONE;
  if (number && field->width == 1)
    return GARCO__BOUNDS_NUMBER;
  return field->type == GARCO_CHAR || field->type == GARCO_STRING_ASCII ? GARCO__BOUNDS_TEXT
                                                                        : GARCO__BOUNDS_NONE;
}

/* Bytes of a minimum. Dimensions have none; the slot of no field has zeros in the width of the
 * first dimension, `of_tile` one for each dimension. */
static size_t
bound_size (const garco__schema *schema, size_t slot, bool of_tile)
{
  const garco__field *field = field_of_slot (schema, slot);
  if (field == NULL)
    return garco_datatype_size (schema->fields[0].type) * (of_tile ? schema->ndims : 1);
  return field->is_dimension || garco__bounds_kind_of (field) == GARCO__BOUNDS_NONE
             ? 0
             : field->cell_size;
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

static bool
is_text (const garco__writer_job *job, size_t slot)
{
  return job->texts != NULL && job->texts[slot] != NULL;
}

/* Of texts of variable length: where each tile's begins, then the texts. */
static garco_status
put_text_bounds (garco__writer_job *job, size_t slot, bool maxima, garco__buffer *file,
                 uint64_t *at)
{
  const garco__text_bounds *bounds = job->bounds[slot];
  const garco__buffer *starts = &bounds->starts[maxima], *bytes = &bounds->bytes[maxima];
  garco__buffer payload = {0};
  garco_status status;
  GARCO_TRY_DONE (garco__put_u64 (&payload, starts->size, job->error));
  GARCO_TRY_DONE (garco__put_u64 (&payload, bytes->size, job->error));
  GARCO_TRY_DONE (garco__buffer_append (&payload, starts->data, starts->size, job->error));
  GARCO_TRY_DONE (garco__buffer_append (&payload, bytes->data, bytes->size, job->error));
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

static bool
has_text_bounds (const garco__writer_job *job, size_t slot)
{
  const garco__field *field = field_of_slot (job->schema, slot);
  return job->bounds != NULL && job->bounds[slot] != NULL && !field->is_dimension &&
         garco__bounds_kind_of (field) == GARCO__BOUNDS_TEXT;
}

/* Minima or maxima: u64 bytes, u64 variable bytes (0), the values. */
static garco_status
put_bounds (garco__writer_job *job, size_t slot, bool maxima, garco__buffer *file, uint64_t *at)
{
  size_t size = bound_size (job->schema, slot, true);
  garco__buffer payload = {0};
  garco_status status;
  if (has_text_bounds (job, slot))
    return put_text_bounds (job, slot, maxima, file, at);
  GARCO_TRY_DONE (garco__put_u64 (&payload, size * job->ntiles, job->error));
  GARCO_TRY_DONE (garco__put_u64 (&payload, 0, job->error));
  for (size_t t = 0; size > 0 && t < job->ntiles; t++)
  {
    const garco__tile_stats *stats = &job->stats[slot][t];
    if (is_text (job, slot))
      GARCO_TRY_DONE (garco__buffer_append (&payload, job->texts[slot] + (2 * t + maxima) * size,
                                            size, job->error));
    else
      GARCO_TRY_DONE (put_bound (&payload, maxima ? stats->max : stats->min, size, job->error));
  }
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

static garco_status
put_sums (garco__writer_job *job, size_t slot, garco__buffer *file, uint64_t *at)
{
  const garco__field *field = field_of_slot (job->schema, slot);
  bool has = field == NULL
                 ? job->schema->fields[0].width == 1 /* of the first dimension's type */
                 : field->width == 1 && garco__bounds_kind_of (field) != GARCO__BOUNDS_NONE;
  size_t count = has ? job->ntiles : 0;
  garco__buffer payload = {0};
  garco_status status;
  GARCO_TRY_DONE (garco__put_u64 (&payload, count, job->error));
  for (size_t t = 0; t < count; t++)
    GARCO_TRY_DONE (garco__buffer_append (&payload, job->stats[slot][t].sum, 8, job->error));
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

static garco_status
put_nulls (garco__writer_job *job, size_t slot, garco__buffer *file, uint64_t *at)
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

/* The lowest or highest cell of the slot's tiles that have any; zeros where none has. */
static const uint8_t *
whole_text (const garco__writer_job *job, size_t slot, size_t size, bool maxima)
{
  const uint8_t *best = NULL;
  for (size_t t = 0; t < job->ntiles; t++)
  {
    const uint8_t *own = job->texts[slot] + (2 * t + maxima) * size;
    bool better =
        best == NULL || (maxima ? memcmp (own, best, size) > 0 : memcmp (own, best, size) < 0);
    if (!job->stats[slot][t].empty && better)
      best = own;
  }
  return best != NULL ? best : job->texts[slot];
}

/* The same of variable length. */
static const uint8_t *
whole_bound (const garco__writer_job *job, size_t slot, bool maxima, size_t *size)
{
  const uint8_t *best = NULL;
  *size = 0;
  for (size_t t = 0; t < job->ntiles; t++)
  {
    size_t own_size;
    const uint8_t *own = garco__text_bounds_of (job->bounds[slot], maxima, t, &own_size);
    int difference = best != NULL ? garco__text_compare (own, own_size, best, *size) : 0;
    if (job->stats[slot][t].empty || (best != NULL && (maxima ? difference <= 0 : difference >= 0)))
      continue;
    best = own;
    *size = own_size;
  }
  return best;
}

/* Of no values at all the fragment has the highest for its minimum and the lowest for its maximum,
 * though its tiles have zeros. */
static void
bounds_of_none (garco_datatype type, garco__tile_stats *stats)
{
  const double real[2] = {DBL_MAX, -DBL_MAX};
  const float single[2] = {FLT_MAX, -FLT_MAX};
  size_t size = garco_datatype_size (type);
  uint64_t most = size == 8 ? UINT64_MAX : (UINT64_C (1) << 8 * size) - 1;
  bool is_float = garco__datatype_number (type) == GARCO__NUMBER_FLOAT;
  if (is_float)
  {
    memcpy (stats->min, size == 8 ? (const void *)&real[0] : (const void *)&single[0], size);
    memcpy (stats->max, size == 8 ? (const void *)&real[1] : (const void *)&single[1], size);
    return;
  }
  garco__order_value (type, most, stats->min);
  garco__order_value (type, 0, stats->max);
}

static garco_status
put_stats_of_slot (garco__writer_job *job, size_t slot, garco__buffer *payload)
{
  const garco__field *field = field_of_slot (job->schema, slot);
  size_t size = bound_size (job->schema, slot, false);
  garco__tile_stats stats = {0};
  const uint8_t *min = stats.min, *max = stats.max;
  size_t min_size = size, max_size = size;
  if (field != NULL && garco__bounds_kind_of (field) == GARCO__BOUNDS_NUMBER)
  {
    garco__tile_stats_join (field->type, job->stats[slot], job->ntiles, &stats);
    if (stats.empty)
      bounds_of_none (field->type, &stats);
  }
  else
    for (size_t t = 0; t < job->ntiles; t++)
      stats.nulls += job->stats[slot][t].nulls;
  if (is_text (job, slot))
  {
    min = whole_text (job, slot, size, false);
    max = whole_text (job, slot, size, true);
  }
  if (has_text_bounds (job, slot))
  {
    min = whole_bound (job, slot, false, &min_size);
    max = whole_bound (job, slot, true, &max_size);
  }
  GARCO_TRY (garco__put_u64 (payload, min_size, job->error));
  GARCO_TRY (garco__buffer_append (payload, min, min_size, job->error));
  GARCO_TRY (garco__put_u64 (payload, max_size, job->error));
  GARCO_TRY (garco__buffer_append (payload, max, max_size, job->error));
  GARCO_TRY (garco__buffer_append (payload, stats.sum, 8, job->error));
  return garco__put_u64 (payload, stats.nulls, job->error);
}

/* Of each slot: u64+minimum, u64+maximum, sum, u64 nulls. */
static garco_status
put_fragment_stats (garco__writer_job *job, garco__buffer *file, uint64_t *at)
{
  garco__buffer payload = {0};
  garco_status status;
  for (size_t slot = 0; slot < job->nslots; slot++)
    GARCO_TRY_DONE (put_stats_of_slot (job, slot, &payload));
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

static garco_status
put_vectors (garco__writer_job *job, garco__buffer *file)
{
  garco__slot *slots = job->slots;
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_numbers (job, slots[i].tile_offsets, job->ntiles, file, &slots[i].at.tile));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_numbers (job, slots[i].var_offsets, job->ntiles, file, &slots[i].at.var));
  for (size_t i = 0; i < job->nslots; i++)
    GARCO_TRY (put_numbers (job, slots[i].var_sizes, job->ntiles, file, &slots[i].at.var_size));
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

/* u64 count, { u64+"__commits/NAME.del" } */
static garco_status
put_processed (garco__writer_job *job, garco__buffer *file, uint64_t *at)
{
  garco__buffer payload = {0};
  garco_status status;
  GARCO_TRY_DONE (garco__put_u64 (&payload, job->nprocessed, job->error));
  for (size_t i = 0; i < job->nprocessed; i++)
  {
    size_t length = strlen (job->processed[i]);
    GARCO_TRY_DONE (garco__put_u64 (&payload, length, job->error));
    GARCO_TRY_DONE (garco__buffer_append (&payload, job->processed[i], length, job->error));
  }
  GARCO_TRY_DONE (put_generic (job, &payload, file, at));
done:
  garco__buffer_free (&payload);
  return status;
}

/* Of each tile, as files have them where a dimension is of texts. */
static garco_status
put_text_boxes (const garco__writer_job *job, garco__buffer *boxes)
{
  for (size_t t = 0; t < job->ntiles; t++)
    for (size_t d = 0; d < job->schema->ndims; d++)
    {
      size_t slot = garco__schema_slot (job->schema, d), low_size, high_size;
      size_t size = garco_datatype_size (job->schema->fields[d].type);
      const garco__tile_stats *stats = &job->stats[slot][t];
      if (job->schema->fields[d].width == GARCO__VARIABLE)
      {
        const uint8_t *low = garco__text_bounds_of (job->bounds[slot], false, t, &low_size);
        const uint8_t *high = garco__text_bounds_of (job->bounds[slot], true, t, &high_size);
        GARCO_TRY (garco__box_put_texts (low, low_size, high, high_size, boxes, job->error));
        continue;
      }
      GARCO_TRY (garco__buffer_append (boxes, stats->min, size, job->error));
      GARCO_TRY (garco__buffer_append (boxes, stats->max, size, job->error));
    }
  return GARCO_OK;
}

static garco_status
put_tree (const garco__writer_job *job, garco__buffer *tree)
{
  garco__buffer boxes = {0};
  if (job->boxes != NULL)
    return garco__rtree_put (job->schema, job->boxes, job->ntiles, tree, job->error);
  garco_status status = put_text_boxes (job, &boxes);
  if (status >= 0)
    status =
        garco__rtree_put_texts (job->schema, boxes.data, boxes.size, job->ntiles, tree, job->error);
  garco__buffer_free (&boxes);
  return status;
}

static garco_status
put_metadata (garco__writer_job *job, garco__buffer *tree, garco__buffer *file)
{
  const garco__schema *schema = job->schema;
  garco__footer footer = {.version = schema->version, .schema = schema, .ntiles = job->ntiles};
  GARCO_TRY (put_tree (job, tree));
  GARCO_TRY (put_generic (job, tree, file, &footer.rtree_at));
  GARCO_TRY (put_vectors (job, file));
  GARCO_TRY (put_fragment_stats (job, file, &footer.stats_at));
  if (schema->version >= 16)
    GARCO_TRY (put_processed (job, file, &footer.processed_at));
  if (job->distinct)
    GARCO_TRY (garco__buffer_append (file, GARCO__DISTINCT, GARCO__DISTINCT_SIZE, job->error));
  /* The box around all tiles is the root of the tree over them. */
  footer.domain = garco__rtree_root (schema, tree, &footer.domain_size);
  footer.has_timestamps = job->has_timestamps;
  footer.has_deletes = job->has_deletes;
  footer.last_cells = job->rows - (job->ntiles - 1) * schema->capacity;
  footer.nslots = job->nslots;
  footer.slots = job->slots;
  return garco__footer_put (&footer, file, job->error);
}

garco_status
garco__writer_metadata (garco__writer_job *job)
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
