/* Counting what is read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_METER_H
#define GARCO_BASE_METER_H

#include <stdatomic.h>

#include "garco.h"

struct garco_meter
{
  _Atomic uint64_t all_requests, all_bytes; /* of columns too */
  _Atomic uint64_t tiles, requests, bytes, chunks, chunks_unpacked;
  _Atomic uint64_t reading_ns, unpacking_ns, planning_ns;
};

/* Nanoseconds of a clock that never goes back. */
uint64_t garco__now_ns (void);
/* The same; 0 without a meter. */
uint64_t garco__meter_now (const garco_meter *meter);
/* Adds what has gone by since `start` to the time of planning. */
void garco__meter_planned (garco_meter *meter, uint64_t start);
/* Adds to one of the numbers, without a meter nothing. */
#define GARCO__METER_ADD(meter, number, value)                                                     \
  do                                                                                               \
  {                                                                                                \
    if ((meter) != NULL)                                                                           \
      atomic_fetch_add_explicit (&(meter)->number, (value), memory_order_relaxed);                 \
  } while (0)

#endif
