/* The order in which a file lists the satellites of its epochs, which cells do not keep.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_ORDER_H
#define GARCO_INGEST_ORDER_H

#include "base/buffer.h"
#include "garco.h"

#define GARCO__ORDER_KEY "garco.order." /* as GARCO__SOURCE_KEY */
#define GARCO__ORDER_KEYS ((size_t)GARCO_SYSTEM_COUNT * 128)

/* Satellites that have been listed, first ones first; others come behind them by system and number.
 * Each is system * 128 + number. Zero-initialise. */
typedef struct garco__order
{
  size_t count;
  uint16_t list[GARCO__ORDER_KEYS];
} garco__order;

/* What is noted of a file while it is read: a line of text where the order changes.
 * Zero-initialise; free `text`. */
typedef struct garco__order_notes
{
  garco__order now;
  garco__buffer text;
  bool too_many; /* changes; none are noted then */
} garco__order_notes;

/* `time` is that of the epoch's cells, in ms. */
garco_status garco__order_note (garco__order_notes *notes, int64_t time, const garco_epoch *epoch,
                                garco_error *error);
/* The notes as they are kept; empty where the order is by system and number. */
garco_status garco__order_pack (const garco__order_notes *notes, garco__buffer *packed,
                                garco_error *error);

/* One file's order as it is kept. */
typedef struct garco__file_order
{
  int64_t first, last; /* times of its cells */
  uint64_t timestamp;
  char *notes; /* text, ended by NUL */
} garco__file_order;

/* The orders of the files that an array holds. Zero-initialise; free after failures too. */
typedef struct garco__orders
{
  garco__file_order *files;
  size_t count;
  const garco__file_order *current;
  const char *at; /* the current file's next note */
  garco__order now;
} garco__orders;

garco_status garco__orders_read (garco__orders *orders, garco_array *array, garco_error *error);
/* Puts the satellites of an epoch, by system and number, into the order that the file of this time
 * had; of several files that put in last, as long as its time lasts. Times come rising. */
void garco__orders_put (garco__orders *orders, int64_t time, garco_epoch_sat *sats, size_t nsats);
void garco__orders_free (garco__orders *orders);

#endif
