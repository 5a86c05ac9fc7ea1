/* What a reader sees of an array's folder while others write to it.
 *
 * The storage is the local one, with a hook that changes the array just before or after the reader
 * looks at something.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco_support.h"

#include "arco/array_directory.h"
#include "base/error.h"

#define A "__1_1_0a_22"
#define B "__2_2_0b_22"
#define C "__1_2_0c_22"

typedef struct hooked
{
  garco__io *io;
  const char *path; /* what is looked at */
  bool after;
  bool consolidated, vacuumed; /* what is done then */
  int left;                    /* how many times */
} hooked;

static hooked hook; /* a backend has no room of its own */

static void
put (garco__io *io, const char *path, const char *text)
{
  assert_int_equal (garco__io_file.write (io, path, text, strlen (text), NULL), GARCO_OK);
}

static void
begin_consolidation (garco__io *io)
{
  put (io, "." C GARCO__REPLACES, "/__fragments/" A "\n/__fragments/" B "\n");
  assert_int_equal (garco__io_file.make_folder (io, "__fragments/" C, NULL), GARCO_OK);
  put (io, "__commits/" C ".wrt", "");
}

static void
end_consolidation (garco__io *io)
{
  put (io, "__commits/" C ".vac", "/__fragments/" A "\n/__fragments/" B "\n");
  assert_int_equal (garco__io_file.remove (io, "." C GARCO__REPLACES, NULL), GARCO_OK);
}

static void
vacuum (garco__io *io)
{
  static const char *const gone[] = {"__commits/" A ".wrt", "__commits/" B ".wrt", "__fragments/" A,
                                     "__fragments/" B, "__commits/" C ".vac"};
  for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
    assert_int_equal (garco__io_file.remove (io, gone[i], NULL), GARCO_OK);
}

static bool
is_time (const char *path, bool after)
{
  return hook.left > 0 && after == hook.after && strcmp (path, hook.path) == 0;
}

static void
change (garco__io *io, const char *path, bool after)
{
  if (!is_time (path, after))
    return;
  hook.left--;
  if (hook.consolidated)
    end_consolidation (io);
  if (hook.vacuumed)
    vacuum (io);
}

static garco_status
hooked_list (garco__io *io, const char *path, garco__io_list *list, garco_error *error)
{
  change (io, path, false);
  garco_status status = garco__io_file.list (io, path, list, error);
  change (io, path, true);
  return status;
}

static garco_status
hooked_stat (garco__io *io, const char *path, garco__io_kind *kind, uint64_t *size,
             garco_error *error)
{
  change (io, path, false);
  return garco__io_file.stat (io, path, kind, size, error);
}

static garco__io_backend backend;

/* An array of fragments A and B by name, none of which is ever opened. */
static garco__io *
open_array (const test_place *place)
{
  static const char *const folders[] = {"__fragments/" A, "__fragments/" B};
  garco__io *io = NULL;
  assert_int_equal (garco__io_open (place->array, &io, NULL), GARCO_OK);
  for (size_t i = 0; i < 2; i++)
    assert_int_equal (garco__io_make_folder (io, folders[i], NULL), GARCO_OK);
  put (io, "__commits/" A ".wrt", "");
  put (io, "__commits/" B ".wrt", "");
  backend = garco__io_file;
  backend.list = hooked_list;
  backend.stat = hooked_stat;
  memset (&hook, 0, sizeof hook);
  io->backend = &backend;
  return io;
}

static void
assert_sees (garco__io *io, const char *name)
{
  garco__directory directory = {0};
  garco_error error;
  assert_ok (garco__directory_read (io, 0, 9, &directory, &error), &error);
  assert_int_equal (directory.fragments.count, 1);
  assert_string_equal (directory.fragments.items[0].name, name);
  assert_int_equal (hook.left, 0);
  garco__directory_free (&directory);
}

/* The list of what is replaced was seen, and is gone when it is to be read: the open failed. */
static void
a_vacuum_meanwhile_is_no_failure (void **state)
{
  garco__io *io = open_array (*state);
  begin_consolidation (io);
  end_consolidation (io);
  hook = (hooked){.path = "__commits/" C ".vac", .vacuumed = true, .left = 1};
  assert_sees (io, C);
  garco__io_close (&io);
}

/* The note in the root is taken away between the looks at commits and at the root. */
static void
a_consolidation_meanwhile_is_seen_once (void **state)
{
  garco__io *io = open_array (*state);
  begin_consolidation (io);
  hook = (hooked){.path = "__commits", .after = true, .consolidated = true, .left = 1};
  assert_sees (io, C);
  garco__io_close (&io);
}

/* Others may join commits in one file before garco has made up for what a crash has left. */
static void
a_note_counts_wherever_its_commit_is (void **state)
{
  garco__io *io = open_array (*state);
  begin_consolidation (io);
  put (io, "__commits/__1_2_0d_22.con",
       "__commits/" A ".wrt\n__commits/" B ".wrt\n__commits/" C ".wrt\n");
  assert_int_equal (garco__io_remove (io, "__commits/" C ".wrt", NULL), GARCO_OK);
  assert_sees (io, C);
  garco__io_close (&io);
}

/* What is gone for good is told, and not looked for without an end. */
static void
a_list_that_stays_away_is_an_error (void **state)
{
  garco__io *io = open_array (*state);
  garco__directory directory = {0};
  garco_error error;
  char path[128];
  begin_consolidation (io);
  snprintf (path, sizeof path, "%s/__commits/" C ".vac", ((test_place *)*state)->array);
  assert_int_equal (symlink ("nowhere", path), 0);
  assert_int_equal (garco__directory_read (io, 0, 9, &directory, &error), GARCO_ERR_NOT_FOUND);
  assert_non_null (strstr (error.source, C ".vac"));
  assert_int_equal (directory.fragments.count, 0);
  garco__io_close (&io);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (a_vacuum_meanwhile_is_no_failure, make_place, free_place),
      cmocka_unit_test_setup_teardown (a_consolidation_meanwhile_is_seen_once, make_place,
                                       free_place),
      cmocka_unit_test_setup_teardown (a_note_counts_wherever_its_commit_is, make_place,
                                       free_place),
      cmocka_unit_test_setup_teardown (a_list_that_stays_away_is_an_error, make_place, free_place)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
