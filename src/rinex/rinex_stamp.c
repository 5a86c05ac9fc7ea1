/* Epoch lines. RINEX 2 (1-based columns of the format's own count):
 *
 *   1    6   11   16         27 29 33                                69
 *   | yy mm dd hh mm ss.sssssss  fnnnG01G02 ... twelve satellites ... clock (F12.9)
 *
 * RINEX 3 and 4:
 *
 *   1    6   11   16 19         30 32       42             58
 *   |> yyyy mm dd hh mm ss.sssssss  fnnn      clock (F15.12) ppppp
 *
 * Columns come first. A RINEX 3 line whose columns do not fit is read as words (some writers put
 * one blank before the flag, or none behind the ">"). Events (flags 2 to 5) may lack the time; the
 * flag may touch the count ("0100").
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_stamp.h"

#include "base/civil_time.h"

#define TICKS INT64_C (10000000) /* a second in the unit of its last printed digit */

struct clock_face
{
  int year, month, day, hour, minute;
  int64_t ticks; /* of the second, 0 to 61 seconds */
};

/* A number of one to four digits with blanks before it only. -1: it is none. */
static int
digits_of (const char *text, size_t size)
{
  size_t i = 0;
  int sum = 0;
  while (i + 1 < size && text[i] == ' ')
    i++;
  for (; i < size; i++)
  {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    sum = sum * 10 + (text[i] - '0');
  }
  return sum;
}

/* The second, F11.7 or F13.7: blanks within it are zeros of no meaning, as in " 0 .0000000". */
static int64_t
ticks_of (const char *text, size_t size)
{
  char packed[16];
  size_t n = 0;
  for (size_t i = 0; i < size; i++)
    if (text[i] != ' ')
    {
      if (n == sizeof packed || text[i] == '-' || text[i] == '+')
        return -1;
      packed[n++] = text[i];
    }
  int64_t ticks;
  if (n == 0 || memchr (packed, '.', n) == NULL ||
      garco__read_decimal (packed, n, 7, &ticks) != GARCO__VALUE)
    return -1;
  return ticks;
}

/* 24:00:00 is the next day's begin; a second of 60 is that of the next minute. Years are those of
 * satellite navigation that an array can hold. */
static bool
set_time (garco__stamp *stamp, const struct clock_face *face)
{
  if (face->year < 1980 || face->year > 2099 ||
      !garco__date_valid (face->year, face->month, face->day) || face->hour < 0 ||
      face->hour > 24 || face->minute < 0 || face->minute > 59 || face->ticks < 0 ||
      face->ticks >= 61 * TICKS)
    return false;
  if (face->hour == 24 && (face->minute > 0 || face->ticks > 0))
    return false;
  int64_t minutes = garco__days_of_date (face->year, face->month, face->day) * 1440 +
                    face->hour * 60 + face->minute;
  stamp->time_ms = minutes * 60000 + face->ticks / (TICKS / 1000);
  stamp->time_ps = face->ticks % (TICKS / 1000) * 100000;
  stamp->second_60 = face->ticks >= 60 * TICKS;
  stamp->day_end = face->hour == 23 && face->minute == 59;
  stamp->timed = true;
  return true;
}

/* The flag and the count behind it. */
static bool
set_count (garco__stamp *stamp, garco__line line, size_t column)
{
  char flag = column < line.size ? line.text[column] : ' ';
  if (flag != ' ' && (flag < '0' || flag > '6'))
    return false;
  stamp->flag = flag == ' ' ? 0 : flag - '0';
  garco__line count = garco__cut (line, column + 1, 3);
  stamp->count = count.size == 0 ? 0 : digits_of (count.text, count.size);
  stamp->counted = stamp->count >= 0;
  return stamp->counted;
}

static bool
is_event (const garco__stamp *stamp)
{
  return stamp->flag >= 2 && stamp->flag <= 5;
}

bool
garco__stamp2 (garco__line line, garco__stamp *stamp)
{
  memset (stamp, 0, sizeof *stamp);
  stamp->time_ms = INT64_MIN;
  if (line.size < 29 || !set_count (stamp, line, 28) || line.text[26] != ' ' ||
      line.text[27] != ' ')
    return false;
  if (garco__is_blank (line.text, 28))
    return is_event (stamp);
  const char *text = line.text;
  struct clock_face face = {digits_of (text + 1, 2),  digits_of (text + 4, 2),
                            digits_of (text + 7, 2),  digits_of (text + 10, 2),
                            digits_of (text + 13, 2), ticks_of (text + 15, 11)};
  if (face.year < 0)
    return false;
  face.year += face.year >= 80 ? 1900 : 2000;
  return set_time (stamp, &face);
}

bool
garco__stamp2_plain (garco__line line)
{
  garco__stamp stamp;
  if (line.size < 29 || line.text[28] < '0' || line.text[28] > '6' || line.text[0] != ' ')
    return false;
  if (!garco__stamp2 (line, &stamp))
    return false;
  if (!stamp.timed)
    return line.size <= 32 || garco__is_blank (line.text + 32, line.size - 32);
  const char *text = line.text;
  return text[3] == ' ' && text[6] == ' ' && text[9] == ' ' && text[12] == ' ' && text[15] == ' ' &&
         text[18] == '.';
}

