/* Header lines: content in columns 1 to 60, label in 61 to 80.
 *
 *   1                                                           61
 *   |     3.05           OBSERVATION DATA    M: Mixed            RINEX VERSION / TYPE
 *   |G   16 C1C L1C D1C S1C C2S L2S D2S S2S C2W L2W D2W S2W C5Q  SYS / # / OBS TYPES
 *   |       L5Q D5Q S5Q                                          SYS / # / OBS TYPES
 *   |     7    L1    L2    P1    P2    C1    S1    S2            # / TYPES OF OBSERV
 *   |G  10  2 L1C L2W                                            SYS / SCALE FACTOR
 *   |  3 R11 -5 R19  3 R23 -6                                    GLONASS SLOT / FRQ #
 *
 * The same lines in an event change what they name from there on. Lines are read leniently, since
 * real ones are shifted, cut and touched up; only what the body cannot be read without (version,
 * type, observation types, scale factors) can be wrong. Labels not listed here are passed over.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_header.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "rinex/rinex_stamp.h"

static const struct
{
  const char *label;
  garco__item item;
} labels[] = {
    {"COMMENT", GARCO__ITEM_COMMENT},
    {"CRINEX VERS   / TYPE", GARCO__ITEM_CRINEX_VERSION},
    {"CRINEX PROG / DATE", GARCO__ITEM_CRINEX_PROGRAM},
    {"RINEX VERSION / TYPE", GARCO__ITEM_VERSION},
    {"END OF HEADER", GARCO__ITEM_END},
    {"# / TYPES OF OBSERV", GARCO__ITEM_TYPES2},
    {"SYS / # / OBS TYPES", GARCO__ITEM_TYPES3},
    {"SYS / SCALE FACTOR", GARCO__ITEM_SCALE},
    {"MARKER NAME", GARCO__ITEM_MARKER_NAME},
    {"MARKER NUMBER", GARCO__ITEM_MARKER_NUMBER},
    {"OBSERVER / AGENCY", GARCO__ITEM_OBSERVER},
    {"REC # / TYPE / VERS", GARCO__ITEM_RECEIVER},
    {"ANT # / TYPE", GARCO__ITEM_ANTENNA},
    {"APPROX POSITION XYZ", GARCO__ITEM_POSITION},
    {"ANTENNA: DELTA H/E/N", GARCO__ITEM_DELTA},
    {"INTERVAL", GARCO__ITEM_INTERVAL},
    {"TIME OF FIRST OBS", GARCO__ITEM_FIRST_OBS},
    {"TIME OF LAST OBS", GARCO__ITEM_LAST_OBS},
    {"RCV CLOCK OFFS APPL", GARCO__ITEM_CLOCK_APPLIED},
    {"LEAP SECONDS", GARCO__ITEM_LEAP_SECONDS},
    {"GLONASS SLOT / FRQ #", GARCO__ITEM_SLOTS},
};

/* ---------------------------------------------------------------- labels */

/* Bytes of the line's first `characters` UTF-8 characters. */
static size_t
bytes_of_characters (garco__line line, size_t characters)
{
  size_t i = 0;
  while (i < line.size && characters > 0)
  {
    i++;
    while (i < line.size && ((unsigned char)line.text[i] & 0xC0) == 0x80)
      i++;
    characters--;
  }
  return i;
}

static garco__item
item_at (garco__line line, size_t column)
{
  garco__line label = garco__cut (line, column, 20);
  for (size_t i = 0; label.size > 0 && i < sizeof labels / sizeof *labels; i++)
    if (strlen (labels[i].label) == label.size &&
        memcmp (labels[i].label, label.text, label.size) == 0)
      return labels[i].item;
  return GARCO__ITEM_NONE;
}

garco__item
garco__header_item (garco__line line)
{
  if (line.size <= 60)
    return GARCO__ITEM_NONE;
  garco__item item = item_at (line, 60);
  if (item != GARCO__ITEM_NONE)
    return item;
  size_t column = bytes_of_characters (line, 60);
  return column == 60 ? item : item_at (line, column);
}

/* ---------------------------------------------------------------- texts and numbers */

/* Columns of a content in which characters count, into `text` of `size` bytes with the NUL. */
static void
copy_text (char *text, size_t size, garco__line line, size_t start, size_t characters)
{
  size_t from = item_at (line, 60) != GARCO__ITEM_NONE ? start : bytes_of_characters (line, start);
  garco__line rest = {line.text + (from < line.size ? from : line.size),
                      from < line.size ? line.size - from : 0};
  garco__line piece = garco__cut (rest, 0, bytes_of_characters (rest, characters));
  if (piece.size > size - 1)
    piece.size = size - 1;
  memcpy (text, piece.text, piece.size);
  text[piece.size] = '\0';
}

