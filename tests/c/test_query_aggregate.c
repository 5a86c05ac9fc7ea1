/* Groups and their statistics, and columns converted and gathered.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <math.h>

#include "query/query_aggregate.h"
#include "query/query_project.h"

static const garco_statistic every[] = {{GARCO_COUNT, 0}, {GARCO_MEAN, 0}, {GARCO_MIN, 0},
                                        {GARCO_MAX, 0},   {GARCO_STD, 0},  {GARCO_SUM, 0}};

static garco__aggregator *
aggregator_of (unsigned by, const garco_batch *batch)
{
  garco__aggregator *aggregator = NULL;
  garco_error error;
  const garco__aggregation wanted = {by, 0, 1, every, 6, false};
  assert_ok (garco__aggregator_new (&wanted, NULL, &aggregator, &error), &error);
  assert_ok (garco__aggregator_add (aggregator, batch, "test", &error), &error);
  return aggregator;
}

static double
value_of (const double *values, int64_t count, garco_aggregate aggregate)
{
  garco_column column = {"x", GARCO_FLOAT64, 1, values, NULL, NULL};
  garco_batch batch = {count, 1, &column};
  garco__aggregator *aggregator = aggregator_of (0, &batch);
  assert_int_equal (garco__aggregator_groups (aggregator), 1);
  double value = aggregate == GARCO_COUNT ? (double)garco__aggregator_count (aggregator, 0, 0)
                                          : garco__aggregator_value (aggregator, 0, 0, aggregate);
  garco__aggregator_free (&aggregator);
  return value;
}

static void
statistics_of_a_few_numbers (void **state)
{
  (void)state;
  const double x[] = {2, NAN, 4, 4, 5, -3};
  assert_true (value_of (x, 6, GARCO_COUNT) == 5);
  assert_true (value_of (x, 6, GARCO_MEAN) == 2.4);
  assert_true (value_of (x, 6, GARCO_MIN) == -3);
  assert_true (value_of (x, 6, GARCO_MAX) == 5);
  assert_true (value_of (x, 6, GARCO_SUM) == 12);
  assert_true (fabs (value_of (x, 6, GARCO_STD) - 3.2093613071762426) < 1e-15);
}

static void
nothing_gives_nan_and_one_value_no_std (void **state)
{
  (void)state;
  const double x[] = {NAN, 7};
  assert_true (value_of (x, 0, GARCO_COUNT) == 0);
  assert_true (isnan (value_of (x, 1, GARCO_MEAN)));
  assert_true (isnan (value_of (x, 1, GARCO_MIN)));
  assert_true (value_of (x, 1, GARCO_SUM) == 0);
  assert_true (value_of (x, 2, GARCO_MEAN) == 7);
  assert_true (isnan (value_of (x, 2, GARCO_STD)));
}

/* Plain sums give 0 for the first, and for the second a variance with no true digit. */
static void
sums_keep_what_is_rounded_off (void **state)
{
  (void)state;
  const double cancel[] = {1e100, 1, -1e100, 1};
  assert_true (value_of (cancel, 4, GARCO_SUM) == 2);
  double far[1000];
  for (int i = 0; i < 1000; i++)
    far[i] = 2.5e7 + (i % 2 ? 0.0009765625 : -0.0009765625);
  assert_true (fabs (value_of (far, 1000, GARCO_STD) / (0.0009765625 * sqrt (1000 / 999.0)) - 1) <
               1e-9);
  assert_true (value_of (far, 1000, GARCO_MEAN) == 2.5e7);
  const double infinite[] = {1, INFINITY, 2};
  assert_true (value_of (infinite, 3, GARCO_SUM) == INFINITY);
  assert_true (value_of (infinite, 3, GARCO_MAX) == INFINITY);
}