static bool
by_columns (garco__line line, garco__stamp *stamp)
{
  const char *text = line.text;
  if (line.size < 32 || !set_count (stamp, line, 31) || text[1] != ' ' || text[29] != ' ' ||
      text[30] != ' ')
    return false;
  if (garco__is_blank (text + 1, 28))
    return is_event (stamp);
  if (text[6] != ' ' || text[9] != ' ' || text[12] != ' ' || text[15] != ' ')
    return false;
  struct clock_face face = {digits_of (text + 2, 4),  digits_of (text + 7, 2),
                            digits_of (text + 10, 2), digits_of (text + 13, 2),
                            digits_of (text + 16, 2), ticks_of (text + 18, 11)};
  return set_time (stamp, &face);
}

/* Cuts a line into at most `limit` words; returns how many there are. */
static size_t
words_of (garco__line line, garco__line *words, size_t limit)
{
  size_t count = 0, i = 0;
  while (i < line.size && count < limit)
  {
    while (i < line.size && line.text[i] == ' ')
      i++;
    size_t start = i;
    while (i < line.size && line.text[i] != ' ')
      i++;
    if (i > start)
      words[count++] = (garco__line){line.text + start, i - start};
  }
  return count;
}

static int
word_number (garco__line word, size_t longest)
{
  return word.size > longest ? -1 : digits_of (word.text, word.size);
}

static bool
face_of_words (const garco__line *words, struct clock_face *face)
{
  *face = (struct clock_face){word_number (words[0], 4), word_number (words[1], 2),
                              word_number (words[2], 2), word_number (words[3], 2),
                              word_number (words[4], 2), ticks_of (words[5].text, words[5].size)};
  return words[0].size == 4;
}

static bool
by_words (garco__line line, garco__stamp *stamp)
{
  garco__line words[8];
  size_t count = words_of ((garco__line){line.text + 1, line.size - 1}, words, 8);
  struct clock_face face;
  if (count < 7 || !face_of_words (words, &face))
    return false;
  garco__line flag = words[6];
  stamp->flag = flag.text[0] - '0';
  if (flag.size > 1) /* "0100": the count touches the flag */
    words[7] = (garco__line){flag.text + 1, flag.size - 1};
  stamp->count = count < 8 && flag.size == 1 ? 0 : word_number (words[7], 3);
  if (stamp->flag < 0 || stamp->flag > 6 || stamp->count < 0)
    return false;
  return set_time (stamp, &face);
}

bool
garco__stamp3 (garco__line line, garco__stamp *stamp)
{
  memset (stamp, 0, sizeof *stamp);
  stamp->time_ms = INT64_MIN;
  if (line.size == 0 || line.text[0] != '>')
    return false;
  if (by_columns (line, stamp))
    return true;
  garco__stamp words = *stamp;
  if (!by_words (line, &words))
    return false;
  *stamp = words;
  return true;
}

static garco__found
clock_at (garco__line line, size_t column, size_t size, int64_t *clock_ps)
{
  garco__line clock = garco__cut (line, column, size);
  *clock_ps = GARCO_MISSING;
  int64_t value;
  garco__found found = garco__read_decimal (clock.text, clock.size, 12, &value);
  if (found == GARCO__VALUE)
    *clock_ps = value;
  return found;
}

garco__found
garco__stamp2_clock (garco__line line, int64_t *clock_ps)
{
  return clock_at (line, 68, 12, clock_ps);
}

garco__found
garco__stamp3_clock (garco__line line, int64_t *clock_ps)
{
  return clock_at (line, 41, 15, clock_ps);
}

garco__found
garco__stamp3_picoseconds (garco__line line, int *picoseconds)
{
  garco__line digits = garco__cut (line, 57, 5);
  *picoseconds = 0;
  if (digits.size == 0)
    return GARCO__BLANK;
  int value = digits.size == 5 ? digits_of (digits.text, 5) : -1;
  if (value < 0)
    return GARCO__BAD;
  *picoseconds = value;
  return GARCO__VALUE;
}

bool
garco__read_header_time (garco__line content, int64_t *time_ms)
{
  garco__stamp stamp = {0};
  struct clock_face face;
  if (content.size >= 32)
  {
    const char *text = content.text;
    face = (struct clock_face){
        digits_of (text, 6),      digits_of (text + 6, 6),
        digits_of (text + 12, 6), digits_of (text + 18, 6),
        digits_of (text + 24, 6), ticks_of (text + 30, content.size < 43 ? content.size - 30 : 13)};
    if (set_time (&stamp, &face))
    {
      *time_ms = stamp.time_ms;
      return true;
    }
  }
  garco__line words[6];
  if (words_of (content, words, 6) < 6 || !face_of_words (words, &face) ||
      !set_time (&stamp, &face))
    return false;
  *time_ms = stamp.time_ms;
  return true;
}
