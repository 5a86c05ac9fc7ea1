/* Measurements: the range plus receiver clock, troposphere and ionosphere, plus noise that grows
 * towards the horizon; the phase the same with the ionosphere's sign turned; the Doppler from the
 * range rate; the strength by the elevation, in quarters of a dB as PolaRx receivers give it.
 * Satellite clocks are perfect here, and nothing bends.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate/simulate_signal.h"

#include <math.h>
#include <string.h>

#include "base/civil_time.h"
#include "simulate/simulate_random.h"

#define MHZ 1e6
#define DAY_MS ((double)GARCO__DAY_MS)
#define EARTH_RADIUS 6371000.0
#define SHELL_HEIGHT 450000.0 /* of the ionosphere */
#define ZENITH_DELAY 2.05     /* m, of the troposphere over a station 1400 m high */
#define PHASE_NOISE 0.0012    /* m */
#define DOPPLER_NOISE 0.02    /* Hz */
#define MULTIPATH_MS 900000.0

static const garco__signal signals[] = {
    {'G', "1C", "C1", true, 1575.42 * MHZ, 0, 33, 18, 0.30},
    {'G', "1W", "P1", false, 1575.42 * MHZ, 0, 10, 35, 0.20},
    {'G', "2W", "P2", true, 1227.60 * MHZ, 0, 10, 35, 0.20},
    {'G', "5X", "C5", true, 1176.45 * MHZ, 0, 36, 18, 0.10},
    {'R', "1C", "C1", true, 1602.0 * MHZ, 562500.0, 34, 17, 0.40},
    {'R', "1P", "P1", false, 1602.0 * MHZ, 562500.0, 33, 17, 0.20},
    {'R', "2P", "P2", true, 1246.0 * MHZ, 437500.0, 30, 18, 0.20},
    {'E', "1X", "C1", true, 1575.42 * MHZ, 0, 35, 17, 0.25},
    {'E', "5X", "C5", true, 1176.45 * MHZ, 0, 36, 18, 0.10},
    {'E', "7X", "C7", true, 1207.14 * MHZ, 0, 36, 17, 0.10},
    {'C', "2I", "", true, 1561.098 * MHZ, 0, 34, 16, 0.30},
    {'C', "6I", "", true, 1268.52 * MHZ, 0, 36, 15, 0.15},
    {'C', "5X", "", true, 1176.45 * MHZ, 0, 35, 17, 0.10},
};
#define SIGNALS (sizeof signals / sizeof signals[0])

/* GPS satellites of blocks IIF and III in 2024: those with the third frequency. */
static const uint32_t gps_third = 1u << 1 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 8 | 1u << 9 |
                                  1u << 10 | 1u << 11 | 1u << 14 | 1u << 18 | 1u << 23 | 1u << 24 |
                                  1u << 25 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30;

const garco__signal *
garco__signals (char system, size_t *count)
{
  const garco__signal *first = NULL;
  *count = 0;
  for (size_t i = 0; i < SIGNALS; i++)
    if (signals[i].system == system)
    {
      first = first != NULL ? first : &signals[i];
      (*count)++;
    }
  return first;
}

bool
garco__sends (const garco__signal *signal, int number)
{
  if (signal->system != 'G' || signal->code[0] != '5')
    return true;
  return number == 32 || (gps_third >> number & 1) != 0;
}

uint64_t
garco__what (char system, int number, const garco__signal *signal, char purpose)
{
  uint64_t key = (uint64_t)(unsigned char)system << 32 | (uint64_t)number << 24;
  if (signal != NULL)
    key |= (uint64_t)(unsigned char)signal->code[0] << 16 | (uint64_t)(unsigned char)signal->code[1]
                                                                << 8;
  return key | (uint64_t)(unsigned char)purpose;
}

/* ------------------------------------------------------------------ clock and air */

