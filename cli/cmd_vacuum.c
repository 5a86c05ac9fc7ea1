/* garco vacuum: what was consolidated goes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "cli_upkeep.h"

static const struct poptOption options[] = {
    UPKEEP_WHAT_OPTION, UPKEEP_TIMES_OPTIONS,
    CLI_OPTION ("strays", '\0', UPKEEP_STRAYS,
                "Remove too what killed writers have left and is older than AGE, such as 1d: "
                "fragments without a commit, unfinished files, arrays half made beside this one.",
                "AGE"),
    UPKEEP_DRY_OPTION, CLI_OPTIONS_END};

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  garco_upkeep_options wanted = GARCO_UPKEEP_OPTIONS_INIT;
  garco_upkeep_report report;
  garco_error error;
  cli_words words;
  int status = cli_words_read (verb, argc, argv, cli_upkeep_take, &wanted, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "expected one array");
  if (status == CLI_OK)
    status = cli_upkeep_check (verb, &wanted);
  wanted.on_step = wanted.dry_run ? cli_upkeep_step : NULL;
  if (wanted.what == GARCO_UPKEEP_STRAYS)
    wanted.what |= GARCO_UPKEEP_CELLS;
  if (status == CLI_OK)
  {
    if (garco_vacuum (words.words[0], &wanted, &report, &error) < 0)
      status = cli_fail (&error);
    else
      printf ("%s: %" PRIu64 " files and folders of %" PRIu64 " bytes%s removed\n", words.words[0],
              report.files_removed, report.bytes_before, wanted.dry_run ? " would be" : "");
  }
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_vacuum = {
    "vacuum",
    "remove what consolidation has replaced",
    "[OPTIONS] ARRAY",
    "Removes fragments, commit files and metadata that garco consolidate, or TileDB's, has joined "
    "into others. Readers that opened the array before may fail then, so it is never done "
    "unasked. A vacuum that was killed is completed by the next.",
    options,
    "  garco vacuum --dry-run P057.tdb\n"
    "  garco vacuum --what all P057.tdb\n\n"
    "  # what killed ingests have left since more than a week ago\n"
    "  garco vacuum --strays 7d P057.tdb",
    run};
