/* garco_ingest: the one place where RINEX meets the array to write.
 *
 *   decode the whole file --> lock --> refresh --> in it already? --> fragment's data
 *                                                      |                   |
 *                                                      v                   v
 *                                                   report         metadata: the record
 *                                                                          |
 *                                                                          v
 *                                                                  commit --> unlock
 *
 * Whatever is killed, a reader sees the file whole or not at all, and the record counts only with
 * its fragment (ingest_record.c). Why in this order: docs/decisions/0003-each-file-once.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arco/array_writer.h"
#include "arco/consolidate.h"
#include "arco/group_commit.h"
#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/error.h"
#include "ingest/ingest_days.h"
#include "ingest/ingest_decode.h"
#include "ingest/ingest_order.h"
#include "ingest/ingest_record.h"
#include "ingest/ingest_replace.h"
#include "ingest/ingest_schema.h"
#include "ingest/ingest_station.h"
#include "io/io.h"
#include "query/query_columns.h"
#include "query/query_numbering.h"

#define FRAGMENT_NAME_SIZE 256

/* The names of the schema's fields by the cells' columns. */
typedef struct target
{
  const char *uri;
  garco_array *array; /* NULL: not there yet */
  bool folder, made;  /* an empty folder was there; the array was made here */
  const char *names[GARCO__CELL_COLUMNS];
  int time_dimension, sys_dimension;
  garco__days days; /* that were written to */
} target;

/* From this version on cells can be deleted, and consolidated with their times. */
#define DELETES_VERSION 16u
/* Within it of a day's end the day is over. */
#define DAY_END_MS INT64_C (300000)
/* Fragments in one commit. */
#define DAYS_LIMIT 10000

/* ---------------------------------------------------------------- the array */

/* The cells' column that a field of the schema takes; -1 where it is none. */
static int
column_of_field (const garco_batch *cells, const garco_field_info *field)
{
  int key = garco__key_of_name (field->name);
  int column = garco_batch_find (cells, key >= 0 ? garco__key_name ((garco__key)key) : field->name);
  bool same = column >= 0 && cells->columns[column].type == field->type && field->width == 1 &&
              !field->nullable && field->is_dimension == (key >= 0);
  return same ? column : -1;
}

static garco_status
check_schema (target *t, garco_error *error)
{
  const garco__cells none = {0};
  garco_column columns[GARCO__CELL_COLUMNS];
  garco_batch cells = garco__cells_batch (&none, columns);
  const garco_schema_info *schema = garco_array_schema (t->array);
  memset (t->names, 0, sizeof t->names);
  for (size_t i = 0; i < schema->nfields; i++)
  {
    const garco_field_info *field = &schema->fields[i];
    int column = column_of_field (&cells, field);
    if (column < 0 && garco_batch_find (&cells, field->name) < 0 && garco__can_fill (field))
      continue;
    if (column < 0 || t->names[column] != NULL)
      return garco__fail (error, GARCO_ERR_FORMAT, t->uri,
                          "no array of observations: %s \"%s\" of type %s is not expected",
                          field->is_dimension ? "dimension" : "attribute", field->name,
                          garco_datatype_name (field->type));
    t->names[column] = field->name;
    if (column == GARCO__SYS)
      t->sys_dimension = (int)i;
    if (column == GARCO__TIME)
      t->time_dimension = (int)i;
  }
  for (size_t i = 0; i < GARCO__CELL_COLUMNS; i++)
    if (t->names[i] == NULL)
      return garco__fail (error, GARCO_ERR_FORMAT, t->uri,
                          "no array of observations: field \"%s\" is missing", columns[i].name);
  return GARCO_OK;
}

static bool
is_empty_directory (const char *path)
{
  DIR *dir = opendir (path);
  const struct dirent *entry = NULL;
  bool empty = dir != NULL;
  while (empty && (entry = readdir (dir)) != NULL)
    empty = strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0;
  if (dir != NULL)
    closedir (dir);
  return empty;
}

/* Opens what is there; nothing, or an empty directory, is left for later. */
static garco_status
open_target (target *t, const char *preset, garco_error *error)
{
  garco_error local;
  garco_status status = garco_array_open (t->uri, NULL, &t->array, &local);
  t->folder = status == GARCO_ERR_FORMAT && is_empty_directory (t->uri);
  if (status == GARCO_ERR_NOT_FOUND || t->folder)
    return GARCO_OK;
  if (status < 0)
  {
    if (error != NULL)
      *error = local;
    return status;
  }
  GARCO_TRY (check_schema (t, error));
  return preset == NULL
             ? GARCO_OK
             : garco__check_preset (garco_array_schema (t->array), preset, t->uri, error);
}

