/* Merging the cells of fragments in global order: who comes next, and how many of theirs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_CELL_MERGE_H
#define GARCO_ARCO_CELL_MERGE_H

#include "arco/array_scan.h"
#include "arco/cell_stream.h"
#include "arco/merge_order.h"
#include "arco/variable_stream.h"

/* Cells that a source decodes at once; cells that a slice has at most. */
#define GARCO__MERGE_BLOCK 4096u
#define GARCO__SLICE_CELLS 131072u

/* The next `count` cells of a source. Each source gives its cells in their order. */
typedef struct garco__run
{
  uint32_t source, count;
  bool dropped; /* left out of what is written */
} garco__run;

/* A part of a tile that is to be written. */
typedef struct garco__slice
{
  size_t cells, nruns, capacity;
  garco__run *runs;
  uint64_t *times, *delete_times, *delete_conditions; /* of the cells; NULL: not written */
  bool ends_tile, ends_all; /* the tile is full, or the last; nothing follows */
} garco__slice;

/* A dimension of texts in a source: those of the block, one behind the other, and where each
 * begins; a text that no further cell is below where the words of the bound are its own. */
typedef struct garco__merge_texts
{
  garco__variable_stream stream;
  garco__buffer bytes, bound;
  uint64_t *starts;
} garco__merge_texts;

typedef struct garco__merge_source
{
  garco__fragment *fragment;
  uint64_t left; /* cells that are in no block yet */
  garco__cell_stream *dims;
  garco__cell_stream times, delete_times, delete_conditions;
  garco__cell_stream *fields; /* of the conditions: values and validity of each */
  garco__variable_stream *text_fields;
  garco__merge_texts *texts; /* as the order numbers them */
  /* the present block; bound is a key that no further cell is below */
  bool loaded;
  size_t count, next;
  uint64_t *words; /* of the block: GARCO__MERGE_BLOCK of each */
  uint64_t *cell_times, *dead_at, *dead_by;
  uint64_t bound[GARCO__MERGE_WORDS];
} garco__merge_source;

/* A delete, or one that a source has done already. */
typedef struct garco__merge_delete
{
  const char *name; /* "__commits/NAME.del" */
  uint64_t time;
  garco__condition *condition; /* NULL: it is not in the array any more */
} garco__merge_delete;

typedef struct garco__cell_merge
{
  garco_array *array;
  const garco__schema *schema;
  garco__stream_tools tools;
  garco__merge_order order;
  size_t nsources;
  garco__merge_source *sources; /* in the order of their writing */
  size_t nheap;
  uint32_t *heap;
  size_t ndeletes;
  garco__merge_delete *deletes; /* by their times */
  bool has_deletes;             /* the cells have delete times */
  bool purge; /* deleted cells are dropped, and those of the same place before them */
  bool done;
  uint64_t in_tile;
  size_t ahead;
  uint64_t gone[GARCO__MERGE_WORDS];           /* place of the last cell that was purged */
  garco__merge_texts *gone_texts, *last_texts; /* their bounds alone */
  bool any_gone;
  uint64_t last[GARCO__MERGE_WORDS]; /* place of the last cell that was given out */
  bool any_last;
  bool repeats; /* two cells of the sources so far had equal coordinates */
  garco__buffer scratch;
  garco__buffer *fields; /* of a block: values and validity of each field of the conditions */
  garco__buffer *places; /* likewise where its texts begin and end */
} garco__cell_merge;

/* Prepares the merging of these fragments of the array, by their numbers in the order of writing.
 * `purge` and `memory` as in garco_upkeep_options; zero-initialise before, and free in any case. */
garco_status garco__cell_merge_open (garco__cell_merge *merge, garco_array *array,
                                     const size_t *fragments, size_t count, bool purge,
                                     size_t ahead, garco_error *error);
/* Fills a slice, which keeps its memory from call to call. */
garco_status garco__cell_merge_next (garco__cell_merge *merge, garco__slice *slice,
                                     garco_error *error);
void garco__cell_merge_free (garco__cell_merge *merge);
void garco__slice_free (garco__slice *slice);

/* merge_deletes.c: the conditions that the merge is to take account of; when each cell of a block
 * was deleted, and by which. */
garco_status garco__merge_deletes_open (garco__cell_merge *merge, garco_error *error);
garco_status garco__merge_deletes_start (garco__cell_merge *merge, garco__merge_source *source,
                                         garco_error *error);
garco_status garco__merge_deletes_block (garco__cell_merge *merge, garco__merge_source *source,
                                         garco_error *error);
void garco__merge_deletes_free (garco__cell_merge *merge);

#endif
