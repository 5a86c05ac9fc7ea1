/* Cutting runs of cells.
 *
 * Values come in stretches: a satellite's cells lie together, and times rise within a series. From
 * each value follows the interval around it in which nothing changes, neither whether it is
 * selected nor its group; then the cells are passed over as long as they stay in the interval:
 *
 *   values      3 3 3 3 3 3 5 5 5 5 7 7 7 7
 *   ranges      4..6           |-------|
 *   intervals   ..3 (out)   5..5 (in)   7.. (out)
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_runs.h"

#include <stdlib.h>
#include <string.h>

#include "arco/datatype.h"
#include "base/civil_time.h"
#include "base/clones.h"
#include "base/error.h"

#define BLOCK 64

/* The first cell from `at` on whose value is not in [low, high], or `to`. Blocks are looked at
 * whole, so that the compiler compares many values at once. */
#define STAY(T)                                                                                    \
  do                                                                                               \
  {                                                                                                \
    const T *v = values;                                                                           \
    const T least = (T)low, most = (T)high;                                                        \
    for (; to - at >= BLOCK; at += BLOCK)                                                          \
    {                                                                                              \
      unsigned out = 0;                                                                            \
      for (size_t i = 0; i < BLOCK; i++)                                                           \
        out |= (unsigned)(v[at + i] < least) | (unsigned)(v[at + i] > most);                       \
      if (out != 0)                                                                                \
        break;                                                                                     \
    }                                                                                              \
    while (at < to && v[at] >= least && v[at] <= most)                                             \
      at++;                                                                                        \
  } while (0)

GARCO__CLONES static uint64_t
stay (garco_datatype type, const void *values, uint64_t at, uint64_t to, int64_t low, int64_t high)
{
  switch (type)
  {
  case GARCO_INT8:
    STAY (int8_t);
    break;
  case GARCO_UINT8:
  case GARCO_BOOL:
    STAY (uint8_t);
    break;
  case GARCO_INT16:
    STAY (int16_t);
    break;
  case GARCO_UINT16:
    STAY (uint16_t);
    break;
  case GARCO_INT32:
    STAY (int32_t);
    break;
  case GARCO_UINT32:
    STAY (uint32_t);
    break;
  default:
    STAY (int64_t);
  }
  return at;
}

/* Narrows [low, high] around `value` to where the ranges say the same of it; returns what. */
static bool
selected (const garco__value_ranges *ranges, int64_t value, int64_t *low, int64_t *high)
{
  if (!ranges->given)
    return true;
  for (size_t i = 0; i < ranges->count; i++)
  {
    int64_t first = ranges->bounds[2 * i], last = ranges->bounds[2 * i + 1];
    if (value < first)
    {
      *high = first - 1;
      return false;
    }
    if (value <= last)
    {
      *low = first;
      *high = last;
      return true;
    }
    *low = last + 1;
  }
  return false;
}

int64_t
garco__bucket_start (int64_t bucket, int64_t value)
{
  int64_t first;
  return __builtin_mul_overflow (garco__floor_div (value, bucket), bucket, &first) ? INT64_MIN
                                                                                   : first;
}

/* Narrows [low, high] to the group of `value`, whose first value is returned. */
static int64_t
group_of (int64_t bucket, int64_t value, int64_t *low, int64_t *high)
{
  if (bucket == 1)
    return *low = *high = value;
  int64_t first = garco__bucket_start (bucket, value), last;
  if (__builtin_add_overflow (first, bucket - 1, &last))
    last = INT64_MAX;
  *low = first > *low ? first : *low;
  *high = last < *high ? last : *high;
  return first;
}

/* The type's own limits: an interval's ends are compared in the type. */
static void
limits (garco_datatype type, int64_t *low, int64_t *high)
{
  size_t size = garco_datatype_size (type);
  bool is_unsigned =
      type == GARCO_UINT8 || type == GARCO_UINT16 || type == GARCO_UINT32 || type == GARCO_BOOL;
  *low = is_unsigned ? 0 : -(int64_t)(UINT64_MAX >> (65 - 8 * size)) - 1;
  *high = (int64_t)(UINT64_MAX >> (64 - 8 * size) >> (is_unsigned ? 0 : 1));
}

garco_status
garco__runs_put (garco__buffer *out, const garco__run *run, garco_error *error)
{
  if (out->size > 0)
  {
    garco__run *last = (garco__run *)(void *)(out->data + out->size - sizeof *last);
    if (last->to == run->from && last->uncut == run->uncut &&
        memcmp (last->keys, run->keys, sizeof run->keys) == 0)
    {
      last->to = run->to;
      return GARCO_OK;
    }
  }
  return garco__buffer_append (out, run, sizeof *run, error);
}

