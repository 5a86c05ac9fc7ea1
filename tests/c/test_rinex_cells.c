/* The table of codes, and epochs to cells.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <math.h>

#include "rinex/rinex_cells.h"
#include "rinex/rinex_codes.h"
#include "rinex_samples.h"

struct row
{
  int version;
  char system;
  const char *type, *listed, *code;
};

static const struct row rows[] = {
    {211, 'G', "C1", "", "1C"},  {211, 'G', "L1", "", "1C"},   {211, 'G', "S1", "", "1C"},
    {211, 'G', "P1", "", "1W"},  {211, 'G', "P2", "", "2W"},   {211, 'G', "C2", "", "2X"},
    {211, 'G', "L2", "", "2W"},  {211, 'G', "L2", "C2", "2X"}, {211, 'G', "S2", "P2", "2W"},
    {211, 'G', "L5", "", "5X"},  {211, 'G', "C7", "", "7X"},   {211, 'R', "C1", "", "1C"},
    {211, 'R', "P1", "", "1P"},  {211, 'R', "P2", "", "2P"},   {211, 'R', "C2", "", "2C"},
    {211, 'R', "L2", "", "2C"},  {211, 'R', "D2", "P2", "2P"}, {211, 'E', "C1", "", "1X"},
    {211, 'E', "L5", "", "5X"},  {211, 'E', "S8", "", "8X"},   {211, 'S', "C1", "", "1C"},
    {211, 'S', "L5", "", "5X"},  {211, 'C', "C1", "", "2I"},   {211, 'C', "L2", "P2", "2I"},
    {211, 'C', "S7", "", "7I"},  {211, 'C', "D6", "", "6I"},   {211, 'J', "C1", "", "1C"},
    {211, 'J', "L2", "", "2X"},  {211, 'J', "L6", "", "6X"},   {211, 'I', "C5", "", "5A"},
    {212, 'G', "CA", "", "1C"},  {212, 'G', "LA", "", "1C"},   {212, 'G', "CB", "", "1X"},
    {212, 'G', "CC", "", "2X"},  {212, 'R', "CD", "", "2C"},   {212, 'G', "C1", "", "1C"},
    {212, 'G', "L1", "", "1W"},  {212, 'G', "C2", "", "2W"},   {212, 'R', "S2", "", "2P"},
    {212, 'G', "L5", "", "5X"},  {212, 'E', "C1", "", "1X"},   {305, 'G', "C1C", "", "1C"},
    {305, 'E', "S5Q", "", "5Q"}, {301, 'G', "L2", "", "2 "},   {302, 'C', "C1I", "", "2I"},
    {302, 'C', "L1X", "", "2X"}, {304, 'C', "L1X", "", "1X"},  {304, 'C', "S1Q", "", "2Q"},
    {304, 'C', "C1P", "", "1P"}, {303, 'C', "C2I", "", "2I"},  {302, 'G', "L1X", "", "1X"},
};

static void
test_codes (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
  {
    char listed[2][4] = {"", ""}, text[3];
    snprintf (listed[0], sizeof listed[0], "%s", rows[i].type);
    snprintf (listed[1], sizeof listed[1], "%s", rows[i].listed);
    garco_types types = {2, (const char (*)[4])listed, NULL};
    garco_obs_code_text (garco__code_of (rows[i].version, rows[i].system, listed[0], &types), text);
    if (strcmp (text, rows[i].code) != 0)
      fail_msg ("%d %c %s [%s]: %s, expected %s", rows[i].version, rows[i].system, rows[i].type,
                rows[i].listed, text, rows[i].code);
  }
}

static const garco_code_map *codes; /* used by cells_of; NULL: none */
static int64_t crowded;             /* as cells_of left it */

