/* Rows out of text.
 *
 *   CSV         the first line names the fields; a text in "quotation marks", "" for one within
 *   JSON lines  an object a line
 *
 * An empty field of a CSV row, or null, is null where the field is nullable, NaN where it is a
 * float, and else an error. Cells of several values have them divided by blanks, or in a list.
 * Systems may be letters, which the array says or is told the numbers of.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_rows.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_number.h"

#define NUMBER_SIZE 64

static int wrong (const cli_rows *rows, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

static int
wrong (const cli_rows *rows, const char *format, ...)
{
  garco_error error = {.code = GARCO_ERR_FORMAT, .line = rows->line, .byte = -1};
  va_list list;
  snprintf (error.source, sizeof error.source, "%s", rows->path);
  va_start (list, format);
  vsnprintf (error.message, sizeof error.message, format, list);
  va_end (list);
  return cli_fail (&error);
}

/* ---------------------------------------------------------------- values */

static bool
is_text (garco_datatype type)
{
  return type == GARCO_CHAR || type == GARCO_STRING_ASCII || type == GARCO_STRING_UTF8;
}

static bool
is_unsigned (garco_datatype type)
{
  return type == GARCO_UINT8 || type == GARCO_UINT16 || type == GARCO_UINT32 ||
         type == GARCO_UINT64 || type == GARCO_BOOL || type == GARCO_BLOB;
}

/* An integer, a time, true or false, or a code. */
static bool
take_integer (const char *text, garco_datatype type, uint64_t *bits)
{
  char *end = NULL;
  int64_t value = 0;
  unsigned shift = (unsigned)(64 - 8 * garco_datatype_size (type));
  errno = 0;
  *bits = is_unsigned (type) ? strtoull (text, &end, 10) : (uint64_t)strtoll (text, &end, 10);
  if (errno == 0 && end != text && *end == '\0' && (!is_unsigned (type) || text[0] != '-'))
    return is_unsigned (type) ? *bits << shift >> shift == *bits
                              : (uint64_t)((int64_t)(*bits << shift) >> shift) == *bits;
  bool yes = strcmp (text, "true") == 0;
  if (type == GARCO_BOOL && (yes || strcmp (text, "false") == 0))
    *bits = yes;
  else if (type == GARCO_UINT16 && strlen (text) == 2 && !islower ((unsigned char)text[1]))
    *bits = garco_obs_code (text);
  else if (cli_date_read (text, type, &value))
    *bits = (uint64_t)value;
  else
    return false;
  return true;
}

/* Names of one thing: what an array may call it, and what garco query does. */
static const char *const synonyms[][3] = {{"sys", "system", "constell"},
                                          {"obs", "obs_code", "obs"}};
#define SYSTEMS 0

static bool
is_one_of (const char *name, const char *const names[3])
{
  return strcmp (name, names[0]) == 0 || strcmp (name, names[1]) == 0 ||
         strcmp (name, names[2]) == 0;
}

static bool
is_system (const garco_field_info *field, const char *text)
{
  return is_one_of (field->name, synonyms[SYSTEMS]) && strlen (text) == 1 &&
         garco_system_number (text[0]) >= 0;
}

/* The array's number of a system. */
static int
take_system (cli_rows *rows, char letter, uint64_t *bits)
{
  garco_error error;
  if (!rows->letters &&
      garco_array_systems (rows->array, rows->systems, &rows->numbers_said, &error) < 0)
    return wrong (rows, "\"%c\": %s", letter, error.message);
  rows->letters = true;
  int16_t number = rows->systems[garco_system_number (letter)];
  if (number < 0)
    return wrong (rows, "the array has no number for system %c", letter);
  *bits = (uint64_t)number;
  return CLI_OK;
}

/* One value of the field from text. */
static int
take_value (cli_rows *rows, const garco_field_info *field, const char *text, unsigned char *value)
{
  size_t size = garco_datatype_size (field->type);
  uint64_t bits = 0;
  char *end = NULL;
  bool good;
  if (field->type == GARCO_FLOAT32 || field->type == GARCO_FLOAT64)
  {
    double real = strtod (text, &end);
    float single = field->type == GARCO_FLOAT32 ? strtof (text, &end) : 0;
    good = end != text && *end == '\0';
    memcpy (&bits, size == 8 ? (const void *)&real : (const void *)&single, size);
  }
  else if (is_system (field, text))
  {
    int status = take_system (rows, text[0], &bits);
    if (status != CLI_OK)
      return status;
    good = true;
  }
  else
    good = take_integer (text, field->type, &bits);
  if (!good)
    return wrong (rows, "\"%s\" is no value of field \"%s\", which is %s", text, field->name,
                  garco_datatype_name (field->type));
  memcpy (value, &bits, size);
  return CLI_OK;
}

