/* What a fragment says of itself: the footer of its metadata file, and the pieces it points at.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_FRAGMENT_METADATA_H
#define GARCO_ARCO_FRAGMENT_METADATA_H

#include "arco/array_directory.h"
#include "arco/array_schema.h"
#include "arco/footer_cache.h"

/* Offsets in the metadata file, one a slot. */
typedef struct garco__slot_offsets
{
  uint64_t tile, var, var_size, validity, min, max, sum, null;
} garco__slot_offsets;

typedef struct garco__slot
{
  uint64_t file_size, var_size, validity_size;
  garco__slot_offsets at;
  /* ntiles of each, once they were asked for */
  uint64_t *tile_offsets, *validity_offsets, *var_offsets, *var_sizes;
  /* likewise; NULL too where the fragment keeps none: in the field's type, 8 bytes each, numbers */
  uint8_t *mins, *maxs, *sums, *nulls;
} garco__slot;

/* Bytes right before the footer of a fragment that has times of cells: what made it has seen that
 * no two cells have equal coordinates. Nothing in the file points at them. */
#define GARCO__DISTINCT "garco:distinct:1"
#define GARCO__DISTINCT_SIZE (sizeof GARCO__DISTINCT - 1)

typedef struct garco__fragment
{
  char *name, *path;
  garco__stamp stamp;
  uint32_t version;
  const garco__schema *schema; /* that the fragment was written by; the array's */
  uint64_t ntiles, last_cells;
  bool has_timestamps, has_deletes;
  bool distinct, distinct_known; /* once it was asked for: no two cells have equal coordinates */
  size_t nslots;
  garco__slot *slots;
  uint8_t *domain;     /* one box */
  uint8_t *aligned;    /* the same, 16 bytes a dimension */
  const void **bounds; /* into aligned; NULL for a dimension of variable length */
  char **texts;        /* of dimensions of variable length, two each: low and high */
  uint64_t rtree_at, processed_at;
  uint8_t *boxes;                 /* one a tile, once they were asked for */
  garco__io_list processed;       /* deletes that it is rid of already, once they were asked for */
  garco__io_list processed_order; /* the same, as they are numbered */
  bool processed_known;
  bool file_known; /* the metadata file was looked at, and is kept where it is small */
  uint8_t *file;
  size_t file_size;
  uint64_t metadata_size;
} garco__fragment;

typedef struct garco__schema_set
{
  size_t count;
  garco__schema **schemas;
} garco__schema_set;

/* Reads the footer. `schemas` must outlive the fragment. */
garco_status garco__fragment_open (garco__io *io, const garco__item *item,
                                   const garco__schema_set *schemas, garco__fragment **fragment,
                                   garco_error *error);
/* The same of a metadata file that is in memory, `file` of malloc, taken over in any case. */
garco_status garco__fragment_open_take (garco__io *io, const garco__item *item, uint8_t *file,
                                        size_t size, const garco__schema_set *schemas,
                                        garco__fragment **fragment, garco_error *error);
/* The same by a footer out of consolidated ones; NULL: by the fragment's own file. */
garco_status garco__fragment_open_cached (garco__io *io, const garco__item *item,
                                          const garco__cached_footer *footer,
                                          const garco__schema_set *schemas,
                                          garco__fragment **fragment, garco_error *error);
void garco__fragment_free (garco__fragment **fragment);

/* Cells of tile `t`; all cells. */
uint64_t garco__fragment_tile_cells (const garco__fragment *fragment, uint64_t t);
uint64_t garco__fragment_cells (const garco__fragment *fragment);
/* Bytes of its data files. */
uint64_t garco__fragment_bytes (const garco__fragment *fragment);

/* Each reads its piece the first time. */
garco_status garco__fragment_load_boxes (garco__io *io, garco__codec *codec,
                                         garco__fragment *fragment, garco_error *error);
garco_status garco__fragment_load_offsets (garco__io *io, garco__codec *codec,
                                           garco__fragment *fragment, size_t slot, bool validity,
                                           garco_error *error);
/* Places and unpacked sizes of the tiles of a slot's file of variable lengths. */
garco_status garco__fragment_load_variable (garco__io *io, garco__codec *codec,
                                            garco__fragment *fragment, size_t slot,
                                            garco_error *error);
garco_status garco__fragment_load_processed (garco__io *io, garco__codec *codec,
                                             garco__fragment *fragment, garco_error *error);

/* Whether a fragment with times of cells says that no two of them have equal coordinates. */
garco_status garco__fragment_load_distinct (garco__io *io, garco__fragment *fragment,
                                            garco_error *error);

/* ---- fragment_stats.c */

/* Minima, maxima, sums and (nullable) null counts of each tile of a field of the fragment's schema,
 * numbers of one value a cell; nothing where the fragment keeps none. They are of the values before
 * all filters, so that a filter that rounds is not in them. */
garco_status garco__fragment_load_stats (garco__io *io, garco__codec *codec,
                                         garco__fragment *fragment, size_t field,
                                         garco_error *error);
/* For fragment_stats.c: unpacks the generic tile at `at`; the metadata file's name. */
garco_status garco__fragment_piece (garco__io *io, garco__codec *codec, garco__fragment *fragment,
                                    uint64_t at, garco__buffer *content, garco_error *error);
void garco__fragment_metadata_name (garco__io *io, const garco__fragment *fragment, char *name,
                                    size_t size);

/* Appends the footer's bytes as they are, without the length behind them. */
garco_status garco__fragment_footer (garco__io *io, garco__fragment *fragment, garco__buffer *out,
                                     garco_error *error);

/* The footer of a fragment that garco writes, its length behind it; the other way about. */
typedef struct garco__footer
{
  uint32_t version;
  const garco__schema *schema;
  const uint8_t *domain; /* one box as files have it */
  size_t domain_size;
  uint64_t ntiles, last_cells;
  size_t nslots;
  const garco__slot *slots;
  uint64_t rtree_at, stats_at, processed_at;
  bool has_timestamps, has_deletes;
} garco__footer;
garco_status garco__footer_put (const garco__footer *footer, garco__buffer *out,
                                garco_error *error);

#endif
