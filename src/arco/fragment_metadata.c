/* A fragment's metadata: __fragment_metadata.tdb is generic tiles, then the footer.
 *
 *   u32 version, (10) u64+name of the schema, u8 dense, u8 no domain, low and high of each
 *   dimension, u64 tiles, u64 cells of the last, (14) u8 cells have times, (15) u8 cells have
 *   delete times,
 *   of each slot: u64 file sizes; sizes of variable files; (7) of validity files;
 *   u64 place of the R-tree, places of each slot's tile offsets, variable offsets, variable sizes,
 *   (7) validity offsets, (11) minima, maxima, sums, null counts, and of the fragment's statistics,
 *   (16) u64 place of the list of deletes done
 *   (10) u64 length of all this
 *
 * Before the footer of a fragment that garco made of others may stand GARCO__DISTINCT.
 * Slots are the attributes, one of no field, the dimensions, then times, delete times and delete
 * conditions where the fragment has them. Before version 10 the length follows from the schema.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/fragment_metadata.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arco/generic_tile.h"
#include "arco/rtree.h"
#include "base/error.h"

#define FILE_NAME "__fragment_metadata.tdb"
/* Metadata files up to this size are read, and kept, in one piece. */
#define WHOLE_LIMIT (256u << 10)
#define FOOTER_LIMIT (UINT64_C (64) << 20)
#define PATH_SIZE 1024
#define OLD_SCHEMA "__array_schema.tdb"

/* ---- bytes of the metadata file */

static void
metadata_path (const garco__fragment *fragment, char path[PATH_SIZE])
{
  snprintf (path, PATH_SIZE, "%s/" FILE_NAME, fragment->path);
}

/* Damage, unless the fragment is gone as a whole. */
static garco_status
missing_file (garco__io *io, const garco__fragment *fragment, const char *path, garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  garco__io_kind kind;
  uint64_t size;
  garco__io_name (io, path, source, sizeof source);
  GARCO_TRY (garco__io_stat (io, fragment->path, &kind, &size, error));
  return kind == GARCO__IO_NOTHING
             ? garco__fail (error, GARCO_ERR_NOT_FOUND, source,
                            "the fragment is gone: a vacuum has removed it since the array was "
                            "opened")
             : garco__fail (error, GARCO_ERR_CORRUPT, source,
                            "the fragment's metadata file is missing");
}

/* The metadata file's size, and the file itself where it is small: once. */
static garco_status
find_file (garco__io *io, garco__fragment *fragment, garco_error *error)
{
  char path[PATH_SIZE];
  garco__io_kind kind;
  if (fragment->file_known)
    return GARCO_OK;
  metadata_path (fragment, path);
  GARCO_TRY (garco__io_stat (io, path, &kind, &fragment->metadata_size, error));
  if (kind != GARCO__IO_FILE)
    return missing_file (io, fragment, path, error);
  if (fragment->metadata_size <= WHOLE_LIMIT)
  {
    GARCO_TRY (
        garco__io_read_whole (io, path, WHOLE_LIMIT, &fragment->file, &fragment->file_size, error));
    fragment->metadata_size = fragment->file_size;
  }
  fragment->file_known = true;
  return GARCO_OK;
}

/* `size` bytes at `at`: borrowed from the kept file, or read into `room`. */
static garco_status
metadata_bytes (garco__io *io, garco__fragment *fragment, uint64_t at, uint64_t size,
                garco__buffer *room, const uint8_t **bytes, garco_error *error)
{
  char path[PATH_SIZE], name[GARCO__IO_NAME_SIZE];
  metadata_path (fragment, path);
  GARCO_TRY (find_file (io, fragment, error));
  if (at > fragment->metadata_size || size > fragment->metadata_size - at)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, garco__io_name (io, path, name, sizeof name),
                             (int64_t)(at & INT64_MAX),
                             "%" PRIu64 " bytes are expected here, and the file has %" PRIu64, size,
                             fragment->metadata_size);
  if (fragment->file != NULL)
  {
    *bytes = fragment->file + at;
    return GARCO_OK;
  }
  room->size = 0;
  GARCO_TRY (garco__buffer_reserve (room, (size_t)size + 1, error));
  *bytes = room->data;
  return garco__io_read (io, path, at, room->data, (size_t)size, error);
}

