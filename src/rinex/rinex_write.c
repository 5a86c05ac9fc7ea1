/* The writer: a header, then epochs and events, as plain or Hatanaka text, into a sink.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil_time.h"
#include "base/error.h"
#include "codec/crinex_encode.h"
#include "codec/sink.h"

#define PROGRAM_WIDTH 40
#define DATE_WIDTH 20
#define TEXT_ROOM 64
#define FLUSH_SIZE ((size_t)65536)

struct garco_writer
{
  garco_form form;
  char program[TEXT_ROOM], date[TEXT_ROOM];
  char *path;
  garco__sink *sink;
  garco__crinex_encoder *encoder;
  int version;
  garco__print_style style;
  bool headed, closed, failed; /* failed: half an epoch may be in `out` */
  int64_t epochs;
  garco__buffer line, out;
};

/* ------------------------------------------------------------------ opening */

static void
present_date (char text[TEXT_ROOM])
{
  static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int year, month, day;
  int64_t now = garco__now_ms ();
  int64_t days = garco__floor_div (now, GARCO__DAY_MS);
  int minutes = (int)((now - days * GARCO__DAY_MS) / 60000);
  garco__date_of_days (days, &year, &month, &day);
  snprintf (text, TEXT_ROOM, "%02d-%s-%02d %02d:%02d", day, months[month - 1], year % 100,
            minutes / 60, minutes % 60);
}

/* Copies a text of the caller's for line 2, which must be one printable line. */
static garco_status
keep_text (const char *text, size_t width, char *kept, garco_error *error)
{
  size_t length = strlen (text);
  if (length > width)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "a program or date of %zu characters, expected %zu at most", length, width);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < ' ')
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                          "a control character in the program or date");
  memcpy (kept, text, length + 1);
  return GARCO_OK;
}

static garco_status
keep_options (garco_writer *writer, const garco_writer_options *options, garco_error *error)
{
  writer->form = options->form;
  writer->style.rnxcmp = options->rnxcmp_compatible;
  snprintf (writer->program, sizeof writer->program, "garco %s", garco_version ());
  present_date (writer->date);
  if (options->program != NULL)
    GARCO_TRY (keep_text (options->program, PROGRAM_WIDTH, writer->program, error));
  if (options->date != NULL)
    GARCO_TRY (keep_text (options->date, DATE_WIDTH, writer->date, error));
  return GARCO_OK;
}

garco_status
garco_writer_open (const char *path, const garco_writer_options *options, garco_writer **writer,
                   garco_error *error)
{
  void *made;
  static const garco_writer_options defaults = GARCO_WRITER_OPTIONS_INIT;
  garco_status status;
  *writer = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco_writer), error));
  garco_writer *fresh = made;
  GARCO_TRY_DONE (keep_options (fresh, options != NULL ? options : &defaults, error));
  fresh->path = strdup (strcmp (path, "-") == 0 ? "standard output" : path);
  if (fresh->path == NULL)
    GARCO_TRY_DONE (garco__fail_memory (error, strlen (path)));
  GARCO_TRY_DONE (garco__sink_open (path, &fresh->sink, error));
done:
  if (status < 0)
    garco_writer_free (&fresh);
  *writer = fresh;
  return status;
}

/* ------------------------------------------------------------------ writing */

static garco_status
flush_text (garco_writer *writer, size_t least, garco_error *error)
{
  if (writer->out.size < least)
    return GARCO_OK;
  size_t size = writer->out.size;
  writer->out.size = 0;
  return garco__sink_write (writer->sink, writer->out.data, size, error);
}

garco_status
garco_writer_header (garco_writer *writer, const garco_header *header, garco_error *error)
{
  if (writer->headed || writer->closed)
    return garco__fail (error, GARCO_ERR_ARGUMENT, writer->path,
                        "garco_writer_header is called once, first");
  if (header->version < 100 || header->version >= 500 || header->text_size == 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, writer->path,
                        "a header of version %d.%02d and %zu bytes, expected RINEX 1 to 4 and a "
                        "text",
                        header->version / 100, header->version % 100, header->text_size);
  writer->version = header->version;
  if (writer->form == GARCO_FORM_CRINEX)
  {
    /* RNXCMP 4.1 writes 3.0 for all, without picoseconds. */
    int version = header->version >= 402 && writer->style.rnxcmp ? 401 : header->version;
    GARCO_TRY (garco__crinex_encoder_new (version, &writer->encoder, error));
    GARCO_TRY (garco__crinex_put_head (writer->encoder, writer->program, writer->date, &writer->out,
                                       error));
  }
  GARCO_TRY (garco__buffer_append (&writer->out, header->text, header->text_size, error));
  if (header->text[header->text_size - 1] != '\n')
    GARCO_TRY (garco__buffer_append (&writer->out, "\n", 1, error));
  writer->headed = true;
  return flush_text (writer, FLUSH_SIZE, error);
}

