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

/* Does the verb's work on the array and prints what was done. */
typedef garco_status (*cli_upkeep_fn) (const char *uri, garco_upkeep_options *wanted,
                                       garco_error *error);
/* The verb's whole run: its words, whether they go together, the work. */
int cli_upkeep_run (const cli_verb *verb, int argc, const char **argv, cli_upkeep_fn work);
/* on_step: a line on standard output. */
void cli_upkeep_step (void *context, const char *text);

#endif
