/* Which field of a RINEX file each value of an array goes to.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_EXPORT_PLAN_H
#define GARCO_EXPORT_PLAN_H

#include "base/buffer.h"
#include "convert/convert_types.h"
#include "export/export_survey.h"

/* A header to go by, and the codes that its types have. Zero-initialise. */
typedef struct garco__export_model
{
  garco_reader *reader;       /* holds the header; NULL: there is none */
  const garco_header *header; /* NULL: there is none */
  bool mended;                /* the header says of its types what is not so */
  garco_code_map *codes;      /* nullable */
  int64_t cells;              /* of its file; -1: not known */
  char *file;                 /* its file's name */
  size_t others;              /* files of the selection's time that have headers too */
} garco__export_model;

typedef struct garco__export_plan
{
  int version;
  bool own_lists; /* the model's lists of types as they are */
  garco__lists lists;
  /* of each code of the survey its field, or -1 */
  int16_t (*fields[GARCO_SYSTEM_COUNT])[GARCO__KINDS];
  garco__buffer lost;   /* "G L2L, ": values whose type is another's */
  garco__buffer others; /* "G L5 for 5Q, ": types that are read back as other codes */
} garco__export_plan;

/* Zero-initialise. `trim`: leave out types of the model that have no value. */
garco_status garco__export_plan_make (garco__export_plan *plan, int version, bool trim,
                                      const garco__export_survey *survey,
                                      const garco__export_model *model, garco_error *error);
void garco__export_plan_free (garco__export_plan *plan);

#endif
