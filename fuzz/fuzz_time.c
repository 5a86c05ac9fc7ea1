/* Times and spans as users write them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "garco.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  char *text = malloc (size + 1), printed[32];
  int64_t ms, again;
  garco_error error;
  if (text == NULL)
    return 0;
  if (size > 0)
    memcpy (text, bytes, size);
  text[size] = '\0';
  if (garco_time_parse (text, &ms, &error) == GARCO_OK)
  {
    garco_time_text (ms, printed);
    if (garco_time_parse (printed, &again, &error) != GARCO_OK || again != ms)
      abort ();
  }
  garco_span_parse (text, &ms, &error);
  free (text);
  return 0;
}
