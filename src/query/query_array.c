/* Rows of an array: the selection becomes ranges of its dimensions, and what ranges cannot say is
 * tried row by row.
 *
 *   selection --> ranges --> scan --> keys converted --> rows tried --> columns as asked for
 *                 (dimensions)        (system numbers)   (pairs of system and satellite, and keys
 *                                                         that are attributes)
 *
 * A key (time, sys, sat, obs) is found by any of its names and must be one integer or date a cell;
 * a field of such a name and another type is a field like any other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_snapshot.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/meter.h"
#include "query/query_prune.h"

#define NONE GARCO__NO_FIELD

static void
array_rows_free (garco__rows *rows)
{
  garco__array_rows *self = (garco__array_rows *)rows;
  garco__units_free (&self->units);
  garco_scan_free (&self->scan);
  garco_array_free (&self->array);
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    garco__column_room_free (&self->key_room[k]);
  for (size_t i = 0; self->rooms != NULL && i < rows->ncolumns; i++)
    garco__column_room_free (&self->rooms[i]);
  for (size_t i = 0; self->labels != NULL && i < rows->ncolumns; i++)
    garco__labels_free (&self->labels[i]);
  free (self->labels);
  free (self->rooms);
  free (self->fields);
  free (self->places);
  free (self->scanned);
  free (self->ranges);
  free (self->kept);
  garco__where_free (&self->where);
  free (self->where_fields);
  free (self->where_columns);
  free (self->where_kept);
  free (self->uri);
  free (self);
}

static void *
array_rows_take (garco__rows *rows, const void *values)
{
  garco__array_rows *self = (garco__array_rows *)rows;
  void *taken = NULL;
  for (size_t k = 0; k < GARCO__KEY_COUNT && taken == NULL; k++)
    taken = garco__column_room_take (&self->key_room[k], values);
  for (size_t i = 0; i < rows->ncolumns && taken == NULL; i++)
    taken = garco__column_room_take (&self->rooms[i], values);
  if (taken == NULL && self->units != NULL)
    taken = garco__units_take (self->units, values);
  return taken;
}

/* ---------------------------------------------------------------- fields and keys */

static bool
may_be_key (const garco_field_info *field, garco__key key)
{
  int64_t numerator, denominator;
  if (field->width != 1 || field->nullable || !garco__type_is_integer (field->type))
    return false;
  return key != GARCO__TIME || garco__time_unit (field->type, &numerator, &denominator);
}

/* An array without a field of a name of times has its times in its only dimension of dates. */
static size_t
only_date (const garco_schema_info *schema)
{
  size_t found = NONE;
  for (size_t i = 0; i < schema->nfields && schema->fields[i].is_dimension; i++)
  {
    if (!garco__type_is_date (schema->fields[i].type) ||
        !may_be_key (&schema->fields[i], GARCO__TIME))
      continue;
    if (found != NONE)
      return NONE;
    found = i;
  }
  return found;
}

static void
find_keys (garco__array_rows *self)
{
  const garco_schema_info *schema = garco_array_schema (self->array);
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    self->key_field[k] = self->key_place[k] = NONE;
  for (size_t i = 0; i < schema->nfields; i++)
  {
    int key = garco__key_of_name (schema->fields[i].name);
    if (key < 0 || !may_be_key (&schema->fields[i], (garco__key)key))
      continue;
    bool exact = strcmp (schema->fields[i].name, garco__key_name ((garco__key)key)) == 0;
    if (self->key_field[key] == NONE || exact)
      self->key_field[key] = i;
  }
  self->numerator = self->denominator = 1; /* of what has no times */
  self->times_by_type = self->key_field[GARCO__TIME] == NONE;
  if (self->times_by_type)
    self->key_field[GARCO__TIME] = only_date (schema);
  if (self->key_field[GARCO__TIME] != NONE)
    garco__time_unit (schema->fields[self->key_field[GARCO__TIME]].type, &self->numerator,
                      &self->denominator);
}

int
garco__array_key_of_field (const garco__array_rows *self, size_t field)
{
  for (int k = 0; k < GARCO__KEY_COUNT; k++)
    if (self->key_field[k] == field)
      return k;
  return -1;
}