/* Removes the folder with all that it holds, or that alone. */
static void
remove_folder (const char *path, bool itself)
{
  garco__io *io = NULL;
  garco__io_list list = {0};
  garco_status status = garco__io_open (path, &io, NULL);
  if (status >= 0 && !itself)
    status = garco__io_list_folder (io, "", &list, NULL);
  for (size_t i = 0; i < list.count; i++)
    garco__io_remove (io, list.entries[i].name, NULL);
  if (status >= 0 && itself)
    garco__io_remove (io, "", NULL);
  garco__io_list_free (&list);
  garco__io_close (&io);
}

/* Makes the name in `path` safe on its medium. */
static garco_status
sync_parent (const char *path, garco_error *error)
{
  garco__io *io = NULL;
  char *copy = strdup (path);
  if (copy == NULL)
    return garco__fail_memory (error, strlen (path));
  garco_status status = garco__io_open (dirname (copy), &io, error);
  if (status >= 0)
    status = garco__io_sync_folder (io, "", error);
  garco__io_close (&io);
  free (copy);
  return status;
}

/* The array made at `beside` takes its name, unless another made one there meanwhile. */
static garco_status
take_name (const char *beside, const char *uri, bool *taken, garco_error *error)
{
  *taken = rename (beside, uri) == 0;
  if (*taken)
    return sync_parent (uri, error);
  bool other = errno == EEXIST || errno == ENOTEMPTY;
  garco_status status = other ? GARCO_OK : garco__fail_errno (error, uri, "cannot be made");
  remove_folder (beside, true);
  return status;
}

/* Makes the array under a name beside its own, which it takes when it is complete: an array that is
 * half made would be in everybody's way. */
static garco_status
create_target (target *t, const char *schema, garco_error *error)
{
  const char *uri = t->uri;
  size_t length = strlen (uri), size = length + 64;
  garco_error local;
  void *made = NULL;
  while (length > 1 && uri[length - 1] == '/')
    length--;
  GARCO_TRY (garco__allocate (&made, size, 1, error));
  char *beside = made;
  snprintf (beside, size, "%.*s.new-%ld-%lld", (int)length, uri, (long)getpid (),
            (long long)garco__now_ms ());
  garco_status status = garco_array_create (beside, schema != NULL ? schema : "earthscope", &local);
  if (status >= 0)
    status = take_name (beside, uri, &t->made, error);
  else
  {
    remove_folder (beside, true);
    garco__fail (error, status, uri, "cannot be made: %s", local.message);
  }
  free (beside);
  return status;
}

static garco_status
make_target (target *t, const char *schema, garco_error *error)
{
  if (t->array != NULL)
    return GARCO_OK;
  GARCO_TRY (create_target (t, schema, error));
  GARCO_TRY (garco_array_open (t->uri, NULL, &t->array, error));
  return check_schema (t, error);
}

/* Whether nobody has written to the array, which is locked. */
static bool
is_unused (garco_array *array)
{
  size_t items = 0;
  return garco__array_refresh (array, NULL) >= 0 && garco_array_fragment_count (array) == 0 &&
         garco_array_metadata_count (array, &items, NULL) >= 0 && items == 0;
}

/* An array that was made for a file which could not be written to it goes again. */
static void
unmake_target (const target *t)
{
  if (!t->made || t->array == NULL || garco__array_lock (t->array, NULL) < 0)
    return;
  if (is_unused (t->array))
    remove_folder (t->uri, !t->folder);
  garco__array_unlock (t->array);
}

/* ---------------------------------------------------------------- one file's cells */

/* Metadata to be written with a fragment; keys and texts of stale records are owned. */
typedef struct items
{
  garco__metadata_item *list;
  size_t count, capacity;
  char **owned;
  char marker[GARCO__MARKER_SIZE]; /* a text of the list */
} items;

