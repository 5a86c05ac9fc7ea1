/* One conversion on its way: records in, files out.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CONVERT_RUN_H
#define GARCO_CONVERT_RUN_H

#include "convert/convert_names.h"
#include "convert/convert_part.h"
#include "convert/convert_plan.h"
#include "rinex/rinex_raw.h"
#include "rinex/rinex_write.h"

typedef struct garco__run
{
  const garco_convert_options *options;
  garco__selection selection;
  garco__type_rules rules;
  garco_form form;
  bool merges;           /* several parts */
  bool altered;          /* epochs or fields may be left out, or change: the header must follow */
  bool rewrites;         /* lists of types may be others than the input's */
  bool surveying;        /* nothing is written, what would be is counted */
  garco__survey *survey; /* of an earlier pass; NULL: none */

  /* the output */
  const char *path; /* NULL: split, whose names are made here */
  const char *directory;
  garco__station station;
  int64_t bucket_ms;                        /* split: length of a file; 0: one file */
  int64_t bucket;                           /* split: start of the present file */
  char *present_path;                       /* split: of the present file */
  garco_writer *writer;                     /* NULL: no file is begun */
  int64_t last_ms;                          /* time of the last epoch written; INT64_MIN: none */
  garco__buffer force;                      /* merge: the header that is in force in the output */
  const garco__part *last_part, *plan_part; /* written last, planned for */
  garco__lists *lists, *before, *wanted;    /* of the output, before they changed, of the input */
  bool lists_changed;                       /* since they were last written */
  garco__plan *plan;
  bool planned; /* `plan` is that of the present part and header */
  char system;  /* written into the version line; '\0': as it is */
  garco__wavelengths wavelengths;
  garco__draft draft;
  bool as_is; /* the draft is the part's epoch unchanged */
  garco__print_style style;
  garco__buffer moving; /* split: the event by which the antenna began to move */
  garco__part waiting;  /* its events: those before the file's first epoch */
  garco__losses losses;
  garco__buffer dropped; /* labels that were left out */
} garco__run;

garco_status garco__run_init (garco__run *run, const garco_convert_options *options,
                              garco_error *error);
void garco__run_free (garco__run *run);
/* Whether an epoch's time is in the window. */
bool garco__run_in_window (const garco__run *run, int64_t time_ms, int64_t time_ps);
/* Makes of a part's present epoch the one that is written, run->draft.epoch. `kept` false: it is
 * left out. */
garco_status garco__run_draft (garco__run *run, garco__part *part, bool *kept, garco_error *error);
/* Takes a part's present events and epoch. */
garco_status garco__run_take (garco__run *run, garco__part *part, garco_error *error);
/* Ends the present file; where none was begun, one with the part's header. */
garco_status garco__run_finish (garco__run *run, garco__part *part, garco_error *error);
/* Says what was lost. */
void garco__run_report (const garco__run *run);
void garco__run_notice (const garco__run *run, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

/* The header of an output file into `text`, `first` its first epoch (NULL: none), from a part's. */
garco_status garco__run_header (garco__run *run, const garco__part *part, const garco_epoch *first,
                                garco__buffer *text, garco_error *error);
/* The letter for the systems that are written; '\0' where the header's is right. */
char garco__run_letter (const garco__run *run, const garco_header *header);
/* An event's text as it is written, into `text`; empty where nothing is left of it. */
garco_status garco__run_event (garco__run *run, int version, const garco__event *event,
                               const char *event_text, garco__buffer *text, garco_error *error);
/* An event of flag 4 of header lines. */
garco_status garco__run_lines_event (const garco__run *run, const garco__buffer *lines,
                                     garco__buffer *text, garco_error *error);
/* Appends the lines of the lists that are others than those of `before` (NULL: all). */
garco_status garco__run_print_lists (const garco__run *run, const garco__lists *before,
                                     garco__buffer *lines, garco_error *error);

/* Merge: a header's types into the lists. */
garco_status garco__run_unite (garco__run *run, const garco_header *header, garco_error *error);
/* Merge: the records by which a part's header differs from the one in force, as an event. */
garco_status garco__run_change_part (garco__run *run, garco__part *part, garco_error *error);
/* Writes an event's text unless it is empty. */
garco_status garco__run_put_text (garco__run *run, int flag, const garco__buffer *text,
                                  garco_error *error);
/* The whole of it: parts in the order of their times into run's output. */
garco_status garco__run_parts (garco__run *run, garco__part *parts, size_t nparts,
                               garco_error *error);
garco_reader_options garco__run_reading (const garco__run *run);

#endif
