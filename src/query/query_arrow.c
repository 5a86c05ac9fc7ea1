/* Columns as Arrow's, by the specification of its C data interface.
 *
 *   column                           format          buffers
 *   integers, floats                 c C s S i I l L f g   validity, values
 *   time, day, hour (int64)          tsm:            the same: a timestamp in ms
 *   datetime_sec _ms _us _ns         tss: ...        the same
 *   bool                             b               validity, a bit each
 *   several a cell                   +w:N            validity; a child of the values
 *   string_ascii, string_utf8        U               validity, offsets, bytes
 *   char, blob and the like          Z               the same
 *   other types of variable length   +L              validity, offsets; a child of the values
 *
 * Each child owns its memory, so that a consumer may move children out of their parent. Validity is
 * a bit a row in Arrow and a byte here, and is made anew; values are moved where they can be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_arrow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "query/query_columns.h"

/* ---------------------------------------------------------------- schemas */

static bool
is_variable (const garco_column *column)
{
  return column->width == UINT32_MAX;
}

static bool
is_text (garco_datatype type)
{
  return type == GARCO_STRING_ASCII || type == GARCO_STRING_UTF8;
}

static bool
is_binary (garco_datatype type)
{
  return type == GARCO_CHAR || type == GARCO_BLOB || type == GARCO_GEOM_WKB ||
         type == GARCO_GEOM_WKT || garco_datatype_size (type) == 0;
}

/* A list has a child for its values; text and bytes are no lists. */
static bool
is_list (const garco_column *column)
{
  if (is_variable (column))
    return !is_text (column->type) && !is_binary (column->type);
  return column->width != 1;
}

