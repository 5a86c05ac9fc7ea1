/* A file's decompressed bytes. A source is a stack of layers, each of which reads the one below:
 *
 *   file -> [gzip | compress, bzip2, xz, zstd | zip member] (up to three) -> caller
 *
 * What lies on top is found by its first bytes, never by a name:
 *
 *   1f 8b gzip    1f 9d compress    "BZh" bzip2    fd 37 7a 58 5a 00 xz    28 b5 2f fd zstd
 *   "PK" 03 04 zip
 *
 * libarchive, loaded where it is needed, undoes all but gzip, whose checksum it does not compare:
 * that is zlib's. It is only ever allowed the one filter (or zip) that the bytes name, because its
 * other formats take plain RINEX for an archive now and then. Nothing seeks, so standard input is
 * like any file; nothing is held but one piece a layer, so a small file that unpacks to a huge one
 * streams. SPDX-License-Identifier: Apache-2.0 */
#include "codec/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buffer.h"
#include "base/error.h"
#include "codec/archive_library.h"

#define PIECE ((size_t)65536)
#define MAX_LAYERS 3
#define MAGIC_SIZE 6
#define SNIFF_SIZE 4096 /* bytes of a zip member that are searched for a header label */

enum kind
{
  KIND_FILE,
  KIND_GZIP,
  KIND_COMPRESS,
  KIND_BZIP2,
  KIND_XZ,
  KIND_ZSTD,
  KIND_ZIP
};

struct layer
{
  enum kind kind;
  struct layer *below;
  struct garco__source *source;
  garco__buffer head; /* bytes looked at before they were asked for */
  bool head_pending;
  bool ended;
  int64_t taken; /* bytes got from below */
  int64_t used;  /* of them, by libarchive's last successful step: it forgets when it fails */
  garco__archive_library la; /* loaded where `archive` is not NULL */
  struct archive *archive;
  const uint8_t *given; /* to libarchive last */
  size_t given_size;
  z_stream zlib;
  bool zlib_open, between_members;
  uint8_t *piece; /* for the bytes that it gives, unless the caller has room for them */
  uint8_t *room;
  size_t room_size;
};

struct garco__source
{
  char *name;
  int fd;
  garco__digest *digest;
  bool file_ended;
  garco_error pending; /* an error from below, carried through libarchive */
  struct layer *layers[MAX_LAYERS + 1];
  size_t nlayers;
};

static const struct
{
  enum kind kind;
  const char *name, *magic;
  size_t size;
} magics[] = {
    {KIND_GZIP, "gzip", "\x1f\x8b", 2},
    {KIND_COMPRESS, "compress", "\x1f\x9d", 2},
    {KIND_BZIP2, "bzip2", "BZh", 3},
    {KIND_XZ, "xz", "\xfd\x37zXZ\0", 6},
    {KIND_ZSTD, "zstd", "\x28\xb5\x2f\xfd", 4},
    {KIND_ZIP, "zip", "PK\x03\x04", 4},
};

static enum kind
kind_of (const uint8_t *bytes, size_t size)
{
  for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
    if (size >= magics[i].size && memcmp (bytes, magics[i].magic, magics[i].size) == 0)
      return magics[i].kind;
  return KIND_FILE;
}

static const char *
kind_name (enum kind wanted)
{
  for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
    if (magics[i].kind == wanted)
      return magics[i].name;
  return "plain";
}

static garco_status layer_read (struct layer *layer, const uint8_t **bytes, size_t *size,
                                garco_error *error);

/* Bytes of the file that the lowest decompressor has used up. */
static int64_t
file_offset (const struct garco__source *source)
{
  const struct layer *lowest = source->layers[source->nlayers > 1 ? 1 : 0];
  if (lowest->kind == KIND_GZIP)
    return lowest->taken - (int64_t)lowest->zlib.avail_in;
  if (lowest->archive != NULL)
    return lowest->used;
  return lowest->taken;
}

static garco_status
truncated (const struct layer *layer, garco_error *error)
{
  return garco__fail_byte (error, GARCO_ERR_TRUNCATED, layer->source->name,
                           file_offset (layer->source), "the file ends in the middle of %s data",
                           kind_name (layer->kind));
}

