/* Days and milliseconds of the proleptic Gregorian calendar, 1970-01-01 = 0, no leap seconds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_CIVIL_TIME_H
#define GARCO_BASE_CIVIL_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define GARCO__DAY_MS INT64_C (86400000)

/* Days since 1970-01-01 of a date; month 1..12, day 1..31. */
int64_t garco__days_of_date (int year, int month, int day);
void garco__date_of_days (int64_t days, int *year, int *month, int *day);
/* True when the date exists. */
bool garco__date_valid (int year, int month, int day);
/* Floor of a / b for b > 0. */
int64_t garco__floor_div (int64_t a, int64_t b);
/* The present time, ms since 1970-01-01 UTC. */
int64_t garco__now_ms (void);

#endif
