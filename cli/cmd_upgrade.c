/* garco upgrade: an array of an older format version.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli.h"

static const struct poptOption options[] = {CLI_OPTIONS_END};

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  garco_error error;
  cli_words words;
  int status = cli_words_read (verb, argc, argv, NULL, NULL, &words);
  if (status == CLI_OK && words.count == 0)
    status = cli_usage (verb, "expected one or more arrays");
  for (size_t i = 0; i < words.count && status == CLI_OK; i++)
    if (garco_upgrade (words.words[i], &error) < 0)
      status = cli_fail (&error);
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_upgrade = {
    "upgrade",
    "give arrays of older format versions a schema of version 22",
    "[OPTIONS] ARRAY...",
    "Writes the schema of each array again, in version 22 of the format: what is written from then "
    "on is of that version, can be deleted by condition and keeps the times of its cells when it "
    "is consolidated. What is there stays as it is, and readable. Nothing is done for an array "
    "that is of that version already.",
    options,
    "  garco upgrade old.tdb",
    run};
