/* Records of Hatanaka text: an epoch line as its difference to the one before, a line for the
 * clock, one line a satellite.
 *
 *   &15  2 13  0  0  0.0000000  0 10G07G27G19...     version 1: & for the blank of column 1
 *   > 2022 06 08 10 00 00.0000000  0 49      C05C08  version 3: satellites from column 42 on
 *                   3                                the same epoch line with a 3 in column 17
 *   (clock)
 *   3&-5936986221 3&-4618665923  3&24482102132   4744  4
 *
 * Arcs belong to satellites and go on from one epoch to the next that has the satellite; an epoch
 * line that starts anew, and any event, ends them all. An event is written as in RINEX and an
 * epoch that starts anew must follow it.
 *
 * Salvage: a damaged satellite line costs that satellite until its fields' next arcs. When the
 * number of lines is damaged, that is so of all satellites, and rinex_crinex_resume.c finds the
 * next epoch. When an epoch line is, nothing is known any more, and reading goes on at the next
 * epoch that starts anew: its line ends any epoch before it, since no line of a clock or a
 * satellite starts with & (version 1) or > (version 3). As the lines of clock and satellites do not
 * say whose they are, one that is lost or too many would give the values of one satellite to
 * another. So an epoch is held back until the line behind it is there, and is left out where that
 * cannot be the next epoch's. Where whole epochs may be gone (docs/decisions/0004-gaps-in-arcs.md),
 * it says so and no more.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "rinex/rinex_crinex.h"

/* Satellites of an epoch with differences to nothing, by which the lines are not theirs. One may
 * have been damaged itself. */
#define STRAYS_TOO_MANY 2
#define CLOCK_LIMIT INT64_C (1000000000000000) /* 1000 s in ps */

garco_status
garco__crinex_new (garco__crinex **crinex, garco_error *error)
{
  void *room;
  GARCO_TRY (garco__allocate (&room, 1, sizeof **crinex, error));
  *crinex = room;
  memset ((*crinex)->picoseconds, ' ', sizeof (*crinex)->picoseconds);
  (*crinex)->steps.last_ms = INT64_MIN;
  garco__crinex_reset (*crinex);
  return GARCO_OK;
}

void
garco__crinex_reset (garco__crinex *crinex)
{
  crinex->initialised = false;
  crinex->epoch += 2; /* no satellite was in the epoch before */
  crinex->clock.order = -1;
  crinex->clock_lost = false;
  memset (&crinex->resume, 0, sizeof crinex->resume);
}

void
garco__crinex_free (garco__crinex **crinex)
{
  garco__crinex *self = *crinex;
  if (self == NULL)
    return;
  garco__buffer_free (&self->line);
  garco__buffer_free (&self->next);
  garco__buffer_free (&self->ahead[0]);
  garco__buffer_free (&self->ahead[1]);
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
    for (size_t i = 0; i < 100; i++)
    {
      free (self->slots[s][i].arcs);
      free (self->slots[s][i].flags);
    }
  free (self);
  *crinex = NULL;
}

/* ---------------------------------------------------------------- the epoch line */

/* After damage: on to the next epoch that starts anew, or goes on from what is still known. */
static garco_status
leave_out (garco_reader *reader, garco_error *error)
{
  GARCO_TRY (garco__crinex_hold_on (reader, error));
  reader->resync = true;
  reader->epochs_lost++;
  garco__lines_take (&reader->lines, 1);
  return GARCO_OK;
}

/* ---------------------------------------------------------------- clock and text */

/* `digits` decimals of seconds right-aligned in `width` characters, no zero before the point. */
static void
print_clock (char *text, size_t width, int digits, int64_t clock_ps)
{
  char number[48], whole[24] = "";
  uint64_t size = clock_ps < 0 ? (uint64_t)-clock_ps : (uint64_t)clock_ps;
  uint64_t second = UINT64_C (1000000000000), fraction = size % second;
  if (digits == 9)
    fraction /= 1000;
  if (size >= second)
    snprintf (whole, sizeof whole, "%" PRIu64, size / second);
  int n = snprintf (number, sizeof number, "%s%s.%0*" PRIu64, clock_ps < 0 ? "-" : "", whole,
                    digits, fraction);
  size_t used = (size_t)n < width ? (size_t)n : width;
  memcpy (text + width - used, number + (size_t)n - used, used);
}

