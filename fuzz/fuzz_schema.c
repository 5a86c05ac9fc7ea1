/* What a schema's generic tile holds, unpacked; what is read of it is written again and read as the
 * same.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "arco/array_schema.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
write_again (const garco__schema *schema)
{
  garco__buffer first = {0}, second = {0};
  garco__schema *again = NULL;
  if (garco__schema_put (schema, 22, &first, NULL) == GARCO_OK)
  {
    if (garco__schema_parse (first.data, first.size, "s", "f", &again, NULL) < 0 ||
        garco__schema_put (again, 22, &second, NULL) < 0 || first.size != second.size ||
        memcmp (first.data, second.data, first.size) != 0)
      abort ();
  }
  garco__schema_free (&again);
  garco__buffer_free (&first);
  garco__buffer_free (&second);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  garco__schema *schema = NULL;
  if (garco__schema_parse (bytes, size, "s", "f", &schema, NULL) == GARCO_OK)
    write_again (schema);
  garco__schema_free (&schema);
  return 0;
}
