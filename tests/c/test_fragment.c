/* Fragments: written and seen, or not seen at all; damage to each of their files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco_support.h"

#include <math.h>

#include "arco/array_internal.h"

static size_t
count_cells (const char *uri, garco_error *error, garco_status *status)
{
  garco_array *array = NULL;
  garco_scan *scan = NULL;
  garco_batch batch;
  size_t cells = 0;
  *status = garco_array_open (uri, NULL, &array, error);
  if (*status >= 0)
    *status = garco_scan_open (array, NULL, &scan, error);
  while (*status == GARCO_OK && (*status = garco_scan_next (scan, &batch, error)) == GARCO_OK)
    cells += (size_t)batch.rows;
  garco_scan_free (&scan);
  garco_array_free (&array);
  return cells;
}

static void
unseen_until_committed (void **state)
{
  test_place *place = *state;
  garco__cells cells = {0};
  garco_array *array = NULL;
  garco__fragment_writer *fragment = NULL;
  garco_column columns[GARCO__CELL_COLUMNS];
  garco_error error;
  garco_status status;
  add_epochs (&cells, TEST_START, 4, 30);
  garco_batch batch = garco__cells_batch (&cells, columns);
  assert_ok (garco_array_open (place->array, NULL, &array, &error), &error);
  assert_ok (garco__fragment_write (array, &batch, &fragment, &error), &error);
  assert_int_equal (count_cells (place->array, &error, &status), 0);
  assert_int_equal (status, GARCO_END);
  uint64_t first = garco__fragment_writer_timestamp (fragment);
  garco__fragment_writer_free (&fragment); /* removes it */
  assert_ok (garco__fragment_write (array, &batch, &fragment, &error), &error);
  assert_true (garco__fragment_writer_timestamp (fragment) >= first);
  assert_ok (garco__fragment_commit (fragment, &error), &error);
  uint64_t second = garco__fragment_writer_timestamp (fragment);
  garco__fragment_writer_free (&fragment);
  assert_int_equal (count_cells (place->array, &error, &status), 24);
  assert_ok (garco__array_refresh (array, &error), &error);
  assert_int_equal (garco_array_fragment_count (array), 1);
  garco_fragment_info info;
  assert_ok (garco_array_fragment (array, 0, &info, &error), &error);
  assert_int_equal (info.cells, 24);
  assert_int_equal (info.timestamp_start, second);
  assert_int_equal (((const int64_t *)info.domain[0])[1], TEST_START + 90000);
  int64_t range[2];
  assert_int_equal (garco_array_domain (array, 0, range, &error), GARCO_OK);
  assert_int_equal (range[0], TEST_START);
  assert_ok (garco__fragment_write (array, &batch, &fragment, &error), &error);
  assert_true (garco__fragment_writer_timestamp (fragment) > second);
  garco__fragment_writer_free (&fragment);
  garco_array_free (&array);
  garco__cells_free (&cells);
}

/* Writes an object and fails nevertheless, as where its folder cannot be synced. */
static garco_status
write_and_fail (garco__io *io, const char *path, const void *bytes, size_t size, garco_error *error)
{
  assert_ok (garco__io_file.write (io, path, bytes, size, error), error);
  return GARCO_ERR_IO;
}

/* Fails and writes nothing. */
static garco_status
fail_to_write (garco__io *io, const char *path, const void *bytes, size_t size, garco_error *error)
{
  (void)io, (void)path, (void)bytes, (void)size, (void)error;
  return GARCO_ERR_IO;
}

static void
a_commit_never_loses_its_fragment (void **state)
{
  test_place *place = *state;
  garco__cells cells = {0};
  garco_array *array = NULL;
  garco__fragment_writer *fragment = NULL;
  garco_column columns[GARCO__CELL_COLUMNS];
  garco_error error;
  garco_status status;
  garco__io_backend failing = garco__io_file;
  add_epochs (&cells, TEST_START, 4, 30);
  garco_batch batch = garco__cells_batch (&cells, columns);
  for (int written = 0; written < 2; written++)
  {
    garco__io_list folders = {0};
    failing.write = written ? write_and_fail : fail_to_write;
    assert_ok (garco_array_open (place->array, NULL, &array, &error), &error);
    assert_ok (garco__fragment_write (array, &batch, &fragment, &error), &error);
    array->io->backend = &failing;
    assert_int_equal (garco__fragment_commit (fragment, &error), GARCO_ERR_IO);
    garco__fragment_writer_free (&fragment);
    assert_ok (garco__io_list_folder (array->io, "__fragments", &folders, &error), &error);
    assert_int_equal (folders.count, written);
    garco__io_list_free (&folders);
    garco_array_free (&array);
    assert_int_equal (count_cells (place->array, &error, &status), written ? 24 : 0);
    assert_int_equal (status, GARCO_END);
  }
  garco__cells_free (&cells);
}

