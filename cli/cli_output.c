/* Output that is complete under its name, or not there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

bool
cli_output_open (cli_output *output, const char *path)
{
  memset (output, 0, sizeof *output);
  output->buffer = malloc (CLI_OUTPUT_SIZE);
  if (output->buffer == NULL)
  {
    cli_fail_text (NULL, "out of memory");
    return false;
  }
  if (path == NULL || strcmp (path, "-") == 0 ||
      garco_output_open (path, &output->file, &output->error) >= 0)
    return true;
  cli_fail (&output->error);
  cli_output_discard (output);
  return false;
}

/* Straight to the descriptor, so that a reader who has gone away ends us by SIGPIPE. */
static void
write_standard (cli_output *output, const char *bytes, size_t size)
{
  while (size > 0 && !output->failed)
  {
    ssize_t n = write (STDOUT_FILENO, bytes, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
    {
      output->failed = true;
      output->error = (garco_error){.code = GARCO_ERR_IO, .byte = -1};
      snprintf (output->error.source, sizeof output->error.source, "standard output");
      snprintf (output->error.message, sizeof output->error.message, "cannot write: %s",
                strerror (errno));
      return;
    }
    bytes += n;
    size -= (size_t)n;
  }
}

static void
write_all (cli_output *output, const char *bytes, size_t size)
{
  if (output->file == NULL)
    write_standard (output, bytes, size);
  else if (!output->failed)
    output->failed = garco_output_write (output->file, bytes, size, &output->error) < 0;
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
  if (!output->failed && output->file != NULL)
    output->failed = garco_output_close (output->file, &output->error) < 0;
  bool good = !output->failed;
  if (!good)
    cli_fail (&output->error);
  cli_output_discard (output);
  return good;
}

void
cli_output_discard (cli_output *output)
{
  garco_output_free (&output->file);
  free (output->buffer);
  memset (output, 0, sizeof *output);
}
