/* Texts: a tile of run lengths or a dictionary (the first byte says which, the second how many
 * cells), and an enumeration "t" in file "f".
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "arco/array_enumeration.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
decode (const uint8_t *bytes, size_t size)
{
  static const uint8_t kinds[2] = {GARCO__FILTER_RLE, GARCO__FILTER_DICTIONARY};
  garco__filter filter = {.kind = kinds[bytes[0] & 1], .datatype = GARCO_STRING_ASCII};
  const garco__pipeline pipeline = {GARCO__MAX_CHUNK, 1, &filter};
  const garco__tile_place place = {"tile", 0, 22, 1};
  garco__codec *codec = NULL;
  uint64_t places[257], there = 0;
  if (garco__codec_new (&codec, NULL) < 0)
    abort ();
  uint8_t *out = malloc (1 << 16);
  if (garco__tile_decoded_size (&place, bytes + 2, size - 2, &there, NULL) == GARCO_OK &&
      there <= 1 << 16 && out != NULL &&
      garco__tile_decode_text (codec, &pipeline, &place, bytes + 2, size - 2, bytes[1], places, out,
                               there, NULL) == GARCO_OK)
    for (size_t i = 0; i < bytes[1]; i++)
      if (places[i] > places[i + 1] || places[i + 1] > there)
        abort ();
  free (out);
  garco__codec_free (&codec);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  garco__enumeration enumeration = {.name = "t", .file = "f"};
  garco__enumeration_parse (&enumeration, bytes, size, "f", NULL);
  garco__enumeration_free (&enumeration);
  if (size > 2)
    decode (bytes, size);
  return 0;
}
