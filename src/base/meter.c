/* garco_meter_*: numbers that threads add to as they read, in no order among them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/meter.h"

#include <stdlib.h>
#include <time.h>

#include "base/buffer.h"

garco_status
garco_meter_new (garco_meter **meter, garco_error *error)
{
  void *made = NULL;
  garco_status status = garco__allocate (&made, 1, sizeof (garco_meter), error);
  *meter = made;
  return status;
}

void
garco_meter_free (garco_meter **meter)
{
  free (*meter);
  *meter = NULL;
}

static uint64_t
value_of (const _Atomic uint64_t *number)
{
  return atomic_load_explicit (number, memory_order_relaxed);
}

void
garco_meter_read (const garco_meter *meter, garco_measured *measured)
{
  *measured = (garco_measured){.tiles = value_of (&meter->tiles),
                               .requests = value_of (&meter->requests),
                               .bytes = value_of (&meter->bytes),
                               .chunks = value_of (&meter->chunks),
                               .chunks_unpacked = value_of (&meter->chunks_unpacked)};
  measured->metadata_requests = value_of (&meter->all_requests) - measured->requests;
  measured->metadata_bytes = value_of (&meter->all_bytes) - measured->bytes;
  measured->reading = (double)value_of (&meter->reading_ns) / 1e9;
  measured->unpacking = (double)value_of (&meter->unpacking_ns) / 1e9;
  measured->planning = (double)value_of (&meter->planning_ns) / 1e9;
}

uint64_t
garco__now_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
garco__meter_now (const garco_meter *meter)
{
  return meter != NULL ? garco__now_ns () : 0;
}

void
garco__meter_planned (garco_meter *meter, uint64_t start)
{
  GARCO__METER_ADD (meter, planning_ns, garco__meter_now (meter) - start);
}
