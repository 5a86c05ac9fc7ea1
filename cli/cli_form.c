/* Forms by names and by words.
 *
 *   york0440.15d.Z      year and letter: o plain, d Hatanaka
 *   a.rnx.gz  a.obs     plain text
 *   a.crx               Hatanaka
 *   a.csv  a.jsonl      rows
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_form.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Length of a path without the ending of a compression. */
static size_t
bare_length (const char *path)
{
  static const char *const endings[] = {".Z", ".gz", ".bz2", ".xz", ".zst"};
  size_t length = strlen (path);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
  {
    size_t n = strlen (endings[i]);
    if (length > n && strcasecmp (path + length - n, endings[i]) == 0)
      return length - n;
  }
  return length;
}

cli_form
cli_form_of_name (const char *path)
{
  static const struct
  {
    const char *ending;
    cli_form form;
  } names[] = {{".rnx", CLI_FORM_RINEX},
               {".obs", CLI_FORM_RINEX},
               {".crx", CLI_FORM_CRINEX},
               {".csv", CLI_FORM_CSV},
               {".jsonl", CLI_FORM_JSONL}};
  size_t length = bare_length (path);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
  {
    size_t n = strlen (names[i].ending);
    if (length >= n && strncasecmp (path + length - n, names[i].ending, n) == 0)
      return names[i].form;
  }
  const char *end = path + length - (length < 4 ? length : 4);
  bool year = length >= 4 && end[0] == '.' && isdigit ((unsigned char)end[1]) &&
              isdigit ((unsigned char)end[2]);
  int letter = year ? tolower ((unsigned char)end[3]) : '\0';
  return letter == 'o' ? CLI_FORM_RINEX : letter == 'd' ? CLI_FORM_CRINEX : CLI_FORM_BY_NAME;
}

bool
cli_form_is_rows (cli_form form)
{
  return form == CLI_FORM_CSV || form == CLI_FORM_JSONL;
}

int
cli_form_take (const cli_verb *verb, const char *name, const char *text, bool rows, cli_form *form)
{
  static const char *const names[] = {"rinex", "crinex", "csv", "jsonl"};
  size_t known = rows ? 4 : 2;
  for (size_t i = 0; i < known; i++)
    if (strcmp (names[i], text) == 0)
    {
      *form = (cli_form)(CLI_FORM_RINEX + i);
      return CLI_OK;
    }
  return cli_usage (verb, "--%s is \"%s\": expected rinex%s crinex%s", name, text,
                    rows ? "," : " or", rows ? ", csv or jsonl" : "");
}

int
cli_version_take (const cli_verb *verb, const char *text, int *version)
{
  *version = 0;
  bool digit = text[0] == '2' || text[0] == '3';
  if (digit && text[1] == '\0')
    *version = text[0] == '2' ? 211 : 304;
  else if (digit && text[1] == '.' && strlen (text) == 4 && strspn (text + 2, "0123456789") == 2)
    *version = (text[0] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  bool known = *version == 210 || *version == 211 || (*version >= 300 && *version <= 305);
  return known ? CLI_OK
               : cli_usage (verb, "--version is \"%s\": expected 2, 3, 2.10, 2.11, or 3.00 to 3.05",
                            text);
}
