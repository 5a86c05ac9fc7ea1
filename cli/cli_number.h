/* Numbers and times as text.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_NUMBER_H
#define GARCO_CLI_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garco.h"

#define CLI_NUMBER_SIZE 40

/* The shortest decimal text that reads back to the same value; "nan", "inf". Each gives the length
 * and ends the text by NUL. */
size_t cli_double_text (double value, char text[CLI_NUMBER_SIZE]);
size_t cli_float_text (float value, char text[CLI_NUMBER_SIZE]);
size_t cli_int64_text (int64_t value, char text[CLI_NUMBER_SIZE]);
size_t cli_uint64_text (uint64_t value, char text[CLI_NUMBER_SIZE]);
/* A value of a date type in ISO 8601, to the digits of its unit; plain numbers for types that are
 * no date. */
size_t cli_date_text (int64_t value, garco_datatype type, char text[CLI_NUMBER_SIZE]);

/* A time of the calendar as a value of a date type, or as int64 in milliseconds; false for any
 * other text, and for what the type does not count. */
bool cli_date_read (const char *text, garco_datatype type, int64_t *value);

/* "512M", "64k", "3G", or bytes; false for anything else. */
bool cli_bytes_read (const char *text, uint64_t *bytes);

#endif