static void
rows_fall_into_sorted_groups (void **state)
{
  (void)state;
  enum
  {
    N = 5000
  };
  static int64_t time[N];
  static uint8_t sys[N], sat[N];
  static uint16_t obs[N];
  static float snr[N];
  for (int i = 0; i < N; i++)
  {
    time[i] = (i % 2 ? -1 : 86400000) + i / 2; /* 1969-12-31 and after, and 1970-01-02 */
    sys[i] = (uint8_t)(i % 3);
    sat[i] = (uint8_t)(1 + i % 5);
    obs[i] = (uint16_t)(i % 7 ? 12611 : 12887);
    snr[i] = i % 11 ? (float)i : NAN;
  }
  time[1] = -1;
  const garco_column columns[] = {{"time", GARCO_INT64, 1, time, NULL, NULL},
                                  {"sys", GARCO_UINT8, 1, sys, NULL, NULL},
                                  {"sat", GARCO_UINT8, 1, sat, NULL, NULL},
                                  {"obs", GARCO_UINT16, 1, obs, NULL, NULL},
                                  {"snr", GARCO_FLOAT32, 1, snr, NULL, NULL}};
  garco_batch batch = {N, 5, columns};
  garco__aggregator *a =
      aggregator_of (GARCO_BY_DAY | GARCO_BY_SYSTEM | GARCO_BY_SAT | GARCO_BY_CODE, &batch);
  size_t groups = garco__aggregator_groups (a);
  size_t *order = calloc (groups, sizeof *order);
  garco_error error;
  size_t listed = 0;
  assert_ok (garco__aggregator_before (a, INT64_MAX, order, &listed, &error), &error);
  assert_int_equal (listed, groups);
  int64_t total = 0;
  for (size_t g = 0; g < groups; g++)
  {
    int64_t key[GARCO__KEY_COUNT], count = 0;
    double sum = 0;
    for (int k = 0; k < GARCO__KEY_COUNT; k++)
      key[k] = garco__aggregator_key (a, order[g], (garco__key)k);
    if (g > 0)
    {
      int k = 0;
      while (k < 3 && garco__aggregator_key (a, order[g - 1], (garco__key)k) == key[k])
        k++;
      assert_true (garco__aggregator_key (a, order[g - 1], (garco__key)k) < key[k]);
    }
    for (int i = 0; i < N; i++)
      if (time[i] >= key[0] && time[i] < key[0] + 86400000 && sys[i] == key[1] &&
          sat[i] == key[2] && obs[i] == key[3] && !isnan (snr[i]))
      {
        count++;
        sum += (double)snr[i];
      }
    assert_int_equal (garco__aggregator_count (a, order[g], 0), count);
    assert_true (garco__aggregator_value (a, order[g], 0, GARCO_SUM) == sum);
    total += count;
  }
  assert_int_equal (total, N - (N + 10) / 11);
  assert_int_equal (garco__aggregator_key (a, order[0], GARCO__TIME), -86400000);
  free (order);
  garco__aggregator_free (&a);
}

static void
nulls_and_unknown_channels_are_absent (void **state)
{
  (void)state;
  const int8_t fcn[] = {-7, GARCO_FCN_UNKNOWN, 5};
  const uint8_t valid[] = {1, 1, 0};
  garco_column column = {"fcn", GARCO_INT8, 1, fcn, NULL, NULL};
  garco_batch batch = {3, 1, &column};
  garco__aggregator *a = aggregator_of (0, &batch);
  assert_int_equal (garco__aggregator_count (a, 0, 0), 2);
  assert_true (garco__aggregator_value (a, 0, 0, GARCO_MIN) == -7);
  garco__aggregator_free (&a);
  column.name = "other";
  column.validity = valid;
  a = aggregator_of (0, &batch);
  assert_int_equal (garco__aggregator_count (a, 0, 0), 2);
  assert_true (garco__aggregator_value (a, 0, 0, GARCO_MIN) == -128);
  garco__aggregator_free (&a);
}

