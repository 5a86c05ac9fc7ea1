/* Shows and writes arrays through the public header (and the internal writer), for tests in other
 * languages.
 *
 *   arco_dump create ARRAY
 *   arco_dump info ARRAY [--start T] [--end T]       schema, fragments, domains: lines of text
 *   arco_dump meta ARRAY [--start T] [--end T]       metadata: "key type count hex"
 *   arco_dump cells ARRAY [--start T] [--end T] [--raw] [--memory N] [--field F]...
 *                         [--range DIMENSION LOW HIGH]... [--text DIMENSION LOW HIGH]...
 *   arco_dump write ARRAY < cells                    a fragment; prints its name
 *   arco_dump set ARRAY KEY TEXT                     metadata
 *
 * Cells are "columns N\n", for each "NAME TYPE WIDTH NULLABLE\n", then batches of "rows N\n" and of
 * each column its bytes (of variable length the rows + 1 offsets before them) and, where it is
 * nullable, its validity, and "end\n". A LOW or HIGH of "-" for --text is no end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_writer.h"
#include "garco.h"

#define MAX_ARGUMENTS 256

typedef struct arguments
{
  garco_array_options array;
  garco_scan_options scan;
  garco_range ranges[MAX_ARGUMENTS];
  const char *fields[MAX_ARGUMENTS];
} arguments;

static int
failed (garco_status status, const garco_error *error)
{
  char text[2048];
  garco_error_format (error, text, sizeof text);
  fprintf (stderr, "%s: %s\n", garco_status_name (status), text);
  return 1;
}

static int
parse (int count, char **words, arguments *parsed)
{
  for (int i = 0; i < count; i++)
  {
    int left = count - i - 1;
    if (strcmp (words[i], "--start") == 0 && left >= 1)
      parsed->array.timestamp_start = strtoull (words[++i], NULL, 10);
    else if (strcmp (words[i], "--end") == 0 && left >= 1)
      parsed->array.timestamp_end = strtoull (words[++i], NULL, 10);
    else if (strcmp (words[i], "--memory") == 0 && left >= 1)
      parsed->scan.memory = strtoull (words[++i], NULL, 10);
    else if (strcmp (words[i], "--raw") == 0)
      parsed->array.raw_missing = true;
    else if (strcmp (words[i], "--field") == 0 && left >= 1 && parsed->scan.nfields < MAX_ARGUMENTS)
      parsed->fields[parsed->scan.nfields++] = words[++i];
    else if (strcmp (words[i], "--range") == 0 && left >= 3 && parsed->scan.nranges < MAX_ARGUMENTS)
    {
      garco_range *range = &parsed->ranges[parsed->scan.nranges++];
      range->dimension = strtoull (words[++i], NULL, 10);
      range->low = strtoll (words[++i], NULL, 10);
      range->flow = strtod (words[i], NULL);
      range->high = strtoll (words[++i], NULL, 10);
      range->fhigh = strtod (words[i], NULL);
    }
    else if (strcmp (words[i], "--text") == 0 && left >= 3 && parsed->scan.nranges < MAX_ARGUMENTS)
    {
      garco_range *range = &parsed->ranges[parsed->scan.nranges++];
      range->dimension = strtoull (words[++i], NULL, 10);
      range->slow = strcmp (words[++i], "-") == 0 ? NULL : words[i];
      range->shigh = strcmp (words[++i], "-") == 0 ? NULL : words[i];
    }
    else
      return fprintf (stderr, "arco_dump: cannot use \"%s\"\n", words[i]), 0;
  }
  parsed->scan.ranges = parsed->ranges;
  parsed->scan.fields = parsed->fields;
  return 1;
}

static void
print_hex (const void *bytes, size_t size)
{
  for (size_t i = 0; i < size; i++)
    printf ("%02x", ((const unsigned char *)bytes)[i]);
}

static garco_status
info (garco_array *array, garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (array);
  printf ("schema version=%u duplicates=%d tile_order=%s cell_order=%s capacity=%" PRIu64 "\n",
          schema->version, schema->allows_duplicates, schema->tile_order, schema->cell_order,
          schema->capacity);
  for (size_t i = 0; i < schema->nfields; i++)
  {
    const garco_field_info *field = &schema->fields[i];
    printf ("field %s %s %s width=%u nullable=%d", field->is_dimension ? "dimension" : "attribute",
            field->name, garco_datatype_name (field->type), field->width, field->nullable);
    for (size_t k = 0; k < field->nfilters; k++)
      printf (" %s", field->filters[k].name);
    printf ("\n");
  }
  for (size_t i = 0; i < garco_array_fragment_count (array); i++)
  {
    garco_fragment_info fragment;
    garco_status status = garco_array_fragment (array, i, &fragment, error);
    if (status < 0)
      return status;
    printf ("fragment %s version=%u cells=%" PRIu64 " tiles=%" PRIu64 " bytes=%" PRIu64 "\n",
            fragment.name, fragment.version, fragment.cells, fragment.tiles, fragment.bytes);
  }
  for (size_t i = 0; i < schema->nfields && schema->fields[i].is_dimension; i++)
  {
    union
    {
      unsigned char bytes[16];
      const char *texts[2];
    } range;
    garco_status status = garco_array_domain (array, i, &range, error);
    if (status < 0 || status == GARCO_END)
      return status < 0 ? status : GARCO_OK;
    printf ("domain %s ", schema->fields[i].name);
    if (schema->fields[i].width == UINT32_MAX)
      printf ("\"%s\" \"%s\"", range.texts[0], range.texts[1]);
    else
      print_hex (range.bytes, 2 * garco_datatype_size (schema->fields[i].type));
    printf ("\n");
  }
  return GARCO_OK;
}

static garco_status
meta (garco_array *array, garco_error *error)
{
  size_t count = 0;
  garco_status status = garco_array_metadata_count (array, &count, error);
  for (size_t i = 0; status >= 0 && i < count; i++)
  {
    garco_metadata_info item;
    status = garco_array_metadata (array, i, &item, error);
    if (status < 0)
      break;
    printf ("%s %s %u ", item.key, garco_datatype_name (item.type), item.count);
    print_hex (item.values, item.count * garco_datatype_size (item.type));
    printf ("\n");
  }
  return status;
}

static void
print_column (const garco_column *column, int64_t rows, bool nullable)
{
  size_t size = garco_datatype_size (column->type) * column->width;
  if (column->width == UINT32_MAX)
  {
    fwrite (column->offsets, sizeof *column->offsets, (size_t)rows + 1, stdout);
    fwrite (column->values, 1, (size_t)column->offsets[rows], stdout);
  }
  else
    fwrite (column->values, size, (size_t)rows, stdout);
  if (nullable)
    fwrite (column->validity, 1, (size_t)rows, stdout);
}

static bool
is_nullable (const garco_schema_info *schema, const char *name)
{
  for (size_t i = 0; i < schema->nfields; i++)
    if (strcmp (schema->fields[i].name, name) == 0)
      return schema->fields[i].nullable;
  return false;
}

static garco_status
cells (garco_array *array, const garco_scan_options *options, garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (array);
  garco_scan *scan = NULL;
  garco_batch batch;
  bool first = true;
  garco_status status = garco_scan_open (array, options, &scan, error);
  while (status == GARCO_OK && (status = garco_scan_next (scan, &batch, error)) == GARCO_OK)
  {
    if (first)
    {
      printf ("columns %zu\n", batch.ncolumns);
      for (size_t i = 0; i < batch.ncolumns; i++)
        printf ("%s %s %u %d\n", batch.columns[i].name, garco_datatype_name (batch.columns[i].type),
                batch.columns[i].width, is_nullable (schema, batch.columns[i].name));
    }
    first = false;
    printf ("rows %" PRId64 "\n", batch.rows);
    for (size_t i = 0; i < batch.ncolumns; i++)
      print_column (&batch.columns[i], batch.rows, is_nullable (schema, batch.columns[i].name));
  }
  if (status == GARCO_END)
    printf ("end\n");
  garco_scan_free (&scan);
  return status;
}

/* ---- writing */

