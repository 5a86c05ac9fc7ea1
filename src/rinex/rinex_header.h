/* The header of an observation file, line by line.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_HEADER_H
#define GARCO_RINEX_HEADER_H

#include "base/buffer.h"
#include "garco.h"
#include "rinex/rinex_fields.h"

#define GARCO__TYPES_LIMIT 999        /* of one system */
#define GARCO__HEADER_LIMIT (4 << 20) /* bytes of one header */

typedef enum garco__item
{
  GARCO__ITEM_NONE, /* no label that is known; most are of no concern here */
  GARCO__ITEM_COMMENT,
  GARCO__ITEM_CRINEX_VERSION,
  GARCO__ITEM_CRINEX_PROGRAM,
  GARCO__ITEM_VERSION,
  GARCO__ITEM_END,
  GARCO__ITEM_TYPES2,
  GARCO__ITEM_TYPES3,
  GARCO__ITEM_SCALE,
  GARCO__ITEM_MARKER_NAME,
  GARCO__ITEM_MARKER_NUMBER,
  GARCO__ITEM_OBSERVER,
  GARCO__ITEM_RECEIVER,
  GARCO__ITEM_ANTENNA,
  GARCO__ITEM_POSITION,
  GARCO__ITEM_DELTA,
  GARCO__ITEM_INTERVAL,
  GARCO__ITEM_FIRST_OBS,
  GARCO__ITEM_LAST_OBS,
  GARCO__ITEM_CLOCK_APPLIED,
  GARCO__ITEM_LEAP_SECONDS,
  GARCO__ITEM_SLOTS
} garco__item;

/* The observation types of one system as they are being listed. */
typedef struct garco__type_list
{
  char (*codes)[4];
  int32_t *scale;
  uint32_t count, capacity;
  int declared; /* by the list's first line; -1 where it has been found right or complained of */
  int64_t line; /* of the list's first line */
} garco__type_list;

typedef struct garco__scale_factor
{
  int system, factor;
  char code[4]; /* "" stands for all types of the system */
} garco__scale_factor;

typedef struct garco__header_store
{
  garco_header view;
  garco__type_list lists[GARCO_SYSTEM_COUNT]; /* RINEX 2 uses the first for all */
  int listing;                                /* system of the last types line, or -1 */
  garco__scale_factor *factors;
  size_t nfactors, factor_capacity;
  garco__scale_factor scaling; /* of the last scale factor line that was no continuation */
  garco__buffer text;
  bool changed; /* by a line since this was last cleared */
} garco__header_store;

void garco__header_init (garco__header_store *store);
/* What a line's label says, columns 61 to 80 counted in bytes or else in UTF-8 characters. */
garco__item garco__header_item (garco__line line);
/* Takes one line in. What is wrong with it comes back as GARCO_ERR_CORRUPT, _FORMAT, _UNSUPPORTED
 * or _LIMIT with the message only: the caller knows the line and whether that is the end. */
garco_status garco__header_take (garco__header_store *store, garco__item item, garco__line line,
                                 int64_t number, garco_error *error);
/* At the end of the header or of an event's lines: what was taken shows in `view`. One type list
 * whose count lies is given back a call (GARCO_ERR_CORRUPT with its line); call again after it. */
garco_status garco__header_publish (garco__header_store *store, garco_error *error);
garco_status garco__header_append_text (garco__header_store *store, garco__line line,
                                        garco_error *error);
void garco__header_free (garco__header_store *store);

#endif
