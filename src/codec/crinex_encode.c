/* Hatanaka text: differences of texts and numbers between an epoch and the one before it.
 *
 *   &24  1  1  0  0  0.0000000  0  2G01G05      epoch line: & (1.0) or > (3.0) = nothing before it
 *                                               clock line: always there, empty = no clock
 *   3&20000000000 3&105095000000 47             satellite: one token a type, one blank after each,
 *   3&21000000000  4                            then LLI and SSI, two characters a type
 *                  15                           next epoch line: blank = same, & = becomes blank
 *
 *   400000 2101700   8                          tokens are thousandths of the printed unit
 *
 * A token `3&v` starts an arc, of differences up to the third order: the second epoch gives the
 * first difference, the third the second, from the fourth on the third. An empty token is a missing
 * value and ends the arc. rnx2crx starts again where the difference to be written would be near
 * 1e7 units; it takes that difference between hundreds of units cut off toward zero, and so must
 * who wants its bytes.
 *
 * Satellites go on from the epoch before where their three characters are in its list, wherever
 * they stand. Flags are differenced like the epoch line; a satellite that is new begins with blanks
 * in 1.0 and in 3.0 with nothing, so that every blank is written `&`. In 1.0 a missing value resets
 * its two flags to blanks.
 *
 * 3.1 has the picoseconds of RINEX 4.02 behind the clock's token: a blank and their difference to
 * those before, nothing where they stay. An epoch line that begins anew leaves them as they are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "codec/crinex_encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define ORDER 3
#define JUMP 100000        /* hundreds of units */
#define HUNDREDS 100000    /* thousandths in them */
#define MAX_SATELLITES 100 /* RNXCMP's limits */
#define MAX_TYPES 100
#define LOWEST INT64_C (-999999999999)
#define HIGHEST INT64_C (9999999999999)
#define TOKEN_ROOM 24

struct arc
{
  int order; /* of the last token; -1: no arc */
  int64_t differences[ORDER + 1];
  int64_t coarse[ORDER + 1]; /* the same of the hundreds of units */
};

struct satellite
{
  char name[3];
  uint32_t count, first;
};

/* What is left of an epoch for the next one. */
typedef struct epoch_state
{
  struct satellite *satellites;
  size_t nsatellites, satellite_room;
  struct arc *arcs;
  char *flags; /* two a field; NUL: nothing written yet */
  size_t nfields, field_room;
} epoch_state;

struct garco__crinex_encoder
{
  bool modern;           /* 3.0 or 3.1 */
  bool picoseconds_kept; /* 3.1 */
  bool fresh;            /* the next epoch begins anew */
  struct arc clock;
  char picoseconds[5]; /* the last ones */
  garco__buffer line;
  epoch_state now, before;
};

/* ------------------------------------------------------------------ arcs */

static int64_t
advance (int64_t differences[ORDER + 1], int order, int64_t value)
{
  for (int k = 0; k < order; k++)
  {
    int64_t old = differences[k];
    differences[k] = value;
    value -= old;
  }
  differences[order] = value;
  return value;
}

static char *
put_integer (char *at, int64_t value)
{
  char digits[TOKEN_ROOM];
  int count = 0;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do
    digits[count++] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    *at++ = '-';
  while (count > 0)
    *at++ = digits[--count];
  return at;
}

static char *
start_arc (struct arc *arc, int64_t value, char *at)
{
  arc->order = 0;
  arc->differences[0] = value;
  arc->coarse[0] = value / HUNDREDS;
  *at++ = '0' + ORDER;
  *at++ = '&';
  return put_integer (at, value);
}

/* The token of `value`; `jumps` asks for a new arc where the difference is large. */
static char *
put_token (struct arc *arc, int64_t value, bool jumps, char *at)
{
  if (arc->order < 0)
    return start_arc (arc, value, at);
  int order = arc->order < ORDER ? arc->order + 1 : ORDER;
  int64_t coarse = advance (arc->coarse, order, value / HUNDREDS);
  if (jumps && (coarse > JUMP || coarse < -JUMP))
    return start_arc (arc, value, at);
  arc->order = order;
  return put_integer (at, advance (arc->differences, order, value));
}

/* ------------------------------------------------------------------ text differences */

