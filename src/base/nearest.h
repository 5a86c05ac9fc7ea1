/* Messages about a name that is none.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_NEAREST_H
#define GARCO_BASE_NEAREST_H

#include "garco.h"

#define GARCO__NAMES_SIZE 640

/* " (did you mean snr?): expected one of range, phase, snr" and a NUL. */
void garco__expected_names (const char *word, const char *const *names, size_t count,
                            char text[GARCO__NAMES_SIZE]);

#endif
