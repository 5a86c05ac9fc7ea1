/* Hatanaka's compression of RINEX, undone. A field's values are written as
 *
 *   3&24482102132      an arc starts: order 3, then the value itself in thousandths
 *   -12345             first difference
 *   678                second difference
 *   -9  2  ...         third differences from here on
 *   (nothing)          no value; the arc ends
 *
 * and a satellite's line as its fields and the changes of its indicator characters:
 *
 *   3&-5936986221 3&-4618665923  3&24482102132   4744  4
 *   field 1       field 2       |field 4      | |two characters a field: blank keeps, & blanks
 *                               field 3: blank  field 5: blank
 *
 * Lines are cut after their last character that is no blank.
 *
 * RNXCMP writes more than that at times, which is left out. A line shorter than 60 characters
 * behind a line of types sets it a false number of types: in version 3 a satellite that comes anew
 * shows by its indicators, all of which are written, how many blank fields too many it has. And
 * with exactly 100 types, its most, it writes the next satellites' indicators behind those of a
 * satellite.
 *
 *   3&20000001000     &&&&&&&&&&     two types, as if of five: three blanks too many, six
 * indicators
 *
 * The running sums stay integers, so
 * that the text in between is never made. Sums are taken modulo 2^64: what overflows falls outside
 * of what a field can hold and is found by that.
 * SPDX-License-Identifier: Apache-2.0 */
#include "codec/crinex_decode.h"

#include <string.h>

#include "base/error.h"

#define RNXCMP_TYPES 100 /* of one system, at most */

/* A digit run with an optional sign up to a blank or the end; at most 18 digits. */
static inline bool
read_number (const char **text, const char *end, int64_t *number)
{
  const char *p = *text;
  bool negative = p < end && *p == '-';
  p += negative || (p < end && *p == '+');
  const char *first = p;
  uint64_t sum = 0;
  for (unsigned digit; p < end && (digit = (unsigned)(*p - '0')) <= 9; p++)
    sum = sum * 10 + digit;
  *text = p;
  if (p == first || p - first > 18 || (p < end && *p != ' '))
    return false;
  *number = negative ? -(int64_t)sum : (int64_t)sum;
  return true;
}

