/* Array schemas: the payload of one generic tile.
 *
 *   u32 version, u8 duplicates, u8 array type, u8 tile order, u8 cell order, u64 capacity,
 *   pipelines of coordinates, offsets and (7) validity,
 *   u32 dimensions { u32+name, u8 type, u32 values a cell, pipeline, u64+domain, u8 no extent,
 *                    [extent] }
 *   u32 attributes { u32+name, u8 type, u32 values a cell, pipeline, (6) u64+fill value,
 *                    (7) u8 nullable, u8 fill validity, (17) u8 order, (20) u32+enumeration }
 *   (18) u32 labels, (20) u32 enumerations { u32+name, u32+file },
 *   (22) current domain: u32 0, u8 empty [, u8 type 0, low and high of each dimension]
 *
 * Numbers in brackets are the versions from which a part is there. A dimension without filters has
 * those of the coordinates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/array_schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arco/datatype.h"
#include "arco/generic_tile.h"
#include "base/error.h"

typedef struct schema_reader
{
  garco__cursor cursor;
  const char *source;
  garco_error *error;
  garco__schema *schema;
  uint64_t row; /* bytes of a row so far, but for what is of variable length */
} schema_reader;

static garco_status
corrupt (schema_reader *reader, const char *what)
{
  return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, reader->source,
                           (int64_t)reader->cursor.at, "schema (unpacked): %s", what);
}

static garco_status
unsupported (schema_reader *reader, const char *what)
{
  return garco__fail (reader->error, GARCO_ERR_UNSUPPORTED, reader->source, "%s", what);
}

/* u32 length and text, copied and ended by NUL. */
static garco_status
take_text (schema_reader *reader, char **text)
{
  void *copy = NULL;
  uint32_t size = garco__cursor_u32 (&reader->cursor);
  const uint8_t *bytes = garco__cursor_take (&reader->cursor, size);
  if (bytes == NULL || memchr (bytes, 0, size) != NULL)
    return corrupt (reader, "a name goes beyond the end or holds a zero byte");
  GARCO_TRY (garco__allocate (&copy, (size_t)size + 1, 1, reader->error));
  memcpy (copy, bytes, size);
  *text = copy;
  return GARCO_OK;
}

static garco_status
take_pipeline (schema_reader *reader, garco_datatype type, garco__pipeline *pipeline)
{
  return garco__pipeline_parse (&reader->cursor, type, reader->source, pipeline, reader->error);
}

static garco_status
take_type (schema_reader *reader, garco__field *field)
{
  field->type = (garco_datatype)garco__cursor_u8 (&reader->cursor);
  field->width = garco__cursor_u32 (&reader->cursor);
  size_t size = garco_datatype_size (field->type);
  if (reader->cursor.failed || size == 0 || field->width == 0)
    return corrupt (reader, "a field of no known datatype or of no values a cell");
  if (field->width == GARCO__VARIABLE)
    return GARCO_OK;
  field->cell_size = size * field->width;
  reader->row += field->cell_size;
  if (reader->row > GARCO__CHUNK_LIMIT)
    return garco__fail_byte (reader->error, GARCO_ERR_LIMIT, reader->source,
                             (int64_t)reader->cursor.at,
                             "schema (unpacked): field \"%s\" has cells of %" PRIu32
                             " values; garco reads rows of %u bytes",
                             field->name, field->width, GARCO__CHUNK_LIMIT);
  return GARCO_OK;
}

/* `size` bytes of a dimension's numbers. */
static void
take_numbers (schema_reader *reader, uint8_t *numbers, size_t size)
{
  const uint8_t *bytes = garco__cursor_take (&reader->cursor, size);
  if (bytes != NULL)
    memcpy (numbers, bytes, size);
}

/* Above 0, as an unsigned number or a real one. The format's own library gives a dimension of reals
 * that is one place an extent of 0. */
static bool
is_extent (const garco__field *field)
{
  size_t size = garco_datatype_size (field->type);
  uint64_t bits = 0, zero = 0;
  memcpy (&bits, field->extent, size);
  if (garco__datatype_number (field->type) != GARCO__NUMBER_FLOAT)
    return bits != 0;
  uint64_t key = garco__order_key (field->type, &bits);
  bool one_place = garco__order_key (field->type, field->domain) ==
                   garco__order_key (field->type, field->domain + size);
  zero = garco__order_key (field->type, &zero);
  return key > zero || (key == zero && one_place);
}

