//===- pick.c - an output whose size depends on data ----------------------===//
//
// What fits, what does not, and that then nothing is written.
//
//===----------------------------------------------------------------------===//

#include "pick.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 5 };

static int check(int holds, const char *what) {
  if (!holds)
    printf("WRONG: %s\n", what);
  return holds;
}

/* Calls the model with room for `capacity` positions, exactly. */
static int call(const float *x, size_t capacity, mg_status expected, int64_t found, float sum, int32_t isa) {
  char message[200] = "";
  mg_options options = MG_OPTIONS_INIT;
  options.isa = isa;
  options.error = message;
  options.error_bytes = sizeof message;
  size_t bytes = pick_arena_bytes(N, &options);
  void *arena = aligned_alloc(PICK_ALIGN, (bytes + PICK_ALIGN - 1) / PICK_ALIGN * PICK_ALIGN);
  float early[N], untouched[N], result = -1;
  int64_t *positions = malloc(capacity * sizeof *positions + !capacity), dims[2] = {-7, -7};
  memset(early, 0x55, sizeof early);
  memset(untouched, 0x55, sizeof untouched);
  memset(positions, 0x55, capacity * sizeof *positions);
  mg_status status = pick(N, x, early, positions, capacity, dims, &result, arena, bytes, &options);
  int right = check(status == expected, message) & check(dims[0] == found && dims[1] == 1, "dims");
  if (status == MG_OK) {
    int64_t next = 0;
    for (int64_t i = 0; i < N; ++i)
      if (x[i] > 0)
        right &= check(positions[next++] == i, "position");
    right &= check(result == sum, "sum") & check(early[0] > 0 && early[0] < 100, "exp");
  } else {
    right &= check(!memcmp(early, untouched, sizeof early) && result == -1, "an output was written");
    for (size_t i = 0; i < capacity; ++i)
      right &= check(positions[i] == 0x5555555555555555, "a position was written");
    printf("%s: %s\n", mg_status_string(status), message);
  }
  free(positions);
  free(arena);
  return right;
}

int main(void) {
  const float some[N] = {1, -1, 2, 0, 3}, none[N] = {-1, -1, -1, 0, -2}, all[N] = {1, 2, 3, 4, 5};
  int right = 1;
  for (int32_t i = 0; i < pick_model.n_isa_levels; ++i) {
    int32_t isa = pick_model.isa_levels[i];
    mg_options options = MG_OPTIONS_INIT;
    options.isa = isa;
    if (pick_arena_bytes(N, &options) == SIZE_MAX || pick_open(NULL, 0, &options) == MG_E_ISA)
      continue; /* not this CPU */
    right &= call(some, 3, MG_OK, 3, 6, isa) & call(some, N, MG_OK, 3, 6, isa) & call(some, 2, MG_E_OUTPUT, 3, 0, isa);
    right &= call(none, 0, MG_OK, 0, 0, isa) & call(all, N, MG_OK, N, 15, isa) & call(all, 0, MG_E_OUTPUT, N, 0, isa);
  }
  puts(right ? "all right" : "WRONG");
  return !right;
}
