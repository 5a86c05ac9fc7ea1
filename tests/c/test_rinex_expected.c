/* Every row of EXPECTED.csv: what the reader gives of each real file, as it lies and fed in pieces.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <dirent.h>
#include <math.h>

#include "base/buffer.h"
#include "codec/source.h"
#include "rinex/rinex_cells.h"

struct counts
{
  int version;
  long epochs, sat_epochs, observations, zeros, s1_n;
  double s1_sum;
};

/* Damaged on purpose: these hold with salvage only. */
static const char *const damaged[] = {"badtime.10o", "junk_time_obs3.10o", "wrong_obs2_count.10o"};

static bool
is_damaged (const char *name)
{
  for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
    if (strcmp (damaged[i], name) == 0)
      return true;
  return false;
}

static void
count_sat (struct counts *counts, const garco_header *header, const garco_epoch *epoch,
           const garco_epoch_sat *sat)
{
  const garco_types *types = &header->types[sat->system];
  const char *s1 = header->version >= 300 ? "S1C" : "S1";
  assert_int_equal (sat->count, types->count);
  counts->sat_epochs++;
  for (uint32_t i = 0; i < sat->count; i++)
  {
    int64_t value = epoch->values[sat->first + i];
    if (value == GARCO_MISSING)
      continue;
    bool zero = value == 0 && types->codes[i][0] != 'D';
    counts->observations++;
    counts->zeros += zero;
    if (sat->system == 0 && !zero && strcmp (types->codes[i], s1) == 0)
    {
      counts->s1_n++;
      counts->s1_sum += (double)value / 1000;
    }
  }
}

static void
count_epoch (struct counts *counts, const garco_header *header, const garco_epoch *epoch)
{
  if (epoch->flag > 1 && epoch->flag < 6)
    return;
  counts->epochs++;
  for (size_t s = 0; epoch->flag <= 1 && s < epoch->nsats; s++)
    count_sat (counts, header, epoch, &epoch->sats[s]);
}

static void
count_file (const char *path, bool salvage, struct counts *counts, garco__cells *cells)
{
  garco_error error;
  garco_reader *reader;
  garco__cell_maker *maker;
  garco_reader_options options = GARCO_READER_OPTIONS_INIT;
  options.salvage = salvage;
  memset (counts, 0, sizeof *counts);
  assert_ok (garco_reader_open (path, &options, &reader, &error), &error);
  assert_ok (garco__cell_maker_new (false, &maker, &error), &error);
  counts->version = garco_reader_header (reader)->version;
  for (;;)
  {
    garco_epoch epoch;
    garco_status status = garco_reader_next (reader, &epoch, &error);
    if (status == GARCO_END)
      break;
    assert_ok (status, &error);
    count_epoch (counts, garco_reader_header (reader), &epoch);
    assert_ok (
        garco__cell_maker_append (maker, garco_reader_header (reader), &epoch, cells, &error),
        &error);
  }
  counts->epochs += (long)garco_reader_epochs_lost (reader);
  if (!salvage)
    assert_int_equal (garco_reader_damaged (reader), 0);
  garco__cell_maker_free (&maker);
  garco_reader_free (&reader);
}

/* The strength of GPS L1 C/A as an array would hold it. */
static void
check_cells (const struct counts *want, const char *mean, const garco__cells *cells)
{
  long n = 0;
  double sum = 0;
  for (size_t i = 0; i < cells->count; i++)
    if (cells->sys[i] == 0 && cells->obs[i] == garco_obs_code ("1C") && !isnan (cells->snr[i]))
    {
      n++;
      sum += (double)cells->snr[i];
    }
  assert_int_equal (n, want->s1_n);
  if (n > 0)
    assert_true (fabs (sum / (double)n - atof (mean)) < 2e-6);
}

static void
check_file (const char *path, bool salvage, const struct counts *want, const char *mean)
{
  struct counts got;
  garco__cells cells = {0};
  print_message ("%s\n", path);
  count_file (path, salvage, &got, &cells);
  assert_int_equal (got.version, want->version);
  assert_int_equal (got.epochs, want->epochs);
  assert_int_equal (got.sat_epochs, want->sat_epochs);
  assert_int_equal (got.observations, want->observations);
  assert_int_equal (got.zeros, want->zeros);
  assert_int_equal (got.s1_n, want->s1_n);
  if (got.s1_n > 0)
    assert_true (fabs (got.s1_sum / (double)got.s1_n - atof (mean)) < 5.1e-7);
  check_cells (want, mean, &cells);
  garco__cells_free (&cells);
}

