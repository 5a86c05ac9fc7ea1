/* An input file, read an epoch at a time together with the events before it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CONVERT_PART_H
#define GARCO_CONVERT_PART_H

#include "base/buffer.h"
#include "garco.h"

typedef struct garco__event
{
  int64_t time_ms; /* INT64_MIN: none is written */
  int64_t time_ps;
  int flag;
  size_t start, size; /* of its text */
} garco__event;

typedef struct garco__part
{
  const char *path;           /* the caller's */
  size_t index;               /* among the inputs */
  int64_t first_ms, first_ps; /* of its first epoch; INT64_MIN: it has none */
  int version;
  bool is_crinex;
  garco_reader *reader;
  garco__buffer head; /* the header with what the events taken so far have changed */
  garco_epoch epoch;  /* borrowed until the next call */
  bool has_epoch;
  bool ended;           /* the reader is at the end; there may be events still */
  bool taken;           /* merge: nothing is left */
  garco__event *events; /* before the epoch, or after the last */
  size_t nevents, events_room;
  garco__buffer text; /* theirs */
} garco__part;

garco_status garco__part_open (garco__part *part, const garco_reader_options *options,
                               garco_error *error);
/* The next epoch (flag 0, 1 or 6) and the events before it. GARCO_END when there are neither; at
 * the end there may be events without an epoch, and when they are very many, in between. */
garco_status garco__part_next (garco__part *part, garco_error *error);
/* Adds an event, whose text is copied. */
garco_status garco__part_keep (garco__part *part, const garco__event *event, const char *text,
                               garco_error *error);
static inline const char *
garco__event_text (const garco__part *part, const garco__event *event)
{
  return (const char *)part->text.data + event->start;
}
/* Closes the file; what is known of it stays. */
void garco__part_close (garco__part *part);

#endif
