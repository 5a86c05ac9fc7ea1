/* Runs of regular fields: the vector's reading is the plain one's, and both are what reading field
 * by field gives, values, marks, damage and all.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rinex/rinex_digits.h"
#include "rinex/rinex_reader.h"
#include "rinex_dump.h"
#include "test_random.h"

#define FIELDS 21 /* of a line at most */

/* Reads nothing, so that all is read field by field. */
static size_t
run_nothing (const char *text, size_t size, size_t count, int64_t *values, char *marks,
             size_t *length)
{
  (void)text, (void)size, (void)values, (void)marks;
  *length = SIZE_MAX;
  return count > 0 ? 0 : count;
}

/* The plainest first. */
static const garco__run_fn twins[] = {
    garco__run_plain,
#ifdef GARCO__RUN_VECTORS
    garco__run_avx2,
    garco__run_avx512,
#endif
};
#define TWINS (sizeof twins / sizeof *twins)

/* The twins that this processor can run. */
static size_t
twins_here (void)
{
  size_t count = 1;
#ifdef GARCO__RUN_VECTORS
  count += garco__run_has_avx2 ();
  count += count == 2 && garco__run_has_avx512 ();
#endif
  return count;
}

/* ---------------------------------------------------------------- single fields */

#define NOT_REGULAR (GARCO_MISSING + 1)

static const struct
{
  char text[17];
  int64_t value;
} singles[] = {
    {"              45", GARCO_MISSING},
    {"                ", GARCO_MISSING},
    {"          .000  ", 0},
    {"         0.000  ", 0},
    {"        -0.000  ", 0},
    {"          .123 7", 123},
    {"         -.12347", -123},
    {"  23456789.12347", 23456789123},
    {"9999999999.99999", GARCO__VALUE_MAX},
    {"-999999999.999  ", GARCO__VALUE_MIN},
    {"0000000000.001  ", 1},
    {"       -12.345 0", -12345},
    {"      - 12.345  ", NOT_REGULAR},
    {"      --12.345  ", NOT_REGULAR},
    {"      1 12.345  ", NOT_REGULAR},
    {"      1-12.345  ", NOT_REGULAR},
    {"      -   .345  ", NOT_REGULAR},
    {"        12 345  ", NOT_REGULAR},
    {"        12.3 5  ", NOT_REGULAR},
    {"        12.34   ", NOT_REGULAR},
    {"        12.3-5  ", NOT_REGULAR},
    {"        12-345  ", NOT_REGULAR},
    {"        1..345  ", NOT_REGULAR},
    {"        12.345x ", NOT_REGULAR},
    {"        12.345 x", NOT_REGULAR},
    {"        12.345- ", NOT_REGULAR},
    {"        12.345.5", NOT_REGULAR},
    {"          .     ", NOT_REGULAR},
    {"         -      ", NOT_REGULAR},
    {"             1  ", NOT_REGULAR},
    {"              x ", NOT_REGULAR},
    {"       12.345   ", NOT_REGULAR},
    {"         12.345 ", NOT_REGULAR},
    {"       1\xb2.345  ", NOT_REGULAR},
    {"  \xa0     12.345  ", NOT_REGULAR},
    {"       /12.345  ", NOT_REGULAR},
    {"       :12.345  ", NOT_REGULAR},
    {"       1:.345  ", NOT_REGULAR},
};

/* The field at each place of a line of seven. */
static void
test_single_fields (void **state)
{
  (void)state;
  for (size_t s = 0; s < sizeof singles / sizeof *singles; s++)
    for (size_t t = 0; t < twins_here (); t++)
      for (size_t place = 0; place < 7; place++)
      {
        char text[7 * 16 + 1 + GARCO__RUN_BEHIND], marks[2 * (7 + GARCO__RUN_SPARE)];
        int64_t values[7 + GARCO__RUN_SPARE];
        size_t length;
        for (size_t i = 0; i < 7; i++)
          memcpy (text + 16 * i, i == place ? singles[s].text : "      1000.00121", 16);
        memset (text + 7 * 16, '\n', 1 + GARCO__RUN_BEHIND);
        size_t read = twins[t](text, 7 * 16 + 1, 7, values, marks, &length);
        if (singles[s].value == NOT_REGULAR)
        {
          assert_true (read <= place);
          continue;
        }
        assert_int_equal (read, 7);
        assert_int_equal (values[place], singles[s].value);
        assert_memory_equal (marks + 2 * place, singles[s].text + 14, 2);
        for (size_t i = 0; i < 7; i++)
          assert_int_equal (values[i], i == place ? singles[s].value : INT64_C (1000001));
      }
}

/* ---------------------------------------------------------------- random lines */

