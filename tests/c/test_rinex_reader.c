/* The reader as a whole: what it is fed, texts, limits, the header.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "rinex/rinex_reader.h"
#include "rinex_dump.h"

#define E3(time, count) "> 2024 01 01 00 " time ".0000000  0" count "\n"

/* ---------------------------------------------------------------- NUL bytes, texts, limits */

static void
test_nul_bytes (void **state)
{
  (void)state;
  static const char text[] =
      HEADER_3 E3 ("00 00", "  1") "G01" ROW_A "\0\0\0\0" E3 ("00 30", "  1") "G01" ROW_A "\0\0\0";
  garco__buffer out = {0};
  dump (text, sizeof text - 1, true, false, &out);
  assert_string_equal ((char *)out.data, "! 7: NUL bytes, expected text\n"
                                         "! 9: NUL bytes, expected text\n"
                                         "0 2024-01-01T00:00:00.000\n"
                                         "G01 20000000000 100000000123/47\n"
                                         "0 2024-01-01T00:00:30.000\n"
                                         "G01 20000000000 100000000123/47\n");
  garco__buffer_free (&out);
  static const char padded[] = HEADER_3 E3 ("00 00", "  1") "G01" ROW_A "\0\0\0\0";
  dump (padded, sizeof padded - 1, false, false, &out);
  assert_string_equal ((char *)out.data, "0 2024-01-01T00:00:00.000\n"
                                         "G01 20000000000 100000000123/47\n");
  garco__buffer_free (&out);
}

/* What stands behind the dumped epochs' first lines. */
static void
expect_texts (const char *text, const char *want)
{
  garco__buffer out = {0};
  dump (text, strlen (text), false, true, &out);
  assert_string_equal ((char *)out.data, want);
  garco__buffer_free (&out);
}

/* Lists of 12 and 13 satellites of one digit each, as restored lines have them. */
#define TWELVE "G01G02G03G04G05G06G07G08G09G10G11G12"
#define ARCS_12 "3&1\n3&2\n3&3\n3&4\n3&5\n3&6\n3&7\n3&8\n3&9\n3&0\n3&1\n3&2\n"

static void
test_texts (void **state)
{
  (void)state;
  expect_texts (HEADER_2
                "                            4  1\n"
                "splice                                                      COMMENT   \r\n"
                " 24  1  1  0  0  0.0000000  0  0     \n",
                "4 -\n"
                "                            4  1\n"
                "splice                                                      COMMENT\n"
                "0 2024-01-01T00:00:00.000\n"
                " 24  1  1  0  0  0.0000000  0  0\n");
  expect_texts (
      CRINEX_1 VERSION_2
      "     1    C1                                                # / TYPES OF "
      "OBSERV\n" END_OF_HEADER "&24  1  1  0  0  0.0000000  0 13" TWELVE "R13\n3&-1\n" ARCS_12
      "3&3\n"
      "                3             &0&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&\n\n",
      "0 2024-01-01T00:00:00.000 clock -1000\n"
      "G01 1\nG02 2\nG03 3\nG04 4\nG05 5\nG06 6\nG07 7\nG08 8\nG09 9\nG10 0\nG11 1\nG12 2\n"
      "R13 3\n"
      " 24  1  1  0  0  0.0000000  0 13" TWELVE " -.000000001\n"
      "                                R13\n"
      "0 2024-01-01T00:00:30.000\n"
      " 24  1  1  0  0 30.0000000  0  0\n");
}

static void
test_second_header_as_event (void **state)
{
  (void)state;
  expect_texts (HEADER_3 HEADER_3 E3 ("00 00", "  0"),
                "4 - header\n"
                ">                              4  2\n" TYPES_3
                "0 2024-01-01T00:00:00.000\n" E3 ("00 00", "  0"));
}

