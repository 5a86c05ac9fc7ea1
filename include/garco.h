/* garco: GNSS RINEX files to TileDB-format arrays, and answers from either.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The contract, stated once:
 *
 * - Every function that can fail returns a garco_status: GARCO_OK is 0, GARCO_END and GARCO_AGAIN
 *   are positive and no errors, errors are negative. Its last argument is a garco_error that may
 *   be NULL; it is written only when the status is an error.
 * - What a `_new` or `_open` function gives is the caller's, and its `_free` twin takes a pointer
 * to the handle, frees it and sets it to NULL. Freeing NULL does nothing.
 * - Getters borrow: what they return lives until the parent is freed or, where it says so, until
 *   the next call on the parent.
 * - Options structs start from their GARCO_..._OPTIONS_INIT macro.
 * - The library never prints, never ends the process and keeps no mutable global.
 * - A handle is used by one thread at a time; different handles by different threads freely.
 * - Any function that allocates may give GARCO_ERR_MEMORY, any that opens, reads or writes files
 *   GARCO_ERR_NOT_FOUND and GARCO_ERR_IO, and a callback that asks to stop GARCO_ERR_CANCELLED.
 *   Options that the contract excludes are GARCO_ERR_ARGUMENT. What else there is, each says.
 * - What is read from a RINEX file: GARCO_ERR_FORMAT is no observation file, GARCO_ERR_CORRUPT and
 *   GARCO_ERR_TRUNCATED are damage, GARCO_ERR_UNSUPPORTED a version or form that is not read, and
 *   GARCO_ERR_LIMIT more of something than garco takes; the error has the line. From an array:
 *   GARCO_ERR_FORMAT is no array, GARCO_ERR_CORRUPT and GARCO_ERR_TRUNCATED are damage, of which
 * the message names fragment and field, GARCO_ERR_UNSUPPORTED is a feature of the format that is
 * not read (docs/format.md).
 *
 * What the words and numbers mean is by the RINEX documents (2.11, 3.05, 4.02), Hatanaka's compact
 * RINEX (RNXCMP 4.1) and TileDB's format_spec up to version 22.
 */
#ifndef GARCO_H
#define GARCO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

#if defined(_WIN32)
#define GARCO_API
#elif defined(__GNUC__)
#define GARCO_API __attribute__ ((visibility ("default")))
#else
#define GARCO_API
#endif

  /* ------------------------------------------------------------------ version, status, error */

#define GARCO_VERSION_MAJOR 0
#define GARCO_VERSION_MINOR 1
#define GARCO_VERSION_PATCH 0

  /* "MAJOR.MINOR.PATCH" of the library in use. */
  GARCO_API const char *garco_version (void);

  typedef enum garco_status
  {
    GARCO_OK = 0,
    GARCO_END = 1,              /* nothing more will come */
    GARCO_AGAIN = 2,            /* feed more bytes first */
    GARCO_ERR_MEMORY = -1,      /* an allocation failed */
    GARCO_ERR_ARGUMENT = -2,    /* the caller passed what the contract excludes */
    GARCO_ERR_IO = -3,          /* the operating system refused; errno's text is in the message */
    GARCO_ERR_NOT_FOUND = -4,   /* no such file, array, field or name */
    GARCO_ERR_EXISTS = -5,      /* would overwrite */
    GARCO_ERR_FORMAT = -6,      /* the input is of another kind than expected */
    GARCO_ERR_CORRUPT = -7,     /* the input is of the right kind and damaged */
    GARCO_ERR_TRUNCATED = -8,   /* the input ends too early */
    GARCO_ERR_UNSUPPORTED = -9, /* valid, and garco does not do it; the message names the feature */
    GARCO_ERR_LIMIT = -10,      /* a stated limit is exceeded */
    GARCO_ERR_CANCELLED = -11   /* a callback asked to stop */
  } garco_status;

  /* "GARCO_ERR_IO" and the like; "GARCO_ERR_?" for a number that is none. */
  GARCO_API const char *garco_status_name (garco_status status);

  typedef struct garco_error
  {
    garco_status code;
    int64_t line;       /* 1-based line of the source's text, 0 where it has none */
    int64_t byte;       /* 0-based offset in the source, -1 where it does not apply */
    char source[512];   /* file, array or argument concerned; "" if none */
    char message[1024]; /* what was found and what was expected, one line, no final full stop */
  } garco_error;

  /* "source:line: message", "source: byte N: message" or "source: message" into `text`, always
   * ended by NUL. Returns the length that the whole text has, as snprintf does. */
  GARCO_API size_t garco_error_format (const garco_error *error, char *text, size_t size);

/* ------------------------------------------------------------------ names and time */

/* Satellite systems in the order that EarthScope's demo numbers them from 0. */
#define GARCO_SYSTEMS "GRSECJI"
#define GARCO_SYSTEM_COUNT 7
/* The array metadata that says how an array numbers systems, and what garco's own arrays say. */
#define GARCO_SYSTEM_NUMBERING_KEY "garco.system_numbering"
#define GARCO_SYSTEM_NUMBERING "0:" GARCO_SYSTEMS

  /* 0..6 for a letter of GARCO_SYSTEMS, else -1. */
  GARCO_API int garco_system_number (char letter);
  /* The letter, or '?' for a number outside 0..6. */
  GARCO_API char garco_system_letter (int number);

  /* A two-character observation code as the array keeps it: "1C" = 0x3143 = 12611. */
  GARCO_API uint16_t garco_obs_code (const char text[2]);
  /* Writes two characters and a NUL. */
  GARCO_API void garco_obs_code_text (uint16_t code, char text[3]);

  /* "2024-05-11T12:00:00.000" (no zone: the time system is the file's) and a NUL. `ms` counts from
   * 1970-01-01; years 0001 to 9999. */
  GARCO_API void garco_time_text (int64_t ms, char text[32]);
  /* Reads 2024, 2024-05, 2024-05-11, 2024-132 (day of year), each but the first two optionally with
   * T or blank and HH[:MM[:SS[.fff]]] and a final Z. GARCO_ERR_ARGUMENT otherwise. */
  GARCO_API garco_status garco_time_parse (const char *text, int64_t *ms, garco_error *error);
  /* Reads a span: a positive number and one of ms s m h d w ("12h", "1d"; a bare number is
   * seconds). */
  GARCO_API garco_status garco_span_parse (const char *text, int64_t *ms, garco_error *error);
  /* For messages: " (did you mean NAME?)" and a NUL where one of the names is like `word`, a letter
   * in three put in, left out, changed or swapped with the next; else "". */
  GARCO_API void garco_nearest_name (const char *word, const char *const *names, size_t count,
                                     char *text, size_t size);
#define GARCO_NAMES_SIZE 640
  /* The same and all names, as far as there is room: " (did you mean snr?): expected one of range,
   * snr". */
  GARCO_API void garco_expected_names (const char *word, const char *const *names, size_t count,
                                       char text[GARCO_NAMES_SIZE]);

  /* ------------------------------------------------------------------ batches of columns */

  /* The numbers are those of the array format (TileDB format_spec, Datatype). */
  typedef enum garco_datatype
  {
    GARCO_INT32 = 0,
    GARCO_INT64 = 1,
    GARCO_FLOAT32 = 2,
    GARCO_FLOAT64 = 3,
    GARCO_CHAR = 4,
    GARCO_INT8 = 5,
    GARCO_UINT8 = 6,
    GARCO_INT16 = 7,
    GARCO_UINT16 = 8,
    GARCO_UINT32 = 9,
    GARCO_UINT64 = 10,
    GARCO_STRING_ASCII = 11,
    GARCO_STRING_UTF8 = 12,
    GARCO_ANY = 17,
    GARCO_DATETIME_YEAR = 18,
    GARCO_DATETIME_DAY = 21,
    GARCO_DATETIME_SEC = 24,
    GARCO_DATETIME_MS = 25,
    GARCO_DATETIME_US = 26,
    GARCO_DATETIME_NS = 27,
    GARCO_DATETIME_AS = 30,
    GARCO_TIME_HR = 31,
    GARCO_TIME_AS = 39,
    GARCO_BLOB = 40,
    GARCO_BOOL = 41,
    GARCO_GEOM_WKB = 42,
    GARCO_GEOM_WKT = 43
  } garco_datatype;

  /* "int64", "float32", "datetime_ms" ...; "?" for a number that is none. */
  GARCO_API const char *garco_datatype_name (garco_datatype type);
  /* Bytes a value; 0 for a number that is none. */
  GARCO_API size_t garco_datatype_size (garco_datatype type);

  typedef struct garco_column
  {
    const char *name;
    garco_datatype type;
    uint32_t width;     /* values a cell; 1 but for fixed arrays; UINT32_MAX: variable length */
    const void *values; /* rows * width values; for variable length the bytes of all cells */
    const uint64_t *offsets; /* variable length only: rows + 1 byte offsets into values */
    const uint8_t *validity; /* one byte a cell, 0 = null; NULL: all valid */
  } garco_column;

  typedef struct garco_batch
  {
    int64_t rows;
    size_t ncolumns;
    const garco_column *columns;
  } garco_batch;

  /* Index of a column by name, or -1. */
  GARCO_API int garco_batch_find (const garco_batch *batch, const char *name);

