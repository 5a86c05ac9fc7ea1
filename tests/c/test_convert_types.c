/* Names of types in the other version, lists of types, and names of files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "convert/convert_names.h"
#include "convert/convert_types.h"
#include "rinex/rinex_codes.h"

static const char (*const with_p2)[4] = (const char[][4]){"C1", "P2"};
static const char (*const with_c2)[4] = (const char[][4]){"C1", "C2"};

static void
expect_name (int from, int to, char system, const char *type, bool has_p2, const char *wanted)
{
  garco_types types = {2, has_p2 ? with_p2 : with_c2, NULL};
  char name[4] = "";
  bool found = garco__type_name (from, to, garco_system_number (system), type,
                                 garco__code_of (from, system, type, &types), name);
  assert_string_equal (found ? name : "", wanted);
}

static void
test_names_upward (void **state)
{
  (void)state;
  expect_name (211, 304, 'G', "C1", true, "C1C");
  expect_name (211, 304, 'G', "P1", true, "C1W");
  expect_name (211, 304, 'G', "L2", true, "L2W");
  expect_name (211, 304, 'G', "L2", false, "L2X");
  expect_name (211, 304, 'R', "P2", true, "C2P");
  expect_name (211, 304, 'R', "S2", false, "S2C");
  expect_name (211, 304, 'E', "L8", true, "L8X");
  expect_name (211, 304, 'C', "C2", true, "C2I");
  expect_name (212, 304, 'G', "LA", true, "L1C");
  expect_name (211, 304, 'G', "T1", true, "");
  expect_name (302, 304, 'C', "C1I", true, "C2I");
  expect_name (302, 304, 'G', "C1C", true, "C1C");
  expect_name (302, 304, 'G', "X1", true, "X1");
  expect_name (304, 304, 'C', "C1I", true, "C1I");
}

static void
test_names_downward (void **state)
{
  (void)state;
  expect_name (304, 211, 'G', "C1C", true, "C1");
  expect_name (304, 211, 'G', "C1W", true, "P1");
  expect_name (304, 211, 'G', "C2Y", true, "P2");
  expect_name (304, 211, 'G', "C2L", true, "C2");
  expect_name (304, 211, 'G', "C5Q", true, "C5");
  expect_name (304, 211, 'R', "C2P", true, "P2");
  expect_name (304, 211, 'R', "C2C", true, "C2");
  expect_name (304, 211, 'E', "C1B", true, "C1");
  expect_name (304, 211, 'C', "C2I", true, "C2");
  expect_name (304, 211, 'C', "C1P", true, "");
  expect_name (304, 211, 'G', "X1", true, "");
  expect_name (304, 211, 'G', "L2 ", true, "L2");
}

static void
test_ranks (void **state)
{
  (void)state;
  assert_int_equal (garco__type_rank (0, garco_obs_code ("2W"), "L2", true, true), 0);
  assert_int_equal (garco__type_rank (0, garco_obs_code ("2X"), "L2", false, true), 0);
  assert_int_not_equal (garco__type_rank (0, garco_obs_code ("2X"), "L2", true, true), 0);
  assert_int_equal (garco__type_rank (0, garco_obs_code ("1C"), "L1", true, true), 0);
  assert_int_equal (garco__type_rank (1, garco_obs_code ("2C"), "S2", false, true), 0);
}

static void
test_lists (void **state)
{
  (void)state;
  garco__buffer text = {0};
  garco__lists *lists = calloc (1, sizeof *lists), *before = calloc (1, sizeof *before);
  assert_non_null (lists);
  assert_non_null (before);
  for (int i = 0; i < 14; i++)
  {
    char code[4] = {'C', '1', (char)('A' + i), '\0'};
    assert_int_equal (garco__lists_add (lists, 2, code, i < 2 ? 10 : 1, NULL), 0);
  }
  assert_int_equal (garco__lists_find (lists, 2, "C1N"), 13);
  assert_int_equal (garco__lists_find (lists, 1, "C1N"), -1);
  assert_int_equal (garco__lists_print (lists, 2, &text, NULL), 0);
  assert_int_equal (garco__lists_print_scale (lists, NULL, 2, &text, NULL), 0);
  *before = *lists;
  lists->scale[2][1] = 1;
  assert_false (garco__lists_equal (before, lists, 2));
  assert_int_equal (garco__lists_print_scale (lists, before, 2, &text, NULL), 0);
  assert_int_equal (garco__buffer_append (&text, "", 1, NULL), 0);
  assert_string_equal (
      (const char *)text.data,
      "S   14 C1A C1B C1C C1D C1E C1F C1G C1H C1I C1J C1K C1L C1M  SYS / # / OBS TYPES\n"
      "       C1N                                                  SYS / # / OBS TYPES\n"
      "S   10   2 C1A C1B                                          SYS / SCALE FACTOR\n"
      "S   10   1 C1A                                              SYS / SCALE FACTOR\n"
      "S    1   1 C1B                                              SYS / SCALE FACTOR\n");
  while (lists->count[0] < GARCO__TYPES_LIMIT)
    assert_int_equal (garco__lists_add (lists, 0, "C1C", 1, NULL), 0);
  assert_int_equal (garco__lists_add (lists, 0, "C1C", 1, NULL), GARCO_ERR_LIMIT);
  garco__buffer_free (&text);
  free (lists);
  free (before);
}

static void
test_forms_by_name (void **state)
{
  (void)state;
  static const struct
  {
    const char *path;
    int form; /* -1: none */
  } names[] = {
      {"york0440.15d", 1},
      {"a/york0440.15O.gz", 0},
      {"x.crx.zst", 1},
      {"X.RNX", 0},
      {"ESBC.15d/x.rnx.bz2", 0},
      {"york0440.15d.Z", 1},
      {"-", -1},
      {"x.txt", -1},
      {"york0440.15n", -1},
      {"x.gz", -1},
      {".Z", -1},
      {"rnx", -1},
      {"dir.crx/out", -1},
      {"x.crx.zip", -1},
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
  {
    garco_form form;
    bool found = garco__form_of_name (names[i].path, &form);
    assert_int_equal (found ? (int)form : -1, names[i].form);
  }
}

static void
test_rates (void **state)
{
  (void)state;
  static const struct
  {
    int64_t ms;
    const char *text;
  } rates[] = {{30000, "30S"}, {1000, "01S"}, {60000, "01M"},   {900000, "15M"},
               {100, "10Z"},   {1, "10C"},    {5000, "05S"},    {0, "00U"},
               {90000, "90S"}, {333, "00U"},  {86400000, "00U"}};
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
  {
    char text[4];
    garco__rate_text (rates[i].ms, text);
    assert_string_equal (text, rates[i].text);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_names_upward),  cmocka_unit_test (test_names_downward),
      cmocka_unit_test (test_ranks),         cmocka_unit_test (test_lists),
      cmocka_unit_test (test_forms_by_name), cmocka_unit_test (test_rates),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
