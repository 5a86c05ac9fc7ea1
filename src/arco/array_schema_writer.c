/* The payload of a schema, as array_schema.c has it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "arco/array_schema.h"
#include "base/error.h"

static garco_status
put_text (garco__buffer *out, const char *text, garco_error *error)
{
  size_t length = text != NULL ? strlen (text) : 0;
  GARCO_TRY (garco__put_u32 (out, (uint32_t)length, error));
  return garco__buffer_append (out, text, length, error);
}

static garco_status
put_type (garco__buffer *out, const garco__field *field, garco_error *error)
{
  static const garco__pipeline none = {GARCO__MAX_CHUNK, 0, NULL};
  GARCO_TRY (put_text (out, field->name, error));
  GARCO_TRY (garco__put_u8 (out, (uint8_t)field->type, error));
  GARCO_TRY (garco__put_u32 (out, field->width, error));
  return garco__pipeline_put (out, field->inherits ? &none : &field->pipeline, error);
}

static garco_status
put_dimension (garco__buffer *out, const garco__field *field, garco_error *error)
{
  size_t size = garco_datatype_size (field->type);
  size_t domain = field->has_domain ? 2 * size : 0;
  GARCO_TRY (put_type (out, field, error));
  GARCO_TRY (garco__put_u64 (out, domain, error));
  GARCO_TRY (garco__buffer_append (out, field->domain, domain, error));
  GARCO_TRY (garco__put_u8 (out, field->has_extent ? 0 : 1, error));
  return garco__buffer_append (out, field->extent, field->has_extent ? size : 0, error);
}

static garco_status
put_attribute (garco__buffer *out, const garco__field *field, uint32_t version, garco_error *error)
{
  GARCO_TRY (put_type (out, field, error));
  GARCO_TRY (garco__put_u64 (out, field->fill_size, error));
  GARCO_TRY (garco__buffer_append (out, field->fill, field->fill_size, error));
  GARCO_TRY (garco__put_u8 (out, field->nullable, error));
  GARCO_TRY (garco__put_u8 (out, field->fill_valid, error));
  if (version >= 17)
    GARCO_TRY (garco__put_u8 (out, field->order, error));
  return version >= 20 ? put_text (out, field->enumeration, error) : GARCO_OK;
}

/* A dimension of variable length has no bounds in a current domain: two empty texts. */
static garco_status
put_current_domain (garco__buffer *out, const garco__schema *schema, garco_error *error)
{
  GARCO_TRY (garco__put_u32 (out, 0, error)); /* version */
  GARCO_TRY (garco__put_u8 (out, schema->has_current_domain ? 0 : 1, error));
  if (!schema->has_current_domain)
    return GARCO_OK;
  GARCO_TRY (garco__put_u8 (out, 0, error)); /* a rectangle */
  for (size_t i = 0; i < schema->ndims; i++)
    if (schema->fields[i].has_current)
      GARCO_TRY (garco__buffer_append (out, schema->fields[i].current,
                                       2 * garco_datatype_size (schema->fields[i].type), error));
  return GARCO_OK;
}

static garco_status
put_end (garco__buffer *out, const garco__schema *schema, uint32_t version, garco_error *error)
{
  if (version >= 18)
    GARCO_TRY (garco__put_u32 (out, 0, error)); /* labels */
  if (version >= 20)
  {
    GARCO_TRY (garco__put_u32 (out, (uint32_t)schema->nenumerations, error));
    for (size_t i = 0; i < schema->nenumerations; i++)
    {
      GARCO_TRY (put_text (out, schema->enumerations[i].name, error));
      GARCO_TRY (put_text (out, schema->enumerations[i].file, error));
    }
  }
  return version >= 22 ? put_current_domain (out, schema, error) : GARCO_OK;
}

garco_status
garco__schema_put (const garco__schema *schema, uint32_t version, garco__buffer *payload,
                   garco_error *error)
{
  for (size_t i = 0; i < schema->ndims && schema->has_current_domain; i++)
    if (!schema->fields[i].has_current)
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                          "writing the current domain of dimension \"%s\"", schema->fields[i].name);
  GARCO_TRY (garco__put_u32 (payload, version, error));
  GARCO_TRY (garco__put_u8 (payload, schema->duplicates, error));
  GARCO_TRY (garco__put_u8 (payload, schema->array_type, error));
  GARCO_TRY (garco__put_u8 (payload, schema->tile_order, error));
  GARCO_TRY (garco__put_u8 (payload, schema->cell_order, error));
  GARCO_TRY (garco__put_u64 (payload, schema->capacity, error));
  GARCO_TRY (garco__pipeline_put (payload, &schema->coords, error));
  GARCO_TRY (garco__pipeline_put (payload, &schema->offsets, error));
  GARCO_TRY (garco__pipeline_put (payload, &schema->validity, error));
  GARCO_TRY (garco__put_u32 (payload, (uint32_t)schema->ndims, error));
  for (size_t i = 0; i < schema->ndims; i++)
    GARCO_TRY (put_dimension (payload, &schema->fields[i], error));
  GARCO_TRY (garco__put_u32 (payload, (uint32_t)schema->nattrs, error));
  for (size_t i = 0; i < schema->nattrs; i++)
    GARCO_TRY (put_attribute (payload, &schema->fields[schema->ndims + i], version, error));
  return put_end (payload, schema, version, error);
}
