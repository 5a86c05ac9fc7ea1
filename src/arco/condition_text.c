/* From a condition's text to the bytes that delete_condition.c reads.
 *
 *   text --words--> and, or, not, comparisons --> nodes, depth first
 *
 * The bytes are written while the text is read. An "and" or "or" is known by its second term only:
 * then the head of its node is put in front of the first. There is no node for "not": what stands
 * behind it is written the other way about.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/condition_text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arco/array_internal.h"
#include "arco/datatype.h"
#include "base/civil_time.h"
#include "base/error.h"

#define SOURCE "condition"
#define MAX_DEPTH 30 /* each makes two nodes at most; delete_condition.c reads 64 */
#define WORD_SIZE 256
#define HEAD_SIZE 10 /* of a node of terms: its kind, "and" or "or", and their number */

typedef enum word_kind
{
  WORD_END = 0,
  WORD_NAME,   /* a field's, or and, or, not, in, null */
  WORD_QUOTED, /* a field's name for certain */
  WORD_NUMBER,
  WORD_TEXT,
  WORD_SIGN /* ( ) , or an operator */
} word_kind;

typedef struct text_reader
{
  const char *text;
  size_t at; /* behind the present word */
  const garco__schema *schema;
  garco__text_number number;   /* nullable */
  garco_array *array;          /* nullable: labels cannot be compared with */
  bool deletes;                /* what the format has no comparison for is refused */
  garco__buffer *out, *starts; /* starts: where each value of a list begins, u64 */
  garco_error *error;
  word_kind kind; /* the present word */
  size_t start;
  char word[WORD_SIZE];
} text_reader;

static garco_status
wrong (const text_reader *reader, const char *what)
{
  return garco__fail_byte (reader->error, GARCO_ERR_ARGUMENT, SOURCE, (int64_t)reader->start,
                           "%s%s%s", what, reader->kind == WORD_END ? "" : ", found ",
                           reader->kind == WORD_END ? ", and the text ends" : reader->word);
}

/* ---- words */

static garco_status
keep_word (text_reader *reader, word_kind kind, const char *bytes, size_t size, size_t skip)
{
  reader->kind = kind;
  if (size >= sizeof reader->word)
    return garco__fail_byte (reader->error, GARCO_ERR_ARGUMENT, SOURCE, (int64_t)reader->start,
                             "a word of %zu characters", size);
  memcpy (reader->word, bytes, size);
  reader->word[size] = '\0';
  reader->at = (size_t)(bytes - reader->text) + size + skip;
  return GARCO_OK;
}

static bool
is_name (char c)
{
  return isalnum ((unsigned char)c) || c == '_';
}

/* In a time without quotation marks, whose digits are no numbers of their own. */
static bool
joins_time (const char *p)
{
  return (*p == '-' || *p == ':') && isdigit ((unsigned char)p[-1]) &&
         isdigit ((unsigned char)p[1]);
}

static garco_status
next_word (text_reader *reader)
{
  const char *p = reader->text + reader->at;
  while (isspace ((unsigned char)*p))
    p++;
  size_t n = 0;
  reader->start = (size_t)(p - reader->text);
  reader->kind = WORD_SIGN;
  snprintf (reader->word, sizeof reader->word, "%c", *p);
  if (*p == '\0')
    return keep_word (reader, WORD_END, p, 0, 0);
  if (*p == '"' || *p == '\'')
  {
    const char *end = strchr (p + 1, *p);
    if (end == NULL)
      return wrong (reader, "a quotation mark without its end");
    return keep_word (reader, *p == '"' ? WORD_QUOTED : WORD_TEXT, p + 1, (size_t)(end - p - 1), 1);
  }
  if (isdigit ((unsigned char)*p) || *p == '-' || *p == '+' || *p == '.')
  {
    for (n = 1; is_name (p[n]) || p[n] == '.' ||
                ((p[n] == '-' || p[n] == '+') && tolower ((unsigned char)p[n - 1]) == 'e') ||
                joins_time (p + n);)
      n++;
    return keep_word (reader, WORD_NUMBER, p, n, 0);
  }
  while (is_name (p[n]))
    n++;
  if (n > 0)
    return keep_word (reader, WORD_NAME, p, n, 0);
  bool two = strchr ("<>=!", *p) != NULL && p[1] == '=';
  if (!two && strchr ("<>=(),", *p) == NULL)
    return wrong (reader, strchr ("&|!~", *p) != NULL ? "the words and, or, not are expected"
                                                      : "a character that no condition has");
  return keep_word (reader, WORD_SIGN, p, two ? 2 : 1, 0);
}

