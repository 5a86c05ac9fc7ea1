/* What a query of an array will read, before it does.
 *
 * The plan is made as for the query itself: fragments by their boxes, tiles by theirs, settled or
 * contested, and of settled ones the coordinates that their boxes do not settle. The bytes are
 * those between one tile's offset and the next; nothing of the columns is read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_explain.h"

#include <stdlib.h>
#include <string.h>

#include "arco/array_snapshot.h"
#include "base/error.h"
#include "query/query_array.h"
#include "query/query_repeats.h"
#include "query/query_tiles.h"

typedef struct whole_explanation
{
  garco_explanation public;
  garco_explained_column *columns;
  char **names;
} whole_explanation;

typedef struct explain_job
{
  garco_scan *scan;
  const garco__tiles *tiles; /* NULL: rows */
  whole_explanation *out;
} explain_job;

void
garco_explanation_free (garco_explanation **explanation)
{
  whole_explanation *own = (whole_explanation *)*explanation;
  if (own == NULL)
    return;
  for (size_t i = 0; own->names != NULL && i < own->public.ncolumns; i++)
    free (own->names[i]);
  free (own->names);
  free (own->columns);
  free (own);
  *explanation = NULL;
}

/* ---------------------------------------------------------------- counting */

/* Bytes of a tile in a column's files. */
static uint64_t
tile_bytes (const garco__fragment *fragment, size_t slot, uint64_t t)
{
  const garco__slot *own = &fragment->slots[slot];
  uint64_t bytes = 0;
  if (own->tile_offsets != NULL)
    bytes += (t + 1 < fragment->ntiles ? own->tile_offsets[t + 1] : own->file_size) -
             own->tile_offsets[t];
  if (own->validity_offsets != NULL)
    bytes += (t + 1 < fragment->ntiles ? own->validity_offsets[t + 1] : own->validity_size) -
             own->validity_offsets[t];
  return bytes;
}

static void
count_column (explain_job *job, size_t column, size_t field, const garco__scan_tile *tile)
{
  const garco__fragment *fragment = job->scan->array->fragments[tile->fragment];
  const garco__field *own = &job->scan->schema->fields[field];
  int found = garco__schema_find (fragment->schema, own->name);
  garco_explained_column *out = &job->out->columns[column];
  if (found < 0)
    return; /* its fill value is known */
  uint64_t bytes =
      tile_bytes (fragment, garco__schema_slot (fragment->schema, (size_t)found), tile->tile);
  out->tiles++;
  out->bytes += bytes;
  out->unpacked += tile->cells * own->cell_size;
  job->out->public.bytes += bytes;
  job->out->public.requests += fragment->schema->fields[found].nullable ? 2 : 1;
}

/* How often a settled tile's coordinate is read by rows: to select, and to sort by it. */
static unsigned
row_reads (const garco_scan *scan, size_t d, const garco__scan_tile *tile)
{
  const garco__key_ranges *ranges = &scan->ranges[d];
  uint64_t low, high;
  garco__scan_box_keys (scan, tile, d, &low, &high);
  unsigned reads = garco__ranges_cover (ranges, low, high) ? 0 : 1;
  if (low == high)
    return reads;
  if (ranges->given && ranges->count > 0)
  {
    uint64_t first = ranges->bounds[0], last = ranges->bounds[2 * ranges->count - 1];
    low = first > low ? first : low;
    high = last < high ? last : high;
  }
  return reads + (low < high ? 1 : 0);
}

/* How often a tile's coordinate is read; looking for equal cells is one more of one dimension. */
static unsigned
dimension_reads (const explain_job *job, size_t d, const garco__scan_tile *tile)
{
  uint64_t low, high;
  if (tile->contested)
    return 1;
  garco__scan_box_keys (job->scan, tile, d, &low, &high);
  unsigned looking = tile->repeats && d == garco__repeats_dimension (job->scan) && low < high;
  if (job->tiles != NULL)
    return looking + garco__tiles_read_dimension (job->tiles, d, tile);
  return looking + row_reads (job->scan, d, tile);
}

static bool
reads_attribute (const explain_job *job, size_t field, const garco__scan_tile *tile)
{
  garco__sums known;
  return job->tiles == NULL || tile->contested ||
         !garco__tiles_know (job->tiles, field, tile, &known);
}

static void
count_tile (explain_job *job, const garco__scan_tile *tile)
{
  garco_scan *scan = job->scan;
  size_t ndims = scan->schema->ndims;
  job->out->public.tiles_met++;
  job->out->public.tiles_contested += tile->contested ? 1 : 0;
  job->out->public.cells += tile->cells;
  for (size_t d = 0; d < ndims; d++)
    for (unsigned n = dimension_reads (job, d, tile); n > 0; n--)
      count_column (job, d, d, tile);
  for (size_t i = 0; i < scan->nattributes; i++)
    if (reads_attribute (job, scan->attributes[i].field, tile))
      count_column (job, ndims + i, scan->attributes[i].field, tile);
    else
      job->out->public.tiles_kept++;
}

