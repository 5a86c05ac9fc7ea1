/* garco_query_*: the rows of several sources one after the other.
 *
 * The first source is opened at once, so that a name that is wrong is found before any row; each of
 * the others when the one before it has ended.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/meter.h"
#include "query/query_source.h"

struct garco_query
{
  garco_query_options options; /* its lists belong to the caller and are not used after open */
  garco__selection selection;
  garco__request request;
  char **sources, **fields;
  char *where;
  size_t nsources, at;
  garco__rows *rows; /* of the source at `at` */
};

static void
free_texts (char **texts, size_t count)
{
  for (size_t i = 0; texts != NULL && i < count; i++)
    free (texts[i]);
  free (texts);
}

static garco_status
copy_texts (const char *const *texts, size_t count, char ***copies, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, count, sizeof (char *), error));
  *copies = made;
  for (size_t i = 0; i < count; i++)
    if (((*copies)[i] = strdup (texts[i])) == NULL)
      return garco__fail_memory (error, strlen (texts[i]));
  return GARCO_OK;
}

static garco_status
check_arguments (size_t nsources, const garco_query_options *options, garco_error *error)
{
  if (nsources == 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "no source: expected a file or an array");
  if (options->system_base < -1 || options->system_base > 1)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "systems counted from %d: expected 0 or 1",
                        options->system_base);
  return GARCO_OK;
}

static garco_status
open_source (garco_query *query, garco_error *error)
{
  garco_meter *meter = query->options.meter;
  uint64_t start = garco__meter_now (meter);
  garco_status status =
      garco__rows_open (query->sources[query->at], &query->request, &query->rows, error);
  garco__meter_planned (meter, start);
  return status;
}

static garco_status
set_up (garco_query *query, const char *const *sources, size_t nsources, garco_error *error)
{
  const garco_query_options *options = &query->options;
  GARCO_TRY (garco__selection_read (options, &query->selection, error));
  GARCO_TRY (copy_texts (sources, nsources, &query->sources, error));
  query->nsources = nsources;
  GARCO_TRY (copy_texts (options->fields, options->nfields, &query->fields, error));
  if (options->where != NULL && (query->where = strdup (options->where)) == NULL)
    return garco__fail_memory (error, strlen (options->where));
  query->options.where = query->where;
  query->request.options = options;
  query->request.selection = &query->selection;
  query->request.nfields = options->nfields;
  query->request.fields = (const char *const *)query->fields;
  return open_source (query, error);
}

static garco_status
open_query (const char *const *sources, size_t nsources, const garco_query_options *options,
            const garco__part *part, garco_query **query, garco_error *error)
{
  static const garco_query_options standard = GARCO_QUERY_OPTIONS_INIT;
  void *made = NULL;
  *query = NULL;
  if (options == NULL)
    options = &standard;
  GARCO_TRY (check_arguments (nsources, options, error));
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_query), error));
  *query = made;
  (*query)->options = *options;
  (*query)->request.seen = part->seen;
  (*query)->request.only = part->only;
  (*query)->request.parts = part->parts;
  garco_status status = set_up (*query, sources, nsources, error);
  if (status < 0)
    garco_query_free (query);
  return status;
}

garco_status
garco_query_open (const char *const *sources, size_t nsources, const garco_query_options *options,
                  garco_query **query, garco_error *error)
{
  return open_query (sources, nsources, options, &(garco__part){0}, query, error);
}

garco_status
garco__query_open_as (const char *source, const garco_query_options *options,
                      const garco__part *part, garco_query **query, garco_error *error)
{
  return open_query (&source, 1, options, part, query, error);
}

const garco_column *
garco_query_columns (const garco_query *query, size_t *count)
{
  *count = query->rows != NULL ? query->rows->ncolumns : 0;
  return query->rows != NULL ? query->rows->columns : NULL;
}

garco_status
garco_query_next (garco_query *query, garco_batch *batch, garco_error *error)
{
  while (query->rows != NULL)
  {
    garco_status status = garco__rows_next (query->rows, batch, error);
    if (status != GARCO_END)
      return status;
    garco__rows_free (&query->rows);
    if (++query->at < query->nsources)
      GARCO_TRY (open_source (query, error));
  }
  return GARCO_END;
}

void *
garco__query_take_values (garco_query *query, const void *values)
{
  return query->rows != NULL ? query->rows->take (query->rows, values) : NULL;
}

void
garco_query_free (garco_query **query)
{
  if (*query == NULL)
    return;
  garco__rows_free (&(*query)->rows);
  free_texts ((*query)->sources, (*query)->nsources);
  free_texts ((*query)->fields, (*query)->options.nfields);
  free ((*query)->where);
  free (*query);
  *query = NULL;
}