static void
what_is_no_number_is_refused (void **state)
{
  (void)state;
  const uint64_t offsets[] = {0, 2};
  const int64_t big[] = {256};
  garco_column text = {"name", GARCO_STRING_ASCII, UINT32_MAX, "ab", offsets, NULL};
  garco_column pair[2] = {{"sat", GARCO_INT64, 1, big, NULL, NULL},
                          {"x", GARCO_INT64, 1, big, NULL, NULL}};
  garco_batch batch = {1, 1, &text};
  garco__aggregator *a = NULL;
  garco_error error;
  assert_ok (
      garco__aggregator_new (&(garco__aggregation){0, 0, 1, every, 6, false}, NULL, &a, &error),
      &error);
  assert_int_equal (garco__aggregator_add (a, &batch, "t.tdb", &error), GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "field \"name\" is of type string_ascii"));
  garco__aggregator_free (&a);
  batch = (garco_batch){1, 2, pair};
  assert_ok (garco__aggregator_new (&(garco__aggregation){GARCO_BY_SAT, 0, 1, every, 6, false},
                                    NULL, &a, &error),
             &error);
  assert_int_equal (garco__aggregator_add (a, &batch, "t.tdb", &error), GARCO_ERR_LIMIT);
  garco__aggregator_free (&a);
}

static void
rows_are_gathered_from_any_column (void **state)
{
  (void)state;
  const uint64_t offsets[] = {0, 1, 3, 6};
  const uint8_t valid[] = {1, 0, 1};
  const int32_t pairs[] = {1, 2, 3, 4, 5, 6};
  const size_t places[] = {1, 2};
  garco__column_room room = {0};
  garco_column to;
  garco_column text = {"t", GARCO_STRING_ASCII, UINT32_MAX, "abbccc", offsets, valid};
  assert_int_equal (garco__gather (&text, places, 2, &room, &to, NULL), GARCO_OK);
  assert_memory_equal (to.values, "bbccc", 5);
  assert_int_equal (to.offsets[1], 2);
  assert_int_equal (to.offsets[2], 5);
  assert_int_equal (to.validity[0], 0);
  garco_column fixed = {"p", GARCO_INT32, 2, pairs, NULL, NULL};
  assert_int_equal (garco__gather (&fixed, places, 2, &room, &to, NULL), GARCO_OK);
  assert_memory_equal (to.values, pairs + 2, 16);
  garco__column_room_free (&room);
}

static void
keys_are_converted_where_need_be (void **state)
{
  (void)state;
  const int32_t codes[] = {12611, 65536};
  const uint8_t systems[] = {1, 4};
  garco__column_room room = {0};
  garco__numbering numbering = {.plain = false};
  garco_column to, from = {"obs_code", GARCO_INT32, 1, codes, NULL, NULL};
  garco_error error;
  for (unsigned i = 0; i < 255; i++)
    numbering.system[i] = (uint8_t)(i - 1);
  assert_ok (garco__convert_key (GARCO__OBS, &from, 1, NULL, "a", &room, &to, &error), &error);
  assert_string_equal (to.name, "obs");
  assert_int_equal (to.type, GARCO_UINT16);
  assert_int_equal (*(const uint16_t *)to.values, 12611);
  assert_int_equal (garco__convert_key (GARCO__OBS, &from, 2, NULL, "a", &room, &to, &error),
                    GARCO_ERR_LIMIT);
  from = (garco_column){"constell", GARCO_UINT8, 1, systems, NULL, NULL};
  assert_ok (garco__convert_key (GARCO__SYS, &from, 2, &numbering, "a", &room, &to, &error),
             &error);
  assert_memory_equal (to.values, "\0\3", 2);
  numbering.plain = true;
  assert_ok (garco__convert_key (GARCO__SYS, &from, 2, &numbering, "a", &room, &to, &error),
             &error);
  assert_ptr_equal (to.values, systems);
  garco__column_room_free (&room);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (statistics_of_a_few_numbers),
      cmocka_unit_test (nothing_gives_nan_and_one_value_no_std),
      cmocka_unit_test (sums_keep_what_is_rounded_off),
      cmocka_unit_test (rows_fall_into_sorted_groups),
      cmocka_unit_test (nulls_and_unknown_channels_are_absent),
      cmocka_unit_test (what_is_no_number_is_refused),
      cmocka_unit_test (rows_are_gathered_from_any_column),
      cmocka_unit_test (keys_are_converted_where_need_be),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
