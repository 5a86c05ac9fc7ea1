/* garco_simulate: the same bytes each time, and a day that could have been observed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "file_support.h"

#include <locale.h>
#include <math.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/digest.h"
#include "codec/source.h"
#include "simulate/simulate_orbit.h"
#include "simulate/simulate_random.h"

#define OUT "garco-simulate-test"
#define L1_WAVELENGTH (299792458.0 / 1575.42e6)
#define SIDEREAL_DAY_MS INT64_C (86164099)
#define NEW_YEAR INT64_C (1704067200000)

static const double p057[3] = {-1833358.757, -4399352.969, 4226392.943};

static garco_simulate_options
short_options (int version, const char *systems, garco_form form)
{
  garco_simulate_options options = GARCO_SIMULATE_OPTIONS_INIT;
  options.duration_ms = 20 * 60000;
  options.version = version;
  options.systems = systems;
  options.form = form;
  return options;
}

static garco__buffer
simulated (const garco_simulate_options *options)
{
  garco_error error;
  assert_ok (garco_simulate (options, OUT, &error), &error);
  garco__buffer bytes = all_bytes (OUT);
  unlink (OUT);
  return bytes;
}

/* SHA-256 of what follows END OF HEADER. */
static void
body_hash (const garco__buffer *bytes, char text[65])
{
  uint8_t hash[32];
  garco__digest *digest;
  size_t at = 0;
  while (at + 14 < bytes->size && memcmp (bytes->data + at, "END OF HEADER\n", 14) != 0)
    at++;
  assert_true (at + 14 < bytes->size);
  assert_int_equal (garco__digest_new ("SHA256", &digest, NULL), 0);
  assert_int_equal (
      garco__digest_update (digest, bytes->data + at + 14, bytes->size - at - 14, NULL), 0);
  assert_int_equal (garco__digest_final (digest, hash, sizeof hash, NULL), 0);
  garco__digest_free (&digest);
  garco__hex_text (hash, sizeof hash, text);
}

/* The same text everywhere: these hashes hold on any machine of IEEE 754 doubles. They change when
 * the simulation is changed, never otherwise. */
