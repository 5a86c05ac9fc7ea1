/* Epochs to cells. For each system a plan says for every field of a satellite which of the
 * satellite's cells it belongs to and which value of it it is:
 *
 *   L1 L2 C1 P2 P1 S1 S2     types of a RINEX 2 file, system G
 *   1C 2W 1C 2W 1W 1C 2W     their codes
 *    0  1  0  1  2  0  1     cell, by the code's first type
 *    p  p  r  r  r  s  s     phase, range, strength
 *
 * Plans are made anew when the types differ from those they were made for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "rinex/rinex_code_map.h"
#include "rinex/rinex_codes.h"

struct step
{
  uint16_t cell;
  uint8_t kind;
  double divisor; /* of the value in thousandths */
};

struct plan
{
  int version;
  size_t count, capacity; /* fields */
  char (*types)[4];       /* what the plan was made for */
  int32_t *scale;
  struct step *steps;
  uint16_t *codes; /* of the cells */
  size_t ncells;
};

struct garco__cell_maker
{
  bool keep_zeros;
  const garco_code_map *codes;
  int64_t crowded;
  struct plan plans[GARCO_SYSTEM_COUNT];
  bool *used; /* cells of the satellite at hand */
  size_t used_capacity;
  garco__buffer map;
};

garco_status
garco__cell_maker_new (bool keep_zeros, garco__cell_maker **maker, garco_error *error)
{
  void *room;
  *maker = NULL;
  GARCO_TRY (garco__allocate (&room, 1, sizeof **maker, error));
  *maker = room;
  (*maker)->keep_zeros = keep_zeros;
  return garco__buffer_append (&(*maker)->map, "", 1, error);
}

void
garco__cell_maker_use (garco__cell_maker *maker, const garco_code_map *map)
{
  maker->codes = map;
}

int64_t
garco__cell_maker_crowded (const garco__cell_maker *maker)
{
  return maker->crowded;
}

void
garco__cell_maker_free (garco__cell_maker **maker)
{
  garco__cell_maker *self = *maker;
  if (self == NULL)
    return;
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    free (self->plans[s].types);
    free (self->plans[s].scale);
    free (self->plans[s].steps);
    free (self->plans[s].codes);
  }
  free (self->used);
  garco__buffer_free (&self->map);
  free (self);
  *maker = NULL;
}

const char *
garco__cell_maker_code_map (garco__cell_maker *maker)
{
  return (const char *)maker->map.data;
}

/* ---------------------------------------------------------------- plans */

static bool
plan_fits (const struct plan *plan, int version, const garco_types *types)
{
  return plan->version == version && plan->count == types->count &&
         (types->count == 0 ||
          (memcmp (plan->types, types->codes, types->count * sizeof *types->codes) == 0 &&
           memcmp (plan->scale, types->scale, types->count * sizeof *types->scale) == 0));
}

static garco_status
grow_plan (garco__cell_maker *maker, struct plan *plan, size_t count, garco_error *error)
{
  if (count > plan->capacity)
  {
    void *types = plan->types, *scale = plan->scale, *steps = plan->steps, *codes = plan->codes;
    plan->capacity = 0;
    GARCO_TRY (garco__reallocate (&types, count, sizeof *plan->types, error));
    plan->types = types;
    GARCO_TRY (garco__reallocate (&scale, count, sizeof *plan->scale, error));
    plan->scale = scale;
    GARCO_TRY (garco__reallocate (&steps, count, sizeof *plan->steps, error));
    plan->steps = steps;
    GARCO_TRY (garco__reallocate (&codes, count, sizeof *plan->codes, error));
    plan->codes = codes;
    plan->capacity = count;
  }
  if (count > maker->used_capacity)
  {
    void *used = maker->used;
    GARCO_TRY (garco__reallocate (&used, count, sizeof *maker->used, error));
    maker->used = used;
    maker->used_capacity = count;
  }
  return GARCO_OK;
}

/* Adds "G L2 2W" and a line end to the map unless it is there. */
static garco_status
add_to_map (garco__cell_maker *maker, char system, const char *type, uint16_t code,
            garco_error *error)
{
  char text[3], line[16];
  garco_obs_code_text (code, text);
  snprintf (line, sizeof line, "%c %s %s\n", system, type, text);
  if (strstr ((const char *)maker->map.data, line) != NULL)
    return GARCO_OK;
  maker->map.size--;
  return garco__buffer_append (&maker->map, line, strlen (line) + 1, error);
}

static size_t
cell_of (struct plan *plan, uint16_t code)
{
  for (size_t i = 0; i < plan->ncells; i++)
    if (plan->codes[i] == code)
      return i;
  plan->codes[plan->ncells] = code;
  return plan->ncells++;
}

static garco_status
make_plan (garco__cell_maker *maker, struct plan *plan, int version, char system,
           const garco_types *types, garco_error *error)
{
  plan->version = 0;
  GARCO_TRY (grow_plan (maker, plan, types->count, error));
  plan->ncells = 0;
  for (uint32_t i = 0; i < types->count; i++)
  {
    const char *type = types->codes[i];
    garco__kind kind = garco__kind_of (type);
    memcpy (plan->types[i], type, sizeof *plan->types);
    plan->scale[i] = types->scale[i];
    plan->steps[i] = (struct step){0, (uint8_t)kind, 1000.0 * types->scale[i]};
    if (kind == GARCO__KIND_NONE)
      continue;
    uint16_t code = garco__code_mapped (maker->codes, version, system, type, types);
    plan->steps[i].cell = (uint16_t)cell_of (plan, code);
    GARCO_TRY (add_to_map (maker, system, type, code, error));
  }
  plan->count = types->count;
  plan->version = version;
  return GARCO_OK;
}