static int
take_characters (cli_rows *rows, const cli_column *column, const char *text, unsigned char *cell)
{
  size_t length = strlen (text);
  if (length > column->cell_size)
    return wrong (rows, "\"%s\" has %zu bytes; field \"%s\" takes %zu", text, length,
                  column->field->name, column->cell_size);
  memcpy (cell, text, length);
  return CLI_OK;
}

/* A cell that is empty. */
static int
take_nothing (cli_rows *rows, const cli_column *column, unsigned char *cell)
{
  const garco_field_info *field = column->field;
  float single = NAN;
  double real = NAN;
  size_t size = garco_datatype_size (field->type);
  if (column->validity != NULL)
  {
    column->validity[rows->count] = 0;
    return CLI_OK;
  }
  if (field->type != GARCO_FLOAT32 && field->type != GARCO_FLOAT64)
    return wrong (rows, "no value of field \"%s\", which is not nullable", field->name);
  for (size_t at = 0; at < column->cell_size; at += size)
    memcpy (cell + at, size == 8 ? (const void *)&real : (const void *)&single, size);
  return CLI_OK;
}

/* A cell's text: one value, or as many as the field has, divided by blanks, or as garco query
 * divides them. Cuts the text up. */
static int
take_cell (cli_rows *rows, const cli_column *column, char *text)
{
  unsigned char *cell = column->values + rows->count * column->cell_size;
  const garco_field_info *field = column->field;
  size_t size = garco_datatype_size (field->type), at = 0;
  char *rest = NULL;
  if (text[0] == '\0' && !is_text (field->type))
    return take_nothing (rows, column, cell);
  if (is_text (field->type))
    return take_characters (rows, column, text, cell);
  if (field->width == 1)
    return take_value (rows, field, text, cell);
  for (char *word = strtok_r (text, " ;", &rest); word != NULL; word = strtok_r (NULL, " ;", &rest))
  {
    if (at == column->cell_size)
      return wrong (rows, "more than %" PRIu32 " values of field \"%s\"", field->width,
                    field->name);
    int status = take_value (rows, field, word, cell + at);
    if (status != CLI_OK)
      return status;
    at += size;
  }
  return at == column->cell_size ? CLI_OK
                                 : wrong (rows, "%zu values of field \"%s\"; expected %" PRIu32,
                                          at / size, field->name, field->width);
}

/* ---------------------------------------------------------------- rows */

static uint64_t
row_size (const cli_rows *rows)
{
  uint64_t size = sizeof *rows->lines;
  for (size_t i = 0; i < rows->schema->nfields; i++)
    size += rows->columns[i].cell_size + 1;
  return size;
}

static bool
grow (cli_column *column, size_t count, size_t capacity)
{
  unsigned char *values = realloc (column->values, capacity * column->cell_size);
  if (values == NULL)
    return false;
  column->values = values;
  memset (values + count * column->cell_size, 0, (capacity - count) * column->cell_size);
  if (!column->field->nullable)
    return true;
  unsigned char *validity = realloc (column->validity, capacity);
  if (validity == NULL)
    return false;
  column->validity = validity;
  memset (validity + count, 1, capacity - count);
  return true;
}

/* Room for one more row. */
static int
reserve (cli_rows *rows)
{
  if (rows->count < rows->capacity)
    return CLI_OK;
  size_t capacity = rows->capacity + rows->capacity / 2 + 1024;
  if (capacity > rows->memory / row_size (rows))
    capacity = (size_t)(rows->memory / row_size (rows));
  if (capacity <= rows->count)
    return wrong (rows,
                  "%zu rows before this one take the memory of %" PRIu64
                  " bytes; more of it is given by --memory",
                  rows->count, rows->memory);
  for (size_t i = 0; i < rows->schema->nfields; i++)
    if (!grow (&rows->columns[i], rows->count, capacity))
      return cli_fail_text (NULL, "out of memory");
  int64_t *lines = realloc (rows->lines, capacity * sizeof *lines);
  if (lines == NULL)
    return cli_fail_text (NULL, "out of memory");
  rows->lines = lines;
  rows->capacity = capacity;
  return CLI_OK;
}