static garco_status
add_values (items *all, const char *key, garco_datatype type, const void *values, size_t count,
            garco_error *error)
{
  if (all->count == all->capacity)
  {
    void *list = all->list, *owned = all->owned;
    size_t capacity = all->capacity * 2 + 8;
    GARCO_TRY (garco__reallocate (&list, capacity, sizeof *all->list, error));
    all->list = list;
    GARCO_TRY (garco__reallocate (&owned, capacity, sizeof *all->owned, error));
    all->owned = owned;
    all->capacity = capacity;
  }
  char *copy = strdup (key);
  if (copy == NULL)
    return garco__fail_memory (error, strlen (key));
  all->owned[all->count] = copy;
  all->list[all->count++] = (garco__metadata_item){copy, type, (uint32_t)count, values};
  return GARCO_OK;
}

static garco_status
add_item (items *all, const char *key, garco_datatype type, const char *text, garco_error *error)
{
  return add_values (all, key, type, text, strlen (text), error);
}

static void
free_items (items *all)
{
  for (size_t i = 0; i < all->count; i++)
    free (all->owned[i]);
  free (all->owned);
  free (all->list);
}

/* Records of files that are not in the array are emptied, but for the one to be written. */
static garco_status
add_stale_records (const target *t, const char *own_key, items *all, garco_error *error)
{
  size_t count = 0;
  GARCO_TRY (garco_array_metadata_count (t->array, &count, error));
  for (size_t i = 0; i < count; i++)
  {
    garco_metadata_info info;
    bool holds = false;
    char key[GARCO__SOURCE_KEY_SIZE + 1];
    GARCO_TRY (garco_array_metadata (t->array, i, &info, error));
    if (strncmp (info.key, GARCO__SOURCE_KEY, strlen (GARCO__SOURCE_KEY)) != 0 ||
        strcmp (info.key, own_key) == 0 || strlen (info.key) >= sizeof key || info.count <= 2)
      continue;
    GARCO_TRY (garco__record_holds (t->array, &info, &holds, error));
    snprintf (key, sizeof key, "%s", info.key);
    if (!holds)
      GARCO_TRY (add_item (all, key, GARCO_STRING_UTF8, "{}", error));
  }
  return GARCO_OK;
}

/* The array's numbers of systems in place of garco's. An empty array takes garco's and says so. */
static garco_status
number_systems (const target *t, garco__cells *cells, items *all, garco_error *error)
{
  garco__numbering numbering;
  GARCO_TRY (garco__numbering_find (t->array, t->uri, t->sys_dimension, -1, &numbering, error));
  if (numbering.origin == GARCO__NUMBERING_ASSUMED)
    return garco__fail (error, GARCO_ERR_FORMAT, t->uri,
                        "the array does not say how it numbers systems: expected metadata "
                        "\"%s\", such as %s",
                        GARCO_SYSTEM_NUMBERING_KEY, GARCO_SYSTEM_NUMBERING);
  if (numbering.origin == GARCO__NUMBERING_EMPTY)
  {
    GARCO_TRY (add_item (all, GARCO_SYSTEM_NUMBERING_KEY, GARCO_STRING_UTF8, GARCO_SYSTEM_NUMBERING,
                         error));
    GARCO_TRY (add_item (all, "garco.version", GARCO_STRING_UTF8, garco_version (), error));
  }
  for (size_t i = 0; i < cells->count && !numbering.plain; i++)
  {
    int16_t number = numbering.number[cells->sys[i]];
    if (number < 0)
      return garco__fail (error, GARCO_ERR_LIMIT, t->uri, "the array has no number for system %c",
                          garco_system_letter (cells->sys[i]));
    cells->sys[i] = (uint8_t)number;
  }
  return GARCO_OK;
}

/* What is written of one file before it is committed. */
typedef struct writing
{
  const target *t;
  const char *file;
  const garco_ingest_options *options;
  garco__decoded *decoded;
  items all;
  garco__days days;
  size_t nfragments;
  garco__fragment_writer **fragments; /* of each day */
  char condition[256];                /* of cells that go; "": none do */
  uint64_t deleted_at;
  char *text; /* the record */
} writing;

/* What the array cannot hold is a fault of the file's, not of the caller's. A time of 0: now. */
static garco_status
write_fragment (writing *w, const garco_batch *batch, uint64_t timestamp,
                garco__fragment_writer **fragment, garco_error *error)
{
  garco_error local;
  garco_write_options how = GARCO_WRITE_OPTIONS_INIT;
  how.timestamp = timestamp;
  how.zstd_level = w->options->zstd_level;
  garco_status status = garco__fragment_write_as (w->t->array, batch, &how, fragment, &local);
  if (status == GARCO_ERR_ARGUMENT)
    return garco__fail (error, GARCO_ERR_LIMIT, w->file, "the array cannot take it: %s",
                        local.message);
  if (status < 0 && error != NULL)
    *error = local;
  return status;
}

