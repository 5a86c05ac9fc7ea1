/* Schemas to JSON and back.
 *
 *   { "duplicates": false, "tile_order": "row-major", "cell_order": "row-major", "capacity":
 * 500000, "fields": [ { "name": "x", "dimension": true, "type": "int64", "domain": [0, 99],
 * "extent": 10, "current": [0, 49], "filters": [ { "name": "zstd", "level": 7 } ] }, { "name": "a",
 * "type": "float64", "width": 1, "nullable": true, "fill": 0, "filters": [ { "name": "float_scale",
 * "scale": 0.001, "offset": 0, "byte_width": 4 } ] } ], "coord_filters": [], "offset_filters": [],
 * "validity_filters": [] }
 *
 * What is not there is as in garco.h. What no schema has is an error, so that a slip of the pen is
 * not taken for a default.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_schema.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_info.h"
#include "cli_number.h"

/* ---------------------------------------------------------------- to JSON */

static json_t *
real_json (double value, bool exact)
{
  if (isfinite (value))
    return json_real (value);
  return exact ? json_string (isnan (value) ? "nan" : value > 0 ? "inf" : "-inf") : json_null ();
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
large_json (uint64_t value, bool exact)
{
  char text[32];
  snprintf (text, sizeof text, "%" PRIu64, value);
  return exact ? json_string (text) : json_real ((double)value);
}

static json_t *
unsigned_json (const void *values, size_t size, size_t i, bool exact)
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
  return value > INT64_MAX ? large_json (value, exact) : json_integer ((json_int_t)value);
}

static bool
is_unsigned (garco_datatype type)
{
  return type == GARCO_UINT8 || type == GARCO_UINT16 || type == GARCO_UINT32 ||
         type == GARCO_UINT64 || type == GARCO_BOOL || type == GARCO_BLOB || type == GARCO_CHAR;
}

json_t *
cli_number_json (garco_datatype type, const void *values, size_t i, bool exact)
{
  if (type == GARCO_FLOAT32)
  {
    VALUE_OF (float, value);
    return real_json ((double)value, exact);
  }
  if (type == GARCO_FLOAT64)
  {
    VALUE_OF (double, value);
    return real_json (value, exact);
  }
  size_t size = garco_datatype_size (type);
  return is_unsigned (type) ? unsigned_json (values, size, i, exact)
                            : signed_json (values, size, i);
}

/* `count` values: a list. */
static json_t *
list_json (garco_datatype type, const void *values, size_t count)
{
  json_t *list = json_array ();
  for (size_t i = 0; i < count; i++)
    json_array_append_new (list, cli_number_json (type, values, i, true));
  return list;
}

static bool
has_name (const garco_filter_info *filter, const char *a, const char *b)
{
  return strcmp (filter->name, a) == 0 || strcmp (filter->name, b) == 0;
}

static json_t *
filter_json (const garco_filter_info *filter)
{
  json_t *object = json_pack ("{s:s}", "name", filter->name);
  if (strcmp (filter->name, "float_scale") == 0)
  {
    json_object_set_new (object, "scale", real_json (filter->scale, false));
    json_object_set_new (object, "offset", real_json (filter->offset, false));
    json_object_set_new (object, "byte_width", json_integer ((json_int_t)filter->byte_width));
  }
  else if (has_name (filter, "bit_width_reduction", "positive_delta"))
    json_object_set_new (object, "window", json_integer (filter->window));
  else if (filter->level != 0)
    json_object_set_new (object, "level", json_integer (filter->level));
  if (has_name (filter, "delta", "double_delta") && filter->reinterpret != GARCO_ANY)
    json_object_set_new (object, "reinterpret",
                         json_string (garco_datatype_name (filter->reinterpret)));
  return object;
}

static json_t *
filters_json (const garco_filter_info *filters, size_t count)
{
  json_t *list = json_array ();
  for (size_t i = 0; i < count; i++)
    json_array_append_new (list, filter_json (&filters[i]));
  return list;
}

