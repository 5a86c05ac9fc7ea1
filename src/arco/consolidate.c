/* Consolidation.
 *
 *   merge (one thread)     slice n+1: runs of the sources' cells, times, deletes
 *   columns (the others)   slice n: each column decodes, joins, filters and writes its own
 *
 * The two go on side by side, slice after slice, so that nothing is as large as a tile but its
 * filtered bytes. What the fragment is made of is what other writers make: tiles of `capacity`
 * cells, times of the cells, delete times where there were deletes, and the list of deletes done.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/consolidate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/column_sink.h"
#include "arco/datatype.h"
#include "arco/fragment_writer.h"
#include "arco/rtree.h"
#include "base/error.h"
#include "base/parallel.h"

#define PATH_SIZE 512
/* What a column of a source keeps: a chunk, decoded, and what is read ahead. */
#define LEAST_AHEAD ((size_t)32 << 10)
#define MOST_AHEAD ((size_t)512 << 10)
#define CHUNK_COST ((size_t)72 << 10)
/* Times of cells, and deletes done, are there from this version on. */
#define OLDEST_VERSION 16u

typedef struct consolidation
{
  garco_array *array;
  const garco__schema *schema;
  const garco__consolidate_options *options;
  garco_error *error;
  garco__cell_merge merge;
  garco__slice slices[2];
  size_t turn; /* the slice that the columns take */
  size_t nsinks;
  garco__column_sink *sinks;
  size_t ahead;
  uint64_t cells;
  garco__fragment_writer fragment;
} consolidation;

/* ---- is it possible */

static garco_status
check_schema (const garco_array *array, garco_error *error)
{
  const garco__schema *schema = array->schema;
  if (schema->version < OLDEST_VERSION)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, array->io->root,
                        "consolidating an array of format version %u loses when cells were "
                        "written; \"garco upgrade\" makes it version %u",
                        (unsigned)schema->version, 22u);
  return GARCO_OK;
}

/* ---- memory */

/* Columns that each source has open: for the merge, and for what is written. */
static size_t
columns_of (const garco__schema *schema)
{
  size_t count = 2 * schema->ndims + 2 + schema->nattrs;
  for (size_t i = 0; i < schema->ndims + schema->nattrs; i++)
    count += (schema->fields[i].nullable ? 1u : 0u) +
             (schema->fields[i].width == GARCO__VARIABLE ? 1u : 0u);
  return count;
}

/* What is left for the sources: slices, pending chunks and the tile's filtered bytes take half. */
static uint64_t
memory_of_sources (uint64_t memory)
{
  return memory / 2;
}

size_t
garco__consolidate_limit (const garco__schema *schema, uint64_t memory)
{
  uint64_t cost = columns_of (schema) * (uint64_t)(LEAST_AHEAD + CHUNK_COST);
  uint64_t limit = memory_of_sources (memory) / cost;
  return limit < 2 ? 2 : limit > 1000 ? 1000 : (size_t)limit;
}

static size_t
ahead_for (const garco__schema *schema, uint64_t memory, size_t overlap)
{
  uint64_t each = memory_of_sources (memory) / columns_of (schema) / (overlap > 0 ? overlap : 1);
  each = each > CHUNK_COST ? each - CHUNK_COST : 0;
  return each < LEAST_AHEAD ? LEAST_AHEAD : each > MOST_AHEAD ? MOST_AHEAD : (size_t)each;
}

/* Where a fragment begins and where it ends, on the line of keys. */
typedef struct edge
{
  uint64_t words[GARCO__MERGE_WORDS];
  bool ends;
} edge;

static int
by_place (const void *a, const void *b)
{
  const edge *x = a, *y = b;
  for (size_t w = 0; w < GARCO__MERGE_WORDS; w++)
    if (x->words[w] != y->words[w])
      return x->words[w] < y->words[w] ? -1 : 1;
  return (int)x->ends - (int)y->ends;
}

