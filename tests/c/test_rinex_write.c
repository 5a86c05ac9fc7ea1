/* garco_writer: plain text byte by byte, epoch lines from text and from numbers, Hatanaka files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "file_support.h"

#include <unistd.h>

#include "base/buffer.h"
#include "base/digest.h"
#include "codec/source.h"

#define NONE GARCO_MISSING
#define NO_TIME INT64_MIN
#define START INT64_C (1704067215000) /* 2024-01-01 00:00:15 */
#define OUT "garco-writer-test.out"

static const char header2[] =
    "     2.11           OBSERVATION DATA    M (MIXED)           RINEX VERSION / TYPE\n"
    "     6    C1    L1    L2    P2    S1    S2                  # / TYPES OF OBSERV\n"
    "                                                            END OF HEADER\n";
static const char header3[] =
    "     3.04           OBSERVATION DATA    M                   RINEX VERSION / TYPE\n"
    "G    2 C1C L1C                                              SYS / # / OBS TYPES\n"
    "                                                            END OF HEADER\n";

static const char header4[] =
    "     4.02           OBSERVATION DATA    M                   RINEX VERSION / TYPE\n"
    "G    2 C1C L1C                                              SYS / # / OBS TYPES\n"
    "                                                            END OF HEADER\n";

static const char *
header_of (int version)
{
  return version >= 402 ? header4 : version >= 300 ? header3 : header2;
}

static garco_writer *
open_writer (int version, garco_form form)
{
  garco_error error;
  garco_writer *writer;
  garco_writer_options options = GARCO_WRITER_OPTIONS_INIT;
  garco_header header;
  memset (&header, 0, sizeof header);
  header.version = version;
  header.text = header_of (version);
  header.text_size = strlen (header.text);
  options.form = form;
  options.program = "tester";
  options.date = "01-Jan-24 00:00";
  unlink (OUT);
  assert_ok (garco_writer_open (OUT, &options, &writer, &error), &error);
  assert_ok (garco_writer_header (writer, &header, &error), &error);
  return writer;
}

/* Writes the epochs and compares what stands behind the header. */
static void
expect (int version, garco_form form, const garco_epoch *epochs, size_t count, const char *body)
{
  garco_error error;
  garco_writer *writer = open_writer (version, form);
  for (size_t i = 0; i < count; i++)
    assert_ok (garco_writer_epoch (writer, &epochs[i], &error), &error);
  assert_int_not_equal (access (OUT, F_OK), 0);
  assert_ok (garco_writer_close (writer, &error), &error);
  garco_writer_free (&writer);
  assert_null (writer);
  char *text = file_text (OUT);
  const char *header = header_of (version);
  char *found = strstr (text, header);
  assert_non_null (found);
  if (form == GARCO_FORM_CRINEX)
    assert_int_equal (found - text, 81 + 79);
  else
    assert_ptr_equal (found, text);
  assert_string_equal (found + strlen (header), body);
  free (text);
  unlink (OUT);
}

static const garco_epoch_sat two_sats[] = {{0, 1, 6, 0}, {1, 24, 6, 6}};
static const int64_t two_values[] = {INT64_C (20000000000),
                                     INT64_C (105095000123),
                                     NONE,
                                     0,
                                     45250,
                                     -123,
                                     NONE,
                                     NONE,
                                     NONE,
                                     NONE,
                                     NONE,
                                     INT64_C (9999999999999)};
static const char two_flags[] = " 784                    ";

static void
test_plain_2 (void **state)
{
  (void)state;
  const garco_epoch epoch = {.time_ms = START,
                             .time_ps = 100000,
                             .clock_ps = -1000,
                             .nsats = 2,
                             .sats = two_sats,
                             .values = two_values,
                             .indicators = two_flags};
  expect (211, GARCO_FORM_RINEX, &epoch, 1,
          " 24  1  1  0  0 15.0000001  0  2G01R24                               -.000000001\n"
          "  20000000.000 7 105095000.12384                          .000          45.250\n"
          "         -.123\n"
          "\n"
          "9999999999.999\n");
}

