/* garco delete: cells by a condition.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli.h"
#include "cli_travel.h"

enum
{
  DELETE_WHERE = 1,
  DELETE_TIMESTAMP
};

static const struct poptOption options[] = {
    CLI_OPTION ("where", '\0', DELETE_WHERE,
                "Condition that holds for the cells to delete. Repeated: all must hold.",
                "CONDITION"),
    CLI_TIMESTAMP_OPTION (DELETE_TIMESTAMP), CLI_OPTIONS_END};

typedef struct delete_words
{
  char *where;
  garco_write_options options;
} delete_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  delete_words *w = state;
  (void)name;
  if (option == DELETE_TIMESTAMP)
    return cli_take_timestamp (verb, argument, &w->options.timestamp);
  return cli_where_add (&w->where, argument);
}

static int
delete_cells (const char *uri, const delete_words *w)
{
  garco_array *array = NULL;
  garco_error error;
  garco_status status = garco_array_open (uri, NULL, &array, &error);
  if (status >= 0)
    status = garco_array_delete (array, w->where, &w->options, &error);
  garco_array_free (&array);
  return status < 0 ? cli_fail (&error) : CLI_OK;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  delete_words w = {NULL, GARCO_WRITE_OPTIONS_INIT};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "expected one array");
  if (status == CLI_OK && w.where == NULL)
    status = cli_usage (verb, "no condition: expected --where CONDITION");
  if (status == CLI_OK)
    status = delete_cells (words.words[0], &w);
  cli_words_free (&words);
  free (w.where);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_delete = {
    "delete",
    "delete cells of an array by a condition",
    "[OPTIONS] URI --where CONDITION",
    "Deletes, from what was written up to now, the cells for which CONDITION holds. The cells stay "
    "in their files, marked: what is written later is not touched, and the array as it was before "
    "can still be read.\n\n"
    "A condition compares fields by their names with numbers: < <= > >= == !=, \"in (1, 2)\" and "
    "\"not in (1, 2)\", joined by and, or, not and parentheses. A time may be written as "
    "'2024-05-11T12:00' where the field is a date or counts milliseconds, a code as '1C', a "
    "system as 'G' (in an array that says how it numbers them), a bool as true or false, and a "
    "missing value as null (\"== null\" or \"is null\"). A name that is no plain word stands in "
    "\"double quotes\". A field with "
    "labels is compared with a label, 'by its text', and a field of text with a 'text', byte by "
    "byte. By the rules "
    "of the format cells in which the compared value is missing go as well. A condition on an "
    "attribute that older parts of the array do not have is refused: their cells would all go.",
    options,
    "  # weak signals of a satellite\n"
    "  garco delete p057.tdb --where 'snr < 30 and sat == 3'\n\n"
    "  # one code before a day\n"
    "  garco delete p057.tdb --where \"obs == '1C' and time < '2024-05-12'\"",
    run};