/* Unpacks the generic tile at `at` into `content`. */
static garco_status
metadata_tile (garco__io *io, garco__codec *codec, garco__fragment *fragment, uint64_t at,
               garco__buffer *content, garco_error *error)
{
  char path[PATH_SIZE], name[GARCO__IO_NAME_SIZE];
  garco__buffer room = {0};
  const uint8_t *bytes;
  uint64_t extent;
  garco_status status;
  metadata_path (fragment, path);
  garco__io_name (io, path, name, sizeof name);
  GARCO_TRY_DONE (metadata_bytes (io, fragment, at, GARCO__GENERIC_HEADER, &room, &bytes, error));
  GARCO_TRY_DONE (garco__generic_tile_extent (name, at, bytes, &extent, error));
  GARCO_TRY_DONE (metadata_bytes (io, fragment, at, extent, &room, &bytes, error));
  GARCO_TRY_DONE (
      garco__generic_tile_read (codec, name, at, bytes, (size_t)extent, content, error));
done:
  garco__buffer_free (&room);
  return status;
}

garco_status
garco__fragment_piece (garco__io *io, garco__codec *codec, garco__fragment *fragment, uint64_t at,
                       garco__buffer *content, garco_error *error)
{
  return metadata_tile (io, codec, fragment, at, content, error);
}

void
garco__fragment_metadata_name (garco__io *io, const garco__fragment *fragment, char *name,
                               size_t size)
{
  char path[PATH_SIZE];
  metadata_path (fragment, path);
  garco__io_name (io, path, name, size);
}

/* ---- the footer */

typedef struct footer_reader
{
  garco__cursor cursor;
  garco__fragment *fragment;
  uint64_t at; /* of the footer in the file */
  const char *source;
  garco_error *error;
} footer_reader;

static garco_status
corrupt (footer_reader *reader, const char *what)
{
  return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, reader->source,
                           (int64_t)(reader->at + reader->cursor.at), "footer: %s", what);
}

static garco_status
take_schema (footer_reader *reader, const garco__schema_set *schemas)
{
  static const char old[] = OLD_SCHEMA;
  const uint8_t *name = (const uint8_t *)old;
  uint64_t size = sizeof old - 1;
  if (reader->fragment->version >= 10)
  {
    size = garco__cursor_u64 (&reader->cursor);
    name = garco__cursor_take (&reader->cursor, size);
    if (name == NULL)
      return corrupt (reader, "the schema's name goes beyond the end");
  }
  for (size_t i = 0; i < schemas->count; i++)
    if (strlen (schemas->schemas[i]->name) == size &&
        memcmp (schemas->schemas[i]->name, name, (size_t)size) == 0)
      reader->fragment->schema = schemas->schemas[i];
  if (reader->fragment->schema == NULL)
    return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, reader->source,
                             (int64_t)(reader->at + reader->cursor.at),
                             "it names a schema \"%.*s\" up to here that the array does not have",
                             (int)(size < 200 ? size : 200), (const char *)name);
  return GARCO_OK;
}

/* u64 bytes of both, u64 bytes of the low, the two. */
static garco_status
take_texts (footer_reader *reader, size_t dimension)
{
  garco__fragment *fragment = reader->fragment;
  garco__cursor *cursor = &reader->cursor;
  uint64_t both = garco__cursor_u64 (cursor), low = garco__cursor_u64 (cursor);
  const uint8_t *bytes = garco__cursor_take (cursor, both);
  if (bytes == NULL || low > both)
    return corrupt (reader, "the domain goes beyond the end");
  for (size_t i = 0; i < 2; i++)
  {
    void *text = NULL;
    size_t size = (size_t)(i == 0 ? low : both - low);
    GARCO_TRY (garco__allocate (&text, size + 1, 1, reader->error));
    memcpy (text, i == 0 ? bytes : bytes + low, size);
    fragment->texts[2 * dimension + i] = text;
  }
  return GARCO_OK;
}

