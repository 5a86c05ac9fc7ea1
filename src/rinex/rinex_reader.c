/* The reader: bytes in, records out. It is a loop around three record readers (RINEX 2, RINEX 3 and
 * 4, Hatanaka), which see whole lines only:
 *
 *   feed -> lines -> header, then one record a call -> epoch
 *
 * A record reader first asks for all of its lines; where they are not there yet nothing has
 * changed, and the reader asks for bytes (from its file, or with GARCO_AGAIN from its caller).
 * `want` remembers how many lines that takes, so small pieces do not make it look again and again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"

/* ---------------------------------------------------------------- damage, lines */

/* The reader's name and the line into an error that has only its message. */
garco_status
garco__reader_fail_at (const garco_reader *reader, const garco_error *what, int64_t line,
                       garco_error *error)
{
  return garco__fail_line (error, what->code, reader->name, line, "%s", what->message);
}

static garco_status
report (garco_reader *reader, const garco_error *damage, garco_error *error)
{
  if (!reader->options.salvage)
  {
    if (error != NULL)
      *error = *damage;
    return damage->code;
  }
  reader->damaged++;
  if (reader->options.on_damage != NULL &&
      reader->options.on_damage (reader->options.context, damage) != 0)
    return garco__fail (error, GARCO_ERR_CANCELLED, reader->name, "stopped at damage in line %lld",
                        (long long)damage->line);
  return GARCO_OK;
}

garco_status
garco__reader_damage (garco_reader *reader, garco_status code, int64_t line, garco_error *error,
                      const char *format, ...)
{
  char message[512];
  garco_error damage;
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (message, sizeof message, format, arguments);
  va_end (arguments);
  garco__fail_line (&damage, code, reader->name, line, "%s", message);
  return report (reader, &damage, error);
}

const char *
garco__reader_quote (garco__line line, char quote[GARCO__QUOTE_SIZE])
{
  size_t size = line.size < 40 ? line.size : 40;
  for (size_t i = 0; i < size; i++)
    quote[i] = line.text[i] == '\0' ? '?' : line.text[i];
  memcpy (quote + size, size < line.size ? "..." : "", size < line.size ? 4 : 1);
  return quote;
}

/* Makes `count` lines known. Salvage leaves overlong ones out; of a file that begins with one,
 * nothing can be read. */
static garco_status
know_lines (garco_reader *reader, size_t count, bool *known, garco_error *error)
{
  garco__lines *lines = &reader->lines;
  GARCO_TRY (garco__lines_want (lines, count, known, error));
  while (!*known && lines->overlong)
  {
    int64_t line = garco__reader_line_number (reader, lines->count);
    if (!reader->options.salvage || line == 1)
      return garco__fail_line (error, GARCO_ERR_LIMIT, reader->name, line,
                               "a line of more than %d bytes", GARCO__LINE_LIMIT);
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_LIMIT, line, error,
                                     "a line of more than %d bytes left out", GARCO__LINE_LIMIT));
    garco__lines_skip (lines);
    GARCO_TRY (garco__lines_want (lines, count, known, error));
  }
  return GARCO_OK;
}

garco_status
garco__reader_need (garco_reader *reader, size_t count, size_t *have, garco_error *error)
{
  bool known;
  GARCO_TRY (know_lines (reader, count, &known, error));
  *have = known ? count : reader->lines.count;
  size_t before = garco__lines_before_hole (&reader->lines, *have);
  if (before > 0 && before < *have)
  {
    *have = before;
    return GARCO_OK;
  }
  if (known || reader->lines.finished)
    return GARCO_OK;
  if (reader->lines.bytes.size - reader->lines.at > GARCO__RECORD_LIMIT)
    return garco__fail_line (
        error, GARCO_ERR_LIMIT, reader->name, garco__reader_line_number (reader, 0),
        "a record of more than %d bytes, %zu lines of it expected", GARCO__RECORD_LIMIT, count);
  reader->want = count;
  return GARCO_AGAIN;
}

