/* Sources read into the table of statistics.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_GATHER_H
#define GARCO_QUERY_GATHER_H

#include "query/query_table.h"

/* Appends a row for each group of the sources, in their order. `options->fields` are the plan's
 * columns. */
garco_status garco__stats_gather (const char *const *sources, size_t nsources,
                                  const garco_query_options *options, const garco__stats_plan *plan,
                                  garco_stats *stats, garco_error *error);

#endif
