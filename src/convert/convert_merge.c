/* Parts in the order of their times.
 *
 *   A  |----o----o----o====o====|
 *   B                  |===o====o----o----|        = in both
 *
 * Of the parts that are open the one with the earliest epoch goes first, of equal ones the one that
 * begins first. A part is opened when its first epoch is due and closed at its end, so that a year
 * of hours needs no more files at a time than overlap. An epoch that several parts have is written
 * once if they agree about it, and is an error that names both if not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "convert/convert_run.h"
#include "convert/convert_version.h"

/* ------------------------------------------------------------------ headers */

/* Records that belong to a file, or are made anew. */
static bool
is_of_the_file (garco__line line)
{
  static const char *const labels[] = {
      "RINEX VERSION / TYPE", "PGM / RUN BY / DATE", "COMMENT",
      "END OF HEADER",        "# / TYPES OF OBSERV", "SYS / # / OBS TYPES",
      "SYS / SCALE FACTOR",   "TIME OF FIRST OBS",   "TIME OF LAST OBS",
      "# OF SATELLITES",      "PRN / # OF OBS"};
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
    if (garco__head_is (line, labels[i]))
      return true;
  return garco__head_label (line).size == 0;
}

/* The line is among a header's. */
static bool
has_line (const garco__buffer *head, garco__line wanted)
{
  garco__line line;
  wanted = garco__trim_right (wanted);
  for (size_t at = 0; garco__head_next (head, &at, &line);)
  {
    line = garco__trim_right (line);
    if (line.size == wanted.size && memcmp (line.text, wanted.text, line.size) == 0)
      return true;
  }
  return false;
}

/* Appends the lines of a label that has one that is not in force. */
static garco_status
add_changed (const garco__buffer *head, const garco__buffer *force, garco__line label,
             garco__buffer *lines, garco_error *error)
{
  garco__line line;
  bool changed = false;
  for (int pass = 0; pass < 2; pass++)
    for (size_t at = 0; garco__head_next (head, &at, &line);)
    {
      garco__line other = garco__head_label (line);
      if (other.size != label.size || memcmp (other.text, label.text, label.size) != 0)
        continue;
      changed |= pass == 0 && !has_line (force, line);
      if (pass == 0 || !changed)
        continue;
      GARCO_TRY (garco__buffer_append (lines, line.text, line.size, error));
      GARCO_TRY (garco__buffer_append (lines, "\n", 1, error));
    }
  return GARCO_OK;
}

static bool
is_first_of_label (const garco__buffer *head, garco__line wanted)
{
  garco__line line, label = garco__head_label (wanted);
  for (size_t at = 0; garco__head_next (head, &at, &line) && line.text != wanted.text;)
  {
    garco__line other = garco__head_label (line);
    if (other.size == label.size && memcmp (other.text, label.text, label.size) == 0)
      return false;
  }
  return true;
}

static garco_status
changed_lines (const garco__part *part, const garco__buffer *force, garco__buffer *lines,
               garco_error *error)
{
  garco__line line;
  for (size_t at = 0; garco__head_next (&part->head, &at, &line);)
    if (!is_of_the_file (line) && is_first_of_label (&part->head, line))
      GARCO_TRY (add_changed (&part->head, force, garco__head_label (line), lines, error));
  return GARCO_OK;
}

/* What later headers say about their files is said to be left out. */
static garco_status
note_file_records (garco__run *run, const garco__part *part, garco_error *error)
{
  garco__line line;
  for (size_t at = 0; garco__head_next (&part->head, &at, &line);)
    if ((garco__head_is (line, "COMMENT") || garco__head_is (line, "PGM / RUN BY / DATE")) &&
        !has_line (&run->force, line))
      GARCO_TRY (garco__drop_label (&run->dropped, line, error));
  return GARCO_OK;
}

garco_status
garco__run_change_part (garco__run *run, garco__part *part, garco_error *error)
{
  garco__buffer lines = {0}, event = {0}, text = {0};
  garco_status status = GARCO_OK;
  GARCO_TRY_DONE (note_file_records (run, part, error));
  GARCO_TRY_DONE (changed_lines (part, &run->force, &lines, error));
  if (lines.size == 0)
    goto done;
  GARCO_TRY_DONE (garco__run_lines_event (run, &lines, &event, error));
  const garco__event what = {INT64_MIN, 0, 4, 0, event.size};
  GARCO_TRY_DONE (garco__head_apply (&run->force, (const char *)event.data, event.size, error));
  GARCO_TRY_DONE (
      garco__run_event (run, part->version, &what, (const char *)event.data, &text, error));
  GARCO_TRY_DONE (garco__run_put_text (run, 4, &text, error));

done:
  garco__buffer_free (&lines);
  garco__buffer_free (&event);
  garco__buffer_free (&text);
  return status;
}

/* ------------------------------------------------------------------ the same epoch twice */

