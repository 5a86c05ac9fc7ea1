/* garco convert: a file in another form.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli_convert.h"

static const struct poptOption options[] = {
    CLI_OPTION ("to", '\0', CONVERT_TO,
                "rinex: plain text, crinex: Hatanaka, csv or jsonl: the rows that query prints. By "
                "default the output's name decides, and where it says nothing the form of text "
                "that the input does not have.",
                "FORM"),
    CONVERT_OPTIONS (SELECT_OUTPUT_OPTION), SELECT_ZEROS_OPTION, CLI_OPTIONS_END};

/* ------------------------------------------------------------------ rows */

/* Rows of a batch on a grid of time, the columns' bytes. */
typedef struct thinner
{
  int64_t interval_ms;
  size_t ncolumns;
  garco_column *columns;
  unsigned char **bytes;
  int64_t *room; /* rows */
} thinner;

static bool
is_on_grid (int64_t ms, int64_t interval_ms)
{
  const int64_t day = 86400000;
  return ((ms % day + day) % day) % interval_ms == 0;
}

static bool
thin_column (const garco_column *from, const int64_t *time, int64_t rows, int64_t interval_ms,
             unsigned char *to)
{
  size_t size = garco_datatype_size (from->type) * from->width;
  for (int64_t i = 0; i < rows; i++)
    if (is_on_grid (time[i], interval_ms))
    {
      memcpy (to, (const unsigned char *)from->values + (size_t)i * size, size);
      to += size;
    }
  return true;
}

/* Leaves the rows of `batch` that are on the grid; false after a message. */
static bool
thin (thinner *t, garco_batch *batch)
{
  int time = garco_batch_find (batch, "time");
  int64_t kept = 0;
  if (t->interval_ms == 0 || time < 0)
    return true;
  const int64_t *ms = batch->columns[time].values;
  for (int64_t i = 0; i < batch->rows; i++)
    kept += is_on_grid (ms[i], t->interval_ms);
  if (t->columns == NULL)
  {
    t->ncolumns = batch->ncolumns;
    t->columns = calloc (batch->ncolumns, sizeof *t->columns);
    t->bytes = calloc (batch->ncolumns, sizeof *t->bytes);
  }
  for (size_t i = 0; t->columns != NULL && t->bytes != NULL && i < batch->ncolumns; i++)
  {
    const garco_column *from = &batch->columns[i];
    size_t size = garco_datatype_size (from->type) * from->width;
    free (t->bytes[i]);
    t->bytes[i] = malloc ((size_t)(kept + 1) * size);
    if (t->bytes[i] == NULL)
      break;
    thin_column (from, ms, batch->rows, t->interval_ms, t->bytes[i]);
    t->columns[i] = *from;
    t->columns[i].values = t->bytes[i];
    if (i + 1 == batch->ncolumns)
    {
      *batch = (garco_batch){kept, batch->ncolumns, t->columns};
      return true;
    }
  }
  cli_fail_text (NULL, "out of memory");
  return false;
}

static void
thinner_free (thinner *t)
{
  for (size_t i = 0; t->bytes != NULL && i < t->ncolumns; i++)
    free (t->bytes[i]);
  free (t->bytes);
  free (t->columns);
}

static int
print_rows (garco_query *query, cli_printer *printer, thinner *grid, cli_output *output)
{
  garco_batch batch;
  garco_error error;
  garco_status status;
  bool good = true;
  while (good && (status = garco_query_next (query, &batch, &error)) != GARCO_END)
  {
    if (status < 0)
    {
      int code = cli_fail (&error);
      cli_output_discard (output);
      return code;
    }
    good = thin (grid, &batch) && (batch.rows == 0 || cli_printer_batch (printer, &batch));
  }
  return cli_select_finish (output, good && cli_printer_end (printer));
}