/* "time, sat, snr" into `text`. */
static void
list_fields (const garco__array_rows *self, bool dimensions_only, char *text, size_t size)
{
  const garco_schema_info *schema = garco_array_schema (self->array);
  size_t at = 0;
  text[0] = '\0';
  for (size_t i = 0; i < schema->nfields && at + 1 < size; i++)
  {
    if (dimensions_only && !schema->fields[i].is_dimension)
      continue;
    int length =
        snprintf (text + at, size - at, "%s%s", at > 0 ? ", " : "", schema->fields[i].name);
    at += length > 0 ? (size_t)length : 0;
  }
}

static garco_status
no_field (const garco__array_rows *self, const char *name, garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (self->array);
  const char *names[64] = {NULL};
  char expected[GARCO_NAMES_SIZE];
  size_t count = schema->nfields < 64 ? schema->nfields : 64;
  for (size_t i = 0; i < count; i++)
    names[i] = schema->fields[i].name;
  garco_expected_names (name, names, count, expected);
  return garco__fail (error, GARCO_ERR_NOT_FOUND, self->uri, "no field \"%s\"%s", name, expected);
}

static garco_status
find_field (const garco__array_rows *self, const char *name, size_t *field, garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (self->array);
  int key = garco__key_of_name (name);
  *field = NONE;
  for (size_t i = 0; i < schema->nfields && *field == NONE; i++)
    if (strcmp (schema->fields[i].name, name) == 0)
      *field = i;
  if (*field == NONE && key >= 0)
    *field = self->key_field[key];
  if (*field != NONE)
    return GARCO_OK;
  return no_field (self, name, error);
}

/* The place of a field among those that are read, where it is put if need be. */
static size_t
place_of (garco__array_rows *self, size_t field)
{
  for (size_t i = 0; i < self->nscanned; i++)
    if (self->scanned[i] == field)
      return i;
  self->scanned[self->nscanned] = field;
  return self->nscanned++;
}

static void
describe_column (const garco__array_rows *self, size_t place, garco_column *column)
{
  const garco_field_info *field = &garco_array_schema (self->array)->fields[place];
  int key = garco__array_key_of_field (self, place);
  bool named = key >= 0 && (key != GARCO__TIME || !self->times_by_type);
  column->name = named ? garco__key_name ((garco__key)key) : field->name;
  column->type = named ? garco__key_type ((garco__key)key, field->type) : field->type;
  column->width = field->width;
}

static garco_status
choose_columns (garco__array_rows *self, garco_error *error)
{
  const garco__request *request = self->request;
  size_t all = garco_array_schema (self->array)->nfields;
  size_t count = request->nfields > 0 ? request->nfields : all;
  void *made[6] = {NULL};
  const size_t sizes[6] = {sizeof *self->fields, sizeof *self->places,       sizeof *self->rooms,
                           sizeof *self->labels, sizeof *self->rows.columns, sizeof *self->scanned};
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < 6 && status >= 0; i++)
    status = garco__allocate (&made[i], i < 5 ? count : all, sizes[i], error);
  self->fields = made[0];
  self->places = made[1];
  self->rooms = made[2];
  self->labels = made[3];
  self->rows.columns = made[4];
  self->scanned = made[5];
  self->rows.ncolumns = count;
  GARCO_TRY (status);
  for (size_t i = 0; i < count; i++)
  {
    self->fields[i] = i;
    if (request->nfields > 0)
      GARCO_TRY (find_field (self, request->fields[i], &self->fields[i], error));
    self->places[i] = place_of (self, self->fields[i]);
    describe_column (self, self->fields[i], &self->rows.columns[i]);
    if (request->options->labels)
      GARCO_TRY (garco__labels_find (self->array,
                                     &garco_array_schema (self->array)->fields[self->fields[i]],
                                     &self->labels[i], &self->rows.columns[i], error));
  }
  return GARCO_OK;
}

static void
list_where_fields (garco__array_rows *self)
{
  for (size_t i = 0; self->where != NULL && i < garco__where_count (self->where); i++)
    self->where_fields[i] = garco__where_column (self->where, i);
}

