/* Selections: what is read, what is refused, which cells stay.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "query/query_select.h"

static void
add_cell (garco__cells *cells, int64_t time, char system, uint8_t sat, const char *code)
{
  assert_int_equal (garco__cells_reserve (cells, 1, NULL), GARCO_OK);
  size_t i = cells->count++;
  cells->time[i] = time;
  cells->sys[i] = (uint8_t)garco_system_number (system);
  cells->sat[i] = sat;
  cells->obs[i] = garco_obs_code (code);
  cells->range[i] = (double)i;
  cells->phase[i] = cells->doppler[i] = 0;
  cells->snr[i] = (float)i;
  cells->slip[i] = cells->flags[i] = 0;
  cells->fcn[i] = (int8_t)i;
}

/* Applies the options to six cells and gives the kept ones' first numbers, "0 2 5". */
static const char *
kept (const garco_query_options *options)
{
  static char text[64];
  garco__selection *selection = calloc (1, sizeof *selection);
  garco__cells cells = {0};
  garco_error error;
  add_cell (&cells, 1000, 'G', 5, "1C");
  add_cell (&cells, 1000, 'G', 5, "2W");
  add_cell (&cells, 1000, 'E', 5, "1C");
  add_cell (&cells, 2000, 'G', 7, "1C");
  add_cell (&cells, 2000, 'R', 24, "1C");
  add_cell (&cells, 3000, 'E', 11, "5X");
  assert_ok (garco__selection_read (options, selection, &error), &error);
  garco__select_cells (selection, &cells, 0);
  text[0] = '\0';
  for (size_t i = 0; i < cells.count; i++)
  {
    assert_int_equal (cells.fcn[i], (int)cells.range[i]);
    assert_int_equal (cells.fcn[i], (int)cells.snr[i]);
    snprintf (text + strlen (text), sizeof text - strlen (text), "%s%d", i > 0 ? " " : "",
              cells.fcn[i]);
  }
  garco__cells_free (&cells);
  free (selection);
  return text;
}

static void
no_options_keep_all (void **state)
{
  (void)state;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  assert_string_equal (kept (&options), "0 1 2 3 4 5");
}

static void
time_is_half_open (void **state)
{
  (void)state;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  options.start_ms = 2000;
  assert_string_equal (kept (&options), "3 4 5");
  options.end_ms = 3000;
  assert_string_equal (kept (&options), "3 4");
  options.end_ms = 2000;
  assert_string_equal (kept (&options), "");
}

static void
satellites_and_systems_meet (void **state)
{
  (void)state;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  const char *const sats[] = {"G05", "E11", "R24"};
  options.sats = sats;
  options.nsats = 3;
  assert_string_equal (kept (&options), "0 1 4 5");
  options.systems = "EG";
  assert_string_equal (kept (&options), "0 1 5");
  options.nsats = 1;
  options.systems = "E";
  assert_string_equal (kept (&options), "");
  const char *const five[] = {"5"};
  options = (garco_query_options)GARCO_QUERY_OPTIONS_INIT;
  options.sats = five;
  options.nsats = 1;
  assert_string_equal (kept (&options), "0 1 2");
}

static void
codes_are_chosen (void **state)
{
  (void)state;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  const char *const codes[] = {"2W", "5X"};
  options.codes = codes;
  options.ncodes = 2;
  assert_string_equal (kept (&options), "1 5");
}

/* Ranges of sys and sat say all that is wanted, or they do not. */
static void
pairs_are_found (void **state)
{
  (void)state;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco__selection *selection = calloc (1, sizeof *selection);
  const char *const sats[] = {"G05", "G07", "E05", "E07"};
  options.sats = sats;
  options.nsats = 4;
  assert_int_equal (garco__selection_read (&options, selection, NULL), GARCO_OK);
  assert_false (selection->pairs);
  options.nsats = 3;
  assert_int_equal (garco__selection_read (&options, selection, NULL), GARCO_OK);
  assert_true (selection->pairs);
  assert_true (selection->by[GARCO__SYS]);
  options.systems = "G";
  assert_int_equal (garco__selection_read (&options, selection, NULL), GARCO_OK);
  assert_false (selection->pairs);
  free (selection);
}

