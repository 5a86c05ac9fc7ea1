/* Which tiles stand alone.
 *
 * A cell counts as it lies in its tile where nothing can replace it or take it away: no tile of
 * another fragment has a box that meets its tile's, its fragment has no times of cells that hide
 * some, no delete is left to be done, and none of what is read is of variable length. Such tiles
 * are settled: they may be read in any order, by any thread, and their columns used as they come.
 * The others are contested and go through the windows of the scan together.
 *
 * A fragment made of others may have equal cells, one after the other, of which the latest counts,
 * unless it says that it has none: its settled tiles are marked so, and their readers look for
 * them. Those that two tiles share, of which one is contested, make the other contested too, so
 * that the same reader sees all of them.
 *
 * Boxes are cut to the ranges asked for first, and met by a sweep along the first dimension:
 *
 *   tiles by their low ends -->  |----- a -----|
 *                                   |-- b --|           b is held against those still open: a
 *                                                |- c -|     c against none
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "arco/array_scan.h"
#include "arco/datatype.h"
#include "arco/tile_edge.h"
#include "base/error.h"
#include "base/parallel.h"

/* More pairs of boxes than these are not looked at: what is left is contested. */
#define PAIR_LIMIT (UINT64_C (1) << 27)
/* Fragments that one piece of loading takes. */
#define LOAD_STEP 16

/* ---- loading */

static garco_status
load_slot (garco_scan *scan, garco__codec *codec, garco__fragment *fragment, size_t field,
           garco_error *error)
{
  garco__io *io = scan->array->io;
  int found = garco__schema_find (fragment->schema, scan->schema->fields[field].name);
  if (found < 0)
    return GARCO_OK;
  size_t slot = garco__schema_slot (fragment->schema, (size_t)found);
  GARCO_TRY (garco__fragment_load_offsets (io, codec, fragment, slot, false, error));
  if (!fragment->schema->fields[found].nullable)
    return GARCO_OK;
  return garco__fragment_load_offsets (io, codec, fragment, slot, true, error);
}

static garco_status
load_special (garco_scan *scan, garco__codec *codec, garco__fragment *fragment, garco_error *error)
{
  const garco__schema *schema = fragment->schema;
  size_t slot = schema->nattrs + 1 + schema->ndims;
  size_t count = fragment->has_timestamps ? 1 : 0;
  count += fragment->has_deletes ? 1 : 0;
  for (size_t i = 0; i < count; i++)
    GARCO_TRY (
        garco__fragment_load_offsets (scan->array->io, codec, fragment, slot + i, false, error));
  if (!scan->schema->duplicates)
    GARCO_TRY (garco__fragment_load_distinct (scan->array->io, fragment, error));
  if (!fragment->has_deletes)
    return GARCO_OK;
  return garco__fragment_load_processed (scan->array->io, codec, fragment, error);
}

static garco_status
load_fragment (garco_scan *scan, garco__codec *codec, size_t index, garco_error *error)
{
  garco__fragment *fragment = NULL;
  GARCO_TRY (garco__array_fragment_at (scan->array, index, &fragment, error));
  GARCO_TRY (garco__scan_check_dimensions (scan, fragment, error));
  if (fragment->ntiles == 0 || !garco__scan_box_meets (scan, fragment->domain))
    return GARCO_OK;
  GARCO_TRY (garco__fragment_load_boxes (scan->array->io, codec, fragment, error));
  for (size_t d = 0; d < scan->schema->ndims; d++)
    GARCO_TRY (load_slot (scan, codec, fragment, d, error));
  for (size_t i = 0; i < scan->nattributes; i++)
    GARCO_TRY (load_slot (scan, codec, fragment, scan->attributes[i].field, error));
  for (size_t c = 0; c < scan->nconditions; c++)
    for (size_t i = 0; i < garco__condition_field_count (scan->conditions[c]); i++)
      GARCO_TRY (load_slot (scan, codec, fragment, garco__condition_field (scan->conditions[c], i),
                            error));
  return load_special (scan, codec, fragment, error);
}

static garco_status
load_piece (void *context, size_t index, garco_error *error)
{
  garco_scan *scan = context;
  garco__codec *codec = NULL;
  size_t from = index * LOAD_STEP, to = from + LOAD_STEP;
  GARCO_TRY (garco__codec_new (&codec, error));
  garco_status status = GARCO_OK;
  for (size_t i = from; i < to && i < scan->array->nfragments && status >= 0; i++)
    status = load_fragment (scan, codec, i, error);
  garco__codec_free (&codec);
  return status;
}

