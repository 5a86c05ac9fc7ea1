/* What a reader gives, written as text:
 *
 *   0 2024-01-01T00:00:00.000 +123ps clock 5     flag, time, what else there is
 *   G01 20000000000/_6 - 5                       values in thousandths, indicators, - for blank
 *   ! 12: message                                damage that salvage reports
 *   !! 12: message                               the error that ends the reading
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_DUMP_H
#define GARCO_RINEX_DUMP_H

#include "test_support.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "rinex_samples.h"

static inline int
dump_damage (void *context, const garco_error *damage)
{
  return garco__buffer_print (context, NULL, "! %" PRId64 ": %s\n", damage->line, damage->message);
}

static inline void
dump_field (garco__buffer *out, int64_t value, const char *indicators)
{
  char l = indicators[0] == ' ' ? '_' : indicators[0];
  char s = indicators[1] == ' ' ? '_' : indicators[1];
  if (value == GARCO_MISSING)
    garco__buffer_print (out, NULL, " -");
  else
    garco__buffer_print (out, NULL, " %" PRId64, value);
  if (l != '_' || s != '_')
    garco__buffer_print (out, NULL, "/%c%c", l, s);
}

static inline void
dump_epoch (garco__buffer *out, const garco_epoch *epoch)
{
  char time[32] = "-";
  if (epoch->time_ms != INT64_MIN)
    garco_time_text (epoch->time_ms, time);
  garco__buffer_print (out, NULL, "%d %s", epoch->flag, time);
  if (epoch->time_ps != 0)
    garco__buffer_print (out, NULL, " +%" PRId64 "ps", epoch->time_ps);
  if (epoch->clock_ps != GARCO_MISSING)
    garco__buffer_print (out, NULL, " clock %" PRId64, epoch->clock_ps);
  garco__buffer_print (out, NULL, epoch->header_changed ? " header\n" : "\n");
  for (size_t s = 0; s < epoch->nsats; s++)
  {
    const garco_epoch_sat *sat = &epoch->sats[s];
    garco__buffer_print (out, NULL, "%c%02d", garco_system_letter (sat->system), sat->number);
    for (size_t i = sat->first; i < (size_t)sat->first + sat->count; i++)
      dump_field (out, epoch->values[i], epoch->indicators + 2 * i);
    garco__buffer_print (out, NULL, "\n");
  }
}

static inline garco_reader *
reader_of (const char *text, size_t size, bool salvage, garco__buffer *out)
{
  garco_error error;
  garco_reader *reader;
  garco_reader_options options = {salvage, dump_damage, out, NULL};
  assert_ok (garco_reader_new (&options, &reader, &error), &error);
  assert_ok (garco_reader_feed (reader, text, size, &error), &error);
  garco_reader_finish (reader);
  return reader;
}

/* The text that comes out; with `texts`, the epochs' own too. */
static inline void
dump (const char *text, size_t size, bool salvage, bool texts, garco__buffer *out)
{
  garco_error error;
  garco_epoch epoch;
  garco_reader *reader = reader_of (text, size, salvage, out);
  garco_status status;
  while ((status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
  {
    dump_epoch (out, &epoch);
    if (texts)
      garco__buffer_append (out, epoch.text, epoch.text_size, NULL);
  }
  if (status < 0)
    garco__buffer_print (out, NULL, "!! %" PRId64 ": %s\n", error.line, error.message);
  garco__buffer_append (out, "", 1, NULL);
  garco_reader_free (&reader);
}

struct sample
{
  const char *name, *text, *strict;
  const char *salvaged; /* NULL: the same */
};

static inline int
check_one (const struct sample *sample, bool salvage)
{
  garco__buffer out = {0};
  const char *want = salvage && sample->salvaged != NULL ? sample->salvaged : sample->strict;
  dump (sample->text, strlen (sample->text), salvage, false, &out);
  int differs = strcmp ((const char *)out.data, want) != 0;
  if (differs)
    print_error ("%s%s: got\n%sexpected\n%s\n", sample->name, salvage ? ", salvaged" : "",
                 (const char *)out.data, want);
  garco__buffer_free (&out);
  return differs;
}

static inline void
check_samples (const struct sample *samples, size_t count)
{
  int wrong = 0;
  for (size_t i = 0; i < count; i++)
    wrong += check_one (&samples[i], false) + check_one (&samples[i], true);
  assert_int_equal (wrong, 0);
}

/* Two satellite lines of C1 and L1, the second with C1 alone. */
#define ROW_A "  20000000.000   100000000.12347\n"
#define ROW_B "  21000000.500\n"

#endif
