/* A conversion's records, one after the other:
 *
 *   part -> window, grid -> plan -> draft -> writer
 *            |               ^
 *            left out        made anew when the header or the part has changed
 *
 * A file is begun by its first epoch, because only then its header can be written: with the types
 * that are written and the time of that epoch. Events that come before wait for it. Where nothing
 * is changed the header, the events and, from plain to plain text, the lines of the epochs go over
 * as they are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "convert/convert_run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/civil_time.h"
#include "base/error.h"
#include "convert/convert_version.h"

#define WAITING_LIMIT ((size_t)4 << 20) /* bytes of events that wait for a first epoch */

/* ------------------------------------------------------------------ birth and death */

static garco_status
check_version (int version, garco_error *error)
{
  if (version == 0 || version == 210 || version == 211 || (version >= 300 && version <= 305))
    return GARCO_OK;
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                      "RINEX version %d.%02d to write, expected 2.10, 2.11 or 3.00 to 3.05",
                      version / 100, version % 100);
}

static garco_status
read_selection (garco__run *run, garco_error *error)
{
  const garco_convert_options *options = run->options;
  garco_query_options query = GARCO_QUERY_OPTIONS_INIT;
  GARCO__SELECTING (&query, options);
  GARCO_TRY (garco__selection_read (&query, &run->selection, error));
  run->rules.selection = &run->selection;
  run->rules.codes = options->code_map;
  return GARCO_OK;
}

garco_status
garco__run_init (garco__run *run, const garco_convert_options *options, garco_error *error)
{
  void *lists, *before, *wanted, *plan;
  run->options = options;
  run->last_ms = INT64_MIN;
  GARCO_TRY (check_version (options->version, error));
  if (options->interval_ms < 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "an interval below zero");
  GARCO_TRY (read_selection (run, error));
  GARCO_TRY (garco__allocate (&lists, 1, sizeof *run->lists, error));
  run->lists = lists;
  GARCO_TRY (garco__allocate (&before, 1, sizeof *run->before, error));
  run->before = before;
  GARCO_TRY (garco__allocate (&wanted, 1, sizeof *run->wanted, error));
  run->wanted = wanted;
  GARCO_TRY (garco__allocate (&plan, 1, sizeof *run->plan, error));
  run->plan = plan;
  return GARCO_OK;
}

void
garco__run_free (garco__run *run)
{
  garco_writer_free (&run->writer);
  garco__part_close (&run->waiting);
  garco__buffer_free (&run->force);
  garco__buffer_free (&run->moving);
  garco__buffer_free (&run->losses.types);
  garco__buffer_free (&run->dropped);
  garco__draft_free (&run->draft);
  free (run->lists);
  free (run->before);
  free (run->wanted);
  free (run->plan);
  free (run->present_path);
}

garco_reader_options
garco__run_reading (const garco__run *run)
{
  garco_reader_options reading = GARCO_READER_OPTIONS_INIT;
  reading.salvage = run->options->salvage;
  reading.on_damage = run->surveying ? NULL : run->options->on_damage;
  reading.context = run->options->context;
  return reading;
}

/* ------------------------------------------------------------------ notices */

void
garco__run_notice (const garco__run *run, const char *format, ...)
{
  char text[1024];
  va_list arguments;
  if (run->options->on_notice == NULL || run->surveying)
    return;
  va_start (arguments, format);
  vsnprintf (text, sizeof text, format, arguments);
  va_end (arguments);
  run->options->on_notice (run->options->context, text);
}

static void
report_count (const garco__run *run, int64_t count, const char *what)
{
  if (count > 0)
    garco__run_notice (run, "%lld %s", (long long)count, what);
}

