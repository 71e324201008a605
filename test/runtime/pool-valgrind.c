// The pool leaks nothing, and helgrind, which has to be told of the order that atomic operations make, finds no race.
// REQUIRES: valgrind
// RUN: %cc -O1 -gdwarf-4 -I%runtime_include -I%S/Inputs %s -o %t -pthread
// RUN: valgrind -q --error-exitcode=1 --leak-check=full %t
// RUN: valgrind -q --error-exitcode=1 --tool=helgrind --fair-sched=try %t

#include <valgrind/helgrind.h>

#define MG_POOL_BEFORE(address) ANNOTATE_HAPPENS_BEFORE(address)
#define MG_POOL_AFTER(address) ANNOTATE_HAPPENS_AFTER(address)
#define MG_POOL_SPINS 50

#include "expect.h"
#include "margay_pool.h"

typedef struct Job {
  const uint32_t *from;
  uint32_t *to;
  uint32_t arrived;
} Job;

/// Plain memory, handed from job to job. Tasks wait for each other, so each is another thread's.
static void step(void *arg, uint32_t task, uint32_t worker) {
  Job *job = arg;
  (void)worker;
  job->to[task] = job->from[task] + job->from[(task + 1) % 3];
  __atomic_add_fetch(&job->arrived, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&job->arrived, __ATOMIC_SEQ_CST) < 3)
    mg_pool_pause();
}

int main(void) {
  uint32_t a[3] = {1, 1, 1}, b[3];
  mg_pool *pool = mg_pool_create(3);
  const mg_parallel *parallel = mg_pool_parallel(pool);
  for (int call = 0; call < 5; ++call) {
    parallel->begin(parallel->user);
    for (int i = 0; i < 2; ++i) {
      Job there = {a, b, 0}, back = {b, a, 0};
      parallel->run(parallel->user, 3, step, &there);
      parallel->run(parallel->user, 3, step, &back);
    }
    parallel->end(parallel->user);
  }
  mg_pool_destroy(pool);
  EXPECT(a[0] == 1u << 20 && a[2] == 1u << 20);
  return failures;
}