static bool
is_word (const text_reader *reader, const char *word)
{
  return (reader->kind == WORD_NAME && strcasecmp (reader->word, word) == 0) ||
         (reader->kind == WORD_SIGN && strcmp (reader->word, word) == 0);
}

/* ---- values */

/* Parts of a ms: `each` of them in one. */
static bool
fine_value (int64_t ms, int64_t ns, int64_t each, int64_t *value)
{
  int64_t part = INT64_C (1000000) / each;
  int64_t up = ms < 0; /* the first ms of all is none of 64 bits, and its later parts are */
  return ns % part == 0 && !__builtin_mul_overflow (ms + up, each, value) &&
         !__builtin_add_overflow (*value, ns / part - up * each, value);
}

/* False where the type has no such time. */
static bool
time_value (int64_t ms, int64_t ns, garco_datatype type, int64_t *value)
{
  switch (type)
  {
  case GARCO_DATETIME_DAY:
    *value = ms / GARCO__DAY_MS;
    return ns == 0 && ms % GARCO__DAY_MS == 0;
  case GARCO_DATETIME_SEC:
    *value = ms / 1000;
    return ns == 0 && ms % 1000 == 0;
  case GARCO_INT64:
  case GARCO_DATETIME_MS:
    *value = ms;
    return ns == 0;
  case GARCO_DATETIME_US:
    return fine_value (ms, ns, 1000, value);
  case GARCO_DATETIME_NS:
    return fine_value (ms, ns, 1000000, value);
  default:
    return false;
  }
}

/* A time with up to nine digits of a second: those behind the third are `ns`. */
static bool
read_time (const char *word, int64_t *ms, int64_t *ns)
{
  char coarse[WORD_SIZE];
  const char *point = strchr (word, '.');
  size_t digits = point != NULL ? strspn (point + 1, "0123456789") : 0;
  *ns = 0;
  if (digits > 9)
    return false;
  for (size_t i = 4; i <= 9 && digits > 3; i++)
    *ns = *ns * 10 + (i <= digits ? point[i] - '0' : 0);
  if (digits > 3)
    snprintf (coarse, sizeof coarse, "%.*s%s", (int)(point - word) + 4, word, point + 1 + digits);
  return garco_time_parse (digits > 3 ? coarse : word, ms, NULL) == GARCO_OK;
}

static bool
is_labelled (const garco__field *field)
{
  return field->enumeration != NULL && field->enumeration[0] != '\0';
}

static const char *
text_of_value (const text_reader *reader, const garco__field *field)
{
  if (reader->number != NULL && reader->number (field->name, "G") >= 0)
    return ", or a system such as 'G'";
  if (field->type == GARCO_UINT16)
    return ", or a code such as '1C'";
  return field->type == GARCO_INT64 || garco__datatype_is_date (field->type)
             ? ", or a time such as '2024-05-11T12:00'"
             : "";
}

static garco_status
no_value (const text_reader *reader, const garco__field *field)
{
  const char *mark = reader->kind == WORD_TEXT ? "'" : "";
  return garco__fail_byte (reader->error, GARCO_ERR_ARGUMENT, SOURCE, (int64_t)reader->start,
                           "%s%s%s is no value of field \"%s\", which is %s: expected a number%s",
                           mark, reader->word, mark, field->name, garco_datatype_name (field->type),
                           text_of_value (reader, field));
}

/* The system that a text is the letter of, of a field of systems; -1 where it is none. */
static int
system_of_text (const text_reader *reader, const garco__field *field)
{
  bool system = strcmp (field->name, "sys") == 0 || strcmp (field->name, "system") == 0 ||
                strcmp (field->name, "constell") == 0;
  return system && strlen (reader->word) == 1 ? garco_system_number (reader->word[0]) : -1;
}