/* The lines of the file that was read are kept, but for the count and the clock's form. */
static void
test_epoch_lines_from_text (void **state)
{
  (void)state;
  static const garco_epoch_sat sats[14] = {
      {0, 1, 0, 0},  {0, 2, 0, 0},  {0, 3, 0, 0},  {0, 4, 0, 0}, {0, 5, 0, 0},
      {0, 6, 0, 0},  {0, 7, 0, 0},  {0, 8, 0, 0},  {0, 9, 0, 0}, {0, 10, 0, 0},
      {0, 11, 0, 0}, {0, 12, 0, 0}, {0, 13, 0, 0}, {0, 14, 0, 0}};
  static const char padded[] =
      " 24 01 01 00 00 15.0000000  0 14  1  2G 3G04  5  6  7  8  9 10 11 12"
      " 0.000000500\n"
      "                                 13G14\n";
  static const char unpadded[] =
      " 24 01 01 00 00 15.0000000  0 14  1  2G 3G04  5  6  7  8  9 10 11 12\n"
      " 13G14\n";
  static const char other[] = " 24 01 01 00 00 15.0000000  0 14G21G22G23\n";
  const garco_epoch epochs[] = {{.time_ms = START,
                                 .clock_ps = 500000,
                                 .nsats = 14,
                                 .sats = sats,
                                 .text = padded,
                                 .text_size = strlen (padded)},
                                {.time_ms = START,
                                 .clock_ps = NONE,
                                 .nsats = 14,
                                 .sats = sats,
                                 .text = unpadded,
                                 .text_size = strlen (unpadded)},
                                {.time_ms = START,
                                 .clock_ps = NONE,
                                 .nsats = 2,
                                 .sats = sats,
                                 .text = other,
                                 .text_size = strlen (other)}};
  expect (211, GARCO_FORM_RINEX, epochs, 3,
          " 24 01 01 00 00 15.0000000  0 14  1  2G 3G04  5  6  7  8  9 10 11 12  .000000500\n"
          "                                 13G14\n"
          " 24 01 01 00 00 15.0000000  0 14  1  2G 3G04  5  6  7  8  9 10 11 12\n"
          "                                 13G14\n"
          " 24 01 01 00 00 15.0000000  0  2G01G02\n");
}

/* A line of the other version, or of another time or flag: the numbers count. */
static void
test_lines_of_other_epochs (void **state)
{
  (void)state;
  static const char of_2[] =
      " 24  1  1  0  0 15.0000000  0 10                             .12345\n";
  static const char of_3[] = "> 2024 01 01 00 00 15.0000000  0  0                      12345\n";
  static const char later[] = "> 2024 01 01 00 00 30.0000000  0  0                      12345\n";
  static const char failure[] = "> 2024 01 01 00 00 15.0000000  1  0                      12345\n";
  const char *texts[] = {of_2, later, failure, of_3};
  garco_epoch epoch = {.time_ms = START, .clock_ps = NONE};
  for (size_t i = 0; i < 4; i++)
  {
    epoch.text = texts[i];
    epoch.text_size = strlen (texts[i]);
    expect (402, GARCO_FORM_RINEX, &epoch, 1,
            i == 3 ? of_3 : "> 2024 01 01 00 00 15.0000000  0  0\n");
  }
  expect (211, GARCO_FORM_RINEX, &epoch, 1, " 24  1  1  0  0 15.0000000  0  0\n");
}

/* Satellites as the file spells them, and a count that stands elsewhere in its columns. */
static void
test_names_as_written (void **state)
{
  (void)state;
  static const garco_epoch_sat sats[] = {{0, 7, 0, 0}, {1, 24, 0, 0}};
  static const char line[] = "> 2024 01 01 00 00 15.0000000  0 2\n";
  garco_epoch epoch = {.time_ms = START,
                       .clock_ps = NONE,
                       .nsats = 2,
                       .sats = sats,
                       .names = "G 7R24",
                       .text = line,
                       .text_size = strlen (line)};
  expect (304, GARCO_FORM_RINEX, &epoch, 1, "> 2024 01 01 00 00 15.0000000  0 2\nG 7\nR24\n");
  epoch.names = "G08R24"; /* not these satellites */
  expect (304, GARCO_FORM_RINEX, &epoch, 1, "> 2024 01 01 00 00 15.0000000  0 2\nG07\nR24\n");
}