/* The columns of observations, whatever they come from. Absent values of range, phase, doppler and
 * snr are NaN; an unknown GLONASS channel is GARCO_FCN_UNKNOWN.
 *   time    int64    ms since 1970-01-01 of the epoch's label (rounded to the millisecond)
 *   sys     uint8    index into GARCO_SYSTEMS
 *   sat     uint8    PRN or slot as RINEX 3 writes it
 *   obs     uint16   garco_obs_code
 *   range   float64  pseudorange, m
 *   phase   float64  carrier phase, cycles
 *   doppler float64  Hz
 *   snr     float32  dB-Hz, or the receiver's unit
 *   slip    uint16   lock counter; RINEX carries none, so 0 for observations from RINEX
 *   flags   uint16   GARCO_FLAG_*
 *   fcn     int8     GLONASS frequency channel; 0 for other systems */
#define GARCO_FLAG_LOSS_OF_LOCK 1u   /* LLI bit 0 */
#define GARCO_FLAG_HALF_CYCLE 2u     /* LLI bit 1 (RINEX 2: opposite wavelength factor) */
#define GARCO_FLAG_BOC 4u            /* LLI bit 2 of RINEX 3 and later */
#define GARCO_FLAG_ANTISPOOFING 8u   /* LLI bit 2 of RINEX 2 */
#define GARCO_FLAG_POWER_FAILURE 16u /* epoch flag 1: power failure since the epoch before */
#define GARCO_FCN_UNKNOWN (-128)

  /* ------------------------------------------------------------------ RINEX observation files:
   * reading */

  /* Called for each damaged place that a salvaging reader leaves out or mends; return non-zero to
   * stop (GARCO_ERR_CANCELLED). */
  typedef int (*garco_damage_fn) (void *context, const garco_error *damage);

  typedef struct garco_reader_options
  {
    bool salvage;              /* leave damaged epochs out and report them, rather than fail */
    garco_damage_fn on_damage; /* may be NULL */
    void *context;             /* passed to on_damage */
    const char *source;        /* name for errors of a fed reader; NULL: "input" */
  } garco_reader_options;
#define GARCO_READER_OPTIONS_INIT                                                                  \
  {                                                                                                \
    false, NULL, NULL, NULL                                                                        \
  }

  /* The observation types of one system, in file order. */
  typedef struct garco_types
  {
    uint32_t count;
    const char (*codes)[4]; /* "C1C", "L1" ...; NUL-ended; RINEX 2 codes have two characters */
    const int32_t *scale; /* SYS / SCALE FACTOR: a stored value / scale is the true one; 1 = none */
  } garco_types;

  typedef struct garco_header
  {
    int version;         /* times 100: 211, 305 */
    int crinex_version;  /* times 10: 10, 30, 31; 0 for plain RINEX */
    char file_type;      /* 'O' */
    char system;         /* 'G', 'M' ...; blank is given as 'G' */
    char time_system[4]; /* "GPS", "GLO" ...; by the default of the system where not written */
    char marker_name[61];
    char marker_number[21];
    char observer[21];
    char agency[41];
    char receiver[3][21];        /* number, type, version */
    char antenna[2][21];         /* number, type */
    double position[3];          /* APPROX POSITION XYZ, m; NaN where absent */
    double antenna_delta[3];     /* height, east, north, m; NaN where absent */
    double interval;             /* s; NaN where absent */
    int64_t first_obs_ms;        /* TIME OF FIRST OBS; INT64_MIN where absent or unreadable */
    int64_t last_obs_ms;         /* TIME OF LAST OBS; likewise */
    int leap_seconds;            /* INT32_MIN where absent */
    bool clock_applied;          /* RCV CLOCK OFFS APPL is 1 */
    int8_t glonass_channel[100]; /* by slot; GARCO_FCN_UNKNOWN where not given */
    garco_types types[GARCO_SYSTEM_COUNT]; /* RINEX 2: the same list for every system */
    const char *text; /* the header's lines from RINEX VERSION / TYPE to END OF HEADER, LF ends, as
                         they are but for right-trimming */
    size_t text_size;
  } garco_header;

