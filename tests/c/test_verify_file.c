/* Windows of a file hold its cells, each once, in pieces that follow each other; and the rounding
 * of the array's filters. SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <math.h>

#include "arco/filters.h"
#include "ingest/verify_file.h"
#include "rinex_samples.h"

#define PATH "verify_windows.10o"

static void
write_sample (const char *text)
{
  FILE *file = fopen (PATH, "w");
  assert_non_null (file);
  fputs (text, file);
  assert_int_equal (fclose (file), 0);
}

/* The windows' sizes, "5 2 ", at this limit (0: the one that was chosen). */
static void
windows_of (size_t limit, char *sizes, size_t size, garco__cells *all)
{
  garco__file_windows windows;
  garco_ingest_options reading = GARCO_INGEST_OPTIONS_INIT;
  garco_error error;
  garco_status status;
  int64_t last = INT64_MIN;
  reading.salvage = true;
  memset (&windows, 0, sizeof windows);
  sizes[0] = '\0';
  assert_ok (garco__windows_open (&windows, PATH, &reading, &error), &error);
  windows.limit = limit > 0 && windows.limit < SIZE_MAX ? limit : windows.limit;
  while ((status = garco__windows_next (&windows, &error)) == GARCO_OK)
  {
    int64_t latest = last;
    size_t used = strlen (sizes), n = windows.cells.count;
    snprintf (sizes + used, size - used, "%zu ", n);
    assert_ok (garco__cells_reserve (all, n, &error), &error);
    for (size_t i = 0; i < n; i++)
    {
      assert_true (windows.cells.time[i] > last);
      latest = windows.cells.time[i] > latest ? windows.cells.time[i] : latest;
      all->time[all->count] = windows.cells.time[i];
      all->sat[all->count] = windows.cells.sat[i];
      all->obs[all->count] = windows.cells.obs[i];
      all->range[all->count++] = windows.cells.range[i];
    }
    last = latest;
  }
  assert_ok (status, &error);
  garco__windows_free (&windows);
}

static void
check (const char *text, size_t limit, const char *expected, const garco__cells *like)
{
  char sizes[128];
  garco__cells all = {0};
  write_sample (text);
  windows_of (limit, sizes, sizeof sizes, &all);
  assert_string_equal (sizes, expected);
  for (size_t i = 0; like != NULL && i < like->count; i++)
  {
    assert_true (all.count == like->count && all.time[i] == like->time[i]);
    assert_true (all.sat[i] == like->sat[i] && all.obs[i] == like->obs[i]);
    assert_true (all.range[i] == like->range[i] ||
                 (isnan (all.range[i]) && isnan (like->range[i])));
  }
  garco__cells_free (&all);
}

static void
test_limits (void **state)
{
  (void)state;
  char sizes[128];
  garco__cells whole = {0};
  write_sample (SAMPLE_2);
  windows_of (0, sizes, sizeof sizes, &whole);
  assert_int_equal (whole.count, strtoul (sizes, NULL, 10));
  assert_int_equal (whole.count, 22);
  check (SAMPLE_2, 1, "7 4 7 4 ", &whole);
  check (SAMPLE_2, 8, "11 11 ", &whole);
  check (SAMPLE_2, 21, "22 ", &whole);
  check (SAMPLE_2, 18, "18 4 ", &whole);
  garco__cells_free (&whole);
}

#define EPOCH(second, sats, lines) " 10  3  5  0  0 " second ".0000000  0  " sats "\n" lines

/* Times that go back, and an epoch that gives a satellite again. */
static void
test_disorder (void **state)
{
  (void)state;
  check (HEADER_2 EPOCH ("30", "1G 1", "       100.000\n") EPOCH (" 0", "1G 1", "       200.000\n"),
         1, "2 ", NULL);
  check (HEADER_2 EPOCH (" 0", "2G 1G 2", "       100.000\n       101.000\n")
             EPOCH (" 0", "2G 2G 3", "       200.000\n       201.000\n")
                 EPOCH ("30", "1G 1", "       300.000\n"),
         1, "3 1 ", NULL);
}

static void
test_resolution (void **state)
{
  (void)state;
  double kept;
  const garco_filter_info wide = {.scale = 1e-4, .byte_width = 8};
  const garco_filter_info narrow = {.scale = 1e-3, .byte_width = 4};
  assert_true (garco__float_scale_keep (GARCO_FLOAT64, &wide, 20891534.648, &kept));
  assert_true (kept == 1e-4 * 208915346480.0);
  assert_true (garco__float_scale_keep (GARCO_FLOAT64, &wide, 0.00005, &kept) && kept == 1e-4);
  assert_true (garco__float_scale_keep (GARCO_FLOAT64, &wide, 0.000049, &kept) && kept == 0);
  assert_true (garco__float_scale_keep (GARCO_FLOAT32, &narrow, 45.2504, &kept));
  assert_true (kept == (double)(float)(1e-3 * 45250));
  assert_false (garco__float_scale_keep (GARCO_FLOAT32, &narrow, 3e6, &kept));
  assert_false (garco__float_scale_keep (GARCO_FLOAT64, &wide, NAN, &kept));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_limits),
      cmocka_unit_test (test_disorder),
      cmocka_unit_test (test_resolution),
  };
  int failed = cmocka_run_group_tests (tests, NULL, NULL);
  remove (PATH);
  return failed;
}
