/* What a RINEX file holds, counted.
 *
 * An observation is a field that is not blank; a zero is one of these that holds 0 in a code, phase
 * or strength field, which by the format is a missing value. The interval is the header's, or else
 * the step that most epochs have.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_info.h"

typedef struct code_count
{
  char code[4];
  int64_t observations;
} code_count;

typedef struct system_count
{
  int64_t satellite_epochs, observations;
  bool seen[UINT8_MAX + 1];
  size_t ncodes;
  code_count *codes;
  size_t ntypes;
  size_t *code_of_type; /* of the header in force */
} system_count;

typedef struct file_count
{
  int64_t epochs, events, satellite_epochs, observations, zeros;
  int64_t first, last, before; /* ms */
  int64_t step, votes;         /* the majority so far */
  system_count systems[GARCO_SYSTEM_COUNT];
} file_count;

static void
free_counts (file_count *count)
{
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    free (count->systems[s].codes);
    free (count->systems[s].code_of_type);
  }
}

/* ---------------------------------------------------------------- counting */

static bool
find_code (system_count *system, const char code[4], size_t *place)
{
  for (*place = 0; *place < system->ncodes; (*place)++)
    if (strcmp (system->codes[*place].code, code) == 0)
      return true;
  code_count *codes = realloc (system->codes, (system->ncodes + 1) * sizeof *codes);
  if (codes == NULL)
    return false;
  system->codes = codes;
  codes[system->ncodes].observations = 0;
  memcpy (codes[system->ncodes++].code, code, 4);
  return true;
}

/* Finds where each type of the header is counted. */
static bool
map_types (file_count *count, const garco_header *header)
{
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    system_count *system = &count->systems[s];
    const garco_types *types = &header->types[s];
    size_t *map = realloc (system->code_of_type, (types->count + 1) * sizeof *map);
    if (map == NULL)
      return false;
    system->code_of_type = map;
    system->ntypes = types->count;
    for (size_t t = 0; t < types->count; t++)
      if (!find_code (system, types->codes[t], &map[t]))
        return false;
  }
  return true;
}

static void
count_satellite (file_count *count, const garco_epoch *epoch, const garco_epoch_sat *sat)
{
  system_count *system = &count->systems[sat->system];
  system->seen[sat->number] = true;
  system->satellite_epochs++;
  count->satellite_epochs++;
  for (size_t t = 0; t < sat->count && t < system->ntypes; t++)
  {
    int64_t value = epoch->values[sat->first + t];
    code_count *code = &system->codes[system->code_of_type[t]];
    if (value == GARCO_MISSING)
      continue;
    code->observations++;
    system->observations++;
    count->observations++;
    count->zeros += value == 0 && code->code[0] != 'D';
  }
}

/* Boyer and Moore's vote: a step that most epochs have wins. */
static void
count_step (file_count *count, int64_t step)
{
  if (count->votes == 0)
    count->step = step;
  count->votes += step == count->step ? 1 : -1;
}

static void
count_epoch (file_count *count, const garco_epoch *epoch)
{
  if (epoch->flag > 1 && epoch->flag != 6)
  {
    count->events++;
    return;
  }
  count->epochs++;
  if (epoch->flag > 1)
    return;
  if (count->before != INT64_MIN)
    count_step (count, epoch->time_ms - count->before);
  count->before = epoch->time_ms;
  count->first = epoch->time_ms < count->first ? epoch->time_ms : count->first;
  count->last = epoch->time_ms > count->last ? epoch->time_ms : count->last;
  for (size_t i = 0; i < epoch->nsats; i++)
    count_satellite (count, epoch, &epoch->sats[i]);
}

static int
count_file (garco_reader *reader, file_count *count)
{
  garco_epoch epoch;
  garco_error error;
  garco_status status;
  if (!map_types (count, garco_reader_header (reader)))
    return cli_fail_text (NULL, "out of memory");
  while ((status = garco_reader_next (reader, &epoch, &error)) != GARCO_END)
  {
    if (status < 0)
      return cli_fail (&error);
    if (epoch.header_changed && !map_types (count, garco_reader_header (reader)))
      return cli_fail_text (NULL, "out of memory");
    count_epoch (count, &epoch);
  }
  return CLI_OK;
}

/* ---------------------------------------------------------------- telling */

static void
set_text (json_t *object, const char *key, const char *text)
{
  if (text[0] != '\0')
    json_object_set_new (object, key, cli_json_text (text, strlen (text)));
}

/* Sets a key unless there is nothing in the object, which is taken over. */
static void
set_unless_empty (json_t *object, const char *key, json_t *inner)
{
  if (json_object_size (inner) > 0)
    json_object_set (object, key, inner);
  json_decref (inner);
}

static void
set_texts (json_t *object, const char *key, const char (*texts)[21], size_t count)
{
  static const char *const names[] = {"number", "type", "version"};
  json_t *inner = json_object ();
  for (size_t i = 0; i < count; i++)
    set_text (inner, names[i], texts[i]);
  set_unless_empty (object, key, inner);
}

static void
set_vector (json_t *object, const char *key, const double vector[3])
{
  if (isfinite (vector[0]) && isfinite (vector[1]) && isfinite (vector[2]))
    json_object_set_new (object, key, json_pack ("[f,f,f]", vector[0], vector[1], vector[2]));
}

