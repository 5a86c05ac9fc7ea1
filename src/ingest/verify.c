/* garco_verify: does the array hold what the file holds?
 *
 *   file --> windows of cells, rising in time --> compared with the array's cells of that time
 *     |
 *     +--> SHA-256 --> the array's record: how its types became codes, whether zeros were kept
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "ingest/ingest_record.h"
#include "ingest/verify_compare.h"
#include "ingest/verify_file.h"

/* How the file was read when it was put in, where the array says so. */
static garco_status
find_record (garco_array *array, const char *file, garco__record *record, bool *recorded,
             garco_error *error)
{
  struct stat status;
  char sha256[65], key[GARCO__SOURCE_KEY_SIZE];
  garco_metadata_info item;
  *recorded = false;
  if (strcmp (file, "-") == 0 || stat (file, &status) != 0 || !S_ISREG (status.st_mode))
    return GARCO_OK;
  GARCO_TRY (garco__hash_file (file, sha256, error));
  garco__record_key (GARCO__SOURCE_KEY, sha256, key);
  GARCO_TRY (garco__record_item (array, key, &item, recorded, error));
  if (*recorded)
    GARCO_TRY (garco__record_holds (array, &item, recorded, error));
  return *recorded ? garco__record_read (&item, record, error) : GARCO_OK;
}

static garco_status
compare_windows (garco__comparison *comparison, const char *file,
                 const garco_ingest_options *reading, garco_verify_report *report,
                 garco_error *error)
{
  garco__file_windows windows;
  garco_status status;
  memset (&windows, 0, sizeof windows);
  comparison->report = report;
  comparison->after = INT64_MIN;
  GARCO_TRY_DONE (garco__windows_open (&windows, file, reading, error));
  while ((status = garco__windows_next (&windows, error)) == GARCO_OK)
  {
    report->cells += (int64_t)windows.cells.count;
    GARCO_TRY_DONE (garco__compare_window (comparison, &windows.cells, error));
  }
  GARCO_TRY_DONE (status);
  report->epochs = windows.epochs_read;
  report->crowded = garco__cell_maker_crowded (windows.maker);
  report->damaged = windows.damaged + garco_reader_damaged (windows.reader);
done:
  garco__windows_free (&windows);
  return status < 0 ? status : GARCO_OK;
}

static garco_status
verify_file (garco__comparison *comparison, garco_array *array, const char *file,
             garco_error *error)
{
  const garco_verify_options *options = comparison->options;
  garco_ingest_options reading = GARCO_INGEST_OPTIONS_INIT;
  garco_verify_report report = {.file = file};
  garco__record record;
  memset (&record, 0, sizeof record);
  garco_status status = find_record (array, file, &record, &report.recorded, error);
  reading.salvage = options->salvage;
  reading.keep_zeros = options->keep_zeros || record.keep_zeros;
  reading.code_map = options->code_map != NULL ? options->code_map : record.codes;
  reading.on_damage = options->on_damage;
  reading.context = options->context;
  if (status >= 0)
    status = compare_windows (comparison, file, &reading, &report, error);
  report.holds = report.missing == 0 && report.differing == 0 && report.crowded == 0 &&
                 (report.extra == 0 || options->allow_extra);
  if (status >= 0 && options->on_report != NULL)
    options->on_report (options->context, &report);
  garco__record_free (&record);
  return status;
}

garco_status
garco_verify (const char *const *files, size_t nfiles, const char *uri,
              const garco_verify_options *options, garco_error *error)
{
  static const garco_verify_options standard = GARCO_VERIFY_OPTIONS_INIT;
  garco__comparison comparison;
  garco_array *array = NULL;
  garco_status status;
  memset (&comparison, 0, sizeof comparison);
  if (options == NULL)
    options = &standard;
  GARCO_TRY_DONE (garco_array_open (uri, NULL, &array, error));
  GARCO_TRY_DONE (garco__comparison_init (&comparison, array, uri, options, error));
  for (size_t i = 0; i < nfiles; i++)
    GARCO_TRY_DONE (verify_file (&comparison, array, files[i], error));
done:
  garco__comparison_free (&comparison);
  garco_array_free (&array);
  return status;
}
