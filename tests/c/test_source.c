/* garco__source: every form by content, damage with its place, and the digest of every raw byte.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buffer.h"
#include "codec/source.h"

#define TEXT_LINES 4000

static const char observation_line[] =
    "     2.11           OBSERVATION DATA    G (GPS)             RINEX VERSION / TYPE\n";
static const char navigation_line[] =
    "     2.11           NAVIGATION DATA                         RINEX VERSION / TYPE\n";

static char work_dir[] = "garco-source-XXXXXX";
static char work_file[64];

static int
make_work (void **state)
{
  (void)state;
  if (mkdtemp (work_dir) == NULL)
    return -1;
  snprintf (work_file, sizeof work_file, "%s/file", work_dir);
  return 0;
}

static int
drop_work (void **state)
{
  (void)state;
  unlink (work_file);
  return rmdir (work_dir);
}

/* A text that does not compress to nothing and is several pieces long. */
static garco__buffer
sample_text (void)
{
  garco__buffer text = {0};
  uint32_t seed = 1;
  assert_int_equal (garco__buffer_append (&text, observation_line, strlen (observation_line), NULL),
                    0);
  for (int i = 0; i < TEXT_LINES; i++)
  {
    seed = seed * 1664525u + 1013904223u;
    assert_int_equal (garco__buffer_print (&text, NULL, "%14u.%03u %d\n", seed, seed % 1000u, i),
                      0);
  }
  return text;
}

static void
store (const void *bytes, size_t size)
{
  FILE *file = fopen (work_file, "wb");
  assert_non_null (file);
  assert_int_equal (fwrite (bytes, 1, size, file), size);
  assert_int_equal (fclose (file), 0);
}

static garco__buffer
packed (const garco__buffer *plain, int (*filter) (struct archive *))
{
  garco__buffer out = {0};
  size_t used = 0, room = plain->size * 2 + 65536;
  assert_int_equal (garco__buffer_reserve (&out, room, NULL), 0);
  struct archive *archive = archive_write_new ();
  struct archive_entry *entry = archive_entry_new ();
  assert_int_equal (filter (archive), ARCHIVE_OK);
  archive_write_set_format_raw (archive);
  archive_write_set_bytes_per_block (archive, 0);
  assert_int_equal (archive_write_open_memory (archive, out.data, room, &used), ARCHIVE_OK);
  archive_entry_set_filetype (entry, AE_IFREG);
  assert_int_equal (archive_write_header (archive, entry), ARCHIVE_OK);
  assert_int_equal (archive_write_data (archive, plain->data, plain->size), plain->size);
  assert_int_equal (archive_write_close (archive), ARCHIVE_OK);
  archive_entry_free (entry);
  archive_write_free (archive);
  out.size = used;
  return out;
}

static void
zip_member (struct archive *archive, const char *name, const void *bytes, size_t size)
{
  struct archive_entry *entry = archive_entry_new ();
  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_size (entry, (la_int64_t)size);
  assert_int_equal (archive_write_header (archive, entry), ARCHIVE_OK);
  assert_int_equal (archive_write_data (archive, bytes, size), size);
  archive_entry_free (entry);
}

static garco__buffer
zipped (const void *first, size_t first_size, const void *second, size_t second_size)
{
  garco__buffer out = {0};
  size_t used = 0, room = (first_size + second_size) * 2 + 65536;
  assert_int_equal (garco__buffer_reserve (&out, room, NULL), 0);
  struct archive *archive = archive_write_new ();
  archive_write_set_format_zip (archive);
  assert_int_equal (archive_write_open_memory (archive, out.data, room, &used), ARCHIVE_OK);
  zip_member (archive, "first", first, first_size);
  zip_member (archive, "second", second, second_size);
  assert_int_equal (archive_write_close (archive), ARCHIVE_OK);
  archive_write_free (archive);
  out.size = used;
  return out;
}

static garco_status
read_all (const char *path, garco__digest *digest, garco__buffer *out, garco_error *error)
{
  garco__source *source;
  garco_status status = garco__source_open (path, digest, &source, error);
  while (status == GARCO_OK)
  {
    const uint8_t *bytes;
    size_t size;
    status = garco__source_read (source, &bytes, &size, error);
    if (status == GARCO_OK)
    {
      assert_true (size > 0);
      assert_int_equal (garco__buffer_append (out, bytes, size, NULL), 0);
    }
  }
  if (source != NULL && status == GARCO_END)
    assert_string_equal (garco__source_name (source),
                         strcmp (path, "-") == 0 ? "standard input" : path);
  garco__source_free (&source);
  assert_null (source);
  return status;
}