static garco_status
print_line (garco_reader *reader, const char *text, size_t size, garco_error *error)
{
  return garco__reader_append_text (reader, (garco__line){text, size}, error);
}

/* Version 1 (garco__crinex_check_list has found `count` satellites from column 33 on): twelve
 * satellites a line, the clock behind those of the first. */
static garco_status
print_epoch_2 (garco_reader *reader, size_t count, garco_error *error)
{
  const char *line = (const char *)reader->crinex->line.data;
  size_t size = reader->crinex->line.size;
  char text[80];
  for (size_t at = 32; at == 32 || at < 32 + 3 * count; at += 36)
  {
    size_t left = 32 + 3 * count - at;
    memset (text, ' ', sizeof text);
    if (at == 32)
      memcpy (text, line, size < 32 ? size : 32);
    if (left > 0)
      memcpy (text + 32, line + at, left < 36 ? left : 36);
    if (at == 32 && reader->epoch.clock_ps != GARCO_MISSING)
      print_clock (text + 68, 12, 9, reader->epoch.clock_ps);
    GARCO_TRY (print_line (reader, text, sizeof text, error));
  }
  return GARCO_OK;
}

/* Damage has taken some of the digits. */
static bool
lacks_picoseconds (const garco__crinex *crinex)
{
  return memchr (crinex->picoseconds, GARCO__FLAG_LOST, sizeof crinex->picoseconds) != NULL;
}

static void
put_picoseconds (const garco__crinex *crinex, char *text)
{
  if (!lacks_picoseconds (crinex))
    memcpy (text, crinex->picoseconds, sizeof crinex->picoseconds);
}

/* Version 3: the line without its satellites, then clock and picoseconds. */
static garco_status
print_epoch_3 (garco_reader *reader, garco_error *error)
{
  const garco__crinex *crinex = reader->crinex;
  char text[62];
  memset (text, ' ', sizeof text);
  memcpy (text, crinex->line.data, crinex->line.size < 41 ? crinex->line.size : 41);
  if (reader->epoch.clock_ps != GARCO_MISSING)
    print_clock (text + 41, 15, 12, reader->epoch.clock_ps);
  if (reader->header.view.crinex_version == 31)
    put_picoseconds (crinex, text + 57);
  return print_line (reader, text, sizeof text, error);
}

/* The clock line: the clock's token, and in version 3.1 the change of the picoseconds. False: it
 * cannot be read. */
static bool
read_clock (garco_reader *reader, garco__line line, const garco__draft *draft)
{
  garco__crinex *crinex = reader->crinex;
  const char *p = line.text, *end = line.text + line.size;
  int64_t value = 0;
  garco__token token = garco__arc_next (&crinex->clock, &p, end, &value);
  if (token == GARCO__TOKEN_BAD || (token == GARCO__TOKEN_NO_ARC && !crinex->clock_lost))
    return false;
  if (token == GARCO__TOKEN_VALUE)
  {
    int64_t unit = draft->version_1 ? 1000 : 1;
    if (value > CLOCK_LIMIT / unit || value < -CLOCK_LIMIT / unit)
      return false;
    reader->epoch.clock_ps = value * unit;
    crinex->clock_lost = false;
  }
  size_t left = (size_t)(end - p);
  if (reader->header.view.crinex_version != 31)
    return garco__is_blank (p, left);
  for (size_t i = 1; i < left; i++)
  {
    if (p[i] == ' ')
      continue;
    if (i > 5 || (p[i] != '&' && (p[i] < '0' || p[i] > '9')))
      return false;
    crinex->picoseconds[i - 1] = p[i] == '&' ? ' ' : p[i];
  }
  if (lacks_picoseconds (crinex))
    return true;
  int picoseconds = 0;
  garco__found found =
      garco__read_int (crinex->picoseconds, sizeof crinex->picoseconds, &picoseconds);
  reader->epoch.time_ps += picoseconds;
  return found != GARCO__BAD;
}

