/* Satellite lines of Hatanaka text: the fast reading is that of a slow one, token by token, on
 * sound lines, on damaged ones, and at the edges of what is read at once. SPDX-License-Identifier:
 * Apache-2.0 */
#include "test_support.h"

#include <ctype.h>

#include "codec/crinex_decode.h"
#include "test_random.h"

#define FIELDS 21
#define ROOM (FIELDS * 24 + GARCO__TOKENS_BEHIND)
#define LOW INT64_C (-999999999999)
#define HIGH INT64_C (9999999999999)

/* ---------------------------------------------------------------- the slow reading */

/* An arc as the differences that were written for it. */
struct slow_arc
{
  int order; /* -1: none */
  int level;
  int64_t rows[6]; /* the last of each order of difference */
};

static const char indicators[] = "indicators";

/* A token's number, which may have a sign and up to 18 digits. */
static bool
slow_number (const char *token, int64_t *number)
{
  size_t sign = token[0] == '-' || token[0] == '+';
  size_t digits = strlen (token + sign);
  if (digits == 0 || digits > 18)
    return false;
  for (size_t i = 0; i < digits; i++)
    if (!isdigit ((unsigned char)token[sign + i]))
      return false;
  *number = strtoll (token, NULL, 10);
  return true;
}

static garco__token
slow_token (struct slow_arc *arc, const char *token, int64_t *value)
{
  int64_t number = 0;
  if (token[0] == '\0')
  {
    arc->order = -1;
    return GARCO__TOKEN_BLANK;
  }
  if (token[1] == '&')
  {
    if (token[0] < '0' || token[0] > '5' || (token[2] != '\0' && !slow_number (token + 2, &number)))
      return GARCO__TOKEN_BAD;
    *arc = (struct slow_arc){.order = token[0] - '0', .rows = {number}};
    *value = number;
    return GARCO__TOKEN_VALUE;
  }
  if (!slow_number (token, &number))
    return GARCO__TOKEN_BAD;
  if (arc->order < 0)
    return GARCO__TOKEN_NO_ARC;
  arc->level += arc->level < arc->order;
  arc->rows[arc->level] = number;
  for (int i = arc->level; i > 0; i--)
    arc->rows[i - 1] = (int64_t)((uint64_t)arc->rows[i - 1] + (uint64_t)arc->rows[i]);
  *value = arc->rows[0];
  return GARCO__TOKEN_VALUE;
}

/* Indicators behind the fields; false where they are none, of which this test says nothing. */
static bool
slow_flags (char *flags, size_t count, const char *text, size_t size)
{
  for (size_t i = 0; i < size; i++)
  {
    if (text[i] == ' ')
      continue;
    if (i >= 2 * count || (text[i] != '&' && !isdigit ((unsigned char)text[i])))
      return false;
    flags[i] = (char)(text[i] == '&' ? ' ' : text[i]);
  }
  return true;
}

/* Values, indicators and what is wrong. */
static garco__crinex_line
slow_fields (struct slow_arc *arcs, char *flags, const garco__crinex_shape *shape, const char *text,
             size_t size, int64_t *values)
{
  garco__crinex_line line = {NULL, 0, 0};
  size_t at = 0;
  for (size_t i = 0; i < shape->count; i++)
  {
    char token[ROOM];
    size_t start = at;
    while (at < size && text[at] != ' ')
      at++;
    memcpy (token, text + start, at - start);
    token[at - start] = '\0';
    values[i] = GARCO_MISSING;
    garco__token kind = slow_token (&arcs[i], token, &values[i]);
    bool outside = kind == GARCO__TOKEN_VALUE && (values[i] < LOW || values[i] > HIGH);
    if (kind == GARCO__TOKEN_NO_ARC && line.without_arc++ == 0)
      line.column = start + 1;
    if (kind == GARCO__TOKEN_BLANK && shape->version_1)
      memset (flags + 2 * i, ' ', 2);
    if (outside || kind == GARCO__TOKEN_BAD)
    {
      line.problem = outside ? "outside" : "bad";
      line.column = start + 1;
      return line;
    }
    at += at < size;
  }
  if (!slow_flags (flags, shape->count, text + at, size - at))
    line.problem = indicators;
  return line;
}

