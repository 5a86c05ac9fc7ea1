/* Grouped statistics of columns.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_AGGREGATE_H
#define GARCO_QUERY_AGGREGATE_H

#include "garco.h"
#include "query/query_columns.h"

typedef struct garco__aggregator garco__aggregator;

/* `by` of GARCO_BY_*; `nfields` columns are added up, for the statistics named. */
garco_status garco__aggregator_new (unsigned by, size_t nfields, const garco_aggregate *aggregates,
                                    size_t naggregates, garco__aggregator **aggregator,
                                    garco_error *error);
/* Adds a batch whose columns are the keys of `by` in their order (time for the day), then the
 * fields. `source` is named by errors. */
garco_status garco__aggregator_add (garco__aggregator *aggregator, const garco_batch *batch,
                                    const char *source, garco_error *error);
/* Whether these statistics can be gathered run by run, whatever the order of the runs. */
bool garco__aggregates_by_runs (const garco_aggregate *aggregates, size_t naggregates);
/* The number of the group that a cell of these keys belongs to, made where it is new: the time's ms
 * and the numbers of the other keys, of which only those of `by` count. */
garco_status garco__aggregator_group (garco__aggregator *aggregator,
                                      const int64_t keys[GARCO__KEY_COUNT], const char *source,
                                      uint32_t *number, garco_error *error);
/* Adds `count` values of a numeric column, from row `from` on, to field `field` of that group. */
void garco__aggregator_add_run (garco__aggregator *aggregator, uint32_t number, size_t field,
                                const garco_column *column, int64_t from, size_t count);
/* Adds what `from`, made with the same arguments, has gathered. */
garco_status garco__aggregator_merge (garco__aggregator *aggregator, const garco__aggregator *from,
                                      garco_error *error);
size_t garco__aggregator_groups (const garco__aggregator *aggregator);

/* Groups sorted: fills `order` with their numbers. */
garco_status garco__aggregator_sort (const garco__aggregator *aggregator, size_t *order,
                                     garco_error *error);
/* The key `key` of a group (for GARCO__TIME the ms of the day's start). */
int64_t garco__aggregator_key (const garco__aggregator *aggregator, size_t group, garco__key key);
int64_t garco__aggregator_count (const garco__aggregator *aggregator, size_t group, size_t field);
/* Any statistic but the count; NaN where it has no value. */
double garco__aggregator_value (const garco__aggregator *aggregator, size_t group, size_t field,
                                garco_aggregate aggregate);
void garco__aggregator_free (garco__aggregator **aggregator);

#endif
