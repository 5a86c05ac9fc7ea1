/* Files that tests read whole.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_FILE_SUPPORT_H
#define GARCO_FILE_SUPPORT_H

#include "test_support.h"

#include "base/buffer.h"
#include "codec/source.h"

/* A short file's text as it lies there, ended by NUL; to be freed. */
static inline char *
file_text (const char *path)
{
  FILE *file = fopen (path, "rb");
  assert_non_null (file);
  char *text = calloc (1, 65536);
  assert_non_null (text);
  size_t got = fread (text, 1, 65535, file);
  assert_true (got < 65535);
  fclose (file);
  return text;
}

/* A file's bytes, unpacked. */
static inline garco__buffer
all_bytes (const char *path)
{
  garco_error error;
  garco__buffer out = {0};
  garco__source *source;
  const uint8_t *bytes;
  size_t size;
  garco_status status;
  assert_ok (garco__source_open (path, NULL, &source, &error), &error);
  while ((status = garco__source_read (source, &bytes, &size, &error)) == GARCO_OK)
    assert_int_equal (garco__buffer_append (&out, bytes, size, NULL), 0);
  assert_ok (status, &error);
  garco__source_free (&source);
  return out;
}

#endif
