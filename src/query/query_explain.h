/* What a query of an array will read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_EXPLAIN_H
#define GARCO_QUERY_EXPLAIN_H

#include "garco.h"

/* Rows of `options`, or where `by_runs` statistics of runs grouped so, as garco__tiles_open. */
garco_status garco__explain (const char *source, const garco_query_options *options, bool by_runs,
                             unsigned by, int64_t span_ms, garco_explanation **explanation,
                             garco_error *error);

#endif
