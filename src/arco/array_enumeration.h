/* Labels of values.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_ARRAY_ENUMERATION_H
#define GARCO_ARCO_ARRAY_ENUMERATION_H

#include "arco/array_schema.h"

typedef struct garco__enumeration
{
  const char *name, *file; /* borrowed */
  garco_datatype type;
  uint32_t width;
  bool ordered;
  int64_t count;
  void *values;
  uint64_t *offsets; /* NULL: of fixed size */
} garco__enumeration;

/* Reads what the generic tile of the enumeration's file holds, `name` and `file` being set.
 * Whatever the outcome, garco__enumeration_free frees it. */
garco_status garco__enumeration_parse (garco__enumeration *enumeration, const uint8_t *bytes,
                                       size_t size, const char *source, garco_error *error);
void garco__enumeration_free (garco__enumeration *enumeration);

#endif
