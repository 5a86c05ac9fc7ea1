/* Epochs to RINEX text: what the writer prints.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_WRITE_H
#define GARCO_RINEX_WRITE_H

#include "base/buffer.h"
#include "garco.h"
#include "rinex/rinex_raw.h"

/* Replaces `line` by the epoch line with all satellites in a row and without the clock: 32 columns
 * (RINEX 3 and later: 41) and three characters a satellite. It is epoch->text's where that is given
 * and lists the satellites of epoch->sats, else made from the numbers. */
garco_status garco__epoch_line (int version, const garco_epoch *epoch, garco__buffer *line,
                                garco_error *error);
/* The five digits of RINEX 4.02 that go on with the second, by the text or else by the time; blanks
 * before that version or where there are none. */
void garco__epoch_picoseconds (int version, const garco_epoch *epoch, char digits[5]);
/* How numbers are printed where a file leaves a choice; all false is crx2rnx's way. */
typedef struct garco__print_style
{
  bool zero, negative_zero; /* 0.528 and -0.528 rather than .528 and -.528 */
  bool clock_text;          /* the clock's columns from epoch->text where it has them */
  bool rnxcmp;              /* with RNXCMP's slips (garco_writer_options) */
} garco__print_style;

/* Appends an epoch of flag 0, 1 or 6 as plain text; `line` is what garco__epoch_line gave. */
garco_status garco__print_epoch (int version, const garco_epoch *epoch, const garco__buffer *line,
                                 const garco__print_style *style, garco__buffer *out,
                                 garco_error *error);
/* Appends lines that have `line_end` between them, right-trimmed and with LF ends. */
garco_status garco__print_lines (const char *text, size_t size, char line_end, garco__buffer *out,
                                 garco_error *error);
/* Appends an event: its text, lines right-trimmed, or an epoch line of its numbers. */
garco_status garco__print_event (int version, const garco_epoch *epoch, garco__buffer *out,
                                 garco_error *error);

/* Appends an event's epoch line: the time (INT64_MIN: blank), the flag and the count of lines. */
garco_status garco__print_event_line (int version, const garco_epoch *epoch, size_t count,
                                      garco__buffer *out, garco_error *error);

/* ---------------------------------------------------------------- of a garco_writer */

/* As garco_writer_epoch; of what cannot be written the error names `source`, and the epoch's line
 * there. */
garco_status garco__writer_epoch_of (garco_writer *writer, const garco_epoch *epoch,
                                     const char *source, garco_error *error);

/* How the epochs from here on are printed. */
void garco__writer_style (garco_writer *writer, const garco__print_style *style);
/* A record as its lines: into plain text any, into Hatanaka text slips. Errors as of
 * garco__writer_epoch_of. */
garco_status garco__writer_lines (garco_writer *writer, const garco__raw *raw,
                                  const garco_epoch *epoch, const char *source, garco_error *error);

#endif