/* What is applied to the observations, and what they are to be taken by. */
static void
set_corrections (json_t *object, const garco_header *header)
{
  json_t *channels = json_object (), *factors = json_object ();
  char name[8];
  for (int slot = 0; slot < 100; slot++)
    if (header->glonass_channel[slot] != GARCO_FCN_UNKNOWN)
    {
      snprintf (name, sizeof name, "R%02d", slot);
      json_object_set_new (channels, name, json_integer (header->glonass_channel[slot]));
    }
  for (int s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    json_t *own = json_object ();
    for (uint32_t t = 0; t < header->types[s].count; t++)
      if (header->types[s].scale[t] != 1)
        json_object_set_new (own, header->types[s].codes[t],
                             json_integer (header->types[s].scale[t]));
    snprintf (name, sizeof name, "%c", garco_system_letter (s));
    set_unless_empty (factors, name, own);
  }
  if (header->clock_applied)
    json_object_set_new (object, "clock_applied", json_true ());
  set_unless_empty (object, "scale_factors", factors);
  set_unless_empty (object, "glonass_channels", channels);
}

static void
set_header (json_t *object, const garco_header *header)
{
  char text[16];
  snprintf (text, sizeof text, "%d.%02d", header->version / 100, header->version % 100);
  set_text (object, "version", text);
  if (header->crinex_version > 0)
  {
    snprintf (text, sizeof text, "%d.%d", header->crinex_version / 10, header->crinex_version % 10);
    set_text (object, "hatanaka", text);
  }
  snprintf (text, sizeof text, "%c", header->system);
  set_text (object, "system", text);
  set_text (object, "time_system", header->time_system);
  set_text (object, "marker_name", header->marker_name);
  set_text (object, "marker_number", header->marker_number);
  set_text (object, "observer", header->observer);
  set_text (object, "agency", header->agency);
  set_texts (object, "receiver", header->receiver, 3);
  set_texts (object, "antenna", header->antenna, 2);
  set_vector (object, "position", header->position);
  set_vector (object, "antenna_delta", header->antenna_delta);
  if (header->leap_seconds != INT32_MIN)
    json_object_set_new (object, "leap_seconds", json_integer (header->leap_seconds));
  set_corrections (object, header);
}

static json_t *
system_json (const system_count *system)
{
  json_t *codes = json_object ();
  json_int_t satellites = 0;
  for (size_t i = 0; i < system->ncodes; i++)
    if (system->codes[i].observations > 0)
      json_object_set_new (codes, system->codes[i].code,
                           json_integer (system->codes[i].observations));
  for (size_t n = 0; n <= UINT8_MAX; n++)
    satellites += system->seen[n];
  return json_pack ("{s:I, s:I, s:I, s:o}", "satellites", satellites, "satellite_epochs",
                    (json_int_t)system->satellite_epochs, "observations",
                    (json_int_t)system->observations, "codes", codes);
}

static void
set_counts (json_t *object, const file_count *count, const garco_header *header)
{
  bool any = count->before != INT64_MIN;
  double interval = isfinite (header->interval) ? header->interval
                    : count->votes > 0          ? (double)count->step / 1000
                                                : NAN;
  json_object_set_new (object, "first", cli_json_time (any ? count->first : INT64_MIN));
  json_object_set_new (object, "last", cli_json_time (any ? count->last : INT64_MIN));
  json_object_set_new (object, "interval",
                       isfinite (interval) ? json_real (interval) : json_null ());
  json_object_set_new (object, "epochs", json_integer (count->epochs));
  json_object_set_new (object, "events", json_integer (count->events));
  json_object_set_new (object, "satellite_epochs", json_integer (count->satellite_epochs));
  json_object_set_new (object, "observations", json_integer (count->observations));
  json_object_set_new (object, "zeros", json_integer (count->zeros));
  json_t *systems = json_object ();
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
    if (count->systems[s].satellite_epochs > 0)
    {
      char letter[2] = {garco_system_letter ((int)s), '\0'};
      json_object_set_new (systems, letter, system_json (&count->systems[s]));
    }
  json_object_set_new (object, "systems", systems);
}

json_t *
cli_info_file (const char *path, bool salvage, int *status)
{
  garco_reader_options options = GARCO_READER_OPTIONS_INIT;
  garco_reader *reader = NULL;
  garco_error error;
  json_t *object = NULL;
  file_count *count = calloc (1, sizeof *count);
  options.salvage = salvage;
  options.on_damage = cli_on_damage;
  if (count == NULL)
    *status = cli_fail_text (NULL, "out of memory");
  else if (garco_reader_open (path, &options, &reader, &error) < 0)
    *status = cli_fail (&error);
  else
  {
    count->first = INT64_MAX;
    count->last = count->before = INT64_MIN;
    object = json_object ();
    json_object_set_new (object, "file", cli_json_text (path, strlen (path)));
    json_object_set_new (object, "kind", json_string ("rinex"));
    set_header (object, garco_reader_header (reader));
    *status = count_file (reader, count);
    count->epochs += garco_reader_epochs_lost (reader);
    set_counts (object, count, garco_reader_header (reader));
    json_object_set_new (object, "damaged", json_integer (garco_reader_damaged (reader)));
  }
  if (*status != CLI_OK)
  {
    json_decref (object);
    object = NULL;
  }
  if (count != NULL)
    free_counts (count);
  free (count);
  garco_reader_free (&reader);
  return object;
}