/* Reads the stored bytes, which must give `plain` and leave the digest of themselves. */
static void
expect_plain (const garco__buffer *stored, const garco__buffer *plain)
{
  garco_error error;
  garco__buffer out = {0};
  garco__digest *seen, *true_one;
  uint8_t seen_hash[32], true_hash[32];
  store (stored->data, stored->size);
  assert_int_equal (garco__digest_new ("SHA256", &seen, NULL), 0);
  assert_int_equal (garco__digest_new ("SHA256", &true_one, NULL), 0);
  assert_ok (read_all (work_file, seen, &out, &error), &error);
  assert_int_equal (out.size, plain->size);
  assert_memory_equal (out.data, plain->data, plain->size);
  assert_int_equal (garco__digest_update (true_one, stored->data, stored->size, NULL), 0);
  assert_int_equal (garco__digest_final (seen, seen_hash, 32, NULL), 0);
  assert_int_equal (garco__digest_final (true_one, true_hash, 32, NULL), 0);
  assert_memory_equal (seen_hash, true_hash, 32);
  garco__digest_free (&seen);
  garco__digest_free (&true_one);
  garco__buffer_free (&out);
}

static int (*const filters[]) (struct archive *) = {
    archive_write_add_filter_compress, archive_write_add_filter_gzip,
    archive_write_add_filter_bzip2,    archive_write_add_filter_xz,
    archive_write_add_filter_zstd,
};
#define FILTERS (sizeof filters / sizeof filters[0])

static void
test_plain_and_each_filter (void **state)
{
  (void)state;
  garco__buffer text = sample_text ();
  expect_plain (&text, &text);
  for (size_t i = 0; i < FILTERS; i++)
  {
    garco__buffer once = packed (&text, filters[i]);
    expect_plain (&once, &text);
    garco__buffer_free (&once);
  }
  garco__buffer_free (&text);
}

static void
test_layers (void **state)
{
  (void)state;
  garco_error error;
  garco__buffer out = {0}, text = sample_text ();
  garco__buffer one = packed (&text, archive_write_add_filter_gzip);
  garco__buffer two = packed (&one, archive_write_add_filter_gzip);
  garco__buffer three = packed (&two, archive_write_add_filter_xz);
  garco__buffer four = packed (&three, archive_write_add_filter_bzip2);
  garco__buffer zip = zipped (navigation_line, strlen (navigation_line), one.data, one.size);
  expect_plain (&two, &text);
  expect_plain (&three, &text);
  expect_plain (&zip, &text);
  store (four.data, four.size);
  assert_int_equal (read_all (work_file, NULL, &out, &error), GARCO_ERR_LIMIT);
  garco__buffer_free (&one);
  garco__buffer_free (&two);
  garco__buffer_free (&three);
  garco__buffer_free (&four);
  garco__buffer_free (&zip);
  garco__buffer_free (&text);
}

static void
test_zip_takes_the_observations (void **state)
{
  (void)state;
  garco_error error;
  garco__buffer out = {0}, text = sample_text ();
  garco__buffer zip = zipped (navigation_line, strlen (navigation_line), text.data, text.size);
  expect_plain (&zip, &text);
  store (zip.data, zip.size / 2);
  assert_int_equal (read_all (work_file, NULL, &out, &error), GARCO_ERR_TRUNCATED);
  assert_int_equal (error.byte, (int64_t)(zip.size / 2));
  garco__buffer_free (&out);
  garco__buffer_free (&zip);
  zip = zipped (text.data, text.size, navigation_line, strlen (navigation_line));
  expect_plain (&zip, &text);
  garco__buffer_free (&zip);
  zip = zipped (navigation_line, strlen (navigation_line), "notes", 5);
  store (zip.data, zip.size);
  assert_int_equal (read_all (work_file, NULL, &out, &error), GARCO_ERR_FORMAT);
  garco__buffer_free (&zip);
  garco__buffer_free (&text);
}

