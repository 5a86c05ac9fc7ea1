/* Scans: order, ranges, replacement, windows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco_support.h"

#include <math.h>

typedef struct rows_found
{
  size_t rows, batches;
  int64_t time[20000];
  uint8_t sat[20000];
  float snr[20000];
} rows_found;

static void
scan_all (const char *uri, const garco_array_options *how, const garco_scan_options *what,
          rows_found *result)
{
  static const char *const fields[] = {"snr", "time", "sat"};
  garco_scan_options options = *what;
  garco_array *array = NULL;
  garco_scan *scan = NULL;
  garco_error error;
  garco_batch batch;
  garco_status status;
  options.nfields = 3;
  options.fields = fields;
  memset (result, 0, sizeof *result);
  assert_ok (garco_array_open (uri, how, &array, &error), &error);
  assert_ok (garco_scan_open (array, &options, &scan, &error), &error);
  while ((status = garco_scan_next (scan, &batch, &error)) == GARCO_OK)
  {
    assert_true (batch.rows > 0 && result->rows + (size_t)batch.rows <= 20000);
    size_t n = (size_t)batch.rows;
    memcpy (result->snr + result->rows, batch.columns[0].values, n * sizeof (float));
    memcpy (result->time + result->rows, batch.columns[1].values, n * sizeof (int64_t));
    memcpy (result->sat + result->rows, batch.columns[2].values, n);
    result->rows += n;
    result->batches++;
  }
  assert_int_equal (status, GARCO_END);
  assert_int_equal (garco_scan_next (scan, &batch, &error), GARCO_END);
  garco_scan_free (&scan);
  garco_array_free (&array);
}

static void
rows_are_in_row_major_order (void **state)
{
  test_place *place = *state;
  const garco_scan_options all = GARCO_SCAN_OPTIONS_INIT;
  garco__cells cells = {0};
  static rows_found found;
  add_epochs (&cells, TEST_START, 100, 30);
  write_cells (place->array, &cells);
  garco__cells_free (&cells);
  scan_all (place->array, NULL, &all, &found);
  assert_int_equal (found.rows, 600);
  for (size_t i = 0; i < 600; i++)
  {
    assert_int_equal (found.time[i], TEST_START + 30000 * (int64_t)(i / 6));
    assert_int_equal (found.sat[i], 1 + i % 6 / 2);
    assert_true (found.snr[i] == 30.0f + (float)(1 + i % 6 / 2) + (i % 2 != 0 ? 10.0f : 0.0f));
  }
}

static void
the_later_replaces_the_earlier (void **state)
{
  test_place *place = *state;
  const garco_scan_options all = GARCO_SCAN_OPTIONS_INIT;
  garco_array_options then = GARCO_ARRAY_OPTIONS_INIT;
  garco__cells cells = {0};
  garco_array *array = NULL;
  garco_fragment_info first;
  static rows_found found;
  add_epochs (&cells, TEST_START, 10, 30);
  write_cells (place->array, &cells);
  cells.count = 0;
  add_epochs (&cells, TEST_START + 30000 * 8, 4, 60);
  write_cells (place->array, &cells);
  garco__cells_free (&cells);
  scan_all (place->array, NULL, &all, &found);
  assert_int_equal (found.rows, 12 * 6);
  for (size_t i = 0; i < found.rows; i += 6)
    assert_true (found.snr[i] == (i / 6 < 8 ? 31 : 61));
  assert_int_equal (garco_array_open (place->array, NULL, &array, NULL), GARCO_OK);
  assert_int_equal (garco_array_fragment (array, 0, &first, NULL), GARCO_OK);
  then.timestamp_end = first.timestamp_end;
  garco_array_free (&array);
  scan_all (place->array, &then, &all, &found);
  assert_int_equal (found.rows, 10 * 6);
  assert_true (found.snr[59] == 30 + 3 + 10);
}

static void
ranges_are_unions_and_intersections (void **state)
{
  test_place *place = *state;
  garco_scan_options some = GARCO_SCAN_OPTIONS_INIT;
  garco__cells cells = {0};
  static rows_found found;
  add_epochs (&cells, TEST_START, 50, 30);
  write_cells (place->array, &cells);
  garco__cells_free (&cells);
  const garco_range ranges[] = {
      {.dimension = 0, .low = TEST_START + 30001, .high = TEST_START + 90000},
      {.dimension = 0, .low = TEST_START + 60000, .high = TEST_START + 120000},
      {.dimension = 0, .low = INT64_MIN, .high = TEST_START},
      {.dimension = 2, .low = -5, .high = 1},
      {.dimension = 2, .low = 3, .high = INT64_MAX}};
  some.nranges = 5;
  some.ranges = ranges;
  scan_all (place->array, NULL, &some, &found);
  assert_int_equal (found.rows, 4 * 2 * 2);
  assert_int_equal (found.time[4], TEST_START + 60000);
  assert_int_equal (found.sat[2], 3);
  const garco_range none[] = {{.dimension = 1, .low = 300, .high = 400}};
  some.nranges = 1;
  some.ranges = none;
  scan_all (place->array, NULL, &some, &found);
  assert_int_equal (found.rows, 0);
  const garco_range backwards[] = {{.dimension = 2, .low = 3, .high = 1}};
  some.ranges = backwards;
  scan_all (place->array, NULL, &some, &found);
  assert_int_equal (found.rows, 0);
}

static void
any_memory_gives_the_same (void **state)
{
  test_place *place = *state;
  garco_scan_options options = GARCO_SCAN_OPTIONS_INIT;
  garco__cells cells = {0};
  static rows_found whole, parts;
  for (int day = 0; day < 3; day++)
  {
    cells.count = 0;
    add_epochs (&cells, TEST_START + 30000 * (int64_t)(900 * day - day), 900, 30 + day);
    write_cells (place->array, &cells);
  }
  garco__cells_free (&cells);
  scan_all (place->array, NULL, &options, &whole);
  assert_int_equal (whole.rows, 6 * (3 * 900 - 2));
  for (options.memory = 1; options.memory < 8000000; options.memory *= 5)
  {
    scan_all (place->array, NULL, &options, &parts);
    if (options.memory < 1000000)
      assert_true (parts.batches > 3);
    whole.batches = parts.batches;
    assert_memory_equal (&whole, &parts, sizeof whole);
  }
}

static void
missing_values_are_nan (void **state)
{
  test_place *place = *state;
  const garco_scan_options all = GARCO_SCAN_OPTIONS_INIT;
  garco_array_options raw = GARCO_ARRAY_OPTIONS_INIT;
  garco__cells cells = {0};
  static rows_found found;
  add_cell (&cells, TEST_START, 0, 1, "1C", 45.5);
  add_cell (&cells, TEST_START, 0, 2, "1C", NAN);
  write_cells (place->array, &cells);
  garco__cells_free (&cells);
  scan_all (place->array, NULL, &all, &found);
  assert_true (found.rows == 2 && found.snr[0] == 45.5f && isnan (found.snr[1]));
  raw.raw_missing = true;
  scan_all (place->array, &raw, &all, &found);
  assert_true (found.snr[1] == -2147483.648f);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (rows_are_in_row_major_order, make_place, free_place),
      cmocka_unit_test_setup_teardown (the_later_replaces_the_earlier, make_place, free_place),
      cmocka_unit_test_setup_teardown (ranges_are_unions_and_intersections, make_place, free_place),
      cmocka_unit_test_setup_teardown (any_memory_gives_the_same, make_place, free_place),
      cmocka_unit_test_setup_teardown (missing_values_are_nan, make_place, free_place)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
