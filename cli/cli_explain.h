/* The plan of a query, printed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_EXPLAIN_H
#define GARCO_CLI_EXPLAIN_H

#include "cli_select.h"
#include "garco.h"

/* Prints what each source's query will read, of statistics where `stats` is not NULL. Returns an
 * exit code. */
int cli_explain (const cli_words *words, const cli_select *select,
                 const garco_query_options *options, const garco_stats_options *stats);

#endif
