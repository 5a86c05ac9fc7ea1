/* The calendar and times as text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include "base/civil_time.h"

static void
days_and_dates_are_inverse (void **state)
{
  (void)state;
  int64_t expected = garco__days_of_date (1599, 12, 31);
  for (int year = 1600; year <= 2401; year++)
    for (int month = 1; month <= 12; month++)
      for (int day = 1; garco__date_valid (year, month, day); day++)
      {
        int y, m, d;
        int64_t days = garco__days_of_date (year, month, day);
        assert_int_equal (days, ++expected);
        garco__date_of_days (days, &y, &m, &d);
        assert_true (y == year && m == month && d == day);
      }
  assert_int_equal (garco__days_of_date (1970, 1, 1), 0);
  assert_int_equal (garco__days_of_date (2024, 1, 1), 19723);
}

static void
times_are_read (void **state)
{
  (void)state;
  static const struct
  {
    const char *text;
    int64_t ms;
  } good[] = {{"1970", 0},
              {"2024", INT64_C (1704067200000)},
              {"2024-05", INT64_C (1714521600000)},
              {"2024-05-11", INT64_C (1715385600000)},
              {"2024-132", INT64_C (1715385600000)},
              {"2024-366", INT64_C (1735603200000)},
              {"2024-05-11T12", INT64_C (1715428800000)},
              {"2024-05-11 12:30", INT64_C (1715430600000)},
              {"2024-05-11T12:30:15", INT64_C (1715430615000)},
              {"2024-05-11T12:30:15.25Z", INT64_C (1715430615250)},
              {"1969-12-31T23:59:59.999", -1}};
  static const char *const bad[] = {"",
                                    "20",
                                    "2024-13",
                                    "2024-02-30",
                                    "2023-366",
                                    "2024-000",
                                    "2024-05-11T24",
                                    "2024-05-11T12:60",
                                    "2024-05-11T12:30:60",
                                    "2024-05-11T12.5",
                                    "2024-05-11T12:30.5",
                                    "2024-05-11T12:",
                                    "2024-05-11T12:30:15:20",
                                    "2024-05-11T12:30:15.1234",
                                    "2024-05-11x",
                                    "yesterday",
                                    "2024-05T12"};
  int64_t ms;
  garco_error error;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
  {
    assert_ok (garco_time_parse (good[i].text, &ms, &error), &error);
    assert_int_equal (ms, good[i].ms);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
  {
    assert_int_equal (garco_time_parse (bad[i], &ms, &error), GARCO_ERR_ARGUMENT);
    assert_non_null (strstr (error.message, "expected"));
  }
}

static void
times_are_printed (void **state)
{
  (void)state;
  char text[32];
  garco_time_text (INT64_C (1715430615250), text);
  assert_string_equal (text, "2024-05-11T12:30:15.250");
  garco_time_text (-1, text);
  assert_string_equal (text, "1969-12-31T23:59:59.999");
  garco_time_text (INT64_MIN / 2, text);
  assert_string_equal (text, "-4611686018427387904ms");
  garco_time_text (INT64_MIN, text);
  assert_string_equal (text, "-9223372036854775808ms");
  garco_time_text (INT64_MAX, text);
  assert_string_equal (text, "9223372036854775807ms");
}

static void
spans_are_read (void **state)
{
  (void)state;
  int64_t ms;
  garco_error error;
  assert_ok (garco_span_parse ("12h", &ms, &error), &error);
  assert_int_equal (ms, 43200000);
  assert_ok (garco_span_parse ("1.5d", &ms, &error), &error);
  assert_int_equal (ms, 129600000);
  assert_ok (garco_span_parse ("30", &ms, &error), &error);
  assert_int_equal (ms, 30000);
  assert_ok (garco_span_parse ("250ms", &ms, &error), &error);
  assert_int_equal (ms, 250);
  assert_ok (garco_span_parse (".25s", &ms, &error), &error);
  assert_int_equal (ms, 250);
  assert_ok (garco_span_parse ("0.001s", &ms, &error), &error);
  assert_int_equal (ms, 1);
  static const char *const bad[] = {"",     "h",   "-1h",    "0s",     "1y",
                                    "nan",  "inf", "1e300w", "12 h",   "0x10h",
                                    "1e3s", ".",   ".h",     "1.5.5h", "99999999999999999999w"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal (garco_span_parse (bad[i], &ms, NULL), GARCO_ERR_ARGUMENT);
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (days_and_dates_are_inverse), cmocka_unit_test (times_are_read),
      cmocka_unit_test (times_are_printed), cmocka_unit_test (spans_are_read)};
  return cmocka_run_group_tests (tests, NULL, NULL);
}
