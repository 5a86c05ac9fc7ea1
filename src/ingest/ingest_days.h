/* The days of a file's cells, and of an array.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_DAYS_H
#define GARCO_INGEST_DAYS_H

#include "base/cells.h"
#include "base/civil_time.h"
#include "garco.h"

/* The cells of one day: `count` from `first` on. */
typedef struct garco__day
{
  int64_t day; /* since 1970-01-01 */
  size_t first, count;
} garco__day;

/* Zero-initialise. */
typedef struct garco__days
{
  size_t count, capacity;
  garco__day *list; /* rising */
} garco__days;

/* The day that a time lies in, since 1970-01-01. */
int64_t garco__day_of (int64_t ms);
/* The days of the cells, which are put in the order of their days where they were not. */
garco_status garco__days_of_cells (garco__cells *cells, garco__days *days, garco_error *error);
/* Adds a day once; of `first` and `count` nothing is known then. */
garco_status garco__days_note (garco__days *days, int64_t day, garco_error *error);
void garco__days_free (garco__days *days);

/* The cells from `first` on, `count` of them, borrowed. */
garco__cells garco__cells_part (const garco__cells *cells, size_t first, size_t count);

#endif
