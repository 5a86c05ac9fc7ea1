/* Between the files of the scan: which tiles, which window, which cells.
 *
 * A scan goes through the array in windows of its first dimension. A window is as many whole tiles
 * as memory allows, cut where no tile crosses where there is such a place, or in the midst of tiles
 * where there is none; the tiles that are cut are kept decoded for the window after it, as far as
 * memory allows. Within a window all cells of all its tiles are gathered, sorted and freed of what
 * later fragments replace, and then given out batch by batch.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_ARRAY_SCAN_H
#define GARCO_ARCO_ARRAY_SCAN_H

#include "arco/array_internal.h"
#include "arco/delete_condition.h"
#include "arco/fragment_reader.h"
#include "arco/scan_text.h"

#define GARCO__SCAN_WORDS 16

/* Closed ranges of a dimension's order keys, rising and apart; none: all. Of text they are those of
 * garco__text_key, and the ranges themselves beside them. */
typedef struct garco__key_ranges
{
  bool given;
  size_t count;
  uint64_t *bounds; /* low, high, low, high ... */
  garco__text_ranges texts;
} garco__key_ranges;

/* Where a dimension's number lies in the packed words of a window's cells. */
typedef struct garco__packing
{
  uint64_t base;
  size_t word;
  unsigned shift, bits;
} garco__packing;

typedef struct garco__scan_tile
{
  size_t fragment;
  uint64_t tile, cells;
  uint64_t low, high;  /* of the first dimension */
  garco__buffer *kept; /* decoded columns, garco__scan_columns of them; NULL: none */
  bool contested;      /* by garco__scan_settle */
  bool repeats;        /* settled, but the fragment may have equal cells, of which one counts */
  bool corrupt;        /* left out */
} garco__scan_tile;

/* An attribute that is asked for. */
typedef struct garco__scan_attribute
{
  size_t field;                   /* in the array's schema */
  size_t cell_size;               /* 0: of variable length */
  garco__buffer values, validity; /* of the window's cells, as gathered */
  garco__buffer ends;             /* u64, variable length: where each cell's values end */
  size_t before[3];               /* the three sizes before the tile at hand */
} garco__scan_attribute;

/* One column of the batches. */
typedef struct garco__scan_output
{
  size_t field;     /* in the array's schema */
  size_t attribute; /* in scan->attributes, unless it is a dimension */
  garco__buffer values, offsets, validity;
} garco__scan_output;

struct garco_scan
{
  garco_array *array;
  const garco__schema *schema;
  garco__tile_reader reader;
  uint64_t memory;
  bool raw_missing;
  bool skip_corrupt; /* leave corrupt tiles out, and call this for each */
  garco_damage_fn on_damage;
  void *damage_context;
  garco__key_ranges *ranges; /* of each dimension */
  size_t nconditions;
  garco__condition **conditions;
  const garco__item *deletes; /* the conditions' names and times */

  size_t ntiles;
  garco__scan_tile *tiles; /* by their low ends */
  size_t next;             /* the first that no window has met yet */
  size_t nopen;
  size_t *open;      /* met, and reaching into windows to come */
  uint64_t from, to; /* the window, in keys of the first dimension */
  bool started;
  uint64_t kept_bytes;

  size_t nattributes;
  garco__scan_attribute *attributes;

  /* the window's cells */
  size_t count, capacity;
  size_t nwords;
  garco__packing *packing; /* of each dimension */
  garco__texts *texts;     /* of each dimension; empty where it is no text */
  size_t text_cost;        /* bytes of variable length that a cell has, about */
  unsigned word_bits[GARCO__SCAN_WORDS];
  uint64_t *words[GARCO__SCAN_WORDS];
  bool use_times, use_dead;
  uint64_t *times; /* all bits flipped, so that later sorts first */
  uint8_t *dead;
  uint32_t *order;
  size_t rows, row; /* what is left after sorting; the next to give out */

  /* scratch of one tile */
  garco__buffer *columns; /* decoded, garco__scan_columns of them */
  garco__buffer cell_times, delete_times, keys, picked, chosen, keep;
  size_t nchosen;
  bool all_chosen;                                   /* `chosen` is every cell of the tile */
  garco__buffer sort_keys, sort_scratch, sort_order; /* scratch of sorting */

