/* Conditions on rows: the conditions of deletes, over a schema made of the source's columns.
 *
 *   columns     time sys sat obs range ...    and after them, for a key each, its other names
 *   condition   --> fields --> columns
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_where.h"

#include <stdlib.h>
#include <string.h>

#include "arco/condition_text.h"
#include "base/buffer.h"
#include "base/error.h"
#include "query/query_columns.h"

/* Rows that are tested at once. */
#define STEP 65536u

static const char *const other_names[GARCO__WHERE_OTHER] = {"system", "constell", "obs_code"};

struct garco__where
{
  garco__schema schema; /* of the columns; its names are borrowed while it is read */
  size_t *columns;      /* per field */
  garco__condition *condition;
  size_t count;
  size_t *used; /* columns that the condition looks at */
};

/* ---------------------------------------------------------------- opening */

static void
add_field (garco__where *where, const char *name, const garco_column *column, size_t index)
{
  garco__field *field = &where->schema.fields[where->schema.nattrs];
  field->name = (char *)(uintptr_t)name;
  field->type = column->type;
  field->width = column->width;
  field->nullable = column->validity != NULL;
  field->cell_size = column->width == UINT32_MAX ? 0 : garco_datatype_size (column->type);
  where->columns[where->schema.nattrs++] = index;
}

static garco_status
describe (garco__where *where, const garco_column *columns, size_t ncolumns, garco_array *array,
          garco_error *error)
{
  const garco_schema_info *schema = array != NULL ? garco_array_schema (array) : NULL;
  void *fields = NULL, *indices = NULL;
  GARCO_TRY (
      garco__allocate (&fields, ncolumns + GARCO__WHERE_OTHER, sizeof (garco__field), error));
  where->schema.fields = fields;
  GARCO_TRY (garco__allocate (&indices, ncolumns + GARCO__WHERE_OTHER, sizeof (size_t), error));
  where->columns = indices;
  for (size_t i = 0; i < ncolumns; i++)
  {
    add_field (where, columns[i].name, &columns[i], i);
    if (schema != NULL)
      where->schema.fields[i].enumeration = (char *)(uintptr_t)schema->fields[i].enumeration;
  }
  for (size_t n = 0; n < GARCO__WHERE_OTHER; n++)
    for (size_t i = 0; i < ncolumns; i++)
      if (strcmp (columns[i].name,
                  garco__key_name ((garco__key)garco__key_of_name (other_names[n]))) == 0 &&
          garco__schema_find (&where->schema, other_names[n]) < 0)
        add_field (where, other_names[n], &columns[i], i);
  return GARCO_OK;
}

/* The number that a letter is, of a column of systems. */
static int
number_of_text (const char *field, const char *text)
{
  bool system = garco__key_of_name (field) == GARCO__SYS && strlen (text) == 1;
  return system ? garco_system_number (text[0]) : -1;
}

static void
list_used (garco__where *where)
{
  where->count = garco__condition_field_count (where->condition);
  for (size_t i = 0; i < where->count; i++)
    where->used[i] = where->columns[garco__condition_field (where->condition, i)];
}

static garco_status
read_condition (garco__where *where, const char *text, garco_array *array, garco_error *error)
{
  void *used = NULL;
  GARCO_TRY (garco__condition_read (text, &where->schema, number_of_text, array, &where->condition,
                                    error));
  GARCO_TRY (garco__allocate (&used, garco__condition_field_count (where->condition),
                              sizeof (size_t), error));
  where->used = used;
  list_used (where);
  for (size_t i = 0; i < where->schema.nattrs; i++)
    where->schema.fields[i].name = where->schema.fields[i].enumeration = NULL;
  return GARCO_OK;
}

garco_status
garco__where_open (const char *text, const garco_column *columns, size_t ncolumns,
                   garco_array *array, garco__where **where, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__where), error));
  *where = made;
  garco_status status = describe (*where, columns, ncolumns, array, error);
  if (status >= 0)
    status = read_condition (*where, text, array, error);
  if (status < 0)
    garco__where_free (where);
  return status;
}

