/* A file that is written. The bytes go through at most one of libarchive's filters, chosen by the
 * name's ending, and into a temporary file beside the target,
 *
 *   DIR/NAME  <-  rename  <-  DIR/.NAME.PID-N.part  <-  link  <-  a file of DIR without a name
 *
 * so that whoever opens the target sees the old file or the whole new one, and that nothing is left
 * of a process that is killed. Where the system has no files without names, the temporary name is
 * there from the beginning. What is no regular file
 * (standard output, a pipe, a device) is written as it comes. A reader that has gone away is an
 * error like any other: SIGPIPE is held back in the writing thread alone, the process's handlers
 * stay as they are.
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* realpath, O_TMPFILE */

#include "codec/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"
#include "codec/archive_library.h"

#define PIECE ((size_t)65536)
#define MAX_TRIES 1000

enum filter
{
  FILTER_NONE,
  FILTER_COMPRESS,
  FILTER_GZIP,
  FILTER_BZIP2,
  FILTER_XZ,
  FILTER_ZSTD
};

struct garco__sink
{
  char *target;    /* symbolic links resolved */
  char *temporary; /* NULL: written in place, or without a name as yet */
  bool unnamed;
  int fd;
  enum filter filter;
  garco__archive_library la; /* loaded where `archive` is not NULL */
  struct archive *archive;
  bool discard; /* what libarchive still gives is thrown away */
  uint8_t *piece;
  size_t filled;
  garco_error first; /* the error that made the sink useless */
};

static const struct
{
  const char *ending;
  enum filter filter;
} endings[] = {
    {".Z", FILTER_COMPRESS}, {".gz", FILTER_GZIP},  {".bz2", FILTER_BZIP2},
    {".xz", FILTER_XZ},      {".zst", FILTER_ZSTD},
};

/* Names that promise what is not written. */
static const char *const foreign[] = {".zip", ".tar", ".tgz", ".7z", ".lz4", ".lzma", ".br", ".lz"};

/* ------------------------------------------------------------------ bytes to the descriptor */

/* write(2) that gives EPIPE and leaves no SIGPIPE behind. */
static ssize_t
write_held (int fd, const void *bytes, size_t size)
{
  const struct timespec at_once = {0, 0};
  sigset_t broken_pipe, before, pending;
  sigemptyset (&broken_pipe);
  sigaddset (&broken_pipe, SIGPIPE);
  sigpending (&pending);
  pthread_sigmask (SIG_BLOCK, &broken_pipe, &before);
  ssize_t put = write (fd, bytes, size);
  int number = errno;
  if (put < 0 && number == EPIPE && !sigismember (&pending, SIGPIPE))
    while (sigtimedwait (&broken_pipe, NULL, &at_once) < 0 && errno == EINTR)
      continue;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = number;
  return put;
}

static garco_status
put_bytes (garco__sink *sink, const uint8_t *bytes, size_t size, garco_error *error)
{
  while (size > 0)
  {
    ssize_t put = write_held (sink->fd, bytes, size);
    if (put < 0 && errno != EINTR)
      return garco__fail_errno (error, sink->target, "cannot write");
    if (put > 0)
    {
      bytes += put;
      size -= (size_t)put;
    }
  }
  return GARCO_OK;
}

static garco_status
flush_piece (garco__sink *sink, garco_error *error)
{
  size_t size = sink->filled;
  sink->filled = 0;
  return put_bytes (sink, sink->piece, size, error);
}

static garco_status
write_plain (garco__sink *sink, const uint8_t *bytes, size_t size, garco_error *error)
{
  if (size > PIECE - sink->filled)
    GARCO_TRY (flush_piece (sink, error));
  if (size > PIECE)
    return put_bytes (sink, bytes, size, error);
  memcpy (sink->piece + sink->filled, bytes, size);
  sink->filled += size;
  return GARCO_OK;
}

/* ------------------------------------------------------------------ libarchive */

/* libarchive leaks its filters when it is told of an error, so it is not: the callers look at
 * sink->first. */
