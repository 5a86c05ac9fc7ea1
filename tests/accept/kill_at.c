/* Preloaded: ends the process by SIGKILL just before its Nth call that touches a file
 * (GARCO_KILL_AT=N), so that every moment of a write can be tried and not only those that a clock
 * happens to hit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static void
step (void)
{
  static atomic_long at = -1;
  if (at < 0)
  {
    const char *text = getenv ("GARCO_KILL_AT");
    at = text ? atol (text) : 0;
  }
  if (at > 0 && atomic_fetch_add (&calls, 1) + 1 == at)
    kill (getpid (), SIGKILL);
}

#define PASS(type, name, declared, passed)                                                         \
  type name declared                                                                               \
  {                                                                                                \
    static type (*real) declared;                                                                  \
    if (!real)                                                                                     \
      *(void **)&real = dlsym (RTLD_NEXT, #name);                                                  \
    step ();                                                                                       \
    return real passed;                                                                            \
  }

#define PASS_OPEN(name)                                                                            \
  int name (const char *path, int flags, ...)                                                      \
  {                                                                                                \
    static int (*real) (const char *, int, ...);                                                   \
    if (!real)                                                                                     \
      *(void **)&real = dlsym (RTLD_NEXT, #name);                                                  \
    va_list list;                                                                                  \
    va_start (list, flags);                                                                        \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg (list, mode_t) : 0;               \
    va_end (list);                                                                                 \
    if (flags & (O_CREAT | O_WRONLY | O_RDWR))                                                     \
      step ();                                                                                     \
    return real (path, flags, mode);                                                               \
  }

#define PASS_OPENAT(name)                                                                          \
  int name (int folder, const char *path, int flags, ...)                                          \
  {                                                                                                \
    static int (*real) (int, const char *, int, ...);                                              \
    if (!real)                                                                                     \
      *(void **)&real = dlsym (RTLD_NEXT, #name);                                                  \
    va_list list;                                                                                  \
    va_start (list, flags);                                                                        \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg (list, mode_t) : 0;               \
    va_end (list);                                                                                 \
    if (flags & (O_CREAT | O_WRONLY | O_RDWR))                                                     \
      step ();                                                                                     \
    return real (folder, path, flags, mode);                                                       \
  }

PASS_OPEN (open)
PASS_OPEN (open64)
PASS_OPENAT (openat)
PASS_OPENAT (openat64)
PASS (FILE *, fopen, (const char *path, const char *mode), (path, mode))
PASS (FILE *, fopen64, (const char *path, const char *mode), (path, mode))
PASS (int, fclose, (FILE * file), (file))
PASS (size_t, fwrite, (const void *bytes, size_t size, size_t count, FILE *file),
      (bytes, size, count, file))
PASS (int, mkdir, (const char *path, mode_t mode), (path, mode))
PASS (int, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode))
PASS (int, rename, (const char *from, const char *to), (from, to))
PASS (int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
PASS (int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags),
      (a, from, b, to, flags))
PASS (int, link, (const char *from, const char *to), (from, to))
PASS (int, linkat, (int a, const char *from, int b, const char *to, int flags),
      (a, from, b, to, flags))
PASS (int, unlink, (const char *path), (path))
PASS (int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
PASS (int, rmdir, (const char *path), (path))
PASS (ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
PASS (ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at))
PASS (int, ftruncate, (int fd, off_t size), (fd, size))
PASS (int, fsync, (int fd), (fd))
PASS (int, fdatasync, (int fd), (fd))
