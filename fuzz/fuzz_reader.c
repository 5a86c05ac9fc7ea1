/* RINEX and Hatanaka text, strictly and with salvage, whole and in pieces.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "garco.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static size_t
count_records (const uint8_t *bytes, size_t size, bool salvage, size_t piece)
{
  garco_reader *reader;
  garco_epoch epoch;
  garco_reader_options options = GARCO_READER_OPTIONS_INIT;
  garco_status status = GARCO_AGAIN;
  size_t records = 0;
  options.salvage = salvage;
  if (garco_reader_new (&options, &reader, NULL) < 0)
    return 0;
  for (; status == GARCO_AGAIN; bytes += piece, size -= piece)
  {
    piece = size < piece ? size : piece;
    if (piece == 0)
      garco_reader_finish (reader);
    garco_reader_feed (reader, bytes, piece, NULL);
    while ((status = garco_reader_next (reader, &epoch, NULL)) == GARCO_OK)
      records++;
  }
  garco_reader_free (&reader);
  return records;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  for (int salvage = 0; salvage < 2; salvage++)
    if (count_records (bytes, size, salvage, size) != count_records (bytes, size, salvage, 7))
      abort ();
  return 0;
}
