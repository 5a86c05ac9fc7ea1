/* Days of a station that exists only as numbers: satellites that rise and set, arcs of phase that
 * go on over epochs and end, and the faults that real files have.
 *
 *   fault                      how often                  what it leaves
 *   receiver off               about twice a day          no epochs for up to 4 minutes; at times
 *                                                         the next one says power failure (flag 1)
 *   satellite out of sight     more near the horizon      no satellite, then a new arc
 *   signal lost                weak, or by chance         blank fields, then a new arc
 *   range missing              by chance                  a blank range beside its phase
 *   cycle slip                 more near the horizon      the phase jumps by whole cycles, LLI 1
 *
 * All chance is a hash of the seed, the satellite and the time (simulate_random.h), and no function
 * of a C library is used that may round differently elsewhere: the same options write the same text
 * on every machine with IEEE 754 doubles. The compressed bytes are as stable as the compressor.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/error.h"
#include "simulate/simulate_header.h"
#include "simulate/simulate_orbit.h"
#include "simulate/simulate_random.h"
#include "simulate/simulate_signal.h"

#define MASK_SINE 0.08715574274765817 /* of 5 degrees */
#define FAINTEST 13.0                 /* dB-Hz */
#define HOUR_MS INT64_C (3600000)
#define DROP_BLOCK_MS INT64_C (600000)
#define DATE_ROOM 64
#define ROOM (GARCO__MAX_SYSTEMS * GARCO__MAX_SATELLITES)

struct track
{
  bool seen;                          /* at the epoch before */
  bool locked[GARCO__MAX_SIGNALS];    /* the same for each signal */
  int64_t cycles[GARCO__MAX_SIGNALS]; /* the ambiguity */
};

typedef struct simulation
{
  garco_simulate_options options;
  char systems[GARCO__MAX_SYSTEMS + 1];
  garco__fields plans[GARCO__MAX_SYSTEMS];
  garco__station station;
  struct track tracks[GARCO__MAX_SYSTEMS][GARCO__MAX_SATELLITES];
  bool first; /* no epoch yet: arcs begin without a sign */
  double clock, clock_rate, electrons;
  garco_epoch epoch;
  garco_epoch_sat sats[ROOM];
  int64_t values[ROOM * GARCO__MAX_FIELDS];
  char indicators[2 * ROOM * GARCO__MAX_FIELDS];
} simulation;

/* ------------------------------------------------------------------ options */

static garco_status
wrong_option (garco_error *error, const char *what)
{
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "%s", what);
}

static garco_status
check_options (const garco_simulate_options *options, garco_error *error)
{
  const double *here = options->position;
  double radius2 = here[0] * here[0] + here[1] * here[1] + here[2] * here[2];
  if (options->version != 211 && options->version != 304)
    return wrong_option (error, "the version is neither 2.11 nor 3.04");
  if (options->form != GARCO_FORM_RINEX && options->form != GARCO_FORM_CRINEX)
    return wrong_option (error, "the form is neither RINEX nor Hatanaka");
  if (!(radius2 > 6.2e6 * 6.2e6 && radius2 < 6.6e6 * 6.6e6))
    return wrong_option (error, "the position is not near the Earth's surface");
  if (options->interval_ms <= 0 || options->interval_ms > GARCO__DAY_MS)
    return wrong_option (error, "the interval is not between 1 ms and a day");
  if (options->duration_ms <= 0 || options->duration_ms > 366 * GARCO__DAY_MS)
    return wrong_option (error, "the duration is not between 1 ms and 366 days");
  if (options->start_ms < garco__days_of_date (1980, 1, 6) * GARCO__DAY_MS ||
      options->start_ms >= garco__days_of_date (2079, 1, 1) * GARCO__DAY_MS)
    return wrong_option (error, "the start is not within 1980-01-06 to 2078-12-31");
  if (options->start_ms + options->duration_ms > garco__days_of_date (2080, 1, 1) * GARCO__DAY_MS)
    return wrong_option (error, "the duration goes on after 2079");
  return GARCO_OK;
}

static garco_status
check_station (const char *station, garco_error *error)
{
  static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  if (station != NULL && (strlen (station) != 4 || strspn (station, allowed) != 4))
    return wrong_option (error, "the station is not four letters or digits");
  return GARCO_OK;
}

/* The systems in the order of "GREC", each once. */
static garco_status
choose_systems (simulation *sim, garco_error *error)
{
  const char *wanted = sim->options.systems != NULL ? sim->options.systems : "G";
  size_t count = 0;
  if (*wanted == '\0' || strspn (wanted, "GREC") != strlen (wanted))
    return wrong_option (error, "the systems are not of the letters GREC");
  if (sim->options.version < 300 && strchr (wanted, 'C') != NULL)
    return wrong_option (error, "RINEX 2.11 has no BeiDou (C), expected version 3.04 for it");
  for (const char *system = "GREC"; *system != '\0'; system++)
    if (strchr (wanted, *system) != NULL)
      sim->systems[count++] = *system;
  for (size_t i = 0; i < count; i++)
    sim->plans[i] = garco__plan_fields (sim->options.version, sim->systems[i], sim->systems);
  return GARCO_OK;
}