static garco_status
check_dimension (schema_reader *reader, const garco__field *field)
{
  if (field->width == GARCO__VARIABLE)
    return field->type == GARCO_STRING_ASCII ? GARCO_OK
                                             : corrupt (reader, "a dimension of variable length");
  if (garco__datatype_number (field->type) == GARCO__NUMBER_NONE || field->width != 1)
    return corrupt (reader, "a dimension that is neither a number nor ASCII text");
  if (!field->has_domain ||
      garco__order_key (field->type, field->domain) >
          garco__order_key (field->type, field->domain + garco_datatype_size (field->type)))
    return corrupt (reader, "a dimension whose domain is not low to high");
  if (field->has_extent && !is_extent (field))
    return corrupt (reader, "a tile extent that is not above 0");
  return GARCO_OK;
}

static garco_status
take_dimension (schema_reader *reader, garco__field *field)
{
  field->is_dimension = true;
  GARCO_TRY (take_text (reader, &field->name));
  GARCO_TRY (take_type (reader, field));
  GARCO_TRY (take_pipeline (reader, field->type, &field->pipeline));
  const garco__pipeline *coords = &reader->schema->coords;
  field->inherits = field->pipeline.count == 0;
  if (field->inherits && coords->count > 0)
    GARCO_TRY (garco__pipeline_set (&field->pipeline, coords->filters, coords->count, field->type,
                                    reader->error));
  size_t size = garco_datatype_size (field->type);
  uint64_t domain = garco__cursor_u64 (&reader->cursor);
  if (domain != 0 && domain != 2 * size)
    return corrupt (reader, "a domain that is not two values");
  field->has_domain = domain != 0;
  take_numbers (reader, field->domain, (size_t)domain);
  field->has_extent = garco__cursor_u8 (&reader->cursor) == 0;
  if (field->has_extent)
    take_numbers (reader, field->extent, size);
  if (reader->cursor.failed)
    return corrupt (reader, "a dimension goes beyond the end");
  return check_dimension (reader, field);
}

/* A fill value of `size` bytes, as many times as a cell of fixed size takes: one value may stand
 * for a whole cell. */
static garco_status
set_fill (schema_reader *reader, garco__field *field, const void *bytes, size_t size)
{
  void *room = NULL;
  size_t cell = field->cell_size > 0 ? field->cell_size : size;
  GARCO_TRY (garco__allocate (&room, 1, cell, reader->error));
  field->fill = room;
  field->fill_size = cell;
  for (size_t at = 0; at < cell; at += size)
    memcpy (field->fill + at, bytes, size);
  return GARCO_OK;
}

static garco_status
take_fill (schema_reader *reader, garco__field *field)
{
  uint64_t size = garco__cursor_u64 (&reader->cursor);
  const uint8_t *bytes = garco__cursor_take (&reader->cursor, size);
  if (bytes == NULL || (field->cell_size > 0 && size != garco_datatype_size (field->type) &&
                        size != field->cell_size))
    return corrupt (reader, "a fill value that is not one cell");
  return set_fill (reader, field, bytes, (size_t)size);
}

static garco_status
take_attribute (schema_reader *reader, garco__field *field)
{
  uint32_t version = reader->schema->version;
  GARCO_TRY (take_text (reader, &field->name));
  GARCO_TRY (take_type (reader, field));
  GARCO_TRY (take_pipeline (reader, field->type, &field->pipeline));
  const uint64_t usual = garco__datatype_fill (field->type);
  GARCO_TRY (version >= 6 ? take_fill (reader, field)
                          : set_fill (reader, field, &usual, garco_datatype_size (field->type)));
  if (version >= 7)
  {
    field->nullable = garco__cursor_u8 (&reader->cursor) != 0;
    field->fill_valid = garco__cursor_u8 (&reader->cursor);
  }
  if (version >= 17)
    field->order = garco__cursor_u8 (&reader->cursor);
  if (version >= 20)
    GARCO_TRY (take_text (reader, &field->enumeration));
  if (reader->cursor.failed)
    return corrupt (reader, "an attribute goes beyond the end");
  return field->order == 0 ? GARCO_OK
                           : garco__fail (reader->error, GARCO_ERR_UNSUPPORTED, reader->source,
                                          "ordered attribute \"%s\"", field->name);
}