/* Deletes compare what the array keeps: the number that it has of a system. */
static garco_status
number_system (text_reader *reader, int system, int *number)
{
  int16_t numbers[GARCO_SYSTEM_COUNT];
  bool said;
  GARCO_TRY (garco_array_systems (reader->array, numbers, &said, reader->error));
  *number = numbers[system];
  return *number >= 0 ? GARCO_OK
                      : wrong (reader, "a system that the array has a number of is expected");
}

/* Band and attribute, which no code has in small letters. */
static bool
is_code (const char *word)
{
  return strlen (word) == 2 &&
         !(isdigit ((unsigned char)word[0]) && islower ((unsigned char)word[1]));
}

/* A system, a time, or a code of two characters. */
static garco_status
put_text_value (text_reader *reader, const garco__field *field, garco__buffer *out)
{
  int64_t ms = 0, ns = 0, time = 0;
  int number = reader->number != NULL ? reader->number (field->name, reader->word) : -1;
  int system = reader->deletes ? system_of_text (reader, field) : -1;
  if (system >= 0)
    GARCO_TRY (number_system (reader, system, &number));
  if (number >= 0 && garco__datatype_number (field->type) != GARCO__NUMBER_FLOAT)
  {
    int64_t bits = number;
    return garco__buffer_append (out, &bits, garco_datatype_size (field->type), reader->error);
  }
  if (field->type == GARCO_UINT16 && is_code (reader->word))
  {
    uint16_t code = garco_obs_code (reader->word);
    return garco__buffer_append (out, &code, sizeof code, reader->error);
  }
  bool good = read_time (reader->word, &ms, &ns) && time_value (ms, ns, field->type, &time);
  return good ? garco__buffer_append (out, &time, sizeof time, reader->error)
              : no_value (reader, field);
}

/* The whole word as a number with a point, whatever the program's locale. */
static bool
read_real (const char *word, double *value)
{
  char *end = NULL;
  locale_t plain = newlocale (LC_NUMERIC_MASK, "C", (locale_t)0);
  locale_t before = plain != (locale_t)0 ? uselocale (plain) : (locale_t)0;
  *value = strtod (word, &end);
  if (plain != (locale_t)0)
  {
    uselocale (before);
    freelocale (plain);
  }
  return end != word && *end == '\0';
}

/* An integer's bits; false where the word is none, or the type does not hold it. */
static bool
read_integer (const char *word, garco_datatype type, uint64_t *bits)
{
  char *end = NULL;
  unsigned shift = (unsigned)(64 - 8 * garco_datatype_size (type));
  errno = 0;
  if (garco__datatype_number (type) == GARCO__NUMBER_SIGNED)
  {
    int64_t value = strtoll (word, &end, 10);
    *bits = (uint64_t)value;
    return errno == 0 && end != word && *end == '\0' &&
           (int64_t)((uint64_t)value << shift) >> shift == value;
  }
  *bits = strtoull (word, &end, 10);
  return errno == 0 && word[0] != '-' && end != word && *end == '\0' &&
         *bits << shift >> shift == *bits;
}

static garco_status
put_number (text_reader *reader, const garco__field *field, garco__buffer *out)
{
  size_t size = garco_datatype_size (field->type);
  uint64_t bits = 0;
  double real = 0;
  bool good;
  if (garco__datatype_number (field->type) == GARCO__NUMBER_FLOAT)
  {
    good = read_real (reader->word, &real);
    float single = (float)real;
    memcpy (&bits, size == 8 ? (const void *)&real : (const void *)&single, size);
  }
  else
    good = read_integer (reader->word, field->type, &bits);
  return good ? garco__buffer_append (out, &bits, size, reader->error) : no_value (reader, field);
}

/* Of texts the message names those that are like it. */
static garco_status
no_label (const text_reader *reader, const garco_enumeration_info *info)
{
  char names[GARCO_NAMES_SIZE] = "";
  const garco_column *labels = &info->labels;
  void *list = NULL, *copy = NULL;
  size_t count = labels->offsets != NULL ? (size_t)info->count : 0, at = 0;
  garco_status status = garco__allocate (&list, count, sizeof (char *), reader->error);
  if (status >= 0 && count > 0)
    status = garco__allocate (&copy, (size_t)labels->offsets[count] + count, 1, reader->error);
  for (size_t i = 0; status >= 0 && i < count; i++)
  {
    size_t size = (size_t)(labels->offsets[i + 1] - labels->offsets[i]);
    ((const char **)list)[i] = (char *)copy + at;
    if (size > 0)
      memcpy ((char *)copy + at, (const char *)labels->values + labels->offsets[i], size);
    at += size + 1;
  }
  if (status >= 0 && count > 0)
    garco_expected_names (reader->word, list, count, names);
  free (list);
  free (copy);
  GARCO_TRY (status);
  return garco__fail_byte (reader->error, GARCO_ERR_ARGUMENT, SOURCE, (int64_t)reader->start,
                           "%s is none of the %" PRId64 " labels of enumeration \"%s\"%s",
                           reader->word, info->count, info->name, names);
}

