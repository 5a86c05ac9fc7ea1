/* What the record readers have in common: the time and the satellites of a record, events, headers
 * in the middle of a file, and lines that stand where an epoch is due.
 *
 * An event (flags 2 to 5) is its line and as many lines as that says; those with a header's label
 * change the header from there on. Files put one behind the other have a second header: it becomes
 * an event of flag 4, without the lines that only a file's begin can have.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/names.h"
#include "rinex/rinex_reader.h"

/* ---------------------------------------------------------------- parts of records */

bool
garco__read_satellite (const garco_reader *reader, const char *text, int *system, int *number)
{
  char letter = text[0];
  if (letter == ' ')
    letter = reader->header.view.system == 'M' ? 'G' : reader->header.view.system;
  *system = garco__system_number (letter);
  if (*system < 0 || text[2] < '0' || text[2] > '9')
    return false;
  *number = text[2] - '0';
  if (text[1] == ' ')
    return true;
  *number += (text[1] - '0') * 10;
  return text[1] >= '0' && text[1] <= '9';
}

/* A leap second is written in UTC alone. */
static bool
second_60_allowed (const garco_reader *reader, const garco__stamp *stamp)
{
  const char *system = reader->header.view.time_system;
  return stamp->day_end && (strcmp (system, "GLO") == 0 || strcmp (system, "UTC") == 0);
}

garco_status
garco__reader_begin (garco_reader *reader, const garco__stamp *stamp, garco_error *error)
{
  int64_t line = garco__reader_line_number (reader, 0);
  bool same_time = false;
  reader->epoch = (garco_epoch){.time_ms = stamp->time_ms,
                                .time_ps = stamp->time_ps,
                                .clock_ps = GARCO_MISSING,
                                .flag = stamp->flag,
                                .line = line};
  reader->resync = false;
  reader->text.size = 0;
  if (stamp->second_60 && !second_60_allowed (reader, stamp))
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT, line, error,
                                     "a second of 60 or more, expected less than 60"));
  if (stamp->flag <= 1)
  {
    int64_t ms = stamp->time_ms, ps = stamp->time_ps;
    same_time = ms == reader->last_ms && ps == reader->last_ps;
    if (ms < reader->last_ms || (ms == reader->last_ms && ps < reader->last_ps))
    {
      char now[32], last[32];
      garco_time_text (ms, now);
      garco_time_text (reader->last_ms, last);
      GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT, line, error,
                                       "time %s goes back, expected one after %s", now, last));
    }
    reader->last_ms = ms;
    reader->last_ps = ps;
  }
  else if (stamp->flag == 6)
    reader->last_ms = INT64_MIN; /* its satellites are no observations to compare with */
  garco__obs_begin (reader->obs, same_time);
  return GARCO_OK;
}

/* The record's text, `size` bytes from the first known line on. */
static void
keep_raw (garco_reader *reader, size_t size)
{
  bool event = reader->epoch.flag >= 2 && reader->epoch.flag <= 5;
  reader->raw = (garco__raw){NULL, 0, reader->lines.end};
  bool coded = reader->crinex != NULL && reader->epoch.flag != 6;
  if (size == 0 || event || coded || reader->damaged != reader->damaged_before)
    return;
  reader->raw.text = garco__lines_get (&reader->lines, 0).text;
  reader->raw.size = size;
}

garco__raw
garco__reader_raw (const garco_reader *reader)
{
  return reader->raw;
}

static void
fill_epoch (garco_reader *reader)
{
  garco_epoch *epoch = &reader->epoch;
  epoch->nsats = reader->obs->nsats;
  epoch->sats = reader->obs->sats;
  epoch->names = reader->obs->names[0];
  epoch->values = reader->obs->values;
  epoch->indicators = reader->obs->indicators;
  epoch->text = (const char *)reader->text.data;
  epoch->text_size = reader->text.size;
}

