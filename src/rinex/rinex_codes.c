/* How RINEX observation types become codes.
 *
 * RINEX 3 and 4: the type without its first letter ("C1C" -> "1C"); a blank attribute stays blank.
 * BeiDou's B1 at 1561.098 MHz is band 2, as in all versions but 3.02, which called it band 1:
 * 1I and 1Q are 2I and 2Q wherever they stand, 1X is 2X in 3.02 alone (elsewhere it is B1C).
 *
 * RINEX 2 has bands but hardly any attributes, so these are chosen: C1, P1, P2 by definition
 * (RINEX 2.11, section 10.1.1), the others by what receivers of those systems track:
 *
 *   type                       G    R    E    S    C    J    I
 *   C1 L1 D1 S1                1C   1C   1X   1C   2I   1C   -
 *   P1                         1W   1P
 *   C2                         2X   2C   -    -    2I   2X   -
 *   P2                         2W   2P
 *   L2 D2 S2, P2 listed        2W   2P             2I   2X
 *   L2 D2 S2, only C2 listed   2X   2C             2I   2X
 *   L2 D2 S2, neither          2W   2C             2I   2X
 *   band 5                     5X   -    5X   5X   -    5X   5A
 *   band 6                     -    -    6X   -    6I   6X   -
 *   band 7, 8                  -    -    7X 8X     7I
 *   any other                  the band and X
 *
 * L2's phase and strength may come from the codeless or the civil signal, and the file does not say
 * which: with P2 listed they count as P2's. The choices follow RTKLIB (rinex.c, convcode) and
 * gnsstk (RinexObsID) where these agree; GPS L2 with C2 alone, GLONASS L2 without P2 and Galileo
 * go by gnsstk, BeiDou by RINEX 3.03.
 *
 * RINEX 2.12 (draft of 2009) names attributes by its own letters in the second place:
 *   A: L1 C/A, 1C    B: L1C, 1X    C: L2C, 2X    D: GLONASS G2 C/A, 2C
 *   1 and 2: P(Y) of the band, 1W and 2W, for GLONASS 1P and 2P; its C1 counts as C/A.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_codes.h"

#include <stdbool.h>
#include <string.h>

garco__kind
garco__kind_of (const char *type)
{
  switch (type[0])
  {
  case 'C':
  case 'P':
    return GARCO__KIND_RANGE;
  case 'L':
    return GARCO__KIND_PHASE;
  case 'D':
    return GARCO__KIND_DOPPLER;
  case 'S':
    return GARCO__KIND_STRENGTH;
  default:
    return GARCO__KIND_NONE;
  }
}

static uint16_t
code (char band, char attribute)
{
  const char text[2] = {band, attribute};
  return garco_obs_code (text);
}

static bool
lists (const garco_types *types, const char *type)
{
  for (uint32_t i = 0; i < types->count; i++)
    if (strcmp (types->codes[i], type) == 0)
      return true;
  return false;
}

static uint16_t
code_of_3 (int version, char system, const char *type)
{
  char band = type[1], attribute = type[1] != '\0' && type[2] != '\0' ? type[2] : ' ';
  if (system == 'C' && band == '1' &&
      (attribute == 'I' || attribute == 'Q' || (attribute == 'X' && version == 302)))
    band = '2';
  return code (band != '\0' ? band : ' ', attribute);
}

/* Band and attribute where the table's row holds for the whole system. */
static const struct
{
  char system, band;
  char code[3];
} plain[] = {
    {'G', '1', "1C"}, {'G', '5', "5X"}, {'R', '1', "1C"}, {'S', '1', "1C"},
    {'S', '5', "5X"}, {'C', '1', "2I"}, {'C', '2', "2I"}, {'C', '6', "6I"},
    {'C', '7', "7I"}, {'J', '1', "1C"}, {'I', '5', "5A"}, {'I', '9', "9A"},
};

static uint16_t
code_of_2 (char system, const char *type, const garco_types *types)
{
  char kind = type[0], band = type[1];
  if (system == 'G' || system == 'R')
  {
    char precise = system == 'G' ? 'W' : 'P', civil = system == 'G' ? 'X' : 'C';
    if (kind == 'P')
      return code (band, precise);
    if (band == '2' && kind == 'C')
      return code (band, civil);
    if (band == '2')
    {
      bool neither = !lists (types, "P2") && !lists (types, "C2");
      return code (band, lists (types, "P2") || (neither && system == 'G') ? precise : civil);
    }
  }
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (plain[i].system == system && plain[i].band == band)
      return garco_obs_code (plain[i].code);
  return code (band, 'X');
}

/* The letters of RINEX 2.12; 0 where it names the type as 2.11 does. */
static uint16_t
code_of_212 (char system, const char *type)
{
  char precise = system == 'R' ? 'P' : 'W';
  switch (type[1])
  {
  case 'A':
    return code ('1', 'C');
  case 'B':
    return code ('1', 'X');
  case 'C':
    return code ('2', 'X');
  case 'D':
    return code ('2', 'C');
  case '1':
  case '2':
    if ((system != 'G' && system != 'R') || (type[0] == 'C' && type[1] == '1'))
      return 0;
    return code (type[1], precise);
  default:
    return 0;
  }
}

uint16_t
garco__code_of (int version, char system, const char *type, const garco_types *types)
{
  if (version >= 300)
    return code_of_3 (version, system, type);
  uint16_t found = version >= 212 ? code_of_212 (system, type) : 0;
  if (found == 0 && type[1] != '\0')
    found = code_of_2 (system, type, types);
  return found != 0 ? found : code (' ', ' ');
}

/* By definition: C1, P1 and P2 of GPS and GLONASS, and what 2.12 has letters for. */
bool
garco__code_is_assumed (int version, char system, const char *type)
{
  bool precise = system == 'G' || system == 'R';
  if (version >= 300)
    return false;
  if (version >= 212 && code_of_212 (system, type) != 0)
    return false;
  if (version >= 212 && strcmp (type, "C1") == 0)
    return true;
  return !precise ||
         (strcmp (type, "C1") != 0 && strcmp (type, "P1") != 0 && strcmp (type, "P2") != 0);
}