static void
test_plain_3 (void **state)
{
  (void)state;
  static const garco_epoch_sat sats[] = {{0, 1, 2, 0}, {3, 36, 2, 2}};
  static const char line[] = "> 2024  1  1  0  0 15.0000000  0 2     -0.000000000001\n";
  const garco_epoch epochs[] = {
      {.time_ms = START + 500,
       .clock_ps = INT64_C (1234567890123),
       .flag = 1,
       .nsats = 2,
       .sats = sats,
       .values = two_values + 1,
       .indicators = two_flags},
      {.time_ms = START, .clock_ps = -1, .text = line, .text_size = strlen (line)}};
  expect (304, GARCO_FORM_RINEX, epochs, 2,
          "> 2024 01 01 00 00 15.5000000  1  2       1.234567890123\n"
          "G01 105095000.123 7              84\n"
          "E36          .000          45.250\n"
          "> 2024  1  1  0  0 15.0000000  0  0       -.000000000001\n");
}

/* Columns 58 to 62 go on with the second from 4.02 on, and come back from Hatanaka text. */
static void
test_picoseconds (void **state)
{
  (void)state;
  garco_error error;
  garco_reader *reader;
  garco_epoch epoch = {.time_ms = START, .time_ps = 200000 + 12345, .clock_ps = NONE}, back;
  expect (402, GARCO_FORM_RINEX, &epoch, 1,
          "> 2024 01 01 00 00 15.0000002  0  0                      12345\n");
  expect (401, GARCO_FORM_RINEX, &epoch, 1, "> 2024 01 01 00 00 15.0000002  0  0\n");
  garco_writer *writer = open_writer (402, GARCO_FORM_CRINEX);
  assert_ok (garco_writer_epoch (writer, &epoch, &error), &error);
  assert_ok (garco_writer_close (writer, &error), &error);
  garco_writer_free (&writer);
  assert_ok (garco_reader_open (OUT, NULL, &reader, &error), &error);
  assert_ok (garco_reader_next (reader, &back, &error), &error);
  assert_int_equal (garco_reader_header (reader)->crinex_version, 31);
  assert_int_equal (back.time_ms, epoch.time_ms);
  assert_int_equal (back.time_ps, epoch.time_ps);
  expect (402, GARCO_FORM_RINEX, &back, 1,
          "> 2024 01 01 00 00 15.0000002  0  0                      12345\n");
  garco_reader_free (&reader);
}

static void
test_events (void **state)
{
  (void)state;
  static const char comment[] =
      "                            4  2\r\n"
      "one                                                         COMMENT   \n"
      "two                                                         COMMENT";
  const garco_epoch epochs[] = {{.time_ms = NO_TIME,
                                 .clock_ps = NONE,
                                 .flag = 4,
                                 .text = comment,
                                 .text_size = strlen (comment)},
                                {.time_ms = START, .clock_ps = NONE, .flag = 5},
                                {.time_ms = NO_TIME, .clock_ps = NONE, .flag = 2}};
  expect (211, GARCO_FORM_RINEX, epochs, 3,
          "                            4  2\n"
          "one                                                         COMMENT\n"
          "two                                                         COMMENT\n"
          " 24  1  1  0  0 15.0000000  5  0\n"
          "                            2  0\n");
  expect (304, GARCO_FORM_RINEX, epochs + 1, 2,
          "> 2024 01 01 00 00 15.0000000  5  0\n"
          ">                              2  0\n");
  expect (211, GARCO_FORM_CRINEX, epochs, 2,
          "&                           4  2\n"
          "one                                                         COMMENT\n"
          "two                                                         COMMENT\n"
          "&24  1  1  0  0 15.0000000  5  0\n");
}

