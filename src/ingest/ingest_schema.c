/* What is asked of a schema before observations are written by it.
 *
 * What new cells have in attributes that a RINEX file says nothing of: what cells of before such an
 * attribute was added are read as, its fill value, or null.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/ingest_schema.h"

#include <stdlib.h>
#include <string.h>

#include "arco/datatype.h"
#include "base/buffer.h"
#include "base/error.h"

/* ---------------------------------------------------------------- presets */

static bool
same_filter (const garco_filter_info *a, const garco_filter_info *b)
{
  return strcmp (a->name, b->name) == 0 && a->level == b->level && a->scale == b->scale &&
         a->offset == b->offset && a->byte_width == b->byte_width && a->window == b->window &&
         a->reinterpret == b->reinterpret;
}

static bool
same_filters (const garco_field_info *a, const garco_field_info *b)
{
  bool same = a->nfilters == b->nfilters;
  for (size_t i = 0; same && i < a->nfilters; i++)
    same = same_filter (&a->filters[i], &b->filters[i]);
  return same;
}

static const garco_field_info *
find_field (const garco_schema_info *schema, const char *name)
{
  for (size_t i = 0; i < schema->nfields; i++)
    if (strcmp (schema->fields[i].name, name) == 0)
      return &schema->fields[i];
  return NULL;
}

garco_status
garco__check_preset (const garco_schema_info *schema, const char *preset, const char *uri,
                     garco_error *error)
{
  const garco_schema_info *wanted = garco_schema_preset (preset);
  if (wanted == NULL)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "no schema is called \"%s\"", preset);
  for (size_t i = 0; i < wanted->nfields; i++)
  {
    const garco_field_info *field = find_field (schema, wanted->fields[i].name);
    if (field != NULL && !field->is_dimension && !same_filters (field, &wanted->fields[i]))
      return garco__fail (error, GARCO_ERR_EXISTS, uri,
                          "the array is there, and is not of the schema %s: attribute \"%s\" has "
                          "other filters",
                          preset, field->name);
  }
  return GARCO_OK;
}

/* ---------------------------------------------------------------- fill values */

bool
garco__can_fill (const garco_field_info *field)
{
  return !field->is_dimension && field->width != UINT32_MAX;
}

static bool
is_among (const char *name, const char *const *names, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp (names[i], name) == 0)
      return true;
  return false;
}

static void
fill_values (const garco_field_info *field, uint8_t *values, size_t rows)
{
  size_t size = garco_datatype_size (field->type);
  size_t cell = size * field->width;
  uint64_t usual = garco__datatype_fill (field->type);
  for (size_t i = 0; i < rows; i++)
    for (size_t at = 0; at < cell; at += size)
      memcpy (values + i * cell + at,
              field->fill != NULL ? (const uint8_t *)field->fill + at : (const uint8_t *)&usual,
              size);
}

static garco_status
fill_column (const garco_field_info *field, size_t rows, garco_column *column, garco_error *error)
{
  void *values = NULL, *validity = NULL;
  *column = (garco_column){.name = field->name, .type = field->type, .width = field->width};
  GARCO_TRY (
      garco__allocate (&values, rows * field->width, garco_datatype_size (field->type), error));
  column->values = values;
  fill_values (field, values, rows);
  if (!field->nullable)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&validity, rows, 1, error));
  column->validity = validity;
  memset (validity, field->fill != NULL, rows);
  return GARCO_OK;
}

garco_status
garco__fills_make (const garco_schema_info *schema, const char *const *names, size_t nnames,
                   size_t rows, garco__fills *fills, garco_error *error)
{
  void *columns = NULL;
  GARCO_TRY (garco__allocate (&columns, schema->nfields, sizeof *fills->columns, error));
  fills->columns = columns;
  for (size_t i = 0; i < schema->nfields; i++)
    if (!is_among (schema->fields[i].name, names, nnames))
      GARCO_TRY (fill_column (&schema->fields[i], rows, &fills->columns[fills->count++], error));
  return GARCO_OK;
}

void
garco__fills_free (garco__fills *fills)
{
  for (size_t i = 0; i < fills->count; i++)
  {
    free ((void *)(uintptr_t)fills->columns[i].values); /* ours, though a column has it const */
    free ((void *)(uintptr_t)fills->columns[i].validity);
  }
  free (fills->columns);
  *fills = (garco__fills){0, NULL};
}