/* A count of things of at least `least` bytes each, checked against what is left. */
static garco_status
take_count (schema_reader *reader, size_t least, size_t *count)
{
  *count = garco__cursor_u32 (&reader->cursor);
  if (reader->cursor.failed || *count > garco__cursor_left (&reader->cursor) / least)
    return corrupt (reader, "more fields than there are bytes for");
  return GARCO_OK;
}

static garco_status
take_fields (schema_reader *reader)
{
  garco__schema *schema = reader->schema;
  void *fields = NULL;
  size_t count;
  GARCO_TRY (take_count (reader, 12, &count));
  if (count == 0)
    return corrupt (reader, "no dimensions");
  GARCO_TRY (garco__allocate (&fields, count + 1, sizeof (garco__field), reader->error));
  schema->fields = fields;
  for (; schema->ndims < count; schema->ndims++)
    GARCO_TRY (take_dimension (reader, &schema->fields[schema->ndims]));
  GARCO_TRY (take_count (reader, 12, &count));
  GARCO_TRY (
      garco__reallocate (&fields, schema->ndims + count + 1, sizeof (garco__field), reader->error));
  schema->fields = fields;
  memset (schema->fields + schema->ndims, 0, (count + 1) * sizeof (garco__field));
  for (; schema->nattrs < count; schema->nattrs++)
    GARCO_TRY (take_attribute (reader, &schema->fields[schema->ndims + schema->nattrs]));
  return GARCO_OK;
}

static garco_status
take_current_domain (schema_reader *reader)
{
  garco__schema *schema = reader->schema;
  if (garco__cursor_u32 (&reader->cursor) != 0)
    return unsupported (reader, "current domain of a newer version");
  if (garco__cursor_u8 (&reader->cursor) != 0)
    return GARCO_OK;
  if (garco__cursor_u8 (&reader->cursor) != 0)
    return unsupported (reader, "current domain that is no rectangle");
  schema->has_current_domain = true;
  for (size_t i = 0; i < schema->ndims; i++)
  {
    garco__field *field = &schema->fields[i];
    if (field->width == GARCO__VARIABLE)
    {
      uint64_t total = garco__cursor_u64 (&reader->cursor);
      garco__cursor_u64 (&reader->cursor);
      garco__cursor_take (&reader->cursor, total);
      continue;
    }
    field->has_current = true;
    take_numbers (reader, field->current, 2 * garco_datatype_size (field->type));
  }
  return GARCO_OK;
}

static garco_status
take_enumerations (schema_reader *reader)
{
  garco__schema *schema = reader->schema;
  size_t count;
  void *made = NULL;
  GARCO_TRY (take_count (reader, 8, &count));
  GARCO_TRY (garco__allocate (&made, count, sizeof *schema->enumerations, reader->error));
  schema->enumerations = made;
  for (size_t i = 0; i < count; i++)
  {
    schema->nenumerations = i + 1;
    GARCO_TRY (take_text (reader, &schema->enumerations[i].name));
    GARCO_TRY (take_text (reader, &schema->enumerations[i].file));
    if (strchr (schema->enumerations[i].file, '/') != NULL)
      return corrupt (reader, "an enumeration's file that lies in another folder");
  }
  return GARCO_OK;
}

static garco_status
take_end (schema_reader *reader)
{
  garco__schema *schema = reader->schema;
  if (schema->version >= 18)
    schema->nlabels = garco__cursor_u32 (&reader->cursor);
  if (schema->nlabels > 0)
    return unsupported (reader, "dimension labels");
  if (schema->version >= 20)
    GARCO_TRY (take_enumerations (reader));
  if (schema->version >= 22)
    GARCO_TRY (take_current_domain (reader));
  if (reader->cursor.failed || garco__cursor_left (&reader->cursor) != 0)
    return corrupt (reader, reader->cursor.failed ? "it ends too early" : "bytes behind its end");
  return GARCO_OK;
}

