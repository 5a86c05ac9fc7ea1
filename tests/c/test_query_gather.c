/* Pieces into groups and rows: the same table whatever the threads, groups by time in order over
 * several sources, what fails or is refused stops all, and what memory groups may take.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco_support.h"

#include <dirent.h>

#include "query/query_gather.h"

#define DAY INT64_C (86400000)
#define START (INT64_C (19700) * DAY)
#define PER_DAY 288

/* Writes a fragment of three satellites over a day, or so many days one epoch a day. */
static void
write_fragment (garco_array *array, int day, int days)
{
  garco_error error;
  int epochs = days > 1 ? days : PER_DAY;
  static int64_t time[3 * PER_DAY];
  static uint8_t sys[3 * PER_DAY], sat[3 * PER_DAY];
  static uint16_t obs[3 * PER_DAY], half[3 * PER_DAY];
  static double wide[3 * PER_DAY];
  static float snr[3 * PER_DAY];
  static int8_t fcn[3 * PER_DAY];
  for (int i = 0; i < 3 * epochs; i++)
  {
    time[i] = START + day * DAY + i / 3 * (days > 1 ? DAY : DAY / PER_DAY);
    sat[i] = (uint8_t)(1 + i % 3);
    obs[i] = garco_obs_code ("1C");
    wide[i] = i;
    snr[i] = (float)(day + i % 3);
  }
  const garco_column columns[] = {{"time", GARCO_INT64, 1, time, NULL, NULL},
                                  {"sys", GARCO_UINT8, 1, sys, NULL, NULL},
                                  {"sat", GARCO_UINT8, 1, sat, NULL, NULL},
                                  {"obs", GARCO_UINT16, 1, obs, NULL, NULL},
                                  {"range", GARCO_FLOAT64, 1, wide, NULL, NULL},
                                  {"phase", GARCO_FLOAT64, 1, wide, NULL, NULL},
                                  {"doppler", GARCO_FLOAT64, 1, wide, NULL, NULL},
                                  {"snr", GARCO_FLOAT32, 1, snr, NULL, NULL},
                                  {"slip", GARCO_UINT16, 1, half, NULL, NULL},
                                  {"flags", GARCO_UINT16, 1, half, NULL, NULL},
                                  {"fcn", GARCO_INT8, 1, fcn, NULL, NULL}};
  const garco_batch batch = {3 * epochs, 11, columns};
  assert_ok (garco_array_write (array, &batch, NULL, NULL, &error), &error);
}

/* An array of `days` days from `first` on, a fragment each. */
static void
make_days (const test_place *place, const char *name, int first, int days, char uri[112])
{
  garco_array *array = NULL;
  garco_error error;
  snprintf (uri, 112, "%s/%s", place->folder, name);
  assert_ok (garco_array_create (uri, "earthscope", &error), &error);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  for (int day = first; day < first + days; day++)
    write_fragment (array, day, 1);
  garco_array_free (&array);
}

static garco_status
compute (const char *const *uris, size_t count, const garco_query_options *options, unsigned by,
         int64_t span_ms, garco_stats **stats, garco_error *error)
{
  static const garco_statistic wanted[] = {{GARCO_COUNT, 0}, {GARCO_MEAN, 0}, {GARCO_MEDIAN, 0}};
  garco_stats_options grouped = GARCO_STATS_OPTIONS_INIT;
  grouped.by = by;
  grouped.span_ms = span_ms;
  grouped.statistics = wanted;
  grouped.nstatistics = 3;
  return garco_stats_compute (uris, count, options, &grouped, stats, error);
}

/* Two sources of which each has days that lie between the other's. */
static void
days_of_several_sources_are_rows_in_order (void **state)
{
  char even[112], odd[112];
  const char *uris[] = {odd, even};
  make_days (*state, "even", 0, 6, even);
  make_days (*state, "odd", 3, 6, odd);
  for (int threads = 1; threads <= 4; threads++)
  {
    garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
    garco_stats *stats = NULL;
    garco_error error;
    options.threads = threads;
    assert_ok (compute (uris, 2, &options, GARCO_BY_DAY, 0, &stats, &error), &error);
    const garco_batch *table = garco_stats_table (stats);
    const int64_t *counts = table->columns[1].values;
    const double *means = table->columns[2].values, *medians = table->columns[3].values;
    assert_int_equal (table->rows, 9);
    for (int day = 0; day < 9; day++)
    {
      const int64_t *days = table->columns[0].values;
      assert_true (days[day] == START + day * DAY);
      assert_int_equal (counts[day], 3 * PER_DAY * (day >= 3 && day < 6 ? 2 : 1));
      assert_true (means[day] == day + 1 && medians[day] == day + 1);
    }
    garco_stats_free (&stats);
  }
}

