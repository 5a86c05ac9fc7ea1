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

static garco_status
consolidate (const char *uri, garco_upkeep_options *wanted, garco_error *error)
{
  garco_upkeep_report report;
  wanted->on_step = cli_upkeep_step;
  garco_status status = garco_consolidate (uri, wanted, &report, error);
  if (status >= 0)
    printf ("%s: %" PRIu64 " fragments, %" PRIu64 " before\n", uri, report.fragments_after,
            report.fragments_before);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  return cli_upkeep_run (verb, argc, argv, consolidate);
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
