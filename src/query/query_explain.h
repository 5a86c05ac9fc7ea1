/* What a query of an array will read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_EXPLAIN_H
#define GARCO_QUERY_EXPLAIN_H

#include "query/query_aggregate.h"

/* Rows of `options`, or where `runs` is not NULL statistics, as garco__tiles_open. */
garco_status garco__explain (const char *source, const garco_query_options *options,
                             const garco__aggregation *runs, garco_explanation **explanation,
                             garco_error *error);

#endif
