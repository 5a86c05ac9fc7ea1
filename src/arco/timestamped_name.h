/* Names with times: of fragments, schemas, commits and all other files that a writer adds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_TIMESTAMPED_NAME_H
#define GARCO_ARCO_TIMESTAMPED_NAME_H

#include "garco.h"

/* The times and the version in a name such as __1_2_UUID_22. */
typedef struct garco__stamp
{
  uint64_t start, end; /* ms since 1970-01-01 */
  uint32_t version;    /* 0: the name has none */
} garco__stamp;

/* Reads a name, whatever its ending; false for one that is not of this form. */
bool garco__stamp_parse (const char *name, garco__stamp *stamp);
/* "__T_T_UUID" and, where `version` is not 0, "_VERSION". */
#define GARCO__NAME_SIZE 128
garco_status garco__stamp_name (uint64_t timestamp, uint32_t version, char name[GARCO__NAME_SIZE],
                                garco_error *error);
/* The same with two times. */
garco_status garco__stamp_range_name (uint64_t start, uint64_t end, uint32_t version,
                                      char name[GARCO__NAME_SIZE], garco_error *error);

#endif