/* ---------------------------------------------------------------- satellites */

/* Ends the slot's arcs and blanks its indicators; room for `count` fields. */
static garco_status
clear_slot (struct garco__slot *slot, size_t count, garco_error *error)
{
  if (count > slot->capacity || slot->arcs == NULL)
  {
    void *arcs = slot->arcs, *flags = slot->flags;
    GARCO_TRY (garco__reallocate (&arcs, count, sizeof *slot->arcs, error));
    slot->arcs = arcs;
    GARCO_TRY (garco__reallocate (&flags, count, 2, error));
    slot->flags = flags;
    slot->capacity = count;
  }
  for (size_t i = 0; i < count; i++)
    slot->arcs[i].order = -1;
  memset (slot->flags, ' ', 2 * count);
  slot->incomplete = false;
  return GARCO_OK;
}

garco_status
garco__crinex_forget_arcs (struct garco__slot *slot, size_t count, garco_error *error)
{
  GARCO_TRY (clear_slot (slot, count, error));
  memset (slot->flags, GARCO__FLAG_LOST, 2 * count);
  slot->incomplete = true;
  return GARCO_OK;
}

static bool
has_value (const garco__obs *obs, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (obs->values[obs->nvalues + i] != GARCO_MISSING)
      return true;
  return false;
}

/* Fields and indicators of one satellite's line behind those there are. `anew`: the satellite was
 * not in the epoch before. `sound`: they are to be kept. */
static garco_status
read_fields (garco_reader *reader, struct garco__slot *slot, size_t count, bool anew, size_t index,
             bool *sound, garco_error *error)
{
  garco__obs *obs = reader->obs;
  garco__line line = garco__lines_get (&reader->lines, index);
  int64_t number = garco__reader_line_number (reader, index);
  *sound = false;
  if (garco__lines_is_cut (&reader->lines, index))
    return garco__reader_damage (reader, GARCO_ERR_TRUNCATED, number, error,
                                 "the file ends within a line, expected a line end");
  garco__crinex_shape shape = {count, reader->header.view.crinex_version == 10, anew,
                               slot->surplus};
  garco__crinex_line result =
      garco__crinex_fields (slot->arcs, slot->flags, &shape, GARCO__VALUE_MIN, GARCO__VALUE_MAX,
                            line.text, line.size, obs->values + obs->nvalues);
  slot->surplus = shape.surplus;
  if (result.problem != NULL)
  {
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT, number, error,
                                     "%.3s, column %zu: %s, expected %zu fields and their "
                                     "indicators",
                                     slot->text, result.column, result.problem, count));
    return garco__crinex_forget_arcs (slot, count, error);
  }
  if (result.without_arc > 0 && !slot->incomplete)
  {
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT, number, error,
                                     "%.3s, column %zu: a difference and no arc that it goes on "
                                     "from, expected the start of one",
                                     slot->text, result.column));
    slot->incomplete = true;
    memset (slot->flags, GARCO__FLAG_LOST, 2 * count);
    reader->crinex->resume.strays++;
  }
  *sound = result.without_arc == 0 || has_value (obs, count);
  char *indicators = obs->indicators + 2 * obs->nvalues;
  memcpy (indicators, slot->flags, 2 * count);
  for (size_t i = 0; slot->incomplete && i < 2 * count; i++)
    if (indicators[i] == GARCO__FLAG_LOST)
      indicators[i] = ' ';
  return GARCO_OK;
}

