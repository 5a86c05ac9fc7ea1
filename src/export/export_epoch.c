/* From cells to epochs. Cells come by time, system, satellite and code:
 *
 *   cells    t1 G05 1C | t1 G05 2W | t1 G07 1C | t2 G05 1C
 *   epochs   t1: G05 C1C L1C S1C C2W L2W, G07 ...          | t2: ...
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "export/export_epoch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "export/export_rows.h"

/* A satellite whose values all have no type is not listed. */
static void
end_satellite (garco__export_epoch *e)
{
  if (e->nsats == 0 || e->written > 0)
    return;
  e->nvalues -= e->sats[--e->nsats].count;
}

static garco_status
write_epoch (garco__export_epoch *e, garco_error *error)
{
  end_satellite (e);
  if (!e->begun || e->nsats == 0)
    return GARCO_OK;
  garco__orders_put (e->orders, e->time, e->sats, e->nsats);
  const garco_epoch epoch = {
      .time_ms = e->time,
      .clock_ps = GARCO_MISSING,
      .flag = e->flag,
      .nsats = e->nsats,
      .sats = e->sats,
      .values = e->values,
      .indicators = e->indicators,
  };
  return garco_writer_epoch (e->writer, &epoch, error);
}

static garco_status
begin_satellite (garco__export_epoch *e, const garco_cell *cell, garco_error *error)
{
  size_t count = e->plan->lists.count[garco__list_of (&e->plan->lists, cell->sys)];
  end_satellite (e);
  if (e->nsats == e->sats_capacity)
  {
    void *sats = e->sats;
    GARCO_TRY (garco__reallocate (&sats, e->nsats * 2 + 64, sizeof *e->sats, error));
    e->sats = sats;
    e->sats_capacity = e->nsats * 2 + 64;
  }
  if (e->nvalues + count > e->values_capacity)
  {
    void *values = e->values, *indicators = e->indicators;
    size_t capacity = (e->nvalues + count) * 2;
    GARCO_TRY (garco__reallocate (&values, capacity, sizeof *e->values, error));
    e->values = values;
    GARCO_TRY (garco__reallocate (&indicators, capacity, 2, error));
    e->indicators = indicators;
    e->values_capacity = capacity;
  }
  e->sats[e->nsats++] =
      (garco_epoch_sat){cell->sys, cell->sat, (uint16_t)count, (uint32_t)e->nvalues};
  for (size_t i = e->nvalues; i < e->nvalues + count; i++)
    e->values[i] = GARCO_MISSING;
  memset (e->indicators + 2 * e->nvalues, ' ', 2 * count);
  e->nvalues += count;
  e->written = 0;
  return GARCO_OK;
}

/* The loss-of-lock digit; blank where nothing is to be said. */
static char
indicator_of (int version, uint16_t flags)
{
  unsigned bit_2 = version >= 300 ? GARCO_FLAG_BOC : GARCO_FLAG_ANTISPOOFING;
  unsigned digit = (flags & GARCO_FLAG_LOSS_OF_LOCK ? 1u : 0) |
                   (flags & GARCO_FLAG_HALF_CYCLE ? 2u : 0) | (flags & bit_2 ? 4u : 0);
  return digit > 0 ? (char)('0' + digit) : ' ';
}

static garco_status
fail_cell (const garco__export_epoch *e, const garco_cell *cell, const char *what,
           garco_error *error)
{
  char name[64];
  garco__cell_name (cell, name);
  return garco__fail (error, GARCO_ERR_CORRUPT, e->uri, "%s %s", name, what);
}

static garco_status
put_value (garco__export_epoch *e, const garco_cell *cell, int code, garco__kind kind,
           garco_error *error)
{
  int field = e->plan->fields[cell->sys][code][kind];
  int list = garco__list_of (&e->plan->lists, cell->sys);
  if (field < 0)
    return GARCO_OK;
  size_t at = e->sats[e->nsats - 1].first + (size_t)field;
  double value = garco__value_of_cell (cell, kind) * 1000 * e->plan->lists.scale[list][field];
  if (!(fabs (value) < 1e15))
    return fail_cell (e, cell, "has a value that 14 columns cannot hold", error);
  if (e->values[at] != GARCO_MISSING)
    return fail_cell (e, cell, "is there twice", error);
  double whole = round (value);
  /* A float has seven digits; what is beyond them is no value of the array's. */
  double slack = kind == GARCO__KIND_STRENGTH ? 0.02 + fabs (whole) * 1e-6 : 0.02;
  e->rounded += fabs (value - whole) > slack;
  e->values[at] = (int64_t)whole;
  if (kind == GARCO__KIND_PHASE)
    e->indicators[2 * at] = indicator_of (e->plan->version, cell->flags);
  e->written++;
  return GARCO_OK;
}

garco_status
garco__export_epoch_take (void *context, const garco_cell *cell, garco_error *error)
{
  garco__export_epoch *e = context;
  unsigned kinds = garco__kinds_of_cell (cell);
  int code = garco__export_code (e->survey, cell->sys, cell->obs);
  if (kinds == 0)
    return GARCO_OK;
  if (code < 0 || (kinds & ~(unsigned)e->survey->kinds[cell->sys][code]) != 0)
    return fail_cell (e, cell, "was not there a moment ago: the array has changed", error);
  if (!e->begun || cell->time != e->time)
  {
    GARCO_TRY (write_epoch (e, error));
    e->begun = true;
    e->time = cell->time;
    e->flag = 0;
    e->nsats = e->nvalues = 0;
  }
  if (cell->flags & GARCO_FLAG_POWER_FAILURE)
    e->flag = 1;
  const garco_epoch_sat *last = e->nsats > 0 ? &e->sats[e->nsats - 1] : NULL;
  if (last == NULL || last->system != cell->sys || last->number != cell->sat)
    GARCO_TRY (begin_satellite (e, cell, error));
  for (unsigned k = 0; k < GARCO__KINDS; k++)
    if (kinds >> k & 1)
      GARCO_TRY (put_value (e, cell, code, (garco__kind)k, error));
  return GARCO_OK;
}

garco_status
garco__export_epoch_finish (garco__export_epoch *e, garco_error *error)
{
  return write_epoch (e, error);
}

void
garco__export_epoch_free (garco__export_epoch *e)
{
  free (e->sats);
  free (e->values);
  free (e->indicators);
}
