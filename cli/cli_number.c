/* Numbers as text, the shortest that reads back to the same value.
 *
 * Three ways, the first that serves:
 *
 * 1. What observations are: at most four digits behind the point (three for float). Such a number
 *    is n / 10^4, correctly rounded, and of at most 15 digits (6): text of so few digits is never
 *    ambiguous, so no shorter one reads back to it, but for the trailing zeros that are cut.
 * 2. Doubles from 1 to 2^53, exactly in integers: the value is whole + F / 2^k. For a number of
 *    digits d behind the point, N / 10^d with N = round (F 10^d / 2^k) is the nearest such text;
 *    it reads back where it is less than half a unit of F away. F < 2^52 and 10^d < 2^56, so all
 *    fits 128 bits. From 15 digits altogether to 17, which always serve.
 * 3. All others: printf and strtod, from 15 digits to 17 (6 to 9); from 1 for those below the
 * normal numbers, which have fewer. SPDX-License-Identifier: Apache-2.0 */
#include "cli_number.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128;

static const uint64_t powers[] = {UINT64_C (1),
                                  UINT64_C (10),
                                  UINT64_C (100),
                                  UINT64_C (1000),
                                  UINT64_C (10000),
                                  UINT64_C (100000),
                                  UINT64_C (1000000),
                                  UINT64_C (10000000),
                                  UINT64_C (100000000),
                                  UINT64_C (1000000000),
                                  UINT64_C (10000000000),
                                  UINT64_C (100000000000),
                                  UINT64_C (1000000000000),
                                  UINT64_C (10000000000000),
                                  UINT64_C (100000000000000),
                                  UINT64_C (1000000000000000),
                                  UINT64_C (10000000000000000)};

static size_t
digits_text (uint64_t value, char *text)
{
  char digits[24];
  size_t n = 0;
  do
    digits[n++] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  for (size_t i = 0; i < n; i++)
    text[i] = digits[n - 1 - i];
  text[n] = '\0';
  return n;
}

size_t
cli_uint64_text (uint64_t value, char text[CLI_NUMBER_SIZE])
{
  return digits_text (value, text);
}

size_t
cli_int64_text (int64_t value, char text[CLI_NUMBER_SIZE])
{
  if (value >= 0)
    return digits_text ((uint64_t)value, text);
  text[0] = '-';
  return 1 + digits_text (0 - (uint64_t)value, text + 1);
}

/* whole.fraction with `places` digits behind the point, trailing zeros cut. */
static size_t
fixed_text (bool negative, uint64_t whole, uint64_t fraction, unsigned places, char *text)
{
  size_t n = 0;
  if (negative)
    text[n++] = '-';
  n += digits_text (whole, text + n);
  if (fraction == 0)
    return n;
  while (fraction % 10 == 0)
  {
    fraction /= 10;
    places--;
  }
  text[n] = '.';
  for (unsigned i = places; i > 0; i--)
  {
    text[n + i] = (char)('0' + fraction % 10);
    fraction /= 10;
  }
  n += places + 1;
  text[n] = '\0';
  return n;
}

/* 1 <= value < 2^53. */
static size_t
exact_text (bool negative, double value, char *text)
{
  uint64_t bits;
  memcpy (&bits, &value, sizeof bits);
  unsigned k = 52 - (unsigned)((bits >> 52) - 1023);
  uint64_t mantissa = (bits & ((UINT64_C (1) << 52) - 1)) | UINT64_C (1) << 52;
  uint64_t whole = mantissa >> k;
  uint64_t f = mantissa - (whole << k);
  unsigned digits = 1;
  while (digits < 16 && powers[digits] <= whole)
    digits++;
  for (unsigned d = digits < 15 ? 15 - digits : 0;; d++)
  {
    uint128 exact = (uint128)f * powers[d];
    uint64_t n = (uint64_t)((exact + ((uint128)1 << k) / 2) >> k);
    uint128 near = (uint128)n << k;
    uint128 off = near > exact ? near - exact : exact - near;
    if (off * 2 >= powers[d] && d + digits < 17)
      continue;
    return fixed_text (negative, whole + n / powers[d], n % powers[d], d, text);
  }
}

static size_t
odd_double_text (double value, char text[CLI_NUMBER_SIZE])
{
  int n = 0;
  for (int digits = fabs (value) < DBL_MIN ? 1 : 15; digits <= 17; digits++)
  {
    n = snprintf (text, CLI_NUMBER_SIZE, "%.*g", digits, value);
    if (digits == 17 || strtod (text, NULL) == value)
      break;
  }
  return (size_t)n;
}

