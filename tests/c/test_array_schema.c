/* Schemas: the preset, and damage.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "arco/array_schema.h"

static void
preset_is_earthscopes (void **state)
{
  (void)state;
  garco__buffer payload = {0};
  garco__schema *schema = NULL;
  garco_error error;
  assert_ok (garco__schema_payload (garco_schema_preset ("earthscope"), &payload, &error), &error);
  assert_ok (garco__schema_parse (payload.data, payload.size, "name", "file", &schema, &error),
             &error);
  const garco_schema_info *info = &schema->info;
  assert_int_equal (info->version, 22);
  assert_true (info->sparse && !info->allows_duplicates);
  assert_string_equal (info->tile_order, "row-major");
  assert_int_equal (info->capacity, 500000);
  assert_int_equal (info->nfields, 11);
  assert_string_equal (info->fields[0].name, "time");
  assert_int_equal (*(const int64_t *)info->fields[0].extent, 43200000);
  assert_int_equal (((const int64_t *)info->fields[0].domain)[1], INT64_C (4102444800000));
  assert_string_equal (info->fields[7].name, "snr");
  assert_int_equal (info->fields[7].nfilters, 2);
  assert_string_equal (info->fields[7].filters[0].name, "float_scale");
  assert_true (info->fields[7].filters[0].scale == 1e-3);
  assert_int_equal (info->fields[7].filters[0].byte_width, 4);
  assert_int_equal (info->fields[7].filters[1].level, 7);
  assert_int_equal (garco__schema_slot (schema, 0), 8);
  assert_int_equal (garco__schema_slot (schema, 4), 0);
  garco__schema_free (&schema);
  assert_null (schema);
  garco__buffer_free (&payload);
  assert_null (garco_schema_preset ("another"));
  garco__buffer_free (&payload);
}

static void
cut_schemas_are_errors (void **state)
{
  (void)state;
  garco__buffer payload = {0};
  assert_int_equal (garco__schema_payload (garco_schema_preset ("earthscope"), &payload, NULL),
                    GARCO_OK);
  for (size_t size = 0; size < payload.size; size++)
  {
    garco__schema *schema = NULL;
    garco_error error;
    uint8_t *copy = malloc (size + 1);
    memcpy (copy, payload.data, size);
    assert_true (garco__schema_parse (copy, size, "n", "file", &schema, &error) < 0);
    assert_null (schema);
    assert_string_equal (error.source, "file");
    free (copy);
  }
  for (size_t i = 0; i < payload.size * 8; i++)
  {
    garco__schema *schema = NULL;
    garco_error error;
    payload.data[i / 8] = (uint8_t)(payload.data[i / 8] ^ 1 << i % 8);
    garco__schema_parse (payload.data, payload.size, "n", "file", &schema, &error);
    garco__schema_free (&schema);
    payload.data[i / 8] = (uint8_t)(payload.data[i / 8] ^ 1 << i % 8);
  }
  garco__buffer_free (&payload);
}

static void
others_are_refused_by_name (void **state)
{
  (void)state;
  static const struct
  {
    size_t at;
    uint8_t value;
    const char *text;
  } cases[] = {{0, 23, "version 23"},
               {0, 4, "version 4"},
               {3, 0x80, "experimental"},
               {5, 0, "dense"},
               {7, 4, "Hilbert"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
  {
    garco__buffer payload = {0};
    garco__schema *schema = NULL;
    garco_error error;
    assert_int_equal (garco__schema_payload (garco_schema_preset ("earthscope"), &payload, NULL),
                      GARCO_OK);
    payload.data[cases[i].at] = cases[i].value;
    assert_int_equal (
        garco__schema_parse (payload.data, payload.size, "n", "file", &schema, &error),
        GARCO_ERR_UNSUPPORTED);
    assert_non_null (strstr (error.message, cases[i].text));
    garco__buffer_free (&payload);
  }
}

/* A schema of x and v, whose payload has v's values a cell at `*width`. */
static garco__buffer
payload_of_one (size_t *width)
{
  static const int64_t domain[2] = {0, 9};
  static const float fill = 1;
  const garco_field_info fields[] = {
      {.name = "x", .is_dimension = true, .type = GARCO_INT64, .domain = domain},
      {.name = "v", .type = GARCO_FLOAT32, .width = 1, .fill = &fill}};
  const garco_schema_info info = {.sparse = true, .capacity = 10, .nfields = 2, .fields = fields};
  garco__buffer payload = {0};
  garco_error error;
  assert_ok (garco__schema_payload (&info, &payload, &error), &error);
  size_t at = payload.size - 1;
  while (payload.data[at] != 'v')
    at--;
  *width = at + 2;
  return payload;
}

