/* garco fragments: what an array is made of.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_select.h"
#include "cli_travel.h"

enum
{
  FRAGMENTS_ALL = SELECT_OPTION_COUNT,
  FRAGMENTS_AT,
  FRAGMENTS_BETWEEN
};

static const struct poptOption options[] = {
    CLI_OPTION ("all", 'a', FRAGMENTS_ALL,
                "List too what no reader sees: replaced by consolidation, never committed, of "
                "another time; with columns state and replaced_by.",
                NULL),
    CLI_AT_OPTION (FRAGMENTS_AT),
    CLI_BETWEEN_OPTION (FRAGMENTS_BETWEEN),
    SELECT_FORMAT_OPTION,
    SELECT_OUTPUT_OPTION,
    CLI_OPTIONS_END};

typedef struct fragments_words
{
  cli_select select;
  garco_array_options array;
  bool all;
} fragments_words;

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  fragments_words *w = state;
  switch (option)
  {
  case FRAGMENTS_ALL:
    w->all = true;
    return CLI_OK;
  case FRAGMENTS_AT:
    return cli_take_at (verb, argument, &w->array.timestamp_start, &w->array.timestamp_end);
  case FRAGMENTS_BETWEEN:
    return cli_take_between (verb, argument, &w->array.timestamp_start, &w->array.timestamp_end);
  default:
    return cli_select_take (&w->select, verb, option, name, argument);
  }
}

/* ---------------------------------------------------------------- the table */

/* One column as it is filled, row by row. */
typedef struct column
{
  char *values; /* of numbers `size` bytes a row, of texts all characters */
  size_t size, used;
  uint64_t *offsets; /* texts */
  uint8_t *validity;
} column;

typedef struct table
{
  size_t rows, ncolumns, next; /* next: the column that is filled next */
  column *columns;
  garco_column *shown;
  char (*names)[96];
  const char **headings;
  bool failed;
} table;

/* Columns are described in the order in which rows fill them. `as` is what the printer goes by:
 * "time" for ms. */
static void
add_column (table *t, const char *heading, const char *ending, garco_datatype type, const char *as)
{
  size_t i = t->ncolumns++;
  bool text = type == GARCO_STRING_UTF8;
  t->columns[i].size = text ? 0 : garco_datatype_size (type);
  t->columns[i].values = calloc (t->rows + 1, text ? 1 : 8);
  t->columns[i].validity = calloc (t->rows + 1, 1);
  t->columns[i].offsets = text ? calloc (t->rows + 1, sizeof (uint64_t)) : NULL;
  t->failed = t->failed || t->columns[i].values == NULL || t->columns[i].validity == NULL ||
              (text && t->columns[i].offsets == NULL);
  snprintf (t->names[i], sizeof t->names[i], "%s%s", heading, ending);
  t->headings[i] = t->names[i];
  t->shown[i] = (garco_column){.name = as, .type = type, .width = text ? UINT32_MAX : 1};
}

static void
put_number (table *t, size_t row, const void *value, size_t size, bool known)
{
  column *c = &t->columns[t->next++];
  if (t->failed || !known)
    return;
  memcpy (c->values + row * c->size, value, size);
  c->validity[row] = 1;
}

static void
put_count (table *t, size_t row, uint64_t value, bool known)
{
  put_number (t, row, &value, sizeof value, known);
}

static void
put_text (table *t, size_t row, const char *text)
{
  column *c = &t->columns[t->next++];
  size_t length = text != NULL ? strlen (text) : 0;
  char *values = t->failed ? NULL : realloc (c->values, c->used + length + 1);
  t->failed = values == NULL;
  if (t->failed)
    return;
  memcpy (values + c->used, text != NULL ? text : "", length);
  c->values = values;
  c->used += length;
  c->offsets[row + 1] = c->used;
  c->validity[row] = text != NULL;
}

static void
describe (table *t, const garco_schema_info *schema, bool all)
{
  add_column (t, "name", "", GARCO_STRING_UTF8, "");
  if (all)
    add_column (t, "state", "", GARCO_STRING_UTF8, "");
  if (all)
    add_column (t, "replaced_by", "", GARCO_STRING_UTF8, "");
  add_column (t, "written", "_first", GARCO_INT64, "time");
  add_column (t, "written", "_last", GARCO_INT64, "time");
  add_column (t, "version", "", GARCO_UINT64, "");
  add_column (t, "cells", "", GARCO_UINT64, "");
  add_column (t, "tiles", "", GARCO_UINT64, "");
  add_column (t, "bytes", "", GARCO_UINT64, "");
  for (size_t i = 0; i < schema->nfields && schema->fields[i].is_dimension; i++)
  {
    const garco_field_info *field = &schema->fields[i];
    garco_datatype type = field->width == 1 ? field->type : GARCO_STRING_UTF8;
    const char *as = strcmp (field->name, "time") == 0 ? "time" : "";
    add_column (t, field->name, "_low", type, as);
    add_column (t, field->name, "_high", type, as);
  }
}

