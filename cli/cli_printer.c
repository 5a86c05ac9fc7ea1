/* Rows as text.
 *
 * Every cell is appended to one growing text, by the kind of its column. CSV and JSON lines go out
 * row by row; a table keeps the cells of a batch until their widths are known. Later batches of a
 * long table may be wider than the first, whose widths the heading has.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_printer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_number.h"

#define FLUSH_SIZE ((size_t)1 << 16)

typedef enum kind
{
  KIND_NUMBER,
  KIND_TIME,   /* ms as date and time */
  KIND_DAY,    /* ms as date */
  KIND_SYSTEM, /* a letter */
  KIND_CODE,   /* two characters */
  KIND_FCN,    /* a number that may be unknown */
  KIND_DATE,   /* of a date type */
  KIND_TEXT    /* characters, many a cell */
} kind;

struct cli_printer
{
  cli_output *output;
  cli_format format;
  size_t ncolumns;
  char **names;
  garco_column *columns; /* as the first source had them; names borrowed from `names` */
  kind *kinds;
  bool headed, failed;
  char *text; /* what is not yet out */
  size_t size, capacity;
  size_t *ends; /* of a table's cells in `text` */
  size_t nends, ends_capacity;
  size_t *widths;
  int64_t last_ms; /* the time that last_time shows: rows of an epoch follow each other */
  char last_time[32];
};

/* ---------------------------------------------------------------- the growing text */

static char *
room (cli_printer *p, size_t more)
{
  if (more > p->capacity - p->size)
  {
    size_t capacity = (p->capacity + more) * 2;
    char *text = capacity > more ? realloc (p->text, capacity) : NULL;
    if (text == NULL)
    {
      p->failed = true;
      return NULL;
    }
    p->text = text;
    p->capacity = capacity;
  }
  return p->text + p->size;
}

static void
append (cli_printer *p, const char *bytes, size_t size)
{
  char *to = room (p, size);
  if (to == NULL)
    return;
  memcpy (to, bytes, size);
  p->size += size;
}

static void
append_char (cli_printer *p, char c)
{
  append (p, &c, 1);
}

static void
append_json_text (cli_printer *p, const char *text, size_t size)
{
  append_char (p, '"');
  for (size_t i = 0; i < size; i++)
  {
    unsigned char c = (unsigned char)text[i];
    char escape[8];
    if (c == '"' || c == '\\')
      append_char (p, '\\');
    if (c < 0x20 || c == 0x7f)
      append (p, escape, (size_t)snprintf (escape, sizeof escape, "\\u%04x", c));
    else
      append_char (p, (char)c);
  }
  append_char (p, '"');
}

static void
append_csv_text (cli_printer *p, const char *text, size_t size)
{
  bool plain = true;
  for (size_t i = 0; i < size; i++)
    plain &= strchr (",\"\r\n", text[i]) == NULL || text[i] == '\0';
  if (plain)
  {
    append (p, text, size);
    return;
  }
  append_char (p, '"');
  for (size_t i = 0; i < size; i++)
  {
    if (text[i] == '"')
      append_char (p, '"');
    append_char (p, text[i]);
  }
  append_char (p, '"');
}

static void
append_text (cli_printer *p, const char *text, size_t size)
{
  if (p->format == CLI_JSONL)
    append_json_text (p, text, size);
  else if (p->format == CLI_CSV)
    append_csv_text (p, text, size);
  else
    append (p, text, size);
}

static void
append_absent (cli_printer *p)
{
  if (p->format == CLI_JSONL)
    append (p, "null", 4);
}

/* ---------------------------------------------------------------- cells */

static void
append_double (cli_printer *p, double value, bool single)
{
  char *to = room (p, CLI_NUMBER_SIZE);
  if (isnan (value) || (p->format == CLI_JSONL && !isfinite (value)))
    append_absent (p);
  else if (to != NULL)
    p->size += single ? cli_float_text ((float)value, to) : cli_double_text (value, to);
}

/* A whole number of any type; what is neither signed nor a number has the bits of an unsigned one.
 */
