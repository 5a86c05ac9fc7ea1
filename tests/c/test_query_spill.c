/* What goes into the temporary file comes back, from any thread, and the file has no name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <dirent.h>
#include <unistd.h>

#include "query/query_spill.h"

#define THREADS 4
#define PIECES 200

static char folder[64];

static int
make_folder (void **state)
{
  (void)state;
  snprintf (folder, sizeof folder, "/tmp/garco_XXXXXX");
  return mkdtemp (folder) == NULL || setenv ("TMPDIR", folder, 1) != 0 ? -1 : 0;
}

static int
remove_folder (void **state)
{
  (void)state;
  return rmdir (folder); /* fails where a file is left */
}

static size_t
count_files (void)
{
  size_t count = 0;
  DIR *open = opendir (folder);
  assert_non_null (open);
  while (readdir (open) != NULL)
    count++;
  closedir (open);
  return count - 2; /* "." and ".." */
}

static void
pieces_lie_one_behind_the_other (void **state)
{
  garco__spill spill;
  garco_error error;
  uint64_t first = 99, second = 99;
  char bytes[16];
  (void)state;
  garco__spill_init (&spill);
  assert_int_equal (spill.descriptor, -1); /* no file before there is something to keep */
  assert_ok (garco__spill_append (&spill, "abc", 3, "defg", 4, &first, &error), &error);
  assert_int_equal (count_files (), 0);
  assert_ok (garco__spill_append (&spill, "hi", 2, NULL, 0, &second, &error), &error);
  assert_int_equal (first, 0);
  assert_int_equal (second, 7);
  assert_ok (garco__spill_read (&spill, 0, bytes, 9, &error), &error);
  assert_memory_equal (bytes, "abcdefghi", 9);
  assert_ok (garco__spill_read (&spill, second, bytes, 2, &error), &error);
  assert_memory_equal (bytes, "hi", 2);
  garco__spill_free (&spill);
}

static void
what_is_not_there_cannot_be_read (void **state)
{
  garco__spill spill;
  garco_error error;
  uint64_t offset;
  char bytes[16];
  (void)state;
  garco__spill_init (&spill);
  assert_ok (garco__spill_append (&spill, "abc", 3, NULL, 0, &offset, &error), &error);
  assert_int_equal (garco__spill_read (&spill, 1, bytes, 3, &error), GARCO_ERR_IO);
  assert_string_equal (error.source, "temporary file");
  garco__spill_free (&spill);
}

static void
a_folder_that_is_none_is_told (void **state)
{
  garco__spill spill;
  garco_error error;
  uint64_t offset;
  (void)state;
  setenv ("TMPDIR", "/none such", 1);
  garco__spill_init (&spill);
  assert_int_equal (garco__spill_append (&spill, "abc", 3, NULL, 0, &offset, &error), GARCO_ERR_IO);
  assert_non_null (strstr (error.message, "values for quantiles cannot be kept: No such file"));
  garco__spill_free (&spill);
  setenv ("TMPDIR", folder, 1);
}

typedef struct writer
{
  garco__spill *spill;
  unsigned number;
  unsigned wrong; /* pieces that came back otherwise */
} writer;

/* Pieces of another length each, whose bytes say whose they are. */
static void *
write_and_read (void *context)
{
  writer *own = context;
  uint64_t offsets[PIECES];
  uint8_t bytes[2 * PIECES], back[2 * PIECES];
  for (unsigned i = 0; i < PIECES; i++)
  {
    memset (bytes, (int)(own->number * 50 + i % 50), sizeof bytes);
    if (garco__spill_append (own->spill, bytes, i, bytes, i / 2, &offsets[i], NULL) < 0)
      own->wrong++;
  }
  for (unsigned i = 0; i < PIECES; i++)
  {
    memset (bytes, (int)(own->number * 50 + i % 50), sizeof bytes);
    if (garco__spill_read (own->spill, offsets[i], back, i + i / 2, NULL) < 0 ||
        memcmp (bytes, back, i + i / 2) != 0)
      own->wrong++;
  }
  return NULL;
}

static void
threads_keep_out_of_each_others_bytes (void **state)
{
  garco__spill spill;
  pthread_t threads[THREADS];
  writer writers[THREADS];
  (void)state;
  garco__spill_init (&spill);
  for (unsigned i = 0; i < THREADS; i++)
  {
    writers[i] = (writer){&spill, i, 0};
    assert_int_equal (pthread_create (&threads[i], NULL, write_and_read, &writers[i]), 0);
  }
  for (unsigned i = 0; i < THREADS; i++)
  {
    pthread_join (threads[i], NULL);
    assert_int_equal (writers[i].wrong, 0);
  }
  assert_int_equal (spill.size, THREADS * (PIECES * (PIECES - 1) / 2 + PIECES * (PIECES - 2) / 4));
  garco__spill_free (&spill);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (pieces_lie_one_behind_the_other),
      cmocka_unit_test (what_is_not_there_cannot_be_read),
      cmocka_unit_test (a_folder_that_is_none_is_told),
      cmocka_unit_test (threads_keep_out_of_each_others_bytes),
  };
  return cmocka_run_group_tests (tests, make_folder, remove_folder);
}