static garco_status
complain_of_repeated (garco_reader *reader, garco_error *error)
{
  if (!reader->obs->repeated || reader->epoch.flag > 1)
    return GARCO_OK;
  return garco__reader_damage (reader, GARCO_ERR_CORRUPT, reader->epoch.line, error,
                               "the time and satellites of an epoch before, expected a later time");
}

garco_status
garco__reader_end (garco_reader *reader, size_t lines, garco_error *error)
{
  size_t size = 0;
  if (lines > 0)
  {
    garco__line last = garco__lines_get (&reader->lines, lines - 1);
    size = (size_t)(last.text + last.size - garco__lines_get (&reader->lines, 0).text);
  }
  fill_epoch (reader);
  keep_raw (reader, size);
  garco__lines_take (&reader->lines, lines);
  return complain_of_repeated (reader, error);
}

garco_status
garco__reader_end_at (garco_reader *reader, size_t next, size_t lines, garco_error *error)
{
  fill_epoch (reader);
  keep_raw (reader, next - 1 - reader->lines.at);
  garco__lines_take_to (&reader->lines, next, lines);
  return complain_of_repeated (reader, error);
}

/* ---------------------------------------------------------------- events */

bool
garco__reader_is_epoch_line (const garco_reader *reader, garco__line line)
{
  garco__stamp stamp;
  if (line.size == 0)
    return false;
  if (reader->header.view.version >= 300)
    return garco__stamp3 (line, &stamp);
  if (reader->crinex == NULL)
    return garco__stamp2_plain (line);
  char head[32];
  size_t size = line.size < sizeof head ? line.size : sizeof head;
  memcpy (head, line.text, size);
  head[0] = ' ';
  return line.text[0] == '&' && garco__stamp2_plain ((garco__line){head, size});
}

garco_status
garco__reader_take_header (garco_reader *reader, garco__item item, garco__line line, int64_t number,
                           garco_error *error)
{
  garco_error what;
  garco_status status = garco__header_take (&reader->header, item, line, number, &what);
  if (status == GARCO_ERR_CORRUPT)
    return garco__reader_damage (reader, status, number, error, "%s", what.message);
  return status < 0 ? garco__reader_fail_at (reader, &what, number, error) : GARCO_OK;
}

garco_status
garco__reader_publish (garco_reader *reader, garco_error *error)
{
  garco_error what;
  garco_status status;
  while ((status = garco__header_publish (&reader->header, &what)) == GARCO_ERR_CORRUPT)
    GARCO_TRY (garco__reader_damage (reader, status, what.line, error, "%s", what.message));
  return status;
}

/* The lines of an event, text and header; some labels mean nothing here. */
static garco_status
take_event_lines (garco_reader *reader, size_t first, size_t end, garco_error *error)
{
  reader->header.changed = false;
  for (size_t i = first; i < end; i++)
  {
    garco__line line = garco__lines_get (&reader->lines, i);
    garco__item item = garco__header_item (line);
    if (item != GARCO__ITEM_VERSION && item != GARCO__ITEM_CRINEX_VERSION)
      GARCO_TRY (garco__reader_take_header (reader, item, line,
                                            garco__reader_line_number (reader, i), error));
  }
  if (reader->header.changed)
    GARCO_TRY (garco__reader_publish (reader, error));
  reader->epoch.header_changed = reader->header.changed;
  return GARCO_OK;
}

