/* Reads a RINEX observation file into columns in memory, and prints how many observations it held
 * and how many seconds that took: "OBSERVATIONS SECONDS".
 * usage: bench_columns [--count] FILE
 *
 * What is kept is what a program would compute with: for each satellite system a table, a row for
 * each satellite of each epoch, its columns in blocks of 1000 rows:
 *
 *     values of type 1 (double) | of type 2 | ... | times (int64) | marks of type 1 (2 char) | ...
 *     | satellites (uint8)
 *
 * A value that is blank or 0 is NaN and is not counted. With --count nothing is kept, so that the
 * time and the memory are those of the reader alone.
 *
 * Blocks are cut from chunks for which large pages are asked: what a page costs the kernel is by
 * far the most that a column costs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include <garco.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define ROWS ((size_t)1000)
#define TYPES_LIMIT ((size_t)999)
#define LARGE_PAGE ((size_t)1 << 21)

typedef struct block
{
  struct block *before; /* with earlier rows */
  double *values;       /* column j from j * ROWS on */
  int64_t *times;
  char (*marks)[2]; /* loss of lock and signal strength, as printed, as the values */
  uint8_t *numbers;
} block;

typedef struct table
{
  size_t rows, room; /* of all blocks */
  uint32_t ncolumns;
  char (*codes)[4];
  double *divisors; /* of values in thousandths */
  block *last;
} table;

typedef struct chunk
{
  struct chunk *before;
  size_t size, used;
} chunk;

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

static bool
add_chunk (chunk **chunks, size_t size)
{
  size = (size + sizeof (chunk) + LARGE_PAGE) / LARGE_PAGE * LARGE_PAGE;
  chunk *fresh = aligned_alloc (LARGE_PAGE, size);
  if (fresh == NULL)
    return false;
#ifdef MADV_HUGEPAGE
  madvise (fresh, size, MADV_HUGEPAGE);
#endif
  *fresh = (chunk){*chunks, size, sizeof *fresh};
  *chunks = fresh;
  return true;
}

/* `size` bytes that live until the end; NULL: there are none. */
static void *
take (chunk **chunks, size_t size)
{
  size = (size + 63) / 64 * 64;
  if ((*chunks == NULL || (*chunks)->size - (*chunks)->used < size) && !add_chunk (chunks, size))
    return NULL;
  char *taken = (char *)*chunks + (*chunks)->used;
  (*chunks)->used += size;
  return taken;
}

static void
free_chunks (chunk *chunks)
{
  while (chunks != NULL)
  {
    chunk *before = chunks->before;
    free (chunks);
    chunks = before;
  }
}

static bool
table_grow (table *t, chunk **chunks)
{
  block *b = take (chunks, sizeof *b);
  double *values = take (chunks, ROWS * (t->ncolumns * 10 + 9));
  if (b == NULL || values == NULL)
    return false;
  *b = (block){.before = t->last, .values = values};
  b->times = (int64_t *)(b->values + ROWS * t->ncolumns);
  b->marks = (char (*)[2]) (b->times + ROWS);
  b->numbers = (uint8_t *)(b->marks + ROWS * t->ncolumns);
  t->last = b;
  t->room += ROWS;
  return true;
}

static bool
same_types (const table *t, const garco_types *types)
{
  bool same = t->ncolumns == types->count;
  for (uint32_t j = 0; same && j < types->count; j++)
    same = strcmp (t->codes[j], types->codes[j]) == 0 && t->divisors[j] == 1000.0 * types->scale[j];
  return same;
}

/* Lays the tables out by the header; false where one that has rows would change. */
static bool
tables_follow (table *tables, chunk **chunks, const garco_header *header)
{
  for (int i = 0; i < GARCO_SYSTEM_COUNT; i++)
  {
    const garco_types *types = &header->types[i];
    table *t = &tables[i];
    if (same_types (t, types))
      continue;
    t->codes = take (chunks, types->count * sizeof *t->codes);
    t->divisors = take (chunks, types->count * sizeof *t->divisors);
    if (t->rows > 0 || types->count > TYPES_LIMIT || t->codes == NULL || t->divisors == NULL)
      return false;
    t->ncolumns = types->count;
    for (uint32_t j = 0; j < types->count; j++)
    {
      memcpy (t->codes[j], types->codes[j], sizeof *t->codes);
      t->divisors[j] = 1000.0 * types->scale[j];
    }
  }
  return true;
}

/* Thousandths to values: those within 2^51 by adding them to the last bits of 1.5 * 2^52, which
 * compilers make vectors of. Gives how many are there. */
static int64_t
to_values (const int64_t *thousandths, const double *divisors, size_t count, double *values)
{
  int64_t missing = 0;
  for (size_t j = 0; j < count; j++)
  {
    uint64_t bits = (uint64_t)thousandths[j] + UINT64_C (0x4338000000000000);
    double shifted;
    memcpy (&shifted, &bits, sizeof shifted);
    bool absent = thousandths[j] == GARCO_MISSING || thousandths[j] == 0;
    values[j] = absent ? NAN : (shifted - 6755399441055744.0) / divisors[j];
    missing += absent;
  }
  return (int64_t)count - missing;
}

static int64_t
keep_satellite (table *t, const garco_epoch *epoch, const garco_epoch_sat *sat)
{
  double values[TYPES_LIMIT];
  size_t row = t->rows++ % ROWS;
  const block *b = t->last;
  const char *marks = epoch->indicators + 2 * (size_t)sat->first;
  int64_t count = to_values (epoch->values + sat->first, t->divisors, t->ncolumns, values);
  b->times[row] = epoch->time_ms;
  b->numbers[row] = sat->number;
  for (size_t j = 0; j < t->ncolumns; j++)
  {
    b->values[j * ROWS + row] = values[j];
    memcpy (b->marks[j * ROWS + row], marks + 2 * j, 2);
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
take_epoch (table *tables, chunk **chunks, const garco_epoch *epoch, bool keep)
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
    if (sat->count != t->ncolumns || (t->rows == t->room && !table_grow (t, chunks)))
      return -1;
    count += keep_satellite (t, epoch, sat);
  }
  return count;
}

static int
run (const char *path, bool keep, table *tables, chunk **chunks)
{
  garco_error error;
  garco_reader *reader = NULL;
  garco_epoch epoch;
  int64_t count = 0;
  char text[2048];
  double start = seconds ();
  garco_status status = garco_reader_open (path, NULL, &reader, &error);
  bool fits = status != GARCO_OK || tables_follow (tables, chunks, garco_reader_header (reader));
  while (fits && status == GARCO_OK &&
         (status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
  {
    if (epoch.header_changed)
      fits = tables_follow (tables, chunks, garco_reader_header (reader));
    int64_t taken = epoch.flag > 1 || !fits ? 0 : take_epoch (tables, chunks, &epoch, keep);
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
  chunk *chunks = NULL;
  if (argc != (keep ? 2 : 3))
    return fail ("usage: bench_columns [--count] FILE");
  int result = run (argv[argc - 1], keep, tables, &chunks);
  free_chunks (chunks);
  return result;
}