static int64_t
plus (int64_t a, int64_t b)
{
  return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* Adds one difference to a running arc and gives the value. */
static inline int64_t
advance (garco__arc *arc, int64_t token)
{
  int64_t *d = arc->difference;
  if (arc->level < arc->order)
    arc->level++;
  if (arc->level == 3)
  {
    d[3] = token;
    d[2] = plus (d[2], token);
    d[1] = plus (d[1], d[2]);
    return d[0] = plus (d[0], d[1]);
  }
  d[arc->level] = token;
  for (int i = arc->level; i > 0; i--)
    d[i - 1] = plus (d[i - 1], d[i]);
  return d[0];
}

static inline garco__token
next_token (garco__arc *arc, const char **text, const char *end, int64_t *value)
{
  const char *p = *text;
  if (p == end || *p == ' ')
  {
    arc->order = -1;
    return GARCO__TOKEN_BLANK;
  }
  if (end - p >= 2 && p[1] == '&')
  {
    int order = p[0] - '0';
    if (order < 0 || order > GARCO__ARC_ORDER_MAX)
      return GARCO__TOKEN_BAD;
    *text = p + 2;
    *value = 0; /* "3&" alone */
    if (*text < end && **text != ' ' && !read_number (text, end, value))
      return GARCO__TOKEN_BAD;
    arc->order = (int8_t)order;
    arc->level = 0;
    arc->difference[0] = *value;
    return GARCO__TOKEN_VALUE;
  }
  int64_t number;
  if (!read_number (text, end, &number))
    return GARCO__TOKEN_BAD;
  if (arc->order < 0)
    return GARCO__TOKEN_NO_ARC;
  *value = advance (arc, number);
  return GARCO__TOKEN_VALUE;
}

garco__token
garco__arc_next (garco__arc *arc, const char **text, const char *end, int64_t *value)
{
  return next_token (arc, text, end, value);
}

garco_status
garco__crinex_text (garco__buffer *text, const char *difference, size_t size, garco_error *error)
{
  if (size > text->size)
  {
    GARCO_TRY (garco__buffer_reserve (text, size - text->size, error));
    memset (text->data + text->size, ' ', size - text->size);
    text->size = size;
  }
  for (size_t i = 0; i < size; i++)
    if (difference[i] != ' ')
      text->data[i] = (uint8_t)(difference[i] == '&' ? ' ' : difference[i]);
  return GARCO_OK;
}

static inline bool
is_indicator (char c)
{
  return c == '&' || (c >= '0' && c <= '9');
}

/* Blank fields behind the last, each with its blank in between, where the satellite comes anew in
 * version 3: as all indicators are written there, blanks in front of them belong to fields, and the
 * number of indicators must agree. */
static size_t
surplus_fields (const char *text, size_t size, size_t count)
{
  size_t blanks = 0, i;
  while (blanks < size && text[blanks] == ' ')
    blanks++;
  if (blanks == 0 || size != blanks + 2 * (count + blanks))
    return 0;
  for (i = blanks; i < size && is_indicator (text[i]); i++)
    ;
  return i == size ? blanks : 0;
}

/* The indicators' difference, `size` characters at `text`, and surplus blanks in front of it. */
static const char *
change_flags (char *flags, const garco__crinex_shape *shape, const char *text, size_t size,
              size_t *at)
{
  bool surplus = shape->surplus > 0 || (!shape->version_1 && shape->count == RNXCMP_TYPES);
  for (size_t i = 0; i < size; i++)
  {
    char c = text[i];
    *at = i;
    if (c == ' ')
      continue;
    if (i < shape->surplus || (i >= 2 * shape->count + shape->surplus && !surplus))
      return "text behind the last indicator";
    if (!is_indicator (c))
      return "no digit, blank or & as an indicator";
    if (i < 2 * shape->count + shape->surplus)
      flags[i - shape->surplus] = c == '&' ? ' ' : c;
  }
  return NULL;
}

garco__crinex_line
garco__crinex_fields (garco__arc *arcs, char *flags, garco__crinex_shape *shape, int64_t low,
                      int64_t high, const char *text, size_t size, int64_t *values)
{
  size_t count = shape->count;
  bool clear_flags = shape->version_1;
  garco__crinex_line line = {NULL, 0, 0};
  const char *p = text, *end = text + size;
  for (size_t i = 0; i < count; i++)
  {
    const char *start = p;
    int64_t value = GARCO_MISSING;
    garco__token token = next_token (&arcs[i], &p, end, &value);
    if (token == GARCO__TOKEN_VALUE && (value < low || value > high))
      line.problem = "a value that F14.3 cannot hold";
    else if (token == GARCO__TOKEN_BAD)
      line.problem = "neither a difference nor the start of an arc";
    if (line.problem != NULL)
    {
      line.column = (size_t)(start - text) + 1;
      return line;
    }
    line.without_arc += token == GARCO__TOKEN_NO_ARC;
    if (line.without_arc == 1 && token == GARCO__TOKEN_NO_ARC)
      line.column = (size_t)(start - text) + 1;
    if (token == GARCO__TOKEN_BLANK && clear_flags)
      memset (flags + 2 * i, ' ', 2);
    values[i] = value;
    p += p < end;
  }
  size_t at = 0, left = (size_t)(end - p);
  if (shape->anew)
    shape->surplus = shape->version_1 || line.without_arc > 0 ? 0 : surplus_fields (p, left, count);
  line.problem = change_flags (flags, shape, p, left, &at);
  if (line.problem != NULL)
    line.column = (size_t)(p - text) + at + 1;
  return line;
}