/* Reads the condition on rows. */
static garco_status
open_where (garco__array_rows *self, garco_error *error)
{
  static const uint8_t some = 1;
  const garco_schema_info *schema = garco_array_schema (self->array);
  void *columns = NULL, *fields = NULL;
  if (self->request->options->where == NULL)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&columns, schema->nfields + GARCO__WHERE_OTHER, sizeof (garco_column),
                              error));
  self->where_columns = columns;
  for (size_t i = 0; i < schema->nfields; i++)
  {
    describe_column (self, i, &self->where_columns[i]);
    self->where_columns[i].validity = schema->fields[i].nullable ? &some : NULL;
  }
  GARCO_TRY (garco__where_open (self->request->options->where, self->where_columns, schema->nfields,
                                self->array, &self->where, error));
  GARCO_TRY (garco__allocate (&fields, garco__where_count (self->where), sizeof (size_t), error));
  self->where_fields = fields;
  list_where_fields (self);
  return GARCO_OK;
}

/* What ranges do not say of the condition is tried by row. */
static garco_status
place_where (garco__array_rows *self, bool *empty, garco_error *error)
{
  GARCO_TRY (garco__array_prune (self, empty, error));
  list_where_fields (self);
  for (size_t i = 0; self->where != NULL && i < garco__where_count (self->where); i++)
    place_of (self, self->where_fields[i]);
  return GARCO_OK;
}

static bool
where_reads (const garco__array_rows *self, size_t field)
{
  for (size_t i = 0; self->where != NULL && i < garco__where_count (self->where); i++)
    if (self->where_fields[i] == field)
      return true;
  return false;
}

/* ---------------------------------------------------------------- the selection */

static garco_status
check_keys (const garco__array_rows *self, garco_error *error)
{
  static const char *const what[GARCO__KEY_COUNT] = {"time", "system", "satellite", "code"};
  const garco__selection *selection = self->request->selection;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    if (selection->by[k] && self->key_field[k] == NONE)
    {
      char names[512];
      list_fields (self, true, names, sizeof names);
      return garco__fail (error, GARCO_ERR_NOT_FOUND, self->uri,
                          "no dimension \"%s\" to select a %s by: the array's dimensions are %s",
                          garco__key_name ((garco__key)k), what[k], names);
    }
  return GARCO_OK;
}

/* Adds low..high of a key, cut to its domain, joined to the range before where they touch. */
static garco_status
add_range (garco__array_rows *self, garco__key key, int64_t low, int64_t high, garco_error *error)
{
  const garco_field_info *field = &garco_array_schema (self->array)->fields[self->key_field[key]];
  int64_t domain[2] = {INT64_MIN, INT64_MAX};
  if (field->domain != NULL)
  {
    uint64_t aligned[2]; /* the schema's bytes lie as they were read */
    memcpy (aligned, field->domain, 2 * garco_datatype_size (field->type));
    garco_column column = {.type = field->type, .width = 1, .values = aligned};
    garco__column_int64 (&column, 0, 2, domain);
  }
  low = low < domain[0] ? domain[0] : low;
  high = high > domain[1] ? domain[1] : high;
  if (low > high)
    return GARCO_OK;
  garco_range *last = self->nranges > 0 ? &self->ranges[self->nranges - 1] : NULL;
  if (last != NULL && last->dimension == self->key_field[key] && last->high == low - 1)
  {
    last->high = high;
    return GARCO_OK;
  }
  if (self->nranges == self->ranges_capacity)
  {
    void *ranges = self->ranges;
    size_t capacity = self->ranges_capacity * 2 + 16;
    GARCO_TRY (garco__reallocate (&ranges, capacity, sizeof *self->ranges, error));
    self->ranges = ranges;
    self->ranges_capacity = capacity;
  }
  self->ranges[self->nranges++] =
      (garco_range){.dimension = self->key_field[key], .low = low, .high = high};
  return GARCO_OK;
}

static garco_status
add_time (garco__array_rows *self, garco_error *error)
{
  const garco__selection *selection = self->request->selection;
  int64_t low = INT64_MIN, high = INT64_MAX;
  if (selection->start_ms != INT64_MIN)
    low = garco__time_from_ms (selection->start_ms, self->numerator, self->denominator);
  if (selection->end_ms != INT64_MAX)
  {
    high = garco__time_from_ms (selection->end_ms, self->numerator, self->denominator);
    if (high == INT64_MIN)
      return GARCO_OK;
    high -= 1;
  }
  return add_range (self, GARCO__TIME, low, high, error);
}

