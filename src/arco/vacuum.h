/* Between the files that vacuum.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_VACUUM_H
#define GARCO_ARCO_VACUUM_H

#include "arco/upkeep_files.h"

/* Removes a file or folder of the array, counts it and says so; only the latter in a dry run. */
garco_status garco__vacuum_remove (garco__upkeep *own, const char *path, const char *why);
/* vacuum_strays.c: what killed writers have left. */
garco_status garco__vacuum_strays (garco__upkeep *own, const garco__directory *directory);

#endif
