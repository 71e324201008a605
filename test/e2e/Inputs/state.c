/*===- state.c - states from step to step ----------------------------------===*
 *
 * A recurrent cell, several steps, with its states updated in place: at every level of this machine, on one thread and
 * on two, against plain loops that keep the old states. See cell.onnxtxt for what each state is there to show. */
#include "cell.h"
#include "margay_pool.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 5, STEPS = 6 };

static const double u[3][4] = {{0.5, -0.25, 0.125, 1.0}, {-0.5, 0.75, 0.25, -1.0}, {0.375, 0.5, -0.625, 0.25}};
static const double w[4][4] = {
    {0.25, -0.5, 0.75, 0.125}, {0.5, 0.375, -0.25, 0.625}, {-0.75, 0.25, 0.5, -0.125}, {0.125, 0.875, -0.375, 0.25}};
static const double v[4][2] = {{1.0, -0.5}, {0.25, 0.75}, {-1.25, 0.5}, {0.625, 1.5}};

/* What a row of the batch is made of. */
typedef struct {
  double h[4], memory[4], a[2], b[2], seen[6], y[2], before;
} row;

static void reference(row *r, const double x[3]) {
  row old = *r;
  int i, k;
  for (i = 0; i < 4; ++i) {
    double sum = 0;
    for (k = 0; k < 3; ++k)
      sum += x[k] * u[k][i];
    for (k = 0; k < 4; ++k)
      sum += old.h[k] * w[k][i];
    r->h[i] = tanh(sum);
    r->memory[i] = old.memory[i] * 0.75 + r->h[i];
  }
  for (i = 0; i < 2; ++i) {
    r->y[i] = 0;
    for (k = 0; k < 4; ++k)
      r->y[i] += (r->h[k] - old.h[k]) * v[k][i];
    r->a[i] = old.b[i];
    r->b[i] = old.a[i];
  }
  r->before = 0;
  for (k = 0; k < 6; ++k)
    r->before += old.seen[k];
  for (k = 0; k < 3; ++k) {
    r->seen[k] = -x[k];
    r->seen[3 + k] = x[k] > 0 ? x[k] : 0;
  }
}

static int differences;

static void compare(const char *name, int step, const float *actual, const double *expected, int count) {
  int i;
  for (i = 0; i < count; ++i)
    if (!(fabs(actual[i] - expected[i]) <= 1e-5 + 1e-5 * fabs(expected[i]))) {
      printf("step %d: %s[%d] is %g, expected %g\n", step, name, i, (double)actual[i], expected[i]);
      ++differences;
    }
}

/* Whether this machine has the level. */
static int run(int32_t isa, const mg_parallel *parallel) {
  float x[N][3], h[N][4], memory[N][4], a[N][2], b[N][2], seen[N][6], y[N][2], before[N];
  row rows[N];
  char message[256] = "";
  mg_options options = MG_OPTIONS_INIT;
  size_t bytes;
  void *arena;
  int n, k, step;
  options.isa = isa;
  options.parallel = parallel;
  options.error = message;
  options.error_bytes = sizeof message;
  bytes = cell_arena_bytes(N, &options);
  arena = aligned_alloc(CELL_ALIGN, bytes ? bytes : CELL_ALIGN);
  memset(rows, 0, sizeof rows);
  for (n = 0; n < N; ++n)
    for (k = 0; k < 6; ++k) {
      seen[n][k] = (float)(rows[n].seen[k] = n - k);
      if (k < 4)
        h[n][k] = (float)(rows[n].h[k] = 0.25 * (k - n));
      if (k < 4)
        memory[n][k] = (float)(rows[n].memory[k] = 0.5 * n + k);
      if (k < 2)
        a[n][k] = (float)(rows[n].a[k] = 10 + n + 16 * k);
      if (k < 2)
        b[n][k] = (float)(rows[n].b[k] = 90 - n - 16 * k);
    }
  for (step = 0; step < STEPS; ++step) {
    mg_status status;
    for (n = 0; n < N; ++n) {
      double exact[3];
      for (k = 0; k < 3; ++k)
        x[n][k] = (float)(exact[k] = 0.125 * ((7 * step + 5 * n + 3 * k) % 13 - 6));
      reference(&rows[n], exact);
    }
    status = cell(N, x[0], h[0], memory[0], a[0], b[0], seen[0], y[0], before, arena, bytes, &options);
    if (status == MG_E_ISA)
      break;
    if (status != MG_OK) {
      printf("step %d: %s: %s\n", step, mg_status_string(status), message);
      exit(1);
    }
    for (n = 0; n < N; ++n) {
      compare("h", step, h[n], rows[n].h, 4);
      compare("memory", step, memory[n], rows[n].memory, 4);
      compare("a", step, a[n], rows[n].a, 2);
      compare("b", step, b[n], rows[n].b, 2);
      compare("seen", step, seen[n], rows[n].seen, 6);
      compare("y", step, y[n], rows[n].y, 2);
      compare("before", step, &before[n], &rows[n].before, 1);
    }
  }
  free(arena);
  return step == STEPS;
}

/* The generic call insists on one region. */
static void refuseTwoRegions(void) {
  float x[3] = {0}, h[4] = {0}, memory[4] = {0}, a[2] = {0}, b[2] = {0}, seen[6] = {0}, y[2], before[1], other[4] = {7};
  const void *inputs[] = {x, h, memory, a, b, seen};
  void *outputs[] = {y, other, memory, a, b, seen, before};
  char message[256] = "";
  mg_options options = MG_OPTIONS_INIT;
  int64_t one = 1;
  size_t bytes = cell_arena_bytes(1, NULL);
  void *arena = aligned_alloc(CELL_ALIGN, bytes ? bytes : CELL_ALIGN);
  options.error = message;
  options.error_bytes = sizeof message;
  if (cell_model.call(&cell_model, &one, inputs, outputs, arena, bytes, &options) != MG_E_ALIAS || other[0] != 7)
    ++differences;
  printf("%s\n", message);
  free(arena);
}

int main(void) {
  mg_pool *pool = mg_pool_create(2);
  int32_t i, levels = 0;
  for (i = 0; i < cell_model.n_isa_levels; ++i) {
    levels += run(cell_model.isa_levels[i], NULL);
    run(cell_model.isa_levels[i], mg_pool_parallel(pool));
  }
  mg_pool_destroy(pool);
  refuseTwoRegions();
  printf("%d levels, %d states, %d differences\n", (int)levels, (int)cell_model.n_states, differences);
  return differences != 0;
}