static char
coded (char character)
{
  return character == ' ' ? '&' : character;
}

static void
trim_line (garco__buffer *out, size_t start)
{
  while (out->size > start && out->data[out->size - 1] == ' ')
    out->size--;
  out->data[out->size++] = '\n';
}

/* The epoch line, whole or as its difference to the one before, which it replaces. */
static garco_status
put_line (garco__crinex_encoder *encoder, const char *line, size_t size, garco__buffer *out,
          garco_error *error)
{
  garco__buffer *old = &encoder->line;
  size_t longer = size > old->size ? size : old->size, start = out->size;
  GARCO_TRY (garco__buffer_reserve (out, longer + 2, error));
  char *at = (char *)out->data + start;
  if (encoder->fresh)
  {
    memcpy (at, line, size);
    at[0] = encoder->modern ? '>' : '&';
    longer = size;
  }
  else
    for (size_t i = 0; i < longer; i++)
    {
      char was = i < old->size ? (char)old->data[i] : ' ';
      char is = i < size ? line[i] : ' ';
      at[i] = is == was ? ' ' : coded (is);
    }
  out->size += longer;
  trim_line (out, start);
  old->size = 0;
  return garco__buffer_append (old, line, size, error);
}

/* The end of the clock's line: what has changed in the picoseconds. */
static char *
put_picoseconds (garco__crinex_encoder *encoder, const char picoseconds[5], char *at)
{
  char *old = encoder->picoseconds;
  if (!encoder->picoseconds_kept || memcmp (old, picoseconds, 5) == 0)
    return at;
  *at++ = ' ';
  for (int i = 0; i < 5; i++)
  {
    *at++ = picoseconds[i] == old[i] ? ' ' : coded (picoseconds[i]);
    old[i] = picoseconds[i];
  }
  return at;
}

static garco_status
put_clock (garco__crinex_encoder *encoder, int64_t clock_ps, const char picoseconds[5],
           garco__buffer *out, garco_error *error)
{
  size_t start = out->size;
  GARCO_TRY (garco__buffer_reserve (out, 2 * TOKEN_ROOM, error));
  char *at = (char *)out->data + start;
  if (clock_ps == GARCO_MISSING)
    encoder->clock.order = -1;
  else
  {
    int64_t unit = encoder->modern ? 1 : 1000, second = INT64_C (1000000000000) / unit;
    int64_t value = clock_ps / unit, rest = clock_ps % unit;
    value += (2 * rest >= unit) - (2 * rest <= -unit);
    if (value <= -10 * second || value >= 100 * second)
      return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                          "a clock offset that %d columns cannot hold", encoder->modern ? 15 : 12);
    at = put_token (&encoder->clock, value, false, at);
  }
  at = put_picoseconds (encoder, picoseconds, at);
  out->size = (size_t)(at - (char *)out->data);
  trim_line (out, start);
  return GARCO_OK;
}

/* ------------------------------------------------------------------ satellites */

static garco_status
state_reserve (epoch_state *state, size_t satellites, size_t fields, garco_error *error)
{
  if (satellites > state->satellite_room)
  {
    void *moved = state->satellites;
    GARCO_TRY (garco__reallocate (&moved, satellites, sizeof (struct satellite), error));
    state->satellites = moved;
    state->satellite_room = satellites;
  }
  if (fields > state->field_room || state->arcs == NULL)
  {
    void *arcs = state->arcs, *flags = state->flags;
    GARCO_TRY (garco__reallocate (&arcs, fields, sizeof (struct arc), error));
    state->arcs = arcs;
    GARCO_TRY (garco__reallocate (&flags, fields, 2, error));
    state->flags = flags;
    state->field_room = fields;
  }
  return GARCO_OK;
}

/* The satellite in the epoch before, sought from the place where it stands now. */
static const struct satellite *
find_before (const epoch_state *before, const char *name, size_t guess)
{
  for (size_t i = 0; i < before->nsatellites; i++)
  {
    size_t place = (guess + i) % before->nsatellites;
    if (memcmp (before->satellites[place].name, name, 3) == 0)
      return &before->satellites[place];
  }
  return NULL;
}

