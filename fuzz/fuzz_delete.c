/* What a delete's file holds, unpacked, for fields of numbers and of texts; and what it says of
 * three cells. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "arco/delete_condition.h"

#define CELLS 3

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  garco__field fields[] = {
      {.name = (char[]){"v"}, .type = GARCO_INT32, .width = 1, .cell_size = 4},
      {.name = (char[]){"s"}, .type = GARCO_STRING_ASCII, .width = GARCO__VARIABLE},
      {.name = (char[]){"f"}, .type = GARCO_FLOAT64, .width = 1, .cell_size = 8, .nullable = true}};
  static const int32_t numbers[CELLS] = {-1, 0, 7};
  static const double reals[CELLS] = {0, -0.5, 1e300};
  static const uint8_t valid[CELLS] = {1, 0, 1};
  static const uint64_t places[2 * CELLS] = {0, 0, 0, 1, 1, 3};
  const garco__condition_column all[] = {
      {.values = numbers}, {.values = "aab", .places = places}, {reals, valid, NULL}};
  const garco__schema schema = {.nattrs = 3, .fields = fields};
  garco__condition_column columns[3];
  garco__condition *condition = NULL;
  uint8_t keep[CELLS];
  if (garco__condition_parse (bytes, size, &schema, "f", &condition, NULL) == GARCO_OK)
  {
    for (size_t i = 0; i < garco__condition_field_count (condition); i++)
      columns[i] = all[garco__condition_field (condition, i)];
    if (garco__condition_evaluate (condition, columns, CELLS, keep, NULL) != GARCO_OK)
      abort ();
    for (size_t i = 0; i < CELLS; i++)
      if (keep[i] > 1)
        abort ();
  }
  garco__condition_free (&condition);
  return 0;
}
