//===- parallel.c - runs a kernel over its rows, on the application's threads ===//

#include "runtime/abi.h"
#include "runtime/fpenv.h"

/// A kernel at work; lives on the caller's stack until all tasks are done.
typedef struct Job {
  const mg__frame *frame;
  mg__kernel kernel;
  const void *args;
  int64_t rows, rowsPerTask;
} Job;

static void runTask(void *arg, uint32_t task, uint32_t worker) {
  const Job *job = arg;
  int64_t begin = task * job->rowsPerTask;
  int64_t end = job->rows - begin < job->rowsPerTask ? job->rows : begin + job->rowsPerTask;
  uint32_t before = mg__fp_enter();
  job->kernel(job->args, begin, end, job->frame->scratch + worker * job->frame->scratch_bytes);
  mg__fp_leave(before);
}

static void runTasks(const Job *job) {
  const mg_parallel *parallel = job->frame->parallel;
  int64_t tasks = job->rows / job->rowsPerTask + (job->rows % job->rowsPerTask != 0);
  if (!parallel || parallel->workers == 1 || tasks == 1)
    job->kernel(job->args, 0, job->rows, job->frame->scratch);
  else
    parallel->run(parallel->user, (uint32_t)tasks, runTask, (void *)job);
}

/// Phases are brief, and each works on the same rows again: a worker that takes a task of the same rows each time finds
/// what it reads in its own caches. So there are no more tasks than workers.
static void runPhases(Job *job, mg__phases *phases) {
  const mg_parallel *parallel = job->frame->parallel;
  int64_t workers = parallel ? parallel->workers : 1, perWorker = job->rows / workers + (job->rows % workers != 0);
  if (perWorker > job->rowsPerTask)
    job->rowsPerTask *= perWorker / job->rowsPerTask + (perWorker % job->rowsPerTask != 0);
  if (job->rowsPerTask >= job->rows) return runTasks(job);
  for (int64_t phase = phases->begin, end = phases->end; phase < end; ++phase) {
    *phases = (mg__phases){phase, phase + 1};
    runTasks(job);
  }
}

void mg__parallel(const mg__frame *frame, mg__kernel kernel, const void *args, int64_t rows, int64_t rows_per_task,
                  mg__phases *phases, int32_t index) {
  const mg_profile *profile = frame->profile;
  if (profile) profile->kernel(profile->user, index, 0);
  if (rows > 0) {
    Job job = {frame, kernel, args, rows, rows_per_task > 0 ? rows_per_task : rows};
    while ((job.rows - 1) / job.rowsPerTask >= UINT32_MAX) // tasks are counted in 32 bits
      job.rowsPerTask *= 2;
    if (phases)
      runPhases(&job, phases);
    else
      runTasks(&job);
  }
  if (profile) profile->kernel(profile->user, index, 1);
}
