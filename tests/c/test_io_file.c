/* Storage in folders.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/io.h"

static garco__io *io;
static char root[64];

static int
make_root (void **state)
{
  (void)state;
  const char *base = getenv ("TMPDIR");
  snprintf (root, sizeof root, "%s/garco_XXXXXX", base != NULL ? base : "/tmp");
  return mkdtemp (root) == NULL ? -1 : garco__io_open (root, &io, NULL);
}

static int
free_root (void **state)
{
  (void)state;
  garco_status status = garco__io_remove (io, "", NULL);
  garco__io_close (&io);
  return status;
}

static void
objects_appear_whole (void **state)
{
  (void)state;
  garco__io_kind kind;
  uint64_t size = 9;
  uint8_t *bytes = NULL;
  size_t length = 0;
  garco_error error;
  assert_ok (garco__io_make_folder (io, "a", &error), &error);
  assert_ok (garco__io_make_folder (io, "a", &error), &error);
  assert_ok (garco__io_write (io, "a/x", "hello", 5, &error), &error);
  assert_ok (garco__io_write (io, "a/empty", NULL, 0, &error), &error);
  assert_int_equal (garco__io_write (io, "a/empty", NULL, 0, &error), GARCO_ERR_EXISTS);
  assert_ok (garco__io_stat (io, "a/x", &kind, &size, &error), &error);
  assert_true (kind == GARCO__IO_FILE && size == 5);
  assert_ok (garco__io_stat (io, "a", &kind, &size, &error), &error);
  assert_int_equal (kind, GARCO__IO_FOLDER);
  assert_ok (garco__io_stat (io, "nothing/there", &kind, &size, &error), &error);
  assert_int_equal (kind, GARCO__IO_NOTHING);
  assert_ok (garco__io_read_whole (io, "a/x", 5, &bytes, &length, &error), &error);
  assert_true (length == 5 && memcmp (bytes, "hello", 5) == 0);
  free (bytes);
  assert_int_equal (garco__io_read_whole (io, "a/x", 4, &bytes, &length, &error), GARCO_ERR_LIMIT);
  garco__io_list list = {0};
  assert_ok (garco__io_list_folder (io, "", &list, &error), &error);
  assert_int_equal (list.count, 1); /* no temporary name is left */
  assert_true (list.entries[0].folder);
  garco__io_list_free (&list);
}

static void
reads_name_the_byte_where_the_file_ends (void **state)
{
  (void)state;
  char bytes[8] = "";
  garco_error error;
  assert_ok (garco__io_write (io, "y", "0123456789", 10, &error), &error);
  assert_ok (garco__io_read (io, "y", 4, bytes, 3, &error), &error);
  assert_string_equal (bytes, "456");
  assert_int_equal (garco__io_read (io, "y", 7, bytes, 8, &error), GARCO_ERR_TRUNCATED);
  assert_int_equal (error.byte, 10);
  assert_non_null (strstr (error.message, "expected 5 bytes more"));
  assert_int_equal (garco__io_read (io, "z", 0, bytes, 1, &error), GARCO_ERR_NOT_FOUND);
  assert_int_equal (garco__io_read (io, "y", UINT64_MAX, bytes, 1, &error), GARCO_ERR_CORRUPT);
}

static void
streams_take_parts (void **state)
{
  (void)state;
  garco__io_stream *stream = NULL;
  garco__io_list list = {0};
  char bytes[6] = "";
  garco_error error;
  assert_ok (garco__io_stream_open (io, "s", &stream, &error), &error);
  assert_ok (garco__io_stream_write (stream, "ab", 2, &error), &error);
  assert_ok (garco__io_stream_write (stream, "cde", 3, &error), &error);
  assert_ok (garco__io_stream_finish (&stream, &error), &error);
  assert_null (stream);
  garco__io_stream_abandon (&stream);
  assert_ok (garco__io_read (io, "s", 0, bytes, 5, &error), &error);
  assert_string_equal (bytes, "abcde");
  assert_int_equal (garco__io_stream_open (io, "s", &stream, &error), GARCO_ERR_EXISTS);
  assert_ok (garco__io_write (io, "B", "1", 1, &error), &error);
  assert_ok (garco__io_list_folder (io, "", &list, &error), &error);
  for (size_t i = 1; i < list.count; i++)
    assert_true (strcmp (list.entries[i - 1].name, list.entries[i].name) < 0);
  assert_non_null (garco__io_list_find (&list, "B"));
  assert_null (garco__io_list_find (&list, "b"));
  garco__io_list_free (&list);
  assert_ok (garco__io_remove (io, "s", &error), &error);
  assert_ok (garco__io_remove (io, "s", &error), &error);
}

/* A second process waits for the lock: what it appends comes after what the first appends. */
static void
one_process_holds_the_lock (void **state)
{
  (void)state;
  garco_error error;
  char text[3] = "";
  assert_ok (garco__io_lock (io, &error), &error);
  assert_int_equal (garco__io_lock (io, &error), GARCO_ERR_ARGUMENT);
  pid_t child = fork ();
  if (child == 0)
  {
    garco__io *own = NULL;
    bool good = garco__io_open (root, &own, NULL) == GARCO_OK &&
                garco__io_lock (own, NULL) == GARCO_OK &&
                garco__io_read (own, "first", 0, text, 1, NULL) == GARCO_OK;
    _exit (good ? 0 : 1);
  }
  nanosleep (&(struct timespec){0, 50000000}, NULL);
  assert_ok (garco__io_write (io, "first", "1", 1, &error), &error);
  garco__io_unlock (io);
  int status = -1;
  assert_int_equal (waitpid (child, &status, 0), child);
  assert_int_equal (status, 0);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (objects_appear_whole),
                                     cmocka_unit_test (reads_name_the_byte_where_the_file_ends),
                                     cmocka_unit_test (streams_take_parts),
                                     cmocka_unit_test (one_process_holds_the_lock)};
  return cmocka_run_group_tests (tests, make_root, free_root);
}
