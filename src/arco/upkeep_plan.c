/* Plans of consolidation.
 *
 *   fragments seen, written within the times asked for, small enough
 *     -> by window of the first dimension: those that lie in one go together
 *       -> cut where together they would be larger than asked for
 *         -> groups of two and more, and of one where deleted cells are to be purged from it
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/upkeep_plan.h"

#include <stdlib.h>
#include <string.h>

#include "arco/datatype.h"
#include "base/error.h"

typedef struct candidate
{
  const garco__fragment *fragment;
  size_t index;
  int64_t window;
  uint64_t low; /* of the first dimension, as an order key */
  uint64_t bytes;
} candidate;

/* ---- windows */

/* What one unit of the first dimension is: `many` of them are a millisecond, or one is `ms`. */
static void
unit_of (garco_datatype type, int64_t *many, int64_t *ms)
{
  /* weeks, days, hours, minutes, seconds, ms, us, ns, ps, from the datatype's number 20 on */
  static const int64_t units[][2] = {{1, 604800000}, {1, 86400000}, {1, 3600000},
                                     {1, 60000},     {1, 1000},     {1, 1},
                                     {1000, 1},      {1000000, 1},  {1000000000, 1}};
  unsigned at = (unsigned)type - (GARCO_DATETIME_DAY - 1);
  bool known = at < sizeof units / sizeof *units;
  *many = known ? units[at][0] : 1;
  *ms = known ? units[at][1] : 1;
}

static int64_t
floor_divide (int64_t value, int64_t by)
{
  int64_t result = value / by;
  return result * by > value ? result - 1 : result;
}

/* The window of a value of the first dimension; false where that is no whole number of units. */
static bool
window_of (garco_datatype type, const void *value, int64_t span_ms, int64_t *window)
{
  int64_t many, ms, number = 0;
  size_t size = garco_datatype_size (type);
  uint64_t key = garco__order_key (type, value);
  /* Order keys of signed numbers are moved by half their range. */
  if (garco__datatype_number (type) == GARCO__NUMBER_SIGNED)
    number = (int64_t)(key - (UINT64_C (1) << (8 * size - 1)));
  else
    number = key > INT64_MAX ? INT64_MAX : (int64_t)key;
  unit_of (type, &many, &ms);
  int64_t milliseconds = floor_divide (number, many);
  if (__builtin_mul_overflow (milliseconds, ms, &milliseconds))
    return false;
  *window = floor_divide (milliseconds, span_ms);
  return true;
}

static garco_status
check_span (const garco_array *array, const garco_upkeep_options *options, garco_error *error)
{
  const garco__field *field = &array->schema->fields[0];
  garco__number number = garco__datatype_number (field->type);
  if (options->span_ms < 0)
    return garco__fail (error, GARCO_ERR_ARGUMENT, array->io->root,
                        "a window of %lld ms; expected more than none",
                        (long long)options->span_ms);
  if (options->span_ms > 0 &&
      (field->width != 1 || (number != GARCO__NUMBER_SIGNED && number != GARCO__NUMBER_UNSIGNED) ||
       (field->type >= GARCO_DATETIME_YEAR && field->type < GARCO_DATETIME_DAY - 1)))
    return garco__fail (error, GARCO_ERR_UNSUPPORTED, array->io->root,
                        "windows of dimension \"%s\" of type %s; expected a date or an integer",
                        field->name, garco_datatype_name (field->type));
  return GARCO_OK;
}

/* ---- candidates */

/* Whether the fragment is one of those asked for. */
static bool
is_candidate (const garco_array *array, const garco_upkeep_options *options, candidate *own)
{
  const garco__fragment *fragment = own->fragment;
  const garco__field *first = &array->schema->fields[0];
  int64_t last;
  if (fragment->ntiles == 0 || fragment->stamp.start < array->start ||
      fragment->stamp.end > array->end)
    return false;
  if (options->smaller_than > 0 && own->bytes >= options->smaller_than)
    return false;
  if (first->width != 1)
    return options->span_ms == 0;
  const uint8_t *bounds = fragment->bounds[0];
  own->low = garco__order_key (first->type, bounds);
  if (options->span_ms == 0)
    return true;
  return window_of (first->type, bounds, options->span_ms, &own->window) &&
         window_of (first->type, bounds + garco_datatype_size (first->type), options->span_ms,
                    &last) &&
         last == own->window;
}