static void
test_same_text_everywhere (void **state)
{
  (void)state;
  static const struct
  {
    int version;
    const char *systems;
    garco_form form;
    const char *hash;
  } known[] = {
      {211, "G", GARCO_FORM_CRINEX,
       "8cf20c127b64f07ce318faa69c958372c00246cb3d231a6e65463b145aefa074"},
      {211, "GRE", GARCO_FORM_RINEX,
       "9074f81aa0191864c445e459306cd18fc52bb48a2ec7bee3a52ba7cee5117199"},
      {304, "GREC", GARCO_FORM_CRINEX,
       "2a430e464795d29283003ce7760be860c0ca1a4442463d92d5cfbe8943fdb339"},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
  {
    char hash[65];
    garco_simulate_options options =
        short_options (known[i].version, known[i].systems, known[i].form);
    garco__buffer bytes = simulated (&options);
    body_hash (&bytes, hash);
    assert_string_equal (hash, known[i].hash);
    garco__buffer_free (&bytes);
  }
}

static void
test_seed_and_repetition (void **state)
{
  (void)state;
  garco_simulate_options options = short_options (211, NULL, GARCO_FORM_CRINEX);
  garco__buffer one = simulated (&options), two = simulated (&options);
  options.seed = 2;
  garco__buffer three = simulated (&options);
  assert_int_equal (one.size, two.size);
  assert_memory_equal (one.data, two.data, one.size);
  assert_true (one.size != three.size || memcmp (one.data, three.data, one.size) != 0);
  garco__buffer_free (&one);
  garco__buffer_free (&two);
  garco__buffer_free (&three);
}

/* ------------------------------------------------------------------ a day */

typedef struct satellite_state
{
  int64_t time, range, phase, doppler;
} satellite_state;

struct day
{
  int64_t epochs, sats, strengths, slips, blanks, steps;
  double strength_sum;
  bool seen[33];
  satellite_state last[33];
};

/* The phase moves as range and Doppler say, or the loss of lock is marked. Fields: L1 L2 C1 P2 P1
 * D1 D2 S1 S2. */
static void
check_step (struct day *day, int number, int64_t time, const int64_t *values, const char *flags)
{
  satellite_state *last = &day->last[number];
  bool lost = flags[0] != ' ' && (flags[0] & 1) != 0;
  satellite_state now = {time, values[2], values[0], values[5]};
  if (values[0] == GARCO_MISSING || values[2] == GARCO_MISSING || values[5] == GARCO_MISSING)
    now.time = 0;
  if (lost)
    day->slips += last->time == time - 15000;
  else if (now.time != 0 && last->time == time - 15000)
  {
    double moved = (double)(now.phase - last->phase) / 1000;
    double ranged = (double)(now.range - last->range) / 1000 / L1_WAVELENGTH;
    double turned = -(double)(now.doppler + last->doppler) / 2000 * 15;
    if (fabs (moved - ranged) > 60 || fabs (moved - turned) > 8)
      fail_msg ("G%02d at %lld: phase moved %.3f, range %.3f, Doppler %.3f cycles", number,
                (long long)time, moved, ranged, turned);
    day->steps++;
  }
  *last = now;
}

static void
check_satellite (struct day *day, const garco_epoch *epoch, const garco_epoch_sat *sat)
{
  const int64_t *values = epoch->values + sat->first;
  const char *flags = epoch->indicators + 2 * sat->first;
  assert_int_equal (sat->system, 0);
  assert_in_range (sat->number, 1, 32);
  assert_int_equal (sat->count, 9);
  day->seen[sat->number] = true;
  day->sats++;
  for (int i = 2; i < 5; i++)
    if (values[i] != GARCO_MISSING)
      assert_in_range (values[i], 19500000000, 26500000000);
  for (int i = 0; i < 9; i++)
    day->blanks += values[i] == GARCO_MISSING;
  if (values[7] != GARCO_MISSING)
  {
    assert_in_range (values[7], 28000, 56000);
    assert_int_equal (values[7] % 250, 0);
    day->strengths++;
    day->strength_sum += (double)values[7] / 1000;
  }
  if (values[1] != GARCO_MISSING)
    assert_true (flags[2] == '4' || flags[2] == '5');
  check_step (day, sat->number, epoch->time_ms, values, flags);
}

static void
check_header (const garco_header *header)
{
  assert_int_equal (header->version, 211);
  assert_int_equal (header->crinex_version, 10);
  assert_string_equal (header->marker_name, "P057");
  assert_string_equal (header->receiver[1], "SIMULATED");
  assert_non_null (strstr (header->text, "SIMULATED DATA"));
  for (int i = 0; i < 3; i++)
    assert_true (fabs (header->position[i] - p057[i]) < 1e-4);
  assert_true (header->interval == 15.0);
  assert_int_equal (header->first_obs_ms, NEW_YEAR);
}

/* The default: a day of P057 as it would lie in the archive. */
static void
test_day (void **state)
{
  (void)state;
  garco_error error;
  garco_reader *reader;
  garco_epoch epoch;
  garco_status status;
  struct day day;
  int64_t before = INT64_MIN;
  memset (&day, 0, sizeof day);
  assert_ok (garco_simulate (NULL, OUT ".24d.Z", &error), &error);
  assert_ok (garco_reader_open (OUT ".24d.Z", NULL, &reader, &error), &error);
  check_header (garco_reader_header (reader));
  while ((status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
  {
    assert_true (epoch.time_ms > before && epoch.time_ms % 15000 == 0);
    before = epoch.time_ms;
    day.epochs++;
    for (size_t i = 0; i < epoch.nsats; i++)
      check_satellite (&day, &epoch, &epoch.sats[i]);
  }
  assert_ok (status, &error);
  garco_reader_free (&reader);
  unlink (OUT ".24d.Z");
  assert_int_equal (before, NEW_YEAR + 86400000 - 15000);
  assert_in_range (day.epochs, 5700, 5759);
  double mean_sats = (double)day.sats / (double)day.epochs;
  assert_true (mean_sats > 8 && mean_sats < 12);
  double mean_strength = day.strength_sum / (double)day.strengths;
  assert_true (mean_strength > 43 && mean_strength < 48);
  assert_in_range (day.slips, 2, 100);
  assert_in_range (day.blanks, 20, day.sats / 10);
  assert_true (day.steps > day.sats * 98 / 100);
  for (int i = 1; i <= 32; i++)
    assert_true (day.seen[i]);
}

/* Hatanaka and plain text of the same options hold the same. */
static void
test_forms_agree (void **state)
{
  (void)state;
  garco_error error;
  garco_reader *reader;
  garco_writer *writer;
  garco_epoch epoch;
  garco_status status;
  garco_simulate_options options = short_options (304, "CERG", GARCO_FORM_CRINEX);
  assert_ok (garco_simulate (&options, OUT ".crx.gz", &error), &error);
  assert_ok (garco_reader_open (OUT ".crx.gz", NULL, &reader, &error), &error);
  assert_ok (garco_writer_open (OUT ".rnx", NULL, &writer, &error), &error);
  assert_ok (garco_writer_header (writer, garco_reader_header (reader), &error), &error);
  while ((status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
    assert_ok (garco_writer_epoch (writer, &epoch, &error), &error);
  assert_ok (status, &error);
  assert_ok (garco_writer_close (writer, &error), &error);
  garco_writer_free (&writer);
  garco_reader_free (&reader);
  options.form = GARCO_FORM_RINEX;
  garco__buffer plain = simulated (&options), back = all_bytes (OUT ".rnx");
  assert_int_equal (plain.size, back.size);
  assert_memory_equal (plain.data, back.data, plain.size);
  garco__buffer_free (&plain);
  garco__buffer_free (&back);
  unlink (OUT ".crx.gz");
  unlink (OUT ".rnx");
}

static void
test_all_systems (void **state)
{
  (void)state;
  garco_error error;
  garco_reader *reader;
  garco_epoch epoch;
  int64_t per_system[GARCO_SYSTEM_COUNT] = {0}, epochs = 0;
  garco_status status;
  garco_simulate_options options = short_options (304, "GREC", GARCO_FORM_CRINEX);
  options.station = "TEST";
  assert_ok (garco_simulate (&options, OUT, &error), &error);
  assert_ok (garco_reader_open (OUT, NULL, &reader, &error), &error);
  const garco_header *header = garco_reader_header (reader);
  assert_string_equal (header->marker_name, "TEST");
  assert_int_equal (header->glonass_channel[2], -4);
  assert_int_equal (header->types[0].count, 12);
  assert_string_equal (header->types[0].codes[4], "C2W");
  while ((status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
  {
    epochs++;
    for (size_t i = 0; i < epoch.nsats; i++)
    {
      const garco_epoch_sat *sat = &epoch.sats[i];
      per_system[sat->system]++;
      /* PRN 2 is of an old block: no third frequency. */
      if (sat->system == 0 && sat->number == 2)
        assert_true (epoch.values[sat->first + 8] == GARCO_MISSING);
    }
  }
  assert_ok (status, &error);
  garco_reader_free (&reader);
  unlink (OUT);
  static const int systems[] = {0, 1, 3, 4};
  for (size_t i = 0; i < 4; i++)
    assert_in_range (per_system[systems[i]], 4 * epochs, 14 * epochs);
}

/* ------------------------------------------------------------------ what it stands on */

static void
test_sine_cosine (void **state)
{
  (void)state;
  for (int i = -4000; i <= 4000; i++)
  {
    double sine, cosine, turns = i / 1000.0 + 1e-4;
    garco__sine_cosine (turns, &sine, &cosine);
    assert_true (fabs (sine - sin (turns * 6.283185307179586)) < 4e-15);
    assert_true (fabs (cosine - cos (turns * 6.283185307179586)) < 4e-15);
    assert_true (fabs (sine * sine + cosine * cosine - 1) < 1e-15);
  }
}

/* GPS stands where it stood a sidereal day before; the range rate is the range's. */
static void
test_orbits (void **state)
{
  (void)state;
  garco__station station = garco__station_at (p057);
  int up = 0;
  for (size_t i = 0; i < 32; i++)
  {
    garco__view now = garco__see (&station, 'G', i, NEW_YEAR);
    garco__view later = garco__see (&station, 'G', i, NEW_YEAR + SIDEREAL_DAY_MS);
    garco__view next = garco__see (&station, 'G', i, NEW_YEAR + 1000);
    garco__view old = garco__see (&station, 'G', i, NEW_YEAR - 1000);
    if (now.sine < 0.05)
      continue;
    up++;
    assert_true (fabs (now.range - later.range) < 1.0);
    assert_true (fabs ((next.range - old.range) / 2 - now.range_rate) < 0.01);
  }
  assert_in_range (up, 6, 16);
}

static void
test_random (void **state)
{
  (void)state;
  double sum = 0, square = 0;
  for (int i = 0; i < 100000; i++)
  {
    double value = garco__normal (1, 2, i), flat = garco__uniform (1, 2, i);
    assert_true (flat >= 0 && flat < 1);
    sum += value;
    square += value * value;
  }
  assert_true (fabs (sum / 100000) < 0.01);
  assert_true (fabs (square / 100000 - 1) < 0.02);
}

/* ------------------------------------------------------------------ refusals */

static void
refuse (const garco_simulate_options *options)
{
  garco_error error;
  assert_int_equal (garco_simulate (options, OUT, &error), GARCO_ERR_ARGUMENT);
  assert_string_equal (error.source, "");
  assert_int_not_equal (access (OUT, F_OK), 0);
}

static void
test_refusals (void **state)
{
  (void)state;
  static const char *const stations[] = {"", "P05", "P0577", "P 57", "P05\n"};
  garco_simulate_options good = short_options (211, "G", GARCO_FORM_RINEX), bad = good;
  bad.version = 212;
  refuse (&bad);
  bad = good;
  bad.interval_ms = 0;
  refuse (&bad);
  bad = good;
  bad.duration_ms = -1;
  refuse (&bad);
  bad = good;
  bad.start_ms = INT64_MAX;
  refuse (&bad);
  bad.start_ms = garco__days_of_date (2078, 12, 31) * GARCO__DAY_MS;
  bad.duration_ms = 366 * GARCO__DAY_MS; /* to 2080-01-01, which two digits call 1980 */
  bad.interval_ms = GARCO__DAY_MS;
  assert_int_equal (garco_simulate (&bad, OUT, NULL), GARCO_OK);
  unlink (OUT);
  bad.start_ms++;
  refuse (&bad);
  bad = good;
  bad.position[0] = NAN;
  refuse (&bad);
  for (int i = 0; i < 5; i++)
  {
    bad = good;
    bad.station = stations[i];
    refuse (&bad);
  }
  bad = good;
  bad.systems = "GX";
  refuse (&bad);
  bad.systems = "";
  refuse (&bad);
  bad.systems = "GC"; /* no BeiDou in RINEX 2.11 */
  refuse (&bad);
}

/* A program that has set a locale with a decimal comma gets the same text. */
static void
test_decimal_comma (void **state)
{
  (void)state;
  static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8"};
  garco_simulate_options options = short_options (304, "GR", GARCO_FORM_RINEX);
  garco__buffer with_point = simulated (&options), with_comma;
  const char *set = NULL;
  for (size_t i = 0; i < sizeof locales / sizeof *locales && set == NULL; i++)
    set = setlocale (LC_ALL, locales[i]);
  if (set != NULL)
  {
    with_comma = simulated (&options);
    setlocale (LC_ALL, "C");
    assert_int_equal (with_comma.size, with_point.size);
    assert_memory_equal (with_comma.data, with_point.data, with_point.size);
    garco__buffer_free (&with_comma);
  }
  garco__buffer_free (&with_point);
  if (set == NULL)
    skip ();
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_same_text_everywhere),
      cmocka_unit_test (test_seed_and_repetition),
      cmocka_unit_test (test_day),
      cmocka_unit_test (test_forms_agree),
      cmocka_unit_test (test_all_systems),
      cmocka_unit_test (test_sine_cosine),
      cmocka_unit_test (test_orbits),
      cmocka_unit_test (test_random),
      cmocka_unit_test (test_refusals),
      cmocka_unit_test (test_decimal_comma),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
