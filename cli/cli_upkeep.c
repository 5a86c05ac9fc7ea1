/* What the verbs of upkeep share.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_upkeep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_number.h"
#include "cli_travel.h"

void
cli_upkeep_step (void *context, const char *text)
{
  (void)context;
  puts (text);
  fflush (stdout);
}

static int
take_what (garco_upkeep_options *wanted, const cli_verb *verb, const char *text)
{
  static const struct
  {
    const char *name;
    unsigned what;
  } names[] = {{"cells", GARCO_UPKEEP_CELLS},
               {"fragment-meta", GARCO_UPKEEP_FRAGMENT_META},
               {"commits", GARCO_UPKEEP_COMMITS},
               {"array-meta", GARCO_UPKEEP_ARRAY_META},
               {"all", GARCO_UPKEEP_CELLS | GARCO_UPKEEP_FRAGMENT_META | GARCO_UPKEEP_COMMITS |
                           GARCO_UPKEEP_ARRAY_META}};
  cli_list list = {NULL, 0};
  int status = cli_list_add (&list, verb, "what", text) ? CLI_OK : CLI_USAGE;
  for (size_t i = 0; i < list.count && status == CLI_OK; i++)
  {
    unsigned what = 0;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
      what |= strcmp (names[k].name, list.words[i]) == 0 ? names[k].what : 0;
    if (what == 0)
      status = cli_usage (verb,
                          "--what has \"%s\": expected cells, fragment-meta, commits, array-meta "
                          "or all",
                          list.words[i]);
    wanted->what |= what;
  }
  cli_list_free (&list);
  return status;
}

static int
take_bytes (const cli_verb *verb, const char *name, const char *text, uint64_t *bytes)
{
  if (!cli_bytes_read (text, bytes) || *bytes == 0)
    return cli_usage (verb, "--%s is \"%s\": expected bytes, such as 512M", name, text);
  return CLI_OK;
}

/* Seconds, as a number alone is elsewhere, are never meant here: 7 strays are not 7 seconds old. */
static int
take_span (const cli_verb *verb, const char *name, const char *text, int64_t *ms)
{
  if (text[0] != '\0' && text[strspn (text, "0123456789.")] == '\0')
    return cli_usage (verb, "--%s is \"%s\": expected its unit too, one of ms s m h d w, as in %sd",
                      name, text, text);
  return cli_span_take (verb, name, text, ms);
}

static int
take (void *options, const cli_verb *verb, int option, const char *name, const char *argument)
{
  garco_upkeep_options *wanted = options;
  switch (option)
  {
  case UPKEEP_WHAT:
    return take_what (wanted, verb, argument);
  case UPKEEP_SPAN:
    return take_span (verb, name, argument, &wanted->span_ms);
  case UPKEEP_SMALLER:
    return take_bytes (verb, name, argument, &wanted->smaller_than);
  case UPKEEP_LARGEST:
    return take_bytes (verb, name, argument, &wanted->largest);
  case UPKEEP_MEMORY:
    return take_bytes (verb, name, argument, &wanted->memory);
  case UPKEEP_BETWEEN_START:
    return cli_take_time_of (verb, name, argument, &wanted->timestamp_start);
  case UPKEEP_BETWEEN_END:
    return cli_take_time_of (verb, name, argument, &wanted->timestamp_end);
  case UPKEEP_THREADS:
    return cli_threads_take (verb, argument, &wanted->threads);
  case UPKEEP_STRAYS:
    wanted->what |= GARCO_UPKEEP_STRAYS;
    return argument != NULL ? take_span (verb, name, argument, &wanted->stray_age_ms) : CLI_OK;
  case UPKEEP_PURGE:
    wanted->purge = true;
    return CLI_OK;
  default:
    wanted->dry_run = true;
    return CLI_OK;
  }
}

static int
check_together (const cli_verb *verb, const garco_upkeep_options *wanted)
{
  if (wanted->timestamp_end != 0 && wanted->timestamp_start > wanted->timestamp_end)
    return cli_unknown (verb, "--written-after is later than --written-before");
  return CLI_OK;
}

int
cli_upkeep_run (const cli_verb *verb, int argc, const char **argv, cli_upkeep_fn work)
{
  garco_upkeep_options wanted = GARCO_UPKEEP_OPTIONS_INIT;
  garco_error error;
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &wanted, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "expected one array");
  if (status == CLI_OK)
    status = check_together (verb, &wanted);
  if (status == CLI_OK && work (words.words[0], &wanted, &error) < 0)
    status = cli_fail (&error);
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}
