/* Compressed files of any kind: they end, and give no more than they should.
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* fileno, dup2 */

#include <stdio.h>
#include <unistd.h>

#include "codec/source.h"

#define ENOUGH ((size_t)4 << 20) /* of what unpacks to a multiple of its size */

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  FILE *file = tmpfile ();
  garco__source *source = NULL;
  const uint8_t *piece;
  size_t got, sum = 0;
  volatile unsigned total = 0;
  if (file == NULL)
    return 0;
  if (fwrite (bytes, 1, size, file) == size && fflush (file) == 0 &&
      lseek (fileno (file), 0, SEEK_SET) == 0 && dup2 (fileno (file), STDIN_FILENO) >= 0)
  {
    garco_status status = garco__source_open ("-", NULL, &source, NULL);
    while (status == GARCO_OK && sum < ENOUGH)
      if ((status = garco__source_read (source, &piece, &got, NULL)) == GARCO_OK)
      {
        sum += got;
        for (size_t i = 0; i < got; i++) /* a sanitizer sees what cannot be read */
          total = total + piece[i];
      }
    garco__source_free (&source);
  }
  fclose (file);
  return 0;
}
