/* Floats as scaled integers: record u32 parts, u32 encoded bytes of each.
 *
 * Into the file: round half away from zero of (x - offset) / scale, all in the field's own type;
 * out of it: the integer in the field's type, then scale * x + offset in double. There is no
 * integer for NaN: the lowest of 4 and 8 bytes stands for it, as a conversion on x86-64 gives it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "arco/filters.h"
#include "base/clones.h"
#include "base/error.h"

/* Values that are in range are looked at together. */
#define BLOCK ((size_t)512)

/* ---- out of the file */

#define UNSCALE(T, W)                                                                              \
  do                                                                                               \
  {                                                                                                \
    for (size_t i = 0; i < count; i++)                                                             \
    {                                                                                              \
      W w;                                                                                         \
      __builtin_memcpy (&w, in + i * sizeof (W), sizeof w);                                        \
      T value = (T)(scale * (double)(T)w + offset);                                                \
      __builtin_memcpy (out + i * sizeof (T), &value, sizeof value);                               \
    }                                                                                              \
  } while (0)

GARCO__CLONES static void
unscale32 (const garco__filter *filter, const uint8_t *in, size_t count, uint8_t *out)
{
  double scale = filter->scale, offset = filter->offset;
  switch (filter->width)
  {
  case 1:
    UNSCALE (float, int8_t);
    break;
  case 2:
    UNSCALE (float, int16_t);
    break;
  case 4:
    UNSCALE (float, int32_t);
    break;
  default:
    UNSCALE (float, int64_t);
  }
}

GARCO__CLONES static void
unscale64 (const garco__filter *filter, const uint8_t *in, size_t count, uint8_t *out)
{
  double scale = filter->scale, offset = filter->offset;
  switch (filter->width)
  {
  case 1:
    UNSCALE (double, int8_t);
    break;
  case 2:
    UNSCALE (double, int16_t);
    break;
  case 4:
    UNSCALE (double, int32_t);
    break;
  default:
    UNSCALE (double, int64_t);
  }
}

garco_status
garco__float_scale_undo (garco__undo *undo, garco_error *error)
{
  const garco__filter *filter = undo->filter;
  size_t width = (size_t)filter->width, value = garco_datatype_size (filter->datatype);
  if ((width != 1 && width != 2 && width != 4 && width != 8) || (value != 4 && value != 8))
    return garco__undo_corrupt (undo, error, "a width that is none of 1, 2, 4, 8");
  uint32_t parts = garco__cursor_u32 (&undo->meta);
  uint64_t total = 0;
  for (uint32_t i = 0; i < parts && !undo->meta.failed; i++)
    total += garco__cursor_u32 (&undo->meta);
  if (undo->meta.failed || total != undo->size || undo->size % width != 0)
    return garco__undo_corrupt (undo, error, "the record's sizes are not the data's");
  size_t count = undo->size / width;
  uint8_t *room;
  GARCO_TRY (garco__undo_room (undo, (uint64_t)count * value, &room, error));
  if (value == 4)
    unscale32 (filter, undo->data, count, room);
  else
    unscale64 (filter, undo->data, count, room);
  garco__undo_done (undo, room, count * value);
  return GARCO_OK;
}

/* ---- into the file */

/* Rounds half away from zero. The whole part is exact, so the rest is too; from 2^52 on every
 * value is whole and the rest 0. `limit` is 2^(bits - 1): false for what it cannot hold. */
static inline bool
round_to (double value, double limit, int64_t *whole)
{
  if (!(value >= -limit - 0.5 && value < limit + 0.5)) /* NaN fails too */
    return false;
  int64_t trunk = (int64_t)value; /* within 64 bits, since 2^63 + 0.5 is 2^63 */
  double rest = value - (double)trunk;
  trunk += (rest >= 0.5) - (rest <= -0.5);
  if ((double)trunk < -limit || (double)trunk >= limit)
    return false;
  *whole = trunk;
  return true;
}

/* A float's quotient is exact as a double, and rounds there as it does as a float. */
static inline double
quotient (const garco__filter *filter, const uint8_t *p)
{
  if (filter->datatype == GARCO_FLOAT64)
  {
    double value;
    __builtin_memcpy (&value, p, sizeof value);
    return (value - filter->offset) / filter->scale;
  }
  float value;
  __builtin_memcpy (&value, p, sizeof value);
  return (double)((value - (float)filter->offset) / (float)filter->scale);
}

