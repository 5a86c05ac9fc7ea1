/* Cells put together to epochs and written.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_EXPORT_EPOCH_H
#define GARCO_EXPORT_EPOCH_H

#include "export/export_plan.h"
#include "ingest/ingest_order.h"

/* Zero-initialise; the first five are the caller's. */
typedef struct garco__export_epoch
{
  const char *uri;
  const garco__export_plan *plan;
  const garco__export_survey *survey;
  garco__orders *orders;
  garco_writer *writer;
  bool begun;
  int64_t time;
  int flag;
  int64_t rounded; /* values with more decimals than the three that were written */
  garco_epoch_sat *sats;
  size_t nsats, sats_capacity;
  int64_t *values;
  char *indicators;
  size_t nvalues, values_capacity;
  uint16_t written; /* values of the satellite at hand */
} garco__export_epoch;

/* Takes a cell, and writes the epoch before it where it begins a new one. A garco__cell_fn. */
garco_status garco__export_epoch_take (void *context, const garco_cell *cell, garco_error *error);
/* Writes the last epoch. */
garco_status garco__export_epoch_finish (garco__export_epoch *epoch, garco_error *error);
void garco__export_epoch_free (garco__export_epoch *epoch);

#endif
