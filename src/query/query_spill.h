/* A temporary file without a name, for what memory cannot hold.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_SPILL_H
#define GARCO_QUERY_SPILL_H

#include <pthread.h>

#include "garco.h"

/* Made at the first bytes, in TMPDIR or /tmp; threads may use it at the same time. */
typedef struct garco__spill
{
  pthread_mutex_t lock; /* of what follows */
  int descriptor;       /* -1: no file yet */
  uint64_t size;
} garco__spill;

void garco__spill_init (garco__spill *spill);
void garco__spill_free (garco__spill *spill);
/* Puts two pieces of bytes at the end, the second right behind the first. */
garco_status garco__spill_append (garco__spill *spill, const void *first, size_t first_size,
                                  const void *second, size_t second_size, uint64_t *offset,
                                  garco_error *error);
garco_status garco__spill_read (garco__spill *spill, uint64_t offset, void *bytes, size_t size,
                                garco_error *error);

#endif
