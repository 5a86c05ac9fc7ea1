/* Deliveries by their names.
 *
 *   p0570010.24d.Z   p0570010.24o   P0570010.24D.gz          one delivery
 *   ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz   ...MO.rnx    one delivery
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/ingest_replace.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "ingest/ingest_record.h"

#define NAME_SIZE 256

static bool
cut_ending (char *name, const char *ending)
{
  size_t n = strlen (name), m = strlen (ending);
  if (n <= m || strcasecmp (name + n - m, ending) != 0)
    return false;
  name[n - m] = '\0';
  return true;
}

/* The part of a name that all forms of the file have. */
static void
delivery_of (const char *path, char name[NAME_SIZE])
{
  static const char *const packed[] = {".Z", ".gz", ".bz2", ".xz", ".zst", ".zip"};
  const char *slash = strrchr (path, '/');
  snprintf (name, NAME_SIZE, "%s", slash != NULL ? slash + 1 : path);
  for (size_t i = 0; i < sizeof packed / sizeof *packed; i++)
    if (cut_ending (name, packed[i]))
      break;
  if (cut_ending (name, ".crx") || cut_ending (name, ".rnx"))
    return;
  size_t n = strlen (name);
  bool old = n > 4 && name[n - 4] == '.' && isdigit ((unsigned char)name[n - 3]) &&
             isdigit ((unsigned char)name[n - 2]) && strchr ("dDoO", name[n - 1]) != NULL;
  if (old)
    name[n - 1] = '\0';
}

bool
garco__same_delivery (const char *a, const char *b)
{
  char x[NAME_SIZE], y[NAME_SIZE];
  delivery_of (a, x);
  delivery_of (b, y);
  return x[0] != '\0' && strcmp (a, "-") != 0 && strcasecmp (x, y) == 0;
}

/* Whether this record is of an earlier delivery. */
static garco_status
is_delivery (garco_array *array, const garco_metadata_info *item, const char *file, int64_t first,
             int64_t last, bool *found, garco_error *error)
{
  garco__record record = {0};
  garco_status status = garco__record_read (item, &record, error);
  if (status >= 0 && record.file != NULL && record.first <= last && first <= record.last &&
      garco__same_delivery (file, record.file))
    status = garco__record_holds (array, item, found, error);
  garco__record_free (&record);
  return status;
}

garco_status
garco__find_delivery (garco_array *array, const char *file, const char *sha256, int64_t first,
                      int64_t last, bool *found, garco_error *error)
{
  char own[GARCO__SOURCE_KEY_SIZE];
  size_t count = 0;
  *found = false;
  garco__record_key (GARCO__SOURCE_KEY, sha256, own);
  GARCO_TRY (garco_array_metadata_count (array, &count, error));
  for (size_t i = 0; i < count && !*found; i++)
  {
    garco_metadata_info item;
    GARCO_TRY (garco_array_metadata (array, i, &item, error));
    if (strncmp (item.key, GARCO__SOURCE_KEY, strlen (GARCO__SOURCE_KEY)) == 0 &&
        strcmp (item.key, own) != 0)
      GARCO_TRY (is_delivery (array, &item, file, first, last, found, error));
  }
  return GARCO_OK;
}

garco_status
garco__covers_time (garco_array *array, size_t dimension, int64_t first, int64_t last, bool *covers,
                    garco_error *error)
{
  *covers = false;
  for (size_t i = garco_array_fragment_count (array); i-- > 0 && !*covers;)
  {
    garco_fragment_info info;
    int64_t range[2];
    GARCO_TRY (garco_array_fragment (array, i, &info, error));
    if (info.cells == 0)
      continue;
    memcpy (range, info.domain[dimension], sizeof range);
    *covers = range[0] <= last && first <= range[1];
  }
  return GARCO_OK;
}
