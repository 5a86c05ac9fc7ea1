/* Storage in folders of the local file system.
 *
 * A whole object is written under a dot-name in the root folder and renamed into its place:
 * readers of arrays fail on a stray file in some of the folders, and pass over dot-names in the
 * root. An empty object needs no such care, it is whole from its first moment.
 * SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* d_type */
#include "io/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"

#define PATH_SIZE 4096
#define FOLDER_DEPTH 16

typedef struct file_io
{
  garco__io head;
  int lock; /* descriptor of the locked root; -1 */
} file_io;

typedef struct file_stream
{
  garco__io_stream head;
  int fd;
  char path[PATH_SIZE];
} file_stream;

static garco_status
full_path (const garco__io *io, const char *path, char text[PATH_SIZE], garco_error *error)
{
  int length = snprintf (text, PATH_SIZE, "%s%s%s", io->root, path[0] != '\0' ? "/" : "", path);
  if (length < 0 || length >= PATH_SIZE)
    return garco__fail (error, GARCO_ERR_LIMIT, io->root, "path of more than %d bytes",
                        PATH_SIZE - 1);
  return GARCO_OK;
}

static garco_status
file_open (const char *root, garco__io **io, garco_error *error)
{
  void *made = NULL, *copy = NULL;
  size_t length = strlen (root);
  while (length > 1 && root[length - 1] == '/')
    length--;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (file_io), error));
  if (garco__allocate (&copy, length + 1, 1, error) < 0)
  {
    free (made);
    return GARCO_ERR_MEMORY;
  }
  memcpy (copy, root, length);
  file_io *own = made;
  own->head.backend = &garco__io_file;
  own->head.root = copy;
  own->lock = -1;
  *io = &own->head;
  return GARCO_OK;
}

static void
file_unlock (garco__io *io)
{
  file_io *own = (file_io *)io;
  if (own->lock >= 0)
  {
    flock (own->lock, LOCK_UN); /* a child of this process may hold the descriptor too */
    close (own->lock);
  }
  own->lock = -1;
}

static void
file_close (garco__io *io)
{
  file_unlock (io);
  free (io->root);
  free (io);
}

