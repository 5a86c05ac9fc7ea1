/* Cutting sources into pieces. Whole days from 1970 on are cut at, because they hold whole tiles of
 * an array whose time tiles are half days, as EarthScope's are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_pieces.h"

#include <stdlib.h>

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
  if (days < 2 || days > INT64_MAX / GARCO__DAY_MS / 2)
    return 1;
  int64_t step = (days + GARCO__ARRAY_PIECES - 1) / GARCO__ARRAY_PIECES;
  size_t count = 1;
  for (int64_t day = first + step; day <= last && day * GARCO__DAY_MS < whole->end_ms; day += step)
  {
    pieces[count] =
        (garco__piece){whole->source, whole->seen, false, day * GARCO__DAY_MS, whole->end_ms};
    pieces[count - 1].end_ms = day * GARCO__DAY_MS;
    count++;
  }
  return count;
}

/* Cuts one source and appends its pieces. What was opened is the first piece's even after an error.
 */
static garco_status
cut_source (const char *source, const garco_query_options *options, garco__piece *pieces,
            size_t *npieces, garco_error *error)
{
  garco__piece *whole = &pieces[(*npieces)++];
  garco_array_options reading = GARCO_ARRAY_OPTIONS_INIT;
  bool known = false;
  int64_t first = 0, last = 0;
  *whole = (garco__piece){source, NULL, true, options->start_ms, options->end_ms};
  if (!garco__source_is_array (source))
    return GARCO_OK;
  reading.raw_missing = options->raw_missing;
  reading.timestamp_start = options->timestamp_start;
  reading.timestamp_end = options->timestamp_end;
  GARCO_TRY (garco_array_open (source, &reading, &whole->seen, error));
  GARCO_TRY (days_of_array (whole->seen, &known, &first, &last, error));
  garco__piece uncut = *whole;
  if (known)
    *npieces += cut_array (&uncut, first, last, whole) - 1;
  return GARCO_OK;
}

garco_status
garco__pieces_cut (const char *const *sources, size_t nsources, const garco_query_options *options,
                   garco__piece **pieces, size_t *npieces, garco_error *error)
{
  void *made = NULL;
  *npieces = 0;
  GARCO_TRY (garco__allocate (&made, nsources * GARCO__ARRAY_PIECES, sizeof (garco__piece), error));
  *pieces = made;
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < nsources && status >= 0; i++)
    status = cut_source (sources[i], options, *pieces, npieces, error);
  if (status < 0)
    garco__pieces_free (pieces, *npieces);
  return status;
}

void
garco__pieces_free (garco__piece **pieces, size_t npieces)
{
  for (size_t i = 0; *pieces != NULL && i < npieces; i++)
    if ((*pieces)[i].first)
      garco_array_free (&(*pieces)[i].seen);
  free (*pieces);
  *pieces = NULL;
}
