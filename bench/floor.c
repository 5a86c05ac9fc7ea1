/* The floor that garco's daily means are measured by: reads each fragment's sys, obs and snr as
 * they lie, unpacks them and adds up GPS 1C, a fragment a day, with two threads, no plan and no
 * checks. Right for the stores of bench/store alone. usage: bench_floor ARRAY
 * SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

#define CELLS (1 << 20)

static glob_t days;
static atomic_size_t next;
static double means[1 << 16];

/* A file of one tile, unpacked: "count, then a chunk's three sizes, its metadata, its data"; the
 * parts of a chunk that came out of other filters' metadata are skipped. */
static size_t
unpack (const char *folder, const char *name, char *out, char *file)
{
  char path[4096];
  uint64_t chunks;
  size_t at = 0;
  snprintf (path, sizeof path, "%s/%s.tdb", folder, name);
  FILE *in = fopen (path, "rb");
  setvbuf (in, NULL, _IONBF, 0);
  fread (file, 1, 8 * CELLS, in);
  fclose (in);
  memcpy (&chunks, file, 8);
  for (char *p = file + 8; chunks > 0; chunks--)
  {
    uint32_t size[3], part[6]; /* unpacked, packed, metadata; metadata parts, data parts, sizes */
    memcpy (size, p, sizeof size);
    memcpy (part, p + 12, sizeof part);
    p += 12 + size[2];
    size_t skip = part[0] > 0 ? part[3] : 0;
    at += ZSTD_decompress (out + at, size[0], p + skip, size[1] - skip);
    p += size[1];
  }
  return at;
}

static void *
add_days (void *unused)
{
  static _Thread_local char sys[CELLS], obs[2 * CELLS], snr[4 * CELLS], file[8 * CELLS];
  for (size_t day; (day = atomic_fetch_add (&next, 1)) < days.gl_pathc;)
  {
    size_t n = unpack (days.gl_pathv[day], "d1", sys, file), count = 0;
    unpack (days.gl_pathv[day], "d3", obs, file);
    unpack (days.gl_pathv[day], "a3", snr, file);
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
    {
      int wanted = sys[i] == 0 && ((uint16_t *)obs)[i] == 0x3143;
      sum += wanted ? ((int32_t *)snr)[i] : 0;
      count += (size_t)wanted;
    }
    means[day] = (double)sum * 0.001 / (double)count;
  }
  return unused;
}

int
main (int argc, char **argv)
{
  char pattern[4096];
  pthread_t other;
  snprintf (pattern, sizeof pattern, "%s/__fragments/*", argv[argc - 1]);
  glob (pattern, 0, NULL, &days);
  pthread_create (&other, NULL, add_days, NULL);
  add_days (NULL);
  pthread_join (other, NULL);
  for (size_t day = 0; day < days.gl_pathc; day++)
    printf ("%.17g\n", means[day]);
  return 0;
}