static const garco_epoch_sat *
find_sat (const garco_epoch *epoch, const garco_epoch_sat *wanted)
{
  for (size_t i = 0; i < epoch->nsats; i++)
    if (epoch->sats[i].system == wanted->system && epoch->sats[i].number == wanted->number)
      return &epoch->sats[i];
  return NULL;
}

static int64_t
value_of (const garco_epoch *epoch, const garco_epoch_sat *sat, int place)
{
  return place >= 0 && place < sat->count ? epoch->values[sat->first + (uint32_t)place]
                                          : GARCO_MISSING;
}

static bool
same_indicators (const garco_epoch *a, const garco_epoch_sat *sa, int pa, const garco_epoch *b,
                 const garco_epoch_sat *sb, int pb)
{
  if (pa < 0 || pb < 0)
    return true;
  return memcmp (a->indicators + 2 * (sa->first + (size_t)pa),
                 b->indicators + 2 * (sb->first + (size_t)pb), 2) == 0;
}

static int
place_of (const garco_types *types, const char *code)
{
  for (uint32_t i = 0; i < types->count; i++)
    if (strcmp (types->codes[i], code) == 0)
      return (int)i;
  return -1;
}

/* Values of a satellite by the types' names: those of `a` are in `b`. The first difference into
 * `type`. */
static bool
same_values (const garco__part *a, const garco_epoch_sat *sa, const garco__part *b,
             const garco_epoch_sat *sb, const char **type)
{
  const garco_types *ta = &garco_reader_header (a->reader)->types[sa->system];
  const garco_types *tb = &garco_reader_header (b->reader)->types[sb->system];
  for (int i = 0; i < (int)ta->count; i++)
  {
    bool alike = (uint32_t)i < tb->count && strcmp (ta->codes[i], tb->codes[i]) == 0;
    int place = alike ? i : place_of (tb, ta->codes[i]);
    int64_t value = value_of (&a->epoch, sa, i);
    *type = ta->codes[i];
    if (value != value_of (&b->epoch, sb, place) ||
        (value != GARCO_MISSING && !same_indicators (&a->epoch, sa, i, &b->epoch, sb, place)))
      return false;
  }
  return true;
}

/* What is different, in words; NULL: nothing. */
static const char *
difference (const garco__part *a, const garco__part *b, char sat[4], const char **type)
{
  if (a->epoch.flag != b->epoch.flag)
    return "flags";
  if (a->epoch.nsats != b->epoch.nsats)
    return "numbers of satellites";
  if (a->epoch.clock_ps != b->epoch.clock_ps)
    return "clock offsets";
  for (size_t i = 0; i < a->epoch.nsats; i++)
  {
    const garco_epoch_sat *sa = &a->epoch.sats[i], *sb = find_sat (&b->epoch, sa);
    sat[0] = garco_system_letter (sa->system);
    sat[1] = (char)('0' + sa->number / 10 % 10);
    sat[2] = (char)('0' + sa->number % 10);
    *type = "";
    if (sb == NULL)
      return "satellites";
    if (!same_values (a, sa, b, sb, type) || !same_values (b, sb, a, sa, type))
      return "values";
  }
  return NULL;
}

/* The same time in two parts: fine where they agree, else an error or, salvaging, damage. */
static garco_status
compare (garco__run *run, const garco__part *a, const garco__part *b, garco_error *error)
{
  char time[32], sat[4] = "";
  const char *type = "", *what = difference (a, b, sat, &type);
  garco_error local;
  if (what == NULL)
    return GARCO_OK;
  garco_time_text (a->epoch.time_ms, time);
  garco__fail_line (&local, GARCO_ERR_CORRUPT, garco__input_name (b->path), b->epoch.line,
                    "the epoch %s has other %s%s%s%s%s than in %s, line %" PRId64
                    ", expected the same or another time",
                    time, what, sat[0] != '\0' ? " at " : "", sat, type[0] != '\0' ? " " : "", type,
                    garco__input_name (a->path), a->epoch.line);
  if (!run->options->salvage)
  {
    if (error != NULL)
      *error = local;
    return local.code;
  }
  bool stop = !run->surveying && run->options->on_damage != NULL &&
              run->options->on_damage (run->options->context, &local) != 0;
  return stop ? garco__fail (error, GARCO_ERR_CANCELLED, garco__input_name (b->path),
                             "stopped at damage")
              : GARCO_OK;
}

/* ------------------------------------------------------------------ the order */

static bool
is_before (const garco__part *a, const garco__part *b)
{
  if (!a->has_epoch || !b->has_epoch) /* what is left of a part at its end goes first */
    return !a->has_epoch && b->has_epoch;
  if (a->epoch.time_ms != b->epoch.time_ms)
    return a->epoch.time_ms < b->epoch.time_ms;
  return a->epoch.time_ps < b->epoch.time_ps;
}

static bool
is_same_time (const garco__part *a, const garco__part *b)
{
  return a->has_epoch && b->has_epoch && a->epoch.time_ms == b->epoch.time_ms &&
         a->epoch.time_ps == b->epoch.time_ps && (a->epoch.flag == 6) == (b->epoch.flag == 6);
}