/* The next word of the line at `*at`, empty at its end. */
static garco__line
next_word (garco__line line, size_t *at)
{
  while (*at < line.size && line.text[*at] == ' ')
    ++*at;
  size_t start = *at;
  while (*at < line.size && line.text[*at] != ' ')
    ++*at;
  return (garco__line){line.text + start, *at - start};
}

/* Three numbers, F14.4 each by the format; where these columns do not hold three and the line has
 * three words, the words. */
static void
read_three (double numbers[3], garco__line line)
{
  garco__line content = {line.text, line.size < 60 ? line.size : 60};
  double words[3];
  size_t at = 0, nwords = 0, nnumbers = 0;
  for (size_t i = 0; i < 3; i++)
  {
    garco__line piece = garco__cut (content, i * 14, 14), word = next_word (content, &at);
    numbers[i] = NAN;
    nnumbers += garco__read_double (piece.text, piece.size, &numbers[i]) == GARCO__VALUE;
    nwords += garco__read_double (word.text, word.size, &words[i]) == GARCO__VALUE;
  }
  if (nnumbers < 3 && nwords == 3 && next_word (content, &at).size == 0)
    memcpy (numbers, words, sizeof words);
}

static void
read_time (garco__header_store *store, int64_t *time_ms, garco__line line)
{
  garco__line content = garco__cut (line, 0, 60);
  content = (garco__line){line.text, (size_t)(content.text + content.size - line.text)};
  if (!garco__read_header_time (content, time_ms))
    *time_ms = INT64_MIN;
  /* The time system stands in columns 49 to 51, or near them: the last word if it is letters. */
  size_t end = content.size, start = end;
  while (start > 0 && content.text[start - 1] >= 'A' && content.text[start - 1] <= 'Z')
    start--;
  if (end - start == 3)
    memcpy (store->view.time_system, content.text + start, 3);
}

/* `3 R11 -5R19  3 R23 -6`: the count may be absent and the groups may touch. */
static void
read_slots (garco__header_store *store, garco__line line)
{
  for (size_t i = 0; i + 3 < line.size && i + 3 < 60; i++)
  {
    int slot, channel;
    if (line.text[i] != 'R' || garco__read_int (line.text + i + 1, 2, &slot) != GARCO__VALUE)
      continue;
    garco__line piece = garco__cut (line, i + 3, 3);
    if (garco__read_int (piece.text, piece.size, &channel) == GARCO__VALUE && slot >= 0 &&
        slot < 100 && channel >= -99 && channel <= 99)
      store->view.glonass_channel[slot] = (int8_t)channel;
  }
}

/* ---------------------------------------------------------------- version and type */

static const char *
kind_of_file (char type)
{
  switch (type)
  {
  case 'N':
  case 'G':
  case 'H':
  case 'L':
  case 'J':
  case 'E':
    return "a navigation file";
  case 'M':
    return "a meteorological file";
  case 'C':
    return "a clock file";
  case 'B':
    return "a file of SBAS broadcasts";
  case 'S':
    return "a summary file";
  case 'I':
    return "an ionosphere map";
  default:
    return "a file of unknown kind";
  }
}

static bool
is_letter (char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char
upper (char c)
{
  return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static const char *
default_time_system (char system)
{
  switch (system)
  {
  case 'R':
    return "GLO";
  case 'E':
    return "GAL";
  case 'C':
    return "BDT";
  case 'J':
    return "QZS";
  case 'I':
    return "IRN";
  default:
    return "GPS";
  }
}

/* The version's digits lie anywhere before the type's letter; "2" is 2.00. */
static garco_status
read_version (garco__header_store *store, garco__line line, garco_error *error)
{
  size_t i = 0, start, limit = line.size < 60 ? line.size : 60;
  while (i < limit && line.text[i] == ' ')
    i++;
  start = i;
  while (i < limit && (line.text[i] == '.' || (line.text[i] >= '0' && line.text[i] <= '9')))
    i++;
  int64_t version;
  if (garco__read_decimal (line.text + start, i - start, 2, &version) != GARCO__VALUE)
    return garco__fail (error, GARCO_ERR_FORMAT, NULL,
                        "no RINEX version in columns 1 to 9, expected one such as 2.11 or 3.05");
  char type = limit > 20 ? upper (line.text[20]) : ' ';
  for (size_t j = i; j < limit && !is_letter (type); j++)
    type = upper (line.text[j]);
  if (type != 'O')
    return garco__fail (error, GARCO_ERR_FORMAT, NULL,
                        "%s (RINEX type %c), expected an observation file (type O)",
                        kind_of_file (type), is_letter (type) ? type : '?');
  if (version < 200 || version >= 500)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                        "RINEX version %d.%02d, expected 2.00 to 4.99", (int)(version / 100),
                        (int)(version % 100));
  char system = limit > 40 ? upper (line.text[40]) : ' ';
  store->view.version = (int)version;
  store->view.file_type = 'O';
  store->view.system = is_letter (system) ? system : 'G';
  return GARCO_OK;
}

static garco_status
read_crinex_version (garco__header_store *store, garco__line line, garco_error *error)
{
  garco__line number = garco__cut (line, 0, 20);
  int64_t version;
  if (garco__read_decimal (number.text, number.size, 1, &version) != GARCO__VALUE ||
      (version != 10 && version != 30 && version != 31))
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                        "Hatanaka version \"%.*s\", expected 1.0, 3.0 or 3.1", (int)number.size,
                        number.text);
  store->view.crinex_version = (int)version;
  return GARCO_OK;
}

