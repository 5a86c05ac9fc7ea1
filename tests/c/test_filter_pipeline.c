/* Every filter there and back, known bytes, and damage.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <math.h>

#include "arco/datatype.h"
#include "arco/filter_pipeline.h"
#include "base/error.h"

#define COUNT 20011 /* more than one chunk of 8-byte values, and no multiple of 8 */

static garco__codec *codec;

static int
make_codec (void **state)
{
  (void)state;
  return garco__codec_new (&codec, NULL);
}

static int
free_codec (void **state)
{
  (void)state;
  garco__codec_free (&codec);
  return 0;
}

static garco__filter
filter_of (garco__filter_kind kind)
{
  garco__filter filter = {
      .kind = (uint8_t)kind, .level = 3, .reinterpret = GARCO_ANY, .window = 256};
  filter.scale = 0.5;
  filter.width = 4;
  return filter;
}

/* Rising values with some structure, positive in every width. */
static void
fill_values (uint8_t *values, garco_datatype type)
{
  size_t size = garco_datatype_size (type);
  for (size_t i = 0; i < COUNT; i++)
  {
    uint64_t value = size == 1 ? i * 100 / COUNT : i + i / 1000 * 7;
    double real = (double)i * 0.5;
    float single = (float)real;
    const void *from = type == GARCO_FLOAT64   ? (const void *)&real
                       : type == GARCO_FLOAT32 ? (const void *)&single
                                               : (const void *)&value;
    memcpy (values + i * size, from, size);
  }
}

static void
check_pipeline (const garco__filter *filters, size_t count, garco_datatype type)
{
  static uint8_t values[COUNT * 8], back[COUNT * 8];
  garco__pipeline pipeline = {0};
  garco__buffer packed = {0};
  garco_error error;
  size_t size = garco_datatype_size (type);
  garco__tile_place place = {"test", 0, 22, size};
  fill_values (values, type);
  assert_ok (garco__pipeline_set (&pipeline, filters, count, type, &error), &error);
  assert_ok (garco__tile_encode (codec, &pipeline, size, values, COUNT * size, &packed, &error),
             &error);
  memset (back, 0xee, sizeof back);
  assert_ok (garco__tile_decode (codec, &pipeline, &place, packed.data, packed.size, NULL, back,
                                 COUNT * size, &error),
             &error);
  if (memcmp (values, back, COUNT * size) != 0)
    fail_msg ("filter %s of %s does not come back", garco__filter_name (filters[0].kind),
              garco_datatype_name (type));
  garco__buffer_free (&packed);
  garco__pipeline_free (&pipeline);
}

static const garco_datatype integers[] = {GARCO_INT8,   GARCO_UINT8,  GARCO_INT16,
                                          GARCO_UINT16, GARCO_INT32,  GARCO_UINT32,
                                          GARCO_INT64,  GARCO_UINT64, GARCO_DATETIME_MS};

static void
every_filter_comes_back (void **state)
{
  (void)state;
  static const garco__filter_kind kinds[] = {GARCO__FILTER_NONE,
                                             GARCO__FILTER_GZIP,
                                             GARCO__FILTER_ZSTD,
                                             GARCO__FILTER_LZ4,
                                             GARCO__FILTER_RLE,
                                             GARCO__FILTER_BZIP2,
                                             GARCO__FILTER_DOUBLE_DELTA,
                                             GARCO__FILTER_DELTA,
                                             GARCO__FILTER_BIT_WIDTH_REDUCTION,
                                             GARCO__FILTER_POSITIVE_DELTA,
                                             GARCO__FILTER_BITSHUFFLE,
                                             GARCO__FILTER_BYTESHUFFLE,
                                             GARCO__FILTER_XOR,
                                             GARCO__FILTER_MD5,
                                             GARCO__FILTER_SHA256};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (size_t t = 0; t < sizeof integers / sizeof *integers; t++)
    {
      const garco__filter pair[2] = {filter_of (kinds[k]), filter_of (GARCO__FILTER_ZSTD)};
      check_pipeline (pair, 1, integers[t]);
      check_pipeline (pair, 2, integers[t]);
    }
}

