/* Growing columns of observations.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/cells.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"

static const struct
{
  const char *name;
  garco_datatype type;
  size_t offset; /* of the column's pointer in garco__cells */
} layout[GARCO__CELL_COLUMNS] = {
    {"time", GARCO_INT64, offsetof (garco__cells, time)},
    {"sys", GARCO_UINT8, offsetof (garco__cells, sys)},
    {"sat", GARCO_UINT8, offsetof (garco__cells, sat)},
    {"obs", GARCO_UINT16, offsetof (garco__cells, obs)},
    {"range", GARCO_FLOAT64, offsetof (garco__cells, range)},
    {"phase", GARCO_FLOAT64, offsetof (garco__cells, phase)},
    {"doppler", GARCO_FLOAT64, offsetof (garco__cells, doppler)},
    {"snr", GARCO_FLOAT32, offsetof (garco__cells, snr)},
    {"slip", GARCO_UINT16, offsetof (garco__cells, slip)},
    {"flags", GARCO_UINT16, offsetof (garco__cells, flags)},
    {"fcn", GARCO_INT8, offsetof (garco__cells, fcn)},
};

/* The pointers have different types; they are read and written as bytes. */
static void *
column_of (const garco__cells *cells, size_t i)
{
  void *pointer;
  memcpy (&pointer, (const char *)cells + layout[i].offset, sizeof pointer);
  return pointer;
}

garco_status
garco__cells_reserve (garco__cells *cells, size_t more, garco_error *error)
{
  if (more <= cells->capacity - cells->count)
    return GARCO_OK;
  if (more > SIZE_MAX / 32 - cells->count)
    return garco__fail_memory (error, more);
  size_t capacity = cells->capacity < 512 ? 1024 : cells->capacity + cells->capacity / 2;
  if (capacity < cells->count + more)
    capacity = cells->count + more;
  for (size_t i = 0; i < GARCO__CELL_COLUMNS; i++)
  {
    void *column = column_of (cells, i);
    GARCO_TRY (garco__reallocate (&column, capacity, garco_datatype_size (layout[i].type), error));
    memcpy ((char *)cells + layout[i].offset, &column, sizeof column);
  }
  cells->capacity = capacity;
  return GARCO_OK;
}

void *
garco__cells_take (garco__cells *cells, const void *values)
{
  void *none = NULL;
  for (size_t i = 0; i < GARCO__CELL_COLUMNS; i++)
  {
    void *column = column_of (cells, i);
    if (column == NULL || column != values)
      continue;
    memcpy ((char *)cells + layout[i].offset, &none, sizeof none);
    cells->count = cells->capacity = 0; /* the next room is made for all columns */
    return column;
  }
  return NULL;
}

void
garco__cells_free (garco__cells *cells)
{
  for (size_t i = 0; i < GARCO__CELL_COLUMNS; i++)
    free (column_of (cells, i));
  memset (cells, 0, sizeof *cells);
}

void
garco__cells_move (garco__cells *cells, size_t from, size_t to)
{
  cells->time[to] = cells->time[from];
  cells->sys[to] = cells->sys[from];
  cells->sat[to] = cells->sat[from];
  cells->obs[to] = cells->obs[from];
  cells->range[to] = cells->range[from];
  cells->phase[to] = cells->phase[from];
  cells->doppler[to] = cells->doppler[from];
  cells->snr[to] = cells->snr[from];
  cells->slip[to] = cells->slip[from];
  cells->flags[to] = cells->flags[from];
  cells->fcn[to] = cells->fcn[from];
}

garco_batch
garco__cells_batch (const garco__cells *cells, garco_column columns[GARCO__CELL_COLUMNS])
{
  for (size_t i = 0; i < GARCO__CELL_COLUMNS; i++)
    columns[i] =
        (garco_column){layout[i].name, layout[i].type, 1, column_of (cells, i), NULL, NULL};
  return (garco_batch){(int64_t)cells->count, GARCO__CELL_COLUMNS, columns};
}
