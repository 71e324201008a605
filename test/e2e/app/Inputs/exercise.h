/*===- exercise.h - one model, put through everything it promises ------------===*
 *
 * Generic: through mg_model and mg_run alone, so it works for every model with static or symbolic dims. C99 and C++.
 *
 *===-------------------------------------------------------------------------===*/
#ifndef EXERCISE_H
#define EXERCISE_H

#include "margay_pool.h"
#include "tensors.h"

#define MOST_PORTS 16
#define MOST_SYMBOLS 16
#define MOST_DIMS 128

/* A model with inputs, a first result, and what the result should be. */
typedef struct Subject {
  const mg_model *model;
  mg_tensor inputs[MOST_PORTS], outputs[MOST_PORTS], expected[MOST_PORTS];
  int has_expected;
  int64_t symbols[MOST_SYMBOLS];
  double atol, rtol;
  int failures;
} Subject;

static inline void fail(Subject *subject, const char *what, const char *detail) {
  printf("%s: %s: %s\n", subject->model->name, what, detail);
  ++subject->failures;
}

/*===- Inputs and outputs ----------------------------------------------------===*/

/* Fills in the symbols and makes inputs at random: small dims, within what is allowed. */
static inline void make_inputs(Subject *subject) {
  const mg_model *model = subject->model;
  int64_t dims[MOST_DIMS];
  int32_t i, at = 0;
  for (i = 0; i < model->n_symbols; ++i) {
    const mg_symbol *symbol = model->symbols[i];
    int64_t value = symbol->min > 3 ? symbol->min : 3;
    value = (value + symbol->multiple - 1) / symbol->multiple * symbol->multiple;
    subject->symbols[i] = value > symbol->max ? symbol->max / symbol->multiple * symbol->multiple : value;
  }
  if (model->shapes(model, subject->symbols, dims) != MG_OK)
    fail(subject, "shapes", "refuses allowed symbols");
  for (i = 0; i < model->n_inputs; at += model->inputs[i++]->rank) {
    subject->inputs[i] = tensor_make(model->inputs[i]->dtype, model->inputs[i]->rank, dims + at);
    tensor_fill(&subject->inputs[i], (uint32_t)i + 1);
  }
}

/* Reads folder/input_0.pb … and output_0.pb …; "-" makes inputs at random. */
static inline void load(Subject *subject, const mg_model *model, const char *folder, double atol, double rtol) {
  char path[1024];
  int64_t dims[MOST_DIMS];
  int32_t i, at = 0;
  memset(subject, 0, sizeof *subject);
  subject->model = model;
  subject->atol = atol;
  subject->rtol = rtol;
  if (model->n_inputs > MOST_PORTS || model->n_outputs > MOST_PORTS || model->n_symbols > MOST_SYMBOLS ||
      model->n_dims > MOST_DIMS) {
    fprintf(stderr, "%s: more ports or dims than this program has room for\n", model->name);
    exit(2);
  }
  if (strcmp(folder, "-") == 0)
    make_inputs(subject);
  else
    for (i = 0; i < model->n_inputs; ++i) {
      snprintf(path, sizeof path, "%s/input_%d.pb", folder, (int)i);
      if (!tensor_read(path, &subject->inputs[i])) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
      }
    }
  if (mg_infer_symbols(model, subject->inputs, model->n_inputs, subject->symbols) != MG_OK ||
      model->shapes(model, subject->symbols, dims) != MG_OK) {
    fprintf(stderr, "%s: the inputs of %s have dimensions that are not allowed\n", model->name, folder);
    exit(2);
  }
  for (i = 0; i < model->n_inputs; ++i)
    at += model->inputs[i]->rank;
  for (i = 0; i < model->n_outputs; at += model->outputs[i++]->rank) {
    subject->outputs[i] = tensor_make(model->outputs[i]->dtype, model->outputs[i]->rank, dims + at);
    snprintf(path, sizeof path, "%s/output_%d.pb", folder, (int)i);
    subject->has_expected = strcmp(folder, "-") != 0 && tensor_read(path, &subject->expected[i]);
  }
}

