/* Columns made from columns: keys in garco's types and numbers, and the wanted rows alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_QUERY_PROJECT_H
#define GARCO_QUERY_PROJECT_H

#include "base/buffer.h"
#include "garco.h"
#include "query/query_columns.h"
#include "query/query_numbering.h"

/* Memory for one column that is made anew for each batch. */
typedef struct garco__column_room
{
  garco__buffer values, offsets, validity;
} garco__column_room;

void garco__column_room_free (garco__column_room *room);
/* Gives the memory away that begins at `values`, or NULL where the room does not have it. */
void *garco__column_room_take (garco__column_room *room, const void *values);

/* The type in which a key of an array appears in a query's batches. */
garco_datatype garco__key_type (garco__key key, garco_datatype stored);
/* `from` as the key's column in garco's name, type and numbers; `numbering` is for systems.
 * Borrows where nothing need change, else fills `room`. A code or system too large for its type is
 * GARCO_ERR_LIMIT. */
garco_status garco__convert_key (garco__key key, const garco_column *from, int64_t rows,
                                 const garco__numbering *numbering, const char *uri,
                                 garco__column_room *room, garco_column *to, garco_error *error);

/* The rows at `places` (rising) of `from`. */
garco_status garco__gather (const garco_column *from, const size_t *places, size_t count,
                            garco__column_room *room, garco_column *to, garco_error *error);

#endif
