/* The header of a simulated file, and which field of its body holds what.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_SIMULATE_HEADER_H
#define GARCO_SIMULATE_HEADER_H

#include "base/buffer.h"
#include "simulate/simulate_signal.h"

#define GARCO__MAX_FIELDS 16 /* of one satellite */
#define GARCO__MAX_SYSTEMS 4

typedef struct garco__field
{
  char name[4]; /* "L1", "C1C" */
  char kind;    /* C, L, D or S */
  int signal;   /* of the system; -1: it has none */
} garco__field;

/* One system of the file. */
typedef struct garco__fields
{
  char system;
  const garco__signal *signals;
  size_t nsignals, count;
  garco__field fields[GARCO__MAX_FIELDS];
} garco__fields;

/* The fields of `system` in a file that holds `systems`. RINEX 2: the same names for all. */
garco__fields garco__plan_fields (int version, char system, const char *systems);
/* Appends the header's lines. */
garco_status garco__simulate_header (const garco_simulate_options *options, const char *systems,
                                     const garco__fields *plans, garco__buffer *out,
                                     garco_error *error);

#endif
