/* What an array holds, as its schema and its fragments' metadata say.
 *
 * `cells` adds up the fragments' cells: where the same coordinates were written twice it is more
 * than a query gives.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_info.h"
#include "cli_schema.h"

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
pair_json (garco_datatype type, const void *values)
{
  json_t *pair = json_array ();
  for (size_t i = 0; i < 2; i++)
    json_array_append_new (pair, cli_number_json (type, values, i, false));
  return pair;
}

static json_t *
texts_json (const char *const texts[2])
{
  json_t *pair = json_array ();
  for (size_t i = 0; i < 2; i++)
    json_array_append_new (pair, cli_json_text (texts[i], strlen (texts[i])));
  return pair;
}

/* ---------------------------------------------------------------- the contents */

static json_t *
fragment_json (const garco_fragment_info *info, const garco_schema_info *schema)
{
  json_t *domain = json_object ();
  for (size_t i = 0; i < info->ndomain && i < schema->nfields; i++)
    if (info->texts[2 * i] != NULL)
      json_object_set_new (domain, schema->fields[i].name, texts_json (info->texts + 2 * i));
    else if (info->domain[i] != NULL)
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
    union
    {
      uint64_t numbers[2];
      const char *texts[2];
    } range = {{0, 0}};
    bool text = schema->fields[i].width == UINT32_MAX;
    status = garco_array_domain (array, i, &range, error);
    if (status != GARCO_OK)
      break;
    json_object_set_new (domain, schema->fields[i].name,
                         text ? texts_json (range.texts)
                              : pair_json (schema->fields[i].type, range.numbers));
    if (!text)
      add_times (object, &schema->fields[i], range.numbers);
  }
  return status;
}

json_t *
cli_metadata_json (const garco_metadata_info *info)
{
  bool text = info->type == GARCO_STRING_UTF8 || info->type == GARCO_STRING_ASCII ||
              info->type == GARCO_CHAR || info->type == GARCO_BLOB;
  if (text)
    return cli_json_text (info->count > 0 ? info->values : "", info->count);
  if (info->count == 1)
    return cli_number_json (info->type, info->values, 0, false);
  json_t *list = json_array ();
  for (uint32_t i = 0; i < info->count; i++)
    json_array_append_new (list, cli_number_json (info->type, info->values, i, false));
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
      json_object_set_new (metadata, info.key, cli_metadata_json (&info));
  }
  return status;
}

static json_t *
labels_json (const garco_enumeration_info *info)
{
  const garco_column *labels = &info->labels;
  json_t *list = json_array ();
  for (int64_t i = 0; i < info->count; i++)
    if (labels->width == UINT32_MAX)
      json_array_append_new (list,
                             cli_json_text ((const char *)labels->values + labels->offsets[i],
                                            (size_t)(labels->offsets[i + 1] - labels->offsets[i])));
    else
      json_array_append_new (
          list, cli_number_json (labels->type, labels->values, (size_t)i * labels->width, false));
  return json_pack ("{s:b, s:o}", "ordered", info->ordered, "labels", list);
}

/* Those that fields have; none: nothing. */
static garco_status
add_labels (json_t *object, garco_array *array, garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (array);
  json_t *all = json_object ();
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < schema->nfields && status >= 0; i++)
  {
    garco_enumeration_info info;
    const char *name = schema->fields[i].enumeration;
    if (name == NULL)
      continue;
    status = garco_array_enumeration (array, name, &info, error);
    if (status >= 0)
      json_object_set_new (all, name, labels_json (&info));
  }
  if (status >= 0 && json_object_size (all) > 0)
    json_object_set (object, "enumerations", all);
  json_decref (all);
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
    json_object_set_new (object, "schema", cli_schema_json (schema));
    result = add_fragments (object, array, &error);
  }
  if (result >= 0)
    result = add_domain (object, array, &error);
  if (result >= 0)
    result = add_labels (object, array, &error);
  if (result >= 0)
    result = add_metadata (object, array, &error);
  garco_array_free (&array);
  if (result >= 0)
    return object;
  *status = cli_fail (&error);
  json_decref (object);
  return NULL;
}

char *
cli_json_dump (const json_t *value, size_t flags)
{
  char *text = NULL;
  bool same = false;
  for (size_t digits = 15; digits <= 17 && !same; digits++)
  {
    free (text);
    text = json_dumps (value, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION (digits));
    json_t *again = text != NULL ? json_loads (text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
    same = json_equal (value, again) != 0;
    json_decref (again);
  }
  return text;
}
