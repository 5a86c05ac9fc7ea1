/* Consolidated footers, unpacked, and the fragment "__1_1_0_22" opened by one. The schema it names
 * is "s".
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "arco/fragment_metadata.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  garco__io *io = NULL;
  garco__buffer file = {0}, payload = {0};
  garco__schema *schema = NULL;
  garco__fragment *fragment = NULL;
  garco__footer_cache cache = {0};
  garco__item item = {(char[]){"__1_1_0_22"}, (char[]){"f"}, {1, 1, 22}, NULL, 0};
  if (garco__io_open ("/", &io, NULL) < 0 ||
      garco__schema_payload (garco_schema_preset ("earthscope"), &payload, NULL) < 0 ||
      garco__schema_parse (payload.data, payload.size, "s", "f", &schema, NULL) < 0 ||
      garco__buffer_append (&file, bytes, size, NULL) < 0)
    abort ();
  const garco__schema_set schemas = {1, &schema};
  const garco__cached_footer *footer = NULL;
  if (garco__footer_cache_add (&cache, "f", &file, NULL) == GARCO_OK)
    footer = garco__footer_cache_find (&cache, item.name);
  if (footer != NULL)
    garco__fragment_open_cached (io, &item, footer, &schemas, &fragment, NULL);
  garco__fragment_free (&fragment);
  garco__footer_cache_free (&cache);
  garco__schema_free (&schema);
  garco__buffer_free (&payload);
  garco__io_close (&io);
  return 0;
}