/* The parts that are open. */
struct open_parts
{
  garco__part **parts;
  size_t count;
};

/* Reads the part on; closes it at its end. */
static garco_status
advance (struct open_parts *open, size_t index, garco_error *error)
{
  garco__part *part = open->parts[index];
  garco_status status = garco__part_next (part, error);
  if (status != GARCO_END)
    return status;
  part->taken = true;
  memmove (&open->parts[index], &open->parts[index + 1],
           (open->count - index - 1) * sizeof *open->parts);
  open->count--;
  return GARCO_OK;
}

static size_t
earliest (const struct open_parts *open)
{
  size_t first = 0;
  for (size_t i = 1; i < open->count; i++)
    if (is_before (open->parts[i], open->parts[first]))
      first = i;
  return first;
}

static bool
is_due (const struct open_parts *open, const garco__part *next)
{
  if (open->count == 0 || next->first_ms == INT64_MIN)
    return true;
  const garco__part *first = open->parts[earliest (open)];
  return first->has_epoch &&
         (next->first_ms < first->epoch.time_ms ||
          (next->first_ms == first->epoch.time_ms && next->first_ps <= first->epoch.time_ps));
}

/* Opens the parts whose first epoch is due. */
static garco_status
open_due (garco__run *run, garco__part *parts, size_t nparts, size_t *next, struct open_parts *open,
          garco_error *error)
{
  const garco_reader_options reading = garco__run_reading (run);
  while (*next < nparts && is_due (open, &parts[*next]))
  {
    garco__part *part = &parts[(*next)++];
    if (part->reader == NULL)
    {
      GARCO_TRY (garco__part_open (part, &reading, error));
      GARCO_TRY (garco__part_next (part, error));
    }
    if (part->has_epoch || part->nevents > 0)
      open->parts[open->count++] = part;
  }
  return GARCO_OK;
}

static bool
has_event (const garco__part *part, const char *text, size_t size)
{
  for (size_t i = 0; i < part->nevents; i++)
    if (part->events[i].size == size &&
        memcmp (garco__event_text (part, &part->events[i]), text, size) == 0)
      return true;
  return false;
}

/* Takes the events before an epoch that is left out, but for those that the other part has too. */
static garco_status
take_events (garco__run *run, garco__part *part, const garco__part *first, garco_error *error)
{
  size_t kept = 0;
  for (size_t i = 0; i < part->nevents; i++)
  {
    const garco__event event = part->events[i];
    const char *text = garco__event_text (part, &event);
    if (has_event (first, text, event.size))
      GARCO_TRY (garco__head_apply (&part->head, text, event.size, error));
    else
      part->events[kept++] = event;
  }
  part->nevents = kept;
  part->has_epoch = false;
  return kept > 0 ? garco__run_take (run, part, error) : GARCO_OK;
}

/* Leaves the epochs of other parts out that are the one of part `first`. */
static garco_status
skip_same (garco__run *run, struct open_parts *open, const garco__part *first, garco_error *error)
{
  for (size_t i = 0; i < open->count;)
  {
    garco__part *part = open->parts[i];
    if (part == first || !is_same_time (part, first))
    {
      i++;
      continue;
    }
    GARCO_TRY (compare (run, first, part, error));
    GARCO_TRY (take_events (run, part, first, error));
    GARCO_TRY (advance (open, i, error));
    i = 0;
  }
  return GARCO_OK;
}

static void
close_taken (garco__part *parts, size_t nparts, const garco__part *last)
{
  for (size_t i = 0; i < nparts; i++)
    if (parts[i].taken && &parts[i] != last)
      garco__part_close (&parts[i]);
}

garco_status
garco__run_parts (garco__run *run, garco__part *parts, size_t nparts, garco_error *error)
{
  struct open_parts open = {NULL, 0};
  garco_status status = GARCO_OK;
  garco__part *last = NULL;
  void *room;
  size_t next = 0;
  GARCO_TRY (garco__allocate (&room, nparts, sizeof *open.parts, error));
  open.parts = room;
  GARCO_TRY_DONE (open_due (run, parts, nparts, &next, &open, error));
  last = &parts[0];
  while (open.count > 0)
  {
    size_t first = earliest (&open);
    last = open.parts[first];
    if (nparts > 1)
      GARCO_TRY_DONE (skip_same (run, &open, last, error));
    GARCO_TRY_DONE (garco__run_take (run, last, error));
    for (first = 0; open.parts[first] != last;)
      first++;
    size_t count = open.count;
    GARCO_TRY_DONE (advance (&open, first, error));
    if (open.count < count)
      close_taken (parts, nparts, last);
    GARCO_TRY_DONE (open_due (run, parts, nparts, &next, &open, error));
  }
  GARCO_TRY_DONE (garco__run_finish (run, last, error));

done:
  free (open.parts);
  return status;
}
