/* Numbers for tests that draw their input: the same ones on each run.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_TEST_RANDOM_H
#define GARCO_TEST_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 88172645463325252u;

/* A number from 0 to below - 1. */
static inline uint64_t
draw (uint64_t below)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state % below;
}

#endif
