/* Output that is complete under its name, or not there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static const char *
name_of (const cli_output *output)
{
  return output->path != NULL ? output->path : "standard output";
}

/* Opens a temporary name beside the file, with the mode that a new file has. */
static int
open_partial (cli_output *output)
{
  size_t size = strlen (output->path) + 8;
  output->partial = malloc (size);
  if (output->partial == NULL)
    return -1;
  snprintf (output->partial, size, "%s.XXXXXX", output->path);
  int fd = mkstemp (output->partial);
  if (fd < 0)
  {
    free (output->partial);
    output->partial = NULL;
    return -1;
  }
  mode_t mask = umask (0);
  umask (mask);
  fchmod (fd, 0666 & ~mask);
  return fd;
}

bool
cli_output_open (cli_output *output, const char *path)
{
  struct stat status;
  memset (output, 0, sizeof *output);
  output->buffer = malloc (CLI_OUTPUT_SIZE);
  output->fd = STDOUT_FILENO;
  bool memory = output->buffer != NULL;
  if (path != NULL && strcmp (path, "-") != 0)
  {
    memory = memory && (output->path = strdup (path)) != NULL;
    if (memory && stat (path, &status) == 0 && !S_ISREG (status.st_mode))
      output->fd = open (path, O_WRONLY | O_CLOEXEC);
    else if (memory)
      output->fd = open_partial (output);
  }
  if (memory && output->fd >= 0)
    return true;
  cli_fail_text (name_of (output), "cannot be written: %s",
                 memory ? strerror (errno) : "out of memory");
  output->fd = STDOUT_FILENO;
  cli_output_discard (output);
  return false;
}

static void
write_all (cli_output *output, const char *bytes, size_t size)
{
  while (size > 0 && !output->failed)
  {
    ssize_t n = write (output->fd, bytes, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
    {
      output->failed = true;
      output->number = errno;
      return;
    }
    bytes += n;
    size -= (size_t)n;
  }
}

void
cli_output_flush (cli_output *output)
{
  write_all (output, output->buffer, output->used);
  output->used = 0;
}

void
cli_output_bytes (cli_output *output, const void *bytes, size_t size)
{
  if (size == 0)
    return;
  if (size > CLI_OUTPUT_SIZE - output->used)
    cli_output_flush (output);
  if (size > CLI_OUTPUT_SIZE)
  {
    write_all (output, bytes, size);
    return;
  }
  memcpy (output->buffer + output->used, bytes, size);
  output->used += size;
}

void
cli_output_text (cli_output *output, const char *text)
{
  cli_output_bytes (output, text, strlen (text));
}

bool
cli_output_close (cli_output *output)
{
  cli_output_flush (output);
  if (!output->failed && output->path != NULL)
  {
    output->failed = close (output->fd) != 0 ||
                     (output->partial != NULL && rename (output->partial, output->path) != 0);
    output->number = errno;
    output->fd = STDOUT_FILENO;
  }
  bool good = !output->failed;
  if (!good)
    cli_fail_text (name_of (output), "cannot be written: %s", strerror (output->number));
  else
  {
    free (output->partial);
    output->partial = NULL;
  }
  cli_output_discard (output);
  return good;
}

void
cli_output_discard (cli_output *output)
{
  if (output->path != NULL && output->fd != STDOUT_FILENO)
    close (output->fd);
  if (output->partial != NULL)
    unlink (output->partial);
  free (output->partial);
  free (output->path);
  free (output->buffer);
  memset (output, 0, sizeof *output);
}
