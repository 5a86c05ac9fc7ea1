/* Runs of cells cut by a dimension, against looking at each cell.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <string.h>

#include "arco/datatype.h"
#include "query/query_runs.h"

#define CELLS 700

/* The group of a value, or false where it is not in the ranges. */
static bool
plain_group (const garco__cut *cut, int64_t value, int64_t *group)
{
  bool in = !cut->ranges.given;
  for (size_t i = 0; i < cut->ranges.count; i++)
    in |= value >= cut->ranges.bounds[2 * i] && value <= cut->ranges.bounds[2 * i + 1];
  int64_t below = value % cut->bucket < 0 ? cut->bucket : 0;
  *group = cut->key < 0 ? 0 : value - value % cut->bucket - below;
  return in;
}

/* Each cell of the whole runs is in a run that is cut just where it is wanted, by its group. */
static void
check_cut (const garco__cut *cut, const int64_t *values, const garco__run *whole, size_t nwhole)
{
  garco__buffer runs = {0}, out = {0};
  size_t at = 0;
  garco_error error;
  assert_ok (garco__buffer_append (&runs, whole, nwhole * sizeof *whole, &error), &error);
  assert_ok (garco__runs_cut (cut, &runs, &out, &error), &error);
  const garco__run *cuts = (const garco__run *)(const void *)out.data;
  size_t ncuts = out.size / sizeof *cuts;
  for (size_t w = 0; w < nwhole; w++)
    for (uint64_t i = whole[w].from; i < whole[w].to; i++)
    {
      int64_t group;
      while (at < ncuts && cuts[at].to <= i)
        at++;
      bool found = at < ncuts && cuts[at].from <= i;
      assert_int_equal (found, plain_group (cut, values[i], &group));
      if (found && cut->key >= 0)
        assert_true (cuts[at].keys[cut->key] == group);
      if (found)
        assert_true (cuts[at].keys[GARCO__OBS] == whole[w].keys[GARCO__OBS]);
    }
  for (size_t i = 1; i < ncuts; i++)
    assert_true (cuts[i].from > cuts[i - 1].to ||
                 (cuts[i].from == cuts[i - 1].to &&
                  memcmp (cuts[i].keys, cuts[i - 1].keys, sizeof cuts[i].keys) != 0));
  garco__buffer_free (&runs);
  garco__buffer_free (&out);
}

static void
store (garco_datatype type, int64_t value, void *values, size_t i)
{
  size_t size = garco_datatype_size (type);
  memcpy ((char *)values + i * size, &value, size); /* little-endian */
}

static void
cuts_of_all_types (void **state)
{
  (void)state;
  static const garco_datatype types[] = {GARCO_INT8,  GARCO_UINT8,  GARCO_INT16, GARCO_UINT16,
                                         GARCO_INT32, GARCO_UINT32, GARCO_INT64, GARCO_DATETIME_MS};
  static const int64_t bounds[] = {3, 5, 20, 20, 60, 100};
  static const int64_t buckets[] = {1, 7, 50};
  const garco__run whole[] = {{0, 300, {0, 0, 0, 1}, false},
                              {300, 301, {0, 0, 0, 2}, false},
                              {350, CELLS, {0, 0, 0, 2}, false}};
  int64_t values[CELLS];
  uint64_t raw[CELLS], seed = 5;
  for (size_t t = 0; t < sizeof types / sizeof *types; t++)
    for (size_t k = 0; k < 12; k++)
    {
      bool is_signed = t % 2 == 0 || t == 7;
      for (size_t i = 0; i < CELLS; i++)
      {
        seed = seed * UINT64_C (6364136223846793005) + 1442695040888963407;
        bool again = i > 0 && (seed >> 40 & 63) < (k % 4) * 21;
        values[i] = again ? values[i - 1] : (int64_t)(seed >> 33 & 127) - (is_signed ? 20 : 0);
        store (types[t], values[i], raw, i);
      }
      garco__cut cut = {
          types[t], raw,  {k % 2 == 0, 3, bounds}, k % 3 == 0 ? -1 : GARCO__TIME, buckets[k % 3],
          0,        false};
      if (k % 2 != 0)
        cut.ranges = (garco__value_ranges){false, 0, NULL};
      check_cut (&cut, values, whole, 3);
    }
}

static void
more_runs_than_wanted_are_said (void **state)
{
  (void)state;
  static const uint8_t values[] = {1, 2, 1, 1, 3};
  const garco__run whole = {.from = 0, .to = 5, .uncut = true};
  garco__cut cut = {GARCO_UINT8, values, {false, 0, NULL}, GARCO__SAT, 1, 0, false};
  garco__buffer runs = {0}, out = {0};
  garco_error error;
  assert_ok (garco__buffer_append (&runs, &whole, sizeof whole, &error), &error);
  for (cut.most = 1; cut.most <= 5; cut.most++)
  {
    garco_status wanted = cut.most < 4 ? GARCO_AGAIN : GARCO_OK;
    assert_int_equal (garco__runs_cut (&cut, &runs, &out, &error), wanted);
    cut.rest = true;
    assert_int_equal (garco__runs_cut (&cut, &runs, &out, &error), wanted);
    cut.rest = false;
    assert_true (out.size / sizeof whole <= cut.most + 1);
  }
  garco__buffer_free (&runs);
  garco__buffer_free (&out);
}

static void
floats_select_by_keys (void **state)
{
  (void)state;
  static const double values[] = {-2, -0.5, 0, 0.5, 1, 1.5, 3, 1};
  garco__buffer runs = {0}, out = {0};
  uint64_t bounds[2];
  const double low = 0, high = 1;
  const garco__run whole = {.from = 1, .to = 8};
  garco_error error;
  bounds[0] = garco__order_key (GARCO_FLOAT64, &low);
  bounds[1] = garco__order_key (GARCO_FLOAT64, &high);
  const garco__key_ranges ranges = {.given = true, .count = 1, .bounds = bounds};
  assert_ok (garco__buffer_append (&runs, &whole, sizeof whole, &error), &error);
  assert_ok (garco__runs_select (GARCO_FLOAT64, values, &ranges, &runs, &out, &error), &error);
  const garco__run *cuts = (const garco__run *)(const void *)out.data;
  assert_int_equal (out.size / sizeof *cuts, 2);
  assert_true (cuts[0].from == 2 && cuts[0].to == 5 && cuts[1].from == 7 && cuts[1].to == 8);
  garco__buffer_free (&runs);
  garco__buffer_free (&out);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (cuts_of_all_types),
      cmocka_unit_test (more_runs_than_wanted_are_said),
      cmocka_unit_test (floats_select_by_keys),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
