// A kernel's rows are cut into one task for each worker, or some where they are many; each worker has a scratch of its
// own.
// RUN: %cc -std=c11 -Wall -Wextra -fsanitize=address,undefined -fno-sanitize-recover=all -I%source -I%S/Inputs %s \
// RUN:   %S/Inputs/fake.c %source/runtime/[!B]*.c -o %t
// RUN: %t

#include "expect.h"
#include "fake.h"

enum { most = 64 };
static int64_t begins[most], ends[most];
static void *scratches[most];
static int pieces;

static void note(const void *args, int64_t begin, int64_t end, void *scratch) {
  EXPECT(args == &pieces);
  if (pieces < most)
    begins[pieces] = begin, ends[pieces] = end, scratches[pieces] = scratch;
  ++pieces;
}

static mg__phases phases;
static int64_t phaseOf[most];

static void noteWithPhases(const void *args, int64_t begin, int64_t end, void *scratch) {
  EXPECT(phases.begin < phases.end);
  if (pieces < most)
    phaseOf[pieces] = phases.begin * 100 + phases.end;
  note(args, begin, end, scratch);
}

static uint32_t runs_, tasksSeen;

/// Runs the tasks backwards, on workers in turn.
static void run(void *user, uint32_t tasks, void (*fn)(void *arg, uint32_t task, uint32_t worker), void *arg) {
  ++runs_;
  tasksSeen = tasks;
  const mg_parallel *self = user;
  for (uint32_t i = tasks; i > 0 && i + most > tasks; --i)
    fn(arg, i - 1, i % self->workers);
}

static char events[64];
static void profile(void *user, int32_t kernel, int32_t done) {
  EXPECT(user == events);
  size_t length = strlen(events);
  events[length] = (char)((done ? 'A' : 'a') + kernel);
}

int main(void) {
  unsigned char scratch[4 * 64];
  mg_parallel parallel = {sizeof parallel, 4, &parallel, run, NULL, NULL, 0};
  mg_profile profiler = {sizeof profiler, 0, events, profile};
  mg__frame frame = {.scratch = scratch, .scratch_bytes = 64, .model = &fake_model};

  // Without threads: one piece, worker 0.
  mg__parallel(&frame, note, &pieces, 10, 4, NULL, 0);
  EXPECT(pieces == 1 && begins[0] == 0 && ends[0] == 10 && scratches[0] == scratch);

  // 10 rows by 4 are 3 tasks.
  frame.parallel = &parallel;
  pieces = 0;
  mg__parallel(&frame, note, &pieces, 10, 4, NULL, 0);
  EXPECT(pieces == 3 && tasksSeen == 3);
  EXPECT(begins[0] == 8 && ends[0] == 10 && begins[1] == 4 && ends[1] == 8 && begins[2] == 0 && ends[2] == 4);
  EXPECT(scratches[0] == scratch + 3 * 64 && scratches[1] == scratch + 2 * 64 && scratches[2] == scratch + 64);

  // Up to four parts for each worker are one task for each, as equal as whole parts can be.
  pieces = 0;
  mg__parallel(&frame, note, &pieces, 31, 2, NULL, 0);
  EXPECT(pieces == 4 && begins[0] == 24 && ends[0] == 31 && begins[3] == 0 && ends[3] == 8);
  pieces = 0;
  mg__parallel(&frame, note, &pieces, 10, 2, NULL, 0);
  EXPECT(pieces == 4 && begins[0] == 6 && begins[1] == 4 && begins[2] == 2 && begins[3] == 0);

  // More of them are four tasks for each.
  pieces = 0;
  mg__parallel(&frame, note, &pieces, 35, 2, NULL, 0);
  EXPECT(pieces == 16 && begins[0] == 32 && ends[0] == 35 && begins[15] == 0 && ends[15] == 2);

  // One task needs no threads; neither does one worker.
  runs_ = 0;
  pieces = 0;
  mg__parallel(&frame, note, &pieces, 4, 4, NULL, 0);
  mg__parallel(&frame, note, &pieces, 4, 0, NULL, 0); // 0: all rows in one
  parallel.workers = 1;
  mg__parallel(&frame, note, &pieces, 10, 4, NULL, 0);
  EXPECT(runs_ == 0 && pieces == 3 && ends[2] == 10);
  parallel.workers = 4;

  // Phases: all tasks of one after the other; together where there is but one task.
  runs_ = 0;
  pieces = 0;
  phases = (mg__phases){0, 3};
  mg__parallel(&frame, noteWithPhases, &pieces, 8, 4, &phases, 0);
  EXPECT(runs_ == 3 && pieces == 6);
  EXPECT(phaseOf[0] == 1 && phaseOf[1] == 1 && phaseOf[2] == 102 && phaseOf[3] == 102 && phaseOf[4] == 203);
  EXPECT(begins[4] == 4 && ends[4] == 8 && begins[5] == 0 && ends[5] == 4);
  pieces = 0;
  phases = (mg__phases){0, 3};
  mg__parallel(&frame, noteWithPhases, &pieces, 8, 8, &phases, 0);
  EXPECT(pieces == 1 && phaseOf[0] == 3 && ends[0] == 8);

  // Phases have no more tasks than workers; of whole tasks.
  parallel.workers = 2;
  pieces = 0;
  phases = (mg__phases){0, 1};
  mg__parallel(&frame, noteWithPhases, &pieces, 10, 2, &phases, 0);
  EXPECT(pieces == 2 && begins[0] == 6 && ends[0] == 10 && begins[1] == 0 && ends[1] == 6);
  parallel.workers = 4;

  // No rows, no call.
  pieces = 0;
  mg__parallel(&frame, note, &pieces, 0, 4, NULL, 0);
  EXPECT(pieces == 0);

  // More rows than can be counted in 32 bits: parts grow, and the last task ends at the end.
  int64_t many = (INT64_C(1) << 40) + 1;
  mg__parallel(&frame, note, &pieces, many, 1, NULL, 0);
  EXPECT(pieces == 16 && ends[0] == many && begins[0] > many - many / 16 - 1024 && begins[15] == 0);
  for (int i = 0; i < 15; ++i)
    EXPECT(ends[i + 1] == begins[i]);

  // The profile hears of each kernel, also of one without rows.
  frame.profile = &profiler;
  mg__parallel(&frame, note, &pieces, 10, 4, NULL, 0);
  mg__parallel(&frame, note, &pieces, 0, 4, NULL, 2);
  EXPECT(strcmp(events, "aAcC") == 0);
  return failures;
}