/* One day's cells, with fill values where the array has more attributes than observations have. */
static garco_status
write_day (writing *w, const garco__day *day, uint64_t timestamp, garco_error *error)
{
  const garco__cells part = garco__cells_part (&w->decoded->cells, day->first, day->count);
  garco__fills fills = {0, NULL};
  garco_status status;
  void *room = NULL;
  GARCO_TRY_DONE (garco__fills_make (garco_array_schema (w->t->array), w->t->names,
                                     GARCO__CELL_COLUMNS, part.count, &fills, error));
  GARCO_TRY_DONE (
      garco__allocate (&room, GARCO__CELL_COLUMNS + fills.count, sizeof (garco_column), error));
  garco_column *columns = room;
  garco_batch batch = garco__cells_batch (&part, columns);
  for (size_t i = 0; i < GARCO__CELL_COLUMNS; i++)
    columns[i].name = w->t->names[i];
  for (size_t i = 0; i < fills.count; i++)
    columns[batch.ncolumns++] = fills.columns[i];
  status = write_fragment (w, &batch, timestamp, &w->fragments[w->nfragments], error);
done:
  free (room);
  garco__fills_free (&fills);
  return status;
}

/* A fragment a day, all of one time. */
static garco_status
write_days (writing *w, garco_error *error)
{
  void *room = NULL;
  uint64_t timestamp = w->condition[0] != '\0' ? w->deleted_at + 1 : 0;
  GARCO_TRY (garco__days_of_cells (&w->decoded->cells, &w->days, error));
  if (w->days.count > DAYS_LIMIT)
    return garco__fail (error, GARCO_ERR_LIMIT, w->file, "cells of %zu days; at most %d",
                        w->days.count, DAYS_LIMIT);
  GARCO_TRY (garco__allocate (&room, w->days.count, sizeof (garco__fragment_writer *), error));
  w->fragments = room;
  for (; w->nfragments < w->days.count; w->nfragments++)
  {
    GARCO_TRY (write_day (w, &w->days.list[w->nfragments], timestamp, error));
    timestamp = garco__fragment_writer_timestamp (w->fragments[w->nfragments]);
  }
  return GARCO_OK;
}

/* Whether what the array has of the file's time is to go, and how that is said. */
static garco_status
plan_replacing (writing *w, garco_error *error)
{
  const garco__decoded *decoded = w->decoded;
  const target *t = w->t;
  bool goes = w->options->replace == GARCO_REPLACE_ALWAYS, covers = false;
  if (w->options->replace == GARCO_REPLACE_NEVER ||
      garco_array_schema (t->array)->version < DELETES_VERSION)
    return GARCO_OK;
  if (!goes)
    GARCO_TRY (garco__find_delivery (t->array, w->file, decoded->sha256, decoded->first,
                                     decoded->last, &goes, error));
  if (goes) /* asked last, as it reads the fragments' footers */
    GARCO_TRY (garco__covers_time (t->array, (size_t)t->time_dimension, decoded->first,
                                   decoded->last, &covers, error));
  if (!covers)
    return GARCO_OK;
  snprintf (w->condition, sizeof w->condition, "%s >= %lld and %s <= %lld", t->names[GARCO__TIME],
            (long long)decoded->first, t->names[GARCO__TIME], (long long)decoded->last);
  return garco__array_next_timestamp (t->array, &w->deleted_at, error);
}

/* The file's header beside its record, so that the file can be written again. */
static garco_status
add_header (const garco__decoded *decoded, items *all, garco_error *error)
{
  char key[GARCO__SOURCE_KEY_SIZE];
  const char *text = (const char *)decoded->header.data;
  garco__record_key (GARCO__HEADER_KEY, decoded->sha256, key);
  if (text == NULL || text[0] == '\0')
    return GARCO_OK;
  return add_item (all, key, garco__record_text_type (text), text, error);
}

/* The order of its satellites, likewise. */
static garco_status
add_order (const garco__decoded *decoded, items *all, garco_error *error)
{
  char key[GARCO__SOURCE_KEY_SIZE];
  garco__record_key (GARCO__ORDER_KEY, decoded->sha256, key);
  if (decoded->order.size == 0)
    return GARCO_OK;
  return add_values (all, key, GARCO_BLOB, decoded->order.data, decoded->order.size, error);
}

