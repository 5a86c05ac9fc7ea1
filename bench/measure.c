/* Runs a command and writes "SECONDS CPU-SECONDS KILOBYTES" to a file: its time, that of
 * its processors, and its peak memory.
 *
 * A child's peak as wait4 gives it starts from that of the process that forked it, so a large
 * parent such as Python would hide what a small command needs. This parent needs next to nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
seconds (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
seconds_of (struct timeval time)
{
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int
main (int argc, char **argv)
{
  struct rusage usage;
  int status;
  if (argc < 3)
    return 2;
  double start = seconds ();
  pid_t child = fork ();
  if (child == 0)
  {
    execvp (argv[2], argv + 2);
    perror (argv[2]);
    _exit (127);
  }
  if (child < 0 || wait4 (child, &status, 0, &usage) != child)
    return EXIT_FAILURE;
  double took = seconds () - start;
  double cpu = seconds_of (usage.ru_utime) + seconds_of (usage.ru_stime);
  FILE *file = fopen (argv[1], "w");
  if (file == NULL || fprintf (file, "%.6f %.6f %ld\n", took, cpu, usage.ru_maxrss) < 0 ||
      fclose (file) != 0)
    return EXIT_FAILURE;
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}
