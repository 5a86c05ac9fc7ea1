/* Hatanaka text against what RNXCMP's rnx2crx 4.1.0 wrote for the same epochs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "codec/crinex_encode.h"

#define NONE GARCO_MISSING
#define MAX_SATS 101

/* One epoch of satellites with `types` values each; `line` is the joined epoch line. */
typedef struct one_epoch
{
  const char *line;
  int64_t clock_ps;
  int64_t values[8];
  const char *indicators; /* without satellites: the picoseconds */
} one_epoch;

static garco_status
put (garco__crinex_encoder *encoder, const one_epoch *from, size_t nsats, uint16_t types,
     garco__buffer *out, garco_error *error)
{
  garco_epoch_sat sats[MAX_SATS];
  garco_epoch epoch = {.clock_ps = from->clock_ps,
                       .nsats = nsats,
                       .sats = sats,
                       .values = from->values,
                       .indicators = from->indicators};
  memset (sats, 0, sizeof sats);
  for (size_t i = 0; i < nsats; i++)
  {
    sats[i].count = types;
    sats[i].first = (uint32_t)i * types;
  }
  return garco__crinex_put_epoch (
      encoder, &epoch, from->line, strlen (from->line),
      nsats == 0 && from->indicators != NULL ? from->indicators : "     ", out, error);
}

/* Encodes epochs whose number of satellites their line tells, and compares. */
static void
expect (int version, const one_epoch *epochs, size_t count, uint16_t types, const char *text)
{
  garco_error error;
  garco__buffer out = {0};
  garco__crinex_encoder *encoder;
  size_t width = version >= 300 ? 41 : 32;
  assert_ok (garco__crinex_encoder_new (version, &encoder, &error), &error);
  for (size_t i = 0; i < count; i++)
  {
    size_t length = strlen (epochs[i].line);
    size_t nsats = length > width ? (length - width) / 3 : 0;
    assert_ok (put (encoder, &epochs[i], nsats, types, &out, &error), &error);
  }
  assert_int_equal (garco__buffer_append (&out, "", 1, NULL), 0);
  assert_string_equal ((const char *)out.data, text);
  garco__buffer_free (&out);
  garco__crinex_encoder_free (&encoder);
  assert_null (encoder);
}

static void
test_order_rises_to_three (void **state)
{
  (void)state;
  static const one_epoch epochs[] = {
      {" 24  1  1  0  0  0.0000000  0  1G01", NONE, {1000000}, NULL},
      {" 24  1  1  0  0 15.0000000  0  1G01", NONE, {1001000}, NULL},
      {" 24  1  1  0  0 30.0000000  0  1G01", NONE, {1004000}, NULL},
      {" 24  1  1  0  1  0.0000000  0  1G01", NONE, {1009000}, NULL},
      {" 24  1  1  0  1 15.0000000  0  1G01", NONE, {1017000}, NULL},
  };
  expect (211, epochs, 5, 1,
          "&24  1  1  0  0  0.0000000  0  1G01\n\n3&1000000\n"
          "                15\n\n1000\n"
          "                30\n\n2000\n"
          "              1 &\n\n0\n"
          "                15\n\n1000\n");
}

