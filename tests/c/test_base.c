/* Errors, bytes, names, cells, digests, libraries.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "base/bytes.h"
#include "base/cells.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/library.h"

static void
errors_are_one_line (void **state)
{
  (void)state;
  garco_error error;
  char text[256];
  garco__fail_line (&error, GARCO_ERR_CORRUPT, "a.rnx", 12, "found \"%s\"", "x\ny\033");
  garco_error_format (&error, text, sizeof text);
  assert_string_equal (text, "a.rnx:12: found \"x?y?\"");
  garco__fail_byte (&error, GARCO_ERR_CORRUPT, "a.tdb", 0, "short");
  garco_error_format (&error, text, sizeof text);
  assert_string_equal (text, "a.tdb: byte 0: short");
  garco__fail (&error, GARCO_ERR_CORRUPT, NULL, "%s",
               "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 \x85\xC3\xC0\x80\xED\xA0\x80\xF5\xF0\x9F");
  assert_string_equal (error.message, "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 ??????????");
  garco__fail_byte (&error, GARCO_ERR_CORRUPT, "a.tdb", 0, "short");
  garco__fail (&error, GARCO_ERR_CORRUPT, error.source, "again");
  garco_error_format (&error, text, sizeof text);
  assert_string_equal (text, "a.tdb: again");
  assert_int_equal (garco__fail (NULL, GARCO_ERR_IO, NULL, "unheard"), GARCO_ERR_IO);
  assert_string_equal (garco_status_name (GARCO_ERR_IO), "GARCO_ERR_IO");
}

static void
reads_past_the_end_fail_and_stay_failed (void **state)
{
  (void)state;
  garco__buffer buffer = {0};
  assert_int_equal (garco__put_u32 (&buffer, 0x01020304, NULL), GARCO_OK);
  assert_int_equal (garco__put_f64 (&buffer, -0.5, NULL), GARCO_OK);
  assert_int_equal (buffer.data[0], 4);
  garco__cursor cursor = garco__cursor_of (buffer.data, buffer.size);
  assert_int_equal (garco__cursor_u32 (&cursor), 0x01020304);
  assert_true (garco__cursor_f64 (&cursor) == -0.5);
  assert_false (cursor.failed);
  assert_null (garco__cursor_take (&cursor, UINT64_MAX));
  assert_true (cursor.failed);
  assert_int_equal (garco__cursor_u8 (&cursor), 0);
  assert_int_equal (garco__cursor_left (&cursor), 0);
  garco__buffer_free (&buffer);
}

static void
names_go_both_ways (void **state)
{
  (void)state;
  char text[3];
  assert_int_equal (garco_obs_code ("1C"), 12611);
  garco_obs_code_text (12611, text);
  assert_string_equal (text, "1C");
  for (int i = 0; i < GARCO_SYSTEM_COUNT; i++)
    assert_int_equal (garco_system_number (garco_system_letter (i)), i);
  assert_int_equal (garco_system_number ('X'), -1);
  assert_int_equal (garco_system_number ('\0'), -1);
  assert_int_equal (garco_system_letter (-1), '?');
  assert_string_equal (garco_datatype_name (GARCO_DATETIME_MS), "datetime_ms");
  assert_string_equal (garco_datatype_name (GARCO_GEOM_WKT), "geom_wkt");
  assert_int_equal (garco_datatype_size ((garco_datatype)99), 0);
}

static void
cells_grow_and_show_their_columns (void **state)
{
  (void)state;
  garco__cells cells = {0};
  garco_column columns[GARCO__CELL_COLUMNS];
  for (size_t i = 0; i < 5000; i++)
  {
    assert_int_equal (garco__cells_reserve (&cells, 1, NULL), GARCO_OK);
    cells.time[cells.count] = (int64_t)i;
    cells.fcn[cells.count++] = (int8_t)(i % 100);
  }
  garco_batch batch = garco__cells_batch (&cells, columns);
  assert_int_equal (batch.rows, 5000);
  int at = garco_batch_find (&batch, "fcn");
  assert_int_equal (at, 10);
  assert_int_equal (((const int8_t *)columns[at].values)[4999], 99);
  assert_int_equal (garco_batch_find (&batch, "nothing"), -1);
  assert_int_equal (garco__cells_reserve (&cells, SIZE_MAX / 2, NULL), GARCO_ERR_MEMORY);
  garco__cells_free (&cells);
}

static void
sha256_is_sha256 (void **state)
{
  (void)state;
  garco__digest *digest = NULL;
  uint8_t hash[32];
  char text[65];
  assert_int_equal (garco__digest_new ("SHA256", &digest, NULL), GARCO_OK);
  assert_int_equal (garco__digest_update (digest, "abc", 3, NULL), GARCO_OK);
  assert_int_equal (garco__digest_final (digest, hash, sizeof hash, NULL), GARCO_OK);
  garco__hex_text (hash, sizeof hash, text);
  assert_string_equal (text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  garco__digest_free (&digest);
  assert_null (digest);
}

static void
absent_libraries_and_functions_are_named (void **state)
{
  (void)state;
  static const char *const names[] = {"cos", "garco_no_such_function"};
  struct
  {
    double (*cos) (double);
    void (*none) (void);
  } found = {0};
  garco_error error;
  assert_int_equal (garco__library_load ("libgarco-none.so.7", "nothing", names, 1, &found, &error),
                    GARCO_ERR_UNSUPPORTED);
  assert_non_null (strstr (error.message, "no library libgarco-none.so.7, needed for nothing: "));
  assert_int_equal (garco__library_load ("libm.so.6", "angles", names, 2, &found, &error),
                    GARCO_ERR_UNSUPPORTED);
  assert_string_equal (error.message,
                       "no garco_no_such_function in library libm.so.6, needed for angles");
  assert_int_equal (garco__library_load ("libm.so.6", "angles", names, 1, &found, &error),
                    GARCO_OK);
  assert_true (found.cos (0) == 1);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (errors_are_one_line),
                                     cmocka_unit_test (reads_past_the_end_fail_and_stay_failed),
                                     cmocka_unit_test (names_go_both_ways),
                                     cmocka_unit_test (cells_grow_and_show_their_columns),
                                     cmocka_unit_test (sha256_is_sha256),
                                     cmocka_unit_test (absent_libraries_and_functions_are_named)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