static garco_status
write_event (garco_writer *writer, const garco_epoch *epoch, garco_error *error)
{
  if (writer->form == GARCO_FORM_RINEX)
    return garco__print_event (writer->version, epoch, &writer->out, error);
  writer->line.size = 0;
  GARCO_TRY (garco__print_event (writer->version, epoch, &writer->line, error));
  return garco__crinex_put_event (writer->encoder, (const char *)writer->line.data,
                                  writer->line.size, &writer->out, error);
}

/* Slips have the shape of observations, and Hatanaka text takes them as it takes events: as many
 * plain lines as the epoch line counts. That holds where each satellite has one line. */
static garco_status
put_slips (garco_writer *writer, const garco__buffer *text, size_t nsats, garco_error *error)
{
  size_t lines = 0;
  for (size_t i = 0; i < text->size; i++)
    lines += text->data[i] == '\n';
  if (lines != nsats + 1)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                        "cycle slips of %zu satellites in %zu lines, which Hatanaka text cannot "
                        "hold",
                        nsats, lines - 1);
  return garco__crinex_put_event (writer->encoder, (const char *)text->data, text->size,
                                  &writer->out, error);
}

static garco_status
write_slips (garco_writer *writer, const garco_epoch *epoch, garco_error *error)
{
  garco__buffer text = {0};
  garco_status status =
      garco__print_epoch (writer->version, epoch, &writer->line, &writer->style, &text, error);
  if (status == GARCO_OK)
    status = put_slips (writer, &text, epoch->nsats, error);
  garco__buffer_free (&text);
  return status;
}

/* The clock as rnx2crx reads it out of the epoch line: the characters around the point as one
 * number, and the eight behind them as another that begins with its first digit wherever that
 * stands, so that a fraction of few digits is misread. */
static int64_t
slipped_clock (int version, const garco_epoch *epoch)
{
  size_t start = version >= 300 ? 41 : 68, upper = version >= 300 ? 4 : 1;
  char field[16] = "", high[8] = "", low[9] = "";
  const char *end = epoch->text != NULL ? memchr (epoch->text, '\n', epoch->text_size) : NULL;
  size_t size = end != NULL ? (size_t)(end - epoch->text) : 0;
  if (size <= start + 3 || epoch->text[start + 2] != '.')
    return epoch->clock_ps;
  memcpy (field, epoch->text + start, size - start < 15 ? size - start : 15);
  memcpy (high, field, 2);
  memcpy (high + 2, field + 3, upper);
  if (strlen (field) > 3 + upper)
    memcpy (low, field + 3 + upper, 8);
  int64_t lower = strtol (low, NULL, 10);
  int64_t value = strtol (high, NULL, 10) * INT64_C (100000000);
  value += strchr (field, '-') != NULL ? -lower : lower;
  return version >= 300 ? value : value * 1000;
}

static garco_status
write_epoch (garco_writer *writer, const garco_epoch *epoch, garco_error *error)
{
  char picoseconds[5];
  if (epoch->flag >= 2 && epoch->flag <= 5)
    return write_event (writer, epoch, error);
  GARCO_TRY (garco__epoch_line (writer->version, epoch, &writer->line, error));
  if (writer->form == GARCO_FORM_RINEX)
    return garco__print_epoch (writer->version, epoch, &writer->line, &writer->style, &writer->out,
                               error);
  if (epoch->flag == 6)
    return write_slips (writer, epoch, error);
  garco__epoch_picoseconds (writer->version, epoch, picoseconds);
  garco_epoch copy = *epoch;
  if (writer->style.rnxcmp && epoch->clock_ps != GARCO_MISSING)
    copy.clock_ps = slipped_clock (writer->version, epoch);
  return garco__crinex_put_epoch (writer->encoder, &copy, (const char *)writer->line.data,
                                  writer->line.size, picoseconds, &writer->out, error);
}