void
garco__run_report (const garco__run *run)
{
  char types[900];
  const garco__losses *losses = &run->losses;
  size_t n = losses->types.size < sizeof types ? losses->types.size : sizeof types;
  if (run->last_ms == INT64_MIN)
    garco__run_notice (run, "no epochs: nothing of the input is selected%s",
                       run->bucket_ms > 0 ? ", no file is written" : "");
  for (size_t i = 0; i < n; i++)
    types[i] = losses->types.data[i] == '\n' ? ',' : (char)losses->types.data[i];
  if (n > 0)
    garco__run_notice (run, "types without a place in RINEX %d, left out: %.*s",
                       run->rules.version / 100, (int)n - 1, types);
  if (run->dropped.size > 0)
    garco__run_notice (run, "header records left out: %.*s", (int)run->dropped.size,
                       (const char *)run->dropped.data);
  report_count (run, losses->antispoofing,
                "indicators of antispoofing left out, which RINEX 3 has no bit for");
  report_count (run, losses->boc,
                "indicators of BOC tracking left out, which RINEX 2 has no bit for");
  report_count (run, losses->scaled, "values rounded to thousandths, the scale factor undone");
  report_count (run, losses->collided, "values left out beside another that goes to the same type");
  report_count (run, losses->wide_clocks, "clock offsets rounded to nanoseconds");
  report_count (run, losses->picoseconds, "times rounded down to a tenth of a microsecond");
}

/* ------------------------------------------------------------------ times */

static int64_t
rounded_ms (int64_t ms, int64_t ps)
{
  return ms + (ps >= INT64_C (500000000));
}

bool
garco__run_in_window (const garco__run *run, int64_t time_ms, int64_t time_ps)
{
  int64_t ms = rounded_ms (time_ms, time_ps);
  return ms >= run->selection.start_ms && ms < run->selection.end_ms;
}

/* Within half a millisecond of a multiple of the interval since midnight. */
static bool
is_on_grid (const garco__run *run, const garco_epoch *epoch)
{
  int64_t interval = run->options->interval_ms;
  if (interval == 0)
    return true;
  int64_t ms = rounded_ms (epoch->time_ms, epoch->time_ps);
  return (ms - garco__floor_div (ms, GARCO__DAY_MS) * GARCO__DAY_MS) % interval == 0;
}

/* ------------------------------------------------------------------ plans */

/* Merging, lists only grow: a type that comes up goes behind the others. */
static garco_status
unite_lists (garco__lists *lists, const garco__lists *more, bool *changed, garco_error *error)
{
  for (int s = 0; s < (lists->shared ? 1 : GARCO_SYSTEM_COUNT); s++)
    for (uint32_t i = 0; i < more->count[s]; i++)
    {
      int place = garco__lists_find (lists, s, more->codes[s][i]);
      if (place < 0)
        GARCO_TRY (garco__lists_add (lists, s, more->codes[s][i], more->scale[s][i], error));
      else if (lists->scale[s][place] != more->scale[s][i])
        lists->scale[s][place] = more->scale[s][i];
      else
        continue;
      *changed = true;
    }
  return GARCO_OK;
}

garco_status
garco__run_unite (garco__run *run, const garco_header *header, garco_error *error)
{
  bool changed = false;
  GARCO_TRY (garco__wanted_types (&run->rules, header, run->wanted, &run->losses, error));
  return unite_lists (run->lists, run->wanted, &changed, error);
}

static bool
lists_are_equal (const garco__lists *a, const garco__lists *b)
{
  bool equal = a->shared == b->shared;
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
    equal = equal && garco__lists_equal (a, b, s);
  return equal;
}

/* The part's header, or the part, is another: its types into the lists, and the plan. */
static garco_status
make_plan (garco__run *run, garco__part *part, garco_error *error)
{
  const garco_header *header = garco_reader_header (part->reader);
  bool changed = false;
  if (run->surveying)
    run->rules.version = header->version;
  GARCO_TRY (garco__wanted_types (&run->rules, header, run->wanted, &run->losses, error));
  if (!run->lists_changed)
    *run->before = *run->lists;
  if (run->merges && !run->surveying)
    GARCO_TRY (unite_lists (run->lists, run->wanted, &changed, error));
  else if (!lists_are_equal (run->lists, run->wanted))
  {
    *run->lists = *run->wanted;
    changed = true;
  }
  run->lists_changed |= changed;
  garco__plan_make (run->plan, &run->rules, header, run->lists);
  garco__wavelengths_read (&part->head, &run->wavelengths);
  run->planned = true;
  run->plan_part = part;
  if (run->rewrites && run->writer == NULL)
    run->system = garco__run_letter (run, header);
  return GARCO_OK;
}

