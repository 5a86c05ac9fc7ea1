/* Header text, edited line by line.
 *
 *   1                                                           61
 *   |G    2 C1C L1C                                              SYS / # / OBS TYPES
 *   |content                                                     label
 *
 * Headers have some ten to some hundred lines and are edited a few times a file, so every edit
 * builds the text anew. Lines that nothing is done to stay as they are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "convert/convert_head.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define LABEL_COLUMN 60
#define LABEL_WIDTH 20

bool
garco__head_next (const garco__buffer *text, size_t *at, garco__line *line)
{
  if (*at >= text->size)
    return false;
  const char *start = (const char *)text->data + *at;
  const char *end = memchr (start, '\n', text->size - *at);
  line->text = start;
  line->size = end != NULL ? (size_t)(end - start) : text->size - *at;
  *at += line->size + 1;
  return true;
}

garco__line
garco__head_label (garco__line line)
{
  return garco__cut (line, LABEL_COLUMN, LABEL_WIDTH);
}

bool
garco__head_is (garco__line line, const char *label)
{
  garco__line found = garco__head_label (line);
  return found.size == strlen (label) && memcmp (found.text, label, found.size) == 0;
}

bool
garco__head_find (const garco__buffer *text, const char *label, garco__line *line)
{
  for (size_t at = 0; garco__head_next (text, &at, line);)
    if (garco__head_is (*line, label))
      return true;
  return false;
}

size_t
garco__head_count (const garco__buffer *text, const char *label)
{
  garco__line line;
  size_t count = 0;
  for (size_t at = 0; garco__head_next (text, &at, &line);)
    count += garco__head_is (line, label);
  return count;
}

garco_status
garco__head_print (garco__buffer *text, const char *label, garco_error *error, const char *format,
                   ...)
{
  char content[256];
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (content, sizeof content, format, arguments);
  va_end (arguments);
  return garco__buffer_print (text, error, "%-60.60s%s\n", content, label);
}

static garco_status
append_line (garco__buffer *text, garco__line line, garco_error *error)
{
  GARCO_TRY (garco__buffer_append (text, line.text, line.size, error));
  return garco__buffer_append (text, "\n", 1, error);
}

static void
take_over (garco__buffer *text, garco__buffer *fresh)
{
  garco__buffer_free (text);
  *text = *fresh;
}

garco_status
garco__head_replace (garco__buffer *text, const char *label, const garco__buffer *lines,
                     garco_error *error)
{
  garco__buffer fresh = {0};
  garco__line line;
  bool put = false;
  garco_status status = GARCO_OK;
  for (size_t at = 0; garco__head_next (text, &at, &line);)
  {
    bool own = garco__head_is (line, label);
    if (!put && (own || garco__head_is (line, "END OF HEADER")))
    {
      bool elsewhere = !own && garco__head_count (text, label) > 0;
      if (!elsewhere)
        GARCO_TRY_DONE (garco__buffer_append (&fresh, lines->data, lines->size, error));
      put = !elsewhere;
    }
    if (!own)
      GARCO_TRY_DONE (append_line (&fresh, line, error));
  }
  if (!put)
    GARCO_TRY_DONE (garco__buffer_append (&fresh, lines->data, lines->size, error));
  take_over (text, &fresh);
  return GARCO_OK;

done:
  garco__buffer_free (&fresh);
  return status;
}

garco_status
garco__head_sift (garco__buffer *text, bool (*unwanted) (const void *context, garco__line line),
                  const void *context, garco_error *error)
{
  garco__buffer fresh = {0};
  garco__line line;
  garco_status status = GARCO_OK;
  for (size_t at = 0; garco__head_next (text, &at, &line);)
    if (!unwanted (context, line))
      GARCO_TRY_DONE (append_line (&fresh, line, error));
  take_over (text, &fresh);
  return GARCO_OK;

done:
  garco__buffer_free (&fresh);
  return status;
}

static bool
has_label (const void *context, garco__line line)
{
  return garco__head_is (line, context);
}

garco_status
garco__head_remove (garco__buffer *text, const char *label, garco_error *error)
{
  return garco__head_sift (text, has_label, label, error);
}

/* ------------------------------------------------------------------ events */

/* Labels whose lines name a system in column 1: only that system's are replaced. */
static bool
is_by_system (garco__line label)
{
  return label.size > 3 && memcmp (label.text, "SYS", 3) == 0;
}

struct group
{
  garco__line label;
  char system; /* '\0': whatever it is */
};

/* The lines of a label and system among `text`, continuation lines too, appended to `lines` (or
 * with `others` all lines but those, and the group's place in them). */
static garco_status
pick (const garco__buffer *text, const struct group *group, bool others, garco__buffer *lines,
      size_t *place, garco_error *error)
{
  garco__line line;
  char system = '\0';
  *place = SIZE_MAX;
  for (size_t at = 0; garco__head_next (text, &at, &line);)
  {
    garco__line label = garco__head_label (line);
    bool in = label.size == group->label.size &&
              memcmp (label.text, group->label.text, label.size) == 0 && label.size > 0;
    if (in && line.text[0] != ' ')
      system = line.text[0];
    in = in && (group->system == '\0' || system == group->system);
    if ((in || garco__head_is (line, "END OF HEADER")) && *place == SIZE_MAX)
      *place = lines->size;
    if (in != others)
      GARCO_TRY (append_line (lines, line, error));
  }
  if (*place == SIZE_MAX)
    *place = lines->size;
  return GARCO_OK;
}

static garco_status
replace_group (garco__buffer *text, const struct group *group, const garco__buffer *event,
               garco_error *error)
{
  garco__buffer others = {0}, lines = {0};
  size_t place, unused;
  garco_status status = GARCO_OK;
  GARCO_TRY_DONE (pick (event, group, false, &lines, &unused, error));
  GARCO_TRY_DONE (pick (text, group, true, &others, &place, error));
  GARCO_TRY_DONE (garco__buffer_reserve (&others, lines.size, error));
  memmove (others.data + place + lines.size, others.data + place, others.size - place);
  memcpy (others.data + place, lines.data, lines.size);
  others.size += lines.size;
  take_over (text, &others);
  others = (garco__buffer){0};

done:
  garco__buffer_free (&others);
  garco__buffer_free (&lines);
  return status;
}

garco_status
garco__head_apply (garco__buffer *text, const char *event, size_t size, garco_error *error)
{
  const char *first = memchr (event, '\n', size);
  size_t skip = first != NULL ? (size_t)(first - event) + 1 : size;
  garco__buffer lines = {(uint8_t *)event + skip, size - skip, size - skip};
  struct group before = {{"", 0}, '\0'};
  garco__line line;
  for (size_t at = 0; garco__head_next (&lines, &at, &line);)
  {
    struct group group = {garco__head_label (line), '\0'};
    if (group.label.size == 0 || garco__head_is (line, "COMMENT") ||
        garco__head_is (line, "END OF HEADER") || garco__head_is (line, "RINEX VERSION / TYPE"))
      continue;
    if (is_by_system (group.label))
      group.system = line.text[0] != ' ' ? line.text[0] : before.system;
    bool same = group.system == before.system && group.label.size == before.label.size &&
                memcmp (group.label.text, before.label.text, group.label.size) == 0;
    if (!same)
      GARCO_TRY (replace_group (text, &group, &lines, error));
    before = group;
  }
  return GARCO_OK;
}
