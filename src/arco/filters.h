/* Between filter_pipeline.c and the filters, one file each.
 *
 * On a chunk's way out of a file each filter takes its own record from the front of the metadata
 * and hands the rest, and its data, to the filter before it. On the way in it puts its record in
 * front of those it was given. Compressors compress records and data alike and leave their own
 * record alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_FILTERS_H
#define GARCO_ARCO_FILTERS_H

#include "arco/filter_pipeline.h"

typedef struct ZSTD_CCtx_s ZSTD_CCtx;
typedef struct ZSTD_DCtx_s ZSTD_DCtx;

/* Where the texts of a tile go, while one is decoded. */
typedef struct garco__text_places
{
  uint64_t *places;
  uint64_t cells, done, bytes; /* that the tile has; that are there already, and their bytes */
} garco__text_places;

struct garco__codec
{
  ZSTD_CCtx *zstd_in;
  ZSTD_DCtx *zstd_out;
  garco__buffer data[2], meta[2]; /* turn about: what a filter reads and what it writes */
  garco__text_places *text;       /* NULL: no tile of texts */
  garco_meter *meter;             /* counts the chunks that are unpacked; NULL: none */
  int zstd_level;                 /* in place of the filters'; 0: theirs */
};

/* A chunk on its way out. */
typedef struct garco__undo
{
  garco__codec *codec;
  const garco__filter *filter;
  const garco__tile_place *place;
  int64_t byte;       /* of the chunk in the file, for messages */
  garco__cursor meta; /* what is left of the metadata */
  const uint8_t *data;
  size_t size;
  uint8_t *out; /* where the chunk is to end; used by the last filter */
  size_t out_size;
  bool last;
  unsigned data_turn, meta_turn;
} garco__undo;

/* A chunk on its way in; `parts` are the records so far, the oldest first. */
typedef struct garco__apply
{
  garco__codec *codec;
  const garco__filter *filter;
  size_t cell_size;
  const uint8_t *data;
  size_t size;
  size_t nparts;
  struct
  {
    size_t at, size; /* in codec->meta[meta_turn] */
  } parts[GARCO__MAX_FILTERS];
  unsigned data_turn, meta_turn;
} garco__apply;

/* Room for a filter's output: becomes undo->data when garco__undo_done says so. */
garco_status garco__undo_room (garco__undo *undo, uint64_t size, uint8_t **room,
                               garco_error *error);
void garco__undo_done (garco__undo *undo, const uint8_t *room, size_t size);
/* GARCO_ERR_CORRUPT with the chunk's place and the filter's name. */
garco_status garco__undo_corrupt (const garco__undo *undo, garco_error *error, const char *what);

/* Bytes of the windows that a windowed filter cuts the data into: as the filter says, whole values
 * of `size` bytes, at least one. */
size_t garco__apply_window (const garco__apply *apply, size_t size);
garco_status garco__apply_room (garco__apply *apply, size_t size, uint8_t **room,
                                garco_error *error);
void garco__apply_done (garco__apply *apply, const uint8_t *room, size_t size);
/* Opens a new record; its bytes are appended to the buffer that is given. */
garco_status garco__apply_part (garco__apply *apply, garco__buffer **record, garco_error *error);
void garco__apply_part_done (garco__apply *apply);

garco_status garco__compressor_undo (garco__undo *undo, garco_error *error);
garco_status garco__compressor_apply (garco__apply *apply, garco_error *error);
garco_status garco__text_undo (garco__undo *undo, garco_error *error);
garco_status garco__float_scale_undo (garco__undo *undo, garco_error *error);
garco_status garco__float_scale_apply (garco__apply *apply, garco_error *error);
garco_status garco__bit_width_undo (garco__undo *undo, garco_error *error);
garco_status garco__bit_width_apply (garco__apply *apply, garco_error *error);
garco_status garco__positive_delta_undo (garco__undo *undo, garco_error *error);
garco_status garco__positive_delta_apply (garco__apply *apply, garco_error *error);
garco_status garco__byteshuffle_undo (garco__undo *undo, garco_error *error);
garco_status garco__byteshuffle_apply (garco__apply *apply, garco_error *error);
garco_status garco__bitshuffle_undo (garco__undo *undo, garco_error *error);
garco_status garco__bitshuffle_apply (garco__apply *apply, garco_error *error);
garco_status garco__xor_undo (garco__undo *undo, garco_error *error);
garco_status garco__xor_apply (garco__apply *apply, garco_error *error);
garco_status garco__checksum_undo (garco__undo *undo, garco_error *error);
garco_status garco__checksum_apply (garco__apply *apply, garco_error *error);

/* The format's own compressors. Decoders fill exactly `out_size` bytes or return false; encoders
 * append to `out`. */
bool garco__rle_decode (const uint8_t *bytes, size_t size, size_t cell_size, uint8_t *out,
                        size_t out_size);
garco_status garco__rle_encode (const uint8_t *data, size_t size, size_t cell_size,
                                garco__buffer *out, garco_error *error);
bool garco__delta_decode (const uint8_t *bytes, size_t size, size_t value_size, uint8_t *out,
                          size_t out_size);
garco_status garco__delta_encode (const uint8_t *data, size_t size, size_t value_size,
                                  garco__buffer *out, garco_error *error);
bool garco__double_delta_decode (const uint8_t *bytes, size_t size, size_t value_size, uint8_t *out,
                                 size_t out_size);
garco_status garco__double_delta_encode (const uint8_t *data, size_t size, garco_datatype type,
                                         garco__buffer *out, garco_error *error);

/* Unaligned numbers of 1, 2, 4 or 8 bytes. */
static inline uint64_t
garco__load (const uint8_t *p, size_t size)
{
  uint64_t value = 0;
  __builtin_memcpy (&value, p, size);
  return value;
}

static inline void
garco__store (uint8_t *p, size_t size, uint64_t value)
{
  __builtin_memcpy (p, &value, size);
}

/* What `value` of a field of this type (float32 or float64) is when it comes back out of the filter
 * that `info` describes; false where that cannot hold it. */
bool garco__float_scale_keep (garco_datatype type, const garco_filter_info *info, double value,
                              double *kept);

#endif
