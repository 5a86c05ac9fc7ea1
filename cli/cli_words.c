/* Options and words, by popt.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static bool
add_word (cli_list *list, const char *text, size_t length)
{
  char **words = realloc (list->words, (list->count + 1) * sizeof *words);
  if (words == NULL)
    return false;
  list->words = words;
  words[list->count] = strndup (text, length);
  return words[list->count] != NULL && ++list->count > 0;
}

bool
cli_list_add (cli_list *list, const cli_verb *verb, const char *option, const char *text)
{
  for (;;)
  {
    size_t length = strcspn (text, ",");
    if (length == 0)
    {
      cli_usage (verb, "--%s has an empty word: expected a list divided by commas", option);
      return false;
    }
    if (!add_word (list, text, length))
    {
      cli_fail_text (NULL, "out of memory");
      return false;
    }
    if (text[length] == '\0')
      return true;
    text += length + 1;
  }
}

void
cli_list_free (cli_list *list)
{
  for (size_t i = 0; i < list->count; i++)
    free (list->words[i]);
  free (list->words);
  *list = (cli_list){NULL, 0};
}

static const char *
name_of (const cli_verb *verb, int option)
{
  const struct poptOption *o = verb->options;
  while (o->longName != NULL && o->val != option)
    o++;
  return o->longName != NULL ? o->longName : "?";
}

static bool
takes_two_words (const cli_verb *verb, const char *word)
{
  for (const struct poptOption *o = verb->options; o->longName != NULL; o++)
    if (o->argDescrip != NULL && strcmp (o->argDescrip, CLI_TWO_WORDS) == 0 &&
        strncmp (word, "--", 2) == 0 && strcmp (word + 2, o->longName) == 0)
      return true;
  return false;
}

/* The words with such two joined to one; popt knows options of one word only. */
static bool
join_words (const cli_verb *verb, int argc, const char **argv, cli_words *words)
{
  words->joined = calloc ((size_t)argc + 1, sizeof *words->joined);
  for (int i = 0; words->joined != NULL && i < argc; i++)
  {
    bool two = i >= 2 && takes_two_words (verb, argv[i - 1]) && i + 1 < argc &&
               strchr (argv[i], ',') == NULL;
    size_t size = strlen (argv[i]) + (two ? strlen (argv[i + 1]) + 1 : 0) + 1;
    char *word = malloc (size);
    if (word == NULL)
      return false;
    strcpy (word, argv[i]);
    if (two)
      strcat (strcat (word, ","), argv[++i]);
    words->joined[words->njoined++] = word;
  }
  return words->joined != NULL;
}

/* The option that somebody may have meant, by its name alone or with `=` and its argument. */
static int
fail_option (const cli_verb *verb, const char *word, int why)
{
  char names[64][32], name[64], near[64] = "";
  const char *each[64];
  size_t count = 0;
  for (const struct poptOption *o = verb->options; o->longName != NULL && count < 64; o++)
  {
    snprintf (names[count], sizeof *names, "--%s", o->longName);
    each[count] = names[count];
    count++;
  }
  snprintf (name, sizeof name, "%.*s", (int)strcspn (word, "="), word);
  if (why == POPT_ERROR_BADOPT && strlen (name) > 2)
    garco_nearest_name (name, each, count, near, sizeof near);
  return cli_usage (verb, "%s: %s%s", word, poptStrerror (why), near);
}

int
cli_words_read (const cli_verb *verb, int argc, const char **argv, cli_option_fn take, void *state,
                cli_words *words)
{
  int option, status = CLI_OK;
  *words = (cli_words){NULL, NULL, 0, NULL, 0};
  if (join_words (verb, argc, argv, words))
    words->context =
        poptGetContext (NULL, (int)words->njoined, (const char **)words->joined, verb->options, 0);
  if (words->context == NULL)
    return cli_fail_text (NULL, "out of memory");
  while (status == CLI_OK && (option = poptGetNextOpt (words->context)) >= 0)
  {
    if (option == CLI_OPTION_HELP)
    {
      cli_print_page (verb);
      return -1;
    }
    char *argument = poptGetOptArg (words->context);
    const char *name = name_of (verb, option);
    if (argument != NULL && argument[0] == '\0' && strcmp (name, "output") == 0)
      status = cli_usage (verb, "--output is empty: expected a name, or - for standard output");
    else
      status = take (state, verb, option, name, argument);
    free (argument);
  }
  if (status != CLI_OK)
    return status;
  if (option < -1)
    return fail_option (verb, poptBadOption (words->context, POPT_BADOPTION_NOALIAS), option);
  words->words = poptGetArgs (words->context);
  while (words->words != NULL && words->words[words->count] != NULL)
    if (words->words[words->count++][0] == '\0')
      return cli_usage (verb, "a word is empty: expected the name of a file or an array");
  return CLI_OK;
}

void
cli_words_free (cli_words *words)
{
  words->context = poptFreeContext (words->context);
  for (size_t i = 0; i < words->njoined; i++)
    free (words->joined[i]);
  free (words->joined);
  words->joined = NULL;
  words->njoined = 0;
}

int
cli_code_map (const char *path, garco_code_map **map)
{
  garco_error error;
  garco_code_map_free (map);
  return garco_code_map_open (path, map, &error) < 0 ? cli_fail (&error) : CLI_OK;
}

int
cli_where_add (char **where, const char *text)
{
  size_t before = *where != NULL ? strlen (*where) : 0;
  size_t size = before + strlen (text) + sizeof "() and ()";
  char *joined = malloc (size);
  if (joined == NULL)
    return cli_fail_text (NULL, "out of memory");
  if (*where != NULL)
    snprintf (joined, size, "(%s) and (%s)", *where, text);
  else
    snprintf (joined, size, "%s", text);
  free (*where);
  *where = joined;
  return CLI_OK;
}

int
cli_span_take (const cli_verb *verb, const char *name, const char *text, int64_t *ms)
{
  garco_error error;
  return garco_span_parse (text, ms, &error) < 0 ? cli_usage (verb, "--%s: %s", name, error.message)
                                                 : CLI_OK;
}

static int
take_count (const cli_verb *verb, const char *name, const char *text, int most, int *count)
{
  char *end;
  long number = strtol (text, &end, 10);
  if (end == text || *end != '\0' || number < 1 || number > most)
    return cli_usage (verb, "--%s is \"%s\": expected a number of 1 to %d", name, text, most);
  *count = (int)number;
  return CLI_OK;
}

int
cli_threads_take (const cli_verb *verb, const char *text, int *threads)
{
  return take_count (verb, "threads", text, 1024, threads);
}

int
cli_zstd_level_take (const cli_verb *verb, const char *text, int *level)
{
  return take_count (verb, "zstd-level", text, GARCO_ZSTD_LEVEL_MAX, level);
}
