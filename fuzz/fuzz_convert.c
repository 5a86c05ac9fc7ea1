/* RINEX and Hatanaka text to the other form and version, windowed and selected: the first byte
 * chooses.
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "garco.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  static const char *const codes[] = {"1C", "2W"}, *const sats[] = {"G01", "5"};
  static const int versions[] = {0, 211, 304, 0};
  garco_convert_options options = GARCO_CONVERT_OPTIONS_INIT;
  char path[64];
  int fd = memfd_create ("fuzz", 0);
  if (size == 0 || fd < 0 || write (fd, bytes + 1, size - 1) != (ssize_t)(size - 1))
  {
    close (fd);
    return 0;
  }
  unsigned how = bytes[0];
  options.form = how & 1 ? GARCO_CONVERT_CRINEX : GARCO_CONVERT_RINEX;
  options.version = versions[how >> 1 & 3];
  options.salvage = (how & 8) != 0;
  options.codes = codes;
  options.ncodes = how & 16 ? 2 : 0;
  options.sats = sats;
  options.nsats = how & 32 ? 2 : 0;
  options.interval_ms = how & 64 ? 30000 : 0;
  snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  const char *const inputs[] = {path, path};
  garco_convert (inputs, how & 128 ? 2 : 1, "/dev/null", &options, NULL);
  close (fd);
  return 0;
}