#define GARCO_MISSING INT64_MIN

  typedef struct garco_epoch_sat
  {
    uint8_t system; /* index into GARCO_SYSTEMS */
    uint8_t number; /* PRN or slot as RINEX 3 writes it */
    uint16_t count; /* fields, as many as the system has types */
    uint32_t first; /* index of its first field in values */
  } garco_epoch_sat;

  /* One record of the body. Flags 0 and 1 hold observations; 2 to 5 are events, their lines in
   * `text`; 6 holds cycle slips in the shape of observations. */
  typedef struct garco_epoch
  {
    int64_t time_ms;  /* the label, rounded down to ms since 1970-01-01; INT64_MIN: an event without
                         time */
    int64_t time_ps;  /* what is left, 0..999999999 ps */
    int64_t clock_ps; /* receiver clock offset, ps; GARCO_MISSING where absent */
    int flag;         /* 0..6 */
    bool header_changed; /* this event changed what garco_reader_header gives */
    int64_t line;        /* of the epoch line in the (decompressed) text, from 1 */
    size_t nsats;
    const garco_epoch_sat *sats;
    const char *names; /* three characters a satellite as the file has them ("G 5", "  5"); NULL: by
                          the numbers */
    const int64_t
        *values; /* thousandths of the printed unit; GARCO_MISSING where blank; a printed 0 is 0 */
    const char
        *indicators; /* LLI at 2*i, SSI at 2*i + 1 for field i: the characters, ' ' where blank */
    const char
        *text; /* events: the epoch line and the lines after it, LF ends; else the epoch line(s) */
    size_t text_size;
  } garco_epoch;

  typedef struct garco_reader garco_reader;

  /* A reader that is fed: plain or Hatanaka text, decompressed. With `salvage` damage is reported
   * and no error. */
  GARCO_API garco_status garco_reader_new (const garco_reader_options *options,
                                           garco_reader **reader, garco_error *error);
  /* A reader of a file, compressed or not ("-" is standard input); garco_reader_next never gives
   * GARCO_AGAIN. The header is read before it returns. */
  GARCO_API garco_status garco_reader_open (const char *path, const garco_reader_options *options,
                                            garco_reader **reader, garco_error *error);
  /* Copies `size` bytes in. Memory is bounded by the longest epoch and what was fed and not taken.
   */
  GARCO_API garco_status garco_reader_feed (garco_reader *reader, const void *bytes, size_t size,
                                            garco_error *error);
  /* Says that no more bytes will come. */
  GARCO_API void garco_reader_finish (garco_reader *reader);
  /* The next record into `epoch`, in the file's order; its pointers live until the next call.
   * GARCO_END at the end, GARCO_AGAIN when a fed reader wants bytes. After an error only
   * garco_reader_free is useful. */
  GARCO_API garco_status garco_reader_next (garco_reader *reader, garco_epoch *epoch,
                                            garco_error *error);
  /* NULL until the header is complete. Borrowed; changes with events that carry header lines. */
  GARCO_API const garco_header *garco_reader_header (const garco_reader *reader);
  /* Damaged places reported so far. */
  GARCO_API int64_t garco_reader_damaged (const garco_reader *reader);
  /* Epoch records left out whole so far: those read and these are the records that the file has. */
  GARCO_API int64_t garco_reader_epochs_lost (const garco_reader *reader);
  GARCO_API void garco_reader_free (garco_reader **reader);

  /* ------------------------------------------------------------------ RINEX observation types to
   * codes */

  /* What goes before garco's table where RINEX types become codes (docs/codes.md). The text has one
   * type a line, "G L2 2W": system (or "*" for all), type as the header lists it, code (band and
   * attribute, or the band alone); '#' begins a comment. A line of one system goes before one of
   * all. A map is never changed, so threads share it. */
  typedef struct garco_code_map garco_code_map;

  /* `source` names the text in errors; NULL: "code map". GARCO_ERR_CORRUPT: a line that is none, or
   * a type with two codes. */
  GARCO_API garco_status garco_code_map_read (const char *text, size_t size, const char *source,
                                              garco_code_map **map, garco_error *error);
  /* The same of a file. */
  GARCO_API garco_status garco_code_map_open (const char *path, garco_code_map **map,
                                              garco_error *error);
  /* The code of number `type` of the header's types of a system, by the map (nullable) or else the
   * table; 0 where the type is no observation that has a code, or is not there. */
  GARCO_API uint16_t garco_header_code (const garco_header *header, const garco_code_map *map,
                                        int system, uint32_t type);
  /* Whether that code's attribute is assumed: RINEX 2 does not say it, nor does the map. */
  GARCO_API bool garco_header_code_is_assumed (const garco_header *header,
                                               const garco_code_map *map, int system,
                                               uint32_t type);
  GARCO_API void garco_code_map_free (garco_code_map **map);

  /* ------------------------------------------------------------------ RINEX observation files:
   * writing */

  typedef enum garco_form
  {
    GARCO_FORM_RINEX = 0, /* plain text */
    GARCO_FORM_CRINEX = 1 /* Hatanaka: 1.0 for RINEX 2, 3.0 up to 4.01, 3.1 from 4.02 on */
  } garco_form;

  typedef struct garco_writer_options
  {
    garco_form form;
    const char *program; /* line 2 of Hatanaka text, 40 characters at most; NULL: "garco VERSION" */
    const char *date;    /* line 2 of Hatanaka text, 20 characters at most; NULL: the current UTC */
    bool rnxcmp_compatible; /* the bytes of RNXCMP 4.1 also where it is wrong: docs/conversion.md */
  } garco_writer_options;
#define GARCO_WRITER_OPTIONS_INIT                                                                  \
  {                                                                                                \
    GARCO_FORM_RINEX, NULL, NULL, false                                                            \
  }

  typedef struct garco_writer garco_writer;

  /* Opens PATH for writing, compressed by its ending (.Z .gz .bz2 .xz .zst, else not; "-" is
   * standard output, not compressed). The file appears under its name when garco_writer_close
   * succeeds. */
  GARCO_API garco_status garco_writer_open (const char *path, const garco_writer_options *options,
                                            garco_writer **writer, garco_error *error);
  /* Writes header->text and keeps version and types. Once, first. */
  GARCO_API garco_status garco_writer_header (garco_writer *writer, const garco_header *header,
                                              garco_error *error);
  /* Observations are printed from the numbers; an event's text as it is. GARCO_ERR_LIMIT and
   * GARCO_ERR_UNSUPPORTED: what the columns or Hatanaka text cannot hold, by the number of the
   * record. After an error only garco_writer_free is useful. */
  GARCO_API garco_status garco_writer_epoch (garco_writer *writer, const garco_epoch *epoch,
                                             garco_error *error);
  /* Gives the file its name; once, after the header. */
  GARCO_API garco_status garco_writer_close (garco_writer *writer, garco_error *error);
  /* Without a close before it, leaves nothing under the file's name. */
  GARCO_API void garco_writer_free (garco_writer **writer);

  /* ------------------------------------------------------------------ any file, written */

  typedef struct garco_output garco_output;

  /* Opens PATH for writing any bytes, compressed and named as garco_writer_open does.
   * GARCO_ERR_UNSUPPORTED: a name of a compression that is not written, as .zip. */
  GARCO_API garco_status garco_output_open (const char *path, garco_output **output,
                                            garco_error *error);
  /* Appends `size` bytes. */
  GARCO_API garco_status garco_output_write (garco_output *output, const void *bytes, size_t size,
                                             garco_error *error);
  /* Gives the file its name. */
  GARCO_API garco_status garco_output_close (garco_output *output, garco_error *error);
  /* Without a close before it, leaves nothing under the file's name. */
  GARCO_API void garco_output_free (garco_output **output);

  /* ------------------------------------------------------------------ arrays */

  typedef struct garco_filter_info
  {
    /* "none", the compressors "zstd", "gzip", "lz4", "rle", "bzip2", "delta", "double_delta"; and
     * "bit_width_reduction", "positive_delta", "bitshuffle", "byteshuffle", "xor", "float_scale",
     * "checksum_md5", "checksum_sha256" */
    const char *name;
    int32_t level;              /* compressors */
    double scale, offset;       /* float_scale */
    uint64_t byte_width;        /* float_scale */
    uint32_t window;            /* bit_width_reduction, positive_delta: bytes */
    garco_datatype reinterpret; /* delta, double_delta: what the values are taken for; GARCO_ANY:
                                   what they are */
  } garco_filter_info;

  typedef struct garco_field_info
  {
    const char *name;
    bool is_dimension;
    garco_datatype type;
    uint32_t width; /* values a cell; UINT32_MAX: variable length */
    bool nullable;
    const void
        *domain; /* dimensions of fixed size: lowest and highest value, in `type`; else NULL */
    const void *extent; /* tile extent in `type`; NULL where there is none, which in a schema to
                           make an array by means one tile as large as the domain */
    size_t nfilters;    /* 0 of a dimension: it has the filters of the coordinates */
    const garco_filter_info *filters;
    const void *current; /* dimensions: the current domain, as `domain`; NULL: none */
    /* attributes: what a cell that was never given one has, one cell or one value; NULL: the type's
     * usual one (NaN, the lowest signed, the highest unsigned number), of a nullable one null */
    const void *fill;
    const char *enumeration; /* attributes: name of the labels of its values; NULL: none */
  } garco_field_info;

  /* Describes an array, and what to make one by. For the latter `version` does not count, `sparse`
   * must be true, and filters of coordinates, offsets and validity that are NULL are the usual
   * ones: zstd -1, zstd -1, rle. */
  typedef struct garco_schema_info
  {
    uint32_t version; /* of the format */
    bool sparse, allows_duplicates;
    const char *tile_order, *cell_order; /* "row-major", "col-major" ... */
    uint64_t capacity;
    size_t nfields; /* dimensions first */
    const garco_field_info *fields;
    size_t ncoord_filters, noffset_filters, nvalidity_filters;
    const garco_filter_info *coord_filters; /* of dimensions without any, and of times of writing */
    const garco_filter_info *offset_filters;   /* of attributes of variable length */
    const garco_filter_info *validity_filters; /* of nullable attributes */
  } garco_schema_info;

  typedef struct garco_fragment_info
  {
    const char *name;
    uint64_t timestamp_start, timestamp_end; /* ms since 1970-01-01 */
    uint32_t version;
    uint64_t cells;
    uint64_t tiles;
    uint64_t bytes;      /* of its data files */
    bool has_timestamps; /* consolidated, with a time of writing for each cell */
    size_t ndomain;      /* dimensions */
    const void *const
        *domain; /* per dimension lowest and highest value in its type; NULL: variable length */
    const char *const *texts; /* two a dimension: lowest and highest text of one of variable length;
                                 NULL: fixed size */
  } garco_fragment_info;

  /* Counts what is read: as many calls as there are may share it, and threads. */
  typedef struct garco_meter garco_meter;
  typedef struct garco_measured
  {
    uint64_t tiles;                             /* of columns that were read */
    uint64_t requests, bytes;                   /* of columns */
    uint64_t chunks, chunks_unpacked;           /* of these; that were unpacked */
    uint64_t metadata_requests, metadata_bytes; /* of all else */
    double reading, unpacking;                  /* seconds, of all threads together */
    double planning;                            /* until the first column is read */
  } garco_measured;
  /* All counts are 0. */
  GARCO_API garco_status garco_meter_new (garco_meter **meter, garco_error *error);
  /* What has been read so far. */
  GARCO_API void garco_meter_read (const garco_meter *meter, garco_measured *measured);
  GARCO_API void garco_meter_free (garco_meter **meter);

  typedef struct garco_array_options
  {
    uint64_t timestamp_start, timestamp_end; /* only what was written in [start, end], ms since
                                                1970-01-01; an end of 0 is now */
    bool raw_missing;   /* leave the number that FloatScale keeps for NaN as it is */
    garco_meter *meter; /* counts what is read, and outlives the array; may be NULL */
  } garco_array_options;