static void
test_long_line (void **state)
{
  (void)state;
  garco__buffer text = {0}, out = {0};
  garco__buffer_print (&text, NULL, "%sG01" ROW_A "%66000s\nR02" ROW_B "%sG01" ROW_A,
                       HEADER_3 E3 ("00 00", "  3"), "R01", E3 ("00 30", "  1"));
  dump ((char *)text.data, text.size, false, false, &out);
  assert_string_equal ((char *)out.data, "!! 7: a line of more than 65536 bytes\n");
  garco__buffer_free (&out);
  dump ((char *)text.data, text.size, true, false, &out);
  assert_string_equal ((char *)out.data,
                       "! 7: a line of more than 65536 bytes left out\n"
                       "! 5: an epoch of 3 satellites with 1 satellite lines, expected 3\n"
                       "0 2024-01-01T00:00:00.000\n"
                       "G01 20000000000 100000000123/47\n"
                       "0 2024-01-01T00:00:30.000\n"
                       "G01 20000000000 100000000123/47\n");
  garco__buffer_free (&text);
  garco__buffer_free (&out);
}

/* Behind a hole may be another epoch's lines, and what fits the columns need not be whole. */
static void
test_holes (void **state)
{
  (void)state;
  static const struct sample holes[] = {
      {"in RINEX 3, over the next epoch's begin",
       HEADER_3 E3 ("00 00", "  2") "G01" ROW_A "R0\1R02" ROW_B E3 ("00 30", "  0"), NULL,
       "! 7: NUL bytes, expected text\n"
       "! 5: an epoch of 2 satellites with 1 satellite lines, expected 2\n"
       "0 2024-01-01T00:00:00.000\n"
       "G01 20000000000 100000000123/47\n"
       "0 2024-01-01T00:00:30.000\n"},
      {"in RINEX 2, of one field",
       HEADER_2 " 24  1  1  0  0  0.0000000  0  2G01G02\n" ROW_A "\1   100000000.12347\n"
                " 24  1  1  0  0 30.0000000  0  1G01\n" ROW_A,
       NULL,
       "! 6: NUL bytes, expected text\n"
       "! 4: text is lost within an epoch, expected 3 lines and found 2\n"
       "0 2024-01-01T00:00:00.000\n"
       "G01 20000000000 100000000123/47\n"
       "0 2024-01-01T00:00:30.000\n"
       "G01 20000000000 100000000123/47\n"},
      {"in Hatanaka text",
       CRINEX_1 HEADER_2 "&24  1  1  0  0  0.0000000  0  2G01G02\n"
                         "\n"
                         "3&1 3&2\n"
                         "3&3 3&4\n"
                         "                3\n"
                         "\n"
                         "1 1\n"
                         "1\1 1\n"
                         "&24  1  1  0  2  0.0000000  0  1G01\n"
                         "\n"
                         "3&1\n",
       NULL,
       "! 13: NUL bytes, expected text\n"
       "0 2024-01-01T00:00:00.000\n"
       "G01 1 2\n"
       "G02 3 4\n"
       "! 10: text is lost within an epoch, expected 4 lines and found 3\n"
       "0 2024-01-01T00:02:00.000\n"
       "G01 1 -\n"},
  };
  for (size_t i = 0; i < sizeof holes / sizeof *holes; i++)
  {
    garco__buffer text = {0}, out = {0};
    for (const char *p = holes[i].text; *p != '\0'; p++)
      garco__buffer_append (&text, *p == '\1' ? "\0\0\0\0" : p, *p == '\1' ? 4 : 1, NULL);
    dump ((char *)text.data, text.size, true, false, &out);
    assert_string_equal ((char *)out.data, holes[i].salvaged);
    garco__buffer_free (&text);
    garco__buffer_free (&out);
  }
}

/* A reader that is fed `piece` over and over behind `head`: what it says at last, and the bytes
 * that it held at most. */