/* ---------------------------------------------------------------- observation types */

static garco_status
add_type (garco__type_list *list, garco__line word, garco_error *error)
{
  if (word.size > 3)
    return garco__fail (error, GARCO_ERR_CORRUPT, NULL,
                        "observation type \"%.*s\", expected one of two or three characters",
                        (int)(word.size < 20 ? word.size : 20), word.text);
  if (list->count == GARCO__TYPES_LIMIT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %d observation types",
                        GARCO__TYPES_LIMIT);
  if (list->count == list->capacity)
  {
    uint32_t capacity = list->capacity == 0 ? 32 : list->capacity * 2;
    void *codes = list->codes, *scale = list->scale;
    GARCO_TRY (garco__reallocate (&codes, capacity, sizeof *list->codes, error));
    list->codes = codes;
    GARCO_TRY (garco__reallocate (&scale, capacity, sizeof *list->scale, error));
    list->scale = scale;
    list->capacity = capacity;
  }
  memset (list->codes[list->count], 0, 4);
  memcpy (list->codes[list->count], word.text, word.size);
  list->scale[list->count++] = 1;
  return GARCO_OK;
}

/* The words of columns `start` to 60. */
static garco_status
add_types (garco__type_list *list, garco__line line, size_t start, garco_error *error)
{
  size_t i = start, limit = line.size < 60 ? line.size : 60;
  while (i < limit)
  {
    size_t from = i;
    while (i < limit && line.text[i] != ' ')
      i++;
    if (i > from)
      GARCO_TRY (add_type (list, (garco__line){line.text + from, i - from}, error));
    else
      i++;
  }
  return GARCO_OK;
}

static garco_status
start_types (garco__type_list *list, garco__line count, int64_t number, garco_error *error)
{
  list->count = 0;
  list->line = number;
  if (garco__read_int (count.text, count.size, &list->declared) == GARCO__VALUE &&
      list->declared >= 0)
    return GARCO_OK;
  list->declared = -1;
  return garco__fail (error, GARCO_ERR_CORRUPT, NULL,
                      "number of observation types \"%.*s\", expected digits", (int)count.size,
                      count.text);
}

static garco_status
read_types2 (garco__header_store *store, garco__line line, int64_t number, garco_error *error)
{
  garco__line count = garco__cut (line, 0, 6);
  garco__type_list *list = &store->lists[0];
  store->changed = true;
  if (count.size > 0)
    GARCO_TRY (start_types (list, count, number, error));
  else if (list->declared < 0)
    list->declared = (int)list->count; /* a list that went on after it seemed to be whole */
  return add_types (list, line, 6, error);
}

static garco_status
read_types3 (garco__header_store *store, garco__line line, int64_t number, garco_error *error)
{
  char letter = line.text[0];
  garco__line count = garco__cut (line, 3, 3);
  if (letter == ' ' && count.size > 0)
    letter = store->view.system == 'M' ? 'G' : store->view.system;
  if (letter != ' ')
  {
    store->listing = garco_system_number (letter);
    if (store->listing >= 0)
      GARCO_TRY (start_types (&store->lists[store->listing], count, number, error));
  }
  store->changed = true;
  if (store->listing < 0)
    return GARCO_OK; /* a system that garco does not know: its satellites are refused */
  return add_types (&store->lists[store->listing], line, 6, error);
}

/* ---------------------------------------------------------------- scale factors */

