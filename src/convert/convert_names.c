/* Names of observation files.
 *
 *   ssssdddf.yyt                                 RINEX 2: station, day of year, 0 or the hour's
 *   york044a.15d.Z                               letter a to x, year, o or d
 *
 *   XXXXMRCCC_S_YYYYDDDHHMM_PPU_FFU_DT.rnx       RINEX 3: site, monument, receiver, country;
 *   ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz    source; start; span; rate; system and O; form
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "convert/convert_names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/civil_time.h"
#include "codec/sink.h"

static const char *
base_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  return slash != NULL ? slash + 1 : path;
}

bool
garco__form_of_name (const char *path, garco_form *form)
{
  const char *name = base_name (path);
  size_t length = garco__sink_bare_length (name);
  if (length < 4 || name[length - 4] != '.')
    return false;
  const char *type = name + length - 3;
  char last = (char)tolower ((unsigned char)type[2]);
  bool crx = strncasecmp (type, "crx", 3) == 0;
  bool rnx = strncasecmp (type, "rnx", 3) == 0 || strncasecmp (type, "obs", 3) == 0;
  bool year = isdigit ((unsigned char)type[0]) && isdigit ((unsigned char)type[1]);
  *form = crx || (year && last == 'd') ? GARCO_FORM_CRINEX : GARCO_FORM_RINEX;
  return crx || rnx || (year && (last == 'o' || last == 'd'));
}

/* `text` has the shape: A letter or digit, 9 digit, any other itself. */
static bool
has_shape (const char *text, const char *shape)
{
  for (; *shape != '\0'; text++, shape++)
  {
    unsigned char c = (unsigned char)*text;
    bool fits = *shape == 'A' ? isalnum (c) != 0 : *shape == '9' ? isdigit (c) != 0 : c == *shape;
    if (!fits)
      return false;
  }
  return true;
}

static void
site_of_marker (const garco_header *header, char site[10])
{
  size_t n = 0;
  memcpy (site, "XXXX00XXX", 10);
  for (const char *p = header->marker_name; *p != '\0' && n < 9; p++)
  {
    if (!isalnum ((unsigned char)*p))
      break;
    if (n < 4 || strlen (header->marker_name) == 9)
      site[n] = (char)toupper ((unsigned char)*p);
    n++;
  }
}

void
garco__station_of (const char *path, const garco_header *header, garco__station *station)
{
  const char *name = base_name (path);
  *station = (garco__station){"", true, 'U', ""};
  site_of_marker (header, station->site);
  if (has_shape (name, "AAAA99AAA_A_99999999999_99A_99A_AA."))
  {
    memcpy (station->site, name, 9);
    station->source = name[10];
    memcpy (station->rate, name + 28, 3);
  }
  else if (has_shape (name, "AAAA999A.99A") || has_shape (name, "AAAA999A99.99A"))
  {
    station->lower = islower ((unsigned char)name[0]) || isdigit ((unsigned char)name[0]);
    for (int i = 0; i < 4; i++)
      station->site[i] = (char)toupper ((unsigned char)name[i]);
  }
}

void
garco__rate_text (int64_t interval_ms, char rate[4])
{
  int64_t s = interval_ms / 1000;
  strcpy (rate, "00U");
  if (interval_ms > 0 && interval_ms < 1000 && 1000 % interval_ms == 0)
  {
    int64_t hertz = 1000 / interval_ms;
    snprintf (rate, 4, hertz < 100 ? "%02dZ" : "%02dC",
              (int)(hertz < 100 ? hertz : hertz / 100 % 100));
  }
  else if (interval_ms == 1000)
    strcpy (rate, "01S");
  else if (interval_ms > 0 && interval_ms % 1000 == 0 && s % 60 == 0 && s / 60 < 100)
    snprintf (rate, 4, "%02dM", (int)(s / 60 % 100));
  else if (interval_ms > 0 && interval_ms % 1000 == 0 && s < 100)
    snprintf (rate, 4, "%02dS", (int)(s % 100));
}

void
garco__part_name (const garco__station *station, int version, char system, garco_form form,
                  int64_t start_ms, bool hour, char *name, size_t size)
{
  int year, month, day;
  int64_t days = garco__floor_div (start_ms, GARCO__DAY_MS);
  garco__date_of_days (days, &year, &month, &day);
  int of_year = (int)(days - garco__days_of_date (year, 1, 1)) + 1;
  int hours = (int)((start_ms - days * GARCO__DAY_MS) / 3600000);
  if (version >= 300)
  {
    snprintf (name, size, "%.9s_%c_%04d%03d%02d00_%s_%s_%cO.%s", station->site, station->source,
              year, of_year, hours, hour ? "01H" : "01D",
              station->rate[0] != '\0' ? station->rate : "00U", system,
              form == GARCO_FORM_CRINEX ? "crx" : "rnx");
    return;
  }
  char site[5] = "";
  for (int i = 0; i < 4; i++)
    site[i] = station->lower ? (char)tolower ((unsigned char)station->site[i]) : station->site[i];
  snprintf (name, size, "%s%03d%c.%02d%c", site, of_year, hour ? 'a' + hours : '0', year % 100,
            form == GARCO_FORM_CRINEX ? 'd' : 'o');
}
