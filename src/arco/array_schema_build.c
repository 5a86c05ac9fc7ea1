/* A schema as a user describes it, checked against what the format and its readers take.
 *
 * The format's own library refuses to make, or to open, some of what the bytes could say: names
 * that begin with two underscores, a domain whose last tile reaches beyond the type, filters that
 * do not take the type that they are given. What garco makes, that library opens.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_schema.h"
#include "arco/datatype.h"
#include "arco/generic_tile.h"
#include "base/error.h"

static garco_status
refuse (garco_error *error, const garco__field *field, const char *why)
{
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "field \"%s\": %s", field->name, why);
}

/* ---- filters */

static garco_status
find_filter (const char *field, const garco_filter_info *info, garco__filter *filter,
             garco_error *error)
{
  const char *name = info->name != NULL ? info->name : "";
  int kind = garco__filter_find (name);
  if (kind < 0)
  {
    char names[GARCO_NAMES_SIZE];
    garco__filter_names (name, names);
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "field \"%s\": no filter is called \"%s\"%s", field, name, names);
  }
  *filter = (garco__filter){.kind = (uint8_t)kind,
                            .reinterpret = GARCO_ANY,
                            .level = info->level,
                            .window = info->window,
                            .scale = info->scale,
                            .offset = info->offset,
                            .width = info->byte_width};
  bool deltas = kind == GARCO__FILTER_DELTA || kind == GARCO__FILTER_DOUBLE_DELTA;
  if (deltas)
    filter->reinterpret = (uint8_t)info->reinterpret;
  return GARCO_OK;
}

/* A filter may see values as others that divide them, and not as larger ones. */
static bool
divides (const garco__filter *filter)
{
  size_t size = garco_datatype_size ((garco_datatype)filter->reinterpret);
  return filter->reinterpret == GARCO_ANY ||
         (size > 0 && garco_datatype_size (filter->datatype) % size == 0);
}

static bool
takes (const garco__filter *filter)
{
  garco__number number = garco__datatype_number (filter->datatype);
  bool deltas = filter->kind == GARCO__FILTER_DELTA || filter->kind == GARCO__FILTER_DOUBLE_DELTA;
  if (deltas && filter->reinterpret != GARCO_ANY)
    number = garco__datatype_number ((garco_datatype)filter->reinterpret);
  if (deltas || filter->kind == GARCO__FILTER_BIT_WIDTH_REDUCTION ||
      filter->kind == GARCO__FILTER_POSITIVE_DELTA)
    return number == GARCO__NUMBER_SIGNED || number == GARCO__NUMBER_UNSIGNED;
  return true;
}

static garco_status
check_filters (const char *field, const garco__pipeline *pipeline, garco_error *error)
{
  GARCO_TRY (garco__pipeline_check (pipeline, true, NULL, field, error));
  for (size_t i = 0; i < pipeline->count; i++)
  {
    const garco__filter *filter = &pipeline->filters[i];
    const char *name = garco__filter_name (filter->kind);
    bool windows = filter->kind == GARCO__FILTER_BIT_WIDTH_REDUCTION ||
                   filter->kind == GARCO__FILTER_POSITIVE_DELTA;
    if (!takes (filter))
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                          "field \"%s\": filter %s takes integers, and is given %s", field, name,
                          garco_datatype_name (filter->datatype));
    if (!divides (filter))
      return garco__fail (
          error, GARCO_ERR_ARGUMENT, NULL,
          "field \"%s\": filter %s as %s is given %s; expected a type that divides it", field, name,
          garco_datatype_name ((garco_datatype)filter->reinterpret),
          garco_datatype_name (filter->datatype));
    if (windows && filter->window == 0)
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                          "field \"%s\": filter %s has a window of 0 bytes", field, name);
    if (filter->kind == GARCO__FILTER_FLOAT_SCALE && !(filter->scale != 0))
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "field \"%s\": float_scale by %g", field,
                          filter->scale);
  }
  return GARCO_OK;
}

static garco_status
build_pipeline (const char *field, const garco_filter_info *infos, size_t count,
                garco_datatype type, garco__pipeline *pipeline, garco_error *error)
{
  garco__filter filters[GARCO__MAX_FILTERS];
  if (count > GARCO__MAX_FILTERS)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "field \"%s\": more than %d filters", field,
                        GARCO__MAX_FILTERS);
  for (size_t i = 0; i < count; i++)
    GARCO_TRY (find_filter (field, &infos[i], &filters[i], error));
  GARCO_TRY (garco__pipeline_set (pipeline, filters, count, type, error));
  return check_filters (field, pipeline, error);
}

