/* The temporary file. It has no name from the moment it is there, so that the system takes it back
 * whatever happens.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_spill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

void
garco__spill_init (garco__spill *spill)
{
  pthread_mutex_init (&spill->lock, NULL);
  spill->descriptor = -1;
  spill->size = 0;
}

void
garco__spill_free (garco__spill *spill)
{
  if (spill->descriptor >= 0)
    close (spill->descriptor);
  pthread_mutex_destroy (&spill->lock);
}

static garco_status
file_failed (int number, garco_error *error)
{
  return garco__fail (error, GARCO_ERR_IO, "temporary file",
                      "values for quantiles cannot be kept: %s", strerror (number));
}

static garco_status
make_file (garco__spill *spill, garco_error *error)
{
  char path[4096];
  const char *folder = getenv ("TMPDIR");
  if (folder == NULL || folder[0] == '\0' || strlen (folder) > sizeof path - 32)
    folder = "/tmp";
  snprintf (path, sizeof path, "%s/garco-values-XXXXXX", folder);
  spill->descriptor = mkstemp (path);
  if (spill->descriptor < 0)
    return file_failed (errno, error);
  unlink (path);
  return GARCO_OK;
}

static garco_status
write_all (const garco__spill *spill, uint64_t offset, const void *bytes, size_t size,
           garco_error *error)
{
  const uint8_t *at = bytes;
  while (size > 0)
  {
    ssize_t done = pwrite (spill->descriptor, at, size, (off_t)offset);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return file_failed (done < 0 ? errno : ENOSPC, error);
    at += done;
    size -= (size_t)done;
    offset += (uint64_t)done;
  }
  return GARCO_OK;
}

garco_status
garco__spill_append (garco__spill *spill, const void *first, size_t first_size, const void *second,
                     size_t second_size, uint64_t *offset, garco_error *error)
{
  garco_status status = GARCO_OK;
  pthread_mutex_lock (&spill->lock);
  if (spill->descriptor < 0)
    status = make_file (spill, error);
  *offset = spill->size;
  spill->size += first_size + second_size;
  pthread_mutex_unlock (&spill->lock);
  GARCO_TRY (status);
  GARCO_TRY (write_all (spill, *offset, first, first_size, error));
  return write_all (spill, *offset + first_size, second, second_size, error);
}

garco_status
garco__spill_read (garco__spill *spill, uint64_t offset, void *bytes, size_t size,
                   garco_error *error)
{
  uint8_t *at = bytes;
  while (size > 0)
  {
    ssize_t done = pread (spill->descriptor, at, size, (off_t)offset);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return file_failed (done < 0 ? errno : EIO, error);
    at += done;
    size -= (size_t)done;
    offset += (uint64_t)done;
  }
  return GARCO_OK;
}
