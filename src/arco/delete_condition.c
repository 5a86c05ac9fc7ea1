/* Conditions of deletes, as the payload of one generic tile.
 *
 *   node: u8 0, u8 and (0) or (1), u64 children, the children
 *         u8 1, u8 operator, u32+field, u64+value [, u64+offsets: of "in" and "not in"]
 *   operator: < <= > >= == !=   0 to 5, in 6, not in 7, always 253, never 254
 *
 * What is stored is what a cell must meet to stay: the negation of what was asked to be deleted. A
 * comparison with a field that a fragment does not have gives "delete" and forgets what its
 * siblings before it gave: that is how the format's own library reads, and so every reader must.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/delete_condition.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arco/datatype.h"
#include "base/clones.h"
#include "base/error.h"

#define MAX_DEPTH 64
#define MAX_NODES 100000
#define NO_FIELD SIZE_MAX
/* Cells that are tried at once. */
#define PART 4096

typedef struct text_value
{
  const uint8_t *bytes;
  size_t size;
} text_value;

typedef struct node
{
  bool leaf, either; /* either: an "or" */
  bool settled;      /* holds for all cells */
  uint8_t op;
  size_t column;     /* in condition->fields */
  bool null;         /* compared with null */
  size_t nkeys;      /* values compared with */
  uint64_t *keys;    /* of numbers: as order keys, sorted for "in" */
  text_value *texts; /* of texts, likewise */
  uint8_t *bytes;
  size_t children; /* nodes that follow, all of the subtree */
} node;

struct garco__condition
{
  const garco__schema *schema;
  size_t nnodes, capacity;
  node *nodes; /* depth first */
  size_t nfields;
  size_t *fields;
};

typedef struct condition_reader
{
  garco__cursor cursor;
  const char *source;
  garco_error *error;
  garco__condition *condition;
  bool own; /* absent and present are operators, too */
} condition_reader;

static garco_status
corrupt (condition_reader *reader, const char *what)
{
  return garco__fail_byte (reader->error, GARCO_ERR_CORRUPT, reader->source,
                           (int64_t)reader->cursor.at, "delete condition (unpacked): %s", what);
}

static garco_status
add_node (condition_reader *reader, size_t *index)
{
  garco__condition *condition = reader->condition;
  if (condition->nnodes == MAX_NODES)
    return corrupt (reader, "more comparisons than any delete has");
  if (condition->nnodes == condition->capacity)
  {
    size_t capacity = condition->capacity < 8 ? 8 : condition->capacity * 2;
    void *nodes = condition->nodes;
    GARCO_TRY (garco__reallocate (&nodes, capacity, sizeof (node), reader->error));
    condition->nodes = nodes;
    condition->capacity = capacity;
  }
  *index = condition->nnodes++;
  memset (&condition->nodes[*index], 0, sizeof (node));
  return GARCO_OK;
}

bool
garco__condition_is_text (const garco__field *field)
{
  return field->width == GARCO__VARIABLE &&
         (field->type == GARCO_STRING_ASCII || field->type == GARCO_STRING_UTF8 ||
          field->type == GARCO_CHAR);
}

static garco_status
find_column (condition_reader *reader, const uint8_t *name, size_t size, size_t *column)
{
  garco__condition *condition = reader->condition;
  const garco__schema *schema = condition->schema;
  size_t field = NO_FIELD;
  for (size_t i = 0; i < schema->ndims + schema->nattrs; i++)
    if (strlen (schema->fields[i].name) == size && memcmp (schema->fields[i].name, name, size) == 0)
      field = i;
  if (field == NO_FIELD)
    return garco__fail (reader->error, GARCO_ERR_UNSUPPORTED, reader->source,
                        "delete condition on field \"%.*s\", which the schema does not have",
                        (int)(size < 100 ? size : 100), (const char *)name);
  const garco__field *own = &schema->fields[field];
  if (!garco__condition_is_text (own) &&
      (own->width != 1 || garco__datatype_number (own->type) == GARCO__NUMBER_NONE))
    return garco__fail (reader->error, GARCO_ERR_UNSUPPORTED, reader->source,
                        "delete condition on field \"%s\", which is neither a single number nor a "
                        "text of variable length",
                        own->name);
  for (*column = 0; *column < condition->nfields; (*column)++)
    if (condition->fields[*column] == field)
      return GARCO_OK;
  void *fields = condition->fields;
  GARCO_TRY (garco__reallocate (&fields, condition->nfields + 1, sizeof (size_t), reader->error));
  condition->fields = fields;
  condition->fields[condition->nfields++] = field;
  return GARCO_OK;
}