garco_status
garco__scan_load (garco_scan *scan, int threads, garco_error *error)
{
  size_t pieces = (scan->array->nfragments + LOAD_STEP - 1) / LOAD_STEP;
  GARCO_TRY (garco__array_read_footers (scan->array, error));
  garco_status status = garco__parallel_run (pieces, threads, load_piece, scan, error);
  garco__array_forget_footers (scan->array);
  return status;
}

/* ---- settling */

/* Cells of the fragment are given out as they lie in it, but for other fragments. */
static bool
is_plain (const garco_scan *scan, const garco__fragment *fragment)
{
  bool whole =
      scan->array->start <= fragment->stamp.start && fragment->stamp.end <= scan->array->end;
  bool many = !scan->schema->duplicates && scan->schema->ndims > GARCO__SCAN_WORDS;
  if (fragment->has_deletes || (fragment->has_timestamps && (!whole || many)))
    return false;
  for (size_t i = 0; i < scan->nconditions; i++)
    if (scan->deletes[i].stamp.start >= fragment->stamp.start)
      return false;
  return true;
}

/* Whether two tiles' boxes have a place in common that the ranges do not exclude. */
static bool
tiles_meet (const garco_scan *scan, const garco__scan_tile *a, const garco__scan_tile *b)
{
  for (size_t d = 0; d < scan->schema->ndims; d++)
  {
    const garco__key_ranges *ranges = &scan->ranges[d];
    uint64_t low[2], high[2];
    garco__scan_box_keys (scan, a, d, &low[0], &high[0]);
    garco__scan_box_keys (scan, b, d, &low[1], &high[1]);
    uint64_t from = low[0] > low[1] ? low[0] : low[1];
    uint64_t to = high[0] < high[1] ? high[0] : high[1];
    if (ranges->given && ranges->count > 0)
    {
      uint64_t first = ranges->bounds[0], last = ranges->bounds[2 * ranges->count - 1];
      from = from > first ? from : first;
      to = to < last ? to : last;
    }
    if (from > to)
      return false;
  }
  return true;
}

/* Holds tile `i` against the open ones, of which those that ended before it are dropped. */
static void
meet_open (garco_scan *scan, size_t i, size_t *open, size_t *nopen, uint64_t *pairs)
{
  garco__scan_tile *own = &scan->tiles[i];
  size_t left = 0;
  for (size_t k = 0; k < *nopen; k++)
  {
    garco__scan_tile *other = &scan->tiles[open[k]];
    if (other->high < own->low)
      continue;
    open[left++] = open[k];
    if (other->fragment == own->fragment || (own->contested && other->contested))
      continue;
    if (++*pairs > PAIR_LIMIT || tiles_meet (scan, own, other))
      own->contested = other->contested = true;
  }
  open[left] = i;
  *nopen = left + 1;
}

/* Whether the scan reads cells of variable length, which only its windows do. */
static bool
reads_texts (const garco_scan *scan)
{
  bool found = false;
  for (size_t i = 0; i < scan->schema->ndims; i++)
    found |= garco__scan_is_text (scan, i);
  for (size_t i = 0; i < scan->nattributes; i++)
    found |= scan->attributes[i].cell_size == 0;
  return found;
}

/* ---- equal cells in two tiles */

static bool
may_repeat (const garco_scan *scan, const garco__scan_tile *tile)
{
  const garco__fragment *fragment = scan->array->fragments[tile->fragment];
  return !scan->schema->duplicates && fragment->has_timestamps && !fragment->distinct;
}

/* Makes two neighbours alike where they share a cell and one of them is contested. What cannot be
 * read is left for the scan to report. */
static garco_status
join_neighbours (garco_scan *scan, garco__scan_tile *left, garco__scan_tile *right,
                 garco__tile_column *column, garco_error *error)
{
  garco__fragment *fragment = scan->array->fragments[left->fragment];
  garco_error damage;
  bool equal = true;
  if (left->fragment != right->fragment || left->tile + 1 != right->tile ||
      left->contested == right->contested || !may_repeat (scan, left))
    return GARCO_OK;
  garco_status status =
      garco__edge_meets (&scan->reader, fragment, left->tile, column, &equal, &damage);
  if (status < 0 && status != GARCO_ERR_CORRUPT && status != GARCO_ERR_TRUNCATED)
  {
    if (error != NULL)
      *error = damage;
    return status;
  }
  if (status < 0 || equal)
    left->contested = right->contested = true;
  return GARCO_OK;
}