static garco_status
add_factor (garco__header_store *store, garco__line code, garco_error *error)
{
  garco__scale_factor factor = store->scaling;
  if (code.size > 3)
    return garco__fail (error, GARCO_ERR_CORRUPT, NULL, "observation type \"%.*s\" is too long",
                        (int)(code.size < 20 ? code.size : 20), code.text);
  memset (factor.code, 0, sizeof factor.code);
  memcpy (factor.code, code.text, code.size);
  if (store->nfactors == GARCO__TYPES_LIMIT * GARCO_SYSTEM_COUNT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "more than %d scale factors",
                        GARCO__TYPES_LIMIT * GARCO_SYSTEM_COUNT);
  if (store->nfactors == store->factor_capacity)
  {
    void *factors = store->factors;
    size_t capacity = store->factor_capacity == 0 ? 16 : store->factor_capacity * 2;
    GARCO_TRY (garco__reallocate (&factors, capacity, sizeof *store->factors, error));
    store->factors = factors;
    store->factor_capacity = capacity;
  }
  store->factors[store->nfactors++] = factor;
  return GARCO_OK;
}

static garco_status
read_scale (garco__header_store *store, garco__line line, garco_error *error)
{
  garco__line content = garco__cut (line, 0, 60);
  store->changed = true;
  if (content.size == 0)
    return GARCO_OK;
  if (line.text[0] != ' ')
  {
    garco__line factor = garco__cut (line, 2, 4);
    store->scaling = (garco__scale_factor){garco_system_number (line.text[0]), 0, ""};
    if (garco__read_int (factor.text, factor.size, &store->scaling.factor) != GARCO__VALUE ||
        store->scaling.factor < 1)
      return garco__fail (error, GARCO_ERR_CORRUPT, NULL,
                          "scale factor \"%.*s\", expected 1, 10, 100 or 1000", (int)factor.size,
                          factor.text);
  }
  if (store->scaling.system < 0 || store->scaling.factor == 0)
    return GARCO_OK;
  garco__line codes = garco__cut (line, 10, 50);
  if (codes.size == 0)
    return add_factor (store, codes, error);
  for (size_t i = 0; i < codes.size;)
  {
    size_t from = i;
    while (i < codes.size && codes.text[i] != ' ')
      i++;
    if (i > from)
      GARCO_TRY (add_factor (store, (garco__line){codes.text + from, i - from}, error));
    else
      i++;
  }
  return GARCO_OK;
}

static void
apply_factors (garco__header_store *store)
{
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
    for (uint32_t i = 0; i < store->lists[s].count; i++)
      store->lists[s].scale[i] = 1;
  for (size_t f = 0; f < store->nfactors; f++)
  {
    const garco__scale_factor *factor = &store->factors[f];
    garco__type_list *list = &store->lists[factor->system];
    for (uint32_t i = 0; i < list->count; i++)
      if (factor->code[0] == '\0' || memcmp (factor->code, list->codes[i], 4) == 0)
        list->scale[i] = factor->factor;
  }
}

/* ---------------------------------------------------------------- the whole */

void
garco__header_init (garco__header_store *store)
{
  memset (store, 0, sizeof *store);
  garco_header *view = &store->view;
  view->system = 'G';
  view->interval = NAN;
  for (size_t i = 0; i < 3; i++)
    view->position[i] = view->antenna_delta[i] = NAN;
  view->first_obs_ms = view->last_obs_ms = INT64_MIN;
  view->leap_seconds = INT32_MIN;
  memset (view->glonass_channel, GARCO_FCN_UNKNOWN, sizeof view->glonass_channel);
  for (size_t i = 0; i < GARCO_SYSTEM_COUNT; i++)
    store->lists[i].declared = -1;
  store->listing = -1;
}

static void
read_texts (garco_header *view, garco__item item, garco__line line)
{
  switch (item)
  {
  case GARCO__ITEM_MARKER_NAME:
    copy_text (view->marker_name, sizeof view->marker_name, line, 0, 60);
    break;
  case GARCO__ITEM_MARKER_NUMBER:
    copy_text (view->marker_number, sizeof view->marker_number, line, 0, 20);
    break;
  case GARCO__ITEM_OBSERVER:
    copy_text (view->observer, sizeof view->observer, line, 0, 20);
    copy_text (view->agency, sizeof view->agency, line, 20, 40);
    break;
  case GARCO__ITEM_RECEIVER:
    for (size_t i = 0; i < 3; i++)
      copy_text (view->receiver[i], sizeof view->receiver[i], line, 20 * i, 20);
    break;
  default:
    for (size_t i = 0; i < 2; i++)
      copy_text (view->antenna[i], sizeof view->antenna[i], line, 20 * i, 20);
    break;
  }
}

