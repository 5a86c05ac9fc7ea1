/* garco codes: how the types of files became, or would become, codes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

enum
{
  CODES_MAP = 1,
  CODES_ASSUMED,
  CODES_SALVAGE
};

static const struct poptOption options[] = {
    CLI_CODE_MAP_OPTION (CODES_MAP),
    CLI_OPTION (
        "assumed", '\0', CODES_ASSUMED,
        "Mark the codes of files whose attribute neither the file nor a map says, by a comment.",
        NULL),
    CLI_OPTION ("salvage", '\0', CODES_SALVAGE,
                "Leave damaged epochs out, each reported in a line on standard error, rather than "
                "fail.",
                NULL),
    CLI_OPTIONS_END};

typedef struct codes_words
{
  garco_code_map *map;
  bool salvage, assumed;
} codes_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  codes_words *w = state;
  (void)verb, (void)name;
  if (option == CODES_MAP)
    return cli_code_map (argument, &w->map);
  if (option == CODES_ASSUMED)
    w->assumed = true;
  else
    w->salvage = true;
  return CLI_OK;
}

/* ---------------------------------------------------------------- files */

/* Lines, each once, in the order in which they came up. */
typedef struct line_set
{
  char *text;
  size_t size;
  bool failed;
} line_set;

static void
add_line (line_set *set, const char *line)
{
  size_t length = strlen (line);
  if (set->failed || (set->text != NULL && strstr (set->text, line) != NULL))
    return;
  char *text = realloc (set->text, set->size + length + 1);
  set->failed = text == NULL;
  if (text == NULL)
    return;
  memcpy (text + set->size, line, length + 1);
  set->text = text;
  set->size += length;
}

static void
add_system (line_set *set, const garco_header *header, const codes_words *w, int system)
{
  for (uint32_t i = 0; i < header->types[system].count; i++)
  {
    char code[3], line[32];
    uint16_t number = garco_header_code (header, w->map, system, i);
    bool assumed = w->assumed && garco_header_code_is_assumed (header, w->map, system, i);
    if (number == 0)
      continue;
    garco_obs_code_text (number, code);
    snprintf (line, sizeof line, "%c %s %s%s\n", garco_system_letter (system),
              header->types[system].codes[i], code, assumed ? "  # assumed" : "");
    add_line (set, line);
  }
}

/* The types of the systems that the file has satellites of, under each of its headers. */
static int
read_file (garco_reader *reader, const codes_words *w, line_set *set)
{
  bool told[GARCO_SYSTEM_COUNT] = {false};
  garco_epoch epoch;
  garco_error error;
  garco_status status;
  while ((status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
  {
    if (epoch.header_changed)
      memset (told, 0, sizeof told);
    for (size_t i = 0; i < epoch.nsats && epoch.flag < 2; i++)
    {
      int system = epoch.sats[i].system;
      if (!told[system])
        add_system (set, garco_reader_header (reader), w, system);
      told[system] = true;
    }
  }
  return status < 0 ? cli_fail (&error) : CLI_OK;
}

static int
tell_file (const char *path, const codes_words *w)
{
  garco_reader_options reading = GARCO_READER_OPTIONS_INIT;
  garco_reader *reader = NULL;
  garco_error error;
  line_set set = {NULL, 0, false};
  reading.salvage = w->salvage;
  reading.on_damage = cli_on_damage;
  if (garco_reader_open (path, &reading, &reader, &error) < 0)
    return cli_fail (&error);
  int status = read_file (reader, w, &set);
  if (status == CLI_OK && set.failed)
    status = cli_fail_text (NULL, "out of memory");
  if (status == CLI_OK)
    printf ("# %s\n%s", path, set.text != NULL ? set.text : "");
  garco_reader_free (&reader);
  free (set.text);
  return status;
}

/* ---------------------------------------------------------------- arrays */

#define RECORD_KEY "garco.source."

static void
tell_record (const garco_metadata_info *info)
{
  size_t i;
  json_t *line;
  if (strncmp (info->key, RECORD_KEY, strlen (RECORD_KEY)) != 0 || info->count == 0)
    return;
  json_t *record = json_loadb (info->values, info->count, 0, NULL);
  const char *file = json_string_value (json_object_get (record, "file"));
  if (file != NULL)
  {
    printf ("# %s\n", file);
    json_array_foreach (json_object_get (record, "codes"), i, line) if (json_is_string (line))
        printf ("%s\n", json_string_value (line));
  }
  json_decref (record);
}

static int
tell_array (const char *uri)
{
  garco_array *array = NULL;
  garco_error error;
  size_t count = 0;
  garco_status status = garco_array_open (uri, NULL, &array, &error);
  if (status >= 0)
    status = garco_array_metadata_count (array, &count, &error);
  for (size_t i = 0; i < count && status >= 0; i++)
  {
    garco_metadata_info info;
    status = garco_array_metadata (array, i, &info, &error);
    if (status >= 0)
      tell_record (&info);
  }
  garco_array_free (&array);
  return status < 0 ? cli_fail (&error) : CLI_OK;
}

/* ---------------------------------------------------------------- the verb */

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  codes_words w = {NULL, false, false};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count == 0)
    status = cli_usage (verb, "no source: expected files or arrays");
  for (size_t i = 0; i < words.count && status == CLI_OK; i++)
  {
    struct stat state;
    const char *source = words.words[i];
    bool array =
        strstr (source, "://") != NULL ||
        (strcmp (source, "-") != 0 && stat (source, &state) == 0 && S_ISDIR (state.st_mode));
    status = array ? tell_array (source) : tell_file (source, &w);
  }
  cli_words_free (&words);
  garco_code_map_free (&w.map);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_codes = {
    "codes",
    "tell how RINEX types become codes",
    "[OPTIONS] SOURCE...",
    "Prints, for a RINEX observation file (or - for standard input), the code that each of its "
    "types has in an array, one \"G L2 2W\" a line: system, type, code. For an array, the codes "
    "that were recorded when each of its files was put in.\n\n"
    "What it prints is a map for --code-map, here and in ingest, query, stats, verify, "
    "convert, merge and split: lines "
    "of a system (or * for all), a type and a code, # before a comment. A type that the map does "
    "not name has the code that it has without it. RINEX 3 and 4 name a type's code; RINEX 2 does "
    "not, and docs/codes.md says which it is given, and what that loses.",
    options,
    "  # what is L2 in this file?\n"
    "  garco codes york0440.15d.Z\n\n"
    "  # the receiver tracks L2C by its long code: say so\n"
    "  echo 'G C2 2L' > l2c.map\n"
    "  garco ingest --code-map l2c.map york0440.15d.Z york.tdb",
    run};