static void
start_satellite (garco__crinex_encoder *encoder, struct satellite *now, size_t guess)
{
  const epoch_state *before = &encoder->before;
  const struct satellite *old = find_before (before, now->name, guess);
  struct arc *arcs = encoder->now.arcs + now->first;
  char *flags = encoder->now.flags + 2 * now->first;
  uint32_t kept = old == NULL ? 0 : old->count < now->count ? old->count : now->count;
  if (kept > 0)
  {
    memcpy (arcs, before->arcs + old->first, kept * sizeof (struct arc));
    memcpy (flags, before->flags + 2 * old->first, 2 * (size_t)kept);
  }
  for (uint32_t i = kept; i < now->count; i++)
    arcs[i].order = -1;
  memset (flags + 2 * kept, encoder->modern ? '\0' : ' ', 2 * (size_t)(now->count - kept));
}

/* Replaces the two old flags of a field; writes their difference. */
static char *
put_flags (char *old, const char *flags, char *at)
{
  for (int i = 0; i < 2; i++)
  {
    *at++ = flags[i] == old[i] ? ' ' : coded (flags[i]);
    old[i] = flags[i];
  }
  return at;
}

static garco_status
check_field (const garco__crinex_encoder *encoder, const struct satellite *satellite, int64_t value,
             const char *flags, garco_error *error)
{
  if (value == GARCO_MISSING && !encoder->modern && (flags[0] != ' ' || flags[1] != ' '))
    return garco__fail (
        error, GARCO_ERR_UNSUPPORTED, NULL,
        "%.3s has an indicator beside a blank value, which Hatanaka 1.0 cannot hold",
        satellite->name);
  if (flags[0] == '&' || flags[1] == '&')
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                        "%.3s has an indicator &, which Hatanaka text cannot hold",
                        satellite->name);
  if (value != GARCO_MISSING && (value < LOWEST || value > HIGHEST))
    return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                        "%.3s has a value that 14 columns cannot hold", satellite->name);
  return GARCO_OK;
}

static garco_status
put_satellite (garco__crinex_encoder *encoder, const garco_epoch *epoch, size_t index,
               garco__buffer *out, garco_error *error)
{
  static const char blanks[2] = {' ', ' '};
  const struct satellite *now = &encoder->now.satellites[index];
  const int64_t *values = epoch->values + epoch->sats[index].first;
  const char *flags =
      epoch->indicators != NULL ? epoch->indicators + 2 * (size_t)epoch->sats[index].first : NULL;
  struct arc *arcs = encoder->now.arcs + now->first;
  char *old = encoder->now.flags + 2 * now->first;
  size_t start = out->size;
  GARCO_TRY (garco__buffer_reserve (out, (TOKEN_ROOM + 3) * (size_t)now->count + 1, error));
  char *at = (char *)out->data + start;
  for (uint32_t i = 0; i < now->count; i++)
  {
    GARCO_TRY (check_field (encoder, now, values[i], flags ? flags + 2 * i : blanks, error));
    if (values[i] != GARCO_MISSING)
      at = put_token (&arcs[i], values[i], true, at);
    else
    {
      arcs[i].order = -1;
      if (!encoder->modern)
        memcpy (old + 2 * i, blanks, 2);
    }
    *at++ = ' ';
  }
  for (uint32_t i = 0; i < now->count; i++)
    at = put_flags (old + 2 * i, flags ? flags + 2 * i : blanks, at);
  out->size = (size_t)(at - (char *)out->data);
  trim_line (out, start);
  return GARCO_OK;
}

/* ------------------------------------------------------------------ epochs */

static garco_status
check_epoch (const garco__crinex_encoder *encoder, const garco_epoch *epoch, const char *line,
             size_t size, garco_error *error)
{
  size_t list = encoder->modern ? 41 : 32;
  if (epoch->nsats > MAX_SATELLITES)
    return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                        "an epoch of %zu satellites, Hatanaka text takes %d at most", epoch->nsats,
                        MAX_SATELLITES);
  if (size == 0 || (epoch->nsats > 0 && size != list + 3 * epoch->nsats))
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                        "an epoch line of %zu columns for %zu satellites", size, epoch->nsats);
  if (memchr (line, '&', size) != NULL)
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, NULL,
                        "an epoch line with &, which Hatanaka text cannot hold");
  for (size_t i = 0; i < epoch->nsats; i++)
    if (encoder->modern && epoch->sats[i].count > MAX_TYPES)
      return garco__fail (error, GARCO_ERR_LIMIT, NULL,
                          "a satellite of %u types, Hatanaka text takes %d at most",
                          (unsigned)epoch->sats[i].count, MAX_TYPES);
  return GARCO_OK;
}