/* ------------------------------------------------------------------ faults */

/* True within a stretch of `low` to `high` ms that a block of time has with this chance. */
static bool
stretch (uint64_t seed, uint64_t what, int64_t ms, int64_t block, double chance, int64_t low,
         int64_t high)
{
  int64_t index = garco__floor_div (ms, block);
  if (garco__uniform (seed, what + 1, index) >= chance)
    return false;
  uint64_t bits = garco__random (seed, what + 2, index);
  int64_t length = low + (int64_t)((bits & 0xffffffff) % (uint64_t)(high - low));
  int64_t start = index * block + (int64_t)((bits >> 32) % (uint64_t)(block - length));
  return ms >= start && ms < start + length;
}

/* The receiver is off: no epoch. `power` says that it starts anew after it. */
static bool
receiver_off (const simulation *sim, int64_t ms, bool *power)
{
  uint64_t gap = garco__what ('*', 0, NULL, 'g'), failure = garco__what ('*', 0, NULL, 'p');
  uint64_t seed = sim->options.seed;
  bool failed = stretch (seed, failure, ms, HOUR_MS, 0.03, 60000, 240000);
  *power = *power || failed;
  return failed || stretch (seed, gap, ms, HOUR_MS, 0.06, 15000, 120000);
}

static bool
out_of_sight (const garco__scene *scene)
{
  double chance = scene->view.sine < 0.3 ? 0.05 : 0.005;
  uint64_t what = garco__what (scene->system, scene->number, NULL, 'd');
  return scene->view.sine < MASK_SINE ||
         stretch (scene->seed, what, scene->ms, DROP_BLOCK_MS, chance, 15000, 120000);
}

static bool
by_chance (const garco__scene *scene, const garco__signal *signal, char purpose, double chance)
{
  uint64_t what = garco__what (scene->system, scene->number, signal, purpose);
  return garco__uniform (scene->seed, what, scene->ms) < chance;
}

/* ------------------------------------------------------------------ one satellite */

static int64_t
thousandths (double value)
{
  return (int64_t)(value < 0 ? value * 1000.0 - 0.5 : value * 1000.0 + 0.5);
}

static char
strength_digit (double strength)
{
  int digit = (int)(strength / 6.0);
  return (char)('0' + (digit < 1 ? 1 : digit > 9 ? 9 : digit));
}

/* Begins, continues or breaks the signal's arc; gives whether its phase slipped. */
static bool
follow (struct track *track, size_t index, const garco__scene *scene, const garco__signal *signal)
{
  uint64_t what = garco__what (scene->system, scene->number, signal, 'n');
  uint64_t bits = garco__random (scene->seed, what, scene->ms);
  if (!track->locked[index])
  {
    track->cycles[index] = (int64_t)(bits % 20000001) - 10000000;
    track->locked[index] = true;
    return true;
  }
  if (!by_chance (scene, signal, 'j', 3e-5 / (scene->view.sine + 0.15)))
    return false;
  track->cycles[index] +=
      bits & 1 ? (int64_t)(bits >> 1) % 1000 + 1 : -(int64_t)((bits >> 1) % 1000) - 1;
  return true;
}

/* The two characters behind a field. */
static void
indicate (const simulation *sim, const garco__field *field, const garco__signal *signal,
          bool slipped, double strength, char *flags)
{
  bool modern = sim->options.version >= 300;
  bool encrypted = !modern && signal->system == 'G' && signal->code[0] == '2';
  int loss = (field->kind == 'L' && slipped ? 1 : 0) + (encrypted ? 4 : 0);
  if (field->kind == 'S')
    return;
  flags[0] = loss > 0 ? (char)('0' + loss) : ' ';
  if (modern || field->kind == 'L')
    flags[1] = strength_digit (strength);
  if (!modern && field->kind == 'D')
    flags[0] = ' ';
}

static void
put_signal (simulation *sim, const garco__fields *plan, const garco__scene *scene,
            struct track *track, size_t index, uint32_t first)
{
  const garco__signal *signal = &plan->signals[index];
  garco__measurement measured = garco__measure (scene, signal);
  bool lost = !garco__sends (signal, scene->number) || measured.strength < FAINTEST ||
              by_chance (scene, signal, 'x', 5e-5 / (scene->view.sine + 0.15));
  if (lost)
  {
    track->locked[index] = false;
    return;
  }
  bool slipped = follow (track, index, scene, signal) && !sim->first;
  bool no_range = by_chance (scene, signal, 'r', 2e-5);
  for (size_t i = 0; i < plan->count; i++)
  {
    const garco__field *field = &plan->fields[i];
    if (field->signal != (int)index || (field->kind == 'C' && no_range))
      continue;
    double value = field->kind == 'C'   ? measured.range
                   : field->kind == 'L' ? measured.phase + (double)track->cycles[index]
                   : field->kind == 'D' ? measured.doppler
                                        : measured.strength;
    sim->values[first + i] = thousandths (value);
    indicate (sim, field, signal, slipped, measured.strength, sim->indicators + 2 * (first + i));
  }
}