/* ---------------------------------------------------------------- lines */

/* A field that is mostly what most are: a few digits. */
static size_t
print_token (char *text)
{
  static const int64_t limits[] = {10,       1000,        100000,        1000000,
                                   10000000, 100000000,   1000000000,    1000000,
                                   100000,   10000000000, 1000000000000, 100000};
  int64_t number = (int64_t)draw ((uint64_t)limits[draw (sizeof limits / sizeof *limits)]);
  if (draw (2) == 0)
    number = -number;
  switch (draw (16))
  {
  case 0:
    return 0;
  case 1:
    return (size_t)sprintf (text, "%d&%lld", (int)(draw (5) > 0 ? 3 : draw (7)), (long long)number);
  case 2:
    return (size_t)sprintf (text, draw (2) > 0 ? "%08lld" : "%+lld", (long long)number);
  case 3:
    return (size_t)sprintf (text, "%s", draw (8) > 0 ? "-0" : draw (2) > 0 ? "-" : "3&");
  default:
    return (size_t)sprintf (text, "%lld", (long long)(number % 1000000));
  }
}

static size_t
print_line (char *text, size_t count, bool start)
{
  size_t size = 0;
  for (size_t i = 0; i < count; i++)
  {
    if (i > 0)
      text[size++] = ' ';
    size += start ? (size_t)sprintf (text + size, "3&%lld", (long long)draw (100000000000))
                  : print_token (text + size);
  }
  if (draw (3) == 0)
    size -= draw (size + 1) / 4;
  while (size > 0 && text[size - 1] == ' ')
    size--;
  if (!start && size > 0 && draw (8) == 0)
    text[draw (size)] = draw (2) == 0 ? (char)(1 + draw (255)) : "&-+ .x:/"[draw (8)];
  return size;
}

/* One satellite's lines, until one of them is damaged. `behind`: what stands behind each line. */
static void
check_satellite (size_t count, bool version_1, char behind)
{
  garco__arc arcs[FIELDS];
  struct slow_arc slow[FIELDS];
  char flags[2][2 * FIELDS], text[ROOM];
  memset (flags, '5', sizeof flags);
  for (size_t i = 0; i < FIELDS; i++)
    arcs[i].order = (int8_t)(slow[i].order = -1);
  for (int epoch = 0; epoch < 12; epoch++)
  {
    int64_t values[FIELDS], want[FIELDS];
    garco__crinex_shape shape = {count, version_1, false, 0};
    size_t size = print_line (text, count, epoch == 0);
    memset (text + size, behind, sizeof text - size);
    garco__crinex_line line = slow_fields (slow, flags[0], &shape, text, size, want);
    garco__crinex_line got =
        garco__crinex_fields (arcs, flags[1], &shape, LOW, HIGH, text, size, values);
    if ((got.problem == NULL) != (line.problem == NULL) ||
        (got.column != line.column && line.problem != indicators))
      fail_msg ("\"%.*s\": %s, column %zu, expected %zu", (int)size, text, got.problem, got.column,
                line.column);
    if (line.problem != NULL)
      return;
    assert_int_equal (got.without_arc, line.without_arc);
    assert_memory_equal (values, want, count * sizeof *values);
    assert_memory_equal (flags[1], flags[0], 2 * count);
  }
}

static void
test_random_lines (void **state)
{
  (void)state;
  for (int round = 0; round < 60000; round++)
    check_satellite (draw (FIELDS + 1), round % 2 == 0, "\n\r7 -&"[draw (6)]);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_random_lines),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