/* RINEX 2 to 3 without a survey: a satellite of a system that has no list yet. */
static bool
finds_system (garco__run *run, const garco_header *header, const garco_epoch *epoch)
{
  bool found = false;
  if (header->version >= 300 || run->rules.version < 300)
    return false;
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    int system = epoch->sats[i].system;
    if (run->plan->keeps[system] && run->lists->count[system] == 0 && !run->rules.also[system])
      found = run->rules.also[system] = true;
  }
  return found;
}

/* ------------------------------------------------------------------ drafts */

static bool
has_blank_letter (const garco_epoch *epoch)
{
  for (size_t i = 0; i < epoch->nsats && epoch->names != NULL; i++)
    if (epoch->names[3 * i] == ' ')
      return true;
  return false;
}

static bool
goes_over_as_is (const garco__run *run, const garco_epoch *epoch)
{
  if (!run->rewrites)
    return true;
  if ((run->plan->from < 300) != (run->plan->to < 300) ||
      (run->plan->from >= 402 && run->plan->to < 402))
    return false;
  if (run->selection.by[GARCO__SYS] || run->selection.by[GARCO__SAT])
    for (size_t i = 0; i < epoch->nsats; i++)
      if (!garco__selects_sat (&run->selection, epoch->sats[i].system, epoch->sats[i].number))
        return false;
  if (run->selection.by[GARCO__OBS] || (run->system != '\0' && has_blank_letter (epoch)))
    return false;
  for (size_t i = 0; i < epoch->nsats; i++)
    if (!run->plan->same[epoch->sats[i].system])
      return false;
  return true;
}

/* The header's letter has changed, so that a blank one would mean another system. */
static void
write_letters (const garco_epoch *epoch, char *names)
{
  for (size_t i = 0; i < epoch->nsats && epoch->names != NULL; i++)
    if (names[3 * i] == ' ')
      names[3 * i] = garco_system_letter (epoch->sats[i].system);
}

/* What only one of the two versions can say. */
static void
leave_text (garco__run *run, garco_epoch *epoch)
{
  int from = run->plan->from, to = run->plan->to;
  if (from >= 402 && to < 402)
    run->losses.picoseconds += epoch->time_ps % 100000 != 0;
  if ((from < 300) == (to < 300))
    return;
  epoch->text = NULL;
  epoch->text_size = 0;
  epoch->names = NULL;
  if (to < 300 && epoch->clock_ps != GARCO_MISSING)
    run->losses.wide_clocks += epoch->clock_ps % 1000 != 0;
}

garco_status
garco__run_draft (garco__run *run, garco__part *part, bool *kept, garco_error *error)
{
  const garco_epoch *epoch = &part->epoch;
  *kept = false;
  if (!garco__run_in_window (run, epoch->time_ms, epoch->time_ps) || !is_on_grid (run, epoch))
    return GARCO_OK;
  if (run->rewrites && !run->planned)
    GARCO_TRY (make_plan (run, part, error));
  if (run->rewrites && finds_system (run, garco_reader_header (part->reader), epoch))
    GARCO_TRY (make_plan (run, part, error));
  run->as_is = goes_over_as_is (run, epoch);
  *kept = true;
  if (run->as_is)
  {
    run->draft.epoch = *epoch;
    return GARCO_OK;
  }
  GARCO_TRY (garco__plan_apply (run->plan, &run->rules, &run->wavelengths, epoch, &run->draft,
                                &run->losses, error));
  if (run->system != '\0')
    write_letters (&run->draft.epoch, run->draft.names);
  leave_text (run, &run->draft.epoch);
  *kept = run->draft.epoch.nsats > 0 || epoch->nsats == 0;
  return GARCO_OK;
}

