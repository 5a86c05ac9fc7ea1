/* Code maps as users write them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>

#include "garco.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  garco_code_map *map;
  garco_error error;
  garco_code_map_read ((const char *)bytes, size, NULL, &map, &error);
  garco_code_map_free (&map);
  return 0;
}
