/* An array bound to a request: what of its schema is asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_ARRAY_H
#define GARCO_QUERY_ARRAY_H

#include "arco/array_scan.h"
#include "query/query_labels.h"
#include "query/query_numbering.h"
#include "query/query_project.h"
#include "query/query_source.h"
#include "query/query_units.h"
#include "query/query_where.h"

#define GARCO__NO_FIELD SIZE_MAX

/* An array bound to a request, and the scan that answers it row by row. */
typedef struct garco__array_rows
{
  garco__rows rows;
  const garco__request *request;
  char *uri;
  garco_array *array;
  garco_scan *scan;    /* NULL: the selection lies outside the array */
  garco__units *units; /* the scan's rows, once the first are asked for */
  garco__numbering numbering;
  int64_t numerator, denominator;     /* of the time's unit in ms */
  size_t key_field[GARCO__KEY_COUNT]; /* in the schema, or GARCO__NO_FIELD */
  bool times_by_type;                 /* no field has their name: the only dimension of dates */
  size_t key_place[GARCO__KEY_COUNT]; /* in the scan, or GARCO__NO_FIELD where it is not read */
  bool tried[GARCO__KEY_COUNT];       /* by row rather than by range */
  size_t *fields;                     /* per column its field in the schema */
  size_t *places;                     /* per column its place in the scan */
  size_t nscanned;
  size_t *scanned; /* fields of the schema that are read */
  garco_range *ranges;
  size_t nranges, ranges_capacity;
  garco__column_room key_room[GARCO__KEY_COUNT];
  garco__column_room *rooms; /* per column */
  garco__labels *labels;     /* likewise */
  size_t *kept;
  size_t kept_capacity;
  garco__where *where;         /* NULL: no condition */
  size_t *where_fields;        /* per column of it its field in the schema */
  garco_column *where_columns; /* of the present rows */
  uint8_t *where_kept;         /* as many as `kept` */
} garco__array_rows;

/* The key that a field of the schema is, or -1. */
int garco__array_key_of_field (const garco__array_rows *rows, size_t field);

#endif
