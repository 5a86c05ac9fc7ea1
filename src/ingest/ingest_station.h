/* One station an array: two would replace each other's cells of equal coordinates.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_STATION_H
#define GARCO_INGEST_STATION_H

#include "garco.h"

#define GARCO__MARKER_KEY "garco.marker_name"
#define GARCO__MARKER_SIZE 61

/* MARKER NAME of a header's text, ended by NUL; "" where it says none. */
void garco__marker_of (const char *header, char marker[GARCO__MARKER_SIZE]);
/* Whether two names, neither empty, are of one station: but for case the same, or one is the other
 * as RINEX 3 names it, P057 and P05700USA. */
bool garco__markers_agree (const char *a, const char *b);
/* The marker of what the array holds, by its metadata, or else by a header that it keeps; "" where
 * neither says, or it holds nothing. `recorded`: its metadata say. */
garco_status garco__marker_of_array (garco_array *array, char marker[GARCO__MARKER_SIZE],
                                     bool *recorded, garco_error *error);

#endif