/* A field as writers print it, now and then without a value. */
static void
print_field (char *at)
{
  char marks[2] = {"  0123456789"[draw (12)], "  0123456789"[draw (12)]};
  int64_t value = (int64_t)(draw ((uint64_t)GARCO__VALUE_MAX + 1) >> draw (43));
  if (draw (2) == 0 && value <= -GARCO__VALUE_MIN)
    value = -value;
  if (draw (4) == 0)
    garco__put_no_value (at, marks);
  else
    garco__put_value (at, value, draw (2) == 0, marks);
}

/* A line of regular fields, trimmed as most are, at times cut anywhere; gives its length. */
static size_t
print_fields (char *text, size_t count)
{
  for (size_t i = 0; i < count; i++)
    print_field (text + 16 * i);
  size_t size = 16 * count;
  if (count > 0 && draw (4) == 0)
    size -= draw (size);
  while (size > 0 && text[size - 1] == ' ' && draw (50) != 0)
    size--;
  return size;
}

/* One change of one byte, mostly to one that fields have; never to NUL, which salvage looks for in
 * the pieces that it is fed. */
static void
damage (char *text, size_t size)
{
  static const char usual[] = " -.0123456789+\r:/x";
  if (size > 0)
    text[draw (size)] = draw (5) == 0 ? (char)(1 + draw (255)) : usual[draw (sizeof usual - 1)];
}

/* What garco__obs_read makes of a line by one way. */
struct reading
{
  garco__obs obs;
  garco__field_problem problem;
};

static void
read_by (garco__run_fn run, const char *text, size_t size, size_t count, bool cut,
         struct reading *reading)
{
  garco__obs_init (&reading->obs);
  reading->obs.run = run;
  assert_int_equal (garco__obs_reserve (&reading->obs, count, NULL), GARCO_OK);
  reading->problem = garco__obs_read (&reading->obs, 0, count, (garco__line){text, size}, 0, cut);
}

static void
expect_same (const struct reading *a, const struct reading *b, size_t count, const char *text)
{
  const char *none = "none";
  if (a->problem.what != b->problem.what || a->problem.column != b->problem.column ||
      a->problem.cut != b->problem.cut)
    fail_msg ("\"%s\": %s, column %zu, and %s, column %zu", text,
              a->problem.what != NULL ? a->problem.what : none, a->problem.column,
              b->problem.what != NULL ? b->problem.what : none, b->problem.column);
  if (a->problem.what != NULL && !a->problem.cut)
    return;
  assert_memory_equal (a->obs.values, b->obs.values, count * sizeof *a->obs.values);
  assert_memory_equal (a->obs.indicators, b->obs.indicators, 2 * count);
}

static void
test_random_lines (void **state)
{
  (void)state;
  static struct reading want, got;
  char text[16 * FIELDS + GARCO__RUN_BEHIND + 1] = "";
  size_t whole = 0;
  for (int round = 0; round < 200000; round++)
  {
    size_t printed = draw (FIELDS + 1), count = draw (3) > 0 ? printed : draw (FIELDS + 1), length;
    size_t size = print_fields (text, printed);
    for (uint64_t n = draw (3); n > 0; n--)
      damage (text, size);
    memset (text + size, '\0', sizeof text - size);
    for (char *end; (end = memchr (text, '\n', size)) != NULL;)
      *end = '\t'; /* lines hold none */
    bool cut = draw (4) == 0;
    read_by (run_nothing, text, size, count, cut, &want);
    for (size_t t = 0; t < twins_here (); t++)
    {
      read_by (twins[t], text, size, count, cut, &got);
      expect_same (&want, &got, count, text);
      size_t read = twins[t](text, size, count, got.obs.values, got.obs.indicators, &length);
      whole += read == count;
      garco__obs_free (&got.obs);
    }
    garco__obs_free (&want.obs);
  }
  assert_true (whole > 40000); /* it was the runs that read most */
}

/* Undamaged lines are read whole, to their LF. */
static void
test_regular_lines (void **state)
{
  (void)state;
  char text[16 * FIELDS + 1 + GARCO__RUN_BEHIND], marks[TWINS][2 * (FIELDS + GARCO__RUN_SPARE)];
  int64_t values[TWINS][FIELDS + GARCO__RUN_SPARE];
  for (int round = 0; round < 100000; round++)
  {
    size_t count = draw (FIELDS + 1), length, size;
    do
      size = print_fields (text, count);
    while (size % 16 > 0 && size % 16 < 14); /* a value that the cut spoils, or a part of blanks */
    memset (text + size, '\n', sizeof text - size);
    for (size_t t = 0; t < twins_here (); t++)
    {
      assert_int_equal (twins[t](text, size + 1 + draw (3), count, values[t], marks[t], &length),
                        count);
      assert_int_equal (length, size == 16 * count ? SIZE_MAX : size);
      assert_memory_equal (values[t], values[0], count * sizeof *values[0]);
      assert_memory_equal (marks[t], marks[0], 2 * count);
    }
  }
}

/* ---------------------------------------------------------------- whole texts */