#define GARCO_ARRAY_OPTIONS_INIT                                                                   \
  {                                                                                                \
    0, 0, false, NULL                                                                              \
  }

  typedef struct garco_array garco_array;

  /* A schema by name; NULL for a name that is none. "earthscope": observations as EarthScope's
   * tools keep them; "compact": the same fields in other filters, at half the bytes, range, phase
   * and doppler to RINEX's three decimals; "demo": the thin array of the demo notebook, one
   * observable of one system at (time, sat). */
  GARCO_API const garco_schema_info *garco_schema_preset (const char *name);
  /* Makes an empty array at URI, whose parent exists. GARCO_ERR_EXISTS where anything but an empty
   * directory is there already; GARCO_ERR_ARGUMENT for what the format excludes,
   * GARCO_ERR_UNSUPPORTED for what garco does not write: dense arrays, fields of variable length,
   * enumerations. */
  GARCO_API garco_status garco_array_create_schema (const char *uri,
                                                    const garco_schema_info *schema,
                                                    garco_error *error);
  /* The same by a preset's name. */
  GARCO_API garco_status garco_array_create (const char *uri, const char *preset,
                                             garco_error *error);
  /* Opens for reading. GARCO_ERR_NOT_FOUND: nothing there; GARCO_ERR_FORMAT: no array. */
  GARCO_API garco_status garco_array_open (const char *uri, const garco_array_options *options,
                                           garco_array **array, garco_error *error);
  /* The newest schema at the times that the array was opened for; borrowed until the array is
   * written to or freed, as what the next functions give is too. */
  GARCO_API const garco_schema_info *garco_array_schema (const garco_array *array);
  /* Fragments that are seen at these times. */
  GARCO_API size_t garco_array_fragment_count (const garco_array *array);
  /* Fragment `index`, from 0, in the order of their writing. GARCO_ERR_ARGUMENT: there are fewer.
   */
  GARCO_API garco_status garco_array_fragment (garco_array *array, size_t index,
                                               garco_fragment_info *info, garco_error *error);
  /* Lowest and highest value of the dimension over all visible fragments, in its type, into `range`
   * of two values; of a dimension of text two char pointers, which live as long as the array is
   * neither written to nor freed. GARCO_END where there are no cells. */
  GARCO_API garco_status garco_array_domain (garco_array *array, size_t dimension, void *range,
                                             garco_error *error);

  /* Labels: value i of an attribute with this enumeration stands for label i. */
  typedef struct garco_enumeration_info
  {
    const char *name;
    bool ordered;
    int64_t count;
    garco_column labels; /* `count` rows */
  } garco_enumeration_info;

  /* By the name that a garco_field_info has; borrowed until the array is freed.
   * GARCO_ERR_NOT_FOUND: none of that name. */
  GARCO_API garco_status garco_array_enumeration (garco_array *array, const char *name,
                                                  garco_enumeration_info *info, garco_error *error);

  typedef struct garco_metadata_info
  {
    const char *key;
    garco_datatype type;
    uint32_t count;
    const void *values;
  } garco_metadata_info;

  /* How many items of metadata there are. */
  GARCO_API garco_status garco_array_metadata_count (garco_array *array, size_t *count,
                                                     garco_error *error);
  /* Item `index`, from 0, in the order of their keys, `count` values of `type`. GARCO_ERR_ARGUMENT:
   * there are fewer. */
  GARCO_API garco_status garco_array_metadata (garco_array *array, size_t index,
                                               garco_metadata_info *info, garco_error *error);
  /* The number by which the array knows each system of GARCO_SYSTEMS, -1 one that it has none for,
   * as metadata "garco.system_numbering" says ("0:GRSECJI": the first number and the letters), then
   * `*said` is true; else as a system 0 among the cells tells, or from 0 where there are no cells.
   * GARCO_ERR_UNSUPPORTED where nothing tells, GARCO_ERR_ARGUMENT where the array has no systems.
   */
  GARCO_API garco_status garco_array_systems (garco_array *array,
                                              int16_t numbers[GARCO_SYSTEM_COUNT], bool *said,
                                              garco_error *error);
  GARCO_API void garco_array_free (garco_array **array);

  /* ------------------------------------------------------------------ writing to arrays */

  /* Each of these waits for the sole right to write among processes of this machine, becomes
   * visible all at once or not at all, and then shows the array anew by its options: no scan of it
   * may be open. An array that was opened at an earlier time is written by the schema of that time.
   */

#define GARCO_ZSTD_LEVEL_MAX 22

  typedef struct garco_write_options
  {
    uint64_t timestamp; /* ms since 1970-01-01; 0: now, and later than anything in the array. Given:
                           any that is not to come, also one before others; GARCO_ERR_EXISTS where
                           the array has something of the kind of that very time (cells and deletes
                           are one kind) */
    int threads;        /* 0: as many as processors */
    uint64_t memory; /* bytes to work with, beside the batch; GARCO_ERR_LIMIT where they do not do;
                        0: 256 MiB */
    const garco_metadata_info
        *metadata;    /* garco_array_write: array metadata that is put with the */
    size_t nmetadata; /* cells, both or neither; values NULL: removed */
    int zstd_level;   /* garco_array_write: 1 to GARCO_ZSTD_LEVEL_MAX, how hard zstd filters try in
                         place of the level that the schema names; readers do not mind; 0: the
                         schema's, and so the bytes that libtiledb writes */
  } garco_write_options;
#define GARCO_WRITE_OPTIONS_INIT                                                                   \
  {                                                                                                \
    0, 0, 0, 0, 0, 0                                                                               \
  }

