/* Epochs of RINEX 2 as text: the epoch line with its satellites, twelve a line, then for each
 * satellite as many lines as its observations need, five a line.
 *
 *    10  3  5  0  0 30.0000000  0 14G13R19G32G 7R23G31G20R11G12G26G09G21    -0.12345
 *                                   G15S24
 *    121367582.20508  94572134.49208  23095489.677 9  23095481.949 9  23095483.463 7
 *           42.000          40.000
 *
 * An empty line is a satellite's as any other. Old files write the second line of satellites from
 * column 1 on. Nothing in an observation line can look like an epoch line in every column
 * (garco__stamp2_plain), which is what salvage finds its way by.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "rinex/rinex_reader.h"

struct listed_sat
{
  int system, number; /* system -1: no satellite can be read there */
  char text[4];
};

/* Where the lines of an epoch lie: line 0, more of satellites, and `per_sat` for each of `nsats`.
 */
struct layout
{
  struct listed_sat sats[GARCO__SATS_LIMIT];
  size_t nsats, list_lines, per_sat;
};

garco_status
garco__read_record2 (garco_reader *reader, bool *found, garco_error *error)
{
  garco__stamp stamp;
  garco__line line = garco__lines_get (&reader->lines, 0);
  bool usable = reader->resync ? garco__stamp2_plain (line) : true;
  if (!usable || !garco__stamp2 (line, &stamp))
    return garco__read_stray (reader, found, error);
  if (stamp.flag >= 2 && stamp.flag <= 5)
    return garco__read_event (reader, &stamp, found, error);
  return garco__read_epoch2 (reader, &stamp, found, error);
}

static bool
read_entry (const garco_reader *reader, garco__line line, size_t column, struct listed_sat *sat)
{
  for (size_t i = 0; i < 3; i++)
    sat->text[i] = column + i < line.size ? line.text[column + i] : ' ';
  sat->text[3] = '\0';
  if (garco__read_satellite (reader, sat->text, &sat->system, &sat->number))
    return true;
  sat->system = -1;
  return false;
}

/* Column of the first satellite of a further line of the list; old files have none before it. */
static size_t
list_column (garco__line line)
{
  return line.size > 0 && !garco__is_blank (line.text, line.size < 3 ? line.size : 3) ? 0 : 32;
}

/* Reads `count` satellites from the list's lines, as far as they are known. */
static void
read_list (const garco_reader *reader, size_t count, size_t have, struct layout *layout)
{
  layout->nsats = count;
  layout->list_lines = count == 0 ? 1 : (count + 11) / 12;
  for (size_t i = 0; i < count; i++)
  {
    garco__line line = {"", 0};
    if (i / 12 < have)
      line = garco__lines_get (&reader->lines, i / 12);
    size_t column = i < 12 ? 32 : list_column (line);
    read_entry (reader, line, column + 3 * (i % 12), &layout->sats[i]);
  }
}

/* How many satellites the list has, whatever its count says: entries up to the first that is none,
 * on up to `have` lines. */
static size_t
count_list (const garco_reader *reader, size_t have)
{
  struct listed_sat sat;
  size_t count = 0;
  for (size_t l = 0; l < have && count < GARCO__SATS_LIMIT; l++)
  {
    garco__line line = garco__lines_get (&reader->lines, l);
    size_t column = l == 0 ? 32 : list_column (line);
    if (l > 0 && line.size > column + 36 &&
        !garco__is_blank (line.text + column + 36, line.size - column - 36))
      break;
    size_t i = 0;
    while (i < 12 && count < GARCO__SATS_LIMIT && read_entry (reader, line, column + 3 * i, &sat))
    {
      i++;
      count++;
    }
    if (i < 12)
      break;
  }
  return count;
}

static bool
entry_is_blank (const garco_reader *reader, size_t index)
{
  garco__line line = garco__lines_get (&reader->lines, index / 12);
  size_t column = (index < 12 ? 32 : list_column (line)) + 3 * (index % 12);
  return garco__cut (line, column, 3).size == 0;
}

/* The list says another number than the count: a blank where a satellite is due, or one more
 * behind the last. */
static bool
count_lies (const garco_reader *reader, size_t count, size_t have)
{
  size_t last = count == 0 ? 0 : (count - 1) / 12;
  if (last >= have)
    return false;
  if (count > 0 && entry_is_blank (reader, count - 1))
    return true;
  return count % 12 != 0 || count == 0 ? !entry_is_blank (reader, count) : false;
}

