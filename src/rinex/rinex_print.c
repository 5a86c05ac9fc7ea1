/* Epochs to RINEX text, in the form that RNXCMP's crx2rnx prints: the same bytes for the same
 * values, whatever the file looked like that they were read from.
 *
 *    24  1  1  0  0 15.0000000  0 14G01G02G03G04G05G06G07G08G09G10G11G12  .000000001
 *                                   G13G14
 *     20000000.000 7  105095000.12347         .123                       .000
 *
 *   RINEX 2: year, month, day, hour, minute, second, flag, count, 12 satellites a line, the clock
 *   in columns 69 to 80; then five values a line of 14 columns and two for LLI and SSI.
 *
 *   > 2024 01 01 00 00 15.0000000  0 14       .000000001234
 *   G01  20000000.000 7  105095000.12347
 *
 *   RINEX 3: the clock in columns 42 to 56, from 4.02 on picoseconds in 58 to 62; a satellite a
 * line.
 *
 * Values below 1 have no leading zero, unless the style asks for one; missing ones are blank, lines
 * end with their last character.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_write.h"

#include <stdio.h>
#include <string.h>

#include "base/civil_time.h"
#include "base/error.h"
#include "rinex/rinex_digits.h"
#include "rinex/rinex_stamp.h"

#define VALUE_WIDTH 14
#define FIELD_WIDTH 16
#define MAX_COUNT 999
#define HEAD_ROOM 64
#define CLOCK_PART 100000000 /* RNXCMP keeps clocks in two parts, eight digits in the lower */

static size_t
head_width (int version)
{
  return version >= 300 ? 41 : 32;
}

/* ------------------------------------------------------------------ numbers */

/* `value` / 10^decimals, right-aligned, without a leading zero; false where it does not fit. */
static bool
put_fixed (char *field, int width, int64_t value, int decimals)
{
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  int at = width;
  for (int i = 0; i < decimals; i++, rest /= 10)
    field[--at] = (char)('0' + rest % 10);
  field[--at] = '.';
  for (; rest > 0 && at > 0; rest /= 10)
    field[--at] = (char)('0' + rest % 10);
  bool fits = rest == 0 && (value >= 0 || at > 0);
  if (fits && value < 0)
    field[--at] = '-';
  while (at > 0)
    field[--at] = ' ';
  return fits;
}

/* What crx2rnx prints for a negative clock whose last eight digits are zeros: the digits before
 * them one too small, -1.4 for -1.5 and -.0 for -.1. */
static bool
put_slipped_clock (char *field, int width, int64_t value, int decimals)
{
  bool fits = put_fixed (field, width, -value - CLOCK_PART, decimals) && field[0] == ' ';
  int at = 0;
  while (at < width && field[at] == ' ')
    at++;
  if (fits)
    field[at - 1] = '-';
  return fits;
}

static garco_status
put_clock (int version, int64_t clock_ps, const garco__print_style *style, char *field,
           garco_error *error)
{
  bool modern = version >= 300;
  int width = modern ? 15 : 12, decimals = modern ? 12 : 9;
  int64_t half = clock_ps < 0 ? -500 : 500;
  int64_t value = modern ? clock_ps : (clock_ps + half) / 1000;
  bool slips = style->rnxcmp && value < 0 && value % CLOCK_PART == 0;
  bool fits = slips ? put_slipped_clock (field, width, value, decimals)
                    : put_fixed (field, width, value, decimals);
  return fits ? GARCO_OK
              : garco__fail (error, GARCO_ERR_LIMIT, NULL,
                             "a clock offset that %d columns cannot hold", modern ? 15 : 12);
}

/* ------------------------------------------------------------------ epoch lines */

/* A time that the columns hold and a reader takes. */
static garco_status
check_time (int version, const garco_epoch *epoch, garco_error *error)
{
  int last = version >= 300 ? 2099 : 2079;
  if (epoch->time_ms == INT64_MIN && epoch->flag >= 2 && epoch->flag <= 5)
    return GARCO_OK;
  if (epoch->time_ms < garco__days_of_date (1980, 1, 1) * GARCO__DAY_MS ||
      epoch->time_ms >= garco__days_of_date (last + 1, 1, 1) * GARCO__DAY_MS ||
      epoch->time_ps < 0 || epoch->time_ps > 999999999)
  {
    char time[32];
    garco_time_text (epoch->time_ms, time);
    return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                        "the time %s and %lld ps, expected the years 1980 to %d and less than a "
                        "millisecond",
                        time, (long long)epoch->time_ps, last);
  }
  return GARCO_OK;
}

