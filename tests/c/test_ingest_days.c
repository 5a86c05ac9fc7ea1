/* Cutting cells at days, and names of deliveries.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "ingest/ingest_days.h"
#include "ingest/ingest_replace.h"

#define DAY INT64_C (19700)

static void
add (garco__cells *cells, int64_t day, int64_t ms, int sat)
{
  assert_int_equal (garco__cells_reserve (cells, 1, NULL), GARCO_OK);
  size_t i = cells->count++;
  memset (&cells->sys[i], 0, 1);
  cells->time[i] = day * GARCO__DAY_MS + ms;
  cells->sat[i] = (uint8_t)sat;
  cells->obs[i] = (uint16_t)(100 + sat);
  cells->range[i] = cells->phase[i] = cells->doppler[i] = sat;
  cells->snr[i] = (float)sat;
  cells->slip[i] = cells->flags[i] = (uint16_t)sat;
  cells->fcn[i] = (int8_t)sat;
}

static void
check_part (const garco__cells *cells, const garco__day *day, int64_t number, const int *sats,
            size_t count)
{
  assert_int_equal (day->day, number);
  assert_int_equal (day->count, count);
  garco__cells part = garco__cells_part (cells, day->first, day->count);
  for (size_t i = 0; i < count; i++)
  {
    assert_int_equal (garco__day_of (part.time[i]), number);
    assert_int_equal (part.sat[i], sats[i]);
    assert_int_equal (part.obs[i], 100 + sats[i]);
    assert_true (part.range[i] == sats[i] && part.phase[i] == sats[i]);
    assert_true (part.doppler[i] == sats[i] && part.snr[i] == (float)sats[i]);
    assert_int_equal (part.slip[i], sats[i]);
    assert_int_equal (part.flags[i], sats[i]);
    assert_int_equal (part.fcn[i], sats[i]);
  }
}

static void
test_days_in_order_are_slices (void **state)
{
  (void)state;
  garco__cells cells = {0};
  garco__days days = {0};
  add (&cells, DAY, 0, 1);
  add (&cells, DAY, GARCO__DAY_MS - 1, 2);
  add (&cells, DAY + 1, 0, 3);
  const int64_t *before = cells.time;
  assert_int_equal (garco__days_of_cells (&cells, &days, NULL), GARCO_OK);
  assert_ptr_equal (cells.time, before);
  assert_int_equal (days.count, 2);
  check_part (&cells, &days.list[0], DAY, (const int[]){1, 2}, 2);
  check_part (&cells, &days.list[1], DAY + 1, (const int[]){3}, 1);
  garco__days_free (&days);
  garco__cells_free (&cells);
}

static void
test_days_that_come_back_are_put_together (void **state)
{
  (void)state;
  garco__cells cells = {0};
  garco__days days = {0};
  add (&cells, DAY + 1, 5, 1);
  add (&cells, DAY - 1, 5, 2);
  add (&cells, DAY + 1, 4, 3);
  add (&cells, DAY, 4, 4);
  add (&cells, DAY - 1, 3, 5);
  assert_int_equal (garco__days_of_cells (&cells, &days, NULL), GARCO_OK);
  assert_int_equal (cells.count, 5);
  assert_int_equal (days.count, 3);
  check_part (&cells, &days.list[0], DAY - 1, (const int[]){2, 5}, 2);
  check_part (&cells, &days.list[1], DAY, (const int[]){4}, 1);
  check_part (&cells, &days.list[2], DAY + 1, (const int[]){1, 3}, 2);
  garco__days_free (&days);
  garco__cells_free (&cells);
}

static void
test_days_before_1970 (void **state)
{
  (void)state;
  assert_int_equal (garco__day_of (-1), -1);
  assert_int_equal (garco__day_of (0), 0);
  assert_int_equal (garco__day_of (-GARCO__DAY_MS), -1);
}

static void
test_names_of_one_delivery (void **state)
{
  (void)state;
  assert_true (garco__same_delivery ("a/p0570010.24d.Z", "b/P0570010.24O"));
  assert_true (
      garco__same_delivery ("X_R_20240010000_01D_30S_MO.crx.gz", "X_R_20240010000_01D_30S_MO.rnx"));
  assert_true (garco__same_delivery ("notes.24o", "notes.24o.zst"));
  assert_false (garco__same_delivery ("p0570010.24d.Z", "p0570020.24d.Z"));
  assert_false (garco__same_delivery ("p057001a.24d.Z", "p0570010.24d.Z"));
  assert_false (garco__same_delivery ("-", "-"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_days_in_order_are_slices),
      cmocka_unit_test (test_days_that_come_back_are_put_together),
      cmocka_unit_test (test_days_before_1970),
      cmocka_unit_test (test_names_of_one_delivery),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