static garco_status
cut_run (const garco__cut *cut, const garco__run *run, garco__buffer *out, garco_error *error)
{
  int64_t least, most, value = 0;
  const garco_column column = {.type = cut->type, .width = 1, .values = cut->values};
  limits (cut->type, &least, &most);
  for (uint64_t at = run->from, to; at < run->to; at = to)
  {
    int64_t low = least, high = most;
    garco__run part = *run;
    garco__column_int64 (&column, (int64_t)at, 1, &value);
    bool in = selected (&cut->ranges, value, &low, &high);
    if (in && cut->key >= 0)
      part.keys[cut->key] = group_of (cut->bucket, value, &low, &high);
    to = stay (cut->type, cut->values, at, run->to, low, high);
    part.from = at;
    part.to = to;
    if (!in)
      continue;
    GARCO_TRY (garco__runs_put (out, &part, error));
    if (cut->most > 0 && out->size / sizeof part > cut->most)
      return GARCO_AGAIN;
  }
  return GARCO_OK;
}

garco_status
garco__runs_cut (const garco__cut *cut, const garco__buffer *runs, garco__buffer *out,
                 garco_error *error)
{
  const garco__run *all = (const garco__run *)(const void *)runs->data;
  garco_status status = GARCO_OK;
  out->size = 0;
  for (size_t i = 0; i < runs->size / sizeof *all && status == GARCO_OK; i++)
  {
    garco__run run = all[i];
    bool stays = cut->rest && !run.uncut;
    run.uncut = run.uncut && !cut->rest;
    status = stays ? garco__runs_put (out, &run, error) : cut_run (cut, &run, out, error);
  }
  return status;
}

/* ---------------------------------------------------------------- by keys */

int64_t
garco__value_of_key (garco_datatype type, uint64_t key)
{
  uint64_t raw = 0;
  int64_t value = 0;
  const garco_column column = {.type = type, .width = 1, .values = &raw};
  garco__order_value (type, key, &raw);
  garco__column_int64 (&column, 0, 1, &value);
  return value;
}

static garco_status
select_integers (garco_datatype type, const void *values, const garco__key_ranges *ranges,
                 const garco__buffer *runs, garco__buffer *out, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, 2 * ranges->count, sizeof (int64_t), error));
  int64_t *bounds = room;
  for (size_t i = 0; i < 2 * ranges->count; i++)
    bounds[i] = garco__value_of_key (type, ranges->bounds[i]);
  const garco__cut cut = {type, values, {ranges->given, ranges->count, bounds}, -1, 1, 0, false};
  garco_status status = garco__runs_cut (&cut, runs, out, error);
  free (room);
  return status;
}

/* Cell by cell. */
static garco_status
select_keys (garco_datatype type, const uint8_t *values, const garco__key_ranges *ranges,
             const garco__run *run, garco__buffer *out, garco_error *error)
{
  size_t size = garco_datatype_size (type);
  for (uint64_t at = run->from; at < run->to; at++)
  {
    garco__run cell = *run;
    cell.from = at;
    cell.to = at + 1;
    if (garco__ranges_hold (ranges, garco__order_key (type, values + at * size)))
      GARCO_TRY (garco__runs_put (out, &cell, error));
  }
  return GARCO_OK;
}

garco_status
garco__runs_select (garco_datatype type, const void *values, const garco__key_ranges *ranges,
                    const garco__buffer *runs, garco__buffer *out, garco_error *error)
{
  const garco__run *all = (const garco__run *)(const void *)runs->data;
  if (garco__type_is_integer (type) && type != GARCO_UINT64)
    return select_integers (type, values, ranges, runs, out, error);
  out->size = 0;
  for (size_t i = 0; i < runs->size / sizeof *all; i++)
    GARCO_TRY (select_keys (type, values, ranges, &all[i], out, error));
  return GARCO_OK;
}

garco_status
garco__runs_read (garco__tile_reader *reader, garco__fragment *fragment, size_t field,
                  uint64_t tile, const garco__buffer *runs, garco__tile_column *column,
                  garco_error *error)
{
  const garco__run *all = (const garco__run *)(const void *)runs->data;
  GARCO_TRY (garco__tile_column_open (reader, fragment, field, false, tile, column, error));
  for (size_t i = 0; i < runs->size / sizeof *all; i++)
    GARCO_TRY (garco__tile_column_need (reader->codec, column, all[i].from, all[i].to, error));
  return GARCO_OK;
}

garco_status
garco__runs_read_rest (garco__tile_reader *reader, garco__fragment *fragment, size_t field,
                       uint64_t tile, const garco__buffer *runs, garco__tile_column *column,
                       garco_error *error)
{
  const garco__run *all = (const garco__run *)(const void *)runs->data;
  bool open = false;
  for (size_t i = 0; i < runs->size / sizeof *all; i++)
    if (all[i].uncut)
    {
      if (!open)
        GARCO_TRY (garco__tile_column_open (reader, fragment, field, false, tile, column, error));
      open = true;
      GARCO_TRY (garco__tile_column_need (reader->codec, column, all[i].from, all[i].to, error));
    }
  return GARCO_OK;
}
