/* The numbers of satellite systems in an array.
 *
 * garco counts GRSECJI from 0, as EarthScope's demo does; EarthScope's SDK counts the same list
 * from
 * 1. Arrays that garco makes say "0:GRSECJI" in their metadata: the first number, a colon, and the
 * letters in the order of their numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_numbering.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/query_columns.h"

static void
set_letters (garco__numbering *numbering, unsigned base, const char *letters)
{
  size_t count = strlen (letters);
  memset (numbering->number, 0xff, sizeof numbering->number);
  for (unsigned n = 0; n <= UINT8_MAX; n++)
  {
    unsigned place = n - base; /* wraps to a large number below the base */
    numbering->system[n] = UINT8_MAX;
    if (n >= base && place >= count && place >= GARCO_SYSTEM_COUNT)
      numbering->system[n] = (uint8_t)place;
    if (n < base || place >= count)
      continue;
    int system = garco_system_number (letters[place]);
    if (system < 0)
      continue;
    numbering->system[n] = (uint8_t)system;
    numbering->number[system] = (int16_t)n;
  }
  numbering->plain = base == 0 && strcmp (letters, GARCO_SYSTEMS) == 0;
}

static garco_status
read_metadata (const char *uri, const char *text, garco__numbering *numbering, garco_error *error)
{
  bool good = isdigit ((unsigned char)text[0]) && text[1] == ':' && text[2] != '\0';
  for (const char *p = text + 2; good && *p != '\0'; p++)
    good = isupper ((unsigned char)*p) && p - text < 2 + 26;
  if (!good)
    return garco__fail (error, GARCO_ERR_FORMAT, uri,
                        "metadata \"%s\" is \"%s\": expected the first number and the letters, "
                        "such as %s",
                        GARCO_SYSTEM_NUMBERING_KEY, text, GARCO_SYSTEM_NUMBERING);
  set_letters (numbering, (unsigned)(text[0] - '0'), text + 2);
  numbering->origin = GARCO__NUMBERING_METADATA;
  return GARCO_OK;
}

garco_status
garco__metadata_text (garco_array *array, const char *key, char *text, size_t size, bool *found,
                      garco_error *error)
{
  size_t count = 0;
  *found = false;
  GARCO_TRY (garco_array_metadata_count (array, &count, error));
  for (size_t i = 0; i < count; i++)
  {
    garco_metadata_info info;
    GARCO_TRY (garco_array_metadata (array, i, &info, error));
    if (strcmp (info.key, key) != 0)
      continue;
    if (garco_datatype_size (info.type) != 1 || info.count >= size)
      return GARCO_OK;
    if (info.count > 0)
      memcpy (text, info.values, info.count);
    text[info.count] = '\0';
    *found = true;
    return GARCO_OK;
  }
  return GARCO_OK;
}

/* The lowest number in use; -1 where there are no cells or no such domain. */
static garco_status
lowest_number (garco_array *array, int dimension, bool *cells, int64_t *lowest, garco_error *error)
{
  uint64_t range[2] = {0, 0};
  *lowest = -1;
  *cells = garco_array_fragment_count (array) > 0;
  if (dimension < 0)
    return GARCO_OK;
  garco_status status = garco_array_domain (array, (size_t)dimension, range, error);
  GARCO_TRY (status);
  *cells = status != GARCO_END;
  if (!*cells)
    return GARCO_OK;
  garco_column column = {
      .type = garco_array_schema (array)->fields[dimension].type, .width = 1, .values = range};
  garco__column_int64 (&column, 0, 1, lowest);
  return GARCO_OK;
}

garco_status
garco__numbering_find (garco_array *array, const char *uri, int dimension, int base,
                       garco__numbering *numbering, garco_error *error)
{
  char text[64];
  bool found = false, cells = false;
  int64_t lowest = -1;
  GARCO_TRY (
      garco__metadata_text (array, GARCO_SYSTEM_NUMBERING_KEY, text, sizeof text, &found, error));
  if (found)
    return read_metadata (uri, text, numbering, error);
  GARCO_TRY (lowest_number (array, dimension, &cells, &lowest, error));
  numbering->origin = lowest == 0 ? GARCO__NUMBERING_DOMAIN
                      : base >= 0 ? GARCO__NUMBERING_OPTION
                      : !cells    ? GARCO__NUMBERING_EMPTY
                                  : GARCO__NUMBERING_ASSUMED;
  bool from_zero = lowest == 0 || (base >= 0 ? base == 0 : !cells);
  set_letters (numbering, from_zero ? 0 : 1, GARCO_SYSTEMS);
  return GARCO_OK;
}

garco_status
garco_array_systems (garco_array *array, int16_t numbers[GARCO_SYSTEM_COUNT], bool *said,
                     garco_error *error)
{
  const garco_schema_info *schema = garco_array_schema (array);
  garco__numbering numbering;
  size_t i = 0;
  while (i < schema->nfields && garco__key_of_name (schema->fields[i].name) != GARCO__SYS)
    i++;
  if (i == schema->nfields)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "the array has no field of systems");
  int dimension = schema->fields[i].is_dimension ? (int)i : -1;
  GARCO_TRY (garco__numbering_find (array, NULL, dimension, -1, &numbering, error));
  if (numbering.origin == GARCO__NUMBERING_ASSUMED)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                        "the array does not say how it numbers systems: expected metadata "
                        "\"%s\", such as %s",
                        GARCO_SYSTEM_NUMBERING_KEY, GARCO_SYSTEM_NUMBERING);
  *said = numbering.origin == GARCO__NUMBERING_METADATA;
  memcpy (numbers, numbering.number, sizeof numbering.number);
  return GARCO_OK;
}
