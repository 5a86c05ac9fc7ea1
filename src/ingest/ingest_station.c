/* The schema has no station, so a file of another one would take the place of what is there:
 *
 *   (time, sys, sat, obs) of P057     one cell
 *   (time, sys, sat, obs) of P058     the same cell, written later: the one that is read
 *
 * An array therefore remembers the marker of the first file that went in. Arrays made before it did
 * keep their files' headers, and any of these says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ingest/ingest_station.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "ingest/ingest_record.h"

#define LABEL "MARKER NAME"
#define LABEL_AT 60
#define LONG_NAME 9 /* of RINEX 3: station, monument, receiver, country */

/* `size` characters without blanks around them. */
static void
take_name (const char *text, size_t size, char marker[GARCO__MARKER_SIZE])
{
  while (size > 0 && *text == ' ')
    text++, size--;
  while (size > 0 && text[size - 1] == ' ')
    size--;
  size = size < GARCO__MARKER_SIZE ? size : GARCO__MARKER_SIZE - 1;
  memcpy (marker, text, size);
  marker[size] = '\0';
}

static void
find_name (const char *header, size_t size, char marker[GARCO__MARKER_SIZE])
{
  const char *end = header + size;
  marker[0] = '\0';
  while (header < end)
  {
    const char *stop = memchr (header, '\n', (size_t)(end - header));
    size_t length = (size_t)((stop != NULL ? stop : end) - header);
    if (length >= LABEL_AT + strlen (LABEL) &&
        memcmp (header + LABEL_AT, LABEL, strlen (LABEL)) == 0)
    {
      take_name (header, LABEL_AT, marker);
      return;
    }
    header += length + (stop != NULL);
  }
}

void
garco__marker_of (const char *header, char marker[GARCO__MARKER_SIZE])
{
  find_name (header, strlen (header), marker);
}

bool
garco__markers_agree (const char *a, const char *b)
{
  size_t long_a = strlen (a), long_b = strlen (b);
  if (strcasecmp (a, b) == 0)
    return true;
  return ((long_a == LONG_NAME && long_b == 4) || (long_a == 4 && long_b == LONG_NAME)) &&
         strncasecmp (a, b, 4) == 0;
}

garco_status
garco__marker_of_array (garco_array *array, char marker[GARCO__MARKER_SIZE], bool *recorded,
                        garco_error *error)
{
  size_t count = 0;
  marker[0] = '\0';
  *recorded = false;
  if (garco_array_fragment_count (array) > 0)
    GARCO_TRY (garco_array_metadata_count (array, &count, error));
  for (size_t i = 0; i < count && !*recorded; i++)
  {
    garco_metadata_info item;
    GARCO_TRY (garco_array_metadata (array, i, &item, error));
    if (garco_datatype_size (item.type) != 1)
      continue;
    *recorded = strcmp (item.key, GARCO__MARKER_KEY) == 0;
    if (*recorded)
      take_name (item.values, item.count, marker);
    else if (marker[0] == '\0' &&
             strncmp (item.key, GARCO__HEADER_KEY, strlen (GARCO__HEADER_KEY)) == 0)
      find_name (item.values, item.count, marker);
  }
  return GARCO_OK;
}