/* The edge of a new arc: hundreds of units, cut off toward zero. */
static void
test_jumps (void **state)
{
  (void)state;
  static const one_epoch epochs[] = {
      {" 24  1  1  0  0  0.0000000  0  1G01", NONE, {0}, NULL},
      {" 24  1  1  0  0  1.0000000  0  1G01", NONE, {10000099999}, NULL},
      {" 24  1  1  0  0  2.0000000  0  1G01", NONE, {500}, NULL},
      {" 24  1  1  0  0  3.0000000  0  1G01", NONE, {10000100500}, NULL},
  };
  static const one_epoch negative[] = {
      {" 24  1  1  0  0  0.0000000  0  1G01", NONE, {-99999}, NULL},
      {" 24  1  1  0  0  1.0000000  0  1G01", NONE, {10000099999}, NULL},
  };
  static const one_epoch second_order[] = {
      {" 24  1  1  0  0  0.0000000  0  1G01", NONE, {0}, NULL},
      {" 24  1  1  0  0  1.0000000  0  1G01", NONE, {10000000000}, NULL},
      {" 24  1  1  0  0  2.0000000  0  1G01", NONE, {20000200000}, NULL},
  };
  expect (211, epochs, 4, 1,
          "&24  1  1  0  0  0.0000000  0  1G01\n\n3&0\n"
          "                 1\n\n10000099999\n"
          "                 2\n\n3&500\n"
          "                 3\n\n3&10000100500\n");
  expect (211, negative, 2, 1,
          "&24  1  1  0  0  0.0000000  0  1G01\n\n3&-99999\n"
          "                 1\n\n10000199998\n");
  expect (211, second_order, 3, 1,
          "&24  1  1  0  0  0.0000000  0  1G01\n\n3&0\n"
          "                 1\n\n10000000000\n"
          "                 2\n\n200000\n");
}

static void
test_names_and_places (void **state)
{
  (void)state;
  static const one_epoch epochs[] = {
      {" 24  1  1  0  0  0.0000000  0  2  1G02", NONE, {20000000000, 21000000000}, NULL},
      {" 24  1  1  0  0  1.0000000  0  2  1  3", NONE, {20000001000, 21000000000}, NULL},
      {" 24  1  1  0  0  2.0000000  0  1  1", NONE, {20000002000}, NULL},
      {" 24  1  1  0  0  3.0000000  0  3  1G 2  3",
       NONE,
       {20000003000, 21000000000, 22000000000},
       NULL},
  };
  expect (211, epochs, 4, 1,
          "&24  1  1  0  0  0.0000000  0  2  1G02\n\n3&20000000000\n3&21000000000\n"
          "                 1                 &&3\n\n1000\n3&21000000000\n"
          "                 2             1     &\n\n0\n"
          "                 3             3   G 2  3\n\n0\n3&21000000000\n3&22000000000\n");
}

static void
test_flags_of_both_versions (void **state)
{
  (void)state;
  static const one_epoch two[] = {
      {" 24  1  1  0  0  0.0000000  0  1G01", NONE, {1000000, 20000000000}, "47 7"},
      {" 24  1  1  0  0  1.0000000  0  1G01", NONE, {1001000, 20000000000}, "48  "},
      {" 24  1  1  0  0  2.0000000  0  1G01", NONE, {NONE, 20000000000}, "   7"},
      {" 24  1  1  0  0  3.0000000  0  1G01", NONE, {1003000, 20000000000}, "48 7"},
  };
  static const one_epoch three[] = {
      {"> 2024 01 01 00 00  0.0000000  0  1      G01", NONE, {1000000, 20000000000}, "47 7"},
      {"> 2024 01 01 00 00  1.0000000  0  1      G01", NONE, {1001000, 20000000000}, "48  "},
      {"> 2024 01 01 00 00  2.0000000  0  1      G01", NONE, {NONE, 20000000000}, " 3 7"},
      {"> 2024 01 01 00 00  3.0000000  0  1      G01", NONE, {1003000, NONE}, " 8  "},
  };
  expect (211, two, 4, 2,
          "&24  1  1  0  0  0.0000000  0  1G01\n\n3&1000000 3&20000000000 47 7\n"
          "                 1\n\n1000 0  8 &\n"
          "                 2\n\n 0    7\n"
          "                 3\n\n3&1003000 0 48\n");
  expect (304, three, 4, 2,
          "> 2024 01 01 00 00  0.0000000  0  1      G01\n\n3&1000000 3&20000000000 47&7\n"
          "                    1\n\n1000 0  8 &\n"
          "                    2\n\n 0 &3 7\n"
          "                    3\n\n3&1003000   8 &\n");
}

