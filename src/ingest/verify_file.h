/* A file's cells in pieces that follow each other in time.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_INGEST_VERIFY_FILE_H
#define GARCO_INGEST_VERIFY_FILE_H

#include "base/cells.h"
#include "garco.h"
#include "ingest/ingest_decode.h"
#include "rinex/rinex_cells.h"

/* Zero-initialise. */
typedef struct garco__file_windows
{
  const char *path;
  garco_ingest_options reading; /* how the file is read */
  garco_reader *reader;
  garco__cell_maker *maker;
  size_t limit;       /* cells that a window aims at; SIZE_MAX: the whole file */
  garco__cells cells; /* the window's, then those of the epoch after it */
  garco__epoch_cells *epochs;
  size_t nepochs, epochs_capacity;
  size_t carried;       /* cells of the epoch that ended the window before */
  int64_t carried_line; /* its line */
  bool ended;
  int64_t epochs_read, damaged;
} garco__file_windows;

/* Opens the file; one whose times go back, and standard input, become one window. */
garco_status garco__windows_open (garco__file_windows *windows, const char *path,
                                  const garco_ingest_options *reading, garco_error *error);
/* The next window's cells are windows->cells, no two of equal coordinates, of later times than all
 * before. GARCO_END: no more. */
garco_status garco__windows_next (garco__file_windows *windows, garco_error *error);
void garco__windows_free (garco__file_windows *windows);

#endif
