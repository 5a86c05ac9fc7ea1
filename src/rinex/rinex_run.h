/* A run of regular fields: a line's observations all at once, where each is as the format writes
 * it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_RUN_H
#define GARCO_RINEX_RUN_H

#include "rinex/rinex_fields.h"

/* Readable bytes that must lie behind the text that a run is read from. */
#define GARCO__RUN_BEHIND 64
/* Values, and pairs of marks, that a run may write behind those asked for. */
#define GARCO__RUN_SPARE 3

/* Reads fields of 16 characters, F14.3 and two marks, from `text`: as many of `count` as the line
 * has, and blanks for the others. The line ends before `size` characters or with the first LF; its
 * last field may lack its marks.
 *
 * Regular is a field whose 14 characters are blank, or blanks, perhaps a minus, digits, the point
 * in column 11 and three digits; whose marks are digits or blank. Others are left to who says what
 * is wrong with them: returned is the number of fields read, `count`, or fewer where one behind
 * them is not regular. What is written behind those has no meaning.
 *
 * *length: of the line up to the LF, where the fields reach that far; else SIZE_MAX. */
typedef size_t (*garco__run_fn) (const char *text, size_t size, size_t count, int64_t *values,
                                 char *marks, size_t *length);

size_t garco__run_plain (const char *text, size_t size, size_t count, int64_t *values, char *marks,
                         size_t *length);
/* The fastest that this processor can run. */
garco__run_fn garco__run_choose (void);

#if defined(__x86_64__) && defined(__GNUC__)
#define GARCO__RUN_VECTORS 1
size_t garco__run_avx2 (const char *text, size_t size, size_t count, int64_t *values, char *marks,
                        size_t *length);
bool garco__run_has_avx2 (void);
size_t garco__run_avx512 (const char *text, size_t size, size_t count, int64_t *values, char *marks,
                          size_t *length);
bool garco__run_has_avx512 (void);
#endif

#endif