static int
start (cli_rows *rows)
{
  size_t count = rows->schema->nfields;
  rows->columns = calloc (count + 1, sizeof *rows->columns);
  rows->batch = calloc (count + 1, sizeof *rows->batch);
  if (rows->columns == NULL || rows->batch == NULL)
    return cli_fail_text (NULL, "out of memory");
  for (size_t i = 0; i < count; i++)
  {
    const garco_field_info *field = &rows->schema->fields[i];
    if (field->width == UINT32_MAX)
      return cli_fail_text (rows->path, "field \"%s\" is of variable length", field->name);
    rows->columns[i].field = field;
    rows->columns[i].cell_size = garco_datatype_size (field->type) * field->width;
  }
  return CLI_OK;
}

static int
find_field (const cli_rows *rows, const char *name)
{
  for (size_t i = 0; i < rows->schema->nfields; i++)
    if (strcmp (rows->schema->fields[i].name, name) == 0)
      return (int)i;
  for (size_t k = 0; k < sizeof synonyms / sizeof *synonyms; k++)
    for (size_t i = 0; i < rows->schema->nfields && is_one_of (name, synonyms[k]); i++)
      if (is_one_of (rows->schema->fields[i].name, synonyms[k]))
        return (int)i;
  return -1;
}

/* CLI_FAILURE after a message that names what there is. */
static int
no_field (const cli_rows *rows, const char *name)
{
  const char *names[64] = {NULL};
  char expected[GARCO_NAMES_SIZE];
  size_t count = 0;
  for (; count < rows->schema->nfields && count < 64; count++)
    names[count] = rows->schema->fields[count].name;
  garco_expected_names (name, names, count, expected);
  return wrong (rows, "the array has no field \"%s\"%s", name, expected);
}

/* Fields that a row does not name are null, or missing. */
static int
complete_row (cli_rows *rows, const bool *given)
{
  for (size_t i = 0; i < rows->schema->nfields; i++)
  {
    const cli_column *column = &rows->columns[i];
    if (given[i])
      continue;
    if (!column->field->nullable)
      return wrong (rows, "no field \"%s\"", column->field->name);
    column->validity[rows->count] = 0;
  }
  rows->lines[rows->count++] = rows->line;
  return CLI_OK;
}

/* A line without its end; false at the end of the file, or with a status after a message. */
static bool
next_line (cli_rows *rows, FILE *file, char **line, size_t *size, int *status)
{
  ssize_t length = getline (line, size, file);
  if (length < 0 && ferror (file))
    *status = cli_fail_text (rows->path, "cannot read: %s", strerror (errno));
  if (length < 0)
    return false;
  rows->line++;
  while (length > 0 && ((*line)[length - 1] == '\n' || (*line)[length - 1] == '\r'))
    (*line)[--length] = '\0';
  if (strlen (*line) != (size_t)length)
    *status = wrong (rows, "a zero byte");
  return *status == CLI_OK;
}

/* ---------------------------------------------------------------- CSV */

/* Cuts the next field off, in place; `*next` is NULL behind the last. */
static bool
cut_field (char **next, char **field)
{
  char *from = *next, *to = from;
  *field = from;
  if (*from != '"')
  {
    *next = strchr (from, ',');
    if (*next != NULL)
      *(*next)++ = '\0';
    return true;
  }
  for (from++; *from != '"' || from[1] == '"'; from++)
  {
    if (*from == '\0')
      return false;
    from += *from == '"';
    *to++ = *from;
  }
  bool last = from[1] == '\0', good = last || from[1] == ',';
  *next = last ? NULL : from + 2;
  *to = '\0';
  return good;
}

/* Fields without a column must be nullable. */
static int
check_head (cli_rows *rows, const int *fields, size_t count)
{
  for (size_t i = 0; i < rows->schema->nfields; i++)
  {
    size_t k = 0;
    while (k < count && (size_t)fields[k] != i)
      k++;
    if (k == count && !rows->schema->fields[i].nullable)
      return wrong (rows, "no column \"%s\", and that field is not nullable",
                    rows->schema->fields[i].name);
  }
  return CLI_OK;
}