/* The label's number; the word as it is where labels are texts, else read as a label is. */
static garco_status
find_label (text_reader *reader, const garco_enumeration_info *info, const garco__buffer *number,
            uint64_t *index)
{
  const garco_column *labels = &info->labels;
  const char *bytes = labels->values;
  size_t fixed = garco_datatype_size (labels->type) * labels->width;
  const void *wanted = number != NULL ? (const void *)number->data : reader->word;
  size_t size = number != NULL ? number->size : strlen (reader->word);
  for (int64_t i = 0; i < info->count; i++)
  {
    size_t from = labels->offsets != NULL ? (size_t)labels->offsets[i] : (size_t)i * fixed;
    size_t to = labels->offsets != NULL ? (size_t)labels->offsets[i + 1] : from + fixed;
    if (to - from == size && (size == 0 || memcmp (bytes + from, wanted, size) == 0))
    {
      *index = (uint64_t)i;
      return GARCO_OK;
    }
  }
  return no_label (reader, info);
}

/* Values are the numbers of labels, which are what is compared with. */
static garco_status
put_label (text_reader *reader, const garco__field *field, garco__buffer *out)
{
  garco_enumeration_info info;
  garco__buffer number = {0};
  uint64_t index = 0;
  garco_status status;
  GARCO_TRY_DONE (
      garco_array_enumeration (reader->array, field->enumeration, &info, reader->error));
  garco__field label = {.name = field->name, .type = info.labels.type, .width = info.labels.width};
  bool text = garco__datatype_number (label.type) == GARCO__NUMBER_NONE;
  if (text != (reader->kind == WORD_TEXT))
  {
    status = wrong (reader, text ? "a label in 'quotes' is expected" : "a number is expected");
    goto done;
  }
  if (!text)
    GARCO_TRY_DONE (put_number (reader, &label, &number));
  GARCO_TRY_DONE (find_label (reader, &info, text ? NULL : &number, &index));
  GARCO_TRY_DONE (
      garco__buffer_append (out, &index, garco_datatype_size (field->type), reader->error));
done:
  garco__buffer_free (&number);
  return status;
}

/* Which label is less than which tells only an enumeration that is in order. */
static garco_status
check_order (text_reader *reader, const garco__field *field, int op)
{
  garco_enumeration_info info;
  if (!is_labelled (field) || op > GARCO__OP_GE)
    return GARCO_OK;
  GARCO_TRY (garco_array_enumeration (reader->array, field->enumeration, &info, reader->error));
  return info.ordered ? GARCO_OK
                      : garco__fail (reader->error, GARCO_ERR_ARGUMENT, SOURCE,
                                     "the labels of field \"%s\" have no order: expected ==, != or "
                                     "in",
                                     field->name);
}

/* true and false are the numbers that the format keeps of them. */
static void
number_truth (text_reader *reader)
{
  bool yes = is_word (reader, "true");
  if (!yes && !is_word (reader, "false"))
    return;
  reader->kind = WORD_NUMBER;
  snprintf (reader->word, sizeof reader->word, "%d", yes ? 1 : 0);
}

static garco_status
put_value (text_reader *reader, const garco__field *field, garco__buffer *out)
{
  uint64_t start = out->size;
  if (field->type == GARCO_BOOL && !is_labelled (field))
    number_truth (reader);
  if (reader->kind != WORD_NUMBER && reader->kind != WORD_TEXT)
    return wrong (reader, "a number or 'text' is expected");
  GARCO_TRY (garco__put_u64 (reader->starts, start, reader->error));
  if (is_labelled (field))
    GARCO_TRY (put_label (reader, field, out));
  else if (garco__condition_is_text (field))
  {
    if (reader->kind != WORD_TEXT)
      return wrong (reader, "a 'text' is expected");
    GARCO_TRY (garco__buffer_append (out, reader->word, strlen (reader->word), reader->error));
  }
  else if (reader->kind == WORD_TEXT)
    GARCO_TRY (put_text_value (reader, field, out));
  else
    GARCO_TRY (put_number (reader, field, out));
  return next_word (reader);
}