garco_status
garco__read_event (garco_reader *reader, const garco__stamp *stamp, bool *found, garco_error *error)
{
  size_t wanted = 1 + (size_t)stamp->count, have, lines = 1;
  garco_status status = garco__reader_need (reader, wanted, &have, error);
  if (status != GARCO_OK)
    return status;
  while (lines < have &&
         !garco__reader_is_epoch_line (reader, garco__lines_get (&reader->lines, lines)))
    lines++;
  GARCO_TRY (garco__reader_begin (reader, stamp, error));
  if (lines < wanted)
    GARCO_TRY (garco__reader_damage (
        reader, have < wanted && lines == have ? GARCO_ERR_TRUNCATED : GARCO_ERR_CORRUPT,
        garco__reader_line_number (reader, 0), error, "an event of %d lines with %zu, expected %d",
        stamp->count, lines - 1, stamp->count));
  for (size_t i = 0; i < lines; i++)
    GARCO_TRY (garco__reader_append_text (reader, garco__lines_get (&reader->lines, i), error));
  if (reader->text.data[0] == '&')
    reader->text.data[0] = ' ';
  GARCO_TRY (take_event_lines (reader, 1, lines, error));
  if (reader->crinex != NULL)
    garco__crinex_reset (reader->crinex);
  *found = true;
  return garco__reader_end (reader, lines, error);
}

/* ---------------------------------------------------------------- headers in the middle */

/* The first line of an event of `count` lines without a time. */
static garco_status
print_event_line (garco_reader *reader, size_t count, garco_error *error)
{
  if (reader->header.view.version >= 300)
    return garco__buffer_print (&reader->text, error, ">%30s4%3zu\n", "", count);
  return garco__buffer_print (&reader->text, error, "%28s4%3zu\n", "", count);
}

static bool
belongs_in_event (garco__item item)
{
  return item != GARCO__ITEM_VERSION && item != GARCO__ITEM_END &&
         item != GARCO__ITEM_CRINEX_VERSION && item != GARCO__ITEM_CRINEX_PROGRAM;
}

/* Known lines up to END OF HEADER, `count` of them with it, as an event of flag 4. */
static garco_status
take_second_header (garco_reader *reader, size_t count, garco_error *error)
{
  garco_header *view = &reader->header.view;
  garco__stamp stamp = {.time_ms = INT64_MIN, .flag = 4};
  int version = view->version, crinex_version = view->crinex_version;
  size_t kept = 0;
  GARCO_TRY (garco__reader_begin (reader, &stamp, error));
  for (size_t i = 0; i < count; i++)
    kept += belongs_in_event (garco__header_item (garco__lines_get (&reader->lines, i)));
  GARCO_TRY (print_event_line (reader, kept, error));
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
    reader->header.lists[s].count = 0;
  reader->header.nfactors = 0;
  view->crinex_version = 0;
  for (size_t i = 0; i < count; i++)
  {
    garco__line line = garco__lines_get (&reader->lines, i);
    garco__item item = garco__header_item (line);
    if (belongs_in_event (item))
      GARCO_TRY (garco__reader_append_text (reader, line, error));
    GARCO_TRY (garco__reader_take_header (reader, item, line, garco__reader_line_number (reader, i),
                                          error));
  }
  if (view->version / 300 != version / 300 || view->crinex_version != crinex_version)
    return garco__fail_line (error, GARCO_ERR_UNSUPPORTED, reader->name, reader->epoch.line,
                             "a second header of another form (RINEX %d.%02d after %d.%02d)",
                             view->version / 100, view->version % 100, version / 100,
                             version % 100);
  GARCO_TRY (garco__reader_publish (reader, error));
  reader->epoch.header_changed = true;
  reader->last_ms = INT64_MIN;
  if (reader->crinex != NULL)
    garco__crinex_reset (reader->crinex);
  return garco__reader_end (reader, count, error);
}

static garco_status
read_second_header (garco_reader *reader, bool *found, garco_error *error)
{
  for (size_t count = 1; count <= 1000; count++)
  {
    size_t have;
    garco_status status = garco__reader_need (reader, count, &have, error);
    if (status != GARCO_OK)
      return status;
    if (have < count)
    {
      GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_TRUNCATED,
                                       garco__reader_line_number (reader, 0), error,
                                       "a second header without END OF HEADER"));
      garco__lines_take (&reader->lines, have);
      return GARCO_OK;
    }
    garco__line line = garco__lines_get (&reader->lines, count - 1);
    if (garco__header_item (line) == GARCO__ITEM_END)
    {
      *found = true;
      return take_second_header (reader, count, error);
    }
  }
  return garco__fail_line (error, GARCO_ERR_LIMIT, reader->name,
                           garco__reader_line_number (reader, 0),
                           "a second header of more than 1000 lines");
}

