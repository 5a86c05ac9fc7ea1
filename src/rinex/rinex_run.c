/* A run of regular fields in plain C, and the choice between it and its vector twins.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_run.h"

#include "garco.h"

static bool
is_mark (char c)
{
  return c == ' ' || (c >= '0' && c <= '9');
}

/* One field of 16 characters. */
static bool
read_field (const char *text, int64_t *value, char *marks)
{
  *value = GARCO_MISSING;
  memcpy (marks, text + 14, 2);
  return garco__read_regular (text, value) != GARCO__BAD && is_mark (text[14]) &&
         is_mark (text[15]);
}

size_t
garco__run_plain (const char *text, size_t size, size_t count, int64_t *values, char *marks,
                  size_t *length)
{
  size_t reach = size < 16 * count ? size : 16 * count;
  const char *end = memchr (text, '\n', reach);
  *length = end != NULL ? (size_t)(end - text) : SIZE_MAX;
  reach = end != NULL ? *length : reach;
  for (size_t i = 0; i < count; i++)
  {
    char field[16];
    size_t left = reach > 16 * i ? reach - 16 * i : 0;
    memset (field, ' ', sizeof field);
    memcpy (field, text + 16 * i, left < sizeof field ? left : sizeof field);
    if (!read_field (field, &values[i], marks + 2 * i))
      return i;
  }
  return count;
}

garco__run_fn
garco__run_choose (void)
{
#ifdef GARCO__RUN_VECTORS
  if (garco__run_has_avx512 ())
    return garco__run_avx512;
  if (garco__run_has_avx2 ())
    return garco__run_avx2;
#endif
  return garco__run_plain;
}
