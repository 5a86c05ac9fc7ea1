/* Small RINEX texts that tests read, damage and compare.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_SAMPLES_H
#define GARCO_RINEX_SAMPLES_H

#define VERSION_2                                                                                  \
  "     2.11           OBSERVATION DATA    M (MIXED)           RINEX VERSION / TYPE\n"
#define TYPES_C1_L1                                                                                \
  "     2    C1    L1                                          # / TYPES OF OBSERV\n"
#define END_OF_HEADER "                                                            END OF HEADER\n"
#define HEADER_2 VERSION_2 TYPES_C1_L1 END_OF_HEADER

#define VERSION_3                                                                                  \
  "     3.04           OBSERVATION DATA    M                   RINEX VERSION / TYPE\n"
#define TYPES_3                                                                                    \
  "G    2 C1C L1C                                              SYS / # / OBS TYPES\n"              \
  "R    1 C1C                                                  SYS / # / OBS TYPES\n"
#define HEADER_3 VERSION_3 TYPES_3 END_OF_HEADER

#define CRINEX_1                                                                                   \
  "1.0                 COMPACT RINEX FORMAT                    CRINEX VERS   / TYPE\n"             \
  "tester                                  01-Jan-24 00:00     CRINEX PROG / DATE\n"
#define CRINEX_3                                                                                   \
  "3.0                 COMPACT RINEX FORMAT                    CRINEX VERS   / TYPE\n"             \
  "tester                                  01-Jan-24 00:00     CRINEX PROG / DATE\n"

/* Seven types, so two lines a satellite, and satellites that come, go and lack values. */
#define SAMPLE_2                                                                                   \
  VERSION_2                                                                                        \
  "     7    L1    L2    P1    P2    C1    S1    S2            # / TYPES OF "                      \
  "OBSERV\n" END_OF_HEADER " 10  3  5  0  0  0.0000000  0  3G13R19G 7\n"                           \
  " 121367582.20508  94572134.49208  23095489.677 9  23095481.949 9  23095483.463 7\n"             \
  "        42.000          40.000\n"                                                               \
  " 134357446.85408                                                  23095483.463 7\n"             \
  "        51.000\n"                                                                               \
  " 118767195.32608  91018570.22508  22600658.277 9  22600648.232 9  22227666.760 7\n"             \
  "        57.000          32.000\n"                                                               \
  " 10  3  5  0  0 30.0000000  0  2G13R19\n"                                                       \
  " 121367600.20508  94572150.49208  23095490.677 9  23095482.949 9  23095484.463 7\n"             \
  "        42.500          40.250\n"                                                               \
  " 134357450.85408                                                  23095485.463 7\n"             \
  "\n"                                                                                             \
  " 10  3  5  0  1  0.0000000  0  3G13R19G 7\n"                                                    \
  " 121367650.205 8  94572180.492 8  23095494.677 9  23095484.949 9  23095486.463 7\n"             \
  "        42.250          40.500\n"                                                               \
  " 134357480.854 8                                                  23095489.463 7\n"             \
  "        51.250\n"                                                                               \
  " 118767255.326 8  91018610.225 8  22600678.277 9  22600668.232 9  22227686.760 7\n"             \
  "        57.000          32.000\n"                                                               \
  " 10  3  5  0  1 30.0000000  0  2G13R19\n"                                                       \
  " 121367720.205 8  94572230.492 8  23095504.677 9  23095494.949 9  23095496.463 7\n"             \
  "        42.125          40.625\n"                                                               \
  " 134357530.854 8                                                  23095499.463 7\n"             \
  "        51.125\n"

#define SAMPLE_3                                                                                   \
  VERSION_3                                                                                        \
  "G    4 C1C L1C D1C S1C                                      SYS / # / OBS TYPES\n"              \
  "R    2 C1C S1C                                              SYS / # / OBS "                     \
  "TYPES\n" END_OF_HEADER "> 2022 01 01 00 00  0.0000000  0  3\n"                                  \
  "G01  25256919.479   132726007.43706      2985.279          41.250\n"                            \
  "G08  21340320.966   112144152.71208      2022.266          48.750\n"                            \
  "R01  20178900.304          47.750\n"                                                            \
  "> 2022 01 01 00 00 30.0000000  0  3\n"                                                          \
  "G01  25239882.160   132636474.97506      2982.762          38.500\n"                            \
  "G08  21328812.767                    -2008.459          48.500\n"                               \
  "R01  20163070.383          48.250\n"                                                            \
  "> 2022 01 01 00 01  0.0000000  0  2\n"                                                          \
  "G01  25222859.479   132547007.43706      2980.279          41.250\n"                            \
  "R01\n"                                                                                          \
  "> 2022 01 01 00 01 30.0000000  0  3\n"                                                          \
  "G01  25205882.160   132457474.97506      2978.762          38.500\n"                            \
  "G08  21305812.767   111963677.59308      1998.459          48.500\n"                            \
  "R01  20131070.383          48.500\n"

/* Four epochs with an arc that starts in the middle, and an event before the last. */
#define SAMPLE_CRINEX_1                                                                            \
  CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"                                     \
                    "\n"                                                                           \
                    "3&20000000000 3&100000000000  6 7\n"                                          \
                    "3&21000000000  4\n"                                                           \
                    "                3\n"                                                          \
                    "\n"                                                                           \
                    "1000 5000  5\n"                                                               \
                    "2000 3&110000000000 & 8\n"                                                    \
                    "              1 &              3      G03\n"                                  \
                    "\n"                                                                           \
                    "10 50\n"                                                                      \
                    "20 100\n"                                                                     \
                    "3&22000000000\n"                                                              \
                    "&                           4  1\n"                                           \
                    "hello                                                       COMMENT\n"        \
                    "&24  1  1  0  1 30.0000000  0  1G01\n"                                        \
                    "3&123\n"                                                                      \
                    "3&20000003000 3&100000012000\n"

#define SAMPLE_CRINEX_3                                                                            \
  CRINEX_3 HEADER_3 "> 2024 01 01 00 00  0.0000000  0  2      G01R05\n"                            \
                    "3&123456789012\n"                                                             \
                    "3&20000000000 3&100000000000 &7&6\n"                                          \
                    "3&21000000000 &4\n"                                                           \
                    "                   3\n"                                                       \
                    "-10\n"                                                                        \
                    "1000 5000  5&\n"                                                              \
                    "2000\n"                                                                       \
                    "                 1 &              3            G02\n"                         \
                    "\n"                                                                           \
                    "10 50\n"                                                                      \
                    "20\n"                                                                         \
                    "3&22000000000  &&&&\n"

#endif
