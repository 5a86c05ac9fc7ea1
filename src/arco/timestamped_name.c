/* Names with times.
 *
 *   __START_END_UUID[_VERSION]   times in ms since 1970-01-01, decimal; UUID in hex
 *
 * SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* getentropy */

#include "arco/timestamped_name.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"

static bool
take_decimal (const char **p, uint64_t *value)
{
  const char *start = *p;
  *value = 0;
  for (; isdigit ((unsigned char)**p); (*p)++)
  {
    if (*value > (UINT64_MAX - 9) / 10)
      return false;
    *value = *value * 10 + (uint64_t)(**p - '0');
  }
  return *p > start;
}

bool
garco__stamp_parse (const char *name, garco__stamp *stamp)
{
  const char *p = name;
  uint64_t version = 0;
  if (p[0] != '_' || p[1] != '_')
    return false;
  p += 2;
  if (!take_decimal (&p, &stamp->start) || *p++ != '_' || !take_decimal (&p, &stamp->end) ||
      *p++ != '_')
    return false;
  size_t hex = strspn (p, "0123456789abcdefABCDEF");
  p += hex;
  if (hex == 0 || (*p != '\0' && *p != '.' && *p != '_'))
    return false;
  if (*p == '_' && (p++, !take_decimal (&p, &version) || version > UINT32_MAX))
    return false;
  stamp->version = (uint32_t)version;
  return *p == '\0' || *p == '.';
}

garco_status
garco__stamp_name (uint64_t timestamp, uint32_t version, char name[GARCO__NAME_SIZE],
                   garco_error *error)
{
  return garco__stamp_range_name (timestamp, timestamp, version, name, error);
}

garco_status
garco__stamp_range_name (uint64_t start, uint64_t end, uint32_t version,
                         char name[GARCO__NAME_SIZE], garco_error *error)
{
  uint8_t random[16];
  char hex[33];
  if (getentropy (random, sizeof random) != 0)
    return garco__fail_errno (error, NULL, "no random bytes");
  garco__hex_text (random, sizeof random, hex);
  int length = snprintf (name, GARCO__NAME_SIZE, "__%" PRIu64 "_%" PRIu64 "_%s", start, end, hex);
  if (version != 0)
    snprintf (name + length, GARCO__NAME_SIZE - (size_t)length, "_%" PRIu32, version);
  return GARCO_OK;
}
