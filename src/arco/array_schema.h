/* Array schemas.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_ARRAY_SCHEMA_H
#define GARCO_ARCO_ARRAY_SCHEMA_H

#include "arco/filter_pipeline.h"

#define GARCO__VARIABLE UINT32_MAX
#define GARCO__ROW_MAJOR 0
#define GARCO__COL_MAJOR 1

typedef struct garco__field
{
  char *name;
  bool is_dimension;
  garco_datatype type;
  uint32_t width;   /* values a cell, or GARCO__VARIABLE */
  size_t cell_size; /* bytes; 0 for variable length */
  garco__pipeline pipeline;
  bool inherits; /* dimensions: the filters are those of the coordinates */
  /* dimensions, in their type; `current` is the current domain */
  bool has_domain, has_extent, has_current;
  _Alignas(8) uint8_t domain[16];
  _Alignas(8) uint8_t extent[8];
  _Alignas(8) uint8_t current[16];
  /* attributes */
  bool nullable;
  uint8_t fill_valid, order;
  size_t fill_size;
  uint8_t *fill;
  char *enumeration; /* "" for none */
} garco__field;

/* A name and the file in __schema/__enumerations that holds it. */
typedef struct garco__schema_enumeration
{
  char *name, *file;
} garco__schema_enumeration;

typedef struct garco__schema
{
  char *name; /* of its file in the array */
  uint32_t version;
  bool duplicates;
  uint8_t array_type, tile_order, cell_order;
  uint64_t capacity;
  garco__pipeline coords, offsets, validity;
  size_t ndims, nattrs;
  garco__field *fields; /* dimensions first */
  uint32_t nlabels;
  size_t nenumerations;
  garco__schema_enumeration *enumerations;
  bool has_current_domain;
  garco_schema_info info; /* the public view, of the same memory */
  garco_field_info *infos;
  garco_filter_info *filters;
} garco__schema;

/* Reads what a schema's generic tile holds. Valid schemas that garco cannot read as a whole (dense,
 * Hilbert order, labels) are GARCO_ERR_UNSUPPORTED. `name` is the file's, copied. */
garco_status garco__schema_parse (const uint8_t *bytes, size_t size, const char *name,
                                  const char *source, garco__schema **schema, garco_error *error);
/* array_schema_writer.c: the payload of a schema for this version, 7 or later. */
garco_status garco__schema_put (const garco__schema *schema, uint32_t version,
                                garco__buffer *payload, garco_error *error);
/* array_schema_build.c: a schema as a user wants it, checked; its `info` stays empty. */
garco_status garco__schema_build (const garco_schema_info *info, garco__schema **schema,
                                  garco_error *error);
/* One attribute of it, into a zero-initialised field; the name is owned. */
garco_status garco__schema_build_attribute (const garco_field_info *info, garco__field *field,
                                            garco_error *error);
/* The payload of a schema that a user wants: it can be read. */
garco_status garco__schema_payload (const garco_schema_info *info, garco__buffer *payload,
                                    garco_error *error);
void garco__field_free (garco__field *field);
/* Frees the public view, for a schema that is to be changed: two zero fields stay behind the last.
 */
void garco__schema_forget_view (garco__schema *schema);
void garco__schema_free (garco__schema **schema);

/* Index among the fields, or -1. */
int garco__schema_find (const garco__schema *schema, const char *name);
/* For messages about a name that is none of the fields from number `first` on:
 * " (did you mean snr?): expected one of range, phase, snr". */
void garco__schema_names (const garco__schema *schema, size_t first, const char *name,
                          char text[GARCO_NAMES_SIZE]);
/* Where a field's numbers are in each vector of a fragment's metadata: attributes, one slot of no
 * field, dimensions. */
size_t garco__schema_slot (const garco__schema *schema, size_t field);

#endif