garco_status
garco__reader_append_text (garco_reader *reader, garco__line line, garco_error *error)
{
  line = garco__trim_right (line);
  GARCO_TRY (garco__buffer_append (&reader->text, line.text, line.size, error));
  return garco__buffer_append (&reader->text, "\n", 1, error);
}

/* ---------------------------------------------------------------- the header */

static garco_status
refuse_first_line (garco_reader *reader, garco__line line, garco_error *error)
{
  char quote[GARCO__QUOTE_SIZE];
  const char *what = "no RINEX file";
  if (line.size > 3 && line.text[0] == '#' && line.text[1] >= 'a' && line.text[1] <= 'd')
    what = "an SP3 orbit file";
  return garco__fail_line (error, GARCO_ERR_FORMAT, reader->name,
                           garco__reader_line_number (reader, 0),
                           "%s: \"%s\" where RINEX VERSION / TYPE was expected in columns 61 to "
                           "80",
                           what, garco__reader_quote (line, quote));
}

/* END OF HEADER, or the first epoch line without it. */
static garco_status
end_header (garco_reader *reader, garco_error *error)
{
  const garco_header *view = &reader->header.view;
  if (view->version == 0)
    return garco__fail_line (error, GARCO_ERR_FORMAT, reader->name,
                             garco__reader_line_number (reader, 0),
                             "a header without RINEX VERSION / TYPE");
  if (view->crinex_version != 0)
  {
    if ((view->crinex_version == 10) != (view->version < 300))
      return garco__fail_line (error, GARCO_ERR_UNSUPPORTED, reader->name, 1,
                               "RINEX %d.%02d in Hatanaka %d.%d, expected 1.0 for RINEX 2 and 3.x "
                               "for later ones",
                               view->version / 100, view->version % 100, view->crinex_version / 10,
                               view->crinex_version % 10);
    GARCO_TRY (garco__crinex_new (&reader->crinex, error));
  }
  GARCO_TRY (garco__reader_publish (reader, error));
  reader->header_done = true;
  return GARCO_OK;
}

static garco_status
read_header_line (garco_reader *reader, garco__line line, garco_error *error)
{
  garco_header *view = &reader->header.view;
  garco__item item = garco__header_item (line);
  int64_t number = garco__reader_line_number (reader, 0);
  if (garco__lines_before_hole (&reader->lines, 1) == 0)
    return garco__take_hole (reader, error);
  if (!reader->in_header)
  {
    if (line.size >= 3 && memcmp (line.text, "\xef\xbb\xbf", 3) == 0)
    {
      line = (garco__line){line.text + 3, line.size - 3};
      item = garco__header_item (line);
    }
    if (garco__reader_is_empty (reader, line))
    {
      garco__lines_take (&reader->lines, 1);
      return GARCO_OK;
    }
    if (item != GARCO__ITEM_VERSION && item != GARCO__ITEM_CRINEX_VERSION)
      return refuse_first_line (reader, line, error);
    reader->in_header = true;
  }
  if (item == GARCO__ITEM_NONE && view->version > 0 && garco__reader_is_epoch_line (reader, line))
  {
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT, number, error,
                                     "an epoch line in the header, expected END OF HEADER first"));
    return end_header (reader, error);
  }
  GARCO_TRY (garco__reader_take_header (reader, item, line, number, error));
  if (view->version > 0)
  {
    garco_error what;
    if (garco__header_append_text (&reader->header, line, &what) < 0)
      return garco__reader_fail_at (reader, &what, number, error);
  }
  if (item == GARCO__ITEM_END)
    GARCO_TRY (end_header (reader, error));
  garco__lines_take (&reader->lines, 1);
  return GARCO_OK;
}

static garco_status
read_header (garco_reader *reader, garco_error *error)
{
  while (!reader->header_done)
  {
    size_t have;
    garco_status status = garco__reader_need (reader, 1, &have, error);
    if (status != GARCO_OK)
      return status;
    if (have == 0)
      return reader->in_header
                 ? garco__fail_line (error, GARCO_ERR_TRUNCATED, reader->name, reader->lines.taken,
                                     "the file ends in its header, expected END OF HEADER")
                 : garco__fail (error, GARCO_ERR_TRUNCATED, reader->name,
                                "the file is empty, expected a RINEX observation file");
    GARCO_TRY (read_header_line (reader, garco__lines_get (&reader->lines, 0), error));
  }
  return GARCO_OK;
}

