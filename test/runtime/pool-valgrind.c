// The pool leaks nothing, and helgrind, which has to be told of the order that atomic operations make, finds no race.
// REQUIRES: valgrind
// RUN: %cc -O1 -g -I%runtime_include -I%S/Inputs %s -o %t -pthread
// RUN: valgrind -q --error-exitcode=1 --leak-check=full %t
// RUN: valgrind -q --error-exitcode=1 --tool=helgrind %t

#include <valgrind/helgrind.h>

#define MG_POOL_BEFORE(address) ANNOTATE_HAPPENS_BEFORE(address)
#define MG_POOL_AFTER(address) ANNOTATE_HAPPENS_AFTER(address)
#define MG_POOL_SPINS 50

#include "expect.h"
#include "margay_pool.h"

static uint32_t a[8] = {1, 1, 1, 1, 1, 1, 1, 1}, b[8];

typedef struct Chain {
  const uint32_t *from;
  uint32_t *to;
} Chain;

/// Plain memory, handed from job to job.
static void step(void *arg, uint32_t task, uint32_t worker) {
  const Chain *chain = arg;
  (void)worker;
  chain->to[task] = chain->from[task] + chain->from[(task + 1) % 8];
}

int main(void) {
  mg_pool *pool = mg_pool_create(3);
  const mg_parallel *parallel = mg_pool_parallel(pool);
  for (int call = 0; call < 5; ++call) {
    parallel->begin(parallel->user);
    for (int i = 0; i < 2; ++i) {
      Chain there = {a, b}, back = {b, a};
      parallel->run(parallel->user, 8, step, &there);
      parallel->run(parallel->user, 8, step, &back);
    }
    parallel->end(parallel->user);
  }
  mg_pool_destroy(pool);
  EXPECT(a[0] == 1u << 20 && a[7] == 1u << 20);
  return failures;
}
