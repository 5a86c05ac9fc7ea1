/* Datatypes as numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/datatype.h"

#include <string.h>

bool
garco__datatype_is_date (garco_datatype type)
{
  return type >= GARCO_DATETIME_YEAR && type <= GARCO_TIME_AS;
}

garco__number
garco__datatype_number (garco_datatype type)
{
  switch (type)
  {
  case GARCO_FLOAT32:
  case GARCO_FLOAT64:
    return GARCO__NUMBER_FLOAT;
  case GARCO_INT8:
  case GARCO_INT16:
  case GARCO_INT32:
  case GARCO_INT64:
    return GARCO__NUMBER_SIGNED;
  case GARCO_UINT8:
  case GARCO_UINT16:
  case GARCO_UINT32:
  case GARCO_UINT64:
  case GARCO_BOOL:
    return GARCO__NUMBER_UNSIGNED;
  default:
    return garco__datatype_is_date (type) ? GARCO__NUMBER_SIGNED : GARCO__NUMBER_NONE;
  }
}

garco_datatype
garco__datatype_signed (uint64_t size)
{
  return size == 1   ? GARCO_INT8
         : size == 2 ? GARCO_INT16
         : size == 4 ? GARCO_INT32
         : size == 8 ? GARCO_INT64
                     : GARCO_ANY;
}

uint64_t
garco__datatype_fill (garco_datatype type)
{
  if (type == GARCO_FLOAT32)
    return 0x7fc00000;
  if (type == GARCO_FLOAT64)
    return UINT64_C (0x7ff8000000000000);
  if (type == GARCO_CHAR)
    return 0x80;
  if (garco__datatype_number (type) == GARCO__NUMBER_SIGNED)
    return UINT64_C (1) << (8 * garco_datatype_size (type) - 1);
  return garco__datatype_number (type) == GARCO__NUMBER_NONE || type == GARCO_BOOL ? 0 : UINT64_MAX;
}

/* How a type's bits become a key: XOR with `flip`; floats with their sign set XOR with all. */
typedef struct order_rule
{
  size_t size;
  uint64_t flip, mask;
  bool real;
} order_rule;

static order_rule
rule_of (garco_datatype type)
{
  size_t size = garco_datatype_size (type);
  garco__number number = garco__datatype_number (type);
  uint64_t mask = size == 8 ? UINT64_MAX : (UINT64_C (1) << (8 * size)) - 1;
  uint64_t sign = (mask >> 1) + 1;
  bool real = number == GARCO__NUMBER_FLOAT;
  return (order_rule){size, real || number == GARCO__NUMBER_SIGNED ? sign : 0, mask, real};
}

static inline uint64_t
key_of_bits (order_rule rule, uint64_t bits)
{
  if (!rule.real)
    return bits ^ rule.flip;
  if (bits == rule.flip) /* -0 and 0 are one place */
    bits = 0;
  return (bits & rule.flip) != 0 ? ~bits & rule.mask : bits ^ rule.flip;
}

static inline uint64_t
bits_of_key (order_rule rule, uint64_t key)
{
  if (!rule.real)
    return key ^ rule.flip;
  return (key & rule.flip) != 0 ? key ^ rule.flip : ~key & rule.mask;
}

uint64_t
garco__order_key (garco_datatype type, const void *value)
{
  order_rule rule = rule_of (type);
  uint64_t bits = 0;
  memcpy (&bits, value, rule.size);
  return key_of_bits (rule, bits);
}

void
garco__order_value (garco_datatype type, uint64_t key, void *value)
{
  order_rule rule = rule_of (type);
  uint64_t bits = bits_of_key (rule, key);
  memcpy (value, &bits, rule.size);
}

#define KEYS_LOOP(T)                                                                               \
  for (size_t i = 0; i < count; i++)                                                               \
  keys[i] = key_of_bits (rule, ((const T *)values)[i])
#define VALUES_LOOP(T)                                                                             \
  for (size_t i = 0; i < count; i++)                                                               \
  ((T *)values)[i] = (T)bits_of_key (rule, keys[i])

void
garco__order_keys (garco_datatype type, const void *values, size_t count, uint64_t *keys)
{
  order_rule rule = rule_of (type);
  switch (rule.size)
  {
  case 1:
    KEYS_LOOP (uint8_t);
    break;
  case 2:
    KEYS_LOOP (uint16_t);
    break;
  case 4:
    KEYS_LOOP (uint32_t);
    break;
  default:
    KEYS_LOOP (uint64_t);
  }
}

void
garco__order_values (garco_datatype type, const uint64_t *keys, size_t count, void *values)
{
  order_rule rule = rule_of (type);
  switch (rule.size)
  {
  case 1:
    VALUES_LOOP (uint8_t);
    break;
  case 2:
    VALUES_LOOP (uint16_t);
    break;
  case 4:
    VALUES_LOOP (uint32_t);
    break;
  default:
    VALUES_LOOP (uint64_t);
  }
}
