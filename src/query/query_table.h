/* The table of statistics.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_TABLE_H
#define GARCO_QUERY_TABLE_H

#include "query/query_aggregate.h"

/* What is asked for, with the defaults put in. */
typedef struct garco__stats_plan
{
  const garco_stats_options *options;
  garco__aggregation gathered;
  const char *const *fields;
  const char **columns; /* of the query: keys, then fields, then the time where ends are needed */
  size_t nkeys, ncolumns;
} garco__stats_plan;

/* The groups in time that may be asked for, by the columns that show them. */
typedef struct garco__time_group
{
  unsigned by;
  const char *name;
  int64_t span_ms; /* 0: that of the options */
} garco__time_group;
#define GARCO__TIME_GROUPS 3
extern const garco__time_group garco__time_groups[GARCO__TIME_GROUPS];
int64_t garco__time_group_span (const garco__stats_plan *plan, size_t group);

/* A table of the plan's columns, without rows. */
garco_status garco__table_new (const garco__stats_plan *plan, garco_stats **stats,
                               garco_error *error);
/* Appends a row for each of these groups. */
garco_status garco__table_append (garco_stats *stats, const garco__stats_plan *plan,
                                  garco__aggregator *aggregator, const size_t *groups, size_t count,
                                  garco_error *error);
/* How many fields of tiles there were, and of how many metadata answered. */
void garco__table_note_tiles (garco_stats *stats, uint64_t tiles, uint64_t kept);
/* Bytes of memory. */
uint64_t garco__table_bytes (const garco_stats *stats);

#endif
