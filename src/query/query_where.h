/* Conditions that rows must meet: "snr > 35 and sat in (3, 5)".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_WHERE_H
#define GARCO_QUERY_WHERE_H

#include "arco/delete_condition.h"
#include "garco.h"

typedef struct garco__where garco__where;

/* So many more than the source's columns a condition may look at: keys by several of their names.
 */
#define GARCO__WHERE_OTHER 3

/* Reads a condition on columns of a source as a query gives them: keys by any of their names, in
 * garco's numbers; columns with a validity may be compared with null. `array`: NULL, or the
 * columns are its fields, of which some have labels to compare with. Values are borrowed by
 * nobody. */
garco_status garco__where_open (const char *text, const garco_column *columns, size_t ncolumns,
                                garco_array *array, garco__where **where, garco_error *error);
/* The columns that it looks at: each an index of those that it was opened with. */
size_t garco__where_count (const garco__where *where);
size_t garco__where_column (const garco__where *where, size_t i);
/* The condition's terms as garco__condition_term gives them, but of `field` the column; taking one
 * out, after which the columns that it looks at may be fewer, or none. */
size_t garco__where_terms (const garco__where *where);
bool garco__where_term (const garco__where *where, size_t i, garco__term *term);
void garco__where_settle (garco__where *where, size_t i);
/* Sets keep[row] to 1 where the condition holds, else to 0. `columns` are garco__where_count, in
 * that order. Threads may use one condition at the same time. Absent values compare false, but NaN
 * with "!=" and "not in". */
garco_status garco__where_test (const garco__where *where, const garco_column *columns, size_t rows,
                                uint8_t *keep, garco_error *error);
void garco__where_free (garco__where **where);

#endif