static garco_status
read_satellite (garco_reader *reader, const char *text, size_t index, garco_error *error)
{
  garco__crinex *crinex = reader->crinex;
  int system, number;
  if (!garco__read_satellite (reader, text, &system, &number))
    return GARCO_OK; /* garco__crinex_check_list has found none */
  size_t count = reader->header.view.types[system].count;
  struct garco__slot *slot = &crinex->slots[system][number];
  bool anew = slot->seen + 1 != crinex->epoch || memcmp (slot->text, text, 3) != 0;
  if (anew)
    GARCO_TRY (clear_slot (slot, count, error));
  memcpy (slot->text, text, 3);
  slot->seen = crinex->epoch;
  GARCO_TRY (garco__obs_reserve (reader->obs, count, error));
  bool sound;
  GARCO_TRY (read_fields (reader, slot, count, anew, index, &sound, error));
  if (sound)
    garco__obs_add (reader->obs, system, number, slot->text, count);
  return GARCO_OK;
}

/* ---------------------------------------------------------------- the epoch */

void
garco__crinex_accept_line (garco__crinex *crinex, bool anew)
{
  garco__buffer line = crinex->line;
  if (anew)
    garco__crinex_reset (crinex);
  crinex->line = crinex->next;
  crinex->next = line;
  crinex->initialised = true;
  crinex->epoch++;
}

/* The epoch's lines are those of other satellites. */
static garco_status
refuse_lines (garco_reader *reader, garco_error *error)
{
  GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0),
                                   error,
                                   "an epoch whose lines are not its satellites', expected "
                                   "differences where arcs run"));
  return leave_out (reader, error);
}

/* The epoch is where it should be, and not all of it is lost. */
static bool
is_to_be_given (const garco_reader *reader, const garco__draft *draft)
{
  const struct garco__resume *resume = &reader->crinex->resume;
  bool empty = reader->obs->nsats == 0 && draft->stamp.count > 0;
  return !resume->doubtful && !(resume->partial && empty);
}

/* Clock, satellites and text of an epoch whose shape is sound, from lines 1 on. */
static garco_status
read_body (garco_reader *reader, const garco__draft *draft, bool *found, garco_error *error)
{
  garco__crinex *crinex = reader->crinex;
  bool clock_ran = crinex->clock.order >= 0 || crinex->clock_lost;
  if (draft->lines > 1 && !read_clock (reader, garco__lines_get (&reader->lines, 1), draft))
  {
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT,
                                     garco__reader_line_number (reader, 1), error,
                                     "no clock offset, expected its difference or an empty line"));
    if (!clock_ran)
      return leave_out (reader, error);
    crinex->clock.order = -1;
    crinex->clock_lost = true;
    reader->epoch.clock_ps = GARCO_MISSING;
  }
  const char *list = (const char *)crinex->line.data + draft->list;
  crinex->resume.strays = 0;
  for (size_t i = 0; i + 2 < draft->lines; i++)
    GARCO_TRY (read_satellite (reader, list + 3 * i, i + 2, error));
  if (crinex->resume.strays >= STRAYS_TOO_MANY)
    return refuse_lines (reader, error);
  GARCO_TRY (draft->version_1 ? print_epoch_2 (reader, (size_t)draft->stamp.count, error)
                              : print_epoch_3 (reader, error));
  *found = draft->dated && is_to_be_given (reader, draft);
  if (*found)
    return garco__reader_end (reader, draft->lines, error);
  reader->epochs_lost++;
  garco__lines_take (&reader->lines, draft->lines);
  if (crinex->resume.doubtful && crinex->resume.strays > 0)
  {
    garco__crinex_reset (crinex);
    reader->resync = true;
  }
  return GARCO_OK;
}

static garco_status
complain_of_end (garco_reader *reader, size_t have, size_t wanted, garco_error *error)
{
  return garco__reader_damage (reader, GARCO_ERR_TRUNCATED, garco__reader_line_number (reader, 0),
                               error, "%s within an epoch, expected %zu lines and found %zu",
                               garco__reader_ending (reader, have), wanted, have);
}

/* Salvage: where lines are lost or too many, no line can be said to be a satellite's, and all of
 * the epoch is left out. `sound`: none are; the file may end within the last line. */
