/* A window's cells into row-major order, freed of what later ones replace.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "arco/array_scan.h"
#include "arco/cell_sort.h"
#include "base/error.h"

static garco_status
room_of (garco__buffer *buffer, size_t count, size_t size, void *place, garco_error *error)
{
  buffer->size = 0;
  GARCO_TRY (garco__buffer_reserve (buffer, count * size + 8, error));
  memcpy (place, &buffer->data, sizeof buffer->data);
  return GARCO_OK;
}

/* Sorts scan->order by words and times; the words themselves end in order too. */
static garco_status
sort_cells (garco_scan *scan, garco_error *error)
{
  size_t n = scan->count;
  uint64_t *keys, *scratch;
  uint32_t *other;
  GARCO_TRY (room_of (&scan->sort_scratch, n, sizeof (uint64_t), &scratch, error));
  GARCO_TRY (room_of (&scan->sort_order, n, sizeof (uint32_t), &other, error));
  for (size_t i = 0; i < n; i++)
    scan->order[i] = (uint32_t)i;
  if (scan->nwords == 1 && !scan->use_times)
  {
    garco__radix_sort (scan->words[0], scan->order, n, scan->word_bits[0], scratch, other);
    return GARCO_OK;
  }
  GARCO_TRY (room_of (&scan->sort_keys, n, sizeof (uint64_t), &keys, error));
  if (scan->use_times)
  {
    memcpy (keys, scan->times, n * sizeof *keys);
    garco__radix_sort (keys, scan->order, n, 64, scratch, other);
  }
  for (size_t w = scan->nwords; w-- > 0;)
  {
    for (size_t i = 0; i < n; i++)
      keys[i] = scan->words[w][scan->order[i]];
    garco__radix_sort (keys, scan->order, n, scan->word_bits[w], scratch, other);
  }
  for (size_t w = 0; w < scan->nwords; w++)
  {
    for (size_t i = 0; i < n; i++)
      keys[i] = scan->words[w][scan->order[i]];
    memcpy (scan->words[w], keys, n * sizeof *keys);
  }
  return GARCO_OK;
}

static bool
equals_before (const garco_scan *scan, size_t i)
{
  for (size_t w = 0; w < scan->nwords; w++)
    if (scan->words[w][i] != scan->words[w][i - 1])
      return false;
  return true;
}

/* Takes out what a later cell replaces, and then what is deleted. The comparison looks back at a
 * cell that may have been moved over: so it is made before the moving. */
static void
drop_cells (garco_scan *scan)
{
  bool again = false;
  scan->rows = 0;
  for (size_t i = 0; i < scan->count; i++)
  {
    bool next_again =
        i + 1 < scan->count && !scan->schema->duplicates && equals_before (scan, i + 1);
    bool gone = again || (scan->use_dead && scan->dead[scan->order[i]] != 0);
    again = next_again;
    if (gone)
      continue;
    for (size_t w = 0; w < scan->nwords; w++)
      scan->words[w][scan->rows] = scan->words[w][i];
    scan->order[scan->rows++] = scan->order[i];
  }
}

garco_status
garco__scan_sort (garco_scan *scan, garco_error *error)
{
  GARCO_TRY (sort_cells (scan, error));
  drop_cells (scan);
  return GARCO_OK;
}
