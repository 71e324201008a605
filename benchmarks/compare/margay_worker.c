/*===- margay_worker.c - a compiled network as a program that measures itself -===*
 *
 *   margay_worker describe                                 prints what it takes and gives
 *   margay_worker THREADS SINCE FOLDER FILE:DIMS...        runs
 *
 * Built around any archive: -DMODEL=NAME_model. Reads each input from its FILE, calls the network once, writes
 * FOLDER/output_0.bin and so on, and says "ready" with the seconds from SINCE (of CLOCK_MONOTONIC) to the first result.
 * Then it does what the lines on its input say, as worker.py does for the peers:
 *
 *   time SECONDS     calls the network for so long; answers with the median, the least, and the number of calls
 *   (the end)        ends
 *
 *===-------------------------------------------------------------------------===*/
#include "margay.h"
#include "margay_pool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_PORTS 64
#define MOST_DIMS 512
#define MOST_CALLS 100000

extern const mg_model MODEL;

static mg_tensor inputs[MOST_PORTS], outputs[MOST_PORTS];
static int64_t shapes[MOST_DIMS];
static double times[MOST_CALLS];
static void *arena;
static size_t arena_bytes;
static mg_options options = MG_OPTIONS_INIT;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fail(const char *what, const char *why) {
  fprintf(stderr, "margay_worker: %s: %s\n", what, why);
  exit(1);
}

static void *memory(size_t bytes) {
  size_t rounded = (bytes / 64 + 1) * 64;
  void *result = aligned_alloc(64, rounded);
  if (!result)
    fail("memory", "there is not enough");
  return result;
}

static void describe(const char *kind, const mg_port *port) {
  int32_t axis;
  printf("%s\t%s\t", kind, mg_dtype_name(port->dtype));
  for (axis = 0; axis < port->rank; ++axis)
    printf(axis ? ",%lld" : "%lld", port->dims[axis] < 0 ? -1LL : (long long)port->dims[axis]);
  printf("\t%s\n", port->name);
}

/* FILE:1,3,224,224 */
static void read_input(mg_tensor *tensor, const mg_port *port, char *argument, int64_t *dims) {
  char *text = strrchr(argument, ':');
  size_t bytes = mg_dtype_bits(port->dtype) / 8;
  FILE *file;
  if (!text)
    fail(argument, "has no dimensions");
  *text++ = 0;
  tensor->shape = dims;
  tensor->dtype = port->dtype;
  for (; *text; text += *text == ',') {
    dims[tensor->rank] = strtoll(text, &text, 10);
    bytes *= (size_t)dims[tensor->rank++];
  }
  tensor->data = memory(bytes);
  file = fopen(argument, "rb");
  if (!file || fread(tensor->data, 1, bytes, file) != bytes)
    fail(argument, "cannot be read");
  fclose(file);
}

/* Outputs and the arena for these inputs. */
static void prepare(void) {
  int64_t symbols[MOST_PORTS], *dims = shapes;
  int32_t i, axis;
  if (mg_infer_symbols(&MODEL, inputs, MODEL.n_inputs, symbols) || MODEL.shapes(&MODEL, symbols, shapes))
    fail("inputs", "the network does not allow these dimensions");
  for (i = 0; i < MODEL.n_inputs; ++i)
    dims += MODEL.inputs[i]->rank;
  for (i = 0; i < MODEL.n_outputs; ++i) {
    const mg_port *port = MODEL.outputs[i];
    size_t elements = 1;
    for (axis = 0; axis < port->rank; ++axis) {
      if (dims[axis] < 0)
        fail(port->name, "has a size without a bound");
      elements *= (size_t)dims[axis];
    }
    outputs[i].data = memory(elements * mg_dtype_bits(port->dtype) / 8);
    outputs[i].capacity = elements;
    outputs[i].rank = port->rank;
    outputs[i].dtype = port->dtype;
    outputs[i].shape = dims;
    dims += port->rank;
  }
  arena_bytes = MODEL.arena_bytes(&MODEL, symbols, &options);
  arena = memory(arena_bytes);
}

static void call(void) {
  mg_status status = mg_run(&MODEL, inputs, MODEL.n_inputs, outputs, MODEL.n_outputs, arena, arena_bytes, &options);
  if (status)
    fail("the call failed", mg_status_string(status));
}

static void write_outputs(const char *folder) {
  int32_t i, axis;
  for (i = 0; i < MODEL.n_outputs; ++i) {
    char path[4096];
    size_t bytes = mg_dtype_bits(outputs[i].dtype) / 8;
    FILE *file;
    for (axis = 0; axis < outputs[i].rank; ++axis)
      bytes *= (size_t)outputs[i].shape[axis];
    snprintf(path, sizeof path, "%s/output_%d.bin", folder, (int)i);
    file = fopen(path, "wb");
    if (!file || fwrite(outputs[i].data, 1, bytes, file) != bytes || fclose(file))
      fail(path, "cannot be written");
  }
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* A tenth of the time warms up what others have used meanwhile: caches, the clock. */
static void measure(double seconds) {
  size_t count = 0;
  double end = now() + seconds / 10;
  do
    call();
  while (now() < end);
  end = now() + seconds;
  while (count < MOST_CALLS && (count < 3 || now() < end)) {
    double begin = now();
    call();
    times[count++] = now() - begin;
  }
  qsort(times, count, sizeof *times, compare);
  printf("%.9f %.9f %zu\n", times[count / 2], times[0], count);
}

int main(int argc, char **argv) {
  char line[128];
  int64_t dims[MOST_DIMS], *next = dims;
  int32_t i;
  if (MODEL.n_inputs > MOST_PORTS || MODEL.n_outputs > MOST_PORTS || MODEL.n_symbols > MOST_PORTS ||
      MODEL.n_dims > MOST_DIMS)
    fail("the network", "has more inputs or outputs than this program has room for");
  if (argc == 2 && strcmp(argv[1], "describe") == 0) {
    for (i = 0; i < MODEL.n_inputs; ++i)
      describe("input", MODEL.inputs[i]);
    for (i = 0; i < MODEL.n_outputs; ++i)
      describe("output", MODEL.outputs[i]);
    return 0;
  }
  if (argc != 4 + MODEL.n_inputs)
    fail("arguments", "THREADS SINCE FOLDER and one FILE:DIMS for each input");
  if (atoi(argv[1]) > 1) {
    mg_pool *pool = mg_pool_create((uint32_t)atoi(argv[1]));
    if (!pool)
      fail("threads", "there are not enough");
    options.parallel = mg_pool_parallel(pool);
  }
  for (i = 0; i < MODEL.n_inputs; ++i) {
    read_input(&inputs[i], MODEL.inputs[i], argv[4 + i], next);
    next += inputs[i].rank;
  }
  prepare();
  call();
  printf("ready %.6f", now() - atof(argv[2]));
  write_outputs(argv[3]);
  printf("\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    if (strncmp(line, "time ", 5) != 0)
      fail(line, "is no command");
    measure(atof(line + 5));
    fflush(stdout);
  }
  return 0;
}
