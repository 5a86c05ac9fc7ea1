/* What users write: schemas, cells at any time, deletes by text, metadata, evolution.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco_support.h"

#include "arco/array_internal.h"
#include "arco/condition_text.h"

static const int32_t narrow[] = {0, 99}, ten[] = {10}, current[] = {10, 49};
static const int16_t minus_one[] = {-1};

static const garco_filter_info deltas[] = {
    {.name = "double_delta", .level = -1, .reinterpret = GARCO_ANY},
    {.name = "zstd", .level = 5, .reinterpret = GARCO_ANY}};

/* One dimension x, and the attributes a (int32, deltas), b (float64) and n (int16, nullable). */
static const garco_field_info plain_fields[] = {
    {.name = "x",
     .is_dimension = true,
     .type = GARCO_INT32,
     .width = 1,
     .domain = narrow,
     .extent = ten},
    {.name = "a", .type = GARCO_INT32, .width = 1, .nfilters = 2, .filters = deltas},
    {.name = "b", .type = GARCO_FLOAT64, .width = 1},
    {.name = "n", .type = GARCO_INT16, .width = 1, .nullable = true, .fill = minus_one}};

static const garco_schema_info plain = {
    .sparse = true, .capacity = 4, .nfields = 4, .fields = plain_fields};

static garco_array *
make_plain (const test_place *place, char uri[96])
{
  garco_array *array = NULL;
  garco_error error;
  snprintf (uri, 96, "%s/plain", place->folder);
  assert_ok (garco_array_create_schema (uri, &plain, &error), &error);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  return array;
}

/* Rows x = from .. from + 9, a = x * factor, b = x / 2, n null where x is odd. */
static garco_status
put_rows (garco_array *array, int32_t from, int32_t factor, uint64_t timestamp, garco_error *error)
{
  int32_t x[10], a[10];
  double b[10];
  int16_t n[10];
  uint8_t valid[10];
  for (int i = 0; i < 10; i++)
  {
    x[i] = from + 9 - i;
    a[i] = x[i] * factor;
    b[i] = x[i] / 2.0;
    n[i] = (int16_t)x[i];
    valid[i] = x[i] % 2 == 0;
  }
  const garco_column columns[] = {{"b", GARCO_FLOAT64, 1, b, NULL, NULL},
                                  {"x", GARCO_INT32, 1, x, NULL, NULL},
                                  {"n", GARCO_INT16, 1, n, NULL, valid},
                                  {"a", GARCO_INT32, 1, a, NULL, NULL}};
  const garco_batch batch = {10, 4, columns};
  garco_write_options options = GARCO_WRITE_OPTIONS_INIT;
  char name[GARCO_FRAGMENT_NAME_SIZE], expected[64];
  options.timestamp = timestamp;
  garco_status status = garco_array_write (array, &batch, &options, name, error);
  snprintf (expected, sizeof expected, "__%d_%d_", (int)timestamp, (int)timestamp);
  if (status >= 0 && timestamp != 0)
    assert_memory_equal (name, expected, strlen (expected));
  return status;
}

/* "x=a " of each row that the array shows, in its order. */
static const char *
rows_of (garco_array *array, char text[1024])
{
  static const char *const fields[] = {"x", "a"};
  garco_scan_options options = GARCO_SCAN_OPTIONS_INIT;
  garco_scan *scan = NULL;
  garco_error error;
  garco_batch batch;
  size_t at = 0;
  options.nfields = 2;
  options.fields = fields;
  text[0] = '\0';
  assert_ok (garco_scan_open (array, &options, &scan, &error), &error);
  while (garco_scan_next (scan, &batch, &error) == GARCO_OK)
    for (int64_t i = 0; i < batch.rows; i++)
      at += (size_t)snprintf (text + at, 1024 - at, "%d=%d ",
                              ((const int32_t *)batch.columns[0].values)[i],
                              ((const int32_t *)batch.columns[1].values)[i]);
  garco_scan_free (&scan);
  return text;
}

