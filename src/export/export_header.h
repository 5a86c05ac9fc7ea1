/* The header of what is written out of an array.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_EXPORT_HEADER_H
#define GARCO_EXPORT_HEADER_H

#include "export/export_plan.h"

/* Finds the header to go by: options->header's, or the one that the array keeps of the file that
 * holds the first time, or else of one that holds some. Zero-initialise `model`. */
garco_status garco__export_model_find (garco__export_model *model, garco_array *array,
                                       const garco_export_options *options,
                                       const garco__export_survey *survey, garco_error *error);
void garco__export_model_free (garco__export_model *model);

/* The header's text. `all`: nothing was selected. `dropped` gets labels that have no place in the
 * version, ", " between them. */
garco_status garco__export_header_text (const garco__export_model *model,
                                        const garco__export_plan *plan,
                                        const garco__export_survey *survey, bool all,
                                        garco__buffer *text, garco__buffer *dropped,
                                        garco_error *error);

#endif