  size_t noutputs;
  garco__scan_output *outputs;
  garco_column *batch_columns;
};

/* Places for decoded columns: of each field its values (of variable length their offsets), its
 * validity, and its bytes of variable length. */
#define GARCO__COLUMN_PARTS 3
static inline size_t
garco__scan_columns (const garco_scan *scan)
{
  return GARCO__COLUMN_PARTS * (scan->schema->ndims + scan->schema->nattrs);
}

static inline bool
garco__scan_is_text (const garco_scan *scan, size_t dimension)
{
  return scan->schema->fields[dimension].width == GARCO__VARIABLE;
}

/* ---- array_scan.c */

/* The condition of a delete of the array's directory, for its latest schema. */
garco_status garco__array_read_delete (garco_array *array, garco__codec *codec,
                                       const garco__item *item, garco__condition **condition,
                                       garco_error *error);

/* out[i] = values[order[i]], of `size` bytes each. */
void garco__spread (const uint8_t *values, size_t size, const uint32_t *order, size_t rows,
                    uint8_t *out);

/* ---- scan_plan.c */

/* Ranges of the options, in keys. */
garco_status garco__scan_ranges (garco_scan *scan, const garco_scan_options *options,
                                 garco_error *error);
/* Finds the tiles whose boxes the ranges meet. */
garco_status garco__scan_tiles (garco_scan *scan, garco_error *error);
/* Sets the next window; GARCO_END when all tiles have been met. `active` (allocated, nactive) are
 * its tiles, those of the latest fragment first. */
garco_status garco__scan_window (garco_scan *scan, size_t **active, size_t *nactive,
                                 garco_error *error);
/* Bytes that a cell of a window costs. */
size_t garco__scan_cell_cost (const garco_scan *scan);
/* True when a key lies in the ranges; the whole of [low, high] lies in one of them. */
bool garco__ranges_hold (const garco__key_ranges *ranges, uint64_t key);
bool garco__ranges_cover (const garco__key_ranges *ranges, uint64_t low, uint64_t high);

/* Whether the ranges meet a box; its keys in a dimension. */
bool garco__scan_box_meets (const garco_scan *scan, const uint8_t *box);
void garco__scan_box_keys (const garco_scan *scan, const garco__scan_tile *tile, size_t dimension,
                           uint64_t *low, uint64_t *high);
/* GARCO_ERR_CORRUPT where the fragment was written with other dimensions. */
garco_status garco__scan_check_dimensions (const garco_scan *scan, const garco__fragment *fragment,
                                           garco_error *error);

/* ---- scan_settle.c */

/* Reads by several threads what the scan has to know of the fragments that its ranges meet, so that
 * afterwards threads may read their tiles at the same time. */
garco_status garco__scan_load (garco_scan *scan, int threads, garco_error *error);
/* Says of each tile whether it is contested. */
garco_status garco__scan_settle (garco_scan *scan, garco_error *error);
/* Keeps the contested tiles, or the others. */
void garco__scan_keep (garco_scan *scan, bool contested);

/* Which tile of which fragment, by index. */
typedef struct garco__tile_name
{
  size_t fragment;
  uint64_t tile;
} garco__tile_name;

/* Tiles of an array in one state, by fragment and tile. */
typedef struct garco__tile_list
{
  size_t count;
  garco__tile_name *tiles; /* allocated */
} garco__tile_list;

garco_status garco__scan_contested (const garco_scan *scan, garco__tile_list *list,
                                    garco_error *error);
/* Keeps the tiles that the list has. */
void garco__scan_restrict (garco_scan *scan, const garco__tile_list *list);

/* ---- scan_gather.c */

/* Puts NaN where a float-scaled field of this (the fragment's) kind has the number for none. */
void garco__scan_missing_to_nan (const garco_scan *scan, const garco__field *field, uint8_t *values,
                                 size_t count);
/* Gathers, sorts and dedups the window of these tiles. */
garco_status garco__scan_gather (garco_scan *scan, const size_t *active, size_t nactive,
                                 garco_error *error);

/* ---- scan_sort.c */

/* Sorts the gathered cells, and takes out what is replaced or deleted. */
garco_status garco__scan_sort (garco_scan *scan, garco_error *error);

#endif
