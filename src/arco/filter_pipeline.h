/* Filter pipelines: what a field's bytes pass through on their way to and from the file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_FILTER_PIPELINE_H
#define GARCO_ARCO_FILTER_PIPELINE_H

#include "base/bytes.h"
#include "garco.h"

/* The format's numbers. */
typedef enum garco__filter_kind
{
  GARCO__FILTER_NONE = 0,
  GARCO__FILTER_GZIP = 1,
  GARCO__FILTER_ZSTD = 2,
  GARCO__FILTER_LZ4 = 3,
  GARCO__FILTER_RLE = 4,
  GARCO__FILTER_BZIP2 = 5,
  GARCO__FILTER_DOUBLE_DELTA = 6,
  GARCO__FILTER_BIT_WIDTH_REDUCTION = 7,
  GARCO__FILTER_BITSHUFFLE = 8,
  GARCO__FILTER_BYTESHUFFLE = 9,
  GARCO__FILTER_POSITIVE_DELTA = 10,
  GARCO__FILTER_MD5 = 12,
  GARCO__FILTER_SHA256 = 13,
  GARCO__FILTER_DICTIONARY = 14,
  GARCO__FILTER_FLOAT_SCALE = 15,
  GARCO__FILTER_XOR = 16,
  GARCO__FILTER_WEBP = 18,
  GARCO__FILTER_DELTA = 19
} garco__filter_kind;

typedef struct garco__filter
{
  uint8_t kind;            /* a garco__filter_kind, or a number that garco does not know */
  uint8_t reinterpret;     /* delta, double delta: a datatype; GARCO_ANY: none */
  int32_t level;           /* compressors */
  uint32_t window;         /* bit width reduction, positive delta: bytes */
  double scale, offset;    /* float scale */
  uint64_t width;          /* float scale: bytes */
  garco_datatype datatype; /* of what it is given when writing */
} garco__filter;

/* Zero-initialise; garco__pipeline_free leaves it zero again. */
typedef struct garco__pipeline
{
  uint32_t max_chunk;
  size_t count;
  garco__filter *filters;
} garco__pipeline;

#define GARCO__MAX_CHUNK 65536u
#define GARCO__MAX_FILTERS 32
/* No writer makes chunks, or rows of fixed size, near this; it bounds what a damaged length can
 * ask for. */
#define GARCO__CHUNK_LIMIT (64u << 20)
/* Of a cell that garco writes: it must fit a chunk that garco reads. */
#define GARCO__MAX_CELL (16u << 20)

/* "zstd"; "?" for a number that is none. */
const char *garco__filter_name (uint8_t kind);
/* The number; -1 for a name that is none. */
int garco__filter_find (const char *name);
/* For messages about such a name: " (did you mean zstd?): expected one of " and those that can be
 * applied. */
void garco__filter_names (const char *name, char text[GARCO_NAMES_SIZE]);

/* Reads a serialized pipeline for values of `type`. Unknown filters are kept; using them is
 * refused. */
garco_status garco__pipeline_parse (garco__cursor *cursor, garco_datatype type, const char *source,
                                    garco__pipeline *pipeline, garco_error *error);
/* GARCO_ERR_UNSUPPORTED where there is an unknown one. */
garco_status garco__pipeline_put (garco__buffer *buffer, const garco__pipeline *pipeline,
                                  garco_error *error);
/* Takes over the filters for values of `type`; `pipeline` is one of `count` filters, copied. */
garco_status garco__pipeline_set (garco__pipeline *pipeline, const garco__filter *filters,
                                  size_t count, garco_datatype type, garco_error *error);
void garco__pipeline_free (garco__pipeline *pipeline);
/* GARCO_ERR_UNSUPPORTED, naming filter and field, where garco cannot undo (or, `writing`, apply)
 * one of its filters. */
garco_status garco__pipeline_check (const garco__pipeline *pipeline, bool writing,
                                    const char *source, const char *field, garco_error *error);

