/* Scans: cells of an array in row-major order, batch by batch.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/array_scan.h"

#include <stdlib.h>
#include <string.h>

#include "arco/datatype.h"
#include "arco/generic_tile.h"
#include "base/error.h"

#define DEFAULT_MEMORY (UINT64_C (64) << 20)
/* Below this windows would be so small that tiles were read over and over. */
#define LEAST_MEMORY (UINT64_C (256) << 10)
#define BATCH_ROWS 65536
#define DELETE_LIMIT (UINT64_C (1) << 28)

/* ---- opening */

/* The attribute's index in scan->attributes, where it is put at its first mention. */
static garco_status
want_attribute (garco_scan *scan, size_t field, size_t *index, garco_error *error)
{
  const garco__field *own = &scan->schema->fields[field];
  for (*index = 0; *index < scan->nattributes; (*index)++)
    if (scan->attributes[*index].field == field)
      return GARCO_OK;
  void *attributes = scan->attributes;
  GARCO_TRY (garco__reallocate (&attributes, scan->nattributes + 1, sizeof (garco__scan_attribute),
                                error));
  scan->attributes = attributes;
  scan->attributes[scan->nattributes++] =
      (garco__scan_attribute){.field = field, .cell_size = own->cell_size};
  return GARCO_OK;
}

static garco_status
add_output (garco_scan *scan, size_t field, garco_error *error)
{
  garco__scan_output *output = &scan->outputs[scan->noutputs];
  const garco__field *own = &scan->schema->fields[field];
  output->field = field;
  if (!own->is_dimension)
    GARCO_TRY (want_attribute (scan, field, &output->attribute, error));
  scan->batch_columns[scan->noutputs++] =
      (garco_column){.name = own->name, .type = own->type, .width = own->width};
  return GARCO_OK;
}

static garco_status
choose_outputs (garco_scan *scan, const garco_scan_options *options, garco_error *error)
{
  const garco__schema *schema = scan->schema;
  size_t count = options->nfields > 0 ? options->nfields : schema->ndims + schema->nattrs;
  void *outputs = NULL, *columns = NULL;
  GARCO_TRY (garco__allocate (&outputs, count, sizeof (garco__scan_output), error));
  scan->outputs = outputs;
  GARCO_TRY (garco__allocate (&columns, count, sizeof (garco_column), error));
  scan->batch_columns = columns;
  for (size_t i = 0; i < count; i++)
  {
    int field = (int)i;
    if (options->nfields > 0)
      field = garco__schema_find (schema, options->fields[i]);
    if (field < 0)
    {
      char names[GARCO_NAMES_SIZE];
      garco__schema_names (schema, 0, options->fields[i], names);
      return garco__fail (error, GARCO_ERR_NOT_FOUND, scan->array->io->root,
                          "the array has no field \"%s\"%s", options->fields[i], names);
    }
    GARCO_TRY (add_output (scan, (size_t)field, error));
  }
  return GARCO_OK;
}

garco_status
garco__array_read_delete (garco_array *array, garco__codec *codec, const garco__item *item,
                          garco__condition **condition, garco_error *error)
{
  garco__buffer content = {0};
  uint8_t *bytes = NULL;
  size_t size = 0;
  char source[GARCO__IO_NAME_SIZE];
  garco_status status = GARCO_OK;
  garco__io_name (array->io, item->name, source, sizeof source);
  if (item->path != NULL)
    GARCO_TRY_DONE (
        garco__io_read_whole (array->io, item->path, DELETE_LIMIT, &bytes, &size, error));
  GARCO_TRY_DONE (
      garco__generic_tile_read (codec, source, 0, item->path != NULL ? bytes : item->bytes,
                                item->path != NULL ? size : item->size, &content, error));
  GARCO_TRY_DONE (
      garco__condition_parse (content.data, content.size, array->schema, source, condition, error));
done:
  garco__buffer_free (&content);
  free (bytes);
  return status;
}