static void
chains_come_back (void **state)
{
  (void)state;
  const garco__filter scaled[] = {filter_of (GARCO__FILTER_FLOAT_SCALE),
                                  filter_of (GARCO__FILTER_MD5),
                                  filter_of (GARCO__FILTER_BIT_WIDTH_REDUCTION),
                                  filter_of (GARCO__FILTER_BYTESHUFFLE),
                                  filter_of (GARCO__FILTER_ZSTD),
                                  filter_of (GARCO__FILTER_SHA256)};
  check_pipeline (scaled, 6, GARCO_FLOAT64);
  check_pipeline (scaled, 6, GARCO_FLOAT32);
  const garco__filter deltas[] = {
      filter_of (GARCO__FILTER_FLOAT_SCALE), filter_of (GARCO__FILTER_DOUBLE_DELTA),
      filter_of (GARCO__FILTER_BITSHUFFLE), filter_of (GARCO__FILTER_LZ4)};
  check_pipeline (deltas, 4, GARCO_FLOAT64);
  const garco__filter offsets[] = {filter_of (GARCO__FILTER_POSITIVE_DELTA),
                                   filter_of (GARCO__FILTER_BIT_WIDTH_REDUCTION),
                                   filter_of (GARCO__FILTER_ZSTD)};
  check_pipeline (offsets, 3, GARCO_UINT64);
}

/* Encodes `count` values through one filter; gives the chunk's metadata and data. */
static garco__buffer
encode_one (const garco__filter *filter, garco_datatype type, const void *values, size_t count)
{
  garco__pipeline pipeline = {0};
  garco__buffer packed = {0};
  size_t size = garco_datatype_size (type);
  assert_int_equal (garco__pipeline_set (&pipeline, filter, 1, type, NULL), GARCO_OK);
  assert_int_equal (
      garco__tile_encode (codec, &pipeline, size, values, count * size, &packed, NULL), GARCO_OK);
  garco__pipeline_free (&pipeline);
  return packed;
}

static void
bytes_are_the_formats (void **state)
{
  (void)state;
  const double lengths[] = {0.5, 0.25, -0.25, -1};
  garco__filter filter = filter_of (GARCO__FILTER_FLOAT_SCALE);
  filter.width = 2;
  garco__buffer packed = encode_one (&filter, GARCO_FLOAT64, lengths, 4);
  static const uint8_t scaled[] = {1, 0, 0, 0, 0, 0, 0, 0, 32,   0,    0,    0,
                                   8, 0, 0, 0, 8, 0, 0, 0, 1,    0,    0,    0,
                                   8, 0, 0, 0, 1, 0, 1, 0, 0xff, 0xff, 0xfe, 0xff};
  assert_int_equal (packed.size, sizeof scaled);
  assert_memory_equal (packed.data, scaled, sizeof scaled);
  garco__buffer_free (&packed);

  const uint8_t runs[] = {7, 7, 7, 9};
  filter = filter_of (GARCO__FILTER_RLE);
  packed = encode_one (&filter, GARCO_UINT8, runs, 4);
  static const uint8_t run_bytes[] = {7, 0, 3, 9, 0, 1};
  assert_memory_equal (packed.data + packed.size - 6, run_bytes, 6);
  garco__buffer_free (&packed);

  const int32_t numbers[] = {100, 103, 107, 104};
  filter = filter_of (GARCO__FILTER_DOUBLE_DELTA);
  packed = encode_one (&filter, GARCO_INT32, numbers, 4);
  /* bits 3; 100, 103; then 0 001 and 1 111 from the word's high end */
  static const uint8_t double_delta[] = {3,   4, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0,   0,
                                         103, 0, 0, 0, 0, 0, 0, 0, 0, 0,   0, 0x1f};
  assert_memory_equal (packed.data + packed.size - sizeof double_delta, double_delta,
                       sizeof double_delta);
  garco__buffer_free (&packed);
}

/* Half away from zero: blocks of small values and of any, halves and their neighbours. */
static double
real_at (uint64_t *random, size_t i)
{
  static const double ends[] = {0.5,        1.5,          2.5,        0x1p51 - 0.5,
                                0x1p51,     0x1p51 + 0.5, 0x1p52 + 1, 0x1p62,
                                0x1p31 - 1, 0x1p31 - 1.5, 0x1p30,     4503599627370495.5,
                                0,          0x1p-1074,    1e-9,       8191.5};
  *random = *random * 6364136223846793005u + 1442695040888963407u;
  double near = (double)(int64_t)(*random >> 44) / 2, end = ends[*random >> 60];
  double value = i / 600 % 3 == 0   ? near
                 : i / 600 % 3 == 1 ? end
                                    : (double)(int64_t)*random / 0x1p20;
  value = i % 5 == 0 ? nextafter (value, 0) : i % 5 == 1 ? nextafter (value, 1e300) : value;
  return i % 2 == 0 ? value : -value;
}

