/* Rows made ahead are the scan's rows, and statistics of tiles are the same, whatever the threads
 * and the memory: on random arrays of fragments that overlap or not, written again, with deletes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco_support.h"

#include <math.h>

#include "query/query_array.h"
#include "query/query_units.h"

#define DAY INT64_C (86400000)
#define MOST 1500

static const int64_t times[] = {0, INT64_C (4000000000000)}, half_day[] = {DAY / 2};
static const uint8_t sats[] = {0, 254}, one[] = {1};
static const garco_filter_info scaled[] = {
    {.name = "float_scale", .scale = 1e-3, .byte_width = 4, .reinterpret = GARCO_ANY},
    {.name = "zstd", .level = 3, .reinterpret = GARCO_ANY}};

static const garco_field_info fields[] = {
    {.name = "time",
     .is_dimension = true,
     .type = GARCO_INT64,
     .width = 1,
     .domain = times,
     .extent = half_day},
    {.name = "sat",
     .is_dimension = true,
     .type = GARCO_UINT8,
     .width = 1,
     .domain = sats,
     .extent = one},
    {.name = "snr", .type = GARCO_FLOAT32, .width = 1, .nfilters = 2, .filters = scaled},
    {.name = "slip", .type = GARCO_UINT16, .width = 1},
    {.name = "late", .type = GARCO_INT16, .width = 1, .nullable = true}};

typedef struct random_rows
{
  int64_t time[MOST];
  uint8_t sat[MOST], valid[MOST];
  float snr[MOST];
  uint16_t slip[MOST];
  int16_t late[MOST];
} random_rows;

static uint32_t
next_random (uint64_t *seed)
{
  *seed = *seed * UINT64_C (6364136223846793005) + 1442695040888963407;
  return (uint32_t)(*seed >> 33);
}

static void
write_random (garco_array *array, uint64_t *seed)
{
  static random_rows r;
  int64_t start = 19000 * DAY + (int64_t)(next_random (seed) % 6) * DAY / 2;
  unsigned first = next_random (seed) % 4, count = 0;
  unsigned epochs = 1 + next_random (seed) % (MOST / 3), step = next_random (seed) % 2 ? 60 : 600;
  for (unsigned e = 0; e < epochs; e++)
    for (unsigned s = 0; s < 3; s++, count++)
    {
      r.time[count] = start + (int64_t)e * step * 1000;
      r.sat[count] = (uint8_t)(first + s);
      r.snr[count] = next_random (seed) % 20 == 0 ? NAN : (float)(next_random (seed) % 200) * 0.25f;
      r.slip[count] = (uint16_t)next_random (seed);
      r.late[count] = (int16_t)next_random (seed);
      r.valid[count] = next_random (seed) % 3 != 0;
    }
  const garco_column columns[] = {{"time", GARCO_INT64, 1, r.time, NULL, NULL},
                                  {"sat", GARCO_UINT8, 1, r.sat, NULL, NULL},
                                  {"snr", GARCO_FLOAT32, 1, r.snr, NULL, NULL},
                                  {"slip", GARCO_UINT16, 1, r.slip, NULL, NULL},
                                  {"late", GARCO_INT16, 1, r.late, NULL, r.valid}};
  const garco_batch batch = {(int64_t)count, 5, columns};
  garco_error error;
  assert_ok (garco_array_write (array, &batch, NULL, NULL, &error), &error);
}

static garco_array *
make_random (const test_place *place, uint64_t seed, char uri[112])
{
  garco_array *array = NULL;
  garco_error error;
  const garco_schema_info schema = {.sparse = true,
                                    .allows_duplicates = seed % 4 == 0,
                                    .capacity = seed % 3 == 0 ? 50 : 10000,
                                    .nfields = 5,
                                    .fields = fields};
  snprintf (uri, 112, "%s/random%d", place->folder, (int)seed);
  assert_ok (garco_array_create_schema (uri, &schema, &error), &error);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  for (unsigned i = 1 + next_random (&seed) % 5; i > 0; i--)
    write_random (array, &seed);
  if (next_random (&seed) % 3 == 0)
  {
    assert_ok (garco_array_delete (array, "snr < 10 and sat == 3", NULL, &error), &error);
    write_random (array, &seed);
  }
  return array;
}

/* All rows of a scan, as bytes of each column and its validity, column after column of a row. */
static void
append_batch (const garco_batch *batch, garco__buffer *out)
{
  for (int64_t row = 0; row < batch->rows; row++)
    for (size_t c = 0; c < batch->ncolumns; c++)
    {
      const garco_column *column = &batch->columns[c];
      size_t size = garco_datatype_size (column->type);
      const uint8_t *values = column->values;
      garco__buffer_append (out, values + (size_t)row * size, size, NULL);
      if (column->validity != NULL)
        garco__buffer_append (out, column->validity + row, 1, NULL);
    }
}

static garco_scan *
open_scan (garco_array *array, const garco_range *ranges, size_t nranges, uint64_t memory)
{
  garco_scan_options options = GARCO_SCAN_OPTIONS_INIT;
  garco_scan *scan = NULL;
  garco_error error;
  options.ranges = ranges;
  options.nranges = nranges;
  options.memory = memory;
  assert_ok (garco_scan_open (array, &options, &scan, &error), &error);
  return scan;
}

