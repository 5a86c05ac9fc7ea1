/* Help that reads like a man page, and the one line of a failure.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define WIDTH 79

const char cli_about[] = "GNSS observation files to arrays, and answers from both";
const char cli_about_long[] =
    "Files are RINEX 2, 3 and 4 observations, plain or Hatanaka, in any usual compression; - is "
    "standard input or output. Arrays are directories in TileDB's format. `garco COMMAND --help` "
    "prints the page of a command.";
const char cli_about_examples[] =
    "  garco stats york0440.15d.Z --agg mean --field snr --system G --obs-code 1C --by day\n"
    "  garco ingest *.24d.Z p057.tdb\n"
    "  garco query p057.tdb --start 2024-05-11 --span 12h --sat G05";
const char *const cli_exits[CLI_EXITS] = {
    "success, also where the answer has no rows",
    "a failure in the data or the system, or no such field, satellite, code, time or condition; "
    "one line on standard error says where, what was found and what was expected",
    "another word of the command is wrong"};

/* Text in lines of WIDTH, each moved in; a line feed begins a paragraph or, before a blank, a line
 * that is kept as it is. */
static void
print_wrapped (const char *text, int indent)
{
  int column = 0;
  while (*text != '\0')
  {
    if (*text == '\n')
    {
      putchar ('\n');
      column = 0;
      text++;
      continue;
    }
    bool keep = column == 0 && *text == ' ';
    size_t length = keep ? strcspn (text, "\n") : strcspn (text, " \n");
    if (column > 0 && column + 1 + (int)length > WIDTH)
    {
      putchar ('\n');
      column = 0;
    }
    column += printf ("%*s%.*s", column == 0 ? indent : 1, "", (int)length, text);
    text += length;
    if (!keep)
      text += *text == ' ';
  }
  putchar ('\n');
}

static void
print_options (const struct poptOption *options)
{
  for (const struct poptOption *o = options; o->longName != NULL; o++)
  {
    printf ("       ");
    if (o->shortName != '\0')
      printf ("-%c, ", o->shortName);
    printf ("--%s%s%s\n", o->longName, o->argDescrip != NULL ? "=" : "",
            o->argDescrip != NULL ? o->argDescrip : "");
    print_wrapped (o->descrip, 14);
    putchar ('\n');
  }
}

static void
print_exits (void)
{
  printf ("EXIT STATUS\n");
  for (size_t i = 0; i < CLI_EXITS; i++)
  {
    printf ("       %zu\n", i);
    print_wrapped (cli_exits[i], 14);
  }
}

void
cli_print_page (const cli_verb *verb)
{
  printf ("NAME\n       garco-%s - %s\n\nSYNOPSIS\n", verb->name, verb->summary);
  for (const char *line = verb->synopsis; *line != '\0';)
  {
    size_t length = strcspn (line, "\n");
    printf ("       garco %s%s%.*s\n", verb->name, length > 0 ? " " : "", (int)length, line);
    line += length + (line[length] == '\n');
    if (length == 0)
      break;
  }
  if (verb->synopsis[0] == '\0')
    printf ("       garco %s\n", verb->name);
  printf ("\nDESCRIPTION\n");
  print_wrapped (verb->description, 7);
  printf ("\nOPTIONS\n");
  print_options (verb->options);
  print_exits ();
  printf ("\nEXAMPLES\n");
  print_wrapped (verb->examples, 7);
}

void
cli_print_overview (void)
{
  printf ("NAME\n       garco - %s\n\nSYNOPSIS\n       garco COMMAND [WORDS]...\n\nCOMMANDS\n",
          cli_about);
  int width = 0;
  for (size_t i = 0; cli_verbs[i] != NULL; i++)
    width = (int)strlen (cli_verbs[i]->name) > width ? (int)strlen (cli_verbs[i]->name) : width;
  for (size_t i = 0; cli_verbs[i] != NULL; i++)
    printf ("       %-*s  %s\n", width, cli_verbs[i]->name, cli_verbs[i]->summary);
  printf ("\nDESCRIPTION\n");
  print_wrapped (cli_about_long, 7);
  printf ("\nEXAMPLES\n");
  print_wrapped (cli_about_examples, 5);
}

/* One line, whatever the words in it hold. */
static void
print_line (const char *text)
{
  char line[2048];
  size_t n = 0;
  for (; text[n] != '\0' && n + 2 < sizeof line; n++)
  {
    unsigned char c = (unsigned char)text[n];
    line[n] = (char)(c < 0x20 || c == 0x7f ? '?' : c);
  }
  line[n] = '\n';
  fwrite (line, 1, n + 1, stderr);
}

static void __attribute__ ((format (printf, 2, 0)))
print_about (const cli_verb *verb, const char *format, va_list arguments)
{
  char message[1024], line[1200];
  vsnprintf (message, sizeof message, format, arguments);
  if (verb != NULL)
    snprintf (line, sizeof line, "garco: %s: %s; see garco %s --help", verb->name, message,
              verb->name);
  else
    snprintf (line, sizeof line, "garco: %s; see garco --help", message);
  print_line (line);
}

int
cli_usage (const cli_verb *verb, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  print_about (verb, format, arguments);
  va_end (arguments);
  return CLI_USAGE;
}

int
cli_unknown (const cli_verb *verb, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  print_about (verb, format, arguments);
  va_end (arguments);
  return CLI_FAILURE;
}

int
cli_fail (const garco_error *error)
{
  char line[2048] = "garco: ";
  garco_error_format (error, line + 7, sizeof line - 7);
  print_line (line);
  return CLI_FAILURE;
}

int
cli_fail_text (const char *source, const char *format, ...)
{
  char message[1024], line[1600];
  va_list arguments;
  va_start (arguments, format);
  vsnprintf (message, sizeof message, format, arguments);
  va_end (arguments);
  snprintf (line, sizeof line, "garco: %s%s%s", source != NULL ? source : "",
            source != NULL ? ": " : "", message);
  print_line (line);
  return CLI_FAILURE;
}

int
cli_on_damage (void *context, const garco_error *damage)
{
  (void)context;
  cli_fail (damage);
  return 0;
}

void
cli_on_notice (void *context, const char *text)
{
  (void)context;
  cli_fail_text (NULL, "note: %s", text);
}
