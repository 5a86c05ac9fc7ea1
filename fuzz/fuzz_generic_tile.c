/* What an array's small files unpack to: schemas, and conditions of deletes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "arco/delete_condition.h"
#include "arco/generic_tile.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  garco__codec *codec = NULL;
  garco__buffer content = {0}, payload = {0};
  garco__schema *schema = NULL, *preset = NULL;
  garco__condition *condition = NULL;
  if (garco__codec_new (&codec, NULL) < 0 ||
      garco__schema_payload (garco_schema_preset ("earthscope"), &payload, NULL) < 0 ||
      garco__schema_parse (payload.data, payload.size, "s", "f", &preset, NULL) < 0)
    abort ();
  if (garco__generic_tile_read (codec, "tile", 0, bytes, size, &content, NULL) == GARCO_OK)
  {
    garco__schema_parse (content.data, content.size, "s", "f", &schema, NULL);
    garco__condition_parse (content.data, content.size, preset, "f", &condition, NULL);
  }
  garco__condition_free (&condition);
  garco__schema_free (&schema);
  garco__schema_free (&preset);
  garco__buffer_free (&content);
  garco__buffer_free (&payload);
  garco__codec_free (&codec);
  return 0;
}