static garco_status
feed_often (const char *head, const garco__buffer *piece, size_t times, bool salvage, size_t *held,
            garco_error *error)
{
  garco_reader_options options = {.salvage = salvage};
  garco_reader *reader;
  garco_epoch epoch;
  garco_status status;
  *held = 0;
  assert_ok (garco_reader_new (&options, &reader, error), error);
  assert_ok (garco_reader_feed (reader, head, strlen (head), error), error);
  while ((status = garco_reader_next (reader, &epoch, error)) == GARCO_OK)
    continue;
  for (size_t i = 0; i < times && status == GARCO_AGAIN; i++)
  {
    assert_ok (garco_reader_feed (reader, piece->data, piece->size, error), error);
    status = garco_reader_next (reader, &epoch, error);
    size_t now =
        reader->lines.bytes.capacity + reader->lines.capacity * sizeof *reader->lines.spans;
    *held = now > *held ? now : *held;
  }
  garco_reader_free (&reader);
  return status;
}

/* Blank lines at the end of Hatanaka text are gone when they have been seen, however many. */
static void
test_blank_lines_without_end (void **state)
{
  (void)state;
  garco__buffer piece = {0};
  garco_error error;
  size_t held;
  garco__buffer_print (&piece, NULL, "%65536s", "");
  memset (piece.data, '\n', piece.size);
  assert_int_equal (feed_often (CRINEX_3 HEADER_3 E3 ("00 00", "  1      G01") "\n3&5 3&1000\n",
                                &piece, 200, false, &held, &error),
                    GARCO_AGAIN);
  assert_true (held < 4000000);
  garco__buffer_free (&piece);
}

/* A record whose lines are far too long is given up before it fills the memory. */
static void
test_long_record (void **state)
{
  (void)state;
  garco__buffer piece = {0};
  garco_error error;
  size_t held;
  garco__buffer_print (&piece, NULL, "%65000s\n", "G01");
  assert_int_equal (feed_often (HEADER_3 E3 ("00 00", "999"), &piece, 999, false, &held, &error),
                    GARCO_ERR_LIMIT);
  assert_int_equal (error.line, 5);
  assert_string_equal (error.message,
                       "a record of more than 16777216 bytes, 1000 lines of it expected");
  assert_true (held < 40000000);
  garco__buffer_free (&piece);
}

/* 200 MB without a line end, or of NUL bytes, take no memory. */
static void
test_endless_line (void **state)
{
  (void)state;
  static const char *const heads[] = {HEADER_3 E3 ("00 00", "  2") "G01" ROW_A, SAMPLE_2,
                                      SAMPLE_CRINEX_1};
  garco_error error;
  size_t held;
  for (size_t i = 0; i < 6; i++)
  {
    garco__buffer piece = {0};
    assert_ok (garco__buffer_reserve (&piece, 100000, &error), &error);
    memset (piece.data, i < 3 ? 'x' : 0, 100000);
    piece.size = 100000;
    assert_int_equal (feed_often (heads[i % 3], &piece, 2000, true, &held, &error), GARCO_AGAIN);
    assert_true (held < 500000);
    garco__buffer_free (&piece);
  }
}

/* As many types as a line can name, and a line of 999 fields. */
static void
test_wide (void **state)
{
  (void)state;
  garco__buffer text = {0}, out = {0};
  garco__buffer_print (&text, NULL, "%s", VERSION_3);
  for (int i = 0; i < 999; i += 13)
  {
    garco__buffer_print (&text, NULL, i == 0 ? "G  999" : "      ");
    for (int j = i; j < i + 13; j++)
      garco__buffer_print (&text, NULL, j < 999 ? " S1C" : "    ");
    garco__buffer_print (&text, NULL, "  SYS / # / OBS TYPES\n");
  }
  garco__buffer_print (&text, NULL, "%s%sG01", END_OF_HEADER, E3 ("00 00", "  1"));
  for (int i = 0; i < 999; i++)
    garco__buffer_print (&text, NULL, "%10d.000 5", i);
  garco__buffer_print (&text, NULL, "\n");
  dump ((char *)text.data, text.size, false, false, &out);
  garco__buffer want = {0};
  garco__buffer_print (&want, NULL, "0 2024-01-01T00:00:00.000\nG01 0/_5");
  for (int i = 1; i < 999; i++)
    garco__buffer_print (&want, NULL, " %d000/_5", i);
  garco__buffer_append (&want, "\n", 2, NULL);
  assert_string_equal ((char *)out.data, (char *)want.data);
  garco__buffer_free (&text);
  garco__buffer_free (&out);
  garco__buffer_free (&want);
}

