/* Labels in place of values.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_LABELS_H
#define GARCO_QUERY_LABELS_H

#include "query/query_project.h"

/* A column whose values are numbers of labels. Zero-initialise. */
typedef struct garco__labels
{
  bool used;
  garco_enumeration_info info; /* borrowed of the array */
  garco__column_room room;
} garco__labels;

/* Finds the labels of a field of the array, where it has some; the column is described by them. */
garco_status garco__labels_find (garco_array *array, const garco_field_info *field,
                                 garco__labels *labels, garco_column *column, garco_error *error);
/* The labels of a column's values; null for a value that has none. */
garco_status garco__labels_of (garco__labels *labels, int64_t rows, garco_column *column,
                               garco_error *error);
void garco__labels_free (garco__labels *labels);

#endif