static garco_datatype
type_by_name (const char *name)
{
  for (int i = 0; i <= GARCO_GEOM_WKT; i++)
    if (strcmp (garco_datatype_name ((garco_datatype)i), name) == 0)
      return (garco_datatype)i;
  return GARCO_ANY;
}

typedef struct input_column
{
  char name[128];
  int nullable;
  void *values, *validity;
} input_column;

static bool
read_batch (garco_column *columns, input_column *inputs, garco_batch *batch)
{
  size_t count = 0;
  unsigned long long rows = 0;
  if (scanf ("columns %zu\n", &count) != 1 || count > MAX_ARGUMENTS)
    return false;
  for (size_t i = 0; i < count; i++)
  {
    char type[32];
    unsigned width;
    if (scanf ("%127s %31s %u %d", inputs[i].name, type, &width, &inputs[i].nullable) != 4)
      return false;
    columns[i] = (garco_column){inputs[i].name, type_by_name (type), width, NULL, NULL, NULL};
  }
  if (scanf (" rows %llu", &rows) != 1 || getchar () != '\n')
    return false;
  for (size_t i = 0; i < count; i++)
  {
    size_t size = garco_datatype_size (columns[i].type) * columns[i].width;
    inputs[i].values = malloc (rows * size + 1);
    inputs[i].validity = malloc (rows + 1);
    if (inputs[i].values == NULL || inputs[i].validity == NULL ||
        fread (inputs[i].values, size, rows, stdin) != rows)
      return false;
    columns[i].values = inputs[i].values;
    if (inputs[i].nullable && fread (inputs[i].validity, 1, rows, stdin) != rows)
      return false;
    columns[i].validity = inputs[i].nullable ? inputs[i].validity : NULL;
  }
  *batch = (garco_batch){(int64_t)rows, count, columns};
  return true;
}

