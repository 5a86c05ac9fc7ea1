/* garco_consolidate: what is to be done, in which order, under the lock.
 *
 * The plan is made once. Each group is consolidated under a lock of its own, so that writers wait
 * for one group and not for all; and where more fragments overlap than memory allows, a group is
 * joined in several steps, each of which is committed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arco/array_writer.h"
#include "arco/consolidate.h"
#include "arco/upkeep_files.h"
#include "arco/upkeep_plan.h"
#include "base/error.h"

#define DEFAULT_MEMORY (UINT64_C (256) << 20)
#define LEAST_MEMORY (UINT64_C (32) << 20)

/* ---- one group */

/* The group's fragments as numbers in the order of writing; GARCO_ERR_NOT_FOUND where one is not
 * seen any more. */
static garco_status
find_fragments (const garco_array *array, const garco__upkeep_group *group, size_t *fragments,
                garco_error *error)
{
  const garco__items *items = &array->directory.fragments;
  for (size_t i = 0; i < group->count; i++)
  {
    size_t at = 0;
    while (at < items->count && strcmp (items->items[at].name, group->names[i]) != 0)
      at++;
    if (at == items->count)
      return garco__fail (error, GARCO_ERR_NOT_FOUND, array->io->root,
                          "fragment %s went away meanwhile: another consolidates the array",
                          group->names[i]);
    fragments[i] = at;
  }
  return GARCO_OK;
}

static int
by_number (const void *a, const void *b)
{
  size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return x < y ? -1 : x > y;
}

/* The first `count` of the group become the one that is `name`. */
static void
replace_names (garco__upkeep_group *group, size_t count, const char *name)
{
  size_t left = group->count - count, kept = name[0] != '\0';
  memmove (group->names + kept, group->names + count, left * sizeof *group->names);
  if (kept)
    memcpy (group->names[0], name, sizeof *group->names);
  group->count = left + kept;
}

static garco_status
join_some (garco__upkeep *own, garco__upkeep_group *group, size_t *fragments)
{
  const garco_upkeep_options *options = own->options;
  const garco__consolidate_options how = {options->purge, own->memory, options->threads};
  garco__consolidated made;
  size_t overlap = 0, count = group->count;
  size_t limit = garco__consolidate_limit (own->array->schema, own->memory);
  GARCO_TRY (find_fragments (own->array, group, fragments, own->error));
  GARCO_TRY (garco__consolidate_overlap (own->array, fragments, count, &overlap, own->error));
  if (overlap > limit || count > GARCO__FAN_IN)
    count = limit < count ? limit : count;
  qsort (fragments, count, sizeof *fragments, by_number);
  GARCO_TRY (garco__consolidate (own->array, fragments, count, &how, &made, own->error));
  own->report->cells += made.cells;
  own->report->bytes_after += made.bytes;
  if (made.name[0] != '\0')
    garco__upkeep_say (own, "%zu fragments: %" PRIu64 " cells, %" PRIu64 " bytes in %s", count,
                       made.cells, made.bytes, made.name);
  replace_names (group, count, made.name);
  return GARCO_OK;
}

static garco_status
join_group (garco__upkeep *own, garco__upkeep_group *group)
{
  void *fragments = NULL;
  bool more = group->count > 0;
  garco_status status = garco__allocate (&fragments, group->count, sizeof (size_t), own->error);
  while (more && status >= 0)
  {
    status = garco__upkeep_lock (own);
    if (status >= 0)
      status = join_some (own, group, fragments);
    garco__array_unlock (own->array);
    more = group->count > 1;
  }
  free (fragments);
  return status;
}

/* ---- cells */

static garco_status
tell_group (const garco__upkeep *own, const garco__upkeep_group *group)
{
  garco__upkeep_say (own,
                     "%zu fragments would become one: %" PRIu64 " cells, %" PRIu64 " bytes, "
                     "from %s",
                     group->count, group->cells, group->bytes, group->names[0]);
  own->report->fragments_after -= group->count - 1;
  return GARCO_OK;
}

static garco_status
consolidate_cells (garco__upkeep *own)
{
  garco__upkeep_plan plan = {0};
  garco_status status = garco__plan_upkeep (own->array, own->options, &plan, own->error);
  for (size_t i = 0; i < plan.count && status >= 0; i++)
  {
    own->report->bytes_before += plan.groups[i].bytes;
    status = own->options->dry_run ? tell_group (own, &plan.groups[i])
                                   : join_group (own, &plan.groups[i]);
  }
  garco__upkeep_plan_free (&plan);
  return status;
}

