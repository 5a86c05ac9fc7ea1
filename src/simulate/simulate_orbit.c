/* Circular orbits. Real ones repeat their ground tracks after whole numbers of sidereal days (GPS:
 * two revolutions a day), and so do these: a satellite's angle is a fraction of the Earth's, kept
 * as a 64-bit share of a turn that wraps where a turn does. So there is nothing to lose in the
 * years between 1970 and the epoch, and no two machines differ.
 *
 *   system  radius    inclination  planes  satellites  revolutions : sidereal days
 *   G       26561.8   55.0         6       32          2 : 1
 *   R       25509.6   64.8         3       24          17 : 8
 *   E       29601.3   56.0         3       27          17 : 10
 *   C       27907.0   55.0         3       24          13 : 7
 *   C       42164.2   55.0         3       3           1 : 1   (IGSO, over 118 degrees east)
 *
 * The radii are those that the speeds ask for. Sines are polynomials here, because a C library's
 * may differ in the last bit from another's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate/simulate_orbit.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define EARTH_TURN_PER_MS UINT64_C (214088516080) /* 7.2921151467e-5 rad/s, in 2^-64 turns */
#define EARTH_RATE 7.2921151467e-5                /* rad/s */
#define EARTH_AT_1970 100.23                      /* degrees */
#define FLATTENING (1.0 / 298.257223563)
#define TWO_PI 6.283185307179586
#define IGSO_LONGITUDE 118.0

typedef struct orbits
{
  char system;
  size_t count, planes;
  double radius;      /* m */
  double inclination; /* degrees */
  unsigned revolutions, days;
  double node, phase; /* degrees: of the first plane; from one plane to the next */
} orbits;

static const orbits constellations[] = {
    {'G', 32, 6, 26561764.157, 55.0, 2, 1, 32.8, 11.0},
    {'R', 24, 3, 25509637.692, 64.8, 17, 8, 12.0, 15.0},
    {'E', 27, 3, 29601312.365, 56.0, 17, 10, 47.0, 13.333},
    {'C', 24, 3, 27907014.103, 55.0, 13, 7, 80.0, 15.0},
    {'C', 3, 3, 42164172.366, 55.0, 1, 1, 20.0, 0.0},
};
#define CONSTELLATIONS (sizeof constellations / sizeof constellations[0])

static const uint8_t beidou_numbers[] = {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33,
                                         34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 38, 39, 40};
static const int8_t channels[] = {1,  -4, 5, 6,  1, -4, 5, 6, -2, -7, 0, -1,
                                  -2, -7, 0, -1, 4, -3, 3, 2, 4,  -3, 3, 2};

/* ------------------------------------------------------------------ angles */

/* Taylor's series up to an eighth of a turn: the next term is below 1e-16. */
static double
series (double x, double first, int from)
{
  double term = first, sum = first;
  for (int n = from; n <= from + 14; n += 2)
  {
    term = -term * x * x / (double)(n * (n + 1));
    sum += term;
  }
  return sum;
}

void
garco__sine_cosine (double turns, double *sine, double *cosine)
{
  double quarters = floor (turns * 4.0 + 0.5);
  double x = (turns - quarters * 0.25) * TWO_PI;
  double s = series (x, x, 2), c = series (x, 1.0, 1);
  int quarter = (int)(quarters - 4.0 * floor (quarters * 0.25));
  *sine = quarter == 0 ? s : quarter == 1 ? c : quarter == 2 ? -s : -c;
  *cosine = quarter == 0 ? c : quarter == 1 ? -s : quarter == 2 ? -c : s;
}

/* Degrees, 0 or more, as a share of 2^64. */
static uint64_t
share_of_turn (double degrees)
{
  double turns = degrees / 360.0;
  return (uint64_t)((turns - floor (turns)) * 0x1p53) << 11;
}

static double
turns_of (uint64_t share)
{
  return (double)(share >> 11) * 0x1p-53;
}

static uint64_t
earth_share (int64_t ms)
{
  return share_of_turn (EARTH_AT_1970) + EARTH_TURN_PER_MS * (uint64_t)ms;
}

/* ------------------------------------------------------------------ the sky */

