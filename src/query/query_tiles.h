/* Statistics of an array tile by tile.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_TILES_H
#define GARCO_QUERY_TILES_H

#include "arco/array_scan.h"
#include "query/query_aggregate.h"

/* What is asked of an array's settled tiles; threads share it. */
typedef struct garco__tiles garco__tiles;

/* Binds a question to the array at `uri` in the state that `seen` shows. `options->fields` are the
 * keys of `wanted->by` in their order and then what is added up; times are grouped by spans.
 * options and what they point at outlive it. *tiles is NULL where the question must be answered row
 * by row.
 */
garco_status garco__tiles_open (const char *uri, const garco_query_options *options,
                                const garco_array *seen, const garco__aggregation *wanted,
                                garco__tiles **tiles, garco_error *error);
void garco__tiles_free (garco__tiles **tiles);

/* How many tiles are settled. */
size_t garco__tiles_count (const garco__tiles *tiles);
/* Adds up tiles of fields, contested ones too, and those that the metadata answer. */
void garco__tiles_count_known (const garco__tiles *tiles, uint64_t *all, uint64_t *known);
/* The others, which are for the scan. */
const garco__tile_list *garco__tiles_contested (const garco__tiles *tiles);
/* The first and the last ms of the contested tiles' times. */
void garco__tiles_contested_time (const garco__tiles *tiles, int64_t *first, int64_t *last);
/* No selected cell of the settled tiles [from, to) is before this ms; INT64_MIN: not known. */
int64_t garco__tiles_earliest (const garco__tiles *tiles, size_t from, size_t to);
/* Bytes that a thread needs to work with any of them, about. */
uint64_t garco__tiles_worker_bytes (const garco__tiles *tiles);
/* Adds what is selected of the settled tiles [from, to). */
garco_status garco__tiles_add (garco__tiles *tiles, size_t from, size_t to,
                               garco__aggregator *aggregator, garco_error *error);

/* Whether the metadata, with `wanted->fast`, say all of the field in a settled tile, and what. */
bool garco__tiles_know (const garco__tiles *tiles, size_t field, const garco__scan_tile *tile,
                        garco__sums *known);

/* For saying what will be read: how often a settled tile's dimension is; the scan, whose tiles are
 * the settled ones, or all after garco__tiles_show_all, which ends all else. */
unsigned garco__tiles_read_dimension (const garco__tiles *tiles, size_t field,
                                      const garco__scan_tile *tile);
garco_scan *garco__tiles_scan (const garco__tiles *tiles);
void garco__tiles_show_all (garco__tiles *tiles);

#endif