static garco_status
read_conditions (garco_scan *scan, garco_error *error)
{
  const garco__items *deletes = &scan->array->directory.deletes;
  void *conditions = NULL;
  GARCO_TRY (garco__allocate (&conditions, deletes->count, sizeof (garco__condition *), error));
  scan->conditions = conditions;
  scan->deletes = deletes->items;
  for (; scan->nconditions < deletes->count; scan->nconditions++)
    GARCO_TRY (garco__array_read_delete (scan->array, scan->reader.codec,
                                         &deletes->items[scan->nconditions],
                                         &scan->conditions[scan->nconditions], error));
  return GARCO_OK;
}

static garco_status
prepare (garco_scan *scan, const garco_scan_options *options, garco_error *error)
{
  void *packing = NULL, *columns = NULL, *texts = NULL;
  scan->memory = options->memory != 0 ? options->memory : DEFAULT_MEMORY;
  if (scan->memory < LEAST_MEMORY)
    scan->memory = LEAST_MEMORY;
  scan->raw_missing = scan->array->options.raw_missing;
  scan->reader.io = scan->array->io;
  GARCO_TRY (garco__codec_new (&scan->reader.codec, error));
  garco__codec_set_meter (scan->reader.codec, scan->array->io->meter);
  GARCO_TRY (choose_outputs (scan, options, error));
  GARCO_TRY (garco__scan_ranges (scan, options, error));
  GARCO_TRY (read_conditions (scan, error));
  GARCO_TRY (garco__allocate (&packing, scan->schema->ndims, sizeof (garco__packing), error));
  scan->packing = packing;
  GARCO_TRY (garco__allocate (&texts, scan->schema->ndims, sizeof (garco__texts), error));
  scan->texts = texts;
  GARCO_TRY (garco__allocate (&columns, garco__scan_columns (scan), sizeof (garco__buffer), error));
  scan->columns = columns;
  return garco__scan_tiles (scan, error);
}

garco_status
garco_scan_open (garco_array *array, const garco_scan_options *options, garco_scan **scan,
                 garco_error *error)
{
  static const garco_scan_options defaults = GARCO_SCAN_OPTIONS_INIT;
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_scan), error));
  *scan = made;
  (*scan)->array = array;
  (*scan)->schema = array->schema;
  garco_status status = prepare (*scan, options != NULL ? options : &defaults, error);
  if (status < 0)
    garco_scan_free (scan);
  return status;
}

/* ---- giving out */

#define SPREAD(T)                                                                                  \
  for (size_t i = 0; i < rows; i++)                                                                \
  ((T *)out)[i] = ((const T *)values)[order[i]]

void
garco__spread (const uint8_t *values, size_t size, const uint32_t *order, size_t rows, uint8_t *out)
{
  if (size == 8)
    SPREAD (uint64_t);
  else if (size == 4)
    SPREAD (uint32_t);
  else if (size == 2)
    SPREAD (uint16_t);
  else if (size == 1)
    SPREAD (uint8_t);
  else
    for (size_t i = 0; i < rows; i++)
      memcpy (out + i * size, values + order[i] * size, size);
}

static void
unpack (const garco_scan *scan, size_t dimension, size_t rows, uint64_t *keys)
{
  const garco__packing *own = &scan->packing[dimension];
  const uint64_t *word = scan->words[own->word] + scan->row;
  uint64_t mask = own->bits == 64 ? UINT64_MAX : (UINT64_C (1) << own->bits) - 1;
  for (size_t i = 0; i < rows; i++)
    keys[i] = own->base + (own->bits > 0 ? word[i] >> own->shift & mask : 0);
}

/* Appends a cell of variable length to the output, whose room is reserved. */
static void
put_variable (garco__scan_output *output, const uint8_t *bytes, size_t size)
{
  uint64_t end = output->values.size + size;
  if (size > 0)
    memcpy (output->values.data + output->values.size, bytes, size);
  output->values.size = (size_t)end;
  memcpy (output->offsets.data + output->offsets.size, &end, sizeof end);
  output->offsets.size += sizeof end;
}

