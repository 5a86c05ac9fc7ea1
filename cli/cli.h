/* What the subcommands share: how a verb is described, how its words are read, how it fails.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CLI_H
#define GARCO_CLI_H

#include <popt.h>
#include <stdbool.h>
#include <stddef.h>

#include "garco.h"

#define CLI_OK 0
#define CLI_FAILURE 1 /* in the data or the system */
#define CLI_USAGE 2   /* in the command's words */

/* One subcommand; its help is a man page made of these. Options have a value above 0 and no
 * variable of their own. */
typedef struct cli_verb
{
  const char *name;
  const char *summary;  /* after "garco-NAME - " */
  const char *synopsis; /* one way of calling a line, without "garco NAME" */
  const char *description;
  const struct poptOption *options;
  const char *examples; /* a line a command, `#` before what it does */
  int (*run) (const struct cli_verb *verb, int argc, const char **argv);
} cli_verb;

extern const cli_verb cli_info, cli_create, cli_evolve, cli_write, cli_delete, cli_metadata,
    cli_codes, cli_ingest, cli_verify, cli_query, cli_stats, cli_convert, cli_merge, cli_split,
    cli_export, cli_simulate, cli_fragments, cli_consolidate, cli_vacuum, cli_upgrade, cli_version,
    cli_help;

/* The verb of this name, or NULL. */
const cli_verb *cli_find_verb (const char *name);
/* Says that no verb has this name, or with NULL that a name is missing; gives CLI_USAGE. */
int cli_no_verb (const cli_verb *verb, const char *name);
/* All verbs, ended by NULL. */
extern const cli_verb *const cli_verbs[];

/* ---------------------------------------------------------------- words */

/* A list that options fill: `--sat G05,E01 --sat R24` are three words. Zero-initialise. */
typedef struct cli_list
{
  char **words;
  size_t count;
} cli_list;

/* Adds the words of a list divided by commas; false and one line on standard error where one is
 * empty. */
bool cli_list_add (cli_list *list, const cli_verb *verb, const char *option, const char *text);
void cli_list_free (cli_list *list);

typedef struct cli_words
{
  poptContext context;
  const char *const *words; /* what is no option */
  size_t count;
  char **joined; /* all that were given, as popt is given them */
  size_t njoined;
} cli_words;

/* Takes one option: its value of the table, its name and its argument (or NULL). CLI_OK, or the
 * status to end with after a message. */
typedef int (*cli_option_fn) (void *state, const cli_verb *verb, int option, const char *name,
                              const char *argument);

/* Reads the words behind the verb. CLI_OK, or -1: help was asked for and printed, or the exit
 * status after a message. `take` may be NULL where there is no option but --help. Always ends with
 * cli_words_free. */
int cli_words_read (const cli_verb *verb, int argc, const char **argv, cli_option_fn take,
                    void *state, cli_words *words);
void cli_words_free (cli_words *words);

/* An option table's row, and its end. The end carries --help. */
#define CLI_OPTION(name, letter, value, text, argument)                                            \
  {                                                                                                \
    name, letter, (argument) != NULL ? POPT_ARG_STRING : POPT_ARG_NONE, NULL, value, text,         \
        argument                                                                                   \
  }
/* The option that RINEX types' codes are set by, wherever RINEX is read. */
#define CLI_CODE_MAP_OPTION(value)                                                                 \
  CLI_OPTION ("code-map", '\0', value,                                                             \
              "File that says how types of RINEX files become codes, one \"G L2 2W\" a line: "     \
              "system or * for all, type, code. See garco codes.",                                 \
              "FILE")
/* Reads its argument; a map that is there is freed before. CLI_OK, or the status after a message.
 */
int cli_code_map (const char *path, garco_code_map **map);
/* Adds a condition to those that all must hold: "A", then "(A) and (B)"; the caller frees it.
 * CLI_OK, or the status after a message. */
int cli_where_add (char **where, const char *text);

/* A span such as 12h, and a number of threads. CLI_OK, or the status after a message. */
int cli_span_take (const cli_verb *verb, const char *name, const char *text, int64_t *ms);
int cli_threads_take (const cli_verb *verb, const char *text, int *threads);

#define CLI_ZSTD_LEVEL_OPTION(value)                                                               \
  CLI_OPTION (                                                                                     \
      "zstd-level", '\0', value,                                                                   \
      "1 (quick) to 22 (thorough): how hard the schema's zstd filters try, where not given "       \
      "as the schema says. Any reader reads the array all the same. 5 makes files about as "       \
      "large as the 7 of earthscope in half the time.",                                            \
      "LEVEL")
int cli_zstd_level_take (const cli_verb *verb, const char *text, int *level);

/* An argument that is two words of the command line, or one with a comma between them; it is taken
 * as the latter. */
#define CLI_TWO_WORDS "FROM TO"

#define CLI_OPTION_HELP 999
#define CLI_OPTIONS_END                                                                            \
  CLI_OPTION ("help", 'h', CLI_OPTION_HELP, "Print this page and end.", NULL), POPT_TABLEEND

/* ---------------------------------------------------------------- help and failure */

void cli_print_page (const cli_verb *verb);
void cli_print_overview (void);
/* The same as manual pages, in roff. */
void cli_print_man (const cli_verb *verb);
void cli_print_man_overview (void);
/* A script for bash. */
void cli_print_completion (void);

/* What the pages have in common: what garco is, and what its statuses mean. */
extern const char cli_about[], cli_about_long[], cli_about_examples[];
#define CLI_EXITS 3
extern const char *const cli_exits[CLI_EXITS];

/* One line on standard error, "garco: VERB: MESSAGE; see garco VERB --help", without a verb "garco:
 * MESSAGE; see garco --help"; gives CLI_USAGE. */
int cli_usage (const cli_verb *verb, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
/* The same of a word in good place that names nothing there is, a time, system or field: gives
 * CLI_FAILURE, as a library's error about such a word does. */
int cli_unknown (const cli_verb *verb, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
/* One line on standard error, "garco: SOURCE:LINE: MESSAGE"; gives CLI_FAILURE. */
int cli_fail (const garco_error *error);
/* The same for a failure of this program's own. */
int cli_fail_text (const char *source, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
/* For the callbacks of the library: one line for each damaged place, and for each thing assumed. */
int cli_on_damage (void *context, const garco_error *damage);
void cli_on_notice (void *context, const char *text);

#endif
