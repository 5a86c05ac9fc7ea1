/* Windows of a file. Files as a rule give their epochs in the order of time, so that a window may
 * end before any epoch that is later than all so far:
 *
 *   epochs   |  t1  t2  t3  t4 | t5  t6 ...
 *   cells    |-- limit or more-|carried to the next window
 *
 * Whether the times rise is found by reading the file once before, without making cells. Where they
 * do not, the one window is the whole file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/verify_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"

#define WINDOW_CELLS ((size_t)1 << 19)

static garco_status
open_reader (const char *path, const garco_ingest_options *reading, bool quiet,
             garco_reader **reader, garco_error *error)
{
  garco_reader_options options = GARCO_READER_OPTIONS_INIT;
  options.salvage = reading->salvage;
  options.on_damage = quiet ? NULL : reading->on_damage;
  options.context = reading->context;
  return garco_reader_open (path, &options, reader, error);
}

static int64_t
label_of (const garco_epoch *epoch)
{
  return epoch->time_ms + (epoch->time_ps >= 500000000);
}

static garco_status
find_order (const char *path, const garco_ingest_options *reading, bool *rises, garco_error *error)
{
  garco_reader *reader = NULL;
  garco_epoch epoch;
  int64_t last = INT64_MIN;
  garco_status status;
  *rises = true;
  GARCO_TRY (open_reader (path, reading, true, &reader, error));
  while (*rises && (status = garco_reader_next (reader, &epoch, error)) == GARCO_OK)
  {
    if (epoch.flag > 1)
      continue;
    *rises = label_of (&epoch) >= last;
    last = label_of (&epoch);
  }
  garco_reader_free (&reader);
  return !*rises || status > 0 ? GARCO_OK : status;
}

garco_status
garco__windows_open (garco__file_windows *windows, const char *path,
                     const garco_ingest_options *reading, garco_error *error)
{
  bool rises = false;
  windows->path = garco__input_name (path);
  windows->reading = *reading;
  if (strcmp (path, "-") != 0)
    GARCO_TRY (find_order (path, reading, &rises, error));
  windows->limit = rises ? WINDOW_CELLS : SIZE_MAX;
  GARCO_TRY (open_reader (path, reading, false, &windows->reader, error));
  GARCO_TRY (garco__cell_maker_new (reading->keep_zeros, &windows->maker, error));
  garco__cell_maker_use (windows->maker, reading->code_map);
  return GARCO_OK;
}

static garco_status
keep_epoch (garco__file_windows *w, size_t first, int64_t line, garco_error *error)
{
  if (w->nepochs == w->epochs_capacity)
  {
    void *epochs = w->epochs;
    size_t capacity = w->epochs_capacity * 2 + 1024;
    GARCO_TRY (garco__reallocate (&epochs, capacity, sizeof *w->epochs, error));
    w->epochs = epochs;
    w->epochs_capacity = capacity;
  }
  w->epochs[w->nepochs++] =
      (garco__epoch_cells){w->cells.time[first], line, first, w->cells.count - first};
  return GARCO_OK;
}

/* Begins a window with the epoch that ended the one before. */
static garco_status
begin (garco__file_windows *w, garco_error *error)
{
  size_t from = w->cells.count;
  w->nepochs = 0;
  for (size_t i = 0; i < w->carried; i++)
    garco__cells_move (&w->cells, from + i, i);
  w->cells.count = w->carried;
  w->carried = 0;
  return w->cells.count > 0 ? keep_epoch (w, 0, w->carried_line, error) : GARCO_OK;
}

/* Appends the next epoch that has cells; `done` when it belongs to the next window, or at the end.
 */
static garco_status
take_epoch (garco__file_windows *w, bool *done, garco_error *error)
{
  garco_epoch epoch;
  size_t first = w->cells.count;
  garco_status status = garco_reader_next (w->reader, &epoch, error);
  GARCO_TRY (status);
  w->ended = *done = status == GARCO_END;
  if (w->ended || epoch.flag > 1)
    return GARCO_OK;
  w->epochs_read++;
  GARCO_TRY (garco__cell_maker_append (w->maker, garco_reader_header (w->reader), &epoch, &w->cells,
                                       error));
  if (w->cells.count == first)
    return GARCO_OK;
  *done = first >= w->limit && w->cells.time[first] > w->cells.time[first - 1];
  if (!*done)
    return keep_epoch (w, first, epoch.line, error);
  w->carried = w->cells.count - first;
  w->carried_line = epoch.line;
  w->cells.count = first;
  return GARCO_OK;
}

garco_status
garco__windows_next (garco__file_windows *w, garco_error *error)
{
  bool done = w->ended && w->carried == 0;
  if (done)
    return GARCO_END;
  GARCO_TRY (begin (w, error));
  while (!done && !w->ended)
    GARCO_TRY (take_epoch (w, &done, error));
  if (w->cells.count == 0)
    return GARCO_END;
  size_t carried = w->carried, count = w->cells.count;
  GARCO_TRY (garco__drop_repeated (&w->cells, w->epochs, w->nepochs, w->path, &w->reading,
                                   &w->damaged, error));
  for (size_t i = 0; i < carried && count > w->cells.count; i++)
    garco__cells_move (&w->cells, count + i, w->cells.count + i);
  return GARCO_OK;
}

void
garco__windows_free (garco__file_windows *w)
{
  garco_reader_free (&w->reader);
  garco__cell_maker_free (&w->maker);
  garco__cells_free (&w->cells);
  free (w->epochs);
}
