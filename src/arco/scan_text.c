/* Texts as coordinates.
 *
 * What is sorted in a window are packed words, so texts need numbers that sort as they do. Each
 * text that comes is looked up in a hash table and gets the next number at its first appearance;
 * when all cells of the window are there the distinct texts are sorted once, and the numbers in the
 * words become ranks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/scan_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define LEAST_SLOTS 64u

void
garco__texts_clear (garco__texts *texts)
{
  texts->bytes.size = texts->starts.size = texts->order.size = texts->ranks.size = 0;
  if (texts->slots.size > 0)
    memset (texts->slots.data, 0, texts->slots.size);
  texts->count = texts->last = 0;
}

void
garco__texts_free (garco__texts *texts)
{
  garco__buffer_free (&texts->bytes);
  garco__buffer_free (&texts->starts);
  garco__buffer_free (&texts->slots);
  garco__buffer_free (&texts->order);
  garco__buffer_free (&texts->ranks);
  texts->count = texts->last = 0;
}

static const uint8_t *
text_at (const garco__texts *texts, uint32_t number, size_t *size)
{
  const uint64_t *starts = (const uint64_t *)(const void *)texts->starts.data;
  *size = (size_t)(starts[number + 1] - starts[number]);
  return texts->bytes.data + starts[number];
}

static bool
is_text (const garco__texts *texts, uint32_t number, const uint8_t *bytes, size_t size)
{
  size_t own;
  const uint8_t *text = text_at (texts, number, &own);
  return own == size && (size == 0 || memcmp (text, bytes, size) == 0);
}

/* FNV-1a. */
static uint32_t
hash_of (const uint8_t *bytes, size_t size)
{
  uint64_t hash = UINT64_C (14695981039346656037);
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ bytes[i]) * UINT64_C (1099511628211);
  return (uint32_t)(hash ^ hash >> 32);
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *
find_slot (garco__texts *texts, const uint8_t *bytes, size_t size)
{
  uint32_t *slots = (uint32_t *)(void *)texts->slots.data;
  uint32_t mask = (uint32_t)(texts->slots.size / sizeof *slots) - 1;
  uint32_t at = hash_of (bytes, size) & mask;
  while (slots[at] != 0 && !is_text (texts, slots[at] - 1, bytes, size))
    at = (at + 1) & mask;
  return &slots[at];
}

/* Twice the slots, at most half of them taken. */
static garco_status
grow_slots (garco__texts *texts, garco_error *error)
{
  size_t count = texts->slots.size / sizeof (uint32_t);
  if (texts->count < count / 2)
    return GARCO_OK;
  count = count < LEAST_SLOTS ? LEAST_SLOTS : count * 2;
  if (count > UINT32_MAX / 2)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %u texts in one window",
                        texts->count);
  texts->slots.size = 0;
  GARCO_TRY (garco__buffer_reserve (&texts->slots, count * sizeof (uint32_t), error));
  texts->slots.size = count * sizeof (uint32_t);
  memset (texts->slots.data, 0, texts->slots.size);
  for (uint32_t i = 0; i < texts->count; i++)
  {
    size_t size;
    const uint8_t *text = text_at (texts, i, &size);
    *find_slot (texts, text, size) = i + 1;
  }
  return GARCO_OK;
}

static garco_status
add_text (garco__texts *texts, const uint8_t *bytes, size_t size, garco_error *error)
{
  const uint64_t start = texts->bytes.size, end = start + size;
  if (texts->count == 0)
    GARCO_TRY (garco__buffer_append (&texts->starts, &start, sizeof start, error));
  GARCO_TRY (garco__buffer_append (&texts->bytes, bytes, size, error));
  GARCO_TRY (garco__buffer_append (&texts->starts, &end, sizeof end, error));
  texts->count++;
  return GARCO_OK;
}

garco_status
garco__texts_number (garco__texts *texts, const uint8_t *bytes, size_t size, uint32_t *number,
                     garco_error *error)
{
  if (texts->count == 0 || !is_text (texts, texts->last, bytes, size))
  {
    GARCO_TRY (grow_slots (texts, error));
    uint32_t *slot = find_slot (texts, bytes, size);
    if (*slot == 0)
    {
      GARCO_TRY (add_text (texts, bytes, size, error));
      *slot = texts->count;
    }
    texts->last = *slot - 1;
  }
  *number = texts->last;
  return GARCO_OK;
}

