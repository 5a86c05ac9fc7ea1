/* An array's cells one by one, selected.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_EXPORT_ROWS_H
#define GARCO_EXPORT_ROWS_H

#include "garco.h"

typedef garco_status (*garco__cell_fn) (void *context, const garco_cell *cell, garco_error *error);

/* Calls `take` for each cell, rising in time; a system that garco has no letter for, or a satellite
 * above 99, is GARCO_ERR_UNSUPPORTED. Notices are given where `aloud`. */
garco_status garco__export_rows (const char *uri, const garco_export_options *options, bool aloud,
                                 garco__cell_fn take, void *context, garco_error *error);
/* "G05 1C at 2024-01-01T00:00:00.000" */
void garco__cell_name (const garco_cell *cell, char text[64]);

#endif