static garco_status
file_lock (garco__io *io, garco_error *error)
{
  file_io *own = (file_io *)io;
  if (own->lock >= 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, io->root, "locked by this handle already");
  int fd = open (io->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return garco__fail_errno (error, io->root, "cannot open");
  int result;
  do
    result = flock (fd, LOCK_EX);
  while (result != 0 && errno == EINTR);
  if (result != 0)
  {
    garco_status status = garco__fail_errno (error, io->root, "cannot lock");
    close (fd);
    return status;
  }
  own->lock = fd;
  return GARCO_OK;
}

static garco_status
file_stat (garco__io *io, const char *path, garco__io_kind *kind, uint64_t *size,
           garco_error *error)
{
  char text[PATH_SIZE];
  struct stat status;
  GARCO_TRY (full_path (io, path, text, error));
  *kind = GARCO__IO_NOTHING;
  *size = 0;
  if (stat (text, &status) != 0)
    return errno == ENOENT || errno == ENOTDIR ? GARCO_OK
                                               : garco__fail_errno (error, text, "cannot look at");
  *kind = S_ISDIR (status.st_mode) ? GARCO__IO_FOLDER : GARCO__IO_FILE;
  *size = status.st_size > 0 && S_ISREG (status.st_mode) ? (uint64_t)status.st_size : 0;
  return GARCO_OK;
}

static garco_status
file_changed (garco__io *io, const char *path, int64_t *ms, garco_error *error)
{
  char text[PATH_SIZE];
  struct stat status;
  GARCO_TRY (full_path (io, path, text, error));
  if (stat (text, &status) != 0)
    return garco__fail_errno (error, text, "cannot look at");
  *ms = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
  return GARCO_OK;
}

static garco_status
read_at (int fd, const char *name, uint64_t offset, uint8_t *bytes, size_t size, garco_error *error)
{
  size_t done = 0;
  while (done < size)
  {
    ssize_t n = pread (fd, bytes + done, size - done, (off_t)(offset + done));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return garco__fail_errno (error, name, "cannot read");
    if (n == 0)
      return garco__fail_byte (error, GARCO_ERR_TRUNCATED, name, (int64_t)(offset + done),
                               "the file ends; expected %zu bytes more", size - done);
    done += (size_t)n;
  }
  return GARCO_OK;
}

static garco_status
file_read (garco__io *io, const char *path, uint64_t offset, void *bytes, size_t size,
           garco_error *error)
{
  char text[PATH_SIZE];
  GARCO_TRY (full_path (io, path, text, error));
  if (offset > INT64_MAX - size)
    return garco__fail (error, GARCO_ERR_CORRUPT, text, "offset %llu is beyond any file",
                        (unsigned long long)offset);
  int fd = open (text, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return garco__fail_errno (error, text, "cannot open");
  garco_status status = read_at (fd, text, offset, bytes, size, error);
  close (fd);
  return status;
}

/* Most file systems say it along with the name. */
static bool
is_folder (const char *folder, const struct dirent *entry)
{
  char text[PATH_SIZE];
  struct stat status;
  if (entry->d_type != DT_UNKNOWN)
    return entry->d_type == DT_DIR;
  int length = snprintf (text, sizeof text, "%s/%s", folder, entry->d_name);
  return length > 0 && length < PATH_SIZE && lstat (text, &status) == 0 && S_ISDIR (status.st_mode);
}

static garco_status
list_open_folder (DIR *folder, const char *path, garco__io_list *list, garco_error *error)
{
  struct dirent *entry;
  while ((errno = 0, entry = readdir (folder)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      GARCO_TRY (garco__io_list_add (list, entry->d_name, is_folder (path, entry), error));
  return errno == 0 ? GARCO_OK : garco__fail_errno (error, path, "cannot list");
}

static garco_status
file_list (garco__io *io, const char *path, garco__io_list *list, garco_error *error)
{
  char text[PATH_SIZE];
  GARCO_TRY (full_path (io, path, text, error));
  DIR *folder = opendir (text);
  if (folder == NULL)
    return errno == ENOENT || errno == ENOTDIR ? GARCO_OK
                                               : garco__fail_errno (error, text, "cannot list");
  garco_status status = list_open_folder (folder, text, list, error);
  closedir (folder);
  garco__io_list_sort (list);
  return status;
}

static garco_status
sync_path (const char *path, garco_error *error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return garco__fail_errno (error, path, "cannot open");
  /* Some file systems have no fsync of a folder and say EINVAL: nothing can be done there. */
  garco_status status = fsync (fd) == 0 || errno == EINVAL
                            ? GARCO_OK
                            : garco__fail_errno (error, path, "cannot sync");
  close (fd);
  return status;
}

static garco_status
file_sync_folder (garco__io *io, const char *path, garco_error *error)
{
  char text[PATH_SIZE];
  GARCO_TRY (full_path (io, path, text, error));
  return sync_path (text, error);
}

/* Syncs the folder that `path`, a full one, is named in. */
static garco_status
sync_parent (const char *path, garco_error *error)
{
  char text[PATH_SIZE];
  const char *slash = strrchr (path, '/');
  if (slash == NULL)
    return sync_path (".", error);
  size_t length = slash == path ? 1 : (size_t)(slash - path);
  memcpy (text, path, length);
  text[length] = '\0';
  return sync_path (text, error);
}

static garco_status
file_make_folder (garco__io *io, const char *path, garco_error *error)
{
  char text[PATH_SIZE];
  struct stat status;
  GARCO_TRY (full_path (io, path, text, error));
  if (mkdir (text, 0777) == 0)
    return sync_parent (text, error);
  if (errno == EEXIST && stat (text, &status) == 0 && S_ISDIR (status.st_mode))
    return GARCO_OK;
  errno = errno == EEXIST ? ENOTDIR : errno;
  return garco__fail_errno (error, text, "cannot make the folder");
}

static garco_status
write_all (int fd, const char *name, const uint8_t *bytes, size_t size, garco_error *error)
{
  size_t done = 0;
  while (done < size)
  {
    ssize_t n = write (fd, bytes + done, size - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return garco__fail_errno (error, name, "cannot write");
    done += (size_t)n;
  }
  return GARCO_OK;
}

static garco_status
sync_and_close (int fd, const char *name, garco_status status, garco_error *error)
{
  if (status >= 0 && fsync (fd) != 0)
    status = garco__fail_errno (error, name, "cannot sync");
  if (close (fd) != 0 && status >= 0)
    status = garco__fail_errno (error, name, "cannot close");
  return status;
}

/* A new file `name` with these bytes, synced; removed again where that fails. */
static garco_status
write_new (const char *name, int flags, const void *bytes, size_t size, garco_error *error)
{
  int fd = open (name, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
  if (fd < 0)
    return garco__fail_errno (error, name, "cannot create");
  garco_status status = write_all (fd, name, bytes, size, error);
  status = sync_and_close (fd, name, status, error);
  if (status < 0)
    unlink (name);
  return status;
}

static garco_status
file_write (garco__io *io, const char *path, const void *bytes, size_t size, garco_error *error)
{
  char text[PATH_SIZE], temporary[PATH_SIZE], dotted[PATH_SIZE];
  GARCO_TRY (full_path (io, path, text, error));
  if (size == 0)
  {
    GARCO_TRY (write_new (text, O_EXCL, bytes, 0, error));
    return sync_parent (text, error);
  }
  const char *slash = strrchr (path, '/');
  snprintf (dotted, sizeof dotted, ".%s.part", slash != NULL ? slash + 1 : path);
  GARCO_TRY (full_path (io, dotted, temporary, error));
  GARCO_TRY (write_new (temporary, O_TRUNC, bytes, size, error));
  if (rename (temporary, text) != 0)
  {
    garco_status status = garco__fail_errno (error, text, "cannot give the file its name");
    unlink (temporary);
    return status;
  }
  return sync_parent (text, error);
}

static garco_status
file_stream_open (garco__io *io, const char *path, garco__io_stream **stream, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (file_stream), error));
  file_stream *own = made;
  own->head.backend = &garco__io_file;
  garco_status status = full_path (io, path, own->path, error);
  if (status >= 0)
  {
    own->fd = open (own->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (own->fd < 0)
      status = garco__fail_errno (error, own->path, "cannot create");
  }
  if (status < 0)
    free (made);
  else
    *stream = &own->head;
  return status;
}

static garco_status
file_stream_write (garco__io_stream *stream, const void *bytes, size_t size, garco_error *error)
{
  file_stream *own = (file_stream *)stream;
  return write_all (own->fd, own->path, bytes, size, error);
}

static garco_status
file_stream_finish (garco__io_stream **stream, garco_error *error)
{
  file_stream *own = (file_stream *)*stream;
  garco_status status = sync_and_close (own->fd, own->path, GARCO_OK, error);
  free (own);
  *stream = NULL;
  return status;
}

static void
file_stream_abandon (garco__io_stream **stream)
{
  file_stream *own = (file_stream *)*stream;
  close (own->fd);
  free (own);
  *stream = NULL;
}

static garco_status remove_path (const char *path, int depth, garco_error *error);

static garco_status
remove_content (const char *path, int depth, garco_error *error)
{
  garco__io_list list = {0};
  char text[PATH_SIZE];
  DIR *folder = opendir (path);
  if (folder == NULL)
    return garco__fail_errno (error, path, "cannot list");
  garco_status status = list_open_folder (folder, path, &list, error);
  closedir (folder);
  for (size_t i = 0; status >= 0 && i < list.count; i++)
  {
    int length = snprintf (text, sizeof text, "%s/%s", path, list.entries[i].name);
    status = length < PATH_SIZE ? remove_path (text, depth - 1, error)
                                : garco__fail (error, GARCO_ERR_LIMIT, path, "path too long");
  }
  garco__io_list_free (&list);
  return status;
}

static garco_status
remove_path (const char *path, int depth, garco_error *error)
{
  struct stat status;
  if (lstat (path, &status) != 0)
    return errno == ENOENT ? GARCO_OK : garco__fail_errno (error, path, "cannot look at");
  if (!S_ISDIR (status.st_mode))
    return unlink (path) == 0 ? GARCO_OK : garco__fail_errno (error, path, "cannot remove");
  if (depth == 0)
    return garco__fail (error, GARCO_ERR_LIMIT, path, "folders nested deeper than %d",
                        FOLDER_DEPTH);
  GARCO_TRY (remove_content (path, depth, error));
  return rmdir (path) == 0 ? GARCO_OK : garco__fail_errno (error, path, "cannot remove");
}

static garco_status
file_remove (garco__io *io, const char *path, garco_error *error)
{
  char text[PATH_SIZE];
  GARCO_TRY (full_path (io, path, text, error));
  return remove_path (text, FOLDER_DEPTH, error);
}

const garco__io_backend garco__io_file = {
    .scheme = "file",
    .open = file_open,
    .close = file_close,
    .stat = file_stat,
    .changed = file_changed,
    .read = file_read,
    .list = file_list,
    .make_folder = file_make_folder,
    .write = file_write,
    .stream_open = file_stream_open,
    .stream_write = file_stream_write,
    .stream_finish = file_stream_finish,
    .stream_abandon = file_stream_abandon,
    .sync_folder = file_sync_folder,
    .remove = file_remove,
    .lock = file_lock,
    .unlock = file_unlock,
};