static la_ssize_t
archive_push (struct archive *archive, void *context, const void *bytes, size_t size)
{
  garco__sink *sink = context;
  (void)archive;
  if (!sink->discard && put_bytes (sink, bytes, size, &sink->first) < 0)
    sink->discard = true;
  return (la_ssize_t)size;
}

static garco_status
archive_failed (const garco__sink *sink, garco_error *error)
{
  const char *detail = sink->la.archive_error_string (sink->archive);
  if (sink->first.code < 0)
  {
    if (error != NULL)
      *error = sink->first;
    return sink->first.code;
  }
  if (sink->la.archive_errno (sink->archive) == ENOMEM)
    return garco__fail_memory (error, PIECE);
  return garco__fail (error, GARCO_ERR_IO, sink->target, "cannot compress: %s",
                      detail != NULL ? detail : "no detail known");
}

static int
add_filter (garco__sink *sink)
{
  switch (sink->filter)
  {
  case FILTER_COMPRESS:
    return sink->la.archive_write_add_filter_compress (sink->archive);
  case FILTER_GZIP:
    return sink->la.archive_write_add_filter_gzip (sink->archive);
  case FILTER_BZIP2:
    return sink->la.archive_write_add_filter_bzip2 (sink->archive);
  case FILTER_XZ:
    return sink->la.archive_write_add_filter_xz (sink->archive);
  case FILTER_ZSTD:
    return sink->la.archive_write_add_filter_zstd (sink->archive);
  default:
    return ARCHIVE_OK;
  }
}

static garco_status
start_archive (garco__sink *sink, garco_error *error)
{
  GARCO_TRY (garco__archive_library_load (&sink->la, error));
  struct archive_entry *entry = sink->la.archive_entry_new ();
  sink->archive = sink->la.archive_write_new ();
  if (entry == NULL || sink->archive == NULL)
  {
    sink->la.archive_entry_free (entry);
    return garco__fail_memory (error, PIECE);
  }
  sink->la.archive_write_set_bytes_per_block (sink->archive, (int)PIECE);
  sink->la.archive_write_set_bytes_in_last_block (sink->archive, 1);
  sink->la.archive_entry_set_filetype (entry, AE_IFREG);
  bool refused = add_filter (sink) != ARCHIVE_OK ||
                 sink->la.archive_write_set_format_raw (sink->archive) != ARCHIVE_OK;
  /* Only gzip knows the option: the others' refusal is of no interest. */
  sink->la.archive_write_set_filter_option (sink->archive, "gzip", "timestamp", NULL);
  refused =
      refused ||
      sink->la.archive_write_open (sink->archive, sink, NULL, archive_push, NULL) != ARCHIVE_OK ||
      sink->la.archive_write_header (sink->archive, entry) != ARCHIVE_OK;
  sink->la.archive_entry_free (entry);
  return refused ? archive_failed (sink, error) : GARCO_OK;
}

static garco_status
write_filtered (garco__sink *sink, const uint8_t *bytes, size_t size, garco_error *error)
{
  if (sink->archive == NULL)
    GARCO_TRY (start_archive (sink, error));
  while (size > 0)
  {
    la_ssize_t put = sink->la.archive_write_data (sink->archive, bytes, size);
    if (put <= 0 || sink->first.code < 0)
      return archive_failed (sink, error);
    bytes += put;
    size -= (size_t)put;
  }
  return GARCO_OK;
}

static garco_status
finish_filter (garco__sink *sink, garco_error *error)
{
  static const uint8_t empty_compress[] = {0x1f, 0x9d, 0x90};
  /* libarchive's empty .Z unpacks to one NUL. */
  if (sink->archive == NULL && sink->filter == FILTER_COMPRESS)
    return put_bytes (sink, empty_compress, sizeof empty_compress, error);
  if (sink->archive == NULL)
    GARCO_TRY (start_archive (sink, error));
  bool closed = sink->la.archive_write_close (sink->archive) == ARCHIVE_OK;
  return closed && sink->first.code == GARCO_OK ? GARCO_OK : archive_failed (sink, error);
}