static garco_status
list_boxes (garco_array *array, const size_t *fragments, size_t count, const uint8_t **boxes,
            size_t *nboxes, garco_error *error)
{
  for (size_t i = 0; i < count; i++)
  {
    garco__fragment *fragment = NULL;
    GARCO_TRY (garco__array_fragment_at (array, fragments[i], &fragment, error));
    if (fragment->ntiles > 0)
      boxes[(*nboxes)++] = fragment->domain;
  }
  return GARCO_OK;
}

garco_status
garco__consolidate_overlap (garco_array *array, const size_t *fragments, size_t count,
                            size_t *overlap, garco_error *error)
{
  void *boxes = NULL, *edges = NULL;
  size_t nboxes = 0, open = 0;
  garco__merge_order order = {0};
  garco_status status;
  *overlap = 0;
  GARCO_TRY_DONE (garco__allocate (&boxes, count, sizeof (uint8_t *), error));
  GARCO_TRY_DONE (garco__allocate (&edges, 2 * count, sizeof (edge), error));
  GARCO_TRY_DONE (list_boxes (array, fragments, count, boxes, &nboxes, error));
  GARCO_TRY_DONE (garco__merge_order_plan (&order, array->schema, (const uint8_t *const *)boxes,
                                           nboxes, array->io->root, error));
  edge *all = edges;
  for (size_t i = 0; i < nboxes; i++)
    for (size_t end = 0; end < 2; end++)
    {
      edge *own = &all[2 * i + end];
      garco__merge_order_bound (&order, ((const uint8_t **)boxes)[i], end == 1, own->words);
      own->ends = end == 1;
    }
  qsort (all, 2 * nboxes, sizeof *all, by_place);
  for (size_t i = 0; i < 2 * nboxes; i++)
  {
    open = all[i].ends ? open - 1 : open + 1;
    *overlap = open > *overlap ? open : *overlap;
  }
done:
  free (boxes);
  free (edges);
  return status;
}

/* ---- opening */

static garco_status
make_folder (consolidation *own, const size_t *fragments, size_t count)
{
  garco__io *io = own->array->io;
  garco__fragment_writer *made = &own->fragment;
  uint64_t start = UINT64_MAX, end = 0;
  for (size_t i = 0; i < count; i++)
  {
    const garco__stamp *stamp = &own->array->directory.fragments.items[fragments[i]].stamp;
    start = stamp->start < start ? stamp->start : start;
    end = stamp->end > end ? stamp->end : end;
  }
  GARCO_TRY (garco__stamp_range_name (start, end, own->schema->version, made->name, own->error));
  GARCO_TRY (garco__io_make_folder (io, "__fragments", own->error));
  GARCO_TRY (garco__io_make_folder (io, "__commits", own->error));
  made->array = own->array;
  snprintf (made->path, sizeof made->path, "__fragments/%s", made->name);
  return garco__io_make_folder (io, made->path, own->error);
}

static garco_status
open_sink (consolidation *own, garco__sink_kind kind, size_t field)
{
  return garco__column_sink_open (&own->sinks[own->nsinks++], &own->merge, kind, field,
                                  own->fragment.path, own->ahead, own->error);
}

/* Attributes first: they take longest. */
static garco_status
open_sinks (consolidation *own)
{
  const garco__schema *schema = own->schema;
  size_t nfields = schema->ndims + schema->nattrs;
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, nfields + 3, sizeof (garco__column_sink), own->error));
  own->sinks = room;
  for (size_t i = 0; i < nfields; i++)
    GARCO_TRY (open_sink (own, GARCO__SINK_FIELD, (schema->ndims + i) % nfields));
  GARCO_TRY (open_sink (own, GARCO__SINK_TIMES, 0));
  if (!own->merge.has_deletes || own->merge.purge)
    return GARCO_OK;
  GARCO_TRY (open_sink (own, GARCO__SINK_DELETE_TIMES, 0));
  return open_sink (own, GARCO__SINK_DELETE_CONDITIONS, 0);
}

static garco_status
open_all (consolidation *own, const size_t *fragments, size_t count)
{
  size_t overlap = 0;
  GARCO_TRY (garco__consolidate_overlap (own->array, fragments, count, &overlap, own->error));
  own->ahead = ahead_for (own->schema, own->options->memory, overlap);
  GARCO_TRY (garco__cell_merge_open (&own->merge, own->array, fragments, count, own->options->purge,
                                     own->ahead, own->error));
  GARCO_TRY (make_folder (own, fragments, count));
  return open_sinks (own);
}

