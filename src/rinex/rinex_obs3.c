/* Epochs of RINEX 3 and 4 as text: the epoch line and one line a satellite.
 *
 *   > 2020 06 25 00 00  0.0000000  0 34       .000000000000
 *   G01  25256919.479   132726007.43706      2985.279  ...
 *   |  |             ||
 *   |  4 F14.3       |19 strength         field i starts in column 4 + 16 i
 *   satellite        18 loss of lock
 *
 * Lines end where the last value does. Salvage goes by the lines up to the next ">" rather than by
 * the epoch line's count, and leaves out the satellites whose line is damaged.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "rinex/rinex_reader.h"

garco_status
garco__read_record3 (garco_reader *reader, bool *found, garco_error *error)
{
  garco__stamp stamp;
  if (!garco__stamp3 (garco__lines_get (&reader->lines, 0), &stamp))
    return garco__read_stray (reader, found, error);
  if (stamp.flag >= 2 && stamp.flag <= 5)
    return garco__read_event (reader, &stamp, found, error);
  GARCO_TRY (garco__read_regular3 (reader, &stamp, found, error));
  return *found ? GARCO_OK : garco__read_epoch3 (reader, &stamp, found, error);
}

static bool
starts_epoch (garco__line line)
{
  return line.size > 0 && line.text[0] == '>';
}

/* Salvage: line `index` is a further satellite of the epoch, for all one can see. */
static garco_status
is_further_satellite (garco_reader *reader, size_t index, bool *is, garco_error *error)
{
  garco__line line = garco__lines_get (&reader->lines, index);
  int system, number;
  *is = false;
  if (line.size < 3 || line.text[0] == ' ' ||
      !garco__read_satellite (reader, line.text, &system, &number))
    return GARCO_OK;
  for (size_t i = 1; i < index; i++)
  {
    garco__line other = garco__lines_get (&reader->lines, i);
    if (other.size >= 3 && memcmp (other.text, line.text, 3) == 0)
      return GARCO_OK;
  }
  size_t count = reader->header.view.types[system].count;
  reader->obs->nvalues = 0;
  GARCO_TRY (garco__obs_reserve (reader->obs, count, error));
  *is = garco__obs_read (reader->obs, 0, count, line, 3, false).what == NULL;
  return GARCO_OK;
}

/* How many lines behind line 0 are the epoch's. Without salvage as many as its count says. */
static garco_status
count_lines (garco_reader *reader, size_t count, size_t *lines, garco_error *error)
{
  size_t have, n = 0;
  bool salvage = reader->options.salvage, further = true;
  garco_status status = garco__reader_need (reader, 1 + count + salvage, &have, error);
  if (status != GARCO_OK)
    return status;
  while (n < count && n + 1 < have && !starts_epoch (garco__lines_get (&reader->lines, n + 1)))
    n++;
  while (salvage && n >= count && n < GARCO__SATS_LIMIT && n + 1 < have)
  {
    GARCO_TRY (is_further_satellite (reader, n + 1, &further, error));
    if (!further)
      break;
    n++;
    status = garco__reader_need (reader, n + 2, &have, error);
    if (status != GARCO_OK)
      return status;
  }
  /* More satellites count only when they reach to the next epoch: else what stands before them may
   * be that epoch's line, damaged. */
  if (n > count && n + 1 < have && !starts_epoch (garco__lines_get (&reader->lines, n + 1)))
    n = count;
  *lines = n;
  return GARCO_OK;
}

/* Says that the count lies, or that the file ends. */
static garco_status
complain_of_count (garco_reader *reader, size_t count, size_t lines, garco_error *error)
{
  bool at_end = lines + 1 == reader->lines.count && reader->lines.finished && lines < count;
  return garco__reader_damage (reader, at_end ? GARCO_ERR_TRUNCATED : GARCO_ERR_CORRUPT,
                               garco__reader_line_number (reader, 0), error,
                               "an epoch of %zu satellites with %zu satellite lines, expected %zu",
                               count, lines, count);
}

/* One satellite's line; where it is damaged and salvage goes on, it is left out. */
static garco_status
read_satellite (garco_reader *reader, size_t index, garco_error *error)
{
  garco__obs *obs = reader->obs;
  garco__line line = garco__lines_get (&reader->lines, index);
  int64_t number = garco__reader_line_number (reader, index);
  int system, sat;
  if (line.size < 3 || !garco__read_satellite (reader, line.text, &system, &sat))
    return garco__reader_damage (reader, GARCO_ERR_CORRUPT, number, error,
                                 "\"%.*s\" as a satellite, expected one such as G01",
                                 (int)(line.size < 3 ? line.size : 3), line.text);
  size_t count = reader->header.view.types[system].count;
  GARCO_TRY (garco__obs_reserve (obs, count, error));
  garco__field_problem problem =
      garco__obs_read (obs, 0, count, line, 3, garco__lines_is_cut (&reader->lines, index));
  if (problem.what != NULL)
  {
    GARCO_TRY (garco__reader_damage (reader, problem.cut ? GARCO_ERR_TRUNCATED : GARCO_ERR_CORRUPT,
                                     number, error,
                                     "%.3s, column %zu: %s, expected %zu observation%s", line.text,
                                     problem.column, problem.what, count, count == 1 ? "" : "s"));
    if (!problem.cut)
      return GARCO_OK;
  }
  if (garco__obs_add (obs, system, sat, line.text, count))
    return GARCO_OK;
  return garco__reader_damage (reader, GARCO_ERR_CORRUPT, number, error,
                               "%.3s a second time in the epoch, expected another satellite",
                               line.text);
}

garco_status
garco__read_clock3 (garco_reader *reader, garco__line line, garco_error *error)
{
  int picoseconds = 0;
  if (line.size <= 41)
    return GARCO_OK;
  garco__found found = garco__stamp3_clock (line, &reader->epoch.clock_ps);
  if (found != GARCO__BAD && reader->header.view.version >= 402)
    found = garco__stamp3_picoseconds (line, &picoseconds);
  reader->epoch.time_ps += picoseconds;
  if (found != GARCO__BAD)
    return GARCO_OK;
  return garco__reader_damage (reader, GARCO_ERR_CORRUPT, reader->epoch.line, error,
                               "no clock offset in columns 42 to 56 or picoseconds in 58 to 62, "
                               "expected them as F15.12 and I5.5 write them");
}

garco_status
garco__read_epoch3 (garco_reader *reader, const garco__stamp *stamp, bool *found,
                    garco_error *error)
{
  size_t count = (size_t)stamp->count, lines;
  garco_status status = count_lines (reader, count, &lines, error);
  if (status != GARCO_OK)
    return status;
  garco__line line = garco__lines_get (&reader->lines, 0);
  if (garco__lines_is_cut (&reader->lines, 0) && line.size < 35)
  {
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_TRUNCATED,
                                     garco__reader_line_number (reader, 0), error,
                                     "the file ends within an epoch line, expected a count of "
                                     "satellites in columns 33 to 35"));
    reader->epochs_lost++;
    garco__lines_take (&reader->lines, 1);
    return GARCO_OK;
  }
  GARCO_TRY (garco__reader_begin (reader, stamp, error));
  GARCO_TRY (garco__reader_append_text (reader, line, error));
  GARCO_TRY (garco__read_clock3 (reader, line, error));
  if (lines != count)
    GARCO_TRY (complain_of_count (reader, count, lines, error));
  for (size_t i = 1; i <= lines; i++)
    GARCO_TRY (read_satellite (reader, i, error));
  *found = true;
  return garco__reader_end (reader, lines + 1, error);
}
