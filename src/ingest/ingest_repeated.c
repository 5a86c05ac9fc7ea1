/* Observations that a file gives twice.
 *
 * Two cells can only be equal where their epochs' times are, and an epoch of a sound file names
 * each satellite once. So epochs are put in the order of time, and within a run of one time it is
 * enough, as a rule, that no satellite comes back and no satellite has a code twice. Only where
 * that fails are the cells of the run sorted.
 *
 *   epochs by time   |  t1  |  t2    t2  |  t3  |
 *   cells            | G05 G05 G07 ...            a satellite's cells follow each other
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "ingest/ingest_decode.h"

#define NSATS ((size_t)1 << 16) /* sys << 8 | sat */

typedef struct search
{
  garco__cells *cells;
  const garco__epoch_cells *epochs; /* of one time */
  size_t nepochs;
  uint32_t *seen; /* per satellite the number of the last run of epochs that had it */
  uint32_t run;
  uint8_t *dropped; /* per cell; NULL until there is one */
} search;

static int
compare_epochs (const void *left, const void *right)
{
  const garco__epoch_cells *a = left, *b = right;
  if (a->time != b->time)
    return a->time < b->time ? -1 : 1;
  return a->first < b->first ? -1 : a->first > b->first;
}

static size_t
sat_of (const garco__cells *cells, size_t i)
{
  return (size_t)cells->sys[i] << 8 | cells->sat[i];
}

/* True where no two cells of the epoch are equal to each other or to one of the run so far. */
static bool
epoch_is_plain (search *s, const garco__epoch_cells *epoch)
{
  const garco__cells *cells = s->cells;
  size_t end = epoch->first + epoch->count;
  for (size_t first = epoch->first, i; first < end; first = i)
  {
    size_t sat = sat_of (cells, first);
    if (s->seen[sat] == s->run)
      return false;
    s->seen[sat] = s->run;
    for (i = first; i < end && sat_of (cells, i) == sat; i++)
      for (size_t j = first; j < i; j++)
        if (cells->obs[j] == cells->obs[i])
          return false;
  }
  return true;
}

typedef struct keyed
{
  uint32_t key;
  size_t cell;
} keyed;

static int
compare_keyed (const void *left, const void *right)
{
  const keyed *a = left, *b = right;
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  return a->cell < b->cell ? -1 : a->cell > b->cell;
}

static size_t
gather_keys (const search *s, keyed *keys)
{
  size_t n = 0;
  for (size_t e = 0; e < s->nepochs; e++)
    for (size_t i = 0; i < s->epochs[e].count; i++)
    {
      size_t cell = s->epochs[e].first + i;
      keys[n++] = (keyed){(uint32_t)sat_of (s->cells, cell) << 16 | s->cells->obs[cell], cell};
    }
  return n;
}

static const garco__epoch_cells *
epoch_of (const search *s, size_t cell)
{
  size_t e = 0;
  while (e + 1 < s->nepochs && s->epochs[e + 1].first <= cell)
    e++;
  return &s->epochs[e];
}

/* "G05 1C at 2024-01-01T00:00:00.000" */
static void
name_cell (const garco__cells *cells, size_t i, char text[64])
{
  char time[32], code[3];
  garco_time_text (cells->time[i], time);
  garco_obs_code_text (cells->obs[i], code);
  snprintf (text, 64, "%c%02d %s at %s", garco_system_letter (cells->sys[i]), cells->sat[i], code,
            time);
}

static garco_status
refuse (const search *s, const keyed *first, const keyed *second, const char *source,
        garco_error *error)
{
  char name[64];
  name_cell (s->cells, second->cell, name);
  return garco__fail_line (error, GARCO_ERR_CORRUPT, source, epoch_of (s, second->cell)->line,
                           "%s is there twice, first in the epoch on line %lld: expected once",
                           name, (long long)epoch_of (s, first->cell)->line);
}

/* One report for each epoch of the run that had cells dropped. */
static garco_status
report_epoch (const search *s, const garco__epoch_cells *epoch, const char *source,
              const garco_ingest_options *options, int64_t *damaged, garco_error *error)
{
  garco_error damage;
  char name[64];
  size_t count = 0, first = 0;
  for (size_t i = epoch->first + epoch->count; i-- > epoch->first;)
    if (s->dropped[i])
    {
      count++;
      first = i;
    }
  if (count == 0)
    return GARCO_OK;
  ++*damaged;
  name_cell (s->cells, first, name);
  garco__fail_line (&damage, GARCO_ERR_CORRUPT, source, epoch->line,
                    "%zu observations were given before and are left out, the first %s", count,
                    name);
  if (options->on_damage != NULL && options->on_damage (options->context, &damage) != 0)
    return garco__fail (error, GARCO_ERR_CANCELLED, source, "stopped by the caller");
  return GARCO_OK;
}

static garco_status
drop_from_run (search *s, const char *source, const garco_ingest_options *options, int64_t *damaged,
               garco_error *error)
{
  void *made = NULL;
  size_t total = 0;
  for (size_t e = 0; e < s->nepochs; e++)
    total += s->epochs[e].count;
  GARCO_TRY (garco__allocate (&made, total, sizeof (keyed), error));
  keyed *keys = made;
  garco_status status = GARCO_OK;
  size_t n = gather_keys (s, keys);
  qsort (keys, n, sizeof *keys, compare_keyed);
  for (size_t i = 1; i < n && status >= 0; i++)
  {
    if (keys[i].key != keys[i - 1].key)
      continue;
    void *dropped = s->dropped;
    if (!options->salvage)
      status = refuse (s, &keys[i - 1], &keys[i], source, error);
    else if (dropped == NULL)
      status = garco__allocate (&dropped, s->cells->count, 1, error);
    s->dropped = dropped;
    if (status >= 0)
      s->dropped[keys[i].cell] = 1;
  }
  for (size_t e = 0; e < s->nepochs && status >= 0 && s->dropped != NULL; e++)
    status = report_epoch (s, &s->epochs[e], source, options, damaged, error);
  free (keys);
  return status;
}

static void
close_gaps (search *s)
{
  size_t kept = 0;
  for (size_t i = 0; i < s->cells->count; i++)
    if (!s->dropped[i])
      garco__cells_move (s->cells, i, kept++);
  s->cells->count = kept;
}

garco_status
garco__drop_repeated (garco__cells *cells, garco__epoch_cells *epochs, size_t nepochs,
                      const char *source, const garco_ingest_options *options, int64_t *damaged,
                      garco_error *error)
{
  search s = {.cells = cells};
  void *seen = NULL;
  garco_status status = GARCO_OK;
  GARCO_TRY (garco__allocate (&seen, NSATS, sizeof *s.seen, error));
  s.seen = seen;
  for (size_t e = 1; e < nepochs; e++)
    if (epochs[e].time <= epochs[e - 1].time)
    {
      qsort (epochs, nepochs, sizeof *epochs, compare_epochs);
      break;
    }
  for (size_t e = 0; e < nepochs && status >= 0; e += s.nepochs)
  {
    bool plain = true;
    s.epochs = epochs + e;
    s.run++;
    for (s.nepochs = 0; e + s.nepochs < nepochs && epochs[e + s.nepochs].time == epochs[e].time;
         s.nepochs++)
      plain = plain && epoch_is_plain (&s, &s.epochs[s.nepochs]);
    if (!plain)
      status = drop_from_run (&s, source, options, damaged, error);
  }
  if (status >= 0 && s.dropped != NULL)
    close_gaps (&s);
  free (s.dropped);
  free (s.seen);
  return status;
}