static bool
is_time (const garco_column *column)
{
  static const char *const names[] = {"time", "day", "hour"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (column->type == GARCO_INT64 && column->width == 1 && strcmp (column->name, names[i]) == 0)
      return true;
  return false;
}

/* The format of one value of fixed size. */
static const char *
format_of_type (garco_datatype type)
{
  static const char *const formats[] = {
      [GARCO_INT32] = "i",          [GARCO_INT64] = "l",          [GARCO_FLOAT32] = "f",
      [GARCO_FLOAT64] = "g",        [GARCO_CHAR] = "C",           [GARCO_INT8] = "c",
      [GARCO_UINT8] = "C",          [GARCO_INT16] = "s",          [GARCO_UINT16] = "S",
      [GARCO_UINT32] = "I",         [GARCO_UINT64] = "L",         [GARCO_DATETIME_SEC] = "tss:",
      [GARCO_DATETIME_MS] = "tsm:", [GARCO_DATETIME_US] = "tsu:", [GARCO_DATETIME_NS] = "tsn:",
      [GARCO_BLOB] = "C",           [GARCO_BOOL] = "b",           [GARCO_STRING_ASCII] = "C",
      [GARCO_STRING_UTF8] = "C",    [GARCO_GEOM_WKB] = "C",       [GARCO_GEOM_WKT] = "C"};
  size_t count = sizeof formats / sizeof *formats;
  if ((size_t)type < count && formats[type] != NULL)
    return formats[type];
  return garco_datatype_size (type) == 8 ? "l" : "C";
}

static void
format_of_column (const garco_column *column, char text[24])
{
  if (!is_variable (column) && column->width != 1)
    snprintf (text, 24, "+w:%" PRIu32, column->width);
  else if (!is_variable (column))
    snprintf (text, 24, "%s", is_time (column) ? "tsm:" : format_of_type (column->type));
  else
    snprintf (text, 24, "%s", is_text (column->type) ? "U" : is_list (column) ? "+L" : "Z");
}

typedef struct schema_room
{
  char format[24];
  char *name;
  struct ArrowSchema **children;
  int64_t count; /* children that are allocated */
} schema_room;

static void
release_schema (struct ArrowSchema *schema)
{
  schema_room *room = schema->private_data;
  for (int64_t i = 0; i < room->count; i++)
  {
    if (room->children[i]->release != NULL)
      room->children[i]->release (room->children[i]);
    free (room->children[i]);
  }
  free (room->children);
  free (room->name);
  free (room);
  schema->release = NULL;
}

/* A schema with room for children, which are yet to be filled. */
static garco_status
make_schema (const char *name, const char *format, size_t nchildren, struct ArrowSchema *schema,
             garco_error *error)
{
  void *made = NULL, *children = NULL, *child = NULL;
  memset (schema, 0, sizeof *schema);
  GARCO_TRY (garco__allocate (&made, 1, sizeof (schema_room), error));
  schema_room *room = made;
  schema->private_data = room;
  schema->release = release_schema;
  snprintf (room->format, sizeof room->format, "%s", format);
  schema->format = room->format;
  room->name = strdup (name);
  if (room->name == NULL)
    return garco__fail_memory (error, strlen (name));
  schema->name = room->name;
  GARCO_TRY (garco__allocate (&children, nchildren, sizeof (struct ArrowSchema *), error));
  room->children = children;
  schema->children = nchildren > 0 ? room->children : NULL;
  for (; room->count < (int64_t)nchildren; room->count++)
  {
    GARCO_TRY (garco__allocate (&child, 1, sizeof (struct ArrowSchema), error));
    room->children[room->count] = child;
  }
  schema->n_children = room->count;
  return GARCO_OK;
}

static garco_status
schema_of_column (const garco_column *column, struct ArrowSchema *schema, garco_error *error)
{
  char format[24];
  format_of_column (column, format);
  GARCO_TRY (make_schema (column->name, format, is_list (column) ? 1 : 0, schema, error));
  schema->flags = ARROW_FLAG_NULLABLE;
  if (!is_list (column))
    return GARCO_OK;
  return make_schema ("item", format_of_type (column->type), 0, schema->children[0], error);
}

garco_status
garco__arrow_schema (const garco_column *columns, size_t ncolumns, struct ArrowSchema *schema,
                     garco_error *error)
{
  garco_status status = make_schema ("", "+s", ncolumns, schema, error);
  for (size_t i = 0; i < ncolumns && status >= 0; i++)
    status = schema_of_column (&columns[i], schema->children[i], error);
  if (status < 0 && schema->release != NULL)
    schema->release (schema);
  return status;
}

/* ---------------------------------------------------------------- arrays */

typedef struct array_room
{
  const void *buffers[3];
  void *owned[3];
  struct ArrowArray **children;
  int64_t count;
} array_room;

static void
release_array (struct ArrowArray *array)
{
  array_room *room = array->private_data;
  for (int64_t i = 0; i < room->count; i++)
  {
    if (room->children[i]->release != NULL)
      room->children[i]->release (room->children[i]);
    free (room->children[i]);
  }
  for (size_t i = 0; i < 3; i++)
    free (room->owned[i]);
  free (room->children);
  free (room);
  array->release = NULL;
}

static garco_status
make_array (int64_t length, int64_t nbuffers, size_t nchildren, struct ArrowArray *array,
            garco_error *error)
{
  void *made = NULL, *children = NULL, *child = NULL;
  memset (array, 0, sizeof *array);
  GARCO_TRY (garco__allocate (&made, 1, sizeof (array_room), error));
  array_room *room = made;
  array->private_data = room;
  array->release = release_array;
  array->length = length;
  array->n_buffers = nbuffers;
  array->buffers = room->buffers;
  GARCO_TRY (garco__allocate (&children, nchildren, sizeof (struct ArrowArray *), error));
  room->children = children;
  array->children = nchildren > 0 ? room->children : NULL;
  for (; room->count < (int64_t)nchildren; room->count++)
  {
    GARCO_TRY (garco__allocate (&child, 1, sizeof (struct ArrowArray), error));
    room->children[room->count] = child;
  }
  array->n_children = room->count;
  return GARCO_OK;
}

static void
own (struct ArrowArray *array, size_t buffer, void *memory)
{
  array_room *room = array->private_data;
  room->owned[buffer] = memory;
  room->buffers[buffer] = memory;
}

/* Where the values come from, and where errors go. */
typedef struct source
{
  garco__take_values take;
  void *holder;
  garco_error *error;
} source;

/* Puts `size` bytes at `values` into a buffer: moved, or copied. */
static garco_status
put_values (const source *from, struct ArrowArray *array, size_t buffer, const void *values,
            size_t size)
{
  void *memory = from->take != NULL ? from->take (from->holder, values) : NULL;
  if (memory == NULL)
  {
    GARCO_TRY (garco__allocate (&memory, size, 1, from->error));
    if (size > 0)
      memcpy (memory, values, size);
  }
  own (array, buffer, memory);
  return GARCO_OK;
}

static bool
row_is_valid (const garco_column *column, int64_t row)
{
  if (column->validity != NULL)
    return column->validity[row] != 0;
  bool channel =
      column->type == GARCO_INT8 && column->width == 1 && strcmp (column->name, "fcn") == 0;
  return !channel || ((const int8_t *)column->values)[row] > GARCO_FCN_UNKNOWN;
}

/* The bits of the rows that are not null; none where all are there. */
static garco_status
put_validity (const source *from, const garco_column *column, int64_t rows,
              struct ArrowArray *array)
{
  void *memory = NULL;
  int64_t nulls = 0;
  for (int64_t row = 0; row < rows; row++)
    nulls += row_is_valid (column, row) ? 0 : 1;
  array->null_count = nulls;
  if (nulls == 0)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&memory, (size_t)rows / 8 + 1, 1, from->error));
  uint8_t *bits = memory;
  for (int64_t row = 0; row < rows; row++)
    if (row_is_valid (column, row))
      bits[row / 8] |= (uint8_t)(1u << row % 8);
  own (array, 0, bits);
  return GARCO_OK;
}