/* ---------------------------------------------------------------- cells */

/* Bits of the loss-of-lock indicator of a phase. */
static uint16_t
flags_of (char indicator, int version)
{
  static const uint16_t bit_2[] = {GARCO_FLAG_ANTISPOOFING, GARCO_FLAG_BOC};
  if (indicator < '0' || indicator > '9')
    return 0;
  unsigned bits = (unsigned)(indicator - '0');
  uint16_t flags = bits & 4 ? bit_2[version >= 300] : 0;
  if (bits & 1)
    flags |= GARCO_FLAG_LOSS_OF_LOCK;
  if (bits & 2)
    flags |= GARCO_FLAG_HALF_CYCLE;
  return flags;
}

/* Puts one value into its cell; false where an earlier type of the same code has. */
static bool
put_value (garco__cells *cells, size_t row, const struct step *step, double value, char indicator,
           int version)
{
  switch (step->kind)
  {
  case GARCO__KIND_RANGE:
    if (!isnan (cells->range[row]))
      return false;
    cells->range[row] = value;
    return true;
  case GARCO__KIND_PHASE:
    if (!isnan (cells->phase[row]))
      return false;
    cells->phase[row] = value;
    cells->flags[row] |= flags_of (indicator, version);
    return true;
  case GARCO__KIND_DOPPLER:
    if (!isnan (cells->doppler[row]))
      return false;
    cells->doppler[row] = value;
    return true;
  default:
    if (!isnan (cells->snr[row]))
      return false;
    cells->snr[row] = (float)value;
    return true;
  }
}

/* What all cells of a satellite start from. */
struct seed
{
  int64_t time;
  uint8_t sys, sat;
  uint16_t flags;
  int8_t fcn;
};

static void
start_cells (garco__cells *cells, const struct plan *plan, const struct seed *seed)
{
  for (size_t i = 0, row = cells->count; i < plan->ncells; i++, row++)
  {
    cells->time[row] = seed->time;
    cells->sys[row] = seed->sys;
    cells->sat[row] = seed->sat;
    cells->obs[row] = plan->codes[i];
    cells->range[row] = cells->phase[row] = cells->doppler[row] = NAN;
    cells->snr[row] = NAN;
    cells->slip[row] = 0;
    cells->flags[row] = seed->flags;
    cells->fcn[row] = seed->fcn;
  }
}

/* Closes up the cells behind cells->count that are used. */
static void
keep_used (garco__cells *cells, const bool *used, size_t count)
{
  size_t to = cells->count;
  for (size_t i = 0, from = cells->count; i < count; i++, from++)
  {
    if (!used[i])
      continue;
    if (to != from)
    {
      cells->obs[to] = cells->obs[from];
      cells->range[to] = cells->range[from];
      cells->phase[to] = cells->phase[from];
      cells->doppler[to] = cells->doppler[from];
      cells->snr[to] = cells->snr[from];
      cells->flags[to] = cells->flags[from];
    }
    to++;
  }
  cells->count = to;
}

static void
append_satellite (garco__cell_maker *maker, const struct plan *plan, const garco_epoch *epoch,
                  const garco_epoch_sat *sat, const struct seed *seed, garco__cells *cells)
{
  size_t count = sat->count < plan->count ? sat->count : plan->count;
  start_cells (cells, plan, seed);
  memset (maker->used, 0, plan->ncells * sizeof *maker->used);
  for (size_t i = 0; i < count; i++)
  {
    const struct step *step = &plan->steps[i];
    size_t field = sat->first + i;
    int64_t value = epoch->values[field];
    if (value == GARCO_MISSING || step->kind == GARCO__KIND_NONE)
      continue;
    if (value == 0 && step->kind != GARCO__KIND_DOPPLER && !maker->keep_zeros)
      continue;
    maker->used[step->cell] = true;
    maker->crowded +=
        !put_value (cells, cells->count + step->cell, step, (double)value / step->divisor,
                    epoch->indicators[2 * field], plan->version);
  }
  keep_used (cells, maker->used, plan->ncells);
}

garco_status
garco__cell_maker_append (garco__cell_maker *maker, const garco_header *header,
                          const garco_epoch *epoch, garco__cells *cells, garco_error *error)
{
  if (epoch->flag > 1)
    return GARCO_OK;
  struct seed seed = {.time = epoch->time_ms + (epoch->time_ps >= 500000000),
                      .flags = epoch->flag == 1 ? GARCO_FLAG_POWER_FAILURE : 0};
  for (size_t s = 0; s < epoch->nsats; s++)
  {
    const garco_epoch_sat *sat = &epoch->sats[s];
    const garco_types *types = &header->types[sat->system];
    struct plan *plan = &maker->plans[sat->system];
    char letter = garco_system_letter (sat->system);
    if (types->count == 0)
      continue;
    if (!plan_fits (plan, header->version, types))
      GARCO_TRY (make_plan (maker, plan, header->version, letter, types, error));
    GARCO_TRY (garco__cells_reserve (cells, plan->ncells, error));
    seed.sys = sat->system;
    seed.sat = sat->number;
    seed.fcn = letter == 'R' ? header->glonass_channel[sat->number % 100] : 0;
    append_satellite (maker, plan, epoch, sat, &seed, cells);
  }
  return GARCO_OK;
}
