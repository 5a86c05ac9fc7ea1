/* Where in a tile the space tiles of its first dimension begin.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_BORDERS_H
#define GARCO_QUERY_BORDERS_H

#include "query/query_runs.h"

/* Memory for it, which stays from tile to tile. Zero-initialise. */
typedef struct garco__borders
{
  uint64_t first, extent; /* the first space tile's low end, and their length, in order keys */
  uint64_t low, high;     /* the tile's box */
  size_t count;           /* space tiles that the box meets */
  garco__buffer starts;   /* uint64_t: the first cell of each, and behind them all cells */
  garco__buffer changes, other;
  garco__tile_column column;
} garco__borders;

/* Whether a tile that the dimension `field` cuts as `cut` says (whose values are not looked at) is
 * cut by the borders of its space tiles in part at least, so that not all of its coordinates are
 * read. Sets what is known of *borders by the box. */
bool garco__borders_help (const garco_scan *scan, const garco__scan_tile *tile, size_t field,
                          const garco__cut *cut, garco__borders *borders);
/* Finds the borders after that, and makes the runs of the selected cells, which are whole space
 * tiles: those that the coordinates have to cut further are marked `uncut`, the others have their
 * key. *runs is emptied first. */
garco_status garco__borders_runs (const garco_scan *scan, garco__tile_reader *reader,
                                  const garco__scan_tile *tile, size_t field, const garco__cut *cut,
                                  garco__borders *borders, garco__buffer *runs, garco_error *error);
/* For explaining: the dimension that is read first to find them, the number of dimensions for none;
 * whether a space tile is cut further. */
size_t garco__borders_dimension (const garco_scan *scan, const garco__scan_tile *tile);
bool garco__borders_leave (const garco__borders *borders, const garco__cut *cut);
void garco__borders_free (garco__borders *borders);

#endif