/* Refuses another station's file. The array is told the first one's marker. */
static garco_status
check_station (const target *t, const char *file, bool any_station, const garco__decoded *decoded,
               items *all, garco_error *error)
{
  char own[GARCO__MARKER_SIZE] = "", there[GARCO__MARKER_SIZE];
  bool recorded;
  if (decoded->header.data != NULL)
    garco__marker_of ((const char *)decoded->header.data, own);
  GARCO_TRY (garco__marker_of_array (t->array, there, &recorded, error));
  if (!any_station && own[0] != '\0' && there[0] != '\0' && !garco__markers_agree (own, there))
    return garco__fail (
        error, GARCO_ERR_EXISTS, file,
        "of station %s, and the array is of %s; a file of another one is taken only where any "
        "station is",
        own, there);
  if (recorded || own[0] == '\0')
    return GARCO_OK;
  memcpy (all->marker, there[0] != '\0' ? there : own, sizeof all->marker);
  return add_item (all, GARCO__MARKER_KEY, garco__record_text_type (all->marker), all->marker,
                   error);
}

static garco_status
write_cells (writing *w, garco_error *error)
{
  const target *t = w->t;
  garco__decoded *decoded = w->decoded;
  char key[GARCO__SOURCE_KEY_SIZE];
  GARCO_TRY (check_station (t, w->file, w->options->any_station, decoded, &w->all, error));
  GARCO_TRY (number_systems (t, &decoded->cells, &w->all, error));
  garco__record_key (GARCO__SOURCE_KEY, decoded->sha256, key);
  GARCO_TRY (add_stale_records (t, key, &w->all, error));
  GARCO_TRY (plan_replacing (w, error));
  GARCO_TRY (write_days (w, error));
  uint64_t timestamp = garco__fragment_writer_timestamp (w->fragments[0]);
  GARCO_TRY (garco__record_text (w->file, decoded, w->options->keep_zeros,
                                 garco__fragment_writer_name (w->fragments[0]), timestamp, &w->text,
                                 error));
  GARCO_TRY (add_item (&w->all, key, GARCO_STRING_UTF8, w->text, error));
  GARCO_TRY (add_header (decoded, &w->all, error));
  GARCO_TRY (add_order (decoded, &w->all, error));
  return garco__fragments_commit_with (t->array, w->fragments, w->nfragments,
                                       w->condition[0] != '\0' ? w->condition : NULL, w->deleted_at,
                                       w->all.list, w->all.count, error);
}

static void
free_writing (writing *w)
{
  for (size_t i = 0; i < w->nfragments; i++)
    garco__fragment_writer_free (&w->fragments[i]);
  free (w->fragments);
  free_items (&w->all);
  free (w->text);
  garco__days_free (&w->days);
}

static garco_status
note_written (target *t, const writing *w, garco_ingest_report *report,
              char name[FRAGMENT_NAME_SIZE], garco_error *error)
{
  snprintf (name, FRAGMENT_NAME_SIZE, "%s", garco__fragment_writer_name (w->fragments[0]));
  report->fragment = name;
  report->replaced = w->condition[0] != '\0';
  for (size_t i = 0; i < w->days.count; i++)
  {
    GARCO_TRY (garco__days_note (&t->days, w->days.list[i].day - 1, error));
    GARCO_TRY (garco__days_note (&t->days, w->days.list[i].day, error));
  }
  return GARCO_OK;
}

/* Under the lock: looks the file up, and writes it where it is not there. */
static garco_status
put_cells (target *t, const garco_ingest_options *options, garco__decoded *decoded,
           garco_ingest_report *report, char name[FRAGMENT_NAME_SIZE], garco_error *error)
{
  writing w = {.t = t, .file = report->file, .options = options, .decoded = decoded};
  bool holds = false;
  garco_status status = garco__array_refresh (t->array, error);
  if (status >= 0)
    status = check_schema (t, error); /* it may be another one by now */
  if (status >= 0 && !options->again)
    status = garco__record_find (t->array, decoded->sha256, &holds, error);
  if (status >= 0 && !holds)
    status = write_cells (&w, error);
  if (status >= 0)
    report->outcome = holds ? GARCO_INGESTED_BEFORE : GARCO_INGESTED;
  if (status >= 0 && !holds)
    status = note_written (t, &w, report, name, error);
  free_writing (&w);
  return status;
}

/* ---------------------------------------------------------------- days */

