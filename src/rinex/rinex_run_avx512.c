/* A run of regular fields, four at a time in one vector, for processors with AVX-512.
 *
 *   0          10     14 15
 *   bb-ddddddd . ddd  L  S      b blank, d digit
 *
 * Checking is in rinex_run_bits.h. Numbers: the digits' bytes, others 0, the point squeezed out,
 * are multiplied and added in pairs three times over (10 and 1, 100 and 1, 10000 and 1), which
 * leaves a number of eight digits in each half of a field, the upper of which counts 10^8.
 *
 * What lies behind the line's end is made blank first, so the last fields are as any other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_run_bits.h"

#ifdef GARCO__RUN_VECTORS

#include <immintrin.h>

#define AVX512 __attribute__ ((target ("avx512f,avx512bw,avx512vl,bmi,bmi2")))

static inline AVX512 __m512i
each (__m128i field)
{
  return _mm512_broadcast_i32x4 (field);
}

/* Four numbers of 13 digits at most, from digits' values in a field's columns. */
static inline AVX512 __m256i
numbers_of (__m512i digits)
{
  const __m512i squeeze =
      each (_mm_setr_epi8 (-1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13));
  const __m512i firsts = _mm512_setr_epi64 (0, 2, 4, 6, 0, 2, 4, 6);
  __m512i pairs =
      _mm512_maddubs_epi16 (_mm512_shuffle_epi8 (digits, squeeze), _mm512_set1_epi16 (10 | 1 << 8));
  __m512i fours = _mm512_madd_epi16 (pairs, _mm512_set1_epi32 (100 | 1 << 16));
  __m512i eights =
      _mm512_madd_epi16 (_mm512_packus_epi32 (fours, fours), _mm512_set1_epi32 (10000 | 1 << 16));
  __m256i field = _mm512_castsi512_si256 (_mm512_permutexvar_epi64 (firsts, eights));
  return _mm256_add_epi64 (_mm256_mul_epu32 (field, _mm256_set1_epi64x (100000000)),
                           _mm256_srli_epi64 (field, 32));
}

/* A mask where it is computed with: left to themselves, compilers do it where masks are slow. */
static inline uint64_t
general (uint64_t mask)
{
  __asm__("" : "+r"(mask));
  return mask;
}

static inline AVX512 void
put_marks (__m512i text, char *marks)
{
  const __m512i last = _mm512_castsi128_si512 (_mm_setr_epi16 (7, 15, 23, 31, 0, 0, 0, 0));
  _mm_storel_epi64 ((__m128i *)(void *)marks,
                    _mm512_castsi512_si128 (_mm512_permutexvar_epi16 (last, text)));
}

/* Four fields; false where one of them is not regular. */
static inline AVX512 bool
read_four (__m512i text, int64_t *values, char *marks)
{
  const __m512i own = each (_mm_setr_epi8 ('-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '.',
                                           '0', '0', '0', '0', '0'));
  __m512i value = _mm512_xor_si512 (text, _mm512_set1_epi8 ('0'));
  __mmask64 digits = _mm512_cmple_epu8_mask (value, _mm512_set1_epi8 (9));
  uint64_t blanks = general (_mm512_cmpeq_epi8_mask (text, _mm512_set1_epi8 (' ')));
  uint64_t special = general (_mm512_cmpeq_epi8_mask (text, own));
  if (!garco__run_are_regular (general (digits), blanks, special))
    return false;
  uint64_t any_minus = (special & GARCO__EACH (0x03FF)) + GARCO__EACH (0x7FFF);
  __mmask8 minus = (__mmask8)_pext_u64 (any_minus, GARCO__EACH (0x8000));
  __mmask8 missing = (__mmask8)_pext_u64 (blanks, GARCO__EACH (0x0400));
  __m256i number = numbers_of (_mm512_maskz_mov_epi8 (digits, value));
  number = _mm256_mask_sub_epi64 (number, minus, _mm256_setzero_si256 (), number);
  number = _mm256_mask_mov_epi64 (number, missing, _mm256_set1_epi64x (GARCO_MISSING));
  _mm256_storeu_si256 ((__m256i *)(void *)values, number);
  put_marks (text, marks);
  return true;
}

bool
garco__run_has_avx512 (void)
{
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") &&
         __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("bmi") &&
         __builtin_cpu_supports ("bmi2");
}

AVX512 size_t
garco__run_avx512 (const char *text, size_t size, size_t count, int64_t *values, char *marks,
                   size_t *length)
{
  const __m512i line_end = _mm512_set1_epi8 ('\n');
  bool ended = false;
  *length = SIZE_MAX;
  if (size > 16 * count)
    size = 16 * count;
  size_t i = 0;
  for (; i < count && !ended && 16 * i < size; i += 4)
  {
    size_t left = size - 16 * i;
    __m512i four = _mm512_loadu_si512 (text + 16 * i);
    uint64_t ends = _mm512_cmpeq_epi8_mask (four, line_end);
    if (ends != 0 && (size_t)__builtin_ctzll (ends) < left)
    {
      ended = true;
      left = (size_t)__builtin_ctzll (ends);
      *length = 16 * i + left;
    }
    if (left < 64)
      four = _mm512_mask_mov_epi8 (_mm512_set1_epi8 (' '), (UINT64_C (1) << left) - 1, four);
    if (!read_four (four, values + i, marks + 2 * i))
      return i;
  }
  garco__run_blanks (i, count, values, marks);
  return count;
}

#endif