static int64_t
integer_at (const garco_column *column, size_t i)
{
  switch (column->type)
  {
  case GARCO_INT8:
    return ((const int8_t *)column->values)[i];
  case GARCO_INT16:
    return ((const int16_t *)column->values)[i];
  case GARCO_INT32:
    return ((const int32_t *)column->values)[i];
  default:
    break;
  }
  switch (garco_datatype_size (column->type))
  {
  case 2:
    return ((const uint16_t *)column->values)[i];
  case 4:
    return ((const uint32_t *)column->values)[i];
  case 8:
    return ((const int64_t *)column->values)[i];
  default:
    return ((const uint8_t *)column->values)[i];
  }
}

static void
append_number (cli_printer *p, const garco_column *column, size_t i)
{
  if (column->type == GARCO_FLOAT64)
    append_double (p, ((const double *)column->values)[i], false);
  else if (column->type == GARCO_FLOAT32)
    append_double (p, (double)((const float *)column->values)[i], true);
  else if (column->type == GARCO_BOOL)
    append (p, integer_at (column, i) ? "true" : "false", integer_at (column, i) ? 4 : 5);
  else
  {
    char *to = room (p, CLI_NUMBER_SIZE);
    if (to != NULL)
      p->size += column->type == GARCO_UINT64
                     ? cli_uint64_text (((const uint64_t *)column->values)[i], to)
                     : cli_int64_text (integer_at (column, i), to);
  }
}

static void
append_time (cli_printer *p, int64_t ms, bool day)
{
  if (ms != p->last_ms || p->last_time[0] == '\0')
  {
    garco_time_text (ms, p->last_time);
    p->last_ms = ms;
  }
  bool cut = day && p->last_time[10] == 'T';
  append_text (p, p->last_time, cut ? 10 : strlen (p->last_time));
}

/* Numbers that have no letter are shown as numbers. */
static void
append_system (cli_printer *p, int64_t number)
{
  char text[CLI_NUMBER_SIZE] = {garco_system_letter ((int)number), '\0'};
  if (text[0] == '?')
    cli_int64_text (number, text);
  append_text (p, text, strlen (text));
}

static void
append_code (cli_printer *p, int64_t code)
{
  char text[CLI_NUMBER_SIZE];
  garco_obs_code_text ((uint16_t)code, text);
  if (text[0] <= ' ' || text[0] > '~' || text[1] < ' ' || text[1] > '~')
    cli_int64_text (code, text);
  append_text (p, text, strlen (text));
}

static void
append_value (cli_printer *p, kind k, const garco_column *column, size_t i)
{
  char text[CLI_NUMBER_SIZE];
  switch (k)
  {
  case KIND_TIME:
  case KIND_DAY:
    append_time (p, integer_at (column, i), k == KIND_DAY);
    break;
  case KIND_SYSTEM:
    append_system (p, integer_at (column, i));
    break;
  case KIND_CODE:
    append_code (p, integer_at (column, i));
    break;
  case KIND_FCN:
    if (integer_at (column, i) == GARCO_FCN_UNKNOWN)
      append_absent (p);
    else
      append_number (p, column, i);
    break;
  case KIND_DATE:
    append_text (p, text, cli_date_text (integer_at (column, i), column->type, text));
    break;
  default:
    append_number (p, column, i);
  }
}

/* Several values in one cell: [1,2] in JSON, 1;2 elsewhere. */
static void
append_many (cli_printer *p, kind k, const garco_column *column, size_t from, size_t count)
{
  if (p->format == CLI_JSONL)
    append_char (p, '[');
  for (size_t i = 0; i < count; i++)
  {
    if (i > 0)
      append_char (p, p->format == CLI_JSONL ? ',' : ';');
    append_value (p, k, column, from + i);
  }
  if (p->format == CLI_JSONL)
    append_char (p, ']');
}

static void
append_cell (cli_printer *p, kind k, const garco_column *column, size_t row)
{
  if (column->validity != NULL && column->validity[row] == 0)
  {
    append_absent (p);
    return;
  }
  if (column->width == 1 && k != KIND_TEXT)
  {
    append_value (p, k, column, row);
    return;
  }
  size_t size = garco_datatype_size (column->type);
  bool variable = column->width == UINT32_MAX;
  size_t from = variable ? (size_t)column->offsets[row] / size : row * column->width;
  size_t end = variable ? (size_t)column->offsets[row + 1] / size : from + column->width;
  if (k == KIND_TEXT)
    append_text (p, (const char *)column->values + from, end - from);
  else
    append_many (p, k, column, from, end - from);
}

/* ---------------------------------------------------------------- columns */