static garco_status
list_candidates (garco_array *array, const garco_upkeep_options *options, candidate *list,
                 size_t *count, garco_error *error)
{
  for (size_t i = 0; i < array->nfragments; i++)
  {
    garco__fragment *fragment = NULL;
    GARCO_TRY (garco__array_fragment_at (array, i, &fragment, error));
    candidate own = {.fragment = fragment, .index = i, .bytes = garco__fragment_bytes (fragment)};
    if (is_candidate (array, options, &own))
      list[(*count)++] = own;
  }
  return GARCO_OK;
}

static int
by_window (const void *a, const void *b)
{
  const candidate *x = a, *y = b;
  if (x->window != y->window)
    return x->window < y->window ? -1 : 1;
  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

/* ---- groups */

bool
garco__fragment_may_have_dead (const garco_array *array, const garco__fragment *fragment)
{
  const garco__items *deletes = &array->directory.deletes;
  bool may = fragment->has_deletes;
  for (size_t i = 0; i < deletes->count && !may; i++)
    may = deletes->items[i].stamp.start >= fragment->stamp.start;
  return may;
}

static garco_status
new_group (garco__upkeep_plan *plan, garco_error *error)
{
  if (plan->count == plan->capacity)
  {
    void *groups = plan->groups;
    size_t capacity = plan->capacity * 2 + 16;
    GARCO_TRY (garco__reallocate (&groups, capacity, sizeof *plan->groups, error));
    plan->groups = groups;
    plan->capacity = capacity;
  }
  plan->groups[plan->count++] = (garco__upkeep_group){0};
  return GARCO_OK;
}

static garco_status
add_to_group (garco__upkeep_group *group, const candidate *own, garco_error *error)
{
  if (group->count == group->capacity)
  {
    void *names = group->names;
    size_t capacity = group->capacity * 2 + 8;
    GARCO_TRY (garco__reallocate (&names, capacity, sizeof *group->names, error));
    group->names = names;
    group->capacity = capacity;
  }
  if (strlen (own->fragment->name) >= GARCO__NAME_SIZE)
    return garco__fail (error, GARCO_ERR_LIMIT, own->fragment->name, "a name of %zu bytes",
                        strlen (own->fragment->name));
  strcpy (group->names[group->count++], own->fragment->name);
  group->window = own->window;
  group->cells += garco__fragment_cells (own->fragment);
  group->bytes += own->bytes;
  return GARCO_OK;
}

/* Drops the last group where there is nothing to do for it. */
static void
end_group (const garco_array *array, const garco_upkeep_options *options, const candidate *last,
           garco__upkeep_plan *plan)
{
  garco__upkeep_group *group = plan->count > 0 ? &plan->groups[plan->count - 1] : NULL;
  if (group == NULL || group->count > 1)
    return;
  if (options->purge && garco__fragment_may_have_dead (array, last->fragment))
    return;
  free (group->names);
  plan->count--;
}

static garco_status
make_groups (const garco_array *array, const garco_upkeep_options *options, const candidate *list,
             size_t count, garco__upkeep_plan *plan, garco_error *error)
{
  for (size_t i = 0; i < count; i++)
  {
    const garco__upkeep_group *group = plan->count > 0 ? &plan->groups[plan->count - 1] : NULL;
    bool other = i == 0 || list[i].window != list[i - 1].window;
    if (!other && options->largest > 0 && group->bytes + list[i].bytes > options->largest)
      other = true;
    if (other && i > 0)
      end_group (array, options, &list[i - 1], plan);
    if (other)
      GARCO_TRY (new_group (plan, error));
    GARCO_TRY (add_to_group (&plan->groups[plan->count - 1], &list[i], error));
  }
  if (count > 0)
    end_group (array, options, &list[count - 1], plan);
  return GARCO_OK;
}

garco_status
garco__plan_upkeep (garco_array *array, const garco_upkeep_options *options,
                    garco__upkeep_plan *plan, garco_error *error)
{
  void *list = NULL;
  size_t count = 0;
  garco_status status;
  GARCO_TRY (check_span (array, options, error));
  GARCO_TRY_DONE (garco__allocate (&list, array->nfragments, sizeof (candidate), error));
  GARCO_TRY_DONE (list_candidates (array, options, list, &count, error));
  if (count > 1)
    qsort (list, count, sizeof (candidate), by_window);
  GARCO_TRY_DONE (make_groups (array, options, list, count, plan, error));
done:
  free (list);
  return status;
}

void
garco__upkeep_plan_free (garco__upkeep_plan *plan)
{
  for (size_t i = 0; i < plan->count; i++)
    free (plan->groups[i].names);
  free (plan->groups);
  memset (plan, 0, sizeof *plan);
}