static garco_status
make_domain (footer_reader *reader)
{
  garco__fragment *fragment = reader->fragment;
  size_t ndims = fragment->schema->ndims;
  void *room[4] = {NULL};
  const size_t sizes[4] = {16, 16, sizeof (void *), 2 * sizeof (char *)};
  garco_status status = GARCO_OK;
  for (size_t i = 0; i < 4 && status >= 0; i++)
    status = garco__allocate (&room[i], ndims, sizes[i], reader->error);
  fragment->domain = room[0];
  fragment->aligned = room[1];
  fragment->bounds = room[2];
  fragment->texts = room[3];
  return status;
}

/* The box of all cells: as in memory at once, then each dimension's ends. */
static garco_status
take_domain (footer_reader *reader)
{
  garco__fragment *fragment = reader->fragment;
  const garco__schema *schema = fragment->schema;
  garco__cursor again = reader->cursor;
  GARCO_TRY (make_domain (reader));
  garco__boxes_take (schema, &again, 1, fragment->domain);
  for (size_t i = 0; i < schema->ndims; i++)
  {
    const garco__field *field = &schema->fields[i];
    size_t size = 2 * garco_datatype_size (field->type);
    if (field->width == GARCO__VARIABLE)
    {
      GARCO_TRY (take_texts (reader, i));
      continue;
    }
    const uint8_t *bytes = garco__cursor_take (&reader->cursor, size);
    if (bytes == NULL)
      return corrupt (reader, "the domain goes beyond the end");
    memcpy (fragment->aligned + 16 * i, bytes, size);
    fragment->bounds[i] = fragment->aligned + 16 * i;
  }
  return GARCO_OK;
}

/* One number of each slot; `member` is its offset in garco__slot. */
static void
take_vector (footer_reader *reader, size_t member)
{
  for (size_t i = 0; i < reader->fragment->nslots; i++)
  {
    uint64_t value = garco__cursor_u64 (&reader->cursor);
    memcpy ((char *)&reader->fragment->slots[i] + member, &value, sizeof value);
  }
}

static void
take_places (footer_reader *reader)
{
  garco__fragment *fragment = reader->fragment;
  uint32_t version = fragment->version;
  take_vector (reader, offsetof (garco__slot, file_size));
  take_vector (reader, offsetof (garco__slot, var_size));
  if (version >= 7)
    take_vector (reader, offsetof (garco__slot, validity_size));
  fragment->rtree_at = garco__cursor_u64 (&reader->cursor);
  take_vector (reader, offsetof (garco__slot, at.tile));
  take_vector (reader, offsetof (garco__slot, at.var));
  take_vector (reader, offsetof (garco__slot, at.var_size));
  if (version >= 7)
    take_vector (reader, offsetof (garco__slot, at.validity));
  if (version >= 11)
  {
    take_vector (reader, offsetof (garco__slot, at.min));
    take_vector (reader, offsetof (garco__slot, at.max));
    take_vector (reader, offsetof (garco__slot, at.sum));
    take_vector (reader, offsetof (garco__slot, at.null));
    garco__cursor_u64 (&reader->cursor);
  }
  if (version >= 16)
    fragment->processed_at = garco__cursor_u64 (&reader->cursor);
}

static garco_status
take_counts (footer_reader *reader)
{
  garco__fragment *fragment = reader->fragment;
  garco__cursor *cursor = &reader->cursor;
  fragment->ntiles = garco__cursor_u64 (cursor);
  fragment->last_cells = garco__cursor_u64 (cursor);
  fragment->has_timestamps = fragment->version >= 14 && garco__cursor_u8 (cursor) != 0;
  fragment->has_deletes = fragment->version >= 15 && garco__cursor_u8 (cursor) != 0;
  uint64_t capacity = fragment->schema->capacity;
  if (cursor->failed || fragment->last_cells > capacity ||
      (fragment->ntiles > 0 && fragment->last_cells == 0) ||
      fragment->ntiles > INT64_MAX / capacity)
    return corrupt (reader, "numbers of tiles and cells that the schema's capacity excludes");
  return GARCO_OK;
}

