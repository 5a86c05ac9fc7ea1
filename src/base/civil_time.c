/* The calendar, and times as text.
 *
 * A year is taken to begin in March, so that the leap day is its last; 400 years are then always
 * 146097 days, and the day of the year follows from the month by one linear formula.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/civil_time.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"

int64_t
garco__floor_div (int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

int64_t
garco__days_of_date (int year, int month, int day)
{
  int64_t y = (int64_t)year - (month <= 2);
  int64_t era = garco__floor_div (y, 400);
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void
garco__date_of_days (int64_t days, int *year, int *month, int *day)
{
  days += 719468;
  int64_t era = garco__floor_div (days, 146097);
  int64_t day_of_era = days - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t m = (5 * day_of_year + 2) / 153;
  *day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
  *month = (int)(m < 10 ? m + 3 : m - 9);
  *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static int
days_in_month (int year, int month)
{
  static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

bool
garco__date_valid (int year, int month, int day)
{
  return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month (year, month);
}

int64_t
garco__now_ms (void)
{
  struct timespec now;
  clock_gettime (CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
garco_time_text (int64_t ms, char text[32])
{
  int year, month, day;
  int64_t days = garco__floor_div (ms, GARCO__DAY_MS);
  int rest = (int)(ms % GARCO__DAY_MS); /* days * DAY_MS may be below INT64_MIN */
  rest += rest < 0 ? (int)GARCO__DAY_MS : 0;
  garco__date_of_days (days, &year, &month, &day);
  if (year < 1 || year > 9999)
  {
    snprintf (text, 32, "%" PRId64 "ms", ms);
    return;
  }
  snprintf (text, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", year, month, day, rest / 3600000,
            rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
}

/* Reads exactly `digits` digits at *p. */
static bool
take_digits (const char **p, int digits, int *value)
{
  *value = 0;
  for (int i = 0; i < digits; i++, (*p)++)
  {
    if (!isdigit ((unsigned char)**p))
      return false;
    *value = *value * 10 + (**p - '0');
  }
  return true;
}

static int
count_digits (const char *p)
{
  int n = 0;
  while (isdigit ((unsigned char)p[n]))
    n++;
  return n;
}

/* YYYY, YYYY-MM, YYYY-DDD or YYYY-MM-DD; `whole` says that a time of day may follow. */
static bool
take_date (const char **p, int64_t *days, bool *whole)
{
  int year, month = 1, day = 1;
  *whole = false;
  if (!take_digits (p, 4, &year) || year < 1)
    return false;
  *days = garco__days_of_date (year, 1, 1);
  if (**p != '-')
    return true;
  (*p)++;
  if (count_digits (*p) == 3)
  {
    int ordinal;
    take_digits (p, 3, &ordinal);
    int length = (int)(garco__days_of_date (year + 1, 1, 1) - *days);
    *days += ordinal - 1;
    *whole = true;
    return ordinal >= 1 && ordinal <= length;
  }
  if (!take_digits (p, 2, &month))
    return false;
  if (**p == '-')
  {
    (*p)++;
    *whole = true;
    if (!take_digits (p, 2, &day))
      return false;
  }
  if (!garco__date_valid (year, month, day))
    return false;
  *days = garco__days_of_date (year, month, day);
  return true;
}

/* HH[:MM[:SS[.f]]], with up to three digits after the point. */
static bool
take_time_of_day (const char **p, int64_t *ms)
{
  int hour, minute = 0, second = 0, fraction = 0;
  int *const parts[] = {&hour, &minute, &second};
  size_t n = 0;
  do
    if (!take_digits (p, 2, parts[n++]))
      return false;
  while (n < 3 && **p == ':' && (*p)++);
  if (n == 3 && **p == '.')
  {
    (*p)++;
    int digits = count_digits (*p);
    if (digits < 1 || digits > 3)
      return false;
    take_digits (p, digits, &fraction);
    for (; digits < 3; digits++)
      fraction *= 10;
  }
  *ms = ((int64_t)hour * 60 + minute) * 60000 + (int64_t)second * 1000 + fraction;
  return hour < 24 && minute < 60 && second < 60;
}

garco_status
garco_time_parse (const char *text, int64_t *ms, garco_error *error)
{
  const char *p = text;
  int64_t days = 0, rest = 0;
  bool whole = false;
  bool good = take_date (&p, &days, &whole);
  if (good && whole && (*p == 'T' || *p == ' '))
  {
    p++;
    good = take_time_of_day (&p, &rest);
  }
  if (good && *p == 'Z')
    p++;
  if (!good || *p != '\0')
    return garco__fail (
        error, GARCO_ERR_ARGUMENT, NULL,
        "\"%s\" is no time: expected YYYY-MM-DD or YYYY-DDD, with THH:MM:SS if need be", text);
  *ms = days * GARCO__DAY_MS + rest;
  return GARCO_OK;
}

/* Digits with a point or without, whatever the locale says of points. */
static bool
take_decimal (const char **p, double *number)
{
  double unit = 1;
  bool any = false;
  *number = 0;
  for (; isdigit ((unsigned char)**p); (*p)++, any = true)
    *number = *number * 10 + (**p - '0');
  if (**p != '.')
    return any;
  for ((*p)++; isdigit ((unsigned char)**p); (*p)++, any = true)
  {
    *number = *number * 10 + (**p - '0');
    unit *= 10;
  }
  *number /= unit;
  return any;
}

garco_status
garco_span_parse (const char *text, int64_t *ms, garco_error *error)
{
  static const struct
  {
    const char *unit;
    double ms;
  } units[] = {{"", 1e3},    {"ms", 1},     {"s", 1e3},    {"m", 6e4},
               {"h", 3.6e6}, {"d", 8.64e7}, {"w", 6.048e8}};
  const char *p = text;
  double number = 0;
  bool good = take_decimal (&p, &number);
  for (size_t i = 0; good && i < sizeof units / sizeof *units; i++)
    if (strcmp (p, units[i].unit) == 0 && number * units[i].ms < 9e15 && number * units[i].ms >= 1)
    {
      *ms = (int64_t)(number * units[i].ms + 0.5);
      return GARCO_OK;
    }
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                      "\"%s\" is no span: expected a number and one of ms s m h d w, such as 12h",
                      text);
}