/* ------------------------------------------------------------------ files */

static garco_status
make_path (garco__run *run, const garco__part *part, garco_error *error)
{
  char name[96];
  void *room;
  const garco_header *header = garco_reader_header (part->reader);
  garco__part_name (&run->station, run->rules.version,
                    run->system != '\0' ? run->system : header->system, run->form, run->bucket,
                    run->bucket_ms < GARCO__DAY_MS, name, sizeof name);
  free (run->present_path);
  run->present_path = NULL;
  size_t size = strlen (run->directory) + strlen (name) + 16;
  GARCO_TRY (garco__allocate (&room, size, 1, error));
  run->present_path = room;
  snprintf (room, size, "%s/%s%s", run->directory, name,
            run->options->ending != NULL ? run->options->ending : "");
  return GARCO_OK;
}

/* The event `part` has taken for its own: the header in force from now on. */
static garco_status
apply_event (garco__run *run, garco__part *part, const char *text, size_t size, garco_error *error)
{
  if (run->merges)
    GARCO_TRY (garco__head_apply (&run->force, text, size, error));
  return part != NULL ? garco__head_apply (&part->head, text, size, error) : GARCO_OK;
}

garco_status
garco__run_put_text (garco__run *run, int flag, const garco__buffer *text, garco_error *error)
{
  const garco_epoch epoch = {.time_ms = INT64_MIN,
                             .clock_ps = GARCO_MISSING,
                             .flag = flag,
                             .text = (const char *)text->data,
                             .text_size = text->size};
  return text->size > 0 ? garco_writer_epoch (run->writer, &epoch, error) : GARCO_OK;
}

static garco_status
put_event (garco__run *run, garco__part *part, const garco__event *event, const char *event_text,
           garco_error *error)
{
  garco__buffer text = {0};
  garco_status status = GARCO_OK;
  if (run->rewrites)
    GARCO_TRY_DONE (garco__run_event (run, part->version, event, event_text, &text, error));
  else
    GARCO_TRY_DONE (garco__buffer_append (&text, event_text, event->size, error));
  GARCO_TRY_DONE (garco__run_put_text (run, event->flag, &text, error));
  GARCO_TRY_DONE (apply_event (run, part, event_text, event->size, error));
  if (event->flag == 2)
    run->moving.size = 0;
  if (event->flag == 2)
    GARCO_TRY_DONE (garco__buffer_append (&run->moving, event_text, event->size, error));
  else if (event->flag == 3)
    run->moving.size = 0;

done:
  garco__buffer_free (&text);
  return status;
}

static garco_status
put_waiting (garco__run *run, garco__part *part, garco_error *error)
{
  garco__part *waiting = &run->waiting;
  for (size_t i = 0; i < waiting->nevents; i++)
    GARCO_TRY (put_event (run, part, &waiting->events[i],
                          garco__event_text (waiting, &waiting->events[i]), error));
  waiting->nevents = 0;
  waiting->text.size = 0;
  return GARCO_OK;
}

/* A later file of a split whose antenna has begun to move before. */
static garco_status
repeat_moving (garco__run *run, garco__part *part, garco_error *error)
{
  garco__buffer text = {0};
  garco__event event = {INT64_MIN, 0, 2, 0, run->moving.size};
  if (run->moving.size == 0)
    return GARCO_OK;
  garco_status status =
      garco__run_event (run, part->version, &event, (const char *)run->moving.data, &text, error);
  if (status == GARCO_OK)
    status = garco__run_put_text (run, 2, &text, error);
  garco__buffer_free (&text);
  return status;
}

