/* Batches of columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "garco.h"

int
garco_batch_find (const garco_batch *batch, const char *name)
{
  for (size_t i = 0; i < batch->ncolumns; i++)
    if (strcmp (batch->columns[i].name, name) == 0)
      return (int)i;
  return -1;
}