static garco_status
parse_footer (footer_reader *reader, const garco__schema_set *schemas)
{
  garco__fragment *fragment = reader->fragment;
  garco__cursor *cursor = &reader->cursor;
  fragment->version = garco__cursor_u32 (cursor);
  if (cursor->failed || fragment->version != fragment->stamp.version)
    return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, reader->source, (int64_t)reader->at,
                             "footer of version %" PRIu32 "; expected %" PRIu32
                             ", which the fragment's name says",
                             fragment->version, fragment->stamp.version);
  GARCO_TRY (take_schema (reader, schemas));
  bool dense = garco__cursor_u8 (cursor) != 0, no_domain = garco__cursor_u8 (cursor) != 0;
  if (dense)
    return garco__fail (reader->error, GARCO_ERR_UNSUPPORTED, reader->source, "dense fragment");
  /* Without a domain some writers leave room for one and some do not. */
  if (no_domain)
    return garco__fail (reader->error, GARCO_ERR_UNSUPPORTED, reader->source,
                        "fragment without a domain");
  GARCO_TRY (take_domain (reader));
  GARCO_TRY (take_counts (reader));
  fragment->nslots = fragment->schema->nattrs + 1 + fragment->schema->ndims +
                     (fragment->has_timestamps ? 1 : 0) + (fragment->has_deletes ? 2 : 0);
  void *slots = NULL;
  GARCO_TRY (garco__allocate (&slots, fragment->nslots, sizeof (garco__slot), reader->error));
  fragment->slots = slots;
  take_places (reader);
  if (cursor->failed || garco__cursor_left (cursor) != 0)
    return corrupt (reader, cursor->failed ? "it ends too early" : "bytes behind its end");
  return GARCO_OK;
}

static const garco__schema *
old_schema (const garco__schema_set *schemas)
{
  for (size_t i = 0; i < schemas->count; i++)
    if (strcmp (schemas->schemas[i]->name, OLD_SCHEMA) == 0)
      return schemas->schemas[i];
  return NULL;
}

/* With text among the dimensions footers have always said how long they are. */
static bool
old_footer_has_size (const garco__schema_set *schemas)
{
  const garco__schema *schema = old_schema (schemas);
  bool text = false;
  for (size_t i = 0; schema != NULL && i < schema->ndims; i++)
    text |= schema->fields[i].width == GARCO__VARIABLE;
  return text;
}

/* Else, before version 10, nothing says it: it follows from the schema. */
static uint64_t
old_footer_size (const garco__schema_set *schemas, uint32_t version)
{
  const garco__schema *schema = old_schema (schemas);
  if (schema == NULL)
    return 0;
  uint64_t nslots = schema->nattrs + 1 + schema->ndims, vectors = version >= 7 ? 7 : 5;
  return 4 + 1 + 1 + garco__box_size (schema) + 16 + 8 + 8 * nslots * vectors;
}

static garco_status
find_footer (garco__io *io, garco__fragment *fragment, const garco__schema_set *schemas,
             const char *source, uint64_t *at, uint64_t *size, garco_error *error)
{
  garco__buffer room = {0};
  const uint8_t *bytes = NULL;
  uint64_t length = 0;
  GARCO_TRY (find_file (io, fragment, error));
  uint64_t end = fragment->metadata_size;
  if (fragment->stamp.version >= 10 || old_footer_has_size (schemas))
  {
    if (end < 8)
      return garco__fail_byte (error, GARCO_ERR_TRUNCATED, source, (int64_t)end,
                               "the end; expected a footer and the 8 bytes of its length");
    end -= 8;
    garco_status status = metadata_bytes (io, fragment, end, 8, &room, &bytes, error);
    if (status >= 0)
      memcpy (&length, bytes, sizeof length);
    garco__buffer_free (&room);
    GARCO_TRY (status);
  }
  else
    length = old_footer_size (schemas, fragment->stamp.version);
  if (length == 0 || length > end || length > FOOTER_LIMIT)
    return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, (int64_t)end,
                             "a footer of %" PRIu64 " bytes before here; expected 1 to %" PRIu64,
                             length, end < FOOTER_LIMIT ? end : FOOTER_LIMIT);
  *at = end - length;
  *size = length;
  return GARCO_OK;
}

static garco_status
read_footer (garco__io *io, garco__fragment *fragment, const garco__schema_set *schemas,
             garco_error *error)
{
  char path[PATH_SIZE], source[GARCO__IO_NAME_SIZE];
  garco__buffer room = {0};
  const uint8_t *bytes;
  uint64_t at = 0, size = 0;
  metadata_path (fragment, path);
  garco__io_name (io, path, source, sizeof source);
  GARCO_TRY (garco__version_check (fragment->stamp.version, source, -1, "fragment", error));
  GARCO_TRY (find_footer (io, fragment, schemas, source, &at, &size, error));
  garco_status status = metadata_bytes (io, fragment, at, size, &room, &bytes, error);
  if (status >= 0)
  {
    footer_reader reader = {garco__cursor_of (bytes, (size_t)size), fragment, at, source, error};
    status = parse_footer (&reader, schemas);
  }
  garco__buffer_free (&room);
  return status;
}

