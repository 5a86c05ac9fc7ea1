/* Batches of columns as CSV, JSON lines or an aligned table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_PRINTER_H
#define GARCO_CLI_PRINTER_H

#include "cli_output.h"
#include "garco.h"

typedef enum cli_format
{
  CLI_CSV,
  CLI_JSONL,
  CLI_TABLE
} cli_format;

typedef struct cli_printer cli_printer;

/* Prints to `output`, which stays the caller's. The columns' names are those of the batches, sys
 * and obs as system and obs_code, or `names` where they are given (as many as columns). NULL after
 * a message. */
cli_printer *cli_printer_new (cli_output *output, cli_format format, const garco_column *columns,
                              size_t ncolumns, const char *const *names);
/* False after a message: out of memory, cannot be written, or other columns than at first, which
 * several sources may have. */
bool cli_printer_batch (cli_printer *printer, const garco_batch *batch);
/* Prints the heading where there was no batch. */
bool cli_printer_end (cli_printer *printer);
void cli_printer_free (cli_printer **printer);

#endif
