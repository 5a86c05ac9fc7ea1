/* Conditions on coordinates as ranges of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_PRUNE_H
#define GARCO_QUERY_PRUNE_H

#include "query/query_array.h"

/* Takes out of the condition what the ranges of dimensions can say, which are made narrower by it;
 * `empty` becomes true where no cell is left. */
garco_status garco__array_prune (garco__array_rows *rows, bool *empty, garco_error *error);

#endif
