/* Cutting sources into pieces. Where rows are read, whole days from 1970 on are cut at, because
 * they hold whole tiles of an array whose time tiles are half days, as EarthScope's are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_pieces.h"

#include <stdlib.h>

#include "arco/array_snapshot.h"
#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/error.h"
#include "query/query_columns.h"
#include "query/query_source.h"

/* The first and last day that the array's time dimension has cells on, if it has such a dimension.
 */
static garco_status
days_of_array (garco_array *array, bool *known, int64_t *first, int64_t *last, garco_error *error)
{
  garco_status status = GARCO_OK;
  const garco_schema_info *schema = garco_array_schema (array);
  for (size_t i = 0; i < schema->nfields && schema->fields[i].is_dimension; i++)
  {
    int64_t range[2], numerator, denominator;
    const garco_field_info *field = &schema->fields[i];
    if (garco__key_of_name (field->name) != GARCO__TIME || garco_datatype_size (field->type) != 8 ||
        field->width != 1 || !garco__time_unit (field->type, &numerator, &denominator))
      continue;
    status = garco_array_domain (array, i, range, error);
    *known = status == GARCO_OK;
    if (*known)
    {
      *first =
          garco__floor_div (garco__time_to_ms (range[0], numerator, denominator), GARCO__DAY_MS);
      *last =
          garco__floor_div (garco__time_to_ms (range[1], numerator, denominator), GARCO__DAY_MS);
    }
    break;
  }
  return status < 0 ? status : GARCO_OK;
}

static int64_t
larger (int64_t a, int64_t b)
{
  return a > b ? a : b;
}

static int64_t
smaller (int64_t a, int64_t b)
{
  return a < b ? a : b;
}

/* Cuts [start, end) at days; the first piece begins at the start and the last ends at the end, so
 * that nothing is left out whatever the domain says. */
static size_t
cut_array (const garco__piece *whole, int64_t first, int64_t last, garco__piece *pieces)
{
  first = larger (first, garco__floor_div (whole->start_ms, GARCO__DAY_MS));
  last = smaller (last, garco__floor_div (whole->end_ms, GARCO__DAY_MS));
  int64_t days = last - first + 1;
  pieces[0] = *whole;
  if (first > INT64_MIN / GARCO__DAY_MS && first < INT64_MAX / GARCO__DAY_MS)
    pieces[0].earliest_ms = larger (whole->start_ms, first * GARCO__DAY_MS);
  if (days < 2 || days > INT64_MAX / GARCO__DAY_MS / 2)
    return 1;
  int64_t step = (days + GARCO__ARRAY_PIECES - 1) / GARCO__ARRAY_PIECES;
  size_t count = 1;
  for (int64_t day = first + step; day <= last && day * GARCO__DAY_MS < whole->end_ms; day += step)
  {
    pieces[count] = *whole;
    pieces[count].first = false;
    pieces[count].owned = NULL;
    pieces[count].start_ms = pieces[count - 1].end_ms = day * GARCO__DAY_MS;
    pieces[count].earliest_ms = pieces[count].start_ms;
    count++;
  }
  return count;
}

/* Cuts the settled tiles into parts of about as many. */
static size_t
cut_tiles (const garco__piece *whole, garco__piece *pieces)
{
  size_t tiles = garco__tiles_count (whole->owned);
  size_t count = tiles < GARCO__TILE_PIECES ? tiles : GARCO__TILE_PIECES;
  for (size_t i = 0; i < count; i++)
  {
    pieces[i] = *whole;
    pieces[i].first = false;
    pieces[i].owned = NULL;
    pieces[i].tiles = whole->owned;
    pieces[i].from = tiles * i / count;
    pieces[i].to = tiles * (i + 1) / count;
    pieces[i].earliest_ms = garco__tiles_earliest (whole->owned, pieces[i].from, pieces[i].to);
  }
  return count;
}

