/* Quantiles of bags, with and without a file, against sorting.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <math.h>
#include <stdlib.h>

#include "query/query_values.h"

static uint64_t seed = 1;

static double
random_value (unsigned steps)
{
  seed = seed * UINT64_C (6364136223846793005) + UINT64_C (1442695040888963407);
  double all = (double)(seed >> 11) / 9007199254740992.0 * 2000 - 1000;
  return steps > 0 ? floor (all * steps / 1000) / 4 : all;
}

static int
by_value (const void *left, const void *right)
{
  double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

static double
expected (const double *sorted, size_t count, double wanted)
{
  double at = (double)(count - 1) * (isnan (wanted) ? 0.5 : wanted);
  size_t low = (size_t)floor (at), high = low + 1 < count ? low + 1 : low;
  double part = at - floor (at), a = sorted[low], b = sorted[high];
  if (isnan (wanted))
    return part == 0 ? a : (a + b) / 2;
  return part >= 0.5 ? b - (b - a) * (1 - part) : a + (b - a) * part;
}

/* Values over several bags that are merged, shrunk on the way as `shrink` says: 0 not, 1 in memory,
 * 2 into the file. */
static void
check (size_t count, unsigned steps, int shrink)
{
  const double wanted[] = {0.5, NAN, 0, 1, 0.05, 0.999, 0.25};
  double quantiles[7], *values = calloc (count + 1, sizeof *values);
  garco__bag bags[3] = {{0}};
  garco__value_store *store = NULL;
  garco_error error;
  assert_ok (garco__value_store_new (1 << 20, &store, &error), &error);
  for (size_t i = 0; i < count; i++)
  {
    garco__bag *bag = &bags[seed >> 60 & 1];
    values[i] = random_value (steps);
    const double both[2] = {NAN, values[i]};
    assert_ok (garco__bag_add (bag, store, both, 2, &error), &error);
    if (shrink > 0 && i % 1000 == 999)
      assert_ok (garco__bag_shrink (bag, store, shrink > 1 || i % 3000 == 999, &error), &error);
  }
  assert_ok (garco__bag_merge (&bags[2], &bags[0], store, &error), &error);
  assert_ok (garco__bag_merge (&bags[2], &bags[1], store, &error), &error);
  assert_int_equal (bags[2].count, count);
  assert_ok (garco__bag_quantiles (&bags[2], store, wanted, 7, quantiles, &error), &error);
  qsort (values, count, sizeof *values, by_value);
  for (size_t i = 0; i < 7; i++)
    assert_true (quantiles[i] == expected (values, count, wanted[i]));
  for (size_t i = 0; i < 3; i++)
    garco__bag_free (&bags[i], store);
  assert_false (garco__value_store_full (store));
  garco__value_store_free (&store);
  free (values);
}

static void
quantiles_equal_sorting (void **state)
{
  (void)state;
  const size_t counts[] = {1, 2, 3, 15, 16, 17, 1000, 4097, 200000};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    for (unsigned steps = 0; steps < 900; steps += 300)
      for (int shrink = 0; shrink < 3; shrink++)
        check (counts[i], steps, shrink);
}

static void
nothing_has_no_quantile (void **state)
{
  (void)state;
  const double nothing = NAN, wanted = 0.5;
  double quantile = 1;
  garco__bag bag = {0};
  garco__value_store *store = NULL;
  garco_error error;
  assert_ok (garco__value_store_new (0, &store, &error), &error);
  assert_ok (garco__bag_add (&bag, store, &nothing, 1, &error), &error);
  assert_ok (garco__bag_quantiles (&bag, store, &wanted, 1, &quantile, &error), &error);
  assert_true (isnan (quantile));
  garco__bag_free (&bag, store);
  garco__value_store_free (&store);
}

static void
a_folder_that_is_not_there_is_said (void **state)
{
  (void)state;
  const double value = 1;
  garco__bag bag = {0};
  garco__value_store *store = NULL;
  garco_error error;
  assert_ok (garco__value_store_new (0, &store, &error), &error);
  assert_ok (garco__bag_add (&bag, store, &value, 1, &error), &error);
  setenv ("TMPDIR", "/no/such/folder", 1);
  assert_int_equal (garco__bag_shrink (&bag, store, true, &error), GARCO_ERR_IO);
  assert_non_null (strstr (error.message, "No such file"));
  unsetenv ("TMPDIR");
  garco__bag_free (&bag, store);
  garco__value_store_free (&store);
}

static void
statistics_by_their_names (void **state)
{
  (void)state;
  static const struct
  {
    const char *text, *name;
    double quantile;
  } good[] = {{"mean", "mean", 0},
              {"median", "median", 0},
              {"nan", "nan", 0},
              {"q05", "q05", 0.05},
              {"q5", "q05", 0.05},
              {"q0.05", "q05", 0.05},
              {"q0.95", "q95", 0.95},
              {"q100", "q100", 1},
              {"q1.0", "q100", 1},
              {"q0.999", "q0.999", 0.999},
              {"q0.0001", "q0.0001", 0.0001},
              {"q0", "q00", 0}};
  static const char *const bad[] = {"",
                                    "q",
                                    "q101",
                                    "q1.5",
                                    "q-5",
                                    "q5.5",
                                    "q05x",
                                    "maen",
                                    "MEAN",
                                    "quantile",
                                    "q0.1234567890123456789"};
  garco_statistic statistic;
  garco_error error;
  char text[32];
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
  {
    assert_ok (garco_statistic_parse (good[i].text, &statistic, &error), &error);
    assert_true (statistic.quantile == good[i].quantile);
    garco_statistic_name (&statistic, text);
    assert_string_equal (text, good[i].name);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal (garco_statistic_parse (bad[i], &statistic, &error), GARCO_ERR_ARGUMENT);
  assert_int_equal (garco_statistic_parse ("maen", &statistic, &error), GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "did you mean mean?"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (quantiles_equal_sorting),
      cmocka_unit_test (nothing_has_no_quantile),
      cmocka_unit_test (a_folder_that_is_not_there_is_said),
      cmocka_unit_test (statistics_by_their_names),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