/* The fields that the columns of the first line are; `count` of them into `fields`. */
static int
read_head (cli_rows *rows, char *line, int *fields, size_t *count)
{
  char *next = line, *name;
  if (strncmp (next, "\xef\xbb\xbf", 3) == 0)
    next += 3;
  for (*count = 0; next != NULL; (*count)++)
  {
    if (!cut_field (&next, &name))
      return wrong (rows, "a quotation mark without its end");
    int field = find_field (rows, name);
    if (field < 0)
      return no_field (rows, name);
    for (size_t i = 0; i < *count; i++)
      if (fields[i] == field)
        return wrong (rows, "two columns \"%s\"", name);
    fields[*count] = field;
  }
  return check_head (rows, fields, *count);
}

static int
read_csv_row (cli_rows *rows, char *line, const int *fields, size_t count, bool *given)
{
  char *next = line, *text;
  int status = reserve (rows);
  size_t i = 0;
  for (; status == CLI_OK && next != NULL && i < count; i++)
  {
    if (!cut_field (&next, &text))
      return wrong (rows, "a quotation mark without its end");
    status = take_cell (rows, &rows->columns[fields[i]], text);
    given[fields[i]] = true;
  }
  if (status == CLI_OK && (next != NULL || i < count))
    return wrong (rows, "%s fields than the %zu that the first line names",
                  next != NULL ? "more" : "fewer", count);
  return status == CLI_OK ? complete_row (rows, given) : status;
}

static int
read_csv (cli_rows *rows, FILE *file, char **line, size_t *size)
{
  int *fields = calloc (rows->schema->nfields + 1, sizeof *fields);
  bool *given = calloc (rows->schema->nfields + 1, sizeof *given);
  size_t count = 0;
  int status = fields == NULL || given == NULL ? cli_fail_text (NULL, "out of memory") : CLI_OK;
  if (status == CLI_OK && !next_line (rows, file, line, size, &status) && status == CLI_OK)
    status = wrong (rows, "no line that names the fields");
  if (status == CLI_OK)
    status = read_head (rows, *line, fields, &count);
  while (status == CLI_OK && next_line (rows, file, line, size, &status))
    if ((*line)[0] != '\0')
      status = read_csv_row (rows, *line, fields, count, given);
  free (fields);
  free (given);
  return status;
}

/* ---------------------------------------------------------------- JSON lines */

/* A value as text; false for a list or an object. */
static bool
text_of (json_t *value, char text[NUMBER_SIZE], const char **result)
{
  *result = text;
  text[0] = '\0';
  if (json_is_string (value))
    *result = json_string_value (value);
  else if (json_is_integer (value))
    snprintf (text, NUMBER_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value (value));
  else if (json_is_real (value))
    snprintf (text, NUMBER_SIZE, "%.17g", json_real_value (value));
  else if (json_is_boolean (value))
    snprintf (text, NUMBER_SIZE, "%s", json_is_true (value) ? "true" : "false");
  else
    return json_is_null (value);
  return true;
}

static int
take_list (cli_rows *rows, const cli_column *column, json_t *list)
{
  const garco_field_info *field = column->field;
  unsigned char *cell = column->values + rows->count * column->cell_size;
  int status = CLI_OK;
  if (json_array_size (list) != field->width)
    return wrong (rows, "%zu values of field \"%s\"; expected %" PRIu32, json_array_size (list),
                  field->name, field->width);
  for (size_t i = 0; i < field->width && status == CLI_OK; i++)
  {
    char text[NUMBER_SIZE];
    const char *word;
    if (!text_of (json_array_get (list, i), text, &word))
      return wrong (rows, "field \"%s\" has a list or an object within its list", field->name);
    status = take_value (rows, field, word, cell + i * garco_datatype_size (field->type));
  }
  return status;
}

static int
take_member (cli_rows *rows, const char *key, json_t *value, bool *given)
{
  int field = find_field (rows, key), status;
  char text[NUMBER_SIZE];
  const char *word;
  if (field < 0)
    return no_field (rows, key);
  const cli_column *column = &rows->columns[field];
  given[field] = true;
  if (json_is_array (value))
    return take_list (rows, column, value);
  if (json_is_null (value))
    return take_nothing (rows, column, column->values + rows->count * column->cell_size);
  if (!text_of (value, text, &word))
    return wrong (rows, "field \"%s\" is an object", key);
  char *copy = strdup (word);
  if (copy == NULL)
    return cli_fail_text (NULL, "out of memory");
  status = take_cell (rows, column, copy);
  free (copy);
  return status;
}

