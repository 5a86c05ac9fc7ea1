/* Header lines in another RINEX version.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CONVERT_VERSION_H
#define GARCO_CONVERT_VERSION_H

#include "convert/convert_head.h"
#include "convert/convert_plan.h"

/* Whether a header line has a place in version `to`; the lines of types, which are made anew, have
 * none between RINEX 2 and 3. */
bool garco__line_goes_over (garco__line line, int from, int to);
/* Makes a header of version `from` one of `to`, its types those of `lists`. Labels that are left
 * out are added to `dropped`, ", " between them. */
garco_status garco__head_translate (garco__buffer *text, int from, int to,
                                    const garco__lists *lists, garco__buffer *dropped,
                                    garco_error *error);
/* Adds a line's label to such a list unless it is there. */
garco_status garco__drop_label (garco__buffer *dropped, garco__line line, garco_error *error);
/* Writes version and system letter into RINEX VERSION / TYPE; version 0 and system '\0' keep what
 * is there. */
garco_status garco__head_set_version (garco__buffer *text, int version, char system,
                                      garco_error *error);
/* Reads WAVELENGTH FACT L1/2 lines. */
void garco__wavelengths_read (const garco__buffer *text, garco__wavelengths *wavelengths);

#endif