static json_t *
field_json (const garco_field_info *field)
{
  json_t *object = json_pack ("{s:b, s:s, s:b}", "dimension", field->is_dimension, "type",
                              garco_datatype_name (field->type), "nullable", field->nullable);
  json_object_set_new (object, "name", cli_json_text (field->name, strlen (field->name)));
  if (field->width == UINT32_MAX)
    json_object_set_new (object, "width", json_string ("variable"));
  else if (field->width != 1)
    json_object_set_new (object, "width", json_integer (field->width));
  if (field->domain != NULL)
    json_object_set_new (object, "domain", list_json (field->type, field->domain, 2));
  if (field->extent != NULL)
    json_object_set_new (object, "extent", cli_number_json (field->type, field->extent, 0, true));
  if (field->current != NULL)
    json_object_set_new (object, "current", list_json (field->type, field->current, 2));
  if (field->fill != NULL)
    json_object_set_new (object, "fill",
                         field->width == 1 ? cli_number_json (field->type, field->fill, 0, true)
                                           : list_json (field->type, field->fill, field->width));
  if (field->enumeration != NULL)
    json_object_set_new (object, "enumeration", json_string (field->enumeration));
  json_object_set_new (object, "filters", filters_json (field->filters, field->nfilters));
  return object;
}

json_t *
cli_schema_json (const garco_schema_info *schema)
{
  json_t *fields = json_array ();
  for (size_t i = 0; i < schema->nfields; i++)
    json_array_append_new (fields, field_json (&schema->fields[i]));
  json_t *object =
      json_pack ("{s:I, s:b, s:b, s:s, s:s, s:o}", "version", (json_int_t)schema->version, "sparse",
                 schema->sparse, "duplicates", schema->allows_duplicates, "tile_order",
                 schema->tile_order, "cell_order", schema->cell_order, "fields", fields);
  json_object_set_new (object, "capacity",
                       cli_number_json (GARCO_UINT64, &schema->capacity, 0, true));
  json_object_set_new (object, "coord_filters",
                       filters_json (schema->coord_filters, schema->ncoord_filters));
  json_object_set_new (object, "offset_filters",
                       filters_json (schema->offset_filters, schema->noffset_filters));
  json_object_set_new (object, "validity_filters",
                       filters_json (schema->validity_filters, schema->nvalidity_filters));
  return object;
}

/* ---------------------------------------------------------------- from JSON */

/* Where we are: "fields[2].filters[0]". */
typedef struct schema_reader
{
  cli_schema *schema;
  const char *path;
  char place[128];
} schema_reader;

