/* Grouped statistics of columns.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_AGGREGATE_H
#define GARCO_QUERY_AGGREGATE_H

#include "garco.h"
#include "query/query_columns.h"
#include "query/query_sums.h"
#include "query/query_values.h"

typedef struct garco__aggregator garco__aggregator;

/* What is to be gathered. */
typedef struct garco__aggregation
{
  unsigned by;     /* a bit a key: 1 << GARCO__SYS ... */
  int64_t span_ms; /* of the groups in time; 0: a day */
  size_t nfields;  /* columns that are added up */
  const garco_statistic *statistics;
  size_t nstatistics;
  bool fast; /* from metadata where these settle it */
} garco__aggregation;

/* `store`, which aggregators share, outlives it; it may be NULL where no values are needed. */
garco_status garco__aggregator_new (const garco__aggregation *wanted, garco__value_store *store,
                                    garco__aggregator **aggregator, garco_error *error);
/* Adds a batch whose columns are the keys of `by` in their order, then the fields, then the time
 * where GARCO__NEEDS_ENDS. `source` is named by errors. */
garco_status garco__aggregator_add (garco__aggregator *aggregator, const garco_batch *batch,
                                    const char *source, garco_error *error);
/* The number of the group that a cell of these keys belongs to, made where it is new: the time's ms
 * and the numbers of the other keys, of which only those of `by` count. */
garco_status garco__aggregator_group (garco__aggregator *aggregator,
                                      const int64_t keys[GARCO__KEY_COUNT], const char *source,
                                      uint32_t *number, garco_error *error);
/* Adds `count` values of a numeric column, from row `from` on, to field `field` of that group: all
 * fields of the same rows, from field 0 on; where `keep` is not NULL, those of rows that have a 1
 * there. `times` are the rows' where GARCO__NEEDS_ENDS, else NULL. */
garco_status garco__aggregator_add_run (garco__aggregator *aggregator, uint32_t number,
                                        size_t field, const garco_column *column,
                                        const uint8_t *keep, const garco_column *times,
                                        int64_t from, size_t count, garco_error *error);
/* Adds what is known of that field in `cells` cells of the group; likewise. */
void garco__aggregator_add_known (garco__aggregator *aggregator, uint32_t number, size_t field,
                                  const garco__sums *known, uint64_t cells);
/* Adds what `from`, made with the same arguments, has gathered, and takes its values. */
garco_status garco__aggregator_merge (garco__aggregator *aggregator, garco__aggregator *from,
                                      garco_error *error);
size_t garco__aggregator_groups (const garco__aggregator *aggregator);

/* Bytes of memory that the groups take, without values. */
uint64_t garco__aggregator_bytes (const garco__aggregator *aggregator);

/* The groups whose spans end at or before `ms` (INT64_MAX: all), sorted: fills `order` with their
 * numbers. */
garco_status garco__aggregator_before (const garco__aggregator *aggregator, int64_t ms,
                                       size_t *order, size_t *count, garco_error *error);
bool garco__aggregator_has_before (const garco__aggregator *aggregator, int64_t ms);
/* Drops them; the others get new numbers. */
void garco__aggregator_drop_before (garco__aggregator *aggregator, int64_t ms);
/* The key `key` of a group (for GARCO__TIME the ms of the span's start). */
int64_t garco__aggregator_key (const garco__aggregator *aggregator, size_t group, garco__key key);
int64_t garco__aggregator_count (const garco__aggregator *aggregator, size_t group, size_t field);
/* Values that are NaN or null. */
int64_t garco__aggregator_absent (const garco__aggregator *aggregator, size_t group, size_t field);
/* Any statistic but numbers of values and quantiles; NaN where it has no value. */
double garco__aggregator_value (const garco__aggregator *aggregator, size_t group, size_t field,
                                garco_aggregate aggregate);
/* How far that value may be from what the values as they are read give; 0: not at all. */
double garco__aggregator_bound (const garco__aggregator *aggregator, size_t group, size_t field,
                                garco_aggregate aggregate);
/* Quantiles, of a NaN the median. */
garco_status garco__aggregator_quantiles (garco__aggregator *aggregator, size_t group, size_t field,
                                          const double *wanted, size_t nwanted, double *quantiles,
                                          garco_error *error);
void garco__aggregator_free (garco__aggregator **aggregator);

#endif
