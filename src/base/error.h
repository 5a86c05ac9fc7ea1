/* Errors: filled once where they arise, passed up by GARCO_TRY.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_BASE_ERROR_H
#define GARCO_BASE_ERROR_H

#include "garco.h"

#define GARCO_TRY(call)                                                                            \
  do                                                                                               \
  {                                                                                                \
    garco_status try_status_ = (call);                                                             \
    if (try_status_ < 0)                                                                           \
      return try_status_;                                                                          \
  } while (0)

/* The same where something is owned: goes to `done` with `status` set. */
#define GARCO_TRY_DONE(call)                                                                       \
  do                                                                                               \
  {                                                                                                \
    status = (call);                                                                               \
    if (status < 0)                                                                                \
      goto done;                                                                                   \
  } while (0)

/* Fill `error` (nullable) and return `code`. `source` may be NULL; line 0 and byte -1 do not apply.
 */
garco_status garco__fail (garco_error *error, garco_status code, const char *source,
                          const char *format, ...) __attribute__ ((format (printf, 4, 5)));
garco_status garco__fail_line (garco_error *error, garco_status code, const char *source,
                               int64_t line, const char *format, ...)
    __attribute__ ((format (printf, 5, 6)));
garco_status garco__fail_byte (garco_error *error, garco_status code, const char *source,
                               int64_t byte, const char *format, ...)
    __attribute__ ((format (printf, 5, 6)));
/* ": No such file or directory" from errno; ENOENT becomes GARCO_ERR_NOT_FOUND, ENOMEM
 * GARCO_ERR_MEMORY, EEXIST GARCO_ERR_EXISTS, all others GARCO_ERR_IO. */
garco_status garco__fail_errno (garco_error *error, const char *source, const char *what);
garco_status garco__fail_memory (garco_error *error, size_t bytes);
/* What errors call a file that is read: "standard input" for "-". */
const char *garco__input_name (const char *path);

#endif
