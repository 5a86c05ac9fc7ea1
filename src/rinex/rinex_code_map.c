/* Code maps: a text that says how RINEX types become codes.
 *
 *   # the receiver tracks L2C, which RINEX 2 cannot say
 *   G L2 2L        system, type, code: words, any blanks between them
 *   G S2 2L
 *   * C5 5Q        all systems, where there is no line for the one
 *   G C2 2         a code without attribute
 *
 * Maps have a few lines, and types are looked up once a header, so they are a list.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_code_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "codec/source.h"
#include "rinex/rinex_codes.h"
#include "rinex/rinex_fields.h"

#define EVERY_SYSTEM '*'
#define SIZE_LIMIT ((size_t)1 << 20) /* of the text */
#define QUOTE_WIDTH 20

typedef struct entry
{
  char system;
  char type[4];
  uint16_t code;
} entry;

struct garco_code_map
{
  size_t count, capacity;
  entry *entries;
};

/* ---------------------------------------------------------------- entries */

static entry *
find_entry (const garco_code_map *map, char system, const char *type)
{
  for (size_t i = 0; i < map->count; i++)
    if (map->entries[i].system == system && strcmp (map->entries[i].type, type) == 0)
      return &map->entries[i];
  return NULL;
}

bool
garco__code_map_find (const garco_code_map *map, char system, const char *type, uint16_t *code)
{
  if (map == NULL)
    return false;
  const entry *found = find_entry (map, system, type);
  if (found == NULL)
    found = find_entry (map, EVERY_SYSTEM, type);
  if (found != NULL)
    *code = found->code;
  return found != NULL;
}

uint16_t
garco__code_mapped (const garco_code_map *map, int version, char system, const char *type,
                    const garco_types *types)
{
  uint16_t code;
  return garco__code_map_find (map, system, type, &code)
             ? code
             : garco__code_of (version, system, type, types);
}

garco_status
garco__code_map_new (garco_code_map **map, garco_error *error)
{
  void *made;
  *map = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof **map, error));
  *map = made;
  return GARCO_OK;
}

garco_status
garco__code_map_add (garco_code_map *map, char system, const char *type, uint16_t *code,
                     garco_error *error)
{
  const entry *found = find_entry (map, system, type);
  if (found != NULL && found->code != *code)
  {
    *code = found->code;
    return GARCO_END;
  }
  if (found != NULL)
    return GARCO_OK;
  if (map->count == map->capacity)
  {
    void *entries = map->entries;
    size_t capacity = map->capacity * 2 + 16;
    GARCO_TRY (garco__reallocate (&entries, capacity, sizeof *map->entries, error));
    map->entries = entries;
    map->capacity = capacity;
  }
  entry *fresh = &map->entries[map->count++];
  *fresh = (entry){.system = system, .code = *code};
  memcpy (fresh->type, type, strlen (type)); /* three characters at most */
  return GARCO_OK;
}

void
garco__code_map_remove (garco_code_map *map, char system, const char *type)
{
  entry *found = find_entry (map, system, type);
  if (found != NULL)
    *found = map->entries[--map->count];
}

void
garco_code_map_free (garco_code_map **map)
{
  if (*map == NULL)
    return;
  free ((*map)->entries);
  free (*map);
  *map = NULL;
}

/* ---------------------------------------------------------------- lines */

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next word off a line; empty at its end. */
static garco__line
next_word (garco__line *line)
{
  while (line->size > 0 && is_blank (line->text[0]))
    *line = (garco__line){line->text + 1, line->size - 1};
  garco__line word = {line->text, 0};
  while (word.size < line->size && !is_blank (word.text[word.size]))
    word.size++;
  *line = (garco__line){line->text + word.size, line->size - word.size};
  return word;
}

static garco__line
without_comment (const char *text, size_t size)
{
  const char *comment = memchr (text, '#', size);
  return (garco__line){text, comment != NULL ? (size_t)(comment - text) : size};
}

static bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

static bool
is_upper (char c)
{
  return c >= 'A' && c <= 'Z';
}

static garco_status
refuse (garco__line word, const char *what, const char *expected, garco_error *error)
{
  int width = (int)(word.size < QUOTE_WIDTH ? word.size : QUOTE_WIDTH);
  if (word.size == 0)
    return garco__fail (error, GARCO_ERR_CORRUPT, NULL, "no %s: expected %s", what, expected);
  return garco__fail (error, GARCO_ERR_CORRUPT, NULL, "%s \"%.*s\": expected %s", what, width,
                      word.text, expected);
}

static bool
is_system (garco__line word)
{
  return word.size == 1 &&
         (word.text[0] == EVERY_SYSTEM || garco_system_number (word.text[0]) >= 0);
}

/* C1, CA (RINEX 2.12), C1C. */
static bool
is_type (garco__line word)
{
  char type[4] = "";
  if (word.size < 2 || word.size > 3)
    return false;
  memcpy (type, word.text, word.size);
  return garco__kind_of (type) != GARCO__KIND_NONE && (is_digit (type[1]) || is_upper (type[1])) &&
         (word.size == 2 || is_upper (type[2]));
}