static void
read_numbers (garco__header_store *store, garco__item item, garco__line line)
{
  garco_header *view = &store->view;
  garco__line first = garco__cut (line, 0, item == GARCO__ITEM_INTERVAL ? 20 : 6);
  int number = 0;
  garco__found found = item == GARCO__ITEM_INTERVAL
                           ? garco__read_double (first.text, first.size, &view->interval)
                           : garco__read_int (first.text, first.size, &number);
  if (item == GARCO__ITEM_LEAP_SECONDS && found == GARCO__VALUE)
    view->leap_seconds = number;
  else if (item == GARCO__ITEM_CLOCK_APPLIED)
    view->clock_applied = found == GARCO__VALUE && number == 1;
}

garco_status
garco__header_take (garco__header_store *store, garco__item item, garco__line line, int64_t number,
                    garco_error *error)
{
  garco_header *view = &store->view;
  switch (item)
  {
  case GARCO__ITEM_NONE:
  case GARCO__ITEM_COMMENT:
  case GARCO__ITEM_CRINEX_PROGRAM:
  case GARCO__ITEM_END:
    return GARCO_OK;
  case GARCO__ITEM_CRINEX_VERSION:
    return read_crinex_version (store, line, error);
  case GARCO__ITEM_VERSION:
    return read_version (store, line, error);
  case GARCO__ITEM_TYPES2:
    return view->version < 300 ? read_types2 (store, line, number, error) : GARCO_OK;
  case GARCO__ITEM_TYPES3:
    return view->version >= 300 ? read_types3 (store, line, number, error) : GARCO_OK;
  case GARCO__ITEM_SCALE:
    return read_scale (store, line, error);
  case GARCO__ITEM_POSITION:
    read_three (view->position, line);
    break;
  case GARCO__ITEM_DELTA:
    read_three (view->antenna_delta, line);
    break;
  case GARCO__ITEM_FIRST_OBS:
    read_time (store, &view->first_obs_ms, line);
    break;
  case GARCO__ITEM_LAST_OBS:
    read_time (store, &view->last_obs_ms, line);
    break;
  case GARCO__ITEM_SLOTS:
    read_slots (store, line);
    break;
  case GARCO__ITEM_INTERVAL:
  case GARCO__ITEM_CLOCK_APPLIED:
  case GARCO__ITEM_LEAP_SECONDS:
    read_numbers (store, item, line);
    break;
  default:
    read_texts (view, item, line);
    break;
  }
  store->changed = true;
  return GARCO_OK;
}

/* The first list whose count is another than its length, complained of once. */
static garco_status
check_counts (garco__header_store *store, garco_error *error)
{
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    garco__type_list *list = &store->lists[s];
    int declared = list->declared;
    list->declared = -1;
    if (declared >= 0 && (uint32_t)declared != list->count)
    {
      char system[8];
      snprintf (system, sizeof system, " for %c", garco_system_letter ((int)s));
      return garco__fail_line (error, GARCO_ERR_CORRUPT, NULL, list->line,
                               "%d observation types declared%s and %u listed, expected as many "
                               "as declared",
                               declared, store->view.version < 300 ? "" : system, list->count);
    }
  }
  return GARCO_OK;
}

garco_status
garco__header_publish (garco__header_store *store, garco_error *error)
{
  garco_header *view = &store->view;
  apply_factors (store);
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    const garco__type_list *list = &store->lists[view->version < 300 ? 0 : s];
    view->types[s] = (garco_types){list->count, (const char (*)[4])list->codes, list->scale};
  }
  if (view->time_system[0] == '\0')
    memcpy (view->time_system, default_time_system (view->system), 4);
  view->text = (const char *)store->text.data;
  view->text_size = store->text.size;
  return check_counts (store, error);
}

garco_status
garco__header_append_text (garco__header_store *store, garco__line line, garco_error *error)
{
  line = garco__trim_right (line);
  if (store->text.size + line.size + 1 > GARCO__HEADER_LIMIT)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL, "a header of more than %d bytes",
                        GARCO__HEADER_LIMIT);
  GARCO_TRY (garco__buffer_append (&store->text, line.text, line.size, error));
  return garco__buffer_append (&store->text, "\n", 1, error);
}

void
garco__header_free (garco__header_store *store)
{
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
  {
    free (store->lists[s].codes);
    free (store->lists[s].scale);
  }
  free (store->factors);
  garco__buffer_free (&store->text);
  memset (store, 0, sizeof *store);
}