static int wrong (const schema_reader *reader, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

static int
wrong (const schema_reader *reader, const char *format, ...)
{
  char text[512];
  va_list list;
  va_start (list, format);
  vsnprintf (text, sizeof text, format, list);
  va_end (list);
  return cli_fail_text (reader->path, "%s%s%s", reader->place, reader->place[0] != '\0' ? ": " : "",
                        text);
}

/* Memory that lives as long as the schema; NULL after a message. */
static void *
own (schema_reader *reader, size_t count, size_t size)
{
  cli_schema *schema = reader->schema;
  void **owned = realloc (schema->owned, (schema->nowned + 1) * sizeof *owned);
  if (owned == NULL)
  {
    cli_fail_text (NULL, "out of memory");
    return NULL;
  }
  schema->owned = owned;
  owned[schema->nowned] = calloc (count + 1, size);
  if (owned[schema->nowned] == NULL)
    cli_fail_text (NULL, "out of memory");
  return owned[schema->nowned++];
}

/* Every key of the object must be one of the words, which blanks divide. */
static int
check_keys (const schema_reader *reader, json_t *object, const char *words)
{
  const char *key;
  json_t *value;
  if (!json_is_object (object))
    return wrong (reader, "an object is expected");
  json_object_foreach (object, key, value)
  {
    size_t length = strlen (key);
    const char *found = length > 0 ? strstr (words, key) : NULL;
    while (found != NULL && ((found != words && found[-1] != ' ') ||
                             (found[length] != ' ' && found[length] != '\0')))
      found = strstr (found + 1, key);
    if (found == NULL)
      return wrong (reader, "\"%s\" is no key here; expected one of %s", key, words);
  }
  return CLI_OK;
}

static int
take_text (const schema_reader *reader, json_t *object, const char *key, const char **text)
{
  json_t *value = json_object_get (object, key);
  if (value != NULL && !json_is_string (value))
    return wrong (reader, "\"%s\" is no text", key);
  if (value != NULL)
    *text = json_string_value (value);
  return CLI_OK;
}

static int
take_bool (const schema_reader *reader, json_t *object, const char *key, bool *flag)
{
  json_t *value = json_object_get (object, key);
  if (value != NULL && !json_is_boolean (value))
    return wrong (reader, "\"%s\" is neither true nor false", key);
  if (value != NULL)
    *flag = json_is_true (value);
  return CLI_OK;
}

static int
take_integer (const schema_reader *reader, json_t *object, const char *key, int64_t low,
              int64_t high, int64_t *number)
{
  json_t *value = json_object_get (object, key);
  if (value == NULL)
    return CLI_OK;
  *number = json_is_integer (value) ? json_integer_value (value) : 0;
  if (!json_is_integer (value) || *number < low || *number > high)
    return wrong (reader, "\"%s\" is no whole number from %" PRId64 " to %" PRId64, key, low, high);
  return CLI_OK;
}

static int
take_real (const schema_reader *reader, json_t *object, const char *key, double *number)
{
  json_t *value = json_object_get (object, key);
  if (value != NULL && !json_is_number (value))
    return wrong (reader, "\"%s\" is no number", key);
  if (value != NULL)
    *number = json_number_value (value);
  return CLI_OK;
}

static int
no_type (const schema_reader *reader, const char *name)
{
  const char *names[GARCO_GEOM_WKT + 1];
  char near[64];
  size_t count = 0;
  for (int i = 0; i <= GARCO_GEOM_WKT; i++)
    if (garco_datatype_size ((garco_datatype)i) > 0)
      names[count++] = garco_datatype_name ((garco_datatype)i);
  garco_nearest_name (name, names, count, near, sizeof near);
  return wrong (reader,
                "\"%s\" is no datatype%s: expected one such as int32, uint8, float64, datetime_ms",
                name, near);
}

static int
take_type (const schema_reader *reader, json_t *object, const char *key, garco_datatype *type)
{
  const char *name = NULL;
  int status = take_text (reader, object, key, &name);
  if (status != CLI_OK || name == NULL)
    return status;
  for (int i = 0; i <= GARCO_GEOM_WKT; i++)
    if (garco_datatype_size ((garco_datatype)i) > 0 &&
        strcmp (garco_datatype_name ((garco_datatype)i), name) == 0)
    {
      *type = (garco_datatype)i;
      return CLI_OK;
    }
  return no_type (reader, name);
}

/* The bits of a number, or of one as text, in the type; false where the type does not hold it. */
static bool
number_bits (json_t *value, garco_datatype type, uint64_t *bits)
{
  const char *text = json_string_value (value);
  char *end = NULL;
  size_t size = garco_datatype_size (type);
  unsigned shift = (unsigned)(64 - 8 * size);
  if (text == NULL && !json_is_number (value))
    return false;
  if (type == GARCO_FLOAT32 || type == GARCO_FLOAT64)
  {
    double real = text != NULL ? strtod (text, &end) : json_number_value (value);
    float single = (float)real;
    memcpy (bits, size == 8 ? (const void *)&real : (const void *)&single, size);
    return text == NULL || (end != text && *end == '\0');
  }
  errno = 0;
  if (text == NULL)
    *bits = (uint64_t)json_integer_value (value);
  else
    *bits = is_unsigned (type) ? strtoull (text, &end, 10) : (uint64_t)strtoll (text, &end, 10);
  if (text == NULL ? !json_is_integer (value) : errno != 0 || end == text || *end != '\0')
    return text != NULL && cli_date_read (text, type, (int64_t *)bits);
  if (is_unsigned (type))
    return *bits << shift >> shift == *bits && (text != NULL || json_integer_value (value) >= 0) &&
           (text == NULL || text[0] != '-');
  return (uint64_t)((int64_t)(*bits << shift) >> shift) == *bits;
}

/* `count` values of the key; of one, also without a list around it. */
static int
take_values (schema_reader *reader, json_t *object, const char *key, garco_datatype type,
             size_t count, const void **values)
{
  json_t *value = json_object_get (object, key);
  size_t size = garco_datatype_size (type);
  if (value == NULL)
    return CLI_OK;
  bool list = json_is_array (value);
  if (count != (list ? json_array_size (value) : 1))
    return wrong (reader, "\"%s\" has not %zu value%s", key, count, count == 1 ? "" : "s");
  char *room = own (reader, count * size + 8, 1);
  if (room == NULL)
    return CLI_FAILURE;
  for (size_t i = 0; i < count; i++)
  {
    uint64_t bits = 0;
    if (!number_bits (list ? json_array_get (value, i) : value, type, &bits))
      return wrong (reader, "\"%s\" has a value that is no %s%s", key, garco_datatype_name (type),
                    garco_datatype_size (type) == 8 && type >= GARCO_DATETIME_YEAR
                        ? ": expected a number, or a time such as \"2024-05-11\""
                        : "");
    memcpy (room + i * size, &bits, size);
  }
  *values = room;
  return CLI_OK;
}

static int
take_filter (schema_reader *reader, json_t *object, garco_filter_info *filter)
{
  int64_t level = 0, width = 0, window = 0;
  int status = check_keys (reader, object, "name level scale offset byte_width window reinterpret");
  *filter = (garco_filter_info){.reinterpret = GARCO_ANY};
  if (status == CLI_OK)
    status = take_text (reader, object, "name", &filter->name);
  if (status == CLI_OK && filter->name == NULL)
    status = wrong (reader, "a filter without a \"name\"");
  if (status == CLI_OK)
    status = take_integer (reader, object, "level", INT32_MIN, INT32_MAX, &level);
  if (status == CLI_OK)
    status = take_real (reader, object, "scale", &filter->scale);
  if (status == CLI_OK)
    status = take_real (reader, object, "offset", &filter->offset);
  if (status == CLI_OK)
    status = take_integer (reader, object, "byte_width", 0, 8, &width);
  if (status == CLI_OK)
    status = take_integer (reader, object, "window", 0, UINT32_MAX, &window);
  if (status == CLI_OK)
    status = take_type (reader, object, "reinterpret", &filter->reinterpret);
  filter->level = (int32_t)level;
  filter->byte_width = (uint64_t)width;
  filter->window = (uint32_t)window;
  return status;
}

static int
take_filters (schema_reader *reader, json_t *object, const char *key,
              const garco_filter_info **filters, size_t *count)
{
  json_t *list = json_object_get (object, key);
  size_t length = strlen (reader->place);
  int status = CLI_OK;
  if (list == NULL)
    return CLI_OK;
  if (!json_is_array (list))
    return wrong (reader, "\"%s\" is no list", key);
  garco_filter_info *room = own (reader, json_array_size (list), sizeof *room);
  if (room == NULL)
    return CLI_FAILURE;
  for (size_t i = 0; i < json_array_size (list) && status == CLI_OK; i++)
  {
    snprintf (reader->place + length, sizeof reader->place - length, "%s%s[%zu]",
              length > 0 ? "." : "", key, i);
    status = take_filter (reader, json_array_get (list, i), &room[i]);
  }
  reader->place[length] = '\0';
  *filters = room;
  *count = json_array_size (list);
  return status;
}

static int
take_width (schema_reader *reader, json_t *object, garco_field_info *field)
{
  int64_t width = 1;
  const char *text = json_string_value (json_object_get (object, "width"));
  if (text != NULL && strcmp (text, "variable") == 0)
    width = UINT32_MAX;
  else
  {
    int status = take_integer (reader, object, "width", 1, UINT32_MAX - 1, &width);
    if (status != CLI_OK)
      return status;
  }
  field->width = (uint32_t)width;
  return CLI_OK;
}

static int
take_field (schema_reader *reader, json_t *object, garco_field_info *field)
{
  int status = check_keys (reader, object,
                           "name dimension type width nullable domain extent current fill "
                           "enumeration filters");
  field->type = GARCO_ANY;
  if (status == CLI_OK)
    status = take_text (reader, object, "name", &field->name);
  if (status == CLI_OK)
    status = take_type (reader, object, "type", &field->type);
  if (status == CLI_OK && (field->name == NULL || field->type == GARCO_ANY))
    status = wrong (reader, "a field needs a \"name\" and a \"type\"");
  if (status == CLI_OK)
    status = take_bool (reader, object, "dimension", &field->is_dimension);
  if (status == CLI_OK)
    status = take_bool (reader, object, "nullable", &field->nullable);
  if (status == CLI_OK)
    status = take_width (reader, object, field);
  if (status == CLI_OK)
    status = take_values (reader, object, "domain", field->type, 2, &field->domain);
  if (status == CLI_OK)
    status = take_values (reader, object, "extent", field->type, 1, &field->extent);
  if (status == CLI_OK)
    status = take_values (reader, object, "current", field->type, 2, &field->current);
  if (status == CLI_OK)
    status = take_values (reader, object, "fill", field->type,
                          field->width == UINT32_MAX ? 1 : field->width, &field->fill);
  if (status == CLI_OK)
    status = take_text (reader, object, "enumeration", &field->enumeration);
  return status == CLI_OK
             ? take_filters (reader, object, "filters", &field->filters, &field->nfilters)
             : status;
}

static int
take_fields (schema_reader *reader, json_t *object)
{
  json_t *list = json_object_get (object, "fields");
  garco_schema_info *info = &reader->schema->info;
  int status = CLI_OK;
  if (!json_is_array (list))
    return wrong (reader, "a schema needs a list of \"fields\"");
  garco_field_info *fields = own (reader, json_array_size (list), sizeof *fields);
  if (fields == NULL)
    return CLI_FAILURE;
  info->fields = fields;
  info->nfields = json_array_size (list);
  for (size_t i = 0; i < info->nfields && status == CLI_OK; i++)
  {
    snprintf (reader->place, sizeof reader->place, "fields[%zu]", i);
    status = take_field (reader, json_array_get (list, i), &fields[i]);
  }
  reader->place[0] = '\0';
  return status;
}

static int
take_capacity (schema_reader *reader, json_t *object)
{
  const void *value = NULL;
  int status = take_values (reader, object, "capacity", GARCO_UINT64, 1, &value);
  if (value != NULL)
    memcpy (&reader->schema->info.capacity, value, sizeof reader->schema->info.capacity);
  return status;
}

static int
take_schema (schema_reader *reader, json_t *object)
{
  garco_schema_info *info = &reader->schema->info;
  *info = (garco_schema_info){.sparse = true, .capacity = 10000};
  int status = check_keys (reader, object,
                           "version sparse duplicates tile_order cell_order capacity fields "
                           "coord_filters offset_filters validity_filters");
  if (status == CLI_OK)
    status = take_bool (reader, object, "sparse", &info->sparse);
  if (status == CLI_OK)
    status = take_bool (reader, object, "duplicates", &info->allows_duplicates);
  if (status == CLI_OK)
    status = take_text (reader, object, "tile_order", &info->tile_order);
  if (status == CLI_OK)
    status = take_text (reader, object, "cell_order", &info->cell_order);
  if (status == CLI_OK)
    status = take_capacity (reader, object);
  if (status == CLI_OK)
    status =
        take_filters (reader, object, "coord_filters", &info->coord_filters, &info->ncoord_filters);
  if (status == CLI_OK)
    status = take_filters (reader, object, "offset_filters", &info->offset_filters,
                           &info->noffset_filters);
  if (status == CLI_OK)
    status = take_filters (reader, object, "validity_filters", &info->validity_filters,
                           &info->nvalidity_filters);
  return status == CLI_OK ? take_fields (reader, object) : status;
}

int
cli_schema_read (const char *path, cli_schema *schema)
{
  schema_reader reader = {.schema = schema, .path = path};
  json_error_t error;
  FILE *file = fopen (path, "rb");
  if (file == NULL)
    return cli_fail_text (path, "cannot open: %s", strerror (errno));
  schema->json = json_loadf (file, JSON_REJECT_DUPLICATES, &error);
  fclose (file);
  if (schema->json == NULL && error.line > 0)
    return cli_fail_text (path, "line %d, column %d: %s", error.line, error.column, error.text);
  if (schema->json == NULL)
    return cli_fail_text (path, "%s", error.text);
  json_t *inner = json_object_get (schema->json, "schema");
  return take_schema (&reader, inner != NULL ? inner : schema->json);
}

/* "NAME:TYPE" as an object; NULL where it is neither that nor an object. */
static json_t *
attribute_json (const char *text, json_error_t *error)
{
  const char *colon = strrchr (text, ':');
  if (text[strspn (text, " \t\n")] == '{')
    return json_loads (text, JSON_REJECT_DUPLICATES, error);
  snprintf (error->text, sizeof error->text, "expected NAME:TYPE or a JSON object");
  if (colon == NULL || colon == text || colon[1] == '\0')
    return NULL;
  return json_pack ("{s:s#, s:s, s:[{s:s, s:i}]}", "name", text, (int)(colon - text), "type",
                    colon + 1, "filters", "name", "zstd", "level", 7);
}

int
cli_schema_add_attribute (cli_schema *schema, const char *source, const char *text)
{
  schema_reader reader = {.schema = schema, .path = source};
  json_error_t error = {.text = "not UTF-8"};
  size_t before = schema->info.nfields;
  json_t *object = attribute_json (text, &error);
  if (object == NULL)
    return cli_fail_text (source, "\"%s\": %s", text, error.text);
  if (schema->json == NULL)
    schema->json = json_array ();
  json_array_append_new (schema->json, object);
  garco_field_info *fields = own (&reader, before + 1, sizeof *fields);
  if (fields == NULL)
    return CLI_FAILURE;
  if (before > 0)
    memcpy (fields, schema->info.fields, before * sizeof *fields);
  schema->info.fields = fields;
  schema->info.nfields = before + 1;
  return take_field (&reader, object, &fields[before]);
}

void
cli_schema_free (cli_schema *schema)
{
  for (size_t i = 0; i < schema->nowned; i++)
    free (schema->owned[i]);
  free (schema->owned);
  json_decref (schema->json);
  memset (schema, 0, sizeof *schema);
}
