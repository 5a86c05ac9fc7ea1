/* Between the files that answer from settled tiles: query_tiles.c binds the question and says what
 * is known before reading, query_tiles_add.c reads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_TILES_PARTS_H
#define GARCO_QUERY_TILES_PARTS_H

#include <pthread.h>

#include "query/query_array.h"
#include "query/query_runs.h"
#include "query/query_tiles.h"

/* What a thread reads tiles with. */
typedef struct garco__tile_worker garco__tile_worker;

/* A dimension of the array, in the order in which dimensions are looked at. */
typedef struct garco__tile_dimension
{
  size_t field;
  int key;      /* that it is, or -1 */
  bool grouped; /* by it */
  int64_t bucket;
  garco__value_ranges ranges;
  int64_t *bounds;
} garco__tile_dimension;

struct garco__tiles
{
  garco__selection selection;
  garco__request request;
  garco__rows *rows;
  garco__array_rows *bound; /* the same */
  garco_scan *scan;         /* its; the settled tiles are in it */
  garco__tile_list contested;
  int64_t contested_time[2];
  size_t ndims;
  garco__tile_dimension *dims;
  size_t nfields;
  size_t *fields; /* of the schema */
  bool ends;      /* the first and the last values are asked for */
  bool fast;      /* kept statistics are loaded of the fragments of tiles that are added up whole */
  pthread_mutex_t lock;
  garco__tile_worker *idle;
};

/* What a tile's box says of a dimension. */
typedef struct garco__outline
{
  int64_t low;
  bool covered; /* all its cells are selected */
  bool one;     /* they are of one group */
} garco__outline;

garco__outline garco__outline_of (const garco_scan *scan, const garco__tile_dimension *d,
                                  const garco__scan_tile *tile);
/* Frees a list of workers. */
void garco__tile_workers_free (garco__tile_worker *first);

#endif