garco_status
garco__join_windows (garco_array *array, int64_t span_ms,
                     bool (*wanted) (const void *context, int64_t window), const void *context,
                     garco_error *error)
{
  garco_upkeep_options options = GARCO_UPKEEP_OPTIONS_INIT;
  garco_upkeep_report report = {0};
  garco__upkeep own = {array, &options, &report, DEFAULT_MEMORY, error};
  garco__upkeep_plan plan = {0};
  options.span_ms = span_ms;
  garco_status status = garco__array_refresh (array, error);
  if (status >= 0)
    status = garco__plan_upkeep (array, &options, &plan, error);
  for (size_t i = 0; i < plan.count && status >= 0; i++)
    if (wanted (context, plan.groups[i].window))
      status = join_group (&own, &plan.groups[i]);
  garco__upkeep_plan_free (&plan);
  return status;
}

/* ---- the whole */

garco_status
garco__upkeep_open (garco__upkeep *own, const char *uri)
{
  garco_array_options options = GARCO_ARRAY_OPTIONS_INIT;
  options.timestamp_start = own->options->timestamp_start;
  options.timestamp_end = own->options->timestamp_end;
  own->memory = own->options->memory != 0 ? own->options->memory : DEFAULT_MEMORY;
  own->memory = own->memory < LEAST_MEMORY ? LEAST_MEMORY : own->memory;
  GARCO_TRY (garco_array_open (uri, &options, &own->array, own->error));
  /* What was written in the window may be by a later schema: by that of the window's end its
   * attributes would be lost. */
  own->array->newest_schema = true;
  GARCO_TRY (garco__array_refresh (own->array, own->error));
  own->report->fragments_before = own->report->fragments_after = own->array->nfragments;
  return GARCO_OK;
}

garco_status
garco__upkeep_lock (garco__upkeep *own)
{
  GARCO_TRY (garco__array_lock (own->array, own->error));
  GARCO_TRY (garco__consolidate_repair (own->array->io, own->error));
  return garco__array_refresh (own->array, own->error);
}

garco_status
garco__upkeep_locked (garco__upkeep *own, garco_status (*step) (garco__upkeep *own))
{
  garco_status status = garco__upkeep_lock (own);
  if (status >= 0)
    status = step (own);
  garco__array_unlock (own->array);
  return status;
}

static garco_status
consolidate_all (garco__upkeep *own)
{
  unsigned what = own->options->what != 0 ? own->options->what : GARCO_UPKEEP_CELLS;
  if ((what & GARCO_UPKEEP_CELLS) != 0)
    GARCO_TRY (consolidate_cells (own));
  if ((what & GARCO_UPKEEP_COMMITS) != 0)
    GARCO_TRY (garco__consolidate_commits (own));
  if ((what & GARCO_UPKEEP_FRAGMENT_META) != 0)
    GARCO_TRY (garco__consolidate_fragment_meta (own));
  if ((what & GARCO_UPKEEP_ARRAY_META) != 0)
    GARCO_TRY (garco__consolidate_array_meta (own));
  if (own->options->dry_run)
    return GARCO_OK;
  GARCO_TRY (garco__array_refresh (own->array, own->error));
  own->report->fragments_after = own->array->nfragments;
  return GARCO_OK;
}

garco_status
garco__upkeep_run (const char *uri, const garco_upkeep_options *options,
                   garco_upkeep_report *report, garco_status (*all) (garco__upkeep *own),
                   garco_error *error)
{
  static const garco_upkeep_options standard = GARCO_UPKEEP_OPTIONS_INIT;
  garco_upkeep_report local;
  garco__upkeep own = {.options = options != NULL ? options : &standard,
                       .report = report != NULL ? report : &local,
                       .error = error};
  memset (own.report, 0, sizeof *own.report);
  garco_status status = garco__upkeep_open (&own, uri);
  if (status >= 0)
    status = all (&own);
  garco_array_free (&own.array);
  return status;
}

garco_status
garco_consolidate (const char *uri, const garco_upkeep_options *options,
                   garco_upkeep_report *report, garco_error *error)
{
  return garco__upkeep_run (uri, options, report, consolidate_all, error);
}
