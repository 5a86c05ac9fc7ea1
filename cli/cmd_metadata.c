/* garco metadata: an array's metadata, to look at and to change.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_info.h"
#include "cli_schema.h"
#include "cli_travel.h"

enum
{
  METADATA_SET = 1,
  METADATA_DELETE,
  METADATA_AT,
  METADATA_TIMESTAMP
};

static const struct poptOption options[] = {
    CLI_OPTION ("set", '\0', METADATA_SET,
                "Item to put: a number, text, or a list [1, 2] of numbers. Repeated for several.",
                "KEY=VALUE"),
    CLI_OPTION ("delete", '\0', METADATA_DELETE, "Item to remove. Repeated for several.", "KEY"),
    CLI_AT_OPTION (METADATA_AT), CLI_TIMESTAMP_OPTION (METADATA_TIMESTAMP), CLI_OPTIONS_END};

typedef struct metadata_words
{
  garco_metadata_info *items;
  char **keys, **values; /* of the items, owned */
  size_t count;
  garco_array_options array;
  garco_write_options write;
} metadata_words;

/* ---------------------------------------------------------------- words */

/* Room for one more item; CLI_OK, or the status after a message. */
static int
grow (metadata_words *w)
{
  garco_metadata_info *items = realloc (w->items, (w->count + 1) * sizeof *items);
  w->items = items != NULL ? items : w->items;
  char **keys = realloc (w->keys, (w->count + 1) * sizeof *keys);
  w->keys = keys != NULL ? keys : w->keys;
  char **values = realloc (w->values, (w->count + 1) * sizeof *values);
  w->values = values != NULL ? values : w->values;
  if (items == NULL || keys == NULL || values == NULL)
    return cli_fail_text (NULL, "out of memory");
  memset (&w->items[w->count], 0, sizeof *w->items);
  w->keys[w->count] = w->values[w->count] = NULL;
  w->count++;
  return CLI_OK;
}

/* Whole numbers are int64; with one that is not, all are float64. False for other things. */
static bool
set_numbers (garco_metadata_info *item, json_t *json, char **room)
{
  size_t count = json_is_array (json) ? json_array_size (json) : 1;
  bool whole = true;
  for (size_t i = 0; i < count; i++)
  {
    json_t *number = json_is_array (json) ? json_array_get (json, i) : json;
    if (!json_is_number (number))
      return false;
    whole = whole && json_is_integer (number);
  }
  *room = count > 0 ? calloc (count, 8) : NULL;
  for (size_t i = 0; i < count && *room != NULL; i++)
  {
    json_t *number = json_is_array (json) ? json_array_get (json, i) : json;
    json_int_t integer = json_integer_value (number);
    double real = json_number_value (number);
    memcpy (*room + 8 * i, whole ? (const void *)&integer : (const void *)&real, 8);
  }
  item->type = whole ? GARCO_INT64 : GARCO_FLOAT64;
  item->count = (uint32_t)count;
  item->values = *room;
  return *room != NULL;
}

static bool
set_text (garco_metadata_info *item, const char *text, char **room)
{
  *room = strdup (text);
  item->type = GARCO_STRING_UTF8;
  item->count = (uint32_t)strlen (text);
  item->values = *room;
  return *room != NULL;
}

/* What is no JSON is text as it stands. */
static int
set_value (const cli_verb *verb, const char *text, garco_metadata_info *item, char **room)
{
  json_t *json = json_loads (text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  const char *quoted = json_string_value (json);
  bool plain = json == NULL && text[0] != '[' && text[0] != '{' && text[0] != '"';
  bool done = quoted != NULL && strlen (quoted) == json_string_length (json)
                  ? set_text (item, quoted, room)
              : plain ? set_text (item, text, room)
                      : json != NULL && set_numbers (item, json, room);
  json_decref (json);
  return done ? CLI_OK
              : cli_usage (verb,
                           "the value \"%s\" of \"%s\": expected a number, text, or a list of "
                           "numbers, such as [1, 2]",
                           text, item->key);
}

static int
take_item (metadata_words *w, const cli_verb *verb, const char *text, bool removed)
{
  const char *equal = removed ? text + strlen (text) : strchr (text, '=');
  if (equal == NULL || equal == text)
    return cli_usage (verb, "--%s is \"%s\": expected %s", removed ? "delete" : "set", text,
                      removed ? "a key" : "KEY=VALUE");
  int status = grow (w);
  if (status != CLI_OK)
    return status;
  size_t at = w->count - 1;
  w->keys[at] = strndup (text, (size_t)(equal - text));
  if (w->keys[at] == NULL)
    return cli_fail_text (NULL, "out of memory");
  w->items[at].key = w->keys[at];
  return removed ? CLI_OK : set_value (verb, equal + 1, &w->items[at], &w->values[at]);
}

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  metadata_words *w = state;
  (void)name;
  if (option == METADATA_AT)
    return cli_take_at (verb, argument, &w->array.timestamp_start, &w->array.timestamp_end);
  if (option == METADATA_TIMESTAMP)
    return cli_take_timestamp (verb, argument, &w->write.timestamp);
  return take_item (w, verb, argument, option == METADATA_DELETE);
}

