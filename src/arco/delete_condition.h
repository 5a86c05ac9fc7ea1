/* Deletes: conditions that say which cells to keep.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_DELETE_CONDITION_H
#define GARCO_ARCO_DELETE_CONDITION_H

#include "arco/array_schema.h"

/* The format's numbers of comparisons (QueryConditionOp). */
enum
{
  GARCO__OP_LT = 0,
  GARCO__OP_LE,
  GARCO__OP_GT,
  GARCO__OP_GE,
  GARCO__OP_EQ,
  GARCO__OP_NE,
  GARCO__OP_IN,
  GARCO__OP_NOT_IN,
  GARCO__OP_NONE,    /* of a text: no comparison */
  GARCO__OP_ABSENT,  /* null or NaN: no file has it */
  GARCO__OP_PRESENT, /* neither; likewise */
  GARCO__OP_ALWAYS = 253,
  GARCO__OP_NEVER = 254
};

typedef struct garco__condition garco__condition;

/* Reads what the generic tile of a .del file holds, for an array of this schema. */
garco_status garco__condition_parse (const uint8_t *bytes, size_t size, const garco__schema *schema,
                                     const char *source, garco__condition **condition,
                                     garco_error *error);
/* The same of bytes that no file has, but garco has made of a query's condition: with all
 * operators. */
garco_status garco__condition_parse_own (const uint8_t *bytes, size_t size,
                                         const garco__schema *schema, const char *source,
                                         garco__condition **condition, garco_error *error);
void garco__condition_free (garco__condition **condition);

/* The fields it looks at: index among the schema's, each once. */
size_t garco__condition_field_count (const garco__condition *condition);
size_t garco__condition_field (const garco__condition *condition, size_t i);

/* A field's values of `count` cells; values NULL where the fragment has no such field. */
typedef struct garco__condition_column
{
  const void *values;
  const uint8_t *validity; /* NULL: all valid */
  const uint64_t *places; /* of a text: where cell i begins and ends in `values`, at 2 i, 2 i + 1 */
} garco__condition_column;

/* True for texts of variable length, which the format compares byte by byte. */
bool garco__condition_is_text (const garco__field *field);

/* Sets keep[i] to 1 where cell i stays, else to 0. Columns are in the order of the condition's
 * fields. */
garco_status garco__condition_evaluate (const garco__condition *condition,
                                        const garco__condition_column *columns, size_t count,
                                        uint8_t *keep, garco_error *error);

/* A comparison of a number with values. */
typedef struct garco__term
{
  size_t field;         /* in the schema */
  int op;               /* below GARCO__OP_NONE */
  size_t nkeys;         /* of "in" any number, rising */
  const uint64_t *keys; /* order keys of the field's type */
} garco__term;

/* What a condition joins by "and": so many terms. False where one is not a comparison of a number
 * with values, or is settled. */
size_t garco__condition_terms (const garco__condition *condition);
bool garco__condition_term (const garco__condition *condition, size_t i, garco__term *term);
/* Takes a term out, of which the caller sees to it that it holds for all cells. Fields that nothing
 * else looks at are none of the condition's any more; one without fields is not to be evaluated. */
void garco__condition_settle (garco__condition *condition, size_t i);

#endif
