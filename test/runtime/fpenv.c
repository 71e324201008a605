// Kernels run in the default floating-point environment on every thread, and the application finds its own again.
// RUN: %cc -std=c11 -O1 -Wall -Wextra -I%source -I%S/Inputs %s %S/Inputs/fake.c %source/runtime/[!B]*.c -o %t -pthread
// RUN: %t

#include "expect.h"
#include "fake.h"
#include "runtime/include/margay_pool.h"
#include <xmmintrin.h>

// Round up, flush to zero, denormals are zeros, with the flag of an inexact result raised.
enum { odd = 0x1f80 | 0x4000 | 0x8000 | 0x40 | 0x20, usual = 0x1f80, control = ~0x3fu };

static _Alignas(64) unsigned char arena[4096];
static int kernels, tasks;

/// Fails if a kernel's own environment is not the default one.
static void look(const void *args, int64_t begin, int64_t end, void *scratch) {
  (void)args, (void)begin, (void)end, (void)scratch;
  EXPECT((_mm_getcsr() & control) == usual);
  __atomic_add_fetch(&kernels, 1, __ATOMIC_RELAXED);
  _mm_setcsr(_mm_getcsr() | 0x3f); // what a division by zero would leave
}

/// An application's parallel-for, whose tasks find the environment that it has, before and after.
static void run(void *user, uint32_t count, void (*fn)(void *arg, uint32_t task, uint32_t worker), void *arg) {
  (void)user;
  for (uint32_t i = 0; i < count; ++i, ++tasks) {
    _mm_setcsr(odd);
    fn(arg, i, i & 1);
    EXPECT(_mm_getcsr() == odd);
  }
}

int main(void) {
  mg__frame frame = {.model = &fake_model, .scratch = arena, .scratch_bytes = 64};
  mg_parallel parallel = {sizeof parallel, 2, NULL, run, NULL, NULL, 0};
  frame.parallel = &parallel;
  mg__parallel(&frame, look, NULL, 7, 2, NULL, 0);
  EXPECT(kernels == 2 && tasks == 2); // One for each worker.

  float image[12] = {1}, logits[12];
  mg_options options = MG_OPTIONS_INIT;
  _mm_setcsr(odd);
  EXPECT(fake(4, image, logits, arena, sizeof arena, NULL) == MG_OK);
  EXPECT(_mm_getcsr() == odd);
  EXPECT(fake(40, image, logits, arena, sizeof arena, NULL) == MG_E_SHAPE);
  EXPECT(_mm_getcsr() == odd);

  options.parallel = &parallel;
  EXPECT(fake(4, image, logits, arena, sizeof arena, &options) == MG_OK);
  EXPECT(_mm_getcsr() == odd);

  mg_pool *pool = mg_pool_create(3);
  options.parallel = mg_pool_parallel(pool);
  EXPECT(fake(4, image, logits, arena, sizeof arena, &options) == MG_OK);
  EXPECT(_mm_getcsr() == odd);
  mg_pool_destroy(pool);
  EXPECT(logits[0] == 3);
  return failures;
}