/* By the array's own numbers, rising. */
static garco_status
add_systems (garco__array_rows *self, garco_error *error)
{
  for (int64_t n = 0; n <= UINT8_MAX; n++)
    for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
      if (self->numbering.number[s] == n && self->request->selection->system[s])
        GARCO_TRY (add_range (self, GARCO__SYS, n, n, error));
  return GARCO_OK;
}

static garco_status
add_sats (garco__array_rows *self, garco_error *error)
{
  const garco__selection *selection = self->request->selection;
  for (int64_t n = 0; n <= UINT8_MAX; n++)
  {
    bool wanted = false;
    for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
      wanted |= selection->sat[s][n];
    if (wanted)
      GARCO_TRY (add_range (self, GARCO__SAT, n, n, error));
  }
  return GARCO_OK;
}

static garco_status
add_codes (garco__array_rows *self, garco_error *error)
{
  for (int64_t code = 0; code <= UINT16_MAX; code++)
    if (garco__selects_code (self->request->selection, (uint16_t)code))
      GARCO_TRY (add_range (self, GARCO__OBS, code, code, error));
  return GARCO_OK;
}

/* Makes the ranges; `empty` says that no cell can be wanted. */
static garco_status
plan_selection (garco__array_rows *self, bool *empty, garco_error *error)
{
  static garco_status (*const add[GARCO__KEY_COUNT]) (garco__array_rows *, garco_error *) = {
      add_time, add_systems, add_sats, add_codes};
  const garco__selection *selection = self->request->selection;
  const garco_schema_info *schema = garco_array_schema (self->array);
  *empty = selection->start_ms == selection->end_ms;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
  {
    if (!selection->by[k])
      continue;
    bool attribute = !schema->fields[self->key_field[k]].is_dimension;
    self->tried[k] = attribute || (selection->pairs && (k == GARCO__SYS || k == GARCO__SAT));
    size_t before = self->nranges;
    if (!attribute)
      GARCO_TRY (add[k](self, error));
    *empty |= !attribute && self->nranges == before;
  }
  return GARCO_OK;
}

/* ---------------------------------------------------------------- opening */

static garco_status
find_numbering (garco__array_rows *self, garco_error *error)
{
  const garco_query_options *options = self->request->options;
  size_t field = self->key_field[GARCO__SYS];
  bool used = self->request->selection->by[GARCO__SYS] || where_reads (self, field);
  for (size_t i = 0; i < self->rows.ncolumns; i++)
    used |= self->fields[i] == field;
  if (field == NONE || !used)
    return GARCO_OK;
  bool dimension = garco_array_schema (self->array)->fields[field].is_dimension;
  GARCO_TRY (garco__numbering_find (self->array, self->uri, dimension ? (int)field : -1,
                                    options->system_base, &self->numbering, error));
  if (self->numbering.origin == GARCO__NUMBERING_ASSUMED && options->on_notice != NULL)
  {
    char text[1024];
    snprintf (text, sizeof text,
              "%s: the array does not say how it numbers systems, and none has the number 0: "
              "counted from 1 (1 is GPS)",
              self->uri);
    options->on_notice (options->context, text);
  }
  return GARCO_OK;
}

/* The keys that are tried by row must be read. */
static void
place_keys (garco__array_rows *self)
{
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
  {
    bool wanted = self->tried[k] || where_reads (self, self->key_field[k]);
    for (size_t i = 0; i < self->rows.ncolumns; i++)
      wanted |= self->fields[i] == self->key_field[k];
    if (wanted && self->key_field[k] != NONE)
      self->key_place[k] = place_of (self, self->key_field[k]);
  }
}

static garco_status
open_scan (garco__array_rows *self, garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (self->array);
  garco_scan_options options = GARCO_SCAN_OPTIONS_INIT;
  void *names = NULL;
  GARCO_TRY (garco__allocate (&names, self->nscanned, sizeof (char *), error));
  const char **fields = names;
  for (size_t i = 0; i < self->nscanned; i++)
    fields[i] = schema->fields[self->scanned[i]].name;
  options.nranges = self->nranges;
  options.ranges = self->ranges;
  options.nfields = self->nscanned;
  options.fields = fields;
  options.memory = self->request->options->memory / 4; /* beside what is read ahead */
  garco_status status = garco_scan_open (self->array, &options, &self->scan, error);
  free (names);
  if (status >= 0 && self->request->only != NULL)
    garco__scan_restrict (self->scan, self->request->only);
  return status;
}

