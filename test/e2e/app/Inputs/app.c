/*===- app.c - an application in C99 with two models in it -------------------===*
 *
 *   app FIRST-DATA SECOND-DATA [ATOL RTOL]
 *
 * Compiled with -DFIRST=name -DSECOND=name, and -DFIRST_HEADER='"name.h"' and so on; linked with both archives. A DATA
 * is a folder with input_0.pb … and output_0.pb …, or - for inputs at random. Puts each model through exercise.h, and
 * then both at once through two threads.
 *
 *===-------------------------------------------------------------------------===*/

#include FIRST_HEADER
#include SECOND_HEADER
#include "exercise.h"

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)

static Subject subjects[2];

/* Runs both models in turns, with arenas of its own; the other thread does the same at the same time, the other way
 * round. */
static void *alternate(void *user) {
  int start = *(const int *)user, k;
  int *wrong = (int *)must(calloc(1, sizeof(int)));
  for (k = 0; k < 20; ++k) {
    Subject mine = subjects[(start + k) % 2];
    mg_options options = MG_OPTIONS_INIT;
    mg_tensor outputs[MOST_PORTS];
    mine.failures = 0;
    if (run_once(&mine, &options, outputs) != MG_OK || !same_bits(&mine, outputs, mine.outputs))
      ++*wrong;
    free_outputs(&mine, outputs);
    *wrong += mine.failures;
  }
  return wrong;
}

static int two_threads(void) {
  static const int starts[2] = {0, 1};
  pthread_t threads[2];
  int i, wrong = 0;
  for (i = 0; i < 2; ++i)
    if (pthread_create(&threads[i], NULL, alternate, (void *)&starts[i]) != 0)
      return 1;
  for (i = 0; i < 2; ++i) {
    void *result = NULL;
    pthread_join(threads[i], &result);
    wrong += *(int *)result;
    free(result);
  }
  printf("two threads: %s\n", wrong ? "wrong" : "same bits every time");
  return wrong;
}

int main(int argc, char **argv) {
  double atol = argc > 4 ? atof(argv[3]) : 1e-4, rtol = argc > 4 ? atof(argv[4]) : 1e-3;
  int failures;
  if (argc < 3) {
    fprintf(stderr, "usage: app FIRST-DATA SECOND-DATA [ATOL RTOL]\n");
    return 2;
  }
  load(&subjects[0], &JOIN(FIRST, _model), argv[1], atol, rtol);
  load(&subjects[1], &JOIN(SECOND, _model), argv[2], atol, rtol);
  exercise(&subjects[0]);
  exercise(&subjects[1]);
  failures = subjects[0].failures + subjects[1].failures;
  failures += two_threads();
  unload(&subjects[0]);
  unload(&subjects[1]);
  return failures != 0;
}