/* "X.gz" and "X" hold the row "X"; Hatanaka files hold the row "X.rnx". */
static bool
holds_row (const char *file, const char *row)
{
  static const char *const folds[] = {".gz", ".Z", ".bz2", ".zip", ""};
  char stem[300], decoded[310], base[300];
  for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
  {
    size_t length = strlen (file), fold = strlen (folds[i]);
    if (length < fold || strcmp (file + length - fold, folds[i]) != 0)
      continue;
    snprintf (stem, sizeof stem, "%.*s", (int)(length - fold), file);
    snprintf (decoded, sizeof decoded, "%s.rnx", stem);
    snprintf (base, sizeof base, "%s", row);
    if (strcmp (stem, row) == 0 || strcmp (decoded, row) == 0)
      return true;
  }
  return false;
}

static int
check_row (const char *folder, char *row)
{
  char mean[40] = "", name[200], path[4096];
  double version;
  struct counts want = {0};
  int files = 0;
  int n = sscanf (row, "%199[^,],%lf,%ld,%ld,%ld,%ld,%ld,%39s", name, &version, &want.epochs,
                  &want.sat_epochs, &want.observations, &want.zeros, &want.s1_n, mean);
  assert_true (n >= 7);
  want.version = (int)lrint (version * 100);
  DIR *dir = opendir (folder);
  assert_non_null (dir);
  for (struct dirent *entry; (entry = readdir (dir)) != NULL;)
  {
    if (!holds_row (entry->d_name, name))
      continue;
    snprintf (path, sizeof path, "%s/%s", folder, entry->d_name);
    check_file (path, is_damaged (name), &want, mean);
    files++;
  }
  closedir (dir);
  return files;
}

static void
test_every_row (void **state)
{
  (void)state;
  char path[4000], row[1000];
  test_data_path ("rinex/EXPECTED.csv", path, sizeof path);
  FILE *file = fopen (path, "r");
  assert_non_null (file);
  *strrchr (path, '/') = '\0';
  assert_non_null (fgets (row, sizeof row, file));
  int rows = 0;
  while (fgets (row, sizeof row, file) != NULL)
  {
    if (strncmp (row, "ELKO", 4) == 0) /* navigation messages: test_not_observations */
      continue;
    assert_true (check_row (path, row) > 0);
    rows++;
  }
  fclose (file);
  assert_true (rows >= 36);
}

struct refusal
{
  const char *name;
  garco_status code;
  const char *text; /* the whole error without the folder */
};

static const struct refusal refusals[] = {
    {"ELKO00USA_R_20182100000_01D_MN.rnx.gz", GARCO_ERR_FORMAT,
     ":1: a navigation file (RINEX type N), expected an observation file (type O)"},
    {"brdc2800.15n", GARCO_ERR_FORMAT,
     ":1: a navigation file (RINEX type N), expected an observation file (type O)"},
    {"demo_nav3.17n", GARCO_ERR_FORMAT,
     ":1: a navigation file (RINEX type N), expected an observation file (type O)"},
    {"igs19362.sp3c", GARCO_ERR_FORMAT, ":2: an SP3 orbit file: "},
    {"badtime.10o", GARCO_ERR_CORRUPT, ":22: a second of 60 or more, expected less than 60"},
    {"junk_time_obs3.10o", GARCO_ERR_CORRUPT,
     ":10: \"> 23 29\" where an epoch is due, expected its time, flag and number of satellites"},
    {"wrong_obs2_count.10o", GARCO_ERR_CORRUPT,
     ":2: 6 observation types declared and 7 listed, expected as many as declared"},
};

static garco_status
read_all (const char *path, garco_error *error)
{
  garco_reader *reader;
  garco_epoch epoch;
  garco_status status = garco_reader_open (path, NULL, &reader, error);
  while (status == GARCO_OK)
    status = garco_reader_next (reader, &epoch, error);
  garco_reader_free (&reader);
  return status;
}

