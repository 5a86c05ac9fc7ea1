/* Schemas that garco makes arrays by.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "arco/array_schema.h"
#include "arco/datatype.h"
#include "arco/generic_tile.h"
#include "base/error.h"

#define ZSTD(n)                                                                                    \
  {                                                                                                \
    .kind = GARCO__FILTER_ZSTD, .level = (n), .reinterpret = GARCO_ANY                             \
  }
#define SCALED(step, bytes)                                                                        \
  {                                                                                                \
    .kind = GARCO__FILTER_FLOAT_SCALE, .scale = (step), .width = (bytes), .reinterpret = GARCO_ANY \
  }
#define NARROWED                                                                                   \
  {                                                                                                \
    .kind = GARCO__FILTER_BIT_WIDTH_REDUCTION, .window = 256, .reinterpret = GARCO_ANY             \
  }
#define RISING                                                                                     \
  {                                                                                                \
    .kind = GARCO__FILTER_POSITIVE_DELTA, .window = 1024, .reinterpret = GARCO_ANY                 \
  }
#define RUNS                                                                                       \
  {                                                                                                \
    .kind = GARCO__FILTER_RLE, .level = -1, .reinterpret = GARCO_ANY                               \
  }

typedef struct preset_field
{
  const char *name;
  garco_datatype type;
  int64_t low, high, extent; /* dimensions */
  size_t nfilters;
  garco__filter filters[3];
} preset_field;

typedef struct preset
{
  const char *name;
  uint64_t capacity;
  size_t ndims, nattrs;
  const preset_field *fields; /* dimensions first */
  preset_field coords, offsets, validity;
} preset;

/* EarthScope's GNSS observations: the schema that its own tools make. */
static const preset_field earthscope_fields[] = {
    {"time", GARCO_INT64, INT64_C (315964800000), INT64_C (4102444800000), 43200000, 1, {ZSTD (7)}},
    {"sys", GARCO_UINT8, 0, 254, 1, 1, {ZSTD (7)}},
    {"sat", GARCO_UINT8, 0, 254, 1, 1, {ZSTD (7)}},
    {"obs", GARCO_UINT16, 0, 65534, 1, 1, {ZSTD (7)}},
    {"range", GARCO_FLOAT64, 0, 0, 0, 2, {SCALED (1e-4, 8), ZSTD (7)}},
    {"phase", GARCO_FLOAT64, 0, 0, 0, 2, {SCALED (1e-4, 8), ZSTD (7)}},
    {"doppler", GARCO_FLOAT64, 0, 0, 0, 2, {SCALED (1e-4, 8), ZSTD (7)}},
    {"snr", GARCO_FLOAT32, 0, 0, 0, 2, {SCALED (1e-3, 4), ZSTD (7)}},
    {"slip", GARCO_UINT16, 0, 0, 0, 2, {NARROWED, ZSTD (7)}},
    {"flags", GARCO_UINT16, 0, 0, 0, 2, {NARROWED, ZSTD (7)}},
    {"fcn", GARCO_INT8, 0, 0, 0, 1, {ZSTD (7)}},
};

static const preset presets[] = {
    {"earthscope",
     500000,
     4,
     7,
     earthscope_fields,
     {"", GARCO_UINT64, 0, 0, 0, 1, {ZSTD (-1)}},
     {"", GARCO_UINT64, 0, 0, 0, 3, {RISING, NARROWED, ZSTD (7)}},
     {"", GARCO_UINT8, 0, 0, 0, 1, {RUNS}}},
};

static garco_status
put_pipeline (garco__buffer *out, const preset_field *field, garco_error *error)
{
  garco__pipeline pipeline = {0};
  GARCO_TRY (garco__pipeline_set (&pipeline, field->filters, field->nfilters, field->type, error));
  garco_status status = garco__pipeline_put (out, &pipeline, error);
  garco__pipeline_free (&pipeline);
  return status;
}

