/* Likeness of names: how many letters must be put in, left out, changed or swapped with the next to
 * make one of the other, letters of either case alike.
 * SPDX-License-Identifier: Apache-2.0 */
#include "garco.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MOST 32 /* longer names are like none */

static bool
same (char a, char b)
{
  return tolower ((unsigned char)a) == tolower ((unsigned char)b);
}

static size_t
least (size_t a, size_t b)
{
  return a < b ? a : b;
}

static size_t
distance (const char *a, size_t n, const char *b, size_t m)
{
  size_t rows[MOST + 1][MOST + 1];
  for (size_t i = 0; i <= n; i++)
    for (size_t j = 0; j <= m; j++)
    {
      rows[i][j] = i == 0 ? j : i;
      if (i == 0 || j == 0)
        continue;
      size_t changed = rows[i - 1][j - 1] + (same (a[i - 1], b[j - 1]) ? 0 : 1);
      rows[i][j] = least (changed, least (rows[i - 1][j], rows[i][j - 1]) + 1);
      if (i > 1 && j > 1 && same (a[i - 1], b[j - 2]) && same (a[i - 2], b[j - 1]))
        rows[i][j] = least (rows[i][j], rows[i - 2][j - 2] + 1);
    }
  return rows[n][m];
}

void
garco_nearest_name (const char *word, const char *const *names, size_t count, char *text,
                    size_t size)
{
  size_t n = strlen (word), best = n < 6 ? 1 : n / 3;
  const char *found = NULL;
  if (size > 0)
    text[0] = '\0';
  if (n == 0 || n > MOST)
    return;
  for (size_t i = 0; i < count; i++)
  {
    size_t m = strlen (names[i]);
    if (m == 0 || m > MOST)
      continue;
    size_t d = distance (word, n, names[i], m);
    if (d < best + (found == NULL) && d < m)
    {
      best = d;
      found = names[i];
    }
  }
  if (found != NULL)
    snprintf (text, size, " (did you mean %s?)", found);
}

void
garco_expected_names (const char *word, const char *const *names, size_t count,
                      char text[GARCO_NAMES_SIZE])
{
  garco_nearest_name (word, names, count, text, GARCO_NAMES_SIZE);
  size_t at = strlen (text);
  for (size_t i = 0; i < count && at < GARCO_NAMES_SIZE; i++)
    at += (size_t)snprintf (text + at, GARCO_NAMES_SIZE - at, "%s%s",
                            i > 0 ? ", " : ": expected one of ", names[i]);
}
