/* Code maps: their text, what goes before what, and what they do to a header's types.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "rinex/rinex_code_map.h"

static garco_code_map *
map_of (const char *text)
{
  garco_error error;
  garco_code_map *map;
  assert_ok (garco_code_map_read (text, strlen (text), NULL, &map, &error), &error);
  return map;
}

static void
assert_code (const garco_code_map *map, char system, const char *type, const char *expected)
{
  uint16_t code = 0;
  char text[3] = "";
  if (garco__code_map_find (map, system, type, &code))
    garco_obs_code_text (code, text);
  if (strcmp (text, expected) != 0)
    fail_msg ("%c %s: \"%s\", expected \"%s\"", system, type, text, expected);
}

static void
test_lines (void **state)
{
  (void)state;
  garco_code_map *map = map_of ("# a comment\n\n \t\r\n* L2 2X#all\r\n  G\tL2  2L \nR C1C 1P\n"
                                "G C2 2\nG L2 2L");
  assert_code (map, 'G', "L2", "2L");
  assert_code (map, 'R', "L2", "2X");
  assert_code (map, 'R', "C1C", "1P");
  assert_code (map, 'G', "C2", "2 ");
  assert_code (map, 'G', "C1C", "");
  assert_code (map, 'G', "L", "");
  assert_code (NULL, 'G', "L2", "");
  garco_code_map_free (&map);
  assert_null (map);
  garco_code_map_free (&map);
}

struct refusal
{
  const char *text;
  int line;
  const char *message;
};

static const struct refusal refusals[] = {
    {"X L2 2W", 1, "system \"X\": expected a letter of GRSECJI or * for all"},
    {"\n#\nGG L2 2W", 3, "system \"GG\": expected a letter of GRSECJI or * for all"},
    {"G", 1, "no type: expected C, P, L, D or S, a band and maybe an attribute, such as L2"},
    {"G X1 1C", 1,
     "type \"X1\": expected C, P, L, D or S, a band and maybe an attribute, such as L2"},
    {"G L2WX 1C", 1,
     "type \"L2WX\": expected C, P, L, D or S, a band and maybe an attribute, such as L2"},
    {"G L2 # 2W", 1, "no code: expected a band and an attribute, such as 2W"},
    {"G L2 2w", 1, "code \"2w\": expected a band and an attribute, such as 2W"},
    {"G L2 L2W", 1, "code \"L2W\": expected a band and an attribute, such as 2W"},
    {"G L2 2W 2X", 1,
     "word \"2X\": expected the end of the line after a system, a type and a code"},
    {"G L2 2W\nG L2 2X\n", 2, "G L2 has the code 2W by a line before: expected each type once"},
};

static void
test_refusals (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
  {
    garco_error error;
    garco_code_map *map;
    assert_int_equal (
        garco_code_map_read (refusals[i].text, strlen (refusals[i].text), "l2c.map", &map, &error),
        GARCO_ERR_CORRUPT);
    assert_null (map);
    assert_string_equal (error.message, refusals[i].message);
    assert_string_equal (error.source, "l2c.map");
    assert_int_equal (error.line, refusals[i].line);
  }
}

static void
test_header (void **state)
{
  (void)state;
  static const char types[4][4] = {"L2", "P2", "I1", "C1"};
  static const int32_t scale[4] = {1, 1, 1, 1};
  garco_header header = {.version = 211};
  char text[3];
  header.types[0] = (garco_types){4, types, scale};
  garco_code_map *map = map_of ("G L2 2L\n");
  garco_obs_code_text (garco_header_code (&header, NULL, 0, 0), text);
  assert_string_equal (text, "2W");
  garco_obs_code_text (garco_header_code (&header, map, 0, 0), text);
  assert_string_equal (text, "2L");
  garco_obs_code_text (garco_header_code (&header, map, 0, 1), text);
  assert_string_equal (text, "2W");
  assert_int_equal (garco_header_code (&header, map, 0, 2), 0);
  assert_int_equal (garco_header_code (&header, map, 0, 4), 0);
  assert_int_equal (garco_header_code (&header, map, 1, 0), 0);
  assert_int_equal (garco_header_code (&header, map, GARCO_SYSTEM_COUNT, 0), 0);
  assert_true (garco_header_code_is_assumed (&header, NULL, 0, 0));
  assert_false (garco_header_code_is_assumed (&header, map, 0, 0));
  for (uint32_t i = 1; i < 5; i++)
    assert_false (garco_header_code_is_assumed (&header, NULL, 0, i));
  assert_false (garco_header_code_is_assumed (&header, NULL, GARCO_SYSTEM_COUNT, 0));
  header.version = 300;
  assert_false (garco_header_code_is_assumed (&header, NULL, 0, 0));
  garco_code_map_free (&map);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_lines),
      cmocka_unit_test (test_refusals),
      cmocka_unit_test (test_header),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