/* ---------------------------------------------------------------- stray lines */

bool
garco__reader_is_empty (const garco_reader *reader, garco__line line)
{
  bool last = garco__lines_is_cut (&reader->lines, 0);
  for (size_t i = 0; i < line.size; i++)
    if (line.text[i] != ' ' && !(last && (line.text[i] == '\0' || line.text[i] == '\x1a')))
      return false;
  return true;
}

/* Looks enough like an epoch line to count as an epoch that is lost. */
static bool
was_epoch_line (const garco_reader *reader, garco__line line)
{
  if (reader->crinex != NULL)
    return !reader->resync;
  if (reader->header.view.version >= 300)
    return line.text[0] == '>';
  return line.size >= 32 && line.text[18] == '.' && line.text[26] == ' ' && line.text[27] == ' ';
}

/* Salvage: tabs in line 0 become blanks. True: there were some. */
static bool
replace_tabs (garco_reader *reader, garco__line line)
{
  char *text = (char *)reader->lines.bytes.data + (line.text - (char *)reader->lines.bytes.data);
  bool any = false;
  for (size_t i = 0; i < line.size; i++)
    if (text[i] == '\t')
    {
      text[i] = ' ';
      any = true;
    }
  return any;
}

garco_status
garco__take_hole (garco_reader *reader, garco_error *error)
{
  garco__line line = garco__lines_get (&reader->lines, 0);
  size_t before = line.size;
  while (before > 0 && line.text[before - 1] != '\0')
    before--;
  garco__line tail = {line.text + before, line.size - before};
  bool whole = reader->header_done ? garco__reader_is_epoch_line (reader, tail)
                                   : before == 1 && tail.size > 0;
  if (reader->header_done)
  {
    if (garco__reader_is_epoch_line (reader, (garco__line){line.text, before}))
      reader->epochs_lost++;
    reader->resync = true;
    if (reader->crinex != NULL)
      GARCO_TRY (garco__crinex_hold_on (reader, error));
  }
  if (whole)
    garco__lines_cut_front (&reader->lines, before);
  else
    garco__lines_take (&reader->lines, 1);
  return GARCO_OK;
}

const char *
garco__reader_ending (const garco_reader *reader, size_t have)
{
  return garco__lines_before_hole (&reader->lines, have + 1) == have ? "text is lost"
                                                                     : "the file ends";
}

garco_status
garco__read_stray (garco_reader *reader, bool *found, garco_error *error)
{
  garco__line line = garco__lines_get (&reader->lines, 0);
  garco__item item = garco__header_item (line);
  char quote[GARCO__QUOTE_SIZE];
  if (item == GARCO__ITEM_VERSION || item == GARCO__ITEM_CRINEX_VERSION)
    return read_second_header (reader, found, error);
  if (reader->options.salvage && replace_tabs (reader, line))
    return garco__reader_damage (reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0),
                                 error, "tabs, expected blanks");
  bool lost = false;
  if (item == GARCO__ITEM_COMMENT && reader->options.salvage && !reader->resync)
    GARCO_TRY (garco__reader_damage (
        reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0), error,
        "the comment \"%s\" in no event left out, expected an epoch",
        garco__reader_quote (garco__trim_right ((garco__line){line.text, 60}), quote)));
  if (!garco__reader_is_empty (reader, line) && item != GARCO__ITEM_COMMENT)
  {
    lost = was_epoch_line (reader, line);
    if (lost || !reader->resync)
      GARCO_TRY (garco__reader_damage (
          reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0), error,
          "\"%s\" where an epoch is due, expected its time, flag and number of satellites",
          garco__reader_quote (line, quote)));
    reader->resync = true;
  }
  reader->epochs_lost += lost;
  garco__lines_take (&reader->lines, 1);
  return GARCO_OK;
}
