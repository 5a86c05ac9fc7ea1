/* Runs of values into sums: the processor's way equals the plain one to the last bit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <math.h>
#include <string.h>

#include "query/query_aggregate.h"
#include "query/query_sums.h"

#define MOST 300

static double
some_value (uint64_t *seed)
{
  *seed = *seed * UINT64_C (6364136223846793005) + 1442695040888963407;
  int64_t whole = (int64_t)(*seed >> 20) - (INT64_C (1) << 43);
  switch (*seed >> 8 & 15)
  {
  case 0:
    return NAN;
  case 1:
    return (double)whole * 1e-9;
  case 2:
    return (double)whole * 1e90;
  case 3:
    return (*seed >> 3 & 63) == 0 ? INFINITY : -0.0;
  default:
    return (double)whole * 1e-4;
  }
}

static void
clones_equal_the_plain_way (void **state)
{
  (void)state;
  double values[MOST];
  uint64_t seed = 7;
  for (size_t count = 0; count < MOST; count++)
  {
    garco__sums fast = GARCO__SUMS_EMPTY, plain = GARCO__SUMS_EMPTY;
    const unsigned needs = GARCO__NEEDS_SUM | GARCO__NEEDS_SQUARES | GARCO__NEEDS_RANGE;
    for (size_t i = 0; i < count; i++)
      values[i] = some_value (&seed);
    garco__sums_add_run (&fast, needs, values, count);
    garco__sums_add_run_plain (&plain, needs, values, count);
    assert_memory_equal (&fast, &plain, sizeof fast);
  }
}

static void
runs_equal_single_values (void **state)
{
  (void)state;
  double values[MOST];
  uint64_t seed = 11;
  garco__sums run = GARCO__SUMS_EMPTY, single = GARCO__SUMS_EMPTY;
  for (size_t i = 0; i < MOST; i++)
  {
    do
      values[i] = some_value (&seed);
    while (fabs (values[i]) > 1e12);
    garco__sums_add (&single, GARCO__NEEDS_SUM, values[i]);
  }
  garco__sums_add_run (&run, GARCO__NEEDS_SUM, values, MOST);
  assert_int_equal (run.count, single.count);
  assert_true (run.min == single.min && run.max == single.max);
  double a = run.sum.high + run.sum.low, b = single.sum.high + single.sum.low;
  assert_true (fabs (a - b) <= 1e-15 * fabs (b));
}

static void
aggregator_takes_runs (void **state)
{
  (void)state;
  static const garco_statistic every[] = {{GARCO_COUNT, 0}, {GARCO_MEAN, 0}};
  const garco__aggregation wanted = {GARCO_BY_DAY | GARCO_BY_SAT, 0, 1, every, 2, false};
  static const float values[] = {1, NAN, 3, 8};
  const garco_column column = {"snr", GARCO_FLOAT32, 1, values, NULL, NULL};
  const int64_t keys[2][GARCO__KEY_COUNT] = {{86400000, 0, 3, 12611}, {86399999, 1, 3, 12611}};
  garco__aggregator *aggregator = NULL;
  garco_error error;
  uint32_t numbers[2];
  assert_ok (garco__aggregator_new (&wanted, NULL, &aggregator, &error), &error);
  for (size_t i = 0; i < 2; i++)
    assert_ok (garco__aggregator_group (aggregator, keys[i], "test", &numbers[i], &error), &error);
  assert_ok (
      garco__aggregator_add_run (aggregator, numbers[0], 0, &column, NULL, NULL, 0, 3, &error),
      &error);
  assert_ok (
      garco__aggregator_add_run (aggregator, numbers[1], 0, &column, NULL, NULL, 3, 1, &error),
      &error);
  assert_int_equal (garco__aggregator_groups (aggregator), 2);
  assert_int_equal (garco__aggregator_count (aggregator, numbers[0], 0), 2);
  assert_true (garco__aggregator_value (aggregator, numbers[0], 0, GARCO_MEAN) == 2);
  assert_true (garco__aggregator_value (aggregator, numbers[1], 0, GARCO_MEAN) == 8);
  const int64_t wrong[GARCO__KEY_COUNT] = {0, 0, 300, 0};
  assert_int_equal (garco__aggregator_group (aggregator, wrong, "test", &numbers[0], &error),
                    GARCO_ERR_LIMIT);
  garco__aggregator_free (&aggregator);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (clones_equal_the_plain_way),
      cmocka_unit_test (runs_equal_single_values),
      cmocka_unit_test (aggregator_takes_runs),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