void
garco__where_free (garco__where **where)
{
  garco__where *own = *where;
  if (own == NULL)
    return;
  garco__condition_free (&own->condition);
  free (own->schema.fields);
  free (own->columns);
  free (own->used);
  free (own);
  *where = NULL;
}

size_t
garco__where_count (const garco__where *where)
{
  return where->count;
}

size_t
garco__where_column (const garco__where *where, size_t i)
{
  return where->used[i];
}

/* ---------------------------------------------------------------- terms */

size_t
garco__where_terms (const garco__where *where)
{
  return garco__condition_terms (where->condition);
}

bool
garco__where_term (const garco__where *where, size_t i, garco__term *term)
{
  if (!garco__condition_term (where->condition, i, term))
    return false;
  term->field = where->columns[term->field];
  return true;
}

void
garco__where_settle (garco__where *where, size_t i)
{
  garco__condition_settle (where->condition, i);
  list_used (where);
}

/* ---------------------------------------------------------------- rows */

static bool
is_channel (const garco_column *column)
{
  return column->type == GARCO_INT8 && strcmp (column->name, "fcn") == 0;
}

/* Where the step's texts begin and end. */
static void
places_of_step (const garco_column *column, size_t from, size_t count, uint64_t *places,
                garco__condition_column *of_step)
{
  static const uint8_t none = 0;
  for (size_t i = 0; i < count; i++)
  {
    places[2 * i] = column->offsets[from + i];
    places[2 * i + 1] = column->offsets[from + i + 1];
  }
  of_step->values = column->values != NULL ? column->values : &none;
  of_step->places = places;
}

static bool
has_text (const garco__where *where, const garco_column *columns)
{
  bool found = false;
  for (size_t i = 0; i < where->count; i++)
    found |= columns[i].width == GARCO__VARIABLE;
  return found;
}

/* The channel that is not known is no number: it is taken as null. */
static garco_status
test_step (const garco__where *where, const garco_column *columns, size_t from, size_t count,
           garco__condition_column *of_step, uint64_t *places, uint8_t *known, uint8_t *keep,
           garco_error *error)
{
  for (size_t i = 0; i < where->count; i++)
  {
    const garco_column *column = &columns[i];
    const int8_t *channels = column->values;
    of_step[i].values = (const char *)column->values + from * garco_datatype_size (column->type);
    if (column->width == GARCO__VARIABLE)
      places_of_step (column, from, count, places + 2 * i * STEP, &of_step[i]);
    of_step[i].validity = column->validity != NULL ? column->validity + from : NULL;
    if (!is_channel (column) || column->validity != NULL)
      continue;
    for (size_t row = 0; row < count; row++)
      known[row] = channels[from + row] > GARCO_FCN_UNKNOWN;
    of_step[i].validity = known;
  }
  return garco__condition_evaluate (where->condition, of_step, count, keep, error);
}

garco_status
garco__where_test (const garco__where *where, const garco_column *columns, size_t rows,
                   uint8_t *keep, garco_error *error)
{
  void *known = NULL, *of_step = NULL, *places = NULL;
  garco_status status = garco__allocate (&known, rows < STEP ? rows : STEP, 1, error);
  if (status >= 0)
    status = garco__allocate (&of_step, where->count, sizeof (garco__condition_column), error);
  if (status >= 0 && has_text (where, columns))
    status = garco__allocate (&places, where->count * 2 * STEP, sizeof (uint64_t), error);
  for (size_t from = 0; from < rows && status >= 0; from += STEP)
  {
    size_t count = rows - from < STEP ? rows - from : STEP;
    status = test_step (where, columns, from, count, of_step, places, known, keep + from, error);
  }
  free (known);
  free (places);
  free (of_step);
  return status;
}
