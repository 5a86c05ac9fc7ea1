/* Files that come again with other bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_REPLACE_H
#define GARCO_INGEST_REPLACE_H

#include "garco.h"

/* Whether two names are of one file in several forms: without folders, a compression's ending and
 * the letter or ending that tells Hatanaka from plain text. */
bool garco__same_delivery (const char *a, const char *b);
/* Whether the array holds another file of this name that covers some of [first, last], by its
 * records. */
garco_status garco__find_delivery (garco_array *array, const char *file, const char *sha256,
                                   int64_t first, int64_t last, bool *found, garco_error *error);
/* Whether a fragment of the array has cells in [first, last] of the dimension. */
garco_status garco__covers_time (garco_array *array, size_t dimension, int64_t first, int64_t last,
                                 bool *covers, garco_error *error);

#endif
