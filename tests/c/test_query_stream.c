/* Arrow arrays and streams: buffers, nulls, and who owns what. Leaks show under the sanitizers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "query/query_arrow.h"

#define DAY_MS INT64_C (86400000)

static void *given; /* what take_once gives away, once */

static void *
take_once (void *holder, const void *values)
{
  (void)holder;
  void *taken = values == given ? given : NULL;
  if (taken != NULL)
    given = NULL;
  return taken;
}

static void
columns_become_children (void **state)
{
  (void)state;
  const uint8_t valid[] = {1, 0, 1};
  const int8_t channels[] = {-7, GARCO_FCN_UNKNOWN, 0};
  const uint64_t offsets[] = {0, 2, 2, 5};
  int64_t *times = calloc (3, sizeof *times);
  const garco_column columns[] = {{"time", GARCO_INT64, 1, times, NULL, NULL},
                                  {"fcn", GARCO_INT8, 1, channels, NULL, NULL},
                                  {"text", GARCO_STRING_UTF8, UINT32_MAX, "abcde", offsets, NULL},
                                  {"maybe", GARCO_INT8, 1, channels, NULL, valid},
                                  {"flag", GARCO_BOOL, 1, valid, NULL, NULL},
                                  {"time", GARCO_INT64, 1, times, NULL, NULL}};
  const garco_batch batch = {3, 6, columns};
  struct ArrowSchema schema;
  struct ArrowArray array;
  garco_error error;
  given = times;
  assert_ok (garco__arrow_schema (columns, 6, &schema, &error), &error);
  assert_ok (garco__arrow_array (&batch, take_once, NULL, &array, &error), &error);
  static const char *const formats[] = {"tsm:", "c", "U", "c", "b", "tsm:"};
  for (size_t i = 0; i < 6; i++)
  {
    assert_string_equal (schema.children[i]->format, formats[i]);
    assert_string_equal (schema.children[i]->name, columns[i].name);
    assert_int_equal (array.children[i]->length, 3);
  }
  assert_ptr_equal (array.children[0]->buffers[1], times);     /* moved */
  assert_ptr_not_equal (array.children[5]->buffers[1], times); /* the second time copied */
  assert_int_equal (array.children[1]->null_count, 1);
  assert_int_equal (*(const uint8_t *)array.children[1]->buffers[0], 5);
  assert_int_equal (array.children[3]->null_count, 1);
  assert_int_equal (*(const uint8_t *)array.children[4]->buffers[1], 5);
  assert_null (array.children[0]->buffers[0]);
  assert_int_equal (array.children[2]->n_buffers, 3);
  /* A child is moved out, and lives on. */
  struct ArrowArray moved = *array.children[2];
  array.children[2]->release = NULL;
  array.release (&array);
  schema.release (&schema);
  assert_null (array.release);
  assert_memory_equal (moved.buffers[2], "abcde", 5);
  moved.release (&moved);
}

static void
text_that_is_none_is_refused (void **state)
{
  (void)state;
  static const char *const bad[] = {"\xff",         "\xc0\x80",         "\xe2\x82",
                                    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x80\x80\x80",
                                    "a\x80"};
  struct ArrowArray array;
  garco_error error;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
  {
    const uint64_t offsets[] = {0, strlen (bad[i])};
    const garco_column column = {"text", GARCO_STRING_ASCII, UINT32_MAX, bad[i], offsets, NULL};
    const garco_batch batch = {1, 1, &column};
    assert_int_equal (garco__arrow_array (&batch, NULL, NULL, &array, &error),
                      GARCO_ERR_UNSUPPORTED);
    assert_null (array.release);
  }
}

static void
read_stream (struct ArrowArrayStream *stream, int most, int64_t *rows)
{
  struct ArrowSchema schema;
  struct ArrowArray array;
  assert_int_equal (stream->get_schema (stream, &schema), 0);
  assert_string_equal (schema.format, "+s");
  schema.release (&schema);
  for (*rows = 0; most > 0; most--)
  {
    assert_int_equal (stream->get_next (stream, &array), 0);
    if (array.release == NULL)
      break;
    *rows += array.length;
    array.release (&array);
  }
  stream->release (stream);
  assert_null (stream->release);
}

static void
streams_own_what_they_are_made_of (void **state)
{
  (void)state;
  char path[] = "/tmp/garco-stream-XXXXXX";
  const char *sources[2] = {path, path};
  garco_simulate_options simulated = GARCO_SIMULATE_OPTIONS_INIT;
  struct ArrowArrayStream stream;
  garco_query *query = NULL;
  garco_stats *stats = NULL;
  garco_error error;
  int64_t once, twice;
  close (mkstemp (path));
  simulated.duration_ms = DAY_MS / 4;
  assert_ok (garco_simulate (&simulated, path, &error), &error);
  for (size_t n = 1; n <= 2; n++)
  {
    assert_ok (garco_query_open (sources, n, NULL, &query, &error), &error);
    assert_ok (garco_query_take_stream (&query, &stream, &error), &error);
    assert_null (query);
    read_stream (&stream, 1000, n == 1 ? &once : &twice);
  }
  assert_true (once > 10000 && twice == 2 * once);
  assert_ok (garco_query_open (sources, 1, NULL, &query, &error), &error);
  assert_ok (garco_query_take_stream (&query, &stream, &error), &error);
  read_stream (&stream, 1, &twice); /* released in the midst */
  assert_ok (garco_stats_compute (sources, 1, NULL, NULL, &stats, &error), &error);
  assert_ok (garco_stats_take_stream (&stats, &stream, &error), &error);
  assert_null (stats);
  read_stream (&stream, 10, &once);
  assert_int_equal (once, 1);
  unlink (path);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (columns_become_children),
      cmocka_unit_test (text_that_is_none_is_refused),
      cmocka_unit_test (streams_own_what_they_are_made_of),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
