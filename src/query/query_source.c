/* From a source's name to its rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool
garco__source_is_array (const char *source)
{
  struct stat status;
  if (strcmp (source, "-") == 0)
    return false;
  return strstr (source, "://") != NULL ||
         (stat (source, &status) == 0 && S_ISDIR (status.st_mode));
}

garco_status
garco__rows_open (const char *source, const garco__request *request, garco__rows **rows,
                  garco_error *error)
{
  return garco__source_is_array (source) ? garco__array_rows_open (source, request, rows, error)
                                         : garco__file_rows_open (source, request, rows, error);
}

garco_status
garco__rows_next (garco__rows *rows, garco_batch *batch, garco_error *error)
{
  return rows->next (rows, batch, error);
}

void
garco__rows_free (garco__rows **rows)
{
  if (*rows == NULL)
    return;
  garco_column *columns = (*rows)->columns;
  (*rows)->free (*rows);
  free (columns);
  *rows = NULL;
}
