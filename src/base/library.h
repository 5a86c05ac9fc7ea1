/* Shared libraries that are loaded when they are first needed (docs/decisions/0006).
 *
 * Their functions are named once, in a list
 *
 *   #define FUNCTIONS(X) X (archive_read_new) X (archive_read_free)
 *
 * of which a struct of pointers is made, typed by the library's own header, and the names to fill
 * it by.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_LIBRARY_H
#define GARCO_BASE_LIBRARY_H

#include "garco.h"

#define GARCO__LIBRARY_POINTER(function) __typeof__ (function) *function;
#define GARCO__LIBRARY_NAME(function) #function,

/* Loads the library `file`, once a process, and puts its functions' addresses into `pointers`, a
 * struct of `count` pointers. `need`: what it is wanted for, in the error where there is none. */
garco_status garco__library_load (const char *file, const char *need, const char *const *names,
                                  size_t count, void *pointers, garco_error *error);

#endif