static void
groups_beyond_the_memory_are_refused (void **state)
{
  char uri[112];
  const char *uris[] = {uri};
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_stats *stats = NULL;
  garco_error error;
  make_days (*state, "many", 0, 40, uri);
  options.memory = 1 << 20;
  assert_int_equal (
      compute (uris, 1, &options, GARCO_BY_SPAN | GARCO_BY_SAT, 300000, &stats, &error),
      GARCO_ERR_LIMIT);
  assert_null (stats);
  assert_non_null (strstr (error.message, "memory of 1 MB: "));
  assert_non_null (strstr (error.message, " groups with "));
  assert_ok (compute (uris, 1, &options, GARCO_BY_DAY, 0, &stats, &error), &error);
  assert_int_equal (garco_stats_table (stats)->rows, 40);
  garco_stats_free (&stats);
  options.memory = 16 << 20;
  assert_ok (compute (uris, 1, &options, GARCO_BY_SPAN | GARCO_BY_SAT, 300000, &stats, &error),
             &error);
  assert_int_equal (garco_stats_table (stats)->rows, 40 * 3 * PER_DAY);
  garco_stats_free (&stats);
}

/* Overwrites the end of the snr of the fragment that is first by name. */
static void
damage_first (const char *uri)
{
  char path[512], first[256] = "";
  snprintf (path, sizeof path, "%s/__fragments", uri);
  DIR *open = opendir (path);
  assert_non_null (open);
  for (struct dirent *entry; (entry = readdir (open)) != NULL;)
    if (entry->d_name[0] == '_' && (first[0] == '\0' || strcmp (entry->d_name, first) < 0))
      snprintf (first, sizeof first, "%s", entry->d_name);
  closedir (open);
  snprintf (path, sizeof path, "%s/__fragments/%s/a3.tdb", uri, first);
  FILE *file = fopen (path, "r+b");
  assert_non_null (file);
  assert_int_equal (fseek (file, -9, SEEK_END), 0);
  assert_int_equal (fwrite ("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1, 9, file), 9);
  fclose (file);
}

typedef struct heard
{
  int calls, answer;
} heard;

static int
hear (void *context, const garco_error *damage)
{
  heard *own = context;
  assert_non_null (strstr (damage->message, "field \"snr\", tile 0"));
  own->calls++;
  return own->answer;
}

static void
damage_stops_all_or_is_left_out_and_told_once (void **state)
{
  char uri[112];
  const char *uris[] = {uri};
  heard own = {0, 0};
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_stats *stats = NULL;
  garco_error error;
  make_days (*state, "damaged", 0, 5, uri);
  damage_first (uri);
  for (options.threads = 1; options.threads <= 4; options.threads++)
  {
    assert_int_equal (compute (uris, 1, &options, GARCO_BY_DAY, 0, &stats, &error),
                      GARCO_ERR_CORRUPT);
    assert_non_null (strstr (error.message, "field \"snr\", tile 0"));
  }
  options.skip_corrupt = true;
  options.on_damage = hear;
  options.context = &own;
  assert_ok (compute (uris, 1, &options, GARCO_BY_SPAN, DAY / 4, &stats, &error), &error);
  assert_int_equal (own.calls, 1);
  assert_int_equal (garco_stats_table (stats)->rows, 16); /* of four days */
  garco_stats_free (&stats);
  own.answer = 1;
  assert_int_equal (compute (uris, 1, &options, GARCO_BY_DAY, 0, &stats, &error),
                    GARCO_ERR_CANCELLED);
  assert_null (stats);
}

/* Its rows are read day by day, as a later fragment has some of its cells. */
static void
a_tile_over_several_days_is_told_once (void **state)
{
  char uri[112];
  const char *uris[] = {uri};
  heard own = {0, 0};
  garco_array *array = NULL;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_stats *stats = NULL;
  garco_error error;
  make_days (*state, "long", 0, 0, uri);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  write_fragment (array, 0, 9);
  damage_first (uri);
  write_fragment (array, 0, 5);
  garco_array_free (&array);
  options.skip_corrupt = true;
  options.on_damage = hear;
  options.context = &own;
  assert_ok (compute (uris, 1, &options, GARCO_BY_DAY, 0, &stats, &error), &error);
  assert_int_equal (own.calls, 1);
  assert_int_equal (garco_stats_table (stats)->rows, 5);
  garco_stats_free (&stats);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (days_of_several_sources_are_rows_in_order, make_place,
                                       free_place),
      cmocka_unit_test_setup_teardown (groups_beyond_the_memory_are_refused, make_place,
                                       free_place),
      cmocka_unit_test_setup_teardown (a_tile_over_several_days_is_told_once, make_place,
                                       free_place),
      cmocka_unit_test_setup_teardown (damage_stops_all_or_is_left_out_and_told_once, make_place,
                                       free_place),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
