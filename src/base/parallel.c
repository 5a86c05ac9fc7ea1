/* Pieces of work by several threads. The caller's thread works too, so that one piece, or one
 * processor, costs no thread; and a thread that the system refuses to start is only missed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/parallel.h"

#include <pthread.h>
#include <unistd.h>

#define MAX_THREADS 64

typedef struct crew
{
  pthread_mutex_t lock; /* over all below */
  size_t next, count;
  bool failed;
  size_t failed_index;
  garco_status status;
  garco_error error;
  garco__piece_fn run;
  void *context;
} crew;

static bool
take_piece (crew *c, size_t *index)
{
  pthread_mutex_lock (&c->lock);
  bool any = !c->failed && c->next < c->count;
  if (any)
    *index = c->next++;
  pthread_mutex_unlock (&c->lock);
  return any;
}

static void
note_failure (crew *c, size_t index, garco_status status, const garco_error *error)
{
  pthread_mutex_lock (&c->lock);
  if (!c->failed || index < c->failed_index)
  {
    c->failed = true;
    c->failed_index = index;
    c->status = status;
    c->error = *error;
  }
  pthread_mutex_unlock (&c->lock);
}

static void *
work (void *context)
{
  crew *c = context;
  size_t index;
  while (take_piece (c, &index))
  {
    garco_error error;
    garco_status status = c->run (c->context, index, &error);
    if (status < 0)
      note_failure (c, index, status, &error);
  }
  return NULL;
}

size_t
garco__parallel_threads (int wanted, size_t pieces)
{
  long threads = wanted > 0 ? wanted : sysconf (_SC_NPROCESSORS_ONLN);
  if (threads > MAX_THREADS)
    threads = MAX_THREADS;
  if (threads < 1)
    threads = 1;
  return (size_t)threads < pieces ? (size_t)threads : pieces;
}

garco_status
garco__parallel_run (size_t count, int threads, garco__piece_fn run, void *context,
                     garco_error *error)
{
  crew c = {.count = count, .run = run, .context = context, .status = GARCO_OK};
  pthread_t others[MAX_THREADS];
  size_t started = 0, wanted = garco__parallel_threads (threads, count);
  pthread_mutex_init (&c.lock, NULL);
  while (started + 1 < wanted && pthread_create (&others[started], NULL, work, &c) == 0)
    started++;
  work (&c);
  for (size_t i = 0; i < started; i++)
    pthread_join (others[i], NULL);
  pthread_mutex_destroy (&c.lock);
  if (c.failed && error != NULL)
    *error = c.error;
  return c.status;
}