static garco_status
copy_name (const char *text, char **copy, garco_error *error)
{
  void *room = NULL;
  GARCO_TRY (garco__allocate (&room, strlen (text) + 1, 1, error));
  *copy = strcpy (room, text);
  return GARCO_OK;
}

/* A fragment of the item's names, without its footer. */
static garco_status
new_fragment (const garco__item *item, garco__fragment **fragment, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__fragment), error));
  *fragment = made;
  (*fragment)->stamp = item->stamp;
  GARCO_TRY (copy_name (item->name, &(*fragment)->name, error));
  return copy_name (item->path, &(*fragment)->path, error);
}

garco_status
garco__fragment_open_take (garco__io *io, const garco__item *item, uint8_t *file, size_t size,
                           const garco__schema_set *schemas, garco__fragment **fragment,
                           garco_error *error)
{
  garco_status status;
  *fragment = NULL;
  GARCO_TRY_DONE (new_fragment (item, fragment, error));
  if (file != NULL)
  {
    (*fragment)->file_known = true;
    (*fragment)->file = file;
    (*fragment)->file_size = (*fragment)->metadata_size = size;
    file = NULL;
  }
  GARCO_TRY_DONE (read_footer (io, *fragment, schemas, error));
done:
  free (file);
  if (status < 0)
    garco__fragment_free (fragment);
  return status;
}

garco_status
garco__fragment_open (garco__io *io, const garco__item *item, const garco__schema_set *schemas,
                      garco__fragment **fragment, garco_error *error)
{
  return garco__fragment_open_take (io, item, NULL, 0, schemas, fragment, error);
}

garco_status
garco__fragment_open_cached (garco__io *io, const garco__item *item,
                             const garco__cached_footer *footer, const garco__schema_set *schemas,
                             garco__fragment **fragment, garco_error *error)
{
  garco_status status;
  if (footer == NULL)
    return garco__fragment_open (io, item, schemas, fragment, error);
  *fragment = NULL;
  GARCO_TRY_DONE (
      garco__version_check (item->stamp.version, footer->source, -1, "fragment", error));
  GARCO_TRY_DONE (new_fragment (item, fragment, error));
  footer_reader reader = {garco__cursor_of (footer->bytes, footer->size), *fragment, footer->at,
                          footer->source, error};
  GARCO_TRY_DONE (parse_footer (&reader, schemas));
done:
  if (status < 0)
    garco__fragment_free (fragment);
  return status;
}

void
garco__fragment_free (garco__fragment **fragment)
{
  garco__fragment *own = *fragment;
  if (own == NULL)
    return;
  for (size_t i = 0; own->slots != NULL && i < own->nslots; i++)
  {
    free (own->slots[i].tile_offsets);
    free (own->slots[i].validity_offsets);
    free (own->slots[i].var_offsets);
    free (own->slots[i].var_sizes);
    free (own->slots[i].mins);
    free (own->slots[i].maxs);
    free (own->slots[i].sums);
    free (own->slots[i].nulls);
  }
  for (size_t i = 0; own->texts != NULL && i < 2 * own->schema->ndims; i++)
    free (own->texts[i]);
  garco__io_list_free (&own->processed);
  garco__io_list_free (&own->processed_order);
  free (own->slots);
  free (own->domain);
  free (own->aligned);
  free (own->bounds);
  free (own->texts);
  free (own->boxes);
  free (own->file);
  free (own->name);
  free (own->path);
  free (own);
  *fragment = NULL;
}

uint64_t
garco__fragment_tile_cells (const garco__fragment *fragment, uint64_t t)
{
  return t + 1 == fragment->ntiles ? fragment->last_cells : fragment->schema->capacity;
}

uint64_t
garco__fragment_cells (const garco__fragment *fragment)
{
  return fragment->ntiles == 0
             ? 0
             : (fragment->ntiles - 1) * fragment->schema->capacity + fragment->last_cells;
}

