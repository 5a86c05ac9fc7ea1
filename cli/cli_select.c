/* Selections from words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_select.h"
#include "cli_number.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A date that is none ends like a date on which there is nothing to be found. */
static int
take_time (const cli_verb *verb, const char *name, const char *text, bool *has, int64_t *ms)
{
  garco_error error;
  *has = true;
  if (garco_time_parse (text, ms, &error) >= 0)
    return CLI_OK;
  return cli_unknown (verb, "--%s: %s", name, error.message);
}

static int
take_list (cli_list *list, const cli_verb *verb, const char *name, const char *text)
{
  return cli_list_add (list, verb, name, text) ? CLI_OK : CLI_USAGE;
}

/* "G,E" and "GE" are the same. */
static int
take_systems (cli_select *select, const cli_verb *verb, const char *text)
{
  size_t n = select->systems != NULL ? strlen (select->systems) : 0;
  char *systems = realloc (select->systems, n + strlen (text) + 1);
  if (systems == NULL)
    return cli_fail_text (NULL, "out of memory");
  select->systems = systems;
  size_t from = n;
  for (const char *p = text; *p != '\0'; p++)
  {
    if (*p == ',')
      continue;
    if (garco_system_number (*p) < 0)
      return cli_unknown (verb, "unknown system \"%s\": expected letters of %s", text,
                          GARCO_SYSTEMS);
    systems[n++] = *p;
  }
  systems[n] = '\0';
  return n > from ? CLI_OK
                  : cli_usage (verb, "--system has no letter: expected some of %s", GARCO_SYSTEMS);
}

static int
take_format (cli_select *select, const cli_verb *verb, const char *text)
{
  static const char *const names[] = {"csv", "jsonl", "table"};
  for (int i = 0; i < 3; i++)
    if (strcmp (names[i], text) == 0)
    {
      select->format = (cli_format)i;
      return CLI_OK;
    }
  return cli_usage (verb, "unknown format \"%s\": expected csv, jsonl or table", text);
}

static int
take_base (cli_select *select, const cli_verb *verb, const char *text)
{
  if (strcmp (text, "0") != 0 && strcmp (text, "1") != 0)
    return cli_usage (verb, "--system-base is \"%s\": expected 0 or 1", text);
  select->system_base = text[0] - '0';
  return CLI_OK;
}

static int
take_memory (cli_select *select, const cli_verb *verb, const char *text)
{
  if (!cli_bytes_read (text, &select->memory) || select->memory == 0)
    return cli_usage (
        verb, "--memory is \"%s\": expected a number of bytes, or of K, M or G as in 256M", text);
  return CLI_OK;
}

int
cli_select_take (void *state, const cli_verb *verb, int option, const char *name,
                 const char *argument)
{
  cli_select *select = state;
  switch (option)
  {
  case SELECT_START:
    return take_time (verb, name, argument, &select->has_start, &select->start_ms);
  case SELECT_END:
    return take_time (verb, name, argument, &select->has_end, &select->end_ms);
  case SELECT_SPAN:
    select->has_span = true;
    return cli_span_take (verb, name, argument, &select->span_ms);
  case SELECT_SYSTEM:
    return take_systems (select, verb, argument);
  case SELECT_SAT:
    return take_list (&select->sats, verb, name, argument);
  case SELECT_CODE:
    return take_list (&select->codes, verb, name, argument);
  case SELECT_FIELD:
    return take_list (&select->fields, verb, name, argument);
  case SELECT_FORMAT:
    return take_format (select, verb, argument);
  case SELECT_OUTPUT:
    free (select->output);
    select->output = strdup (argument);
    return CLI_OK;
  case SELECT_SALVAGE:
    select->salvage = true;
    return CLI_OK;
  case SELECT_ZEROS:
    select->keep_zeros = true;
    return CLI_OK;
  case SELECT_RAW:
    select->raw_missing = true;
    return CLI_OK;
  case SELECT_MAP:
    return cli_code_map (argument, &select->code_map);
  case SELECT_AT:
    return cli_take_at (verb, argument, &select->timestamp_start, &select->timestamp_end);
  case SELECT_WHERE:
    return cli_where_add (&select->where, argument);
  case SELECT_THREADS:
    return cli_threads_take (verb, argument, &select->threads);
  case SELECT_MEMORY:
    return take_memory (select, verb, argument);
  case SELECT_SKIP:
    select->skip_corrupt = true;
    return CLI_OK;
  case SELECT_EXPLAIN:
    select->explain = true;
    return CLI_OK;
  case SELECT_RUN:
    select->run = true;
    return CLI_OK;
  case SELECT_BETWEEN:
    return cli_take_between (verb, argument, &select->timestamp_start, &select->timestamp_end);
  default:
    return take_base (select, verb, argument);
  }
}

static int
wrong_range (const cli_verb *verb, const garco_query_options *options)
{
  char start[32], end[32];
  garco_time_text (options->start_ms, start);
  garco_time_text (options->end_ms, end);
  return cli_unknown (verb, "the start %s is not before the end %s", start, end);
}

static int
time_options (const cli_select *select, const cli_verb *verb, garco_query_options *options)
{
  if (select->has_start)
    options->start_ms = select->start_ms;
  if (select->has_end)
    options->end_ms = select->end_ms;
  if (select->has_span && select->has_start == select->has_end)
    return cli_usage (verb, "--span needs one of --start and --end");
  if (select->has_span && select->has_start)
    options->end_ms = select->start_ms + select->span_ms;
  else if (select->has_span)
    options->start_ms = select->end_ms - select->span_ms;
  return options->start_ms < options->end_ms ? CLI_OK : wrong_range (verb, options);
}

int
cli_select_options (cli_select *select, const cli_verb *verb, garco_query_options *options)
{
  static const garco_query_options standard = GARCO_QUERY_OPTIONS_INIT;
  *options = standard;
  options->systems = select->systems;
  options->nsats = select->sats.count;
  options->sats = (const char *const *)select->sats.words;
  options->ncodes = select->codes.count;
  options->codes = (const char *const *)select->codes.words;
  options->nfields = select->fields.count;
  options->fields = (const char *const *)select->fields.words;
  options->system_base = select->system_base;
  options->salvage = select->salvage;
  options->keep_zeros = select->keep_zeros;
  options->raw_missing = select->raw_missing;
  options->code_map = select->code_map;
  options->where = select->where;
  options->threads = select->threads;
  options->memory = select->memory;
  options->skip_corrupt = select->skip_corrupt;
  options->labels = select->labels;
  options->timestamp_start = select->timestamp_start;
  options->timestamp_end = select->timestamp_end;
  options->on_damage = cli_on_damage;
  options->on_notice = cli_on_notice;
  if (select->run && !select->explain)
    return cli_usage (verb, "--run needs --explain");
  return time_options (select, verb, options);
}

void
cli_select_free (cli_select *select)
{
  free (select->where);
  free (select->systems);
  free (select->output);
  cli_list_free (&select->sats);
  cli_list_free (&select->codes);
  cli_list_free (&select->fields);
  garco_code_map_free (&select->code_map);
}

int
cli_select_finish (cli_output *output, bool good)
{
  if (good || output->failed)
    return cli_output_close (output) ? CLI_OK : CLI_FAILURE;
  cli_output_discard (output);
  return CLI_FAILURE;
}
