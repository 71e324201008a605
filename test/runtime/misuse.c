// Every way to call a model wrongly gives the documented status and one exact sentence, and writes nothing else.
// RUN: %cc -std=c11 -Wall -Wextra -fsanitize=address,undefined -fno-sanitize-recover=all -I%source -I%S/Inputs %s \
// RUN:   %S/Inputs/fake.c %source/runtime/[!B]*.c -o %t
// RUN: %t

#include "expect.h"
#include "fake.h"

static char message[200];
static _Alignas(64) unsigned char arena[4096];
static float image[96], logits[96];

/// Options that complain into `message`.
static mg_options fresh(void) {
  mg_options options = MG_OPTIONS_INIT;
  options.error = message;
  options.error_bytes = sizeof message;
  strcpy(message, "untouched");
  return options;
}

static mg_status call(int64_t N, const float *in, float *out, void *memory, size_t bytes) {
  mg_options options = fresh();
  return fake(N, in, out, memory, bytes, &options);
}

static void goodCalls(void) {
  image[0] = 3;
  EXPECT_FAULT(call(1, image, logits, arena, sizeof arena), MG_OK, message, "untouched");
  EXPECT(logits[0] == 7 && logits[1] == 1 && logits[3] == 0);
  EXPECT(fake(1, image, logits, arena, 128, NULL) == MG_OK); // no options at all, and not a byte too many
}

static void pointers(void) {
  EXPECT_FAULT(call(2, NULL, logits, arena, 4096), MG_E_ARG, message, "input 'image': pointer is NULL");
  EXPECT_FAULT(call(2, image, NULL, arena, 4096), MG_E_ARG, message, "output 'logits:0': pointer is NULL");
  const float *odd = (const float *)((const char *)image + 2);
  EXPECT_FAULT(call(2, odd, logits, arena, 4096), MG_E_ALIGN, message,
               "input 'image': pointer is not aligned to 4 bytes");
  EXPECT_FAULT(call(2, image, (float *)((char *)logits + 1), arena, 4096), MG_E_ALIGN, message,
               "output 'logits:0': pointer is not aligned to 4 bytes");
  const void *inputs[] = {image};
  void *outputs[] = {logits};
  int64_t N = 1;
  mg_options options = fresh();
  EXPECT_FAULT(mg__enter(&fake_model, &N, NULL, outputs, arena, 4096, &options), MG_E_ARG, message, "inputs is NULL");
  EXPECT_FAULT(mg__enter(&fake_model, &N, inputs, NULL, arena, 4096, &options), MG_E_ARG, message, "outputs is NULL");
  EXPECT_FAULT(mg__enter(&fake_model, NULL, inputs, outputs, arena, 4096, &options), MG_E_ARG, message,
               "symbols is NULL, 1 are needed");
}

static void dimensions(void) {
  EXPECT_FAULT(call(0, image, logits, arena, 4096), MG_E_SHAPE, message, "dimension 'N' is 0, 1..32 is allowed");
  EXPECT_FAULT(call(33, image, logits, arena, 4096), MG_E_SHAPE, message, "dimension 'N' is 33, 1..32 is allowed");
  EXPECT_FAULT(call(INT64_MIN, image, logits, arena, 4096), MG_E_SHAPE, message,
               "dimension 'N' is -9223372036854775808, 1..32 is allowed");
  EXPECT(fake_arena_bytes(33, NULL) == SIZE_MAX);

  mg_options options = fresh();
  int64_t odd[] = {3, 1}, small[] = {1, 1}, huge[] = {INT64_MAX - 1, 1}, big[] = {INT64_C(1) << 31, INT64_C(1) << 31};
  const void *inputs[] = {image, arena, NULL};
  void *outputs[] = {logits, logits + 8};
  EXPECT_FAULT(mg__enter(&shapes_model, odd, inputs, outputs, NULL, 0, &options), MG_E_SHAPE, message,
               "dimension 'M' is 3, a multiple of 2 is needed");
  EXPECT_FAULT(mg__enter(&shapes_model, small, inputs, outputs, NULL, 0, &options), MG_E_SHAPE, message,
               "dimension 'M' is 1, at least 2 is allowed");
  EXPECT_FAULT(mg__enter(&shapes_model, huge, inputs, outputs, NULL, 0, &options), MG_E_BOUND, message,
               "input 'a': its size does not fit in the address space");
  EXPECT_FAULT(mg__enter(&shapes_model, big, inputs, outputs, NULL, 0, &options), MG_E_BOUND, message,
               "input 'a': its size does not fit in the address space");

  int64_t few = 3, enough = 4;
  EXPECT_FAULT(mg__enter(&shrink_model, &few, inputs, outputs, NULL, 0, &options), MG_E_SHAPE, message,
               "output 'y': dim 0 would be -1");
  EXPECT(mg__enter(&shrink_model, &enough, inputs, outputs, NULL, 0, &options) == MG_OK); // nothing comes out
}

static void arenas(void) {
  EXPECT_FAULT(call(20, image, logits, NULL, 4096), MG_E_ARG, message, "arena is NULL, 320 bytes are needed");
  EXPECT_FAULT(call(20, image, logits, arena + 32, 4096), MG_E_ALIGN, message, "arena is not aligned to 64 bytes");
  EXPECT_FAULT(call(20, image, logits, arena, 319), MG_E_ARENA, message, "arena has 319 bytes, 320 are needed");
  EXPECT(fake_arena_bytes(20, NULL) == 320);
  EXPECT(fake_arena_bytes(32, NULL) == fake_model.max_arena_bytes);
}

