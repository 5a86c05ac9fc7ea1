/* The form of a file that is written, and the version of RINEX in it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_FORM_H
#define GARCO_CLI_FORM_H

#include "cli.h"

typedef enum cli_form
{
  CLI_FORM_BY_NAME,
  CLI_FORM_RINEX,
  CLI_FORM_CRINEX,
  CLI_FORM_CSV,
  CLI_FORM_JSONL
} cli_form;

/* What a name says, whatever compression is behind it; CLI_FORM_BY_NAME: nothing. */
cli_form cli_form_of_name (const char *path);
bool cli_form_is_rows (cli_form form);

/* Reads a form's name, --to's argument; rows are none where RINEX alone is written. CLI_OK or the
 * status after a message. */
int cli_form_take (const cli_verb *verb, const char *name, const char *text, bool rows,
                   cli_form *form);
/* "2", "3", or one such as "2.11" or "3.04", times 100; the library knows which there are. */
int cli_version_take (const cli_verb *verb, const char *text, int *version);

#endif
