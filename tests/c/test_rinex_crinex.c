/* Hatanaka text, one sample for each rule and oddity.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex_dump.h"

static const struct sample samples[] = {
    {"cut in the blanks that an epoch line begins with",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3&1 3&2\n"
                       "      ",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "!! 9: the file ends within a line, expected a line end\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "! 9: the file ends within a line, expected a line end\n"},
    {"orders 0, 2, 3 and 5",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "0&1000\n"
                       "                1\n"
                       "\n"
                       "10\n"
                       "&24  1  1  0  2  0.0000000  0  1G01\n"
                       "\n"
                       "2&1000\n"
                       "                1\n"
                       "\n"
                       "10\n"
                       "                2\n"
                       "\n"
                       "10\n"
                       "                3\n"
                       "\n"
                       "10\n"
                       "&24  1  1  0  3  0.0000000  0  1G01\n"
                       "\n"
                       "3&1000\n"
                       "                1\n"
                       "\n"
                       "10\n"
                       "                2\n"
                       "\n"
                       "10\n"
                       "                3\n"
                       "\n"
                       "10\n"
                       "                4\n"
                       "\n"
                       "10\n"
                       "&24  1  1  0  5  0.0000000  0  1G01\n"
                       "\n"
                       "5&1000\n"
                       "                1\n"
                       "\n"
                       "10\n"
                       "                2\n"
                       "\n"
                       "10\n"
                       "                3\n"
                       "\n"
                       "10\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1000 -\n"
     "0 2024-01-01T00:00:10.000\n"
     "G01 10 -\n"
     "0 2024-01-01T00:02:00.000\n"
     "G01 1000 -\n"
     "0 2024-01-01T00:02:10.000\n"
     "G01 1010 -\n"
     "0 2024-01-01T00:02:20.000\n"
     "G01 1030 -\n"
     "0 2024-01-01T00:02:30.000\n"
     "G01 1060 -\n"
     "0 2024-01-01T00:03:00.000\n"
     "G01 1000 -\n"
     "0 2024-01-01T00:03:10.000\n"
     "G01 1010 -\n"
     "0 2024-01-01T00:03:20.000\n"
     "G01 1030 -\n"
     "0 2024-01-01T00:03:30.000\n"
     "G01 1070 -\n"
     "0 2024-01-01T00:03:40.000\n"
     "G01 1140 -\n"
     "0 2024-01-01T00:05:00.000\n"
     "G01 1000 -\n"
     "0 2024-01-01T00:05:10.000\n"
     "G01 1010 -\n"
     "0 2024-01-01T00:05:20.000\n"
     "G01 1030 -\n"
     "0 2024-01-01T00:05:30.000\n"
     "G01 1070 -\n",
     NULL},
    {"order 6",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "6&1000\n",
     "!! 8: G01, column 1: neither a difference nor the start of an arc, expected 2 fields and "
     "their indicators\n",
     "! 8: G01, column 1: neither a difference nor the start of an arc, expected 2 fields and "
     "their indicators\n"
     "0 2024-01-01T00:00:00.000\n"},
    {"two-digit order",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "10&1000\n",
     "!! 8: G01, column 1: neither a difference nor the start of an arc, expected 2 fields and "
     "their indicators\n",
     "! 8: G01, column 1: neither a difference nor the start of an arc, expected 2 fields and "
     "their indicators\n"
     "0 2024-01-01T00:00:00.000\n"},
    {"odd numbers",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3& 3&1000\n"
                       "                3\n"
                       "\n"
                       "-0 +1000\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 0 1000\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 0 2000\n",
     NULL},
    {"junk in a number",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                       "\n"
                       "3&5 3&1000\n"
                       "3&7\n"
                       "                3\n"
                       "\n"
                       "10x0\n"
                       "1\n"
                       "              1 &\n"
                       "\n"
                       "3&9 5\n"
                       "1\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5 1000\n"
     "G02 7 -\n"
     "!! 12: G01, column 1: neither a difference nor the start of an arc, expected 2 fields and "
     "their indicators\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5 1000\n"
     "G02 7 -\n"
     "! 12: G01, column 1: neither a difference nor the start of an arc, expected 2 fields and "
     "their indicators\n"
     "0 2024-01-01T00:00:30.000\n"
     "G02 8 -\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 9 -\n"
     "G02 10 -\n"},
    {"indicators of version 1",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3&5 3&1000 1627\n"
                       "                3\n"
                       "\n"
                       "1\n"
                       "              1 &\n"
                       "\n"
                       "1 3&7   38\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5/16 1000/27\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 6/16 -\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 8/16 7/38\n",
     NULL},
    {"indicators of version 3",
     CRINEX_3 HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1      G01\n"
                       "\n"
                       "3&5 3&1000 1627\n"
                       "                   3\n"
                       "\n"
                       "1\n"
                       "                 1 0\n"
                       "\n"
                       "1 3&7 & & \n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5/16 1000/27\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 6/16 -/27\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 8/_6 7/_7\n",
     NULL},
    {"fields and indicators too many",
     CRINEX_3 HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1      G01\n"
                       "\n"
                       "3&5     &7&&&&&&&&\n"
                       "                   3\n"
                       "\n"
                       "1     18\n"
                       "                 1 0\n"
                       "\n"
                       "1    18\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5/_7 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 6/18 -\n"
     "!! 15: G01, column 6: text behind the last indicator, expected 2 fields and their "
     "indicators\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5/_7 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 6/18 -\n"
     "! 15: G01, column 6: text behind the last indicator, expected 2 fields and their "
     "indicators\n"
     "0 2024-01-01T00:01:00.000\n"},
    {"indicators too many for the fields",
     CRINEX_3 HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1      G01\n"
                       "\n"
                       "3&5     &7&&&&&&&\n",
     "!! 9: G01, column 10: text behind the last indicator, expected 2 fields and their "
     "indicators\n",
     "! 9: G01, column 10: text behind the last indicator, expected 2 fields and their "
     "indicators\n"
     "0 2024-01-01T00:00:00.000\n"},
    {"satellites move, go and return",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                       "\n"
                       "3&1 3&2\n"
                       "3&3 3&4\n"
                       "                3                 2  1\n"
                       "\n"
                       "1 1\n"
                       "1 1\n"
                       "              1 &              1  1&&&\n"
                       "\n"
                       "1 1\n"
                       "                3              2   G02\n"
                       "\n"
                       "1 1\n"
                       "3&8\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "G02 3 4\n"
     "0 2024-01-01T00:00:30.000\n"
     "G02 4 5\n"
     "G01 2 3\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 4 5\n"
     "0 2024-01-01T00:01:30.000\n"
     "G01 8 9\n"
     "G02 8 -\n",
     NULL},
    {"an arc where none runs",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                       "\n"
                       "3&1\n"
                       "3&3 3&4\n"
                       "                3\n"
                       "\n"
                       "1 1\n"
                       "1 1\n"
                       "              1 &\n"
                       "\n"
                       "1 3&9\n"
                       "1 1\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 -\n"
     "G02 3 4\n"
     "!! 12: G01, column 3: a difference and no arc that it goes on from, expected the start of "
     "one\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 -\n"
     "G02 3 4\n"
     "! 12: G01, column 3: a difference and no arc that it goes on from, expected the start of "
     "one\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 2 -\n"
     "G02 4 5\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 4 9\n"
     "G02 6 7\n"},
    {"starts in the middle",
     CRINEX_1 HEADER_2 "                3\n"
                       "\n"
                       "1 1\n"
                       "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3&1\n",
     "!! 6: \"                3\" where an epoch is due, expected its time, flag and number of "
     "satellites\n",
     "! 6: \"                3\" where an epoch is due, expected its time, flag and number of "
     "satellites\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 -\n"},
    {"a line lost",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                       "\n"
                       "3&1 3&2\n"
                       "3&3 3&4\n"
                       "                3\n"
                       "\n"
                       "1 1\n"
                       "              1 &\n"
                       "\n"
                       "1 1\n"
                       "1 1\n"
                       "&24  1  1  0  2  0.0000000  0  1G01\n"
                       "\n"
                       "3&1\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "G02 3 4\n"
     "!! 13: G02, column 15: text behind the last indicator, expected 2 fields and their "
     "indicators\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "G02 3 4\n"
     "! 10: an epoch of 4 lines and no epoch line behind them, expected one\n"
     "0 2024-01-01T00:02:00.000\n"
     "G01 1 -\n"},
    {"a line lost, and arcs that start behind it",
     CRINEX_1 VERSION_2 TYPES_C1_L1
     "   600.000                                                  INTERVAL\n" END_OF_HEADER
     "&24  1  1  0  0  0.0000000  0  2G01G02\n"
     "\n"
     "3&1 3&2\n"
     "3&3 3&4 5\n"
     "             1\n"
     "\n"
     "1 1\n"
     "1 1\n"
     "             2\n"
     "\n"
     "1 1\n"
     "             3                 3      G03\n"
     "\n"
     "1\n"
     "1 1\n"
     "3&9\n"
     "             4\n"
     "\n"
     "1 3&7   4\n"
     "1 1\n"
     "1\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "G02 3/5_ 4\n"
     "0 2024-01-01T00:10:00.000\n"
     "G01 2 3\n"
     "G02 4/5_ 5\n"
     "!! 18: G02, column 14: text behind the last indicator, expected 2 fields and their "
     "indicators\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "G02 3/5_ 4\n"
     "0 2024-01-01T00:10:00.000\n"
     "G01 2 3\n"
     "G02 4/5_ 5\n"
     "! 15: an epoch of 4 lines and no epoch line behind them, expected one\n"
     "! 18: from here on values are known again as their arcs start anew\n"
     "0 2024-01-01T00:30:00.000\n"
     "G03 9 -\n"
     "0 2024-01-01T00:40:00.000\n"
     "G01 - 7/4_\n"
     "G03 10 -\n"},
    {"a line lost, and the seconds are right two epochs later",
     CRINEX_1 VERSION_2 TYPES_C1_L1
     "    30.000                                                  INTERVAL\n" END_OF_HEADER
     "&24  1  1  0  0  0.0000000  0  2G01G02\n"
     "\n"
     "3&1 3&2\n"
     "                3\n"
     "\n"
     "3&9\n"
     "1\n"
     "              2 &\n"
     "\n"
     "1\n"
     "1\n",
     "!! 10: G02, column 17: text behind the last indicator, expected 2 fields and their "
     "indicators\n",
     "! 7: an epoch of 4 lines and no epoch line behind them, expected one\n"
     "! 10: from here on values are known again as their arcs start anew\n"
     "! 14: 90000 ms after the epoch before, and arcs that go on: unverified until they start "
     "anew, "
     "expected 30000 ms\n"
     "! 14: an epoch that does not go on from the one before, expected the next\n"},
    {"a line lost before a start",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                       "\n"
                       "3&3 3&4\n"
                       "&24  1  1  0  0 30.0000000  0  1G01\n"
                       "\n"
                       "3&1\n"
                       "              1 &              2   G02\n"
                       "\n"
                       "&                           4\n"
                       "&24  1  1  0  2  0.0000000  0  1G01\n"
                       "\n"
                       "3&1\n",
     "!! 9: G02, column 1: neither a difference nor the start of an arc, expected 2 fields and "
     "their indicators\n",
     "! 6: an epoch of 3 lines before the next that starts anew, expected 4\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 1 -\n"
     "! 12: an epoch of 2 lines before the next that starts anew, expected 4\n"
     "4 -\n"
     "0 2024-01-01T00:02:00.000\n"
     "G01 1 -\n"},
    {"an epoch line lost behind arcs that start",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                       "\n"
                       "3&1 3&2\n"
                       "3&3 3&4\n"
                       "\n"
                       "1 1\n"
                       "1 1\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "G02 3 4\n"
     "!! 10: the file ends within an epoch, expected 4 lines and found 3\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "G02 3 4\n"
     "! 10: the file ends within an epoch, expected 4 lines and found 3\n"},
    {"a line lost in the last epoch",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3&1 3&2\n"
                       "                3              2   G02\n"
                       "\n"
                       "3&3 3&4\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "!! 9: the file ends within an epoch, expected 4 lines and found 3\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "! 9: the file ends within an epoch, expected 4 lines and found 3\n"},
    {"a step too long",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3&1\n"
                       "                3\n"
                       "\n"
                       "1\n"
                       "              2\n"
                       "\n"
                       "1\n"
                       "&24  1  1  0  9  0.0000000  0  1G01\n"
                       "\n"
                       "3&1\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 2 -\n"
     "0 2024-01-01T00:02:30.000\n"
     "G01 4 -\n"
     "0 2024-01-01T00:09:00.000\n"
     "G01 1 -\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 -\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 2 -\n"
     "! 12: 120000 ms after the epoch before, and arcs that go on: unverified until they start "
     "anew, expected 30000 ms\n"
     "0 2024-01-01T00:02:30.000\n"
     "G01 4 -\n"
     "0 2024-01-01T00:09:00.000\n"
     "G01 1 -\n"},
    {"damaged time",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3&1 3&2\n"
                       "                x\n"
                       "\n"
                       "1 1\n"
                       "              1 &\n"
                       "\n"
                       "1 1\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "!! 9: \"                x\" makes no epoch line of the one before it, expected their "
     "difference\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "! 9: an epoch line without a time, expected one\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 4 5\n"},
    {"no start after an event",
     CRINEX_3 HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1      G01\n"
                       "\n"
                       "3&5 3&1000\n"
                       ">                              4  1\n"
                       "x                                                           COMMENT\n"
                       "                   3\n"
                       "\n"
                       "1\n"
                       "> 2024 01 01 00 01 00.0000000  0  1      G01\n"
                       "\n"
                       "3&5\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5 1000\n"
     "4 -\n"
     "!! 12: \"                   3\" where an epoch is due, expected its time, flag and number of "
     "satellites\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5 1000\n"
     "4 -\n"
     "! 12: \"                   3\" where an epoch is due, expected its time, flag and number of "
     "satellites\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 5 -\n"},
    {"reserved lines of version 3",
     CRINEX_3 HEADER_3 "& before\n"
                       "> 2024 01 01 00 00 00.0000000  0  1      G01\n"
                       "\n"
                       "3&5 3&1000\n"
                       "& something new\n"
                       "                   3\n"
                       "\n"
                       "1\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5 1000\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 6 -\n",
     "! 7: the reserved line \"& before\" left out, expected an epoch\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 5 1000\n"
     "! 11: the reserved line \"& something new\" left out, expected an epoch\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 6 -\n"},
    {"clocks",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "3&-1500000000\n"
                       "3&1\n"
                       "                3\n"
                       "-1\n"
                       "\n"
                       "              1 &\n"
                       "\n"
                       "\n"
                       "                3\n"
                       "3&7\n"
                       "\n",
     "0 2024-01-01T00:00:00.000 clock -1500000000000\n"
     "G01 1 -\n"
     "0 2024-01-01T00:00:30.000 clock -1500000001000\n"
     "G01 - -\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 - -\n"
     "0 2024-01-01T00:01:30.000 clock 7000\n"
     "G01 - -\n",
     NULL},
    {"damaged clock",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "3&-1500000000\n"
                       "3&1\n"
                       "                3\n"
                       "x\n"
                       "1\n"
                       "              1 &\n"
                       "5\n"
                       "1\n",
     "0 2024-01-01T00:00:00.000 clock -1500000000000\n"
     "G01 1 -\n"
     "!! 10: no clock offset, expected its difference or an empty line\n",
     "0 2024-01-01T00:00:00.000 clock -1500000000000\n"
     "G01 1 -\n"
     "! 10: no clock offset, expected its difference or an empty line\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 2 -\n"
     "0 2024-01-01T00:01:00.000\n"
     "G01 4 -\n"},
    {"picoseconds of 3.1",
     "3.1                 COMPACT RINEX FORMAT                    CRINEX VERS   / TYPE\n"
     "tester                                  01-Jan-24 00:00     CRINEX PROG / DATE\n"
     "     4.02           OBSERVATION DATA    M                   RINEX VERSION / TYPE\n" TYPES_3
         END_OF_HEADER "> 2024 01 01 00 00 00.0000000  0  1      G01\n"
     "3&123000000 12345\n"
     "3&1\n"
     "                   3\n"
     " 54 21\n"
     "1\n"
     "> 2024 01 01 00 01 00.0000000  0  1      G01\n"
     "3&124000000\n"
     "3&1\n"
     "                   3\n"
     " &&&&&\n"
     "1\n",
     "0 2024-01-01T00:00:00.000 +12345ps clock 123000000\n"
     "G01 1 -\n"
     "0 2024-01-01T00:00:30.000 +54321ps\n"
     "G01 2 -\n"
     "0 2024-01-01T00:01:00.000 +54321ps clock 124000000\n"
     "G01 1 -\n"
     "0 2024-01-01T00:01:30.000\n"
     "G01 2 -\n",
     NULL},
    {"slips",
     CRINEX_3 HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1      G01\n"
                       "\n"
                       "3&5 3&1000\n"
                       "> 2024 01 01 00 00 00.0000000  6  1\n"
                       "G01                         5.000\n"
                       "> 2024 01 01 00 00 30.0000000  0  1      G01\n"
                       "\n"
                       "3&5\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5 1000\n"
     "6 2024-01-01T00:00:00.000\n"
     "G01 - 5000\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 5 -\n",
     NULL},
    {"no satellites",
     CRINEX_3 HEADER_3 "> 2024 01 01 00 00 00.0000000  0  0\n"
                       "\n"
                       "                   3              1      G01\n"
                       "\n"
                       "3&1\n",
     "0 2024-01-01T00:00:00.000\n"
     "0 2024-01-01T00:00:30.000\n"
     "G01 1 -\n",
     NULL},
    {"no line end",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                       "\n"
                       "3&1 3&2\n"
                       "3&3 3&4",
     "!! 9: the file ends within a line, expected a line end\n",
     "! 9: the file ends within a line, expected a line end\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"},
    {"blank lines at the end",
     CRINEX_3 HEADER_3 "> 2024 01 01 00 00 00.0000000  0  1      G01\n"
                       "\n"
                       "3&5 3&1000\n"
                       "\n"
                       "\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 5 1000\n",
     NULL},
    {"value too large",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                       "\n"
                       "3&9999999999999 3&1\n"
                       "3&5\n"
                       "                3\n"
                       "\n"
                       "1\n"
                       "999999999999999999\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 9999999999999 1\n"
     "G02 5 -\n"
     "!! 12: G01, column 1: a value that F14.3 cannot hold, expected 2 fields and their "
     "indicators\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 9999999999999 1\n"
     "G02 5 -\n"
     "! 12: G01, column 1: a value that F14.3 cannot hold, expected 2 fields and their indicators\n"
     "! 13: G02, column 1: a value that F14.3 cannot hold, expected 2 fields and their indicators\n"
     "0 2024-01-01T00:00:30.000\n"},
    {"RINEX 2 in Hatanaka 3", CRINEX_3 HEADER_2,
     "!! 1: RINEX 2.11 in Hatanaka 3.0, expected 1.0 for RINEX 2 and 3.x for later ones\n", NULL},
    {"Hatanaka 2.0",
     "2.0                 COMPACT RINEX FORMAT                    CRINEX VERS   / TYPE\n"
     "tester                                  01-Jan-24 00:00     CRINEX PROG / DATE\n" HEADER_2,
     "!! 1: Hatanaka version \"2.0\", expected 1.0, 3.0 or 3.1\n", NULL},
    {"two files in one",
     CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3&1 3&2\n" CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  1G01\n"
                       "\n"
                       "3&1 3&2\n",
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n"
     "4 - header\n"
     "0 2024-01-01T00:00:00.000\n"
     "G01 1 2\n",
     NULL},
};

static void
test_samples (void **state)
{
  (void)state;
  check_samples (samples, sizeof samples / sizeof *samples);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (test_samples)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
