/* Errors and their texts. Control characters in a message (they come from damaged input) and bytes
 * that are no UTF-8 are shown as `?`, so that one error is always one line of text. What is wrong
 * in a source's name stays, but for control characters: by it the file is found.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
make_printable (char *text)
{
  for (char *p = text; *p != '\0'; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f)
      *p = '?';
}

/* Bytes of the UTF-8 character that the text begins with; 0 where it begins with none. */
static size_t
character_size (const char *text)
{
  const unsigned char *c = (const unsigned char *)text;
  size_t size = c[0] < 0x80 ? 1 : c[0] < 0xC2 ? 0 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;
  for (size_t i = 1; i < size; i++)
    if ((c[i] & 0xC0) != 0x80)
      return 0;
  bool long_form = (c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xF0 && c[1] < 0x90);
  bool no_character = (c[0] == 0xED && c[1] > 0x9F) || (c[0] == 0xF4 && c[1] > 0x8F);
  return c[0] > 0xF4 || long_form || no_character ? 0 : size;
}

static void
make_text (char *text)
{
  for (size_t size; *text != '\0'; text += size > 0 ? size : 1)
  {
    size = character_size (text);
    if (size == 0)
      *text = '?';
  }
}

static garco_status
fill (garco_error *error, garco_status code, const char *source, int64_t line, int64_t byte,
      const char *format, va_list arguments)
{
  if (error == NULL)
    return code;
  garco_error fresh;
  memset (&fresh, 0, sizeof fresh);
  fresh.code = code;
  fresh.line = line;
  fresh.byte = byte;
  /* The source may be the caller's error itself, hence the copy before anything is written. */
  snprintf (fresh.source, sizeof fresh.source, "%s", source != NULL ? source : "");
  vsnprintf (fresh.message, sizeof fresh.message, format, arguments);
  make_printable (fresh.source);
  make_printable (fresh.message);
  make_text (fresh.message);
  *error = fresh;
  return code;
}

garco_status
garco__fail (garco_error *error, garco_status code, const char *source, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  fill (error, code, source, 0, -1, format, arguments);
  va_end (arguments);
  return code;
}

garco_status
garco__fail_line (garco_error *error, garco_status code, const char *source, int64_t line,
                  const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  fill (error, code, source, line, -1, format, arguments);
  va_end (arguments);
  return code;
}

garco_status
garco__fail_byte (garco_error *error, garco_status code, const char *source, int64_t byte,
                  const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  fill (error, code, source, 0, byte, format, arguments);
  va_end (arguments);
  return code;
}

garco_status
garco__fail_errno (garco_error *error, const char *source, const char *what)
{
  int number = errno;
  garco_status code = number == ENOENT   ? GARCO_ERR_NOT_FOUND
                      : number == ENOMEM ? GARCO_ERR_MEMORY
                      : number == EEXIST ? GARCO_ERR_EXISTS
                                         : GARCO_ERR_IO;
  return garco__fail (error, code, source, "%s: %s", what, strerror (number));
}

garco_status
garco__fail_memory (garco_error *error, size_t bytes)
{
  return garco__fail (error, GARCO_ERR_MEMORY, NULL, "out of memory (%zu bytes wanted)", bytes);
}

const char *
garco_status_name (garco_status status)
{
  switch (status)
  {
  case GARCO_OK:
    return "GARCO_OK";
  case GARCO_END:
    return "GARCO_END";
  case GARCO_AGAIN:
    return "GARCO_AGAIN";
  case GARCO_ERR_MEMORY:
    return "GARCO_ERR_MEMORY";
  case GARCO_ERR_ARGUMENT:
    return "GARCO_ERR_ARGUMENT";
  case GARCO_ERR_IO:
    return "GARCO_ERR_IO";
  case GARCO_ERR_NOT_FOUND:
    return "GARCO_ERR_NOT_FOUND";
  case GARCO_ERR_EXISTS:
    return "GARCO_ERR_EXISTS";
  case GARCO_ERR_FORMAT:
    return "GARCO_ERR_FORMAT";
  case GARCO_ERR_CORRUPT:
    return "GARCO_ERR_CORRUPT";
  case GARCO_ERR_TRUNCATED:
    return "GARCO_ERR_TRUNCATED";
  case GARCO_ERR_UNSUPPORTED:
    return "GARCO_ERR_UNSUPPORTED";
  case GARCO_ERR_LIMIT:
    return "GARCO_ERR_LIMIT";
  case GARCO_ERR_CANCELLED:
    return "GARCO_ERR_CANCELLED";
  }
  return "GARCO_ERR_?";
}

size_t
garco_error_format (const garco_error *error, char *text, size_t size)
{
  int length;
  if (error->source[0] == '\0')
    length = snprintf (text, size, "%s", error->message);
  else if (error->line > 0)
    length =
        snprintf (text, size, "%s:%" PRId64 ": %s", error->source, error->line, error->message);
  else if (error->byte >= 0)
    length = snprintf (text, size, "%s: byte %" PRId64 ": %s", error->source, error->byte,
                       error->message);
  else
    length = snprintf (text, size, "%s: %s", error->source, error->message);
  return length < 0 ? 0 : (size_t)length;
}

const char *
garco__input_name (const char *path)
{
  return strcmp (path, "-") == 0 ? "standard input" : path;
}

#define TEXT_OF(x) #x
#define VERSION_TEXT(a, b, c) TEXT_OF (a) "." TEXT_OF (b) "." TEXT_OF (c)

const char *
garco_version (void)
{
  return VERSION_TEXT (GARCO_VERSION_MAJOR, GARCO_VERSION_MINOR, GARCO_VERSION_PATCH);
}