static void
schemas_are_described_as_made (void **state)
{
  char uri[96];
  garco_array *array = make_plain (*state, uri);
  const garco_schema_info *info = garco_array_schema (array);
  assert_int_equal (info->version, 22);
  assert_int_equal (info->nfields, 4);
  assert_string_equal (info->cell_order, "row-major");
  assert_int_equal (info->fields[0].nfilters, 0);
  assert_int_equal (*(const int32_t *)info->fields[0].extent, 10);
  assert_string_equal (info->fields[1].filters[0].name, "double_delta");
  assert_int_equal (info->fields[1].filters[0].reinterpret, GARCO_ANY);
  assert_null (info->fields[1].fill);
  assert_int_equal (*(const int16_t *)info->fields[3].fill, -1);
  assert_true (info->fields[3].nullable);
  assert_string_equal (info->validity_filters[0].name, "rle");
  assert_int_equal (info->coord_filters[0].level, -1);
  /* The description makes the same again. */
  garco__buffer first = {0}, second = {0};
  garco_error error;
  assert_ok (garco__schema_payload (&plain, &first, &error), &error);
  assert_ok (garco__schema_payload (info, &second, &error), &error);
  assert_int_equal (first.size, second.size);
  assert_memory_equal (first.data, second.data, first.size);
  garco__buffer_free (&first);
  garco__buffer_free (&second);
  garco_array_free (&array);
}

static void
refuse_schema (const test_place *place, const garco_schema_info *schema, garco_status status,
               const char *message)
{
  char uri[96];
  garco_error error;
  struct stat there;
  snprintf (uri, sizeof uri, "%s/refused", place->folder);
  assert_int_equal (garco_array_create_schema (uri, schema, &error), status);
  if (strstr (error.message, message) == NULL)
    fail_msg ("\"%s\" does not say \"%s\"", error.message, message);
  assert_int_not_equal (stat (uri, &there), 0);
}

static void
wrong_schemas_are_refused (void **state)
{
  const test_place *place = *state;
  static const uint8_t whole_byte[] = {0, 255}, byte_ten[] = {10};
  static const int32_t turned[] = {9, 0}, zero[] = {0}, wide[] = {0, 200};
  static const garco_filter_info scaled[] = {
      {.name = "float_scale", .scale = 1, .byte_width = 3, .reinterpret = GARCO_ANY}};
  static const garco_filter_info unknown[] = {{.name = "zip"}};
  const struct
  {
    size_t index;
    garco_field_info field;
    garco_status status;
    const char *message;
  } cases[] = {
      {0,
       {.name = "x", .is_dimension = true, .type = GARCO_INT32, .domain = turned},
       GARCO_ERR_ARGUMENT,
       "not low to high"},
      {0,
       {.name = "x", .is_dimension = true, .type = GARCO_INT32, .domain = narrow, .extent = zero},
       GARCO_ERR_ARGUMENT,
       "extent of 0"},
      {0,
       {.name = "x",
        .is_dimension = true,
        .type = GARCO_UINT8,
        .domain = whole_byte,
        .extent = byte_ten},
       GARCO_ERR_ARGUMENT,
       "beyond what the type holds"},
      {0,
       {.name = "x", .is_dimension = true, .type = GARCO_INT32, .domain = narrow, .current = wide},
       GARCO_ERR_ARGUMENT,
       "within the domain"},
      {0,
       {.name = "x", .is_dimension = true, .type = GARCO_CHAR},
       GARCO_ERR_ARGUMENT,
       "no single number"},
      {1, {.name = "x", .type = GARCO_INT8}, GARCO_ERR_ARGUMENT, "two fields"},
      {1, {.name = "__a", .type = GARCO_INT8}, GARCO_ERR_ARGUMENT, "__a"},
      {1,
       {.name = "a", .type = GARCO_FLOAT32, .nfilters = 1, .filters = deltas},
       GARCO_ERR_ARGUMENT,
       "takes integers"},
      {1,
       {.name = "a", .type = GARCO_FLOAT32, .nfilters = 1, .filters = scaled},
       GARCO_ERR_CORRUPT,
       "expected float32 or float64 to 1, 2, 4 or 8"},
      {1,
       {.name = "a", .type = GARCO_INT8, .nfilters = 1, .filters = unknown},
       GARCO_ERR_ARGUMENT,
       "no filter is called \"zip\""},
      {1,
       {.name = "a", .type = GARCO_INT8, .width = UINT32_MAX},
       GARCO_ERR_UNSUPPORTED,
       "variable length"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
  {
    garco_field_info fields[] = {plain_fields[0], plain_fields[1]};
    fields[cases[i].index] = cases[i].field;
    const garco_schema_info schema = {
        .sparse = true, .capacity = 4, .nfields = 2, .fields = fields};
    refuse_schema (place, &schema, cases[i].status, cases[i].message);
  }
  garco_schema_info schema = plain;
  schema.nfields = 1;
  refuse_schema (place, &schema, GARCO_ERR_ARGUMENT, "at least one of each");
  schema = plain;
  schema.cell_order = "hilbert";
  refuse_schema (place, &schema, GARCO_ERR_ARGUMENT, "row-major or col-major");
  schema = plain;
  schema.sparse = false;
  refuse_schema (place, &schema, GARCO_ERR_UNSUPPORTED, "dense");
}

static void
cells_at_any_time (void **state)
{
  char uri[96], text[1024];
  garco_error error;
  garco_array *array = make_plain (*state, uri);
  assert_ok (put_rows (array, 10, 1, 30, &error), &error);
  assert_ok (put_rows (array, 10, 2, 20, &error), &error); /* earlier: loses */
  assert_string_equal (rows_of (array, text), "10=10 11=11 12=12 13=13 14=14 15=15 16=16 17=17 "
                                              "18=18 19=19 ");
  assert_int_equal (put_rows (array, 10, 3, 20, &error), GARCO_ERR_EXISTS);
  assert_non_null (strstr (error.message, "20 ms"));
  assert_int_equal (put_rows (array, 95, 3, 40, &error), GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "outside the array's domain"));
  assert_ok (put_rows (array, 11, -1, 0, &error), &error); /* now: wins */
  assert_string_equal (rows_of (array, text), "10=10 11=-11 12=-12 13=-13 14=-14 15=-15 16=-16 "
                                              "17=-17 18=-18 19=-19 20=-20 ");
  garco_array_free (&array);
}

static void
current_domains_are_kept (void **state)
{
  const test_place *place = *state;
  char uri[96];
  garco_error error;
  garco_array *array = NULL;
  garco_field_info fields[4];
  memcpy (fields, plain_fields, sizeof fields);
  fields[0].current = current;
  garco_schema_info schema = plain;
  schema.fields = fields;
  snprintf (uri, sizeof uri, "%s/current", place->folder);
  assert_ok (garco_array_create_schema (uri, &schema, &error), &error);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  assert_memory_equal (garco_array_schema (array)->fields[0].current, current, sizeof current);
  assert_ok (put_rows (array, 40, 1, 0, &error), &error);
  assert_int_equal (put_rows (array, 41, 1, 0, &error), GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "current domain [10, 49]"));
  garco_array_free (&array);
}

