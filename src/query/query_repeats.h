/* Cells of a fragment that others of the same fragment replace.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_REPEATS_H
#define GARCO_QUERY_REPEATS_H

#include "query/query_runs.h"

/* Memory for it, which stays from tile to tile. Zero-initialise. */
typedef struct garco__repeats
{
  garco__tile_column column;
  garco__buffer equal, times, beyond, out;
} garco__repeats;

/* Takes those cells out of the runs (garco__run each) of a tile that is marked so: of equal cells
 * the latest counts, of equally late ones the first. Runs hold all of equal cells or none. Where
 * the scan leaves corrupt tiles out, the cells of such a neighbour replace nothing. */
garco_status garco__runs_drop_replaced (const garco_scan *scan, garco__tile_reader *reader,
                                        const garco__scan_tile *tile, garco__repeats *room,
                                        garco__buffer *runs, garco_error *error);
/* The dimension that is read to look for equal cells; the others are only where it has some. */
size_t garco__repeats_dimension (const garco_scan *scan);
void garco__repeats_free (garco__repeats *room);

#endif
