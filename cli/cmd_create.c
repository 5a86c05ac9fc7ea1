/* garco create: an empty array.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_schema.h"

enum
{
  CREATE_SCHEMA = 1
};

static const struct poptOption options[] = {
    CLI_OPTION ("schema", '\0', CREATE_SCHEMA,
                "earthscope (where not given), compact, demo, or a file with a schema as JSON.",
                "SCHEMA"),
    CLI_OPTIONS_END};

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  char **schema = state;
  (void)verb, (void)option, (void)name;
  free (*schema);
  *schema = strdup (argument);
  return *schema != NULL ? CLI_OK : cli_fail_text (NULL, "out of memory");
}

/* What is wrong with a schema is wrong in its file. */
static int
create (const char *uri, const garco_schema_info *schema, const char *file)
{
  garco_error error;
  if (garco_array_create_schema (uri, schema, &error) >= 0)
    return CLI_OK;
  if (file != NULL && error.source[0] == '\0')
    snprintf (error.source, sizeof error.source, "%s", file);
  return cli_fail (&error);
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  char *name = NULL;
  cli_schema schema = {0};
  cli_words words;
  int status = cli_words_read (verb, argc, argv, take, &name, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "expected one array");
  const garco_schema_info *preset = garco_schema_preset (name != NULL ? name : "earthscope");
  if (status == CLI_OK && preset == NULL && strpbrk (name, "./") == NULL)
    status =
        cli_usage (verb, "--schema is \"%s\": expected earthscope, compact, demo or a file", name);
  if (status == CLI_OK && preset == NULL)
    status = cli_schema_read (name, &schema);
  if (status == CLI_OK)
    status = create (words.words[0], preset != NULL ? preset : &schema.info,
                     preset != NULL ? NULL : name);
  cli_schema_free (&schema);
  cli_words_free (&words);
  free (name);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_create = {
    "create",
    "make an empty array",
    "[OPTIONS] URI",
    "Makes an empty array at URI, where nothing or an empty folder is. Its schema is one of "
    "garco's "
    "own or that of a file: earthscope keeps observations as EarthScope's tools do; compact keeps "
    "the same fields at half the bytes, and range, phase and Doppler to RINEX's three decimals; "
    "demo is the thin array of one observable of one system, by time and satellite.\n\n"
    "A file holds a JSON object as \"garco info --json\" prints it for an array's schema (or all "
    "that it prints, of which the schema is taken): \"fields\", a list of objects, dimensions "
    "first, and where they are not the usual ones \"duplicates\" (false), \"tile_order\" and "
    "\"cell_order\" (row-major, or col-major), \"capacity\" (10000 cells a tile), and "
    "\"coord_filters\", \"offset_filters\" and \"validity_filters\". A field has a \"name\", a "
    "\"type\" (int8 to int64, uint8 to uint64, float32, float64, bool, char, datetime_ms and the "
    "like) and \"filters\"; a dimension also \"dimension\": true, a \"domain\" [LOW, HIGH], and "
    "may have an \"extent\" and a \"current\" domain; an attribute may be \"nullable\" and have a "
    "\"width\" (values a cell) and a \"fill\" value. A filter has a \"name\": zstd, gzip, lz4, "
    "bzip2, rle (with \"level\"), delta, double_delta (with \"reinterpret\", a type), "
    "bit_width_reduction, positive_delta (with \"window\", bytes), float_scale (with \"scale\", "
    "\"offset\" and \"byte_width\"), byteshuffle, bitshuffle, xor, checksum_md5 or "
    "checksum_sha256. Numbers above 9223372036854775807 are written as text, and so may be times "
    "(\"2024-05-11\") of dates and of int64 milliseconds.",
    options,
    "  # observations at half the bytes\n"
    "  garco create --schema compact p057.tdb\n\n"
    "  # an array by the schema of another one\n"
    "  garco info --json kinematic.tdb > schema.json\n"
    "  garco create --schema schema.json new.tdb",
    run};