static garco_status
corrupt (const struct layer *layer, const char *detail, garco_error *error)
{
  return garco__fail_byte (error, GARCO_ERR_CORRUPT, layer->source->name,
                           file_offset (layer->source), "damaged %s data: %s",
                           kind_name (layer->kind), detail != NULL ? detail : "no detail known");
}

static const char rest_is_foreign[] = "bytes behind its end that are neither zeros nor more of it";

/* ------------------------------------------------------------------ the file itself */

static garco_status
file_read (struct layer *layer, const uint8_t **bytes, size_t *size, garco_error *error)
{
  struct garco__source *source = layer->source;
  ssize_t got;
  do
    got = read (source->fd, layer->room, layer->room_size);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    return garco__fail_errno (error, source->name, "cannot read");
  source->file_ended = got == 0;
  if (got == 0)
    return GARCO_END;
  layer->taken += got;
  *bytes = layer->room;
  *size = (size_t)got;
  return source->digest == NULL
             ? GARCO_OK
             : garco__digest_update (source->digest, layer->room, (size_t)got, error);
}

/* Gives the digest what lies behind the end of the compressed data. */
static garco_status
drain_file (struct garco__source *source, garco_error *error)
{
  garco_status status = GARCO_OK;
  while (source->digest != NULL && !source->file_ended && status == GARCO_OK)
  {
    const uint8_t *bytes;
    size_t size;
    status = file_read (source->layers[0], &bytes, &size, error);
  }
  return status < 0 ? status : GARCO_END;
}

/* ------------------------------------------------------------------ gzip */

/* More bytes from below for zlib; GARCO_END where there are none. */
static garco_status
gzip_refill (struct layer *layer, garco_error *error)
{
  const uint8_t *bytes = NULL;
  size_t size = 0;
  garco_status status = layer_read (layer->below, &bytes, &size, error);
  if (status != GARCO_OK)
    return status;
  /* zlib does not write through next_in. */
  memcpy (&layer->zlib.next_in, &bytes, sizeof bytes);
  layer->zlib.avail_in = (uInt)size;
  layer->taken += (int64_t)size;
  return GARCO_OK;
}

/* Behind a member: zeros are padding, 1f begins another member. Anything else may have been one. */
static garco_status
gzip_next_member (struct layer *layer, garco_error *error)
{
  for (;;)
  {
    while (layer->zlib.avail_in > 0 && *layer->zlib.next_in == 0)
    {
      layer->zlib.next_in++;
      layer->zlib.avail_in--;
    }
    if (layer->zlib.avail_in > 0)
      break;
    garco_status status = gzip_refill (layer, error);
    if (status != GARCO_OK)
      return status;
  }
  if (*layer->zlib.next_in != 0x1f)
    return corrupt (layer, rest_is_foreign, error);
  layer->between_members = false;
  inflateReset (&layer->zlib);
  return GARCO_OK;
}

static garco_status
gzip_step (struct layer *layer, garco_error *error)
{
  garco_status status = GARCO_OK;
  if (layer->between_members)
    status = gzip_next_member (layer, error);
  else if (layer->zlib.avail_in == 0)
  {
    status = gzip_refill (layer, error);
    if (status == GARCO_END)
      return truncated (layer, error);
  }
  if (status != GARCO_OK)
    return status;
  int result = inflate (&layer->zlib, Z_NO_FLUSH);
  if (result == Z_MEM_ERROR)
    return garco__fail_memory (error, PIECE);
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return corrupt (layer, layer->zlib.msg, error);
  layer->between_members = result == Z_STREAM_END;
  return GARCO_OK;
}

static garco_status
gzip_read (struct layer *layer, const uint8_t **bytes, size_t *size, garco_error *error)
{
  uInt room = (uInt)(layer->room_size < PIECE ? layer->room_size : PIECE);
  layer->zlib.next_out = layer->room;
  layer->zlib.avail_out = room;
  while (layer->zlib.avail_out == room)
  {
    garco_status status = gzip_step (layer, error);
    if (status != GARCO_OK)
      return status;
  }
  *bytes = layer->room;
  *size = room - layer->zlib.avail_out;
  return GARCO_OK;
}

static garco_status
gzip_open (struct layer *layer, garco_error *error)
{
  if (inflateInit2 (&layer->zlib, 15 + 16) != Z_OK)
    return garco__fail_memory (error, PIECE);
  layer->zlib_open = true;
  return GARCO_OK;
}