static garco_status
open_array (garco__array_rows *self, garco_error *error)
{
  garco_array_options options = GARCO_ARRAY_OPTIONS_INIT;
  bool empty = false;
  options.raw_missing = self->request->options->raw_missing;
  options.timestamp_start = self->request->options->timestamp_start;
  options.timestamp_end = self->request->options->timestamp_end;
  options.meter = self->request->options->meter;
  if (self->request->seen != NULL)
    GARCO_TRY (garco__array_open_as (self->request->seen, &self->array, error));
  else
    GARCO_TRY (garco_array_open (self->uri, &options, &self->array, error));
  garco__array_set_threads (self->array, self->request->options->threads);
  find_keys (self);
  GARCO_TRY (choose_columns (self, error));
  GARCO_TRY (open_where (self, error));
  GARCO_TRY (check_keys (self, error));
  GARCO_TRY (find_numbering (self, error));
  GARCO_TRY (plan_selection (self, &empty, error));
  GARCO_TRY (place_where (self, &empty, error));
  place_keys (self);
  return empty ? GARCO_OK : open_scan (self, error);
}

/* ---------------------------------------------------------------- rows */

static garco_status
convert_keys (garco__array_rows *self, const garco_batch *scanned,
              garco_column keys[GARCO__KEY_COUNT], garco_error *error)
{
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    if (self->key_place[k] != NONE)
      GARCO_TRY (garco__convert_key ((garco__key)k, &scanned->columns[self->key_place[k]],
                                     scanned->rows, &self->numbering, self->uri, &self->key_room[k],
                                     &keys[k], error));
  return GARCO_OK;
}

static bool
row_is_wanted (const garco__array_rows *self, const garco_column keys[GARCO__KEY_COUNT], size_t row)
{
  const garco__selection *selection = self->request->selection;
  int64_t value[GARCO__KEY_COUNT] = {0};
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    if (self->tried[k])
      garco__column_int64 (&keys[k], (int64_t)row, 1, &value[k]);
  if (self->tried[GARCO__TIME])
  {
    int64_t ms = garco__time_to_ms (value[GARCO__TIME], self->numerator, self->denominator);
    if (ms < selection->start_ms || ms >= selection->end_ms)
      return false;
  }
  if (self->tried[GARCO__OBS] && !garco__selects_code (selection, (uint16_t)value[GARCO__OBS]))
    return false;
  uint64_t sys = (uint64_t)value[GARCO__SYS], sat = (uint64_t)value[GARCO__SAT];
  if (selection->pairs)
    return sys < GARCO_SYSTEM_COUNT && sat <= UINT8_MAX && selection->sat[sys][sat];
  if (self->tried[GARCO__SYS] && (sys >= GARCO_SYSTEM_COUNT || !selection->system[sys]))
    return false;
  if (!self->tried[GARCO__SAT])
    return true;
  bool wanted = false;
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT && sat <= UINT8_MAX; s++)
    wanted |= selection->sat[s][sat];
  return wanted;
}

static garco_status
make_kept (garco__array_rows *self, size_t rows, garco_error *error)
{
  void *places = self->kept, *marks = self->where_kept;
  if (rows <= self->kept_capacity)
    return GARCO_OK;
  GARCO_TRY (garco__reallocate (&places, rows, sizeof *self->kept, error));
  self->kept = places;
  GARCO_TRY (garco__reallocate (&marks, rows, 1, error));
  self->where_kept = marks;
  self->kept_capacity = rows;
  return GARCO_OK;
}

/* Marks the rows for which the condition holds. */
static garco_status
try_where (garco__array_rows *self, const garco_batch *scanned,
           const garco_column keys[GARCO__KEY_COUNT], garco_error *error)
{
  if (self->where == NULL)
  {
    memset (self->where_kept, 1, (size_t)scanned->rows);
    return GARCO_OK;
  }
  for (size_t i = 0; i < garco__where_count (self->where); i++)
  {
    int key = garco__array_key_of_field (self, self->where_fields[i]);
    self->where_columns[i] =
        key >= 0 ? keys[key] : scanned->columns[place_of (self, self->where_fields[i])];
  }
  return garco__where_test (self->where, self->where_columns, (size_t)scanned->rows,
                            self->where_kept, error);
}

