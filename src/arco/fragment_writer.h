/* Between the files that write a fragment.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_FRAGMENT_WRITER_H
#define GARCO_ARCO_FRAGMENT_WRITER_H

#include "arco/array_internal.h"
#include "arco/array_writer.h"
#include "arco/text_bounds.h"
#include "arco/tile_stats.h"

struct garco__fragment_writer
{
  garco_array *array;
  uint64_t timestamp;
  bool committed;
  char name[GARCO__NAME_SIZE];
  char path[GARCO__NAME_SIZE + 16]; /* __fragments/NAME */
};

/* What the writing of one fragment works with. */
typedef struct garco__writer_job
{
  garco_array *array;
  const garco__schema *schema;
  garco__fragment_writer *fragment;
  garco_error *error;
  garco_write_options options;
  size_t rows, ntiles;
  const garco_column **columns; /* of each field */
  uint32_t *order;
  size_t nslots;
  garco__slot *slots;
  garco__tile_stats **stats; /* of each slot, of each tile */
  uint8_t *
      *texts; /* of each slot of characters, of each tile: lowest and highest cell; may be NULL */
  uint8_t *boxes;                    /* of each tile; NULL where a dimension is of texts */
  const garco__text_bounds **bounds; /* of each slot of variable length; may be NULL */
  /* of consolidated fragments */
  bool has_timestamps, has_deletes;
  bool distinct; /* no two cells have equal coordinates, and that is to be kept */
  size_t nprocessed;
  const char *const *processed; /* deletes done, as "__commits/NAME.del" */
} garco__writer_job;

/* global_order.c: checks the coordinates, and finds the order of the cells in the tiles. */
garco_status garco__writer_order (garco__writer_job *job);
/* Tile coordinates of `count` values of a dimension that has an extent. */
void garco__tile_keys (const garco__field *field, const void *values, size_t count, uint64_t *keys);
/* The k-th most significant dimension in an order of tiles or cells. */
size_t garco__nth_dimension (const garco__schema *schema, uint8_t layout, size_t k);
/* fragment_tiles.c: the data files, their statistics and boxes, once the order is known. */
garco_status garco__writer_tiles (garco__writer_job *job, garco_error *error);

/* What a field has by way of a tile's minimum and maximum. */
typedef enum garco__bounds_kind
{
  GARCO__BOUNDS_NONE,
  GARCO__BOUNDS_NUMBER,
  GARCO__BOUNDS_TEXT /* the lowest and highest cell by its bytes */
} garco__bounds_kind;
garco__bounds_kind garco__bounds_kind_of (const garco__field *field);
/* fragment_metadata_writer.c: the metadata file, once all tiles are written. */
garco_status garco__writer_metadata (garco__writer_job *job);

#endif
