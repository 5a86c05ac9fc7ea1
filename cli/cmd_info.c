/* garco info: what a file or an array holds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "cli_info.h"
#include "cli_travel.h"

enum
{
  INFO_JSON = 1,
  INFO_SALVAGE,
  INFO_AT,
  INFO_BETWEEN
};

static const struct poptOption options[] = {
    CLI_OPTION ("json", '\0', INFO_JSON,
                "Print JSON: an object for one source, an object a line for several.", NULL),
    CLI_OPTION ("salvage", '\0', INFO_SALVAGE,
                "Leave damaged epochs out, each reported in a line on standard error, rather than "
                "fail.",
                NULL),
    CLI_AT_OPTION (INFO_AT), CLI_BETWEEN_OPTION (INFO_BETWEEN), CLI_OPTIONS_END};

typedef struct info_words
{
  bool json, salvage;
  garco_array_options array;
} info_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  info_words *w = state;
  (void)name;
  switch (option)
  {
  case INFO_JSON:
    w->json = true;
    return CLI_OK;
  case INFO_SALVAGE:
    w->salvage = true;
    return CLI_OK;
  case INFO_AT:
    return cli_take_at (verb, argument, &w->array.timestamp_start, &w->array.timestamp_end);
  default:
    return cli_take_between (verb, argument, &w->array.timestamp_start, &w->array.timestamp_end);
  }
}

/* ---------------------------------------------------------------- for people */

static void
print_value (const json_t *value)
{
  if (json_is_string (value))
    printf ("%s", json_string_value (value));
  else if (json_is_integer (value))
    printf ("%" PRId64, (int64_t)json_integer_value (value));
  else if (json_is_real (value))
    printf ("%.12g", json_real_value (value));
  else if (json_is_boolean (value))
    printf ("%s", json_is_true (value) ? "yes" : "no");
  else if (json_is_null (value))
    printf ("unknown");
}

/* [1, 2] as "1 2", {"a": 1} as "a 1". */
static void
print_flat (json_t *value)
{
  const char *key;
  json_t *inner;
  size_t i, n = 0;
  if (json_is_array (value))
    json_array_foreach (value, i, inner)
    {
      printf ("%s", i > 0 ? " " : "");
      print_flat (inner);
    }
  else if (json_is_object (value))
    json_object_foreach (value, key, inner)
    {
      printf ("%s%s ", n++ > 0 ? ", " : "", key);
      print_flat (inner);
    }
  else
    print_value (value);
}

static void
print_line (const char *key, json_t *value)
{
  printf ("%-17s ", key);
  print_flat (value);
  putchar ('\n');
}

static void
print_systems (json_t *systems)
{
  const char *letter;
  json_t *system;
  json_object_foreach (systems, letter, system)
  {
    printf ("system %-10s ", letter);
    print_value (json_object_get (system, "satellites"));
    printf (" satellites, ");
    print_value (json_object_get (system, "observations"));
    printf (" observations: ");
    print_flat (json_object_get (system, "codes"));
    putchar ('\n');
  }
}

/* "int16 x 2, nullable" */
static void
print_type (json_t *field)
{
  json_t *width = json_object_get (field, "width");
  printf ("%s", json_string_value (json_object_get (field, "type")));
  if (json_is_integer (width) && json_integer_value (width) != 1)
    printf (" x %" PRId64, (int64_t)json_integer_value (width));
  if (json_is_string (width))
    printf (" %s", json_string_value (width));
  if (json_is_true (json_object_get (field, "nullable")))
    printf (" nullable");
}

static void
print_fields (json_t *fields)
{
  size_t i, f;
  json_t *field, *filter;
  json_array_foreach (fields, i, field)
  {
    printf ("%-17s %s ",
            json_is_true (json_object_get (field, "dimension")) ? "dimension" : "attribute",
            json_string_value (json_object_get (field, "name")));
    print_type (field);
    json_t *domain = json_object_get (field, "domain");
    if (domain != NULL)
    {
      printf (" in ");
      print_flat (domain);
    }
    json_array_foreach (json_object_get (field, "filters"), f, filter)
    {
      printf (", ");
      print_value (json_object_get (filter, "name"));
      json_t *level = json_object_get (filter, "level");
      if (level != NULL)
        printf (" %" PRId64, (int64_t)json_integer_value (level));
    }
    putchar ('\n');
  }
}

static void
print_labels (json_t *enumerations)
{
  const char *name;
  json_t *own, *label;
  size_t i;
  json_object_foreach (enumerations, name, own)
  {
    json_t *labels = json_object_get (own, "labels");
    printf ("labels            %s, %zu%s:", name, json_array_size (labels),
            json_is_true (json_object_get (own, "ordered")) ? " in order" : "");
    json_array_foreach (labels, i, label)
    {
      char *text = json_dumps (label, JSON_ENCODE_ANY);
      printf ("%s %s", i > 0 ? "," : "", text != NULL ? text : "?");
      free (text);
    }
    putchar ('\n');
  }
}

static void
print_text (json_t *object)
{
  const char *key;
  json_t *value;
  json_object_foreach (object, key, value)
  {
    if (strcmp (key, "systems") == 0)
      print_systems (value);
    else if (strcmp (key, "fragments") == 0)
      printf ("%-17s %zu\n", key, json_array_size (value));
    else if (strcmp (key, "schema") == 0)
      print_fields (json_object_get (value, "fields"));
    else if (strcmp (key, "enumerations") == 0)
      print_labels (value);
    else if (strcmp (key, "metadata") == 0)
      printf ("%-17s %zu items\n", key, json_object_size (value));
    else if (!json_is_object (value) || json_object_size (value) > 0)
      print_line (key, value);
  }
}

/* ---------------------------------------------------------------- sources */

/* A URI is an array's; any other name is one where it is a directory's. */
static bool
is_array (const char *source)
{
  struct stat state;
  if (strcmp (source, "-") == 0)
    return false;
  return strstr (source, "://") != NULL || (stat (source, &state) == 0 && S_ISDIR (state.st_mode));
}

static int
tell (const char *source, const info_words *w, size_t count)
{
  int status = CLI_OK;
  json_t *object = is_array (source) ? cli_info_array (source, &w->array, &status)
                                     : cli_info_file (source, w->salvage, &status);
  if (object == NULL)
    return status;
  if (w->json)
  {
    char *text = cli_json_dump (object, count > 1 ? 0 : JSON_INDENT (2));
    printf ("%s\n", text != NULL ? text : "");
    free (text);
  }
  else
    print_text (object);
  json_decref (object);
  return CLI_OK;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  info_words w = {false, false, GARCO_ARRAY_OPTIONS_INIT};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count == 0)
    status = cli_usage (verb, "no source: expected files or arrays");
  for (size_t i = 0; i < words.count && status == CLI_OK; i++)
  {
    if (i > 0 && !w.json)
      putchar ('\n');
    status = tell (words.words[i], &w, words.count);
  }
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_info = {
    "info",
    "tell what files and arrays hold",
    "[OPTIONS] SOURCE...",
    "Tells, for a RINEX observation file (or - for standard input), what its header says and what "
    "its body holds: epochs, satellites in them, observations, how many of these are a 0 that by "
    "the format means a missing value, all by system and type, the first and last epoch, and the "
    "damaged places. For an array: its fields, fragments, cells, the range of each dimension, and "
    "its metadata; its cells are those written, more than a query gives where the same coordinates "
    "were written twice.",
    options,
    "  garco info york0440.15d.Z\n"
    "  garco info --json p057.tdb",
    run};