garco__station
garco__station_at (const double position[3])
{
  garco__station station;
  double shrink = (1.0 - FLATTENING) * (1.0 - FLATTENING);
  memcpy (station.position, position, sizeof station.position);
  double up[3] = {position[0], position[1], position[2] / shrink};
  double length = sqrt (up[0] * up[0] + up[1] * up[1] + up[2] * up[2]);
  for (int i = 0; i < 3; i++)
    station.up[i] = up[i] / length;
  return station;
}

size_t
garco__satellite_count (char system)
{
  size_t count = 0;
  for (size_t i = 0; i < CONSTELLATIONS; i++)
    count += constellations[i].system == system ? constellations[i].count : 0;
  return count;
}

int
garco__satellite_number (char system, size_t index)
{
  return system == 'C' ? beidou_numbers[index] : (int)index + 1;
}

int
garco__glonass_channel (int slot)
{
  return channels[(slot - 1) % (int)sizeof channels];
}

/* Node and argument of latitude at 1970, in degrees, of satellite `index` of the table's row. GPS
 * numbers go around the planes, the others' along them. */
static void
place (const orbits *orbit, size_t index, double *node, double *latitude)
{
  bool around = orbit->system == 'G';
  size_t in_plane = (orbit->count + orbit->planes - 1) / orbit->planes;
  size_t plane = around ? index % orbit->planes : index / in_plane;
  size_t slot = around ? index / orbit->planes : index % in_plane;
  size_t longer = orbit->count % orbit->planes;
  if (around && longer > 0 && plane >= longer)
    in_plane--;
  *node = orbit->node + 360.0 * (double)plane / (double)orbit->planes;
  *latitude = orbit->days == 1 && orbit->revolutions == 1
                  ? IGSO_LONGITUDE + EARTH_AT_1970 + 720.0 - *node
                  : 360.0 * (double)slot / (double)in_plane + orbit->phase * (double)plane;
}

/* Position and velocity in axes that turn no more but lie as the Earth's do at `ms`; the satellite
 * is where it was `age` seconds before. */
static void
locate (const orbits *orbit, size_t index, int64_t ms, double age, double position[3],
        double velocity[3])
{
  double node, latitude, su, cu, sn, cn, si, ci;
  place (orbit, index, &node, &latitude);
  uint64_t rate = EARTH_TURN_PER_MS / orbit->days * orbit->revolutions;
  uint64_t share = share_of_turn (latitude) + rate * (uint64_t)ms;
  double per_second = (double)rate * 1000.0 * 0x1p-64;
  garco__sine_cosine (turns_of (share) - age * per_second, &su, &cu);
  garco__sine_cosine (turns_of (share_of_turn (node) - earth_share (ms)), &sn, &cn);
  garco__sine_cosine (orbit->inclination / 360.0, &si, &ci);
  double speed = orbit->radius * per_second * TWO_PI;
  position[0] = orbit->radius * (cu * cn - su * ci * sn);
  position[1] = orbit->radius * (cu * sn + su * ci * cn);
  position[2] = orbit->radius * su * si;
  velocity[0] = speed * (-su * cn - cu * ci * sn);
  velocity[1] = speed * (-su * sn + cu * ci * cn);
  velocity[2] = speed * cu * si;
}

static const orbits *
find_orbit (char system, size_t *index)
{
  for (size_t i = 0; i < CONSTELLATIONS; i++)
    if (constellations[i].system == system)
    {
      if (*index < constellations[i].count)
        return &constellations[i];
      *index -= constellations[i].count;
    }
  return &constellations[0];
}

garco__view
garco__see (const garco__station *station, char system, size_t index, int64_t ms)
{
  double position[3], velocity[3];
  double line[3] = {0, 0, 0};
  const double *here = station->position;
  const orbits *orbit = find_orbit (system, &index);
  garco__view view = {orbit->radius, 0, 0};
  for (int round = 0; round < 3 && view.sine >= 0; round++)
  {
    locate (orbit, index, ms, view.range / GARCO__LIGHT, position, velocity);
    double square = 0, height = 0;
    for (int i = 0; i < 3; i++)
    {
      line[i] = position[i] - here[i];
      square += line[i] * line[i];
      height += line[i] * station->up[i];
    }
    view.range = sqrt (square);
    view.sine = height / view.range;
  }
  velocity[0] += EARTH_RATE * here[1];
  velocity[1] -= EARTH_RATE * here[0];
  for (int i = 0; i < 3; i++)
    view.range_rate += line[i] * velocity[i] / view.range;
  return view;
}
