/* Schemas that garco makes arrays by, as a user would describe them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "garco.h"

#define COUNT(list) (sizeof (list) / sizeof *(list))
#define ZSTD(n)                                                                                    \
  {                                                                                                \
    .name = "zstd", .level = (n), .reinterpret = GARCO_ANY                                         \
  }
#define SCALED(step, bytes)                                                                        \
  {                                                                                                \
    .name = "float_scale", .scale = (step), .byte_width = (bytes), .reinterpret = GARCO_ANY        \
  }
#define NARROWED                                                                                   \
  {                                                                                                \
    .name = "bit_width_reduction", .window = 256, .reinterpret = GARCO_ANY                         \
  }
#define RISING                                                                                     \
  {                                                                                                \
    .name = "positive_delta", .window = 1024, .reinterpret = GARCO_ANY                             \
  }
#define PLAIN(filter)                                                                              \
  {                                                                                                \
    .name = (filter), .reinterpret = GARCO_ANY                                                     \
  }

#define DIMENSION(title, kind, range, step, list)                                                  \
  {                                                                                                \
    .name = (title), .is_dimension = true, .type = (kind), .width = 1, .domain = (range),          \
    .extent = (step), .nfilters = COUNT (list), .filters = (list)                                  \
  }
#define ATTRIBUTE(title, kind, list)                                                               \
  {                                                                                                \
    .name = (title), .type = (kind), .width = 1, .nfilters = COUNT (list), .filters = (list)       \
  }

/* 1980-01-06 to 2100-01-01, in ms; half a day a tile. */
static const int64_t times[] = {INT64_C (315964800000), INT64_C (4102444800000)};
static const int64_t half_day[] = {43200000};
static const uint8_t bytes[] = {0, 254}, one_byte[] = {1};
static const uint16_t codes[] = {0, 65534}, one_code[] = {1};

static const garco_filter_info default_coords[] = {ZSTD (-1)};
static const garco_filter_info rising_offsets[] = {RISING, NARROWED, ZSTD (7)};
static const garco_filter_info default_validity[] = {{.name = "rle", .level = -1}};

#define COMMON                                                                                     \
  .version = 22, .sparse = true, .tile_order = "row-major", .cell_order = "row-major",             \
  .ncoord_filters = COUNT (default_coords), .coord_filters = default_coords,                       \
  .noffset_filters = COUNT (rising_offsets), .offset_filters = rising_offsets,                     \
  .nvalidity_filters = COUNT (default_validity), .validity_filters = default_validity

/* ---- EarthScope's GNSS observations: the schema that its own tools make */

static const garco_filter_info zstd7[] = {ZSTD (7)};
static const garco_filter_info tenths_of_mm[] = {SCALED (1e-4, 8), ZSTD (7)};
static const garco_filter_info thousandths[] = {SCALED (1e-3, 4), ZSTD (7)};
static const garco_filter_info narrowed[] = {NARROWED, ZSTD (7)};

#define EARTHSCOPE_ATTRIBUTES                                                                      \
  ATTRIBUTE ("range", GARCO_FLOAT64, tenths_of_mm),                                                \
      ATTRIBUTE ("phase", GARCO_FLOAT64, tenths_of_mm),                                            \
      ATTRIBUTE ("doppler", GARCO_FLOAT64, tenths_of_mm),                                          \
      ATTRIBUTE ("snr", GARCO_FLOAT32, thousandths), ATTRIBUTE ("slip", GARCO_UINT16, narrowed),   \
      ATTRIBUTE ("flags", GARCO_UINT16, narrowed), ATTRIBUTE ("fcn", GARCO_INT8, zstd7)

static const garco_field_info earthscope[] = {
    DIMENSION ("time", GARCO_INT64, times, half_day, zstd7),
    DIMENSION ("sys", GARCO_UINT8, bytes, one_byte, zstd7),
    DIMENSION ("sat", GARCO_UINT8, bytes, one_byte, zstd7),
    DIMENSION ("obs", GARCO_UINT16, codes, one_code, zstd7),
    EARTHSCOPE_ATTRIBUTES,
};

/* One observable of one system, as the demo notebook slices it. */
static const garco_field_info demo[] = {
    DIMENSION ("time", GARCO_INT64, times, half_day, zstd7),
    DIMENSION ("sat", GARCO_UINT8, bytes, one_byte, zstd7),
    EARTHSCOPE_ATTRIBUTES,
};

/* ---- the same at half the bytes (docs/decisions/0009-compact-filters.md) */

static const garco_filter_info steps_of_time[] = {PLAIN ("delta"), ZSTD (19)};
static const garco_filter_info smooth_range[] = {SCALED (1e-3, 8),     PLAIN ("delta"),
                                                 PLAIN ("delta"),      PLAIN ("delta"),
                                                 PLAIN ("bitshuffle"), ZSTD (19)};
static const garco_filter_info smooth_phase[] = {SCALED (1e-3, 8),      PLAIN ("delta"),
                                                 PLAIN ("delta"),       PLAIN ("delta"),
                                                 PLAIN ("byteshuffle"), ZSTD (19)};
static const garco_filter_info smooth_doppler[] = {
    SCALED (1e-3, 8), PLAIN ("delta"), PLAIN ("delta"), PLAIN ("bitshuffle"), ZSTD (19)};
static const garco_filter_info steps_of_strength[] = {SCALED (1e-3, 4), PLAIN ("delta"), ZSTD (19)};

static const garco_field_info compact[] = {
    DIMENSION ("time", GARCO_INT64, times, half_day, steps_of_time),
    DIMENSION ("sys", GARCO_UINT8, bytes, one_byte, zstd7),
    DIMENSION ("sat", GARCO_UINT8, bytes, one_byte, zstd7),
    DIMENSION ("obs", GARCO_UINT16, codes, one_code, zstd7),
    ATTRIBUTE ("range", GARCO_FLOAT64, smooth_range),
    ATTRIBUTE ("phase", GARCO_FLOAT64, smooth_phase),
    ATTRIBUTE ("doppler", GARCO_FLOAT64, smooth_doppler),
    ATTRIBUTE ("snr", GARCO_FLOAT32, steps_of_strength),
    ATTRIBUTE ("slip", GARCO_UINT16, zstd7),
    ATTRIBUTE ("flags", GARCO_UINT16, zstd7),
    ATTRIBUTE ("fcn", GARCO_INT8, zstd7),
};

/* ---- by name */

#define PRESET(list)                                                                               \
  {                                                                                                \
    COMMON, .capacity = 500000, .nfields = COUNT (list), .fields = (list)                          \
  }

static const struct
{
  const char *name;
  garco_schema_info info;
} presets[] = {
    {"earthscope", PRESET (earthscope)},
    {"compact", PRESET (compact)},
    {"demo", PRESET (demo)},
};

const garco_schema_info *
garco_schema_preset (const char *name)
{
  for (size_t i = 0; i < COUNT (presets); i++)
    if (strcmp (presets[i].name, name) == 0)
      return &presets[i].info;
  return NULL;
}
