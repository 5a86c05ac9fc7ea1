/* garco VERB WORDS...: finds the verb.
 *
 * A new subcommand is one cmd_*.c and one line in `cli_verbs`.
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

const cli_verb *const cli_verbs[] = {&cli_info,      &cli_create,      &cli_evolve, &cli_write,
                                     &cli_delete,    &cli_metadata,    &cli_codes,  &cli_ingest,
                                     &cli_verify,    &cli_query,       &cli_stats,  &cli_convert,
                                     &cli_merge,     &cli_split,       &cli_export, &cli_simulate,
                                     &cli_fragments, &cli_consolidate, &cli_vacuum, &cli_upgrade,
                                     &cli_version,   &cli_help,        NULL};

const cli_verb *
cli_find_verb (const char *name)
{
  for (size_t i = 0; cli_verbs[i] != NULL; i++)
    if (strcmp (cli_verbs[i]->name, name) == 0)
      return cli_verbs[i];
  return NULL;
}

/* What a verb printed by stdio must have arrived too. */
static int
finish (int status)
{
  if (fflush (stdout) != 0 || ferror (stdout))
    return status == CLI_OK ? cli_fail_text ("standard output", "cannot be written") : status;
  return status;
}

int
cli_no_verb (const cli_verb *verb, const char *name)
{
  const char *names[sizeof cli_verbs / sizeof *cli_verbs];
  char expected[GARCO_NAMES_SIZE];
  size_t count = 0;
  for (; cli_verbs[count] != NULL; count++)
    names[count] = cli_verbs[count]->name;
  garco_expected_names (name != NULL ? name : "", names, count, expected);
  if (name == NULL)
    return cli_usage (verb, "no command%s", expected);
  return cli_usage (verb, "unknown command \"%s\"%s", name, expected);
}

int
main (int argc, char **argv)
{
  /* Whoever reads our output may stop; that ends us without a word, whatever our parent set. */
  signal (SIGPIPE, SIG_DFL);
  signal (SIGXFSZ, SIG_IGN); /* a file that may not grow is a failure with a message */
  if (argc < 2)
    return cli_no_verb (NULL, NULL);
  const char *word = argv[1];
  const cli_verb *verb = cli_find_verb (word);
  if (strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0)
    verb = &cli_help;
  else if (strcmp (word, "--version") == 0 || strcmp (word, "-V") == 0)
    verb = &cli_version;
  if (verb == NULL)
    return cli_no_verb (NULL, word);
  return finish (verb->run (verb, argc - 1, (const char **)argv + 1));
}
