/* A consolidated fragment whose tiles share equal cells: the same few coordinates written again and
 * again, in tiles of four cells.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_REPEATS_SUPPORT_H
#define GARCO_REPEATS_SUPPORT_H

#include "arco_support.h"
#include "test_random.h"

#include "arco/array_scan.h"

#define REPEATS_TIMES 5
#define REPEATS_SATS 3
#define REPEATS_WRITES 9

static const int64_t repeats_domain[] = {0, 1000}, repeats_extent[] = {1001};
static const uint8_t repeats_sats[] = {0, 254}, repeats_one[] = {1};
static const garco_field_info repeats_fields[] = {{.name = "time",
                                                   .is_dimension = true,
                                                   .type = GARCO_INT64,
                                                   .width = 1,
                                                   .domain = repeats_domain,
                                                   .extent = repeats_extent},
                                                  {.name = "sat",
                                                   .is_dimension = true,
                                                   .type = GARCO_UINT8,
                                                   .width = 1,
                                                   .domain = repeats_sats,
                                                   .extent = repeats_one},
                                                  {.name = "x", .type = GARCO_INT32, .width = 1}};

/* Each write has some of the coordinates; x is the time of writing. `latest` becomes that of each
 * coordinate's last, 0 where it has none. The array is open, and has one fragment. */
static garco_array *
make_repeats (const test_place *place, unsigned number, int32_t latest[REPEATS_TIMES][REPEATS_SATS])
{
  char uri[112];
  garco_array *array = NULL;
  garco_error error;
  const garco_schema_info schema = {
      .sparse = true, .capacity = 4, .nfields = 3, .fields = repeats_fields};
  garco_upkeep_options upkeep = GARCO_UPKEEP_OPTIONS_INIT;
  snprintf (uri, sizeof uri, "%s/repeats%d", place->folder, (int)number);
  assert_ok (garco_array_create_schema (uri, &schema, &error), &error);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  memset (latest, 0, sizeof (int32_t) * REPEATS_TIMES * REPEATS_SATS);
  for (int w = 1; w <= REPEATS_WRITES; w++)
  {
    int64_t time[REPEATS_TIMES * REPEATS_SATS];
    uint8_t sat[REPEATS_TIMES * REPEATS_SATS];
    int32_t x[REPEATS_TIMES * REPEATS_SATS];
    garco_write_options options = GARCO_WRITE_OPTIONS_INIT;
    int64_t count = 0;
    for (int t = 0; t < REPEATS_TIMES; t++)
      for (int s = 0; s < REPEATS_SATS; s++)
      {
        if (draw (3) == 0)
          continue;
        time[count] = t * 10;
        sat[count] = (uint8_t)(s + 1);
        x[count++] = latest[t][s] = w;
      }
    const garco_column columns[] = {{"time", GARCO_INT64, 1, time, NULL, NULL},
                                    {"sat", GARCO_UINT8, 1, sat, NULL, NULL},
                                    {"x", GARCO_INT32, 1, x, NULL, NULL}};
    const garco_batch batch = {count, 3, columns};
    options.timestamp = (uint64_t)w;
    assert_ok (garco_array_write (array, &batch, &options, NULL, &error), &error);
  }
  garco_array_free (&array);
  assert_ok (garco_consolidate (uri, &upkeep, NULL, &error), &error);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  return array;
}

#endif
