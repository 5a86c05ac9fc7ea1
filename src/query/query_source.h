/* Rows of one source, a RINEX file or an array, selected and projected.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_SOURCE_H
#define GARCO_QUERY_SOURCE_H

#include "garco.h"
#include "query/query_select.h"

/* What is wanted of a source; all of it is borrowed and outlives the source. */
typedef struct garco__request
{
  const garco_query_options *options; /* zeros, salvage, callbacks, numbering */
  const garco__selection *selection;
  size_t nfields;
  const char *const *fields; /* by any of their names; none: all */
  const garco_array *seen;   /* an array is read in the state that this shows; NULL: as it is now */
  const struct garco__tile_list *only; /* these tiles of an array alone; NULL: all */
  uint64_t parts; /* options->memory is one of so many of what errors call the memory; 0: 1 */
} garco__request;

/* A kind of source starts with this and fills in its functions and columns. */
typedef struct garco__rows
{
  garco_status (*next) (struct garco__rows *rows, garco_batch *batch, garco_error *error);
  void (*free) (struct garco__rows *rows);
  /* Gives the allocation away that begins at `values` of the last batch, or NULL. */
  void *(*take) (struct garco__rows *rows, const void *values);
  size_t ncolumns;
  garco_column *columns; /* owned; names and types as every batch has them */
} garco__rows;

/* A URI is an array's; any other name is one where it is a directory's. */
bool garco__source_is_array (const char *source);

/* Opens the one or the other. */
garco_status garco__rows_open (const char *source, const garco__request *request,
                               garco__rows **rows, garco_error *error);
garco_status garco__file_rows_open (const char *path, const garco__request *request,
                                    garco__rows **rows, garco_error *error);
garco_status garco__array_rows_open (const char *uri, const garco__request *request,
                                     garco__rows **rows, garco_error *error);
/* The next rows, never none; pointers live until the next call. GARCO_END at the end. */
garco_status garco__rows_next (garco__rows *rows, garco_batch *batch, garco_error *error);

/* What a query of a part of a source knows of the whole: as in a request. */
typedef struct garco__part
{
  const garco_array *seen;
  const struct garco__tile_list *only;
  uint64_t parts;
} garco__part;

/* garco_query_open of a part of one source. */
garco_status garco__query_open_as (const char *source, const garco_query_options *options,
                                   const garco__part *part, garco_query **query,
                                   garco_error *error);
void garco__rows_free (garco__rows **rows);

/* The allocation that begins at `values` of the last batch, for the caller to free; NULL where it
 * is not one of the query's that can be spared. */
void *garco__query_take_values (garco_query *query, const void *values);
/* The same of a table of statistics. */
void *garco__stats_take_values (void *stats, const void *values);

#endif
