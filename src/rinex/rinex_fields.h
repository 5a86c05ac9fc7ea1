/* Numbers in fixed columns, read where they lie.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_FIELDS_H
#define GARCO_RINEX_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A piece of text that lies elsewhere. */
typedef struct garco__line
{
  const char *text;
  size_t size;
} garco__line;

/* What F14.3 can hold, in thousandths. */
#define GARCO__VALUE_MIN INT64_C (-999999999999)
#define GARCO__VALUE_MAX INT64_C (9999999999999)

typedef enum garco__found
{
  GARCO__BAD = -1,
  GARCO__BLANK = 0,
  GARCO__VALUE = 1
} garco__found;

/* Columns [start, start + size) of a line, as far as it reaches, blanks at both ends cut off. */
garco__line garco__cut (garco__line line, size_t start, size_t size);
bool garco__is_blank (const char *text, size_t size);
garco__line garco__trim_right (garco__line line);

/* Digits with an optional sign, blanks around them allowed. */
garco__found garco__read_int (const char *text, size_t size, int *value);
/* A decimal, blanks around it allowed, times 10^decimals (0..12). More decimals must be zeros. */
garco__found garco__read_decimal (const char *text, size_t size, int decimals, int64_t *value);
/* A decimal as the nearest double. */
garco__found garco__read_double (const char *text, size_t size, double *value);
/* A value of any well-formed shape within `size` characters: a decimal with its point. */
garco__found garco__read_value_slow (const char *text, size_t size, int64_t *value);

/* Eight ASCII digits in text order to their number (the lowest address is the highest digit). */
static inline uint64_t
garco__eight_digits (uint64_t x)
{
  x -= UINT64_C (0x3030303030303030);
  x = x * 10 + (x >> 8);
  return (((x & UINT64_C (0x000000FF000000FF)) * UINT64_C (0x000F424000000064)) +
          (((x >> 16) & UINT64_C (0x000000FF000000FF)) * UINT64_C (0x0000271000000001))) >>
         32;
}

static inline bool
garco__all_digits (uint64_t x)
{
  const uint64_t high = UINT64_C (0xF0F0F0F0F0F0F0F0);
  return ((x & high) | (((x + UINT64_C (0x0606060606060606)) & high) >> 4)) ==
         UINT64_C (0x3333333333333333);
}

/* The 14 characters of an observation, F14.3, in thousandths:
 *
 *   0        8  10 11 13
 *   ssdddddd dd . ddd       s: blanks, then perhaps a sign
 *
 * Bytes 0-7 are one word; bytes 8, 9 and 11-13 with three zeros before them another. Blanks and
 * sign become zeros, both words are checked to be digits, and two multiplications do the rest.
 *
 * GARCO__BAD also where a value is written in another way, if it is one. */
static inline garco__found
garco__read_regular (const char *text, int64_t *value)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  const uint64_t blanks = UINT64_C (0x2020202020202020), zeros = UINT64_C (0x3030303030303030);
  uint64_t high, low;
  memcpy (&high, text, 8);
  memcpy (&low, text + 6, 8);
  low >>= 16;
  bool negative = false;
  uint64_t tail = (low & 0xFFFF) | ((low >> 8) & UINT64_C (0xFFFFFF0000));
  if (high == blanks)
  {
    if (low == (blanks >> 16))
      return GARCO__BLANK;
    high = zeros;
    size_t sign = text[8] == ' ' ? 1 : 0;
    negative = text[8 + sign] == '-';
    if (negative || text[8 + sign] == ' ')
      tail = (tail & ~(UINT64_C (0xFF) << 8 * sign)) | (UINT64_C (0x30) << 8 * sign);
    if (sign == 1)
      tail = (tail & ~UINT64_C (0xFF)) | 0x30;
  }
  else
  {
    unsigned lead = (unsigned)__builtin_ctzll (high ^ blanks) >> 3;
    negative = text[lead] == '-';
    lead += negative;
    uint64_t keep = ~UINT64_C (0) << 4 * lead << 4 * lead;
    high = (high & keep) | (zeros & ~keep);
  }
  tail = tail << 24 | 0x303030;
  if (text[10] == '.' && garco__all_digits (high) && garco__all_digits (tail))
  {
    int64_t size = (int64_t)(garco__eight_digits (high) * 100000 + garco__eight_digits (tail));
    *value = negative ? -size : size;
    return GARCO__VALUE;
  }
#endif
  (void)text, (void)value;
  return GARCO__BAD;
}

/* The 14 characters of an observation however they are written. */
static inline garco__found
garco__read_value (const char *text, int64_t *value)
{
  garco__found found = garco__read_regular (text, value);
  return found != GARCO__BAD ? found : garco__read_value_slow (text, 14, value);
}

#endif
