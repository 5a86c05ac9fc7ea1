/* An array's folder: what is in it, and what of it a reader sees at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_ARRAY_DIRECTORY_H
#define GARCO_ARCO_ARRAY_DIRECTORY_H

#include "arco/timestamped_name.h"
#include "base/buffer.h"
#include "io/io.h"

/* The ending of a file in the root, "." and a fragment's name before it: what the fragment
 * replaces, while that is being committed (consolidate_commit.c). */
#define GARCO__REPLACES ".replaces"
bool garco__is_replaces (const char *name);

typedef struct garco__item
{
  char *name; /* fragments: of the folder; deletes: "__commits/NAME.del"; else of the file */
  char *path; /* within the array; NULL where the bytes are here */
  garco__stamp stamp;
  uint8_t *bytes; /* a delete that lies in a consolidated commit file */
  size_t size;
} garco__item;

typedef struct garco__items
{
  size_t count, capacity;
  garco__item *items;
} garco__items;

/* Zero-initialise; garco__directory_free leaves it zero again, but for lists_missing. */
typedef struct garco__directory
{
  garco__items schemas;   /* in the order of their names; the old single one first */
  garco__items fragments; /* visible, in the order of their writing */
  garco__items deletes;   /* visible, likewise */
  garco__items metadata;  /* visible, likewise */
  garco__items commits;   /* every one of a fragment from version 12 on, seen or not: "NAME.wrt" */
  bool lists_missing;     /* set before: committed fragments whose folders are gone are no error */
  garco__items missing;   /* then those, within the times looked at */
  bool has_consolidated;  /* some commits are in .con files */
  uint64_t last;          /* the latest time in any name of the array */
  bool marked;            /* the folder looks like an array's */
} garco__directory;

/* Looks the array through: what was written within [start, end] is visible. */
garco_status garco__directory_read (garco__io *io, uint64_t start, uint64_t end,
                                    garco__directory *directory, garco_error *error);
/* The last part of each line's path in a file of paths, sorted. Each is a name with times, so that
 * it names nothing outside the folder that it is looked for in. */
garco_status garco__directory_lines (garco__io *io, const char *path, garco__io_list *names,
                                     garco_error *error);
/* The .con file that has every commit which other .con files have and no .ign takes back, `name`
 * ("" where none has them all), and the commits that some .con file has (only where there is such a
 * name are all others of no use), sorted. */
garco_status garco__directory_covering (garco__io *io, char name[GARCO__NAME_SIZE],
                                        garco__io_list *covered, garco_error *error);
/* A directory of its own with the same items, into a zero-initialised `copy`. */
garco_status garco__directory_copy (const garco__directory *directory, garco__directory *copy,
                                    garco_error *error);
void garco__directory_free (garco__directory *directory);

#endif
