/* libarchive's functions, loaded when a file is compressed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_CODEC_ARCHIVE_LIBRARY_H
#define GARCO_CODEC_ARCHIVE_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>

#include "base/library.h"

#define GARCO__ARCHIVE_FUNCTIONS(X)                                                                \
  X (archive_entry_filetype)                                                                       \
  X (archive_entry_free)                                                                           \
  X (archive_entry_is_encrypted)                                                                   \
  X (archive_entry_new)                                                                            \
  X (archive_entry_set_filetype)                                                                   \
  X (archive_errno)                                                                                \
  X (archive_error_string)                                                                         \
  X (archive_filter_bytes)                                                                         \
  X (archive_filter_count)                                                                         \
  X (archive_read_data_block)                                                                      \
  X (archive_read_free)                                                                            \
  X (archive_read_new)                                                                             \
  X (archive_read_next_header)                                                                     \
  X (archive_read_open)                                                                            \
  X (archive_read_support_filter_bzip2)                                                            \
  X (archive_read_support_filter_compress)                                                         \
  X (archive_read_support_filter_xz)                                                               \
  X (archive_read_support_filter_zstd)                                                             \
  X (archive_read_support_format_empty)                                                            \
  X (archive_read_support_format_raw)                                                              \
  X (archive_read_support_format_zip_streamable)                                                   \
  X (archive_set_error)                                                                            \
  X (archive_write_add_filter_bzip2)                                                               \
  X (archive_write_add_filter_compress)                                                            \
  X (archive_write_add_filter_gzip)                                                                \
  X (archive_write_add_filter_xz)                                                                  \
  X (archive_write_add_filter_zstd)                                                                \
  X (archive_write_close)                                                                          \
  X (archive_write_data)                                                                           \
  X (archive_write_free)                                                                           \
  X (archive_write_header)                                                                         \
  X (archive_write_new)                                                                            \
  X (archive_write_open)                                                                           \
  X (archive_write_set_bytes_in_last_block)                                                        \
  X (archive_write_set_bytes_per_block)                                                            \
  X (archive_write_set_filter_option)                                                              \
  X (archive_write_set_format_raw)

typedef struct garco__archive_library
{
  GARCO__ARCHIVE_FUNCTIONS (GARCO__LIBRARY_POINTER)
} garco__archive_library;

garco_status garco__archive_library_load (garco__archive_library *library, garco_error *error);

#endif