/* A fill value of one number stands for a cell of as many as the schema says. */
static void
one_value_fills_a_cell (void **state)
{
  (void)state;
  static const float cell[3] = {1, 1, 1};
  garco__schema *schema = NULL;
  garco_error error;
  size_t width;
  garco__buffer payload = payload_of_one (&width);
  payload.data[width] = 3;
  assert_ok (garco__schema_parse (payload.data, payload.size, "n", "file", &schema, &error),
             &error);
  assert_int_equal (schema->fields[1].fill_size, sizeof cell);
  assert_memory_equal (schema->fields[1].fill, cell, sizeof cell);
  assert_memory_equal (schema->info.fields[1].fill, cell, sizeof cell);
  garco__schema_free (&schema);
  garco__buffer_free (&payload);
}

/* And however many they are said to be, a row has no more bytes than a chunk can have. */
static void
a_row_has_a_limit (void **state)
{
  (void)state;
  garco__schema *schema = NULL;
  garco_error error;
  size_t width;
  garco__buffer payload = payload_of_one (&width);
  for (size_t i = 0; i < 3; i++)
    payload.data[width + i] = i == 0 ? 0xfe : 0xff; /* floats: with x 64 MiB, all told */
  assert_ok (garco__schema_parse (payload.data, payload.size, "n", "file", &schema, &error),
             &error);
  garco__schema_free (&schema);
  payload.data[width] = 0xff;
  assert_int_equal (garco__schema_parse (payload.data, payload.size, "n", "file", &schema, &error),
                    GARCO_ERR_LIMIT);
  assert_non_null (strstr (error.message, "cells of 16777215 values"));
  garco__buffer_free (&payload);
}

/* Labels are read from a file that the schema names. */
static void
labels_lie_in_their_folder (void **state)
{
  (void)state;
  static const char *const files[] = {"labels", "../../../labels", "/labels"};
  for (size_t i = 0; i < 3; i++)
  {
    garco__schema *schema = NULL;
    garco_error error;
    size_t width;
    garco__buffer payload = payload_of_one (&width), changed = {0};
    assert_ok (garco__schema_parse (payload.data, payload.size, "n", "file", &schema, &error),
               &error);
    free (schema->enumerations);
    schema->enumerations = calloc (1, sizeof *schema->enumerations);
    schema->nenumerations = 1;
    schema->enumerations[0].name = strdup ("e");
    schema->enumerations[0].file = strdup (files[i]);
    assert_ok (garco__schema_put (schema, 22, &changed, &error), &error);
    garco__schema_free (&schema);
    assert_int_equal (
        garco__schema_parse (changed.data, changed.size, "n", "file", &schema, &error),
        i == 0 ? GARCO_OK : GARCO_ERR_CORRUPT);
    garco__schema_free (&schema);
    garco__buffer_free (&changed);
    garco__buffer_free (&payload);
  }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (preset_is_earthscopes),      cmocka_unit_test (cut_schemas_are_errors),
      cmocka_unit_test (others_are_refused_by_name), cmocka_unit_test (one_value_fills_a_cell),
      cmocka_unit_test (labels_lie_in_their_folder), cmocka_unit_test (a_row_has_a_limit)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