static void
put_satellite (simulation *sim, size_t system, size_t index, int64_t ms)
{
  const garco__fields *plan = &sim->plans[system];
  struct track *track = &sim->tracks[system][index];
  garco__scene scene = {.seed = sim->options.seed,
                        .ms = ms,
                        .system = plan->system,
                        .number = garco__satellite_number (plan->system, index),
                        .clock = sim->clock,
                        .clock_rate = sim->clock_rate,
                        .electrons = sim->electrons};
  scene.view = garco__see (&sim->station, plan->system, index, ms);
  if (out_of_sight (&scene))
  {
    memset (track, 0, sizeof *track);
    return;
  }
  size_t place = sim->epoch.nsats++;
  uint32_t first = (uint32_t)(place * GARCO__MAX_FIELDS);
  sim->sats[place].system = (uint8_t)garco_system_number (plan->system);
  sim->sats[place].number = (uint8_t)scene.number;
  sim->sats[place].count = (uint16_t)plan->count;
  sim->sats[place].first = first;
  for (size_t i = 0; i < plan->count; i++)
    sim->values[first + i] = GARCO_MISSING;
  memset (sim->indicators + 2 * first, ' ', 2 * plan->count);
  for (size_t i = 0; i < plan->nsignals; i++)
    put_signal (sim, plan, &scene, track, i, first);
}

/* ------------------------------------------------------------------ the file */

static void
make_epoch (simulation *sim, int64_t ms, bool restarted)
{
  if (restarted)
    memset (sim->tracks, 0, sizeof sim->tracks);
  memset (&sim->epoch, 0, sizeof sim->epoch);
  sim->epoch.time_ms = ms;
  sim->epoch.clock_ps = GARCO_MISSING;
  sim->epoch.flag = restarted ? 1 : 0;
  sim->epoch.sats = sim->sats;
  sim->epoch.values = sim->values;
  sim->epoch.indicators = sim->indicators;
  garco__receiver_clock (ms, &sim->clock, &sim->clock_rate);
  sim->electrons = garco__electrons (&sim->station, ms);
  for (size_t system = 0; sim->systems[system] != '\0'; system++)
    for (size_t i = 0; i < garco__satellite_count (sim->systems[system]); i++)
      put_satellite (sim, system, i, ms);
  sim->first = false;
}

static garco_status
write_body (simulation *sim, garco_writer *writer, garco_error *error)
{
  const garco_simulate_options *options = &sim->options;
  bool power = false;
  sim->first = true;
  for (int64_t at = 0; at < options->duration_ms; at += options->interval_ms)
  {
    if (at > 0 && receiver_off (sim, options->start_ms + at, &power))
      continue;
    make_epoch (sim, options->start_ms + at, power);
    power = false;
    GARCO_TRY (garco_writer_epoch (writer, &sim->epoch, error));
  }
  return GARCO_OK;
}

/* The second line of Hatanaka text would hold the present time: it gets that of the data. */
static void
data_date (int64_t start_ms, char text[DATE_ROOM])
{
  static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int year, month, day;
  garco__date_of_days (garco__floor_div (start_ms, GARCO__DAY_MS), &year, &month, &day);
  snprintf (text, DATE_ROOM, "%02d-%s-%02d 00:00", day, months[month - 1], year % 100);
}

static garco_status
write_file (simulation *sim, const char *path, garco_error *error)
{
  garco_status status;
  garco_writer *writer = NULL;
  garco__buffer text = {0};
  char date[DATE_ROOM];
  garco_writer_options form = GARCO_WRITER_OPTIONS_INIT;
  garco_header header = {.version = sim->options.version};
  data_date (sim->options.start_ms, date);
  form.form = sim->options.form;
  form.date = date;
  GARCO_TRY_DONE (garco__simulate_header (&sim->options, sim->systems, sim->plans, &text, error));
  header.text = (const char *)text.data;
  header.text_size = text.size;
  GARCO_TRY_DONE (garco_writer_open (path, &form, &writer, error));
  GARCO_TRY_DONE (garco_writer_header (writer, &header, error));
  GARCO_TRY_DONE (write_body (sim, writer, error));
  status = garco_writer_close (writer, error);
done:
  garco_writer_free (&writer);
  garco__buffer_free (&text);
  return status;
}

garco_status
garco_simulate (const garco_simulate_options *options, const char *path, garco_error *error)
{
  static const garco_simulate_options defaults = GARCO_SIMULATE_OPTIONS_INIT;
  void *made;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (simulation), error));
  simulation *sim = made;
  sim->options = options != NULL ? *options : defaults;
  garco_status status = check_options (&sim->options, error);
  if (status == GARCO_OK)
    status = check_station (sim->options.station, error);
  if (status == GARCO_OK)
    status = choose_systems (sim, error);
  if (status == GARCO_OK)
  {
    sim->station = garco__station_at (sim->options.position);
    status = write_file (sim, path, error);
  }
  free (sim);
  return status;
}