static garco_status
take_head (schema_reader *reader)
{
  garco__schema *schema = reader->schema;
  garco__cursor *cursor = &reader->cursor;
  schema->version = garco__cursor_u32 (cursor);
  if (cursor->failed)
    return corrupt (reader, "it ends too early");
  GARCO_TRY (garco__version_check (schema->version, reader->source, -1, "array", reader->error));
  schema->duplicates = garco__cursor_u8 (cursor) != 0;
  schema->array_type = garco__cursor_u8 (cursor);
  schema->tile_order = garco__cursor_u8 (cursor);
  schema->cell_order = garco__cursor_u8 (cursor);
  schema->capacity = garco__cursor_u64 (cursor);
  if (cursor->failed || schema->array_type > 1 || schema->tile_order > 1 || schema->capacity == 0)
    return corrupt (reader, "array type, orders or capacity are none of the format's");
  if (schema->array_type == 0)
    return unsupported (reader, "dense array; garco reads sparse arrays");
  if (schema->cell_order == 4)
    return unsupported (reader, "cells in Hilbert order");
  if (schema->cell_order > 1)
    return corrupt (reader, "a cell order that is none of the format's");
  GARCO_TRY (take_pipeline (reader, GARCO_UINT64, &schema->coords));
  GARCO_TRY (take_pipeline (reader, GARCO_UINT64, &schema->offsets));
  return schema->version >= 7 ? take_pipeline (reader, GARCO_UINT8, &schema->validity) : GARCO_OK;
}

/* ---- the public view */

/* What a cell without a value has, where that is not the type's usual one; whole cells. */
static garco_status
describe_fill (const garco__field *field, garco_field_info *info, garco_error *error)
{
  uint64_t usual = garco__datatype_fill (field->type);
  size_t size = garco_datatype_size (field->type);
  bool is_usual = field->fill_valid == 0;
  void *cell = NULL;
  for (size_t at = 0; at < field->fill_size && size > 0; at += size)
    is_usual = is_usual && memcmp (field->fill + at, &usual, size) == 0;
  if (field->is_dimension || field->cell_size == 0 || is_usual)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&cell, 1, field->cell_size, error));
  for (size_t at = 0; at < field->cell_size; at += field->fill_size)
    memcpy ((uint8_t *)cell + at, field->fill, field->fill_size);
  info->fill = cell;
  return GARCO_OK;
}

static garco_status
describe_field (const garco__field *field, const garco_filter_info *filters, garco_field_info *info,
                garco_error *error)
{
  bool labelled = field->enumeration != NULL && field->enumeration[0] != '\0';
  *info = (garco_field_info){
      .name = field->name,
      .is_dimension = field->is_dimension,
      .type = field->type,
      .width = field->width,
      .nullable = field->nullable,
      .domain = field->has_domain ? field->domain : NULL,
      .extent = field->has_extent ? field->extent : NULL,
      .nfilters = field->inherits ? 0 : field->pipeline.count,
      .filters = filters,
      .current = field->has_current ? field->current : NULL,
      .enumeration = labelled ? field->enumeration : NULL,
  };
  return describe_fill (field, info, error);
}

/* Copies a pipeline's filters to where `*next` is; where that was. */
static const garco_filter_info *
describe_filters (const garco__pipeline *pipeline, garco_filter_info **next)
{
  const garco_filter_info *first = *next;
  for (size_t k = 0; k < pipeline->count; k++)
  {
    const garco__filter *f = &pipeline->filters[k];
    *(*next)++ = (garco_filter_info){.name = garco__filter_name (f->kind),
                                     .level = f->level,
                                     .scale = f->scale,
                                     .offset = f->offset,
                                     .byte_width = f->width,
                                     .window = f->window,
                                     .reinterpret = (garco_datatype)f->reinterpret};
  }
  return first;
}

