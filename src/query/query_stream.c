/* Queries and tables of statistics as streams of the Arrow C stream interface.
 *
 * The stream has the query, and the schema of its first source; a source with other columns ends it
 * with an error. A batch takes the memory that its rows lie in with it where that is possible: the
 * query makes new memory for the next.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "query/query_arrow.h"
#include "query/query_source.h"

typedef struct stream_room
{
  garco_query *query; /* one of the two */
  garco_stats *stats;
  size_t ncolumns;
  garco_column *columns; /* of the schema; the names are its own */
  garco_error error;
  char text[2048];
} stream_room;

static int
code_of (garco_status status)
{
  return status == GARCO_ERR_MEMORY ? ENOMEM : status == GARCO_ERR_IO ? EIO : EINVAL;
}

static int
failed (stream_room *room, garco_status status)
{
  garco_error_format (&room->error, room->text, sizeof room->text);
  return code_of (status);
}

static int
get_schema (struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
  stream_room *room = stream->private_data;
  garco_status status = garco__arrow_schema (room->columns, room->ncolumns, schema, &room->error);
  return status < 0 ? failed (room, status) : 0;
}

static garco_status
check_columns (stream_room *room, const garco_batch *batch)
{
  bool same = batch->ncolumns == room->ncolumns;
  for (size_t i = 0; i < room->ncolumns && same; i++)
    same = strcmp (batch->columns[i].name, room->columns[i].name) == 0 &&
           batch->columns[i].type == room->columns[i].type &&
           batch->columns[i].width == room->columns[i].width;
  return same ? GARCO_OK
              : garco__fail (&room->error, GARCO_ERR_UNSUPPORTED, NULL,
                             "a source has other columns than the first: ask for the fields that "
                             "all have");
}

static void *
take_from_query (void *holder, const void *values)
{
  return garco__query_take_values (holder, values);
}

static garco_status
next_of_query (stream_room *room, struct ArrowArray *array)
{
  garco_batch batch;
  garco_status status = garco_query_next (room->query, &batch, &room->error);
  if (status != GARCO_OK)
    return status;
  GARCO_TRY (check_columns (room, &batch));
  return garco__arrow_array (&batch, take_from_query, room->query, array, &room->error);
}

/* The one batch of a table, which is given up for it. */
static garco_status
next_of_stats (stream_room *room, struct ArrowArray *array)
{
  if (room->stats == NULL)
    return GARCO_END;
  garco_status status = garco__arrow_array (
      garco_stats_table (room->stats), garco__stats_take_values, room->stats, array, &room->error);
  garco_stats_free (&room->stats);
  return status;
}

static int
get_next (struct ArrowArrayStream *stream, struct ArrowArray *array)
{
  stream_room *room = stream->private_data;
  memset (array, 0, sizeof *array);
  garco_status status =
      room->query != NULL ? next_of_query (room, array) : next_of_stats (room, array);
  return status < 0 ? failed (room, status) : 0;
}

static const char *
get_last_error (struct ArrowArrayStream *stream)
{
  const stream_room *room = stream->private_data;
  return room->text[0] != '\0' ? room->text : NULL;
}

static void
release_stream (struct ArrowArrayStream *stream)
{
  stream_room *room = stream->private_data;
  for (size_t i = 0; i < room->ncolumns; i++)
    free ((char *)(uintptr_t)room->columns[i].name);
  garco_query_free (&room->query);
  garco_stats_free (&room->stats);
  free (room->columns);
  free (room);
  stream->release = NULL;
}

/* A stream of what has these columns, and nothing yet that gives them. */
static garco_status
make_stream (const garco_column *columns, size_t ncolumns, struct ArrowArrayStream *stream,
             garco_error *error)
{
  void *made = NULL, *copies = NULL;
  memset (stream, 0, sizeof *stream);
  GARCO_TRY (garco__allocate (&made, 1, sizeof (stream_room), error));
  stream_room *room = made;
  *stream = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, room};
  GARCO_TRY (garco__allocate (&copies, ncolumns, sizeof (garco_column), error));
  room->columns = copies;
  for (; room->ncolumns < ncolumns; room->ncolumns++)
  {
    garco_column *copy = &room->columns[room->ncolumns];
    *copy = (garco_column){.type = columns[room->ncolumns].type,
                           .width = columns[room->ncolumns].width};
    copy->name = strdup (columns[room->ncolumns].name);
    if (copy->name == NULL)
      return garco__fail_memory (error, 1);
  }
  return GARCO_OK;
}

static garco_status
finish_stream (garco_status status, struct ArrowArrayStream *stream)
{
  if (status < 0 && stream->release != NULL)
    stream->release (stream);
  return status;
}

garco_status
garco_query_take_stream (garco_query **query, struct ArrowArrayStream *stream, garco_error *error)
{
  size_t count = 0;
  const garco_column *columns = garco_query_columns (*query, &count);
  garco_status status = finish_stream (make_stream (columns, count, stream, error), stream);
  if (status < 0)
    return status;
  ((stream_room *)stream->private_data)->query = *query;
  *query = NULL;
  return GARCO_OK;
}

garco_status
garco_stats_take_stream (garco_stats **stats, struct ArrowArrayStream *stream, garco_error *error)
{
  const garco_batch *table = garco_stats_table (*stats);
  garco_status status =
      finish_stream (make_stream (table->columns, table->ncolumns, stream, error), stream);
  if (status < 0)
    return status;
  ((stream_room *)stream->private_data)->stats = *stats;
  *stats = NULL;
  return GARCO_OK;
}