static void
deletes_by_text (void **state)
{
  char uri[96], text[1024];
  garco_error error;
  garco_write_options at = {.timestamp = 15};
  garco_array *array = make_plain (*state, uri);
  assert_ok (put_rows (array, 0, 1, 10, &error), &error);
  assert_ok (put_rows (array, 5, 10, 20, &error), &error);
  assert_ok (garco_array_delete (array, "x >= 2 and not (a > 3 or n == null)", &at, &error),
             &error);
  /* Of the cells up to time 15 those with x >= 2, a <= 3 and n not null: 2. */
  assert_string_equal (rows_of (array, text), "0=0 1=1 3=3 4=4 5=50 6=60 7=70 8=80 9=90 10=100 "
                                              "11=110 12=120 13=130 14=140 ");
  assert_int_equal (garco_array_delete (array, "x == 4", &at, &error), GARCO_ERR_EXISTS);
  at.timestamp = 0;
  assert_int_equal (garco_array_delete (array, "X in (1, 4) OR 13 <= x", &at, &error),
                    GARCO_ERR_ARGUMENT);
  assert_ok (garco_array_delete (array, "x in (1, 4) OR 13 <= x", &at, &error), &error);
  assert_string_equal (rows_of (array, text), "0=0 3=3 5=50 6=60 7=70 8=80 9=90 10=100 11=110 "
                                              "12=120 ");
  garco_array_free (&array);
}

