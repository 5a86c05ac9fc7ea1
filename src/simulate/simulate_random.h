/* Random numbers without a state: a hash of what they are for. The same question has the same
 * answer in whatever order it is asked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_SIMULATE_RANDOM_H
#define GARCO_SIMULATE_RANDOM_H

#include <stdint.h>

/* Splitmix64's output function. */
static inline uint64_t
garco__mix (uint64_t bits)
{
  bits += UINT64_C (0x9e3779b97f4a7c15);
  bits = (bits ^ (bits >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  bits = (bits ^ (bits >> 27)) * UINT64_C (0x94d049bb133111eb);
  return bits ^ (bits >> 31);
}

static inline uint64_t
garco__random (uint64_t seed, uint64_t what, int64_t when)
{
  return garco__mix (garco__mix (seed ^ garco__mix (what)) + (uint64_t)when);
}

/* In [0, 1). */
static inline double
garco__uniform (uint64_t seed, uint64_t what, int64_t when)
{
  return (double)(garco__random (seed, what, when) >> 11) * 0x1p-53;
}

/* Of mean 0 and deviation 1, within 3.5: the sum of four uniform numbers, which takes no function
 * that rounds differently elsewhere. */
static inline double
garco__normal (uint64_t seed, uint64_t what, int64_t when)
{
  uint64_t bits = garco__random (seed, what, when);
  double sum = 0;
  for (int i = 0; i < 4; i++, bits >>= 16)
    sum += (double)(bits & 0xffff);
  return (sum * 0x1p-16 - 2.0) * 1.7320508075688772;
}

#endif