/* Room for `rows` cells of together `bytes` bytes, and the first offset. */
static garco_status
start_variable (garco__scan_output *output, size_t rows, size_t bytes, garco_error *error)
{
  const uint64_t first = 0;
  output->offsets.size = 0;
  GARCO_TRY (garco__buffer_reserve (&output->values, bytes + 1, error));
  GARCO_TRY (garco__buffer_reserve (&output->offsets, (rows + 1) * sizeof first, error));
  return garco__buffer_append (&output->offsets, &first, sizeof first, error);
}

static garco_status
fill_texts (garco_scan *scan, garco__scan_output *output, const uint64_t *ranks, size_t rows,
            garco_error *error)
{
  const garco__texts *texts = &scan->texts[output->field];
  size_t bytes = 0, size;
  for (size_t i = 0; i < rows; i++)
  {
    garco__texts_of_rank (texts, (uint32_t)ranks[i], &size);
    bytes += size;
  }
  GARCO_TRY (start_variable (output, rows, bytes, error));
  for (size_t i = 0; i < rows; i++)
  {
    const uint8_t *text = garco__texts_of_rank (texts, (uint32_t)ranks[i], &size);
    put_variable (output, text, size);
  }
  return GARCO_OK;
}

static garco_status
fill_variable (garco__scan_output *output, const garco__scan_attribute *attribute,
               const uint32_t *order, size_t rows, garco_error *error)
{
  const uint64_t *ends = (const uint64_t *)(const void *)attribute->ends.data;
  size_t bytes = 0;
  for (size_t i = 0; i < rows; i++)
    bytes += (size_t)(ends[order[i]] - (order[i] > 0 ? ends[order[i] - 1] : 0));
  GARCO_TRY (start_variable (output, rows, bytes, error));
  for (size_t i = 0; i < rows; i++)
  {
    uint64_t start = order[i] > 0 ? ends[order[i] - 1] : 0;
    put_variable (output, attribute->values.data + start, (size_t)(ends[order[i]] - start));
  }
  return GARCO_OK;
}

static garco_status
fill_dimension (garco_scan *scan, garco__scan_output *output, size_t rows, garco_error *error)
{
  const garco__field *field = &scan->schema->fields[output->field];
  scan->keys.size = 0;
  GARCO_TRY (garco__buffer_reserve (&scan->keys, rows * sizeof (uint64_t), error));
  uint64_t *keys = (uint64_t *)(void *)scan->keys.data;
  unpack (scan, output->field, rows, keys);
  if (garco__scan_is_text (scan, output->field))
    return fill_texts (scan, output, keys, rows, error);
  garco__order_values (field->type, keys, rows, output->values.data);
  return GARCO_OK;
}

static garco_status
fill_output (garco_scan *scan, size_t index, size_t rows, garco_error *error)
{
  garco__scan_output *output = &scan->outputs[index];
  const garco__field *field = &scan->schema->fields[output->field];
  garco_column *column = &scan->batch_columns[index];
  const uint32_t *order = scan->order + scan->row;
  output->values.size = output->validity.size = 0;
  GARCO_TRY (garco__buffer_reserve (&output->values, rows * field->cell_size, error));
  const garco__scan_attribute *attribute = &scan->attributes[output->attribute];
  if (field->is_dimension)
    GARCO_TRY (fill_dimension (scan, output, rows, error));
  else if (field->width == GARCO__VARIABLE)
    GARCO_TRY (fill_variable (output, attribute, order, rows, error));
  else
    garco__spread (attribute->values.data, field->cell_size, order, rows, output->values.data);
  column->values = output->values.data;
  column->offsets = (const uint64_t *)(const void *)output->offsets.data;
  if (!field->nullable)
    return GARCO_OK;
  GARCO_TRY (garco__buffer_reserve (&output->validity, rows, error));
  garco__spread (attribute->validity.data, 1, order, rows, output->validity.data);
  column->validity = output->validity.data;
  return GARCO_OK;
}

