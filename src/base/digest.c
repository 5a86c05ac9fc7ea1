/* Digests.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <openssl/evp.h>

#include "base/buffer.h"
#include "base/error.h"

#include <stdlib.h>

struct garco__digest
{
  EVP_MD_CTX *context;
};

static garco_status
refused (garco_error *error, const char *what)
{
  return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL, "OpenSSL refuses %s", what);
}

garco_status
garco__digest_new (const char *name, garco__digest **digest, garco_error *error)
{
  const EVP_MD *kind = EVP_get_digestbyname (name);
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__digest), error));
  *digest = made;
  (*digest)->context = EVP_MD_CTX_new ();
  if (kind == NULL || (*digest)->context == NULL ||
      EVP_DigestInit_ex ((*digest)->context, kind, NULL) != 1)
  {
    garco__digest_free (digest);
    return refused (error, name);
  }
  return GARCO_OK;
}

garco_status
garco__digest_update (garco__digest *digest, const void *bytes, size_t size, garco_error *error)
{
  return EVP_DigestUpdate (digest->context, bytes, size) == 1
             ? GARCO_OK
             : refused (error, "a digest's update");
}

garco_status
garco__digest_final (garco__digest *digest, uint8_t *hash, size_t size, garco_error *error)
{
  unsigned length = 0;
  if (size < (size_t)EVP_MD_CTX_size (digest->context) ||
      EVP_DigestFinal_ex (digest->context, hash, &length) != 1)
    return refused (error, "a digest's end");
  return GARCO_OK;
}

void
garco__digest_free (garco__digest **digest)
{
  if (*digest == NULL)
    return;
  EVP_MD_CTX_free ((*digest)->context);
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
