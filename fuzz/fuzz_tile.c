/* A data tile. Before it a byte says how many filters it has, one of which type its values are, and
 * of each filter two which it is and its width, window or the type that it sees.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "arco/filter_pipeline.h"

#define MOST 4
#define ROOM (1 << 16)

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
decode (const garco__pipeline *pipeline, garco_datatype type, const uint8_t *bytes, size_t size)
{
  garco__codec *codec = NULL;
  const garco__tile_place place = {"tile", 0, 22, garco_datatype_size (type)};
  uint64_t there = 0;
  if (garco__codec_new (&codec, NULL) < 0)
    abort ();
  if (garco__pipeline_check (pipeline, false, "s", "f", NULL) == GARCO_OK &&
      garco__tile_decoded_size (&place, bytes, size, &there, NULL) == GARCO_OK && there <= ROOM)
  {
    uint8_t *out = malloc ((size_t)there + 1);
    if (out != NULL)
      garco__tile_decode (codec, pipeline, &place, bytes, size, NULL, out, there, NULL);
    free (out);
  }
  garco__codec_free (&codec);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  garco__filter filters[MOST] = {{0}};
  garco__pipeline pipeline = {0};
  size_t count = size > 0 ? bytes[0] % (MOST + 1u) : 0, head = 2 + 2 * count;
  if (size < head || garco_datatype_size ((garco_datatype)bytes[1]) == 0)
    return 0;
  for (size_t i = 0; i < count; i++)
    filters[i] = (garco__filter){.kind = bytes[2 + 2 * i],
                                 .reinterpret = GARCO_ANY,
                                 .width = bytes[3 + 2 * i],
                                 .window = bytes[3 + 2 * i],
                                 .scale = 0.5};
  for (size_t i = 0; i < count; i++)
    if (filters[i].kind == GARCO__FILTER_DELTA || filters[i].kind == GARCO__FILTER_DOUBLE_DELTA)
      filters[i].reinterpret = bytes[3 + 2 * i];
  if (garco__pipeline_set (&pipeline, filters, count, (garco_datatype)bytes[1], NULL) < 0)
    abort ();
  decode (&pipeline, (garco_datatype)bytes[1], bytes + head, size - head);
  garco__pipeline_free (&pipeline);
  return 0;
}
