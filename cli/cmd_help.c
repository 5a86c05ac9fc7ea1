/* garco help.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct poptOption options[] = {CLI_OPTIONS_END};

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  cli_words words;
  int status = cli_words_read (verb, argc, argv, NULL, NULL, &words);
  const cli_verb *about = NULL;
  if (status == CLI_OK && words.count > 1)
    status = cli_usage (verb, "unexpected word \"%s\"", words.words[1]);
  if (status == CLI_OK && words.count == 1 && (about = cli_find_verb (words.words[0])) == NULL)
    status = cli_no_verb (verb, words.words[0]);
  if (status == CLI_OK && about != NULL)
    cli_print_page (about);
  else if (status == CLI_OK)
    cli_print_overview ();
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_help = {"help",      "print the page of a command",
                           "[COMMAND]", "Prints the page of a command, or the list of commands.",
                           options,     "  garco help stats",
                           run};
