/* garco consolidate: many fragments into few.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "cli_upkeep.h"

static const struct poptOption options[] = {
    UPKEEP_WHAT_OPTION,
    CLI_OPTION ("span", '\0', UPKEEP_SPAN,
                "Join what lies in one window of this length of the first dimension, such as 30d; "
                "windows are counted from 1970-01-01. Fragments that lie in no one window stay. "
                "All are joined where not given.",
                "SPAN"),
    CLI_OPTION ("smaller-than", '\0', UPKEEP_SMALLER,
                "Join only fragments of fewer bytes, such as 16M.", "BYTES"),
    CLI_OPTION ("largest", '\0', UPKEEP_LARGEST,
                "Join no more at once than have about this many bytes.", "BYTES"),
    UPKEEP_TIMES_OPTIONS,
    CLI_OPTION ("purge", '\0', UPKEEP_PURGE,
                "Leave deleted cells out; they cannot be read at earlier times any more.", NULL),
    CLI_OPTION ("memory", '\0', UPKEEP_MEMORY, "Memory to keep to; 256M where not given.", "BYTES"),
    CLI_OPTION ("threads", '@', UPKEEP_THREADS, "Threads; one a processor where not given.",
                "NUMBER"),
    UPKEEP_DRY_OPTION,
    CLI_OPTIONS_END};

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
  wanted.on_step = cli_upkeep_step;
  if (status == CLI_OK)
  {
    if (garco_consolidate (words.words[0], &wanted, &report, &error) < 0)
      status = cli_fail (&error);
    else
      printf ("%s: %" PRIu64 " fragments, %" PRIu64 " before\n", words.words[0],
              report.fragments_after, report.fragments_before);
  }
  cli_words_free (&words);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_consolidate = {
    "consolidate",
    "join an array's fragments, commits or metadata",
    "[OPTIONS] ARRAY",
    "Joins fragments into larger ones, in a memory that does not grow with the array. Nothing that "
    "a reader sees changes: cells keep the times at which they were written, so that the array can "
    "be read as it was at any time, and deleted cells the time of their delete. What was joined "
    "stays on the medium until garco vacuum. Whatever is killed, nothing is lost.\n\n"
    "--what commits joins the files of __commits, deletes with them, fragment-meta the footers of "
    "all fragments, which TileDB then opens in one read, and array-meta the files of array "
    "metadata.\n\n"
    "TileDB reads, consolidates and vacuums the result as its own. Arrays of format versions below "
    "16 are upgraded first (garco upgrade).",
    options,
    "  # days into windows of 30 days\n"
    "  garco consolidate --span 30d P057.tdb\n\n"
    "  # what would be done\n"
    "  garco consolidate --smaller-than 1M --dry-run P057.tdb\n\n"
    "  # all that can be joined, then rid of what was replaced\n"
    "  garco consolidate --what all P057.tdb\n"
    "  garco vacuum --what all P057.tdb",
    run};