/* Members one behind the other, zeros behind the last; what else follows may have been one. */
static void
try_members (int (*filter) (struct archive *))
{
  garco_error error;
  garco__buffer text = sample_text (), twice = {0}, out = {0};
  garco__buffer member = packed (&text, filter);
  size_t size = member.size;
  assert_int_equal (garco__buffer_reserve (&member, 2 * size + 200000, NULL), 0);
  assert_int_equal (garco__buffer_append (&member, member.data, size, NULL), 0);
  assert_int_equal (garco__buffer_append (&twice, text.data, text.size, NULL), 0);
  assert_int_equal (garco__buffer_append (&twice, text.data, text.size, NULL), 0);
  expect_plain (&member, &twice);
  memset (member.data + member.size, 0, 100000);
  member.size += 100000;
  expect_plain (&member, &twice);
  member.data[member.size++] = 'x';
  store (member.data, member.size);
  assert_int_equal (read_all (work_file, NULL, &out, &error), GARCO_ERR_CORRUPT);
  assert_non_null (strstr (error.message, "neither zeros nor more of it"));
  uint8_t second = member.data[size];
  member.data[size] = 'x'; /* behind the only member, the file's last byte */
  store (member.data, size + 1);
  assert_int_equal (read_all (work_file, NULL, &out, &error), GARCO_ERR_CORRUPT);
  assert_int_equal (error.byte, size);
  member.size = 2 * size;
  member.data[size] = second ^ 1; /* the second member's first byte */
  store (member.data, member.size);
  assert_int_equal (read_all (work_file, NULL, &out, &error), GARCO_ERR_CORRUPT);
  assert_int_equal (error.byte, size);
  garco__buffer_free (&out);
  garco__buffer_free (&twice);
  garco__buffer_free (&member);
  garco__buffer_free (&text);
}

static void
test_members_and_tail (void **state)
{
  (void)state;
  try_members (archive_write_add_filter_gzip);
  try_members (archive_write_add_filter_bzip2);
}

static void
test_empty (void **state)
{
  (void)state;
  garco__buffer none = {0};
  assert_int_equal (garco__buffer_reserve (&none, 1, NULL), 0);
  expect_plain (&none, &none);
  for (size_t i = 0; i < FILTERS; i++)
  {
    garco__buffer once = packed (&none, filters[i]);
    if (i == 0)
      once.size = 3; /* libarchive adds a code for one NUL; compress itself writes three bytes */
    expect_plain (&once, &none);
    garco__buffer_free (&once);
  }
  garco__buffer_free (&none);
}