static void overlaps(void) {
  EXPECT_FAULT(call(2, image, image, arena, 4096), MG_E_ALIAS, message, "output 'logits:0' overlaps input 'image'");
  EXPECT_FAULT(call(2, image, image + 5, arena, 4096), MG_E_ALIAS, message, "output 'logits:0' overlaps input 'image'");
  EXPECT(call(2, image, image + 6, arena, 4096) == MG_OK); // side by side is fine
  float *inside = (float *)(arena + 64);
  EXPECT_FAULT(call(2, image, inside, arena, 4096), MG_E_ALIAS, message, "the arena overlaps output 'logits:0'");
  EXPECT_FAULT(call(2, inside, logits, arena, 4096), MG_E_ALIAS, message, "the arena overlaps input 'image'");
  EXPECT(call(2, image, (float *)(arena + 128), arena, 4096) == MG_OK); // behind what is needed is the caller's

  float past[4] = {1, 2, 3, 4}, x[4] = {10, 20, 30, 40}, y[4];
  const void *inputs[] = {past, x};
  void *good[] = {y, past}, *apart[] = {past, y}, *twice[] = {past, past};
  mg_options options = fresh();
  EXPECT_FAULT(mg__enter(&state_model, NULL, inputs, apart, NULL, 0, &options), MG_E_ALIAS, message,
               "state 'past': input and output 'present' must be the same buffer");
  EXPECT_FAULT(mg__enter(&state_model, NULL, inputs, twice, NULL, 0, &options), MG_E_ALIAS, message,
               "output 'y' overlaps input 'past'");
  EXPECT(past[0] == 1 && past[3] == 4);
  EXPECT(mg__enter(&state_model, NULL, inputs, good, NULL, 0, &options) == MG_OK);
  EXPECT(y[1] == 22 && past[1] == 20);
}

static void run(void *user, uint32_t tasks, void (*fn)(void *arg, uint32_t task, uint32_t worker), void *arg) {
  (void)user;
  for (uint32_t i = 0; i < tasks; ++i)
    fn(arg, i, 0);
}

static void kernel(void *user, int32_t index, int32_t done) { (void)user, (void)index, (void)done; }

static void optionErrors(void) {
  mg_options options = fresh();
  options.size = sizeof options - 1; // nothing in it can be trusted, so there is no sentence
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_VERSION, message, "untouched");
  options.size = 0;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_VERSION, message, "untouched");
  options = fresh();
  options.size += 64; // a newer application's
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_OK, message, "untouched");
  options = fresh();
  options.flags = 4;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_UNSUPPORTED, message,
               "options.flags is 4, but this model knows no flags");

  mg_parallel parallel = {sizeof parallel, 2, NULL, run, NULL, NULL, 0};
  options = fresh();
  options.parallel = &parallel;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_OK, message, "untouched");
  EXPECT_FAULT(fake(2, image, logits, arena, 191, &options), MG_E_ARENA, message,
               "arena has 191 bytes, 192 are needed"); // a second worker's scratch
  parallel.workers = 0;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_ARG, message,
               "options.parallel has 0 workers, at least 1 is needed");
  EXPECT(fake_arena_bytes(2, &options) == SIZE_MAX);
  parallel.workers = 2;
  parallel.run = NULL;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_ARG, message,
               "options.parallel has no function run");
  parallel.size = 8;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_VERSION, message,
               "options.parallel has size 8, 44 is needed");

  mg_profile profile = {sizeof profile, 0, NULL, kernel};
  options = fresh();
  options.profile = &profile;
  EXPECT(fake(2, image, logits, arena, 4096, &options) == MG_OK);
  profile.kernel = NULL;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_ARG, message,
               "options.profile has no function kernel");
  profile.size = 0;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_VERSION, message,
               "options.profile has size 0, 24 is needed");
}

static void isas(void) {
  mg_options options = fresh();
  options.isa = 99;
  EXPECT_FAULT(fake(2, image, logits, arena, 4096, &options), MG_E_ISA, message,
               "isa 99 is not one of the compiled levels: x86-64-v4, x86-64-v3, x86-64-v2");
  options = fresh();
  const void *inputs[] = {image};
  void *outputs[] = {logits};
  EXPECT_FAULT(mg__enter(&future_model, NULL, inputs, outputs, arena, 4096, &options), MG_E_ISA, message,
               "this CPU can run none of the compiled levels: x86-64-v4");
}

/// On an error nothing but the error buffer is written, and never more than its size.
static void nothingElse(void) {
  memset(arena, 0xa5, sizeof arena);
  for (int i = 0; i < 96; ++i)
    logits[i] = -1;
  mg_options options = fresh();
  memset(message, 'x', sizeof message);
  options.error_bytes = 10;
  EXPECT(fake(40, image, logits, arena, sizeof arena, &options) == MG_E_SHAPE);
  EXPECT(memcmp(message, "dimension\0xxx", 13) == 0);
  options.error_bytes = 1;
  EXPECT(fake(40, image, logits, arena, sizeof arena, &options) == MG_E_SHAPE);
  EXPECT(message[0] == 0 && message[1] == 'i');
  options.error_bytes = 0;
  message[0] = 'x';
  EXPECT(fake(2, image, logits, arena, 100, &options) == MG_E_ARENA && message[0] == 'x');
  options.isa = 99;
  EXPECT(fake(2, image, logits, arena, sizeof arena, &options) == MG_E_ISA);
  for (size_t i = 0; i < sizeof arena; ++i)
    EXPECT(arena[i] == 0xa5);
  for (int i = 0; i < 96; ++i)
    EXPECT(logits[i] == -1);
}

int main(void) {
  goodCalls();
  pointers();
  dimensions();
  arenas();
  overlaps();
  optionErrors();
  isas();
  nothingElse();
  return failures;
}
