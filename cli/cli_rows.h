/* Rows out of CSV or JSON lines, into the columns of a schema.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_ROWS_H
#define GARCO_CLI_ROWS_H

#include <stdio.h>

#include "garco.h"

typedef struct cli_column
{
  const garco_field_info *field;
  size_t cell_size;
  unsigned char *values, *validity;
} cli_column;

typedef struct cli_rows
{
  garco_array *array; /* that they are for */
  const garco_schema_info *schema;
  const char *path; /* for messages */
  uint64_t memory;  /* that all rows may take */
  long long line;
  size_t count, capacity;
  cli_column *columns; /* of the schema's fields */
  int64_t *lines;      /* that the rows stand in */
  bool letters;        /* systems are given by letters */
  bool numbers_said;   /* and the array's metadata says which numbers these are */
  int16_t systems[GARCO_SYSTEM_COUNT];
  garco_column *batch;
} cli_rows;

/* Reads all rows of a file. CLI_OK, or the status after a message that names the line. Always ends
 * with cli_rows_free. */
int cli_rows_read (cli_rows *rows, FILE *file, bool json);
/* The rows as a batch, of the same memory. */
garco_batch cli_rows_batch (cli_rows *rows);
void cli_rows_free (cli_rows *rows);

#endif