static void
test_clock (void **state)
{
  (void)state;
  static const one_epoch two[] = {
      {" 24  1  1  0  0  0.0000000  0  1G01", 0, {20000000000}, NULL},
      {" 24  1  1  0  0  1.0000000  0  1G01", 99999999000, {20000000000}, NULL},
      {" 24  1  1  0  0  2.0000000  0  1G01", NONE, {20000000000}, NULL},
      {" 24  1  1  0  0  3.0000000  0  1G01", -1000, {20000000000}, NULL},
  };
  static const one_epoch three[] = {
      {"> 2024 01 01 00 00  0.0000000  0  1      G01", 0, {20000000000}, NULL},
      {"> 2024 01 01 00 00  1.0000000  0  1      G01", 10000000000000, {20000000000}, NULL},
      {"> 2024 01 01 00 00  2.0000000  0  1      G01", 0, {20000000000}, NULL},
      {"> 2024 01 01 00 00  3.0000000  0  1      G01", 10000000000000, {20000000000}, NULL},
  };
  expect (211, two, 4, 1,
          "&24  1  1  0  0  0.0000000  0  1G01\n3&0\n3&20000000000\n"
          "                 1\n99999999\n0\n"
          "                 2\n\n0\n"
          "                 3\n3&-1\n0\n");
  expect (304, three, 4, 1,
          "> 2024 01 01 00 00  0.0000000  0  1      G01\n3&0\n3&20000000000 &&\n"
          "                    1\n10000000000000\n0\n"
          "                    2\n-20000000000000\n0\n"
          "                    3\n40000000000000\n0\n");
}

/* RINEX 4.02, by what is known of RNXCMP 4.2's text; and 3.0 leaves them out. */
static void
test_picoseconds (void **state)
{
  (void)state;
  static const one_epoch epochs[] = {
      {"> 2024 01 01 00 00  0.0000000  0  0", 123000000, {0}, "12345"},
      {"> 2024 01 01 00 00  1.0000000  0  0", NONE, {0}, "54321"},
      {"> 2024 01 01 00 00  2.0000000  0  0", 124000000, {0}, "54321"},
      {"> 2024 01 01 00 00  3.0000000  0  0", NONE, {0}, NULL},
  };
  expect (402, epochs, 4, 1,
          "> 2024 01 01 00 00  0.0000000  0  0\n3&123000000 12345\n"
          "                    1\n 54 21\n"
          "                    2\n3&124000000\n"
          "                    3\n &&&&&\n");
  expect (401, epochs, 2, 1,
          "> 2024 01 01 00 00  0.0000000  0  0\n3&123000000\n"
          "                    1\n\n");
}

/* An epoch without satellites is shorter than its successor: blanks behind its end stay blanks. */
static void
test_longer_line (void **state)
{
  (void)state;
  static const one_epoch epochs[] = {
      {"> 2024 01 01 00 00  0.0000000  0  0", NONE, {0}, NULL},
      {"> 2024 01 01 00 00 30.0000000  0  1      G31", NONE, {20000000000}, NULL},
  };
  expect (304, epochs, 2, 1,
          "> 2024 01 01 00 00  0.0000000  0  0\n\n"
          "                   3              1      G31\n\n3&20000000000 &&\n");
}

static void
test_event_begins_anew (void **state)
{
  (void)state;
  garco_error error;
  garco__buffer out = {0};
  garco__crinex_encoder *encoder;
  static const char event[] =
      "                            4  1\n"
      "hello                                                       COMMENT\n";
  static const one_epoch before = {
      " 24  1  1  0  0  0.0000000  0  1G01", 5000, {20000000000}, NULL};
  static const one_epoch after = {" 24  1  1  0  0  1.0000000  0  1G01", 6000, {20000001000}, NULL};
  assert_ok (garco__crinex_encoder_new (211, &encoder, &error), &error);
  assert_ok (put (encoder, &before, 1, 1, &out, &error), &error);
  assert_ok (garco__crinex_put_event (encoder, event, strlen (event), &out, &error), &error);
  assert_ok (put (encoder, &after, 1, 1, &out, &error), &error);
  assert_int_equal (garco__buffer_append (&out, "", 1, NULL), 0);
  assert_string_equal ((const char *)out.data,
                       "&24  1  1  0  0  0.0000000  0  1G01\n3&5\n3&20000000000\n"
                       "&                           4  1\n"
                       "hello                                                       COMMENT\n"
                       "&24  1  1  0  0  1.0000000  0  1G01\n3&6\n3&20000001000\n");
  garco__buffer_free (&out);
  garco__crinex_encoder_free (&encoder);
}