/* ---- fields */

static garco_status
take_name (const garco_field_info *info, garco__field *field, garco_error *error)
{
  if (info->name == NULL || info->name[0] == '\0' || strncmp (info->name, "__", 2) == 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "a field called \"%s\"; expected a name that does not begin with __",
                        info->name != NULL ? info->name : "");
  field->name = strdup (info->name);
  if (field->name == NULL)
    return garco__fail_memory (error, strlen (info->name));
  field->type = info->type;
  field->width = info->width == 0 ? 1 : info->width;
  return GARCO_OK;
}

static bool
is_real (const garco__field *field, const uint8_t *value)
{
  double real;
  float single;
  memcpy (&real, value, sizeof real);
  memcpy (&single, value, sizeof single);
  if (field->type == GARCO_FLOAT64)
    return real - real == 0;
  return field->type != GARCO_FLOAT32 || single - single == 0;
}

/* Two values, the low one first, both numbers. */
static bool
is_range (const garco__field *field, const uint8_t *range)
{
  size_t size = garco_datatype_size (field->type);
  return is_real (field, range) && is_real (field, range + size) &&
         garco__order_key (field->type, range) <= garco__order_key (field->type, range + size);
}

static garco_status
check_real_extent (garco_error *error, const garco__field *field)
{
  double extent, low, high;
  float single[3];
  memcpy (&extent, field->extent, sizeof extent);
  memcpy (&low, field->domain, sizeof low);
  memcpy (&high, field->domain + 8, sizeof high);
  if (field->type == GARCO_FLOAT32)
  {
    memcpy (single, field->domain, 8);
    memcpy (single + 2, field->extent, 4);
    low = (double)single[0];
    high = (double)single[1];
    extent = (double)single[2];
  }
  if (!(extent > 0) || extent - extent != 0)
    return refuse (error, field, "a tile extent that is not above 0");
  return extent > high - low + 1 ? refuse (error, field, "a tile extent beyond the domain")
                                 : GARCO_OK;
}

/* The domain in whole tiles must end where the type does, or before. An extent that is negative is
 * one that older writers left, as large as the type. */
static garco_status
check_extent (garco_error *error, const garco__field *field)
{
  size_t size = garco_datatype_size (field->type);
  uint64_t mask = size == 8 ? UINT64_MAX : (UINT64_C (1) << 8 * size) - 1, extent = 0;
  if (garco__datatype_number (field->type) == GARCO__NUMBER_FLOAT)
    return check_real_extent (error, field);
  memcpy (&extent, field->extent, size);
  if (extent == 0)
    return refuse (error, field, "a tile extent of 0");
  uint64_t low = garco__order_key (field->type, field->domain);
  uint64_t high = garco__order_key (field->type, field->domain + size), range = high - low;
  bool is_signed = garco__datatype_number (field->type) == GARCO__NUMBER_SIGNED;
  if (is_signed && extent > mask >> 1)
    return GARCO_OK;
  if (extent - 1 > range)
    return refuse (error, field, "a tile extent beyond the domain");
  uint64_t last = range / extent * extent; /* where the last tile begins */
  if (extent - 1 > mask - low - last)
    return refuse (
        error, field,
        "the domain's last tile goes beyond what the type holds; expected a lower end or "
        "a smaller extent");
  return GARCO_OK;
}

/* Without an extent the domain is one tile: its range and one, whatever sign that has in the type;
 * of reals the range. The format's own library writes these. */
static void
fill_extent (garco__field *field)
{
  size_t size = garco_datatype_size (field->type);
  if (field->type == GARCO_FLOAT64)
  {
    double ends[2];
    memcpy (ends, field->domain, sizeof ends);
    ends[1] -= ends[0];
    memcpy (field->extent, &ends[1], size);
  }
  else if (field->type == GARCO_FLOAT32)
  {
    float ends[2];
    memcpy (ends, field->domain, sizeof ends);
    ends[1] -= ends[0];
    memcpy (field->extent, &ends[1], size);
  }
  else
  {
    uint64_t cells = garco__order_key (field->type, field->domain + size) -
                     garco__order_key (field->type, field->domain) + 1;
    memcpy (field->extent, &cells, size);
  }
  field->has_extent = true;
}

static bool
is_whole_type (const garco__field *field)
{
  size_t size = garco_datatype_size (field->type);
  return garco__datatype_number (field->type) != GARCO__NUMBER_FLOAT &&
         garco__order_key (field->type, field->domain) == 0 &&
         garco__order_key (field->type, field->domain + size) ==
             (size == 8 ? UINT64_MAX : (UINT64_C (1) << 8 * size) - 1);
}

