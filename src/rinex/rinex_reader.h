/* What the parts of the reader share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_READER_H
#define GARCO_RINEX_READER_H

#include "codec/source.h"
#include "rinex/rinex_header.h"
#include "rinex/rinex_lines.h"
#include "rinex/rinex_obs.h"
#include "rinex/rinex_raw.h"
#include "rinex/rinex_stamp.h"

typedef struct garco__crinex garco__crinex;

struct garco_reader
{
  garco_reader_options options;
  char *name; /* the source in errors */
  garco__source *input;
  garco__lines lines;
  size_t want;    /* known lines without which the next record cannot be read */
  bool in_header; /* its first line has been seen */
  bool failed;
  bool fed_nul; /* the last byte fed was a NUL that was left out */
  bool resync;  /* skipping to the next epoch line; the damage has been reported */
  garco__header_store header;
  bool header_done;
  garco__obs *obs;
  garco__buffer text; /* of the epoch */
  garco_epoch epoch;
  int64_t last_ms, last_ps; /* time of the last epoch of observations */
  int64_t damaged, epochs_lost;
  int64_t damaged_before; /* the record at hand */
  garco__raw raw;
  garco__crinex *crinex; /* of Hatanaka text, else NULL */
};

/* Number of known line `index` in the text. */
static inline int64_t
garco__reader_line_number (const garco_reader *reader, size_t index)
{
  return reader->lines.taken + (int64_t)index + 1;
}

/* Damage at a line: without salvage the error that ends the reading; with it, reported, and
 * GARCO_OK for the caller to go on. */
garco_status garco__reader_damage (garco_reader *reader, garco_status code, int64_t line,
                                   garco_error *error, const char *format, ...)
    __attribute__ ((format (printf, 5, 6)));
/* The beginning of a line for a message, NUL bytes and all. */
#define GARCO__QUOTE_SIZE 44
const char *garco__reader_quote (garco__line line, char quote[GARCO__QUOTE_SIZE]);
/* GARCO_OK when `count` lines are known, else GARCO_AGAIN. When no more will come, or the next one
 * has a hole (salvage), `have` is smaller: a record ends there, as what is behind a hole may be
 * another's. */
garco_status garco__reader_need (garco_reader *reader, size_t count, size_t *have,
                                 garco_error *error);

/* Readers of one record each, at the first line not taken. On GARCO_OK `found` tells whether
 * reader->epoch holds a record; if not, lines were skipped and the next call goes on. */
garco_status garco__read_record2 (garco_reader *reader, bool *found, garco_error *error);
garco_status garco__read_record3 (garco_reader *reader, bool *found, garco_error *error);
garco_status garco__read_record_crinex (garco_reader *reader, bool *found, garco_error *error);

/* An epoch of observations or slips in plain text behind its line. */
garco_status garco__read_epoch2 (garco_reader *reader, const garco__stamp *stamp, bool *found,
                                 garco_error *error);
garco_status garco__read_epoch3 (garco_reader *reader, const garco__stamp *stamp, bool *found,
                                 garco_error *error);
/* The same of RINEX 3 and later, where every line is as the format writes it: else `found` stays
 * false and nothing has changed. */
garco_status garco__read_regular3 (garco_reader *reader, const garco__stamp *stamp, bool *found,
                                   garco_error *error);
/* The receiver clock and the picoseconds behind the count. */
garco_status garco__read_clock3 (garco_reader *reader, garco__line line, garco_error *error);
/* An event: its line and `stamp->count` lines. */
garco_status garco__read_event (garco_reader *reader, const garco__stamp *stamp, bool *found,
                                garco_error *error);
/* A line where an epoch line is due and is none: blank, comment, header, or damage. Takes it. */
garco_status garco__read_stray (garco_reader *reader, bool *found, garco_error *error);
/* Salvage: takes line 0, which has a hole, but for what is whole behind it: an epoch line, or in
 * the header a line of which nothing is lost. What follows is looked through for an epoch. */
garco_status garco__take_hole (garco_reader *reader, garco_error *error);
/* Why a record ends after `have` lines. */
const char *garco__reader_ending (const garco_reader *reader, size_t have);
/* Starts the record of `stamp` at line 0: checks its time, and empties obs and text. */
garco_status garco__reader_begin (garco_reader *reader, const garco__stamp *stamp,
                                  garco_error *error);
/* Gives the epoch its observations; complains of a repeated time. `lines`: to be taken. */
garco_status garco__reader_end (garco_reader *reader, size_t lines, garco_error *error);
/* The same where the record's `lines` lines, which no line end but LF ends, reach to byte `next`.
 */
garco_status garco__reader_end_at (garco_reader *reader, size_t next, size_t lines,
                                   garco_error *error);
garco_status garco__reader_append_text (garco_reader *reader, garco__line line, garco_error *error);

/* Has the looks of an epoch line, in this form of text. */
bool garco__reader_is_epoch_line (const garco_reader *reader, garco__line line);
/* Line 0, `line`, has nothing but blanks, or is the last one and what fills up the last block of
 * some files. */
bool garco__reader_is_empty (const garco_reader *reader, garco__line line);
/* Takes a header line in; what is wrong with it is damage or the end. */
garco_status garco__reader_take_header (garco_reader *reader, garco__item item, garco__line line,
                                        int64_t number, garco_error *error);
garco_status garco__reader_publish (garco_reader *reader, garco_error *error);
/* `what`, which has only its message, as an error of this reader. */
garco_status garco__reader_fail_at (const garco_reader *reader, const garco_error *what,
                                    int64_t line, garco_error *error);

/* Three characters of a satellite. False: they name none. */
bool garco__read_satellite (const garco_reader *reader, const char *text, int *system, int *number);

garco_status garco__crinex_new (garco__crinex **crinex, garco_error *error);
/* After a hole, a new header, or an event: nothing of before counts. */
void garco__crinex_reset (garco__crinex *crinex);
/* Behind damage only the last accepted epoch line is still known: all arcs are lost, and the next
 * lines are looked through for one that goes on from it. Where that cannot be known, as for
 * garco__crinex_reset. */
garco_status garco__crinex_hold_on (garco_reader *reader, garco_error *error);
void garco__crinex_free (garco__crinex **crinex);

#endif
