/* The header of a simulated file. It is made in the form of a PBO station's (RINEX 2.11 by teqc;
 * RINEX 3.04 by a receiver's own converter) and says in its first lines, in the receiver's name and
 * in the antenna's that nothing was received. SPDX-License-Identifier: Apache-2.0 */
#include "simulate/simulate_header.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/civil_time.h"
#include "base/error.h"

#define LINE_ROOM 128
#define LEAP_SECONDS_2017 INT64_C (1483228800000)

static const char *const old_names[] = {"L1", "L2", "C1", "P2", "P1", "D1", "D2",
                                        "S1", "S2", "L5", "C5", "D5", "S5"};
#define OLD_NAMES (sizeof old_names / sizeof old_names[0])
#define OLD_NAMES_OF_TWO_BANDS ((size_t)9)

/* ------------------------------------------------------------------ fields */

static int
find_old_signal (const garco__fields *plan, const char *name)
{
  for (size_t i = 0; i < plan->nsignals; i++)
  {
    const garco__signal *signal = &plan->signals[i];
    bool is_range = name[0] == 'C' || name[0] == 'P';
    if (is_range ? strcmp (signal->old_code, name) == 0
                 : signal->phase && signal->old_code[1] == name[1])
      return (int)i;
  }
  return -1;
}

static void
plan_old (garco__fields *plan, bool third_band)
{
  plan->count = third_band ? OLD_NAMES : OLD_NAMES_OF_TWO_BANDS;
  for (size_t i = 0; i < plan->count; i++)
  {
    garco__field *field = &plan->fields[i];
    memcpy (field->name, old_names[i], 3);
    field->kind = field->name[0] == 'P' ? 'C' : field->name[0];
    field->signal = find_old_signal (plan, field->name);
  }
}

static void
plan_modern (garco__fields *plan)
{
  plan->count = 0;
  for (size_t i = 0; i < plan->nsignals; i++)
    for (size_t k = 0; k < 4 && plan->signals[i].phase; k++)
    {
      garco__field *field = &plan->fields[plan->count++];
      field->kind = "CLDS"[k];
      field->signal = (int)i;
      field->name[0] = field->kind;
      memcpy (field->name + 1, plan->signals[i].code, 3);
    }
}

garco__fields
garco__plan_fields (int version, char system, const char *systems)
{
  garco__fields plan;
  memset (&plan, 0, sizeof plan);
  plan.system = system;
  plan.signals = garco__signals (system, &plan.nsignals);
  if (version >= 300)
    plan_modern (&plan);
  else
    plan_old (&plan, strchr (systems, 'E') != NULL);
  return plan;
}

/* ------------------------------------------------------------------ lines */

static garco_status put_header (garco__buffer *out, garco_error *error, const char *label,
                                const char *format, ...) __attribute__ ((format (printf, 4, 5)));

/* 60 columns of content and the label. */
static garco_status
put_header (garco__buffer *out, garco_error *error, const char *label, const char *format, ...)
{
  char content[LINE_ROOM];
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (content, sizeof content, format, arguments);
  va_end (arguments);
  return garco__buffer_print (out, error, "%-60.60s%s\n", content, label);
}

/* Metres as F14.4 writes them, with a point whatever the locale says. */
static const char *
metres (double value, char text[32])
{
  int64_t size = (int64_t)(fabs (value) * 1e4 + 0.5);
  snprintf (text, 32, "%s%lld.%04d", value < 0 && size > 0 ? "-" : "", (long long)(size / 10000),
            (int)(size % 10000));
  return text;
}

static garco_status
put_identity (const garco_simulate_options *options, const char *systems, garco__buffer *out,
              garco_error *error)
{
  int year, month, day;
  bool modern = options->version >= 300, gps_only = strcmp (systems, "G") == 0;
  const char *marker = options->station != NULL ? options->station : "P057";
  garco__date_of_days (garco__floor_div (options->start_ms, GARCO__DAY_MS), &year, &month, &day);
  GARCO_TRY (put_header (out, error, "RINEX VERSION / TYPE", "%6d.%02d           %-20s%s",
                         options->version / 100, options->version % 100, "OBSERVATION DATA",
                         gps_only ? "G (GPS)" : "M (MIXED)"));
  GARCO_TRY (put_header (out, error, "PGM / RUN BY / DATE",
                         "garco %-14s%-20s%04d%02d%02d 000000 UTC", garco_version (), "SIMULATED",
                         year, month, day));
  GARCO_TRY (
      put_header (out, error, "COMMENT", "SIMULATED DATA: no receiver recorded what follows"));
  GARCO_TRY (put_header (out, error, "COMMENT", "Circular orbits, made-up signals; seed %llu",
                         (unsigned long long)options->seed));
  if (!modern)
    GARCO_TRY (put_header (out, error, "COMMENT",
                           "BIT 2 OF LLI FLAGS DATA COLLECTED UNDER A/S CONDITION"));
  GARCO_TRY (put_header (out, error, "MARKER NAME", "%s", marker));
  if (modern)
    GARCO_TRY (put_header (out, error, "MARKER TYPE", "NON_PHYSICAL"));
  GARCO_TRY (put_header (out, error, "OBSERVER / AGENCY", "%-20s%s", "garco", "SIMULATED"));
  GARCO_TRY (put_header (out, error, "REC # / TYPE / VERS", "%-20s%-20s%s", "0", "SIMULATED",
                         garco_version ()));
  return put_header (out, error, "ANT # / TYPE", "%-20s%s", "0", "SIMULATED       NONE");
}

