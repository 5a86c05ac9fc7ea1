/* One fragment: cells in, sorted, cut into tiles, filtered, and committed last.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_ARRAY_WRITER_H
#define GARCO_ARCO_ARRAY_WRITER_H

#include "base/buffer.h"

typedef struct garco__fragment_writer garco__fragment_writer;

/* Array metadata to be written; values NULL: to be removed. */
typedef garco_metadata_info garco__metadata_item;

/* Writes the data files and metadata of a fragment of `batch`, whose columns are the schema's
 * fields in any order and whose rows may be in any order; nothing of it is visible yet. NaN in a
 * FloatScale field is kept as the lowest integer, which reads back as NaN. The timestamp is later
 * than that of any fragment, delete or metadata in the array. Equal coordinates in an array without
 * duplicates: GARCO_ERR_ARGUMENT, and the message names them. */
garco_status garco__fragment_write (garco_array *array, const garco_batch *batch,
                                    garco__fragment_writer **fragment, garco_error *error);
/* The same with a time, threads and memory of the caller's choice. */
garco_status garco__fragment_write_as (garco_array *array, const garco_batch *batch,
                                       const garco_write_options *options,
                                       garco__fragment_writer **fragment, garco_error *error);
const char *garco__fragment_writer_name (const garco__fragment_writer *fragment);
uint64_t garco__fragment_writer_timestamp (const garco__fragment_writer *fragment);
/* Syncs and commits: after it every reader sees the fragment; after a failure they may, and then
 * the fragment stays. */
garco_status garco__fragment_commit (garco__fragment_writer *fragment, garco_error *error);
/* Without a commit before it, removes what was written. */
void garco__fragment_writer_free (garco__fragment_writer **fragment);

/* Appends an item as files of array metadata have it. */
garco_status garco__metadata_put_item (garco__buffer *out, const garco__metadata_item *item,
                                       garco_error *error);
#define GARCO__METADATA_PATH 192
/* Writes a file of array metadata at `timestamp`; its place in the array into `path`, which may be
 * NULL. */
garco_status garco__array_metadata_write (garco_array *array, uint64_t timestamp,
                                          const garco__metadata_item *items, size_t nitems,
                                          char path[GARCO__METADATA_PATH], garco_error *error);
/* Looks the array's directory through again, for what others have written meanwhile. */
garco_status garco__array_refresh (garco_array *array, garco_error *error);
/* Takes (waits for) and gives back the right to write, among processes of this machine. */
garco_status garco__array_lock (garco_array *array, garco_error *error);
void garco__array_unlock (garco_array *array);

#endif
