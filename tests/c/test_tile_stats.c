/* Statistics of many values at once beside those of one value after the other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <float.h>
#include <math.h>

#include "arco/tile_stats.h"

#define COUNT 5000

static uint64_t state_of_draws = 9;

static uint64_t
draw (void)
{
  state_of_draws = state_of_draws * 6364136223846793005u + 1442695040888963407u;
  return state_of_draws >> 16 ^ state_of_draws << 32;
}

/* Small reals, zeros of both signs; in some places, `strange` says how often, ends of the range. */
static double
draw_real (uint64_t strange)
{
  static const double ends[] = {DBL_MAX,  -DBL_MAX,  DBL_MAX / 3,   -DBL_MAX / 3,
                                INFINITY, -INFINITY, DBL_MAX / 512, DBL_MIN};
  if (strange > 0 && draw () % strange == 0)
    return draw () % 9 == 0 ? NAN : ends[draw () % 8];
  double real = (double)(int64_t)(draw () % 2000001) / 1000 - 1000;
  return draw () % 50 == 0 ? (draw () % 2 == 0 ? 0.0 : -0.0) : real;
}

static void
fill (garco_datatype type, uint64_t strange, uint8_t *values)
{
  size_t size = garco_datatype_size (type);
  for (size_t i = 0; i < COUNT; i++)
  {
    double real = draw_real (strange);
    float single = fabs (real) > FLT_MAX ? (float)copysign (FLT_MAX, real) : (float)real;
    uint64_t bits = draw ();
    if (type == GARCO_FLOAT64)
      memcpy (&bits, &real, sizeof real);
    if (type == GARCO_FLOAT32)
      memcpy (&bits, &single, sizeof single);
    memcpy (values + i * size, &bits, size);
  }
}

static void
assert_same_by_one (garco_datatype type, const uint8_t *values, const uint8_t *validity)
{
  static const size_t steps[] = {COUNT, 511, 512, 513, 2000};
  garco__tile_stats whole, single = GARCO__TILE_STATS_NONE;
  size_t size = garco_datatype_size (type);
  for (size_t i = 0; i < COUNT; i++)
    garco__tile_stats_add (type, values + i * size, validity != NULL ? validity + i : NULL, 1,
                           &single);
  for (size_t s = 0; s < 5; s++)
  {
    whole = GARCO__TILE_STATS_NONE;
    for (size_t i = 0; i < COUNT; i += steps[s])
      garco__tile_stats_add (type, values + i * size, validity != NULL ? validity + i : NULL,
                             COUNT - i < steps[s] ? COUNT - i : steps[s], &whole);
    assert_memory_equal (whole.min, single.min, 8);
    assert_memory_equal (whole.max, single.max, 8);
    assert_memory_equal (whole.sum, single.sum, 8);
    assert_int_equal (whole.nulls, single.nulls);
    assert_int_equal (whole.empty, single.empty);
    assert_int_equal (whole.full, single.full);
  }
}

static void
blocks_are_as_single_values (void **state)
{
  static const garco_datatype types[] = {GARCO_FLOAT64, GARCO_FLOAT32, GARCO_INT8,  GARCO_UINT8,
                                         GARCO_INT16,   GARCO_UINT16,  GARCO_INT32, GARCO_UINT32,
                                         GARCO_INT64,   GARCO_UINT64};
  static uint8_t validity[COUNT];
  _Alignas(8) static uint8_t values[COUNT * 8];
  (void)state;
  for (size_t i = 0; i < COUNT; i++)
    validity[i] = draw () % 3 != 0;
  for (size_t t = 0; t < 10; t++)
    for (uint64_t strange = 0; strange < 4000; strange = strange * 4 + 1)
    {
      fill (types[t], strange, values);
      assert_same_by_one (types[t], values, NULL);
      assert_same_by_one (types[t], values, validity);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (blocks_are_as_single_values)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
