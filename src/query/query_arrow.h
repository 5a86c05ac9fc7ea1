/* Batches as structures of the Arrow C data interface.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_ARROW_H
#define GARCO_QUERY_ARROW_H

#include "garco.h"

/* Gives away the allocation that begins at `values`, which the holder of a batch may be asked for
 * when it is nobody else's; NULL: it must be copied. */
typedef void *(*garco__take_values) (void *holder, const void *values);

/* The schema of a struct of these columns. */
garco_status garco__arrow_schema (const garco_column *columns, size_t ncolumns,
                                  struct ArrowSchema *schema, garco_error *error);
/* A batch as a struct array. Values are taken from `holder` where it gives them (`take` NULL:
 * nowhere), else copied: in each case they are the array's own. */
garco_status garco__arrow_array (const garco_batch *batch, garco__take_values take, void *holder,
                                 struct ArrowArray *array, garco_error *error);

#endif