bool
garco__float_scale_keep (garco_datatype type, const garco_filter_info *info, double value,
                         double *kept)
{
  garco__filter filter = {.datatype = type, .scale = info->scale, .offset = info->offset};
  float single = (float)value;
  bool wide = type == GARCO_FLOAT64;
  int64_t whole;
  double scaled = quotient (&filter, wide ? (const uint8_t *)&value : (const uint8_t *)&single);
  if (!round_to (scaled, ldexp (1, (int)(8 * info->byte_width) - 1), &whole))
    return false;
  *kept = info->scale * (wide ? (double)whole : (double)(float)whole) + info->offset;
  if (!wide)
    *kept = (double)(float)*kept;
  return true;
}

static garco_status
cannot_hold (const garco__filter *filter, double scaled, garco_error *error)
{
  double value = scaled * filter->scale + filter->offset;
  return garco__fail (error, GARCO_ERR_ARGUMENT, NULL,
                      "float_scale of %g to %d bytes cannot hold the value %g", filter->scale,
                      (int)filter->width, value);
}

typedef struct scaling
{
  double offset, scale, limit;
  int64_t missing;
  bool keeps_nan;
} scaling;

static inline __attribute__ ((always_inline)) double
scaled_at (const scaling *how, const uint8_t *in, size_t value, size_t i)
{
  double real;
  float single;
  if (value == 8)
  {
    __builtin_memcpy (&real, in + i * 8, 8);
    return (real - how->offset) / how->scale;
  }
  __builtin_memcpy (&single, in + i * 4, 4);
  /* A float's quotient is exact as a double, and rounds there as it does as a float. */
  return (double)((single - (float)how->offset) / (float)how->scale);
}

/* True where `scaled` is in range, or NaN that is kept, as round_to has it but without branches. */
static inline __attribute__ ((always_inline)) bool
scale_one (const scaling *how, double scaled, int64_t *whole)
{
  const double limit = how->limit;
  bool near = (scaled >= -limit - 0.5) & (scaled < limit + 0.5);
  double safe = near ? scaled : 0;
  int64_t trunk = (int64_t)safe;
  double rest = safe - (double)trunk;
  trunk += (rest >= 0.5) - (rest <= -0.5);
  near &= ((double)trunk >= -limit) & ((double)trunk < limit);
  *whole = near ? trunk : how->missing;
  return near | (how->keeps_nan & (scaled != scaled));
}

/* Written for sizes that are known where it is called; false where a value cannot be held. */
static inline __attribute__ ((always_inline)) bool
scale_all (const scaling *how, const uint8_t *in, size_t count, size_t value, size_t width,
           uint8_t *out)
{
  const scaling own = *how;
  bool held = true;
  for (size_t i = 0; i < count; i++)
  {
    int64_t whole;
    held &= scale_one (&own, scaled_at (&own, in, value, i), &whole);
    if (width == 8)
      __builtin_memcpy (out + i * 8, &whole, 8);
    else if (width == 4)
      __builtin_memcpy (out + i * 4, &(int32_t){(int32_t)whole}, 4);
    else
      garco__store (out + i * width, width, (uint64_t)whole);
  }
  return held;
}

