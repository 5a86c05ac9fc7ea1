/* Damage of every kind at every byte: nothing crashes, nothing hangs, pieces do not matter, and
 * salvage keeps each epoch that the damage does not touch.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "rinex_samples.h"

#define EPOCHS 16

/* What came out of a text. */
struct outcome
{
  garco_status status;
  size_t count;
  struct
  {
    int64_t time_ms;
    uint64_t sum;
  } epochs[256];
  int64_t damaged;
};

static uint64_t
mix (uint64_t sum, const void *bytes, size_t size)
{
  const unsigned char *p = bytes;
  for (size_t i = 0; i < size; i++)
    sum = (sum ^ p[i]) * UINT64_C (1099511628211);
  return sum;
}

static uint64_t
sum_of (const garco_epoch *epoch)
{
  int64_t numbers[] = {epoch->time_ms, epoch->time_ps, epoch->clock_ps, epoch->flag};
  uint64_t sum = mix (UINT64_C (14695981039346656037), numbers, sizeof numbers);
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    const garco_epoch_sat *sat = &epoch->sats[i];
    unsigned char id[2] = {sat->system, sat->number};
    sum = mix (sum, id, 2);
    sum = mix (sum, epoch->values + sat->first, sat->count * sizeof *epoch->values);
    sum = mix (sum, epoch->indicators + 2 * (size_t)sat->first, 2 * (size_t)sat->count);
  }
  return sum;
}

static void
read_text (const char *text, size_t size, bool salvage, size_t piece, struct outcome *outcome)
{
  garco_reader *reader;
  garco_error error;
  garco_epoch epoch;
  garco_reader_options options = GARCO_READER_OPTIONS_INIT;
  size_t at = 0;
  options.salvage = salvage;
  memset (outcome, 0, sizeof *outcome);
  assert_ok (garco_reader_new (&options, &reader, &error), &error);
  for (outcome->status = GARCO_OK; outcome->status >= 0 && outcome->status != GARCO_END;)
  {
    outcome->status = garco_reader_next (reader, &epoch, &error);
    if (outcome->status == GARCO_OK)
    {
      assert_true (outcome->count < 256);
      outcome->epochs[outcome->count].time_ms = epoch.time_ms;
      outcome->epochs[outcome->count++].sum = sum_of (&epoch);
    }
    if (outcome->status != GARCO_AGAIN)
      continue;
    size_t more = size - at < piece ? size - at : piece;
    if (more == 0)
      garco_reader_finish (reader);
    else
    {
      /* In a block of its own size, so that a sanitizer sees a read past it. */
      char *copy = malloc (more);
      assert_non_null (copy);
      memcpy (copy, text + at, more);
      assert_ok (garco_reader_feed (reader, copy, more, &error), &error);
      free (copy);
    }
    at += more;
  }
  if (outcome->status < 0)
    assert_true (error.message[0] != '\0' && strcmp (error.source, "input") == 0);
  outcome->damaged = garco_reader_damaged (reader);
  garco_reader_free (&reader);
}

static bool
has_epoch (const struct outcome *outcome, uint64_t sum)
{
  for (size_t i = 0; i < outcome->count; i++)
    if (outcome->epochs[i].sum == sum)
      return true;
  return false;
}

static const struct
{
  const char *name, *text;
} samples[] = {
    {"RINEX 2", SAMPLE_2},
    {"RINEX 3", SAMPLE_3},
    {"Hatanaka 1", SAMPLE_CRINEX_1},
    {"Hatanaka 3", SAMPLE_CRINEX_3},
};

static size_t
body_of (const char *text)
{
  const char *end = strstr (text, "END OF HEADER\n");
  assert_non_null (end);
  return (size_t)(end - text) + strlen ("END OF HEADER\n");
}

