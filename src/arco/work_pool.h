/* What a thread needs for a piece of work on a tile: it takes it and gives it back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef GARCO_ARCO_WORK_POOL_H
#define GARCO_ARCO_WORK_POOL_H

#include <pthread.h>

#include "arco/filter_pipeline.h"
#include "base/buffer.h"

#define GARCO__POOLED_WORKS 64

typedef struct garco__work
{
  garco__codec *codec;
  garco__buffer cells, valid, packed;
} garco__work;

/* garco__work_pool_init before, garco__work_pool_free at the end. As many are made as there are
 * ever in use at once. */
typedef struct garco__work_pool
{
  pthread_mutex_t lock;
  size_t count; /* that nobody has */
  garco__work idle[GARCO__POOLED_WORKS];
} garco__work_pool;

void garco__work_pool_init (garco__work_pool *pool);
/* One that was used before, or a new one. */
garco_status garco__work_pool_take (garco__work_pool *pool, garco__work *work, garco_error *error);
void garco__work_pool_give (garco__work_pool *pool, garco__work *work);
void garco__work_pool_free (garco__work_pool *pool);

#endif