/* ------------------------------------------------------------------ libarchive */

static la_ssize_t
archive_pull (struct archive *archive, void *context, const void **buffer)
{
  struct layer *layer = context;
  const uint8_t *bytes = NULL;
  size_t size = 0;
  garco_status status = layer_read (layer->below, &bytes, &size, &layer->source->pending);
  if (status < 0)
  {
    layer->la.archive_set_error (archive, EIO, "error below");
    return -1;
  }
  *buffer = bytes;
  if (size > 0)
  {
    layer->given = bytes;
    layer->given_size = size;
  }
  layer->taken += (int64_t)size;
  return (la_ssize_t)size;
}

static garco_status
archive_failed (const struct layer *layer, garco_error *error)
{
  const garco_error *pending = &layer->source->pending;
  if (pending->code < 0)
  {
    if (error != NULL)
      *error = *pending;
    return pending->code;
  }
  if (layer->la.archive_errno (layer->archive) == ENOMEM)
    return garco__fail_memory (error, PIECE);
  const char *detail = layer->la.archive_error_string (layer->archive);
  /* "No progress" is what liblzma says when it wants more bytes than there are, (-5) zlib. */
  if (detail != NULL &&
      (strstr (detail, "runcated") != NULL || strstr (detail, "No progress") != NULL ||
       strstr (detail, "failed (-5)") != NULL))
    return truncated (layer, error);
  return corrupt (layer, detail, error);
}

/* libarchive passes over what follows bzip2 data that is no more of it, be it a damaged member. */
static garco_status
check_rest (struct layer *layer, garco_error *error)
{
  garco_status status = GARCO_OK;
  layer->used = layer->la.archive_filter_bytes (layer->archive, -1);
  size_t left = (size_t)(layer->taken - layer->used);
  size_t size = left < layer->given_size ? left : layer->given_size;
  const uint8_t *bytes = layer->given + (layer->given_size - size);
  while (status == GARCO_OK)
  {
    for (size_t i = 0; i < size; i++)
      if (bytes[i] != 0)
        return corrupt (layer, rest_is_foreign, error);
    status = layer_read (layer->below, &bytes, &size, error);
  }
  return status;
}

static garco_status
archive_next (struct layer *layer, const uint8_t **bytes, size_t *size, garco_error *error)
{
  const void *buffer = NULL;
  int64_t offset;
  int result;
  do
    result = layer->la.archive_read_data_block (layer->archive, &buffer, size, &offset);
  while (result == ARCHIVE_RETRY || (result == ARCHIVE_OK && *size == 0));
  if (result == ARCHIVE_EOF)
    return layer->kind == KIND_BZIP2 ? check_rest (layer, error) : GARCO_END;
  if (result != ARCHIVE_OK)
    return archive_failed (layer, error);
  layer->used = layer->la.archive_filter_bytes (layer->archive, -1);
  *bytes = buffer;
  return GARCO_OK;
}

static int
allow_only (struct layer *layer)
{
  switch (layer->kind)
  {
  case KIND_COMPRESS:
    return layer->la.archive_read_support_filter_compress (layer->archive);
  case KIND_BZIP2:
    return layer->la.archive_read_support_filter_bzip2 (layer->archive);
  case KIND_XZ:
    return layer->la.archive_read_support_filter_xz (layer->archive);
  case KIND_ZSTD:
    return layer->la.archive_read_support_filter_zstd (layer->archive);
  default:
    return ARCHIVE_OK;
  }
}

static garco_status
archive_start (struct layer *layer, garco_error *error)
{
  GARCO_TRY (garco__archive_library_load (&layer->la, error));
  layer->archive = layer->la.archive_read_new ();
  if (layer->archive == NULL)
    return garco__fail_memory (error, PIECE);
  /* Warns where libarchive would start an outer program instead: no such thing here. */
  if (allow_only (layer) != ARCHIVE_OK)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, layer->source->name,
                        "this libarchive is built without %s", kind_name (layer->kind));
  if (layer->kind == KIND_ZIP)
    layer->la.archive_read_support_format_zip_streamable (layer->archive);
  else
  {
    layer->la.archive_read_support_format_raw (layer->archive);
    layer->la.archive_read_support_format_empty (layer->archive);
  }
  if (layer->la.archive_read_open (layer->archive, layer, NULL, archive_pull, NULL) != ARCHIVE_OK)
    return archive_failed (layer, error);
  return GARCO_OK;
}