/* Bytes of a number without a point in the line's text that may be above INT64_MAX; 0 where there
 * is none. */
static size_t
long_number (const char *text)
{
  size_t length = strspn (text, "0123456789");
  return length >= 19 && strchr (".eE", text[length]) == NULL ? length : 0;
}

/* A copy in which such numbers stand in quotation marks, as the reader of JSON takes none above
 * INT64_MAX; NULL where memory ends. */
static char *
quote_long_numbers (const char *line)
{
  char *copy = malloc (strlen (line) * 2 + 1), *to = copy;
  bool quoted = false;
  for (const char *p = line; copy != NULL && *p != '\0'; p++)
  {
    bool begins = p == line || strchr ("0123456789.eE-+", p[-1]) == NULL;
    size_t length = quoted || !begins ? 0 : long_number (p);
    if (*p == '"')
      quoted = !quoted;
    if (*p == '\\' && quoted && p[1] != '\0')
      *to++ = *p++;
    to += length > 0 ? sprintf (to, "\"%.*s\"", (int)length, p) : sprintf (to, "%c", *p);
    p += length > 0 ? length - 1 : 0;
  }
  if (copy != NULL)
    *to = '\0';
  return copy;
}

static json_t *
parse_line (const char *line, json_error_t *error)
{
  json_t *object = json_loads (line, JSON_REJECT_DUPLICATES, error);
  if (object != NULL || json_error_code (error) != json_error_numeric_overflow)
    return object;
  char *copy = quote_long_numbers (line);
  if (copy != NULL)
    object = json_loads (copy, JSON_REJECT_DUPLICATES, error);
  free (copy);
  return object;
}

static int
read_json_row (cli_rows *rows, const char *line, bool *given)
{
  json_error_t error;
  json_t *object = parse_line (line, &error), *value;
  const char *key;
  int status = reserve (rows);
  memset (given, 0, rows->schema->nfields * sizeof *given);
  if (status == CLI_OK && !json_is_object (object))
    status = wrong (rows, "%s", object == NULL ? error.text : "an object is expected");
  json_object_foreach (object, key, value) if (status == CLI_OK) status =
      take_member (rows, key, value, given);
  json_decref (object);
  return status == CLI_OK ? complete_row (rows, given) : status;
}

static int
read_json (cli_rows *rows, FILE *file, char **line, size_t *size)
{
  bool *given = calloc (rows->schema->nfields + 1, sizeof *given);
  int status = given == NULL ? cli_fail_text (NULL, "out of memory") : CLI_OK;
  while (status == CLI_OK && next_line (rows, file, line, size, &status))
    if ((*line)[0] != '\0')
      status = read_json_row (rows, *line, given);
  free (given);
  return status;
}

/* ---------------------------------------------------------------- the whole */

int
cli_rows_read (cli_rows *rows, FILE *file, bool json)
{
  char *line = NULL;
  size_t size = 0;
  int status = start (rows);
  if (status == CLI_OK)
    status = json ? read_json (rows, file, &line, &size) : read_csv (rows, file, &line, &size);
  if (status == CLI_OK && ferror (file))
    status = cli_fail_text (rows->path, "cannot be read: %s", strerror (errno));
  free (line);
  return status;
}

garco_batch
cli_rows_batch (cli_rows *rows)
{
  for (size_t i = 0; i < rows->schema->nfields; i++)
    rows->batch[i] = (garco_column){.name = rows->columns[i].field->name,
                                    .type = rows->columns[i].field->type,
                                    .width = rows->columns[i].field->width,
                                    .values = rows->columns[i].values,
                                    .validity = rows->columns[i].validity};
  return (garco_batch){(int64_t)rows->count, rows->schema->nfields, rows->batch};
}

void
cli_rows_free (cli_rows *rows)
{
  for (size_t i = 0; rows->columns != NULL && i < rows->schema->nfields; i++)
  {
    free (rows->columns[i].values);
    free (rows->columns[i].validity);
  }
  free (rows->columns);
  free (rows->lines);
  free (rows->batch);
}