#define GARCO_FRAGMENT_NAME_SIZE 96

  /* Writes the rows, in any order, as one fragment; its name into `fragment` unless that is NULL.
   * The columns are the schema's fields in any order. GARCO_ERR_ARGUMENT: values outside the domain
   * or the current domain, equal coordinates in an array without duplicates (the error's `line` is
   * the row, counted from 1), what a filter cannot hold (FloatScale: what its width cannot; NaN is
   * kept by widths of 4 and 8 alone; positive delta: values that fall). */
  GARCO_API garco_status garco_array_write (garco_array *array, const garco_batch *batch,
                                            const garco_write_options *options,
                                            char fragment[GARCO_FRAGMENT_NAME_SIZE],
                                            garco_error *error);
  /* Deletes, from what was written not later than it, the cells for which the condition holds:
   * "snr < 30 and sat == 3". By the format also cells where the compared value is NaN or null go.
   * Grammar (words of either case; a name that is no plain word in "double quotes"):
   *
   *   condition   = conjunction { "or" conjunction }
   *   conjunction = term { "and" term }
   *   term        = "not" term | "(" condition ")" | field op value | value op field
   *               | field [ "not" ] "in" "(" value { "," value } ")"
   *               | field "is" [ "not" ] "null"
   *   op          = "<" | "<=" | ">" | ">=" | "==" | "=" | "!="
   *   value       = number | "null" (with == and !=) | "true" | "false" | 'text'
   *
   * "is null" asks in queries for absent values of any kind: null, NaN, what a filter keeps as
   * missing, and a GLONASS channel that is not known. Deletes take it where it is a null alone.
   * Text is a time, as garco_time_parse reads it but with up to nine digits of a second, of a date
   * or of int64 milliseconds, a code of two
   * characters of a uint16, or a system's letter of a field sys, system or constell, which deletes
   * take as the number that garco_array_systems tells. GARCO_ERR_ARGUMENT names the character that
   * is wrong; GARCO_ERR_UNSUPPORTED: an attribute that older fragments do not have, all of whose
   * cells the format's readers would drop. */
  GARCO_API garco_status garco_array_delete (garco_array *array, const char *condition,
                                             const garco_write_options *options,
                                             garco_error *error);
  /* Puts items of array metadata, and removes those whose `values` are NULL. */
  GARCO_API garco_status garco_array_metadata_put (garco_array *array,
                                                   const garco_metadata_info *items, size_t nitems,
                                                   const garco_write_options *options,
                                                   garco_error *error);
  /* A further schema, with attributes added, which cells of before have the fill value of, and
   * attributes dropped. Its time must be later than that of every schema. */
  GARCO_API garco_status garco_array_evolve (garco_array *array, const garco_field_info *added,
                                             size_t nadded, const char *const *dropped,
                                             size_t ndropped, const garco_write_options *options,
                                             garco_error *error);

  /* ------------------------------------------------------------------ reading arrays */

  /* A closed range of one dimension, the values widened: integers and dates to int64 (uint64 above
   * INT64_MAX do not occur in a range), floats to double. */
  typedef struct garco_range
  {
    size_t dimension;
    int64_t low, high;
    double flow, fhigh;       /* dimensions of floating type */
    const char *slow, *shigh; /* dimensions of text, by their bytes; NULL: no end */
  } garco_range;

  typedef struct garco_scan_options
  {
    size_t nranges; /* ranges of one dimension are a union, dimensions an intersection; none: all */
    const garco_range *ranges;
    size_t nfields; /* fields wanted, dimensions or attributes; 0: all, dimensions first */
    const char *const *fields;
    uint64_t memory; /* bytes that a batch aims to stay below; 0: 64 MiB */
  } garco_scan_options;
#define GARCO_SCAN_OPTIONS_INIT                                                                    \
  {                                                                                                \
    0, NULL, 0, NULL, 0                                                                            \
  }

  typedef struct garco_scan garco_scan;

  /* Cells of the array in row-major order of the dimensions, the latest of equal coordinates (all
   * of them where the schema allows duplicates), as TileDB's row-major read gives them. */
  GARCO_API garco_status garco_scan_open (garco_array *array, const garco_scan_options *options,
                                          garco_scan **scan, garco_error *error);
  /* The next rows into `batch`, whose pointers live until the next call; never zero rows. GARCO_END
   * at the end. */
  GARCO_API garco_status garco_scan_next (garco_scan *scan, garco_batch *batch, garco_error *error);
  GARCO_API void garco_scan_free (garco_scan **scan);

  /* ------------------------------------------------------------------ queries on files and arrays
   */

  typedef struct garco_query_options
  {
    int64_t start_ms, end_ms; /* start <= time < end */
    const char *systems;      /* letters; NULL: all */
    size_t nsats;
    const char *const *sats; /* "G05", "R24", or "5": of any system; none: all */
    size_t ncodes;
    const char *const *codes; /* "1C"; none: all */
    size_t nfields;
    const char *const *fields; /* columns wanted, by the names above; none: all */
    int system_base;           /* number that an array gives to GPS: 0 or 1; -1: found out */
    bool salvage;
    bool keep_zeros; /* RINEX: a 0 in a code, phase or strength field is a value */
    bool raw_missing;
    garco_damage_fn on_damage; /* salvage; may be NULL */
    /* What was assumed or left out; may be NULL. garco_stats_compute calls it from several threads
     * at once where it reads several sources. */
    void (*on_notice) (void *context, const char *text);
    void *context;
    int threads; /* of garco_stats_compute; 0: as many as processors. With salvage and on_damage,
                    one */
    const garco_code_map *code_map;          /* RINEX; outlives the query; NULL: the table alone */
    uint64_t timestamp_start, timestamp_end; /* arrays: as in garco_array_options */
    const char *where; /* only rows for which this holds: "snr > 35 and sat in (3, 5)", by the
                          grammar of garco_array_delete; NULL: all */
    /* Bytes to keep to, beside the program's own and what is known of fragments; 0: 256 MiB.
     * Values for quantiles go into a file in TMPDIR where they are more; where a tile is, or groups
     * and their table, GARCO_ERR_LIMIT says what they need. */
    uint64_t memory;
    bool skip_corrupt;  /* arrays: leave corrupt tiles out, each reported by on_damage */
    bool labels;        /* arrays: labels in place of the values of attributes that have them */
    garco_meter *meter; /* arrays: counts what is read, and outlives the query; may be NULL */
  } garco_query_options;
#define GARCO_QUERY_OPTIONS_INIT                                                                   \
  {                                                                                                \
    INT64_MIN, INT64_MAX, NULL, 0, NULL, 0, NULL, 0, NULL, -1, false, false, false, NULL, NULL,    \
        NULL, 0, NULL, 0, 0, NULL, 0, false, false, NULL                                           \
  }

  typedef struct garco_query garco_query;

  /* Rows of the sources one after the other: each a RINEX file, "-", or an array (a directory).
   * Arrays with other dimensions than (time, sys, sat, obs) are read by the names constell and
   * obs_code too, and a dimension that is not there cannot be selected on. */
  GARCO_API garco_status garco_query_open (const char *const *sources, size_t nsources,
                                           const garco_query_options *options, garco_query **query,
                                           garco_error *error);
  /* The columns of the source that is being read, names, types and widths without values: known
   * before its first row and where it has none. Borrowed until the next call on the query; NULL
   * after the last source. */
  GARCO_API const garco_column *garco_query_columns (const garco_query *query, size_t *count);
  /* The next rows; `batch`'s columns are the fields asked for, in that order, and the same for each
   * batch of one source. Times rise within a file as the file has them and in an array throughout.
   */
  GARCO_API garco_status garco_query_next (garco_query *query, garco_batch *batch,
                                           garco_error *error);
  GARCO_API void garco_query_free (garco_query **query);

  typedef enum garco_aggregate
  {
    GARCO_COUNT = 0, /* of values that are not NaN */
    GARCO_MEAN,
    GARCO_MIN,
    GARCO_MAX,
    GARCO_STD, /* of the sample: divided by n - 1; NaN below two values */
    GARCO_SUM,
    GARCO_NAN,   /* how many values are absent: NaN or null */
    GARCO_FIRST, /* by time; of several at that time the least */
    GARCO_LAST,  /* by time; of several at that time the greatest */
    GARCO_MEDIAN,
    GARCO_QUANTILE, /* exact, interpolated as NumPy's method "linear" does */
    GARCO_AGGREGATE_COUNT
  } garco_aggregate;

  GARCO_API const char *garco_aggregate_name (garco_aggregate aggregate); /* "mean" */

  typedef struct garco_statistic
  {
    garco_aggregate aggregate;
    double quantile; /* GARCO_QUANTILE: 0 to 1 */
  } garco_statistic;

  /* Reads "mean", "median" ..., "q05" (per cent, two digits or three) or "q0.05" (a fraction). */
  GARCO_API garco_status garco_statistic_parse (const char *text, garco_statistic *statistic,
                                                garco_error *error);
  /* Writes "mean", "q05", "q0.999" ... and a NUL. */
  GARCO_API void garco_statistic_name (const garco_statistic *statistic, char text[32]);

