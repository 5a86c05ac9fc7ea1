/* Salvage of Hatanaka text between two new starts: after damage, reading goes on from the last
 * epoch line that is known, if the next one can be told to be its difference.
 *
 *   > 2022 06 08 10 00 00.0000000  0 49      C05C08  known; a line is lost behind it
 *   ...                                              whose lines these are cannot be said
 *                      3                             10:00:30, as it must be: no epoch line between
 *   ...                                              arcs that start here are known again
 *                    1 0                             10:01:00
 *   ...
 *                   1& 0                             10:10:00: the tens of minutes agree
 *
 * A difference line that is not the next one can give the next one's time all the same: 10:00:00
 * with that of 10:01:30 is 10:00:30 as well. It has been applied to the wrong line then, and its
 * list of satellites may be another. So nothing is given out until each digit of the time up to
 * the tens of minutes has been written anew (or cannot change, as the step is a multiple of what
 * it counts): with the right digits, each epoch a usual step after the other, no epoch line is
 * missing, unless those of whole hours are. docs/decisions/0012-going-on-after-damage.md has the
 * argument.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "rinex/rinex_crinex.h"

#define HOUR_MS 3600000
#define LINES_BEYOND 64 /* of junk, behind as many as an epoch's twice */

/* The digits of a time: where they stand in RINEX 3, and what the next one to the left counts. */
static const struct
{
  uint8_t column;
  int64_t above_ms;
} digits[] = {{16, HOUR_MS}, {17, 600000}, {19, 60000}, {20, 10000},
              {22, 1000},    {23, 100},    {24, 10}};

/* The columns of RINEX 2 are as many to the left. */
#define SHIFT_OF_RINEX_2 3

/* The usual step after the last epoch. */
static bool
is_next (const garco__crinex *crinex, const garco__draft *draft)
{
  const struct garco__steps *steps = &crinex->steps;
  return draft->dated && steps->last_ms != INT64_MIN && steps->usual_ms > 0 &&
         draft->stamp.time_ms == steps->last_ms + steps->usual_ms &&
         draft->stamp.time_ps == steps->last_ps;
}

/* Every digit up to the tens of minutes is known, or always the same. */
static bool
is_time_sure (const garco__crinex *crinex)
{
  for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
    if (crinex->steps.usual_ms % digits[i].above_ms != 0 && (crinex->resume.written >> i & 1) == 0)
      return false;
  return true;
}

static void
note_digits (garco__crinex *crinex, garco__line line, bool version_1)
{
  for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
  {
    size_t column = digits[i].column - (version_1 ? SHIFT_OF_RINEX_2 : 0u);
    if (column < line.size && line.text[column] != ' ')
      crinex->resume.written |= 1u << i;
  }
}

/* All arcs of the last epoch line's satellites. */
static garco_status
forget_satellites (garco_reader *reader, garco_error *error)
{
  garco__crinex *crinex = reader->crinex;
  bool version_1 = reader->header.view.crinex_version == 10;
  size_t end = crinex->line.size;
  for (size_t at = version_1 ? 32 : 41; at + 3 <= end; at += 3)
  {
    int system, number;
    const char *text = (const char *)crinex->line.data + at;
    if (!garco__read_satellite (reader, text, &system, &number))
      break; /* blanks behind the list */
    struct garco__slot *slot = &crinex->slots[system][number];
    GARCO_TRY (garco__crinex_forget_arcs (slot, reader->header.view.types[system].count, error));
    memcpy (slot->text, text, 3);
    slot->seen = crinex->epoch;
  }
  return GARCO_OK;
}

garco_status
garco__crinex_hold_on (garco_reader *reader, garco_error *error)
{
  garco__crinex *crinex = reader->crinex;
  struct garco__resume *resume = &crinex->resume;
  const struct garco__steps *steps = &crinex->steps;
  memset (crinex->picoseconds, GARCO__FLAG_LOST, sizeof crinex->picoseconds);
  if (resume->left > 0)
    return GARCO_OK;
  if (!crinex->initialised || !resume->sure || steps->last_ms == INT64_MIN ||
      steps->usual_ms == 0 || steps->usual_ms % HOUR_MS == 0)
  {
    garco__crinex_reset (crinex);
    return GARCO_OK;
  }
  crinex->clock.order = -1;
  crinex->clock_lost = true;
  crinex->initialised = false;
  resume->left = 2 * crinex->line.size / 3 + LINES_BEYOND;
  resume->doubtful = false;
  return forget_satellites (reader, error);
}

garco_status
garco__crinex_hold_on_to (garco_reader *reader, const garco__draft *draft, garco_error *error)
{
  garco__crinex *crinex = reader->crinex;
  bool sure = draft->dated && (draft->anew || is_next (crinex, draft));
  garco__crinex_accept_line (crinex, draft->anew);
  bool going_on = crinex->steps.usual_ms > 0 && garco__crinex_goes_on (reader, draft);
  GARCO_TRY (garco__crinex_check_step (reader, draft, going_on, error));
  crinex->resume.sure = sure;
  return garco__crinex_hold_on (reader, error);
}

/* The draft is the next epoch, and its lines are all there, the next epoch's line behind them. */
static garco_status
is_whole (garco_reader *reader, garco__draft *draft, bool *whole, garco_error *error)
{
  garco__crinex *crinex = reader->crinex;
  size_t wanted = 2 + (size_t)draft->stamp.count;
  *whole = is_next (crinex, draft) && draft->stamp.flag <= 1 &&
           garco__crinex_check_list (reader, &crinex->next, draft) == NULL;
  if (!*whole)
    return GARCO_OK;
  garco_status status = garco__reader_need (reader, wanted, &draft->lines, error);
  if (status != GARCO_OK)
    return status;
  *whole = draft->lines == wanted && garco__crinex_lines_before_start (reader, wanted) == wanted;
  return *whole ? garco__crinex_followed (reader, draft, whole, error) : GARCO_OK;
}

garco_status
garco__crinex_resume (garco_reader *reader, garco__line line, bool *resumed, garco_error *error)
{
  garco__crinex *crinex = reader->crinex;
  struct garco__resume *resume = &crinex->resume;
  *resumed = false;
  if (line.size > 0 && line.text[0] == ' ')
  {
    garco__draft draft = garco__crinex_draft (reader, line);
    GARCO_TRY (garco__crinex_restore (&crinex->line, line, &draft, &crinex->next, error));
    garco_status status = is_whole (reader, &draft, resumed, error);
    if (status != GARCO_OK)
      return status;
  }
  resume->left = *resumed ? 0 : resume->left - 1;
  if (!*resumed)
    return GARCO_OK;
  crinex->initialised = true;
  *resume = (struct garco__resume){.sure = true, .doubtful = true, .partial = true};
  return garco__reader_damage (reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0),
                               error,
                               "from here on values are known again as their arcs start anew");
}

bool
garco__crinex_follows (garco__crinex *crinex, garco__line line, const garco__draft *draft)
{
  bool next = is_next (crinex, draft);
  crinex->resume.sure = draft->dated && (draft->anew || next);
  if (!crinex->resume.doubtful || draft->anew)
    return true;
  note_digits (crinex, line, draft->version_1);
  crinex->resume.doubtful = !is_time_sure (crinex);
  return next;
}