/* All cells of a text. */
static garco__cells
cells_of (const char *text, bool keep_zeros, char *map, size_t map_size)
{
  garco_error error;
  garco_epoch epoch;
  garco_reader *reader;
  garco__cell_maker *maker;
  garco__cells cells = {0};
  assert_ok (garco_reader_new (NULL, &reader, &error), &error);
  assert_ok (garco__cell_maker_new (keep_zeros, &maker, &error), &error);
  garco__cell_maker_use (maker, codes);
  assert_ok (garco_reader_feed (reader, text, strlen (text), &error), &error);
  garco_reader_finish (reader);
  for (;;)
  {
    garco_status status = garco_reader_next (reader, &epoch, &error);
    assert_ok (status, &error);
    if (status == GARCO_END)
      break;
    assert_ok (
        garco__cell_maker_append (maker, garco_reader_header (reader), &epoch, &cells, &error),
        &error);
  }
  snprintf (map, map_size, "%s", garco__cell_maker_code_map (maker));
  crowded = garco__cell_maker_crowded (maker);
  garco__cell_maker_free (&maker);
  garco_reader_free (&reader);
  return cells;
}

struct cell
{
  char system;
  int sat;
  const char *code;
  double range, phase, doppler, snr; /* -1: absent */
  unsigned flags;
  int fcn;
};

static void
check_number (double got, double want)
{
  if (want == -1)
    assert_true (isnan (got));
  else
    assert_true (got == want);
}

static void
check_cells (garco__cells *cells, const struct cell *want, size_t count)
{
  assert_int_equal (cells->count, count);
  for (size_t i = 0; i < count; i++)
  {
    char code[3];
    garco_obs_code_text (cells->obs[i], code);
    assert_int_equal (garco_system_letter (cells->sys[i]), want[i].system);
    assert_int_equal (cells->sat[i], want[i].sat);
    assert_string_equal (code, want[i].code);
    check_number (cells->range[i], want[i].range);
    check_number (cells->phase[i], want[i].phase);
    check_number (cells->doppler[i], want[i].doppler);
    check_number ((double)cells->snr[i], want[i].snr);
    assert_int_equal (cells->flags[i], want[i].flags);
    assert_int_equal (cells->fcn[i], want[i].fcn);
    assert_int_equal (cells->slip[i], 0);
  }
  garco__cells_free (cells);
}

static void
test_cells_2 (void **state)
{
  (void)state;
  char map[400];
  static const char text[] =
      VERSION_2 "     7    L1    L2    P1    P2    C1    S1    S2            # / TYPES OF OBSERV\n"
                "  1 R19  3                                                  GLONASS SLOT / FRQ "
                "#\n" END_OF_HEADER " 10  3  5  0  0  0.0005000  1  3G13R19R 7\n"
                "         5.00018         6.00057  23095489.677 9  23095481.949 9         0.000 7\n"
                "        42.000          40.000\n"
                "         7.00028         8.000089999999999.99997                  23095483.463 7\n"
                "         0.000\n"
                "              15\n\n";
  static const struct cell want[] = {
      {'G', 13, "1C", -1, 5, -1, 42, GARCO_FLAG_LOSS_OF_LOCK | GARCO_FLAG_POWER_FAILURE, 0},
      {'G', 13, "2W", 23095481.949, 6, -1, 40,
       GARCO_FLAG_LOSS_OF_LOCK | GARCO_FLAG_ANTISPOOFING | GARCO_FLAG_POWER_FAILURE, 0},
      {'G', 13, "1W", 23095489.677, -1, -1, -1, GARCO_FLAG_POWER_FAILURE, 0},
      {'R', 19, "1C", 23095483.463, 7, -1, -1, GARCO_FLAG_HALF_CYCLE | GARCO_FLAG_POWER_FAILURE, 3},
      {'R', 19, "2P", -1, 8, -1, -1, GARCO_FLAG_POWER_FAILURE, 3},
      {'R', 19, "1P", 9999999999.999, -1, -1, -1, GARCO_FLAG_POWER_FAILURE, 3},
  };
  garco__cells cells = cells_of (text, false, map, sizeof map);
  assert_int_equal (cells.time[0], INT64_C (1267747200001)); /* half a ms rounds up */
  check_cells (&cells, want, sizeof want / sizeof *want);
  assert_string_equal (map, "G L1 1C\nG L2 2W\nG P1 1W\nG P2 2W\nG C1 1C\nG S1 1C\nG S2 2W\n"
                            "R L1 1C\nR L2 2P\nR P1 1P\nR P2 2P\nR C1 1C\nR S1 1C\nR S2 2P\n");
}