static size_t
lines_of (const struct layout *layout)
{
  return layout->list_lines + layout->nsats * layout->per_sat;
}

static bool
is_epoch_at (const garco_reader *reader, size_t index)
{
  return garco__stamp2_plain (garco__lines_get (&reader->lines, index));
}

/* True when no epoch starts within `lines` lines from line 0 on, as far as they are known. */
static bool
is_one_epoch (const garco_reader *reader, size_t lines, size_t have)
{
  for (size_t i = 1; i < lines && i < have; i++)
    if (is_epoch_at (reader, i))
      return false;
  return true;
}

/* Line `index` reads as observations: a line too many has come in before it. (A damaged epoch line
 * does not.) */
static garco_status
is_left_over (garco_reader *reader, size_t index, bool *left_over, garco_error *error)
{
  garco__line line = garco__lines_get (&reader->lines, index);
  *left_over = false;
  if (garco__is_blank (line.text, line.size) || is_epoch_at (reader, index) ||
      garco__header_item (line) != GARCO__ITEM_NONE)
    return GARCO_OK;
  reader->obs->nvalues = 0;
  GARCO_TRY (garco__obs_reserve (reader->obs, 5, error));
  *left_over = garco__obs_read (reader->obs, 0, 5, line, 0, false).what == NULL;
  return GARCO_OK;
}

/* Salvage: the list's own length where the lines up to the next epoch bear it out. */
static garco_status
trust_list (garco_reader *reader, struct layout *layout, garco_error *error)
{
  size_t have, count = layout->nsats, listed;
  garco_status status = garco__reader_need (reader, GARCO__SATS_LIMIT / 12 + 1, &have, error);
  if (status != GARCO_OK)
    return status;
  listed = count_list (reader, have);
  read_list (reader, listed, have, layout);
  size_t lines = lines_of (layout);
  status = garco__reader_need (reader, lines + 1, &have, error);
  if (status != GARCO_OK)
    return status;
  bool right = have >= lines && is_one_epoch (reader, lines, have) &&
               (have == lines || is_epoch_at (reader, lines));
  if (!right)
    layout->nsats = count;
  return GARCO_OK;
}

/* One satellite's lines, the first of them at `index`; fewer than its share at the input's end. */
static garco_status
read_satellite (garco_reader *reader, const struct listed_sat *sat, size_t index, size_t lines,
                garco_error *error)
{
  garco__obs *obs = reader->obs;
  size_t count = reader->header.view.types[0].count;
  int64_t number = garco__reader_line_number (reader, index);
  if (sat->system < 0)
    return garco__reader_damage (reader, GARCO_ERR_CORRUPT, reader->epoch.line, error,
                                 "\"%s\" as a satellite, expected one such as G01", sat->text);
  GARCO_TRY (garco__obs_reserve (obs, count, error));
  for (size_t i = 0; i < lines; i++)
  {
    size_t to = 5 * i + 5 < count ? 5 * i + 5 : count;
    garco__field_problem problem =
        garco__obs_read (obs, 5 * i, to, garco__lines_get (&reader->lines, index + i), 0,
                         garco__lines_is_cut (&reader->lines, index + i));
    if (problem.what == NULL)
      continue;
    GARCO_TRY (garco__reader_damage (
        reader, problem.cut ? GARCO_ERR_TRUNCATED : GARCO_ERR_CORRUPT, number + (int64_t)i, error,
        "%s, column %zu: %s, expected %zu observation%s", sat->text, problem.column, problem.what,
        to - 5 * i, to - 5 * i == 1 ? "" : "s"));
    if (!problem.cut)
      return GARCO_OK;
  }
  garco__obs_blank (obs, 5 * lines < count ? 5 * lines : count, count);
  if (garco__obs_add (obs, sat->system, sat->number, sat->text, count))
    return GARCO_OK;
  return garco__reader_damage (reader, GARCO_ERR_CORRUPT, reader->epoch.line, error,
                               "%s a second time in the epoch, expected another satellite",
                               sat->text);
}

/* Leaves the epoch out and looks for the next from the line behind its own. */
static garco_status
leave_out (garco_reader *reader)
{
  reader->resync = true;
  reader->epochs_lost++;
  garco__lines_take (&reader->lines, 1);
  return GARCO_OK;
}

