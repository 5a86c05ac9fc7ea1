/* garco version.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli.h"

static const struct poptOption options[] = {CLI_OPTIONS_END};

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  cli_words words;
  int status = cli_words_read (verb, argc, argv, NULL, NULL, &words);
  if (status == CLI_OK && words.count > 0)
    status = cli_usage (verb, "unexpected word \"%s\"", words.words[0]);
  else if (status == CLI_OK)
    printf ("garco %s\n", garco_version ());
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_version = {
    "version", "print the version", "", "Prints the version of garco's library.",
    options,   "  garco version",   run};