/* What filters work with: compressor contexts and scratch memory. One a thread. */
typedef struct garco__codec garco__codec;
garco_status garco__codec_new (garco__codec **codec, garco_error *error);
void garco__codec_free (garco__codec **codec);
/* How hard zstd tries from now on, whatever its filters say; 0: as they say. */
void garco__codec_set_zstd_level (garco__codec *codec, int level);
/* Counts the chunks that it unpacks from now on. */
void garco__codec_set_meter (garco__codec *codec, garco_meter *meter);

/* Which tile this is, for decoding and for messages. */
typedef struct garco__tile_place
{
  const char *source; /* name of the file */
  uint64_t byte;      /* of the tile in it */
  uint32_t version;   /* of the format it was written in */
  size_t cell_size;
} garco__tile_place;

/* Chooses cells of a tile, rising; the bytes of chunks that hold none of them stay undefined. */
typedef struct garco__tile_choice
{
  const uint32_t *cells;
  size_t count;
} garco__tile_choice;

/* Undoes the pipeline on a tile as it lies in the file (a count of chunks, chunks) into `out`,
 * which is to become exactly `out_size` bytes. `choice` may be NULL: all. */
garco_status garco__tile_decode (garco__codec *codec, const garco__pipeline *pipeline,
                                 const garco__tile_place *place, const uint8_t *bytes, size_t size,
                                 const garco__tile_choice *choice, uint8_t *out, uint64_t out_size,
                                 garco_error *error);
/* True where the filters of a field of variable length keep the lengths of its texts themselves:
 * "rle" and "dictionary" as the first of them, by the format's version. */
bool garco__pipeline_is_text (const garco__pipeline *pipeline, garco_datatype type,
                              uint32_t version);
/* The same for such a tile of `cells` texts: `places` becomes where each begins in `out`, and the
 * end. */
garco_status garco__tile_decode_text (garco__codec *codec, const garco__pipeline *pipeline,
                                      const garco__tile_place *place, const uint8_t *bytes,
                                      size_t size, uint64_t cells, uint64_t *places, uint8_t *out,
                                      uint64_t out_size, garco_error *error);
/* Sum of the sizes that the tile's chunks will have, checked against what is there. */
garco_status garco__tile_decoded_size (const garco__tile_place *place, const uint8_t *bytes,
                                       size_t size, uint64_t *out_size, garco_error *error);
/* Appends the tile's chunks, filtered, to `out`. */
garco_status garco__tile_encode (garco__codec *codec, const garco__pipeline *pipeline,
                                 size_t cell_size, const uint8_t *data, size_t size,
                                 garco__buffer *out, garco_error *error);

/* One chunk as it lies in the file: `original` bytes become `metadata` and then `filtered` ones. */
typedef struct garco__chunk
{
  uint32_t original, filtered, metadata;
  const uint8_t *bytes; /* metadata, then data */
  int64_t byte;         /* of its head in the file */
} garco__chunk;
#define GARCO__CHUNK_HEAD 12u

/* Takes the chunk at the cursor, whose bytes begin at `place->byte` of the file. */
garco_status garco__chunk_next (const garco__tile_place *place, garco__cursor *cursor,
                                garco__chunk *chunk, garco_error *error);
/* Its `original` bytes into `out`. */
garco_status garco__chunk_decode (garco__codec *codec, const garco__pipeline *pipeline,
                                  const garco__tile_place *place, const garco__chunk *chunk,
                                  uint8_t *out, garco_error *error);
/* Appends one chunk, head and all, of whole cells. */
garco_status garco__chunk_encode (garco__codec *codec, const garco__pipeline *pipeline,
                                  size_t cell_size, const uint8_t *data, size_t size,
                                  garco__buffer *out, garco_error *error);
/* Bytes of the chunks that a tile of `tile` bytes is cut into when it is written. */
garco_status garco__chunk_size (size_t cell_size, uint64_t tile, size_t *size, garco_error *error);
/* Makes NaN of the values that float scale reads for the lowest integer, which stands for it. */
void garco__missing_to_nan (const garco__pipeline *pipeline, garco_datatype type, size_t count,
                            uint8_t *values);
/* True where the same values become the same bytes. */
bool garco__pipeline_same (const garco__pipeline *a, const garco__pipeline *b);

#endif