#define GARCO_BY_DAY 1u
#define GARCO_BY_SYSTEM 2u
#define GARCO_BY_SAT 4u
#define GARCO_BY_CODE 8u
#define GARCO_BY_HOUR 16u
#define GARCO_BY_SPAN 32u

  typedef struct garco_stats_options
  {
    unsigned by;        /* GARCO_BY_* */
    int64_t span_ms;    /* GARCO_BY_SPAN: spans of this length, counted from 1970-01-01; with other
                           groups of time one must divide the other */
    size_t nstatistics; /* none: the mean */
    const garco_statistic *statistics;
    bool fast; /* arrays: count, nan, mean, min, max and sum from what fragments keep of their tiles
                  where that settles them: tiles of one group that are selected as a whole, and
                  that no other fragment and no delete touches. Where a float scale rounds, what is
                  kept is of the values before: garco_stats_bound says how far that may be off */
  } garco_stats_options;
#define GARCO_STATS_OPTIONS_INIT                                                                   \
  {                                                                                                \
    0, 0, 0, NULL, false                                                                           \
  }

  /* A table of groups: columns `day`, `hour`, `time` (int64, ms of the start of the day, hour,
   * span), `sys`, `sat`, `obs` as far as grouped by, then FIELD_STATISTIC float64 (count and nan:
   * int64) for each of options->fields (none: snr) and statistics, in that order, rows sorted by
   * the group. Without groups one row. Absent values are left out. Numbers do not depend on the
   * number of threads. */
  typedef struct garco_stats garco_stats;
  GARCO_API garco_status garco_stats_compute (const char *const *sources, size_t nsources,
                                              const garco_query_options *options,
                                              const garco_stats_options *stats_options,
                                              garco_stats **stats, garco_error *error);
  /* Borrowed until the statistics are freed. */
  GARCO_API const garco_batch *garco_stats_table (const garco_stats *stats);
  /* The most that values of a column of the table are off for options->fast; 0: they are exact. */
  GARCO_API double garco_stats_bound (const garco_stats *stats, size_t column);
  /* Tiles of fields that were added up, and how many of them from what is kept of them; 0 of 0
   * where tiles did not stand alone or options->fast was not set. */
  GARCO_API void garco_stats_tiles (const garco_stats *stats, uint64_t *tiles, uint64_t *kept);
  GARCO_API void garco_stats_free (garco_stats **stats);

  /* One column of an array, as a query will read it. */
  typedef struct garco_explained_column
  {
    const char *name;
    uint64_t tiles; /* that it is read of: of the others their boxes, or what is kept of them, say
                       all that is wanted */
    uint64_t bytes; /* in the files */
    uint64_t unpacked; /* at most: parts without anything selected stay packed */
  } garco_explained_column;

  /* What a query of one source will read. */
  typedef struct garco_explanation
  {
    bool array;    /* false: a file, which is read whole; the rest is 0 then */
    bool by_tiles; /* statistics add up tiles as they lie; else rows are made first */
    uint64_t fragments, fragments_met; /* that are there; whose boxes meet the selection */
    uint64_t tiles, tiles_met;         /* of the fragments met */
    uint64_t tiles_contested; /* of the tiles met: other fragments, times of writing or deletes may
                                 change what their cells are; these are joined and sorted */
    uint64_t tiles_kept;      /* tiles of fields whose kept statistics settle the matter */
    uint64_t cells;           /* of the tiles met */
    uint64_t bytes, requests; /* of columns */
    uint64_t metadata_bytes;  /* of the fragments' metadata files */
    size_t ncolumns;
    const garco_explained_column *columns; /* dimensions first, then the attributes needed */
  } garco_explanation;

  /* Makes the plan of a query, or where `stats_options` is not NULL of statistics, and reads no
   * column. Of tiles that stand alone the requests and bytes are those that a meter counts where
   * each tile has something that is selected; equal cells of consolidated fragments, and where a
   * day ends in a tile of several without its satellites telling it, are looked for beyond it. */
  GARCO_API garco_status garco_query_explain (const char *source,
                                              const garco_query_options *options,
                                              const garco_stats_options *stats_options,
                                              garco_explanation **explanation, garco_error *error);
  GARCO_API void garco_explanation_free (garco_explanation **explanation);

  /* ------------------------------------------------------------------ upkeep of arrays */

#define GARCO_UPKEEP_CELLS 1u         /* fragments */
#define GARCO_UPKEEP_FRAGMENT_META 2u /* footers into one file of __fragment_meta */
#define GARCO_UPKEEP_COMMITS 4u       /* commit files into one .con */
#define GARCO_UPKEEP_ARRAY_META 8u    /* files of array metadata into one */
#define GARCO_UPKEEP_STRAYS 16u       /* vacuum: folders and files that killed writers have left */

  typedef struct garco_upkeep_report
  {
    uint64_t fragments_before, fragments_after; /* that readers see */
    uint64_t files_removed;                     /* by vacuum; folders count as one */
    uint64_t cells;                             /* written, deleted ones that are kept too */
    uint64_t bytes_before, bytes_after; /* of data files: what was consolidated and what it became;
                                           vacuum: what was removed, and 0 */
  } garco_upkeep_report;

  typedef struct garco_upkeep_options
  {
    unsigned what;         /* GARCO_UPKEEP_*; 0: cells */
    int64_t span_ms;       /* cells: fragments whose cells lie in one window of this length of the
                              first dimension (a date, or an integer taken as ms since 1970-01-01)
                              go together, others stay; 0: all go together */
    uint64_t smaller_than; /* cells: only fragments of fewer bytes; 0: any */
    uint64_t largest; /* cells: no more go together than give about this many bytes; 0: no bound */
    uint64_t timestamp_start, timestamp_end; /* only what was written in between; end 0: now */
    uint64_t
        memory;   /* bytes; 0: 256 MiB. Many fragments that overlap are joined in several steps */
    int threads;  /* 0: as many as processors */
    bool purge;   /* drop deleted cells rather than mark them */
    bool dry_run; /* change nothing, only tell the plan */
    int64_t stray_age_ms; /* vacuum: strays younger than this stay; 0: a day */
    void (*on_step) (void *context, const char *text); /* a line for each thing done; may be NULL */
    void *context;
  } garco_upkeep_options;