static void
test_hatanaka (void **state)
{
  (void)state;
  const garco_epoch epochs[] = {{.time_ms = START,
                                 .clock_ps = NONE,
                                 .nsats = 2,
                                 .sats = two_sats,
                                 .values = two_values,
                                 .indicators = two_flags},
                                {.time_ms = START + 15000,
                                 .clock_ps = NONE,
                                 .nsats = 1,
                                 .sats = two_sats + 1,
                                 .values = two_values,
                                 .indicators = NULL}};
  expect (211, GARCO_FORM_CRINEX, epochs, 2,
          "&24  1  1  0  0 15.0000000  0  2G01R24\n\n"
          "3&20000000000 3&105095000123  3&0 3&45250 3&-123  784\n"
          "     3&9999999999999\n"
          "                30             1R24&&&\n\n"
          "     0\n");
}

/* Slips that have a line a satellite pass as an event; those of more types do not. */
static void
test_slips (void **state)
{
  (void)state;
  garco_error error;
  static const garco_epoch_sat sat = {0, 1, 2, 0}, wide = {0, 1, 6, 0};
  garco_epoch epoch = {.time_ms = START,
                       .clock_ps = NONE,
                       .flag = 6,
                       .nsats = 1,
                       .sats = &sat,
                       .values = two_values + 4};
  expect (211, GARCO_FORM_CRINEX, &epoch, 1,
          "&24  1  1  0  0 15.0000000  6  1G01\n        45.250           -.123\n");
  epoch.sats = &wide;
  epoch.values = two_values;
  garco_writer *writer = open_writer (211, GARCO_FORM_CRINEX);
  assert_int_equal (garco_writer_epoch (writer, &epoch, &error), GARCO_ERR_UNSUPPORTED);
  garco_writer_free (&writer);
}

/* An error leaves no file, and nothing can be written or closed after it. */
static void
test_errors (void **state)
{
  (void)state;
  garco_error error;
  static const garco_epoch_sat sat = {0, 1, 1, 0};
  const int64_t value = INT64_C (10000000000000);
  garco_epoch epoch = {
      .time_ms = START, .clock_ps = NONE, .nsats = 1, .sats = &sat, .values = &value};
  garco_writer *writer = open_writer (211, GARCO_FORM_RINEX);
  assert_int_equal (garco_writer_epoch (writer, &epoch, &error), GARCO_ERR_LIMIT);
  assert_string_equal (error.source, OUT);
  assert_int_equal (garco_writer_epoch (writer, &epoch, &error), GARCO_ERR_ARGUMENT);
  assert_int_equal (garco_writer_close (writer, &error), GARCO_ERR_ARGUMENT);
  garco_writer_free (&writer);
  assert_int_not_equal (access (OUT, F_OK), 0);
  epoch.values = two_values;
  epoch.clock_ps = INT64_C (100000000000000);
  writer = open_writer (304, GARCO_FORM_RINEX);
  assert_int_equal (garco_writer_epoch (writer, &epoch, &error), GARCO_ERR_LIMIT);
  garco_writer_free (&writer);
}

