/* garco__sink: compressed by name, the same bytes each time, there only when complete.
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* O_TMPFILE */
#include "test_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "codec/sink.h"
#include "codec/source.h"

static char work_dir[] = "garco-sink-XXXXXX";

static int
make_work (void **state)
{
  (void)state;
  return mkdtemp (work_dir) == NULL ? -1 : 0;
}

static const char *
work_path (const char *name)
{
  static char path[512];
  snprintf (path, sizeof path, "%s/%s", work_dir, name);
  return path;
}

static int
count_files (bool remove_them)
{
  int count = 0;
  DIR *folder = opendir (work_dir);
  assert_non_null (folder);
  for (struct dirent *entry; (entry = readdir (folder)) != NULL;)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
    {
      count++;
      if (remove_them)
        unlink (work_path (entry->d_name));
    }
  closedir (folder);
  return count;
}

static int
drop_work (void **state)
{
  (void)state;
  count_files (true);
  return rmdir (work_dir);
}

static garco__buffer
file_bytes (const char *path)
{
  garco__buffer out = {0};
  uint8_t piece[4096];
  size_t got;
  FILE *file = fopen (path, "rb");
  assert_non_null (file);
  while ((got = fread (piece, 1, sizeof piece, file)) > 0)
    assert_int_equal (garco__buffer_append (&out, piece, got, NULL), 0);
  fclose (file);
  return out;
}

static garco__buffer
unpacked (const char *path)
{
  garco_error error;
  garco__buffer out = {0};
  garco__source *source;
  garco_status status = garco__source_open (path, NULL, &source, &error);
  while (status == GARCO_OK)
  {
    const uint8_t *bytes;
    size_t size;
    status = garco__source_read (source, &bytes, &size, &error);
    if (status == GARCO_OK)
      assert_int_equal (garco__buffer_append (&out, bytes, size, NULL), 0);
  }
  assert_ok (status, &error);
  garco__source_free (&source);
  return out;
}

static garco__buffer
sample_text (int lines)
{
  garco__buffer text = {0};
  uint32_t seed = 7;
  for (int i = 0; i < lines; i++)
  {
    seed = seed * 1664525u + 1013904223u;
    assert_int_equal (garco__buffer_print (&text, NULL, "%14u.%03u %d\n", seed, seed % 1000u, i),
                      0);
  }
  return text;
}

static void
write_in_pieces (const char *path, const garco__buffer *text)
{
  garco_error error;
  garco__sink *sink;
  assert_ok (garco__sink_open (path, &sink, &error), &error);
  for (size_t at = 0, piece = 1; at < text->size; at += piece, piece = piece * 3 + 1)
  {
    if (piece > text->size - at)
      piece = text->size - at;
    assert_ok (garco__sink_write (sink, text->data + at, piece, &error), &error);
  }
  assert_ok (garco__sink_close (sink, &error), &error);
  garco__sink_free (&sink);
  assert_null (sink);
}

static const struct
{
  const char *name, *magic;
  size_t size;
} forms[] = {{"a", "", 0},        {"a.Z", "\x1f\x9d", 2},   {"a.gz", "\x1f\x8b", 2},
             {"a.bz2", "BZh", 3}, {"a.xz", "\xfd\x37z", 3}, {"a.zst", "\x28\xb5\x2f\xfd", 4}};

static void
test_forms (void **state)
{
  (void)state;
  for (int lines = 0; lines <= 20000; lines += 10000)
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
    {
      const char *path = work_path (forms[i].name);
      garco__buffer text = sample_text (lines);
      write_in_pieces (path, &text);
      garco__buffer back = unpacked (path), raw = file_bytes (path);
      assert_int_equal (back.size, text.size);
      if (text.size > 0)
        assert_memory_equal (back.data, text.data, text.size);
      assert_true (raw.size >= forms[i].size);
      if (forms[i].size > 0)
        assert_memory_equal (raw.data, forms[i].magic, forms[i].size);
      assert_int_equal (count_files (true), 1);
      garco__buffer_free (&raw);
      garco__buffer_free (&back);
      garco__buffer_free (&text);
    }
}