static garco_status
begin_file (garco__run *run, garco__part *part, const garco_epoch *first, garco_error *error)
{
  garco_writer_options writing = GARCO_WRITER_OPTIONS_INIT;
  garco_header header = *garco_reader_header (part->reader);
  garco__buffer text = {0};
  garco_status status = GARCO_OK;
  writing.form = run->form;
  writing.program = run->options->program;
  writing.date = run->options->date;
  writing.rnxcmp_compatible = run->options->rnxcmp_compatible;
  if (run->altered && !run->planned)
    GARCO_TRY_DONE (make_plan (run, part, error));
  GARCO_TRY_DONE (garco__run_header (run, part, first, &text, error));
  if (run->bucket_ms > 0)
    GARCO_TRY_DONE (make_path (run, part, error));
  if (garco__head_count (&text, "END OF HEADER") == 0)
    GARCO_TRY_DONE (garco__head_print (&text, "END OF HEADER", error, "%s", ""));
  const char *path = run->bucket_ms > 0 ? run->present_path : run->path;
  GARCO_TRY_DONE (garco_writer_open (path, &writing, &run->writer, error));
  header.version = run->rules.version;
  header.text = (const char *)text.data;
  header.text_size = text.size;
  GARCO_TRY_DONE (garco_writer_header (run->writer, &header, error));
  run->lists_changed = false;
  run->force.size = 0;
  if (run->merges)
    GARCO_TRY_DONE (garco__buffer_append (&run->force, part->head.data, part->head.size, error));
  run->last_part = part;
  GARCO_TRY_DONE (repeat_moving (run, part, error));
  GARCO_TRY_DONE (put_waiting (run, part, error));

done:
  garco__buffer_free (&text);
  return status;
}

garco_status
garco__run_finish (garco__run *run, garco__part *part, garco_error *error)
{
  if (run->surveying || (run->writer == NULL && run->bucket_ms > 0))
    return GARCO_OK;
  if (run->writer == NULL)
    GARCO_TRY (begin_file (run, part, NULL, error));
  GARCO_TRY (garco_writer_close (run->writer, error));
  garco_writer_free (&run->writer);
  if (run->bucket_ms > 0 && run->options->on_file != NULL)
    run->options->on_file (run->options->context, run->present_path);
  return GARCO_OK;
}

/* Split: ends the present file when the time belongs to a later one. */
static garco_status
enter_bucket (garco__run *run, garco__part *part, int64_t ms, int64_t ps, garco_error *error)
{
  if (run->bucket_ms == 0)
    return GARCO_OK;
  ms = rounded_ms (ms, ps);
  int64_t bucket = garco__floor_div (ms, run->bucket_ms) * run->bucket_ms;
  if (run->writer != NULL && bucket <= run->bucket)
    return GARCO_OK; /* a time that goes back stays where the file has it */
  GARCO_TRY (garco__run_finish (run, part, error));
  run->bucket = bucket;
  return GARCO_OK;
}

/* ------------------------------------------------------------------ records */

/* Whether an event is in the window; one without a time goes with the epoch after it, or before. */
static bool
wants_event (const garco__run *run, const garco__part *part, const garco__event *event)
{
  if (event->time_ms != INT64_MIN)
    return garco__run_in_window (run, event->time_ms, event->time_ps);
  if (part->has_epoch)
    return garco__run_in_window (run, part->epoch.time_ms, part->epoch.time_ps);
  return run->last_ms == INT64_MIN ? !run->selection.by[GARCO__TIME]
                                   : run->last_ms < run->selection.end_ms;
}

static garco_status
take_event (garco__run *run, garco__part *part, const garco__event *event, garco_error *error)
{
  const char *text = garco__event_text (part, event);
  int64_t ms = event->time_ms, ps = event->time_ps;
  if (!wants_event (run, part, event))
    return apply_event (run, part, text, event->size, error);
  if (ms == INT64_MIN && part->has_epoch)
  {
    ms = part->epoch.time_ms;
    ps = part->epoch.time_ps;
  }
  if (ms != INT64_MIN)
    GARCO_TRY (enter_bucket (run, part, ms, ps, error));
  if (run->writer == NULL && run->waiting.text.size > WAITING_LIMIT)
    GARCO_TRY (begin_file (run, part, NULL, error));
  if (run->writer != NULL)
    return put_event (run, part, event, text, error);
  garco__event later = *event;
  later.start = run->waiting.text.size;
  return garco__part_keep (&run->waiting, &later, text, error);
}

