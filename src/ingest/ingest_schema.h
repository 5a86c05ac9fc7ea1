/* Arrays that are there already: made by another preset than is asked for, or with attributes
 * beside those of observations, such as evolution adds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_SCHEMA_H
#define GARCO_INGEST_SCHEMA_H

#include "garco.h"

/* GARCO_ERR_EXISTS where attributes that both have are kept in other filters than the preset's. */
garco_status garco__check_preset (const garco_schema_info *schema, const char *preset,
                                  const char *uri, garco_error *error);

/* Columns that hold fill values alone. Zero-initialise; free after failures too. */
typedef struct garco__fills
{
  size_t count;
  garco_column *columns; /* names and types are borrowed of the schema, values owned */
} garco__fills;

/* Whether a field can be left to its fill value. */
bool garco__can_fill (const garco_field_info *field);
/* Columns of `rows` cells of the schema's fields that are not among the names. */
garco_status garco__fills_make (const garco_schema_info *schema, const char *const *names,
                                size_t nnames, size_t rows, garco__fills *fills,
                                garco_error *error);
void garco__fills_free (garco__fills *fills);

#endif