static void
halves_go_away_from_zero (void **state)
{
  enum
  {
    MANY = 6000
  };
  static double wide[MANY];
  static float narrow[MANY];
  uint64_t random = 7;
  (void)state;
  for (size_t i = 0; i < MANY; i++)
  {
    wide[i] = real_at (&random, i);
    narrow[i] = (float)(fabs (wide[i]) < 0x1p31 - 200 ? wide[i] : copysign (0x1p31 - 128, wide[i]));
  }
  narrow[1234] = NAN;
  wide[5000] = NAN;
  garco__filter filter = filter_of (GARCO__FILTER_FLOAT_SCALE);
  filter.scale = 1;
  garco__buffer packed = encode_one (&filter, GARCO_FLOAT32, narrow, MANY);
  for (size_t i = 0; i < MANY; i++)
  {
    int32_t whole;
    memcpy (&whole, packed.data + 28 + 4 * i, 4);
    assert_int_equal (whole, i == 1234 ? INT32_MIN : (int32_t)llroundf (narrow[i]));
  }
  garco__buffer_free (&packed);
  filter.width = 8;
  packed = encode_one (&filter, GARCO_FLOAT64, wide, MANY);
  for (size_t i = 0; i < MANY; i++)
  {
    int64_t whole;
    memcpy (&whole, packed.data + 28 + 8 * i, 8);
    assert_int_equal (whole, i == 5000 ? INT64_MIN : (int64_t)llround (wide[i]));
  }
  garco__buffer_free (&packed);
}

static void
missing_is_the_lowest_integer (void **state)
{
  (void)state;
  float values[] = {NAN, 12.5f};
  float back[2];
  garco__filter filter = filter_of (GARCO__FILTER_FLOAT_SCALE);
  garco__buffer packed = encode_one (&filter, GARCO_FLOAT32, values, 2);
  garco__pipeline pipeline = {0};
  garco__tile_place place = {"test", 0, 22, 4};
  assert_int_equal (garco__pipeline_set (&pipeline, &filter, 1, GARCO_FLOAT32, NULL), GARCO_OK);
  assert_int_equal (garco__tile_decode (codec, &pipeline, &place, packed.data, packed.size, NULL,
                                        (uint8_t *)back, 8, NULL),
                    GARCO_OK);
  assert_true (back[0] == -1073741824.0f && back[1] == 12.5f);
  garco__buffer_free (&packed);
  garco_error error;
  values[0] = INFINITY;
  packed = (garco__buffer){0};
  assert_int_equal (garco__tile_encode (codec, &pipeline, 4, (uint8_t *)values, 8, &packed, &error),
                    GARCO_ERR_ARGUMENT);
  values[0] = 1.1e9f;
  assert_int_equal (garco__tile_encode (codec, &pipeline, 4, (uint8_t *)values, 8, &packed, &error),
                    GARCO_ERR_ARGUMENT);
  garco__buffer_free (&packed);
  garco__pipeline_free (&pipeline);
}

static void
chosen_cells_are_enough (void **state)
{
  (void)state;
  static uint8_t values[COUNT * 8], back[COUNT * 8];
  const uint32_t cells[] = {3, 9000, 9001, COUNT - 1};
  const garco__tile_choice choice = {cells, 4};
  garco__filter filter = filter_of (GARCO__FILTER_ZSTD);
  fill_values (values, GARCO_INT64);
  garco__buffer packed = encode_one (&filter, GARCO_INT64, values, COUNT);
  garco__pipeline pipeline = {0};
  garco__tile_place place = {"test", 0, 22, 8};
  assert_int_equal (garco__pipeline_set (&pipeline, &filter, 1, GARCO_INT64, NULL), GARCO_OK);
  memset (back, 0xee, sizeof back);
  assert_int_equal (garco__tile_decode (codec, &pipeline, &place, packed.data, packed.size, &choice,
                                        back, COUNT * 8, NULL),
                    GARCO_OK);
  for (size_t i = 0; i < 4; i++)
    assert_memory_equal (back + cells[i] * 8, values + cells[i] * 8, 8);
  garco__buffer_free (&packed);
  garco__pipeline_free (&pipeline);
}

