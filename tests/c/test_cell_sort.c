/* Cells sorted by several numbers: beside a plain comparison, by one thread and by several.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "arco/cell_sort.h"

#define CELLS 100000
#define NUMBERS 3

static uint64_t values[NUMBERS][CELLS];

static int
compare (const void *a, const void *b)
{
  uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
  for (size_t n = 0; n < NUMBERS; n++)
    if (values[n][i] != values[n][k])
      return values[n][i] < values[n][k] ? -1 : 1;
  return i < k ? -1 : i > k;
}

static uint64_t
draw (uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static void
sort_and_compare (size_t count, uint64_t low, const uint64_t most[NUMBERS], int threads,
                  const uint32_t *expected)
{
  garco__cell_sort sort = {.count = count};
  garco__sort_number numbers[NUMBERS];
  uint32_t *order = NULL;
  garco_error error;
  for (size_t n = 0; n < NUMBERS; n++)
    assert_ok (garco__cell_sort_add (&sort, low, low + most[n], &numbers[n], &error), &error);
  for (size_t from = 0; from < count; from += 999)
    for (size_t n = 0; n < NUMBERS; n++)
      garco__cell_sort_put (&sort, &numbers[n], from, values[n] + from,
                            count - from < 999 ? count - from : 999);
  assert_ok (garco__cell_sort_run (&sort, threads, &order, &error), &error);
  assert_memory_equal (order, expected, count * sizeof *order);
  for (size_t i = 1; i < count; i++)
  {
    bool same = true;
    for (size_t n = 0; n < NUMBERS; n++)
      same = same && values[n][order[i]] == values[n][order[i - 1]];
    if (garco__cell_sort_repeats (&sort, order, i) != same)
      fail_msg ("cell %zu of the order", i);
  }
  free (order);
  garco__cell_sort_free (&sort);
}

/* Numbers that fit one word, or need two or three; of few different values, or of one. */
static void
any_cells_are_sorted (void **state)
{
  static const uint64_t most[][NUMBERS] = {
      {3, 200, 1u << 20}, {0, 0, UINT64_MAX - 17}, {0, 5, 3},
      {0, 0, 0},          {1, 0, UINT64_MAX >> 1}, {UINT64_MAX >> 8, 700, UINT64_MAX >> 8}};
  static const size_t counts[] = {1, 2, 1000, 32767, 32768, 70001, CELLS};
  static uint32_t expected[CELLS];
  uint64_t random = 88172645463325252u;
  (void)state;
  for (size_t m = 0; m < 6; m++)
    for (size_t c = 0; c < 7; c++)
    {
      for (size_t i = 0; i < counts[c]; i++)
      {
        expected[i] = (uint32_t)i;
        for (size_t n = 0; n < NUMBERS; n++)
          values[n][i] = 17 + (most[m][n] == 0 ? 0 : draw (&random) % (most[m][n] + 1));
      }
      qsort (expected, counts[c], sizeof *expected, compare);
      for (int threads = 1; threads <= 9; threads += 4)
        sort_and_compare (counts[c], 17, most[m], threads, expected);
    }
}

/* Stretches that follow each other, and times that rise in each, as a station's days come. */
static void
cells_in_order_are_sorted (void **state)
{
  static const uint64_t most[] = {1, 7, CELLS};
  static uint32_t expected[CELLS];
  (void)state;
  for (size_t i = 0; i < CELLS; i++)
  {
    expected[i] = (uint32_t)i;
    values[0][i] = i >= CELLS / 2;
    values[1][i] = i % 8;
    values[2][i] = i / 8;
  }
  qsort (expected, CELLS, sizeof *expected, compare);
  for (int threads = 1; threads <= 8; threads *= 2)
    sort_and_compare (CELLS, 0, most, threads, expected);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (any_cells_are_sorted),
                                     cmocka_unit_test (cells_in_order_are_sorted)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
