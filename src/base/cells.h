/* Observations in columns, growing: what RINEX gives and what an array of observations takes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_CELLS_H
#define GARCO_BASE_CELLS_H

#include "garco.h"

#define GARCO__CELL_COLUMNS 11

/* Units and meanings as in garco.h, "batches of columns". Zero-initialise. */
typedef struct garco__cells
{
  size_t count, capacity;
  int64_t *time;
  uint8_t *sys, *sat;
  uint16_t *obs;
  double *range, *phase, *doppler;
  float *snr;
  uint16_t *slip, *flags;
  int8_t *fcn;
} garco__cells;

/* Room for `more` cells behind the present ones. */
garco_status garco__cells_reserve (garco__cells *cells, size_t more, garco_error *error);
void garco__cells_free (garco__cells *cells);
/* Gives the column away that begins at `values`, or NULL; no cells are left then. */
void *garco__cells_take (garco__cells *cells, const void *values);
/* Writes cell `from` over cell `to`. */
void garco__cells_move (garco__cells *cells, size_t from, size_t to);
/* The eleven columns in garco.h's order, borrowed, over `columns`. */
garco_batch garco__cells_batch (const garco__cells *cells,
                                garco_column columns[GARCO__CELL_COLUMNS]);

#endif