/* ---- slices */

/* Piece 0 merges the next slice, each other is a column of the present one. */
static garco_status
work (void *context, size_t index, garco_error *error)
{
  consolidation *own = context;
  const garco__slice *slice = &own->slices[own->turn];
  if (index == 0)
    return slice->ends_all
               ? GARCO_OK
               : garco__cell_merge_next (&own->merge, &own->slices[1 - own->turn], error);
  return garco__column_sink_put (&own->sinks[index - 1], slice, error);
}

static garco_status
write_slices (consolidation *own)
{
  GARCO_TRY (garco__cell_merge_next (&own->merge, &own->slices[own->turn], own->error));
  for (bool over = false; !over; own->turn = 1 - own->turn)
  {
    over = own->slices[own->turn].ends_all;
    own->cells += own->slices[own->turn].cells;
    GARCO_TRY (garco__parallel_run (own->nsinks + 1, own->options->threads, work, own, own->error));
  }
  return GARCO_OK;
}

static garco_status
finish_sink (void *context, size_t index, garco_error *error)
{
  consolidation *own = context;
  return garco__column_sink_finish (&own->sinks[index], error);
}

/* ---- the metadata */

static garco_status
fill_slot (garco__writer_job *job, garco__column_sink *sink)
{
  garco__slot *slot = &job->slots[sink->slot];
  slot->file_size = sink->data.size;
  slot->validity_size = sink->nulls.size;
  slot->tile_offsets = (uint64_t *)(void *)sink->data.offsets.data;
  slot->validity_offsets = (uint64_t *)(void *)sink->nulls.offsets.data;
  job->stats[sink->slot] = (garco__tile_stats *)(void *)sink->tile_stats.data;
  job->texts[sink->slot] = sink->has_texts ? sink->texts.data : NULL;
  if (!sink->variable)
    return GARCO_OK;
  slot->var_size = sink->bytes.size;
  slot->var_offsets = (uint64_t *)(void *)sink->bytes.offsets.data;
  slot->var_sizes = (uint64_t *)(void *)sink->sizes.data;
  job->bounds[sink->slot] = &sink->bounds;
  return GARCO_OK;
}

static bool
has_texts (const garco__schema *schema)
{
  bool found = false;
  for (size_t d = 0; d < schema->ndims; d++)
    found |= schema->fields[d].width == GARCO__VARIABLE;
  return found;
}

/* The box of each tile: what its dimensions' minima and maxima are. */
static void
fill_boxes (const consolidation *own, garco__writer_job *job)
{
  size_t at = 0, box = garco__box_size (own->schema);
  for (size_t d = 0; d < own->schema->ndims; d++)
  {
    size_t size = garco_datatype_size (own->schema->fields[d].type);
    const garco__tile_stats *stats = job->stats[garco__schema_slot (own->schema, d)];
    for (size_t t = 0; t < job->ntiles; t++)
    {
      memcpy (job->boxes + t * box + at, stats[t].min, size);
      memcpy (job->boxes + t * box + at + size, stats[t].max, size);
    }
    at += 2 * size;
  }
}

