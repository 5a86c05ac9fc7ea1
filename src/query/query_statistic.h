/* Statistics of what was gathered.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_STATISTIC_H
#define GARCO_QUERY_STATISTIC_H

#include "garco.h"
#include "query/query_sums.h"

/* GARCO__NEEDS_* of the statistics. */
unsigned garco__statistics_need (const garco_statistic *statistics, size_t count);
/* One that needs sums alone; NaN where it has no value. */
double garco__statistic_value (garco_aggregate aggregate, const garco__sums *sums);

#endif