typedef struct days_over
{
  const garco__days *days;
  int64_t before; /* days before this one are over */
} days_over;

static bool
is_over (const void *context, int64_t window)
{
  const days_over *over = context;
  for (size_t i = 0; i < over->days->count; i++)
    if (over->days->list[i].day == window)
      return window < over->before;
  return false;
}

/* The parts of days that are over become one fragment each. */
static garco_status
join_days (target *t, garco_error *error)
{
  int64_t range[2];
  days_over over = {&t->days, 0};
  if (t->days.count == 0 || garco_array_schema (t->array)->version < DELETES_VERSION)
    return GARCO_OK;
  GARCO_TRY (garco__array_refresh (t->array, error));
  garco_status status = garco_array_domain (t->array, (size_t)t->time_dimension, range, error);
  if (status != GARCO_OK || t->time_dimension != 0)
    return status < 0 ? status : GARCO_OK;
  over.before = garco__day_of (range[1] + DAY_END_MS);
  return garco__join_windows (t->array, GARCO__DAY_MS, is_over, &over, error);
}

/* ---------------------------------------------------------------- files */

/* A file that was ingested before need not be decoded to be found so. */
static garco_status
known_before (const target *t, const char *file, garco_ingest_report *report, bool *known,
              garco_error *error)
{
  struct stat status;
  *known = false;
  if (t->array == NULL || strcmp (file, "-") == 0 || stat (file, &status) != 0 ||
      !S_ISREG (status.st_mode))
    return GARCO_OK;
  GARCO_TRY (garco__hash_file (file, report->sha256, error));
  return garco__record_find (t->array, report->sha256, known, error);
}

static garco_status
ingest_decoded (target *t, const garco_ingest_options *options, garco__decoded *decoded,
                garco_ingest_report *report, garco_error *error)
{
  char name[FRAGMENT_NAME_SIZE];
  garco_status status = GARCO_OK;
  report->outcome = GARCO_INGEST_EMPTY;
  report->epochs = decoded->epochs;
  report->cells = (int64_t)decoded->cells.count;
  report->damaged = decoded->damaged;
  report->crowded = decoded->crowded;
  memcpy (report->sha256, decoded->sha256, sizeof report->sha256);
  if (decoded->cells.count > 0)
  {
    GARCO_TRY (make_target (t, options->schema, error));
    GARCO_TRY (garco__array_lock (t->array, error));
    status = put_cells (t, options, decoded, report, name, error);
    garco__array_unlock (t->array);
  }
  if (status >= 0 && options->on_report != NULL)
    options->on_report (options->context, report);
  return status;
}

static garco_status
ingest_file (target *t, const char *file, const garco_ingest_options *options, garco_error *error)
{
  garco_ingest_report report = {.file = file, .outcome = GARCO_INGESTED_BEFORE};
  garco__decoded decoded;
  bool known = false;
  if (!options->again)
    GARCO_TRY (known_before (t, file, &report, &known, error));
  if (known)
  {
    if (options->on_report != NULL)
      options->on_report (options->context, &report);
    return GARCO_OK;
  }
  memset (&decoded, 0, sizeof decoded);
  garco_status status = garco__decode_file (file, options, &decoded, error);
  if (status >= 0)
    status = ingest_decoded (t, options, &decoded, &report, error);
  garco__decoded_free (&decoded);
  return status;
}

/* The name that the system knows a local array by. */
static const char *
local_name (const char *uri)
{
  static const char scheme[] = "file://";
  bool has = strncmp (uri, scheme, sizeof scheme - 1) == 0;
  return has ? uri + sizeof scheme - 1 : uri;
}

garco_status
garco_ingest (const char *const *files, size_t nfiles, const char *uri,
              const garco_ingest_options *options, garco_error *error)
{
  static const garco_ingest_options standard = GARCO_INGEST_OPTIONS_INIT;
  target t = {.uri = local_name (uri), .sys_dimension = -1};
  if (options == NULL)
    options = &standard;
  garco_status status = open_target (&t, options->schema, error);
  for (size_t i = 0; i < nfiles && status >= 0; i++)
    status = ingest_file (&t, files[i], options, error);
  if (status >= 0 && !options->keep_parts)
    status = join_days (&t, error);
  if (status < 0)
    unmake_target (&t);
  garco__days_free (&t.days);
  garco_array_free (&t.array);
  return status < 0 ? status : GARCO_OK;
}
