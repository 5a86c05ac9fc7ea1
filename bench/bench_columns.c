/* Reads a RINEX observation file into columns in memory, and prints how many observations it held
 * and how many seconds that took: "OBSERVATIONS SECONDS".
 * usage: bench_columns [--count] FILE
 *
 * What is kept is what a program would compute with: for each satellite system a table that grows,
 * a row for each satellite of each epoch.
 *
 *     time (int64) | satellite (uint8) | value (double), marks (2 char) | ... one pair for each
 * type
 *
 * A value that is blank or 0 is NaN and is not counted. With --count nothing is kept, so that the
 * time and the memory are those of the reader alone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <garco.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct column
{
  char code[4];
  double divisor; /* of a value in thousandths */
  double *values;
  char (*marks)[2]; /* loss of lock and signal strength, as printed */
} column;

typedef struct table
{
  size_t rows, room;
  uint32_t ncolumns;
  int64_t *times;
  uint8_t *numbers;
  column *columns;
} table;

static double
seconds (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
fail (const char *what)
{
  fprintf (stderr, "bench_columns: %s\n", what);
  return EXIT_FAILURE;
}

static void
table_free (table *t)
{
  for (uint32_t j = 0; j < t->ncolumns; j++)
  {
    free (t->columns[j].values);
    free (t->columns[j].marks);
  }
  free (t->columns);
  free (t->times);
  free (t->numbers);
  *t = (table){0};
}

static bool
resize (void *pointer, size_t count, size_t size)
{
  void *old, *grown;
  memcpy (&old, pointer, sizeof old);
  grown = realloc (old, count * size);
  if (grown != NULL)
    memcpy (pointer, &grown, sizeof grown);
  return grown != NULL;
}

static bool
table_grow (table *t)
{
  size_t room = t->room == 0 ? 1024 : 2 * t->room;
  bool done = resize (&t->times, room, sizeof *t->times) && resize (&t->numbers, room, 1);
  for (uint32_t j = 0; done && j < t->ncolumns; j++)
    done = resize (&t->columns[j].values, room, sizeof (double)) &&
           resize (&t->columns[j].marks, room, 2);
  if (done)
    t->room = room;
  return done;
}

static bool
same_types (const table *t, const garco_types *types)
{
  bool same = t->ncolumns == types->count;
  for (uint32_t j = 0; same && j < types->count; j++)
    same = strcmp (t->columns[j].code, types->codes[j]) == 0 &&
           t->columns[j].divisor == 1000.0 * types->scale[j];
  return same;
}

/* Lays the tables out by the header; false where one that has rows would change. */
static bool
tables_follow (table *tables, const garco_header *header)
{
  for (int i = 0; i < GARCO_SYSTEM_COUNT; i++)
  {
    const garco_types *types = &header->types[i];
    table *t = &tables[i];
    if (same_types (t, types))
      continue;
    if (t->rows > 0)
      return false;
    table_free (t);
    t->columns = calloc (types->count + 1u, sizeof *t->columns);
    if (t->columns == NULL)
      return false;
    t->ncolumns = types->count;
    for (uint32_t j = 0; j < types->count; j++)
    {
      memcpy (t->columns[j].code, types->codes[j], 4);
      t->columns[j].divisor = 1000.0 * types->scale[j];
    }
  }
  return true;
}

static int64_t
keep_satellite (table *t, const garco_epoch *epoch, const garco_epoch_sat *sat)
{
  size_t row = t->rows++;
  const int64_t *values = epoch->values + sat->first;
  const char *marks = epoch->indicators + 2 * (size_t)sat->first;
  int64_t count = 0;
  t->times[row] = epoch->time_ms;
  t->numbers[row] = sat->number;
  for (uint32_t j = 0; j < t->ncolumns; j++)
  {
    bool there = values[j] != GARCO_MISSING && values[j] != 0;
    column *c = &t->columns[j];
    c->values[row] = there ? (double)values[j] / c->divisor : NAN;
    memcpy (c->marks[row], marks + 2 * j, 2);
    count += there;
  }
  return count;
}

static int64_t
count_satellite (const garco_epoch *epoch, const garco_epoch_sat *sat)
{
  int64_t count = 0;
  for (uint32_t j = 0; j < sat->count; j++)
  {
    int64_t value = epoch->values[sat->first + j];
    count += value != GARCO_MISSING && value != 0;
  }
  return count;
}

/* The number of observations of the epoch, or -1 where there is no memory to keep them. */
static int64_t
take_epoch (table *tables, const garco_epoch *epoch, bool keep)
{
  int64_t count = 0;
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    const garco_epoch_sat *sat = &epoch->sats[i];
    table *t = &tables[sat->system];
    if (!keep)
    {
      count += count_satellite (epoch, sat);
      continue;
    }
    if (sat->count != t->ncolumns || (t->rows == t->room && !table_grow (t)))
      return -1;
    count += keep_satellite (t, epoch, sat);
  }
  return count;
}

static int
run (const char *path, bool keep, table *tables)
{
  garco_error error;
  garco_reader *reader = NULL;
  garco_epoch epoch;
  int64_t count = 0;
  char text[2048];
  double start = seconds ();
  garco_status status = garco_reader_open (path, NULL, &reader, &error);
  bool fits = status != GARCO_OK || tables_follow (tables, garco_reader_header (reader));
  while (fits && status == GARCO_OK &&
         (status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
  {
    if (epoch.header_changed)
      fits = tables_follow (tables, garco_reader_header (reader));
    int64_t taken = epoch.flag > 1 || !fits ? 0 : take_epoch (tables, &epoch, keep);
    fits = fits && taken >= 0;
    count += taken;
  }
  garco_reader_free (&reader);
  double took = seconds () - start;
  if (!fits)
    return fail ("no memory, or the observation types change within the file");
  if (status != GARCO_END)
  {
    garco_error_format (&error, text, sizeof text);
    return fail (text);
  }
  printf ("%lld %.6f\n", (long long)count, took);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  bool keep = argc < 2 || strcmp (argv[1], "--count") != 0;
  table tables[GARCO_SYSTEM_COUNT] = {{0}};
  if (argc != (keep ? 2 : 3))
    return fail ("usage: bench_columns [--count] FILE");
  int result = run (argv[argc - 1], keep, tables);
  for (int i = 0; i < GARCO_SYSTEM_COUNT; i++)
    table_free (&tables[i]);
  return result;
}
