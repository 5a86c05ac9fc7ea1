/* What an array holds, as its schema and its fragments' metadata say.
 *
 * `cells` adds up the fragments' cells: where the same coordinates were written twice it is more
 * than a query gives.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_info.h"

/* ---------------------------------------------------------------- values */

/* `text` read as UTF-8 would not do. */
static json_t *
latin1_text (const char *text, size_t size)
{
  char *utf8 = malloc (2 * size + 1);
  size_t n = 0;
  for (size_t i = 0; utf8 != NULL && i < size; i++)
  {
    unsigned char c = (unsigned char)text[i];
    if (c >= 0x80)
      utf8[n++] = (char)(0xc0 | c >> 6);
    utf8[n++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
  }
  json_t *value = utf8 != NULL ? json_stringn (utf8, n) : NULL;
  free (utf8);
  return value;
}

json_t *
cli_json_text (const char *text, size_t size)
{
  json_t *value = json_stringn (text, size);
  return value != NULL ? value : latin1_text (text, size);
}

json_t *
cli_json_time (int64_t ms)
{
  char text[32];
  if (ms == INT64_MIN)
    return json_null ();
  garco_time_text (ms, text);
  return json_string (text);
}

static json_t *
real_json (double value)
{
  return isfinite (value) ? json_real (value) : json_null ();
}

#define VALUE_OF(type, target)                                                                     \
  type target;                                                                                     \
  memcpy (&target, (const char *)values + i * sizeof target, sizeof target)

static json_t *
signed_json (const void *values, size_t size, size_t i)
{
  if (size == 1)
    return json_integer (((const int8_t *)values)[i]);
  if (size == 2)
  {
    VALUE_OF (int16_t, value);
    return json_integer (value);
  }
  if (size == 4)
  {
    VALUE_OF (int32_t, value);
    return json_integer (value);
  }
  VALUE_OF (int64_t, value);
  return json_integer (value);
}

static json_t *
unsigned_json (const void *values, size_t size, size_t i)
{
  if (size == 1)
    return json_integer (((const uint8_t *)values)[i]);
  if (size == 2)
  {
    VALUE_OF (uint16_t, value);
    return json_integer (value);
  }
  if (size == 4)
  {
    VALUE_OF (uint32_t, value);
    return json_integer (value);
  }
  VALUE_OF (uint64_t, value);
  return value > INT64_MAX ? json_real ((double)value) : json_integer ((json_int_t)value);
}

/* Value `i` of a type as a number. */
static json_t *
number_json (garco_datatype type, const void *values, size_t i)
{
  if (type == GARCO_FLOAT32)
  {
    VALUE_OF (float, value);
    return real_json ((double)value);
  }
  if (type == GARCO_FLOAT64)
  {
    VALUE_OF (double, value);
    return real_json (value);
  }
  size_t size = garco_datatype_size (type);
  bool is_unsigned = type == GARCO_UINT8 || type == GARCO_UINT16 || type == GARCO_UINT32 ||
                     type == GARCO_UINT64 || type == GARCO_BOOL || type == GARCO_BLOB;
  return is_unsigned ? unsigned_json (values, size, i) : signed_json (values, size, i);
}

static json_t *
pair_json (garco_datatype type, const void *values)
{
  json_t *pair = json_array ();
  for (size_t i = 0; i < 2; i++)
    json_array_append_new (pair, number_json (type, values, i));
  return pair;
}

/* ---------------------------------------------------------------- the schema */

static json_t *
filter_json (const garco_filter_info *filter)
{
  json_t *object = json_pack ("{s:s}", "name", filter->name);
  bool scale = strcmp (filter->name, "float_scale") == 0;
  bool window = strcmp (filter->name, "bit_width_reduction") == 0 ||
                strcmp (filter->name, "positive_delta") == 0;
  if (scale)
  {
    json_object_set_new (object, "scale", real_json (filter->scale));
    json_object_set_new (object, "offset", real_json (filter->offset));
    json_object_set_new (object, "byte_width", json_integer ((json_int_t)filter->byte_width));
  }
  else if (window)
    json_object_set_new (object, "window", json_integer (filter->window));
  else if (filter->level != 0)
    json_object_set_new (object, "level", json_integer (filter->level));
  return object;
}

static json_t *
field_json (const garco_field_info *field)
{
  json_t *filters = json_array ();
  for (size_t i = 0; i < field->nfilters; i++)
    json_array_append_new (filters, filter_json (&field->filters[i]));
  json_t *object = json_pack ("{s:b, s:s, s:b}", "dimension", field->is_dimension, "type",
                              garco_datatype_name (field->type), "nullable", field->nullable);
  json_object_set_new (object, "name", cli_json_text (field->name, strlen (field->name)));
  if (field->width == UINT32_MAX)
    json_object_set_new (object, "width", json_string ("variable"));
  else if (field->width != 1)
    json_object_set_new (object, "width", json_integer (field->width));
  if (field->domain != NULL)
    json_object_set_new (object, "domain", pair_json (field->type, field->domain));
  if (field->extent != NULL)
    json_object_set_new (object, "extent", number_json (field->type, field->extent, 0));
  json_object_set_new (object, "filters", filters);
  return object;
}

static json_t *
schema_json (const garco_schema_info *schema)
{
  json_t *fields = json_array ();
  for (size_t i = 0; i < schema->nfields; i++)
    json_array_append_new (fields, field_json (&schema->fields[i]));
  return json_pack ("{s:I, s:b, s:b, s:s, s:s, s:I, s:o}", "version", (json_int_t)schema->version,
                    "sparse", schema->sparse, "duplicates", schema->allows_duplicates, "tile_order",
                    schema->tile_order, "cell_order", schema->cell_order, "capacity",
                    (json_int_t)schema->capacity, "fields", fields);
}

/* ---------------------------------------------------------------- the contents */

static json_t *
fragment_json (const garco_fragment_info *info, const garco_schema_info *schema)
{
  json_t *domain = json_object ();
  for (size_t i = 0; i < info->ndomain && i < schema->nfields; i++)
    if (info->domain[i] != NULL)
      json_object_set_new (domain, schema->fields[i].name,
                           pair_json (schema->fields[i].type, info->domain[i]));
  return json_pack ("{s:s, s:[I,I], s:I, s:I, s:I, s:I, s:o}", "name", info->name, "timestamps",
                    (json_int_t)info->timestamp_start, (json_int_t)info->timestamp_end, "version",
                    (json_int_t)info->version, "cells", (json_int_t)info->cells, "tiles",
                    (json_int_t)info->tiles, "bytes", (json_int_t)info->bytes, "domain", domain);
}

static garco_status
add_fragments (json_t *object, garco_array *array, garco_error *error)
{
  json_t *fragments = json_array ();
  json_int_t cells = 0, bytes = 0;
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < garco_array_fragment_count (array) && status >= 0; i++)
  {
    garco_fragment_info info;
    status = garco_array_fragment (array, i, &info, error);
    if (status < 0)
      break;
    cells += (json_int_t)info.cells;
    bytes += (json_int_t)info.bytes;
    json_array_append_new (fragments, fragment_json (&info, garco_array_schema (array)));
  }
  json_object_set_new (object, "cells", json_integer (cells));
  json_object_set_new (object, "bytes", json_integer (bytes));
  json_object_set_new (object, "fragments", fragments);
  return status;
}

