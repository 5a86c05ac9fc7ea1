/* Equal cells on both sides of tiles' edges, against all coordinates of the fragment read whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include "repeats_support.h"

#include "arco/datatype.h"
#include "arco/tile_edge.h"

typedef struct whole
{
  size_t cells;
  int64_t time[256];
  uint8_t sat[256];
} whole;

/* All coordinates, tile behind tile. */
static void
read_whole (garco__tile_reader *reader, garco__fragment *fragment, whole *all)
{
  garco__buffer values = {0};
  garco_error error;
  all->cells = 0;
  for (uint64_t t = 0; t < fragment->ntiles; t++)
  {
    size_t cells = (size_t)garco__fragment_tile_cells (fragment, t);
    values.size = 0;
    assert_ok (garco__fragment_read (reader, fragment, 0, false, t, NULL, &values, &error), &error);
    memcpy (all->time + all->cells, values.data, cells * sizeof (int64_t));
    values.size = 0;
    assert_ok (garco__fragment_read (reader, fragment, 1, false, t, NULL, &values, &error), &error);
    memcpy (all->sat + all->cells, values.data, cells);
    all->cells += cells;
  }
  garco__buffer_free (&values);
}

static bool
are_equal (const whole *all, size_t a, size_t b)
{
  return all->time[a] == all->time[b] && all->sat[a] == all->sat[b];
}

/* How many cells of the tile from `first` on, or back from its last, equal cell `other`. */
static uint64_t
count_equal (const whole *all, size_t first, size_t cells, bool back, size_t other)
{
  uint64_t count = 0;
  while (count < cells && are_equal (all, back ? first + cells - 1 - count : first + count, other))
    count++;
  return count;
}

static void
check_tile (garco__tile_reader *reader, garco__fragment *fragment, const whole *all, uint64_t t,
            size_t first)
{
  size_t cells = (size_t)garco__fragment_tile_cells (fragment, t);
  garco__tile_column column = {0};
  garco_error error;
  for (size_t other = 0; other < all->cells; other++)
  {
    int64_t time = all->time[other];
    uint64_t keys[2] = {garco__order_key (GARCO_INT64, (const uint8_t *)&time), all->sat[other]};
    uint64_t from_first, from_last;
    assert_ok (garco__edge_count (reader, fragment, t, GARCO__FIRST_CELL, keys, &column,
                                  &from_first, &error),
               &error);
    assert_ok (garco__edge_count (reader, fragment, t, GARCO__LAST_CELL, keys, &column, &from_last,
                                  &error),
               &error);
    assert_int_equal (from_first, count_equal (all, first, cells, false, other));
    assert_int_equal (from_last, count_equal (all, first, cells, true, other));
  }
  for (int back = 0; back < 2; back++)
  {
    size_t cell = back ? first + cells - 1 : first;
    int64_t time = all->time[cell];
    uint64_t keys[2];
    assert_ok (garco__edge_keys (reader, fragment, t, back ? GARCO__LAST_CELL : GARCO__FIRST_CELL,
                                 &column, keys, &error),
               &error);
    assert_int_equal (keys[0], garco__order_key (GARCO_INT64, (const uint8_t *)&time));
    assert_int_equal (keys[1], all->sat[cell]);
  }
  garco__tile_column_free (&column);
}

static void
edges_are_those_of_the_whole (void **state)
{
  static whole all;
  unsigned met = 0, passed = 0, filled = 0;
  for (unsigned number = 0; number < 4; number++)
  {
    int32_t latest[REPEATS_TIMES][REPEATS_SATS];
    garco_array *array = make_repeats (*state, number, latest);
    garco_scan *scan = NULL;
    garco_error error;
    garco__tile_column column = {0};
    assert_ok (garco_scan_open (array, NULL, &scan, &error), &error);
    garco__tile_reader *reader = &scan->reader;
    garco__fragment *fragment = array->fragments[0];
    assert_int_equal (array->nfragments, 1);
    read_whole (reader, fragment, &all);
    for (size_t t = 0, first = 0; t < fragment->ntiles; t++)
    {
      size_t cells = (size_t)garco__fragment_tile_cells (fragment, t);
      check_tile (reader, fragment, &all, t, first);
      filled += are_equal (&all, first, first + cells - 1) ? 1 : 0;
      first += cells;
      if (t + 1 == fragment->ntiles)
        continue;
      bool equal;
      assert_ok (garco__edge_meets (reader, fragment, t, &column, &equal, &error), &error);
      assert_int_equal (equal, are_equal (&all, first - 1, first));
      met += equal ? 1 : 0;
      passed += equal ? 0 : 1;
    }
    garco__tile_column_free (&column);
    garco_scan_free (&scan);
    garco_array_free (&array);
  }
  assert_true (met > 0 && passed > 0 && filled > 0); /* all of it was seen */
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (edges_are_those_of_the_whole, make_place, free_place),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
