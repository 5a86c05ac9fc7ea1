/* Signals, and what a receiver measures on them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_SIMULATE_SIGNAL_H
#define GARCO_SIMULATE_SIGNAL_H

#include "garco.h"
#include "simulate/simulate_orbit.h"

#define GARCO__MAX_SIGNALS 4 /* of one system */

typedef struct garco__signal
{
  char system;
  char code[3];           /* RINEX 3: "1C" */
  char old_code[3];       /* RINEX 2 name of its range: "C1" */
  bool phase;             /* carries phase, Doppler and strength of its band, too */
  double frequency, step; /* Hz; the step of a GLONASS channel */
  double weakest, gain;   /* dB-Hz: at the horizon, from there to the zenith */
  double noise;           /* m, of the range at the zenith */
} garco__signal;

/* The signals of a system. */
const garco__signal *garco__signals (char system, size_t *count);
/* True where the satellite sends the signal. */
bool garco__sends (const garco__signal *signal, int number);

/* What all signals of a satellite share at an epoch. */
typedef struct garco__scene
{
  uint64_t seed;
  int64_t ms;
  char system;
  int number;
  garco__view view;
  double clock, clock_rate; /* receiver clock, s and s/s */
  double electrons;         /* towards the zenith, TECU */
} garco__scene;

typedef struct garco__measurement
{
  double range, phase, doppler, strength; /* phase in cycles without an ambiguity */
} garco__measurement;

/* The receiver's clock, and the electrons over the station, at `ms`. */
void garco__receiver_clock (int64_t ms, double *clock, double *clock_rate);
double garco__electrons (const garco__station *station, int64_t ms);
garco__measurement garco__measure (const garco__scene *scene, const garco__signal *signal);
/* A key for garco__random: the satellite, the signal and the purpose. */
uint64_t garco__what (char system, int number, const garco__signal *signal, char purpose);

#endif
