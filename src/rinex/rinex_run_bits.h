/* What the vector twins of a run share: four fields of 16 characters, a bit a character.
 *
 *   0          10     14 15
 *   bb-ddddddd . ddd  L  S      b blank, d digit
 *
 * Three masks of 64 bits say where digits are, where blanks, and where what only one column may
 * have: the point in 10, a minus before it. Adding 1 to a field's blanks carries through those at
 * its start, to the first character that is none.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_RUN_BITS_H
#define GARCO_RINEX_RUN_BITS_H

#include "garco.h"
#include "rinex/rinex_run.h"

#define GARCO__EACH(bits)                                                                          \
  ((uint64_t)(bits)*UINT64_C (0x0001000100010001)) /* in all four fields                           \
                                                    */

/* All four fields are regular: blank, or blanks, a minus where the first other character is one,
 * and digits but for the point; digits or blanks behind. */
static inline bool
garco__run_are_regular (uint64_t digits, uint64_t blanks, uint64_t special)
{
  uint64_t inner = blanks & GARCO__EACH (0x3FFF), carried = inner + GARCO__EACH (1);
  uint64_t start = inner & ~carried, first = carried & ~inner;
  uint64_t sound =
      (digits & ~GARCO__EACH (0x0400)) | start | (special & (first | GARCO__EACH (0x0400)));
  sound |= blanks & GARCO__EACH (0xC000);
  /* A blank where the point belongs, and not up to the marks. */
  return (~sound | (start << 3 & ~start & GARCO__EACH (0x2000))) == 0;
}

/* No fields from number `from` on. */
static inline void
garco__run_blanks (size_t from, size_t count, int64_t *values, char *marks)
{
  for (size_t i = from; i < count; i++)
    values[i] = GARCO_MISSING;
  if (from < count)
    memset (marks + 2 * from, ' ', 2 * (count - from));
}

#endif
