/* Epoch lines of Hatanaka text: restored, checked, and looked for ahead of the reading.
 *
 * Nothing but its place says that a line is an epoch's: one that starts anew has its & or > (and no
 * line of a clock or a satellite has), any other is the difference to the one before:
 *
 *   > 2022 06 08 10 00 00.0000000  0 49      C05C08  line before
 *                   3                                difference: blanks where nothing changes
 *   > 2022 06 08 10 00 30.0000000  0 49      C05C08  restored
 *
 * Taken for such a difference, the line of a clock or a satellite makes no sound epoch line, as its
 * first character is no blank, or its time no later one. By that salvage sees lines that are lost
 * or too many. SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_crinex.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define DAY_MS INT64_C (86400000)

garco__draft
garco__crinex_draft (const garco_reader *reader, garco__line line)
{
  bool version_1 = reader->header.view.crinex_version == 10;
  char start = version_1 ? '&' : '>';
  return (garco__draft){.anew = line.size > 0 && line.text[0] == start,
                        .version_1 = version_1,
                        .list = version_1 ? 32 : 41};
}

garco_status
garco__crinex_restore (const garco__buffer *before, garco__line line, garco__draft *draft,
                       garco__buffer *restored, garco_error *error)
{
  restored->size = 0;
  if (draft->anew)
  {
    GARCO_TRY (garco__buffer_append (restored, line.text, line.size, error));
    restored->data[0] = draft->version_1 ? ' ' : '>';
  }
  else
  {
    GARCO_TRY (garco__buffer_append (restored, before->data, before->size, error));
    GARCO_TRY (garco__crinex_text (restored, line.text, line.size, error));
  }
  garco__line head = {(const char *)restored->data,
                      restored->size < draft->list ? restored->size : draft->list};
  draft->dated =
      draft->version_1 ? garco__stamp2 (head, &draft->stamp) : garco__stamp3 (head, &draft->stamp);
  return GARCO_OK;
}

const char *
garco__crinex_check_list (const garco_reader *reader, const garco__buffer *next,
                          const garco__draft *draft)
{
  size_t count = (size_t)draft->stamp.count, end = draft->list + 3 * count;
  bool seen[GARCO_SYSTEM_COUNT][100] = {{false}};
  const char *text = (const char *)next->data;
  if (count > 0 && next->size < end)
    return "as many satellites as counted";
  if (next->size > end && !garco__is_blank (text + end, next->size - end))
    return "as many satellites as counted";
  for (size_t i = 0; i < count; i++)
  {
    int system, number;
    if (!garco__read_satellite (reader, text + draft->list + 3 * i, &system, &number))
      return "satellites such as G01";
    if (seen[system][number])
      return "each satellite once";
    seen[system][number] = true;
  }
  return NULL;
}

size_t
garco__crinex_lines_before_start (const garco_reader *reader, size_t have)
{
  char start = reader->header.view.crinex_version == 10 ? '&' : '>';
  size_t count = 1;
  for (; count < have; count++)
  {
    garco__line line = garco__lines_get (&reader->lines, count);
    if (line.size > 0 && line.text[0] == start && garco__reader_is_epoch_line (reader, line))
      break;
  }
  return count;
}

/* ---------------------------------------------------------------- what follows an epoch */

garco_status
garco__crinex_blank_stretch (garco_reader *reader, size_t from, bool *blank, size_t *lines,
                             garco_error *error)
{
  size_t have, most = GARCO__SATS_LIMIT + 2;
  *blank = true;
  for (*lines = 0; *blank && *lines < most; ++*lines)
  {
    garco_status status = garco__reader_need (reader, from + *lines + 1, &have, error);
    if (status != GARCO_OK)
      return status;
    if (have <= from + *lines)
      return GARCO_OK;
    garco__line line = garco__lines_get (&reader->lines, from + *lines);
    *blank = garco__is_blank (line.text, line.size);
  }
  return GARCO_OK;
}

bool
garco__crinex_second_header (garco__line line)
{
  if (line.size <= 60 || (line.text[60] != 'C' && line.text[60] != 'R'))
    return false;
  garco__item item = garco__header_item (line);
  return item == GARCO__ITEM_VERSION || item == GARCO__ITEM_CRINEX_VERSION;
}

enum verdict
{
  NO_EPOCH,
  EPOCH,
  UNDECIDED, /* an epoch line but for its time */
  FAR        /* the same, more than a day from the epoch before */
};

/* Whether the restored line of `next` is that of an epoch after `last_ms`. */
static enum verdict
judge_restored (const garco_reader *reader, const garco__buffer *restored, const garco__draft *next,
                int64_t last_ms, int64_t last_ps)
{
  const garco__stamp *stamp = &next->stamp;
  if (!stamp->counted || stamp->flag > 1 ||
      garco__crinex_check_list (reader, restored, next) != NULL)
    return NO_EPOCH;
  if (!next->dated)
    return UNDECIDED;
  if (stamp->time_ms + DAY_MS < last_ms || stamp->time_ms > last_ms + DAY_MS)
    return FAR;
  return stamp->time_ms > last_ms || stamp->time_ps > last_ps ? EPOCH : UNDECIDED;
}

/* Whether line `at` is the one of an epoch, of an event, or behind the last epoch. Where it is a
 * difference to `before`, `next` and `restored` tell of what. */
