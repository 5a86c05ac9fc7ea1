/* Gives a fuzzer each file of a folder once: how ctest replays the samples without libFuzzer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

/* False where the file cannot be read whole. */
static int
replay_file (const char *path)
{
  struct stat status;
  if (stat (path, &status) != 0 || !S_ISREG (status.st_mode))
    return S_ISDIR (status.st_mode);
  size_t size = (size_t)status.st_size;
  uint8_t *bytes = malloc (size > 0 ? size : 1);
  FILE *file = fopen (path, "rb");
  int whole = bytes != NULL && file != NULL && fread (bytes, 1, size, file) == size;
  if (whole)
    LLVMFuzzerTestOneInput (bytes, size);
  if (file != NULL)
    fclose (file);
  free (bytes);
  return whole;
}

int
main (int argc, char **argv)
{
  DIR *folder = argc == 2 ? opendir (argv[1]) : NULL;
  int files = 0, whole = folder != NULL;
  char path[4096];
  for (struct dirent *entry; whole && (entry = readdir (folder)) != NULL; files++)
  {
    snprintf (path, sizeof path, "%s/%s", argv[1], entry->d_name);
    whole = replay_file (path);
    if (!whole)
      fprintf (stderr, "%s: cannot be read\n", path);
  }
  if (folder != NULL)
    closedir (folder);
  printf ("%d samples\n", files - 2);
  return whole && files > 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
