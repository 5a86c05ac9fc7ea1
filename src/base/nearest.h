/* The name that somebody may have meant.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_NEAREST_H
#define GARCO_BASE_NEAREST_H

#include <stddef.h>

/* Writes " (did you mean NAME?)" where one of the names is like `word`, else nothing. */
void garco__nearest_name (const char *word, const char *const *names, size_t count, char *text,
                          size_t size);

#endif
