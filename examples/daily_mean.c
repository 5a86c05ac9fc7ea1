/* The daily mean of GPS L1 C/A signal strength, of RINEX files or arrays:
 *
 *   cc daily_mean.c $(pkg-config --cflags --libs garco) -o daily_mean
 *   ./daily_mean p0570010.24d.Z
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <garco.h>
#include <stdio.h>
#include <stdlib.h>

static int
print_table (const garco_batch *table)
{
  int day = garco_batch_find (table, "day");
  int mean = garco_batch_find (table, "snr_mean");
  int count = garco_batch_find (table, "snr_count");
  if (day < 0 || mean < 0 || count < 0)
    return EXIT_FAILURE;
  const int64_t *days = table->columns[day].values;
  const double *means = table->columns[mean].values;
  const int64_t *counts = table->columns[count].values;
  for (int64_t row = 0; row < table->rows; row++)
  {
    char text[32];
    garco_time_text (days[row], text);
    printf ("%.10s %.6f %lld\n", text, means[row], (long long)counts[row]);
  }
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  static const char *const codes[] = {"1C"}, *const fields[] = {"snr"};
  static const garco_statistic statistics[] = {{GARCO_MEAN, 0}, {GARCO_COUNT, 0}};
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_stats_options wanted = GARCO_STATS_OPTIONS_INIT;
  garco_stats *stats = NULL;
  garco_error error;
  if (argc < 2)
  {
    fprintf (stderr, "usage: daily_mean FILE-OR-ARRAY...\n");
    return 2;
  }
  options.systems = "G";
  options.ncodes = options.nfields = 1;
  options.codes = codes;
  options.fields = fields;
  wanted.by = GARCO_BY_DAY;
  wanted.nstatistics = 2;
  wanted.statistics = statistics;
  if (garco_stats_compute ((const char *const *)argv + 1, (size_t)argc - 1, &options, &wanted,
                           &stats, &error) < 0)
  {
    char text[2048];
    garco_error_format (&error, text, sizeof text);
    fprintf (stderr, "daily_mean: %s\n", text);
    return EXIT_FAILURE;
  }
  int status = print_table (garco_stats_table (stats));
  garco_stats_free (&stats);
  return status;
}
