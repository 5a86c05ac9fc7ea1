/* Records of files:
 *
 *   key    garco.source.<SHA-256 of the file's bytes>
 *   value  {"file": "p0570010.24d.Z", "fragment": "__1704…_1704…_…_22", "timestamp": 1704…,
 *           "epochs": 5760, "cells": 176000, "damaged": 0, "codes": ["G L1 1C", …],
 *           "garco": "0.1.0"}
 *
 * The record is written before the fragment is committed. A writer that is killed in between leaves
 * a record of a fragment that is not there, so a record counts only where its timestamp lies within
 * a committed fragment. Such a stale record is overwritten by {} before anything else is written,
 * or else a later consolidation, whose fragment spans its timestamp, would make it count.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/ingest_record.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void
garco__record_key (const char *sha256, char key[GARCO__SOURCE_KEY_SIZE])
{
  snprintf (key, GARCO__SOURCE_KEY_SIZE, "%s%s", GARCO__SOURCE_KEY, sha256);
}

/* A name's bytes need not be UTF-8, which JSON must be: what is not becomes '?'. */
static json_t *
name_json (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  json_t *value = json_string (name);
  if (value != NULL)
    return value;
  char *plain = strdup (name);
  for (char *p = plain; plain != NULL && *p != '\0'; p++)
    if ((unsigned char)*p >= 0x80)
      *p = '?';
  value = plain != NULL ? json_string (plain) : NULL;
  free (plain);
  return value;
}

static json_t *
codes_json (const char *map)
{
  json_t *codes = json_array ();
  while (*map != '\0')
  {
    size_t length = strcspn (map, "\n");
    json_array_append_new (codes, json_stringn (map, length));
    map += length + (map[length] == '\n');
  }
  return codes;
}

garco_status
garco__record_text (const char *path, const garco__decoded *decoded, const char *fragment,
                    uint64_t timestamp, char **text, garco_error *error)
{
  json_t *record = json_pack (
      "{s:o, s:s, s:I, s:I, s:I, s:I, s:o, s:s}", "file", name_json (path), "fragment", fragment,
      "timestamp", (json_int_t)timestamp, "epochs", (json_int_t)decoded->epochs, "cells",
      (json_int_t)decoded->cells.count, "damaged", (json_int_t)decoded->damaged, "codes",
      codes_json ((const char *)decoded->code_map.data), "garco", garco_version ());
  *text = record != NULL ? json_dumps (record, JSON_COMPACT) : NULL;
  json_decref (record);
  return *text != NULL ? GARCO_OK : garco__fail_memory (error, 1024);
}

static garco_status
is_committed (garco_array *array, uint64_t timestamp, bool *committed, garco_error *error)
{
  for (size_t i = garco_array_fragment_count (array); i-- > 0 && !*committed;)
  {
    garco_fragment_info info;
    GARCO_TRY (garco_array_fragment (array, i, &info, error));
    *committed = timestamp >= info.timestamp_start && timestamp <= info.timestamp_end;
  }
  return GARCO_OK;
}

garco_status
garco__record_holds (garco_array *array, const garco_metadata_info *record, bool *holds,
                     garco_error *error)
{
  *holds = false;
  if (garco_datatype_size (record->type) != 1)
    return GARCO_OK;
  json_t *value = json_loadb (record->values, record->count, JSON_REJECT_DUPLICATES, NULL);
  const json_t *timestamp = json_object_get (value, "timestamp");
  json_int_t ms = json_is_integer (timestamp) ? json_integer_value (timestamp) : -1;
  json_decref (value);
  return ms >= 0 ? is_committed (array, (uint64_t)ms, holds, error) : GARCO_OK;
}

garco_status
garco__record_find (garco_array *array, const char *sha256, bool *holds, garco_error *error)
{
  char key[GARCO__SOURCE_KEY_SIZE];
  size_t count = 0;
  garco__record_key (sha256, key);
  *holds = false;
  GARCO_TRY (garco_array_metadata_count (array, &count, error));
  for (size_t i = 0; i < count; i++)
  {
    garco_metadata_info info;
    GARCO_TRY (garco_array_metadata (array, i, &info, error));
    if (strcmp (info.key, key) == 0)
      return garco__record_holds (array, &info, holds, error);
  }
  return GARCO_OK;
}
