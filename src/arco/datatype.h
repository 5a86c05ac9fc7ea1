/* What the format's datatypes mean for arithmetic: width, sign, order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_DATATYPE_H
#define GARCO_ARCO_DATATYPE_H

#include "garco.h"

typedef enum garco__number
{
  GARCO__NUMBER_NONE = 0, /* characters, bytes, any */
  GARCO__NUMBER_SIGNED,   /* dates and times too */
  GARCO__NUMBER_UNSIGNED, /* booleans too */
  GARCO__NUMBER_FLOAT
} garco__number;

/* The numbers are the format's and the machine's: bulk data are copied as they are. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "garco's array format needs a little-endian machine"
#endif

garco__number garco__datatype_number (garco_datatype type);
bool garco__datatype_is_date (garco_datatype type);
/* The signed integer type of 1, 2, 4 or 8 bytes; GARCO_ANY for any other size. */
garco_datatype garco__datatype_signed (uint64_t size);

/* What a cell that was never written reads as where the schema does not say: the bits of NaN, of
 * the lowest signed or of the highest unsigned number. */
uint64_t garco__datatype_fill (garco_datatype type);

/* A number as an unsigned one that sorts as the number does: signs flipped, and for negative floats
 * all bits. garco__order_value is the inverse. */
uint64_t garco__order_key (garco_datatype type, const void *value);
void garco__order_value (garco_datatype type, uint64_t key, void *value);
/* The same for `count` values: keys, and keys back to values. */
void garco__order_keys (garco_datatype type, const void *values, size_t count, uint64_t *keys);
void garco__order_values (garco_datatype type, const uint64_t *keys, size_t count, void *values);

#endif