size_t
cli_double_text (double value, char text[CLI_NUMBER_SIZE])
{
  double size = fabs (value);
  if (!isfinite (value))
    return (size_t)snprintf (text, CLI_NUMBER_SIZE, "%s",
                             isnan (value) ? "nan"
                             : value > 0   ? "inf"
                                           : "-inf");
  if (size < 1e11)
  {
    uint64_t n = (uint64_t)(size * 1e4 + 0.5);
    if ((double)n / 1e4 == size)
      return fixed_text (signbit (value) != 0, n / 10000, n % 10000, 4, text);
  }
  if (size >= 1 && size < 9007199254740992.0)
    return exact_text (value < 0, size, text);
  return odd_double_text (value, text);
}

static size_t
odd_float_text (float value, char text[CLI_NUMBER_SIZE])
{
  int n = 0;
  for (int digits = fabsf (value) < FLT_MIN ? 1 : 6; digits <= 9; digits++)
  {
    n = snprintf (text, CLI_NUMBER_SIZE, "%.*g", digits, (double)value);
    if (digits == 9 || strtof (text, NULL) == value)
      break;
  }
  return (size_t)n;
}

size_t
cli_float_text (float value, char text[CLI_NUMBER_SIZE])
{
  float size = fabsf (value);
  if (!isfinite (value))
    return cli_double_text ((double)value, text);
  if (size < 999.0f)
  {
    uint64_t n = (uint64_t)((double)size * 1e3 + 0.5);
    if ((float)((double)n / 1e3) == size)
      return fixed_text (signbit (value) != 0, n / 1000, n % 1000, 3, text);
  }
  return odd_float_text (value, text);
}

/* The time of `ms` with the digits of a finer unit behind it. */
static size_t
fine_time_text (int64_t ms, int64_t rest, int digits, char *text)
{
  char time[32];
  garco_time_text (ms, time);
  return (size_t)snprintf (text, CLI_NUMBER_SIZE, "%s%0*" PRId64, time, digits, rest);
}

size_t
cli_date_text (int64_t value, garco_datatype type, char text[CLI_NUMBER_SIZE])
{
  /* From DATETIME_WEEK to DATETIME_MS in ms, from DATETIME_US to DATETIME_AS parts of one. */
  static const int64_t coarse[] = {604800000, 86400000, 3600000, 60000, 1000, 1};
  const int week = GARCO_DATETIME_DAY - 1;
  int place = (int)type - week;
  if (place >= 0 && place < 6 && value > INT64_MIN / coarse[place] &&
      value < INT64_MAX / coarse[place])
  {
    garco_time_text (value * coarse[place], text);
    return strlen (text);
  }
  if (type >= GARCO_DATETIME_US && type <= GARCO_DATETIME_AS)
  {
    int digits = 3 * ((int)type - GARCO_DATETIME_MS);
    int64_t unit = (int64_t)powers[digits];
    int64_t rest = value % unit < 0 ? value % unit + unit : value % unit;
    return fine_time_text (value / unit - (value % unit < 0), rest, digits, text);
  }
  return cli_int64_text (value, text);
}

bool
cli_bytes_read (const char *text, uint64_t *bytes)
{
  static const char letters[] = "KMGT";
  char *end;
  unsigned shift = 0;
  if (!isdigit ((unsigned char)text[0]))
    return false;
  errno = 0;
  unsigned long long number = strtoull (text, &end, 10);
  const char *letter = *end != '\0' ? strchr (letters, toupper ((unsigned char)*end)) : NULL;
  if (letter != NULL)
  {
    shift = 10 * (unsigned)(letter - letters + 1);
    end++;
  }
  *bytes = (uint64_t)number << shift;
  return errno == 0 && *end == '\0' && *bytes >> shift == number;
}

bool
cli_date_read (const char *text, garco_datatype type, int64_t *value)
{
  int64_t ms = 0;
  if ((type != GARCO_INT64 && (type < GARCO_DATETIME_YEAR || type > GARCO_TIME_AS)) ||
      garco_time_parse (text, &ms, NULL) != GARCO_OK)
    return false;
  switch (type)
  {
  case GARCO_DATETIME_DAY:
    *value = ms / 86400000;
    return ms % 86400000 == 0;
  case GARCO_DATETIME_SEC:
    *value = ms / 1000;
    return ms % 1000 == 0;
  case GARCO_DATETIME_US:
    return !__builtin_mul_overflow (ms, 1000, value);
  case GARCO_DATETIME_NS:
    return !__builtin_mul_overflow (ms, 1000000, value);
  default:
    *value = ms;
    return type == GARCO_INT64 || type == GARCO_DATETIME_MS;
  }
}