static garco_status
describe (schema_reader *reader)
{
  static const char *const orders[] = {"row-major", "col-major"};
  garco__schema *schema = reader->schema;
  size_t nfields = schema->ndims + schema->nattrs;
  size_t total = schema->coords.count + schema->offsets.count + schema->validity.count;
  void *infos = NULL, *filters = NULL;
  for (size_t i = 0; i < nfields; i++)
    total += schema->fields[i].pipeline.count;
  GARCO_TRY (garco__allocate (&infos, nfields, sizeof (garco_field_info), reader->error));
  schema->infos = infos;
  GARCO_TRY (garco__allocate (&filters, total, sizeof (garco_filter_info), reader->error));
  schema->filters = filters;
  garco_filter_info *next = schema->filters;
  for (size_t i = 0; i < nfields; i++)
  {
    const garco_filter_info *own = describe_filters (&schema->fields[i].pipeline, &next);
    GARCO_TRY (describe_field (&schema->fields[i], own, &schema->infos[i], reader->error));
  }
  schema->info = (garco_schema_info){
      .version = schema->version,
      .sparse = true,
      .allows_duplicates = schema->duplicates,
      .tile_order = orders[schema->tile_order],
      .cell_order = orders[schema->cell_order],
      .capacity = schema->capacity,
      .nfields = nfields,
      .fields = schema->infos,
      .ncoord_filters = schema->coords.count,
      .noffset_filters = schema->offsets.count,
      .nvalidity_filters = schema->validity.count,
      .coord_filters = describe_filters (&schema->coords, &next),
      .offset_filters = describe_filters (&schema->offsets, &next),
      .validity_filters = describe_filters (&schema->validity, &next),
  };
  return GARCO_OK;
}

garco_status
garco__schema_parse (const uint8_t *bytes, size_t size, const char *name, const char *source,
                     garco__schema **schema, garco_error *error)
{
  void *made = NULL, *copy = NULL;
  garco_status status;
  schema_reader reader = {garco__cursor_of (bytes, size), source, error, NULL, 0};
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__schema), error));
  reader.schema = made;
  GARCO_TRY_DONE (garco__allocate (&copy, strlen (name) + 1, 1, error));
  reader.schema->name = memcpy (copy, name, strlen (name) + 1);
  GARCO_TRY_DONE (take_head (&reader));
  GARCO_TRY_DONE (take_fields (&reader));
  GARCO_TRY_DONE (take_end (&reader));
  GARCO_TRY_DONE (describe (&reader));
done:
  *schema = reader.schema;
  if (status < 0)
    garco__schema_free (schema);
  return status;
}

void
garco__field_free (garco__field *field)
{
  free (field->name);
  free (field->fill);
  free (field->enumeration);
  garco__pipeline_free (&field->pipeline);
}

static void
free_enumerations (garco__schema *schema)
{
  for (size_t i = 0; i < schema->nenumerations; i++)
  {
    free (schema->enumerations[i].name);
    free (schema->enumerations[i].file);
  }
  free (schema->enumerations);
}

void
garco__schema_forget_view (garco__schema *schema)
{
  for (size_t i = 0; schema->infos != NULL && i < schema->ndims + schema->nattrs; i++)
    free ((void *)(uintptr_t)schema->infos[i].fill); /* ours, though the view has it const */
  free (schema->infos);
  free (schema->filters);
  schema->infos = NULL;
  schema->filters = NULL;
}

void
garco__schema_free (garco__schema **schema)
{
  garco__schema *own = *schema;
  if (own == NULL)
    return;
  /* A field that failed half-way is one beyond the counts, and was zero before. */
  size_t nfields = own->ndims + own->nattrs + (own->infos == NULL ? 1 : 0);
  for (size_t i = 0; own->fields != NULL && i < nfields; i++)
    garco__field_free (&own->fields[i]);
  garco__schema_forget_view (own);
  free_enumerations (own);
  garco__pipeline_free (&own->coords);
  garco__pipeline_free (&own->offsets);
  garco__pipeline_free (&own->validity);
  free (own->fields);
  free (own->name);
  free (own);
  *schema = NULL;
}

int
garco__schema_find (const garco__schema *schema, const char *name)
{
  for (size_t i = 0; i < schema->ndims + schema->nattrs; i++)
    if (strcmp (schema->fields[i].name, name) == 0)
      return (int)i;
  return -1;
}

void
garco__schema_names (const garco__schema *schema, size_t first, const char *name,
                     char text[GARCO_NAMES_SIZE])
{
  const char *names[64] = {NULL};
  size_t count = 0, end = schema->ndims + schema->nattrs;
  for (; first + count < end && count < sizeof names / sizeof *names; count++)
    names[count] = schema->fields[first + count].name;
  garco_expected_names (name, names, count, text);
}

size_t
garco__schema_slot (const garco__schema *schema, size_t field)
{
  return field < schema->ndims ? schema->nattrs + 1 + field : field - schema->ndims;
}
