/* garco_export: an array as a RINEX file.
 *
 *   array --> survey: codes, times --> header that the array keeps --> plan: a type for each code
 *     |                                                                  |
 *     +------------------- cells, once more -----------------------------+--> epochs --> file
 *
 * What RINEX cannot say is told by notices, one a kind. Which header, and why strength digits stay
 * blank: docs/decisions/0005-export-by-the-kept-header.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "export/export_epoch.h"
#include "export/export_header.h"
#include "export/export_rows.h"

typedef struct exporting
{
  const char *uri;
  const garco_export_options *options;
  garco__export_survey survey;
  garco__export_model model;
  garco__export_plan *plan;
  garco__orders orders;
  garco__buffer header, dropped;
} exporting;

/* ---------------------------------------------------------------- notices */

static void notice (const exporting *x, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

static void
notice (const exporting *x, const char *format, ...)
{
  char text[1024], line[1600];
  va_list arguments;
  if (x->options->on_notice == NULL)
    return;
  va_start (arguments, format);
  vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  snprintf (line, sizeof line, "%s: %s", x->uri, text);
  x->options->on_notice (x->options->context, line);
}

static void
give_notices (const exporting *x)
{
  const garco__export_plan *plan = x->plan;
  const garco__export_survey *survey = &x->survey;
  bool modern = plan->version >= 300, channels = false;
  for (size_t slot = 0; slot < GARCO__SATS; slot++)
    channels |= survey->slot_seen[slot] && survey->channel[slot] != GARCO_FCN_UNKNOWN;
  if (x->model.header == NULL)
    notice (x, "the array keeps no header: one was made, in which little is known and times are "
               "taken to be of GPS time");
  if (x->model.others > 0)
    notice (x, "the header is that of %s; %zu more files of this time have others", x->model.file,
            x->model.others);
  if (x->dropped.size > 0)
    notice (x, "left out of the header, since RINEX %d has no place for it: %.*s",
            plan->version / 100, (int)x->dropped.size, (const char *)x->dropped.data);
  if (plan->lost.size > 0)
    notice (x, "left out, since RINEX %d has no type for it or the same as for another: %.*s",
            plan->version / 100, (int)plan->lost.size, (const char *)plan->lost.data);
  if (plan->others.size > 0)
    notice (x, "types that are read back as these codes with a code map only: %.*s",
            (int)plan->others.size, (const char *)plan->others.data);
  if (modern && survey->antispoofing)
    notice (x, "left out: antispoofing, which RINEX 3 cannot say");
  if (!modern && survey->boc)
    notice (x, "left out: BOC tracking, which RINEX 2 cannot say");
  if (!modern && channels && (x->model.header == NULL || x->model.header->version >= 300))
    notice (x, "left out: GLONASS channels, which RINEX 2 cannot say");
}

/* ---------------------------------------------------------------- writing */

static bool
selects_all (const garco_export_options *options)
{
  bool systems = options->systems != NULL && options->systems[0] != '\0';
  return options->start_ms == INT64_MIN && options->end_ms == INT64_MAX && !systems &&
         options->nsats == 0 && options->ncodes == 0;
}

static garco_status
choose_version (const exporting *x, int *version, garco_error *error)
{
  int wanted = x->options->version;
  *version = wanted != 0 ? wanted : x->model.header != NULL ? x->model.header->version : 304;
  if (wanted == 0 || wanted == 210 || wanted == 211 || (wanted >= 300 && wanted <= 305))
    return GARCO_OK;
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                      "RINEX version %d.%02d: expected 2.10, 2.11 or 3.00 to 3.05", wanted / 100,
                      wanted % 100);
}

/* What the array keeps of its files: a header, and the order of satellites. */
static garco_status
read_kept (exporting *x, garco_error *error)
{
  garco_array *array = NULL;
  garco_array_options reading = GARCO_ARRAY_OPTIONS_INIT;
  reading.timestamp_start = x->options->timestamp_start;
  reading.timestamp_end = x->options->timestamp_end;
  GARCO_TRY (garco_array_open (x->uri, &reading, &array, error));
  garco_status status = garco__export_model_find (&x->model, array, x->options, &x->survey, error);
  if (status >= 0)
    status = garco__orders_read (&x->orders, array, error);
  garco_array_free (&array);
  return status;
}

static garco_status
make_header (exporting *x, garco_error *error)
{
  void *made = NULL;
  int version;
  bool all = selects_all (x->options);
  GARCO_TRY (garco__export_survey_read (&x->survey, x->uri, x->options, error));
  GARCO_TRY (read_kept (x, error));
  GARCO_TRY (choose_version (x, &version, error));
  GARCO_TRY (garco__allocate (&made, 1, sizeof *x->plan, error));
  x->plan = made;
  GARCO_TRY (garco__export_plan_make (x->plan, version, !all, &x->survey, &x->model, error));
  return garco__export_header_text (&x->model, x->plan, &x->survey, all, &x->header, &x->dropped,
                                    error);
}

static garco_status
write_body (exporting *x, garco_writer *writer, garco_error *error)
{
  garco__export_epoch epoch;
  memset (&epoch, 0, sizeof epoch);
  epoch.uri = x->uri;
  epoch.plan = x->plan;
  epoch.survey = &x->survey;
  epoch.orders = &x->orders;
  epoch.writer = writer;
  garco_status status =
      garco__export_rows (x->uri, x->options, false, garco__export_epoch_take, &epoch, error);
  if (status >= 0)
    status = garco__export_epoch_finish (&epoch, error);
  if (status >= 0 && epoch.rounded > 0)
    notice (x, "%lld values have more than the three decimals of RINEX and were rounded",
            (long long)epoch.rounded);
  garco__export_epoch_free (&epoch);
  return status;
}

static garco_status
write_file (exporting *x, const char *path, garco_error *error)
{
  garco_writer_options options = GARCO_WRITER_OPTIONS_INIT;
  garco_writer *writer = NULL;
  garco_status status;
  const garco_header header = {.version = x->plan->version,
                               .text = (const char *)x->header.data,
                               .text_size = x->header.size};
  options.form = x->options->form;
  options.program = x->options->program;
  options.date = x->options->date;
  GARCO_TRY (garco_writer_open (path, &options, &writer, error));
  GARCO_TRY_DONE (garco_writer_header (writer, &header, error));
  GARCO_TRY_DONE (write_body (x, writer, error));
  GARCO_TRY_DONE (garco_writer_close (writer, error));
done:
  garco_writer_free (&writer);
  return status;
}

garco_status
garco_export (const char *uri, const char *path, const garco_export_options *options,
              garco_error *error)
{
  static const garco_export_options standard = GARCO_EXPORT_OPTIONS_INIT;
  exporting x;
  memset (&x, 0, sizeof x);
  x.uri = uri;
  x.options = options != NULL ? options : &standard;
  garco_status status = make_header (&x, error);
  if (status >= 0)
    give_notices (&x);
  if (status >= 0)
    status = write_file (&x, path, error);
  if (x.plan != NULL)
    garco__export_plan_free (x.plan);
  free (x.plan);
  garco__buffer_free (&x.header);
  garco__buffer_free (&x.dropped);
  garco__export_model_free (&x.model);
  garco__orders_free (&x.orders);
  garco__export_survey_free (&x.survey);
  return status;
}