typedef struct placed_tile
{
  garco__tile_name name;
  garco__scan_tile *tile;
} placed_tile;

static int
by_place (const void *a, const void *b)
{
  const garco__tile_name *x = a, *y = b;
  if (x->fragment != y->fragment)
    return x->fragment < y->fragment ? -1 : 1;
  return x->tile < y->tile ? -1 : x->tile > y->tile;
}

/* Once from the first tile on and once back: what is contested spreads both ways. */
static garco_status
settle_neighbours (garco_scan *scan, garco_error *error)
{
  void *room = NULL;
  garco__tile_column column = {0};
  garco_status status = GARCO_OK;
  GARCO_TRY (garco__allocate (&room, scan->ntiles, sizeof (placed_tile), error));
  placed_tile *placed = room;
  for (size_t i = 0; i < scan->ntiles; i++)
    placed[i] = (placed_tile){{scan->tiles[i].fragment, scan->tiles[i].tile}, &scan->tiles[i]};
  if (scan->ntiles > 1)
    qsort (placed, scan->ntiles, sizeof *placed, by_place);
  for (size_t i = 1; i < scan->ntiles && status >= 0; i++)
    status = join_neighbours (scan, placed[i - 1].tile, placed[i].tile, &column, error);
  for (size_t i = scan->ntiles; i-- > 1 && status >= 0;)
    status = join_neighbours (scan, placed[i - 1].tile, placed[i].tile, &column, error);
  garco__tile_column_free (&column);
  free (room);
  return status;
}

static garco_status
settle_repeats (garco_scan *scan, garco_error *error)
{
  bool some = false, contested = false;
  for (size_t i = 0; i < scan->ntiles; i++)
  {
    some |= may_repeat (scan, &scan->tiles[i]);
    contested |= scan->tiles[i].contested;
  }
  if (some && contested && !reads_texts (scan))
    GARCO_TRY (settle_neighbours (scan, error));
  for (size_t i = 0; i < scan->ntiles; i++)
    scan->tiles[i].repeats = !scan->tiles[i].contested && may_repeat (scan, &scan->tiles[i]);
  return GARCO_OK;
}

garco_status
garco__scan_settle (garco_scan *scan, garco_error *error)
{
  bool texts = reads_texts (scan);
  void *room = NULL;
  size_t nopen = 0;
  uint64_t pairs = 0;
  for (size_t i = 0; i < scan->ntiles; i++)
    scan->tiles[i].contested =
        texts || !is_plain (scan, scan->array->fragments[scan->tiles[i].fragment]);
  if (scan->schema->duplicates)
    return GARCO_OK;
  GARCO_TRY (garco__allocate (&room, scan->ntiles, sizeof (size_t), error));
  for (size_t i = 0; i < scan->ntiles; i++)
    meet_open (scan, i, room, &nopen, &pairs);
  free (room);
  return settle_repeats (scan, error);
}

/* The others lie behind them. */
void
garco__scan_keep (garco_scan *scan, bool contested)
{
  size_t kept = 0;
  for (size_t i = 0; i < scan->ntiles; i++)
    if (scan->tiles[i].contested == contested)
    {
      garco__scan_tile tile = scan->tiles[i];
      scan->tiles[i] = scan->tiles[kept];
      scan->tiles[kept++] = tile;
    }
  scan->ntiles = kept;
}

garco_status
garco__scan_contested (const garco_scan *scan, garco__tile_list *list, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, scan->ntiles, sizeof (garco__tile_name), error));
  list->tiles = room;
  list->count = 0;
  for (size_t i = 0; i < scan->ntiles; i++)
    if (scan->tiles[i].contested)
      list->tiles[list->count++] = (garco__tile_name){scan->tiles[i].fragment, scan->tiles[i].tile};
  if (list->count > 1)
    qsort (list->tiles, list->count, sizeof *list->tiles, by_place);
  return GARCO_OK;
}

void
garco__scan_restrict (garco_scan *scan, const garco__tile_list *list)
{
  size_t kept = 0;
  for (size_t i = 0; i < scan->ntiles; i++)
  {
    const garco__tile_name name = {scan->tiles[i].fragment, scan->tiles[i].tile};
    if (list->count > 0 && bsearch (&name, list->tiles, list->count, sizeof name, by_place) != NULL)
      scan->tiles[kept++] = scan->tiles[i];
  }
  scan->ntiles = kept;
}
