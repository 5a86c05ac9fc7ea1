/* Statistics out of metadata, where these settle the matter.
 *
 * What is kept of a tile is of the values before the filters, and the float-scale filter rounds:
 *
 *   written x --> metadata                       |metadata - read| <= scale / 2 a value,
 *             --> round (x / scale) --> x' read  and what the field's own arithmetic rounds off
 *
 * A tile is read all the same where
 *
 *   the sum is NaN, infinite or at its range's end  a NaN is among the values, and the extremes say
 *                                                   nothing; or the sum went beyond and stayed
 * there the sum may have gone beyond on its way         as many cells as large as the largest would
 *   an extreme is not within the filter's integers  absent values lie at their end, others wrap
 *   integers do not fit a double                    reading them rounds each
 *   the channel may be that of no channel           it is an absent value by its number
 *   the extremes or the sum contradict each other   whoever wrote them has another rule
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "query/query_fast.h"

#include <float.h>
#include <string.h>

#include "query/query_columns.h"

/* Below this each integer is a double. */
#define WHOLE 0x1p53

typedef struct tile_facts
{
  const garco__field *field;
  uint64_t count;     /* values that are not null */
  double low, high;   /* their extremes */
  double most;        /* and the larger magnitude of the two */
  const uint8_t *sum; /* 8 bytes */
  bool is_float;
} tile_facts;

static double
number_at (garco_datatype type, const uint8_t *values, uint64_t tile)
{
  const garco_column column = {.name = "", .type = type, .width = 1, .values = values};
  double value = NAN;
  garco__column_double (&column, (int64_t)tile, 1, &value);
  return value;
}

static bool
take_facts (const garco__fragment *fragment, size_t field, uint64_t tile, uint64_t cells,
            tile_facts *facts)
{
  const garco__schema *schema = fragment->schema;
  const garco__slot *slot = &fragment->slots[garco__schema_slot (schema, field)];
  uint64_t nulls = 0;
  facts->field = &schema->fields[field];
  if (slot->mins == NULL || slot->maxs == NULL || slot->sums == NULL ||
      !garco__type_is_number (facts->field->type) ||
      (facts->field->nullable && slot->nulls == NULL))
    return false;
  if (facts->field->nullable)
    memcpy (&nulls, slot->nulls + 8 * tile, sizeof nulls);
  facts->count = cells - nulls;
  facts->low = number_at (facts->field->type, slot->mins, tile);
  facts->high = number_at (facts->field->type, slot->maxs, tile);
  facts->most = fmax (fabs (facts->low), fabs (facts->high));
  facts->sum = slot->sums + 8 * tile;
  facts->is_float = facts->field->type == GARCO_FLOAT32 || facts->field->type == GARCO_FLOAT64;
  return nulls <= cells;
}

/* ---------------------------------------------------------------- bounds */

/* The most that reading a value changes it; false where it may become quite another. */
static bool
rounding_of (const tile_facts *facts, double *each)
{
  const garco__filter *scaling = NULL;
  const garco__pipeline *pipeline = &facts->field->pipeline;
  double epsilon = facts->field->type == GARCO_FLOAT32 ? (double)FLT_EPSILON : DBL_EPSILON;
  *each = 0;
  for (size_t i = 0; i < pipeline->count; i++)
    if (pipeline->filters[i].kind == GARCO__FILTER_FLOAT_SCALE)
    {
      if (scaling != NULL)
        return false;
      scaling = &pipeline->filters[i];
    }
  if (scaling == NULL)
    return true;
  double scale = fabs (scaling->scale), offset = scaling->offset;
  double limit = ldexp (1 - 8 * epsilon, 8 * (int)scaling->width - 1) - 1;
  double first = (facts->low - offset) / scaling->scale;
  double last = (facts->high - offset) / scaling->scale;
  *each = scale / 2 + 4 * epsilon * (facts->most + 2 * fabs (offset));
  return isfinite (*each) && fabs (first) < limit && fabs (last) < limit;
}

/* ---------------------------------------------------------------- sums */

static bool
sum_is_likely (const tile_facts *facts, double sum, double slack)
{
  double n = (double)facts->count;
  return sum >= n * facts->low - slack && sum <= n * facts->high + slack;
}

static bool
take_float_sum (const tile_facts *facts, garco__sums *sums)
{
  double sum, each, n = (double)facts->count;
  memcpy (&sum, facts->sum, sizeof sum);
  if (!isfinite (sum) || fabs (sum) >= DBL_MAX || !(n * facts->most < DBL_MAX / 2) ||
      !rounding_of (facts, &each))
    return false;
  /* What adding n values one after the other rounds off, and the answer's own rounding. */
  double added = (n + 2) * DBL_EPSILON * n * facts->most;
  sums->sum.high = sum;
  sums->off = each;
  sums->off_sum = n * each + added;
  return sum_is_likely (facts, sum, added);
}

/* Sums of integers are exact, as two doubles. */
static bool
take_integer_sum (const tile_facts *facts, garco__sums *sums)
{
  double most = (double)facts->count * facts->most;
  int64_t sum;
  memcpy (&sum, facts->sum, sizeof sum);
  if (facts->most >= WHOLE || !(most < 0x1p62) ||
      !sum_is_likely (facts, (double)sum, 2 * DBL_EPSILON * most))
    return false;
  sums->sum.high = (double)sum;
  sums->sum.low = (double)(sum - (int64_t)sums->sum.high);
  return true;
}

bool
garco__fast_sums (const garco__fragment *fragment, size_t field, uint64_t tile, uint64_t cells,
                  garco__sums *sums)
{
  tile_facts facts;
  *sums = GARCO__SUMS_EMPTY;
  if (!take_facts (fragment, field, tile, cells, &facts))
    return false;
  if (facts.count == 0)
    return true;
  if (!(facts.low <= facts.high) ||
      (strcmp (facts.field->name, "fcn") == 0 && facts.low <= GARCO_FCN_UNKNOWN))
    return false;
  sums->count = (int64_t)facts.count;
  sums->min = facts.low;
  sums->max = facts.high;
  return facts.is_float ? take_float_sum (&facts, sums) : take_integer_sum (&facts, sums);
}