/* ---- comparisons */

static int
take_operator (const text_reader *reader)
{
  static const struct
  {
    const char *word;
    int op;
  } table[] = {{"<", GARCO__OP_LT},  {"<=", GARCO__OP_LE}, {">", GARCO__OP_GT},
               {">=", GARCO__OP_GE}, {"==", GARCO__OP_EQ}, {"=", GARCO__OP_EQ},
               {"!=", GARCO__OP_NE}};
  for (size_t i = 0; i < sizeof table / sizeof *table && reader->kind == WORD_SIGN; i++)
    if (strcmp (reader->word, table[i].word) == 0)
      return table[i].op;
  return GARCO__OP_NONE;
}

static int
opposite (int op)
{
  static const uint8_t table[] = {
      [GARCO__OP_LT] = GARCO__OP_GE,          [GARCO__OP_LE] = GARCO__OP_GT,
      [GARCO__OP_GT] = GARCO__OP_LE,          [GARCO__OP_GE] = GARCO__OP_LT,
      [GARCO__OP_EQ] = GARCO__OP_NE,          [GARCO__OP_NE] = GARCO__OP_EQ,
      [GARCO__OP_IN] = GARCO__OP_NOT_IN,      [GARCO__OP_NOT_IN] = GARCO__OP_IN,
      [GARCO__OP_ABSENT] = GARCO__OP_PRESENT, [GARCO__OP_PRESENT] = GARCO__OP_ABSENT};
  return table[op];
}

/* The operator between field and value of one between value and field. */
static int
mirrored (int op)
{
  static const uint8_t table[] = {
      [GARCO__OP_LT] = GARCO__OP_GT, [GARCO__OP_LE] = GARCO__OP_GE, [GARCO__OP_GT] = GARCO__OP_LT,
      [GARCO__OP_GE] = GARCO__OP_LE, [GARCO__OP_EQ] = GARCO__OP_EQ, [GARCO__OP_NE] = GARCO__OP_NE};
  return table[op];
}

/* Names those that there are. */
static garco_status
no_field (const text_reader *reader)
{
  char names[GARCO_NAMES_SIZE];
  garco__schema_names (reader->schema, 0, reader->word, names);
  return garco__fail_byte (reader->error, GARCO_ERR_ARGUMENT, SOURCE, (int64_t)reader->start,
                           "no field \"%s\"%s", reader->word, names);
}

static garco_status
take_field (text_reader *reader, const garco__field **field)
{
  if (reader->kind != WORD_NAME && reader->kind != WORD_QUOTED)
    return wrong (reader, "a field's name is expected");
  int index = garco__schema_find (reader->schema, reader->word);
  if (index < 0)
    return no_field (reader);
  *field = &reader->schema->fields[index];
  bool number =
      (*field)->width == 1 && garco__datatype_number ((*field)->type) != GARCO__NUMBER_NONE;
  bool labelled = is_labelled (*field), text = garco__condition_is_text (*field);
  bool known = text || (number && (reader->array != NULL || !labelled));
  if (!known)
    return garco__fail_byte (reader->error, GARCO_ERR_UNSUPPORTED, SOURCE, (int64_t)reader->start,
                             "comparing field \"%s\", which is %s", reader->word,
                             labelled ? "labelled" : "no single number");
  return next_word (reader);
}

static garco_status
put_leaf (text_reader *reader, const garco__field *field, int op, const garco__buffer *values)
{
  size_t length = strlen (field->name);
  GARCO_TRY (garco__put_u8 (reader->out, 1, reader->error));
  GARCO_TRY (garco__put_u8 (reader->out, (uint8_t)op, reader->error));
  GARCO_TRY (garco__put_u32 (reader->out, (uint32_t)length, reader->error));
  GARCO_TRY (garco__buffer_append (reader->out, field->name, length, reader->error));
  GARCO_TRY (garco__put_u64 (reader->out, values->size, reader->error));
  GARCO_TRY (garco__buffer_append (reader->out, values->data, values->size, reader->error));
  if (op != GARCO__OP_IN && op != GARCO__OP_NOT_IN)
    return GARCO_OK;
  GARCO_TRY (garco__put_u64 (reader->out, reader->starts->size, reader->error));
  return garco__buffer_append (reader->out, reader->starts->data, reader->starts->size,
                               reader->error);
}