static void
count_fragments (explain_job *job)
{
  const garco_array *array = job->scan->array;
  garco_explanation *out = &job->out->public;
  out->fragments = array->nfragments;
  for (size_t i = 0; i < array->nfragments; i++)
  {
    const garco__fragment *fragment = array->fragments[i];
    if (fragment == NULL)
      continue;
    out->metadata_bytes += fragment->metadata_size;
    if (fragment->ntiles == 0 || !garco__scan_box_meets (job->scan, fragment->domain))
      continue;
    out->fragments_met++;
    out->tiles += fragment->ntiles;
  }
}

/* ---------------------------------------------------------------- the columns */

static garco_status
name_columns (explain_job *job, garco_error *error)
{
  const garco_scan *scan = job->scan;
  whole_explanation *out = job->out;
  size_t ndims = scan->schema->ndims, count = ndims + scan->nattributes;
  void *columns = NULL, *names = NULL;
  GARCO_TRY (garco__allocate (&columns, count, sizeof *out->columns, error));
  out->columns = columns;
  GARCO_TRY (garco__allocate (&names, count, sizeof *out->names, error));
  out->names = names;
  out->public.ncolumns = count;
  out->public.columns = out->columns;
  for (size_t i = 0; i < count; i++)
  {
    size_t field = i < ndims ? i : scan->attributes[i - ndims].field;
    out->names[i] = strdup (scan->schema->fields[field].name);
    if (out->names[i] == NULL)
      return garco__fail_memory (error, strlen (scan->schema->fields[field].name));
    out->columns[i].name = out->names[i];
  }
  return GARCO_OK;
}

static garco_status
explain_scan (explain_job *job, garco_error *error)
{
  GARCO_TRY (name_columns (job, error));
  count_fragments (job);
  for (size_t i = 0; i < job->scan->ntiles; i++)
    count_tile (job, &job->scan->tiles[i]);
  return GARCO_OK;
}

/* ---------------------------------------------------------------- opening */

static garco_status
explain_rows (const char *source, const garco_query_options *options, whole_explanation *out,
              garco_error *error)
{
  garco__selection selection;
  const garco__request request = {.options = options,
                                  .selection = &selection,
                                  .nfields = options->nfields,
                                  .fields = options->fields};
  garco__rows *rows = NULL;
  GARCO_TRY (garco__selection_read (options, &selection, error));
  GARCO_TRY (garco__array_rows_open (source, &request, &rows, error));
  explain_job job = {((garco__array_rows *)rows)->scan, NULL, out};
  garco_status status = GARCO_OK;
  if (job.scan != NULL)
    status = garco__scan_settle (job.scan, error);
  if (job.scan != NULL && status >= 0)
    status = explain_scan (&job, error);
  garco__rows_free (&rows);
  return status;
}

/* Not by_tiles where rows must be read. */
static garco_status
explain_tiles (const char *source, const garco_query_options *options,
               const garco__aggregation *runs, whole_explanation *out, garco_error *error)
{
  garco_array_options reading = GARCO_ARRAY_OPTIONS_INIT;
  garco_array *seen = NULL;
  garco__tiles *tiles = NULL;
  garco_status status;
  reading.raw_missing = options->raw_missing;
  reading.timestamp_start = options->timestamp_start;
  reading.timestamp_end = options->timestamp_end;
  GARCO_TRY_DONE (garco_array_open (source, &reading, &seen, error));
  GARCO_TRY_DONE (garco__tiles_open (source, options, seen, runs, &tiles, error));
  out->public.by_tiles = tiles != NULL;
  if (tiles != NULL)
  {
    explain_job job = {garco__tiles_scan (tiles), tiles, out};
    garco__tiles_show_all (tiles);
    GARCO_TRY_DONE (explain_scan (&job, error));
  }
done:
  garco__tiles_free (&tiles);
  garco_array_free (&seen);
  return status;
}

garco_status
garco__explain (const char *source, const garco_query_options *options,
                const garco__aggregation *runs, garco_explanation **explanation, garco_error *error)
{
  void *made = NULL;
  *explanation = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (whole_explanation), error));
  whole_explanation *out = made;
  garco_explanation *result = &out->public;
  garco_status status = GARCO_OK;
  out->public.array = garco__source_is_array (source);
  if (out->public.array && runs != NULL)
    status = explain_tiles (source, options, runs, out, error);
  if (out->public.array && status >= 0 && !out->public.by_tiles)
    status = explain_rows (source, options, out, error);
  if (status < 0)
    garco_explanation_free (&result);
  *explanation = result;
  return status;
}