static void
refused (const garco_query_options *options, const char *part)
{
  garco__selection *selection = calloc (1, sizeof *selection);
  garco_error error;
  assert_int_equal (garco__selection_read (options, selection, &error), GARCO_ERR_ARGUMENT);
  if (strstr (error.message, part) == NULL)
    fail_msg ("\"%s\" lacks \"%s\"", error.message, part);
  free (selection);
}

static void
wrong_words_are_named (void **state)
{
  (void)state;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  options.systems = "GX";
  refused (&options, "unknown system \"X\": expected letters of GRSECJI");
  options.systems = NULL;
  options.nsats = 1;
  for (int i = 0; i < 6; i++)
  {
    static const char *const wrong[] = {"", "G", "X05", "G256", "G05x", "G0005"};
    options.sats = &wrong[i];
    refused (&options, "unknown satellite");
  }
  options.nsats = 0;
  options.ncodes = 1;
  for (int i = 0; i < 4; i++)
  {
    static const char *const wrong[] = {"", "1", "L1C", " C"};
    options.codes = &wrong[i];
    refused (&options, "unknown observation code");
  }
  options.ncodes = 0;
  options.start_ms = 1000;
  options.end_ms = 0;
  refused (&options, "1970-01-01T00:00:01.000 is after the end 1970-01-01T00:00:00.000");
}

static void
an_epoch_rounds_into_the_selection (void **state)
{
  (void)state;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco__selection *selection = calloc (1, sizeof *selection);
  options.start_ms = 1000;
  options.end_ms = 2000;
  assert_int_equal (garco__selection_read (&options, selection, NULL), GARCO_OK);
  assert_true (garco__selects_epoch (selection, 999));
  assert_false (garco__selects_epoch (selection, 998));
  assert_true (garco__selects_epoch (selection, 1999));
  assert_false (garco__selects_epoch (selection, 2000));
  assert_false (garco__selects_epoch (selection, INT64_MIN));
  free (selection);
}

static void
units_of_time_go_both_ways (void **state)
{
  (void)state;
  int64_t n, d;
  assert_true (garco__time_unit (GARCO_DATETIME_NS, &n, &d));
  assert_int_equal (garco__time_from_ms (-3, n, d), -3000000);
  assert_int_equal (garco__time_to_ms (-1, n, d), -1);
  assert_int_equal (garco__time_to_ms (1999999, n, d), 1);
  assert_true (garco__time_from_ms (INT64_MAX, n, d) == INT64_MAX);
  assert_true (garco__time_unit (GARCO_DATETIME_DAY, &n, &d));
  assert_int_equal (garco__time_from_ms (1, n, d), 1);
  assert_int_equal (garco__time_from_ms (86400000, n, d), 1);
  assert_int_equal (garco__time_from_ms (-1, n, d), 0);
  assert_int_equal (garco__time_to_ms (2, n, d), 172800000);
  assert_true (garco__time_unit (GARCO_INT64, &n, &d) && n == 1 && d == 1);
  assert_false (garco__time_unit (GARCO_DATETIME_YEAR, &n, &d));
  assert_false (garco__time_unit (GARCO_FLOAT64, &n, &d));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (no_options_keep_all),
      cmocka_unit_test (time_is_half_open),
      cmocka_unit_test (satellites_and_systems_meet),
      cmocka_unit_test (codes_are_chosen),
      cmocka_unit_test (pairs_are_found),
      cmocka_unit_test (wrong_words_are_named),
      cmocka_unit_test (an_epoch_rounds_into_the_selection),
      cmocka_unit_test (units_of_time_go_both_ways),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