/* A gzip header would hold the second of its writing. */
static void
test_same_bytes (void **state)
{
  (void)state;
  garco__buffer text = sample_text (100);
  write_in_pieces (work_path ("a.gz"), &text);
  garco__buffer first = file_bytes (work_path ("a.gz"));
  assert_memory_equal (first.data + 4, "\0\0\0\0", 4);
  write_in_pieces (work_path ("b.gz"), &text);
  garco__buffer second = file_bytes (work_path ("b.gz"));
  assert_int_equal (first.size, second.size);
  assert_memory_equal (first.data, second.data, first.size);
  garco__buffer_free (&first);
  garco__buffer_free (&second);
  garco__buffer_free (&text);
  count_files (true);
}

static void
test_only_when_complete (void **state)
{
  (void)state;
  garco_error error;
  garco__sink *sink;
  garco__buffer old = {0};
  assert_int_equal (garco__buffer_append (&old, "old", 3, NULL), 0);
  write_in_pieces (work_path ("kept"), &old);
  for (int i = 0; i < 2; i++)
  {
    assert_ok (garco__sink_open (work_path (i == 0 ? "kept" : "kept.gz"), &sink, &error), &error);
    assert_ok (garco__sink_write (sink, "new", 3, &error), &error);
    assert_true (count_files (false) <= 2);
    garco__sink_free (&sink);
  }
  assert_int_equal (count_files (false), 1);
  garco__buffer back = file_bytes (work_path ("kept"));
  assert_int_equal (back.size, 3);
  assert_memory_equal (back.data, "old", 3);
  garco__buffer_free (&back);
  garco__buffer_free (&old);
  count_files (true);
}

/* A link stays a link, and what it points to is written. */
static void
test_link (void **state)
{
  (void)state;
  garco__buffer text = sample_text (10);
  struct stat status;
  char link_name[512];
  write_in_pieces (work_path ("file"), &text);
  snprintf (link_name, sizeof link_name, "%s", work_path ("link"));
  assert_int_equal (symlink ("file", link_name), 0);
  text.size = 20;
  write_in_pieces (link_name, &text);
  assert_int_equal (lstat (link_name, &status), 0);
  assert_true (S_ISLNK (status.st_mode));
  assert_int_equal (stat (work_path ("file"), &status), 0);
  assert_int_equal (status.st_size, 20);
  garco__buffer_free (&text);
  count_files (true);
}

/* A killed process leaves nothing where a file can be without a name. */
static void
test_killed (void **state)
{
  (void)state;
  char where[512];
  int status, fd = open (work_dir, O_WRONLY | O_TMPFILE, 0600);
  if (fd < 0)
    skip ();
  close (fd);
  count_files (true);
  snprintf (where, sizeof where, "%s", work_path ("killed.gz"));
  pid_t child = fork ();
  if (child == 0)
  {
    garco__sink *sink;
    if (garco__sink_open (where, &sink, NULL) == GARCO_OK &&
        garco__sink_write (sink, "new", 3, NULL) == GARCO_OK)
      raise (SIGKILL);
    _exit (1);
  }
  assert_int_equal (waitpid (child, &status, 0), child);
  assert_true (WIFSIGNALED (status));
  assert_int_equal (count_files (false), 0);
}

