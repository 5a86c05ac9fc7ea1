/* A pool of codecs and scratch memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/work_pool.h"

#include <string.h>

void
garco__work_pool_init (garco__work_pool *pool)
{
  pthread_mutex_init (&pool->lock, NULL);
  pool->count = 0;
}

garco_status
garco__work_pool_take (garco__work_pool *pool, garco__work *work, garco_error *error)
{
  memset (work, 0, sizeof *work);
  pthread_mutex_lock (&pool->lock);
  if (pool->count > 0)
    *work = pool->idle[--pool->count];
  pthread_mutex_unlock (&pool->lock);
  return work->codec != NULL ? GARCO_OK : garco__codec_new (&work->codec, error);
}

static void
free_work (garco__work *work)
{
  garco__codec_free (&work->codec);
  garco__buffer_free (&work->cells);
  garco__buffer_free (&work->valid);
  garco__buffer_free (&work->packed);
}

void
garco__work_pool_give (garco__work_pool *pool, garco__work *work)
{
  pthread_mutex_lock (&pool->lock);
  bool room = pool->count < GARCO__POOLED_WORKS;
  if (room)
    pool->idle[pool->count++] = *work;
  pthread_mutex_unlock (&pool->lock);
  if (!room)
    free_work (work);
}

void
garco__work_pool_free (garco__work_pool *pool)
{
  while (pool->count > 0)
    free_work (&pool->idle[--pool->count]);
  pthread_mutex_destroy (&pool->lock);
}