static int
by_key (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static garco_status
take_values (condition_reader *reader, size_t index, const uint8_t *bytes, uint64_t size)
{
  garco__condition *condition = reader->condition;
  node *own = &condition->nodes[index];
  garco_datatype type = condition->schema->fields[condition->fields[own->column]].type;
  size_t width = garco_datatype_size (type);
  void *keys = NULL;
  bool set = own->op == GARCO__OP_IN || own->op == GARCO__OP_NOT_IN;
  own->null = size == 0 && !set;
  if (size % width != 0 || (!set && size > width))
    return corrupt (reader, "a value of another size than the field's");
  own->nkeys = (size_t)(size / width);
  GARCO_TRY (garco__allocate (&keys, own->nkeys, sizeof (uint64_t), reader->error));
  own->keys = keys;
  garco__order_keys (type, bytes, own->nkeys, own->keys);
  if (set && own->nkeys > 1)
    qsort (own->keys, own->nkeys, sizeof (uint64_t), by_key);
  return GARCO_OK;
}

static int
compare_texts (const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
  size_t least = na < nb ? na : nb;
  int order = least > 0 ? memcmp (a, b, least) : 0;
  return order != 0 ? order : (na > nb) - (na < nb);
}

static int
by_text (const void *a, const void *b)
{
  const text_value *x = a, *y = b;
  return compare_texts (x->bytes, x->size, y->bytes, y->size);
}

/* Texts lie one after the other; where each begins say the offsets, of one alone there are none. A
 * text of no bytes is one: the format has no comparison of texts with null. */
static garco_status
take_texts (condition_reader *reader, size_t index, const uint8_t *bytes, uint64_t size,
            garco__cursor offsets)
{
  node *own = &reader->condition->nodes[index];
  bool set = own->op == GARCO__OP_IN || own->op == GARCO__OP_NOT_IN;
  size_t count = set ? garco__cursor_left (&offsets) / sizeof (uint64_t) : 1;
  uint64_t from = set && count > 0 ? garco__cursor_u64 (&offsets) : 0;
  void *copy = NULL, *texts = NULL;
  GARCO_TRY (garco__allocate (&copy, (size_t)size + 1, 1, reader->error));
  own->bytes = memcpy (copy, bytes, (size_t)size);
  GARCO_TRY (garco__allocate (&texts, count, sizeof (text_value), reader->error));
  own->texts = texts;
  for (size_t i = 0; i < count; i++)
  {
    uint64_t to = i + 1 < count ? garco__cursor_u64 (&offsets) : size;
    if (from > to || to > size)
      return corrupt (reader, "texts whose places do not rise within their bytes");
    own->texts[i] = (text_value){own->bytes + from, (size_t)(to - from)};
    from = to;
  }
  own->nkeys = count;
  if (count > 1)
    qsort (own->texts, count, sizeof *own->texts, by_text);
  return GARCO_OK;
}

static bool
has_values (uint8_t op)
{
  return op <= GARCO__OP_NOT_IN;
}

static bool
is_operator (const condition_reader *reader, uint8_t op)
{
  bool own = op == GARCO__OP_ABSENT || op == GARCO__OP_PRESENT;
  return has_values (op) || op == GARCO__OP_ALWAYS || op == GARCO__OP_NEVER || (own && reader->own);
}

static garco_status
take_leaf (condition_reader *reader, size_t index)
{
  garco__cursor *cursor = &reader->cursor;
  uint8_t op = garco__cursor_u8 (cursor);
  uint32_t length = garco__cursor_u32 (cursor);
  const uint8_t *name = garco__cursor_take (cursor, length);
  uint64_t size = garco__cursor_u64 (cursor);
  const uint8_t *value = garco__cursor_take (cursor, size);
  garco__cursor offsets = {0};
  if (op == GARCO__OP_IN || op == GARCO__OP_NOT_IN)
  {
    uint64_t bytes = garco__cursor_u64 (cursor);
    const uint8_t *first = garco__cursor_take (cursor, bytes);
    offsets = garco__cursor_of (first, first != NULL ? (size_t)bytes : 0);
  }
  if (cursor->failed || !is_operator (reader, op))
    return corrupt (reader, "a comparison that ends too early or has no known operator");
  size_t column = 0;
  GARCO_TRY (find_column (reader, name, length, &column));
  node *own = &reader->condition->nodes[index];
  own->leaf = true;
  own->op = op;
  own->column = column;
  if (!has_values (op))
    return GARCO_OK;
  const garco__condition *condition = reader->condition;
  if (garco__condition_is_text (&condition->schema->fields[condition->fields[column]]))
    return take_texts (reader, index, value, size, offsets);
  /* The values are copied to be aligned for their type. */
  void *aligned = NULL;
  GARCO_TRY (garco__allocate (&aligned, (size_t)size + 8, 1, reader->error));
  memcpy (aligned, value, (size_t)size);
  garco_status status = take_values (reader, index, aligned, size);
  free (aligned);
  return status;
}

static garco_status
take_node (condition_reader *reader, int depth)
{
  size_t index = 0;
  uint8_t kind = garco__cursor_u8 (&reader->cursor);
  GARCO_TRY (add_node (reader, &index));
  if (reader->cursor.failed || kind > 1 || depth == 0)
    return corrupt (reader, "it ends too early, or is nested deeper than any");
  if (kind == 1)
    return take_leaf (reader, index);
  uint8_t op = garco__cursor_u8 (&reader->cursor);
  uint64_t children = garco__cursor_u64 (&reader->cursor);
  if (reader->cursor.failed || op > 1 || children > garco__cursor_left (&reader->cursor))
    return corrupt (reader, "an expression that is neither \"and\" nor \"or\"");
  reader->condition->nodes[index].either = op == 1;
  for (uint64_t i = 0; i < children; i++)
    GARCO_TRY (take_node (reader, depth - 1));
  reader->condition->nodes[index].children = reader->condition->nnodes - index - 1;
  return GARCO_OK;
}

static garco_status
parse (const uint8_t *bytes, size_t size, const garco__schema *schema, const char *source, bool own,
       garco__condition **condition, garco_error *error)
{
  void *made = NULL;
  GARCO_TRY (garco__allocate (&made, 1, sizeof (garco__condition), error));
  *condition = made;
  (*condition)->schema = schema;
  condition_reader reader = {garco__cursor_of (bytes, size), source, error, *condition, own};
  garco_status status = take_node (&reader, MAX_DEPTH);
  if (status >= 0 && garco__cursor_left (&reader.cursor) != 0)
    status = corrupt (&reader, "bytes behind its end");
  if (status < 0)
    garco__condition_free (condition);
  return status;
}

garco_status
garco__condition_parse (const uint8_t *bytes, size_t size, const garco__schema *schema,
                        const char *source, garco__condition **condition, garco_error *error)
{
  return parse (bytes, size, schema, source, false, condition, error);
}

garco_status
garco__condition_parse_own (const uint8_t *bytes, size_t size, const garco__schema *schema,
                            const char *source, garco__condition **condition, garco_error *error)
{
  return parse (bytes, size, schema, source, true, condition, error);
}

void
garco__condition_free (garco__condition **condition)
{
  garco__condition *own = *condition;
  if (own == NULL)
    return;
  for (size_t i = 0; i < own->nnodes; i++)
  {
    free (own->nodes[i].keys);
    free (own->nodes[i].texts);
    free (own->nodes[i].bytes);
  }
  free (own->nodes);
  free (own->fields);
  free (own);
  *condition = NULL;
}

size_t
garco__condition_field_count (const garco__condition *condition)
{
  return condition->nfields;
}

size_t
garco__condition_field (const garco__condition *condition, size_t i)
{
  return condition->fields[i];
}

/* ---- terms */

/* The node of term `i`; those behind it follow its own children. */
static size_t
term_node (const garco__condition *condition, size_t i)
{
  const node *root = &condition->nodes[0];
  size_t index = root->leaf || root->either ? 0 : 1;
  for (; i > 0; i--)
    index += 1 + condition->nodes[index].children;
  return index;
}

size_t
garco__condition_terms (const garco__condition *condition)
{
  const node *root = &condition->nodes[0];
  size_t count = 0;
  if (root->leaf || root->either)
    return 1;
  for (size_t i = 1; i <= root->children; i += 1 + condition->nodes[i].children)
    count++;
  return count;
}

bool
garco__condition_term (const garco__condition *condition, size_t i, garco__term *term)
{
  const node *own = &condition->nodes[term_node (condition, i)];
  if (!own->leaf || own->settled || own->null || own->keys == NULL || own->op > GARCO__OP_NOT_IN)
    return false;
  *term = (garco__term){condition->fields[own->column], own->op, own->nkeys, own->keys};
  return true;
}

static bool
is_looked_at (const garco__condition *condition, size_t column)
{
  for (size_t i = 0; i < condition->nnodes; i++)
  {
    const node *own = &condition->nodes[i];
    if (own->leaf && !own->settled && own->column == column)
      return true;
  }
  return false;
}

void
garco__condition_settle (garco__condition *condition, size_t i)
{
  node *own = &condition->nodes[term_node (condition, i)];
  size_t column = own->column;
  own->settled = true;
  own->column = 0;
  if (is_looked_at (condition, column))
    return;
  condition->nfields--;
  memmove (&condition->fields[column], &condition->fields[column + 1],
           (condition->nfields - column) * sizeof *condition->fields);
  for (size_t n = 0; n < condition->nnodes; n++)
    if (condition->nodes[n].leaf && condition->nodes[n].column > column)
      condition->nodes[n].column--;
}

/* ---- evaluation */

typedef struct evaluation
{
  const garco__condition *condition;
  const garco__condition_column *columns;
  size_t count;
  garco_error *error;
} evaluation;

/* NaN compares false with all but "not equal". */
static bool
is_nan (garco_datatype type, const uint8_t *value)
{
  if (type == GARCO_FLOAT64)
  {
    double real;
    memcpy (&real, value, sizeof real);
    return real != real;
  }
  float single;
  memcpy (&single, value, sizeof single);
  return type == GARCO_FLOAT32 && single != single;
}

/* `order`: of the cell's value to the one compared with. */
static bool
holds (uint8_t op, int order)
{
  switch (op)
  {
  case GARCO__OP_LT:
    return order < 0;
  case GARCO__OP_LE:
    return order <= 0;
  case GARCO__OP_GT:
    return order > 0;
  case GARCO__OP_GE:
    return order >= 0;
  case GARCO__OP_EQ:
    return order == 0;
  default:
    return order != 0;
  }
}

static bool
compare (const node *own, uint64_t key)
{
  if (own->op != GARCO__OP_IN && own->op != GARCO__OP_NOT_IN)
    return holds (own->op, key < own->keys[0] ? -1 : key > own->keys[0]);
  return (bsearch (&key, own->keys, own->nkeys, sizeof key, by_key) != NULL) ==
         (own->op == GARCO__OP_IN);
}

static bool
compare_text (const node *own, const uint8_t *bytes, size_t size)
{
  const text_value text = {bytes, size};
  if (own->op != GARCO__OP_IN && own->op != GARCO__OP_NOT_IN)
    return holds (own->op, by_text (&text, &own->texts[0]));
  return (own->nkeys > 0 && bsearch (&text, own->texts, own->nkeys, sizeof text, by_text) !=
                                NULL) == (own->op == GARCO__OP_IN);
}

/* Null, or NaN. */
static bool
is_absent (const garco__condition_column *column, garco_datatype type, bool valid, size_t i)
{
  const uint8_t *value = (const uint8_t *)column->values + i * garco_datatype_size (type);
  return !valid || (garco__datatype_number (type) == GARCO__NUMBER_FLOAT && is_nan (type, value));
}

static bool
leaf_keeps (const evaluation *run, const node *own, size_t i)
{
  const garco__condition_column *column = &run->columns[own->column];
  garco_datatype type = run->condition->schema->fields[run->condition->fields[own->column]].type;
  size_t size = garco_datatype_size (type);
  bool valid = column->validity == NULL || column->validity[i] != 0;
  if (own->op == GARCO__OP_ALWAYS || own->op == GARCO__OP_NEVER)
    return own->op == GARCO__OP_ALWAYS;
  if (own->op == GARCO__OP_ABSENT || own->op == GARCO__OP_PRESENT)
    return is_absent (column, type, valid, i) == (own->op == GARCO__OP_ABSENT);
  if (own->null || !valid)
    return own->null && (own->op == GARCO__OP_EQ ? !valid : own->op == GARCO__OP_NE && valid);
  if (own->texts != NULL)
    return compare_text (own, (const uint8_t *)column->values + column->places[2 * i],
                         (size_t)(column->places[2 * i + 1] - column->places[2 * i]));
  const uint8_t *value = (const uint8_t *)column->values + i * size;
  if (garco__datatype_number (type) == GARCO__NUMBER_FLOAT && is_nan (type, value))
    return own->op == GARCO__OP_NE || own->op == GARCO__OP_NOT_IN;
  return compare (own, garco__order_key (type, value));
}

/* ---- many cells at once: v < x and its like are low <= v <= high, or not */

#define TRY_ALL(T)                                                                                 \
  do                                                                                               \
  {                                                                                                \
    const T *v = values;                                                                           \
    T least, most;                                                                                 \
    memcpy (&least, low, sizeof least);                                                            \
    memcpy (&most, high, sizeof most);                                                             \
    for (size_t i = 0; i < count; i++)                                                             \
      keeps[i] = (uint8_t)(((v[i] >= least) & (v[i] <= most)) ^ other);                            \
  } while (0)

GARCO__CLONES static void
try_all (garco_datatype type, const void *values, const void *low, const void *high, int other,
         size_t count, uint8_t *keeps)
{
  bool is_unsigned = garco__datatype_number (type) == GARCO__NUMBER_UNSIGNED;
  if (type == GARCO_FLOAT32)
    TRY_ALL (float);
  else if (type == GARCO_FLOAT64)
    TRY_ALL (double);
  else if (garco_datatype_size (type) == 1 && is_unsigned)
    TRY_ALL (uint8_t);
  else if (garco_datatype_size (type) == 1)
    TRY_ALL (int8_t);
  else if (garco_datatype_size (type) == 2 && is_unsigned)
    TRY_ALL (uint16_t);
  else if (garco_datatype_size (type) == 2)
    TRY_ALL (int16_t);
  else if (garco_datatype_size (type) == 4 && is_unsigned)
    TRY_ALL (uint32_t);
  else if (garco_datatype_size (type) == 4)
    TRY_ALL (int32_t);
  else if (is_unsigned)
    TRY_ALL (uint64_t);
  else
    TRY_ALL (int64_t);
}

/* The keys between which a comparison holds, or does not (`other`). */
static bool
interval_of (const node *own, uint64_t lowest, uint64_t highest, uint64_t *low, uint64_t *high,
             int *other)
{
  uint64_t key = own->keys[0];
  *low = lowest;
  *high = highest;
  *other = own->op == GARCO__OP_NE;
  if (own->op == GARCO__OP_LT)
    *high = key - 1;
  else if (own->op == GARCO__OP_LE)
    *high = key;
  else if (own->op == GARCO__OP_GT)
    *low = key + 1;
  else if (own->op == GARCO__OP_GE)
    *low = key;
  else
    *low = *high = key;
  return key > lowest && key < highest;
}

/* False where cells have to be tried one by one: lists, nulls, texts, ends of the type's range, and
 * zeros, of which keys tell two. */
static bool
leaf_tries_all (const evaluation *run, const node *own, size_t from, size_t count, uint8_t *keeps)
{
  const garco__condition_column *column = &run->columns[own->column];
  garco_datatype type = run->condition->schema->fields[run->condition->fields[own->column]].type;
  garco__number number = garco__datatype_number (type);
  _Alignas(8) uint8_t least[8], most[8];
  uint64_t lowest = 0, highest = UINT64_MAX >> (64 - 8 * garco_datatype_size (type)), low, high;
  const double ends[2] = {-INFINITY, INFINITY}, none = 0;
  const float narrow[2] = {-INFINITY, INFINITY}, no = 0;
  int other;
  if (own->op > GARCO__OP_NE || own->null || own->nkeys != 1 || column->validity != NULL ||
      number == GARCO__NUMBER_NONE)
    return false;
  if (number == GARCO__NUMBER_FLOAT)
  {
    bool wide = type == GARCO_FLOAT64;
    uint64_t zero = garco__order_key (type, wide ? (const void *)&none : &no);
    lowest = garco__order_key (type, wide ? (const void *)&ends[0] : &narrow[0]);
    highest = garco__order_key (type, wide ? (const void *)&ends[1] : &narrow[1]);
    if (own->keys[0] == zero || own->keys[0] == zero - 1)
      return false;
  }
  if (!interval_of (own, lowest, highest, &low, &high, &other))
    return false;
  garco__order_value (type, low, least);
  garco__order_value (type, high, most);
  try_all (type, (const uint8_t *)column->values + from * garco_datatype_size (type), least, most,
           other, count, keeps);
  return true;
}

/* Cells [from, from + count) into their parent's result. */
static void
evaluate_leaf (const evaluation *run, const node *own, size_t from, size_t count, bool either,
               uint8_t *result)
{
  uint8_t keeps[PART];
  if (!leaf_tries_all (run, own, from, count, keeps))
    for (size_t i = 0; i < count; i++)
      keeps[i] = leaf_keeps (run, own, from + i);
  for (size_t i = 0; i < count && either; i++)
    result[from + i] |= keeps[i];
  for (size_t i = 0; i < count && !either; i++)
    result[from + i] &= keeps[i];
}

static garco_status evaluate (const evaluation *run, size_t index, bool either, uint8_t *result);

/* An expression's children, then their result into the parent's. */
static garco_status
evaluate_expression (const evaluation *run, size_t index, bool either, uint8_t *result)
{
  const node *own = &run->condition->nodes[index];
  size_t end = index + 1 + own->children;
  void *room = NULL;
  /* An "and" within an "and" goes on with its parent's result. */
  if (!own->either && !either)
  {
    for (size_t i = index + 1; i < end; i += 1 + run->condition->nodes[i].children)
      GARCO_TRY (evaluate (run, i, false, result));
    return GARCO_OK;
  }
  GARCO_TRY (garco__allocate (&room, run->count, 1, run->error));
  uint8_t *inner = room;
  memset (inner, own->either ? 0 : 1, run->count);
  garco_status status = GARCO_OK;
  for (size_t i = index + 1; i < end && status >= 0; i += 1 + run->condition->nodes[i].children)
    status = evaluate (run, i, own->either, inner);
  for (size_t i = 0; i < run->count; i++)
    result[i] = either ? result[i] | inner[i] : result[i] & inner[i];
  free (room);
  return status;
}

static garco_status
evaluate (const evaluation *run, size_t index, bool either, uint8_t *result)
{
  const node *own = &run->condition->nodes[index];
  if (!own->leaf)
    return evaluate_expression (run, index, either, result);
  if (own->settled)
    return GARCO_OK; /* by "and" it changes nothing */
  if (run->columns[own->column].values == NULL)
    memset (result, 0, run->count);
  else
    for (size_t i = 0; i < run->count; i += PART)
      evaluate_leaf (run, own, i, run->count - i < PART ? run->count - i : PART, either, result);
  return GARCO_OK;
}

garco_status
garco__condition_evaluate (const garco__condition *condition,
                           const garco__condition_column *columns, size_t count, uint8_t *keep,
                           garco_error *error)
{
  const evaluation run = {condition, columns, count, error};
  memset (keep, 1, count);
  return evaluate (&run, 0, false, keep);
}