/* What is wrong with the epoch's shape, before anything of it is used. `sound`: go on with it. */
static garco_status
check_shape (garco_reader *reader, struct layout *layout, size_t count, size_t have, bool *sound,
             garco_error *error)
{
  int64_t line = garco__reader_line_number (reader, 0);
  size_t lines = lines_of (layout);
  *sound = true;
  if (garco__lines_is_cut (&reader->lines, 0) && garco__lines_get (&reader->lines, 0).size < 32)
  {
    *sound = false;
    return garco__reader_damage (reader, GARCO_ERR_TRUNCATED, line, error,
                                 "the file ends within an epoch line, expected a count of "
                                 "satellites in columns 30 to 32");
  }
  if (reader->header.view.types[0].count == 0 && layout->nsats > 0)
  {
    *sound = false;
    return garco__reader_damage (reader, GARCO_ERR_CORRUPT, line, error,
                                 "an epoch with no # / TYPES OF OBSERV before it");
  }
  if (count != layout->nsats || count_lies (reader, count, have))
  {
    *sound = count != layout->nsats;
    return garco__reader_damage (reader, GARCO_ERR_CORRUPT, line, error,
                                 "an epoch of %zu satellites that lists %zu, expected %zu", count,
                                 count_list (reader, have), count);
  }
  if (reader->options.salvage && !is_one_epoch (reader, lines, have))
  {
    *sound = false;
    return garco__reader_damage (reader, GARCO_ERR_CORRUPT, line, error,
                                 "an epoch of %zu lines that the next one interrupts", lines);
  }
  if (reader->options.salvage && have > lines)
  {
    bool left_over;
    GARCO_TRY (is_left_over (reader, lines, &left_over, error));
    *sound = !left_over;
    if (left_over)
      return garco__reader_damage (reader, GARCO_ERR_CORRUPT, line, error,
                                   "an epoch of more than the %zu lines expected", lines);
  }
  if (have < lines)
    return garco__reader_damage (reader, GARCO_ERR_TRUNCATED, line, error,
                                 "%s within an epoch, expected %zu lines and found %zu",
                                 garco__reader_ending (reader, have), lines, have);
  return GARCO_OK;
}

static garco_status
read_clock (garco_reader *reader, garco__line line, garco_error *error)
{
  if (line.size <= 68 || garco__stamp2_clock (line, &reader->epoch.clock_ps) != GARCO__BAD)
    return GARCO_OK;
  return garco__reader_damage (reader, GARCO_ERR_CORRUPT, reader->epoch.line, error,
                               "no clock offset as F12.9 writes it in columns 69 to 80");
}

/* Everything of an epoch whose shape is sound. */
static garco_status
read_sound (garco_reader *reader, const garco__stamp *stamp, const struct layout *layout,
            size_t have, garco_error *error)
{
  size_t lines = lines_of (layout);
  if (lines > have)
    lines = have;
  GARCO_TRY (garco__reader_begin (reader, stamp, error));
  for (size_t i = 0; i < layout->list_lines && i < lines; i++)
    GARCO_TRY (garco__reader_append_text (reader, garco__lines_get (&reader->lines, i), error));
  GARCO_TRY (read_clock (reader, garco__lines_get (&reader->lines, 0), error));
  for (size_t i = 0, at = layout->list_lines; i < layout->nsats && at < lines;
       i++, at += layout->per_sat)
    GARCO_TRY (read_satellite (reader, &layout->sats[i], at,
                               lines - at < layout->per_sat ? lines - at : layout->per_sat, error));
  return garco__reader_end (reader, lines, error);
}

garco_status
garco__read_epoch2 (garco_reader *reader, const garco__stamp *stamp, bool *found,
                    garco_error *error)
{
  struct layout layout;
  size_t count = (size_t)stamp->count, have;
  bool salvage = reader->options.salvage, sound;
  layout.nsats = count;
  layout.list_lines = count == 0 ? 1 : (count + 11) / 12;
  layout.per_sat = (reader->header.view.types[0].count + 4) / 5;
  garco_status status = garco__reader_need (reader, lines_of (&layout), &have, error);
  if (status == GARCO_OK && salvage && count_lies (reader, count, have))
    status = trust_list (reader, &layout, error);
  if (status == GARCO_OK)
    status = garco__reader_need (reader, lines_of (&layout) + salvage, &have, error);
  if (status != GARCO_OK)
    return status;
  GARCO_TRY (check_shape (reader, &layout, count, have, &sound, error));
  if (!sound)
    return leave_out (reader);
  read_list (reader, layout.nsats, have, &layout);
  *found = true;
  return read_sound (reader, stamp, &layout, have, error);
}