/* Values of fixed size into buffer 1, bits for bool. */
static garco_status
put_fixed (const source *from, garco_datatype type, const void *values, int64_t count,
           struct ArrowArray *array)
{
  void *memory = NULL;
  size_t size = garco_datatype_size (type);
  if (type != GARCO_BOOL)
    return put_values (from, array, 1, values, (size_t)count * size);
  GARCO_TRY (garco__allocate (&memory, (size_t)count / 8 + 1, 1, from->error));
  uint8_t *bits = memory;
  for (int64_t i = 0; i < count; i++)
    if (((const uint8_t *)values)[i] != 0)
      bits[i / 8] |= (uint8_t)(1u << i % 8);
  own (array, 1, bits);
  return GARCO_OK;
}

/* The child of a list. */
static garco_status
put_child (const source *from, const garco_column *column, int64_t count, struct ArrowArray *array)
{
  struct ArrowArray *child = array->children[0];
  GARCO_TRY (make_array (count, 2, 0, child, from->error));
  return put_fixed (from, column->type, column->values, count, child);
}

/* The bytes that well-formed UTF-8 has at `text`, 0 where it is none. */
static size_t
utf8_length (const uint8_t *text, size_t left)
{
  uint8_t first = text[0], least = 0x80, most = 0xbf;
  size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 0 || first > 0xf4 || length > left)
    return 0;
  if (first == 0xe0)
    least = 0xa0;
  if (first == 0xed)
    most = 0x9f;
  if (first == 0xf0)
    least = 0x90;
  if (first == 0xf4)
    most = 0x8f;
  for (size_t i = 1; i < length; i++, least = 0x80, most = 0xbf)
    if (text[i] < least || text[i] > most)
      return 0;
  return length;
}

static garco_status
check_text (const source *from, const garco_column *column, int64_t rows)
{
  for (int64_t row = 0; row < rows; row++)
    for (uint64_t at = column->offsets[row], n; at < column->offsets[row + 1]; at += n)
    {
      n = utf8_length ((const uint8_t *)column->values + at,
                       (size_t)(column->offsets[row + 1] - at));
      if (n == 0)
        return garco__fail (from->error, GARCO_ERR_UNSUPPORTED, NULL,
                            "field \"%s\" is no UTF-8, as text in Arrow is", column->name);
    }
  return GARCO_OK;
}

/* Offsets count bytes in a column, values in Arrow. */
static garco_status
put_offsets (const source *from, const garco_column *column, int64_t rows, size_t size,
             struct ArrowArray *array)
{
  if (size == 1)
    return put_values (from, array, 1, column->offsets,
                       ((size_t)rows + 1) * sizeof *column->offsets);
  void *memory = NULL;
  GARCO_TRY (garco__allocate (&memory, (size_t)rows + 1, sizeof (int64_t), from->error));
  for (int64_t row = 0; row <= rows; row++)
    ((int64_t *)memory)[row] = (int64_t)(column->offsets[row] / size);
  own (array, 1, memory);
  return GARCO_OK;
}

static garco_status
put_variable (const source *from, const garco_column *column, int64_t rows,
              struct ArrowArray *array)
{
  size_t size = is_list (column) ? garco_datatype_size (column->type) : 1;
  uint64_t bytes = column->offsets[rows];
  if (is_text (column->type))
    GARCO_TRY (check_text (from, column, rows));
  if (is_list (column))
    GARCO_TRY (put_child (from, column, (int64_t)(bytes / size), array));
  else
    GARCO_TRY (put_values (from, array, 2, column->values, (size_t)bytes));
  return put_offsets (from, column, rows, size, array);
}

static garco_status
array_of_column (const source *from, const garco_column *column, int64_t rows,
                 struct ArrowArray *array)
{
  bool list = is_list (column), variable = is_variable (column);
  int64_t nbuffers = variable ? (list ? 2 : 3) : (list ? 1 : 2);
  GARCO_TRY (make_array (rows, nbuffers, list ? 1 : 0, array, from->error));
  GARCO_TRY (put_validity (from, column, rows, array));
  if (variable)
    return put_variable (from, column, rows, array);
  if (list)
    return put_child (from, column, rows * (int64_t)column->width, array);
  return put_fixed (from, column->type, column->values, rows, array);
}

garco_status
garco__arrow_array (const garco_batch *batch, garco__take_values take, void *holder,
                    struct ArrowArray *array, garco_error *error)
{
  const source from = {take, holder, error};
  garco_status status = make_array (batch->rows, 1, batch->ncolumns, array, error);
  for (size_t i = 0; i < batch->ncolumns && status >= 0; i++)
    status = array_of_column (&from, &batch->columns[i], batch->rows, array->children[i]);
  if (status < 0 && array->release != NULL)
    array->release (array);
  return status;
}
