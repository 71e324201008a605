/*===- margay_pool.h - a small thread pool for models (optional) --------------===*
 *
 * Header-only, C99 with POSIX threads, also for C++. For applications that have no threads of their own:
 *
 *   mg_pool *pool = mg_pool_create(4);           // 3 threads and the caller; 0: one worker per CPU
 *   mg_options options = MG_OPTIONS_INIT;
 *   options.parallel = mg_pool_parallel(pool);
 *   model(..., &options);
 *   mg_pool_destroy(pool);
 *
 * How it works. A job is a number of tasks; the one word `ticket` says how many of them nobody has taken yet, and of
 * which job. Whoever takes the next one (the caller does its share) counts the word down. While a model's call is
 * running (between begin and end) idle threads spin for a moment before they sleep, because kernels follow each other
 * within microseconds; otherwise they sleep and cost nothing. A pool may be shared: calls that use it at the same time
 * take turns, each having all workers to itself, which is what MG_CONCURRENT promises.
 *
 * Checkers that do not understand atomic operations (helgrind, DRD) can be told about the order of events: define
 * MG_POOL_BEFORE(address) and MG_POOL_AFTER(address) before this file as ANNOTATE_HAPPENS_BEFORE and
 * ANNOTATE_HAPPENS_AFTER.
 *
 *===-------------------------------------------------------------------------===*/
#ifndef MARGAY_POOL_H
#define MARGAY_POOL_H

#include "margay.h"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef MG_POOL_BEFORE
#define MG_POOL_BEFORE(address) ((void)(address))
#define MG_POOL_AFTER(address) ((void)(address))
#endif

/* How often an idle thread looks for work, inside a call, before it sleeps: some hundred microseconds. */
#ifndef MG_POOL_SPINS
#define MG_POOL_SPINS 4000
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_pool {
  mg_parallel parallel;

  /* The job. Written by the caller while no task of it can be taken. */
  void (*fn)(void *arg, uint32_t task, uint32_t worker);
  void *arg;

  uint64_t ticket;   /* upper half: number of the job; lower half: tasks that nobody has taken yet */
  uint32_t pending;  /* tasks that are not done */
  uint32_t calls;    /* how many calls have begun; odd while one is running */
  uint32_t sleepers; /* threads waiting for `work` */
  uint32_t waiting;  /* 1 while the caller sleeps until pending is 0 */
  uint32_t stop;

  pthread_mutex_t mutex; /* guards sleeping and waking */
  pthread_cond_t work, done;
  pthread_mutex_t turn; /* held from begin to end */
  uint32_t started;     /* threads to join */
  struct mg_pool_thread *threads;
} mg_pool;

typedef struct mg_pool_thread {
  mg_pool *pool;
  uint32_t worker;
  pthread_t id;
} mg_pool_thread;

static inline void mg_pool_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Takes one task of the job at hand; returns 0 if there is none. A successful exchange proves that the job is the one
 * that `ticket` named, and a job with tasks left cannot be replaced, so fn and arg are its own. */
static inline int mg_pool_take(mg_pool *pool, uint32_t *task) {
  uint64_t ticket = __atomic_load_n(&pool->ticket, __ATOMIC_SEQ_CST);
  while ((uint32_t)ticket != 0) {
    if (__atomic_compare_exchange_n(&pool->ticket, &ticket, ticket - 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
      *task = (uint32_t)ticket - 1;
      return 1;
    }
  }
  return 0;
}

/* Does tasks until there are none to take. */
static inline void mg_pool_work(mg_pool *pool, uint32_t worker) {
  uint32_t task;
  while (mg_pool_take(pool, &task)) {
    MG_POOL_AFTER(&pool->ticket);
    pool->fn(pool->arg, task, worker);
    MG_POOL_BEFORE(&pool->pending);
    if (__atomic_sub_fetch(&pool->pending, 1, __ATOMIC_SEQ_CST) == 0 &&
        __atomic_load_n(&pool->waiting, __ATOMIC_SEQ_CST)) {
      pthread_mutex_lock(&pool->mutex);
      pthread_cond_signal(&pool->done);
      pthread_mutex_unlock(&pool->mutex);
    }
  }
}

static inline int mg_pool_has_work(mg_pool *pool) {
  return (uint32_t)__atomic_load_n(&pool->ticket, __ATOMIC_SEQ_CST) != 0 ||
         __atomic_load_n(&pool->stop, __ATOMIC_SEQ_CST);
}

/* Until there is work: spins for a while if a call is running, then sleeps until work comes or another call begins. */
static inline void mg_pool_idle(mg_pool *pool) {
  uint32_t calls = __atomic_load_n(&pool->calls, __ATOMIC_SEQ_CST);
  int spins = calls & 1 ? MG_POOL_SPINS : 0;
  for (; spins > 0; --spins) {
    if (mg_pool_has_work(pool)) return;
    mg_pool_pause();
  }
  pthread_mutex_lock(&pool->mutex);
  __atomic_add_fetch(&pool->sleepers, 1, __ATOMIC_SEQ_CST);
  while (!mg_pool_has_work(pool)) {
    uint32_t now = __atomic_load_n(&pool->calls, __ATOMIC_SEQ_CST);
    if (now != calls && (now & 1)) break;
    pthread_cond_wait(&pool->work, &pool->mutex);
  }
  __atomic_sub_fetch(&pool->sleepers, 1, __ATOMIC_SEQ_CST);
  pthread_mutex_unlock(&pool->mutex);
}

static inline void *mg_pool_main(void *arg) {
  mg_pool_thread *self = (mg_pool_thread *)arg;
  mg_pool *pool = self->pool;
  while (!__atomic_load_n(&pool->stop, __ATOMIC_SEQ_CST)) {
    mg_pool_work(pool, self->worker);
    mg_pool_idle(pool);
  }
  return NULL;
}

static inline void mg_pool_wake(mg_pool *pool) {
  if (!__atomic_load_n(&pool->sleepers, __ATOMIC_SEQ_CST)) return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->mutex);
}