static int
convert_to_rows (const cli_verb *verb, const char *input, cli_conversion *convert)
{
  garco_query *query = NULL;
  garco_query_options wanted;
  garco_error error;
  cli_output output;
  size_t ncolumns;
  thinner grid = {.interval_ms = convert->interval_ms};
  int status = cli_select_options (&convert->select, verb, &wanted);
  if (status == CLI_OK && (convert->version != 0 || convert->rnxcmp))
    status = cli_usage (verb, "--version and --rnxcmp-compatible say nothing about rows");
  if (status != CLI_OK)
    return status;
  if (garco_query_open (&input, 1, &wanted, &query, &error) < 0)
    return cli_fail (&error);
  const garco_column *columns = garco_query_columns (query, &ncolumns);
  status = CLI_FAILURE;
  if (cli_output_open (&output, convert->select.output))
  {
    cli_printer *printer = cli_printer_new (
        &output, convert->to == CLI_FORM_CSV ? CLI_CSV : CLI_JSONL, columns, ncolumns, NULL);
    if (printer != NULL)
      status = print_rows (query, printer, &grid, &output);
    else
      cli_output_discard (&output);
    cli_printer_free (&printer);
  }
  thinner_free (&grid);
  garco_query_free (&query);
  return status;
}

/* ------------------------------------------------------------------ text */

static int
convert_file (const cli_verb *verb, const char *input, cli_conversion *convert)
{
  garco_convert_options wanted;
  garco_error error;
  const char *output = convert->select.output != NULL ? convert->select.output : "-";
  if (convert->to == CLI_FORM_BY_NAME && cli_form_is_rows (cli_form_of_name (output)))
    convert->to = cli_form_of_name (output);
  if (cli_form_is_rows (convert->to))
    return convert_to_rows (verb, input, convert);
  int status = cli_convert_options (convert, verb, &wanted);
  if (status == CLI_OK && convert->select.keep_zeros)
    status = cli_usage (verb, "--keep-zeros is for csv and jsonl: text keeps zeros as they are");
  if (status == CLI_OK && garco_convert (&input, 1, output, &wanted, &error) < 0)
    status = cli_convert_fail (&error, output);
  return status;
}

static int
run (const cli_verb *verb, int argc, const char **argv)
{
  cli_conversion convert = CLI_CONVERT_INIT;
  cli_words words;
  int status = cli_words_read (verb, argc, argv, cli_convert_take, &convert, &words);
  if (status == CLI_OK && words.count != 1)
    status = cli_usage (verb, "%zu files: expected one (merge takes several)", words.count);
  if (status == CLI_OK)
    status = convert_file (verb, words.words[0], &convert);
  cli_words_free (&words);
  cli_select_free (&convert.select);
  return status < 0 ? CLI_OK : status;
}

const cli_verb cli_convert = {
    "convert",
    "write a RINEX file in another form, version or selection",
    "[OPTIONS] FILE -o OUT",
    "Writes FILE, a RINEX observation file, plain or Hatanaka, in any usual compression, or - for "
    "standard input, to OUT, - or nothing for standard output. OUT's name says the form (.rnx and "
    ".YYo plain, .crx and .YYd Hatanaka, .csv and .jsonl rows) and the compression (.Z, .gz, .bz2, "
    ".xz, .zst). " SELECT_HELP
    "\n\nWhat is not changed keeps its text; Hatanaka and plain text become what RNXCMP 4.1's "
    "crx2rnx and rnx2crx write. Times are half-open: start <= time < end. Where epochs, satellites "
    "or codes are left out, the header's types, times and counts follow, and epochs without a "
    "satellite left are dropped. Between RINEX 2 and 3 the code table names the types, and what "
    "one of them cannot say is left out; notes on standard error say what.",
    options,
    "  # unpack, and pack again\n"
    "  garco convert york0440.15d.Z -o york0440.15o\n"
    "  garco convert york0440.15o -o york0440.15d.Z\n\n"
    "  # RINEX 3 from 2, an hour of GPS at 30 s\n"
    "  garco convert york0440.15d.Z --version 3 --system G --interval 30s \\\n"
    "    --start 2015-02-13T06:00 --span 1h -o york.rnx.gz\n\n"
    "  # rows for a spreadsheet\n"
    "  garco convert york0440.15d.Z -o york.csv",
    run};