static inline void unload(Subject *subject) {
  int32_t i;
  for (i = 0; i < subject->model->n_inputs; ++i)
    tensor_free(&subject->inputs[i]);
  for (i = 0; i < subject->model->n_outputs; ++i) {
    tensor_free(&subject->outputs[i]);
    tensor_free(&subject->expected[i]);
  }
}

/*===- Calls -----------------------------------------------------------------===*/

/* An arena of exactly so many bytes, and a guard behind them. */
typedef struct Arena {
  void *memory, *data;
  size_t bytes;
} Arena;

static inline Arena arena_make(const mg_model *model, size_t bytes) {
  Arena arena;
  size_t align = (size_t)model->align;
  arena.memory = must(malloc(bytes + align + GUARD_BYTES));
  arena.data = (char *)arena.memory + (align - (size_t)arena.memory % align) % align;
  arena.bytes = bytes;
  memset(arena.data, 0x5a, bytes);
  memset((char *)arena.data + bytes, GUARD, GUARD_BYTES);
  return arena;
}

/* Runs into fresh outputs and a fresh arena, and looks after the guards. The outputs are the caller's to free. */
static inline mg_status run_once(Subject *subject, mg_options *options, mg_tensor *outputs) {
  const mg_model *model = subject->model;
  size_t bytes = model->arena_bytes(model, subject->symbols, options);
  Arena arena = arena_make(model, bytes == SIZE_MAX ? 0 : bytes);
  mg_status status;
  int32_t i;
  for (i = 0; i < model->n_outputs; ++i)
    outputs[i] = tensor_make(subject->outputs[i].dtype, subject->outputs[i].rank, subject->outputs[i].shape);
  status = mg_run(model, subject->inputs, model->n_inputs, outputs, model->n_outputs, arena.data, arena.bytes, options);
  if (!guard_is_whole(arena.data, arena.bytes))
    fail(subject, "run", "wrote behind the arena");
  for (i = 0; i < model->n_outputs; ++i)
    if (!guard_is_whole(outputs[i].data, tensor_bytes(&outputs[i])))
      fail(subject, "run", "wrote behind an output");
  for (i = 0; i < model->n_inputs; ++i)
    if (!guard_is_whole(subject->inputs[i].data, tensor_bytes(&subject->inputs[i])))
      fail(subject, "run", "wrote behind an input");
  free(arena.memory);
  return status;
}

static inline int same_bits(const Subject *subject, const mg_tensor *a, const mg_tensor *b) {
  int32_t i;
  for (i = 0; i < subject->model->n_outputs; ++i)
    if (memcmp(a[i].data, b[i].data, tensor_bytes(&a[i])) != 0)
      return 0;
  return 1;
}

static inline void free_outputs(const Subject *subject, mg_tensor *outputs) {
  int32_t i;
  for (i = 0; i < subject->model->n_outputs; ++i)
    tensor_free(&outputs[i]);
}

/* Runs with these options; the result must be as expected, and have the same bits as `first` (if not NULL). */
static inline void check_run(Subject *subject, mg_options *options, const mg_tensor *first, const char *what) {
  mg_tensor outputs[MOST_PORTS];
  char message[256] = "";
  mg_status status;
  int32_t i;
  options->error = message;
  options->error_bytes = sizeof message;
  status = run_once(subject, options, outputs);
  if (status != MG_OK)
    fail(subject, what, message);
  else if (first && !same_bits(subject, outputs, first))
    fail(subject, what, "other bits than on one thread");
  for (i = 0; status == MG_OK && subject->has_expected && i < subject->model->n_outputs; ++i)
    if (!tensor_close(&outputs[i], &subject->expected[i], subject->atol, subject->rtol))
      fail(subject, what, "not the expected output");
  free_outputs(subject, outputs);
}

/*===- Threads of the application's own --------------------------------------===*/

typedef struct Share {
  void (*fn)(void *arg, uint32_t task, uint32_t worker);
  void *arg;
  uint32_t tasks, worker, workers;
} Share;

static inline void *do_share(void *user) {
  const Share *share = (const Share *)user;
  uint32_t task;
  for (task = share->worker; task < share->tasks; task += share->workers)
    share->fn(share->arg, task, share->worker);
  return NULL;
}