static inline void mg_pool_begin(void *user) {
  mg_pool *pool = (mg_pool *)user;
  pthread_mutex_lock(&pool->turn);
  __atomic_add_fetch(&pool->calls, 1, __ATOMIC_SEQ_CST);
  mg_pool_wake(pool);
}

static inline void mg_pool_end(void *user) {
  mg_pool *pool = (mg_pool *)user;
  __atomic_add_fetch(&pool->calls, 1, __ATOMIC_SEQ_CST);
  pthread_mutex_unlock(&pool->turn);
}

/* Between begin and end. */
static inline void mg_pool_run(void *user, uint32_t tasks, void (*fn)(void *arg, uint32_t task, uint32_t worker),
                               void *arg) {
  mg_pool *pool = (mg_pool *)user;
  uint64_t job;
  int spins;
  if (tasks == 0) return;
  pool->fn = fn;
  pool->arg = arg;
  __atomic_add_fetch(&pool->pending, tasks, __ATOMIC_SEQ_CST); /* was 0 */
  job = (__atomic_load_n(&pool->ticket, __ATOMIC_SEQ_CST) >> 32) + 1;
  MG_POOL_BEFORE(&pool->ticket);
  __atomic_exchange_n(&pool->ticket, job << 32 | tasks, __ATOMIC_SEQ_CST);
  mg_pool_wake(pool);
  mg_pool_work(pool, 0);

  for (spins = MG_POOL_SPINS; spins > 0 && __atomic_load_n(&pool->pending, __ATOMIC_SEQ_CST); --spins)
    mg_pool_pause();
  if (__atomic_load_n(&pool->pending, __ATOMIC_SEQ_CST)) {
    pthread_mutex_lock(&pool->mutex);
    __atomic_add_fetch(&pool->waiting, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&pool->pending, __ATOMIC_SEQ_CST))
      pthread_cond_wait(&pool->done, &pool->mutex);
    __atomic_sub_fetch(&pool->waiting, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&pool->mutex);
  }
  MG_POOL_AFTER(&pool->pending);
}

/* Ends the threads; NULL is fine. No call may be using the pool. */
static inline void mg_pool_destroy(mg_pool *pool) {
  uint32_t i;
  if (!pool) return;
  pthread_mutex_lock(&pool->mutex);
  __atomic_add_fetch(&pool->stop, 1, __ATOMIC_SEQ_CST);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->mutex);
  for (i = 0; i < pool->started; ++i)
    pthread_join(pool->threads[i].id, NULL);
  pthread_cond_destroy(&pool->done);
  pthread_cond_destroy(&pool->work);
  pthread_mutex_destroy(&pool->turn);
  pthread_mutex_destroy(&pool->mutex);
  free(pool->threads);
  free(pool);
}

/* A pool of so many workers, the calling thread included; 0: one per CPU that is online. NULL if memory or threads ran
 * out. */
static inline mg_pool *mg_pool_create(uint32_t workers) {
  mg_pool *pool = (mg_pool *)calloc(1, sizeof(mg_pool));
  if (!pool) return NULL;
  if (workers == 0) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    workers = online > 0 ? (uint32_t)online : 1;
  }
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_mutex_init(&pool->turn, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->done, NULL);
  pool->parallel.size = (uint32_t)sizeof(mg_parallel);
  pool->parallel.workers = workers;
  pool->parallel.user = pool;
  pool->parallel.run = mg_pool_run;
  pool->parallel.begin = mg_pool_begin;
  pool->parallel.end = mg_pool_end;
  pool->parallel.flags = MG_CONCURRENT;
  pool->threads = (mg_pool_thread *)calloc(workers, sizeof(mg_pool_thread));
  for (; pool->threads && pool->started + 1 < workers; ++pool->started) {
    mg_pool_thread *thread = &pool->threads[pool->started];
    thread->pool = pool;
    thread->worker = pool->started + 1;
    if (pthread_create(&thread->id, NULL, mg_pool_main, thread) != 0) break;
  }
  if (!pool->threads || pool->started + 1 < workers) {
    mg_pool_destroy(pool);
    return NULL;
  }
  return pool;
}

/* What goes into mg_options.parallel; lives as long as the pool. */
static inline const mg_parallel *mg_pool_parallel(const mg_pool *pool) { return &pool->parallel; }

/* The application's own parallel loop on the same threads: one job by itself. Not from within a task. */
static inline void mg_pool_for(mg_pool *pool, uint32_t tasks, void (*fn)(void *arg, uint32_t task, uint32_t worker),
                               void *arg) {
  mg_pool_begin(pool);
  mg_pool_run(pool, tasks, fn, arg);
  mg_pool_end(pool);
}

#ifdef __cplusplus
}
#endif

#endif /* MARGAY_POOL_H */
