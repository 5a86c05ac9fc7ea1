/* A fragment's metadata file: footer, R-tree, tile offsets, statistics. The schema it names is "s".
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "arco/fragment_metadata.h"
#include "query/query_fast.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
read_statistics (garco__io *io, garco__codec *codec, garco__fragment *fragment, size_t nfields)
{
  garco__sums sums;
  for (size_t f = 0; f < nfields; f++)
    if (garco__fragment_load_stats (io, codec, fragment, f, NULL) == GARCO_OK)
      for (uint64_t t = 0; t < fragment->ntiles && t < 64; t++)
        garco__fast_sums (fragment, f, t, garco__fragment_tile_cells (fragment, t), &sums);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  garco__codec *codec = NULL;
  garco__io *io = NULL;
  garco__buffer file = {0}, payload = {0};
  garco__schema *schema = NULL;
  garco__fragment *fragment = NULL;
  garco__item item = {(char[]){"__1_1_0_22"}, (char[]){"f"}, {1, 1, 22}, NULL, 0};
  if (garco__codec_new (&codec, NULL) < 0 || garco__io_open ("/", &io, NULL) < 0 ||
      garco__schema_payload (garco_schema_preset ("earthscope"), &payload, NULL) < 0 ||
      garco__schema_parse (payload.data, payload.size, "s", "f", &schema, NULL) < 0 ||
      garco__buffer_append (&file, bytes, size, NULL) < 0)
    abort ();
  const garco__schema_set schemas = {1, &schema};
  if (file.data != NULL &&
      garco__fragment_open_take (io, &item, file.data, size, &schemas, &fragment, NULL) ==
          GARCO_OK &&
      garco__fragment_load_boxes (io, codec, fragment, NULL) == GARCO_OK)
  {
    for (size_t i = 0; i < fragment->nslots; i++)
      garco__fragment_load_offsets (io, codec, fragment, i, false, NULL);
    garco__fragment_load_distinct (io, fragment, NULL);
    read_statistics (io, codec, fragment, schema->ndims + schema->nattrs);
  }
  garco__fragment_free (&fragment);
  garco__schema_free (&schema);
  garco__buffer_free (&payload);
  garco__codec_free (&codec);
  garco__io_close (&io);
  return 0;
}
