/* A file's decompressed bytes, piece by piece: the way in for RINEX.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CODEC_SOURCE_H
#define GARCO_CODEC_SOURCE_H

#include "base/digest.h"
#include "garco.h"

typedef struct garco__source garco__source;

/* Opens PATH ("-": standard input) and peels off its compression by content, never by name: .Z .gz
 * .bz2 .xz .zst .zip (the first member that looks like an observation file), layers of them up to
 * three; anything else passes as it is. `digest` (nullable, borrowed) is given every byte of the
 * file as it lies on disk; it is complete when garco__source_read has given GARCO_END. */
garco_status garco__source_open (const char *path, garco__digest *digest, garco__source **source,
                                 garco_error *error);
/* The next bytes, borrowed until the next call; GARCO_END at the end. Damage of the compressed form
 * is an error that names the file and the byte offset in it. */
garco_status garco__source_read (garco__source *source, const uint8_t **bytes, size_t *size,
                                 garco_error *error);
/* The same for who has room for them: *bytes is `room` where they have been put there, at most
 * `size` of them, and else borrowed. */
garco_status garco__source_read_into (garco__source *source, uint8_t *room, size_t size,
                                      const uint8_t **bytes, size_t *got, garco_error *error);
/* The file's name as errors give it ("standard input" for "-"). */
const char *garco__source_name (const garco__source *source);
void garco__source_free (garco__source **source);

#endif
