/* Codecs for work that several threads share: a piece takes one and gives it back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_CODEC_POOL_H
#define GARCO_ARCO_CODEC_POOL_H

#include <pthread.h>

#include "arco/filter_pipeline.h"

#define GARCO__POOLED_CODECS 64

/* garco__codec_pool_init before, garco__codec_pool_free at the end. */
typedef struct garco__codec_pool
{
  pthread_mutex_t lock;
  size_t count; /* that nobody has */
  garco__codec *idle[GARCO__POOLED_CODECS];
} garco__codec_pool;

void garco__codec_pool_init (garco__codec_pool *pool);
/* One that was used before, or a new one. */
garco_status garco__codec_pool_take (garco__codec_pool *pool, garco__codec **codec,
                                     garco_error *error);
void garco__codec_pool_give (garco__codec_pool *pool, garco__codec *codec);
void garco__codec_pool_free (garco__codec_pool *pool);

#endif