#define GARCO_UPKEEP_OPTIONS_INIT                                                                  \
  {                                                                                                \
    0, 0, 0, 0, 0, 0, 0, 0, false, false, 0, NULL, NULL                                            \
  }

  typedef enum garco_fragment_state
  {
    GARCO_FRAGMENT_SEEN = 0,    /* by readers, at the times looked at */
    GARCO_FRAGMENT_OTHER_TIME,  /* committed, and written before or after these times */
    GARCO_FRAGMENT_REPLACED,    /* consolidated into another: garco_vacuum removes it */
    GARCO_FRAGMENT_UNCOMMITTED, /* being written, or its writer was killed: readers pass over it */
    GARCO_FRAGMENT_DOUBLED,     /* seen, and most likely what another seen one was consolidated of
                                   by a writer that was killed: with duplicates all is read twice */
    GARCO_FRAGMENT_DAMAGED, /* seen, and its metadata cannot be read or its data files have fewer
                               bytes than that says: readers fail there */
    GARCO_FRAGMENT_MISSING  /* committed, and its folder is not there: the array cannot be opened at
                               its time */
  } garco_fragment_state;

  /* "seen", "other time", "replaced", "uncommitted", "doubled", "damaged", "missing". */
  GARCO_API const char *garco_fragment_state_name (garco_fragment_state state);

  typedef struct garco_fragment_entry
  {
    garco_fragment_state state;
    const char *other; /* the fragment that replaces or doubles it; NULL where there is none */
    bool known;        /* else its metadata cannot be read, and of `info` there are only name,
                          timestamps, version and bytes */
    garco_fragment_info info;
  } garco_fragment_entry;

  /* The fragments of an array that readers see at the times of `options` (may be NULL) in the order
   * of their writing; with `all` then every other that there is, and damaged and missing ones,
   * which without it make it fail. */
  typedef struct garco_fragment_list garco_fragment_list;
  GARCO_API garco_status garco_fragment_list_open (const char *uri,
                                                   const garco_array_options *options, bool all,
                                                   garco_fragment_list **list, garco_error *error);
  /* How many fragments there are. */
  GARCO_API size_t garco_fragment_list_count (const garco_fragment_list *list);
  /* The schema whose dimensions the domains are of. */
  GARCO_API const garco_schema_info *garco_fragment_list_schema (const garco_fragment_list *list);
  /* Borrowed until the list is freed; NULL for a number that is none. */
  GARCO_API const garco_fragment_entry *garco_fragment_list_at (const garco_fragment_list *list,
                                                                size_t index);
  GARCO_API void garco_fragment_list_free (garco_fragment_list **list);

  /* Consolidates an array: what it held, every reader reads afterwards too, at every time that is
   * not between those of what was joined, and with cells (arrays of version 16 on) at these too.
   * What was consolidated stays on the medium until garco_vacuum. Killed at any moment nothing is
   * lost or doubled, but for arrays with duplicates in TileDB's own readers, which may see cells
   * twice until garco writes to the array again. `options` and `report` may be NULL. Others may
   * read meanwhile, and write between one group of fragments and the next.
   * GARCO_ERR_UNSUPPORTED: format versions below 16 (garco_upgrade), texts of variable length whose
   * filters pack them with their lengths. */
  GARCO_API garco_status garco_consolidate (const char *uri, const garco_upkeep_options *options,
                                            garco_upkeep_report *report, garco_error *error);
  /* Removes what consolidation has replaced: fragments (what 0 or CELLS), commit files, files of
   * fragment metadata, of array metadata. Readers that opened the array before may fail, and what
   * the array was between the times of what was joined cannot be read any more where that had no
   * times of cells. STRAYS, only where asked for: fragments without a commit, arrays half made
   * beside this one (URI.new-...), unfinished files, all older than stray_age_ms. */
  GARCO_API garco_status garco_vacuum (const char *uri, const garco_upkeep_options *options,
                                       garco_upkeep_report *report, garco_error *error);
  /* Gives an array of an older format version a schema of version 22; what is written from then on
   * is of that version, what is there stays readable as it is. GARCO_OK too where nothing is to be
   * done. */
  GARCO_API garco_status garco_upgrade (const char *uri, garco_error *error);

  /* ------------------------------------------------------------------ Arrow */

  /* The structures of the Arrow C data and C stream interfaces, by their specification. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
  struct ArrowSchema
  {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release) (struct ArrowSchema *);
    void *private_data;
  };
  struct ArrowArray
  {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release) (struct ArrowArray *);
    void *private_data;
  };
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
  struct ArrowArrayStream
  {
    int (*get_schema) (struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next) (struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error) (struct ArrowArrayStream *);
    void (*release) (struct ArrowArrayStream *);
    void *private_data;
  };
#endif

  /* Makes a stream of what the query has yet to give, and of it the query: *query becomes NULL and
   * the stream's release frees it. Batches own their memory, which is moved out of the query where
   * that is possible, and may outlive the stream. `time` is a timestamp in ms without a zone, the
   * other columns have their own types; nulls and a GLONASS channel that is not known are null,
   * absent range, phase, doppler and snr NaN. All sources must have the first one's columns. What
   * the callbacks of the query's options need must live as long as the stream. On an error the
   * query stays. */
  GARCO_API garco_status garco_query_take_stream (garco_query **query,
                                                  struct ArrowArrayStream *stream,
                                                  garco_error *error);
  /* The same of a table of statistics: one batch; `day`, `hour` and `time` are timestamps. */
  GARCO_API garco_status garco_stats_take_stream (garco_stats **stats,
                                                  struct ArrowArrayStream *stream,
                                                  garco_error *error);

  /* ------------------------------------------------------------------ ingest */

  typedef enum garco_ingest_outcome
  {
    GARCO_INGESTED = 0,
    GARCO_INGESTED_BEFORE, /* a file of the same bytes is in the array: left out */
    GARCO_INGEST_EMPTY     /* no observations in the file: nothing to write */
  } garco_ingest_outcome;

  typedef struct garco_ingest_report
  {
    const char *file;
    garco_ingest_outcome outcome;
    int64_t epochs, cells;
    int64_t damaged;      /* places left out by salvage */
    int64_t crowded;      /* values left out, as in garco_verify_report */
    const char *fragment; /* name, of several the first's; NULL where none was written */
    bool replaced;        /* what was there of its time went */
    char sha256[65];      /* of the file's bytes, hexadecimal */
  } garco_ingest_report;

  /* What becomes of other files' cells in the time from a file's first cell to its last. Cells that
   * the file has too are always replaced. */
  typedef enum garco_ingest_replace
  {
    GARCO_REPLACE_DELIVERIES = 0, /* they go where the array holds, of that time, a file of the same
                                     name (whatever its form and compression) with other bytes */
    GARCO_REPLACE_ALWAYS,         /* they go */
    GARCO_REPLACE_NEVER           /* they stay */
  } garco_ingest_replace;

  typedef struct garco_ingest_options
  {
    bool salvage;
    bool keep_zeros;
    garco_damage_fn on_damage;                                            /* may be NULL */
    void (*on_report) (void *context, const garco_ingest_report *report); /* may be NULL */
    void *context;
    const garco_code_map *code_map; /* NULL: the table alone */
    const char *schema; /* preset that an array is made by, of observations; NULL: earthscope. Of an
                           array that is there and has other filters: GARCO_ERR_EXISTS */
    garco_ingest_replace replace;
    bool keep_parts;  /* leave the parts of a day as fragments of their own */
    bool any_station; /* also files whose MARKER NAME is not that of the array's first; their cells
                         replace those of equal coordinates */
    bool again;     /* also files that the array holds already, some of whose cells were deleted */
    int zstd_level; /* as of garco_write_options */
  } garco_ingest_options;
#define GARCO_INGEST_OPTIONS_INIT                                                                  \
  {                                                                                                \
    false, false, NULL, NULL, NULL, NULL, NULL, GARCO_REPLACE_DELIVERIES, false, false, false, 0   \
  }

  /* Puts each file whole into the array at URI, which is made by the options' schema where it is
   * not there: one fragment for each day of it, visible together or not at all, and each file once
   * (by its SHA-256, kept in the array's metadata). At the end the fragments of a day that is over
   * are consolidated into one, for the days that were written to and the ones before them; a day is
   * over when the array has cells of a later one, or of its last five minutes. A file of another
   * station than the array's is GARCO_ERR_EXISTS. Stops at the first error; files before it stay
   * in. docs/decisions/0010-days.md says why. */
  GARCO_API garco_status garco_ingest (const char *const *files, size_t nfiles, const char *uri,
                                       const garco_ingest_options *options, garco_error *error);

  /* ------------------------------------------------------------------ conversion */

  typedef enum garco_convert_form
  {
    GARCO_CONVERT_BY_NAME = 0, /* by the output's name (.rnx .YYo, .crx .YYd, a compression's ending
                                  behind it); where that says nothing the form that the input does
                                  not have, of several inputs and in a split the first input's */
    GARCO_CONVERT_RINEX,       /* plain text */
    GARCO_CONVERT_CRINEX       /* Hatanaka */
  } garco_convert_form;

  typedef struct garco_convert_options
  {
    garco_convert_form form;
    int version; /* RINEX version to write, times 100: 210, 211, 300 to 305; 0: the input's, of
                    several the highest that has the first one's 2 or 3 */
    int64_t start_ms, end_ms; /* start <= time < end */
    int64_t interval_ms; /* epochs at multiples of it since midnight, to the ms; 0: all epochs */
    const char *systems; /* these four as in garco_query_options */
    size_t nsats;
    const char *const *sats;
    size_t ncodes;
    const char *const *codes;
    const garco_code_map *code_map; /* what RINEX 2 types are; NULL: the table alone */
    bool salvage;                   /* as in garco_reader_options */
    bool rnxcmp_compatible;         /* these three as in garco_writer_options */
    const char *program;
    const char *date;
    const char *ending;        /* garco_split: of a compression, put behind the names; NULL: none */
    garco_damage_fn on_damage; /* salvage; may be NULL */
    void (*on_notice) (void *context, const char *text); /* what was left out; may be NULL */
    void (*on_file) (void *context, const char *path);   /* garco_split: a file is complete */
    void *context;
  } garco_convert_options;