static garco_status
filter_open (struct layer *layer, garco_error *error)
{
  struct archive_entry *entry;
  GARCO_TRY (archive_start (layer, error));
  /* The end and libarchive's own "none" at once. */
  if (layer->la.archive_filter_count (layer->archive) < 2)
    return layer->below->ended
               ? truncated (layer, error)
               : corrupt (layer, "the bytes after the signature are not as they must be", error);
  int result = layer->la.archive_read_next_header (layer->archive, &entry);
  if (result == ARCHIVE_EOF && layer->la.archive_errno (layer->archive) == 0)
    layer->ended = true;
  else if (result != ARCHIVE_OK)
    return archive_failed (layer, error);
  return GARCO_OK;
}

/* ------------------------------------------------------------------ zip members */

static const uint8_t *
find_text (const uint8_t *bytes, size_t size, const char *text)
{
  size_t length = strlen (text);
  for (size_t i = 0; i + length <= size; i++)
    if (memcmp (bytes + i, text, length) == 0)
      return bytes + i;
  return NULL;
}

/* A Hatanaka label, a version label with an O in column 21, or a further compression. */
static bool
looks_observed (const uint8_t *bytes, size_t size)
{
  if (kind_of (bytes, size) != KIND_FILE)
    return true;
  if (find_text (bytes, size, "CRINEX VERS   / TYPE") != NULL)
    return true;
  const uint8_t *label = find_text (bytes, size, "RINEX VERSION / TYPE");
  return label != NULL && label - bytes >= 60 && (label[-40] == 'O' || label[-40] == 'o');
}

static garco_status layer_peek (struct layer *layer, size_t want, garco_error *error);

static garco_status
zip_consider (struct layer *layer, struct archive_entry *entry, bool *chosen, garco_error *error)
{
  *chosen = false;
  if (layer->la.archive_entry_filetype (entry) != AE_IFREG)
    return GARCO_OK;
  if (layer->la.archive_entry_is_encrypted (entry) > 0)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, layer->source->name,
                        "the zip archive is encrypted");
  layer->head.size = 0;
  layer->ended = false;
  GARCO_TRY (layer_peek (layer, SNIFF_SIZE, error));
  *chosen = looks_observed (layer->head.data, layer->head.size);
  return GARCO_OK;
}

static garco_status
zip_open (struct layer *layer, garco_error *error)
{
  struct archive_entry *entry;
  bool chosen = false;
  GARCO_TRY (archive_start (layer, error));
  while (!chosen)
  {
    int result = layer->la.archive_read_next_header (layer->archive, &entry);
    if (result == ARCHIVE_EOF)
      return garco__fail (error, GARCO_ERR_FORMAT, layer->source->name,
                          "the zip archive holds no observation file");
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
      return archive_failed (layer, error);
    GARCO_TRY (zip_consider (layer, entry, &chosen, error));
  }
  return GARCO_OK;
}

/* ------------------------------------------------------------------ layers */

static garco_status
layer_next (struct layer *layer, const uint8_t **bytes, size_t *size, garco_error *error)
{
  if (layer->ended)
    return GARCO_END;
  garco_status status = layer->kind == KIND_FILE   ? file_read (layer, bytes, size, error)
                        : layer->kind == KIND_GZIP ? gzip_read (layer, bytes, size, error)
                                                   : archive_next (layer, bytes, size, error);
  layer->ended = status != GARCO_OK;
  return status;
}

static garco_status
layer_read (struct layer *layer, const uint8_t **bytes, size_t *size, garco_error *error)
{
  *size = 0;
  if (!layer->head_pending || layer->head.size == 0)
    return layer_next (layer, bytes, size, error);
  layer->head_pending = false;
  *bytes = layer->head.data;
  *size = layer->head.size;
  return GARCO_OK;
}

/* At least `want` bytes into the head, fewer where the layer ends. */
static garco_status
layer_peek (struct layer *layer, size_t want, garco_error *error)
{
  layer->head_pending = true;
  while (layer->head.size < want)
  {
    const uint8_t *bytes;
    size_t size;
    garco_status status = layer_next (layer, &bytes, &size, error);
    if (status != GARCO_OK)
      return status < 0 ? status : GARCO_OK;
    GARCO_TRY (garco__buffer_append (&layer->head, bytes, size, error));
  }
  return GARCO_OK;
}