/* The simplest parallel-for there is: two threads for each job, every other task each, the caller waits. */
static inline void own_run(void *user, uint32_t tasks, void (*fn)(void *arg, uint32_t task, uint32_t worker),
                           void *arg) {
  Share shares[2];
  pthread_t threads[2];
  uint32_t i;
  (void)user;
  for (i = 0; i < 2; ++i) {
    Share share;
    share.fn = fn;
    share.arg = arg;
    share.tasks = tasks;
    share.worker = i;
    share.workers = 2;
    shares[i] = share;
    if (pthread_create(&threads[i], NULL, do_share, &shares[i]) != 0)
      exit(2);
  }
  for (i = 0; i < 2; ++i)
    pthread_join(threads[i], NULL);
}

static inline mg_parallel own_parallel(void) {
  mg_parallel parallel = {(uint32_t)sizeof(mg_parallel), 2, NULL, own_run, NULL, NULL, 0};
  return parallel;
}

/*===- Levels and threads ----------------------------------------------------===*/

/* One level: right, and the same bits for any number of threads; or not to be had on this CPU. Returns whether it ran.
 */
static inline int exercise_level(Subject *subject, int32_t isa) {
  mg_options options = MG_OPTIONS_INIT;
  mg_parallel own = own_parallel();
  mg_tensor first[MOST_PORTS];
  char message[256] = "";
  mg_status status;
  uint32_t workers;
  options.isa = isa;
  options.error = message;
  options.error_bytes = sizeof message;
  status = run_once(subject, &options, first);
  if (status == MG_E_ISA) {
    if (!strstr(message, "this CPU lacks "))
      fail(subject, mg_isa_name(isa), message);
    free_outputs(subject, first);
    return 0;
  }
  if (status != MG_OK)
    fail(subject, mg_isa_name(isa), message);
  check_run(subject, &options, first, "again on one thread");
  for (workers = 1; workers <= 3; ++workers) {
    mg_pool *pool = (mg_pool *)must(mg_pool_create(workers));
    options.parallel = mg_pool_parallel(pool);
    check_run(subject, &options, first, "on a pool");
    mg_pool_destroy(pool);
  }
  options.parallel = &own;
  check_run(subject, &options, first, "on the application's threads");
  free_outputs(subject, first);
  return 1;
}

/*===- Misuse ----------------------------------------------------------------===*/

/* A call that must fail with this status and a sentence, and must leave the outputs and the arena as they were. */
static inline void must_fail(Subject *subject, mg_status expected, const mg_tensor *inputs, void *arena, size_t bytes,
                             int32_t isa, const char *what) {
  const mg_model *model = subject->model;
  mg_options options = MG_OPTIONS_INIT;
  mg_tensor outputs[MOST_PORTS];
  char message[256] = "";
  mg_status status;
  int32_t i;
  size_t k;
  for (i = 0; i < model->n_outputs; ++i) {
    outputs[i] = tensor_make(subject->outputs[i].dtype, subject->outputs[i].rank, subject->outputs[i].shape);
    memset(outputs[i].data, 0x77, tensor_bytes(&outputs[i]));
  }
  options.isa = isa;
  options.error = message;
  options.error_bytes = sizeof message;
  status = mg_run(model, inputs, model->n_inputs, outputs, model->n_outputs, arena, bytes, &options);
  if (status != expected)
    fail(subject, what, mg_status_string(status));
  if (!message[0])
    fail(subject, what, "no sentence");
  for (i = 0; i < model->n_outputs; ++i)
    for (k = 0; k < tensor_bytes(&outputs[i]); ++k)
      if (((unsigned char *)outputs[i].data)[k] != 0x77) {
        fail(subject, what, "an output was written");
        break;
      }
  for (k = 0; arena && k < bytes; ++k)
    if (((unsigned char *)arena)[k] != 0x5a) {
      fail(subject, what, "the arena was written");
      break;
    }
  free_outputs(subject, outputs);
}