static void
test_not_observations (void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
  {
    char path[4096], file[300], text[2048];
    garco_error error;
    snprintf (file, sizeof file, "rinex/%s", refusals[i].name);
    test_data_path (file, path, sizeof path);
    assert_int_equal (read_all (path, &error), refusals[i].code);
    garco_error_format (&error, text, sizeof text);
    if (strncmp (text, path, strlen (path)) != 0 ||
        strncmp (text + strlen (path), refusals[i].text, strlen (refusals[i].text)) != 0)
      fail_msg ("got \"%s\", expected \"%s\"", text, refusals[i].text);
  }
}

/* One number for all that a reader gives. */
static uint64_t
mix (uint64_t sum, const void *bytes, size_t size)
{
  const unsigned char *p = bytes;
  for (size_t i = 0; i < size; i++)
    sum = (sum ^ p[i]) * UINT64_C (1099511628211);
  return sum;
}

static uint64_t
mix_epoch (uint64_t sum, const garco_epoch *epoch)
{
  int64_t numbers[] = {epoch->time_ms, epoch->time_ps,        epoch->clock_ps,
                       epoch->flag,    epoch->header_changed, epoch->line};
  sum = mix (sum, numbers, sizeof numbers);
  sum = mix (sum, epoch->text, epoch->text_size);
  for (size_t i = 0; i < epoch->nsats; i++)
  {
    const garco_epoch_sat *sat = &epoch->sats[i];
    unsigned char id[2] = {sat->system, sat->number};
    sum = mix (sum, id, 2);
    sum = mix (sum, epoch->values + sat->first, sat->count * sizeof *epoch->values);
    sum = mix (sum, epoch->indicators + 2 * (size_t)sat->first, 2 * (size_t)sat->count);
  }
  return sum;
}

static uint64_t
sum_of_fed (const garco__buffer *text, size_t piece)
{
  garco_reader *reader;
  garco_error error;
  garco_epoch epoch;
  garco_reader_options options = GARCO_READER_OPTIONS_INIT;
  options.salvage = true;
  uint64_t sum = UINT64_C (14695981039346656037);
  assert_ok (garco_reader_new (&options, &reader, &error), &error);
  for (size_t at = 0;;)
  {
    garco_status status = garco_reader_next (reader, &epoch, &error);
    assert_ok (status, &error);
    if (status == GARCO_END)
      break;
    if (status == GARCO_OK)
      sum = mix_epoch (sum, &epoch);
    else if (at == text->size)
      garco_reader_finish (reader);
    else
    {
      size_t size = text->size - at < piece ? text->size - at : piece;
      assert_ok (garco_reader_feed (reader, text->data + at, size, &error), &error);
      at += size;
    }
  }
  int64_t damage = garco_reader_damaged (reader);
  sum = mix (sum, &damage, sizeof damage);
  garco_reader_free (&reader);
  return sum;
}

static void
load (const char *name, garco__buffer *text)
{
  char path[4096];
  garco__source *source;
  garco_error error;
  const uint8_t *bytes;
  size_t size;
  garco_status status;
  test_data_path (name, path, sizeof path);
  assert_ok (garco__source_open (path, NULL, &source, &error), &error);
  while ((status = garco__source_read (source, &bytes, &size, &error)) == GARCO_OK)
    assert_ok (garco__buffer_append (text, bytes, size, &error), &error);
  assert_int_equal (status, GARCO_END);
  garco__source_free (&source);
}

static void
test_pieces (void **state)
{
  (void)state;
  static const char *const names[] = {
      "rinex/14601736.18o",       "rinex/demo.10o",         "rinex/demo3.10o",
      "rinex/junk_time_obs3.10o", "rinex/AJAC3550.21D",     "rinex/badtime.10o",
      "rinex/DUTH0630.22D",       "rinex/ab430140.18o.zip", "rinex/aopr0010.17d",
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
  {
    garco__buffer text = {0};
    load (names[i], &text);
    uint64_t whole = sum_of_fed (&text, SIZE_MAX);
    assert_true (sum_of_fed (&text, 1) == whole);
    assert_true (sum_of_fed (&text, 7) == whole);
    assert_true (sum_of_fed (&text, 1000) == whole);
    garco__buffer_free (&text);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_every_row),
      cmocka_unit_test (test_not_observations),
      cmocka_unit_test (test_pieces),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
