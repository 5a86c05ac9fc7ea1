/* Names that both files and arrays use: systems, codes, datatypes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/names.h"

#include "garco.h"

int
garco_system_number (char letter)
{
  return garco__system_number (letter);
}

char
garco_system_letter (int number)
{
  return number >= 0 && number < GARCO_SYSTEM_COUNT ? GARCO_SYSTEMS[number] : '?';
}

uint16_t
garco_obs_code (const char text[2])
{
  return (uint16_t)((unsigned char)text[0] << 8 | (unsigned char)text[1]);
}

void
garco_obs_code_text (uint16_t code, char text[3])
{
  text[0] = (char)(code >> 8);
  text[1] = (char)(code & 0xff);
  text[2] = '\0';
}

/* By the format's numbers; {NULL, 0} where it has none. */
static const struct
{
  const char *name;
  size_t size;
} datatypes[] = {
    {"int32", 4},         {"int64", 8},        {"float32", 4},       {"float64", 8},
    {"char", 1},          {"int8", 1},         {"uint8", 1},         {"int16", 2},
    {"uint16", 2},        {"uint32", 4},       {"uint64", 8},        {"string_ascii", 1},
    {"string_utf8", 1},   {"string_utf16", 2}, {"string_utf32", 4},  {"string_ucs2", 2},
    {"string_ucs4", 4},   {"any", 1},          {"datetime_year", 8}, {"datetime_month", 8},
    {"datetime_week", 8}, {"datetime_day", 8}, {"datetime_hr", 8},   {"datetime_min", 8},
    {"datetime_sec", 8},  {"datetime_ms", 8},  {"datetime_us", 8},   {"datetime_ns", 8},
    {"datetime_ps", 8},   {"datetime_fs", 8},  {"datetime_as", 8},   {"time_hr", 8},
    {"time_min", 8},      {"time_sec", 8},     {"time_ms", 8},       {"time_us", 8},
    {"time_ns", 8},       {"time_ps", 8},      {"time_fs", 8},       {"time_as", 8},
    {"blob", 1},          {"bool", 1},         {"geom_wkb", 1},      {"geom_wkt", 1},
};

const char *
garco_datatype_name (garco_datatype type)
{
  return (size_t)type < sizeof datatypes / sizeof *datatypes ? datatypes[type].name : "?";
}

size_t
garco_datatype_size (garco_datatype type)
{
  return (size_t)type < sizeof datatypes / sizeof *datatypes ? datatypes[type].size : 0;
}