uint64_t
garco__fragment_bytes (const garco__fragment *fragment)
{
  uint64_t bytes = 0;
  for (size_t i = 0; i < fragment->nslots; i++)
    bytes += fragment->slots[i].file_size + fragment->slots[i].var_size +
             fragment->slots[i].validity_size;
  return bytes;
}

/* ---- the pieces */

/* The box of the only tile is the fragment's. */
static garco_status
only_box (garco__fragment *fragment, size_t box, garco_error *error)
{
  void *boxes = NULL;
  GARCO_TRY (garco__allocate (&boxes, 1, box, error));
  memcpy (boxes, fragment->domain, box);
  fragment->boxes = boxes;
  return GARCO_OK;
}

garco_status
garco__fragment_load_boxes (garco__io *io, garco__codec *codec, garco__fragment *fragment,
                            garco_error *error)
{
  char path[PATH_SIZE], source[GARCO__IO_NAME_SIZE];
  garco__buffer content = {0};
  size_t at = 0, box = garco__box_size (fragment->schema);
  void *boxes = NULL;
  garco_status status;
  if (fragment->boxes != NULL || fragment->ntiles == 0)
    return GARCO_OK;
  if (fragment->ntiles == 1 && box > 0)
    return only_box (fragment, box, error);
  metadata_path (fragment, path);
  garco__io_name (io, path, source, sizeof source);
  GARCO_TRY_DONE (metadata_tile (io, codec, fragment, fragment->rtree_at, &content, error));
  GARCO_TRY_DONE (garco__rtree_leaves (fragment->schema, content.data, content.size,
                                       fragment->ntiles, source, &at, error));
  GARCO_TRY_DONE (garco__allocate (&boxes, (size_t)fragment->ntiles, box, error));
  garco__cursor leaves = garco__cursor_of (content.data + at, content.size - at);
  fragment->boxes = boxes;
  garco__boxes_take (fragment->schema, &leaves, fragment->ntiles, fragment->boxes);
done:
  garco__buffer_free (&content);
  return status;
}

/* Offsets rise and stay within the data file. */
static bool
offsets_are_good (const uint64_t *offsets, uint64_t count, uint64_t file_size)
{
  for (uint64_t i = 0; i < count; i++)
    if (offsets[i] > (i + 1 < count ? offsets[i + 1] : file_size))
      return false;
  return true;
}

/* A number a tile, u64 count before them, of the generic tile at `at`. */
static garco_status
load_numbers (garco__io *io, garco__codec *codec, garco__fragment *fragment, uint64_t at,
              const char *what, uint64_t **place, garco_error *error)
{
  char path[PATH_SIZE], source[GARCO__IO_NAME_SIZE];
  garco__buffer content = {0};
  void *numbers = NULL;
  garco_status status;
  metadata_path (fragment, path);
  garco__io_name (io, path, source, sizeof source);
  GARCO_TRY_DONE (metadata_tile (io, codec, fragment, at, &content, error));
  garco__cursor cursor = garco__cursor_of (content.data, content.size);
  uint64_t count = garco__cursor_u64 (&cursor);
  if (count != fragment->ntiles || garco__cursor_left (&cursor) / 8 != count)
  {
    status = garco__fail_byte (error, GARCO_ERR_CORRUPT, source, (int64_t)at,
                               "%" PRIu64 " %s in %zu bytes; expected %" PRIu64, count, what,
                               content.size, fragment->ntiles);
    goto done;
  }
  GARCO_TRY_DONE (garco__allocate (&numbers, (size_t)count, sizeof (uint64_t), error));
  memcpy (numbers, content.data + 8, (size_t)count * 8);
  *place = numbers;
done:
  garco__buffer_free (&content);
  return status;
}