/* Times and clocks that the columns cannot hold, or a reader would take for others. */
static void
test_limits (void **state)
{
  (void)state;
  static const int64_t second = INT64_C (1000000000000), year_2080 = INT64_C (3471292800000);
  static const struct
  {
    int version, flag;
    garco_form form;
    int64_t ms, ps, clock_ps;
    bool good;
  } cases[] = {{211, 0, GARCO_FORM_RINEX, year_2080, 0, NONE, false},
               {211, 0, GARCO_FORM_RINEX, year_2080 - 1, 0, NONE, true},
               {304, 0, GARCO_FORM_CRINEX, year_2080, 0, NONE, true},
               {304, 0, GARCO_FORM_CRINEX, 0, 0, NONE, false},
               {304, 0, GARCO_FORM_RINEX, START, 1000000000, NONE, false},
               {304, 0, GARCO_FORM_RINEX, INT64_MIN, 0, NONE, false},
               {304, 5, GARCO_FORM_RINEX, INT64_MIN, 0, NONE, true},
               {304, 5, GARCO_FORM_RINEX, INT64_MAX, 0, NONE, false},
               {211, 0, GARCO_FORM_CRINEX, START, 0, 100 * second - 500, false},
               {211, 0, GARCO_FORM_CRINEX, START, 0, 100 * second - 501, true},
               {304, 0, GARCO_FORM_CRINEX, START, 0, 100 * second - 1, true},
               {304, 0, GARCO_FORM_CRINEX, START, 0, -10 * second, false},
               {304, 0, GARCO_FORM_CRINEX, START, 0, INT64_MAX, false},
               {304, 0, GARCO_FORM_RINEX, START, 0, -10 * second, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
  {
    garco_error error;
    garco_epoch epoch = {.time_ms = cases[i].ms,
                         .time_ps = cases[i].ps,
                         .clock_ps = cases[i].clock_ps,
                         .flag = cases[i].flag};
    garco_writer *writer = open_writer (cases[i].version, cases[i].form);
    garco_status status = garco_writer_epoch (writer, &epoch, &error);
    if (status != (cases[i].good ? GARCO_OK : GARCO_ERR_LIMIT))
      fail_msg ("case %zu: %s", i, garco_status_name (status));
    garco_writer_free (&writer);
  }
}

static void
test_options (void **state)
{
  (void)state;
  garco_error error;
  garco_writer *writer;
  garco_writer_options options = GARCO_WRITER_OPTIONS_INIT;
  options.program = "a program of more than forty characters, it is";
  assert_int_equal (garco_writer_open (OUT, &options, &writer, &error), GARCO_ERR_ARGUMENT);
  assert_null (writer);
  options.program = "two\nlines";
  assert_int_equal (garco_writer_open (OUT, &options, &writer, &error), GARCO_ERR_ARGUMENT);
  assert_ok (garco_writer_open (OUT, NULL, &writer, &error), &error);
  assert_int_equal (garco_writer_close (writer, &error), GARCO_ERR_ARGUMENT);
  garco_writer_free (&writer);
  garco_writer_free (&writer);
}

/* ------------------------------------------------------------------ real files */

static const struct
{
  const char *file, *listed; /* the name in CRX2RNX.sha256 */
} real_files[] = {
    {"ACOR00ESP_R_20213550000_01D_30S_MO.crx", "ACOR00ESP_R_20213550000_01D_30S_MO.crx.rnx"},
    {"AJAC3550.21D", "AJAC3550.21D.rnx"},
    {"DUTH0630.22D", "DUTH0630.22D.rnx"},
    {"ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz", "ESBC00DNK_R_20201770000_01D_30S_MO.crx.rnx"},
    {"KMS300DNK_R_20221591000_01H_30S_MO.crx", "KMS300DNK_R_20221591000_01H_30S_MO.crx.rnx"},
    {"KOSG0010.95D", "KOSG0010.95D.rnx"},
    {"P43300USA_R_20190012056_17M_15S_MO.crx.bz2", "P43300USA_R_20190012056_17M_15S_MO.crx.rnx"},
    {"aopr0010.17d", "aopr0010.17d.rnx"},
    {"npaz3550.21d", "npaz3550.21d.rnx"},
    {"wsra0010.21d", "wsra0010.21d.rnx"},
    {"york0440.15d.Z", "york0440.15d.rnx"},
    {"zegv0010.21d", "zegv0010.21d.rnx"},
};
#define REAL_FILES (sizeof real_files / sizeof real_files[0])

static void
real_path (const char *name, char path[512])
{
  char inside[256];
  snprintf (inside, sizeof inside, "rinex/%s", name);
  test_data_path (inside, path, 512);
}

/* Reads the file and writes what it holds in the other form. */
static void
rewrite (const char *path, garco_form form)
{
  garco_error error;
  garco_reader *reader;
  garco_writer *writer;
  garco_epoch epoch;
  garco_status status;
  garco_writer_options options = GARCO_WRITER_OPTIONS_INIT;
  options.form = form;
  assert_ok (garco_reader_open (path, NULL, &reader, &error), &error);
  assert_ok (garco_writer_open (OUT, &options, &writer, &error), &error);
  assert_ok (garco_writer_header (writer, garco_reader_header (reader), &error), &error);
  while ((status = garco_reader_next (reader, &epoch, &error)) == GARCO_OK)
    assert_ok (garco_writer_epoch (writer, &epoch, &error), &error);
  assert_ok (status, &error);
  assert_ok (garco_writer_close (writer, &error), &error);
  garco_writer_free (&writer);
  garco_reader_free (&reader);
}

static void
hash_text (const garco__buffer *bytes, char text[65])
{
  uint8_t hash[32];
  garco__digest *digest;
  assert_int_equal (garco__digest_new ("SHA256", &digest, NULL), 0);
  assert_int_equal (garco__digest_update (digest, bytes->data, bytes->size, NULL), 0);
  assert_int_equal (garco__digest_final (digest, hash, sizeof hash, NULL), 0);
  garco__digest_free (&digest);
  garco__hex_text (hash, sizeof hash, text);
}

/* What crx2rnx prints for the file, by its hash. */
static void
test_real_plain (void **state)
{
  (void)state;
  char path[512], hash[65], wanted[65 + 2 + 128];
  real_path ("CRX2RNX.sha256", path);
  char *list = file_text (path);
  for (size_t i = 0; i < REAL_FILES; i++)
  {
    real_path (real_files[i].file, path);
    rewrite (path, GARCO_FORM_RINEX);
    garco__buffer bytes = all_bytes (OUT);
    hash_text (&bytes, hash);
    snprintf (wanted, sizeof wanted, "%s  %s\n", hash, real_files[i].listed);
    if (strstr (list, wanted) == NULL)
      fail_msg ("%s is not printed as crx2rnx prints it", real_files[i].file);
    garco__buffer_free (&bytes);
  }
  free (list);
  unlink (OUT);
}

static const uint8_t *
third_line (const garco__buffer *bytes, size_t *left)
{
  const uint8_t *at = bytes->data, *end = bytes->data + bytes->size;
  for (int i = 0; i < 2; i++)
  {
    at = memchr (at, '\n', (size_t)(end - at));
    assert_non_null (at);
    at++;
  }
  *left = (size_t)(end - at);
  return at;
}

/* All of them are rnx2crx's work: what is read is written again, from the third line on. */
static void
test_real_hatanaka (void **state)
{
  (void)state;
  char path[512];
  for (size_t i = 0; i < REAL_FILES; i++)
  {
    size_t made_size, true_size;
    real_path (real_files[i].file, path);
    rewrite (path, GARCO_FORM_CRINEX);
    garco__buffer made = all_bytes (OUT), true_one = all_bytes (path);
    const uint8_t *made_text = third_line (&made, &made_size);
    const uint8_t *true_text = third_line (&true_one, &true_size);
    if (made_size != true_size || memcmp (made_text, true_text, made_size) != 0)
      fail_msg ("%s is not written as rnx2crx wrote it", real_files[i].file);
    garco__buffer_free (&made);
    garco__buffer_free (&true_one);
  }
  unlink (OUT);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_plain_2),
      cmocka_unit_test (test_epoch_lines_from_text),
      cmocka_unit_test (test_lines_of_other_epochs),
      cmocka_unit_test (test_names_as_written),
      cmocka_unit_test (test_plain_3),
      cmocka_unit_test (test_picoseconds),
      cmocka_unit_test (test_events),
      cmocka_unit_test (test_hatanaka),
      cmocka_unit_test (test_slips),
      cmocka_unit_test (test_errors),
      cmocka_unit_test (test_limits),
      cmocka_unit_test (test_options),
      cmocka_unit_test (test_real_plain),
      cmocka_unit_test (test_real_hatanaka),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