/* The columns before the satellites, by the numbers. */
static void
make_head (int version, const garco_epoch *epoch, char head[HEAD_ROOM])
{
  int year, month, day;
  char text[HEAD_ROOM + 64];
  bool modern = version >= 300;
  memset (head, ' ', HEAD_ROOM);
  if (epoch->time_ms == INT64_MIN)
  {
    head[0] = modern ? '>' : ' ';
    head[modern ? 31 : 28] = (char)('0' + epoch->flag);
    return;
  }
  int64_t days = garco__floor_div (epoch->time_ms, GARCO__DAY_MS);
  int64_t ms = epoch->time_ms - days * GARCO__DAY_MS;
  garco__date_of_days (days, &year, &month, &day);
  int hour = (int)(ms / 3600000), minute = (int)(ms / 60000 % 60);
  int second = (int)(ms / 1000 % 60);
  int fraction = (int)(ms % 1000 * 10000 + epoch->time_ps / 100000);
  int length = modern
                   ? snprintf (text, sizeof text, "> %04d %02d %02d %02d %02d %2d.%07d  %d", year,
                               month, day, hour, minute, second, fraction, epoch->flag)
                   : snprintf (text, sizeof text, " %02d %2d %2d %2d %2d %2d.%07d  %d", year % 100,
                               month, day, hour, minute, second, fraction, epoch->flag);
  memcpy (head, text, length > 0 && length < HEAD_ROOM ? (size_t)length : 0);
}

/* The text's first line where it is an epoch line of this form with the epoch's time and flag. It
 * is of no use where the epoch comes from a file of another version, or has been changed. */
static bool
own_line (int version, const garco_epoch *epoch, garco__line *line)
{
  garco__stamp stamp;
  if (epoch->text == NULL)
    return false;
  const char *end = memchr (epoch->text, '\n', epoch->text_size);
  *line = (garco__line){epoch->text, end != NULL ? (size_t)(end - epoch->text) : epoch->text_size};
  if (version >= 300 ? !garco__stamp3 (*line, &stamp) : !garco__stamp2 (*line, &stamp))
    return false;
  return stamp.flag == epoch->flag && stamp.time_ms == epoch->time_ms &&
         stamp.time_ps / 100000 == epoch->time_ps / 100000;
}

/* The columns before the satellites, by the text; false where it does not have them. */
static bool
copy_head (int version, const garco_epoch *epoch, char head[HEAD_ROOM])
{
  garco__line line;
  size_t flag = version >= 300 ? 31 : 28, width = version >= 300 ? 35 : 32;
  if (!own_line (version, epoch, &line) || line.size <= flag ||
      line.text[flag] != '0' + epoch->flag)
    return false;
  memset (head, ' ', HEAD_ROOM);
  memcpy (head, line.text, line.size < width ? line.size : width);
  head[0] = version >= 300 ? '>' : ' ';
  return true;
}

/* Writes the count where it is another one than the columns say. */
static void
set_count (int version, size_t nsats, char head[HEAD_ROOM])
{
  char *columns = head + (version >= 300 ? 32 : 29);
  size_t said = 0;
  for (int i = 0; i < 3; i++)
    said = columns[i] >= '0' && columns[i] <= '9' ? 10 * said + (size_t)(columns[i] - '0') : said;
  if (said == nsats && memcmp (columns, "   ", 3) != 0)
    return;
  columns[0] = nsats >= 100 ? (char)('0' + nsats / 100) : ' ';
  columns[1] = nsats >= 10 ? (char)('0' + nsats / 10 % 10) : ' ';
  columns[2] = (char)('0' + nsats % 10);
}

static bool
names_satellite (const char *name, const garco_epoch_sat *sat)
{
  char tens = name[1] == ' ' ? '0' : name[1], ones = name[2];
  return (name[0] == ' ' || name[0] == garco_system_letter (sat->system)) && tens >= '0' &&
         tens <= '9' && ones >= '0' && ones <= '9' &&
         (tens - '0') * 10 + (ones - '0') == sat->number;
}

/* The satellite's three characters in the epoch lines of RINEX 2, NULL where they are not there.
 * Old files begin continuation lines with the satellites. */
static const char *
find_name (const garco_epoch *epoch, size_t index)
{
  const char *line = epoch->text, *end = epoch->text + epoch->text_size;
  for (size_t i = index / 12; i > 0 && line != NULL; i--)
  {
    line = memchr (line, '\n', (size_t)(end - line));
    line = line != NULL ? line + 1 : NULL;
  }
  if (line == NULL)
    return NULL;
  bool indented = index < 12 || end - line < 3 || line[2] == ' ';
  size_t column = (indented ? 32 : 0) + 3 * (index % 12);
  return (size_t)(end - line) >= column + 3 ? line + column : NULL;
}

