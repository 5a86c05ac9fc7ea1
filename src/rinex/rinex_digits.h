/* Values into their columns, fast: the other direction of garco__read_value.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_DIGITS_H
#define GARCO_RINEX_DIGITS_H

#include "rinex/rinex_fields.h"

/* Eight digits of a number below 10^8 as bytes 0 to 9, the highest digit in the lowest byte:
 * halves, quarters and digits are divided all at once, each division a multiplication and a shift.
 */
static inline uint64_t
garco__digits_of_eight (uint32_t number)
{
  uint64_t halves = (number / 10000) | ((uint64_t)(number % 10000) << 32);
  uint64_t upper = ((halves * 10486) >> 20) & UINT64_C (0x0000007F0000007F);
  uint64_t pairs = upper | ((halves - 100 * upper) << 16);
  uint64_t tens = ((pairs * 103) >> 10) & UINT64_C (0x000F000F000F000F);
  return tens | ((pairs - 10 * tens) << 8);
}

static inline void
garco__put_word (char *at, uint64_t word)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy (at, &word, 8);
#else
  for (int i = 0; i < 8; i++)
    at[i] = (char)(word >> 8 * i);
#endif
}

/* A value of GARCO__VALUE_MIN to GARCO__VALUE_MAX thousandths as F14.3 and its two indicators into
 * 16 characters:
 *
 *   0       7 8 9 10  13 14
 *   wwwwwwww  w w  .  fff  LS      w: the whole, blank before its first digit
 *
 * `zero` asks for a 0 before the point where there is no whole. */
static inline void
garco__put_value (char *at, int64_t value, bool zero, const char *indicators)
{
  const uint64_t blanks = UINT64_C (0x2020202020202020), ascii = UINT64_C (0x3030303030303030);
  uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  uint64_t high = garco__digits_of_eight ((uint32_t)(size / 100000000));
  uint64_t low = garco__digits_of_eight ((uint32_t)(size % 100000000));
  uint64_t first = (high >> 24) | (low << 40);
  unsigned lead; /* characters before the first digit */
  uint64_t rest = ((low >> 24) & 0xFFFF) | ((low >> 40) << 24);
  rest |= UINT64_C (0x0000303030003030) | ((uint64_t)'.' << 16);
  if (first != 0)
  {
    lead = (unsigned)__builtin_ctzll (first) >> 3;
    uint64_t shown = ~UINT64_C (0) << 8 * lead;
    first = ((first | ascii) & shown) | (blanks & ~shown);
  }
  else
  {
    lead = (rest & 0xF) != 0 ? 8 : (rest & 0xF00) != 0 || zero ? 9 : 10;
    first = blanks;
    if (lead > 8)
      rest = (rest & ~UINT64_C (0xFF)) | ' ';
    if (lead > 9)
      rest = (rest & ~UINT64_C (0xFF00)) | ((uint64_t)' ' << 8);
  }
  rest |= (uint64_t)(unsigned char)indicators[0] << 48;
  rest |= (uint64_t)(unsigned char)indicators[1] << 56;
  garco__put_word (at, first);
  garco__put_word (at + 8, rest);
  if (value < 0)
    at[lead - 1] = '-';
}

/* Blanks for a missing value. */
static inline void
garco__put_no_value (char *at, const char *indicators)
{
  memset (at, ' ', 14);
  at[14] = indicators[0];
  at[15] = indicators[1];
}

#endif