/* An input that ends anywhere: its whole epochs come out, of the last one what is whole. */
static void
test_cut_at_every_byte (void **state)
{
  (void)state;
  struct outcome whole, cut, strict;
  for (size_t s = 0; s < sizeof samples / sizeof *samples; s++)
  {
    const char *text = samples[s].text;
    size_t size = strlen (text), body = body_of (text);
    read_text (text, size, false, size, &whole);
    assert_int_equal (whole.status, GARCO_END);
    for (size_t length = 0; length < size; length++)
    {
      read_text (text, length, false, size, &strict);
      read_text (text, length, true, 1 + length % 50, &cut);
      if (length + 1 < body)
        assert_true (cut.status < 0 && strict.status < 0);
      else
        assert_int_equal (cut.status, GARCO_END);
      /* A line that ends behind a whole field may have had more of them: nothing tells. */
      for (size_t i = 0; i + 1 < strict.count; i++)
        assert_true (has_epoch (&whole, strict.epochs[i].sum));
      for (size_t i = 0; i + 1 < cut.count; i++)
        assert_true (has_epoch (&whole, cut.epochs[i].sum));
      if (strict.status < 0 && length >= body)
        assert_true (cut.damaged > 0);
    }
  }
}

/* Where the epochs of a plain text start. */
static size_t
starts_of (const char *text, size_t *starts)
{
  size_t count = 0;
  for (const char *line = text + body_of (text); *line != '\0'; line = strchr (line, '\n') + 1)
    if (line[0] == '>' || strncmp (line, " 10  3  5", 9) == 0)
      starts[count++] = (size_t)(line - text);
  starts[count] = strlen (text);
  return count;
}

/* Every epoch but those that hold the bytes from `at` to `end` is there as in the whole. */
static void
expect_others (const struct outcome *whole, const struct outcome *got, const size_t *starts,
               size_t at, size_t end, const char *damaged)
{
  for (size_t i = 0; i < whole->count; i++)
  {
    if (at < starts[i + 1] && end > starts[i])
      continue;
    if (!has_epoch (got, whole->epochs[i].sum))
      fail_msg ("epoch %zu is lost by damage at byte %zu of\n%s", i, at, damaged);
  }
}

static void
damage_and_check (const char *text, const struct outcome *whole, const size_t *starts, size_t at,
                  int with)
{
  size_t size = strlen (text);
  struct outcome got, pieces;
  char *damaged = malloc (size + 2);
  assert_non_null (damaged);
  memcpy (damaged, text, size + 1);
  size_t end = at + 1;
  if (with == -1) /* the byte goes */
  {
    memmove (damaged + at, damaged + at + 1, size - at);
    size--;
  }
  else if (with == -2) /* a line end comes before it */
  {
    memmove (damaged + at + 1, damaged + at, size - at + 1);
    damaged[at] = '\n';
    size++;
  }
  else
    damaged[at] = (char)with;
  if (text[at] == '\n') /* the line behind it is damaged too */
    end++;
  read_text (damaged, size, true, size, &got);
  assert_int_equal (got.status, GARCO_END);
  if (starts != NULL)
    expect_others (whole, &got, starts, at, end, damaged);
  read_text (damaged, size, true, 13, &pieces);
  assert_memory_equal (&got, &pieces, sizeof got);
  free (damaged);
}

static void
test_damage_at_every_byte (void **state)
{
  (void)state;
  static const int bytes[] = {' ',  '9', '0', 'x', '.', '-', '\n', '\r',
                              '\t', '>', '&', 0,   255, -1,  -2};
  struct outcome whole;
  for (size_t s = 0; s < sizeof samples / sizeof *samples; s++)
  {
    const char *text = samples[s].text;
    size_t size = strlen (text), starts[EPOCHS + 1];
    bool plain = strncmp (samples[s].name, "RINEX", 5) == 0;
    read_text (text, size, false, size, &whole);
    if (plain)
      assert_int_equal (starts_of (text, starts), whole.count);
    for (size_t at = body_of (text); at < size; at++)
      for (size_t b = 0; b < sizeof bytes / sizeof *bytes; b++)
        damage_and_check (text, &whole, plain ? starts : NULL, at, bytes[b]);
  }
}