static void
put_name (int version, const garco_epoch *epoch, size_t index, char *name)
{
  const garco_epoch_sat *sat = &epoch->sats[index];
  const char *found = epoch->names != NULL ? epoch->names + 3 * index : NULL;
  if (found == NULL && version < 300 && epoch->text != NULL)
    found = find_name (epoch, index);
  if (found != NULL && names_satellite (found, sat))
  {
    memcpy (name, found, 3);
    return;
  }
  name[0] = garco_system_letter (sat->system);
  name[1] = (char)('0' + sat->number / 10 % 10);
  name[2] = (char)('0' + sat->number % 10);
}

void
garco__epoch_picoseconds (int version, const garco_epoch *epoch, char digits[5])
{
  char text[16];
  garco__line line;
  memset (digits, ' ', 5);
  if (version < 402)
    return;
  if (own_line (version, epoch, &line) && line.size >= 62)
    memcpy (digits, line.text + 57, 5);
  else if (epoch->time_ps % 100000 != 0)
  {
    snprintf (text, sizeof text, "%05d", (int)(epoch->time_ps % 100000));
    memcpy (digits, text, 5);
  }
}

garco_status
garco__epoch_line (int version, const garco_epoch *epoch, garco__buffer *line, garco_error *error)
{
  char head[HEAD_ROOM];
  size_t width = head_width (version);
  if (epoch->nsats > MAX_COUNT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                        "an epoch of %zu satellites, three columns hold %d at most", epoch->nsats,
                        MAX_COUNT);
  GARCO_TRY (check_time (version, epoch, error));
  line->size = 0;
  if (!copy_head (version, epoch, head))
    make_head (version, epoch, head);
  set_count (version, epoch->nsats, head);
  GARCO_TRY (garco__buffer_append (line, head, width, error));
  GARCO_TRY (garco__buffer_reserve (line, 3 * epoch->nsats, error));
  for (size_t i = 0; i < epoch->nsats; i++)
    put_name (version, epoch, i, (char *)line->data + width + 3 * i);
  line->size += 3 * epoch->nsats;
  while (epoch->nsats == 0 && line->size > 0 && line->data[line->size - 1] == ' ')
    line->size--;
  return GARCO_OK;
}

/* ------------------------------------------------------------------ plain text */

/* Ends the line that began at `start`. The buffer has room for one more character. */
static void
end_line (garco__buffer *out, size_t start)
{
  while (out->size > start && out->data[out->size - 1] == ' ')
    out->size--;
  out->data[out->size++] = '\n';
}

/* Columns of the epoch line that was read; false where it does not reach there or is blank. */
static bool
copy_columns (int version, const garco_epoch *epoch, size_t start, size_t size, char *to)
{
  garco__line line;
  if (!own_line (version, epoch, &line))
    return false;
  garco__line piece = garco__cut (line, start, size);
  if (piece.size == 0)
    return false;
  memset (to, ' ', size);
  memcpy (to + (piece.text - line.text - (ptrdiff_t)start), piece.text, piece.size);
  return true;
}

/* The epoch line up to its first satellites, the clock, the picoseconds. */
static garco_status
print_head (int version, const garco_epoch *epoch, const garco__buffer *line,
            const garco__print_style *style, garco__buffer *out, garco_error *error)
{
  size_t start = out->size, width = version >= 300 ? 41 : 68, clock = version >= 300 ? 15 : 12;
  size_t size = line->size < width ? line->size : width, room = width + clock + 6;
  GARCO_TRY (garco__buffer_reserve (out, room + 1, error));
  char *at = (char *)out->data + start;
  memset (at, ' ', room);
  memcpy (at, line->data, size);
  if (epoch->clock_ps != GARCO_MISSING &&
      !(style->clock_text && copy_columns (version, epoch, width, clock, at + width)))
    GARCO_TRY (put_clock (version, epoch->clock_ps, style, at + width, error));
  if (version >= 300)
    garco__epoch_picoseconds (version, epoch, at + width + clock + 1);
  out->size += room;
  end_line (out, start);
  return GARCO_OK;
}

/* RINEX 2: the satellites from the 13th on. */
static garco_status
print_continuation (const garco__buffer *line, garco__buffer *out, garco_error *error)
{
  for (size_t done = 68; done < line->size; done += 36)
  {
    size_t start = out->size;
    size_t size = line->size - done < 36 ? line->size - done : 36;
    GARCO_TRY (garco__buffer_reserve (out, 32 + 36 + 1, error));
    memset (out->data + start, ' ', 32);
    memcpy (out->data + start + 32, line->data + done, size);
    out->size += 32 + size;
    end_line (out, start);
  }
  return GARCO_OK;
}

static garco_status
fail_wide (garco_error *error)
{
  return garco__fail (error, GARCO_ERR_LIMIT, NULL, "a value that %d columns cannot hold",
                      VALUE_WIDTH);
}