static garco_status
push_layer (struct garco__source *source, enum kind kind, garco_error *error)
{
  void *made;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (struct layer), error));
  struct layer *top = made;
  top->kind = kind;
  top->source = source;
  top->below = source->nlayers > 0 ? source->layers[source->nlayers - 1] : NULL;
  source->layers[source->nlayers++] = top;
  if (kind == KIND_FILE || kind == KIND_GZIP)
  {
    GARCO_TRY (garco__allocate (&made, PIECE, 1, error));
    top->piece = top->room = made;
    top->room_size = PIECE;
  }
  if (kind == KIND_FILE)
    return GARCO_OK;
  return kind == KIND_GZIP  ? gzip_open (top, error)
         : kind == KIND_ZIP ? zip_open (top, error)
                            : filter_open (top, error);
}

static void
layer_free (struct layer *layer)
{
  if (layer->archive != NULL)
    layer->la.archive_read_free (layer->archive);
  if (layer->zlib_open)
    inflateEnd (&layer->zlib);
  garco__buffer_free (&layer->head);
  free (layer->piece);
  free (layer);
}

/* ------------------------------------------------------------------ the source */

static garco_status
open_file (struct garco__source *source, const char *path, garco_error *error)
{
  struct stat status;
  bool is_stdin = strcmp (path, "-") == 0;
  source->fd = -1;
  source->name = strdup (garco__input_name (path));
  if (source->name == NULL)
    return garco__fail_memory (error, strlen (path));
  source->fd = is_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  if (source->fd < 0 || fstat (source->fd, &status) != 0)
    return garco__fail_errno (error, source->name, "cannot open");
  if (S_ISDIR (status.st_mode))
    return garco__fail (error, GARCO_ERR_FORMAT, source->name, "is a directory, expected a file");
  return push_layer (source, KIND_FILE, error);
}

static garco_status
peel (struct garco__source *source, garco_error *error)
{
  for (;;)
  {
    struct layer *top = source->layers[source->nlayers - 1];
    GARCO_TRY (layer_peek (top, MAGIC_SIZE, error));
    enum kind next = kind_of (top->head.data, top->head.size);
    if (next == KIND_FILE)
      return GARCO_OK;
    if (source->nlayers > MAX_LAYERS)
      return garco__fail (error, GARCO_ERR_LIMIT, source->name,
                          "compressed more than %d times over", MAX_LAYERS);
    GARCO_TRY (push_layer (source, next, error));
  }
}

garco_status
garco__source_open (const char *path, garco__digest *digest, garco__source **source,
                    garco_error *error)
{
  void *made;
  *source = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__source), error));
  garco__source *fresh = made;
  fresh->digest = digest;
  garco_status status = open_file (fresh, path, error);
  if (status >= 0)
    status = peel (fresh, error);
  if (status < 0)
    garco__source_free (&fresh);
  *source = fresh;
  return status;
}

garco_status
garco__source_read (garco__source *source, const uint8_t **bytes, size_t *size, garco_error *error)
{
  garco_status status = layer_read (source->layers[source->nlayers - 1], bytes, size, error);
  return status == GARCO_END ? drain_file (source, error) : status;
}

garco_status
garco__source_read_into (garco__source *source, uint8_t *room, size_t size, const uint8_t **bytes,
                         size_t *got, garco_error *error)
{
  struct layer *top = source->layers[source->nlayers - 1];
  top->room = room;
  top->room_size = size;
  garco_status status = garco__source_read (source, bytes, got, error);
  top->room = top->piece;
  top->room_size = PIECE;
  return status;
}

const char *
garco__source_name (const garco__source *source)
{
  return source->name;
}

void
garco__source_free (garco__source **source)
{
  if (*source == NULL)
    return;
  for (size_t i = (*source)->nlayers; i > 0; i--)
    layer_free ((*source)->layers[i - 1]);
  if ((*source)->fd > STDIN_FILENO)
    close ((*source)->fd);
  free ((*source)->name);
  free (*source);
  *source = NULL;
}