/* The same for places of tiles in a data file of `file_size` bytes. */
static garco_status
load_places (garco__io *io, garco__codec *codec, garco__fragment *fragment, uint64_t at,
             uint64_t file_size, uint64_t **place, garco_error *error)
{
  char path[PATH_SIZE], source[GARCO__IO_NAME_SIZE];
  if (fragment->ntiles == 1) /* it begins where its file does */
  {
    void *first = NULL;
    GARCO_TRY (garco__allocate (&first, 1, sizeof (uint64_t), error));
    *place = first;
    return GARCO_OK;
  }
  GARCO_TRY (load_numbers (io, codec, fragment, at, "tile offsets", place, error));
  if (offsets_are_good (*place, fragment->ntiles, file_size))
    return GARCO_OK;
  free (*place);
  *place = NULL;
  metadata_path (fragment, path);
  return garco__fail_byte (
      error, GARCO_ERR_CORRUPT, garco__io_name (io, path, source, sizeof source), (int64_t)at,
      "tile offsets that do not rise within the data file of %" PRIu64 " bytes", file_size);
}

garco_status
garco__fragment_load_offsets (garco__io *io, garco__codec *codec, garco__fragment *fragment,
                              size_t slot, bool validity, garco_error *error)
{
  garco__slot *own = &fragment->slots[slot];
  uint64_t **place = validity ? &own->validity_offsets : &own->tile_offsets;
  if (*place != NULL || fragment->ntiles == 0)
    return GARCO_OK;
  return load_places (io, codec, fragment, validity ? own->at.validity : own->at.tile,
                      validity ? own->validity_size : own->file_size, place, error);
}

garco_status
garco__fragment_load_variable (garco__io *io, garco__codec *codec, garco__fragment *fragment,
                               size_t slot, garco_error *error)
{
  garco__slot *own = &fragment->slots[slot];
  if (fragment->ntiles == 0)
    return GARCO_OK;
  if (own->var_offsets == NULL)
    GARCO_TRY (
        load_places (io, codec, fragment, own->at.var, own->var_size, &own->var_offsets, error));
  if (own->var_sizes == NULL)
    GARCO_TRY (load_numbers (io, codec, fragment, own->at.var_size, "sizes of tiles",
                             &own->var_sizes, error));
  return GARCO_OK;
}

/* u64 count, { u64+"__commits/NAME.del" } */
static garco_status
parse_processed (garco__fragment *fragment, garco__cursor *cursor, const char *source,
                 garco_error *error)
{
  uint64_t count = garco__cursor_u64 (cursor);
  char name[PATH_SIZE];
  for (uint64_t i = 0; i < count; i++)
  {
    uint64_t size = garco__cursor_u64 (cursor);
    const uint8_t *bytes = garco__cursor_take (cursor, size);
    if (bytes == NULL || size >= sizeof name)
      return garco__fail_byte (error, GARCO_ERR_CORRUPT, source, (int64_t)fragment->processed_at,
                               "a list of %" PRIu64 " deletes done that ends too early", count);
    memcpy (name, bytes, (size_t)size);
    name[size] = '\0';
    GARCO_TRY (garco__io_list_add (&fragment->processed, name, false, error));
    GARCO_TRY (garco__io_list_add (&fragment->processed_order, name, false, error));
  }
  garco__io_list_sort (&fragment->processed);
  return GARCO_OK;
}

garco_status
garco__fragment_load_processed (garco__io *io, garco__codec *codec, garco__fragment *fragment,
                                garco_error *error)
{
  char path[PATH_SIZE], source[GARCO__IO_NAME_SIZE];
  garco__buffer content = {0};
  garco_status status;
  if (fragment->processed_known || fragment->version < 16)
    return GARCO_OK;
  metadata_path (fragment, path);
  garco__io_name (io, path, source, sizeof source);
  GARCO_TRY_DONE (metadata_tile (io, codec, fragment, fragment->processed_at, &content, error));
  garco__cursor cursor = garco__cursor_of (content.data, content.size);
  GARCO_TRY_DONE (parse_processed (fragment, &cursor, source, error));
  fragment->processed_known = true;
done:
  garco__buffer_free (&content);
  return status;
}

/* Where the footer of a fragment that is open lies in its own file. */
static garco_status
own_footer (garco__io *io, garco__fragment *fragment, uint64_t *at, uint64_t *size,
            garco_error *error)
{
  char source[GARCO__IO_NAME_SIZE];
  garco__schema *schema = (garco__schema *)(uintptr_t)fragment->schema;
  const garco__schema_set own = {1, &schema};
  garco__fragment_metadata_name (io, fragment, source, sizeof source);
  return find_footer (io, fragment, &own, source, at, size, error);
}