static garco_status
judge_line (garco_reader *reader, const garco__buffer *before, const garco__stamp *last, size_t at,
            garco__draft *next, garco__buffer *restored, enum verdict *verdict, garco_error *error)
{
  size_t have, lines;
  bool blank;
  garco_status status = garco__reader_need (reader, at + 1, &have, error);
  if (status != GARCO_OK)
    return status;
  *verdict = have < at ? NO_EPOCH : EPOCH;
  if (have <= at || garco__lines_is_cut (&reader->lines, at))
    return GARCO_OK;
  garco__line line = garco__lines_get (&reader->lines, at);
  *next = garco__crinex_draft (reader, line);
  if (next->anew || garco__crinex_second_header (line) || (line.size > 0 && line.text[0] == '&'))
    return GARCO_OK;
  status = garco__crinex_blank_stretch (reader, at, &blank, &lines, error);
  if (status != GARCO_OK || blank)
    return status;
  *verdict = NO_EPOCH;
  if (garco__is_blank (line.text, line.size) || line.text[0] != ' ')
    return GARCO_OK; /* a blank line is a clock's: it would leave the time as it is */
  GARCO_TRY (garco__crinex_restore (before, line, next, restored, error));
  *verdict = judge_restored (reader, restored, next, last->time_ms, last->time_ps);
  return GARCO_OK;
}

/* What another line makes of the year is a time as well, and those behind it go on from that: a gap
 * of days is one where the usual step comes behind it, or the end. */
static bool
is_behind_gap (const garco__crinex *crinex, const garco__stamp *last, const garco__draft *next)
{
  return !next->dated || next->anew ||
         (crinex->steps.usual_ms > 0 &&
          next->stamp.time_ms == last->time_ms + crinex->steps.usual_ms);
}

garco_status
garco__crinex_followed (garco_reader *reader, const garco__draft *draft, bool *followed,
                        garco_error *error)
{
  garco__crinex *crinex = reader->crinex;
  const garco__buffer *before = &crinex->next;
  garco__stamp last = draft->stamp;
  size_t at = draft->lines;
  enum verdict verdict = UNDECIDED;
  bool far = false;
  if (!draft->dated)
  {
    last.time_ms = reader->last_ms;
    last.time_ps = reader->last_ps;
  }
  for (size_t i = 0; i < 2; i++)
  {
    garco__draft next = {0};
    garco_status status =
        judge_line (reader, before, &last, at, &next, &crinex->ahead[i], &verdict, error);
    if (status != GARCO_OK)
      return status;
    if (verdict == EPOCH && far && !is_behind_gap (crinex, &last, &next))
      verdict = NO_EPOCH;
    if (verdict != UNDECIDED && verdict != FAR)
      break;
    far = verdict == FAR;
    if (next.dated)
      last = next.stamp;
    at += 2 + (size_t)next.stamp.count;
    before = &crinex->ahead[i];
  }
  *followed = verdict == EPOCH;
  return GARCO_OK;
}

/* Of the first `count` fields of a line: 1, one of them is a difference; 0, those that are there
 * start arcs; -1, there are none. */
static int
has_difference (garco__line line, size_t count)
{
  int has = -1;
  const char *p = line.text, *end = line.text + line.size;
  for (size_t i = 0; i < count && p < end; i++)
  {
    const char *start = p;
    while (p < end && *p != ' ')
      p++;
    if (p > start)
      has = 0;
    if (p - start == 1 || (p - start > 1 && start[1] != '&'))
      return 1;
    p += p < end;
  }
  return has;
}

garco_status
garco__crinex_complete (garco_reader *reader, const garco__draft *draft, bool *complete,
                        garco_error *error)
{
  bool blank;
  size_t lines, behind = draft->lines;
  const char *list = (const char *)reader->crinex->next.data + draft->list;
  garco_status status = garco__crinex_blank_stretch (reader, behind, &blank, &lines, error);
  if (status != GARCO_OK)
    return status;
  *complete = draft->anew && !blank && lines > 0 && draft->lines > 2 &&
              has_difference (garco__lines_get (&reader->lines, behind + lines - 1), 1) == 1;
  for (size_t i = 2; *complete && i < draft->lines; i++)
  {
    int system, number;
    *complete = garco__read_satellite (reader, list + 3 * (i - 2), &system, &number) &&
                has_difference (garco__lines_get (&reader->lines, i),
                                reader->header.view.types[system].count) == 0;
  }
  return GARCO_OK;
}

/* ---------------------------------------------------------------- steps in time */

#define STEPS_TO_GET_USED_TO 3

/* A step that comes three times in a row is the usual one from then on. */
static void
learn_step (struct garco__steps *steps, int64_t step)
{
  bool again = llabs (step - steps->odd_ms) <= steps->odd_ms / 10 + 1;
  steps->odd = again ? steps->odd + 1 : 1;
  steps->odd_ms = step;
  if (steps->usual_ms == 0 || steps->odd >= STEPS_TO_GET_USED_TO)
    steps->usual_ms = step;
}

garco_status
garco__crinex_check_step (garco_reader *reader, const garco__draft *draft, bool going_on,
                          garco_error *error)
{
  struct garco__steps *steps = &reader->crinex->steps;
  const garco__stamp *now = &draft->stamp;
  bool known = draft->dated && steps->last_ms != INT64_MIN;
  int64_t step = known ? now->time_ms - steps->last_ms : 0, usual = steps->usual_ms;
  double interval = reader->header.view.interval * 1000;
  if (usual == 0 && interval >= 1 && interval <= DAY_MS)
    usual = steps->usual_ms = (int64_t)lround (interval);
  bool later = step > 0 || (step == 0 && now->time_ps > steps->last_ps);
  steps->last_ms = draft->dated ? now->time_ms : INT64_MIN;
  steps->last_ps = now->time_ps;
  if (known && step > 0)
    learn_step (steps, step);
  if (!known || !going_on || (later && (usual == 0 || 2 * step <= 3 * usual)))
    return GARCO_OK;
  return garco__reader_damage (reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0),
                               error,
                               "%lld ms after the epoch before, and arcs that go on: unverified "
                               "until they start anew, expected %lld ms",
                               (long long)step, (long long)usual);
}