/* Which way the input prints numbers below 1, by the first of them in the lines behind the epoch
 * line. */
static void
learn_style (garco__run *run, const garco__part *part, const garco__raw *raw)
{
  if (part->is_crinex)
  {
    run->style = (garco__print_style){false, false, false, false};
    return;
  }
  run->style.clock_text = true;
  if (raw->text == NULL)
    return;
  const char *end = raw->text + raw->size, *at = memchr (raw->text, raw->line_end, raw->size);
  while (at != NULL && (at = memchr (at, '.', (size_t)(end - at))) != NULL)
  {
    char before = at[-1], sign = at[-2];
    if (before == '0' && (sign == ' ' || sign == '-'))
      *(sign == '-' ? &run->style.negative_zero : &run->style.zero) = true;
    else if (before == ' ' || before == '-')
      *(before == '-' ? &run->style.negative_zero : &run->style.zero) = false;
    at++;
  }
}

static garco_status
put_epoch (garco__run *run, garco__part *part, garco_error *error)
{
  garco__raw raw = garco__reader_raw (part->reader);
  run->last_ms = rounded_ms (run->draft.epoch.time_ms, run->draft.epoch.time_ps);
  bool lines = run->form == GARCO_FORM_RINEX || part->epoch.flag == 6;
  if (lines && run->as_is && raw.text != NULL)
    return garco__writer_lines (run->writer, &raw, &part->epoch, garco__input_name (part->path),
                                error);
  if (run->form == GARCO_FORM_RINEX)
  {
    learn_style (run, part, &raw);
    garco__writer_style (run->writer, &run->style);
  }
  return garco__writer_epoch_of (run->writer, &run->draft.epoch, garco__input_name (part->path),
                                 error);
}

/* Lists that have changed since they were last written. */
static garco_status
put_lists (garco__run *run, garco_error *error)
{
  garco__buffer lines = {0}, text = {0};
  garco_status status = GARCO_OK;
  GARCO_TRY_DONE (garco__run_print_lists (run, run->before, &lines, error));
  if (lines.size > 0)
    GARCO_TRY_DONE (garco__run_lines_event (run, &lines, &text, error));
  GARCO_TRY_DONE (garco__run_put_text (run, 4, &text, error));
  run->lists_changed = false;

done:
  garco__buffer_free (&lines);
  garco__buffer_free (&text);
  return status;
}

static garco_status
survey (garco__run *run, const garco__part *part, garco_error *error)
{
  garco_header header = *garco_reader_header (part->reader);
  for (int s = 0; s < GARCO_SYSTEM_COUNT && !run->as_is; s++)
  {
    int list = garco__list_of (run->lists, s);
    header.types[s] =
        (garco_types){run->lists->count[list], (const char (*)[4])run->lists->codes[list],
                      run->lists->scale[list]};
  }
  return garco__survey_add (run->survey, &header, &run->draft.epoch, error);
}

garco_status
garco__run_take (garco__run *run, garco__part *part, garco_error *error)
{
  bool kept = false;
  if (part->nevents > 0 || part != run->plan_part)
    run->planned = false;
  if (part->has_epoch)
    GARCO_TRY (garco__run_draft (run, part, &kept, error));
  if (run->surveying)
    return kept ? survey (run, part, error) : GARCO_OK;
  for (size_t i = 0; i < part->nevents; i++)
    GARCO_TRY (take_event (run, part, &part->events[i], error));
  if (!kept)
    return GARCO_OK;
  GARCO_TRY (enter_bucket (run, part, part->epoch.time_ms, part->epoch.time_ps, error));
  if (run->writer == NULL)
    GARCO_TRY (begin_file (run, part, &run->draft.epoch, error));
  if (run->merges && run->last_part != part)
    GARCO_TRY (garco__run_change_part (run, part, error));
  run->last_part = part;
  if (run->rewrites && run->lists_changed)
    GARCO_TRY (put_lists (run, error));
  return put_epoch (run, part, error);
}
