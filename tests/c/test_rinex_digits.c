/* Values into columns: the fast way prints what printf does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test_support.h"

#include <inttypes.h>

#include "rinex/rinex_digits.h"

/* F14.3 by printf; `zero`: with a 0 before the point. */
static void
print (char text[64], int64_t value, bool zero)
{
  char whole[24] = "", number[48];
  uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
  if (size >= 1000 || zero)
    snprintf (whole, sizeof whole, "%" PRIu64, size / 1000);
  snprintf (number, sizeof number, "%s%s.%03d", value < 0 ? "-" : "", whole, (int)(size % 1000));
  snprintf (text, 64, "%14s5 ", number);
}

static void
check (int64_t value)
{
  for (int zero = 0; zero < 2; zero++)
  {
    char wanted[64], made[17] = "";
    print (wanted, value, zero);
    garco__put_value (made, value, zero, "5 ");
    assert_string_equal (made, wanted);
    int64_t back;
    assert_int_equal (garco__read_value (made, &back), GARCO__VALUE);
    assert_int_equal (back, value);
  }
}

static void
test_edges (void **state)
{
  (void)state;
  for (int64_t power = 1; power <= GARCO__VALUE_MAX; power *= 10)
    for (int64_t d = -2; d <= 2; d++)
    {
      check (power + d);
      if (-power + d >= GARCO__VALUE_MIN)
        check (-power + d);
    }
  check (0);
  check (GARCO__VALUE_MIN);
  check (GARCO__VALUE_MAX);
}

static void
test_many (void **state)
{
  (void)state;
  uint64_t random = 88172645463325252u;
  for (int i = 0; i < 300000; i++)
  {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    int64_t value = (int64_t)(random % (uint64_t)(GARCO__VALUE_MAX + 1));
    check (value >> i % 40);
    check (-(value / 10) >> i % 40);
  }
}

static void
test_no_value (void **state)
{
  (void)state;
  char made[17] = "";
  garco__put_no_value (made, "17");
  assert_string_equal (made, "              17");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test (test_edges),
      cmocka_unit_test (test_many),
      cmocka_unit_test (test_no_value),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