/* The array's settled tiles, then the rows of the others, if there are any. */
static size_t
cut_tiles_and_rows (const garco__piece *whole, garco__piece *pieces)
{
  int64_t first, last;
  const garco__tile_list *contested = garco__tiles_contested (whole->owned);
  garco__piece rows = *whole;
  size_t count = cut_tiles (whole, pieces);
  if (contested->count > 0 || count == 0)
  {
    garco__tiles_contested_time (whole->owned, &first, &last);
    rows.first = false;
    rows.owned = NULL;
    rows.only = contested;
    first = garco__floor_div (first, GARCO__DAY_MS);
    last = garco__floor_div (last, GARCO__DAY_MS);
    count += cut_array (&rows, first, last, pieces + count);
  }
  pieces[0].first = true;
  pieces[0].owned = whole->owned;
  return count;
}

/* Cuts an array. What is opened is the first piece's even after an error. */
static garco_status
cut_opened (garco__piece *pieces, size_t *npieces, const garco_query_options *options,
            const garco__aggregation *runs, garco_error *error)
{
  bool known = false;
  int64_t first = 0, last = 0;
  if (runs != NULL)
    GARCO_TRY (
        garco__tiles_open (pieces->source, options, pieces->seen, runs, &pieces->owned, error));
  garco__piece whole = *pieces;
  if (whole.owned != NULL)
  {
    *npieces += cut_tiles_and_rows (&whole, pieces) - 1;
    return GARCO_OK;
  }
  GARCO_TRY (days_of_array (whole.seen, &known, &first, &last, error));
  if (known)
    *npieces += cut_array (&whole, first, last, pieces) - 1;
  return GARCO_OK;
}

/* Cuts one source and appends its pieces. */
static garco_status
cut_source (const char *source, const garco_query_options *options, const garco__aggregation *runs,
            garco__piece *pieces, size_t *npieces, garco_error *error)
{
  garco__piece *whole = &pieces[(*npieces)++];
  garco_array_options reading = GARCO_ARRAY_OPTIONS_INIT;
  *whole = (garco__piece){
      .source = source, .first = true, .start_ms = options->start_ms, .end_ms = options->end_ms};
  whole->earliest_ms = options->start_ms;
  if (!garco__source_is_array (source))
    return GARCO_OK;
  reading.raw_missing = options->raw_missing;
  reading.timestamp_start = options->timestamp_start;
  reading.timestamp_end = options->timestamp_end;
  reading.meter = options->meter;
  GARCO_TRY (garco_array_open (source, &reading, &whole->seen, error));
  garco__array_set_threads (whole->seen, options->threads);
  return cut_opened (whole, npieces, options, runs, error);
}

garco_status
garco__pieces_cut (const char *const *sources, size_t nsources, const garco_query_options *options,
                   const garco__aggregation *runs, garco__piece **pieces, size_t *npieces,
                   garco_error *error)
{
  const size_t most = GARCO__TILE_PIECES + GARCO__ARRAY_PIECES;
  void *made = NULL;
  *npieces = 0;
  GARCO_TRY (garco__allocate (&made, nsources * most, sizeof (garco__piece), error));
  *pieces = made;
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < nsources && status >= 0; i++)
    status = cut_source (sources[i], options, runs, *pieces, npieces, error);
  if (status < 0)
    garco__pieces_free (pieces, *npieces);
  return status;
}

static int
by_time (const void *a, const void *b)
{
  const garco__piece *x = a, *y = b;
  if (x->earliest_ms != y->earliest_ms)
    return x->earliest_ms < y->earliest_ms ? -1 : 1;
  return x->number < y->number ? -1 : x->number > y->number;
}

void
garco__pieces_sort (garco__piece *pieces, size_t npieces)
{
  for (size_t i = 0; i < npieces; i++)
    pieces[i].number = i;
  if (npieces > 1)
    qsort (pieces, npieces, sizeof *pieces, by_time);
}

void
garco__pieces_free (garco__piece **pieces, size_t npieces)
{
  for (size_t i = 0; *pieces != NULL && i < npieces; i++)
    if ((*pieces)[i].first)
    {
      garco__tiles_free (&(*pieces)[i].owned);
      garco_array_free (&(*pieces)[i].seen);
    }
  free (*pieces);
  *pieces = NULL;
}
