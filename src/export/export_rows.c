/* Batches of columns to cells.
 * SPDX-License-Identifier: Apache-2.0 */
#include "export/export_rows.h"

#include <stdio.h>

#include "base/error.h"
#include "query/query_columns.h"
#include "query/query_select.h"

#define CHUNK 512
#define KEYS 4
#define REALS 4
#define COLUMNS 10

static const char *const names[COLUMNS] = {"time",  "sys",     "sat", "obs",   "range",
                                           "phase", "doppler", "snr", "flags", "fcn"};

typedef struct reading
{
  const char *uri;
  garco__cell_fn take;
  void *context;
  int64_t last;
  int64_t whole[COLUMNS][CHUNK];
  double real[REALS][CHUNK];
} reading;

void
garco__cell_name (const garco_cell *cell, char text[64])
{
  char time[32], code[3];
  garco_time_text (cell->time, time);
  garco_obs_code_text (cell->obs, code);
  snprintf (text, 64, "%c%02d %s at %s", garco_system_letter (cell->sys), cell->sat, code, time);
}

static garco_status
check_cell (reading *r, const garco_cell *cell, garco_error *error)
{
  char name[64];
  garco__cell_name (cell, name);
  if (cell->sys >= GARCO_SYSTEM_COUNT || cell->sat > 99)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, r->uri,
                        "%s (system %d, satellite %d): RINEX has systems of " GARCO_SYSTEMS
                        " and satellites up to 99",
                        name, cell->sys, cell->sat);
  if (cell->time < r->last)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, r->uri,
                        "%s comes after later ones: RINEX is written in the order of time", name);
  r->last = cell->time;
  return GARCO_OK;
}

static garco_status
take_chunk (reading *r, size_t count, garco_error *error)
{
  for (size_t i = 0; i < count; i++)
  {
    const garco_cell cell = {
        .time = r->whole[0][i],
        .sys = (uint8_t)r->whole[1][i],
        .sat = (uint8_t)r->whole[2][i],
        .obs = (uint16_t)r->whole[3][i],
        .range = r->real[0][i],
        .phase = r->real[1][i],
        .doppler = r->real[2][i],
        .snr = r->real[3][i],
        .flags = (uint16_t)r->whole[8][i],
        .fcn = (int8_t)r->whole[9][i],
    };
    GARCO_TRY (check_cell (r, &cell, error));
    GARCO_TRY (r->take (r->context, &cell, error));
  }
  return GARCO_OK;
}

static garco_status
take_batch (reading *r, const garco_batch *batch, garco_error *error)
{
  for (int64_t from = 0; from < batch->rows; from += CHUNK)
  {
    size_t count = batch->rows - from < CHUNK ? (size_t)(batch->rows - from) : CHUNK;
    for (size_t k = 0; k < COLUMNS; k++)
      if (k >= KEYS && k < KEYS + REALS)
        garco__column_double (&batch->columns[k], from, count, r->real[k - KEYS]);
      else
        garco__column_int64 (&batch->columns[k], from, count, r->whole[k]);
    GARCO_TRY (take_chunk (r, count, error));
  }
  return GARCO_OK;
}

static garco_query_options
query_options (const garco_export_options *options, bool aloud)
{
  garco_query_options query = GARCO_QUERY_OPTIONS_INIT;
  GARCO__SELECTING (&query, options);
  query.system_base = options->system_base;
  query.nfields = COLUMNS;
  query.fields = names;
  query.on_notice = aloud ? options->on_notice : NULL;
  query.context = options->context;
  query.timestamp_start = options->timestamp_start;
  query.timestamp_end = options->timestamp_end;
  return query;
}

garco_status
garco__export_rows (const char *uri, const garco_export_options *options, bool aloud,
                    garco__cell_fn take, void *context, garco_error *error)
{
  garco_query_options wanted = query_options (options, aloud);
  reading r = {.uri = uri, .take = take, .context = context, .last = INT64_MIN};
  garco_query *query = NULL;
  garco_batch batch;
  garco_status status;
  GARCO_TRY (garco_query_open (&uri, 1, &wanted, &query, error));
  while ((status = garco_query_next (query, &batch, error)) == GARCO_OK)
    if ((status = take_batch (&r, &batch, error)) < 0)
      break;
  garco_query_free (&query);
  return status < 0 ? status : GARCO_OK;
}