garco_status
garco__fragment_load_distinct (garco__io *io, garco__fragment *fragment, garco_error *error)
{
  garco__buffer room = {0};
  const uint8_t *bytes = NULL;
  uint64_t at = 0, size = 0;
  garco_status status = GARCO_OK;
  if (fragment->distinct_known || !fragment->has_timestamps)
    return GARCO_OK;
  GARCO_TRY (own_footer (io, fragment, &at, &size, error));
  if (at >= GARCO__DISTINCT_SIZE)
    status = metadata_bytes (io, fragment, at - GARCO__DISTINCT_SIZE, GARCO__DISTINCT_SIZE, &room,
                             &bytes, error);
  fragment->distinct_known = status >= 0;
  fragment->distinct =
      bytes != NULL && status >= 0 && memcmp (bytes, GARCO__DISTINCT, GARCO__DISTINCT_SIZE) == 0;
  garco__buffer_free (&room);
  return status;
}

garco_status
garco__fragment_footer (garco__io *io, garco__fragment *fragment, garco__buffer *out,
                        garco_error *error)
{
  garco__buffer room = {0};
  const uint8_t *bytes = NULL;
  uint64_t at = 0, size = 0;
  GARCO_TRY (own_footer (io, fragment, &at, &size, error));
  garco_status status = metadata_bytes (io, fragment, at, size, &room, &bytes, error);
  if (status >= 0)
    status = garco__buffer_append (out, bytes, (size_t)size, error);
  garco__buffer_free (&room);
  return status;
}

/* ---- writing */

static garco_status
put_vector (const garco__footer *footer, size_t member, garco__buffer *out, garco_error *error)
{
  for (size_t i = 0; i < footer->nslots; i++)
  {
    uint64_t value;
    memcpy (&value, (const char *)&footer->slots[i] + member, sizeof value);
    GARCO_TRY (garco__put_u64 (out, value, error));
  }
  return GARCO_OK;
}

static garco_status
put_head (const garco__footer *footer, garco__buffer *out, garco_error *error)
{
  const char *name = footer->schema->name;
  GARCO_TRY (garco__put_u32 (out, footer->version, error));
  if (footer->version >= 10)
  {
    GARCO_TRY (garco__put_u64 (out, strlen (name), error));
    GARCO_TRY (garco__buffer_append (out, name, strlen (name), error));
  }
  GARCO_TRY (garco__put_u8 (out, 0, error)); /* sparse */
  GARCO_TRY (garco__put_u8 (out, 0, error)); /* with a domain */
  GARCO_TRY (garco__buffer_append (out, footer->domain, footer->domain_size, error));
  GARCO_TRY (garco__put_u64 (out, footer->ntiles, error));
  GARCO_TRY (garco__put_u64 (out, footer->last_cells, error));
  if (footer->version >= 14)
    GARCO_TRY (garco__put_u8 (out, footer->has_timestamps, error));
  return footer->version >= 15 ? garco__put_u8 (out, footer->has_deletes, error) : GARCO_OK;
}

garco_status
garco__footer_put (const garco__footer *footer, garco__buffer *out, garco_error *error)
{
  static const size_t vectors[] = {
      offsetof (garco__slot, file_size),     offsetof (garco__slot, var_size),
      offsetof (garco__slot, validity_size), offsetof (garco__slot, at.tile),
      offsetof (garco__slot, at.var),        offsetof (garco__slot, at.var_size),
      offsetof (garco__slot, at.validity),   offsetof (garco__slot, at.min),
      offsetof (garco__slot, at.max),        offsetof (garco__slot, at.sum),
      offsetof (garco__slot, at.null)};
  size_t start = out->size, count = footer->version >= 11 ? 11 : 7;
  GARCO_TRY (put_head (footer, out, error));
  for (size_t i = 0; i < count; i++)
  {
    if (i == 3)
      GARCO_TRY (garco__put_u64 (out, footer->rtree_at, error));
    GARCO_TRY (put_vector (footer, vectors[i], out, error));
  }
  if (footer->version >= 11)
    GARCO_TRY (garco__put_u64 (out, footer->stats_at, error));
  if (footer->version >= 16)
    GARCO_TRY (garco__put_u64 (out, footer->processed_at, error));
  return garco__put_u64 (out, out->size - start, error);
}
