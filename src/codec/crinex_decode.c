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
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* Where blanks are in the 64 bytes from `text` on, one bit a byte; as if one stood at `end`. */
static inline uint64_t
find_blanks (const char *text, const char *end)
{
  uint64_t blanks = 0;
#ifdef __SSE2__
  for (int i = 0; i < 64; i += 16)
  {
    __m128i bytes = _mm_loadu_si128 ((const __m128i *)(const void *)(text + i));
    unsigned bits = (unsigned)_mm_movemask_epi8 (_mm_cmpeq_epi8 (bytes, _mm_set1_epi8 (' ')));
    blanks |= (uint64_t)bits << i;
  }
#else
  for (int i = 0; i < 64; i++)
    blanks |= (uint64_t)(text[i] == ' ') << i;
#endif
  if (end - text < 64)
    blanks |= UINT64_C (1) << (end - text);
  return blanks;
}

/* The same for what most differences are: the first `size` bytes of a word, at most seven digits
 * and a sign, or eight without one, which are made a number all at once. False also for others. */
static inline bool
read_short_number (const char *text, size_t size, int64_t *number)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint64_t word;
  unsigned sign = *text == '-', unused = (unsigned)(64 - 8 * size);
  if (size > 8 || size == sign)
    return false;
  memcpy (&word, text, sizeof word);
  word = (word ^ UINT64_C (0x3030303030303030))
         << unused; /* digits are 0 to 9, as what is unused */
  word &= ~((uint64_t)(-sign & 0xFF) << unused);
  if ((((word + UINT64_C (0x7676767676767676)) | word) & UINT64_C (0x8080808080808080)) != 0)
    return false;
  word = word * 10 + (word >> 8);
  word = (((word & UINT64_C (0x000000FF000000FF)) * UINT64_C (0x000F424000000064)) +
          (((word >> 16) & UINT64_C (0x000000FF000000FF)) * UINT64_C (0x0000271000000001))) >>
         32;
  *number = ((int64_t)word ^ -(int64_t)sign) + sign;
  return true;
#else
  (void)text, (void)size, (void)number;
  return false;
#endif
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

/* A line that is being read. */
struct fields
{
  garco__arc *arcs;
  char *flags;
  const garco__crinex_shape *shape;
  int64_t low, high;
  const char *at, *end;
  int64_t *values;
};

static inline void
put_blank (const struct fields *f, size_t i)
{
  f->arcs[i].order = -1;
  f->values[i] = GARCO_MISSING;
  if (f->shape->version_1)
    memset (f->flags + 2 * i, ' ', 2);
}

/* Moves a running arc of order 3 on; false, and as it was, where the value is outside. */
static inline bool
advance_usual (garco__arc *arc, int64_t number, int64_t low, uint64_t width, int64_t *value)
{
  int64_t *d = arc->difference;
  int64_t second = plus (d[2], number), first = plus (d[1], second), sum = plus (d[0], first);
  if ((uint64_t)sum - (uint64_t)low > width)
    return false;
  d[3] = number;
  d[2] = second;
  d[1] = first;
  d[0] = *value = sum;
  return true;
}

/* Fields from number `i` on that are blank, or differences of an arc of order 3 of which all
 * differences are known, as nearly all fields are. Gives the number of the first that is anything
 * else, before which the reading stops. */
static size_t
read_usual (struct fields *f, size_t i)
{
  const char *p = f->at, *const end = f->end, *base = p;
  garco__arc *const arcs = f->arcs;
  int64_t *const values = f->values, low = f->low, number;
  const uint64_t width = (uint64_t)f->high - (uint64_t)low;
  const size_t count = f->shape->count;
  uint64_t blanks = p < end ? find_blanks (base, end) : 0;
  for (; i < count && p < end; i++)
  {
    for (; blanks == 0; blanks = find_blanks (base, end))
      base += 64;
    const char *stop = base + __builtin_ctzll (blanks);
    if (stop == p)
      put_blank (f, i);
    else if (arcs[i].order != 3 || arcs[i].level != 3 ||
             !read_short_number (p, (size_t)(stop - p), &number) ||
             !advance_usual (&arcs[i], number, low, width, &values[i]))
      break;
    blanks &= blanks - 1;
    p = stop + (stop < end);
  }
  f->at = p;
  return i;
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

/* Any field; what is wrong with it, or NULL. */
static const char *
read_field (struct fields *f, size_t i, garco__crinex_line *line, const char *text)
{
  const char *start = f->at;
  int64_t value = GARCO_MISSING;
  garco__token token = next_token (&f->arcs[i], &f->at, f->end, &value);
  bool first = token == GARCO__TOKEN_NO_ARC && line->without_arc++ == 0;
  bool outside = token == GARCO__TOKEN_VALUE && (value < f->low || value > f->high);
  if (first || outside || token == GARCO__TOKEN_BAD)
    line->column = (size_t)(start - text) + 1;
  if (outside || token == GARCO__TOKEN_BAD)
    return outside ? "a value that F14.3 cannot hold"
                   : "neither a difference nor the start of an arc";
  f->values[i] = value;
  if (token == GARCO__TOKEN_BLANK)
    put_blank (f, i);
  f->at += f->at < f->end;
  return NULL;
}

garco__crinex_line
garco__crinex_fields (garco__arc *arcs, char *flags, garco__crinex_shape *shape, int64_t low,
                      int64_t high, const char *text, size_t size, int64_t *values)
{
  garco__crinex_line line = {NULL, 0, 0};
  struct fields f = {arcs, flags, shape, low, high, text, text + size, values};
  for (size_t i = 0; (i = read_usual (&f, i)) < shape->count; i++)
    if ((line.problem = read_field (&f, i, &line, text)) != NULL)
      return line;
  size_t at = 0, left = (size_t)(f.end - f.at);
  if (shape->anew)
    shape->surplus =
        shape->version_1 || line.without_arc > 0 ? 0 : surplus_fields (f.at, left, shape->count);
  line.problem = change_flags (flags, shape, f.at, left, &at);
  if (line.problem != NULL)
    line.column = (size_t)(f.at - text) + at + 1;
  return line;
}
