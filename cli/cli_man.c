/* The pages as manual pages, and what a shell completes: both of the tables that --help prints.
 *
 * The build runs `garco help --man [COMMAND]` for each garco-COMMAND.1 and `garco help
 * --completion` once, so that neither can say anything else than the program.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

/* ---------------------------------------------------------------- text in roff */

/* Signs stand for themselves, so that what is copied out of a page can be typed. */
static void
put_text (const char *text, size_t size)
{
  for (size_t i = 0; i < size; i++)
    switch (text[i])
    {
    case '\\':
      fputs ("\\e", stdout);
      break;
    case '-':
      fputs ("\\-", stdout);
      break;
    case '\'':
      fputs ("\\(aq", stdout);
      break;
    case '`':
      fputs ("\\(ga", stdout);
      break;
    case '^':
      fputs ("\\(ha", stdout);
      break;
    case '~':
      fputs ("\\(ti", stdout);
      break;
    case '.':
      fputs (i == 0 ? "\\&." : ".", stdout);
      break;
    default:
      putchar (text[i]);
    }
}

/* Paragraphs are divided by an empty line; lines that begin with a blank stay as they are. */
static void
put_paragraphs (const char *text)
{
  bool kept = false;
  while (*text != '\0')
  {
    size_t length = strcspn (text, "\n");
    bool keep = text[0] == ' ' || (kept && length == 0);
    if (keep != kept)
      puts (keep ? ".nf" : ".fi");
    kept = keep;
    if (length > 0 || keep)
    {
      put_text (text, length);
      putchar ('\n');
    }
    else
      puts (".PP");
    text += length + (text[length] == '\n');
  }
  if (kept)
    puts (".fi");
}

static void
put_title (const char *verb)
{
  printf (".TH GARCO%s", verb != NULL ? "\\-" : "");
  for (const char *p = verb; p != NULL && *p != '\0'; p++)
    putchar (toupper ((unsigned char)*p));
  printf (" 1 \"\" \"garco %s\" \"User Commands\"\n", garco_version ());
}

/* ---------------------------------------------------------------- pages */

static void
put_synopsis (const cli_verb *verb)
{
  puts (".SH SYNOPSIS");
  const char *line = verb->synopsis;
  do
  {
    size_t length = strcspn (line, "\n");
    printf ("%s\\fBgarco %s\\fR ", line > verb->synopsis ? ".br\n" : "", verb->name);
    put_text (line, length);
    putchar ('\n');
    line += length + (line[length] == '\n');
  } while (*line != '\0');
}

static void
put_options (const struct poptOption *options)
{
  for (const struct poptOption *o = options; o->longName != NULL; o++)
  {
    printf (".TP\n");
    if (o->shortName != '\0')
      printf ("\\fB\\-%c\\fR, ", o->shortName);
    printf ("\\fB\\-\\-");
    put_text (o->longName, strlen (o->longName));
    printf ("\\fR");
    if (o->argDescrip != NULL)
      printf ("=\\fI%s\\fR", o->argDescrip);
    putchar ('\n');
    put_paragraphs (o->descrip);
    putchar ('\n');
  }
}

static void
put_end (const char *examples)
{
  puts (".SH EXIT STATUS");
  for (size_t i = 0; i < CLI_EXITS; i++)
  {
    printf (".TP\n%zu\n", i);
    put_paragraphs (cli_exits[i]);
    putchar ('\n');
  }
  puts (".SH EXAMPLES");
  put_paragraphs (examples);
}

void
cli_print_man (const cli_verb *verb)
{
  put_title (verb->name);
  printf (".SH NAME\ngarco\\-%s \\- ", verb->name);
  put_text (verb->summary, strlen (verb->summary));
  putchar ('\n');
  put_synopsis (verb);
  puts (".SH DESCRIPTION");
  put_paragraphs (verb->description);
  puts ("\n.SH OPTIONS");
  put_options (verb->options);
  put_end (verb->examples);
  puts (".SH SEE ALSO\n\\fBgarco\\fR(1)");
}

void
cli_print_man_overview (void)
{
  put_title (NULL);
  printf (".SH NAME\ngarco \\- %s\n.SH SYNOPSIS\n\\fBgarco\\fR COMMAND [WORDS]...\n.SH COMMANDS\n",
          cli_about);
  for (size_t i = 0; cli_verbs[i] != NULL; i++)
  {
    printf (".TP\n\\fBgarco\\-%s\\fR(1)\n", cli_verbs[i]->name);
    put_text (cli_verbs[i]->summary, strlen (cli_verbs[i]->summary));
    putchar ('\n');
  }
  puts (".SH DESCRIPTION");
  put_paragraphs (cli_about_long);
  putchar ('\n');
  put_end (cli_about_examples);
}

/* ---------------------------------------------------------------- completion */

static void
put_verbs (void)
{
  for (size_t i = 0; cli_verbs[i] != NULL; i++)
    printf ("%s%s", i > 0 ? " " : "", cli_verbs[i]->name);
}

void
cli_print_completion (void)
{
  printf (
      "# Completion of garco's commands and options for bash, made by garco help --completion.\n"
      "_garco ()\n{\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} words=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    words='");
  put_verbs ();
  printf (" --help --version'\n  else\n    case ${COMP_WORDS[1]} in\n");
  for (size_t i = 0; cli_verbs[i] != NULL; i++)
  {
    printf ("      %s) words='", cli_verbs[i]->name);
    for (const struct poptOption *o = cli_verbs[i]->options; o->longName != NULL; o++)
      printf ("%s--%s", o == cli_verbs[i]->options ? "" : " ", o->longName);
    printf ("' ;;\n");
  }
  printf ("    esac\n"
          "    if [ \"${COMP_WORDS[1]}\" = help ] && [ \"$COMP_CWORD\" -eq 2 ]; then\n"
          "      words=\"$words ");
  put_verbs ();
  printf ("\"\n"
          "    elif [ \"${word#-}\" = \"$word\" ]; then\n"
          "      words=\n"
          "    fi\n"
          "  fi\n"
          "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "}\n"
          "complete -o bashdefault -o default -F _garco garco\n");
}