static void
wrong_cells_are_refused (void **state)
{
  test_place *place = *state;
  garco__cells cells = {0};
  garco_array *array = NULL;
  garco__fragment_writer *fragment = NULL;
  garco_column columns[GARCO__CELL_COLUMNS];
  garco_error error;
  assert_ok (garco_array_open (place->array, NULL, &array, &error), &error);
  garco_batch batch = garco__cells_batch (&cells, columns);
  assert_int_equal (garco__fragment_write (array, &batch, &fragment, &error), GARCO_ERR_ARGUMENT);
  assert_null (fragment);
  add_cell (&cells, TEST_START, 0, 5, "1C", 40);
  add_cell (&cells, TEST_START, 0, 5, "1C", 41);
  batch = garco__cells_batch (&cells, columns);
  assert_int_equal (garco__fragment_write (array, &batch, &fragment, &error), GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "time = 1700000000000, sys = 0, sat = 5, obs = 12611"));
  cells.sat[1] = 255;
  assert_int_equal (garco__fragment_write (array, &batch, &fragment, &error), GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "sat = 255, outside the array's domain"));
  assert_int_equal (error.line, 2);
  cells.sat[1] = 6;
  cells.snr[1] = INFINITY;
  assert_int_equal (garco__fragment_write (array, &batch, &fragment, &error), GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "\"snr\""));
  cells.snr[1] = NAN;
  assert_ok (garco__fragment_write (array, &batch, &fragment, &error), &error);
  garco__fragment_writer_free (&fragment);
  garco_array_free (&array);
  garco__cells_free (&cells);
}

static void
flip (const char *path, long at, unsigned char bits)
{
  FILE *file = fopen (path, "r+b");
  assert_non_null (file);
  fseek (file, at, SEEK_SET);
  int byte = fgetc (file);
  fseek (file, at, SEEK_SET);
  fputc (byte ^ bits, file);
  fclose (file);
}

/* Every byte of a file of the fragment flipped, and the file cut: cells, or an error of one line.
 */
static void
damage_file (const char *uri, const char *path)
{
  struct stat info;
  garco_error error;
  garco_status status;
  assert_int_equal (stat (path, &info), 0);
  for (long at = 0; at < (long)info.st_size; at++)
  {
    unsigned char bits = (unsigned char)(at % 3 == 0 ? 0xff : 1 << at % 8);
    flip (path, at, bits);
    error.source[0] = '\0';
    count_cells (uri, &error, &status);
    assert_true (status == GARCO_END || (status < 0 && error.source[0] != '\0'));
    flip (path, at, bits);
  }
  for (off_t size = info.st_size - 1; size >= 0; size -= size > 64 ? 13 : 1)
  {
    assert_int_equal (truncate (path, size), 0);
    count_cells (uri, &error, &status);
    assert_true (status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED ||
                 status == GARCO_ERR_UNSUPPORTED);
  }
}