/* ---- order */

static int
compare (const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
  size_t least = na < nb ? na : nb;
  int order = least > 0 ? memcmp (a, b, least) : 0;
  return order != 0 ? order : (na > nb) - (na < nb);
}

/* qsort has no context: each text is put beside its number. */
typedef struct sorted_text
{
  const uint8_t *bytes;
  size_t size;
  uint32_t number;
} sorted_text;

static int
by_text (const void *a, const void *b)
{
  const sorted_text *x = a, *y = b;
  return compare (x->bytes, x->size, y->bytes, y->size);
}

static garco_status
room_of (garco__buffer *buffer, uint32_t count, garco_error *error)
{
  buffer->size = 0;
  GARCO_TRY (garco__buffer_reserve (buffer, ((size_t)count + 1) * sizeof (uint32_t), error));
  buffer->size = count * sizeof (uint32_t);
  return GARCO_OK;
}

garco_status
garco__texts_sort (garco__texts *texts, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (room_of (&texts->order, texts->count, error));
  GARCO_TRY (room_of (&texts->ranks, texts->count, error));
  GARCO_TRY (garco__allocate (&room, texts->count, sizeof (sorted_text), error));
  sorted_text *sorted = room;
  uint32_t *order = (uint32_t *)(void *)texts->order.data;
  uint32_t *ranks = (uint32_t *)(void *)texts->ranks.data;
  for (uint32_t i = 0; i < texts->count; i++)
  {
    sorted[i].bytes = text_at (texts, i, &sorted[i].size);
    sorted[i].number = i;
  }
  if (texts->count > 1)
    qsort (sorted, texts->count, sizeof *sorted, by_text);
  for (uint32_t i = 0; i < texts->count; i++)
  {
    order[i] = sorted[i].number;
    ranks[sorted[i].number] = i;
  }
  free (room);
  return GARCO_OK;
}

const uint8_t *
garco__texts_of_rank (const garco__texts *texts, uint32_t rank, size_t *size)
{
  return text_at (texts, ((const uint32_t *)(const void *)texts->order.data)[rank], size);
}

/* ---- ranges */

static garco_status
copy_end (const char *text, char **copy, garco_error *error)
{
  if (text == NULL)
    return GARCO_OK;
  *copy = strdup (text);
  return *copy != NULL ? GARCO_OK : garco__fail_memory (error, strlen (text));
}

garco_status
garco__text_ranges_add (garco__text_ranges *ranges, const char *low, const char *high,
                        garco_error *error)
{
  void *ends = (void *)ranges->ends;
  char *copies[2] = {NULL, NULL};
  GARCO_TRY (garco__reallocate (&ends, ranges->count + 1, sizeof copies, error));
  ranges->ends = ends;
  garco_status status = copy_end (low, &copies[0], error);
  if (status >= 0)
    status = copy_end (high, &copies[1], error);
  ranges->ends[2 * ranges->count] = copies[0];
  ranges->ends[2 * ranges->count + 1] = copies[1];
  ranges->count++;
  return status;
}

bool
garco__text_ranges_hold (const garco__text_ranges *ranges, const uint8_t *text, size_t size)
{
  for (size_t i = 0; i < ranges->count; i++)
  {
    const char *low = ranges->ends[2 * i], *high = ranges->ends[2 * i + 1];
    if ((low == NULL || compare ((const uint8_t *)low, strlen (low), text, size) <= 0) &&
        (high == NULL || compare (text, size, (const uint8_t *)high, strlen (high)) <= 0))
      return true;
  }
  return false;
}

void
garco__text_ranges_free (garco__text_ranges *ranges)
{
  for (size_t i = 0; i < 2 * ranges->count; i++)
    free ((void *)(uintptr_t)ranges->ends[i]);
  free ((void *)ranges->ends);
  *ranges = (garco__text_ranges){0, NULL};
}
