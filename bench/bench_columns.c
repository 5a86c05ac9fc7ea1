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
#define STAGE                                                                                      \
  ((size_t)8) /* rows whose values of one type fill a line of the cache; columns at once */
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
  size_t width; /* columns of what is staged: ncolumns, rounded up to STAGE */
  char (*codes)[4];
  double *divisors;        /* of values in thousandths */
  double *staged;          /* the values of the last rows % STAGE rows, row by row */
  char (*staged_marks)[2]; /* as they */
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
  size_t pairs = (t->ncolumns + 1) / 2 * 2; /* columns are written by two */
  double *values = take (chunks, ROWS * (pairs * 8 + 8 + t->ncolumns * 2 + 1));
  if (b == NULL || values == NULL)
    return false;
  *b = (block){.before = t->last, .values = values};
  b->times = (int64_t *)(b->values + ROWS * pairs);
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
    t->width = (types->count + STAGE - 1) / STAGE * STAGE;
    t->staged = take (chunks, t->width * STAGE * sizeof *t->staged);
    t->staged_marks = take (chunks, t->width * STAGE * sizeof *t->staged_marks);
    if (t->rows > 0 || types->count > TYPES_LIMIT || t->codes == NULL || t->divisors == NULL ||
        t->staged == NULL || t->staged_marks == NULL)
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

#ifdef __SSE2__
/* The values of STAGE rows in two columns, each the next one's `width` values before: two lines of
 * the cache that nobody will read soon, written without reading them before. */
static inline void
put_values (const double *from, size_t width, double *first, double *second)
{
  for (size_t i = 0; i < STAGE; i += 2, from += 2 * width)
  {
    __m128d a = _mm_load_pd (from), b = _mm_load_pd (from + width);
    _mm_stream_pd (first + i, _mm_unpacklo_pd (a, b));
    _mm_stream_pd (second + i, _mm_unpackhi_pd (a, b));
  }
}

/* Rows i and i + half of `from` become rows 2i and 2i + 1 of `to`, their pairs of char alternating.
 */
static inline void
interleave (const __m128i from[STAGE], __m128i to[STAGE])
{
  for (size_t i = 0; i < STAGE / 2; i++)
  {
    to[2 * i] = _mm_unpacklo_epi16 (from[i], from[i + STAGE / 2]);
    to[2 * i + 1] = _mm_unpackhi_epi16 (from[i], from[i + STAGE / 2]);
  }
}

/* The marks of STAGE rows in `count` columns, STAGE at most. */
static inline void
put_marks (const char (*from)[2], size_t width, size_t count, char (*to)[2])
{
  __m128i a[STAGE], b[STAGE];
  for (size_t i = 0; i < STAGE; i++)
    a[i] = _mm_load_si128 ((const __m128i *)(const void *)(from + i * width));
  interleave (a, b);
  interleave (b, a);
  interleave (a, b);
  for (size_t j = 0; j < STAGE && j < count; j++)
    _mm_store_si128 ((__m128i *)(void *)(to + j * ROWS), b[j]);
}
#endif

/* Rows `row` on of the block from the first `count` that are staged. */
static void
put_rows (const table *t, size_t row, size_t count)
{
  for (size_t j = 0; j < t->ncolumns; j++)
    for (size_t i = 0; i < count; i++)
    {
      t->last->values[j * ROWS + row + i] = t->staged[i * t->width + j];
      memcpy (t->last->marks[j * ROWS + row + i], t->staged_marks[i * t->width + j], 2);
    }
}

/* What is staged into its columns, once it is as much as a line takes. */
static void
flush_stage (const table *t)
{
  size_t row = (t->rows - STAGE) % ROWS;
#ifdef __SSE2__
  for (size_t j = 0; j < t->ncolumns; j += 2)
    put_values (t->staged + j, t->width, t->last->values + j * ROWS + row,
                t->last->values + (j + 1) * ROWS + row);
  for (size_t j = 0; j < t->ncolumns; j += STAGE)
    put_marks ((const char (*)[2])t->staged_marks + j, t->width, t->ncolumns - j,
               t->last->marks + j * ROWS + row);
#else
  put_rows (t, row, STAGE);
#endif
}

static void
flush_rest (const table *t)
{
  size_t rest = t->rows % STAGE;
  if (rest > 0)
    put_rows (t, t->rows % ROWS - rest, rest);
}

static int64_t
keep_satellite (table *t, const garco_epoch *epoch, const garco_epoch_sat *sat)
{
  size_t row = t->rows++ % ROWS, staged = row % STAGE * t->width;
  const block *b = t->last;
  b->times[row] = epoch->time_ms;
  b->numbers[row] = sat->number;
  memcpy (t->staged_marks + staged, epoch->indicators + 2 * (size_t)sat->first,
          2 * (size_t)t->ncolumns);
  int64_t count =
      to_values (epoch->values + sat->first, t->divisors, t->ncolumns, t->staged + staged);
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