static garco_status
put_head_of_field (garco__buffer *out, const preset_field *field, garco_error *error)
{
  uint32_t length = (uint32_t)strlen (field->name);
  GARCO_TRY (garco__put_u32 (out, length, error));
  GARCO_TRY (garco__buffer_append (out, field->name, length, error));
  GARCO_TRY (garco__put_u8 (out, (uint8_t)field->type, error));
  GARCO_TRY (garco__put_u32 (out, 1, error));
  return put_pipeline (out, field, error);
}

static garco_status
put_dimension (garco__buffer *out, const preset_field *field, garco_error *error)
{
  size_t size = garco_datatype_size (field->type);
  GARCO_TRY (put_head_of_field (out, field, error));
  GARCO_TRY (garco__put_u64 (out, 2 * size, error));
  GARCO_TRY (garco__buffer_append (out, &field->low, size, error));
  GARCO_TRY (garco__buffer_append (out, &field->high, size, error));
  GARCO_TRY (garco__put_u8 (out, 0, error));
  return garco__buffer_append (out, &field->extent, size, error);
}

static garco_status
put_fill (garco__buffer *out, garco_datatype type, garco_error *error)
{
  uint64_t fill = garco__datatype_fill (type);
  size_t size = garco_datatype_size (type);
  GARCO_TRY (garco__put_u64 (out, size, error));
  return garco__buffer_append (out, &fill, size, error);
}

static garco_status
put_attribute (garco__buffer *out, const preset_field *field, garco_error *error)
{
  GARCO_TRY (put_head_of_field (out, field, error));
  GARCO_TRY (put_fill (out, field->type, error));
  GARCO_TRY (garco__put_u8 (out, 0, error)); /* not nullable */
  GARCO_TRY (garco__put_u8 (out, 0, error)); /* validity of the fill */
  GARCO_TRY (garco__put_u8 (out, 0, error)); /* order: none */
  return garco__put_u32 (out, 0, error);     /* no enumeration */
}

static garco_status
put_schema (garco__buffer *out, const preset *p, garco_error *error)
{
  GARCO_TRY (garco__put_u32 (out, GARCO__FORMAT_VERSION, error));
  GARCO_TRY (garco__put_u8 (out, 0, error)); /* no duplicates */
  GARCO_TRY (garco__put_u8 (out, 1, error)); /* sparse */
  GARCO_TRY (garco__put_u8 (out, GARCO__ROW_MAJOR, error));
  GARCO_TRY (garco__put_u8 (out, GARCO__ROW_MAJOR, error));
  GARCO_TRY (garco__put_u64 (out, p->capacity, error));
  GARCO_TRY (put_pipeline (out, &p->coords, error));
  GARCO_TRY (put_pipeline (out, &p->offsets, error));
  GARCO_TRY (put_pipeline (out, &p->validity, error));
  GARCO_TRY (garco__put_u32 (out, (uint32_t)p->ndims, error));
  for (size_t i = 0; i < p->ndims; i++)
    GARCO_TRY (put_dimension (out, &p->fields[i], error));
  GARCO_TRY (garco__put_u32 (out, (uint32_t)p->nattrs, error));
  for (size_t i = 0; i < p->nattrs; i++)
    GARCO_TRY (put_attribute (out, &p->fields[p->ndims + i], error));
  GARCO_TRY (garco__put_u32 (out, 0, error)); /* labels */
  GARCO_TRY (garco__put_u32 (out, 0, error)); /* enumerations */
  GARCO_TRY (garco__put_u32 (out, 0, error)); /* current domain: version, empty */
  return garco__put_u8 (out, 1, error);
}

garco_status
garco__schema_preset (const char *name, garco__buffer *payload, garco_error *error)
{
  for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
    if (strcmp (presets[i].name, name) == 0)
      return put_schema (payload, &presets[i], error);
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                      "no schema is called \"%s\"; expected earthscope", name);
}
