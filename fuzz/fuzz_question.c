/* The words of a question, a line each: a statistic, a satellite, a code, and a condition, which is
 * tried on rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/query_select.h"
#include "query/query_where.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define ROWS 3

static const int64_t times[ROWS] = {0, 1704067200000, INT64_MAX};
static const uint8_t systems[ROWS] = {0, 1, 255}, sats[ROWS] = {1, 5, 255}, valid[ROWS] = {1, 0, 1};
static const uint16_t codes[ROWS] = {12611, 12887, 0};
static const float snr[ROWS] = {35, NAN, -0.0F};
static const int8_t fcn[ROWS] = {-128, -7, 6};
static const garco_column columns[] = {
    {"time", GARCO_INT64, 1, times, NULL, NULL}, {"sys", GARCO_UINT8, 1, systems, NULL, NULL},
    {"sat", GARCO_UINT8, 1, sats, NULL, NULL},   {"obs", GARCO_UINT16, 1, codes, NULL, NULL},
    {"snr", GARCO_FLOAT32, 1, snr, NULL, valid}, {"fcn", GARCO_INT8, 1, fcn, NULL, NULL}};

static void
expect (garco_status status, const garco_error *error)
{
  if (status < 0 && (error->code != GARCO_ERR_ARGUMENT && error->code != GARCO_ERR_NOT_FOUND))
    abort ();
}

/* A name that is read back is the same statistic. */
static void
try_statistic (const char *text)
{
  garco_statistic statistic, again;
  garco_error error;
  char name[32];
  garco_status status = garco_statistic_parse (text, &statistic, &error);
  expect (status, &error);
  if (status < 0)
    return;
  garco_statistic_name (&statistic, name);
  if (garco_statistic_parse (name, &again, &error) < 0 || again.aggregate != statistic.aggregate ||
      again.quantile != statistic.quantile)
    abort ();
}

static void
try_condition (const char *text)
{
  garco__where *where = NULL;
  garco_column used[16];
  garco_error error;
  uint8_t keep[ROWS];
  size_t count = sizeof columns / sizeof *columns;
  garco_status status = garco__where_open (text, columns, count, NULL, &where, &error);
  expect (status, &error);
  for (size_t i = 0; status >= 0 && i < garco__where_count (where); i++)
    used[i] = columns[garco__where_column (where, i)];
  if (status >= 0 && garco__where_test (where, used, ROWS, keep, &error) < 0)
    abort ();
  garco__where_free (&where);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static garco__selection selection;
  garco_query_options options = GARCO_QUERY_OPTIONS_INIT;
  garco_error error;
  char *text = calloc (size + 1, 1), *lines[4], *end;
  if (text == NULL)
    return 0;
  if (size > 0)
    memcpy (text, data, size);
  for (size_t i = 0; i < 4; i++)
  {
    lines[i] = i == 0 ? text : end;
    end = lines[i] + strcspn (lines[i], i < 3 ? "\n" : "");
    if (*end != '\0')
      *end++ = '\0';
  }
  try_statistic (lines[0]);
  options.nsats = lines[1][0] != '\0';
  options.ncodes = lines[2][0] != '\0';
  options.sats = (const char *const *)&lines[1];
  options.codes = (const char *const *)&lines[2];
  expect (garco__selection_read (&options, &selection, &error), &error);
  if (lines[3][0] != '\0')
    try_condition (lines[3]);
  free (text);
  return 0;
}