/* Each byte changed, each length cut: an answer or an error, never more. */
static void
damage_is_survived (void **state)
{
  (void)state;
  uint8_t values[64 * 8], back[64 * 8];
  for (size_t i = 0; i < sizeof values; i++)
    values[i] = (uint8_t)(i * 37 / 11);
  static const garco__filter_kind kinds[] = {
      GARCO__FILTER_GZIP,        GARCO__FILTER_ZSTD,       GARCO__FILTER_LZ4,
      GARCO__FILTER_RLE,         GARCO__FILTER_BZIP2,      GARCO__FILTER_DOUBLE_DELTA,
      GARCO__FILTER_DELTA,       GARCO__FILTER_BITSHUFFLE, GARCO__FILTER_BIT_WIDTH_REDUCTION,
      GARCO__FILTER_BYTESHUFFLE, GARCO__FILTER_XOR,        GARCO__FILTER_MD5,
      GARCO__FILTER_FLOAT_SCALE};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
  {
    garco__filter filter = filter_of (kinds[k]);
    garco_datatype type = kinds[k] == GARCO__FILTER_FLOAT_SCALE ? GARCO_FLOAT64 : GARCO_INT32;
    if (type == GARCO_FLOAT64)
      for (size_t i = 0; i < 64; i++)
        memcpy (values + 8 * i, &(double){(double)i}, 8);
    garco__buffer packed =
        encode_one (&filter, type, values, sizeof values / garco_datatype_size (type));
    garco__pipeline pipeline = {0};
    garco__tile_place place = {"test", 0, 22, garco_datatype_size (type)};
    assert_int_equal (garco__pipeline_set (&pipeline, &filter, 1, type, NULL), GARCO_OK);
    for (size_t i = 0; i < packed.size; i++)
    {
      garco_error error;
      garco_status status = garco__tile_decode (codec, &pipeline, &place, packed.data, i, NULL,
                                                back, sizeof back, &error);
      assert_true (status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED);
      for (unsigned flip = 1; flip < 256; flip *= 2)
      {
        packed.data[i] = (uint8_t)(packed.data[i] ^ flip);
        garco__tile_decode (codec, &pipeline, &place, packed.data, packed.size, NULL, back,
                            sizeof back, &error);
        packed.data[i] = (uint8_t)(packed.data[i] ^ flip);
      }
    }
    garco__buffer_free (&packed);
    garco__pipeline_free (&pipeline);
  }
}

static void
unknown_filters_are_refused_at_use (void **state)
{
  (void)state;
  static const uint8_t bytes[] = {0, 0, 1, 0, 1, 0, 0, 0, 18, 3, 0, 0, 0, 1, 2, 3};
  garco__cursor cursor = garco__cursor_of (bytes, sizeof bytes);
  garco__pipeline pipeline = {0};
  garco_error error;
  assert_ok (garco__pipeline_parse (&cursor, GARCO_UINT8, "s", &pipeline, &error), &error);
  assert_int_equal (garco__cursor_left (&cursor), 0);
  assert_int_equal (garco__pipeline_check (&pipeline, false, "s", "image", &error),
                    GARCO_ERR_UNSUPPORTED);
  assert_non_null (strstr (error.message, "\"image\" has filter webp"));
  garco__buffer again = {0};
  assert_int_equal (garco__pipeline_put (&again, &pipeline, &error), GARCO_ERR_UNSUPPORTED);
  assert_non_null (strstr (error.message, "filter webp"));
  garco__buffer_free (&again);
  garco__pipeline_free (&pipeline);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (every_filter_comes_back),
                                     cmocka_unit_test (chains_come_back),
                                     cmocka_unit_test (bytes_are_the_formats),
                                     cmocka_unit_test (halves_go_away_from_zero),
                                     cmocka_unit_test (missing_is_the_lowest_integer),
                                     cmocka_unit_test (chosen_cells_are_enough),
                                     cmocka_unit_test (damage_is_survived),
                                     cmocka_unit_test (unknown_filters_are_refused_at_use)};
  return cmocka_run_group_tests (tests, make_codec, free_codec);
}
