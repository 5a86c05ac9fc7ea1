/* Buffered output to a file or to standard output.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_OUTPUT_H
#define GARCO_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "garco.h"

#define CLI_OUTPUT_SIZE ((size_t)1 << 18)

typedef struct cli_output
{
  garco_output *file; /* NULL: standard output */
  char *buffer;
  size_t used;
  bool failed;
  garco_error error; /* of the failure */
} cli_output;

/* PATH NULL or "-" is standard output. A file is compressed by its ending and takes its name when
 * cli_output_close succeeds; what is there and no regular file (a device, a pipe) is written to as
 * it is. False after a message. */
bool cli_output_open (cli_output *output, const char *path);
void cli_output_flush (cli_output *output);
void cli_output_bytes (cli_output *output, const void *bytes, size_t size);
void cli_output_text (cli_output *output, const char *text);
/* False after a message where not all was written. */
bool cli_output_close (cli_output *output);
/* Leaves nothing behind under the file's name; after a close does nothing. */
void cli_output_discard (cli_output *output);

#endif