static garco_status
write_cells (garco_array *array, garco_error *error)
{
  static garco_column columns[MAX_ARGUMENTS];
  static input_column inputs[MAX_ARGUMENTS];
  garco_batch batch;
  garco__fragment_writer *fragment = NULL;
  garco_status status = GARCO_ERR_ARGUMENT;
  memset (error, 0, sizeof *error);
  if (read_batch (columns, inputs, &batch))
    status = garco__array_lock (array, error);
  if (status >= 0)
    status = garco__fragment_write (array, &batch, &fragment, error);
  if (status >= 0)
    status = garco__fragment_commit (fragment, error);
  if (status >= 0)
    printf ("%s\n", garco__fragment_writer_name (fragment));
  garco__fragment_writer_free (&fragment);
  for (size_t i = 0; i < MAX_ARGUMENTS; i++)
  {
    free (inputs[i].values);
    free (inputs[i].validity);
  }
  return status;
}

static garco_status
set_text (garco_array *array, const char *key, const char *text, garco_error *error)
{
  const garco__metadata_item item = {key, GARCO_STRING_UTF8, (uint32_t)strlen (text), text};
  return garco__array_metadata_write (array, 1, &item, 1, NULL, error);
}

int
main (int count, char **words)
{
  static arguments parsed = {GARCO_ARRAY_OPTIONS_INIT, GARCO_SCAN_OPTIONS_INIT, {{0}}, {0}};
  garco_error error;
  garco_array *array = NULL;
  garco_status status;
  memset (&error, 0, sizeof error);
  if (count < 3)
    return fprintf (stderr, "usage: arco_dump COMMAND ARRAY ...\n"), 2;
  bool set = strcmp (words[1], "set") == 0 && count == 5;
  if (!set && !parse (count - 3, words + 3, &parsed))
    return 2;
  if (strcmp (words[1], "create") == 0)
  {
    status = garco_array_create (words[2], "earthscope", &error);
    return status < 0 ? failed (status, &error) : 0;
  }
  status = garco_array_open (words[2], &parsed.array, &array, &error);
  if (status >= 0 && strcmp (words[1], "info") == 0)
    status = info (array, &error);
  else if (status >= 0 && strcmp (words[1], "meta") == 0)
    status = meta (array, &error);
  else if (status >= 0 && strcmp (words[1], "cells") == 0)
    status = cells (array, &parsed.scan, &error);
  else if (status >= 0 && strcmp (words[1], "write") == 0)
    status = write_cells (array, &error);
  else if (status >= 0 && set)
    status = set_text (array, words[3], words[4], &error);
  garco_array_free (&array);
  return status < 0 ? failed (status, &error) : 0;
}
