/* From an epoch to observations: RINEX observation types to the two-character codes and four
 * values. SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_CELLS_H
#define GARCO_RINEX_CELLS_H

#include "base/cells.h"
#include "garco.h"

typedef struct garco__cell_maker garco__cell_maker;

garco_status garco__cell_maker_new (bool keep_zeros, garco__cell_maker **maker, garco_error *error);
/* Before the first append: a map (nullable, borrowed) that goes before the table of codes. */
void garco__cell_maker_use (garco__cell_maker *maker, const garco_code_map *map);
/* Appends one cell for each satellite and code of the epoch that has at least one of range, phase,
 * Doppler and strength, in the order of the file (satellites as listed, codes by their first type).
 * Epochs of flags 2 to 6 give none. `header` is the one in force for this epoch. */
garco_status garco__cell_maker_append (garco__cell_maker *maker, const garco_header *header,
                                       const garco_epoch *epoch, garco__cells *cells,
                                       garco_error *error);
/* The mapping in use, one "G L2 2W" a line: system, RINEX type, code. Borrowed until the next
 * append. */
const char *garco__cell_maker_code_map (garco__cell_maker *maker);
/* Values that have no cell so far, since an earlier type of their satellite has the same code and
 * kind, as C1 and C2 of BeiDou do. */
int64_t garco__cell_maker_crowded (const garco__cell_maker *maker);
void garco__cell_maker_free (garco__cell_maker **maker);

#endif