/* Short plain texts, also such as other archive formats begin with. */
static void
test_plain_lookalikes (void **state)
{
  (void)state;
  static const char *const texts[] = {
      "B",         "P",        "PK",           "PK\x03",       "\x1f", "BZ",  "070707",
      "!<arch>\n", "#mtree\n", "WARC/1.0\r\n", "Rar!\x1a\x07", "xar!", "MSCF"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
  {
    garco__buffer text = {0};
    assert_int_equal (garco__buffer_append (&text, texts[i], strlen (texts[i]), NULL), 0);
    expect_plain (&text, &text);
    garco__buffer_free (&text);
  }
}

/* Cut anywhere, no form but .Z (which has no end mark) may pass for whole. */
static void
test_truncation (void **state)
{
  (void)state;
  garco__buffer text = sample_text ();
  for (size_t i = 0; i < FILTERS; i++)
  {
    garco__buffer once = packed (&text, filters[i]);
    for (size_t cut = 6; cut < once.size; cut += cut < 40 || cut + 40 > once.size ? 1 : 1999)
    {
      garco_error error = {0};
      garco__buffer out = {0};
      store (once.data, cut);
      garco_status status = read_all (work_file, NULL, &out, &error);
      if (i == 0)
        assert_int_equal (status, GARCO_END);
      else
      {
        if (status != GARCO_ERR_TRUNCATED)
          fail_msg ("filter %zu cut at %zu of %zu: %d %s", i, cut, once.size, (int)status,
                    error.message);
        assert_true (error.byte >= 0 && error.byte <= (int64_t)cut);
        assert_string_equal (error.source, work_file);
      }
      assert_true (out.size <= text.size);
      if (out.size > 0)
        assert_memory_equal (out.data, text.data, out.size);
      garco__buffer_free (&out);
    }
    garco__buffer_free (&once);
  }
  garco__buffer_free (&text);
}

/* One byte changed in the middle or in the checksum is found by each form that has one. */
static void
test_damage (void **state)
{
  (void)state;
  garco__buffer text = sample_text ();
  for (size_t i = 1; i < FILTERS; i++)
  {
    garco__buffer once = packed (&text, filters[i]);
    size_t places[] = {once.size / 3, once.size / 2, once.size - 6};
    for (size_t k = 0; k < 3; k++)
    {
      garco_error error = {0};
      garco__buffer out = {0};
      once.data[places[k]] ^= 0x5a;
      store (once.data, once.size);
      once.data[places[k]] ^= 0x5a;
      garco_status status = read_all (work_file, NULL, &out, &error);
      /* zstd's checksum is off by libarchive's default: only the frame's structure is there. */
      if (filters[i] != archive_write_add_filter_zstd)
        assert_true (status == GARCO_ERR_CORRUPT || status == GARCO_ERR_TRUNCATED);
      if (status < 0)
      {
        assert_true (error.byte >= 0 && error.byte <= (int64_t)once.size);
      }
      garco__buffer_free (&out);
    }
    garco__buffer_free (&once);
  }
  garco__buffer_free (&text);
}

static void
test_what_is_no_file (void **state)
{
  (void)state;
  garco_error error;
  garco__buffer out = {0};
  assert_int_equal (read_all (work_dir, NULL, &out, &error), GARCO_ERR_FORMAT);
  assert_string_equal (error.message, "is a directory, expected a file");
  assert_int_equal (read_all ("/nonexistent/garco", NULL, &out, &error), GARCO_ERR_NOT_FOUND);
  assert_int_equal (read_all ("/nonexistent/garco", NULL, &out, NULL), GARCO_ERR_NOT_FOUND);
}

/* Standard input is a pipe, filled by a child in pieces of a few bytes. */
static void
test_standard_input (void **state)
{
  (void)state;
  garco_error error;
  int ends[2];
  garco__buffer out = {0}, text = sample_text ();
  garco__buffer once = packed (&text, archive_write_add_filter_compress);
  assert_int_equal (pipe (ends), 0);
  pid_t child = fork ();
  if (child == 0)
  {
    for (size_t at = 0; at < once.size;)
    {
      size_t piece = at < 20 ? 1 : once.size - at;
      ssize_t put = write (ends[1], once.data + at, piece);
      if (put <= 0)
        _exit (1);
      at += (size_t)put;
    }
    _exit (0);
  }
  assert_true (child > 0);
  close (ends[1]);
  int kept = dup (STDIN_FILENO);
  dup2 (ends[0], STDIN_FILENO);
  close (ends[0]);
  assert_ok (read_all ("-", NULL, &out, &error), &error);
  dup2 (kept, STDIN_FILENO);
  close (kept);
  assert_int_equal (out.size, text.size);
  assert_memory_equal (out.data, text.data, text.size);
  garco__buffer_free (&out);
  garco__buffer_free (&once);
  garco__buffer_free (&text);
}

static void
test_real_files (void **state)
{
  (void)state;
  static const char *const names[] = {"york0440.15d.Z", "ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz",
                                      "ab430140.18o.zip", "ac660270.18o.Z",
                                      "P43300USA_R_20190012056_17M_15S_MO.crx.bz2"};
  static const size_t sizes[] = {1085282, 0, 0, 0, 125177};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
  {
    char name[128], path[512];
    garco_error error;
    garco__buffer out = {0};
    snprintf (name, sizeof name, "rinex/%s", names[i]);
    test_data_path (name, path, sizeof path);
    assert_ok (read_all (path, NULL, &out, &error), &error);
    assert_true (out.size > 1000);
    if (sizes[i] > 0)
      assert_int_equal (out.size, sizes[i]);
    assert_true (memcmp (out.data + 60, "CRINEX", 6) == 0 ||
                 memcmp (out.data + 60, "RINEX ", 6) == 0);
    garco__buffer_free (&out);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_plain_and_each_filter),
      cmocka_unit_test (test_layers),
      cmocka_unit_test (test_zip_takes_the_observations),
      cmocka_unit_test (test_members_and_tail),
      cmocka_unit_test (test_empty),
      cmocka_unit_test (test_plain_lookalikes),
      cmocka_unit_test (test_truncation),
      cmocka_unit_test (test_damage),
      cmocka_unit_test (test_what_is_no_file),
      cmocka_unit_test (test_standard_input),
      cmocka_unit_test (test_real_files),
  };
  return cmocka_run_group_tests (tests, make_work, drop_work);
}