static void
rows_of_scan (garco_array *array, const garco_range *ranges, size_t nranges, garco__buffer *out)
{
  garco_error error;
  garco_batch batch;
  garco_status status;
  garco_scan *scan = open_scan (array, ranges, nranges, 0);
  while ((status = garco_scan_next (scan, &batch, &error)) == GARCO_OK)
    append_batch (&batch, out);
  assert_int_equal (status, GARCO_END);
  garco_scan_free (&scan);
}

static void
rows_of_units (garco_array *array, const garco_range *ranges, size_t nranges, uint64_t memory,
               int threads, garco__buffer *out)
{
  garco__units_options options = {.memory = memory, .threads = threads};
  garco__units *units = NULL;
  garco_error error;
  garco_batch batch;
  garco_status status;
  garco_scan *scan = open_scan (array, ranges, nranges, memory / 4);
  /* As little more as one tile needs. */
  while ((status = garco__units_open (scan, &options, &units, &error)) == GARCO_ERR_LIMIT)
  {
    assert_non_null (strstr (error.message, " MB are needed"));
    options.memory += options.memory / 8;
    assert_true (options.memory < 4 << 20);
  }
  assert_ok (status, &error);
  while ((status = garco__units_next (units, &batch, &error)) == GARCO_OK)
    append_batch (&batch, out);
  assert_int_equal (status, GARCO_END);
  garco__units_free (&units);
  garco_scan_free (&scan);
}

static size_t
random_ranges (uint64_t *seed, garco_range ranges[2])
{
  size_t count = 0;
  int64_t start = 19000 * DAY + (int64_t)(next_random (seed) % 300) * DAY / 100;
  if (next_random (seed) % 2 == 0)
    ranges[count++] = (garco_range){.dimension = 0, .low = start, .high = start + DAY};
  if (next_random (seed) % 2 == 0)
  {
    int64_t sat = next_random (seed) % 6;
    ranges[count++] = (garco_range){.dimension = 1, .low = sat, .high = sat + sat % 2};
  }
  return count;
}

static void
rows_are_the_scans (void **state)
{
  static const uint64_t memories[] = {0, 1 << 20, 100000, 20000};
  char uri[112];
  for (uint64_t seed = 1; seed <= 12; seed++)
  {
    uint64_t random = seed;
    garco_range ranges[2];
    garco_array *array = make_random (*state, seed, uri);
    for (int k = 0; k < 4; k++)
    {
      garco__buffer plain = {0};
      size_t nranges = random_ranges (&random, ranges);
      rows_of_scan (array, ranges, nranges, &plain);
      for (int threads = 1; threads <= 4; threads++)
      {
        garco__buffer ours = {0};
        rows_of_units (array, ranges, nranges, memories[(k + threads) % 4], threads, &ours);
        assert_int_equal (ours.size, plain.size);
        if (plain.size > 0)
          assert_memory_equal (ours.data, plain.data, plain.size);
        garco__buffer_free (&ours);
      }
      garco__buffer_free (&plain);
    }
    garco_array_free (&array);
  }
}

/* A caller who stops half way leaves nothing behind. */
static void
units_can_be_left (void **state)
{
  char uri[112];
  garco_error error;
  garco_batch batch;
  garco_array *array = make_random (*state, 101, uri);
  for (int taken = 0; taken < 3; taken++)
  {
    const garco__units_options options = {.threads = 3};
    garco__units *units = NULL;
    garco_scan *scan = open_scan (array, NULL, 0, 0);
    assert_ok (garco__units_open (scan, &options, &units, &error), &error);
    for (int i = 0; i < taken; i++)
      garco__units_next (units, &batch, &error);
    garco__units_free (&units);
    garco_scan_free (&scan);
  }
  garco_array_free (&array);
}

static void
table_of (const char *uri, int threads, garco__buffer *out)
{
  static const garco_statistic every[] = {
      {GARCO_COUNT, 0}, {GARCO_MEAN, 0}, {GARCO_STD, 0}, {GARCO_MIN, 0}, {GARCO_MEDIAN, 0}};
  static const char *const wanted[] = {"snr", "slip", "late"};
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_stats_options grouped = GARCO_STATS_OPTIONS_INIT;
  garco_stats *stats = NULL;
  garco_error error;
  options.fields = wanted;
  options.nfields = 3;
  options.threads = threads;
  grouped.by = GARCO_BY_DAY | GARCO_BY_SAT;
  grouped.statistics = every;
  grouped.nstatistics = 5;
  assert_ok (garco_stats_compute (&uri, 1, &options, &grouped, &stats, &error), &error);
  append_batch (garco_stats_table (stats), out);
  garco_stats_free (&stats);
}

static void
statistics_do_not_depend_on_threads (void **state)
{
  char uri[112];
  for (uint64_t seed = 201; seed <= 206; seed++)
  {
    garco_array *array = make_random (*state, seed, uri);
    garco__buffer first = {0};
    garco_array_free (&array);
    table_of (uri, 1, &first);
    assert_true (first.size > 0);
    for (int threads = 2; threads <= 4; threads++)
    {
      garco__buffer again = {0};
      table_of (uri, threads, &again);
      assert_int_equal (again.size, first.size);
      assert_memory_equal (again.data, first.data, first.size);
      garco__buffer_free (&again);
    }
    garco__buffer_free (&first);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (rows_are_the_scans, make_place, free_place),
      cmocka_unit_test_setup_teardown (units_can_be_left, make_place, free_place),
      cmocka_unit_test_setup_teardown (statistics_do_not_depend_on_threads, make_place, free_place),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