static void
damage_is_an_error (void **state)
{
  test_place *place = *state;
  static const char *const files[] = {"d0.tdb", "a3.tdb", "a4.tdb", "__fragment_metadata.tdb"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
  {
    garco__cells cells = {0};
    garco__io *io = NULL;
    garco__io_list list = {0};
    char path[512], uri[128];
    snprintf (uri, sizeof uri, "%s%zu", place->array, i);
    assert_int_equal (garco_array_create (uri, "earthscope", NULL), GARCO_OK);
    add_epochs (&cells, TEST_START, 5, 30);
    write_cells (uri, &cells);
    garco__cells_free (&cells);
    assert_int_equal (garco__io_open (uri, &io, NULL), GARCO_OK);
    assert_int_equal (garco__io_list_folder (io, "__fragments", &list, NULL), GARCO_OK);
    assert_int_equal (list.count, 1);
    snprintf (path, sizeof path, "%s/__fragments/%s/%s", uri, list.entries[0].name, files[i]);
    damage_file (uri, path);
    garco__io_list_free (&list);
    garco__io_close (&io);
  }
}

static void
places_that_are_no_arrays (void **state)
{
  test_place *place = *state;
  garco_array *array = NULL;
  garco_error error;
  char path[128];
  assert_int_equal (garco_array_open (place->folder, NULL, &array, &error), GARCO_ERR_FORMAT);
  assert_null (array);
  snprintf (path, sizeof path, "%s/nothing", place->folder);
  assert_int_equal (garco_array_open (path, NULL, &array, &error), GARCO_ERR_NOT_FOUND);
  assert_int_equal (garco_array_create (place->folder, "earthscope", &error), GARCO_ERR_EXISTS);
  assert_int_equal (garco_array_open ("ftp://x/y", NULL, &array, &error), GARCO_ERR_UNSUPPORTED);
}

static void
metadata_are_kept (void **state)
{
  test_place *place = *state;
  garco_array *array = NULL;
  garco_error error;
  size_t count = 9;
  const int64_t number = 7;
  const garco__metadata_item first[] = {{"b", GARCO_STRING_UTF8, 5, "hello"},
                                        {"a", GARCO_INT64, 1, &number}};
  const garco__metadata_item second[] = {{"b", GARCO_STRING_UTF8, 3, "you"}};
  assert_ok (garco_array_open (place->array, NULL, &array, &error), &error);
  assert_ok (garco_array_metadata_count (array, &count, &error), &error);
  assert_int_equal (count, 0);
  assert_ok (garco__array_metadata_write (array, 10, first, 2, NULL, &error), &error);
  assert_ok (garco__array_metadata_write (array, 20, second, 1, NULL, &error), &error);
  assert_ok (garco__array_refresh (array, &error), &error);
  assert_ok (garco_array_metadata_count (array, &count, &error), &error);
  assert_int_equal (count, 2);
  garco_metadata_info info;
  assert_ok (garco_array_metadata (array, 0, &info, &error), &error);
  assert_string_equal (info.key, "a");
  assert_int_equal (*(const int64_t *)info.values, 7);
  assert_ok (garco_array_metadata (array, 1, &info, &error), &error);
  assert_int_equal (info.count, 3);
  assert_memory_equal (info.values, "you", 3);
  assert_int_equal (garco_array_metadata (array, 2, &info, &error), GARCO_ERR_ARGUMENT);
  garco_array_free (&array);
}

/* A fragment that is gone as a whole is no damage: it was vacuumed. */
static void
vacuumed_is_told_from_damaged (void **state)
{
  test_place *place = *state;
  garco__cells cells = {0};
  garco_column columns[GARCO__CELL_COLUMNS];
  for (int whole = 0; whole < 2; whole++)
  {
    garco_array *array = NULL, *reader = NULL;
    garco_fragment_info info;
    garco_error error;
    char name[GARCO_FRAGMENT_NAME_SIZE], path[256];
    cells.count = 0;
    add_epochs (&cells, TEST_START + whole, 4, 30);
    garco_batch batch = garco__cells_batch (&cells, columns);
    assert_ok (garco_array_open (place->array, NULL, &array, &error), &error);
    assert_ok (garco_array_write (array, &batch, NULL, name, &error), &error);
    assert_ok (garco_array_open (place->array, NULL, &reader, &error), &error);
    snprintf (path, sizeof path, "__fragments/%s%s", name, whole ? "" : "/__fragment_metadata.tdb");
    assert_ok (garco__io_remove (array->io, path, &error), &error);
    assert_int_equal (garco_array_fragment (reader, (size_t)whole, &info, &error),
                      whole ? GARCO_ERR_NOT_FOUND : GARCO_ERR_CORRUPT);
    assert_non_null (strstr (error.message, whole ? "a vacuum has removed it" : "is missing"));
    garco_array_free (&reader);
    garco_array_free (&array);
  }
  garco__cells_free (&cells);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (vacuumed_is_told_from_damaged, make_place, free_place),
      cmocka_unit_test_setup_teardown (unseen_until_committed, make_place, free_place),
      cmocka_unit_test_setup_teardown (a_commit_never_loses_its_fragment, make_place, free_place),
      cmocka_unit_test_setup_teardown (wrong_cells_are_refused, make_place, free_place),
      cmocka_unit_test_setup_teardown (damage_is_an_error, make_place, free_place),
      cmocka_unit_test_setup_teardown (places_that_are_no_arrays, make_place, free_place),
      cmocka_unit_test_setup_teardown (metadata_are_kept, make_place, free_place)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
