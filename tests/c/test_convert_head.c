/* Headers edited line by line, and what events make of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "convert/convert_head.h"
#include "convert/convert_version.h"

#define VERSION "     3.04           OBSERVATION DATA    M                   RINEX VERSION / TYPE\n"
#define HEIGHT(text)                                                                               \
  "        " text "        0.0000        0.0000                  ANTENNA: DELTA H/E/N\n"
#define GPS "G    2 C1C L1C                                              SYS / # / OBS TYPES\n"
#define GPS_LESS "G    1 C1C                                                  SYS / # / OBS TYPES\n"
#define GLONASS                                                                                    \
  "R   14 C1C L1C D1C S1C C1P L1P D1P S1P C2C L2C D2C S2C C2P  SYS / # / OBS TYPES\n"              \
  "       L2P                                                  SYS / # / OBS TYPES\n"
#define COMMENT "of no meaning                                               COMMENT\n"
#define END "                                                            END OF HEADER\n"

static garco__buffer
buffer_of (const char *text)
{
  garco__buffer buffer = {0};
  assert_int_equal (garco__buffer_append (&buffer, text, strlen (text), NULL), 0);
  return buffer;
}

static void
expect (garco__buffer *text, const char *wanted)
{
  assert_int_equal (garco__buffer_append (text, "", 1, NULL), 0);
  assert_string_equal ((const char *)text->data, wanted);
  garco__buffer_free (text);
}

static void
test_replace_and_remove (void **state)
{
  (void)state;
  garco__buffer lines = buffer_of (HEIGHT ("2.0000"));
  garco__buffer text = buffer_of (VERSION HEIGHT ("1.0000") GPS HEIGHT ("1.5000") END);
  assert_int_equal (garco__head_replace (&text, "ANTENNA: DELTA H/E/N", &lines, NULL), 0);
  expect (&text, VERSION HEIGHT ("2.0000") GPS END);
  text = buffer_of (VERSION GPS END);
  assert_int_equal (garco__head_replace (&text, "ANTENNA: DELTA H/E/N", &lines, NULL), 0);
  expect (&text, VERSION GPS HEIGHT ("2.0000") END);
  text = buffer_of (VERSION COMMENT GPS COMMENT END);
  assert_int_equal (garco__head_count (&text, "COMMENT"), 2);
  assert_int_equal (garco__head_remove (&text, "COMMENT", NULL), 0);
  expect (&text, VERSION GPS END);
  garco__buffer_free (&lines);
}

static void
test_events_replace_by_label_and_system (void **state)
{
  (void)state;
  static const char event[] =
      ">                              4  4\n" COMMENT GPS_LESS HEIGHT ("2.0000");
  garco__buffer text = buffer_of (VERSION COMMENT HEIGHT ("1.0000") GPS GLONASS END);
  assert_int_equal (garco__head_apply (&text, event, strlen (event), NULL), 0);
  expect (&text, VERSION COMMENT HEIGHT ("2.0000") GPS_LESS GLONASS END);
  static const char longer[] = ">                              4  2\n" GLONASS;
  text = buffer_of (VERSION GPS END);
  assert_int_equal (garco__head_apply (&text, longer, strlen (longer), NULL), 0);
  expect (&text, VERSION GPS GLONASS END);
  static const char none[] = ">                              4  0\n";
  text = buffer_of (VERSION GPS END);
  assert_int_equal (garco__head_apply (&text, none, strlen (none), NULL), 0);
  assert_int_equal (garco__head_apply (&text, "", 0, NULL), 0);
  expect (&text, VERSION GPS END);
}

static void
test_version_and_letter (void **state)
{
  (void)state;
  garco__buffer text = buffer_of (VERSION END);
  assert_int_equal (garco__head_set_version (&text, 305, 'G', NULL), 0);
  expect (&text,
          "     3.05           OBSERVATION DATA    G                   RINEX VERSION / TYPE\n" END);
}

static void
test_wavelength_factors (void **state)
{
  (void)state;
  garco__buffer text = buffer_of (
      "     1     2                                                WAVELENGTH FACT L1/2\n"
      "     1     1     2   G07   R 9                              WAVELENGTH FACT "
      "L1/2\n" END);
  garco__wavelengths factors;
  garco__wavelengths_read (&text, &factors);
  assert_int_equal (factors.factor[0][0][5], 1);
  assert_int_equal (factors.factor[1][0][5], 2);
  assert_int_equal (factors.factor[1][0][7], 1);
  assert_int_equal (factors.factor[1][1][9], 1);
  assert_int_equal (factors.factor[1][1][8], 2);
  garco__buffer_free (&text);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_replace_and_remove),
      cmocka_unit_test (test_events_replace_by_label_and_system),
      cmocka_unit_test (test_version_and_letter),
      cmocka_unit_test (test_wavelength_factors),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
