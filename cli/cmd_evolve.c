/* garco evolve: further schemas.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli.h"
#include "cli_schema.h"
#include "cli_travel.h"

enum
{
  EVOLVE_ADD = 1,
  EVOLVE_DROP,
  EVOLVE_TIMESTAMP
};

static const struct poptOption options[] = {
    CLI_OPTION ("add-attr", '\0', EVOLVE_ADD,
                "Attribute to add: NAME:TYPE, or a JSON object as a schema's fields are. Repeated "
                "for several.",
                "ATTRIBUTE"),
    CLI_OPTION ("drop-attr", '\0', EVOLVE_DROP, "Attributes to drop, by their names.",
                "NAME[,NAME...]"),
    CLI_TIMESTAMP_OPTION (EVOLVE_TIMESTAMP), CLI_OPTIONS_END};

typedef struct evolve_words
{
  cli_schema added;
  cli_list dropped;
  garco_write_options options;
} evolve_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  evolve_words *w = state;
  if (option == EVOLVE_ADD)
    return cli_schema_add_attribute (&w->added, "--add-attr", argument);
  if (option == EVOLVE_DROP)
    return cli_list_add (&w->dropped, verb, name, argument) ? CLI_OK : CLI_USAGE;
  return cli_take_timestamp (verb, argument, &w->options.timestamp);
}

static int
evolve (const char *uri, const evolve_words *w)
{
  garco_array *array = NULL;
  garco_error error;
  garco_status status = garco_array_open (uri, NULL, &array, &error);
  if (status >= 0)
    status = garco_array_evolve (array, w->added.info.fields, w->added.info.nfields,
                                 (const char *const *)w->dropped.words, w->dropped.count,
                                 &w->options, &error);
  garco_array_free (&array);
  return status < 0 ? cli_fail (&error) : CLI_OK;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  evolve_words w = {.options = GARCO_WRITE_OPTIONS_INIT};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "expected one array");
  if (status == CLI_OK && w.added.info.nfields == 0 && w.dropped.count == 0)
    status = cli_usage (verb, "nothing to change: expected --add-attr or --drop-attr");
  if (status == CLI_OK)
    status = evolve (words.words[0], &w);
  cli_words_free (&words);
  cli_list_free (&w.dropped);
  cli_schema_free (&w.added);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_evolve = {
    "evolve",
    "add attributes to an array, and drop some",
    "[OPTIONS] URI",
    "Gives the array a further schema; the cells that are there stay as they are. Of an attribute "
    "that is added they have its fill value; one that is dropped is no longer read from them, and "
    "the array as it was before can still be read. An attribute of a name that was there before "
    "must be of its type. An attribute that a delete compares cannot be dropped.\n\n"
    "NAME:TYPE is an attribute of one value a cell, packed by zstd; for others there is the JSON "
    "object of \"garco create\": \"name\", \"type\", \"nullable\", \"width\", \"fill\", "
    "\"filters\".",
    options,
    "  # a satellite's elevation, a degree, -999 in the cells that are there\n"
    "  garco evolve p057.tdb --add-attr '{\"name\": \"elevation\", \"type\": \"float32\", "
    "\"fill\": -999}'\n\n"
    "  # a mark in place of an attribute that nobody reads\n"
    "  garco evolve p057.tdb --add-attr quality:uint8 --drop-attr fcn",
    run};
