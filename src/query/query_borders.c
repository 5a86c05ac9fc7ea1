/* Finding where space tiles begin.
 *
 * Cells lie in the order of space tiles, and those by the first dimension of that order (in
 * EarthScope's schema half days), then by the others, each within its own:
 *
 *   half day   0 0 0 0 0 0 0 | 1 1 1 1 1 | 2 2 2      never falls
 *   sat        4 4 9 9 9 9 30  2 2 9 9 30  1 1 4      falls where the half day rises, at most
 *
 * So a place where the others fall is a border. As many of them as the box says that there are
 * borders, and there is no other: the times need not be read. Where a border hides (half a day
 * without cells, or one that begins above what the one before it ended with) some times are read:
 * at the borders found, and between those of different half days by halving.
 *
 * A space tile that is selected whole, or not at all, and lies in one group needs no times further.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_borders.h"

#include <inttypes.h>
#include <string.h>

#include "arco/datatype.h"
#include "arco/fragment_writer.h"
#include "base/civil_time.h"
#include "base/clones.h"
#include "base/error.h"

/* More space tiles in a tile, and more places where coordinates change, are not looked at. */
#define SPACE_LIMIT 4096u
#define CHANGE_LIMIT (UINT64_C (1) << 17)
#define BLOCK 64

/* A place where a dimension that was looked at changes its space tile, and whether it falls. */
typedef struct change
{
  uint64_t at;
  bool falls;
} change;

typedef struct search
{
  const garco_scan *scan;
  garco__tile_reader *reader;
  garco__fragment *fragment;
  const garco__scan_tile *tile;
  size_t field;
  garco__borders *borders;
  size_t nfalls;
  garco_error *error;
} search;

/* ---------------------------------------------------------------- what the box says */

/* The low end of a dimension's first space tile and their length, as keys; false: it has none. */
static bool
space_of (const garco__schema *schema, size_t d, uint64_t *first, uint64_t *extent)
{
  const garco__field *field = &schema->fields[d];
  *extent = 0;
  if (!field->has_extent || !field->has_domain || field->width != 1 ||
      !garco__type_is_integer (field->type))
    return false;
  memcpy (extent, field->extent, garco_datatype_size (field->type));
  *first = garco__order_key (field->type, field->domain);
  return *extent > 0;
}

/* Sets what the box says; false where it is in one space tile, or the dimension is not the first in
 * the order of space tiles. */
static bool
lay_out (const garco_scan *scan, const garco__scan_tile *tile, size_t field,
         garco__borders *borders)
{
  const garco__schema *schema = scan->array->fragments[tile->fragment]->schema;
  uint64_t first;
  if (garco__nth_dimension (schema, schema->tile_order, 0) != field ||
      !space_of (schema, field, &first, &borders->extent))
    return false;
  garco__scan_box_keys (scan, tile, field, &borders->low, &borders->high);
  if (borders->low < first || borders->high < borders->low)
    return false;
  borders->first = borders->low - (borders->low - first) % borders->extent;
  uint64_t more = (borders->high - borders->first) / borders->extent;
  borders->count = more < SPACE_LIMIT ? (size_t)more + 1 : 0;
  return borders->count > 1;
}

typedef enum fate
{
  OUT,     /* none of its cells are selected */
  SETTLED, /* all are, and they are of one group */
  OPEN
} fate;

/* Of space tile `i`; `value` is one in its group. */
static fate
fate_of (const garco__borders *borders, size_t i, const garco__cut *cut, int64_t *value)
{
  uint64_t from = borders->first + i * borders->extent;
  uint64_t to =
      borders->high - from >= borders->extent ? from + borders->extent - 1 : borders->high;
  from = from < borders->low ? borders->low : from;
  int64_t low = garco__value_of_key (cut->type, from), high = garco__value_of_key (cut->type, to);
  bool met = !cut->ranges.given, covered = met;
  for (size_t k = 0; cut->ranges.given && k < cut->ranges.count; k++)
  {
    const int64_t *range = &cut->ranges.bounds[2 * k];
    met |= low <= range[1] && high >= range[0];
    covered |= low >= range[0] && high <= range[1];
  }
  *value = low;
  if (!met)
    return OUT;
  bool one =
      cut->key < 0 || garco__floor_div (low, cut->bucket) == garco__floor_div (high, cut->bucket);
  return covered && one ? SETTLED : OPEN;
}

