/* garco_upgrade: a schema of the version that garco writes, for an array that has an older one.
 *
 * Fragments keep the schema that they name, so nothing else changes. Arrays of versions before 10
 * have one schema file in their root, and those before 12 no folders for commits and fragments:
 * both are made, and what is there stays where it is.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "arco/array_internal.h"
#include "arco/array_writer.h"
#include "arco/generic_tile.h"
#include "base/error.h"

/* Of identifiers, each as likely as not to sort behind another. */
#define TRIES 10000

/* The last by the bytes of its name; NULL where there is only the old single one. */
static const garco__item *
last_schema (const garco_array *array)
{
  const garco__item *item = &array->directory.schemas.items[array->directory.schemas.count - 1];
  return item->stamp.end != 0 || strncmp (item->name, "__array", 7) != 0 ? item : NULL;
}

/* A name for the new schema. Readers take the last by the bytes of its name: where that of now
 * would not be it ("__1_1_..." sorts behind "__1795..."), the time of the last with an identifier
 * that sorts behind it. */
static garco_status
choose_name (garco_array *array, char name[GARCO__NAME_SIZE], garco_error *error)
{
  const garco__item *last = last_schema (array);
  uint64_t timestamp;
  GARCO_TRY (garco__array_next_timestamp (array, &timestamp, error));
  GARCO_TRY (garco__stamp_name (timestamp, 0, name, error));
  garco__wait_for (timestamp);
  for (int i = 0; i < TRIES && last != NULL && strcmp (last->name, name) >= 0; i++)
    GARCO_TRY (garco__stamp_name (last->stamp.end, 0, name, error));
  if (last != NULL && strcmp (last->name, name) >= 0)
    return garco__fail (error, GARCO_ERR_LIMIT, array->io->root,
                        "no name sorts behind that of schema %s", last->name);
  return GARCO_OK;
}

static garco_status
write_schema (garco_array *array, const garco__buffer *payload, garco_error *error)
{
  garco__buffer tile = {0};
  char name[GARCO__NAME_SIZE], path[GARCO__NAME_SIZE + 16];
  GARCO_TRY (choose_name (array, name, error));
  snprintf (path, sizeof path, "__schema/%s", name);
  garco_status status = garco__generic_tile_write (array->codec, GARCO__FORMAT_VERSION,
                                                   payload->data, payload->size, &tile, error);
  if (status >= 0)
    status = garco__io_write (array->io, path, tile.data, tile.size, error);
  garco__buffer_free (&tile);
  return status;
}

static garco_status
upgrade (garco_array *array, garco_error *error)
{
  static const char *const folders[] = {"__schema",    "__schema/__enumerations", "__commits",
                                        "__fragments", "__fragment_meta",         "__meta",
                                        "__labels"};
  garco__buffer payload = {0};
  garco__schema *read = NULL;
  garco_status status;
  if (array->schema->version >= GARCO__FORMAT_VERSION)
    return GARCO_OK;
  GARCO_TRY_DONE (garco__schema_put (array->schema, GARCO__FORMAT_VERSION, &payload, error));
  GARCO_TRY_DONE (
      garco__schema_parse (payload.data, payload.size, "", array->io->root, &read, error));
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    GARCO_TRY_DONE (garco__io_make_folder (array->io, folders[i], error));
  GARCO_TRY_DONE (write_schema (array, &payload, error));
done:
  garco__schema_free (&read);
  garco__buffer_free (&payload);
  return status;
}

garco_status
garco_upgrade (const char *uri, garco_error *error)
{
  garco_array *array = NULL;
  garco_status status;
  GARCO_TRY_DONE (garco_array_open (uri, NULL, &array, error));
  GARCO_TRY_DONE (garco__array_lock (array, error));
  GARCO_TRY_DONE (garco__array_refresh (array, error));
  GARCO_TRY_DONE (upgrade (array, error));
done:
  garco_array_free (&array); /* unlocks */
  return status;
}
