/* What bench/query measures of garco in process, on garco.h alone. Each prints "NUMBER SECONDS
 * PROCESSOR-SECONDS SUM WEIGHTED": how many values there are, their sum, and that of each times its
 * place, from 1 / NUMBER to 1, or of rows times the day since 2024-01-01 and its fraction.
 *
 *   bench_query open ARRAY                     fragments found
 *   bench_query rows ARRAY SAT CODE            rows of time and snr, to Arrow
 *   bench_query mean ARRAY [day|day,sat,code]  groups of the mean of GPS snr, of 1C but in the last
 *   bench_query fast ARRAY                     the mean of all snr, from metadata
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "garco.h"

#define FIRST_DAY INT64_C (1704067200000) /* 2024-01-01 */
#define DAY_MS 86400000.0

typedef struct answer
{
  size_t count;
  double sum, weighted;
} answer;

static double
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static garco_status
open_array (const char *uri, answer *found, garco_error *error)
{
  garco_array *array = NULL;
  garco_status status = garco_array_open (uri, NULL, &array, error);
  if (status >= 0)
    found->count = garco_array_fragment_count (array);
  garco_array_free (&array);
  return status;
}

/* Rows of time and snr. */
static void
add_rows (const struct ArrowArray *rows, answer *found)
{
  const int64_t *times = (const int64_t *)rows->children[0]->buffers[1] + rows->children[0]->offset;
  const float *snr = (const float *)rows->children[1]->buffers[1] + rows->children[1]->offset;
  for (int64_t i = 0; i < rows->length; i++)
  {
    found->sum += (double)snr[i];
    found->weighted += (double)snr[i] * ((double)(times[i] - FIRST_DAY) / DAY_MS);
  }
  found->count += (size_t)rows->length;
}

static garco_status
read_rows (const char *uri, const char *sat, const char *code, answer *found, garco_error *error)
{
  const char *const fields[] = {"time", "snr"};
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_query *query = NULL;
  struct ArrowArrayStream stream;
  struct ArrowArray array = {.release = NULL};
  options.nsats = options.ncodes = 1;
  options.sats = &sat;
  options.codes = &code;
  options.nfields = 2;
  options.fields = fields;
  garco_status status = garco_query_open (&uri, 1, &options, &query, error);
  if (status >= 0)
    status = garco_query_take_stream (&query, &stream, error);
  while (status >= 0 && stream.get_next (&stream, &array) == 0 && array.release != NULL)
  {
    add_rows (&array, found);
    array.release (&array);
  }
  if (status >= 0)
    stream.release (&stream);
  garco_query_free (&query);
  return status;
}

static void
add_means (const garco_batch *table, answer *found)
{
  const double *means = table->columns[table->ncolumns - 1].values;
  found->count = (size_t)table->rows;
  for (size_t i = 0; i < found->count; i++)
  {
    found->sum += means[i];
    found->weighted += means[i] * ((double)(i + 1) / (double)found->count);
  }
}

static garco_status
average_all (const char *uri, answer *found, garco_error *error)
{
  garco_stats_options wanted = GARCO_STATS_OPTIONS_INIT;
  garco_stats *stats = NULL;
  wanted.fast = true;
  garco_status status = garco_stats_compute (&uri, 1, NULL, &wanted, &stats, error);
  if (status >= 0)
    add_means (garco_stats_table (stats), found);
  garco_stats_free (&stats);
  return status;
}

static garco_status
average (const char *uri, const char *by, answer *found, garco_error *error)
{
  const char *const code = "1C";
  garco_stats_options wanted = GARCO_STATS_OPTIONS_INIT;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_stats *stats = NULL;
  bool fine = strcmp (by, "day,sat,code") == 0;
  options.systems = "G";
  options.ncodes = fine ? 0 : 1;
  options.codes = &code;
  if (fine)
    wanted.by = GARCO_BY_DAY | GARCO_BY_SAT | GARCO_BY_CODE;
  else if (strcmp (by, "day") == 0)
    wanted.by = GARCO_BY_DAY;
  garco_status status = garco_stats_compute (&uri, 1, &options, &wanted, &stats, error);
  if (status >= 0)
    add_means (garco_stats_table (stats), found);
  garco_stats_free (&stats);
  return status;
}

int
main (int argc, char **argv)
{
  garco_error error;
  char text[2048];
  answer found = {0, 0, 0};
  garco_status status = GARCO_ERR_ARGUMENT;
  double start = now ();
  if (argc == 3 && strcmp (argv[1], "open") == 0)
    status = open_array (argv[2], &found, &error);
  else if (argc == 5 && strcmp (argv[1], "rows") == 0)
    status = read_rows (argv[2], argv[3], argv[4], &found, &error);
  else if (argc == 3 && strcmp (argv[1], "fast") == 0)
    status = average_all (argv[2], &found, &error);
  else if ((argc == 3 || argc == 4) && strcmp (argv[1], "mean") == 0)
    status = average (argv[2], argc == 4 ? argv[3] : "", &found, &error);
  else
    return fprintf (stderr, "bench_query: see the head of bench_query.c\n"), 2;
  if (status < 0)
  {
    garco_error_format (&error, text, sizeof text);
    fprintf (stderr, "bench_query: %s\n", text);
    return EXIT_FAILURE;
  }
  printf ("%zu %.6f %.6f %.17g %.17g\n", found.count, now () - start,
          (double)clock () / CLOCKS_PER_SEC, found.sum, found.weighted);
  return 0;
}
