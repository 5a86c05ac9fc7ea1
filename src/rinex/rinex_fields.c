/* Numbers in fixed columns: the general shapes. The common one, F14.3, is inline in the header.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_fields.h"

bool
garco__is_blank (const char *text, size_t size)
{
  for (size_t i = 0; i < size; i++)
    if (text[i] != ' ')
      return false;
  return true;
}

garco__line
garco__trim_right (garco__line line)
{
  while (line.size > 0 && line.text[line.size - 1] == ' ')
    line.size--;
  return line;
}

garco__line
garco__cut (garco__line line, size_t start, size_t size)
{
  if (start >= line.size)
    return (garco__line){line.text + line.size, 0};
  if (size > line.size - start)
    size = line.size - start;
  garco__line piece = garco__trim_right ((garco__line){line.text + start, size});
  while (piece.size > 0 && piece.text[0] == ' ')
  {
    piece.text++;
    piece.size--;
  }
  return piece;
}

static bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

garco__found
garco__read_int (const char *text, size_t size, int *value)
{
  garco__line piece = garco__cut ((garco__line){text, size}, 0, size);
  if (piece.size == 0)
    return GARCO__BLANK;
  bool negative = piece.text[0] == '-';
  size_t i = negative || piece.text[0] == '+' ? 1 : 0;
  if (i == piece.size || piece.size - i > 9)
    return GARCO__BAD;
  int sum = 0;
  for (; i < piece.size; i++)
  {
    if (!is_digit (piece.text[i]))
      return GARCO__BAD;
    sum = sum * 10 + (piece.text[i] - '0');
  }
  *value = negative ? -sum : sum;
  return GARCO__VALUE;
}

garco__found
garco__read_decimal (const char *text, size_t size, int decimals, int64_t *value)
{
  garco__line piece = garco__cut ((garco__line){text, size}, 0, size);
  if (piece.size == 0)
    return GARCO__BLANK;
  bool negative = piece.text[0] == '-', point = false, digits = false;
  int64_t sum = 0;
  for (size_t i = negative || piece.text[0] == '+' ? 1 : 0; i < piece.size; i++)
  {
    char c = piece.text[i];
    if (c == '.' && !point)
    {
      point = true;
      continue;
    }
    if (!is_digit (c))
      return GARCO__BAD;
    digits = true;
    if (point && decimals == 0)
    {
      if (c != '0')
        return GARCO__BAD;
      continue;
    }
    if (sum > (INT64_MAX - 9) / 10)
      return GARCO__BAD;
    sum = sum * 10 + (c - '0');
    decimals -= point;
  }
  for (; decimals > 0; decimals--)
  {
    if (sum > INT64_MAX / 10)
      return GARCO__BAD;
    sum *= 10;
  }
  *value = negative ? -sum : sum;
  return digits ? GARCO__VALUE : GARCO__BAD;
}

garco__found
garco__read_double (const char *text, size_t size, double *value)
{
  /* An integer below 2^53 and a power of ten below 10^22 are exact, so one division rounds right.
   */
  static const double powers[] = {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  for (int decimals = 0; decimals < 10; decimals++)
  {
    int64_t sum;
    garco__found found = garco__read_decimal (text, size, decimals, &sum);
    if (found == GARCO__BLANK)
      return found;
    if (found == GARCO__VALUE)
    {
      *value = (double)sum / powers[decimals];
      return found;
    }
  }
  return GARCO__BAD;
}

garco__found
garco__read_value_slow (const char *text, size_t size, int64_t *value)
{
  garco__found found = garco__read_decimal (text, size, 3, value);
  if (found == GARCO__VALUE &&
      (memchr (text, '.', size) == NULL || *value < GARCO__VALUE_MIN || *value > GARCO__VALUE_MAX))
    return GARCO__BAD;
  return found;
}
