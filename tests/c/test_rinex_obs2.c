/* RINEX 2 text, one sample for each rule and oddity.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex_dump.h"

static const struct sample samples[] = {
    {"cut before the count of satellites",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A " 24  1  1  0  1  0.0000000  0",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "!! 6: the file ends within an epoch line, expected a count of satellites in columns 30 to "
     "32\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "! 6: the file ends within an epoch line, expected a count of satellites in columns 30 to "
     "32\n"},
    {"two satellites", HEADER_2 " 24  1  1  0  0  0.0000000  0  2G01R02\n" ROW_A ROW_B,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R02 21000000500 -\n",
     NULL},
    {"6 types, empty lines",
     VERSION_2 "     6    C1    L1    D1    S1    P2    L2                  # / TYPES OF "
               "OBSERV\n" END_OF_HEADER " 24  1  1  0  0  0.0000000  0  2G01G02\n" ROW_A "\n"
               "\n"
               "          .123 4\n"
               " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_A "         -.123\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47 - - - -\n"
     "G02 - - - - - 123/_4\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47 - - - -123\n",
     NULL},
    {"10 types on two lines",
     VERSION_2 "    10    C1    L1    D1    S1    P2    L2    D2    S2    C5# / TYPES OF OBSERV\n"
               "          L5                                                # / TYPES OF "
               "OBSERV\n" END_OF_HEADER " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47 - - - 20000000000 100000000123/47 - - -\n",
     NULL},
    {"count of types is too low",
     VERSION_2 "     1    C1    L1                                          # / TYPES OF "
               "OBSERV\n" END_OF_HEADER " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A,
     "!! 2: 1 observation types declared and 2 listed, expected as many as declared\n",
     "! 2: 1 observation types declared and 2 listed, expected as many as declared\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"years",
     HEADER_2 " 80  1  1  0  0  0.0000000  0  0\n"
              " 95  1  1  0  0  0.0000000  0  0\n"
              " 00  1  1  0  0  0.0000000  0  0\n"
              " 79  1  1  0  0  0.0000000  0  0\n",
     "0 1980-01-01T00:00:00.000\n"
     "0 1995-01-01T00:00:00.000\n"
     "0 2000-01-01T00:00:00.000\n"
     "0 2079-01-01T00:00:00.000\n",
     NULL},
    {"blank letters and digits",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  3  1 02R 3\n" ROW_B ROW_B ROW_B,
     "0 2024-01-01T00:00:00.000\n"
     "G01 21000000500 -\n"
     "G02 21000000500 -\n"
     "R03 21000000500 -\n",
     NULL},
    {"letter of the file's system",
     "     2.11           OBSERVATION DATA    R                   RINEX VERSION / "
     "TYPE\n" TYPES_C1_L1 END_OF_HEADER " 24  1  1  0  0  0.0000000  0  1  1\n" ROW_B,
     "0 2024-01-01T00:00:00.000\n"
     "R01 21000000500 -\n",
     NULL},
    {"clock",
     HEADER_2
     " 24  1  1  0  0  0.0000000  0  1G01                                   .000123456\n" ROW_B
     " 24  1  1  0  0 30.0000000  0  1G01                                     -0.12345\n" ROW_B,
     "0 2024-01-01T00:00:00.000 clock 123456000\n"
     "G01 21000000500 -\n"
     "0 2024-01-01T00:00:30.000 clock -123450000000\n"
     "G01 21000000500 -\n",
     NULL},
    {"power failure", HEADER_2 " 24  1  1  0  0  0.0000000  1  1G01\n" ROW_B,
     "1 2024-01-01T00:00:00.000\n"
     "G01 21000000500 -\n",
     NULL},
    {"events",
     HEADER_2 "                            2\n"
              "                            4  1\n"
              "splice                                                      COMMENT\n"
              " 24  1  1  0  0  0.1234567  5  0\n"
              "                            3  1\n"
              "NEW                                                         MARKER NAME\n"
              " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_B,
     "2 -\n"
     "4 -\n"
     "5 2024-01-01T00:00:00.123 +456700000ps\n"
     "3 - header\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 21000000500 -\n",
     NULL},
    {"types change",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A "                            4  1\n"
              "     1    L1                                                # / TYPES OF OBSERV\n"
              " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_B,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "4 - header\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 21000000500\n",
     NULL},
    {"slips",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A " 24  1  1  0  0  0.0000000  6  1G02\n"
              "         1.000\n"
              " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "6 2024-01-01T00:00:00.000\n"
     "G02 1000 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n",
     NULL},
    {"24 hours, blank minutes",
     HEADER_2 " 24 12 31 24  0  0.0000000  0  0\n"
              " 25  1  1  0  0 0 .5000000  0  0\n",
     "0 2025-01-01T00:00:00.000\n"
     "0 2025-01-01T00:00:00.500\n",
     NULL},
    {"second of 60",
     HEADER_2 " 24  1  1  0  0 60.0000000  0  1G01\n" ROW_A
              " 24  1  1  0  1 30.0000000  0  1G01\n" ROW_A,
     "!! 4: a second of 60 or more, expected less than 60\n",
     "! 4: a second of 60 or more, expected less than 60\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "0 2024-01-01T00:01:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"leap second",
     "     2.11           OBSERVATION DATA    R                   RINEX VERSION / "
     "TYPE\n" TYPES_C1_L1 END_OF_HEADER " 16 12 31 23 59 60.0000000  0  1R01\n" ROW_A,
     "0 2017-01-01T00:00:00.000\n"
     "R01 20000000000 100000000123/47\n",
     NULL},
    {"comments and blank lines in the body",
     HEADER_2 "\n"
              "bare                                                        COMMENT\n"
              " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A
              "bare                                                        COMMENT\n"
              "\n"
              "\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n",
     "! 5: the comment \"bare\" in no event left out, expected an epoch\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "! 8: the comment \"bare\" in no event left out, expected an epoch\n"},
    {"text at the end of lines",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  2G01G02\n"
              "  20000000.000   100000000.12347                                                    "
              "                                                                    \n"
              "  20000000.000   100000000.12347                                                    "
              "        x\n",
     "!! 6: G02, column 33: text behind the last field, expected 2 observations\n",
     "! 6: G02, column 33: text behind the last field, expected 2 observations\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"no observation types", VERSION_2 END_OF_HEADER " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A,
     "!! 3: an epoch with no # / TYPES OF OBSERV before it\n",
     "! 3: an epoch with no # / TYPES OF OBSERV before it\n"},
    {"BOM, blank first line, CR LF",
     "\357\273\277\r\n"
     "     2.11           OBSERVATION DATA    M (MIXED)           RINEX VERSION / TYPE\r\n"
     "     2    C1    L1                                          # / TYPES OF OBSERV\r\n"
     "                                                            END OF HEADER\r\n"
     " 24  1  1  0  0  0.0000000  0  2G01R02\r\n"
     "  20000000.000   100000000.12347\r\n"
     "  21000000.500\r\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R02 21000000500 -\n",
     NULL},
    {"CR alone",
     "     2.11           OBSERVATION DATA    M (MIXED)           RINEX VERSION / TYPE\r     2    "
     "C1    L1                                          # / TYPES OF OBSERV\r                      "
     "                                      END OF HEADER\r 24  1  1  0  0  0.0000000  0  "
     "2G01R02\r  20000000.000   100000000.12347\r  21000000.500\r",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "R02 21000000500 -\n",
     NULL},
    {"no line end at the end",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n"
              "  20000000.000   100000000.12347",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n",
     NULL},
    {"ends within a field",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  2G01G02\n" ROW_A "  20000000.000   1000000",
     "!! 6: G02, column 17: a field that ends within its 14 characters, expected 2 observations\n",
     "! 6: G02, column 17: a field that ends within its 14 characters, expected 2 observations\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "G02 20000000000 -\n"},
    {"ends within an epoch", HEADER_2 " 24  1  1  0  0  0.0000000  0  2G01G02\n" ROW_A,
     "!! 4: the file ends within an epoch, expected 3 lines and found 2\n",
     "! 4: the file ends within an epoch, expected 3 lines and found 2\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"count too high",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  3G01G02\n" ROW_A ROW_B
              " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_A,
     "!! 4: an epoch of 3 satellites that lists 2, expected 3\n",
     "! 4: an epoch of 3 satellites that lists 2, expected 3\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "G02 21000000500 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"count too low",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01G02\n" ROW_A ROW_B
              " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_A,
     "!! 4: an epoch of 1 satellites that lists 2, expected 1\n",
     "! 4: an epoch of 1 satellites that lists 2, expected 1\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "G02 21000000500 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"a line lost",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  3G01G02G03\n" ROW_A ROW_B
              " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_A,
     "!! 7: G03, column 1: no number as F14.3 writes it, expected 2 observations\n",
     "! 4: an epoch of 4 lines that the next one interrupts\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"a line too many",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  2G01G02\n" ROW_A ROW_B ROW_B
              " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "G02 21000000500 -\n"
     "!! 7: \"  21000000.500\" where an epoch is due, expected its time, flag and number of "
     "satellites\n",
     "! 4: an epoch of more than the 3 lines expected\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"satellite twice", HEADER_2 " 24  1  1  0  0  0.0000000  0  2G01G01\n" ROW_A ROW_B,
     "!! 4: G01 a second time in the epoch, expected another satellite\n",
     "! 4: G01 a second time in the epoch, expected another satellite\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"no satellite", HEADER_2 " 24  1  1  0  0  0.0000000  0  2G01X02\n" ROW_A ROW_B,
     "!! 4: \"X02\" as a satellite, expected one such as G01\n",
     "! 4: \"X02\" as a satellite, expected one such as G01\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"the epoch twice",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A
              " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "!! 6: the time and satellites of an epoch before, expected a later time\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "! 6: the time and satellites of an epoch before, expected a later time\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"an epoch in two records",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A
              " 24  1  1  0  0  0.0000000  0  1R01\n" ROW_A,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "0 2024-01-01T00:00:00.000\n"
     "R01 20000000000 100000000123/47\n",
     NULL},
    {"time goes back",
     HEADER_2 " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_A
              " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A
              " 24  1  1  0  1  0.0000000  0  1G01\n" ROW_A,
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"
     "!! 6: time 2024-01-01T00:00:00.000 goes back, expected one after 2024-01-01T00:00:30.000\n",
     "0 2024-01-01T00:00:30.000\n"
     "G01 20000000000 100000000123/47\n"
     "! 6: time 2024-01-01T00:00:00.000 goes back, expected one after 2024-01-01T00:00:30.000\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"bad value, bad indicator",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  4G01G02G03G04\n"
              "  2000000x.000\n"
              "  20000000.0004x\n"
              "  2.0D+07\n" ROW_B " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_B,
     "!! 5: G01, column 1: no number as F14.3 writes it, expected 2 observations\n",
     "! 5: G01, column 1: no number as F14.3 writes it, expected 2 observations\n"
     "! 6: G02, column 15: no digit or blank as an indicator, expected 2 observations\n"
     "! 7: G03, column 1: no number as F14.3 writes it, expected 2 observations\n"
     "0 2024-01-01T00:00:00.000\n"
     "G04 21000000500 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 21000000500 -\n"},
    {"shifted points",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  3G01G02G03\n"
              " 20000000.1\n"
              "    20000000.1245\n"
              "+1.0000\n",
     "!! 6: G02, column 1: no number as F14.3 writes it, expected 2 observations\n",
     "! 6: G02, column 1: no number as F14.3 writes it, expected 2 observations\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000100 -\n"
     "G03 1000 -\n"},
    {"shifted columns: digits as indicators",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  4G01G02G03G04\n"
              " 20000000.000 7\n"
              "   20000000.123\n"
              "   20000000.12   100000000.12347\n"
              " 20000000.000\n",
     "!! 5: G01, column 1: no number as F14.3 writes it, expected 2 observations\n",
     "! 5: G01, column 1: no number as F14.3 writes it, expected 2 observations\n"
     "! 6: G02, column 1: no number as F14.3 writes it, expected 2 observations\n"
     "0 2024-01-01T00:00:00.000\n"
     "G03 20000000120 100000000123/47\n"
     "G04 20000000000 -\n"},
    {"touching values",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n"
              "-999999999.999799999999999.99912\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 -999999999999/79 9999999999999/12\n",
     NULL},
    {"no END OF HEADER", VERSION_2 TYPES_C1_L1 " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A,
     "!! 3: an epoch line in the header, expected END OF HEADER first\n",
     "! 3: an epoch line in the header, expected END OF HEADER first\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"},
    {"two files in one",
     HEADER_2 " 24  1  1  0  0  0.0000000  0  1G01\n" ROW_A VERSION_2
              "     1    L1                                                # / TYPES OF "
              "OBSERV\n" END_OF_HEADER " 23  1  1  0  0  0.0000000  0  1G01\n" ROW_B,
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"
     "4 - header\n"
     "0 2023-01-01T00:00:00.000\n"
     "G01 21000000500\n",
     NULL},
    {"a tab", HEADER_2 " 24  1  1  0  0  0.0000000 \t0  1G01\n" ROW_A,
     "!! 4: \" 24  1  1  0  0  0.0000000 ?0  1G01\" where an epoch is due, expected its time, flag "
     "and number of satellites\n",
     "! 4: tabs, expected blanks\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 20000000000 100000000123/47\n"},
};

static void
test_samples (void **state)
{
  (void)state;
  check_samples (samples, sizeof samples / sizeof *samples);
}

/* `count` satellites in lines of twelve, the further ones from `column` on. */
static void
check_list (size_t count, int column)
{
  garco__buffer text = {0}, want = {0}, out = {0};
  garco__buffer_print (&text, NULL, "%s 24  1  1  0  0  0.0000000  0%3zu", HEADER_2, count);
  garco__buffer_print (&want, NULL, "0 2024-01-01T00:00:00.000\n");
  for (size_t i = 1; i <= count; i++)
  {
    garco__buffer_print (&text, NULL, "G%02zu", i);
    if (i % 12 == 0 && i < count)
      garco__buffer_print (&text, NULL, "\n%*s", column, "");
    garco__buffer_print (&want, NULL, "G%02zu 21000000500 -\n", i);
  }
  for (size_t i = 1; i <= count; i++)
    garco__buffer_print (&text, NULL, i == 1 ? "\n" ROW_B : ROW_B);
  dump ((char *)text.data, text.size, false, false, &out);
  garco__buffer_append (&want, "", 1, NULL);
  assert_string_equal ((char *)out.data, (char *)want.data);
  garco__buffer_free (&text);
  garco__buffer_free (&want);
  garco__buffer_free (&out);
}

static void
test_lists (void **state)
{
  (void)state;
  static const size_t counts[] = {1, 11, 12, 13, 24, 25, 36, 99};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
  {
    check_list (counts[i], 32);
    check_list (counts[i], 0); /* as old files have them */
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (test_samples),
                                     cmocka_unit_test (test_lists)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