static size_t
count_open (const garco__borders *borders, const garco__cut *cut)
{
  size_t open = 0;
  int64_t value;
  for (size_t i = 0; i < borders->count; i++)
    open += fate_of (borders, i, cut, &value) == OPEN;
  return open;
}

/* Groups shorter than a space tile leave many runs of it, which are not kept but made by parts. */
bool
garco__borders_help (const garco_scan *scan, const garco__scan_tile *tile, size_t field,
                     const garco__cut *cut, garco__borders *borders)
{
  if (!lay_out (scan, tile, field, borders))
    return false;
  if (cut->key >= 0 && (uint64_t)cut->bucket < borders->extent)
    return false;
  return count_open (borders, cut) < borders->count;
}

bool
garco__borders_leave (const garco__borders *borders, const garco__cut *cut)
{
  return count_open (borders, cut) > 0;
}

/* The k-th dimension in the order of space tiles tells borders; false where it and what is behind
 * it does not. *one where it is the same in the whole box. */
static bool
tells_borders (const garco_scan *scan, const garco__scan_tile *tile, size_t k, bool *one)
{
  const garco__schema *schema = scan->array->fragments[tile->fragment]->schema;
  size_t d = garco__nth_dimension (schema, schema->tile_order, k);
  uint64_t first, extent, low, high;
  if (!space_of (schema, d, &first, &extent))
    return false;
  garco__scan_box_keys (scan, tile, d, &low, &high);
  *one = low >= first && (low - first) / extent == (high - first) / extent;
  return low >= first;
}

size_t
garco__borders_dimension (const garco_scan *scan, const garco__scan_tile *tile)
{
  const garco__schema *schema = scan->array->fragments[tile->fragment]->schema;
  bool one = false;
  for (size_t k = 1; k < schema->ndims && tells_borders (scan, tile, k, &one); k++)
    if (!one)
      return garco__nth_dimension (schema, schema->tile_order, k);
  return schema->ndims;
}

/* ---------------------------------------------------------------- where other dimensions fall */

/* The first cell from `at` on that differs from the one before it, or `to`. */
#define SAME(T)                                                                                    \
  do                                                                                               \
  {                                                                                                \
    const T *v = values;                                                                           \
    for (; to - at >= BLOCK; at += BLOCK)                                                          \
    {                                                                                              \
      unsigned out = 0;                                                                            \
      for (size_t i = 0; i < BLOCK; i++)                                                           \
        out |= (unsigned)(v[at + i] != v[at + i - 1]);                                             \
      if (out != 0)                                                                                \
        break;                                                                                     \
    }                                                                                              \
    while (at < to && v[at] == v[at - 1])                                                          \
      at++;                                                                                        \
  } while (0)

GARCO__CLONES static uint64_t
next_change (size_t size, const void *values, uint64_t at, uint64_t to)
{
  if (size == 1)
    SAME (uint8_t);
  else if (size == 2)
    SAME (uint16_t);
  else if (size == 4)
    SAME (uint32_t);
  else
    SAME (uint64_t);
  return at;
}

/* Which space tile the cell is in, of the dimension whose column is open. */
static uint64_t
space_tile (const search *s, size_t d, uint64_t cell)
{
  const garco__schema *schema = s->fragment->schema;
  garco_datatype type = schema->fields[d].type;
  uint64_t first = 0, extent = 1;
  space_of (schema, d, &first, &extent);
  const uint8_t *values = s->borders->column.values.data;
  return (garco__order_key (type, values + cell * garco_datatype_size (type)) - first) / extent;
}

/* Takes the changes before cell `at` over, and says whether one is at it. */
static garco_status
take_changes (search *s, const change *all, size_t n, size_t *next, uint64_t at, bool *there)
{
  for (*there = false; *next < n && all[*next].at <= at; ++*next)
  {
    *there = all[*next].at == at;
    GARCO_TRY (garco__buffer_append (&s->borders->other, &all[*next], sizeof *all, s->error));
  }
  return GARCO_OK;
}

