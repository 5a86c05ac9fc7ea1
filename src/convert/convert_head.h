/* The text of a RINEX header as lines that are sought, replaced and taken out by their label.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CONVERT_HEAD_H
#define GARCO_CONVERT_HEAD_H

#include "base/buffer.h"
#include "rinex/rinex_fields.h"

/* The next line of a text from `at` on, without its end; false at the end. */
bool garco__head_next (const garco__buffer *text, size_t *at, garco__line *line);
/* Columns 61 to 80, blanks at both ends cut off. */
garco__line garco__head_label (garco__line line);
bool garco__head_is (garco__line line, const char *label);
/* The first line with the label; false where there is none. */
bool garco__head_find (const garco__buffer *text, const char *label, garco__line *line);
size_t garco__head_count (const garco__buffer *text, const char *label);

/* Appends "CONTENT (60 columns) LABEL" and a line end. */
garco_status garco__head_print (garco__buffer *text, const char *label, garco_error *error,
                                const char *format, ...) __attribute__ ((format (printf, 4, 5)));
/* Puts `lines` where the first line of the label stands, or before END OF HEADER where there is
 * none, and takes all lines of the label out. */
garco_status garco__head_replace (garco__buffer *text, const char *label,
                                  const garco__buffer *lines, garco_error *error);
/* Takes all lines of the label out. */
garco_status garco__head_remove (garco__buffer *text, const char *label, garco_error *error);
/* Takes out the lines for which `unwanted` is true. */
garco_status garco__head_sift (garco__buffer *text,
                               bool (*unwanted) (const void *context, garco__line line),
                               const void *context, garco_error *error);
/* What the lines of an event make of a header: a label's lines replace those it has. Comments stay
 * with their event. `event` begins with its epoch line. */
garco_status garco__head_apply (garco__buffer *text, const char *event, size_t size,
                                garco_error *error);

#endif