static kind
kind_of (const garco_column *column)
{
  const char *name = column->name;
  if ((strcmp (name, "time") == 0 || strcmp (name, "hour") == 0) && column->type == GARCO_INT64)
    return KIND_TIME;
  if (strcmp (name, "day") == 0 && column->type == GARCO_INT64)
    return KIND_DAY;
  if (strcmp (name, "sys") == 0 && column->type == GARCO_UINT8)
    return KIND_SYSTEM;
  if (strcmp (name, "obs") == 0 && column->type == GARCO_UINT16)
    return KIND_CODE;
  if (strcmp (name, "fcn") == 0 && column->type == GARCO_INT8)
    return KIND_FCN;
  if (column->type >= GARCO_DATETIME_YEAR && column->type <= GARCO_DATETIME_AS)
    return KIND_DATE;
  bool characters = column->type == GARCO_CHAR || column->type == GARCO_STRING_ASCII ||
                    column->type == GARCO_STRING_UTF8 || column->type == GARCO_GEOM_WKT;
  return characters ? KIND_TEXT : KIND_NUMBER;
}

static const char *
heading_of (const garco_column *column)
{
  if (strcmp (column->name, "sys") == 0)
    return "system";
  return strcmp (column->name, "obs") == 0 ? "obs_code" : column->name;
}

cli_printer *
cli_printer_new (cli_output *output, cli_format format, const garco_column *columns,
                 size_t ncolumns, const char *const *names)
{
  cli_printer *p = calloc (1, sizeof *p);
  bool good = p != NULL;
  size_t count = ncolumns > 0 ? ncolumns : 1;
  if (good)
  {
    p->output = output;
    p->format = format;
    p->ncolumns = ncolumns;
    p->names = calloc (count, sizeof *p->names);
    p->columns = calloc (count, sizeof *p->columns);
    p->kinds = calloc (count, sizeof *p->kinds);
    p->widths = calloc (count, sizeof *p->widths);
    good = p->names != NULL && p->columns != NULL && p->kinds != NULL && p->widths != NULL;
  }
  for (size_t i = 0; good && i < ncolumns; i++)
  {
    p->names[i] = strdup (names != NULL ? names[i] : heading_of (&columns[i]));
    p->kinds[i] = kind_of (&columns[i]);
    p->columns[i] = columns[i];
    p->columns[i].name = p->names[i];
    good = p->names[i] != NULL;
  }
  if (good)
    return p;
  cli_fail_text (NULL, "out of memory");
  cli_printer_free (&p);
  return NULL;
}

void
cli_printer_free (cli_printer **printer)
{
  cli_printer *p = *printer;
  if (p == NULL)
    return;
  for (size_t i = 0; p->names != NULL && i < p->ncolumns; i++)
    free (p->names[i]);
  free (p->names);
  free (p->columns);
  free (p->kinds);
  free (p->widths);
  free (p->text);
  free (p->ends);
  free (p);
  *printer = NULL;
}

/* ---------------------------------------------------------------- rows */

static void
flush_text (cli_printer *p)
{
  cli_output_bytes (p->output, p->text, p->size);
  p->size = 0;
}

/* A row of nothing is no empty line, which readers of CSV pass over, garco write among them. */
static void
print_csv_row (cli_printer *p, const garco_batch *batch, size_t row)
{
  size_t before = p->size;
  for (size_t i = 0; i < p->ncolumns; i++)
  {
    if (i > 0)
      append_char (p, ',');
    append_cell (p, p->kinds[i], &batch->columns[i], row);
  }
  if (p->size == before)
    append (p, "\"\"", 2);
  append_char (p, '\n');
}

static void
print_json_row (cli_printer *p, const garco_batch *batch, size_t row)
{
  for (size_t i = 0; i < p->ncolumns; i++)
  {
    append_char (p, i == 0 ? '{' : ',');
    append_json_text (p, p->names[i], strlen (p->names[i]));
    append_char (p, ':');
    append_cell (p, p->kinds[i], &batch->columns[i], row);
  }
  append (p, "}\n", 2);
}

/* One cell of a table, numbers to the right. */
static void
print_padded (cli_printer *p, size_t column, const char *text, size_t size)
{
  static const char blanks[] = "                                ";
  size_t width = p->widths[column];
  bool right = p->kinds[column] == KIND_NUMBER || p->kinds[column] == KIND_FCN;
  if (column > 0)
    cli_output_bytes (p->output, "  ", 2);
  if (!right)
    cli_output_bytes (p->output, text, size);
  for (size_t n = size; n < width && (right || column + 1 < p->ncolumns);)
  {
    size_t step = width - n < sizeof blanks - 1 ? width - n : sizeof blanks - 1;
    cli_output_bytes (p->output, blanks, step);
    n += step;
  }
  if (right)
    cli_output_bytes (p->output, text, size);
}