/* Adds the changes of the dimension `d` whose column is open: where those before it in the order
 * change too, these say whether it falls. */
static garco_status
merge_changes (search *s, size_t d)
{
  garco__borders *b = s->borders;
  const change *all = (const change *)(const void *)b->changes.data;
  size_t n = b->changes.size / sizeof *all, next = 0, size = b->column.place.cell_size;
  bool there;
  b->other.size = 0;
  for (uint64_t at = 1;
       (at = next_change (size, b->column.values.data, at, s->tile->cells)) < s->tile->cells; at++)
  {
    uint64_t before = space_tile (s, d, at - 1), own = space_tile (s, d, at);
    GARCO_TRY (take_changes (s, all, n, &next, at, &there));
    if (there || own == before)
      continue;
    const change made = {at, own < before};
    s->nfalls += made.falls;
    GARCO_TRY (garco__buffer_append (&b->other, &made, sizeof made, s->error));
    if (b->other.size > CHANGE_LIMIT * sizeof made)
      break;
  }
  GARCO_TRY (take_changes (s, all, n, &next, UINT64_MAX, &there));
  garco__buffer_swap (&b->changes, &b->other);
  return GARCO_OK;
}

/* Looks at one dimension after the other until all borders are known. */
static garco_status
find_changes (search *s)
{
  const garco__schema *schema = s->fragment->schema;
  garco__borders *b = s->borders;
  bool one = false;
  b->changes.size = 0;
  for (size_t k = 1; k < schema->ndims && s->nfalls + 1 < b->count &&
                     b->changes.size <= CHANGE_LIMIT * sizeof (change) &&
                     tells_borders (s->scan, s->tile, k, &one);
       k++)
  {
    size_t d = garco__nth_dimension (schema, schema->tile_order, k);
    if (one)
      continue;
    GARCO_TRY (garco__tile_column_open (s->reader, s->fragment, d, false, s->tile->tile, &b->column,
                                        s->error));
    GARCO_TRY (garco__tile_column_need (s->reader->codec, &b->column, 0, s->tile->cells, s->error));
    GARCO_TRY (merge_changes (s, d));
  }
  return GARCO_OK;
}

/* The cells where a space tile begins after all, in b->other. */
static garco_status
find_falls (search *s)
{
  garco__borders *b = s->borders;
  GARCO_TRY (find_changes (s));
  const change *all = (const change *)(const void *)b->changes.data;
  b->other.size = 0;
  for (size_t i = 0; i < b->changes.size / sizeof *all; i++)
    if (all[i].falls)
      GARCO_TRY (garco__buffer_append (&b->other, &all[i].at, sizeof all[i].at, s->error));
  return GARCO_OK;
}

/* ---------------------------------------------------------------- by the coordinates */

/* Which of the borders' space tiles a cell is in, by its coordinate. */
static garco_status
space_at (search *s, uint64_t cell, size_t *number)
{
  garco__borders *b = s->borders;
  garco_datatype type = s->scan->schema->fields[s->field].type;
  size_t size = garco_datatype_size (type);
  GARCO_TRY (garco__tile_column_need (s->reader->codec, &b->column, cell, cell + 1, s->error));
  uint64_t key = garco__order_key (type, b->column.values.data + cell * size);
  if (key < b->low || key > b->high)
    return garco__fail (s->error, GARCO_ERR_CORRUPT, s->fragment->path,
                        "tile %" PRIu64 " has cells outside the box that the R-tree gives it",
                        s->tile->tile);
  *number = (size_t)((key - b->first) / b->extent);
  return GARCO_OK;
}

