/* A whole file in memory, as the cells that an array takes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_DECODE_H
#define GARCO_INGEST_DECODE_H

#include "base/buffer.h"
#include "base/cells.h"
#include "garco.h"

typedef struct garco__decoded
{
  garco__cells cells; /* no two of equal coordinates */
  int64_t epochs, damaged, crowded;
  int64_t first, last;    /* times of the cells; INT64_MAX and INT64_MIN where there are none */
  char sha256[65];        /* of the file's bytes */
  garco__buffer code_map; /* text, "G L2 2W" a line, ended by NUL */
  garco__buffer header;   /* text, as garco_header's, ended by NUL */
  garco__buffer order;    /* garco__order_pack's */
} garco__decoded;

/* Zero-initialise; free after failures too. */
garco_status garco__decode_file (const char *path, const garco_ingest_options *options,
                                 garco__decoded *decoded, garco_error *error);
void garco__decoded_free (garco__decoded *decoded);

/* The SHA-256 of a file's bytes, without decoding. */
garco_status garco__hash_file (const char *path, char sha256[65], garco_error *error);

/* Where the cells of one epoch of the file lie. */
typedef struct garco__epoch_cells
{
  int64_t time, line;
  size_t first, count;
} garco__epoch_cells;

/* Looks for cells of equal coordinates: GARCO_ERR_CORRUPT that names the first and its line, or
 * with options->salvage keeps the first of each, reports each epoch that repeats some and adds to
 * `damaged`. Reorders `epochs`. */
garco_status garco__drop_repeated (garco__cells *cells, garco__epoch_cells *epochs, size_t nepochs,
                                   const char *source, const garco_ingest_options *options,
                                   int64_t *damaged, garco_error *error);

#endif