static int
cancel (void *context, const garco_error *damage)
{
  (void)damage;
  return ++*(int *)context == 2;
}

static void
test_cancel (void **state)
{
  (void)state;
  static const char text[] = HEADER_3 "junk\n" E3 ("00 00", "  0") "junk\n" E3 ("00 30", "  0");
  int calls = 0;
  garco_error error;
  garco_epoch epoch;
  garco_reader *reader;
  garco_reader_options options = {true, cancel, &calls, "somewhere"};
  assert_ok (garco_reader_new (&options, &reader, &error), &error);
  assert_ok (garco_reader_feed (reader, text, strlen (text), &error), &error);
  garco_reader_finish (reader);
  assert_int_equal (garco_reader_next (reader, &epoch, &error), GARCO_OK);
  assert_int_equal (garco_reader_next (reader, &epoch, &error), GARCO_ERR_CANCELLED);
  assert_string_equal (error.source, "somewhere");
  assert_int_equal (garco_reader_next (reader, &epoch, &error), GARCO_ERR_ARGUMENT);
  garco_reader_free (&reader);
  assert_null (reader);
}

/* ---------------------------------------------------------------- the header */

#define FULL_HEADER                                                                                \
  VERSION_3                                                                                        \
  "Universit\303\251 de X                                             MARKER NAME\n"               \
  "13504M003                                                   MARKER NUMBER\n"                    \
  "DANNY VAN LOON      D U T / K O S G                         OBSERVER / AGENCY\n"                \
  "R117                ROGUE SNR-8         Meenix 7.8          REC # / TYPE / VERS\n"              \
  "119                 AOAD/M_B        DUTD                    ANT # / TYPE\n"                     \
  "  3899242.6490   396728.6934 -5015081.6508                  APPROX POSITION XYZ\n"              \
  "        0.1050        0.0000        0.0010                  ANTENNA: DELTA H/E/N\n"             \
  "    30                                                      INTERVAL\n"                         \
  "G   14 C1C L1C D1C S1C C2S L2S D2S S2S C2W L2W D2W S2W C5Q  SYS / # / OBS TYPES\n"              \
  "       L2                                                   SYS / # / OBS TYPES\n"              \
  "R    2 C1C L1C                                              SYS / # / OBS TYPES\n"              \
  "G   10  2 C1C S1C                                           SYS / SCALE FACTOR\n"               \
  "          L2                                                SYS / SCALE FACTOR\n"               \
  "R  100                                                      SYS / SCALE FACTOR\n"               \
  "G L2S -0.25000  01 G07                                      SYS / PHASE SHIFT\n"                \
  "  2010     3     5     0     0    0 .0000000    GPS         TIME OF FIRST OBS\n"                \
  "  2010    03    05    23    59   30.000000                  TIME OF LAST OBS\n"                 \
  "     1                                                      RCV CLOCK OFFS APPL\n"              \
  "  3 R11 -5R19 +3R23 -6                                      GLONASS SLOT / FRQ #\n"             \
  "    15    15  1573    64                                    LEAP SECONDS    \n" END_OF_HEADER

static garco_reader *
header_of (const char *text)
{
  garco__buffer out = {0};
  garco_epoch epoch;
  garco_error error;
  garco_reader *reader = reader_of (text, strlen (text), false, &out);
  assert_null (garco_reader_header (reader));
  assert_ok (garco_reader_next (reader, &epoch, &error), &error);
  assert_non_null (garco_reader_header (reader));
  return reader;
}