static void
wrong_conditions_name_the_character (void **state)
{
  static const struct
  {
    const char *text;
    int64_t byte;
    const char *message;
  } cases[] = {
      {"", 0, "a field's name is expected, and the text ends"},
      {"x", 1, "is or in is expected, and the text ends"},
      {"x < ", 4, "a number or 'text' is expected"},
      {"y < 3", 0, "no field \"y\""},
      {"x < 3 and", 9, "a field's name"},
      {"x < 3 a > 2", 6, "and, or or the end is expected, found a"},
      {"(x < 3", 6, ") is expected"},
      {"x < 3)", 5, "and, or or the end is expected"},
      {"x < 3.5", 4, "3.5 is no value of field \"x\", which is int32"},
      {"x < 3000000000", 4, "is no value"},
      {"x == 'today'", 5, "'today' is no value"},
      {"x == 'today", 5, "quotation mark without its end"},
      {"x in 3", 5, "( is expected"},
      {"x in (3; 4)", 7, "a character that no condition has, found ;"},
      {"x == null", 5, "the field has no nulls"},
      {"n < null", 4, "== or != is expected before null"},
      {"x not 3", 6, "in is expected"},
      {"x is null", 5, "deletes know no absent values"},
      {"n is 3", 5, "null or not null is expected, found 3"},
      {"n is not 3", 9, "null is expected, found 3"},
      {"3 3", 2, "is expected, found 3"},
  };
  char uri[96];
  garco_error error;
  garco_array *array = make_plain (*state, uri);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
  {
    assert_int_equal (garco_array_delete (array, cases[i].text, NULL, &error), GARCO_ERR_ARGUMENT);
    if (error.byte != cases[i].byte || strstr (error.message, cases[i].message) == NULL)
      fail_msg ("%s: byte %d: %s", cases[i].text, (int)error.byte, error.message);
  }
  char deep[400] = "";
  for (int i = 0; i < 60; i++)
    strcat (deep, "(");
  strcat (deep, "x<1");
  assert_int_equal (garco_array_delete (array, deep, NULL, &error), GARCO_ERR_ARGUMENT);
  assert_int_equal (array->directory.deletes.count, 0);
  garco_array_free (&array);
}

