/* Hatanaka's differences undone: numbers to numbers, texts to texts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CODEC_CRINEX_DECODE_H
#define GARCO_CODEC_CRINEX_DECODE_H

#include "base/buffer.h"
#include "garco.h"

#define GARCO__ARC_ORDER_MAX 5
/* Readable bytes that must lie behind a satellite's line. */
#define GARCO__TOKENS_BEHIND 64

/* The running differences of one field (or the clock) over one arc. */
typedef struct garco__arc
{
  int64_t difference[GARCO__ARC_ORDER_MAX + 1]; /* [0] is the value */
  int8_t order;                                 /* of the arc; -1: no arc is running */
  int8_t level;                                 /* differences known so far */
} garco__arc;

typedef enum garco__token
{
  GARCO__TOKEN_BAD = -1, /* neither a number nor an arc start */
  GARCO__TOKEN_BLANK = 0,
  GARCO__TOKEN_VALUE = 1,
  GARCO__TOKEN_NO_ARC = 2 /* a difference, and no arc is running to add it to */
} garco__token;

/* Reads the token at *text, before `end` (up to a blank or `end`), moves *text to what follows it
 * and the arc on by it. A blank token ends the arc. */
garco__token garco__arc_next (garco__arc *arc, const char **text, const char *end, int64_t *value);

/* Changes `text` (its size too) by a text difference: a blank keeps the character, & makes it
 * blank, any other replaces it. */
garco_status garco__crinex_text (garco__buffer *text, const char *difference, size_t size,
                                 garco_error *error);

typedef struct garco__crinex_line
{
  const char *problem; /* NULL: none */
  size_t column;       /* of it, from 1 */
  size_t without_arc;  /* differences that belong to no running arc */
} garco__crinex_line;

/* What one satellite's line is read by. */
typedef struct garco__crinex_shape
{
  size_t count;   /* fields */
  bool version_1; /* a blank field makes its indicators blank first */
  bool anew;      /* the satellite was not in the epoch before */
  size_t surplus; /* blank fields that RNXCMP wrote behind those; found where it comes anew */
} garco__crinex_shape;

/* One satellite's line: `shape->count` fields with single blanks between, a blank, and the
 * difference of their indicators against `flags` (2 * count characters, changed in place). Values
 * outside [low, high] are a problem. Differences without an arc give GARCO_MISSING and are counted.
 */
garco__crinex_line garco__crinex_fields (garco__arc *arcs, char *flags, garco__crinex_shape *shape,
                                         int64_t low, int64_t high, const char *text, size_t size,
                                         int64_t *values);

#endif