/* `text` with the line at `at` replaced by one of `size` bytes of `fill`. */
static char *
with_long_line (const char *text, size_t at, size_t size, char fill)
{
  const char *end = strchr (text + at, '\n');
  assert_non_null (end);
  char *made = malloc (at + size + strlen (end) + 1);
  assert_non_null (made);
  memcpy (made, text, at);
  memset (made + at, fill, size);
  strcpy (made + at + size, end);
  return made;
}

/* How many epochs of Hatanaka text are whole before the line at `at`. */
static size_t
epochs_before (const char *text, size_t at)
{
  struct outcome before;
  read_text (text, at, true, at, &before);
  return before.count;
}

static void
check_long_line (size_t s, const struct outcome *whole, const size_t *starts, size_t at, char fill)
{
  const char *text = samples[s].text;
  size_t length = strcspn (text + at, "\n");
  char *made = with_long_line (text, at, fill == 'x' ? 65537 : 200000, fill);
  struct outcome strict, got, pieces;
  read_text (made, strlen (made), false, 1000000, &strict);
  assert_int_equal (strict.status, GARCO_ERR_LIMIT);
  read_text (made, strlen (made), true, 1000000, &got);
  assert_int_equal (got.status, GARCO_END);
  assert_true (got.damaged > 0);
  read_text (made, strlen (made), true, 1000, &pieces);
  assert_memory_equal (&got, &pieces, sizeof got);
  if (starts != NULL)
    expect_others (whole, &got, starts, at, at + length, "a line too long");
  else
  {
    size_t before = epochs_before (text, at);
    for (size_t i = 0; i < got.count; i++)
      assert_true (has_epoch (whole, got.epochs[i].sum));
    for (size_t i = 0; i < before; i++)
      assert_true (got.epochs[i].sum == whole->epochs[i].sum);
    /* Behind the event, which is the sample's last but one, all starts anew. */
    if (s == 2 && strstr (text + at, "hello") != NULL && text[at] != 'h')
      assert_true (has_epoch (&got, whole->epochs[whole->count - 1].sum));
  }
  free (made);
}

/* Each line in turn is longer than any can be: it costs its own epoch. */
static void
test_line_too_long (void **state)
{
  (void)state;
  struct outcome whole;
  size_t starts[EPOCHS + 1];
  for (size_t s = 0; s < sizeof samples / sizeof *samples; s++)
  {
    const char *text = samples[s].text;
    bool plain = strncmp (samples[s].name, "RINEX", 5) == 0;
    read_text (text, strlen (text), false, 1000, &whole);
    if (plain)
      starts_of (text, starts);
    for (size_t at = body_of (text); text[at] != '\0'; at += strcspn (text + at, "\n") + 1)
      for (const char *fill = "x 9>&"; *fill != '\0'; fill++)
        check_long_line (s, &whole, plain ? starts : NULL, at, *fill);
  }
}

/* Many bytes at random, header and all: it ends, and the same for pieces. */
static void
test_random_damage (void **state)
{
  (void)state;
  struct outcome got, pieces;
  uint64_t seed = 1;
  for (int round = 0; round < 4000; round++)
  {
    const char *text = samples[round % 4].text;
    size_t size = strlen (text);
    char *damaged = malloc (size + 1);
    assert_non_null (damaged);
    memcpy (damaged, text, size + 1);
    for (int i = 0; i < 1 + round % 40; i++)
    {
      seed = seed * UINT64_C (6364136223846793005) + 1442695040888963407;
      size_t at = (size_t)(seed >> 33) % size;
      damaged[at] = i % 3 == 0 ? (char)(seed >> 25) : damaged[(size_t)(seed >> 20) % size];
    }
    bool salvage = round % 3 != 0;
    read_text (damaged, size, salvage, size, &got);
    read_text (damaged, size, salvage, 1, &pieces);
    if (got.status < 0) /* the rest was not fed in pieces */
      got.damaged = pieces.damaged;
    assert_memory_equal (&got, &pieces, sizeof got);
    free (damaged);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_cut_at_every_byte),
      cmocka_unit_test (test_damage_at_every_byte),
      cmocka_unit_test (test_line_too_long),
      cmocka_unit_test (test_random_damage),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
