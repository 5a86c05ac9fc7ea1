/* Time travel: what of an array was written by a time, or between two.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_TRAVEL_H
#define GARCO_CLI_TRAVEL_H

#include "cli.h"

/* Rows of an option table; the values are the verb's own. */
#define CLI_AT_OPTION(value)                                                                       \
  CLI_OPTION ("at", '\0', value,                                                                   \
              "Arrays as they were at that time of writing, UTC or ms since 1970: without what "   \
              "was written later.",                                                                \
              "TIMESTAMP")
#define CLI_BETWEEN_OPTION(value)                                                                  \
  CLI_OPTION ("between", '\0', value,                                                              \
              "What was written to arrays from the first to the second time of writing, both "     \
              "included.",                                                                         \
              CLI_TWO_WORDS)

/* Of verbs that write. */
#define CLI_TIMESTAMP_OPTION(value)                                                                \
  CLI_OPTION ("timestamp", '\0', value,                                                            \
              "Time of writing, UTC or ms since 1970, also an earlier one; now where not given.",  \
              "TIMESTAMP")

/* Read the options' arguments, "A,B" for two words. CLI_OK, or the status after a message. */
int cli_take_at (const cli_verb *verb, const char *text, uint64_t *start, uint64_t *end);
int cli_take_between (const cli_verb *verb, const char *text, uint64_t *start, uint64_t *end);
int cli_take_timestamp (const cli_verb *verb, const char *text, uint64_t *timestamp);
/* The same for another option. */
int cli_take_time_of (const cli_verb *verb, const char *option, const char *text,
                      uint64_t *timestamp);

#endif
