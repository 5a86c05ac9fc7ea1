/* A fragment's columns, tile by tile.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_FRAGMENT_READER_H
#define GARCO_ARCO_FRAGMENT_READER_H

#include "arco/fragment_metadata.h"

/* What reading works with; `packed` is scratch memory that stays between calls. */
typedef struct garco__tile_reader
{
  garco__io *io;
  garco__codec *codec;
  garco__buffer packed;
} garco__tile_reader;

typedef enum garco__special
{
  GARCO__CELL_TIMES,       /* uint64 */
  GARCO__DELETE_TIMES,     /* uint64; UINT64_MAX: not deleted */
  GARCO__DELETE_CONDITIONS /* uint64: index among the fragment's deletes done */
} garco__special;

#define GARCO__COLUMN_PATH 1024

/* Where a column of a fragment lies, and what its bytes are. */
typedef struct garco__column
{
  size_t slot;
  bool validity;
  bool variable; /* the bytes of cells of variable length; without it, where they begin */
  const garco__pipeline *pipeline;
  size_t cell_size;
  char path[GARCO__COLUMN_PATH];
} garco__column;

/* The column of a field of the fragment's schema, of fixed size; `source` names the array in the
 * error where garco cannot undo its filters. */
garco_status garco__column_of_field (const garco__fragment *fragment, size_t field, bool validity,
                                     garco__column *column, const char *source, garco_error *error);
garco_status garco__column_of_special (const garco__fragment *fragment, garco__special special,
                                       garco__column *column, const char *source,
                                       garco_error *error);

/* For the files of the reader. The path of a field's file, `ending` before .tdb; the bytes of tile
 * `t` as they lie in it, which begin at `byte`; those of fixed size unfiltered. */
void garco__column_path (const garco__fragment *fragment, size_t field, const char *ending,
                         char path[GARCO__COLUMN_PATH]);
garco_status garco__column_packed (garco__tile_reader *reader, const garco__fragment *fragment,
                                   const garco__column *column, uint64_t t, const char *source,
                                   garco__buffer *packed, uint64_t *byte, garco_error *error);
garco_status garco__column_read (garco__tile_reader *reader, garco__fragment *fragment,
                                 const garco__column *column, uint64_t t,
                                 const garco__tile_choice *choice, garco__buffer *values,
                                 garco_error *error);
/* `status`, where it is damage with the field and the tile put in front of the message. A chunk
 * above the limit is damage too, but of cells of `variable` length, which may be so long. */
garco_status garco__tile_damage (garco_status status, const char *field, uint64_t t, bool variable,
                                 garco_error *error);

/* Unfilters tile `t` of a field (of the fragment's schema, of fixed size) into `values`, emptied
 * first; `validity`: its validity bytes instead. `choice` as in garco__tile_decode. */
garco_status garco__fragment_read (garco__tile_reader *reader, garco__fragment *fragment,
                                   size_t field, bool validity, uint64_t t,
                                   const garco__tile_choice *choice, garco__buffer *values,
                                   garco_error *error);
/* The same for times of cells, in fragments that have them. */
garco_status garco__fragment_read_special (garco__tile_reader *reader, garco__fragment *fragment,
                                           garco__special special, uint64_t t,
                                           garco__buffer *values, garco_error *error);

/* ---- fragment_variable.c */

/* The columns of a field of variable length: where cells begin, and their bytes. */
garco_status garco__columns_of_variable (const garco__fragment *fragment, size_t field,
                                         garco__column *places, garco__column *bytes,
                                         const char *source, garco_error *error);

/* Unfilters tile `t` of a field of variable length: cell i is the bytes of `values` from offset i
 * (u64) to the next, of which there is one more than cells. */
garco_status garco__fragment_read_variable (garco__tile_reader *reader, garco__fragment *fragment,
                                            size_t field, uint64_t t, garco__buffer *offsets,
                                            garco__buffer *values, garco_error *error);

/* A chunk of a tile, and its first byte's place in the tile as it is unpacked. */
typedef struct garco__tile_chunk
{
  garco__chunk chunk;
  uint64_t from;
} garco__tile_chunk;

/* A column of one tile, unpacked chunk by chunk as it is asked for. Zero-initialise; what is opened
 * may be opened again for another tile, and keeps its memory. */
typedef struct garco__tile_column
{
  const char *field; /* its name, and the tile's number */
  uint64_t tile;
  const garco__pipeline *pipeline;
  garco__tile_place place; /* its source is `source` */
  char source[GARCO__IO_NAME_SIZE];
  uint64_t cells;
  size_t nchunks;
  garco__buffer packed, chunks; /* the tile as in the file; a garco__tile_chunk each */
  garco__buffer values, ready;  /* unpacked; a byte a chunk: 1 where it is */
} garco__tile_column;

/* Reads the tile as it lies in the file, and checks that its chunks are what its cells need. The
 * fragment's tile offsets must be loaded where several threads read it. */
garco_status garco__tile_column_open (garco__tile_reader *reader, garco__fragment *fragment,
                                      size_t field, bool validity, uint64_t t,
                                      garco__tile_column *column, garco_error *error);
/* Chunk `k` of an open column. */
const garco__tile_chunk *garco__tile_column_chunk (const garco__tile_column *column, size_t k);
/* Unpacks what cells [from, to) need, into column->values, where each cell has its own place. */
garco_status garco__tile_column_need (garco__codec *codec, garco__tile_column *column,
                                      uint64_t from, uint64_t to, garco_error *error);
void garco__tile_column_free (garco__tile_column *column);

#endif