static garco_status
next_window (garco_scan *scan, garco_error *error)
{
  size_t *active = NULL, nactive = 0;
  garco_status status = garco__scan_window (scan, &active, &nactive, error);
  if (status == GARCO_OK)
    status = garco__scan_gather (scan, active, nactive, error);
  free (active);
  return status;
}

garco_status
garco_scan_next (garco_scan *scan, garco_batch *batch, garco_error *error)
{
  while (scan->row == scan->rows)
  {
    garco_status status = next_window (scan, error);
    if (status != GARCO_OK)
      return status;
  }
  size_t rows = scan->rows - scan->row < BATCH_ROWS ? scan->rows - scan->row : BATCH_ROWS;
  for (size_t i = 0; i < scan->noutputs; i++)
    GARCO_TRY (fill_output (scan, i, rows, error));
  scan->row += rows;
  *batch = (garco_batch){(int64_t)rows, scan->noutputs, scan->batch_columns};
  return GARCO_OK;
}

/* ---- the end */

static void
free_tiles (garco_scan *scan)
{
  size_t nbuffers = garco__scan_columns (scan);
  for (size_t i = 0; i < scan->ntiles; i++)
  {
    for (size_t k = 0; scan->tiles[i].kept != NULL && k < nbuffers; k++)
      garco__buffer_free (&scan->tiles[i].kept[k]);
    free (scan->tiles[i].kept);
  }
  for (size_t k = 0; scan->columns != NULL && k < nbuffers; k++)
    garco__buffer_free (&scan->columns[k]);
  free (scan->tiles);
  free (scan->open);
  free (scan->columns);
}

static void
free_columns (garco_scan *scan)
{
  for (size_t i = 0; i < scan->nattributes; i++)
  {
    garco__buffer_free (&scan->attributes[i].values);
    garco__buffer_free (&scan->attributes[i].validity);
    garco__buffer_free (&scan->attributes[i].ends);
  }
  for (size_t i = 0; scan->outputs != NULL && i < scan->noutputs; i++)
  {
    garco__buffer_free (&scan->outputs[i].values);
    garco__buffer_free (&scan->outputs[i].offsets);
    garco__buffer_free (&scan->outputs[i].validity);
  }
  for (size_t i = 0; scan->ranges != NULL && i < scan->schema->ndims; i++)
  {
    free (scan->ranges[i].bounds);
    garco__text_ranges_free (&scan->ranges[i].texts);
  }
  for (size_t i = 0; scan->texts != NULL && i < scan->schema->ndims; i++)
    garco__texts_free (&scan->texts[i]);
  free (scan->texts);
  for (size_t i = 0; i < scan->nconditions; i++)
    garco__condition_free (&scan->conditions[i]);
  free (scan->attributes);
  free (scan->outputs);
  free (scan->batch_columns);
  free (scan->ranges);
  free (scan->conditions);
}

void
garco_scan_free (garco_scan **scan)
{
  garco_scan *own = *scan;
  if (own == NULL)
    return;
  free_tiles (own);
  free_columns (own);
  for (size_t w = 0; w < GARCO__SCAN_WORDS; w++)
    free (own->words[w]);
  free (own->packing);
  free (own->times);
  free (own->dead);
  free (own->order);
  garco__buffer *const buffers[] = {&own->cell_times,   &own->delete_times, &own->keys,
                                    &own->picked,       &own->chosen,       &own->keep,
                                    &own->sort_keys,    &own->sort_scratch, &own->sort_order,
                                    &own->reader.packed};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
    garco__buffer_free (buffers[i]);
  garco__codec_free (&own->reader.codec);
  free (own);
  *scan = NULL;
}
