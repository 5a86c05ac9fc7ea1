/* What `garco info` tells, as JSON first: the text is made from it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_INFO_H
#define GARCO_CLI_INFO_H

#include <jansson.h>
#include <stdbool.h>

#include "garco.h"

/* A new reference, or NULL after a message. */
json_t *cli_info_file (const char *path, bool salvage, int *status);
json_t *cli_info_array (const char *uri, const garco_array_options *options, int *status);
/* An item's value: text, a number, or a list of numbers. */
json_t *cli_metadata_json (const garco_metadata_info *info);
/* Text that need not be UTF-8: bytes above 127 that are not are taken as Latin-1. */
json_t *cli_json_text (const char *text, size_t size);
/* ISO 8601; null for INT64_MIN. */
json_t *cli_json_time (int64_t ms);
/* JSON with numbers by as few digits as say which they are; the caller frees it, NULL: no memory.
 */
char *cli_json_dump (const json_t *value, size_t flags);

#endif
