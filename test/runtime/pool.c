// The pool does every task once, on distinct workers, all at the same time if need be; for callers in turn; and
// cleanly.
//
// RUN: %cc -std=c99 -Wall -Wextra -Wpedantic -Werror -O1 -I%runtime_include -I%S/Inputs %s -o %t -pthread
// RUN: %t
// RUN: %cxx -std=c++20 -Wall -Wextra -Wpedantic -Werror -I%runtime_include -I%S/Inputs -x c++ %s -o %t -pthread
// RUN: %t
// RUN: %cc -O1 -g -DMG_POOL_SPINS=20 -fsanitize=thread -I%runtime_include -I%S/Inputs %s -o %t -pthread
// RUN: %t
// RUN: %cc -O1 -g -fsanitize=address,undefined -I%runtime_include -I%S/Inputs %s -o %t -pthread
// RUN: %t

#include "expect.h"
#include "margay_pool.h"

/// How often each task has been done, and by whom the whole job.
typedef struct Count {
  uint32_t done[1000], byWorker[16], workers;
} Count;

static void count(void *arg, uint32_t task, uint32_t worker) {
  Count *counts = (Count *)arg;
  counts->done[task]++; // not atomic: each task is one thread's
  if (worker < counts->workers)
    __atomic_add_fetch(&counts->byWorker[worker], 1, __ATOMIC_RELAXED);
}

static Count job; // static: cleared by memset below

static void everyTaskOnce(uint32_t workers, uint32_t tasks, uint32_t repeat) {
  mg_pool *pool = mg_pool_create(workers);
  const mg_parallel *parallel = mg_pool_parallel(pool);
  uint32_t i, k, sum = 0;
  EXPECT(parallel->workers == workers && parallel->size == sizeof(mg_parallel) && parallel->flags == MG_CONCURRENT);
  memset(&job, 0, sizeof job);
  job.workers = workers;
  parallel->begin(parallel->user);
  for (k = 0; k < repeat; ++k)
    parallel->run(parallel->user, tasks, count, &job);
  parallel->end(parallel->user);
  for (i = 0; i < 1000; ++i)
    EXPECT(job.done[i] == (i < tasks ? repeat : 0));
  for (i = 0; i < workers; ++i)
    sum += job.byWorker[i];
  EXPECT(sum == tasks * repeat); // no other worker was named
  mg_pool_destroy(pool);
}

/// A task that waits for all others: only if all are in flight together does it end.
typedef struct Barrier {
  uint32_t arrived, tasks, seen;
} Barrier;

static void meet(void *arg, uint32_t task, uint32_t worker) {
  Barrier *barrier = (Barrier *)arg;
  __atomic_fetch_or(&barrier->seen, 1u << worker, __ATOMIC_SEQ_CST);
  __atomic_add_fetch(&barrier->arrived, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&barrier->arrived, __ATOMIC_SEQ_CST) < barrier->tasks)
    mg_pool_pause();
  (void)task;
}

static void concurrent(void) {
  mg_pool *pool = mg_pool_create(4);
  uint32_t i;
  for (i = 0; i < 50; ++i) {
    Barrier barrier = {0, 4, 0};
    mg_pool_for(pool, 4, meet, &barrier);
    EXPECT(barrier.arrived == 4 && barrier.seen == 15); // four tasks, four workers
  }
  mg_pool_destroy(pool);
}

/// Results are visible when run returns, and jobs follow each other: a sum over a chain of jobs.
typedef struct Chain {
  const uint32_t *from;
  uint32_t *to;
} Chain;

static void step(void *arg, uint32_t task, uint32_t worker) {
  const Chain *chain = (const Chain *)arg;
  (void)worker;
  chain->to[task] = chain->from[task] + chain->from[(task + 1) % 8];
}

static void chained(mg_pool *pool) {
  uint32_t a[8] = {1, 1, 1, 1, 1, 1, 1, 1}, b[8], i;
  const mg_parallel *parallel = mg_pool_parallel(pool);
  parallel->begin(parallel->user);
  for (i = 0; i < 10; ++i) {
    Chain there = {a, b}, back = {b, a};
    parallel->run(parallel->user, 8, step, &there);
    parallel->run(parallel->user, 8, step, &back);
  }
  parallel->end(parallel->user);
  for (i = 0; i < 8; ++i)
    EXPECT(a[i] == 1u << 20);
}

static void *chainedCaller(void *pool) {
  int i;
  for (i = 0; i < 20; ++i)
    chained((mg_pool *)pool);
  return NULL;
}

/// Two threads share a pool: their calls take turns.
static void shared(void) {
  mg_pool *pool = mg_pool_create(3);
  pthread_t other;
  pthread_create(&other, NULL, chainedCaller, pool);
  chainedCaller(pool);
  pthread_join(other, NULL);
  mg_pool_destroy(pool);
}

static void lifeCycle(void) {
  int i;
  for (i = 0; i < 50; ++i)
    mg_pool_destroy(mg_pool_create(3)); // threads that never worked
  mg_pool_destroy(NULL);
  {
    mg_pool *pool = mg_pool_create(0);
    EXPECT(pool && mg_pool_parallel(pool)->workers >= 1);
    mg_pool_destroy(pool);
  }
}

int main(void) {
  everyTaskOnce(1, 10, 3);
  everyTaskOnce(4, 0, 3);
  everyTaskOnce(4, 1, 100);
  everyTaskOnce(4, 3, 200);
  everyTaskOnce(2, 1000, 20);
  everyTaskOnce(7, 100, 100); // more workers than this machine may have
  concurrent();
  shared();
  lifeCycle();
  return failures;
}
