/* What the verbs of upkeep share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_UPKEEP_H
#define GARCO_CLI_UPKEEP_H

#include "cli.h"

enum
{
  UPKEEP_WHAT = 1,
  UPKEEP_SPAN,
  UPKEEP_SMALLER,
  UPKEEP_LARGEST,
  UPKEEP_BETWEEN_START,
  UPKEEP_BETWEEN_END,
  UPKEEP_MEMORY,
  UPKEEP_THREADS,
  UPKEEP_PURGE,
  UPKEEP_STRAYS,
  UPKEEP_DRY
};

#define UPKEEP_WHAT_OPTION                                                                         \
  CLI_OPTION ("what", '\0', UPKEEP_WHAT,                                                           \
              "List of cells, fragment-meta, commits, array-meta, or all; cells where not given.", \
              "LIST")
#define UPKEEP_TIMES_OPTIONS                                                                       \
  CLI_OPTION ("written-after", '\0', UPKEEP_BETWEEN_START,                                         \
              "Only what was written at this time or later: a time, or ms since 1970-01-01.",      \
              "TIME"),                                                                             \
      CLI_OPTION ("written-before", '\0', UPKEEP_BETWEEN_END,                                      \
                  "Only what was written at this time or before it.", "TIME")
#define UPKEEP_DRY_OPTION                                                                          \
  CLI_OPTION ("dry-run", 'n', UPKEEP_DRY, "Change nothing, only print what would be done.", NULL)

/* Takes one option; CLI_OK, or the status after a message. */
int cli_upkeep_take (void *options, const cli_verb *verb, int option, const char *name,
                     const char *argument);
/* Whether the options go together; CLI_OK, or the status after a message. */
int cli_upkeep_check (const cli_verb *verb, const garco_upkeep_options *wanted);
/* on_step: a line on standard output. */
void cli_upkeep_step (void *context, const char *text);

#endif
