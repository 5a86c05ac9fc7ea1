/* From a file's name to all of its cells: source -> digest, reader -> epochs -> cells.
 *
 * Nothing is written before the whole file has been read well, so the cells of one file are in
 * memory together: 45 bytes each, 20 MB for half a million.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/ingest_decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "codec/source.h"
#include "ingest/ingest_order.h"
#include "rinex/rinex_cells.h"

typedef struct decoding
{
  const char *path;
  const garco_ingest_options *options;
  garco__decoded *decoded;
  garco__digest *digest;
  garco__source *source;
  garco_reader *reader;
  garco__cell_maker *maker;
  garco__epoch_cells *epochs;
  size_t nepochs, epochs_capacity;
  garco__order_notes order;
} decoding;

static garco_status
keep_epoch (decoding *d, size_t first, int64_t line, garco_error *error)
{
  const garco__cells *cells = &d->decoded->cells;
  if (cells->count == first)
    return GARCO_OK;
  if (d->nepochs == d->epochs_capacity)
  {
    void *epochs = d->epochs;
    size_t capacity = d->epochs_capacity * 2 + 1024;
    GARCO_TRY (garco__reallocate (&epochs, capacity, sizeof *d->epochs, error));
    d->epochs = epochs;
    d->epochs_capacity = capacity;
  }
  if (cells->time[first] < d->decoded->first)
    d->decoded->first = cells->time[first];
  if (cells->time[first] > d->decoded->last)
    d->decoded->last = cells->time[first];
  d->epochs[d->nepochs++] =
      (garco__epoch_cells){cells->time[first], line, first, cells->count - first};
  return GARCO_OK;
}

/* The header as the file begins with it: events change what it says, never its text. */
static garco_status
keep_header (decoding *d, garco_error *error)
{
  const garco_header *header = garco_reader_header (d->reader);
  garco__buffer *text = &d->decoded->header;
  if (header == NULL)
    return GARCO_OK;
  GARCO_TRY (garco__buffer_append (text, header->text, header->text_size, error));
  return garco__buffer_append (text, "", 1, error);
}

/* Takes the epochs that the reader has; GARCO_END at the end, GARCO_AGAIN where it wants bytes. */
static garco_status
take_epochs (decoding *d, garco_error *error)
{
  garco_epoch epoch;
  garco_status status;
  while ((status = garco_reader_next (d->reader, &epoch, error)) == GARCO_OK)
  {
    size_t first = d->decoded->cells.count;
    if (epoch.flag > 1)
      continue;
    d->decoded->epochs++;
    GARCO_TRY (garco__cell_maker_append (d->maker, garco_reader_header (d->reader), &epoch,
                                         &d->decoded->cells, error));
    GARCO_TRY (keep_epoch (d, first, epoch.line, error));
    if (d->decoded->cells.count > first)
      GARCO_TRY (garco__order_note (&d->order, d->decoded->cells.time[first], &epoch, error));
  }
  return status;
}

/* Damage of the compression ends what can be read; with salvage what came before is kept. */
static garco_status
survive (decoding *d, garco_status status, const garco_error *damage, garco_error *error)
{
  const garco_ingest_options *options = d->options;
  bool bytes = status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED;
  if (!options->salvage || !bytes)
  {
    if (error != NULL)
      *error = *damage;
    return status;
  }
  d->decoded->damaged++;
  if (options->on_damage != NULL && options->on_damage (options->context, damage) != 0)
    return garco__fail (error, GARCO_ERR_CANCELLED, d->path, "stopped by the caller");
  return GARCO_END;
}

static garco_status
feed_all (decoding *d, bool *cut, garco_error *error)
{
  const uint8_t *bytes;
  size_t size;
  garco_error damage;
  garco_status status = GARCO_AGAIN;
  while (status == GARCO_AGAIN)
  {
    garco_status more = garco__source_read (d->source, &bytes, &size, &damage);
    if (more < 0)
    {
      *cut = true;
      more = survive (d, more, &damage, error);
      GARCO_TRY (more);
    }
    if (more == GARCO_END)
      garco_reader_finish (d->reader);
    else
      GARCO_TRY (garco_reader_feed (d->reader, bytes, size, error));
    status = take_epochs (d, error);
  }
  return status;
}

