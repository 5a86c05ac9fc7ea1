/* Conditions on cells as text: "snr < 30 and sat == 3". The grammar is in garco.h, at
 * garco_array_delete.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_CONDITION_TEXT_H
#define GARCO_ARCO_CONDITION_TEXT_H

#include "arco/delete_condition.h"

/* The number that a quoted text is of a field, or -1 where it is none. */
typedef int (*garco__text_number) (const char *field, const char *text);

/* Reads `text` for cells of this schema, which must outlive the condition. A cell is kept where it
 * holds. "not" turns the comparisons behind it round, so that of a NaN or a null all are false but
 * "!=", and those with null itself. `number` (nullable) is asked for texts before anything else;
 * `array` (nullable) has the enumerations that the schema's fields name. Errors name the character.
 */
garco_status garco__condition_read (const char *text, const garco__schema *schema,
                                    garco__text_number number, garco_array *array,
                                    garco__condition **condition, garco_error *error);
/* The same as the payload of a .del file, appended to `payload`, for the opposite of `text`, as a
 * delete of the cells for which it holds is stored. Fields with labels are compared with those, and
 * texts of variable length byte by byte. */
garco_status garco__condition_serialize (garco_array *array, const char *text,
                                         garco__buffer *payload, garco_error *error);

#endif
