/* What the parts of the reader of Hatanaka text share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_CRINEX_H
#define GARCO_RINEX_CRINEX_H

#include "codec/crinex_decode.h"
#include "rinex/rinex_reader.h"

struct garco__slot
{
  garco__arc *arcs;
  char *flags; /* two a field */
  size_t capacity;
  size_t surplus; /* fields too many in its lines */
  uint64_t seen;  /* the last epoch that had the satellite */
  char text[3];   /* as written: another spelling is another satellite */
  bool
      incomplete; /* damage has been reported; indicators that are GARCO__FLAG_LOST are not known */
};

#define GARCO__FLAG_LOST '?'

struct garco__crinex
{
  garco__buffer line, next; /* the restored epoch line, and the one being tried */
  garco__buffer ahead[2];   /* those behind it */
  struct garco__steps
  {
    int64_t last_ms, last_ps; /* time of the epoch before; INT64_MIN: not known */
    int64_t usual_ms, odd_ms; /* between epochs, and one that is not usual; 0: none */
    int odd;                  /* of these one after the other */
  } steps;
  struct garco__resume
  {
    bool sure;        /* the last epoch line starts anew or comes the usual step after another */
    size_t left;      /* lines in which the epoch line that goes on from it is looked for */
    bool doubtful;    /* one has been found, and the digits of its time tell too little yet */
    unsigned written; /* those that have been written since */
    size_t strays;    /* satellites of this epoch with differences where no arc runs */
    bool partial;     /* arcs have lost their beginnings since the last new start */
  } resume;
  bool initialised;
  uint64_t epoch;
  garco__arc clock;
  bool clock_lost;     /* damage has been reported; the clock comes back with its next arc */
  char picoseconds[5]; /* GARCO__FLAG_LOST where they are not known */
  struct garco__slot slots[GARCO_SYSTEM_COUNT][100];
};

/* One epoch on its way. */
typedef struct garco__draft
{
  garco__stamp stamp;
  bool anew;  /* its line starts anew */
  bool dated; /* its time could be read */
  bool version_1;
  size_t list;  /* column of the satellites */
  size_t lines; /* known, of those it needs */
} garco__draft;

garco__draft garco__crinex_draft (const garco_reader *reader, garco__line line);
/* Restores the epoch line that is the difference to `before`, and reads it. */
garco_status garco__crinex_restore (const garco__buffer *before, garco__line line,
                                    garco__draft *draft, garco__buffer *restored,
                                    garco_error *error);
/* Why the restored list is not the count's number of satellites, each once; NULL: it is. */
const char *garco__crinex_check_list (const garco_reader *reader, const garco__buffer *restored,
                                      const garco__draft *draft);
/* The first line of another header. */
bool garco__crinex_second_header (garco__line line);
/* As many lines from line `from` on as an epoch can have are blank, or all that are left: nothing
 * that they could be the differences to. `lines`: how many were looked at. */
garco_status garco__crinex_blank_stretch (garco_reader *reader, size_t from, bool *blank,
                                          size_t *lines, garco_error *error);

/* Salvage. Of the epoch's lines, those before one that starts anew, as none of its own can. */
size_t garco__crinex_lines_before_start (const garco_reader *reader, size_t have);
/* Whether the epoch's lines (its restored line in crinex->next) are as many as it has, which the
 * line behind them tells. Where that one's time is damaged, the line behind its own epoch decides.
 */
garco_status garco__crinex_followed (garco_reader *reader, const garco__draft *draft,
                                     bool *followed, garco_error *error);
/* Ends the slot's arcs, which come back with their next starts; the damage has been reported. */
garco_status garco__crinex_forget_arcs (struct garco__slot *slot, size_t count, garco_error *error);
/* The restored line becomes the line that the next one is the difference to. */
void garco__crinex_accept_line (garco__crinex *crinex, bool anew);

/* The accepted line has a satellite of the one before. */
bool garco__crinex_goes_on (const garco_reader *reader, const garco__draft *draft);
/* garco__crinex_hold_on where `draft`, which is restored and has a sound list, has damage behind
 * its line. */
garco_status garco__crinex_hold_on_to (garco_reader *reader, const garco__draft *draft,
                                       garco_error *error);
/* Whether `line` goes on from the line held on to; if so, it is to be read. */
garco_status garco__crinex_resume (garco_reader *reader, garco__line line, bool *resumed,
                                   garco_error *error);
/* When a line has been accepted: whether it can be, if the one before was doubtful. */
bool garco__crinex_follows (garco__crinex *crinex, garco__line line, const garco__draft *draft);
/* Takes an epoch's time and whether satellites go on in it. Reports a step other than the usual
 * one over which they do. */
garco_status garco__crinex_check_step (garco_reader *reader, const garco__draft *draft,
                                       bool going_on, garco_error *error);
/* Whether an epoch that is not followed by another's line is complete all the same: it starts anew,
 * its satellites' lines all start arcs, and the line behind them has a difference, so that none of
 * them belongs to where that one does. */
garco_status garco__crinex_complete (garco_reader *reader, const garco__draft *draft,
                                     bool *complete, garco_error *error);

#endif
