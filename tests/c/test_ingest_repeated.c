/* Observations that are there twice are found wherever they lie.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "ingest/ingest_decode.h"

static garco__cells cells;
static garco__epoch_cells epochs[16];
static size_t nepochs;
static garco_error last_damage;
static int ndamages;

static void
start (void)
{
  garco__cells_free (&cells);
  nepochs = 0;
  ndamages = 0;
}

/* Satellites of GPS, each with these codes, "1C2W". */
static void
add_epoch (int64_t time, const char *codes, size_t nsats, const uint8_t *sats)
{
  garco__epoch_cells *epoch = &epochs[nepochs++];
  *epoch = (garco__epoch_cells){time, (int64_t)(nepochs * 10), cells.count, 0};
  for (size_t s = 0; s < nsats; s++)
    for (const char *code = codes; *code != '\0'; code += 2)
    {
      assert_int_equal (garco__cells_reserve (&cells, 1, NULL), GARCO_OK);
      size_t i = cells.count++;
      cells.time[i] = time;
      cells.sys[i] = 0;
      cells.sat[i] = sats[s];
      cells.obs[i] = garco_obs_code (code);
      cells.range[i] = (double)i;
      cells.phase[i] = cells.doppler[i] = 0;
      cells.snr[i] = 0;
      cells.slip[i] = cells.flags[i] = 0;
      cells.fcn[i] = 0;
    }
  epoch->count = cells.count - epoch->first;
}

static int
keep_damage (void *context, const garco_error *damage)
{
  (void)context;
  last_damage = *damage;
  ndamages++;
  return 0;
}

static garco_status
drop (bool salvage, int64_t *damaged, garco_error *error)
{
  garco_ingest_options options = GARCO_INGEST_OPTIONS_INIT;
  options.salvage = salvage;
  options.on_damage = keep_damage;
  *damaged = 0;
  return garco__drop_repeated (&cells, epochs, nepochs, "a.24o", &options, damaged, error);
}

static void
a_sound_file_stays_as_it_is (void **state)
{
  (void)state;
  garco_error error;
  int64_t damaged;
  start ();
  add_epoch (2000, "1C2W", 3, (const uint8_t[]){1, 2, 3});
  add_epoch (1000, "1C2W", 3, (const uint8_t[]){1, 2, 3});
  add_epoch (3000, "1C", 1, (const uint8_t[]){1});
  /* One time in two epochs, of different satellites and of different codes. */
  add_epoch (3000, "1C", 1, (const uint8_t[]){2});
  add_epoch (3000, "2W", 2, (const uint8_t[]){1, 2});
  assert_ok (drop (false, &damaged, &error), &error);
  assert_int_equal (damaged, 0);
  assert_int_equal (cells.count, 16);
}

static void
a_satellite_twice_is_refused_with_its_lines (void **state)
{
  (void)state;
  garco_error error;
  char text[256];
  int64_t damaged;
  start ();
  add_epoch (0, "1C", 1, (const uint8_t[]){9});
  add_epoch (1000, "1C2W", 3, (const uint8_t[]){1, 5, 1});
  assert_int_equal (drop (false, &damaged, &error), GARCO_ERR_CORRUPT);
  garco_error_format (&error, text, sizeof text);
  assert_string_equal (text, "a.24o:20: G01 1C at 1970-01-01T00:00:01.000 is there twice, first "
                             "in the epoch on line 20: expected once");
  assert_int_equal (drop (true, &damaged, &error), GARCO_OK);
  assert_int_equal (damaged, 1);
  assert_int_equal (cells.count, 5);
  assert_true (cells.range[4] == 4);
}

static void
salvage_keeps_the_first_of_the_file (void **state)
{
  (void)state;
  garco_error error;
  int64_t damaged;
  start ();
  add_epoch (1000, "1C2W", 2, (const uint8_t[]){1, 2});
  add_epoch (2000, "1C", 1, (const uint8_t[]){1});
  add_epoch (1000, "2W5X", 3, (const uint8_t[]){2, 1, 3});
  assert_int_equal (drop (true, &damaged, &error), GARCO_OK);
  assert_int_equal (damaged, 1);
  assert_int_equal (ndamages, 1);
  assert_int_equal (last_damage.line, 30);
  assert_string_equal (last_damage.message, "2 observations were given before and are left out, "
                                            "the first G02 2W at 1970-01-01T00:00:01.000");
  assert_int_equal (cells.count, 9);
  const double ranges[] = {0, 1, 2, 3, 4, 6, 8, 9, 10};
  for (size_t i = 0; i < 9; i++)
    assert_true (cells.range[i] == ranges[i]);
  garco__cells_free (&cells);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (a_sound_file_stays_as_it_is),
      cmocka_unit_test (a_satellite_twice_is_refused_with_its_lines),
      cmocka_unit_test (salvage_keeps_the_first_of_the_file),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