/* All that a reader gives, by one way. */
static void
dump_by (garco__run_fn run, const garco__buffer *text, bool salvage, size_t piece,
         garco__buffer *out)
{
  garco_error error;
  garco_epoch epoch;
  garco_reader *reader;
  garco_reader_options options = {salvage, dump_damage, out, NULL};
  garco_status status = GARCO_AGAIN;
  assert_ok (garco_reader_new (&options, &reader, &error), &error);
  reader->obs->run = run;
  for (size_t at = 0; status == GARCO_AGAIN; at += piece)
  {
    piece = text->size - at < piece ? text->size - at : piece;
    assert_ok (garco_reader_feed (reader, text->data + at, piece, &error), &error);
    if (at + piece == text->size)
      garco_reader_finish (reader);
    while ((status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
    {
      garco__raw raw = garco__reader_raw (reader);
      dump_epoch (out, &epoch);
      garco__buffer_append (out, epoch.names, 3 * epoch.nsats, NULL);
      garco__buffer_print (out, NULL, " line %" PRId64 "\n", epoch.line);
      garco__buffer_append (out, epoch.text, epoch.text_size, NULL);
      garco__buffer_append (out, raw.text, raw.text != NULL ? raw.size : 0, NULL);
    }
  }
  if (status < 0)
    garco__buffer_print (out, NULL, "!! %" PRId64 ": %s\n", error.line, error.message);
  garco__buffer_print (out, NULL, "%" PRId64 " damaged, %" PRId64 " lost\n",
                       garco_reader_damaged (reader), garco_reader_epochs_lost (reader));
  garco__buffer_append (out, "", 1, NULL);
  garco_reader_free (&reader);
}

static void
check_text (const garco__buffer *text, size_t piece)
{
  for (int salvage = 0; salvage < 2; salvage++)
  {
    garco__buffer want = {0}, got = {0};
    dump_by (run_nothing, text, salvage, text->size, &want);
    for (size_t t = 0; t < twins_here (); t++)
    {
      got.size = 0;
      dump_by (twins[t], text, salvage, piece, &got);
      assert_string_equal ((char *)got.data, (char *)want.data);
    }
    garco__buffer_free (&want);
    garco__buffer_free (&got);
  }
}

/* Some epochs of GPS and GLONASS with up to `most` satellites. */
static void
print_text (garco__buffer *text, size_t epochs, size_t most)
{
  char line[16 * FIELDS + 1];
  text->size = 0;
  garco__buffer_print (text, NULL, "%s",
                       VERSION_3
                       "G    7 C1C L1C D1C S1C C2W L2W S2W                          SYS / # / OBS "
                       "TYPES\n"
                       "R    2 C1C S1C                                              SYS / # / OBS "
                       "TYPES\n" END_OF_HEADER);
  for (size_t e = 0; e < epochs; e++)
  {
    size_t sats = draw (most + 1);
    garco__buffer_print (text, NULL, "> 2024 01 01 00 %02zu  0.0000000  0%3zu\n", e, sats);
    for (size_t i = 0; i < sats; i++)
    {
      char letter = i % 3 == 2 ? 'R' : 'G';
      int size = (int)print_fields (line, letter == 'R' ? 2 : 7);
      garco__buffer_print (text, NULL, "%c%02zu%.*s\n", letter, i + 1, size, line);
    }
  }
}

/* Damage anywhere, also to what lies between the fields. */
static void
test_random_texts (void **state)
{
  (void)state;
  garco__buffer text = {0};
  for (int round = 0; round < 4000; round++)
  {
    print_text (&text, 4, 6);
    for (uint64_t n = draw (3); n > 0; n--)
    {
      size_t at = 300 + draw (text.size - 300);
      if (draw (3) > 0)
        damage ((char *)text.data + at, 1);
      else
        text.data[at] = (uint8_t) "\n>RG\r"[draw (5)];
    }
    if (draw (4) == 0)
      text.size -= draw (40);
    check_text (&text, 1 + draw (text.size));
  }
  garco__buffer_free (&text);
}

static void
test_real_file (void **state)
{
  (void)state;
  char path[1024];
  garco__source *source;
  garco_error error;
  garco__buffer text = {0};
  const uint8_t *bytes;
  size_t size;
  test_data_path ("rinex/CEDA00USA_R_20182100000_23H_15S_MO.rnx.gz", path, sizeof path);
  assert_ok (garco__source_open (path, NULL, &source, &error), &error);
  while (garco__source_read (source, &bytes, &size, &error) == GARCO_OK && text.size < 4000000)
    garco__buffer_append (&text, bytes, size, NULL);
  garco__source_free (&source);
  check_text (&text, 10007);
  garco__buffer_free (&text);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_single_fields), cmocka_unit_test (test_random_lines),
      cmocka_unit_test (test_regular_lines), cmocka_unit_test (test_random_texts),
      cmocka_unit_test (test_real_file),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
