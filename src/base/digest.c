/* Digests, by OpenSSL's libcrypto, which is loaded for the first of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <openssl/evp.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/library.h"

#include <stdlib.h>

#define FUNCTIONS(X)                                                                               \
  X (EVP_DigestFinal_ex)                                                                           \
  X (EVP_DigestInit_ex)                                                                            \
  X (EVP_DigestUpdate)                                                                             \
  X (EVP_MD_CTX_free)                                                                              \
  X (EVP_MD_CTX_new)                                                                               \
  X (EVP_MD_get_size)                                                                              \
  X (EVP_get_digestbyname)

struct crypto
{
  FUNCTIONS (GARCO__LIBRARY_POINTER)
};

struct garco__digest
{
  struct crypto crypto;
  EVP_MD_CTX *context;
  size_t size;
};

static garco_status
load (struct crypto *crypto, garco_error *error)
{
  static const char *const names[] = {FUNCTIONS (GARCO__LIBRARY_NAME)};
  return garco__library_load (GARCO_LIBCRYPTO, "digests", names, sizeof names / sizeof *names,
                              crypto, error);
}

static garco_status
refused (garco_error *error, const char *what)
{
  return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL, "OpenSSL refuses %s", what);
}

garco_status
garco__digest_new (const char *name, garco__digest **digest, garco_error *error)
{
  struct crypto crypto;
  void *made = NULL;
  GARCO_TRY (load (&crypto, error));
  const EVP_MD *kind = crypto.EVP_get_digestbyname (name);
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__digest), error));
  *digest = made;
  (*digest)->crypto = crypto;
  (*digest)->context = crypto.EVP_MD_CTX_new ();
  if (kind == NULL || (*digest)->context == NULL ||
      crypto.EVP_DigestInit_ex ((*digest)->context, kind, NULL) != 1)
  {
    garco__digest_free (digest);
    return refused (error, name);
  }
  (*digest)->size = (size_t)crypto.EVP_MD_get_size (kind);
  return GARCO_OK;
}

garco_status
garco__digest_update (garco__digest *digest, const void *bytes, size_t size, garco_error *error)
{
  return digest->crypto.EVP_DigestUpdate (digest->context, bytes, size) == 1
             ? GARCO_OK
             : refused (error, "a digest's update");
}

garco_status
garco__digest_final (garco__digest *digest, uint8_t *hash, size_t size, garco_error *error)
{
  unsigned length = 0;
  if (size < digest->size ||
      digest->crypto.EVP_DigestFinal_ex (digest->context, hash, &length) != 1)
    return refused (error, "a digest's end");
  return GARCO_OK;
}

void
garco__digest_free (garco__digest **digest)
{
  if (*digest == NULL)
    return;
  (*digest)->crypto.EVP_MD_CTX_free ((*digest)->context);
  free (*digest);
  *digest = NULL;
}

void
garco__hex_text (const uint8_t *bytes, size_t size, char *text)
{
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < size; i++)
  {
    text[2 * i] = digits[bytes[i] >> 4];
    text[2 * i + 1] = digits[bytes[i] & 15];
  }
  text[2 * size] = '\0';
}
