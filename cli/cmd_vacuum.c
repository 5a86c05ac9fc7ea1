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

static garco_status
vacuum (const char *uri, garco_upkeep_options *wanted, garco_error *error)
{
  garco_upkeep_report report;
  wanted->on_step = wanted->dry_run ? cli_upkeep_step : NULL;
  if (wanted->what == GARCO_UPKEEP_STRAYS)
    wanted->what |= GARCO_UPKEEP_CELLS;
  garco_status status = garco_vacuum (uri, wanted, &report, error);
  if (status >= 0)
    printf ("%s: %" PRIu64 " files and folders of %" PRIu64 " bytes%s removed\n", uri,
            report.files_removed, report.bytes_before, wanted->dry_run ? " would be" : "");
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  return cli_upkeep_run (verb, argc, argv, vacuum);
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