#define HEADER_CELLS                                                                               \
  VERSION_3 "G    5 C1C L1C D1C S1C I1C                                  SYS / # / OBS TYPES\n"    \
            "R    1 C1C                                                  SYS / # / OBS TYPES\n"    \
            "G   10  2 C1C S1C                                           SYS / SCALE FACTOR\n"     \
            "G 1000  1 L1C                                               SYS / SCALE "             \
            "FACTOR\n" END_OF_HEADER

static const char text_3[] = HEADER_CELLS
    "> 2022 01 01 00 00  0.0000000  0  3\n"
    "G01 252569194.790   132726007.43746         0.000         412.500          1.000\n"
    "G08         0.000           0.000\n"
    "R01         1.000\n"
    ">                              4  1\n"
    "G    1 D1C                                                  SYS / # / OBS TYPES\n"
    "> 2022 01 01 00 00 30.0000000  0  1\n"
    "G01        -1.500\n";

static void
test_cells_3 (void **state)
{
  (void)state;
  char map[400];
  static const struct cell want[] = {
      {'G', 1, "1C", 25256919.479, 132726.007437, 0, 41.25, GARCO_FLAG_BOC, 0},
      {'R', 1, "1C", 1, -1, -1, -1, 0, GARCO_FCN_UNKNOWN},
      {'G', 1, "1C", -1, -1, -1.5, -1, 0, 0},
  };
  garco__cells cells = cells_of (text_3, false, map, sizeof map);
  check_cells (&cells, want, sizeof want / sizeof *want);
  assert_string_equal (map, "G C1C 1C\nG L1C 1C\nG D1C 1C\nG S1C 1C\nR C1C 1C\n");
}

static void
test_zeros_kept (void **state)
{
  (void)state;
  char map[400];
  static const struct cell want[] = {
      {'G', 1, "1C", 25256919.479, 132726.007437, 0, 41.25, GARCO_FLAG_BOC, 0},
      {'G', 8, "1C", 0, 0, -1, -1, 0, 0},
      {'R', 1, "1C", 1, -1, -1, -1, 0, GARCO_FCN_UNKNOWN},
      {'G', 1, "1C", -1, -1, -1.5, -1, 0, 0},
  };
  garco__cells cells = cells_of (text_3, true, map, sizeof map);
  check_cells (&cells, want, sizeof want / sizeof *want);
}

/* L2 goes to a cell of its own, and C2 into P2's, where the first one stays. */
static void
test_own_codes (void **state)
{
  (void)state;
  garco_error error;
  garco_code_map *own;
  char map[400];
  static const char lines[] = "G L2 2L\n* C2 2W\n";
  static const char text[] =
      VERSION_2 "     4    P2    C2    L2    S2                              # / TYPES OF "
                "OBSERV\n" END_OF_HEADER " 10  3  5  0  0  0.0000000  0  2G13G14\n"
                "         1.000           2.000           3.000          40.000\n"
                "                         2.000\n";
  static const struct cell want[] = {
      {'G', 13, "2W", 1, -1, -1, 40, 0, 0},
      {'G', 13, "2L", -1, 3, -1, -1, 0, 0},
      {'G', 14, "2W", 2, -1, -1, -1, 0, 0},
  };
  assert_ok (garco_code_map_read (lines, sizeof lines - 1, NULL, &own, &error), &error);
  codes = own;
  garco__cells cells = cells_of (text, false, map, sizeof map);
  check_cells (&cells, want, sizeof want / sizeof *want);
  assert_string_equal (map, "G P2 2W\nG C2 2W\nG L2 2L\nG S2 2W\n");
  assert_int_equal (crowded, 1);
  codes = NULL;
  garco_code_map_free (&own);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_codes),     cmocka_unit_test (test_cells_2),
      cmocka_unit_test (test_cells_3),   cmocka_unit_test (test_zeros_kept),
      cmocka_unit_test (test_own_codes),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
