/* Texts as coordinates: the distinct ones of a window, numbered in their order, and ranges of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_SCAN_TEXT_H
#define GARCO_ARCO_SCAN_TEXT_H

#include "base/buffer.h"

/* Bits that a text's number takes in a packed word. */
#define GARCO__TEXT_BITS 32

/* Zero-initialise; garco__texts_free leaves it zero again. */
typedef struct garco__texts
{
  garco__buffer bytes;  /* of all, one after the other */
  garco__buffer starts; /* u64 of each, and one behind them */
  garco__buffer slots;  /* u32 of a hash table: number + 1, or 0 */
  garco__buffer order;  /* u32: numbers in the order of the texts */
  garco__buffer ranks;  /* u32: the inverse */
  uint32_t count, last; /* last: what was asked for last, which is likely to come again */
} garco__texts;

void garco__texts_clear (garco__texts *texts);
void garco__texts_free (garco__texts *texts);
/* The text's number, by its first appearance since the last clear. */
garco_status garco__texts_number (garco__texts *texts, const uint8_t *bytes, size_t size,
                                  uint32_t *number, garco_error *error);
/* Sorts: ranks and order are good until the next text. */
garco_status garco__texts_sort (garco__texts *texts, garco_error *error);
/* The text of a rank. */
const uint8_t *garco__texts_of_rank (const garco__texts *texts, uint32_t rank, size_t *size);

/* Closed ranges of texts; their union counts. */
typedef struct garco__text_ranges
{
  size_t count;
  const char **ends; /* low, high, low, high ...; NULL: no end. Owned. */
} garco__text_ranges;

/* Appends copies of the ends. */
garco_status garco__text_ranges_add (garco__text_ranges *ranges, const char *low, const char *high,
                                     garco_error *error);
bool garco__text_ranges_hold (const garco__text_ranges *ranges, const uint8_t *text, size_t size);
void garco__text_ranges_free (garco__text_ranges *ranges);

#endif
