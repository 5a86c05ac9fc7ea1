/* What an array remembers of the files that went into it: one item of metadata a file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_RECORD_H
#define GARCO_INGEST_RECORD_H

#include "garco.h"
#include "ingest/ingest_decode.h"

#define GARCO__SOURCE_KEY "garco.source."
#define GARCO__HEADER_KEY "garco.header." /* as long */
#define GARCO__SOURCE_KEY_SIZE (sizeof GARCO__SOURCE_KEY + 64)

/* "garco.source." (or "garco.header.") and the file's SHA-256. */
void garco__record_key (const char *prefix, const char *sha256, char key[GARCO__SOURCE_KEY_SIZE]);
/* The record's text, to be freed. */
garco_status garco__record_text (const char *path, const garco__decoded *decoded, bool keep_zeros,
                                 const char *fragment, uint64_t timestamp, char **text,
                                 garco_error *error);

/* The type that a text has as metadata: one that says UTF-8 must be it. */
garco_datatype garco__record_text_type (const char *text);

/* A record as it was read. */
typedef struct garco__record
{
  char *file;          /* name; NULL where the item is no record */
  uint64_t timestamp;  /* of its fragment */
  int64_t cells;       /* -1: not said */
  int64_t first, last; /* times of its cells; first > last: not said */
  bool keep_zeros;
  garco_code_map *codes; /* how its types were mapped, but for those that changed within it */
} garco__record;

/* Zero-initialise; free after failures too. */
garco_status garco__record_read (const garco_metadata_info *item, garco__record *record,
                                 garco_error *error);
void garco__record_free (garco__record *record);
/* The array's item of this key; `found` false where there is none. */
garco_status garco__record_item (garco_array *array, const char *key, garco_metadata_info *item,
                                 bool *found, garco_error *error);
/* Whether the array holds the file of this record: its timestamp lies within a committed fragment,
 * which consolidation may have made of several. */
garco_status garco__record_holds (garco_array *array, const garco_metadata_info *record,
                                  bool *holds, garco_error *error);
/* Looks the file up. */
garco_status garco__record_find (garco_array *array, const char *sha256, bool *holds,
                                 garco_error *error);

#endif
