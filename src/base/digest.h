/* SHA-256 and MD5, by OpenSSL.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_DIGEST_H
#define GARCO_BASE_DIGEST_H

#include "garco.h"

typedef struct garco__digest garco__digest;

/* `name` as OpenSSL has it: "SHA256", "MD5". */
garco_status garco__digest_new (const char *name, garco__digest **digest, garco_error *error);
garco_status garco__digest_update (garco__digest *digest, const void *bytes, size_t size,
                                   garco_error *error);
/* Writes the hash (32 bytes for SHA-256, 16 for MD5); `size` is the room at `hash`. */
garco_status garco__digest_final (garco__digest *digest, uint8_t *hash, size_t size,
                                  garco_error *error);
void garco__digest_free (garco__digest **digest);
/* Lower-case hexadecimal and a NUL: 2 * size + 1 characters. */
void garco__hex_text (const uint8_t *bytes, size_t size, char *text);

#endif