static inline void exercise_misuse(Subject *subject) {
  const mg_model *model = subject->model;
  size_t bytes = model->arena_bytes(model, subject->symbols, NULL);
  Arena arena = arena_make(model, bytes + (size_t)model->align);
  mg_tensor inputs[MOST_PORTS];
  int64_t shape[16];
  memcpy(inputs, subject->inputs, sizeof inputs);
  if (bytes) {
    must_fail(subject, MG_E_ARENA, inputs, arena.data, bytes - 1, MG_ISA_AUTO, "a small arena");
    must_fail(subject, MG_E_ALIGN, inputs, (char *)arena.data + model->align / 2, bytes, MG_ISA_AUTO, "an odd arena");
    must_fail(subject, MG_E_ARG, inputs, NULL, bytes, MG_ISA_AUTO, "no arena");
  }
  must_fail(subject, MG_E_ISA, inputs, arena.data, bytes, 99, "an unknown ISA");
  if (model->n_inputs && !(model->inputs[0]->flags & MG_PORT_MAY_BE_NULL)) {
    inputs[0].data = NULL;
    must_fail(subject, MG_E_ARG, inputs, arena.data, bytes, MG_ISA_AUTO, "a NULL input");
    inputs[0] = subject->inputs[0];
    inputs[0].dtype = MG_C128;
    must_fail(subject, MG_E_DTYPE, inputs, arena.data, bytes, MG_ISA_AUTO, "another element type");
    inputs[0] = subject->inputs[0];
    inputs[0].rank = 15;
    must_fail(subject, MG_E_SHAPE, inputs, arena.data, bytes, MG_ISA_AUTO, "another rank");
    inputs[0] = subject->inputs[0];
    if (inputs[0].rank && inputs[0].rank <= 16) {
      memcpy(shape, inputs[0].shape, (size_t)inputs[0].rank * sizeof(int64_t));
      shape[0] = -1;
      inputs[0].shape = shape;
      must_fail(subject, MG_E_SHAPE, inputs, arena.data, bytes, MG_ISA_AUTO, "a negative dimension");
    }
  }
  free(arena.memory);
}

/*===- The rest --------------------------------------------------------------===*/

typedef struct Heard {
  int32_t kernels, open, wrong;
} Heard;

static inline void hear(void *user, int32_t kernel, int32_t done) {
  Heard *heard = (Heard *)user;
  if (kernel < 0 || kernel >= heard->kernels || heard->open != (done ? kernel : -1))
    heard->wrong = 1;
  heard->open = done ? -1 : kernel;
}

/* A profile hears of kernels one after the other; an instance changes nothing. */
static inline void exercise_hooks(Subject *subject) {
  const mg_model *model = subject->model;
  mg_options options = MG_OPTIONS_INIT;
  mg_profile profile = {(uint32_t)sizeof(mg_profile), 0, NULL, hear};
  Heard heard = {0, -1, 0};
  Arena memory = arena_make(model, model->instance_bytes(model, NULL) + 64);
  heard.kernels = model->n_kernels;
  profile.user = &heard;
  options.profile = &profile;
  check_run(subject, &options, subject->outputs, "with a profile");
  if (heard.wrong || heard.open != -1)
    fail(subject, "profile", "kernels out of order");
  options.profile = NULL;
  if (model->open(model, memory.data, memory.bytes, NULL) != MG_OK)
    fail(subject, "open", "failed");
  options.instance = memory.data;
  check_run(subject, &options, subject->outputs, "with an instance");
  model->close(model, memory.data);
  free(memory.memory);
}

/* Everything; leaves the first result in subject->outputs. */
static inline void exercise(Subject *subject) {
  const mg_model *model = subject->model;
  mg_options options = MG_OPTIONS_INIT;
  char message[256] = "";
  mg_tensor first[MOST_PORTS];
  int32_t i, ran = 0;
  options.error = message;
  options.error_bytes = sizeof message;
  if (run_once(subject, &options, first) != MG_OK)
    fail(subject, "first run", message);
  for (i = 0; i < model->n_outputs; ++i) {
    tensor_free(&subject->outputs[i]);
    subject->outputs[i] = first[i];
  }
  check_run(subject, &options, subject->outputs, "second run");
  for (i = 0; i < model->n_isa_levels; ++i)
    ran += exercise_level(subject, model->isa_levels[i]);
  if (!ran)
    fail(subject, "levels", "none runs here");
  exercise_misuse(subject);
  exercise_hooks(subject);
  printf("%s: %d of %d levels, %s\n", model->name, (int)ran, (int)model->n_isa_levels,
         subject->failures       ? "wrong"
         : subject->has_expected ? "as expected"
                                 : "same bits every time");
}

#endif /* EXERCISE_H */