/* The digest has seen the whole file, but where damage cut it short. */
static garco_status
finish_hash (decoding *d, bool cut, garco_error *error)
{
  uint8_t hash[32];
  if (cut)
    return garco__hash_file (d->path, d->decoded->sha256, error);
  GARCO_TRY (garco__digest_final (d->digest, hash, sizeof hash, error));
  garco__hex_text (hash, sizeof hash, d->decoded->sha256);
  return GARCO_OK;
}

static garco_status
open_decoding (decoding *d, garco_error *error)
{
  garco_reader_options reading = GARCO_READER_OPTIONS_INIT;
  GARCO_TRY (garco__digest_new ("SHA256", &d->digest, error));
  GARCO_TRY (garco__source_open (d->path, d->digest, &d->source, error));
  reading.salvage = d->options->salvage;
  reading.on_damage = d->options->on_damage;
  reading.context = d->options->context;
  reading.source = garco__source_name (d->source);
  GARCO_TRY (garco_reader_new (&reading, &d->reader, error));
  GARCO_TRY (garco__cell_maker_new (d->options->keep_zeros, &d->maker, error));
  garco__cell_maker_use (d->maker, d->options->code_map);
  return GARCO_OK;
}

static garco_status
decode (decoding *d, garco_error *error)
{
  garco__decoded *decoded = d->decoded;
  bool cut = false;
  GARCO_TRY (open_decoding (d, error));
  GARCO_TRY (feed_all (d, &cut, error));
  GARCO_TRY (finish_hash (d, cut, error));
  decoded->damaged += garco_reader_damaged (d->reader);
  decoded->crowded = garco__cell_maker_crowded (d->maker);
  GARCO_TRY (keep_header (d, error));
  GARCO_TRY (garco__order_pack (&d->order, &decoded->order, error));
  const char *map = garco__cell_maker_code_map (d->maker);
  GARCO_TRY (garco__buffer_append (&decoded->code_map, map, strlen (map) + 1, error));
  return garco__drop_repeated (&decoded->cells, d->epochs, d->nepochs,
                               garco__source_name (d->source), d->options, &decoded->damaged,
                               error);
}

garco_status
garco__decode_file (const char *path, const garco_ingest_options *options, garco__decoded *decoded,
                    garco_error *error)
{
  decoding d = {.path = path, .options = options, .decoded = decoded};
  decoded->first = INT64_MAX;
  decoded->last = INT64_MIN;
  garco_status status = decode (&d, error);
  garco_reader_free (&d.reader);
  garco__cell_maker_free (&d.maker);
  garco__source_free (&d.source);
  garco__digest_free (&d.digest);
  garco__buffer_free (&d.order.text);
  free (d.epochs);
  return status;
}

void
garco__decoded_free (garco__decoded *decoded)
{
  garco__cells_free (&decoded->cells);
  garco__buffer_free (&decoded->code_map);
  garco__buffer_free (&decoded->header);
  garco__buffer_free (&decoded->order);
}

static garco_status
hash_stream (FILE *file, const char *path, garco__digest *digest, garco_error *error)
{
  uint8_t piece[16384];
  size_t size;
  while ((size = fread (piece, 1, sizeof piece, file)) > 0)
    GARCO_TRY (garco__digest_update (digest, piece, size, error));
  return ferror (file) ? garco__fail_errno (error, path, "cannot be read") : GARCO_OK;
}

garco_status
garco__hash_file (const char *path, char sha256[65], garco_error *error)
{
  garco__digest *digest = NULL;
  uint8_t hash[32];
  FILE *file = strcmp (path, "-") != 0 ? fopen (path, "rb") : NULL;
  if (strcmp (path, "-") == 0)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, "standard input",
                        "cannot be salvaged where its compression is damaged: expected a file");
  if (file == NULL)
    return garco__fail_errno (error, path, "cannot be opened");
  garco_status status = garco__digest_new ("SHA256", &digest, error);
  if (status >= 0)
    status = hash_stream (file, path, digest, error);
  if (status >= 0)
    status = garco__digest_final (digest, hash, sizeof hash, error);
  if (status >= 0)
    garco__hex_text (hash, sizeof hash, sha256);
  garco__digest_free (&digest);
  fclose (file);
  return status;
}