static void
conditions_select (void **state)
{
  char uri[96];
  garco_error error;
  garco_array *array = make_plain (*state, uri);
  static const int32_t x[] = {1, 2, 3};
  static const double b[] = {0.5, 2.5, 0};
  static const int16_t n[] = {5, 0, -5};
  static const uint8_t valid[] = {1, 0, 1};
  static const struct
  {
    const char *text;
    uint8_t keep[3];
  } cases[] = {
      {"x = 2", {0, 1, 0}},
      {"not x = 2", {1, 0, 1}},
      {"b > .25e1 or b < 5e-1", {0, 0, 1}},
      {"n > -6", {1, 0, 1}},
      {"not n > -6", {0, 0, 0}},
      {"n != null and \"x\" not in (3)", {1, 0, 0}},
      {"(x < 2 or x > 2) and (n = 5 or n = -5) and b < 0.25", {0, 0, 1}},
      {"x < 2 or x > 2 and n = 5", {1, 0, 0}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
  {
    garco__condition *condition = NULL;
    garco__condition_column columns[4];
    uint8_t keep[3];
    assert_ok (garco__condition_read (cases[i].text, array->schema, NULL, NULL, &condition, &error),
               &error);
    for (size_t k = 0; k < garco__condition_field_count (condition); k++)
    {
      const garco__condition_column all[] = {{.values = x}, {0}, {.values = b}, {n, valid, NULL}};
      columns[k] = all[garco__condition_field (condition, k)];
    }
    assert_ok (garco__condition_evaluate (condition, columns, 3, keep, &error), &error);
    if (memcmp (keep, cases[i].keep, 3) != 0)
      fail_msg ("%s: %d %d %d", cases[i].text, keep[0], keep[1], keep[2]);
    garco__condition_free (&condition);
  }
  garco_array_free (&array);
}

static void
metadata_are_put_and_removed (void **state)
{
  char uri[96];
  garco_error error;
  garco_metadata_info info;
  size_t count = 0;
  garco_write_options at = {.timestamp = 10};
  garco_array *array = make_plain (*state, uri);
  const double pair[] = {1.5, 2.5};
  const garco_metadata_info first[] = {{"b", GARCO_STRING_UTF8, 5, "hello"},
                                       {"a", GARCO_FLOAT64, 2, pair}};
  const garco_metadata_info second[] = {{"b", GARCO_STRING_UTF8, 0, NULL}};
  assert_ok (garco_array_metadata_put (array, first, 2, &at, &error), &error);
  assert_ok (garco_array_metadata_count (array, &count, &error), &error);
  assert_int_equal (count, 2);
  assert_int_equal (garco_array_metadata_put (array, second, 1, &at, &error), GARCO_ERR_EXISTS);
  assert_ok (garco_array_metadata_put (array, second, 1, NULL, &error), &error);
  assert_ok (garco_array_metadata_count (array, &count, &error), &error);
  assert_int_equal (count, 1);
  assert_ok (garco_array_metadata (array, 0, &info, &error), &error);
  assert_string_equal (info.key, "a");
  assert_memory_equal (info.values, pair, sizeof pair);
  garco_array_free (&array);
}

static void
schemas_evolve (void **state)
{
  static const char *const drop_b[] = {"b"}, *const drop_all[] = {"a", "n", "more"};
  static const int32_t fill[] = {77};
  const garco_field_info more = {.name = "more", .type = GARCO_INT32, .width = 1, .fill = fill};
  const garco_field_info other = {.name = "b", .type = GARCO_INT8, .width = 1};
  char uri[96], text[1024];
  garco_error error;
  garco_array *array = make_plain (*state, uri);
  assert_ok (put_rows (array, 0, 1, 0, &error), &error);
  assert_ok (garco_array_evolve (array, &more, 1, drop_b, 1, NULL, &error), &error);
  const garco_schema_info *info = garco_array_schema (array);
  assert_int_equal (info->nfields, 4);
  assert_string_equal (info->fields[2].name, "n");
  assert_string_equal (info->fields[3].name, "more");
  assert_int_equal (*(const int32_t *)info->fields[3].fill, 77);
  assert_int_equal (garco_array_evolve (array, &other, 1, NULL, 0, NULL, &error),
                    GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "was there before, and was float64"));
  assert_int_equal (garco_array_evolve (array, &more, 1, NULL, 0, NULL, &error), GARCO_ERR_EXISTS);
  assert_int_equal (garco_array_evolve (array, NULL, 0, drop_b, 1, NULL, &error),
                    GARCO_ERR_ARGUMENT);
  assert_int_equal (garco_array_evolve (array, NULL, 0, drop_all, 3, NULL, &error),
                    GARCO_ERR_ARGUMENT);
  assert_non_null (strstr (error.message, "no attribute would be left"));
  /* Older cells have the fill value, and a delete by it would drop all of them. */
  assert_int_equal (garco_array_delete (array, "more > 100", NULL, &error), GARCO_ERR_UNSUPPORTED);
  assert_non_null (strstr (error.message, "has no attribute \"more\""));
  assert_ok (garco_array_delete (array, "a > 1", NULL, &error), &error);
  assert_string_equal (rows_of (array, text), "0=0 1=1 ");
  static const char *const drop_a[] = {"a"};
  assert_int_equal (garco_array_evolve (array, NULL, 0, drop_a, 1, NULL, &error),
                    GARCO_ERR_UNSUPPORTED);
  assert_non_null (strstr (error.message, "compares it"));
  garco_array_free (&array);
}

/* 1000 rows in tiles of 4 or in one, in as little memory as they can be sorted in, and in less. */
static void
memory_is_kept_to (void **state)
{
  enum
  {
    ROWS = 1000
  };
  static int32_t domain[] = {0, ROWS}, x[ROWS], a[ROWS], triple[3 * ROWS];
  static char text[2 * ROWS];
  static const int32_t hundred[] = {100};
  const garco_field_info fields[] = {{.name = "x",
                                      .is_dimension = true,
                                      .type = GARCO_INT32,
                                      .width = 1,
                                      .domain = domain,
                                      .extent = hundred},
                                     {.name = "a", .type = GARCO_INT32, .nullable = true},
                                     {.name = "t", .type = GARCO_INT32, .width = 3},
                                     {.name = "c", .type = GARCO_CHAR, .width = 2}};
  garco_schema_info schema = plain;
  schema.nfields = 4;
  schema.fields = fields;
  for (int i = 0; i < ROWS; i++)
  {
    x[i] = ROWS - 1 - i;
    a[i] = x[i] * 7;
    for (int k = 0; k < 3; k++)
      triple[3 * i + k] = x[i] + k;
    snprintf (text + 2 * i, 2, "%d", x[i] % 10);
    text[2 * i + 1] = 'x';
  }
  const garco_column columns[] = {{"x", GARCO_INT32, 1, x, NULL, NULL},
                                  {"a", GARCO_INT32, 1, a, NULL, NULL},
                                  {"t", GARCO_INT32, 3, triple, NULL, NULL},
                                  {"c", GARCO_CHAR, 2, text, NULL, NULL}};
  const garco_batch batch = {ROWS, 4, columns};
  static const uint64_t memories[] = {0, 40100, 32000, 40100, 1000};
  for (int i = 0; i < 5; i++)
  {
    char uri[96];
    garco_error error;
    garco_array *array = NULL;
    garco_scan *scan = NULL;
    garco_batch got;
    garco_write_options options = {.timestamp = 5, .threads = 1 + i % 3, .memory = memories[i]};
    int64_t rows = 0;
    schema.capacity = i == 3 ? 1000 : 4;
    snprintf (uri, sizeof uri, "%s/m%d", ((test_place *)*state)->folder, i);
    assert_ok (garco_array_create_schema (uri, &schema, &error), &error);
    assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
    if (i == 4)
    {
      assert_int_equal (garco_array_write (array, &batch, &options, NULL, &error), GARCO_ERR_LIMIT);
      assert_non_null (strstr (error.message, "memory"));
      assert_int_equal (garco_array_fragment_count (array), 0);
      garco_array_free (&array);
      continue;
    }
    assert_ok (garco_array_write (array, &batch, &options, NULL, &error), &error);
    assert_ok (garco_scan_open (array, NULL, &scan, &error), &error);
    while (garco_scan_next (scan, &got, &error) == GARCO_OK)
      for (int64_t r = 0; r < got.rows; r++, rows++)
      {
        assert_int_equal (((const int32_t *)got.columns[0].values)[r], rows);
        assert_int_equal (((const int32_t *)got.columns[1].values)[r], rows * 7);
        assert_int_equal (((const int32_t *)got.columns[2].values)[3 * r + 2], rows + 2);
        assert_int_equal (((const char *)got.columns[3].values)[2 * r], '0' + rows % 10);
      }
    assert_int_equal (rows, ROWS);
    garco_scan_free (&scan);
    garco_array_free (&array);
  }
}

/* Cells of 100,000 bytes: as they are and filtered. */
static void
large_cells_need_memory (void **state)
{
  enum
  {
    SIZE = 100000
  };
  static const int32_t x[] = {2, 1, 0};
  static char text[3 * SIZE];
  const garco_field_info fields[] = {plain_fields[0],
                                     {.name = "c", .type = GARCO_CHAR, .width = SIZE}};
  const garco_schema_info schema = {.sparse = true, .capacity = 2, .nfields = 2, .fields = fields};
  const garco_column columns[] = {{"x", GARCO_INT32, 1, x, NULL, NULL},
                                  {"c", GARCO_CHAR, SIZE, text, NULL, NULL}};
  const garco_batch batch = {3, 2, columns};
  char uri[96];
  garco_error error;
  garco_array *array = NULL;
  garco_write_options options = {.timestamp = 5, .threads = 4, .memory = 2 * SIZE};
  snprintf (uri, sizeof uri, "%s/large", ((test_place *)*state)->folder);
  assert_ok (garco_array_create_schema (uri, &schema, &error), &error);
  assert_ok (garco_array_open (uri, NULL, &array, &error), &error);
  assert_int_equal (garco_array_write (array, &batch, &options, NULL, &error), GARCO_ERR_LIMIT);
  assert_non_null (strstr (error.message, "field \"c\" needs 200000 bytes of memory; 199988"));
  assert_int_equal (garco_array_fragment_count (array), 0);
  options.memory += 12; /* the order of the rows */
  assert_ok (garco_array_write (array, &batch, &options, NULL, &error), &error);
  assert_int_equal (garco_array_fragment_count (array), 1);
  garco_array_free (&array);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown (schemas_are_described_as_made, make_place, free_place),
      cmocka_unit_test_setup_teardown (wrong_schemas_are_refused, make_place, free_place),
      cmocka_unit_test_setup_teardown (cells_at_any_time, make_place, free_place),
      cmocka_unit_test_setup_teardown (current_domains_are_kept, make_place, free_place),
      cmocka_unit_test_setup_teardown (deletes_by_text, make_place, free_place),
      cmocka_unit_test_setup_teardown (wrong_conditions_name_the_character, make_place, free_place),
      cmocka_unit_test_setup_teardown (conditions_select, make_place, free_place),
      cmocka_unit_test_setup_teardown (metadata_are_put_and_removed, make_place, free_place),
      cmocka_unit_test_setup_teardown (memory_is_kept_to, make_place, free_place),
      cmocka_unit_test_setup_teardown (large_cells_need_memory, make_place, free_place),
      cmocka_unit_test_setup_teardown (schemas_evolve, make_place, free_place)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
