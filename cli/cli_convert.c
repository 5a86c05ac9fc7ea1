/* Conversions from words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_convert.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

int
cli_convert_take (void *state, const cli_verb *verb, int option, const char *name,
                  const char *argument)
{
  cli_conversion *convert = state;
  switch (option)
  {
  case CONVERT_TO:
    return cli_form_take (verb, name, argument, true, &convert->to);
  case CONVERT_VERSION:
    return cli_version_take (verb, argument, &convert->version);
  case CONVERT_INTERVAL:
    return cli_span_take (verb, name, argument, &convert->interval_ms);
  case CONVERT_RNXCMP:
    convert->rnxcmp = true;
    return CLI_OK;
  default:
    return cli_select_take (&convert->select, verb, option, name, argument);
  }
}

int
cli_convert_options (cli_conversion *convert, const cli_verb *verb, garco_convert_options *options)
{
  static const garco_convert_options standard = GARCO_CONVERT_OPTIONS_INIT;
  garco_query_options rows;
  int status = cli_select_options (&convert->select, verb, &rows);
  *options = standard;
  options->form = convert->to == CLI_FORM_CRINEX  ? GARCO_CONVERT_CRINEX
                  : convert->to == CLI_FORM_RINEX ? GARCO_CONVERT_RINEX
                                                  : GARCO_CONVERT_BY_NAME;
  options->version = convert->version;
  options->interval_ms = convert->interval_ms;
  CLI_SELECT_COPY (options, &rows);
  options->code_map = rows.code_map;
  options->salvage = rows.salvage;
  options->rnxcmp_compatible = convert->rnxcmp;
  options->on_damage = cli_on_damage;
  options->on_notice = cli_on_notice;
  return status;
}

int
cli_convert_fail (const garco_error *error, const char *output)
{
  struct pollfd standard = {STDOUT_FILENO, POLLOUT, 0};
  bool gone = strcmp (output, "-") == 0 && error->code == GARCO_ERR_IO &&
              poll (&standard, 1, 0) == 1 && (standard.revents & POLLERR) != 0;
  if (gone)
    raise (SIGPIPE);
  return cli_fail (error);
}