/* The values of a satellite, `per_line` a line; `start` is where the first line begins. The buffer
 * has room for them. */
static garco_status
print_values (const garco_epoch *epoch, const garco_epoch_sat *sat, size_t per_line, size_t start,
              const garco__print_style *style, garco__buffer *out, garco_error *error)
{
  const int64_t *values = epoch->values + sat->first;
  const char *flags = epoch->indicators != NULL ? epoch->indicators + 2 * (size_t)sat->first : NULL;
  for (size_t i = 0, column = 0; i < sat->count; i++, column++)
  {
    if (column == per_line)
    {
      end_line (out, start);
      start = out->size;
      column = 0;
    }
    char *at = (char *)out->data + out->size;
    const char *pair = flags != NULL ? flags + 2 * i : "  ";
    int64_t value = values[i];
    if (value == GARCO_MISSING)
      garco__put_no_value (at, pair);
    else if (value >= GARCO__VALUE_MIN && value <= GARCO__VALUE_MAX)
      garco__put_value (at, value, value < 0 ? style->negative_zero : style->zero, pair);
    else
      return fail_wide (error);
    out->size += FIELD_WIDTH;
  }
  if (sat->count > 0 || out->size > start)
    end_line (out, start);
  return GARCO_OK;
}

/* Bytes that the satellites' lines take at most. */
static size_t
room_for_values (const garco_epoch *epoch)
{
  size_t room = 0;
  for (size_t i = 0; i < epoch->nsats; i++)
    room += (FIELD_WIDTH + 1) * ((size_t)epoch->sats[i].count + 1);
  return room;
}

garco_status
garco__print_epoch (int version, const garco_epoch *epoch, const garco__buffer *line,
                    const garco__print_style *style, garco__buffer *out, garco_error *error)
{
  bool modern = version >= 300;
  GARCO_TRY (print_head (version, epoch, line, style, out, error));
  if (!modern)
    GARCO_TRY (print_continuation (line, out, error));
  GARCO_TRY (garco__buffer_reserve (out, room_for_values (epoch), error));
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    size_t start = out->size;
    if (modern)
    {
      put_name (version, epoch, i, (char *)out->data + start);
      out->size += 3;
    }
    GARCO_TRY (
        print_values (epoch, &epoch->sats[i], modern ? SIZE_MAX : 5, start, style, out, error));
  }
  return GARCO_OK;
}

garco_status
garco__print_lines (const char *text, size_t size, char line_end, garco__buffer *out,
                    garco_error *error)
{
  GARCO_TRY (garco__buffer_reserve (out, size + 2, error));
  for (const char *at = text, *end = text + size; at != NULL;)
  {
    const char *stop = at < end ? memchr (at, line_end, (size_t)(end - at)) : NULL;
    size_t start = out->size, length = (size_t)((stop != NULL ? stop : end) - at);
    if (length > 0 && at[length - 1] == '\r')
      length--;
    memcpy (out->data + start, at, length);
    out->size += length;
    end_line (out, start);
    at = stop != NULL ? stop + 1 : NULL;
  }
  return GARCO_OK;
}

/* ------------------------------------------------------------------ events */

garco_status
garco__print_event_line (int version, const garco_epoch *epoch, size_t count, garco__buffer *out,
                         garco_error *error)
{
  char head[HEAD_ROOM];
  size_t start = out->size;
  if (count > MAX_COUNT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "an event of %zu lines, expected %d at most",
                        count, MAX_COUNT);
  GARCO_TRY (check_time (version, epoch, error));
  make_head (version, epoch, head);
  set_count (version, count, head);
  GARCO_TRY (garco__buffer_reserve (out, HEAD_ROOM + 1, error));
  memcpy (out->data + start, head, head_width (version));
  out->size += head_width (version);
  end_line (out, start);
  return GARCO_OK;
}

garco_status
garco__print_event (int version, const garco_epoch *epoch, garco__buffer *out, garco_error *error)
{
  size_t start = out->size;
  if (epoch->text == NULL || epoch->text_size == 0)
    return garco__print_event_line (version, epoch, 0, out, error);
  GARCO_TRY (garco__buffer_reserve (out, epoch->text_size + HEAD_ROOM + 1, error));
  size_t line = start;
  for (size_t i = 0; i < epoch->text_size; i++)
    if (epoch->text[i] == '\n')
    {
      end_line (out, line);
      line = out->size;
    }
    else if (epoch->text[i] != '\r')
      out->data[out->size++] = (uint8_t)epoch->text[i];
  if (out->size > line)
    end_line (out, line);
  if (out->size > start && out->data[start] != '\n')
    out->data[start] = version >= 300 ? '>' : ' ';
  return GARCO_OK;
}
