/* A run of regular fields, four at a time, for processors with AVX2.
 *
 * Two fields lie in one vector, one in each half; four are checked and made numbers together:
 *
 *   0          10     14 15
 *   bb-ddddddd . ddd  L  S      b blank, d digit
 *
 * Checking is in rinex_run_bits.h.
 *
 * Numbers: the digits' bytes, others 0, the point squeezed out, are multiplied and added in pairs
 * three times over (10 and 1, 100 and 1, 10000 and 1), which leaves two numbers of eight digits,
 * the upper of which counts 10^8.
 *
 * What lies behind the line's end is made blank first, so the last fields are as any other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_run_bits.h"

#ifdef GARCO__RUN_VECTORS

#include <immintrin.h>

#include "garco.h"

#define AVX2 __attribute__ ((target ("avx2")))
static inline AVX2 __m256i
twice (__m128i half)
{
  return _mm256_broadcastsi128_si256 (half);
}

static inline AVX2 uint64_t
bits_of (__m256i a, __m256i b)
{
  return (uint32_t)_mm256_movemask_epi8 (a) | (uint64_t)(uint32_t)_mm256_movemask_epi8 (b) << 32;
}

/* Bytes from number `size` on become blanks. */
static inline AVX2 __m256i
cut_behind (__m256i text, int size)
{
  const __m256i place =
      _mm256_setr_epi8 (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
                        21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
  __m256i behind = _mm256_cmpgt_epi8 (place, _mm256_set1_epi8 ((char)(size - 1)));
  return _mm256_blendv_epi8 (text, _mm256_set1_epi8 (' '), behind);
}

/* Per field, in the order 0, 2, 1, 3: the eight-byte words of `a` and `b` that are not 0, as ones.
 */
static inline AVX2 __m256i
any_of (__m256i a, __m256i b)
{
  __m256i either = _mm256_or_si256 (_mm256_unpacklo_epi64 (a, b), _mm256_unpackhi_epi64 (a, b));
  return _mm256_cmpgt_epi64 (either, _mm256_setzero_si256 ());
}

/* Two fields' digits as four numbers of four digits each, in 32 bits. */
static inline AVX2 __m256i
fours_of (__m256i digits)
{
  const __m128i squeeze = _mm_setr_epi8 (-1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13);
  __m256i pairs = _mm256_maddubs_epi16 (_mm256_shuffle_epi8 (digits, twice (squeeze)),
                                        _mm256_set1_epi16 (10 | 1 << 8));
  return _mm256_madd_epi16 (pairs, _mm256_set1_epi32 (100 | 1 << 16));
}

/* Four numbers of 16 digits, in the order 0, 2, 1, 3. */
static inline AVX2 __m256i
numbers_of (__m256i a, __m256i b)
{
  __m256i eights = _mm256_madd_epi16 (_mm256_packus_epi32 (fours_of (a), fours_of (b)),
                                      _mm256_set1_epi32 (10000 | 1 << 16));
  return _mm256_add_epi64 (_mm256_mul_epu32 (eights, _mm256_set1_epi64x (100000000)),
                           _mm256_srli_epi64 (eights, 32));
}

static inline AVX2 void
put_marks (__m256i a, __m256i b, char *marks)
{
  const __m128i first =
      _mm_setr_epi8 (14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m128i second =
      _mm_setr_epi8 (-1, -1, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  __m256i both = _mm256_or_si256 (_mm256_shuffle_epi8 (a, twice (first)),
                                  _mm256_shuffle_epi8 (b, twice (second)));
  _mm_storel_epi64 (
      (__m128i *)(void *)marks,
      _mm_unpacklo_epi16 (_mm256_castsi256_si128 (both), _mm256_extracti128_si256 (both, 1)));
}

/* The four fields of two vectors; false where one of them is not regular. */
static inline AVX2 bool
read_four (__m256i a, __m256i b, int64_t *values, char *marks)
{
  const __m256i blank = _mm256_set1_epi8 (' '), zero = _mm256_set1_epi8 ('0');
  const __m256i own = twice (_mm_setr_epi8 ('-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '.',
                                            '0', '0', '0', '0', '0'));
  const __m256i before = twice (_mm_setr_epi8 (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0));
  const __m256i point = twice (_mm_set1_epi8 (10));
  __m256i value_a = _mm256_xor_si256 (a, zero), value_b = _mm256_xor_si256 (b, zero);
  __m256i nine = _mm256_set1_epi8 (9);
  __m256i digit_a = _mm256_cmpeq_epi8 (_mm256_min_epu8 (value_a, nine), value_a);
  __m256i digit_b = _mm256_cmpeq_epi8 (_mm256_min_epu8 (value_b, nine), value_b);
  __m256i blank_a = _mm256_cmpeq_epi8 (a, blank), blank_b = _mm256_cmpeq_epi8 (b, blank);
  __m256i own_a = _mm256_cmpeq_epi8 (a, own), own_b = _mm256_cmpeq_epi8 (b, own);
  if (!garco__run_are_regular (bits_of (digit_a, digit_b), bits_of (blank_a, blank_b),
                               bits_of (own_a, own_b)))
    return false;
  __m256i number =
      numbers_of (_mm256_and_si256 (value_a, digit_a), _mm256_and_si256 (value_b, digit_b));
  __m256i minus = any_of (_mm256_and_si256 (own_a, before), _mm256_and_si256 (own_b, before));
  __m256i missing = _mm256_unpacklo_epi64 (_mm256_shuffle_epi8 (blank_a, point),
                                           _mm256_shuffle_epi8 (blank_b, point));
  number = _mm256_sub_epi64 (_mm256_xor_si256 (number, minus), minus);
  number = _mm256_blendv_epi8 (number, _mm256_set1_epi64x (GARCO_MISSING), missing);
  _mm256_storeu_si256 ((__m256i *)(void *)values,
                       _mm256_permute4x64_epi64 (number, _MM_SHUFFLE (3, 1, 2, 0)));
  put_marks (a, b, marks);
  return true;
}

bool
garco__run_has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2");
}

AVX2 size_t
garco__run_avx2 (const char *text, size_t size, size_t count, int64_t *values, char *marks,
                 size_t *length)
{
  const __m256i line_end = _mm256_set1_epi8 ('\n');
  bool ended = false;
  *length = SIZE_MAX;
  if (size > 16 * count)
    size = 16 * count;
  size_t i = 0;
  for (; i < count && !ended && 16 * i < size; i += 4)
  {
    size_t left = size - 16 * i;
    __m256i a = _mm256_loadu_si256 ((const __m256i *)(const void *)(text + 16 * i));
    __m256i b = _mm256_loadu_si256 ((const __m256i *)(const void *)(text + 16 * i + 32));
    uint64_t ends = bits_of (_mm256_cmpeq_epi8 (a, line_end), _mm256_cmpeq_epi8 (b, line_end));
    if (ends != 0 && (size_t)__builtin_ctzll (ends) < left)
    {
      ended = true;
      left = (size_t)__builtin_ctzll (ends);
      *length = 16 * i + left;
    }
    if (left < 64)
    {
      a = cut_behind (a, (int)left);
      b = cut_behind (b, (int)left - 32);
    }
    if (!read_four (a, b, values + i, marks + 2 * i))
      return i;
  }
  garco__run_blanks (i, count, values, marks);
  return count;
}

#endif