/* 1C, or 1 for a code without attribute. */
static bool
is_code (garco__line word)
{
  return (word.size == 1 || (word.size == 2 && is_upper (word.text[1]))) && is_digit (word.text[0]);
}

garco_status
garco__code_map_line (const char *text, size_t size, char *system, char type[4], uint16_t *code,
                      garco_error *error)
{
  garco__line words[4], rest = without_comment (text, size);
  for (size_t i = 0; i < 4; i++)
    words[i] = next_word (&rest);
  if (!is_system (words[0]))
    return refuse (words[0], "system", "a letter of " GARCO_SYSTEMS " or * for all", error);
  if (!is_type (words[1]))
    return refuse (words[1], "type", "C, P, L, D or S, a band and maybe an attribute, such as L2",
                   error);
  if (!is_code (words[2]))
    return refuse (words[2], "code", "a band and an attribute, such as 2W", error);
  if (words[3].size > 0)
    return refuse (words[3], "word", "the end of the line after a system, a type and a code",
                   error);
  *system = words[0].text[0];
  memset (type, 0, 4);
  memcpy (type, words[1].text, words[1].size);
  const char both[2] = {words[2].text[0], words[2].size == 2 ? words[2].text[1] : ' '};
  *code = garco_obs_code (both);
  return GARCO_OK;
}

/* ---------------------------------------------------------------- texts */

static garco_status
take_line (garco_code_map *map, const char *text, size_t size, const char *source, int64_t number,
           garco_error *error)
{
  garco_error wrong;
  char system, type[4];
  uint16_t code;
  garco__line rest = without_comment (text, size);
  if (next_word (&rest).size == 0)
    return GARCO_OK;
  garco_status status = garco__code_map_line (text, size, &system, type, &code, &wrong);
  if (status < 0)
    return garco__fail_line (error, status, source, number, "%s", wrong.message);
  status = garco__code_map_add (map, system, type, &code, error);
  if (status != GARCO_END)
    return status;
  char before[3];
  garco_obs_code_text (code, before);
  return garco__fail_line (error, GARCO_ERR_CORRUPT, source, number,
                           "%c %s has the code %s by a line before: expected each type once",
                           system, type, before);
}

static garco_status
take_text (garco_code_map *map, const char *text, size_t size, const char *source,
           garco_error *error)
{
  int64_t number = 1;
  for (size_t at = 0; at < size; number++)
  {
    const char *end = memchr (text + at, '\n', size - at);
    size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
    GARCO_TRY (take_line (map, text + at, length, source, number, error));
    at += length + 1;
  }
  return GARCO_OK;
}

garco_status
garco_code_map_read (const char *text, size_t size, const char *source, garco_code_map **map,
                     garco_error *error)
{
  GARCO_TRY (garco__code_map_new (map, error));
  garco_status status = take_text (*map, text, size, source != NULL ? source : "code map", error);
  if (status < 0)
    garco_code_map_free (map);
  return status;
}

static garco_status
read_all (garco__source *source, garco__buffer *text, garco_error *error)
{
  const uint8_t *bytes;
  size_t size;
  garco_status status;
  while ((status = garco__source_read (source, &bytes, &size, error)) == GARCO_OK)
  {
    GARCO_TRY (garco__buffer_append (text, bytes, size, error));
    if (text->size > SIZE_LIMIT)
      return garco__fail (error, GARCO_ERR_LIMIT, garco__source_name (source),
                          "a code map of more than %zu bytes", SIZE_LIMIT);
  }
  return status < 0 ? status : GARCO_OK;
}

garco_status
garco_code_map_open (const char *path, garco_code_map **map, garco_error *error)
{
  garco__source *source = NULL;
  garco__buffer text = {0};
  garco_status status;
  *map = NULL;
  GARCO_TRY_DONE (garco__source_open (path, NULL, &source, error));
  GARCO_TRY_DONE (read_all (source, &text, error));
  GARCO_TRY_DONE (garco_code_map_read ((const char *)text.data, text.size,
                                       garco__source_name (source), map, error));
done:
  garco__source_free (&source);
  garco__buffer_free (&text);
  return status;
}

static bool
is_observation (const garco_header *header, int system, uint32_t type)
{
  return system >= 0 && system < GARCO_SYSTEM_COUNT && type < header->types[system].count &&
         garco__kind_of (header->types[system].codes[type]) != GARCO__KIND_NONE;
}

uint16_t
garco_header_code (const garco_header *header, const garco_code_map *map, int system, uint32_t type)
{
  if (!is_observation (header, system, type))
    return 0;
  const garco_types *types = &header->types[system];
  return garco__code_mapped (map, header->version, garco_system_letter (system), types->codes[type],
                             types);
}

bool
garco_header_code_is_assumed (const garco_header *header, const garco_code_map *map, int system,
                              uint32_t type)
{
  uint16_t code;
  char letter = garco_system_letter (system);
  if (!is_observation (header, system, type))
    return false;
  const char *name = header->types[system].codes[type];
  return !garco__code_map_find (map, letter, name, &code) &&
         garco__code_is_assumed (header->version, letter, name);
}
