/* A file's cells beside an array's.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_VERIFY_COMPARE_H
#define GARCO_INGEST_VERIFY_COMPARE_H

#include "base/cells.h"
#include "garco.h"
#include "query/query_numbering.h"

#define GARCO__COMPARED_REALS 4 /* range, phase, doppler, snr */

/* How an array keeps a field of real numbers. */
typedef struct garco__resolution
{
  garco_datatype type;
  bool scaled; /* by `filter` */
  garco_filter_info filter;
} garco__resolution;

typedef struct garco__comparison
{
  const char *uri;
  const garco_verify_options *options;
  uint8_t number[UINT8_MAX + 1]; /* the array's, by garco's number of a system */
  garco__resolution reals[GARCO__COMPARED_REALS];
  garco_verify_report *report; /* counts of the file at hand */
  int64_t after;               /* the array was compared up to this time; INT64_MIN: not yet */
  void *order;                 /* scratch */
  size_t order_capacity;
} garco__comparison;

/* Looks at the array's schema and numbering. Zero-initialise; `uri` and `options` are borrowed. */
garco_status garco__comparison_init (garco__comparison *comparison, garco_array *array,
                                     const char *uri, const garco_verify_options *options,
                                     garco_error *error);
/* Compares cells, in any order and none twice, with what the array holds from the window before (or
 * the first cell) to the last cell. Counts into comparison->report and calls the options. */
garco_status garco__compare_window (garco__comparison *comparison, const garco__cells *cells,
                                    garco_error *error);
void garco__comparison_free (garco__comparison *comparison);

#endif