/* ---------------------------------------------------------------- the loop */

static garco_status
read_record (garco_reader *reader, bool *found, garco_error *error)
{
  if (reader->crinex != NULL)
    return garco__read_record_crinex (reader, found, error);
  return reader->header.view.version >= 300 ? garco__read_record3 (reader, found, error)
                                            : garco__read_record2 (reader, found, error);
}

/* One record from the lines that are there. */
static garco_status
step (garco_reader *reader, garco_error *error)
{
  size_t have;
  garco_status status = garco__reader_need (reader, reader->want, &have, error);
  if (status != GARCO_OK)
    return status;
  status = read_header (reader, error);
  bool found = false;
  while (status == GARCO_OK && !found)
  {
    reader->want = 1;
    status = garco__reader_need (reader, 1, &have, error);
    if (status != GARCO_OK)
      return status;
    if (have == 0)
      return GARCO_END;
    reader->damaged_before = reader->damaged;
    if (garco__lines_before_hole (&reader->lines, 1) == 0)
      status = garco__take_hole (reader, error);
    else
      status = read_record (reader, &found, error);
  }
  return status;
}

/* Smaller pieces cost more to copy than they save by the cache. */
#define PUMP_SIZE ((size_t)1048576)

/* The next bytes of the reader's own file, read to where they are wanted. Those in which salvage
 * looks for NUL bytes go the way of bytes that are fed. */
static garco_status
fill (garco_reader *reader, garco_error *what)
{
  const uint8_t *bytes;
  uint8_t *room;
  size_t size;
  garco_status status;
  if (reader->options.salvage)
  {
    status = garco__source_read (reader->input, &bytes, &size, what);
    return status == GARCO_OK ? garco_reader_feed (reader, bytes, size, what) : status;
  }
  GARCO_TRY (garco__lines_room (&reader->lines, PUMP_SIZE, &room, what));
  status = garco__source_read_into (reader->input, room, PUMP_SIZE, &bytes, &size, what);
  if (status != GARCO_OK)
    return status;
  if (bytes != room)
    return garco__lines_feed (&reader->lines, bytes, size, what);
  garco__lines_filled (&reader->lines, size);
  return GARCO_OK;
}

static garco_status
pump (garco_reader *reader, garco_error *error)
{
  garco_error what;
  garco_status status = fill (reader, &what);
  if (status == GARCO_OK)
    return GARCO_OK;
  garco_reader_finish (reader);
  if (status == GARCO_END)
    return GARCO_OK;
  if (status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED)
    return report (reader, &what, error);
  if (error != NULL)
    *error = what;
  return status;
}

/* Runs `part` until it needs no more bytes than there are. */
static garco_status
run (garco_reader *reader, garco_status (*part) (garco_reader *, garco_error *), garco_error *error)
{
  garco_status status = part (reader, error);
  while (status == GARCO_AGAIN && reader->input != NULL)
  {
    status = pump (reader, error);
    if (status == GARCO_OK)
      status = part (reader, error);
  }
  reader->failed = status < 0;
  return status;
}

garco_status
garco_reader_next (garco_reader *reader, garco_epoch *epoch, garco_error *error)
{
  if (reader->failed)
    return garco__fail (error, GARCO_ERR_ARGUMENT, reader->name,
                        "nothing can be read after an error");
  garco_status status = run (reader, step, error);
  if (status == GARCO_OK)
    *epoch = reader->epoch;
  return status;
}

/* ---------------------------------------------------------------- bytes in */

