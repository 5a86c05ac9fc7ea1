/* The text that a record was read from, for those who copy it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_RAW_H
#define GARCO_RINEX_RAW_H

#include "garco.h"

typedef struct garco__raw
{
  const char *text; /* the record's lines as they are, the last without its end; NULL where there
                       is no such text */
  size_t size;
  char line_end; /* LF, or CR in files that know no other */
} garco__raw;

/* The last record's, borrowed until the next call on the reader. There is none of events, of
 * Hatanaka text but for slips (whose first character may be its &), and where damage has been left
 * out. */
garco__raw garco__reader_raw (const garco_reader *reader);

#endif
