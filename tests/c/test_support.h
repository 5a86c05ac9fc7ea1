/* What every C test includes: cmocka with its needs in the right order, and the shared data's
 * place. SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_TEST_SUPPORT_H
#define GARCO_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "garco.h"

/* The folder of test data: GARCO_TEST_DATA, by default ../shared/data beside the project. */
static inline const char *
test_data_dir (void)
{
  const char *dir = getenv ("GARCO_TEST_DATA");
  return dir != NULL ? dir : GARCO_TEST_DATA_DEFAULT;
}

/* Writes the path of a data file into `path`; skips the test, and says so, where it is absent. */
static inline void
test_data_path (const char *name, char *path, size_t size)
{
  struct stat status;
  snprintf (path, size, "%s/%s", test_data_dir (), name);
  if (stat (path, &status) != 0)
  {
    print_message ("[ SKIPPED ] no test data at %s\n", path);
    skip ();
  }
}

#define assert_ok(call, error)                                                                     \
  do                                                                                               \
  {                                                                                                \
    garco_status ok_status_ = (call);                                                              \
    if (ok_status_ < 0)                                                                            \
    {                                                                                              \
      char ok_text_[2048];                                                                         \
      garco_error_format ((error), ok_text_, sizeof ok_text_);                                     \
      fail_msg ("%s: %s: %s", #call, garco_status_name (ok_status_), ok_text_);                    \
    }                                                                                              \
  } while (0)

#endif
