/* Chunks of one file, made by several threads: measured and written in their order, or in part up
 * to the first that fails.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco_support.h"

#include <sched.h>

#include "arco/tile_file.h"
#include "base/error.h"
#include "base/parallel.h"

#define CHUNKS 300
#define TILE_CHUNKS 7
#define TILES ((CHUNKS - 1) / TILE_CHUNKS + 1)

typedef struct written
{
  garco__tile_file file;
  uint64_t offsets[TILES], size;
  size_t order[CHUNKS], measured;
  size_t fails, fails_too;
} written;

/* Of different lengths, and after different waits. */
static garco_status
make_chunk (written *w, size_t chunk, garco_error *error)
{
  garco__buffer packed = {0};
  garco_status status;
  if (!garco__tile_file_wait (&w->file, chunk))
    return GARCO_OK;
  w->order[w->measured++] = chunk;
  garco__tile_file_measured (&w->file);
  for (size_t i = 0; i < chunk * 7919 % 13; i++)
    sched_yield ();
  if (chunk == w->fails || chunk == w->fails_too)
    return garco__fail (error, GARCO_ERR_ARGUMENT, NULL, "chunk %zu", chunk);
  GARCO_TRY_DONE (garco__buffer_print (&packed, error, "%zu,", chunk));
  GARCO_TRY_DONE (garco__tile_file_put (&w->file, chunk, &packed, error));
done:
  garco__buffer_free (&packed);
  return status;
}

static garco_status
run_chunk (void *context, size_t chunk, garco_error *error)
{
  written *w = context;
  garco_status status = make_chunk (w, chunk, error);
  if (status < 0)
    garco__tile_file_failed (&w->file, chunk);
  return status;
}

static garco_status
write_chunks (written *w, const test_place *place, size_t window, int threads, garco_error *error)
{
  garco__io *io = NULL;
  assert_ok (garco__io_open (place->folder, &io, error), error);
  w->file.io = io;
  w->file.window = window;
  w->file.tile_chunks = TILE_CHUNKS;
  w->file.offsets = w->offsets;
  w->file.size = &w->size;
  snprintf (w->file.path, sizeof w->file.path, "f%zu_%d.tdb", window, threads);
  assert_ok (garco__tile_file_init (&w->file, error), error);
  garco_status status = garco__parallel_run (CHUNKS, threads, run_chunk, w, error);
  if (status >= 0)
    status = garco__tile_file_finish (&w->file, error);
  garco__tile_file_free (&w->file);
  garco__io_close (&io);
  return status;
}

static void
assert_written (const written *w, const test_place *place)
{
  char path[512], text[16], expected[16];
  uint64_t at = 0;
  snprintf (path, sizeof path, "%s/%s", place->folder, w->file.path);
  FILE *file = fopen (path, "rb");
  assert_non_null (file);
  for (size_t i = 0; i < CHUNKS; i++)
  {
    size_t length = (size_t)snprintf (expected, sizeof expected, "%zu,", i);
    assert_int_equal (fread (text, 1, length, file), length);
    assert_memory_equal (text, expected, length);
    assert_int_equal (w->order[i], i);
    if (i % TILE_CHUNKS == 0)
      assert_int_equal (w->offsets[i / TILE_CHUNKS], at);
    at += length;
  }
  assert_int_equal (fgetc (file), EOF);
  assert_int_equal (w->size, at);
  fclose (file);
}

static const size_t windows[] = {1, 2, 5, GARCO__WAITING_CHUNKS};

static void
chunks_are_written_in_order (void **state)
{
  for (size_t i = 0; i < 4; i++)
    for (int threads = 1; threads <= 9; threads += 4)
    {
      written w = {.fails = SIZE_MAX, .fails_too = SIZE_MAX};
      garco_error error;
      assert_ok (write_chunks (&w, *state, windows[i], threads, &error), &error);
      assert_int_equal (w.measured, CHUNKS);
      assert_written (&w, *state);
    }
}

static void
the_first_chunk_that_fails_is_told (void **state)
{
  for (size_t i = 0; i < 4; i++)
    for (int threads = 1; threads <= 9; threads += 4)
    {
      written w = {.fails = 131, .fails_too = 133};
      garco_error error;
      assert_int_equal (write_chunks (&w, *state, windows[i], threads, &error), GARCO_ERR_ARGUMENT);
      assert_string_equal (error.message, "chunk 131");
      assert_true (w.measured < CHUNKS);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (chunks_are_written_in_order, make_place, free_place),
      cmocka_unit_test_setup_teardown (the_first_chunk_that_fails_is_told, make_place, free_place)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
