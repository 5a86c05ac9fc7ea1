/* Satellites in an array lie by system and number; in a file in any order, mostly that of the
 * receiver's channels, which stays but for satellites that rise. What is noted is
 *
 *   epoch lists       G05 R03 G02 | G05 R03 G02 | G05 G02 | G05 R03 G02 | G05 G17 R03 G02
 *   order, known by   G05R03G02     the same      the same  the same      G05G17R03G02
 *
 *   key    garco.order.<SHA-256 of the file's bytes>
 *   value  a zstd frame of "1704067200000 G05R03G02\n1704067320000 G05G17R03G02\n"
 *
 * A list that is noted is followed by the satellites that it lacks, each behind the one that it
 * came behind before. Reading goes through the same steps as writing did.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/ingest_order.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/error.h"
#include "ingest/ingest_record.h"

#define TEXT_LIMIT ((size_t)16 << 20)
#define LEVEL 9

static uint16_t
key_of (int system, int number)
{
  return (uint16_t)(system * 128 + number);
}

/* ---------------------------------------------------------------- orders */

static void
insert (garco__order *order, size_t place, uint16_t key)
{
  memmove (order->list + place + 1, order->list + place,
           (order->count - place) * sizeof *order->list);
  order->list[place] = key;
  order->count++;
}

static size_t
place_of (const garco__order *order, uint16_t key)
{
  size_t place = 0;
  while (place < order->count && order->list[place] != key)
    place++;
  return place;
}

/* Takes a list over, and keeps those it lacks behind the ones that they came behind. */
static void
follow (garco__order *order, const garco__order *list)
{
  garco__order merged = *list;
  for (size_t i = 0; i < order->count; i++)
    if (place_of (&merged, order->list[i]) == merged.count)
      insert (&merged, i > 0 ? place_of (&merged, order->list[i - 1]) + 1 : 0, order->list[i]);
  *order = merged;
}

/* Of each satellite its place, and behind all those of the ones that have none. */
static void
rank_all (const garco__order *order, uint16_t rank[GARCO__ORDER_KEYS])
{
  for (size_t key = 0; key < GARCO__ORDER_KEYS; key++)
    rank[key] = (uint16_t)(GARCO__ORDER_KEYS + key);
  for (size_t place = 0; place < order->count; place++)
    rank[order->list[place]] = (uint16_t)place;
}

static void
sort (const garco__order *order, garco_epoch_sat *sats, size_t nsats)
{
  uint16_t rank[GARCO__ORDER_KEYS];
  rank_all (order, rank);
  for (size_t i = 1; i < nsats; i++)
  {
    garco_epoch_sat sat = sats[i];
    size_t at = i;
    for (; at > 0 && rank[key_of (sats[at - 1].system, sats[at - 1].number)] >
                         rank[key_of (sat.system, sat.number)];
         at--)
      sats[at] = sats[at - 1];
    sats[at] = sat;
  }
}

/* ---------------------------------------------------------------- of a file */

/* The satellites of an epoch, each once. */
static void
list_epoch (const garco_epoch *epoch, garco__order *list)
{
  bool seen[GARCO__ORDER_KEYS] = {false};
  list->count = 0;
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    uint16_t key = key_of (epoch->sats[i].system, epoch->sats[i].number);
    if (!seen[key])
      list->list[list->count++] = key;
    seen[key] = true;
  }
}

static bool
is_known (const garco__order *order, const garco__order *list)
{
  uint16_t rank[GARCO__ORDER_KEYS];
  rank_all (order, rank);
  for (size_t i = 1; i < list->count; i++)
    if (rank[list->list[i - 1]] > rank[list->list[i]])
      return false;
  return true;
}

garco_status
garco__order_note (garco__order_notes *notes, int64_t time, const garco_epoch *epoch,
                   garco_error *error)
{
  garco__order list;
  list_epoch (epoch, &list);
  if (notes->too_many || is_known (&notes->now, &list))
    return GARCO_OK;
  follow (&notes->now, &list);
  GARCO_TRY (garco__buffer_print (&notes->text, error, "%" PRId64 " ", time));
  for (size_t i = 0; i < list.count; i++)
    GARCO_TRY (garco__buffer_print (&notes->text, error, "%c%02d",
                                    garco_system_letter (list.list[i] / 128), list.list[i] % 128));
  notes->too_many = notes->text.size > TEXT_LIMIT;
  return garco__buffer_print (&notes->text, error, "\n");
}

garco_status
garco__order_pack (const garco__order_notes *notes, garco__buffer *packed, garco_error *error)
{
  if (notes->text.size == 0 || notes->too_many)
    return GARCO_OK;
  size_t room = ZSTD_compressBound (notes->text.size);
  GARCO_TRY (garco__buffer_reserve (packed, room, error));
  size_t size = ZSTD_compress (packed->data, room, notes->text.data, notes->text.size, LEVEL);
  if (ZSTD_isError (size))
    return garco__fail_memory (error, room);
  packed->size = size;
  return GARCO_OK;
}

/* ---------------------------------------------------------------- of an array */

static garco_status
fail_notes (const char *key, const char *what, garco_error *error)
{
  return garco__fail (error, GARCO_ERR_CORRUPT, NULL, "metadata \"%s\": %s", key, what);
}

/* "G05" and its like; gives where it ends, or NULL. */
static const char *
read_satellite (const char *text, uint16_t *key)
{
  const char *system = text[0] != '\0' ? strchr (GARCO_SYSTEMS, text[0]) : NULL;
  if (system == NULL || !isdigit ((unsigned char)text[1]) || !isdigit ((unsigned char)text[2]))
    return NULL;
  *key = key_of ((int)(system - GARCO_SYSTEMS), (text[1] - '0') * 10 + text[2] - '0');
  return text + 3;
}

