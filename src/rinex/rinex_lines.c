/* The input buffer. Bytes are copied in once and never moved line by line; what is kept beside them
 * is where the known lines that are not yet taken start and end:
 *
 *   taken bytes | line | line | line | part of a line
 *               ^ at                  ^ known up to   ^ scanned
 *
 * A record's lines are made known before it is looked at, so nothing is searched twice and no
 * record is left half read, however small the pieces are that come in.
 *
 * Salvage: a NUL byte stands for text that is lost, be it a run of such bytes or what a line is
 * too long for. Which line is the first with one is known, as records end there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_lines.h"

#include <stdlib.h>

#include "base/error.h"
#include "codec/crinex_decode.h"

_Static_assert(GARCO__RUN_BEHIND >= GARCO__TOKENS_BEHIND, "what readers of lines look ahead");

/* Moves the bytes not taken to the front when that frees most of the buffer. */
static void
compact (garco__lines *lines)
{
  size_t shift = lines->at;
  if (shift == 0 || shift < lines->bytes.size / 2)
    return;
  memmove (lines->bytes.data, lines->bytes.data + shift, lines->bytes.size - shift);
  lines->bytes.size -= shift;
  lines->at = 0;
  lines->next -= shift;
  lines->scanned -= shift;
  for (size_t i = lines->head; i < lines->head + lines->count; i++)
  {
    lines->spans[i].start -= shift;
    lines->spans[i].end -= shift;
  }
}

garco_status
garco__lines_feed (garco__lines *lines, const void *bytes, size_t size, garco_error *error)
{
  uint8_t *room;
  if (size == 0)
    return GARCO_OK;
  GARCO_TRY (garco__lines_room (lines, size, &room, error));
  memcpy (room, bytes, size);
  garco__lines_filled (lines, size);
  return GARCO_OK;
}

garco_status
garco__lines_room (garco__lines *lines, size_t size, uint8_t **room, garco_error *error)
{
  compact (lines);
  GARCO_TRY (garco__buffer_reserve (&lines->bytes, size + GARCO__RUN_BEHIND, error));
  *room = lines->bytes.data + lines->bytes.size;
  return GARCO_OK;
}

void
garco__lines_filled (garco__lines *lines, size_t size)
{
  lines->bytes.size += size;
  memset (lines->bytes.data + lines->bytes.size, 0, GARCO__RUN_BEHIND);
}

/* The first line end in a file tells what ends its lines: CR alone only where no LF follows it. */
static void
learn_end (garco__lines *lines)
{
  const char *text = (const char *)lines->bytes.data;
  for (; lines->scanned < lines->bytes.size; lines->scanned++)
  {
    size_t at = lines->scanned;
    bool last = at + 1 == lines->bytes.size;
    if (text[at] == '\r' && last && !lines->finished)
      return;
    if (text[at] == '\n' || text[at] == '\r')
    {
      lines->end = text[at] == '\r' && (last || text[at + 1] != '\n') ? '\r' : '\n';
      return;
    }
  }
}

/* Known line `index` is the first with a hole, if it has one. */
static void
note_hole (garco__lines *lines, size_t index)
{
  garco__line line = garco__lines_get (lines, index);
  if (memchr (line.text, '\0', line.size) != NULL)
    lines->hole = lines->taken + (int64_t)index + 1;
}

/* The first of the known lines that has a hole. */
static void
find_hole (garco__lines *lines)
{
  lines->hole = 0;
  for (size_t i = 0; i < lines->count && lines->hole == 0; i++)
    note_hole (lines, i);
}

static garco_status
push (garco__lines *lines, size_t start, size_t end, garco_error *error)
{
  if (lines->head > 0 && lines->head + lines->count == lines->capacity)
  {
    memmove (lines->spans, lines->spans + lines->head, lines->count * sizeof *lines->spans);
    lines->head = 0;
  }
  if (lines->count == lines->capacity)
  {
    size_t capacity = lines->capacity < 64 ? 128 : lines->capacity * 2;
    void *spans = lines->spans;
    GARCO_TRY (garco__reallocate (&spans, capacity, sizeof *lines->spans, error));
    lines->spans = spans;
    lines->capacity = capacity;
  }
  if (end > start && lines->bytes.data[end - 1] == '\r')
    end--;
  /* Padding behind the input's last line is none of it. */
  if (lines->torn && lines->cut && end - start > 1 && lines->bytes.data[end - 1] == '\0')
    end--;
  lines->spans[lines->head + lines->count++] = (struct garco__span){start, end};
  if (lines->torn && lines->hole == 0)
    note_hole (lines, lines->count - 1);
  return GARCO_OK;
}

/* What has come of the line that is left out, without its end, makes room. */
static void
drop_skipped (garco__lines *lines)
{
  lines->bytes.size = lines->scanned = lines->next + 1;
  memset (lines->bytes.data + lines->bytes.size, 0, GARCO__RUN_BEHIND);
}

void
garco__lines_skip (garco__lines *lines)
{
  lines->bytes.data[lines->next] = '\0';
  lines->scanned = lines->next + 1; /* its end may be there */
  lines->overlong = false;
  lines->skipping = lines->torn = true;
}

void
garco__lines_cut_front (garco__lines *lines, size_t offset)
{
  lines->spans[lines->head].start += offset;
  lines->at = lines->spans[lines->head].start;
  find_hole (lines);
}

garco_status
garco__lines_want (garco__lines *lines, size_t wanted, bool *known, garco_error *error)
{
  if (lines->count < wanted && lines->end == 0)
    learn_end (lines);
  const char *text = (const char *)lines->bytes.data;
  size_t size = lines->bytes.size;
  while (lines->count < wanted && lines->next < size)
  {
    const char *end = NULL;
    if (lines->end != 0)
    {
      end = memchr (text + lines->scanned, lines->end, size - lines->scanned);
      lines->scanned = end != NULL ? (size_t)(end - text) + 1 : size;
    }
    size_t stop = end != NULL ? (size_t)(end - text) : size;
    lines->overlong = !lines->skipping && stop - lines->next > GARCO__LINE_LIMIT;
    if (lines->overlong || (end == NULL && !lines->finished))
      break;
    lines->cut = end == NULL;
    GARCO_TRY (push (lines, lines->next, lines->skipping ? lines->next + 1 : stop, error));
    lines->next = lines->scanned = end != NULL ? stop + 1 : stop;
    lines->skipping = false;
  }
  if (lines->skipping)
    drop_skipped (lines);
  *known = lines->count >= wanted;
  return GARCO_OK;
}

void
garco__lines_take (garco__lines *lines, size_t count)
{
  lines->head += count;
  lines->count -= count;
  lines->taken += (int64_t)count;
  lines->at = lines->count > 0 ? lines->spans[lines->head].start : lines->next;
  if (lines->count == 0)
    lines->head = 0;
  if (lines->hole > 0 && lines->hole <= lines->taken)
    find_hole (lines);
}

void
garco__lines_take_to (garco__lines *lines, size_t next, size_t count)
{
  lines->head = lines->count = 0;
  lines->taken += (int64_t)count;
  lines->at = lines->next = lines->scanned = next;
  lines->cut = false;
}

void
garco__lines_free (garco__lines *lines)
{
  garco__buffer_free (&lines->bytes);
  free (lines->spans);
  memset (lines, 0, sizeof *lines);
}
