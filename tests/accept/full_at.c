/* Preloaded: from the Nth call on that needs room on the disk (GARCO_FULL_AT=N) there is none, so
 * that a disk which fills up can be tried at every moment of a write. Removing still works, and so
 * does making folders' entries safe, which needs no room.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int
is_full (void)
{
  static atomic_long calls;
  static atomic_long at = -1;
  if (at < 0)
  {
    const char *text = getenv ("GARCO_FULL_AT");
    at = text ? atol (text) : 0;
  }
  if (at == 0 || atomic_fetch_add (&calls, 1) + 1 < at)
    return 0;
  errno = ENOSPC;
  return 1;
}

static int
is_file (int fd)
{
  struct stat status;
  return fstat (fd, &status) == 0 && S_ISREG (status.st_mode);
}

#define REAL(type, name, declared)                                                                 \
  static type (*real) declared;                                                                    \
  if (!real)                                                                                       \
  *(void **)&real = dlsym (RTLD_NEXT, #name)

#define FULL_OPEN(name)                                                                            \
  int name (const char *path, int flags, ...)                                                      \
  {                                                                                                \
    REAL (int, name, (const char *, int, ...));                                                    \
    va_list list;                                                                                  \
    va_start (list, flags);                                                                        \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg (list, mode_t) : 0;               \
    va_end (list);                                                                                 \
    return (flags & O_CREAT) && is_full () ? -1 : real (path, flags, mode);                        \
  }

FULL_OPEN (open)
FULL_OPEN (open64)

int
mkdir (const char *path, mode_t mode)
{
  struct stat status;
  REAL (int, mkdir, (const char *, mode_t));
  return stat (path, &status) != 0 && is_full () ? -1 : real (path, mode);
}

int
rename (const char *from, const char *to)
{
  REAL (int, rename, (const char *, const char *));
  return is_full () ? -1 : real (from, to);
}

ssize_t
write (int fd, const void *bytes, size_t size)
{
  REAL (ssize_t, write, (int, const void *, size_t));
  return is_file (fd) && is_full () ? -1 : real (fd, bytes, size);
}

int
fsync (int fd)
{
  REAL (int, fsync, (int));
  return is_file (fd) && is_full () ? -1 : real (fd);
}
