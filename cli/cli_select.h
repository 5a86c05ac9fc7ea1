/* The options that query and stats have in common.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_SELECT_H
#define GARCO_CLI_SELECT_H

#include "cli.h"
#include "cli_output.h"
#include "cli_printer.h"
#include "cli_travel.h"

enum
{
  SELECT_START = 1,
  SELECT_END,
  SELECT_SPAN,
  SELECT_SYSTEM,
  SELECT_SAT,
  SELECT_CODE,
  SELECT_FIELD,
  SELECT_FORMAT,
  SELECT_OUTPUT,
  SELECT_SALVAGE,
  SELECT_ZEROS,
  SELECT_RAW,
  SELECT_BASE,
  SELECT_MAP,
  SELECT_AT,
  SELECT_BETWEEN,
  SELECT_WHERE,
  SELECT_THREADS,
  SELECT_MEMORY,
  SELECT_SKIP,
  SELECT_EXPLAIN,
  SELECT_RUN,
  SELECT_OPTION_COUNT /* the verb's own options count from here */
};

/* Pieces, for verbs that have not all of them. */
#define SELECT_ROWS_OPTIONS                                                                        \
  CLI_OPTION ("start", '\0', SELECT_START,                                                         \
              "First time wanted: YYYY-MM-DD or YYYY-DDD, with THH:MM:SS if need be.", "TIME"),    \
      CLI_OPTION ("end", '\0', SELECT_END,                                                         \
                  "Time before which rows are wanted; a row at the end itself is not.", "TIME"),   \
      CLI_OPTION ("span", '\0', SELECT_SPAN,                                                       \
                  "Length of time from the start, or up to the end: a number and one of ms s m h " \
                  "d w.",                                                                          \
                  "SPAN"),                                                                         \
      CLI_OPTION ("system", '\0', SELECT_SYSTEM, "Satellite systems: letters of GRSECJI.",         \
                  "LIST"),                                                                         \
      CLI_OPTION ("sat", '\0', SELECT_SAT,                                                         \
                  "Satellites: G05, R24; a number alone is that satellite of any system.",         \
                  "LIST"),                                                                         \
      CLI_OPTION ("obs-code", '\0', SELECT_CODE, "Observation codes: band and attribute, 1C.",     \
                  "LIST")

#define SELECT_OUTPUT_OPTION                                                                       \
  CLI_OPTION ("output", 'o', SELECT_OUTPUT,                                                        \
              "File to write, there when it is complete; - is standard output.", "FILE")

#define SELECT_FORMAT_OPTION                                                                       \
  CLI_OPTION ("format", '\0', SELECT_FORMAT,                                                       \
              "csv (the default), jsonl: an object a line, or table: aligned for people.",         \
              "FORMAT")

#define SELECT_SALVAGE_OPTION                                                                      \
  CLI_OPTION ("salvage", '\0', SELECT_SALVAGE,                                                     \
              "Leave damaged epochs of RINEX files out, each reported in a line on standard "      \
              "error, rather than fail.",                                                          \
              NULL)

#define SELECT_ZEROS_OPTION                                                                        \
  CLI_OPTION ("keep-zeros", '\0', SELECT_ZEROS,                                                    \
              "Take a 0 in a code, phase or strength field of a RINEX file as a value; by "        \
              "the format it is a missing one.",                                                   \
              NULL)

