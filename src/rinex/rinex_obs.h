/* The observations of one epoch as they are being read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_OBS_H
#define GARCO_RINEX_OBS_H

#include "base/buffer.h"
#include "garco.h"
#include "rinex/rinex_run.h"

#define GARCO__SATS_LIMIT 999

typedef struct garco__obs
{
  garco_epoch_sat sats[GARCO__SATS_LIMIT];
  char names[GARCO__SATS_LIMIT][3];
  size_t nsats;
  int64_t *values;
  char *indicators;
  size_t nvalues, capacity;
  garco__run_fn run; /* reads what is regular */
  /* The number of the last epoch that had the satellite: finds satellites listed twice. */
  uint64_t seen[GARCO_SYSTEM_COUNT][100];
  uint64_t epoch, first_of_time; /* numbers of this epoch and of the first with its time */
  bool repeated;                 /* a satellite has been given for this time before */
} garco__obs;

void garco__obs_init (garco__obs *obs);
/* Forgets the observations; `same_time`: the epoch has the time of the one before. */
void garco__obs_begin (garco__obs *obs, bool same_time);
/* Room for `count` fields behind those of the satellites so far. */
garco_status garco__obs_reserve (garco__obs *obs, size_t count, garco_error *error);
/* Takes `count` fields behind the present ones for a satellite, written `name`; false where the
 * epoch has the satellite already. */
bool garco__obs_add (garco__obs *obs, int system, int number, const char *name, size_t count);
/* The same for `nsats` satellites, no two alike, that are in their places already, and for their
 * `nvalues` fields. */
void garco__obs_take (garco__obs *obs, size_t nsats, size_t nvalues);
/* Makes field i.. of the satellite about to be added blank. */
void garco__obs_blank (garco__obs *obs, size_t from, size_t count);
/* What is wrong with a line's fields; `what` NULL: nothing. */
typedef struct garco__field_problem
{
  const char *what; /* and what was expected */
  size_t column;    /* from 1 */
  bool cut;         /* the input ends within the field, those before it are good */
} garco__field_problem;

/* Reads fields from .. to - 1 of the satellite about to be added from a line's columns at `start`
 * on, 16 a field. `cut`: the line ends the input without a line end. */
garco__field_problem garco__obs_read (garco__obs *obs, size_t from, size_t to, garco__line line,
                                      size_t start, bool cut);
void garco__obs_free (garco__obs *obs);

#endif
