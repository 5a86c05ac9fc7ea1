/* Conditions as text, for a schema with every kind of field that they compare.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "arco/condition_text.h"
#include "arco/generic_tile.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  garco__buffer payload = {0};
  garco__schema *schema = NULL;
  garco__condition *condition = NULL;
  garco_error error;
  char *text = calloc (size + 1, 1);
  if (text != NULL &&
      garco__schema_payload (garco_schema_preset ("earthscope"), &payload, NULL) >= 0 &&
      garco__schema_parse (payload.data, payload.size, "", "", &schema, NULL) >= 0)
  {
    if (size > 0)
      memcpy (text, data, size);
    if (garco__condition_read (text, schema, NULL, NULL, &condition, &error) < 0 &&
        error.code != GARCO_ERR_ARGUMENT)
      abort ();
  }
  garco__condition_free (&condition);
  garco__schema_free (&schema);
  garco__buffer_free (&payload);
  free (text);
  return 0;
}
