/* Pieces of work by several threads.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <pthread.h>

#include "base/error.h"
#include "base/parallel.h"

#define PIECES 500

typedef struct counts
{
  pthread_mutex_t lock;
  int done[PIECES];
  size_t fails_from;
} counts;

static garco_status
count_piece (void *context, size_t index, garco_error *error)
{
  counts *c = context;
  pthread_mutex_lock (&c->lock);
  c->done[index]++;
  pthread_mutex_unlock (&c->lock);
  if (index >= c->fails_from)
    return garco__fail (error, GARCO_ERR_IO, NULL, "piece %zu", index);
  return GARCO_OK;
}

static void
every_piece_is_done_once (void **state)
{
  (void)state;
  for (int threads = 0; threads <= 8; threads++)
  {
    counts c = {.lock = PTHREAD_MUTEX_INITIALIZER, .fails_from = PIECES};
    garco_error error;
    assert_ok (garco__parallel_run (PIECES, threads, count_piece, &c, &error), &error);
    for (size_t i = 0; i < PIECES; i++)
      assert_int_equal (c.done[i], 1);
  }
  assert_int_equal (garco__parallel_run (0, 4, count_piece, NULL, NULL), GARCO_OK);
}

static void
the_first_failure_by_index_is_told (void **state)
{
  (void)state;
  for (int threads = 1; threads <= 8; threads++)
  {
    counts c = {.lock = PTHREAD_MUTEX_INITIALIZER, .fails_from = 123};
    garco_error error;
    assert_int_equal (garco__parallel_run (PIECES, threads, count_piece, &c, &error), GARCO_ERR_IO);
    assert_string_equal (error.message, "piece 123");
    assert_int_equal (c.done[122], 1);
    assert_int_equal (c.done[PIECES - 1], 0);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test (every_piece_is_done_once),
                                     cmocka_unit_test (the_first_failure_by_index_is_told)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