static garco_status
build_bounds (const garco_field_info *info, garco__field *field, garco_error *error)
{
  size_t size = garco_datatype_size (field->type);
  if (info->domain == NULL)
    return refuse (error, field, "no domain");
  memcpy (field->domain, info->domain, 2 * size);
  field->has_domain = true;
  if (!is_range (field, field->domain))
    return refuse (error, field, "a domain that is not low to high");
  if (info->extent != NULL)
  {
    memcpy (field->extent, info->extent, size);
    field->has_extent = true;
    GARCO_TRY (check_extent (error, field));
  }
  if (is_whole_type (field))
    return refuse (error, field, "a domain of all values of the type; expected one less");
  if (info->extent == NULL)
    fill_extent (field);
  if (info->current == NULL)
    return GARCO_OK;
  memcpy (field->current, info->current, 2 * size);
  field->has_current = true;
  if (!is_range (field, field->current) ||
      garco__order_key (field->type, field->current) <
          garco__order_key (field->type, field->domain) ||
      garco__order_key (field->type, field->current + size) >
          garco__order_key (field->type, field->domain + size))
    return refuse (error, field, "a current domain that is not low to high within the domain");
  return GARCO_OK;
}

static garco_status
build_dimension (const garco_field_info *info, garco__field *field, garco_error *error)
{
  field->is_dimension = true;
  GARCO_TRY (take_name (info, field, error));
  if (field->width == GARCO__VARIABLE)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                        "field \"%s\": writing dimensions of variable length", field->name);
  if (garco__datatype_number (field->type) == GARCO__NUMBER_NONE || field->type == GARCO_BOOL ||
      field->width != 1)
    return refuse (error, field, "a dimension that is no single number or date");
  if (info->nullable || info->fill != NULL || info->enumeration != NULL)
    return refuse (error, field, "nulls, fill values and labels are for attributes");
  field->cell_size = garco_datatype_size (field->type);
  field->inherits = info->nfilters == 0;
  GARCO_TRY (build_bounds (info, field, error));
  GARCO_TRY (build_pipeline (field->name, info->filters, info->nfilters, field->type,
                             &field->pipeline, error));
  for (size_t i = 0; i < field->pipeline.count; i++)
    if (field->pipeline.filters[i].kind == GARCO__FILTER_FLOAT_SCALE)
      return refuse (error, field, "float_scale would change coordinates");
  return GARCO_OK;
}

static garco_status
build_fill (const garco_field_info *info, garco__field *field, garco_error *error)
{
  size_t size = garco_datatype_size (field->type);
  uint64_t usual = garco__datatype_fill (field->type);
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, 1, field->cell_size, error));
  field->fill = room;
  field->fill_size = field->cell_size;
  for (size_t at = 0; at < field->cell_size; at += size)
    memcpy (field->fill + at, &usual, size);
  if (info->fill == NULL)
    return GARCO_OK;
  memcpy (field->fill, info->fill, field->cell_size);
  field->fill_valid = field->nullable;
  return GARCO_OK;
}

garco_status
garco__schema_build_attribute (const garco_field_info *info, garco__field *field,
                               garco_error *error)
{
  GARCO_TRY (take_name (info, field, error));
  if (field->width == GARCO__VARIABLE || info->enumeration != NULL)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL, "field \"%s\": writing attributes %s",
                        field->name,
                        field->width == GARCO__VARIABLE ? "of variable length" : "with labels");
  size_t size = garco_datatype_size (field->type);
  if (size == 0 || field->type == GARCO_ANY)
    return refuse (error, field, "no datatype that values can have");
  if (info->domain != NULL || info->extent != NULL || info->current != NULL)
    return refuse (error, field, "domains and tile extents are for dimensions");
  if (field->width > GARCO__MAX_CELL / size)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                        "field \"%s\": cells of %" PRIu32 " values; garco writes cells of %u bytes",
                        field->name, field->width, GARCO__MAX_CELL);
  field->cell_size = size * field->width;
  field->nullable = info->nullable;
  GARCO_TRY (build_fill (info, field, error));
  return build_pipeline (field->name, info->filters, info->nfilters, field->type, &field->pipeline,
                         error);
}

/* ---- the whole */

static garco_status
read_order (const char *text, uint8_t *order, garco_error *error)
{
  if (text == NULL || strcmp (text, "row-major") == 0)
    *order = GARCO__ROW_MAJOR;
  else if (strcmp (text, "col-major") == 0)
    *order = GARCO__COL_MAJOR;
  else
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "cells or tiles in the order \"%s\"; expected row-major or col-major",
                        text);
  return GARCO_OK;
}