/* A tenth of a microsecond up and down in six hours. */
void
garco__receiver_clock (int64_t ms, double *clock, double *clock_rate)
{
  const int64_t period = 6 * 3600 * 1000;
  double sine, cosine;
  int64_t within = ms - garco__floor_div (ms, period) * period;
  garco__sine_cosine ((double)within / (double)period, &sine, &cosine);
  *clock = 1e-7 * sine;
  *clock_rate = 1e-7 * cosine * 6.283185307179586 / ((double)period / 1000.0);
}

/* 5 TECU by night, 30 at two in the afternoon of the station's own time. */
double
garco__electrons (const garco__station *station, int64_t ms)
{
  double sine, cosine;
  const double *here = station->position;
  double axis = sqrt (here[0] * here[0] + here[1] * here[1]);
  int64_t within = ms - garco__floor_div (ms, GARCO__DAY_MS) * GARCO__DAY_MS;
  garco__sine_cosine ((double)within / DAY_MS - 14.0 / 24.0, &sine, &cosine);
  double height = axis > 0 ? (here[0] * cosine - here[1] * sine) / axis : 0;
  return 5.0 + (height > 0 ? 25.0 * height : 0);
}

/* m at a frequency of 1 Hz squared: 40.3e16 times the electrons on the slanted way. */
static double
ionosphere (const garco__scene *scene)
{
  double cosine2 = 1.0 - scene->view.sine * scene->view.sine;
  double ratio = EARTH_RADIUS / (EARTH_RADIUS + SHELL_HEIGHT);
  return 40.3e16 * scene->electrons / sqrt (1.0 - ratio * ratio * cosine2);
}

static double
troposphere (double sine)
{
  return ZENITH_DELAY * 1.001 / sqrt (0.002001 + sine * sine);
}

/* Reflections: slow, stronger near the horizon, of a phase of their own for each signal. */
static double
multipath (const garco__scene *scene, const garco__signal *signal)
{
  double sine, cosine, low = 1.0 - scene->view.sine;
  double phase =
      garco__uniform (scene->seed, garco__what (scene->system, scene->number, signal, 'm'), 0);
  double turns = (double)(scene->ms % GARCO__DAY_MS) / MULTIPATH_MS + phase;
  garco__sine_cosine (turns - floor (turns), &sine, &cosine);
  return 2.0 * signal->noise * low * low * sine;
}

/* ------------------------------------------------------------------ measurements */

static double
strength (const garco__scene *scene, const garco__signal *signal)
{
  double sine = scene->view.sine;
  uint64_t seed = scene->seed;
  uint64_t own = garco__what (scene->system, scene->number, signal, 'o');
  uint64_t jitter = garco__what (scene->system, scene->number, signal, 's');
  double value = signal->weakest + signal->gain * sine * (2.0 - sine);
  value +=
      3.0 * garco__uniform (seed, own, 0) - 1.5 + 0.4 * garco__normal (seed, jitter, scene->ms);
  return floor (value * 4.0 + 0.5) * 0.25;
}

garco__measurement
garco__measure (const garco__scene *scene, const garco__signal *signal)
{
  garco__measurement result;
  int channel = signal->step > 0 ? garco__glonass_channel (scene->number) : 0;
  double frequency = signal->frequency + channel * signal->step;
  double wavelength = GARCO__LIGHT / frequency;
  double delay = ionosphere (scene) / (frequency * frequency);
  double common = scene->view.range + GARCO__LIGHT * scene->clock + troposphere (scene->view.sine);
  double spread = 1.0 / (scene->view.sine + 0.15);
  uint64_t what[3];
  for (int i = 0; i < 3; i++)
    what[i] = garco__what (scene->system, scene->number, signal, "cld"[i]);
  result.range = common + delay + multipath (scene, signal) +
                 signal->noise * spread * garco__normal (scene->seed, what[0], scene->ms);
  result.phase =
      (common - delay + PHASE_NOISE * spread * garco__normal (scene->seed, what[1], scene->ms)) /
      wavelength;
  result.doppler = -(scene->view.range_rate + GARCO__LIGHT * scene->clock_rate) / wavelength +
                   DOPPLER_NOISE * spread * garco__normal (scene->seed, what[2], scene->ms);
  result.strength = strength (scene, signal);
  return result;
}