static garco_status
check_lines (garco_reader *reader, const garco__draft *draft, size_t wanted, bool *sound,
             garco_error *error)
{
  int64_t number = garco__reader_line_number (reader, 0);
  size_t have = draft->lines, before = garco__crinex_lines_before_start (reader, have);
  *sound = false;
  if (before < have)
    return garco__reader_damage (reader, GARCO_ERR_CORRUPT, number, error,
                                 "an epoch of %zu lines before the next that starts anew, "
                                 "expected %zu",
                                 before, wanted);
  if (have < wanted)
  {
    *sound = garco__lines_is_cut (&reader->lines, have - 1);
    return *sound ? GARCO_OK : complain_of_end (reader, have, wanted, error);
  }
  garco_status status = garco__crinex_followed (reader, draft, sound, error);
  if (status == GARCO_OK && !*sound)
    status = garco__crinex_complete (reader, draft, sound, error);
  if (status != GARCO_OK || *sound)
    return status;
  return garco__reader_damage (reader, GARCO_ERR_CORRUPT, number, error,
                               "an epoch of %zu lines and no epoch line behind them, expected one",
                               wanted);
}

bool
garco__crinex_goes_on (const garco_reader *reader, const garco__draft *draft)
{
  const garco__crinex *crinex = reader->crinex;
  const char *list = (const char *)crinex->line.data + draft->list;
  int system, number;
  for (size_t i = 0; i < (size_t)draft->stamp.count; i++)
    if (garco__read_satellite (reader, list + 3 * i, &system, &number) &&
        crinex->slots[system][number].seen + 1 == crinex->epoch)
      return true;
  return false;
}

/* Salvage has gone on from a line that it was not. */
static garco_status
refute (garco_reader *reader, garco_error *error)
{
  GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0),
                                   error,
                                   "an epoch that does not go on from the one before, "
                                   "expected the next"));
  garco__crinex_reset (reader->crinex);
  return leave_out (reader, error);
}

/* An epoch whose shape is sound. */
static garco_status
take_epoch (garco_reader *reader, const garco__draft *draft, size_t wanted, bool *found,
            garco_error *error)
{
  garco__line line = garco__lines_get (&reader->lines, 0);
  garco__crinex_accept_line (reader->crinex, draft->anew);
  if (reader->options.salvage)
  {
    bool follows = garco__crinex_follows (reader->crinex, line, draft);
    GARCO_TRY (
        garco__crinex_check_step (reader, draft, garco__crinex_goes_on (reader, draft), error));
    if (!follows)
      return refute (reader, error);
  }
  if (!draft->dated)
  {
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_CORRUPT,
                                     garco__reader_line_number (reader, 0), error,
                                     "an epoch line without a time, expected one"));
    garco__obs_begin (reader->obs, false);
    reader->text.size = 0;
  }
  else
    GARCO_TRY (garco__reader_begin (reader, &draft->stamp, error));
  if (draft->lines < wanted)
    GARCO_TRY (complain_of_end (reader, draft->lines, wanted, error));
  return read_body (reader, draft, found, error);
}

static garco_status
read_epoch (garco_reader *reader, garco__draft *draft, bool *found, garco_error *error)
{
  size_t wanted = 2 + (size_t)draft->stamp.count;
  garco_status status = garco__reader_need (reader, wanted, &draft->lines, error);
  if (status != GARCO_OK)
    return status;
  const char *expected = garco__crinex_check_list (reader, &reader->crinex->next, draft);
  bool sound = expected == NULL;
  if (!sound)
    status = garco__reader_damage (reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0),
                                   error,
                                   "an epoch line whose %d satellites cannot be read, expected %s",
                                   draft->stamp.count, expected);
  else if (reader->options.salvage)
    status = check_lines (reader, draft, wanted, &sound, error);
  if (status != GARCO_OK)
    return status;
  if (sound)
    return take_epoch (reader, draft, wanted, found, error);
  if (expected == NULL)
    GARCO_TRY (garco__crinex_hold_on_to (reader, draft, error));
  return leave_out (reader, error);
}