/* Of a run of NUL bytes that a salvaging reader is fed, one is left; each run is reported once. */
static garco_status
feed_without_nuls (garco_reader *reader, const char *bytes, size_t size, garco_error *error)
{
  reader->lines.torn = true;
  for (size_t i = 0; i < size;)
  {
    const char *nul = memchr (bytes + i, '\0', size - i);
    size_t end = nul == NULL ? size : (size_t)(nul - bytes);
    bool in_run = reader->fed_nul && end == i, known;
    GARCO_TRY (garco__lines_feed (&reader->lines, bytes + i, end - i, error));
    GARCO_TRY (know_lines (reader, SIZE_MAX, &known, error));
    for (i = end; i < size && bytes[i] == '\0';)
      i++;
    reader->fed_nul = i > end;
    if (i == end || in_run)
      continue;
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT,
                                     garco__reader_line_number (reader, reader->lines.count), error,
                                     "NUL bytes, expected text"));
    GARCO_TRY (garco__lines_feed (&reader->lines, "", 1, error));
  }
  return GARCO_OK;
}

garco_status
garco_reader_feed (garco_reader *reader, const void *bytes, size_t size, garco_error *error)
{
  if (reader->lines.finished)
    return garco__fail (error, GARCO_ERR_ARGUMENT, reader->name,
                        "bytes fed after the end was said");
  if (size == 0)
    return GARCO_OK;
  if (reader->options.salvage && (reader->fed_nul || memchr (bytes, '\0', size) != NULL))
    return feed_without_nuls (reader, bytes, size, error);
  return garco__lines_feed (&reader->lines, bytes, size, error);
}

void
garco_reader_finish (garco_reader *reader)
{
  reader->lines.finished = true;
}

/* ---------------------------------------------------------------- birth and death */

static garco_status
new_reader (const garco_reader_options *options, const char *name, garco_reader **reader,
            garco_error *error)
{
  garco_status status = GARCO_OK;
  void *room;
  *reader = NULL;
  GARCO_TRY (garco__allocate (&room, 1, sizeof **reader, error));
  garco_reader *self = room;
  if (options != NULL)
    self->options = *options;
  self->options.source = NULL;
  self->want = 1;
  self->last_ms = INT64_MIN;
  garco__header_init (&self->header);
  GARCO_TRY_DONE (garco__allocate (&room, 1, sizeof *self->obs, error));
  self->obs = room;
  garco__obs_init (self->obs);
  GARCO_TRY_DONE (garco__allocate (&room, strlen (name) + 1, 1, error));
  self->name = strcpy (room, name);
  *reader = self;
  return GARCO_OK;

done:
  garco_reader_free (&self);
  return status;
}

garco_status
garco_reader_new (const garco_reader_options *options, garco_reader **reader, garco_error *error)
{
  const char *name = options != NULL && options->source != NULL ? options->source : "input";
  return new_reader (options, name, reader, error);
}

garco_status
garco_reader_open (const char *path, const garco_reader_options *options, garco_reader **reader,
                   garco_error *error)
{
  garco_status status;
  garco__source *input = NULL;
  garco_reader *self = NULL;
  *reader = NULL;
  GARCO_TRY (garco__source_open (path, NULL, &input, error));
  GARCO_TRY_DONE (new_reader (options, garco__source_name (input), &self, error));
  self->input = input;
  input = NULL;
  GARCO_TRY_DONE (run (self, read_header, error));
  *reader = self;
  self = NULL;

done:
  garco__source_free (&input);
  garco_reader_free (&self);
  return status;
}

const garco_header *
garco_reader_header (const garco_reader *reader)
{
  return reader->header_done ? &reader->header.view : NULL;
}

int64_t
garco_reader_damaged (const garco_reader *reader)
{
  return reader->damaged;
}

int64_t
garco_reader_epochs_lost (const garco_reader *reader)
{
  return reader->epochs_lost;
}

void
garco_reader_free (garco_reader **reader)
{
  garco_reader *self = *reader;
  if (self == NULL)
    return;
  garco__source_free (&self->input);
  garco__lines_free (&self->lines);
  garco__header_free (&self->header);
  if (self->obs != NULL)
    garco__obs_free (self->obs);
  free (self->obs);
  garco__buffer_free (&self->text);
  garco__crinex_free (&self->crinex);
  free (self->name);
  free (self);
  *reader = NULL;
}