static void
fill (table *t, size_t row, const garco_fragment_entry *entry, const garco_schema_info *schema,
      bool all)
{
  const garco_fragment_info *info = &entry->info;
  t->next = 0;
  put_text (t, row, info->name);
  if (all)
    put_text (t, row, garco_fragment_state_name (entry->state));
  if (all)
    put_text (t, row, entry->other);
  put_count (t, row, info->timestamp_start, true);
  put_count (t, row, info->timestamp_end, true);
  put_count (t, row, info->version, true);
  put_count (t, row, info->cells, entry->known);
  put_count (t, row, info->tiles, entry->known);
  put_count (t, row, info->bytes, true);
  for (size_t i = 0; i < schema->nfields && schema->fields[i].is_dimension; i++)
    for (size_t high = 0; high < 2; high++)
    {
      size_t size = garco_datatype_size (schema->fields[i].type);
      bool known = entry->known && i < info->ndomain;
      const char *range = known ? info->domain[i] : NULL;
      if (schema->fields[i].width != 1)
        put_text (t, row, known ? info->texts[2 * i + high] : NULL);
      else
        put_number (t, row, range != NULL ? range + high * size : NULL, size, range != NULL);
    }
}

static void
free_table (table *t)
{
  for (size_t i = 0; i < t->ncolumns; i++)
  {
    free (t->columns[i].values);
    free (t->columns[i].validity);
    free (t->columns[i].offsets);
  }
  free (t->columns);
  free (t->shown);
  free (t->names);
  free (t->headings);
}

/* False where memory is short. */
static bool
make_table (table *t, const garco_fragment_list *list, bool all)
{
  const garco_schema_info *schema = garco_fragment_list_schema (list);
  size_t most = 9 + 2 * schema->nfields;
  t->rows = garco_fragment_list_count (list);
  t->columns = calloc (most, sizeof *t->columns);
  t->shown = calloc (most, sizeof *t->shown);
  t->names = calloc (most, sizeof *t->names);
  t->headings = calloc (most, sizeof *t->headings);
  if (t->columns == NULL || t->shown == NULL || t->names == NULL || t->headings == NULL)
    return false;
  describe (t, schema, all);
  for (size_t row = 0; row < t->rows && !t->failed; row++)
    fill (t, row, garco_fragment_list_at (list, row), schema, all);
  for (size_t i = 0; i < t->ncolumns; i++)
  {
    t->shown[i].values = t->columns[i].values;
    t->shown[i].offsets = t->columns[i].offsets;
    t->shown[i].validity = t->columns[i].validity;
  }
  return !t->failed;
}

/* ---------------------------------------------------------------- printing */

static int
print_table (const table *t, const cli_select *select)
{
  const garco_batch batch = {(int64_t)t->rows, t->ncolumns, t->shown};
  cli_output output;
  if (!cli_output_open (&output, select->output))
    return CLI_FAILURE;
  cli_printer *printer =
      cli_printer_new (&output, select->format, t->shown, t->ncolumns, t->headings);
  if (printer == NULL)
  {
    cli_output_discard (&output);
    return CLI_FAILURE;
  }
  bool good = (t->rows == 0 || cli_printer_batch (printer, &batch)) && cli_printer_end (printer);
  cli_printer_free (&printer);
  return cli_select_finish (&output, good);
}

static int
print_fragments (const char *uri, const fragments_words *w)
{
  garco_fragment_list *list = NULL;
  garco_error error;
  table t = {0};
  if (garco_fragment_list_open (uri, &w->array, w->all, &list, &error) < 0)
    return cli_fail (&error);
  int status = make_table (&t, list, w->all) ? print_table (&t, &w->select)
                                             : cli_fail_text (NULL, "out of memory");
  free_table (&t);
  garco_fragment_list_free (&list);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  fragments_words w = {CLI_SELECT_INIT, GARCO_ARRAY_OPTIONS_INIT, false};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &w, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "expected one array");
  if (status == CLI_OK)
    status = print_fragments (words.words[0], &w);
  cli_words_free (&words);
  cli_select_free (&w.select);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_fragments = {
    "fragments",
    "list what an array is made of",
    "[OPTIONS] ARRAY",
    "Prints one row a fragment, in the order of their writing: its name, when it was written (from "
    "and to, for one that others were consolidated into), the version of the format, cells, tiles, "
    "bytes of its data files, and the lowest and highest value of each dimension.\n\n"
    "With --all, also those that no reader sees, and why: replaced (garco vacuum removes them), "
    "uncommitted (being written, or left by a writer that was killed: garco vacuum --strays), "
    "other time; doubled are seen, and most likely part of a consolidation that was cut off; "
    "damaged are seen, and lack files or bytes, missing have a commit and no folder: without --all "
    "the command fails at these, as every reader does.",
    options,
    "  garco fragments P057.tdb --format table\n\n"
    "  # what takes room and is of no use any more\n"
    "  garco fragments --all P057.tdb --format jsonl",
    run};
