/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/archive_library.h"

garco_status
garco__archive_library_load (garco__archive_library *library, garco_error *error)
{
  static const char *const names[] = {GARCO__ARCHIVE_FUNCTIONS (GARCO__LIBRARY_NAME)};
  return garco__library_load (GARCO_LIBARCHIVE, "compressed files", names,
                              sizeof names / sizeof *names, library, error);
}