static garco_status
build_common (const garco_schema_info *info, garco__schema *schema, garco_error *error)
{
  static const garco_filter_info zstd = {.name = "zstd", .level = -1},
                                 rle = {.name = "rle", .level = -1};
  const garco_filter_info *coords = info->coord_filters, *offsets = info->offset_filters;
  const garco_filter_info *validity = info->validity_filters;
  GARCO_TRY (read_order (info->tile_order, &schema->tile_order, error));
  GARCO_TRY (read_order (info->cell_order, &schema->cell_order, error));
  GARCO_TRY (build_pipeline ("coordinates", coords != NULL ? coords : &zstd,
                             coords != NULL ? info->ncoord_filters : 1, GARCO_UINT64,
                             &schema->coords, error));
  GARCO_TRY (build_pipeline ("offsets", offsets != NULL ? offsets : &zstd,
                             offsets != NULL ? info->noffset_filters : 1, GARCO_UINT64,
                             &schema->offsets, error));
  GARCO_TRY (build_pipeline ("validity", validity != NULL ? validity : &rle,
                             validity != NULL ? info->nvalidity_filters : 1, GARCO_UINT8,
                             &schema->validity, error));
  schema->array_type = 1;
  schema->duplicates = info->allows_duplicates;
  schema->capacity = info->capacity;
  return GARCO_OK;
}

static garco_status
build_fields (const garco_schema_info *info, garco__schema *schema, garco_error *error)
{
  void *fields = NULL;
  GARCO_TRY (garco__allocate (&fields, info->nfields + 1, sizeof (garco__field), error));
  schema->fields = fields;
  for (size_t i = 0; i < info->nfields; i++)
  {
    garco__field *field = &schema->fields[i];
    if (info->fields[i].is_dimension && schema->nattrs > 0)
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                          "dimension \"%s\" after an attribute; expected dimensions first",
                          info->fields[i].name);
    if (info->fields[i].is_dimension)
      GARCO_TRY (build_dimension (&info->fields[i], field, error));
    else
      GARCO_TRY (garco__schema_build_attribute (&info->fields[i], field, error));
    *(field->is_dimension ? &schema->ndims : &schema->nattrs) += 1;
    if (garco__schema_find (schema, field->name) != (int)i)
      return refuse (error, field, "two fields have this name");
  }
  return GARCO_OK;
}

/* A current domain is all dimensions' or none's: those without one have their domain. */
static garco_status
complete_current (garco__schema *schema, garco_error *error)
{
  for (size_t i = 0; i < schema->ndims; i++)
    schema->has_current_domain |= schema->fields[i].has_current;
  for (size_t i = 0; i < schema->ndims && schema->has_current_domain; i++)
  {
    garco__field *field = &schema->fields[i];
    if (garco__datatype_is_date (field->type))
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                          "a current domain beside dimension \"%s\", a date: the format's library "
                          "does not read such arrays",
                          field->name);
    if (!field->has_current)
      memcpy (field->current, field->domain, sizeof field->current);
    field->has_current = true;
  }
  return GARCO_OK;
}

garco_status
garco__schema_build (const garco_schema_info *info, garco__schema **schema, garco_error *error)
{
  void *made = NULL;
  garco_status status;
  if (!info->sparse)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL, "dense arrays");
  if (info->capacity == 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "tiles of 0 cells");
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__schema), error));
  *schema = made;
  GARCO_TRY_DONE (build_common (info, *schema, error));
  GARCO_TRY_DONE (build_fields (info, *schema, error));
  if ((*schema)->ndims == 0 || (*schema)->nattrs == 0)
    GARCO_TRY_DONE (garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                                 "%zu dimensions and %zu attributes; expected at least one of each",
                                 (*schema)->ndims, (*schema)->nattrs));
  GARCO_TRY_DONE (complete_current (*schema, error));
done:
  if (status < 0)
    garco__schema_free (schema);
  return status;
}

garco_status
garco__schema_payload (const garco_schema_info *info, garco__buffer *payload, garco_error *error)
{
  garco__schema *schema = NULL;
  GARCO_TRY (garco__schema_build (info, &schema, error));
  garco_status status = garco__schema_put (schema, GARCO__FORMAT_VERSION, payload, error);
  garco__schema_free (&schema);
  /* What a reader would refuse must not become an array. */
  if (status >= 0)
    status = garco__schema_parse (payload->data, payload->size, "", "schema", &schema, error);
  garco__schema_free (&schema);
  return status;
}