#define GARCO_CONVERT_OPTIONS_INIT                                                                 \
  {                                                                                                \
    GARCO_CONVERT_BY_NAME, 0, INT64_MIN, INT64_MAX, 0, NULL, 0, NULL, 0, NULL, NULL, false, false, \
        NULL, NULL, NULL, NULL, NULL, NULL, NULL                                                   \
  }

  /* Writes the inputs ("-": standard input) as one file, compressed by OUTPUT's ending ("-":
   * standard output). Several are merged in the order of their times, whatever order they are given
   * in: the header is the first one's with the types of all, records of later headers that differ
   * become events, an epoch that several have is written once, and epochs of one time that differ
   * are GARCO_ERR_CORRUPT, naming both. What is not changed keeps its text. The output is there
   * when it is whole. GARCO_ERR_UNSUPPORTED and GARCO_ERR_LIMIT: parts of two time systems, and
   * what the output's form cannot hold, by the line of the input. docs/conversion.md says what
   * becomes of each record. */
  GARCO_API garco_status garco_convert (const char *const *inputs, size_t ninputs,
                                        const char *output, const garco_convert_options *options,
                                        garco_error *error);
  /* Writes the input as one file an hour (span_ms 3600000) or day (86400000) of its own time into
   * DIRECTORY, which is made where it is not there, each with the header in force at its begin.
   * Names are RINEX's, by the input's name or else its marker, and replace files that have them. */
  GARCO_API garco_status garco_split (const char *input, const char *directory, int64_t span_ms,
                                      const garco_convert_options *options, garco_error *error);

  /* ------------------------------------------------------------------ verifying */

  /* One observation, absent values as in a batch's columns. */
  typedef struct garco_cell
  {
    int64_t time;
    uint8_t sys, sat;
    uint16_t obs;
    double range, phase, doppler, snr;
    uint16_t flags;
    int8_t fcn;
  } garco_cell;

  typedef enum garco_difference_kind
  {
    GARCO_CELL_MISSING = 0, /* in the file, not in the array */
    GARCO_CELL_DIFFERS,     /* in both, with other values */
    GARCO_CELL_EXTRA        /* in the array, in the time that the file covers, not in the file */
  } garco_difference_kind;

#define GARCO_DIFFERS_RANGE 1u
#define GARCO_DIFFERS_PHASE 2u
#define GARCO_DIFFERS_DOPPLER 4u
#define GARCO_DIFFERS_SNR 8u
#define GARCO_DIFFERS_FLAGS 16u
#define GARCO_DIFFERS_FCN 32u

  typedef struct garco_difference
  {
    const char *file;
    garco_difference_kind kind;
    unsigned fields;              /* GARCO_DIFFERS_*, where both are there */
    garco_cell in_file, in_array; /* in_array not for missing ones, in_file not for extra ones;
                                     in_file's values are at the array's resolution */
  } garco_difference;

  typedef struct garco_verify_report
  {
    const char *file;
    bool holds;                        /* the array holds the file, by the options */
    bool recorded;                     /* the array says that the file was put in, by its SHA-256 */
    int64_t epochs, cells;             /* of the file */
    int64_t missing, differing, extra; /* cells, by garco_difference_kind */
    int64_t crowded; /* values of the file that have no cell: one of an earlier type has the same
                        code, as C1 and C2 of BeiDou in RINEX 2 */
    int64_t damaged; /* places left out by salvage */
  } garco_verify_report;

  typedef struct garco_verify_options
  {
    bool salvage;
    bool keep_zeros;
    bool allow_extra; /* extra cells may be there: other files cover the same time */
    int system_base;  /* as in garco_query_options */
    const garco_code_map *code_map;
    garco_damage_fn on_damage;                                            /* may be NULL */
    void (*on_difference) (void *context, const garco_difference *first); /* each; may be NULL */
    void (*on_report) (void *context, const garco_verify_report *report); /* each file; may be NULL
                                                                           */
    void (*on_notice) (void *context, const char *text);                  /* may be NULL */
    void *context;
  } garco_verify_options;
#define GARCO_VERIFY_OPTIONS_INIT                                                                  \
  {                                                                                                \
    false, false, false, -1, NULL, NULL, NULL, NULL, NULL, NULL                                    \
  }

  /* Compares each file, cell by cell, with what the array holds of the time from the file's first
   * cell to its last: coordinates, range, phase, Doppler, strength at the array's resolution,
   * flags, and the GLONASS channel where the file says it. Where the array has a record of the
   * file, its types become codes as they did then, unless `code_map` is given, and zeros are kept
   * if they were. GARCO_OK whether they are equal or not: `holds` of the reports says. Stops at the
   * first error. Memory is bounded for files whose times rise. */
  GARCO_API garco_status garco_verify (const char *const *files, size_t nfiles, const char *uri,
                                       const garco_verify_options *options, garco_error *error);

  /* ------------------------------------------------------------------ export */

  typedef struct garco_export_options
  {
    garco_form form;
    int version; /* RINEX version to write, times 100: 210, 211, 300 to 305; 0: the header's, or 304
                    where there is none */
    int64_t start_ms, end_ms; /* start <= time < end */
    const char *systems;      /* these five as in garco_query_options */
    size_t nsats;
    const char *const *sats;
    size_t ncodes;
    const char *const *codes;
    int system_base;
    const char *header;  /* RINEX file whose header is taken; NULL: the one that the array keeps */
    const char *program; /* these two as in garco_writer_options */
    const char *date;
    void (*on_notice) (void *context, const char *text); /* what RINEX cannot say; may be NULL */
    void *context;
    uint64_t timestamp_start, timestamp_end; /* as in garco_array_options */
  } garco_export_options;
#define GARCO_EXPORT_OPTIONS_INIT                                                                  \
  {                                                                                                \
    GARCO_FORM_RINEX, 0, INT64_MIN, INT64_MAX, NULL, 0, NULL, 0, NULL, -1, NULL, NULL, NULL, NULL, \
        NULL, 0, 0                                                                                 \
  }

  /* Writes what is selected of an array of observations as a RINEX file, compressed by PATH's
   * ending ("-": standard output), satellites in the order of the file that was put in, or by
   * system and number where that is not known. The header is that of the file that was put in and
   * holds the first cell's time, with what no longer holds made right, or else one made of what the
   * array says. An array of one file gives that file's observations under its own header. Strength
   * digits are blank: the array keeps the strength itself. GARCO_ERR_NOT_FOUND: nothing is
   * selected. */
  GARCO_API garco_status garco_export (const char *uri, const char *path,
                                       const garco_export_options *options, garco_error *error);

  /* ------------------------------------------------------------------ simulation */

  typedef struct garco_simulate_options
  {
    const char *station; /* four characters; NULL: "P057" */
    double position[3];  /* m, Earth-centred Earth-fixed */
    int64_t start_ms;    /* first epoch */
    int64_t duration_ms;
    int64_t interval_ms;
    const char *systems; /* of "GREC"; NULL: "G" */
    uint64_t seed;
    int version; /* 211 or 304 */
    garco_form form;
  } garco_simulate_options;
/* A day of P057 (position by the PBO's published coordinates) at 15 s from 2024-01-01. */
#define GARCO_SIMULATE_OPTIONS_INIT                                                                \
  {                                                                                                \
    NULL, {-1833358.757, -4399352.969, 4226392.943}, INT64_C (1704067200000), INT64_C (86400000),  \
        15000, NULL, 1, 211, GARCO_FORM_CRINEX                                                     \
  }

  /* Writes what the station would have recorded to PATH, compressed by its ending ("-": standard
   * output). The same options write the same bytes. The header says that the data are simulated. */
  GARCO_API garco_status garco_simulate (const garco_simulate_options *options, const char *path,
                                         garco_error *error);

#ifdef __cplusplus
}
#endif

#endif
