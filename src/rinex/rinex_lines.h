/* The reader's one input buffer, as lines.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_LINES_H
#define GARCO_RINEX_LINES_H

#include "base/buffer.h"
#include "rinex/rinex_run.h"

/* The longest line; 999 types of one system take 15987 characters. */
#define GARCO__LINE_LIMIT 65536
/* The longest record; 999 satellites of 999 types take 16.2 million bytes in RINEX 2. */
#define GARCO__RECORD_LIMIT (16 << 20)

typedef struct garco__lines
{
  garco__buffer bytes;
  size_t at;      /* first byte not taken */
  size_t next;    /* start of the line behind the known ones */
  size_t scanned; /* no line end between there and here */
  struct garco__span
  {
    size_t start, end; /* in bytes, without the line end */
  } * spans;
  size_t head, count, capacity; /* known lines: spans[head .. head + count) */
  int64_t taken;                /* lines taken so far */
  char end;                     /* '\n', or '\r' in files that know no other; 0: not known yet */
  bool finished;                /* no bytes will come */
  bool cut;                     /* the last known line has no line end: the input's last bytes */
  bool overlong;                /* the line after the known ones is longer than the limit */
  bool skipping;                /* ... and is being left out: one NUL byte stands for it */
  bool torn;                    /* NUL bytes may stand for text that is lost */
  int64_t hole; /* number in the text of the first known line that has one; 0: none has */
} garco__lines;

garco_status garco__lines_feed (garco__lines *lines, const void *bytes, size_t size,
                                garco_error *error);
/* Room for `size` bytes behind those fed so far, to be filled and then said by lines_filled. */
garco_status garco__lines_room (garco__lines *lines, size_t size, uint8_t **room,
                                garco_error *error);
void garco__lines_filled (garco__lines *lines, size_t size);
/* Looks for line ends until `wanted` lines are known. True when they are; false when bytes are
 * missing (or a line is overlong). */
garco_status garco__lines_want (garco__lines *lines, size_t wanted, bool *known,
                                garco_error *error);
/* Leaves the overlong line out: it becomes a line of a NUL byte, and its bytes are dropped as they
 * come. */
void garco__lines_skip (garco__lines *lines);
/* Line 0 has a hole: what is left of it begins `offset` bytes further on. */
void garco__lines_cut_front (garco__lines *lines, size_t offset);
/* Takes the first `count` known lines off. */
void garco__lines_take (garco__lines *lines, size_t count);
/* Takes off `count` lines, known or not, that the bytes up to `next` hold. */
void garco__lines_take_to (garco__lines *lines, size_t next, size_t count);
void garco__lines_free (garco__lines *lines);

/* Known line number `index`, borrowed until bytes are fed. */
static inline garco__line
garco__lines_get (const garco__lines *lines, size_t index)
{
  const struct garco__span *span = &lines->spans[lines->head + index];
  return (garco__line){(const char *)lines->bytes.data + span->start, span->end - span->start};
}

/* How many of the first `count` known lines stand before one with a hole. */
static inline size_t
garco__lines_before_hole (const garco__lines *lines, size_t count)
{
  if (lines->hole == 0 || lines->hole > lines->taken + (int64_t)count)
    return count;
  return (size_t)(lines->hole - lines->taken - 1);
}

/* True when known line `index` ends the input without a line end. */
static inline bool
garco__lines_is_cut (const garco__lines *lines, size_t index)
{
  return lines->cut && index + 1 == lines->count;
}

#endif