/* Where a dimension tells ms, also `first` and `last`. */
static void
add_times (json_t *object, const garco_field_info *field, const void *range)
{
  int64_t ends[2];
  if (strcmp (field->name, "time") != 0 ||
      (field->type != GARCO_INT64 && field->type != GARCO_DATETIME_MS))
    return;
  memcpy (ends, range, sizeof ends);
  json_object_set_new (object, "first", cli_json_time (ends[0]));
  json_object_set_new (object, "last", cli_json_time (ends[1]));
}

static garco_status
add_domain (json_t *object, garco_array *array, garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (array);
  json_t *domain = json_object ();
  garco_status status = GARCO_OK;
  json_object_set_new (object, "domain", domain);
  for (size_t i = 0; i < schema->nfields && schema->fields[i].is_dimension && status >= 0; i++)
  {
    uint64_t range[2] = {0, 0};
    if (schema->fields[i].width != 1)
      continue;
    status = garco_array_domain (array, i, range, error);
    if (status != GARCO_OK)
      break;
    json_object_set_new (domain, schema->fields[i].name, pair_json (schema->fields[i].type, range));
    add_times (object, &schema->fields[i], range);
  }
  return status;
}

static json_t *
metadata_json (const garco_metadata_info *info)
{
  bool text = info->type == GARCO_STRING_UTF8 || info->type == GARCO_STRING_ASCII ||
              info->type == GARCO_CHAR || info->type == GARCO_BLOB;
  if (text)
    return cli_json_text (info->count > 0 ? info->values : "", info->count);
  if (info->count == 1)
    return number_json (info->type, info->values, 0);
  json_t *list = json_array ();
  for (uint32_t i = 0; i < info->count; i++)
    json_array_append_new (list, number_json (info->type, info->values, i));
  return list;
}

static garco_status
add_metadata (json_t *object, garco_array *array, garco_error *error)
{
  json_t *metadata = json_object ();
  size_t count = 0;
  json_object_set_new (object, "metadata", metadata);
  garco_status status = garco_array_metadata_count (array, &count, error);
  for (size_t i = 0; i < count && status >= 0; i++)
  {
    garco_metadata_info info;
    status = garco_array_metadata (array, i, &info, error);
    if (status >= 0)
      json_object_set_new (metadata, info.key, metadata_json (&info));
  }
  return status;
}

json_t *
cli_info_array (const char *uri, const garco_array_options *options, int *status)
{
  garco_array *array = NULL;
  garco_error error;
  json_t *object = json_object ();
  garco_status result = garco_array_open (uri, options, &array, &error);
  json_object_set_new (object, "file", cli_json_text (uri, strlen (uri)));
  json_object_set_new (object, "kind", json_string ("array"));
  if (result >= 0)
  {
    const garco_schema_info *schema = garco_array_schema (array);
    json_object_set_new (object, "version", json_integer (schema->version));
    json_object_set_new (object, "schema", schema_json (schema));
    result = add_fragments (object, array, &error);
  }
  if (result >= 0)
    result = add_domain (object, array, &error);
  if (result >= 0)
    result = add_metadata (object, array, &error);
  garco_array_free (&array);
  if (result >= 0)
    return object;
  *status = cli_fail (&error);
  json_decref (object);
  return NULL;
}