static void
test_head (void **state)
{
  (void)state;
  garco_error error;
  garco__buffer out = {0};
  garco__crinex_encoder *encoder;
  assert_ok (garco__crinex_encoder_new (304, &encoder, &error), &error);
  assert_ok (garco__crinex_put_head (encoder, "garco", "01-Jan-24 00:00", &out, &error), &error);
  assert_int_equal (garco__buffer_append (&out, "", 1, NULL), 0);
  assert_string_equal (
      (const char *)out.data,
      "3.0                 COMPACT RINEX FORMAT                    CRINEX VERS   / TYPE\n"
      "garco                                   01-Jan-24 00:00     CRINEX PROG / DATE\n");
  garco__buffer_free (&out);
  garco__crinex_encoder_free (&encoder);
}

static void
refuse (int version, const one_epoch *epoch, size_t nsats, uint16_t types, garco_status code)
{
  garco_error error;
  garco__buffer out = {0};
  garco__crinex_encoder *encoder;
  assert_ok (garco__crinex_encoder_new (version, &encoder, &error), &error);
  assert_int_equal (put (encoder, epoch, nsats, types, &out, &error), code);
  assert_int_equal (error.code, code);
  garco__buffer_free (&out);
  garco__crinex_encoder_free (&encoder);
}

static void
test_refusals (void **state)
{
  (void)state;
  char crowd[32 + 3 * MAX_SATS + 1];
  one_epoch many = {crowd, NONE, {0}, NULL};
  static const one_epoch flagged = {" 24  1  1  0  0  0.0000000  0  1G01", NONE, {NONE}, "1 "};
  static const one_epoch twins = {
      " 24  1  1  0  0  0.0000000  0  2G01G01", NONE, {1000, 1000}, NULL};
  static const one_epoch large = {
      " 24  1  1  0  0  0.0000000  0  1G01", NONE, {INT64_C (10000000000000)}, NULL};
  static const one_epoch small = {
      " 24  1  1  0  0  0.0000000  0  1G01", NONE, {INT64_C (-1000000000000)}, NULL};
  memset (crowd, 'x', sizeof crowd - 1);
  crowd[sizeof crowd - 1] = '\0';
  refuse (211, &many, MAX_SATS, 0, GARCO_ERR_LIMIT);
  refuse (211, &flagged, 1, 1, GARCO_ERR_UNSUPPORTED);
  static const one_epoch escaped = {" 24  1  1  0  0  0.0000000  0  1G01", NONE, {1000}, "& "};
  static const one_epoch escaped_line = {" 24  1  1  0  0  0.0000000  0  1&01", NONE, {1000}, NULL};
  refuse (211, &escaped, 1, 1, GARCO_ERR_UNSUPPORTED);
  refuse (211, &escaped_line, 1, 1, GARCO_ERR_UNSUPPORTED);
  refuse (211, &twins, 2, 1, GARCO_ERR_ARGUMENT);
  refuse (211, &twins, 1, 1, GARCO_ERR_ARGUMENT);
  refuse (211, &large, 1, 1, GARCO_ERR_LIMIT);
  refuse (211, &small, 1, 1, GARCO_ERR_LIMIT);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_order_rises_to_three),
      cmocka_unit_test (test_jumps),
      cmocka_unit_test (test_names_and_places),
      cmocka_unit_test (test_flags_of_both_versions),
      cmocka_unit_test (test_clock),
      cmocka_unit_test (test_picoseconds),
      cmocka_unit_test (test_longer_line),
      cmocka_unit_test (test_event_begins_anew),
      cmocka_unit_test (test_head),
      cmocka_unit_test (test_refusals),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
