//===- parallel.c - runs a kernel over its rows, on the application's threads ===//

#include "runtime/abi.h"
#include "runtime/fpenv.h"

/// A kernel at work; lives on the caller's stack until all tasks are done.
typedef struct Job {
  const mg__frame *frame;
  mg__kernel kernel;
  const void *args;
  int64_t rows, rowsPerTask;
  uint64_t parts, tasks; // parts are of rowsPerTask rows; a task has some of these
} Job;

static int64_t firstRow(const Job *job, uint64_t task) {
  return task == job->tasks ? job->rows : (int64_t)(task * job->parts / job->tasks) * job->rowsPerTask;
}

static void runTask(void *arg, uint32_t task, uint32_t worker) {
  const Job *job = arg;
  uint32_t before = mg__fp_enter();
  job->kernel(job->args, firstRow(job, task), firstRow(job, (uint64_t)task + 1),
              job->frame->scratch + worker * job->frame->scratch_bytes);
  mg__fp_leave(before);
}

/// Rows that are computed together share what has to be read or copied for them. So a kernel that is over soon is one
/// task for each worker. A longer one has some more, so that who is held up leaves the rest to others.
static uint64_t tasksFor(uint64_t parts, uint64_t workers) {
  enum { perWorker = 4 };
  uint64_t most = parts <= perWorker * workers ? workers : perWorker * workers;
  return parts < most ? parts : most;
}

static void runTasks(Job *job) {
  const mg_parallel *parallel = job->frame->parallel;
  job->parts = (uint64_t)(job->rows / job->rowsPerTask + (job->rows % job->rowsPerTask != 0));
  if (!parallel || parallel->workers == 1 || job->parts == 1) {
    job->kernel(job->args, 0, job->rows, job->frame->scratch);
    return;
  }
  job->tasks = tasksFor(job->parts, parallel->workers);
  parallel->run(parallel->user, (uint32_t)job->tasks, runTask, job);
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
    Job job = {frame, kernel, args, rows, rows_per_task > 0 ? rows_per_task : rows, 0, 0};
    while ((job.rows - 1) / job.rowsPerTask >= UINT32_MAX) // tasks are counted in 32 bits
      job.rowsPerTask *= 2;
    if (phases)
      runPhases(&job, phases);
    else
      runTasks(&job);
  }
  if (profile) profile->kernel(profile->user, index, 1);
}
