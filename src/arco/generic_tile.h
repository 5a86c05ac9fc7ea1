/* Generic tiles: the wrapping of everything in an array that is not a field's data.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_GENERIC_TILE_H
#define GARCO_ARCO_GENERIC_TILE_H

#include "arco/filter_pipeline.h"

#define GARCO__GENERIC_HEADER 34

/* The version that garco writes, and those that it reads. */
#define GARCO__FORMAT_VERSION 22u
#define GARCO__FORMAT_OLDEST 5u

/* What the tile whose first bytes these are takes up in the file, header and all. */
garco_status garco__generic_tile_extent (const char *source, uint64_t byte,
                                         const uint8_t header[GARCO__GENERIC_HEADER],
                                         uint64_t *extent, garco_error *error);
/* Unpacks the tile at the start of `bytes`, which lie at `byte` of `source`, into `content`
 * (emptied first). */
garco_status garco__generic_tile_read (garco__codec *codec, const char *source, uint64_t byte,
                                       const uint8_t *bytes, size_t size, garco__buffer *content,
                                       garco_error *error);
/* Appends a tile of `content` to `out`. */
garco_status garco__generic_tile_write (garco__codec *codec, uint32_t version,
                                        const uint8_t *content, size_t size, garco__buffer *out,
                                        garco_error *error);

/* GARCO_ERR_UNSUPPORTED for a version that garco does not read; `what` names the thing, `byte`
 * where it stands in the file, or -1. */
garco_status garco__version_check (uint32_t version, const char *source, int64_t byte,
                                   const char *what, garco_error *error);

#endif
