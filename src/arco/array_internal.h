/* What an open array is, for the files of this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_ARRAY_INTERNAL_H
#define GARCO_ARCO_ARRAY_INTERNAL_H

#include "arco/array_enumeration.h"
#include "arco/delete_condition.h"
#include "arco/footer_cache.h"
#include "arco/fragment_metadata.h"

/* As far ahead of the clock as several writes in a row get, and as a writer waits; what is later is
 * refused. */
#define GARCO__AHEAD_LIMIT_MS 2000

struct garco_array
{
  garco__io *io;
  garco__codec *codec;
  garco_array_options options;
  int threads;         /* that read metadata; 0: as many as processors */
  uint64_t start, end; /* the options' times, now where they say so */
  bool newest_schema;  /* upkeep: the schema is the last one, whatever the end */
  bool lists_missing;  /* lists of fragments: those whose folders are gone are no error */
  garco__directory directory;
  garco__schema_set schemas;   /* all, each by the name of its file; kept while the array is open */
  const garco__schema *schema; /* the latest */
  size_t nfragments;
  garco__fragment **fragments; /* as directory.fragments; NULL until needed */
  bool footers_known;          /* the cache was read, as far as it is of use */
  garco__footer_cache footers;
  size_t nenumerations; /* those that were asked for */
  garco__enumeration **enumerations;
  /* array metadata, by key; read when needed */
  bool metadata_known;
  size_t nmetadata;
  garco_metadata_info *metadata;
};

/* garco_array_open for who only looks at fragments: without those whose folders are gone. */
garco_status garco__array_open_damaged (const char *uri, const garco_array_options *options,
                                        garco_array **array, garco_error *error);
/* The fragment's footer, read the first time. */
garco_status garco__array_fragment_at (garco_array *array, size_t index, garco__fragment **fragment,
                                       garco_error *error);
/* Reads consolidated footers, where there are and several are wanted, until the array is looked
 * through again; garco__array_fragment_at does it too, but threads may call that at the same time
 * only when this was called before. */
garco_status garco__array_read_footers (garco_array *array, garco_error *error);
/* Frees them once all fragments that anybody wants were read. */
void garco__array_forget_footers (garco_array *array);
/* The public view of a fragment, borrowed from it. */
void garco__fragment_info (const garco__fragment *fragment, garco_fragment_info *info);
/* A time later than every one in the array, at least now; looks the folder through again.
 * GARCO_ERR_LIMIT where that is so far ahead of the clock that readers would not see it. */
garco_status garco__array_next_timestamp (garco_array *array, uint64_t *timestamp,
                                          garco_error *error);
/* Readers see what is not later than now: waits where that is soon (several writes in one
 * millisecond have later times). */
void garco__wait_for (uint64_t timestamp);
void garco__array_metadata_forget (garco_array *array);
void garco__array_enumerations_forget (garco_array *array);
/* That of a file in __schema; NULL where there is none. */
garco__schema *garco__array_known_schema (const garco_array *array, const char *name);
/* Puts a schema's payload into the array. */
garco_status garco__schema_write (garco__io *io, garco__codec *codec, uint64_t timestamp,
                                  uint32_t version, const garco__buffer *payload,
                                  garco_error *error);

typedef enum garco__written
{
  GARCO__WRITTEN_CELLS, /* deletes too */
  GARCO__WRITTEN_METADATA,
  GARCO__WRITTEN_SCHEMA
} garco__written;

/* array_write.c: the time to write at: `wanted`, GARCO_ERR_EXISTS where the array has something of
 * the kind of that time; 0: the next one. */
garco_status garco__array_write_time (garco_array *array, uint64_t wanted, garco__written what,
                                      uint64_t *timestamp, garco_error *error);

#endif