/* ---------------------------------------------------------------- work */

static void
print_value (const garco_metadata_info *info, bool alone)
{
  json_t *value = cli_metadata_json (info);
  char *text = cli_json_dump (value, 0);
  if (alone && json_is_string (value)) /* as it is */
    fwrite (json_string_value (value), 1, json_string_length (value), stdout);
  else if (text != NULL)
    fputs (text, stdout);
  putchar ('\n');
  free (text);
  json_decref (value);
}

static garco_status
print_all (garco_array *array, garco_error *error)
{
  size_t count = 0;
  garco_metadata_info info;
  garco_status status = garco_array_metadata_count (array, &count, error);
  for (size_t i = 0; i < count && status >= 0; i++)
    if ((status = garco_array_metadata (array, i, &info, error)) >= 0)
    {
      printf ("%s=", info.key);
      print_value (&info, false);
    }
  return status;
}

/* CLI_FAILURE, after a message; keys are many, and only one that is like it is named. */
static int
no_key (const char *uri, garco_array *array, const char *key, size_t count)
{
  const char **names = calloc (count + 1, sizeof *names);
  char near[96] = "";
  garco_metadata_info info;
  size_t found = 0;
  for (size_t i = 0; names != NULL && i < count; i++)
    if (garco_array_metadata (array, i, &info, NULL) >= 0)
      names[found++] = info.key;
  if (names != NULL)
    garco_nearest_name (key, names, found, near, sizeof near);
  free (names);
  return cli_fail_text (uri, "no metadata \"%s\"%s", key, near);
}

/* An item's value; CLI_OK, or the status after a message. */
static int
print_one (const char *uri, garco_array *array, const char *key)
{
  size_t count = 0;
  garco_error error;
  garco_metadata_info info;
  garco_status status = garco_array_metadata_count (array, &count, &error);
  for (size_t i = 0; i < count && status >= 0; i++)
    if ((status = garco_array_metadata (array, i, &info, &error)) >= 0 &&
        strcmp (info.key, key) == 0)
    {
      print_value (&info, true);
      return CLI_OK;
    }
  return status < 0 ? cli_fail (&error) : no_key (uri, array, key, count);
}

static int
work (const cli_words *words, const metadata_words *w)
{
  const char *uri = words->words[0];
  garco_array *array = NULL;
  garco_error error;
  int result = CLI_OK;
  garco_status status = garco_array_open (uri, &w->array, &array, &error);
  if (status >= 0 && w->count > 0)
    status = garco_array_metadata_put (array, w->items, w->count, &w->write, &error);
  else if (status >= 0 && words->count > 1)
    result = print_one (uri, array, words->words[1]);
  else if (status >= 0)
    status = print_all (array, &error);
  garco_array_free (&array);
  return status < 0 ? cli_fail (&error) : result;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  metadata_words w = {.array = GARCO_ARRAY_OPTIONS_INIT, .write = GARCO_WRITE_OPTIONS_INIT};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  bool travels = w.array.timestamp_end != 0;
  if (status == CLI_OK && (words.count < 1 || words.count > 2))
    status = cli_usage (verb, "expected one array, and at most one key");
  if (status == CLI_OK && w.count > 0 && (words.count > 1 || travels))
    status = cli_usage (verb, "--set and --delete go with neither a key to print nor --at");
  if (status == CLI_OK && w.count == 0 && w.write.timestamp != 0)
    status = cli_usage (verb, "--timestamp goes with --set or --delete");
  if (status == CLI_OK)
    status = work (&words, &w);
  cli_words_free (&words);
  for (size_t i = 0; i < w.count; i++)
  {
    free (w.keys[i]);
    free (w.values[i]);
  }
  free (w.keys);
  free (w.values);
  free (w.items);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_metadata = {
    "metadata",
    "print and change an array's metadata",
    "[OPTIONS] URI [KEY]",
    "Prints the array's metadata, an item a line, KEY=VALUE, values as JSON, which --set takes "
    "again; with a KEY its value alone, text as it is. With --set and --delete it changes items, "
    "all at one time; removing what is not there is no error.\n\n"
    "A value that is set is a whole number (int64), a number with a point or an exponent "
    "(float64), a list of numbers, or else text (UTF-8); text that looks like a number stands in "
    "double quotes. garco's own items begin with \"garco.\".",
    options,
    "  garco metadata p057.tdb\n"
    "  garco metadata p057.tdb garco.system_numbering\n"
    "  garco metadata p057.tdb --set station=P057 --set 'height=[1.5, 0.0083]' --delete note",
    run};
