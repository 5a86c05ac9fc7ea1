/* A file that is written: compressed by its name, and there only when it is complete.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CODEC_SINK_H
#define GARCO_CODEC_SINK_H

#include "garco.h"

typedef struct garco__sink garco__sink;

/* Length of a name without the ending of a compression that is written. */
size_t garco__sink_bare_length (const char *name);

/* Opens PATH for writing by way of a temporary name beside it: .Z .gz .bz2 .xz .zst compress, any
 * other ending does not; "-" is standard output as it is. The same bytes in give the same bytes out
 * (no time or name inside a gzip header). */
garco_status garco__sink_open (const char *path, garco__sink **sink, garco_error *error);
garco_status garco__sink_write (garco__sink *sink, const void *bytes, size_t size,
                                garco_error *error);
/* Flushes, syncs and gives the file its name. */
garco_status garco__sink_close (garco__sink *sink, garco_error *error);
/* Without a close before it, removes what was written. */
void garco__sink_free (garco__sink **sink);

#endif