static void
check_names (const garco_header *header)
{
  assert_string_equal (header->marker_name, "Universit\303\251 de X");
  assert_string_equal (header->marker_number, "13504M003");
  assert_string_equal (header->observer, "DANNY VAN LOON");
  assert_string_equal (header->agency, "D U T / K O S G");
  assert_string_equal (header->receiver[0], "R117");
  assert_string_equal (header->receiver[1], "ROGUE SNR-8");
  assert_string_equal (header->receiver[2], "Meenix 7.8");
  assert_string_equal (header->antenna[0], "119");
  assert_string_equal (header->antenna[1], "AOAD/M_B        DUTD");
}

static void
check_types (const garco_header *header)
{
  assert_int_equal (header->types[0].count, 14);
  assert_string_equal (header->types[0].codes[0], "C1C");
  assert_string_equal (header->types[0].codes[13], "L2");
  assert_int_equal (header->types[0].scale[0], 10);
  assert_int_equal (header->types[0].scale[1], 1);
  assert_int_equal (header->types[0].scale[3], 10);
  assert_int_equal (header->types[0].scale[13], 10);
  assert_int_equal (header->types[1].count, 2);
  assert_int_equal (header->types[1].scale[1], 100);
  assert_int_equal (header->types[3].count, 0);
}

static void
test_header (void **state)
{
  (void)state;
  garco_reader *reader = header_of (FULL_HEADER);
  const garco_header *header = garco_reader_header (reader);
  assert_int_equal (header->version, 304);
  assert_int_equal (header->crinex_version, 0);
  assert_int_equal (header->system, 'M');
  assert_string_equal (header->time_system, "GPS");
  check_names (header);
  check_types (header);
  assert_true (header->position[0] == 3899242.649 && header->position[2] == -5015081.6508);
  assert_true (header->antenna_delta[0] == 0.105 && header->antenna_delta[2] == 0.001);
  assert_true (header->interval == 30.0);
  assert_true (header->first_obs_ms == INT64_C (1267747200000));
  assert_true (header->last_obs_ms == INT64_C (1267833570000));
  assert_int_equal (header->leap_seconds, 15);
  assert_true (header->clock_applied);
  assert_int_equal (header->glonass_channel[11], -5);
  assert_int_equal (header->glonass_channel[19], 3);
  assert_int_equal (header->glonass_channel[23], -6);
  assert_int_equal (header->glonass_channel[1], GARCO_FCN_UNKNOWN);
  assert_int_equal (header->text_size, strlen (FULL_HEADER) - 4); /* four blanks end a line */
  garco_reader_free (&reader);
}

static void
test_bare_header (void **state)
{
  (void)state;
  garco_reader *reader = header_of ("2.1                 OBSERVATION DATA    R                   "
                                    "RINEX VERSION / TYPE\n" TYPES_C1_L1 END_OF_HEADER);
  const garco_header *header = garco_reader_header (reader);
  assert_int_equal (header->version, 210);
  assert_int_equal (header->system, 'R');
  assert_string_equal (header->time_system, "GLO");
  assert_string_equal (header->marker_name, "");
  assert_true (isnan (header->position[1]) && isnan (header->antenna_delta[1]) &&
               isnan (header->interval));
  assert_true (header->first_obs_ms == INT64_MIN && header->leap_seconds == INT32_MIN);
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
    assert_int_equal (header->types[s].count, 2);
  garco_reader_free (&reader);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_nul_bytes),
      cmocka_unit_test (test_holes),
      cmocka_unit_test (test_endless_line),
      cmocka_unit_test (test_texts),
      cmocka_unit_test (test_second_header_as_event),
      cmocka_unit_test (test_long_line),
      cmocka_unit_test (test_blank_lines_without_end),
      cmocka_unit_test (test_long_record),
      cmocka_unit_test (test_wide),
      cmocka_unit_test (test_cancel),
      cmocka_unit_test (test_header),
      cmocka_unit_test (test_bare_header),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
