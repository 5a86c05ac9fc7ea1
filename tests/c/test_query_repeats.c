/* Of equal cells of a consolidated fragment the latest counts, wherever tiles are cut: what is left
 * of all tiles' runs is the last write of each coordinate, once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "repeats_support.h"

#include "query/query_repeats.h"

/* Notes the cells that are left of the runs of one tile. */
static unsigned
note_left (garco_scan *scan, const garco__scan_tile *tile, const garco__buffer *runs,
           int32_t left[REPEATS_TIMES][REPEATS_SATS])
{
  garco__fragment *fragment = scan->array->fragments[tile->fragment];
  garco__buffer columns[3] = {{0}, {0}, {0}};
  const garco__run *all = (const garco__run *)(const void *)runs->data;
  garco_error error;
  unsigned count = 0;
  uint64_t before = 0;
  for (size_t f = 0; f < 3; f++)
    assert_ok (garco__fragment_read (&scan->reader, fragment, f, false, tile->tile, NULL,
                                     &columns[f], &error),
               &error);
  const int64_t *time = (const int64_t *)(const void *)columns[0].data;
  const int32_t *x = (const int32_t *)(const void *)columns[2].data;
  for (size_t i = 0; i < runs->size / sizeof *all; i++)
  {
    assert_true (all[i].from >= before && all[i].to > all[i].from && all[i].to <= tile->cells);
    assert_int_equal (all[i].keys[GARCO__SAT], 7); /* runs keep what they are grouped by */
    before = all[i].to;
    for (uint64_t cell = all[i].from; cell < all[i].to; cell++, count++)
    {
      int32_t *own = &left[time[cell] / 10][columns[1].data[cell] - 1];
      assert_int_equal (*own, 0); /* each once */
      *own = x[cell];
    }
  }
  for (size_t f = 0; f < 3; f++)
    garco__buffer_free (&columns[f]);
  return count;
}

static void
the_latest_is_left (void **state)
{
  unsigned dropped = 0;
  for (unsigned number = 0; number < 12; number++)
  {
    int32_t latest[REPEATS_TIMES][REPEATS_SATS], left[REPEATS_TIMES][REPEATS_SATS] = {{0}};
    garco_array *array = make_repeats (*state, number, latest);
    garco_scan *scan = NULL;
    garco__repeats room = {0};
    garco_error error;
    assert_ok (garco_scan_open (array, NULL, &scan, &error), &error);
    assert_ok (garco__scan_settle (scan, &error), &error);
    for (size_t i = 0; i < scan->ntiles; i++)
    {
      const garco__scan_tile *tile = &scan->tiles[i];
      const garco__run whole = {.to = tile->cells, .keys = {[GARCO__SAT] = 7}};
      garco__buffer runs = {0};
      assert_true (tile->repeats && !tile->contested);
      assert_ok (garco__buffer_append (&runs, &whole, sizeof whole, &error), &error);
      assert_ok (garco__runs_drop_replaced (scan, &scan->reader, tile, &room, &runs, &error),
                 &error);
      dropped += (unsigned)tile->cells - note_left (scan, tile, &runs, left);
      garco__buffer_free (&runs);
    }
    assert_memory_equal (left, latest, sizeof left);
    garco__repeats_free (&room);
    garco_scan_free (&scan);
    garco_array_free (&array);
  }
  assert_true (dropped > 0);
}

/* The dimension of the most bytes a cell tells most cells apart. */
static void
times_are_looked_at_first (void **state)
{
  int32_t latest[REPEATS_TIMES][REPEATS_SATS];
  garco_array *array = make_repeats (*state, 100, latest);
  garco_scan *scan = NULL;
  garco_error error;
  assert_ok (garco_scan_open (array, NULL, &scan, &error), &error);
  assert_int_equal (garco__repeats_dimension (scan), 0);
  garco_scan_free (&scan);
  garco_array_free (&array);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (the_latest_is_left, make_place, free_place),
      cmocka_unit_test_setup_teardown (times_are_looked_at_first, make_place, free_place),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
