/* Schemas as JSON: what `garco info --json` prints and `garco create --schema` reads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_SCHEMA_H
#define GARCO_CLI_SCHEMA_H

#include <jansson.h>

#include "garco.h"

/* A new reference. */
json_t *cli_schema_json (const garco_schema_info *schema);
/* Value `i` of a type as a number; as text what JSON's numbers do not hold, where `exact`. */
json_t *cli_number_json (garco_datatype type, const void *values, size_t i, bool exact);

/* A schema that was read; its `info` lives until it is freed. Zero-initialise. */
typedef struct cli_schema
{
  garco_schema_info info;
  json_t *json;
  void **owned;
  size_t nowned;
} cli_schema;

/* Reads a file: a schema, or what `garco info --json` says of an array. CLI_OK, or the status after
 * a message. */
int cli_schema_read (const char *path, cli_schema *schema);
/* Adds an attribute to the fields: a JSON object as a schema has it, or NAME:TYPE, packed by zstd.
 * Messages begin with `source`. CLI_OK, or the status after a message. */
int cli_schema_add_attribute (cli_schema *schema, const char *source, const char *text);
void cli_schema_free (cli_schema *schema);

#endif