/* Makes this epoch's state from the one before. */
static garco_status
begin_state (garco__crinex_encoder *encoder, const garco_epoch *epoch, const char *line,
             garco_error *error)
{
  epoch_state before = encoder->now;
  size_t fields = 0, list = encoder->modern ? 41 : 32;
  encoder->now = encoder->before;
  encoder->before = before;
  if (encoder->fresh)
  {
    encoder->before.nsatellites = 0;
    encoder->clock.order = -1;
  }
  for (size_t i = 0; i < epoch->nsats; i++)
    fields += epoch->sats[i].count;
  GARCO_TRY (state_reserve (&encoder->now, epoch->nsats, fields, error));
  encoder->now.nsatellites = 0;
  encoder->now.nfields = 0;
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    struct satellite *now = &encoder->now.satellites[i];
    memcpy (now->name, line + list + 3 * i, 3);
    if (find_before (&encoder->now, now->name, 0) != NULL)
      return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "%.3s stands twice in an epoch",
                          now->name);
    now->count = epoch->sats[i].count;
    now->first = (uint32_t)encoder->now.nfields;
    encoder->now.nfields += now->count;
    encoder->now.nsatellites++;
    start_satellite (encoder, now, i);
  }
  return GARCO_OK;
}

garco_status
garco__crinex_put_epoch (garco__crinex_encoder *encoder, const garco_epoch *epoch, const char *line,
                         size_t size, const char picoseconds[5], garco__buffer *out,
                         garco_error *error)
{
  GARCO_TRY (check_epoch (encoder, epoch, line, size, error));
  GARCO_TRY (begin_state (encoder, epoch, line, error));
  GARCO_TRY (put_line (encoder, line, size, out, error));
  GARCO_TRY (put_clock (encoder, epoch->clock_ps, picoseconds, out, error));
  for (size_t i = 0; i < epoch->nsats; i++)
    GARCO_TRY (put_satellite (encoder, epoch, i, out, error));
  encoder->fresh = false;
  return GARCO_OK;
}

garco_status
garco__crinex_put_event (garco__crinex_encoder *encoder, const char *text, size_t size,
                         garco__buffer *out, garco_error *error)
{
  if (size == 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "an event without text");
  size_t start = out->size;
  GARCO_TRY (garco__buffer_append (out, text, size, error));
  out->data[start] = encoder->modern ? '>' : '&';
  encoder->fresh = true;
  return GARCO_OK;
}

garco_status
garco__crinex_put_head (const garco__crinex_encoder *encoder, const char *program, const char *date,
                        garco__buffer *out, garco_error *error)
{
  GARCO_TRY (garco__buffer_print (out, error, "%-20s%-40sCRINEX VERS   / TYPE\n",
                                  encoder->picoseconds_kept ? "3.1"
                                  : encoder->modern         ? "3.0"
                                                            : "1.0",
                                  "COMPACT RINEX FORMAT"));
  return garco__buffer_print (out, error, "%-40.40s%-20.20sCRINEX PROG / DATE\n", program, date);
}

garco_status
garco__crinex_encoder_new (int version, garco__crinex_encoder **encoder, garco_error *error)
{
  void *made;
  *encoder = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__crinex_encoder), error));
  *encoder = made;
  (*encoder)->modern = version >= 300;
  (*encoder)->picoseconds_kept = version >= 402;
  memset ((*encoder)->picoseconds, ' ', 5);
  (*encoder)->fresh = true;
  return GARCO_OK;
}

static void
state_free (epoch_state *state)
{
  free (state->satellites);
  free (state->arcs);
  free (state->flags);
}

void
garco__crinex_encoder_free (garco__crinex_encoder **encoder)
{
  if (*encoder == NULL)
    return;
  garco__buffer_free (&(*encoder)->line);
  state_free (&(*encoder)->now);
  state_free (&(*encoder)->before);
  free (*encoder);
  *encoder = NULL;
}