/* The list behind "in"; the present word is "in". */
static garco_status
take_list (text_reader *reader, const garco__field *field, garco__buffer *values)
{
  GARCO_TRY (next_word (reader));
  if (!is_word (reader, "("))
    return wrong (reader, "( is expected behind in");
  do
  {
    GARCO_TRY (next_word (reader));
    GARCO_TRY (put_value (reader, field, values));
  } while (is_word (reader, ","));
  if (!is_word (reader, ")"))
    return wrong (reader, ", or ) is expected");
  return next_word (reader);
}

/* "is null", "is not null": the present word is "is". The format knows nulls alone. */
static garco_status
take_absent (text_reader *reader, const garco__field *field, int *op)
{
  GARCO_TRY (next_word (reader));
  bool turned = is_word (reader, "not");
  if (turned)
    GARCO_TRY (next_word (reader));
  if (!is_word (reader, "null"))
    return wrong (reader, turned ? "null is expected" : "null or not null is expected");
  *op = turned ? GARCO__OP_PRESENT : GARCO__OP_ABSENT;
  if (!reader->deletes)
    return next_word (reader);
  if (!field->nullable || garco__condition_is_text (field) ||
      garco__datatype_number (field->type) == GARCO__NUMBER_FLOAT)
    return wrong (reader, "a value is expected: deletes know no absent values but the nulls of "
                          "numbers that are no floats");
  *op = turned ? GARCO__OP_NE : GARCO__OP_EQ;
  return next_word (reader);
}

/* What is behind a field's name. */
static garco_status
take_comparison (text_reader *reader, const garco__field *field, int *op, garco__buffer *values)
{
  bool turned = is_word (reader, "not");
  if (turned)
    GARCO_TRY (next_word (reader));
  if (is_word (reader, "in"))
  {
    *op = turned ? GARCO__OP_NOT_IN : GARCO__OP_IN;
    return take_list (reader, field, values);
  }
  if (!turned && is_word (reader, "is"))
    return take_absent (reader, field, op);
  *op = take_operator (reader);
  if (turned || *op == GARCO__OP_NONE)
    return wrong (reader, turned ? "in is expected" : "< <= > >= == !=, is or in is expected");
  GARCO_TRY (next_word (reader));
  if (!is_word (reader, "null"))
    return put_value (reader, field, values);
  if (garco__condition_is_text (field))
    return wrong (reader, reader->deletes
                              ? "a 'text' is expected: the format compares no texts with null"
                              : "a 'text' is expected, or \"is null\" for an absent one");
  if ((*op != GARCO__OP_EQ && *op != GARCO__OP_NE) || !field->nullable)
    return wrong (reader, field->nullable ? "== or != is expected before null"
                                          : "the field has no nulls; a value is expected, or "
                                            "\"is null\" for an absent one");
  return next_word (reader);
}

/* value op field: the value is read once the field is known. */
static garco_status
take_mirrored (text_reader *reader, const garco__field **field, int *op, garco__buffer *values)
{
  text_reader value = *reader;
  GARCO_TRY (next_word (reader));
  *op = take_operator (reader);
  if (*op == GARCO__OP_NONE)
    return wrong (reader, "< <= > >= == or != is expected");
  *op = mirrored (*op);
  GARCO_TRY (next_word (reader));
  GARCO_TRY (take_field (reader, field));
  return put_value (&value, *field, values);
}

static garco_status
put_comparison (text_reader *reader, bool negated)
{
  const garco__field *field = NULL;
  garco__buffer values = {0};
  int op = GARCO__OP_NONE;
  garco_status status;
  reader->starts->size = 0;
  if (reader->kind == WORD_NUMBER || reader->kind == WORD_TEXT)
    GARCO_TRY_DONE (take_mirrored (reader, &field, &op, &values));
  else
  {
    GARCO_TRY_DONE (take_field (reader, &field));
    GARCO_TRY_DONE (take_comparison (reader, field, &op, &values));
  }
  GARCO_TRY_DONE (check_order (reader, field, op));
  GARCO_TRY_DONE (put_leaf (reader, field, negated ? opposite (op) : op, &values));
done:
  garco__buffer_free (&values);
  return status;
}