/* Slips (flag 6) stand in Hatanaka text as in RINEX. */
static garco_status
read_slips (garco_reader *reader, const garco__draft *draft, bool *found, garco_error *error)
{
  garco_status status = draft->version_1 ? garco__read_epoch2 (reader, &draft->stamp, found, error)
                                         : garco__read_epoch3 (reader, &draft->stamp, found, error);
  if (status != GARCO_OK)
    return status;
  if (*found && reader->text.data[0] == '&')
    reader->text.data[0] = ' ';
  garco__crinex_reset (reader->crinex);
  return GARCO_OK;
}

/* Takes a blank stretch off. Blanks at the end of the input without a line end are the beginning of
 * an epoch line that a cut has taken the rest of; bytes of 0 there are padding. */
static garco_status
take_blank_stretch (garco_reader *reader, size_t lines, garco_error *error)
{
  garco__line last = garco__lines_get (&reader->lines, lines - 1);
  if (garco__lines_is_cut (&reader->lines, lines - 1) && memchr (last.text, ' ', last.size) != NULL)
    GARCO_TRY (garco__reader_damage (reader, GARCO_ERR_TRUNCATED,
                                     garco__reader_line_number (reader, lines - 1), error,
                                     "the file ends within a line, expected a line end"));
  garco__lines_take (&reader->lines, lines);
  return GARCO_OK;
}

/* Lines that version 3 reserves for what may come. */
static garco_status
skip_reserved (garco_reader *reader, garco__line line, garco_error *error)
{
  char quote[GARCO__QUOTE_SIZE];
  if (reader->options.salvage && !reader->resync)
    GARCO_TRY (garco__reader_damage (
        reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0), error,
        "the reserved line \"%s\" left out, expected an epoch", garco__reader_quote (line, quote)));
  garco__lines_take (&reader->lines, 1);
  return GARCO_OK;
}

garco_status
garco__read_record_crinex (garco_reader *reader, bool *found, garco_error *error)
{
  garco__line line = garco__lines_get (&reader->lines, 0);
  garco__draft draft = garco__crinex_draft (reader, line);
  char first = line.size > 0 ? line.text[0] : ' ';
  if (first == '&' && !draft.version_1)
    return skip_reserved (reader, line, error);
  bool goes_on = draft.anew || (!reader->resync && reader->crinex->initialised);
  bool second_header = garco__crinex_second_header (line);
  if (!goes_on && !second_header && reader->crinex->resume.left > 0)
  {
    garco_status status = garco__crinex_resume (reader, line, &goes_on, error);
    if (status != GARCO_OK)
      return status;
  }
  if (second_header || !goes_on)
    return garco__read_stray (reader, found, error);
  if (garco__is_blank (line.text, line.size))
  {
    bool blank;
    size_t lines;
    garco_status status = garco__crinex_blank_stretch (reader, 0, &blank, &lines, error);
    if (status != GARCO_OK)
      return status;
    if (blank)
      return take_blank_stretch (reader, lines, error);
  }
  char quote[GARCO__QUOTE_SIZE];
  garco__crinex *crinex = reader->crinex;
  GARCO_TRY (garco__crinex_restore (&crinex->line, line, &draft, &crinex->next, error));
  int flag = draft.stamp.flag;
  if (draft.dated && draft.anew && flag >= 2 && flag <= 5)
    return garco__read_event (reader, &draft.stamp, found, error);
  if (draft.dated && draft.anew && flag == 6)
    return read_slips (reader, &draft, found, error);
  bool usable = draft.dated || (reader->options.salvage && draft.stamp.counted);
  if (usable && flag <= 1)
    return read_epoch (reader, &draft, found, error);
  GARCO_TRY (garco__reader_damage (
      reader, GARCO_ERR_CORRUPT, garco__reader_line_number (reader, 0), error,
      "\"%s\" makes no epoch line of the one before it, expected their difference",
      garco__reader_quote (line, quote)));
  return leave_out (reader, error);
}