/* .GZ compresses as .gz does; names of what is not written are refused before anything is made. */
static void
test_endings (void **state)
{
  (void)state;
  static const char *const foreign[] = {"a.zip", "a.15o.ZIP", "a.tar", "a.7z", "a.lz4"};
  garco_error error;
  garco__sink *sink;
  garco__buffer text = sample_text (100);
  write_in_pieces (work_path ("upper.GZ"), &text);
  int fd = open (work_path ("upper.GZ"), O_RDONLY);
  uint8_t magic[2] = {0};
  assert_int_equal (read (fd, magic, 2), 2);
  close (fd);
  assert_int_equal (magic[0], 0x1f);
  assert_int_equal (magic[1], 0x8b);
  count_files (true);
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
  {
    assert_int_equal (garco__sink_open (work_path (foreign[i]), &sink, &error),
                      GARCO_ERR_UNSUPPORTED);
    assert_null (sink);
    assert_non_null (strstr (error.message, "expected .Z, .gz"));
  }
  assert_int_equal (count_files (false), 0);
  garco__buffer_free (&text);
}

static void
test_refusals (void **state)
{
  (void)state;
  garco_error error;
  garco__sink *sink;
  assert_int_equal (garco__sink_open (work_dir, &sink, &error), GARCO_ERR_ARGUMENT);
  assert_null (sink);
  assert_int_equal (garco__sink_open (work_path ("none/file"), &sink, &error), GARCO_ERR_NOT_FOUND);
  assert_null (sink);
}

/* A device is written in place and survives; a full one is an error that stays. */
static void
test_devices (void **state)
{
  (void)state;
  garco_error error;
  garco__sink *sink;
  struct stat status;
  garco__buffer text = sample_text (10);
  write_in_pieces ("/dev/null", &text);
  assert_int_equal (stat ("/dev/null", &status), 0);
  assert_true (S_ISCHR (status.st_mode));
  char gz_link[512];
  snprintf (gz_link, sizeof gz_link, "%s", work_path ("full.gz"));
  assert_int_equal (symlink ("/dev/full", gz_link), 0);
  if (stat ("/dev/full", &status) == 0)
  {
    assert_ok (garco__sink_open (gz_link, &sink, &error), &error);
    assert_ok (garco__sink_write (sink, text.data, text.size, &error), &error);
    assert_int_equal (garco__sink_close (sink, &error), GARCO_ERR_IO);
    assert_int_equal (garco__sink_write (sink, text.data, text.size, &error), GARCO_ERR_IO);
    garco__sink_free (&sink);
    assert_ok (garco__sink_open ("/dev/full", &sink, &error), &error);
    assert_ok (garco__sink_write (sink, text.data, text.size, &error), &error);
    assert_int_equal (garco__sink_close (sink, &error), GARCO_ERR_IO);
    assert_int_equal (garco__sink_close (sink, &error), GARCO_ERR_IO);
    garco__sink_free (&sink);
  }
  garco__buffer_free (&text);
}

static void
test_reader_gone (void **state)
{
  (void)state;
  garco_error error;
  garco__sink *sink;
  int ends[2];
  garco__buffer text = sample_text (10000);
  assert_int_equal (pipe (ends), 0);
  close (ends[0]);
  fflush (stdout);
  int kept = dup (STDOUT_FILENO);
  dup2 (ends[1], STDOUT_FILENO);
  close (ends[1]);
  garco_status opened = garco__sink_open ("-", &sink, &error);
  garco_status put = garco__sink_write (sink, text.data, text.size, &error);
  garco_status closed = garco__sink_close (sink, NULL);
  dup2 (kept, STDOUT_FILENO);
  close (kept);
  garco__sink_free (&sink);
  assert_int_equal (opened, GARCO_OK);
  assert_int_equal (put, GARCO_ERR_IO);
  assert_int_equal (closed, GARCO_ERR_IO);
  assert_string_equal (error.source, "standard output");
  garco__buffer_free (&text);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_forms),       cmocka_unit_test (test_same_bytes),
      cmocka_unit_test (test_link),        cmocka_unit_test (test_only_when_complete),
      cmocka_unit_test (test_refusals),    cmocka_unit_test (test_devices),
      cmocka_unit_test (test_reader_gone), cmocka_unit_test (test_killed),
      cmocka_unit_test (test_endings),
  };
  return cmocka_run_group_tests (tests, make_work, drop_work);
}