static inline uint64_t
bits_of (double value)
{
  uint64_t bits;
  __builtin_memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* The same of values whose magnitudes are below `bound`, at most 2^51, without a comparison of
 * floats, so that compilers make vectors of it; false where one is not, and nothing counts then.
 * Beside 2^52 a magnitude is rounded, half to even, and is what the low 52 bits say; halves that
 * went down go up. */
static inline __attribute__ ((always_inline)) bool
scale_small (const scaling *how, double bound, const uint8_t *in, size_t count, size_t value,
             uint8_t *out)
{
  const scaling own = *how;
  const uint64_t limit = bits_of (bound), half = bits_of (0.5), low = (UINT64_C (1) << 52) - 1;
  uint64_t below = UINT64_MAX;
  for (size_t i = 0; i < count; i++)
  {
    double scaled = scaled_at (&own, in, value, i), magnitude = __builtin_fabs (scaled);
    double even = (magnitude + 0x1p52) - 0x1p52;
    uint64_t whole = (bits_of (even + 0x1p52) & low) + (bits_of (magnitude - even) == half);
    uint64_t sign = 0 - (bits_of (scaled) >> 63);
    below &= bits_of (magnitude) - limit;
    whole = (whole ^ sign) - sign;
    if (value == 8)
      __builtin_memcpy (out + i * 8, &whole, 8);
    else
      __builtin_memcpy (out + i * 4, &(uint32_t){(uint32_t)whole}, 4);
  }
  return below >> 63 != 0;
}

/* Values and integers of one size. */
static inline __attribute__ ((always_inline)) bool
scale_blocks (const scaling *how, double bound, const uint8_t *in, size_t count, size_t value,
              uint8_t *out)
{
  bool held = true;
  for (size_t at = 0, n; at < count; at += n)
  {
    n = count - at < BLOCK ? count - at : BLOCK;
    if (!scale_small (how, bound, in + at * value, n, value, out + at * value))
      held &= scale_all (how, in + at * value, n, value, value, out + at * value);
  }
  return held;
}

GARCO__CLONES static bool
scale_wide (const scaling *how, const uint8_t *in, size_t count, uint8_t *out)
{
  return scale_blocks (how, 0x1p51, in, count, 8, out);
}

GARCO__CLONES static bool
scale_narrow (const scaling *how, const uint8_t *in, size_t count, uint8_t *out)
{
  return scale_blocks (how, 0x1p31 - 1, in, count, 4, out);
}

garco_status
garco__float_scale_apply (garco__apply *apply, garco_error *error)
{
  const garco__filter *filter = apply->filter;
  size_t value = garco_datatype_size (filter->datatype), width = (size_t)filter->width;
  size_t count = apply->size / value;
  double limit = ldexp (1, (int)(8 * width) - 1);
  int64_t missing = width == 8 ? INT64_MIN : -(INT64_C (1) << (8 * width - 1));
  uint8_t *room;
  GARCO_TRY (garco__apply_room (apply, count * width, &room, error));
  const scaling how = {filter->offset, filter->scale, limit, missing, width >= 4};
  bool held = value == 8 && width == 8   ? scale_wide (&how, apply->data, count, room)
              : value == 4 && width == 4 ? scale_narrow (&how, apply->data, count, room)
                                         : scale_all (&how, apply->data, count, value, width, room);
  for (size_t i = 0; !held && i < count; i++)
  {
    int64_t whole;
    double scaled = scaled_at (&how, apply->data, value, i);
    if (!scale_one (&how, scaled, &whole))
      return cannot_hold (filter, scaled, error);
  }
  garco__buffer *record;
  GARCO_TRY (garco__apply_part (apply, &record, error));
  GARCO_TRY (garco__put_u32 (record, 1, error));
  GARCO_TRY (garco__put_u32 (record, (uint32_t)(count * width), error));
  garco__apply_part_done (apply);
  garco__apply_done (apply, room, count * width);
  return GARCO_OK;
}

/* ---- values that were missing */

/* The value that the lowest integer reads as; false where the pipeline has none. */
static bool
missing_value (const garco__pipeline *pipeline, double *value)
{
  for (size_t i = 0; i < pipeline->count; i++)
  {
    const garco__filter *f = &pipeline->filters[i];
    if (f->kind == GARCO__FILTER_NONE || f->kind == GARCO__FILTER_MD5 ||
        f->kind == GARCO__FILTER_SHA256)
      continue;
    if (f->kind != GARCO__FILTER_FLOAT_SCALE || (f->width != 4 && f->width != 8))
      return false;
    *value = f->scale * (f->width == 4 ? -0x1p31 : -0x1p63) + f->offset;
    return true;
  }
  return false;
}

void
garco__missing_to_nan (const garco__pipeline *pipeline, garco_datatype type, size_t count,
                       uint8_t *values)
{
  double missing;
  if (!missing_value (pipeline, &missing))
    return;
  if (type == GARCO_FLOAT32)
  {
    float *v = (float *)(void *)values, gone = (float)missing;
    for (size_t i = 0; i < count; i++)
      v[i] = v[i] == gone ? NAN : v[i];
  }
  else if (type == GARCO_FLOAT64)
  {
    double *v = (double *)(void *)values;
    for (size_t i = 0; i < count; i++)
      v[i] = v[i] == missing ? NAN : v[i];
  }
}
