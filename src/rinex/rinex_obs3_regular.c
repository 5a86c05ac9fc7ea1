/* Epochs of RINEX 3 and 4 that are as the format writes them, in one go over their bytes:
 *
 *   > 2020 06 25 00 00  0.0000000  0 34       .000000000000|
 *   G01  25256919.479   132726007.43706      2985.279  ... |     |: LF, found while fields are read
 *   G05 ...                                                |
 *   > 2020 06 25 00 00 30.0000000 ...
 *
 * Nothing here says what is wrong. An epoch of which anything is not regular, or not there yet, is
 * left as if it had not been looked at to garco__read_epoch3, which reads the same from lines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "rinex/rinex_reader.h"

/* Where the reading is, and what it has found. */
struct regular
{
  size_t at; /* in the bytes fed */
  size_t nsats, nvalues;
  uint64_t seen[GARCO_SYSTEM_COUNT][2];
};

/* The byte is there and is `c`. */
static bool
is_at (const garco__lines *lines, size_t at, uint8_t c)
{
  return at < lines->bytes.size && lines->bytes.data[at] == c;
}

/* True the first time. */
static bool
is_new (struct regular *regular, int system, int number)
{
  uint64_t *word = &regular->seen[system][number / 64], bit = UINT64_C (1) << number % 64;
  bool is = (*word & bit) == 0;
  *word |= bit;
  return is;
}

/* One satellite's line into obs, behind those before it. */
static garco_status
read_line (garco_reader *reader, struct regular *regular, bool *sound, garco_error *error)
{
  garco__obs *obs = reader->obs;
  const garco__lines *lines = &reader->lines;
  const char *text = (const char *)lines->bytes.data + regular->at;
  size_t left = lines->bytes.size - regular->at, length;
  int system, number;
  *sound = false;
  if (left <= 3 || !garco__read_satellite (reader, text, &system, &number) ||
      !is_new (regular, system, number))
    return GARCO_OK;
  size_t count = reader->header.view.types[system].count, first = regular->nvalues;
  obs->nvalues = first; /* what is in use, should the values be moved */
  GARCO_TRY (garco__obs_reserve (obs, count, error));
  if (obs->run (text + 3, left - 3, count, obs->values + first, obs->indicators + 2 * first,
                &length) != count)
    return GARCO_OK;
  length = 3 + (length == SIZE_MAX ? 16 * count : length);
  *sound = is_at (lines, regular->at + length, '\n');
  obs->names[regular->nsats][0] = text[0];
  obs->names[regular->nsats][1] = text[1];
  obs->names[regular->nsats][2] = text[2];
  obs->sats[regular->nsats++] =
      (garco_epoch_sat){(uint8_t)system, (uint8_t)number, (uint16_t)count, (uint32_t)first};
  regular->nvalues += count;
  regular->at += length + 1;
  return GARCO_OK;
}

/* The satellites' lines behind the epoch line. `sound`: all are regular. */
static garco_status
read_lines (garco_reader *reader, size_t count, struct regular *regular, bool *sound,
            garco_error *error)
{
  for (size_t i = 0; i < count && *sound; i++)
    GARCO_TRY (read_line (reader, regular, sound, error));
  /* Salvage looks whether more satellites follow. */
  if (reader->options.salvage && *sound)
    *sound = is_at (&reader->lines, regular->at, '>');
  return GARCO_OK;
}

garco_status
garco__read_regular3 (garco_reader *reader, const garco__stamp *stamp, bool *found,
                      garco_error *error)
{
  garco__lines *lines = &reader->lines;
  garco__line line = garco__lines_get (lines, 0);
  struct regular regular = {.at = lines->at + line.size + 1};
  bool sound = lines->end == '\n' && stamp->flag <= 1 && stamp->count <= GARCO__SATS_LIMIT &&
               is_at (lines, lines->at + line.size, '\n');
  if (sound)
    GARCO_TRY (read_lines (reader, (size_t)stamp->count, &regular, &sound, error));
  if (!sound)
    return GARCO_OK;
  GARCO_TRY (garco__reader_begin (reader, stamp, error));
  line = garco__lines_get (lines, 0);
  GARCO_TRY (garco__reader_append_text (reader, line, error));
  GARCO_TRY (garco__read_clock3 (reader, line, error));
  garco__obs_take (reader->obs, regular.nsats, regular.nvalues);
  *found = true;
  return garco__reader_end_at (reader, regular.at, 1 + regular.nsats, error);
}
