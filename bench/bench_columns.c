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
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ROWS ((size_t)1000)
#define STAGE ((size_t)8) /* rows whose values of one type fill a line of the cache */
#define TYPES_LIMIT ((size_t)999)
#define LARGE_PAGE ((size_t)1 << 21)

/* What a program for many processors does in its own loops. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_WIDE_VECTORS __attribute__ ((target_clones ("avx2", "default")))
#else
#define FOR_WIDE_VECTORS
#endif

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
  double *staged;   /* the values of the last rows % STAGE rows, column j from j * STAGE on */
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
  size = (size + 64 + LARGE_PAGE) / LARGE_PAGE * LARGE_PAGE;
  chunk *fresh = aligned_alloc (LARGE_PAGE, size);
  if (fresh == NULL)
    return false;
#ifdef MADV_HUGEPAGE
  madvise (fresh, size, MADV_HUGEPAGE);
#endif
  *fresh = (chunk){*chunks, size, 64};
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
    t->staged = take (chunks, types->count * STAGE * sizeof *t->staged);
    if (t->rows > 0 || types->count > TYPES_LIMIT || t->codes == NULL || t->divisors == NULL ||
        t->staged == NULL)
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

/* Thousandths to values: those within 2^51 by adding them to the last bits of 1.5 * 2^52. Those
 * that are blank or 0, whose bits but the first are 0, get the bits of NaN. No step asks a
 * question, so that compilers make vectors of it. Gives how many are there. */
FOR_WIDE_VECTORS static int64_t
to_values (const int64_t *thousandths, const double *divisors, size_t count, double *values)
{
  const uint64_t not_a_number = UINT64_C (0x7FF8000000000000);
  uint64_t there = 0;
  for (size_t j = 0; j < count; j++)
  {
    uint64_t bits = (uint64_t)thousandths[j], is = bits << 1 != 0;
    double value;
    bits += UINT64_C (0x4338000000000000);
    memcpy (&value, &bits, sizeof bits);
    value = (value - 6755399441055744.0) / divisors[j];
    memcpy (&bits, &value, sizeof bits);
    bits |= (is - 1) & not_a_number;
    memcpy (&values[j], &bits, sizeof bits);
    there += is;
  }
  return (int64_t)there;
}

/* Writes a line of the cache that nobody will read soon, without reading it before. */
static inline void
put_line (double *to, const double *from)
{
#ifdef __SSE2__
  for (size_t i = 0; i < STAGE; i += 2)
    _mm_stream_pd (to + i, _mm_load_pd (from + i));
#else
  memcpy (to, from, STAGE * sizeof *to);
#endif
}

/* The values that are staged into their columns, once they are as many as a line takes. */
static void
flush_stage (const table *t)
{
  double *to = t->last->values + (t->rows - STAGE) % ROWS;
  for (size_t j = 0; j < t->ncolumns; j++)
    put_line (to + j * ROWS, t->staged + j * STAGE);
}

static void
flush_rest (const table *t)
{
  size_t rest = t->rows % STAGE;
  for (size_t j = 0; rest > 0 && j < t->ncolumns; j++)
    memcpy (t->last->values + j * ROWS + t->rows % ROWS - rest, t->staged + j * STAGE,
            rest * sizeof *t->staged);
}

static void
scatter_marks (const char *marks, size_t count, char (*column)[2])
{
  for (; count >= 4; count -= 4, marks += 8, column += 4 * ROWS)
  {
    memcpy (column[0], marks, 2);
    memcpy (column[ROWS], marks + 2, 2);
    memcpy (column[2 * ROWS], marks + 4, 2);
    memcpy (column[3 * ROWS], marks + 6, 2);
  }
  for (; count > 0; count--, marks += 2, column += ROWS)
    memcpy (*column, marks, 2);
}

static int64_t
keep_satellite (table *t, const garco_epoch *epoch, const garco_epoch_sat *sat)
{
  double values[TYPES_LIMIT];
  size_t row = t->rows++ % ROWS;
  const block *b = t->last;
  int64_t count = to_values (epoch->values + sat->first, t->divisors, t->ncolumns, values);
  b->times[row] = epoch->time_ms;
  b->numbers[row] = sat->number;
  for (size_t j = 0; j < t->ncolumns; j++)
    t->staged[j * STAGE + row % STAGE] = values[j];
  scatter_marks (epoch->indicators + 2 * (size_t)sat->first, t->ncolumns, b->marks + row);
  if (row % STAGE == STAGE - 1)
    flush_stage (t);
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
  for (int i = 0; i < GARCO_SYSTEM_COUNT; i++)
    flush_rest (&tables[i]);
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