/* Into writer->out; `message` says why not, without a place. */
static garco_status
take_epoch (garco_writer *writer, const garco_epoch *epoch, garco_error *message,
            garco_error *error)
{
  message->code = GARCO_OK;
  if (!writer->headed || writer->closed || writer->failed)
    return garco__fail (error, GARCO_ERR_ARGUMENT, writer->path,
                        "an epoch is written after the header, before the close and not after an "
                        "error");
  if (epoch->flag < 0 || epoch->flag > 6)
    return garco__fail (error, GARCO_ERR_ARGUMENT, writer->path,
                        "an epoch of flag %d, expected 0 to 6", epoch->flag);
  writer->epochs++;
  garco_status status = write_epoch (writer, epoch, message);
  writer->failed = status < 0;
  return status;
}

garco_status
garco_writer_epoch (garco_writer *writer, const garco_epoch *epoch, garco_error *error)
{
  garco_error message;
  garco_status status = take_epoch (writer, epoch, &message, error);
  if (message.code < 0)
    return garco__fail (error, status, writer->path, "record %lld of the body: %s",
                        (long long)writer->epochs, message.message);
  return status < 0 ? status : flush_text (writer, FLUSH_SIZE, error);
}

garco_status
garco__writer_epoch_of (garco_writer *writer, const garco_epoch *epoch, const char *source,
                        garco_error *error)
{
  garco_error message;
  garco_status status = take_epoch (writer, epoch, &message, error);
  if (message.code < 0)
    return garco__fail_line (error, status, source, epoch->line, "%s", message.message);
  return status < 0 ? status : flush_text (writer, FLUSH_SIZE, error);
}

void
garco__writer_style (garco_writer *writer, const garco__print_style *style)
{
  bool rnxcmp = writer->style.rnxcmp;
  writer->style = *style;
  writer->style.rnxcmp = rnxcmp;
}

/* The lines, the first of which may have Hatanaka's & for its blank. */
static garco_status
put_lines (garco_writer *writer, const garco__raw *raw, size_t nsats, garco_error *error)
{
  bool plain = writer->form == GARCO_FORM_RINEX;
  garco__buffer *to = plain ? &writer->out : &writer->line;
  if (!plain)
    to->size = 0;
  size_t start = to->size;
  GARCO_TRY (garco__print_lines (raw->text, raw->size, raw->line_end, to, error));
  if (to->data[start] == '&')
    to->data[start] = ' ';
  return plain ? GARCO_OK : put_slips (writer, to, nsats, error);
}

garco_status
garco__writer_lines (garco_writer *writer, const garco__raw *raw, const garco_epoch *epoch,
                     const char *source, garco_error *error)
{
  garco_error message;
  if (!writer->headed || writer->closed || writer->failed)
    return garco__fail (error, GARCO_ERR_ARGUMENT, writer->path,
                        "lines are written behind the header");
  writer->epochs++;
  garco_status status = put_lines (writer, raw, epoch->nsats, &message);
  writer->failed = status < 0;
  if (status < 0)
    return garco__fail_line (error, status, source, epoch->line, "%s", message.message);
  return flush_text (writer, FLUSH_SIZE, error);
}

garco_status
garco_writer_close (garco_writer *writer, garco_error *error)
{
  if (!writer->headed || writer->closed || writer->failed)
    return garco__fail (error, GARCO_ERR_ARGUMENT, writer->path,
                        "a writer is closed once, after its header and not after an error");
  GARCO_TRY (flush_text (writer, 1, error));
  writer->closed = true;
  return garco__sink_close (writer->sink, error);
}

void
garco_writer_free (garco_writer **writer)
{
  garco_writer *old = *writer;
  if (old == NULL)
    return;
  garco__sink_free (&old->sink);
  garco__crinex_encoder_free (&old->encoder);
  garco__buffer_free (&old->line);
  garco__buffer_free (&old->out);
  free (old->path);
  free (old);
  *writer = NULL;
}