/* ------------------------------------------------------------------ names */

/* The name that the bytes get in the end: PATH, or what it links to. */
static garco_status
resolve_target (garco__sink *sink, const char *path, bool *in_place, garco_error *error)
{
  struct stat status;
  bool exists = stat (path, &status) == 0;
  if (exists && S_ISDIR (status.st_mode))
    return garco__fail (error, GARCO_ERR_ARGUMENT, path, "is a directory, expected a file's name");
  *in_place = exists && !S_ISREG (status.st_mode);
  sink->target = exists && !*in_place ? realpath (path, NULL) : strdup (path);
  return sink->target != NULL ? GARCO_OK : garco__fail_errno (error, path, "cannot resolve");
}

/* The folder of a file, to be freed; NULL: out of memory. */
static char *
folder_of (const char *target)
{
  const char *slash = strrchr (target, '/');
  return slash == NULL ? strdup (".")
                       : strndup (target, slash == target ? 1 : (size_t)(slash - target));
}

/* A file of the target's folder that link_unnamed can name, or -1. */
static int
open_unnamed (const char *target)
{
  int fd = -1;
#ifdef O_TMPFILE
  char *folder = folder_of (target);
  if (folder != NULL && access ("/proc/self/fd", X_OK) == 0)
    fd = open (folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
  free (folder);
#else
  (void)target;
#endif
  return fd;
}

static bool
link_unnamed (int fd, const char *name)
{
  char link[64];
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  return linkat (AT_FDCWD, link, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

/* Opens the temporary file under a name that is free, or gives an open one such a name. */
static garco_status
name_temporary (garco__sink *sink, garco_error *error)
{
  garco__buffer name = {0};
  const char *slash = strrchr (sink->target, '/');
  int directory = slash != NULL ? (int)(slash - sink->target) + 1 : 0;
  garco_status status = GARCO_OK;
  bool named = false;
  errno = EEXIST;
  for (int i = 0; i < MAX_TRIES && !named && errno == EEXIST; i++)
  {
    name.size = 0;
    GARCO_TRY_DONE (garco__buffer_print (&name, error, "%.*s.%s.%ld-%d.part", directory,
                                         sink->target, sink->target + directory, (long)getpid (),
                                         i));
    if (!sink->unnamed)
      sink->fd = open ((char *)name.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    named = sink->unnamed ? link_unnamed (sink->fd, (char *)name.data) : sink->fd >= 0;
  }
  if (!named)
    status = garco__fail_errno (error, sink->target, "cannot create");
  else
  {
    sink->temporary = (char *)name.data;
    name.data = NULL;
  }
done:
  garco__buffer_free (&name);
  return status;
}

static garco_status
open_temporary (garco__sink *sink, garco_error *error)
{
  sink->fd = open_unnamed (sink->target);
  sink->unnamed = sink->fd >= 0;
  return sink->unnamed ? GARCO_OK : name_temporary (sink, error);
}

static bool
ends_in (const char *path, const char *ending)
{
  size_t length = strlen (path), tail = strlen (ending);
  return length > tail && strcasecmp (path + length - tail, ending) == 0;
}

size_t
garco__sink_bare_length (const char *name)
{
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
    if (ends_in (name, endings[i].ending))
      return strlen (name) - strlen (endings[i].ending);
  return strlen (name);
}

static garco_status
choose_filter (garco__sink *sink, const char *path, garco_error *error)
{
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
    if (ends_in (path, endings[i].ending))
      sink->filter = endings[i].filter;
  for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
    if (ends_in (path, foreign[i]))
      return garco__fail (error, GARCO_ERR_UNSUPPORTED, path,
                          "%s is not written: expected .Z, .gz, .bz2, .xz, .zst or no compression",
                          foreign[i]);
  return GARCO_OK;
}

static garco_status
open_target (garco__sink *sink, const char *path, garco_error *error)
{
  bool in_place = false;
  GARCO_TRY (choose_filter (sink, path, error));
  GARCO_TRY (resolve_target (sink, path, &in_place, error));
  if (!in_place)
    return open_temporary (sink, error);
  sink->fd = open (path, O_WRONLY | O_CLOEXEC);
  return sink->fd >= 0 ? GARCO_OK : garco__fail_errno (error, path, "cannot open");
}

static garco_status
open_output (garco__sink *sink, const char *path, garco_error *error)
{
  void *made;
  sink->fd = -1;
  GARCO_TRY (garco__allocate (&made, PIECE, 1, error));
  sink->piece = made;
  if (strcmp (path, "-") != 0)
    return open_target (sink, path, error);
  sink->fd = STDOUT_FILENO;
  sink->target = strdup ("standard output");
  return sink->target != NULL ? GARCO_OK : garco__fail_memory (error, 16);
}

/* Makes the rename itself last; a file system that cannot sync a folder is no error. */
static void
sync_folder (const char *target)
{
  char *folder = folder_of (target);
  int fd = folder != NULL ? open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (fd >= 0)
  {
    fsync (fd);
    close (fd);
  }
  free (folder);
}

static garco_status
give_name (garco__sink *sink, garco_error *error)
{
  if (sink->temporary == NULL && !sink->unnamed)
    return GARCO_OK;
  if (fsync (sink->fd) != 0)
    return garco__fail_errno (error, sink->target, "cannot sync");
  if (sink->unnamed)
    GARCO_TRY (name_temporary (sink, error));
  sink->unnamed = false;
  int result = close (sink->fd);
  sink->fd = -1;
  if (result != 0)
    return garco__fail_errno (error, sink->target, "cannot close");
  if (rename (sink->temporary, sink->target) != 0)
    return garco__fail_errno (error, sink->target, "cannot rename into place");
  free (sink->temporary);
  sink->temporary = NULL;
  sync_folder (sink->target);
  return GARCO_OK;
}

/* ------------------------------------------------------------------ the sink */

/* Keeps the first error, so that a close after it cannot succeed. */
static garco_status
remember (garco__sink *sink, garco_status status, const garco_error *local, garco_error *error)
{
  if (status >= 0)
    return status;
  sink->first = *local;
  if (error != NULL)
    *error = *local;
  return status;
}

garco_status
garco__sink_open (const char *path, garco__sink **sink, garco_error *error)
{
  void *made;
  *sink = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__sink), error));
  garco__sink *fresh = made;
  garco_status status = open_output (fresh, path, error);
  if (status < 0)
    garco__sink_free (&fresh);
  *sink = fresh;
  return status;
}

garco_status
garco__sink_write (garco__sink *sink, const void *bytes, size_t size, garco_error *error)
{
  garco_error local = sink->first;
  garco_status status = local.code;
  if (status == GARCO_OK && size > 0)
    status = sink->filter == FILTER_NONE ? write_plain (sink, bytes, size, &local)
                                         : write_filtered (sink, bytes, size, &local);
  return remember (sink, status, &local, error);
}

garco_status
garco__sink_close (garco__sink *sink, garco_error *error)
{
  garco_error local = sink->first;
  garco_status status = local.code;
  if (status == GARCO_OK)
    status =
        sink->filter == FILTER_NONE ? flush_piece (sink, &local) : finish_filter (sink, &local);
  if (status == GARCO_OK)
    status = give_name (sink, &local);
  return remember (sink, status, &local, error);
}

void
garco__sink_free (garco__sink **sink)
{
  garco__sink *old = *sink;
  if (old == NULL)
    return;
  if (old->archive != NULL)
  {
    old->discard = true;
    old->la.archive_write_free (old->archive);
  }
  if (old->fd > STDERR_FILENO)
    close (old->fd);
  if (old->temporary != NULL)
  {
    unlink (old->temporary);
    free (old->temporary);
  }
  free (old->target);
  free (old->piece);
  free (old);
  *sink = NULL;
}
