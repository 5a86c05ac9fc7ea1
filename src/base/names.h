/* Letters to numbers where it must be fast.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_NAMES_H
#define GARCO_BASE_NAMES_H

/* As garco_system_number. */
static inline int
garco__system_number (char letter)
{
  /* By letter from C on; one more than the number, and 0 where there is none. */
  static const signed char numbers['S' - 'C' + 1] = {
      ['G' - 'C'] = 1, ['R' - 'C'] = 2, ['S' - 'C'] = 3, ['E' - 'C'] = 4,
      ['C' - 'C'] = 5, ['J' - 'C'] = 6, ['I' - 'C'] = 7};
  unsigned place = (unsigned)((unsigned char)letter - 'C');
  return place < sizeof numbers ? numbers[place] - 1 : -1;
}

#endif
