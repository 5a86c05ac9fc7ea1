/* Times of writing from words.
 *
 * A number is ms since 1970-01-01, as fragments have it in their names, and never a year.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_travel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
cli_take_time_of (const cli_verb *verb, const char *option, const char *text, uint64_t *timestamp)
{
  int64_t ms = -1;
  bool good = true;
  errno = 0;
  if (text[0] != '\0' && text[strspn (text, "0123456789")] == '\0')
    ms = strtoll (text, NULL, 10);
  else
    good = garco_time_parse (text, &ms, NULL) >= 0;
  if (!good || errno != 0 || ms <= 0)
    return cli_unknown (verb,
                        "--%s: \"%s\" is no time of writing: expected ms since 1970-01-01, or "
                        "YYYY-MM-DD or YYYY-DDD after it, with THH:MM:SS if need be",
                        option, text);
  *timestamp = (uint64_t)ms;
  return CLI_OK;
}

static int
check_once (const cli_verb *verb, uint64_t end)
{
  return end == 0 ? CLI_OK
                  : cli_usage (verb, "several times of writing: expected one --at or --between");
}

int
cli_take_at (const cli_verb *verb, const char *text, uint64_t *start, uint64_t *end)
{
  if (check_once (verb, *end) != CLI_OK)
    return CLI_USAGE;
  *start = 0;
  return cli_take_time_of (verb, "at", text, end);
}

int
cli_take_between (const cli_verb *verb, const char *text, uint64_t *start, uint64_t *end)
{
  const char *comma = strchr (text, ',');
  if (check_once (verb, *end) != CLI_OK)
    return CLI_USAGE;
  if (comma == NULL)
    return cli_usage (verb, "--between: \"%s\" alone: expected two times of writing", text);
  char *first = strndup (text, (size_t)(comma - text));
  if (first == NULL)
    return cli_fail_text (NULL, "out of memory");
  int status = cli_take_time_of (verb, "between", first, start);
  free (first);
  if (status == CLI_OK)
    status = cli_take_time_of (verb, "between", comma + 1, end);
  if (status == CLI_OK && *start > *end)
    return cli_unknown (verb, "--between: the first time is after the second");
  return status;
}

int
cli_take_timestamp (const cli_verb *verb, const char *text, uint64_t *timestamp)
{
  return cli_take_time_of (verb, "timestamp", text, timestamp);
}
