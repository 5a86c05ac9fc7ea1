/* A pool of codecs: as many are made as there are ever in use at once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arco/codec_pool.h"

void
garco__codec_pool_init (garco__codec_pool *pool)
{
  pthread_mutex_init (&pool->lock, NULL);
  pool->count = 0;
}

garco_status
garco__codec_pool_take (garco__codec_pool *pool, garco__codec **codec, garco_error *error)
{
  *codec = NULL;
  pthread_mutex_lock (&pool->lock);
  if (pool->count > 0)
    *codec = pool->idle[--pool->count];
  pthread_mutex_unlock (&pool->lock);
  return *codec != NULL ? GARCO_OK : garco__codec_new (codec, error);
}

void
garco__codec_pool_give (garco__codec_pool *pool, garco__codec *codec)
{
  pthread_mutex_lock (&pool->lock);
  bool room = pool->count < GARCO__POOLED_CODECS;
  if (room)
    pool->idle[pool->count++] = codec;
  pthread_mutex_unlock (&pool->lock);
  if (!room)
    garco__codec_free (&codec);
}

void
garco__codec_pool_free (garco__codec_pool *pool)
{
  while (pool->count > 0)
    garco__codec_free (&pool->idle[--pool->count]);
  pthread_mutex_destroy (&pool->lock);
}
