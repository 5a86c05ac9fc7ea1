/* garco_convert and garco_split: options, callbacks, errors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "file_support.h"

#include <unistd.h>

#define IN "garco-convert-test.in"
#define OUT "garco-convert-test.out"
#define FOLDER "garco-convert-test.parts"

static const char small[] =
    "     2.11           OBSERVATION DATA    G (GPS)             RINEX VERSION / TYPE\n"
    "TEST                                                        MARKER NAME\n"
    "     2    C1    L1                                          # / TYPES OF OBSERV\n"
    "     1                                                      # OF SATELLITES\n"
    "  2024     5    11     0     0    0.0000000     GPS         TIME OF FIRST OBS\n"
    "                                                            END OF HEADER\n"
    " 24  5 11  0  0  0.0000000  0  1G05\n"
    "  20000000.000   100000000.0004\n"
    " 24  5 11  0  0 30.0000000  0  1G05\n"
    "  20000000.000   100000000.000\n"
    " 24  5 12  0  0  0.0000000  0  1G05\n"
    "  20000000.000   100000000.000\n";

static void
write_text (const char *path, const char *text)
{
  FILE *file = fopen (path, "wb");
  assert_non_null (file);
  fputs (text, file);
  fclose (file);
}

static void
note (void *context, const char *text)
{
  char *notes = context;
  snprintf (notes + strlen (notes), 500 - strlen (notes), "%s\n", text);
}

static void
take_file (void *context, const char *path)
{
  note (context, path);
}

static void
test_a_copy_and_a_window (void **state)
{
  (void)state;
  garco_error error;
  const char *const input = IN;
  garco_convert_options options = GARCO_CONVERT_OPTIONS_INIT;
  write_text (IN, small);
  options.form = GARCO_CONVERT_RINEX;
  assert_ok (garco_convert (&input, 1, OUT, &options, &error), &error);
  char *text = file_text (OUT);
  assert_string_equal (text, small);
  free (text);
  assert_int_equal (garco_time_parse ("2024-05-12", &options.end_ms, NULL), 0);
  assert_int_equal (garco_time_parse ("2024-05-11T00:00:30", &options.start_ms, NULL), 0);
  assert_ok (garco_convert (&input, 1, OUT, &options, &error), &error);
  text = file_text (OUT);
  assert_non_null (strstr (text, "     0   30.0000000     GPS         TIME OF FIRST OBS\n"));
  assert_non_null (strstr (text, "END OF HEADER\n 24  5 11  0  0 30.0000000  0  1G05\n"));
  assert_null (strstr (text, " 24  5 12"));
  free (text);
  unlink (OUT);
}

static void
test_notices (void **state)
{
  (void)state;
  garco_error error;
  const char *const input = IN;
  char notes[500] = "";
  garco_convert_options options = GARCO_CONVERT_OPTIONS_INIT;
  write_text (IN, small);
  options.version = 304;
  options.on_notice = note;
  options.context = notes;
  assert_ok (garco_convert (&input, 1, OUT ".rnx", &options, &error), &error);
  assert_string_equal (notes,
                       "1 indicators of antispoofing left out, which RINEX 3 has no bit for\n");
  char *text = file_text (OUT ".rnx");
  assert_non_null (strstr (text, "G    2 C1C L1C "));
  assert_non_null (strstr (text, "     1                                                      # OF "
                                 "SATELLITES\n"));
  free (text);
  unlink (OUT ".rnx");
}

static void
test_split (void **state)
{
  (void)state;
  garco_error error;
  char files[500] = "";
  garco_convert_options options = GARCO_CONVERT_OPTIONS_INIT;
  write_text (IN, small);
  options.on_file = take_file;
  options.context = files;
  options.ending = ".gz";
  assert_ok (garco_split (IN, FOLDER, 86400000, &options, &error), &error);
  assert_string_equal (files, FOLDER "/test1320.24o.gz\n" FOLDER "/test1330.24o.gz\n");
  const char *const parts[] = {FOLDER "/test1330.24o.gz", FOLDER "/test1320.24o.gz"};
  assert_ok (garco_convert (parts, 2, OUT, NULL, &error), &error);
  char *text = file_text (OUT);
  assert_string_equal (strstr (text, "END OF HEADER"), strstr (small, "END OF HEADER"));
  free (text);
  for (int i = 0; i < 2; i++)
    unlink (parts[i]);
  rmdir (FOLDER);
  unlink (OUT);
}

static void
test_errors (void **state)
{
  (void)state;
  garco_error error;
  const char *inputs[] = {IN, IN};
  const char *const bad_sats[] = {"Q1"};
  garco_convert_options options = GARCO_CONVERT_OPTIONS_INIT;
  write_text (IN, small);
  assert_int_equal (garco_convert (inputs, 0, OUT, NULL, &error), GARCO_ERR_ARGUMENT);
  assert_int_equal (garco_convert (inputs, 1, NULL, NULL, NULL), GARCO_ERR_ARGUMENT);
  assert_int_equal (garco_split (IN, FOLDER, 5000, NULL, &error), GARCO_ERR_ARGUMENT);
  options.version = 401;
  assert_int_equal (garco_convert (inputs, 1, OUT, &options, &error), GARCO_ERR_ARGUMENT);
  options.version = 0;
  options.interval_ms = -1;
  assert_int_equal (garco_convert (inputs, 1, OUT, &options, &error), GARCO_ERR_ARGUMENT);
  options.interval_ms = 0;
  options.sats = bad_sats;
  options.nsats = 1;
  assert_int_equal (garco_convert (inputs, 1, OUT, &options, &error), GARCO_ERR_ARGUMENT);
  options.nsats = 0;
  assert_int_equal (garco_convert (inputs, 1, "no/folder/out", &options, &error),
                    GARCO_ERR_NOT_FOUND);
  inputs[1] = "garco-convert-test.none";
  assert_int_equal (garco_convert (inputs, 2, OUT, &options, &error), GARCO_ERR_NOT_FOUND);
  assert_string_equal (error.source, inputs[1]);
  write_text (IN, "no RINEX\n");
  assert_int_equal (garco_convert (inputs, 1, OUT, &options, &error), GARCO_ERR_FORMAT);
  assert_int_not_equal (access (OUT, F_OK), 0);
}

/* A file that ends in the middle leaves nothing behind, with salvage what is whole. */
static void
test_damage (void **state)
{
  (void)state;
  garco_error error;
  const char *const input = IN;
  char text[sizeof small];
  garco_convert_options options = GARCO_CONVERT_OPTIONS_INIT;
  memcpy (text, small, sizeof small);
  text[sizeof small - 12] = '\0';
  write_text (IN, text);
  assert_int_equal (garco_convert (&input, 1, OUT, &options, &error), GARCO_ERR_TRUNCATED);
  assert_int_not_equal (access (OUT, F_OK), 0);
  options.salvage = true;
  options.form = GARCO_CONVERT_RINEX;
  assert_ok (garco_convert (&input, 1, OUT, &options, &error), &error);
  char *made = file_text (OUT);
  assert_non_null (strstr (made, "30.0000000  0  1G05\n  20000000.000   100000000.000\n"));
  free (made);
  unlink (OUT);
}

static int
clean (void **state)
{
  (void)state;
  unlink (IN);
  unlink (OUT);
  return 0;
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_a_copy_and_a_window),
      cmocka_unit_test (test_notices),
      cmocka_unit_test (test_split),
      cmocka_unit_test (test_errors),
      cmocka_unit_test (test_damage),
  };
  return cmocka_run_group_tests (tests, NULL, clean);
}
