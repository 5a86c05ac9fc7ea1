/* How long one fragment takes: reads all cells of an array, writes them into a new one as a single
 * fragment, and prints seconds by the clock, seconds of processor and bytes of data files.
 * usage: bench_write SOURCE TARGET [PRESET [THREADS [ZSTD_LEVEL]]]
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "garco.h"

#define MAX_COLUMNS 64

typedef struct table
{
  garco_column columns[MAX_COLUMNS];
  size_t ncolumns;
  int64_t rows;
} table;

static double
now (clockid_t clock)
{
  struct timespec t;
  clock_gettime (clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int
failed (const garco_error *error)
{
  char text[2048];
  garco_error_format (error, text, sizeof text);
  fprintf (stderr, "bench_write: %s\n", text);
  return 1;
}

static void
append (table *all, const garco_batch *batch)
{
  all->ncolumns = batch->ncolumns;
  for (size_t i = 0; i < batch->ncolumns; i++)
  {
    size_t size = garco_datatype_size (batch->columns[i].type);
    char *values = realloc ((void *)(uintptr_t)all->columns[i].values,
                            (size_t)(all->rows + batch->rows) * size);
    if (values == NULL)
      abort ();
    memcpy (values + (size_t)all->rows * size, batch->columns[i].values,
            (size_t)batch->rows * size);
    all->columns[i] = batch->columns[i];
    all->columns[i].name = strdup (batch->columns[i].name);
    all->columns[i].values = values;
  }
  all->rows += batch->rows;
}

static garco_status
read_cells (const char *uri, table *all, garco_error *error)
{
  garco_array *array = NULL;
  garco_scan *scan = NULL;
  garco_batch batch;
  garco_status status = garco_array_open (uri, NULL, &array, error);
  if (status >= 0)
    status = garco_scan_open (array, NULL, &scan, error);
  while (status == GARCO_OK && (status = garco_scan_next (scan, &batch, error)) == GARCO_OK)
    append (all, &batch);
  garco_scan_free (&scan);
  garco_array_free (&array);
  return status;
}

int
main (int count, char **words)
{
  static table all;
  garco_error error;
  garco_array *array = NULL;
  garco_fragment_info info;
  garco_write_options options = GARCO_WRITE_OPTIONS_INIT;
  if (count < 3)
    return fprintf (stderr, "usage: bench_write SOURCE TARGET [PRESET [THREADS [ZSTD_LEVEL]]]\n"),
           2;
  options.threads = count > 4 ? atoi (words[4]) : 0;
  options.zstd_level = count > 5 ? atoi (words[5]) : 0;
  if (read_cells (words[1], &all, &error) < 0 ||
      garco_array_create (words[2], count > 3 ? words[3] : "earthscope", &error) < 0 ||
      garco_array_open (words[2], NULL, &array, &error) < 0)
    return failed (&error);
  const garco_batch batch = {all.rows, all.ncolumns, all.columns};
  double clock = now (CLOCK_MONOTONIC), processor = now (CLOCK_PROCESS_CPUTIME_ID);
  if (garco_array_write (array, &batch, &options, NULL, &error) < 0)
    return failed (&error);
  clock = now (CLOCK_MONOTONIC) - clock;
  processor = now (CLOCK_PROCESS_CPUTIME_ID) - processor;
  if (garco_array_fragment (array, 0, &info, &error) < 0)
    return failed (&error);
  printf ("%.6f %.6f %llu %llu\n", clock, processor, (unsigned long long)info.cells,
          (unsigned long long)info.bytes);
  garco_array_free (&array);
  return 0;
}
