/* Footers of many fragments out of few files.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_FOOTER_CACHE_H
#define GARCO_ARCO_FOOTER_CACHE_H

#include "arco/array_directory.h"
#include "arco/filter_pipeline.h"

/* A fragment's footer, without the length that is behind it in the fragment's own file. */
typedef struct garco__cached_footer
{
  const uint8_t *name;
  size_t name_size;
  const uint8_t *bytes;
  size_t size, at; /* where it is in its tile */
  const char *source;
} garco__cached_footer;

/* Zero-initialise; garco__footer_cache_free leaves it zero again. */
typedef struct garco__footer_cache
{
  size_t count, capacity;
  garco__cached_footer *footers; /* sorted by name; the first of several of one name counts */
  size_t nfiles;
  struct garco__cached_file
  {
    garco__buffer content;
    char *source;
  } * files;
} garco__footer_cache;

/* Adds the footers of a file of consolidated fragment metadata, unpacked; takes `content` over in
 * any case. What is there already counts before it. */
garco_status garco__footer_cache_add (garco__footer_cache *cache, const char *source,
                                      garco__buffer *content, garco_error *error);
/* The footer of the fragment of that name, or NULL. */
const garco__cached_footer *garco__footer_cache_find (const garco__footer_cache *cache,
                                                      const char *name);
/* Adds what the array's file of that name has; nothing where there is no such file. */
garco_status garco__footer_cache_file (garco__io *io, garco__codec *codec, const char *name,
                                       garco__footer_cache *cache, garco_error *error);
/* Reads the array's files of them, the latest first, until they have the fragments (those with a
 * flag in `known` are not needed) as far as they can. */
garco_status garco__footer_cache_read (garco__io *io, garco__codec *codec,
                                       const garco__items *fragments, const uint8_t *known,
                                       garco__footer_cache *cache, garco_error *error);
void garco__footer_cache_free (garco__footer_cache *cache);

#endif