/* ---- and, or, not */

static garco_status put_terms (text_reader *reader, bool negated, bool either, int depth);

static garco_status
put_term (text_reader *reader, bool negated, int depth)
{
  if (depth == 0)
    return wrong (reader, "a condition nested deeper than any");
  if (is_word (reader, "not"))
  {
    GARCO_TRY (next_word (reader));
    return put_term (reader, !negated, depth - 1);
  }
  if (!is_word (reader, "("))
    return put_comparison (reader, negated);
  GARCO_TRY (next_word (reader));
  GARCO_TRY (put_terms (reader, negated, true, depth - 1));
  if (!is_word (reader, ")"))
    return wrong (reader, ") is expected");
  return next_word (reader);
}

/* Puts the head of an expression in front of what begins at `start`. */
static garco_status
put_head (text_reader *reader, size_t start, bool either, uint64_t children)
{
  uint8_t head[HEAD_SIZE] = {0, either ? 1 : 0};
  memcpy (head + 2, &children, sizeof children);
  GARCO_TRY (garco__buffer_append (reader->out, head, sizeof head, reader->error));
  uint8_t *first = reader->out->data + start;
  memmove (first + sizeof head, first, reader->out->size - sizeof head - start);
  memcpy (first, head, sizeof head);
  return GARCO_OK;
}

/* The term that begins at `start` becomes its own children where it is an expression of the same
 * kind, and how many it then is. TileDB never writes an "and" in an "and", and its reader deletes
 * by them what was written later than the delete. */
static uint64_t
flatten (text_reader *reader, size_t start, bool either)
{
  uint8_t *first = reader->out->data + start;
  size_t size = reader->out->size - start;
  uint64_t children;
  if (size < HEAD_SIZE || first[0] != 0 || first[1] != (either ? 1 : 0))
    return 1;
  memcpy (&children, first + 2, sizeof children);
  memmove (first, first + HEAD_SIZE, size - HEAD_SIZE);
  reader->out->size -= HEAD_SIZE;
  return children;
}

/* Terms with "or" between them, or, within one of those, with "and". */
static garco_status
put_terms (text_reader *reader, bool negated, bool either, int depth)
{
  size_t start = reader->out->size;
  uint64_t children = 0;
  bool more;
  do
  {
    size_t term = reader->out->size;
    if (either)
      GARCO_TRY (put_terms (reader, negated, false, depth));
    else
      GARCO_TRY (put_term (reader, negated, depth));
    children += flatten (reader, term, either != negated);
    more = is_word (reader, either ? "or" : "and");
    if (more)
      GARCO_TRY (next_word (reader));
  } while (more);
  return children > 1 ? put_head (reader, start, either != negated, children) : GARCO_OK;
}

static garco_status
serialize (text_reader *reader, bool negated)
{
  garco__buffer starts = {0};
  garco_status status;
  reader->starts = &starts;
  GARCO_TRY_DONE (next_word (reader));
  GARCO_TRY_DONE (put_terms (reader, negated, true, MAX_DEPTH));
  if (reader->kind != WORD_END)
    status = wrong (reader, "and, or or the end is expected");
done:
  garco__buffer_free (&starts);
  return status;
}

garco_status
garco__condition_serialize (garco_array *array, const char *text, garco__buffer *payload,
                            garco_error *error)
{
  text_reader reader = {
      .text = text, .array = array, .schema = array->schema, .out = payload, .error = error};
  reader.deletes = true;
  return serialize (&reader, true);
}

garco_status
garco__condition_read (const char *text, const garco__schema *schema, garco__text_number number,
                       garco_array *array, garco__condition **condition, garco_error *error)
{
  garco__buffer payload = {0};
  text_reader reader = {
      .text = text, .schema = schema, .number = number, .out = &payload, .error = error};
  reader.array = array;
  garco_status status = serialize (&reader, false);
  if (status >= 0)
    status =
        garco__condition_parse_own (payload.data, payload.size, schema, SOURCE, condition, error);
  garco__buffer_free (&payload);
  return status;
}
