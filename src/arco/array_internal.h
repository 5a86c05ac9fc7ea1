/* What an open array is, for the files of this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_ARRAY_INTERNAL_H
#define GARCO_ARCO_ARRAY_INTERNAL_H

#include "arco/fragment_metadata.h"

struct garco_array
{
  garco__io *io;
  garco__codec *codec;
  garco_array_options options;
  uint64_t start, end; /* the options' times, now where they say so */
  garco__directory directory;
  garco__schema_set schemas;   /* all, each by the name of its file; kept while the array is open */
  const garco__schema *schema; /* the latest */
  size_t nfragments;
  garco__fragment **fragments; /* as directory.fragments; NULL until needed */
  /* array metadata, by key; read when needed */
  bool metadata_known;
  size_t nmetadata;
  garco_metadata_info *metadata;
};

/* The fragment's footer, read the first time. */
garco_status garco__array_fragment_at (garco_array *array, size_t index, garco__fragment **fragment,
                                       garco_error *error);
/* A time later than every one in the array, at least now; looks the folder through again.
 * GARCO_ERR_LIMIT where that is so far ahead of the clock that readers would not see it. */
garco_status garco__array_next_timestamp (garco_array *array, uint64_t *timestamp,
                                          garco_error *error);
void garco__array_metadata_forget (garco_array *array);

#endif
