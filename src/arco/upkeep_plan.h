/* Which fragments are to be consolidated with which.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_UPKEEP_PLAN_H
#define GARCO_ARCO_UPKEEP_PLAN_H

#include "arco/array_internal.h"

/* Names of fragments that go together, in the order of their first dimension. */
typedef struct garco__upkeep_group
{
  size_t count, capacity;
  char (*names)[GARCO__NAME_SIZE];
  int64_t window; /* where there are windows */
  uint64_t cells, bytes;
} garco__upkeep_group;

typedef struct garco__upkeep_plan
{
  size_t count, capacity;
  garco__upkeep_group *groups;
} garco__upkeep_plan;

/* Zero-initialise; free in any case. */
garco_status garco__plan_upkeep (garco_array *array, const garco_upkeep_options *options,
                                 garco__upkeep_plan *plan, garco_error *error);
void garco__upkeep_plan_free (garco__upkeep_plan *plan);

/* Whether cells of the array may have been deleted that this fragment holds. */
bool garco__fragment_may_have_dead (const garco_array *array, const garco__fragment *fragment);

#endif