/* The first of the falls behind a cell. */
static size_t
fall_after (const search *s, uint64_t cell)
{
  const uint64_t *falls = (const uint64_t *)(const void *)s->borders->other.data;
  size_t low = 0, high = s->nfalls;
  while (low < high)
  {
    size_t middle = low + (high - low) / 2;
    if (falls[middle] > cell)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* A cell between the two to look at: where the middle one of the falls there is, else halfway. */
static uint64_t
probe_between (const search *s, uint64_t low, uint64_t high)
{
  const uint64_t *falls = (const uint64_t *)(const void *)s->borders->other.data;
  size_t from = fall_after (s, low), to = fall_after (s, high);
  if (from == to)
    return low + (high - low) / 2;
  uint64_t fall = falls[from + (to - from) / 2];
  return fall - 1 > low ? fall - 1 : fall < high ? fall : low + (high - low) / 2;
}

/* Of two cells whose space tiles are known, sets where those between begin. */
static garco_status
find_between (search *s, uint64_t low, uint64_t high, size_t first, size_t last)
{
  uint64_t *starts = (uint64_t *)(void *)s->borders->starts.data;
  size_t number;
  while (first < last && low + 1 < high)
  {
    uint64_t middle = probe_between (s, low, high);
    GARCO_TRY (space_at (s, middle, &number));
    if (number < first || number > last)
      return garco__fail (s->error, GARCO_ERR_CORRUPT, s->fragment->path,
                          "cells that are not in the order of the array");
    GARCO_TRY (find_between (s, low, middle, first, number));
    low = middle;
    first = number;
  }
  for (; first < last; first++)
    starts[first + 1] = high;
  return GARCO_OK;
}

static garco_status
find_by_coordinates (search *s)
{
  garco__borders *b = s->borders;
  uint64_t *starts = (uint64_t *)(void *)b->starts.data, last_cell = s->tile->cells - 1;
  size_t first = 0, last = 0;
  GARCO_TRY (garco__tile_column_open (s->reader, s->fragment, s->field, false, s->tile->tile,
                                      &b->column, s->error));
  GARCO_TRY (space_at (s, 0, &first));
  GARCO_TRY (space_at (s, last_cell, &last));
  if (last < first)
    return garco__fail (s->error, GARCO_ERR_CORRUPT, s->fragment->path,
                        "cells that are not in the order of the array");
  for (size_t i = 0; i <= b->count; i++)
    starts[i] = i <= first ? 0 : s->tile->cells;
  return find_between (s, 0, last_cell, first, last);
}

/* ---------------------------------------------------------------- runs */

static garco_status
find (search *s)
{
  garco__borders *b = s->borders;
  b->starts.size = 0;
  GARCO_TRY (garco__buffer_reserve (&b->starts, (b->count + 1) * sizeof (uint64_t), s->error));
  uint64_t *starts = (uint64_t *)(void *)b->starts.data;
  GARCO_TRY (find_falls (s));
  if (s->nfalls + 1 != b->count)
    return find_by_coordinates (s);
  starts[0] = 0;
  memcpy (starts + 1, b->other.data, s->nfalls * sizeof *starts);
  starts[b->count] = s->tile->cells;
  return GARCO_OK;
}

garco_status
garco__borders_runs (const garco_scan *scan, garco__tile_reader *reader,
                     const garco__scan_tile *tile, size_t field, const garco__cut *cut,
                     garco__borders *borders, garco__buffer *runs, garco_error *error)
{
  search s = {scan, reader, scan->array->fragments[tile->fragment], tile, field, borders, 0, error};
  runs->size = 0;
  if (tile->cells == 0)
    return GARCO_OK;
  GARCO_TRY (find (&s));
  const uint64_t *starts = (const uint64_t *)(const void *)borders->starts.data;
  for (size_t i = 0; i < borders->count; i++)
  {
    garco__run run = {.from = starts[i], .to = starts[i + 1]};
    int64_t value;
    fate own = fate_of (borders, i, cut, &value);
    if (own == OUT || run.from == run.to)
      continue;
    run.uncut = own == OPEN;
    if (own == SETTLED && cut->key >= 0)
      run.keys[cut->key] = garco__bucket_start (cut->bucket, value);
    GARCO_TRY (garco__runs_put (runs, &run, error));
  }
  return GARCO_OK;
}

void
garco__borders_free (garco__borders *borders)
{
  garco__buffer_free (&borders->starts);
  garco__buffer_free (&borders->changes);
  garco__buffer_free (&borders->other);
  garco__tile_column_free (&borders->column);
}