static garco_status
write_metadata (consolidation *own)
{
  garco__writer_job job = {.array = own->array,
                           .schema = own->schema,
                           .fragment = &own->fragment,
                           .error = own->error,
                           .rows = (size_t)own->cells,
                           .has_timestamps = true,
                           .distinct = !own->schema->duplicates && !own->merge.repeats};
  void *slots = NULL, *stats = NULL, *boxes = NULL, *names = NULL, *none = NULL, *texts = NULL;
  void *bounds = NULL;
  garco_status status;
  job.ntiles = (size_t)((own->cells - 1) / own->schema->capacity + 1);
  job.has_deletes = own->merge.has_deletes && !own->merge.purge;
  job.nslots = own->nsinks + 1;
  job.nprocessed = own->merge.ndeletes;
  GARCO_TRY_DONE (garco__allocate (&slots, job.nslots, sizeof (garco__slot), own->error));
  GARCO_TRY_DONE (garco__allocate (&stats, job.nslots, sizeof (void *), own->error));
  GARCO_TRY_DONE (garco__allocate (&texts, job.nslots, sizeof (uint8_t *), own->error));
  GARCO_TRY_DONE (garco__allocate (&bounds, job.nslots, sizeof (garco__text_bounds *), own->error));
  if (!has_texts (own->schema))
    GARCO_TRY_DONE (
        garco__allocate (&boxes, job.ntiles, garco__box_size (own->schema), own->error));
  GARCO_TRY_DONE (garco__allocate (&names, job.nprocessed, sizeof (char *), own->error));
  GARCO_TRY_DONE (garco__allocate (&none, job.ntiles, sizeof (garco__tile_stats), own->error));
  job.slots = slots;
  job.stats = stats;
  job.texts = texts;
  job.bounds = bounds;
  job.boxes = boxes;
  job.stats[own->schema->nattrs] = none;
  for (size_t i = 0; i < own->nsinks; i++)
    fill_slot (&job, &own->sinks[i]);
  if (boxes != NULL)
    fill_boxes (own, &job);
  for (size_t i = 0; i < job.nprocessed; i++)
    ((const char **)names)[i] = own->merge.deletes[i].name;
  job.processed = names;
  GARCO_TRY_DONE (garco__writer_metadata (&job));
done:
  free (slots);
  free (stats);
  free (texts);
  free (bounds);
  free (boxes);
  free (names);
  free (none);
  return status;
}

/* ---- the whole */

static garco_status
commit (consolidation *own, const size_t *fragments, size_t count)
{
  void *paths = NULL;
  GARCO_TRY (garco__allocate (&paths, count, sizeof (char *), own->error));
  for (size_t i = 0; i < count; i++)
    ((const char **)paths)[i] = own->array->directory.fragments.items[fragments[i]].path;
  garco_status status =
      garco__consolidate_commit (own->array->io, own->fragment.name, (const char *const *)paths,
                                 count, &own->fragment.committed, own->error);
  free (paths);
  return status;
}

static garco_status
write_fragment (consolidation *own, const size_t *fragments, size_t count)
{
  GARCO_TRY (open_all (own, fragments, count));
  GARCO_TRY (write_slices (own));
  if (own->cells == 0)
    return GARCO_OK;
  GARCO_TRY (
      garco__parallel_run (own->nsinks, own->options->threads, finish_sink, own, own->error));
  GARCO_TRY (write_metadata (own));
  return commit (own, fragments, count);
}

static void
free_all (consolidation *own)
{
  for (size_t i = 0; i < own->nsinks; i++)
    garco__column_sink_free (&own->sinks[i]);
  free (own->sinks);
  garco__slice_free (&own->slices[0]);
  garco__slice_free (&own->slices[1]);
  garco__cell_merge_free (&own->merge);
  if (!own->fragment.committed && own->fragment.path[0] != '\0')
    garco__io_remove (own->array->io, own->fragment.path, NULL);
}

garco_status
garco__consolidate (garco_array *array, const size_t *fragments, size_t count,
                    const garco__consolidate_options *options, garco__consolidated *consolidated,
                    garco_error *error)
{
  memset (consolidated, 0, sizeof *consolidated);
  GARCO_TRY (check_schema (array, error));
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, 1, sizeof (consolidation), error));
  consolidation *own = room;
  own->array = array;
  own->schema = array->schema;
  own->options = options;
  own->error = error;
  garco_status status = write_fragment (own, fragments, count);
  if (status >= 0 && own->fragment.committed)
  {
    memcpy (consolidated->name, own->fragment.name, sizeof consolidated->name);
    consolidated->cells = own->cells;
    for (size_t i = 0; i < own->nsinks; i++)
      consolidated->bytes +=
          own->sinks[i].data.size + own->sinks[i].nulls.size + own->sinks[i].bytes.size;
  }
  free_all (own);
  free (own);
  return status;
}
