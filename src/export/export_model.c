/* The headers that an array keeps of its files, and which of them is gone by:
 *
 *   selection             |-------------|
 *   file A    |---------------|             holds the first time: this one
 *   file B                     |--------|
 *   file C                                    |-----|
 *
 * Of several that hold the first time, the one put in last, whose values the array shows.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "export/export_header.h"
#include "ingest/ingest_record.h"

typedef struct candidate
{
  garco__record record;
  garco_metadata_info header;
  int rank; /* 0: none, 1: any time, 2: some of the time, 3: the first time */
} candidate;

static int
rank_of (const garco__record *record, const garco__export_survey *survey)
{
  if (record->first > record->last)
    return 1;
  if (record->first <= survey->first && record->last >= survey->first)
    return 3;
  return record->first <= survey->last && record->last >= survey->first ? 2 : 1;
}

/* Of the files that hold some of the time the earliest is gone by, else the one put in last. */
static bool
is_better (const candidate *a, const candidate *b)
{
  if (a->rank != b->rank)
    return a->rank > b->rank;
  return a->rank == 2 && a->record.first != b->record.first
             ? a->record.first < b->record.first
             : a->record.timestamp > b->record.timestamp;
}

/* Whether a metadata item is the record of a file that is in the array and whose header is kept. */
static garco_status
read_candidate (garco_array *array, const garco_metadata_info *item,
                const garco__export_survey *survey, candidate *found, garco_error *error)
{
  const size_t prefix = strlen (GARCO__SOURCE_KEY);
  char key[GARCO__SOURCE_KEY_SIZE];
  bool holds = false;
  if (strncmp (item->key, GARCO__SOURCE_KEY, prefix) != 0 || strlen (item->key) != prefix + 64)
    return GARCO_OK;
  GARCO_TRY (garco__record_holds (array, item, &holds, error));
  garco__record_key (GARCO__HEADER_KEY, item->key + prefix, key);
  if (holds)
    GARCO_TRY (garco__record_item (array, key, &found->header, &holds, error));
  if (!holds || garco_datatype_size (found->header.type) != 1)
    return GARCO_OK;
  GARCO_TRY (garco__record_read (item, &found->record, error));
  found->rank = found->record.file != NULL ? rank_of (&found->record, survey) : 0;
  return GARCO_OK;
}

static garco_status
find_best (garco_array *array, const garco__export_survey *survey, candidate *best, size_t *others,
           garco_error *error)
{
  size_t count = 0;
  GARCO_TRY (garco_array_metadata_count (array, &count, error));
  for (size_t i = 0; i < count; i++)
  {
    candidate next;
    garco_metadata_info item;
    memset (&next, 0, sizeof next);
    garco_status status = garco_array_metadata (array, i, &item, error);
    if (status >= 0)
      status = read_candidate (array, &item, survey, &next, error);
    *others += next.rank >= 2;
    if (status >= 0 && next.rank > 0 && is_better (&next, best))
    {
      garco__record_free (&best->record);
      *best = next;
    }
    else
      garco__record_free (&next.record);
    GARCO_TRY (status);
  }
  *others -= best->rank >= 2;
  return GARCO_OK;
}

static garco_status
parse (garco__export_model *model, const void *text, size_t size, garco_error *error)
{
  garco_reader_options options = GARCO_READER_OPTIONS_INIT;
  garco_epoch epoch;
  options.salvage = model->mended;
  options.source = "the header that the array keeps";
  garco_reader_free (&model->reader);
  GARCO_TRY (garco_reader_new (&options, &model->reader, error));
  GARCO_TRY (garco_reader_feed (model->reader, text, size, error));
  garco_reader_finish (model->reader);
  GARCO_TRY (garco_reader_next (model->reader, &epoch, error));
  model->header = garco_reader_header (model->reader);
  return GARCO_OK;
}

/* A header that had to be mended when the file was put in has to be now. */
static garco_status
parse_header (garco__export_model *model, const void *text, size_t size, garco_error *error)
{
  garco_status status = parse (model, text, size, error);
  if (status != GARCO_ERR_CORRUPT && status != GARCO_ERR_TRUNCATED)
    return status;
  model->mended = true;
  return parse (model, text, size, error);
}

static garco_status
find_kept (garco__export_model *model, garco_array *array, const garco__export_survey *survey,
           garco_error *error)
{
  candidate best;
  memset (&best, 0, sizeof best);
  garco_status status = find_best (array, survey, &best, &model->others, error);
  if (status >= 0 && best.rank > 0)
  {
    status = parse_header (model, best.header.values, best.header.count, error);
    model->cells = best.record.cells;
    model->file = best.record.file;
    model->codes = best.record.codes;
    best.record.file = NULL;
    best.record.codes = NULL;
  }
  garco__record_free (&best.record);
  return status;
}

garco_status
garco__export_model_find (garco__export_model *model, garco_array *array,
                          const garco_export_options *options, const garco__export_survey *survey,
                          garco_error *error)
{
  model->cells = -1;
  if (options->header != NULL)
  {
    GARCO_TRY (garco_reader_open (options->header, NULL, &model->reader, error));
    model->header = garco_reader_header (model->reader);
    return GARCO_OK;
  }
  return find_kept (model, array, survey, error);
}

void
garco__export_model_free (garco__export_model *model)
{
  garco_reader_free (&model->reader);
  garco_code_map_free (&model->codes);
  free (model->file);
  memset (model, 0, sizeof *model);
}