/* Finds the wanted rows. */
static garco_status
try_rows (garco__array_rows *self, const garco_batch *scanned,
          const garco_column keys[GARCO__KEY_COUNT], size_t *kept, garco_error *error)
{
  bool tried = false;
  size_t rows = (size_t)scanned->rows;
  for (size_t k = 0; k < GARCO__KEY_COUNT; k++)
    tried |= self->tried[k];
  *kept = rows;
  if (!tried && self->where == NULL)
    return GARCO_OK;
  GARCO_TRY (make_kept (self, rows, error));
  GARCO_TRY (try_where (self, scanned, keys, error));
  *kept = 0;
  for (size_t row = 0; row < rows; row++)
    if (self->where_kept[row] != 0 && (!tried || row_is_wanted (self, keys, row)))
      self->kept[(*kept)++] = row;
  return GARCO_OK;
}

/* The columns as asked for, of the wanted rows. */
static garco_status
project (garco__array_rows *self, const garco_batch *scanned,
         const garco_column keys[GARCO__KEY_COUNT], size_t kept, garco_batch *batch,
         garco_error *error)
{
  garco_column *columns = self->rows.columns;
  for (size_t i = 0; i < self->rows.ncolumns; i++)
  {
    int key = garco__array_key_of_field (self, self->fields[i]);
    const char *name = columns[i].name;
    garco_datatype type = columns[i].type;
    garco_column whole = key >= 0 ? keys[key] : scanned->columns[self->places[i]];
    columns[i] = whole;
    if ((int64_t)kept < scanned->rows)
      GARCO_TRY (garco__gather (&whole, self->kept, kept, &self->rooms[i], &columns[i], error));
    columns[i].name = name;
    if (key == GARCO__TIME)
      columns[i].type = type;
    if (self->labels[i].used)
      GARCO_TRY (garco__labels_of (&self->labels[i], (int64_t)kept, &columns[i], error));
  }
  *batch = (garco_batch){(int64_t)kept, self->rows.ncolumns, columns};
  return GARCO_OK;
}

static garco_status
open_units (garco__array_rows *self, garco_error *error)
{
  const garco_query_options *options = self->request->options;
  const garco__units_options wanted = {options->memory,    self->request->parts,
                                       options->threads,   options->skip_corrupt,
                                       options->on_damage, options->context};
  return garco__units_open (self->scan, &wanted, &self->units, error);
}

static garco_status
array_rows_next (garco__rows *rows, garco_batch *batch, garco_error *error)
{
  garco__array_rows *self = (garco__array_rows *)rows;
  garco_column keys[GARCO__KEY_COUNT];
  garco_batch scanned;
  size_t kept = 0;
  if (self->scan == NULL)
    return GARCO_END;
  if (self->units == NULL)
  {
    uint64_t start = garco__meter_now (self->request->options->meter);
    GARCO_TRY (open_units (self, error));
    garco__meter_planned (self->request->options->meter, start);
  }
  memset (keys, 0, sizeof keys);
  while (kept == 0)
  {
    garco_status status = garco__units_next (self->units, &scanned, error);
    if (status != GARCO_OK)
      return status;
    GARCO_TRY (convert_keys (self, &scanned, keys, error));
    GARCO_TRY (try_rows (self, &scanned, keys, &kept, error));
  }
  return project (self, &scanned, keys, kept, batch, error);
}

garco_status
garco__array_rows_open (const char *uri, const garco__request *request, garco__rows **rows,
                        garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__array_rows), error));
  garco__array_rows *self = made;
  self->rows.next = array_rows_next;
  self->rows.free = array_rows_free;
  self->rows.take = array_rows_take;
  self->request = request;
  *rows = &self->rows;
  self->uri = strdup (uri);
  garco_status status =
      self->uri == NULL ? garco__fail_memory (error, strlen (uri)) : open_array (self, error);
  if (status < 0)
    garco__rows_free (rows);
  return status;
}
