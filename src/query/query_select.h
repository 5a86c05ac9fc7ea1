/* Which rows a query wants: a half-open time, systems, satellites, codes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_SELECT_H
#define GARCO_QUERY_SELECT_H

#include "base/cells.h"
#include "garco.h"
#include "query/query_columns.h"

typedef struct garco__selection
{
  int64_t start_ms, end_ms;  /* start <= time < end */
  bool by[GARCO__KEY_COUNT]; /* the keys that are selected on */
  bool pairs; /* satellites of one system and not of another: more than sys and sat apart say */
  bool system[GARCO_SYSTEM_COUNT];             /* holds a satellite that is wanted */
  bool sat[GARCO_SYSTEM_COUNT][UINT8_MAX + 1]; /* wanted, systems and satellites taken together */
  uint8_t code[(UINT16_MAX + 1) / 8];          /* a bit a code */
} garco__selection;

/* Takes over the selecting options of any verb. */
#define GARCO__SELECTING(to, from)                                                                 \
  do                                                                                               \
  {                                                                                                \
    (to)->start_ms = (from)->start_ms;                                                             \
    (to)->end_ms = (from)->end_ms;                                                                 \
    (to)->systems = (from)->systems;                                                               \
    (to)->nsats = (from)->nsats;                                                                   \
    (to)->sats = (from)->sats;                                                                     \
    (to)->ncodes = (from)->ncodes;                                                                 \
    (to)->codes = (from)->codes;                                                                   \
  } while (0)

/* Reads the selecting options: systems as letters, satellites as "G05" (or "5": of any system),
 * codes as "1C". GARCO_ERR_ARGUMENT says which word is wrong and what is expected. */
garco_status garco__selection_read (const garco_query_options *options, garco__selection *selection,
                                    garco_error *error);

static inline bool
garco__selects_sat (const garco__selection *selection, unsigned sys, unsigned sat)
{
  if (sys >= GARCO_SYSTEM_COUNT || sat > UINT8_MAX)
    return !selection->by[GARCO__SYS] && !selection->by[GARCO__SAT];
  return selection->sat[sys][sat];
}

static inline bool
garco__selects_code (const garco__selection *selection, uint16_t code)
{
  return (selection->code[code >> 3] >> (code & 7) & 1) != 0;
}

/* Whether an epoch labelled so may hold wanted cells, whose time is rounded to the ms. */
bool garco__selects_epoch (const garco__selection *selection, int64_t time_ms);
/* Keeps the wanted of the cells from index `from` on, in their order. */
void garco__select_cells (const garco__selection *selection, garco__cells *cells, size_t from);

#endif