static bool
end_table_cell (cli_printer *p)
{
  if (p->nends == p->ends_capacity)
  {
    size_t capacity = p->ends_capacity * 2 + 1024;
    size_t *ends = realloc (p->ends, capacity * sizeof *ends);
    if (ends == NULL)
      return false;
    p->ends = ends;
    p->ends_capacity = capacity;
  }
  p->ends[p->nends++] = p->size;
  return true;
}

/* Keeps a row's cells, and widens the columns. */
static void
keep_table_row (cli_printer *p, const garco_batch *batch, size_t row)
{
  for (size_t i = 0; i < p->ncolumns && !p->failed; i++)
  {
    size_t from = p->size;
    append_cell (p, p->kinds[i], &batch->columns[i], row);
    p->widths[i] = p->size - from > p->widths[i] ? p->size - from : p->widths[i];
    p->failed |= !end_table_cell (p);
  }
}

static void
print_heading (cli_printer *p)
{
  for (size_t i = 0; i < p->ncolumns && p->format != CLI_JSONL; i++)
  {
    const char *name = p->names[i];
    if (p->format == CLI_TABLE)
      print_padded (p, i, name, strlen (name));
    else
    {
      if (i > 0)
        append_char (p, ',');
      append_csv_text (p, name, strlen (name));
    }
  }
  if (p->format != CLI_JSONL)
    append_char (p, '\n');
  flush_text (p);
  p->headed = true;
}

static void
print_table (cli_printer *p, const garco_batch *batch)
{
  for (size_t i = 0; i < p->ncolumns && !p->headed; i++)
    p->widths[i] = strlen (p->names[i]);
  p->size = p->nends = 0;
  for (size_t row = 0; row < (size_t)batch->rows; row++)
    keep_table_row (p, batch, row);
  if (p->failed)
    return;
  size_t from = 0;
  if (!p->headed)
  {
    for (size_t i = 0; i < p->ncolumns; i++)
      print_padded (p, i, p->names[i], strlen (p->names[i]));
    cli_output_bytes (p->output, "\n", 1);
    p->headed = true;
  }
  for (size_t cell = 0; cell < p->nends; cell++)
  {
    size_t column = cell % p->ncolumns;
    print_padded (p, column, p->text + from, p->ends[cell] - from);
    from = p->ends[cell];
    if (column + 1 == p->ncolumns)
      cli_output_bytes (p->output, "\n", 1);
  }
  p->size = 0;
}

static bool
same_columns (const cli_printer *p, const garco_batch *batch)
{
  if (batch->ncolumns != p->ncolumns)
    return false;
  for (size_t i = 0; i < p->ncolumns; i++)
  {
    const garco_column *column = &batch->columns[i];
    if (column->type != p->columns[i].type || column->width != p->columns[i].width ||
        kind_of (column) != p->kinds[i])
      return false;
  }
  return true;
}

bool
cli_printer_batch (cli_printer *p, const garco_batch *batch)
{
  if (!same_columns (p, batch))
  {
    cli_fail_text (NULL, "the sources' columns differ: choose columns that all of them have with "
                         "--field");
    return false;
  }
  if (p->format == CLI_TABLE)
    print_table (p, batch);
  else if (!p->headed)
    print_heading (p);
  for (size_t row = 0; row < (size_t)batch->rows && p->format != CLI_TABLE; row++)
  {
    if (p->format == CLI_CSV)
      print_csv_row (p, batch, row);
    else
      print_json_row (p, batch, row);
    if (p->size >= FLUSH_SIZE)
      flush_text (p);
  }
  if (p->format != CLI_TABLE)
    flush_text (p);
  if (p->failed)
    cli_fail_text (NULL, "out of memory");
  return !p->failed && !p->output->failed;
}

bool
cli_printer_end (cli_printer *p)
{
  for (size_t i = 0; i < p->ncolumns && !p->headed; i++)
    p->widths[i] = strlen (p->names[i]);
  if (!p->headed)
    print_heading (p);
  return !p->failed;
}
