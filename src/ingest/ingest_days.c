/* Cutting at days: a fragment never holds cells of two days, so that days can be joined, replaced
 * and read by themselves. Files are in the order of time as a rule, and then nothing is moved.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/ingest_days.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"

int64_t
garco__day_of (int64_t ms)
{
  return garco__floor_div (ms, GARCO__DAY_MS);
}

/* Where the day is, or belongs. */
static size_t
place_of (const garco__days *days, int64_t day)
{
  size_t at = days->count;
  while (at > 0 && days->list[at - 1].day >= day)
    at--;
  return at;
}

garco_status
garco__days_note (garco__days *days, int64_t day, garco_error *error)
{
  size_t at = place_of (days, day);
  if (at < days->count && days->list[at].day == day)
    return GARCO_OK;
  if (days->count == days->capacity)
  {
    void *list = days->list;
    size_t capacity = days->capacity * 2 + 8;
    GARCO_TRY (garco__reallocate (&list, capacity, sizeof *days->list, error));
    days->list = list;
    days->capacity = capacity;
  }
  memmove (&days->list[at + 1], &days->list[at], (days->count - at) * sizeof *days->list);
  days->list[at] = (garco__day){day, 0, 0};
  days->count++;
  return GARCO_OK;
}

void
garco__days_free (garco__days *days)
{
  free (days->list);
  memset (days, 0, sizeof *days);
}

/* Counts the cells of each day; `sorted`: no day comes back. */
static garco_status
count_days (const garco__cells *cells, garco__days *days, bool *sorted, garco_error *error)
{
  int64_t day = 0;
  size_t at = 0;
  *sorted = true;
  for (size_t i = 0; i < cells->count; i++)
  {
    int64_t own = garco__day_of (cells->time[i]);
    if (i == 0 || own != day)
    {
      *sorted = *sorted && (i == 0 || own > day);
      GARCO_TRY (garco__days_note (days, own, error));
      at = place_of (days, own);
      day = own;
    }
    days->list[at].count++;
  }
  for (size_t i = 1; i < days->count; i++)
    days->list[i].first = days->list[i - 1].first + days->list[i - 1].count;
  return GARCO_OK;
}

static void
copy_cell (garco__cells *to, size_t t, const garco__cells *from, size_t f)
{
  to->time[t] = from->time[f];
  to->sys[t] = from->sys[f];
  to->sat[t] = from->sat[f];
  to->obs[t] = from->obs[f];
  to->range[t] = from->range[f];
  to->phase[t] = from->phase[f];
  to->doppler[t] = from->doppler[f];
  to->snr[t] = from->snr[f];
  to->slip[t] = from->slip[f];
  to->flags[t] = from->flags[f];
  to->fcn[t] = from->fcn[f];
}

static garco_status
sort_by_day (garco__cells *cells, const garco__days *days, garco_error *error)
{
  garco__cells sorted = {0};
  void *room = NULL;
  garco_status status;
  GARCO_TRY_DONE (garco__allocate (&room, days->count, sizeof (size_t), error));
  GARCO_TRY_DONE (garco__cells_reserve (&sorted, cells->count, error));
  size_t *next = room;
  for (size_t i = 0; i < days->count; i++)
    next[i] = days->list[i].first;
  for (size_t i = 0; i < cells->count; i++)
    copy_cell (&sorted, next[place_of (days, garco__day_of (cells->time[i]))]++, cells, i);
  sorted.count = cells->count;
  garco__cells_free (cells);
  *cells = sorted;
  memset (&sorted, 0, sizeof sorted);
done:
  garco__cells_free (&sorted);
  free (room);
  return status;
}

garco_status
garco__days_of_cells (garco__cells *cells, garco__days *days, garco_error *error)
{
  bool sorted = true;
  GARCO_TRY (count_days (cells, days, &sorted, error));
  return sorted ? GARCO_OK : sort_by_day (cells, days, error);
}

garco__cells
garco__cells_part (const garco__cells *cells, size_t first, size_t count)
{
  garco__cells part = *cells;
  part.count = part.capacity = count;
  part.time += first;
  part.sys += first;
  part.sat += first;
  part.obs += first;
  part.range += first;
  part.phase += first;
  part.doppler += first;
  part.snr += first;
  part.slip += first;
  part.flags += first;
  part.fcn += first;
  return part;
}