#define SELECT_OPTIONS                                                                             \
  SELECT_ROWS_OPTIONS,                                                                             \
      CLI_OPTION (                                                                                 \
          "where", '\0', SELECT_WHERE,                                                             \
          "Condition on fields, as in \"snr > 35 and sat in (3, 5)\": numbers, 'text' for "        \
          "times, codes and systems, < <= > >= == !=, in, and, or, not; \"snr is null\" asks "     \
          "for absent values, \"is not null\" for the others. Repeated: all must hold.",           \
          "CONDITION"),                                                                            \
      CLI_OPTION ("field", '\0', SELECT_FIELD,                                                     \
                  "Fields: time, system, sat, obs_code, range, phase, doppler, snr, slip, flags, " \
                  "fcn, or an array's own names.",                                                 \
                  "LIST"),                                                                         \
      SELECT_FORMAT_OPTION, SELECT_OUTPUT_OPTION, SELECT_SALVAGE_OPTION, SELECT_ZEROS_OPTION,      \
      CLI_OPTION ("raw-missing", '\0', SELECT_RAW,                                                 \
                  "Give the number by which an array's filter keeps a missing value as it is.",    \
                  NULL),                                                                           \
      CLI_OPTION ("system-base", '\0', SELECT_BASE,                                                \
                  "Number of GPS, 0 or 1, in an array that does not say.", "NUMBER"),              \
      CLI_CODE_MAP_OPTION (SELECT_MAP), CLI_AT_OPTION (SELECT_AT),                                 \
      CLI_BETWEEN_OPTION (SELECT_BETWEEN),                                                         \
      CLI_OPTION ("threads", '@', SELECT_THREADS,                                                  \
                  "Threads that read; as many as processors where not given. The answer does not " \
                  "depend on it.",                                                                 \
                  "NUMBER"),                                                                       \
      CLI_OPTION ("memory", '\0', SELECT_MEMORY,                                                   \
                  "Memory to stay below: a number and one of K M G, of bytes; 256M where not "     \
                  "given. The answer does not depend on it. Less than the largest tile takes is "  \
                  "refused, with what it takes.",                                                  \
                  "SIZE"),                                                                         \
      CLI_OPTION ("skip-corrupt", '\0', SELECT_SKIP,                                               \
                  "Leave corrupt tiles of arrays out, each reported in a line on standard error, " \
                  "rather than fail.",                                                             \
                  NULL),                                                                           \
      CLI_OPTION ("explain", '\0', SELECT_EXPLAIN,                                                 \
                  "Print what will be read of arrays, fragments, tiles, columns and bytes, and "   \
                  "read none of it.",                                                              \
                  NULL),                                                                           \
      CLI_OPTION ("run", '\0', SELECT_RUN,                                                         \
                  "With --explain: run it too, and print what was read in place of the answer.",   \
                  NULL)

#define SELECT_HELP "Lists are divided by commas, and options that take one may be repeated. "

typedef struct cli_select
{
  bool has_start, has_end, has_span;
  int64_t start_ms, end_ms, span_ms;
  char *systems;
  cli_list sats, codes, fields;
  cli_format format;
  char *output;
  bool salvage, keep_zeros, raw_missing, skip_corrupt, labels, explain, run;
  char *where;
  int threads;
  uint64_t memory;
  int system_base;
  garco_code_map *code_map;
  uint64_t timestamp_start, timestamp_end;
} cli_select;

/* What the library's options of other verbs have in common with those of a query. */
#define CLI_SELECT_COPY(to, from)                                                                  \
  do                                                                                               \
  {                                                                                                \
    (to)->start_ms = (from)->start_ms;                                                             \
    (to)->end_ms = (from)->end_ms;                                                                 \
    (to)->systems = (from)->systems;                                                               \
    (to)->nsats = (from)->nsats;                                                                   \
    (to)->sats = (from)->sats;                                                                     \
    (to)->ncodes = (from)->ncodes;                                                                 \
    (to)->codes = (from)->codes;                                                                   \
  } while (0)

#define CLI_SELECT_INIT                                                                            \
  {                                                                                                \
    .system_base = -1                                                                              \
  }

/* Takes one of SELECT_OPTIONS into a cli_select. */
int cli_select_take (void *select, const cli_verb *verb, int option, const char *name,
                     const char *argument);
/* Makes the library's options, which borrow from `select`. CLI_OK or the status to end with. */
int cli_select_options (cli_select *select, const cli_verb *verb, garco_query_options *options);
void cli_select_free (cli_select *select);
/* Ends an output: whole where all went well, else nothing. */
int cli_select_finish (cli_output *output, bool good);

#endif
