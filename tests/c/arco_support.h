/* Arrays in a temporary folder, for tests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_SUPPORT_H
#define GARCO_ARCO_SUPPORT_H

#include "test_support.h"

#include <unistd.h>

#include "arco/array_writer.h"
#include "base/cells.h"
#include "io/io.h"

typedef struct test_place
{
  char folder[64];
  char array[80];
} test_place;

static inline int
make_place (void **state)
{
  test_place *place = calloc (1, sizeof *place);
  const char *base = getenv ("TMPDIR");
  snprintf (place->folder, sizeof place->folder, "%s/garco_XXXXXX", base != NULL ? base : "/tmp");
  *state = place;
  if (mkdtemp (place->folder) == NULL)
    return -1;
  snprintf (place->array, sizeof place->array, "%s/array", place->folder);
  return garco_array_create (place->array, "earthscope", NULL);
}

static inline int
free_place (void **state)
{
  test_place *place = *state;
  garco__io *io = NULL;
  if (garco__io_open (place->folder, &io, NULL) == GARCO_OK)
    garco__io_remove (io, "", NULL);
  garco__io_close (&io);
  free (place);
  return 0;
}

#define TEST_START INT64_C (1700000000000)

/* One cell; its values are made of `value`. */
static inline void
add_cell (garco__cells *cells, int64_t time, int sys, int sat, const char *code, double value)
{
  assert_int_equal (garco__cells_reserve (cells, 1, NULL), GARCO_OK);
  size_t i = cells->count++;
  cells->time[i] = time;
  cells->sys[i] = (uint8_t)sys;
  cells->sat[i] = (uint8_t)sat;
  cells->obs[i] = garco_obs_code (code);
  cells->range[i] = 2e7 + value;
  cells->phase[i] = 1e8 + value;
  cells->doppler[i] = -value;
  cells->snr[i] = (float)value;
  cells->slip[i] = 1;
  cells->flags[i] = 2;
  cells->fcn[i] = -3;
}

/* `epochs` of three satellites and two codes, the snr made of `base`. */
static inline void
add_epochs (garco__cells *cells, int64_t start, int epochs, double base)
{
  for (int e = 0; e < epochs; e++)
    for (int sat = 1; sat <= 3; sat++)
      for (int c = 0; c < 2; c++)
        add_cell (cells, start + 30000 * e, 0, sat, c == 0 ? "1C" : "2W", base + sat + c * 10);
}

static inline void
write_cells (const char *uri, const garco__cells *cells)
{
  garco_array *array = NULL;
  garco__fragment_writer *fragment = NULL;
  garco_column columns[GARCO__CELL_COLUMNS];
  garco_error error;
  garco_batch batch = garco__cells_batch (cells, columns);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  assert_ok (garco__array_lock (array, &error), &error);
  assert_ok (garco__fragment_write (array, &batch, &fragment, &error), &error);
  assert_ok (garco__fragment_commit (fragment, &error), &error);
  garco__fragment_writer_free (&fragment);
  garco__array_unlock (array);
  garco_array_free (&array);
}

#endif
