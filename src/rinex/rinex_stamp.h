/* The epoch line: time, flag, count.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_STAMP_H
#define GARCO_RINEX_STAMP_H

#include "garco.h"
#include "rinex/rinex_fields.h"

typedef struct garco__stamp
{
  bool timed; /* false: the time's columns are blank */
  int64_t time_ms, time_ps;
  bool second_60; /* as written; the time is the next minute's begin or later */
  bool day_end;   /* written in 23:59 */
  int flag;       /* 0..6 */
  int count;      /* satellites or lines, 0..999 */
  bool counted;   /* flag and count could be read, whatever became of the time */
} garco__stamp;

/* False when the line is no epoch line. The clock is not looked at. */
bool garco__stamp2 (garco__line line, garco__stamp *stamp);
bool garco__stamp3 (garco__line line, garco__stamp *stamp);
/* True when a line of RINEX 2 has an epoch line's looks in every column, so that none of the lines
 * that belong to an epoch can be taken for one. */
bool garco__stamp2_plain (garco__line line);

/* Clock offset in ps from its columns: F12.9 at 69 in RINEX 2, F15.12 at 42 in RINEX 3 and later;
 * GARCO_MISSING where blank. */
garco__found garco__stamp2_clock (garco__line line, int64_t *clock_ps);
garco__found garco__stamp3_clock (garco__line line, int64_t *clock_ps);
/* The five digits of picoseconds of RINEX 4.02, columns 58 to 62. */
garco__found garco__stamp3_picoseconds (garco__line line, int *picoseconds);

/* Year, month, day, hour, minute and second in `step`-wide columns and one of 13, as in TIME OF
 * FIRST OBS; leniently. False where no time can be read. */
bool garco__read_header_time (garco__line content, int64_t *time_ms);

#endif