static garco_status
put_old_types (const garco__fields *plan, garco__buffer *out, garco_error *error)
{
  for (size_t i = 0; i < plan->count; i += 9)
  {
    char content[LINE_ROOM];
    int length = i == 0 ? snprintf (content, sizeof content, "%6zu", plan->count)
                        : snprintf (content, sizeof content, "      ");
    for (size_t k = i; k < plan->count && k < i + 9; k++)
      length +=
          snprintf (content + length, sizeof content - (size_t)length, "%6s", plan->fields[k].name);
    GARCO_TRY (put_header (out, error, "# / TYPES OF OBSERV", "%s", content));
  }
  return GARCO_OK;
}

static garco_status
put_types (const garco__fields *plan, garco__buffer *out, garco_error *error)
{
  for (size_t i = 0; i < plan->count; i += 13)
  {
    char content[LINE_ROOM];
    int length = i == 0 ? snprintf (content, sizeof content, "%c  %3zu", plan->system, plan->count)
                        : snprintf (content, sizeof content, "      ");
    for (size_t k = i; k < plan->count && k < i + 13; k++)
      length +=
          snprintf (content + length, sizeof content - (size_t)length, " %s", plan->fields[k].name);
    GARCO_TRY (put_header (out, error, "SYS / # / OBS TYPES", "%s", content));
  }
  return GARCO_OK;
}

static garco_status
put_phase_shifts (const garco__fields *plan, garco__buffer *out, garco_error *error)
{
  for (size_t i = 0; i < plan->count; i++)
    if (plan->fields[i].kind == 'L')
      GARCO_TRY (put_header (out, error, "SYS / PHASE SHIFT", "%c %s  0.00000", plan->system,
                             plan->fields[i].name));
  return GARCO_OK;
}

static garco_status
put_channels (garco__buffer *out, garco_error *error)
{
  size_t slots = garco__satellite_count ('R');
  for (size_t i = 0; i < slots; i += 8)
  {
    char content[LINE_ROOM];
    int length = i == 0 ? snprintf (content, sizeof content, "%3zu ", slots)
                        : snprintf (content, sizeof content, "    ");
    for (size_t k = i; k < slots && k < i + 8; k++)
      length += snprintf (content + length, sizeof content - (size_t)length, "R%02zu %2d ", k + 1,
                          garco__glonass_channel ((int)k + 1));
    GARCO_TRY (put_header (out, error, "GLONASS SLOT / FRQ #", "%s", content));
  }
  return put_header (out, error, "GLONASS COD/PHS/BIS",
                     " C1C    0.000 C1P    0.000 C2C    0.000 C2P    0.000");
}

static garco_status
put_all_types (const garco_simulate_options *options, const char *systems,
               const garco__fields *plans, garco__buffer *out, garco_error *error)
{
  size_t count = strlen (systems);
  if (options->version < 300)
  {
    GARCO_TRY (put_header (out, error, "WAVELENGTH FACT L1/2", "%6d%6d", 1, 1));
    return put_old_types (&plans[0], out, error);
  }
  for (size_t i = 0; i < count; i++)
    GARCO_TRY (put_types (&plans[i], out, error));
  GARCO_TRY (put_header (out, error, "SIGNAL STRENGTH UNIT", "DBHZ"));
  for (size_t i = 0; i < count; i++)
    GARCO_TRY (put_phase_shifts (&plans[i], out, error));
  return strchr (systems, 'R') != NULL ? put_channels (out, error) : GARCO_OK;
}

static garco_status
put_times (const garco_simulate_options *options, garco__buffer *out, garco_error *error)
{
  int year, month, day;
  int64_t days = garco__floor_div (options->start_ms, GARCO__DAY_MS);
  int64_t ms = options->start_ms - days * GARCO__DAY_MS;
  garco__date_of_days (days, &year, &month, &day);
  GARCO_TRY (put_header (
      out, error, "INTERVAL", "%6lld.%03lld%s", (long long)(options->interval_ms / 1000),
      (long long)(options->interval_ms % 1000), options->version < 300 ? "0" : ""));
  if (options->start_ms >= LEAP_SECONDS_2017)
    GARCO_TRY (put_header (out, error, "LEAP SECONDS", "%6d", 18));
  return put_header (out, error, "TIME OF FIRST OBS", "%6d%6d%6d%6d%6d%5d.%03d0000     GPS", year,
                     month, day, (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
                     (int)(ms % 1000));
}

garco_status
garco__simulate_header (const garco_simulate_options *options, const char *systems,
                        const garco__fields *plans, garco__buffer *out, garco_error *error)
{
  char xyz[3][32];
  GARCO_TRY (put_identity (options, systems, out, error));
  GARCO_TRY (put_header (
      out, error, "APPROX POSITION XYZ", "%14s%14s%14s", metres (options->position[0], xyz[0]),
      metres (options->position[1], xyz[1]), metres (options->position[2], xyz[2])));
  GARCO_TRY (put_header (out, error, "ANTENNA: DELTA H/E/N", "%14s%14s%14s", "0.0000", "0.0000",
                         "0.0000"));
  GARCO_TRY (put_all_types (options, systems, plans, out, error));
  GARCO_TRY (put_times (options, out, error));
  return put_header (out, error, "END OF HEADER", "%s", "");
}
