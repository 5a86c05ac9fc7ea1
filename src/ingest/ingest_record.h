/* What an array remembers of the files that went into it: one item of metadata a file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_RECORD_H
#define GARCO_INGEST_RECORD_H

#include "garco.h"
#include "ingest/ingest_decode.h"

#define GARCO__SOURCE_KEY "garco.source."
#define GARCO__SOURCE_KEY_SIZE (sizeof GARCO__SOURCE_KEY + 64)

/* "garco.source." and the file's SHA-256. */
void garco__record_key (const char *sha256, char key[GARCO__SOURCE_KEY_SIZE]);
/* The record's text, to be freed. */
garco_status garco__record_text (const char *path, const garco__decoded *decoded,
                                 const char *fragment, uint64_t timestamp, char **text,
                                 garco_error *error);
/* Whether the array holds the file of this record: its timestamp lies within a committed fragment,
 * which consolidation may have made of several. */
garco_status garco__record_holds (garco_array *array, const garco_metadata_info *record,
                                  bool *holds, garco_error *error);
/* Looks the file up. */
garco_status garco__record_find (garco_array *array, const char *sha256, bool *holds,
                                 garco_error *error);

#endif
