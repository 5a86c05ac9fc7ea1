/* Records of files:
 *
 *   key    garco.source.<SHA-256 of the file's bytes>
 *   value  {"file": "p0570010.24d.Z", "fragment": "__1704…_1704…_…_22", "timestamp": 1704…,
 *           "epochs": 5760, "cells": 176000, "damaged": 0, "first": 1704…, "last": 1704…,
 *           "zeros": false, "codes": ["G L1 1C", …], "garco": "0.1.0"}
 *   key    garco.header.<the same>
 *   value  the file's header, a text where it is UTF-8 and else bytes
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
#include "rinex/rinex_code_map.h"

void
garco__record_key (const char *prefix, const char *sha256, char key[GARCO__SOURCE_KEY_SIZE])
{
  snprintf (key, GARCO__SOURCE_KEY_SIZE, "%s%s", prefix, sha256);
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
garco__record_text (const char *path, const garco__decoded *decoded, bool keep_zeros,
                    const char *fragment, uint64_t timestamp, char **text, garco_error *error)
{
  json_t *record =
      json_pack ("{s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:s}", "file",
                 name_json (path), "fragment", fragment, "timestamp", (json_int_t)timestamp,
                 "epochs", (json_int_t)decoded->epochs, "cells", (json_int_t)decoded->cells.count,
                 "damaged", (json_int_t)decoded->damaged, "first", (json_int_t)decoded->first,
                 "last", (json_int_t)decoded->last, "zeros", keep_zeros, "codes",
                 codes_json ((const char *)decoded->code_map.data), "garco", garco_version ());
  *text = record != NULL ? json_dumps (record, JSON_COMPACT) : NULL;
  json_decref (record);
  return *text != NULL ? GARCO_OK : garco__fail_memory (error, 1024);
}

garco_datatype
garco__record_text_type (const char *text)
{
  json_t *value = json_string (text); /* NULL where it is not UTF-8 */
  garco_datatype type = value != NULL ? GARCO_STRING_UTF8 : GARCO_BLOB;
  json_decref (value);
  return type;
}

/* ---------------------------------------------------------------- reading */

/* A type that two codes were recorded for, since another type came or went within the file, is left
 * to the table. */
static garco_status
read_codes (const json_t *codes, garco__record *record, garco_error *error)
{
  size_t i;
  json_t *line;
  GARCO_TRY (garco__code_map_new (&record->codes, error));
  for (int pass = 0; pass < 2; pass++)
    json_array_foreach (codes, i, line)
    {
      char system, type[4];
      uint16_t code;
      if (!json_is_string (line) ||
          garco__code_map_line (json_string_value (line), json_string_length (line), &system, type,
                                &code, NULL) < 0)
        continue;
      uint16_t known = code;
      garco_status status = GARCO_OK;
      if (pass == 0)
        status = garco__code_map_add (record->codes, system, type, &known, error);
      else if (garco__code_map_find (record->codes, system, type, &known) && known != code)
        garco__code_map_remove (record->codes, system, type);
      GARCO_TRY (status);
    }
  return GARCO_OK;
}

static int64_t
integer_of (const json_t *object, const char *key, int64_t otherwise)
{
  const json_t *value = json_object_get (object, key);
  return json_is_integer (value) ? json_integer_value (value) : otherwise;
}

garco_status
garco__record_read (const garco_metadata_info *item, garco__record *record, garco_error *error)
{
  garco_status status = GARCO_OK;
  if (garco_datatype_size (item->type) != 1)
    return GARCO_OK;
  json_t *value = json_loadb (item->values, item->count, JSON_REJECT_DUPLICATES, NULL);
  const json_t *file = json_object_get (value, "file");
  int64_t timestamp = integer_of (value, "timestamp", -1);
  if (json_is_string (file) && timestamp >= 0)
  {
    record->timestamp = (uint64_t)timestamp;
    record->cells = integer_of (value, "cells", -1);
    record->first = integer_of (value, "first", INT64_MAX);
    record->last = integer_of (value, "last", INT64_MIN);
    record->keep_zeros = json_is_true (json_object_get (value, "zeros"));
    record->file = strdup (json_string_value (file));
    status = record->file == NULL ? garco__fail_memory (error, json_string_length (file))
                                  : read_codes (json_object_get (value, "codes"), record, error);
  }
  json_decref (value);
  return status;
}

void
garco__record_free (garco__record *record)
{
  garco_code_map_free (&record->codes);
  free (record->file);
  memset (record, 0, sizeof *record);
}

garco_status
garco__record_item (garco_array *array, const char *key, garco_metadata_info *item, bool *found,
                    garco_error *error)
{
  size_t count = 0;
  *found = false;
  GARCO_TRY (garco_array_metadata_count (array, &count, error));
  for (size_t i = 0; i < count && !*found; i++)
  {
    GARCO_TRY (garco_array_metadata (array, i, item, error));
    *found = strcmp (item->key, key) == 0;
  }
  return GARCO_OK;
}

/* ---------------------------------------------------------------- what is in the array */

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
  garco_metadata_info item;
  bool found = false;
  garco__record_key (GARCO__SOURCE_KEY, sha256, key);
  *holds = false;
  GARCO_TRY (garco__record_item (array, key, &item, &found, error));
  return found ? garco__record_holds (array, &item, holds, error) : GARCO_OK;
}
