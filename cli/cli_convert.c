/* Conversions from words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_convert.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int
take_to (cli_conversion *convert, const cli_verb *verb, const char *text)
{
  static const char *const names[] = {"rinex", "crinex", "csv", "jsonl"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp (names[i], text) == 0)
    {
      convert->to = (cli_convert_to)(CLI_TO_RINEX + i);
      return CLI_OK;
    }
  return cli_usage (verb, "unknown form \"%s\": expected rinex, crinex, csv or jsonl", text);
}

/* "2", "3", "2.11", "3.04"; the library knows which there are. */
static int
take_version (cli_conversion *convert, const cli_verb *verb, const char *text)
{
  bool digit = text[0] == '2' || text[0] == '3';
  if (digit && text[1] == '\0')
    convert->version = text[0] == '2' ? 211 : 304;
  else if (digit && text[1] == '.' && strlen (text) == 4 && strspn (text + 2, "0123456789") == 2)
    convert->version = (text[0] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  else
    return cli_usage (verb, "--version is \"%s\": expected 2, 3, or one such as 2.11 or 3.04",
                      text);
  return CLI_OK;
}

static int
take_interval (cli_conversion *convert, const cli_verb *verb, const char *text)
{
  garco_error error;
  return garco_span_parse (text, &convert->interval_ms, &error) < 0
             ? cli_usage (verb, "--interval: %s", error.message)
             : CLI_OK;
}

int
cli_convert_take (cli_conversion *convert, const cli_verb *verb, int option, const char *name,
                  const char *argument)
{
  switch (option)
  {
  case CONVERT_TO:
    return take_to (convert, verb, argument);
  case CONVERT_VERSION:
    return take_version (convert, verb, argument);
  case CONVERT_INTERVAL:
    return take_interval (convert, verb, argument);
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
  options->form = convert->to == CLI_TO_CRINEX  ? GARCO_CONVERT_CRINEX
                  : convert->to == CLI_TO_RINEX ? GARCO_CONVERT_RINEX
                                                : GARCO_CONVERT_BY_NAME;
  options->version = convert->version;
  options->start_ms = rows.start_ms;
  options->end_ms = rows.end_ms;
  options->interval_ms = convert->interval_ms;
  options->systems = rows.systems;
  options->nsats = rows.nsats;
  options->sats = rows.sats;
  options->ncodes = rows.ncodes;
  options->codes = rows.codes;
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
