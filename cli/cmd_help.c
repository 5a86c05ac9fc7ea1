/* garco help.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

enum
{
  HELP_MAN = 1,
  HELP_COMPLETION
};

static const struct poptOption options[] = {
    CLI_OPTION ("man", '\0', HELP_MAN, "Print the page as a manual page, for man -l.", NULL),
    CLI_OPTION ("completion", '\0', HELP_COMPLETION,
                "Print a script by which bash completes commands and options.", NULL),
    CLI_OPTIONS_END};

static int
take (void *state, const cli_verb *verb, int option, const char *name, const char *argument)
{
  (void)verb, (void)name, (void)argument;
  *(int *)state = option;
  return CLI_OK;
}

static void
print (const cli_verb *about, int form)
{
  if (form == HELP_COMPLETION)
    cli_print_completion ();
  else if (about == NULL && form == HELP_MAN)
    cli_print_man_overview ();
  else if (about == NULL)
    cli_print_overview ();
  else if (form == HELP_MAN)
    cli_print_man (about);
  else
    cli_print_page (about);
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  cli_words words;
  int form = 0;
  int status = cli_words_read (verb, argc, argv, take, &form, &words);
  const cli_verb *about = NULL;
  if (status == CLI_OK && words.count > 1)
    status = cli_usage (verb, "unexpected word \"%s\"", words.words[1]);
  if (status == CLI_OK && words.count == 1 && (about = cli_find_verb (words.words[0])) == NULL)
    status = cli_no_verb (verb, words.words[0]);
  if (status == CLI_OK)
    print (about, form);
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_help = {"help",
                           "print the page of a command",
                           "[OPTIONS] [COMMAND]",
                           "Prints the page of a command, or the list of commands.",
                           options,
                           "  garco help stats\n\n"
                           "  # commands and options completed in this shell\n"
                           "  source <(garco help --completion)",
                           run};
