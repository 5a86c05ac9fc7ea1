/* The options that convert, merge and split have in common.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_CONVERT_H
#define GARCO_CLI_CONVERT_H

#include "cli_form.h"
#include "cli_select.h"

enum
{
  CONVERT_TO = SELECT_OPTION_COUNT,
  CONVERT_VERSION,
  CONVERT_INTERVAL,
  CONVERT_RNXCMP,
  CONVERT_OPTION_COUNT /* the verb's own options count from here */
};

/* The options behind --to; `output` is the one that says where to. */
#define CONVERT_OPTIONS(output)                                                                    \
  CLI_OPTION ("version", '\0', CONVERT_VERSION,                                                    \
              "RINEX version to write: 2 (2.11), 3 (3.04), or 2.10, 2.11, 3.00 to 3.05.", "2|3"),  \
      SELECT_ROWS_OPTIONS,                                                                         \
      CLI_OPTION ("interval", '\0', CONVERT_INTERVAL,                                              \
                  "Keep the epochs at multiples of this since midnight: a number and one of ms s " \
                  "m h d.",                                                                        \
                  "SPAN"),                                                                         \
      output, SELECT_SALVAGE_OPTION,                                                               \
      CLI_OPTION ("rnxcmp-compatible", '\0', CONVERT_RNXCMP,                                       \
                  "Write the bytes of RNXCMP 4.1 also where it is wrong.", NULL),                  \
      CLI_CODE_MAP_OPTION (SELECT_MAP)

typedef struct cli_conversion
{
  cli_select select;
  cli_form to;
  int version;
  int64_t interval_ms;
  bool rnxcmp;
} cli_conversion;

#define CLI_CONVERT_INIT                                                                           \
  {                                                                                                \
    .select = CLI_SELECT_INIT                                                                      \
  }

/* Takes one of CONVERT_OPTIONS, and CONVERT_TO, into a cli_conversion. */
int cli_convert_take (void *convert, const cli_verb *verb, int option, const char *name,
                      const char *argument);
/* Makes the library's options, which borrow from `convert`. CLI_OK or the status to end with. */
int cli_convert_options (cli_conversion *convert, const cli_verb *verb,
                         garco_convert_options *options);

/* Says how a conversion to OUTPUT failed, as cli_fail; where the reader of standard output has gone
 * away, ends us by SIGPIPE without a word. */
int cli_convert_fail (const garco_error *error, const char *output);

#endif
