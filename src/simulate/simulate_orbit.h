/* Satellites on circular orbits, seen from a station.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_SIMULATE_ORBIT_H
#define GARCO_SIMULATE_ORBIT_H

#include <stddef.h>
#include <stdint.h>

#define GARCO__LIGHT 299792458.0 /* m/s */
#define GARCO__MAX_SATELLITES 32 /* of one system */

typedef struct garco__station
{
  double position[3]; /* m, Earth-fixed */
  double up[3];       /* the ellipsoid's normal */
} garco__station;

typedef struct garco__view
{
  double range;      /* m, from transmission to reception, Earth's turn meanwhile included */
  double range_rate; /* m/s */
  double sine;       /* of the elevation */
} garco__view;

/* Sine and cosine of an angle in turns: the same bits on every machine of IEEE 754 doubles. */
void garco__sine_cosine (double turns, double *sine, double *cosine);

garco__station garco__station_at (const double position[3]);
/* Satellites that a system ("GREC") has here, and the PRN or slot of one. */
size_t garco__satellite_count (char system);
int garco__satellite_number (char system, size_t index);
/* GLONASS frequency channel by slot from 1. */
int garco__glonass_channel (int slot);
/* `ms` since 1970-01-01. Below the horizon only the elevation's sign is right. */
garco__view garco__see (const garco__station *station, char system, size_t index, int64_t ms);

#endif
