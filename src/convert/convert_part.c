/* Events belong to the epoch after them: whether they are written, and into which file, is decided
 * when that epoch is known. So they wait here, as copies of their text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "convert/convert_part.h"

#include <stdlib.h>

#include "base/error.h"

#define EVENTS_LIMIT ((size_t)1 << 20) /* bytes that wait at most */

garco_status
garco__part_open (garco__part *part, const garco_reader_options *options, garco_error *error)
{
  GARCO_TRY (garco_reader_open (part->path, options, &part->reader, error));
  const garco_header *header = garco_reader_header (part->reader);
  part->version = header->version;
  part->is_crinex = header->crinex_version != 0;
  part->head.size = 0;
  part->has_epoch = part->ended = false;
  part->nevents = 0;
  return garco__buffer_append (&part->head, header->text, header->text_size, error);
}

garco_status
garco__part_keep (garco__part *part, const garco__event *event, const char *text,
                  garco_error *error)
{
  if (part->nevents == part->events_room)
  {
    void *events = part->events;
    size_t room = part->events_room * 2 + 8;
    GARCO_TRY (garco__reallocate (&events, room, sizeof *part->events, error));
    part->events = events;
    part->events_room = room;
  }
  part->events[part->nevents] = *event;
  part->events[part->nevents++].start = part->text.size;
  return garco__buffer_append (&part->text, text, event->size, error);
}

garco_status
garco__part_next (garco__part *part, garco_error *error)
{
  part->nevents = 0;
  part->text.size = 0;
  part->has_epoch = false;
  while (!part->ended && part->text.size < EVENTS_LIMIT)
  {
    garco_status status = garco_reader_next (part->reader, &part->epoch, error);
    GARCO_TRY (status);
    part->ended = status == GARCO_END;
    if (part->ended)
      break;
    if (part->epoch.flag < 2 || part->epoch.flag > 5)
    {
      part->has_epoch = true;
      return GARCO_OK;
    }
    const garco__event event = {part->epoch.time_ms, part->epoch.time_ps, part->epoch.flag, 0,
                                part->epoch.text_size};
    GARCO_TRY (garco__part_keep (part, &event, part->epoch.text, error));
  }
  return part->nevents > 0 ? GARCO_OK : GARCO_END;
}

void
garco__part_close (garco__part *part)
{
  garco_reader_free (&part->reader);
  garco__buffer_free (&part->head);
  garco__buffer_free (&part->text);
  free (part->events);
  part->events = NULL;
  part->nevents = part->events_room = 0;
  part->has_epoch = false;
}
