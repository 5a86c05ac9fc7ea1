/* A caller's own mapping of RINEX types to codes, which goes before the table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_RINEX_CODE_MAP_H
#define GARCO_RINEX_CODE_MAP_H

#include "garco.h"

/* The code that the map has for a type of a system; false where it has none or `map` is NULL. */
bool garco__code_map_find (const garco_code_map *map, char system, const char *type,
                           uint16_t *code);
/* garco__code_of, where the map has nothing to say. */
uint16_t garco__code_mapped (const garco_code_map *map, int version, char system, const char *type,
                             const garco_types *types);
/* Adds one; GARCO_END where the type has another code already, and *code becomes that. For maps
 * that are made of what an array recorded. */
garco_status garco__code_map_new (garco_code_map **map, garco_error *error);
garco_status garco__code_map_add (garco_code_map *map, char system, const char *type,
                                  uint16_t *code, garco_error *error);
/* Takes out what there is for the type. */
void garco__code_map_remove (garco_code_map *map, char system, const char *type);
/* Reads "G L2 2W"; GARCO_ERR_CORRUPT whose message says what was found and what was expected. */
garco_status garco__code_map_line (const char *text, size_t size, char *system, char type[4],
                                   uint16_t *code, garco_error *error);

#endif
