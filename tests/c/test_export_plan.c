/* Types for codes: the model's in their order, else the version's names, and what is lost.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "export/export_plan.h"

static uint16_t codes[GARCO_SYSTEM_COUNT][8];
static uint8_t kinds[GARCO_SYSTEM_COUNT][8];

/* Systems and codes with the letters of their kinds, rising: "G1C:CL G2W:L E1C:S". */
static garco__export_survey
survey_of (const char *text)
{
  garco__export_survey survey;
  memset (&survey, 0, sizeof survey);
  for (const char *at = text; *at != '\0'; at += strcspn (at, " ") + (at[strcspn (at, " ")] == ' '))
  {
    int s = garco_system_number (at[0]);
    uint32_t n = survey.ncodes[s]++;
    codes[s][n] = garco_obs_code (at + 1);
    kinds[s][n] = 0;
    for (const char *k = at + 4; *k != ' ' && *k != '\0'; k++)
      kinds[s][n] |= (uint8_t)(*k == 'C' ? 1 : *k == 'L' ? 2 : *k == 'D' ? 4 : 8);
    survey.seen[s] = true;
    survey.codes[s] = codes[s];
    survey.kinds[s] = kinds[s];
  }
  return survey;
}

/* The lists, "G C1C L1C E S1X" or of RINEX 2 "C1 L1"; then what is lost and what reads back
 * otherwise.
 */
static void
check (int version, bool trim, const char *values, const garco__export_model *model,
       const char *lists, const char *lost, const char *others)
{
  static garco__export_plan plan;
  garco_error error;
  char text[256] = "";
  garco__export_survey survey = survey_of (values);
  memset (&plan, 0, sizeof plan);
  assert_ok (garco__export_plan_make (&plan, version, trim, &survey, model, &error), &error);
  for (int s = 0; s < (plan.lists.shared ? 1 : GARCO_SYSTEM_COUNT); s++)
  {
    size_t at = strlen (text);
    if (!plan.lists.shared && plan.lists.count[s] > 0)
      snprintf (text + at, sizeof text - at, "%c ", garco_system_letter (s));
    for (uint32_t i = 0; i < plan.lists.count[s]; i++)
    {
      at = strlen (text);
      snprintf (text + at, sizeof text - at, "%s ", plan.lists.codes[s][i]);
    }
  }
  assert_string_equal (text, lists);
  assert_int_equal (plan.lost.size, strlen (lost));
  assert_memory_equal (plan.lost.size > 0 ? (char *)plan.lost.data : "", lost, strlen (lost));
  assert_int_equal (plan.others.size, strlen (others));
  assert_memory_equal (plan.others.size > 0 ? (char *)plan.others.data : "", others,
                       strlen (others));
  garco__export_plan_free (&plan);
}

static void
test_without_model (void **state)
{
  (void)state;
  static const garco__export_model none;
  check (304, false, "G1C:CS G2W:L E1C:S", &none, "G C1C S1C L2W E S1C ", "", "");
  check (211, false, "G1C:CLS G1W:C G2W:CL R2P:CL", &none, "C1 P1 P2 L1 S1 L2 ", "", "");
  check (211, false, "G1C:CL G1W:CL E1C:CL", &none, "C1 P1 L1 ", "G L1W", "E C1 1C, E L1 1C");
  /* L2 is P2's where both are there, C2's where it is alone, whatever comes first. */
  check (211, false, "G2L:CL G2W:CL", &none, "C2 P2 L2 ", "G L2L", "G C2 2L");
  check (211, false, "G2X:CL", &none, "C2 L2 ", "", "");
  check (211, false, "C1P:C C2I:C", &none, "C2 ", "C C1P", "");
}

static const char types_2[5][4] = {"L2", "P2", "C1", "S1", "C2"};
static const int32_t scale_2[5] = {1, 1, 1, 1, 1};

static void
test_with_model (void **state)
{
  (void)state;
  static garco_header header;
  garco__export_model model = {.header = &header};
  garco_error error;
  header.version = 211;
  for (size_t s = 0; s < GARCO_SYSTEM_COUNT; s++)
    header.types[s] = (garco_types){5, types_2, scale_2};
  check (211, false, "G1C:CS G2W:CL", &model, "L2 P2 C1 S1 C2 ", "", "");
  check (211, true, "G1C:CS G2W:CL", &model, "L2 P2 C1 S1 ", "", "");
  check (211, false, "G1C:CDS G2W:CL", &model, "L2 P2 C1 S1 C2 D1 ", "", "");
  check (304, false, "G1C:CDS G2W:CL", &model, "G L2W C2W C1C S1C D1C ", "", "");
  /* The codes that the file had, rather than the table's. */
  assert_ok (garco_code_map_read ("G L2 2L", 7, NULL, &model.codes, &error), &error);
  check (211, false, "G2L:L", &model, "L2 P2 C1 S1 C2 ", "", "G L2 2L");
  check (304, false, "G2L:L", &model, "G L2L ", "", "");
  garco_code_map_free (&model.codes);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_without_model),
      cmocka_unit_test (test_with_model),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