/* One note; gives where the next begins, or NULL where it is none. */
static const char *
read_note (const char *text, int64_t *time, garco__order *list)
{
  bool seen[GARCO__ORDER_KEYS] = {false};
  char *end;
  *time = strtoll (text, &end, 10);
  if (end == text || *end != ' ')
    return NULL;
  list->count = 0;
  for (text = end + 1; *text != '\n';)
  {
    uint16_t key;
    text = read_satellite (text, &key);
    if (text == NULL || seen[key])
      return NULL;
    seen[key] = true;
    list->list[list->count++] = key;
  }
  return text + 1;
}

static garco_status
check_notes (const char *key, const char *notes, garco_error *error)
{
  garco__order list;
  int64_t time;
  while (notes != NULL && *notes != '\0')
    notes = read_note (notes, &time, &list);
  return notes != NULL ? GARCO_OK : fail_notes (key, "a line that is no list of satellites", error);
}

static garco_status
unpack (const garco_metadata_info *item, char **notes, garco_error *error)
{
  void *made = NULL;
  unsigned long long size = garco_datatype_size (item->type) == 1
                                ? ZSTD_getFrameContentSize (item->values, item->count)
                                : ZSTD_CONTENTSIZE_ERROR;
  if (size > 2 * TEXT_LIMIT)
    return fail_notes (item->key, "no zstd frame of a list of satellites", error);
  GARCO_TRY (garco__allocate (&made, (size_t)size + 1, 1, error));
  *notes = made;
  if (ZSTD_decompress (*notes, (size_t)size, item->values, item->count) != size)
    return fail_notes (item->key, "a damaged zstd frame", error);
  return check_notes (item->key, *notes, error);
}

/* The notes of a file, none where it has none. */
static garco_status
read_notes (garco_array *array, const char *sha256, char **notes, garco_error *error)
{
  char key[GARCO__SOURCE_KEY_SIZE];
  garco_metadata_info item;
  void *made = NULL;
  bool found = false;
  garco__record_key (GARCO__ORDER_KEY, sha256, key);
  GARCO_TRY (garco__record_item (array, key, &item, &found, error));
  if (found)
    return unpack (&item, notes, error);
  GARCO_TRY (garco__allocate (&made, 1, 1, error));
  *notes = made;
  return GARCO_OK;
}

/* The order of the file whose record this is, if the array holds it. */
static garco_status
read_file (garco__orders *orders, garco_array *array, const garco_metadata_info *item,
           garco_error *error)
{
  garco__record record = {0};
  void *files = orders->files;
  bool holds = false;
  GARCO_TRY (garco__record_holds (array, item, &holds, error));
  if (!holds)
    return GARCO_OK;
  GARCO_TRY (garco__reallocate (&files, orders->count + 1, sizeof *orders->files, error));
  orders->files = files;
  garco_status status = garco__record_read (item, &record, error);
  if (status >= 0 && record.file != NULL)
  {
    garco__file_order *file = &orders->files[orders->count++];
    *file = (garco__file_order){record.first, record.last, record.timestamp, NULL};
    status = read_notes (array, item->key + strlen (GARCO__SOURCE_KEY), &file->notes, error);
  }
  garco__record_free (&record);
  return status;
}

garco_status
garco__orders_read (garco__orders *orders, garco_array *array, garco_error *error)
{
  const size_t prefix = strlen (GARCO__SOURCE_KEY);
  size_t count = 0;
  GARCO_TRY (garco_array_metadata_count (array, &count, error));
  for (size_t i = 0; i < count; i++)
  {
    garco_metadata_info item;
    GARCO_TRY (garco_array_metadata (array, i, &item, error));
    if (strncmp (item.key, GARCO__SOURCE_KEY, prefix) == 0 && strlen (item.key) == prefix + 64)
      GARCO_TRY (read_file (orders, array, &item, error));
  }
  return GARCO_OK;
}

static const garco__file_order *
file_of (const garco__orders *orders, int64_t time)
{
  const garco__file_order *best = NULL;
  for (size_t i = 0; i < orders->count; i++)
  {
    const garco__file_order *file = &orders->files[i];
    if (file->first <= time && file->last >= time &&
        (best == NULL || file->timestamp > best->timestamp))
      best = file;
  }
  return best;
}

/* Follows the notes of the time's file up to it. */
static void
go_to (garco__orders *orders, int64_t time)
{
  garco__order list;
  int64_t noted;
  if (orders->current == NULL || orders->current->last < time)
  {
    orders->current = file_of (orders, time);
    orders->now.count = 0;
    orders->at = orders->current != NULL ? orders->current->notes : "";
  }
  while (*orders->at != '\0')
  {
    const char *next = read_note (orders->at, &noted, &list);
    if (next == NULL || noted > time)
      return;
    follow (&orders->now, &list);
    orders->at = next;
  }
}

void
garco__orders_put (garco__orders *orders, int64_t time, garco_epoch_sat *sats, size_t nsats)
{
  if (orders->count == 0)
    return;
  go_to (orders, time);
  if (orders->now.count > 0)
    sort (&orders->now, sats, nsats);
}

void
garco__orders_free (garco__orders *orders)
{
  for (size_t i = 0; i < orders->count; i++)
    free (orders->files[i].notes);
  free (orders->files);
  memset (orders, 0, sizeof *orders);
}
