/* RINEX 3 and 4 text, one sample for each rule and oddity.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex_dump.h"

#define E3(time, count) "> 2024 01 01 00 " time ".0000000  0" count "\n"

static const struct sample samples[] = {
    {"cut before the count of satellites",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1\n"
              "G01" ROW_A "> 2024 01 01 00 01 00.0000000  0",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "!! 7: the file ends within an epoch line, expected a count of satellites in columns 33 to "
     "35\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "! 7: the file ends within an epoch line, expected a count of satellites in columns 33 to "
     "35\n"},
    {"two systems",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  2\n"
              "G01" ROW_A "R 2" ROW_B,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R02 21000000500\n",
     NULL},
    {"lines cut after any field",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  4\n"
              "G01\n"
              "G02  20000000.000\n"
              "G03                   100000000.1234\n"
              "G04                                \n",
     "!! 8: G03, column 20: no number as F14.3 writes it, expected 2 observations\n",
     "! 8: G03, column 20: no number as F14.3 writes it, expected 2 observations\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 - -\n"
     "G02 20000000000 -\n"
     "G04 - -\n"},
    {"clock",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  0        .000000000001\n"
              "> 2024 01 01 00 00 30.0000000  0  0      -1.500000000000\n"
              "> 2024 01 01 00 01 00.0000000  0  0      x\n",
     "0 2024-01-01T00:00:00.000 clock 1\n"
     "0 2024-01-01T00:00:30.000 clock -1500000000000\n"
     "!! 7: no clock offset in columns 42 to 56 or picoseconds in 58 to 62, expected them as "
     "F15.12 and I5.5 write them\n",
     "0 2024-01-01T00:00:00.000 clock 1\n"
     "0 2024-01-01T00:00:30.000 clock -1500000000000\n"
     "! 7: no clock offset in columns 42 to 56 or picoseconds in 58 to 62, expected them as F15.12 "
     "and I5.5 write them\n"
     "0 2024-01-01T00:01:00.000\n"},
    {"100 ns", HEADER_3 "> 2024 01 01 00 00 00.1234567  0  0\n",
     "0 2024-01-01T00:00:00.123 +456700000ps\n", NULL},
    {"picoseconds",
     "     4.02           OBSERVATION DATA    M                   RINEX VERSION / TYPE\n" TYPES_3
         END_OF_HEADER "> 2024 01 01 00 00 00.1234567  0  0        .000000000001 12345\n"
     "> 2024 01 01 00 00 30.0000000  0  0                      00001\n",
     "0 2024-01-01T00:00:00.123 +456712345ps clock 1\n"
     "0 2024-01-01T00:00:30.000 +1ps\n",
     NULL},
    {"odd epoch lines",
     HEADER_3 ">2024 01 01 00 00 00.0000000  0  1\n"
              "G01\n"
              "> 2024 01 01 00 00 26.0000000 0 2\n"
              "G01\n"
              "G02\n"
              "> 2024 01 01 00 01 30.0000000  0 1\n"
              "G01\n"
              "> 2024  1  1  0  2  0.0000000  0  1\n"
              "G01\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 - -\n"
     "0 2024-01-01T00:00:26.000\n"
     "G01 - -\n"
     "G02 - -\n"
     "0 2024-01-01T00:01:30.000\n"
     "G01 - -\n"
     "0 2024-01-01T00:02:00.000\n"
     "G01 - -\n",
     NULL},
    {"junk",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1\n"
              "G01" ROW_A "> 23 29\n"
              "> 2024 01 01 00 00 30.0000000  0  1\n"
              "G01" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "!! 7: \"> 23 29\" where an epoch is due, expected its time, flag and number of satellites\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "! 7: \"> 23 29\" where an epoch is due, expected its time, flag and number of satellites\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"events",
     HEADER_3 ">                              4  1\n"
              "splice                                                      COMMENT\n"
              "> 2024 01 01 00 00 00.5000000  5  0\n"
              ">                              4  2\n"
              "G    1 L1C                                                  SYS / # / OBS TYPES\n"
              "NEW                                                         MARKER NAME\n"
              "> 2024 01 01 00 00 30.0000000  0  2\n"
              "G01" ROW_B "R01" ROW_B,
     "4 -\n"
     "5 2024-01-01T00:00:00.500\n"
     "4 - header\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 21000000500\n"
     "R01 21000000500\n",
     NULL},
    {"slips",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1\n"
              "G01" ROW_A "> 2024 01 01 00 00 00.0000000  6  1\n"
              "G01                         5.000\n"
              "> 2024 01 01 00 00 30.0000000  0  1\n"
              "G01" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "6 2024-01-01T00:00:00.000\n"
     "G01 - 5000\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n",
     NULL},
    {"system without types",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  3\n"
              "G01" ROW_A "S20" ROW_B "R01" ROW_B,
     "!! 7: S20, column 4: text behind the last field, expected 0 observations\n",
     "! 7: S20, column 4: text behind the last field, expected 0 observations\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R01 21000000500\n"},
    {"system without types nor values",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1\n"
              "E20\n",
     "0 2024-01-01T00:00:00.000\n"
     "E20\n",
     NULL},
    {"count too high",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  3\n"
              "G01" ROW_A "R01" ROW_B "> 2024 01 01 00 00 30.0000000  0  1\n"
              "G01" ROW_A,
     "!! 5: an epoch of 3 satellites with 2 satellite lines, expected 3\n",
     "! 5: an epoch of 3 satellites with 2 satellite lines, expected 3\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R01 21000000500\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"count too low",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1\n"
              "G01" ROW_A "R01" ROW_B "> 2024 01 01 00 00 30.0000000  0  1\n"
              "G01" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "!! 7: \"R01  21000000.500\" where an epoch is due, expected its time, flag and number of "
     "satellites\n",
     "! 5: an epoch of 1 satellites with 2 satellite lines, expected 1\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R01 21000000500\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"ends within an epoch",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  3\n"
              "G01" ROW_A "R01  210000",
     "!! 5: an epoch of 3 satellites with 2 satellite lines, expected 3\n",
     "! 5: an epoch of 3 satellites with 2 satellite lines, expected 3\n"
     "! 7: R01, column 4: a field that ends within its 14 characters, expected 1 observation\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R01 -\n"},
    {"event lines missing",
     HEADER_3 ">                              4  2\n"
              "splice                                                      COMMENT\n"
              "> 2024 01 01 00 00 30.0000000  0  1\n"
              "G01" ROW_A,
     "!! 5: an event of 2 lines with 1, expected 2\n",
     "! 5: an event of 2 lines with 1, expected 2\n"
     "4 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"two files in one",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1\n"
              "G01" ROW_A VERSION_3 "R    1 C1C                                                  "
              "SYS / # / OBS TYPES\n" END_OF_HEADER "> 2024 01 01 00 00 00.0000000  0  1\n"
              "R01" ROW_B,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "4 - header\n"
     "0 2024-01-01T00:00:00.000\n"
     "R01 21000000500\n",
     NULL},
    {"two versions in one",
     HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1\n"
              "G01" ROW_A HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "!! 7: a second header of another form (RINEX 2.11 after 3.04)\n",
     NULL},
    {"types lie",
     VERSION_3 "G    3 C1C L1C                                              SYS / # / OBS TYPES\n"
               "R    1 C1C S1C                                              SYS / # / OBS "
               "TYPES\n" END_OF_HEADER "> 2024 01 01 00 00 00.0000000  0  2\n"
               "G01" ROW_A "R01" ROW_A,
     "!! 2: 3 observation types declared for G and 2 listed, expected as many as declared\n",
     "! 2: 3 observation types declared for G and 2 listed, expected as many as declared\n"
     "! 3: 1 observation types declared for R and 2 listed, expected as many as declared\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R01 20000000000 100000000123/47\n"},
    {"UTF-8 in the header",
     VERSION_3
     "Universit\303\251                                                  MARKER NAME\n" TYPES_3
         END_OF_HEADER "> 2024 01 01 00 00 00.0000000  0  1\n"
     "G01" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n",
     NULL},
    {"navigation",
     "     3.04           N: GNSS NAV DATA    M                   RINEX VERSION / TYPE\n",
     "!! 1: a navigation file (RINEX type N), expected an observation file (type O)\n", NULL},
    {"version 5",
     "     5.00           OBSERVATION DATA    M                   RINEX VERSION / TYPE\n",
     "!! 1: RINEX version 5.00, expected 2.00 to 4.99\n", NULL},
    {"empty", "", "!! 0: the file is empty, expected a RINEX observation file\n", NULL},
    {"no RINEX",
     "hello\n"
     "world\n",
     "!! 1: no RINEX file: \"hello\" where RINEX VERSION / TYPE was expected in columns 61 to 80\n",
     NULL},
    {"ends in the header", VERSION_3 TYPES_3,
     "!! 3: the file ends in its header, expected END OF HEADER\n", NULL},
};

static void
test_samples (void **state)
{
  (void)state;
  check_samples (samples, sizeof samples / sizeof *samples);
}

static void
test_101_satellites (void **state)
{
  (void)state;
  garco__buffer text = {0}, want = {0}, out = {0};
  garco__buffer_print (&text, NULL, "%s%s", HEADER_3, E3 ("00 00", "101"));
  garco__buffer_print (&want, NULL, "0 2024-01-01T00:00:00.000\n");
  for (int i = 0; i < 101; i++)
  {
    garco__buffer_print (&text, NULL, "%c%02d%s", "RG"[i / 100], i % 100, ROW_B);
    garco__buffer_print (&want, NULL, "%c%02d 21000000500%s\n", "RG"[i / 100], i % 100,
                         i < 100 ? "" : " -");
  }
  dump ((char *)text.data, text.size, false, false, &out);
  garco__buffer_append (&want, "", 1, NULL);
  assert_string_equal ((char *)out.data, (char *)want.data);
  garco__buffer_free (&text);
  garco__buffer_free (&want);
  garco__buffer_free (&out);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (test_samples),
                                     cmocka_unit_test (test_101_satellites)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
