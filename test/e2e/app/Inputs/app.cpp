//===- app.cpp - an application in C++20 with two models in it ------------===//
//
//   app FIRST-DATA SECOND-DATA [ATOL RTOL]
//
// Like app.c, but through the C++ headers (-DFIRST_HEADER='"name.hpp"' …) where the signatures are f32 -> f32, with
// std::jthread and a parallel-for of its own.
//
//===----------------------------------------------------------------------===//

#include FIRST_HEADER
#include SECOND_HEADER
#include "exercise.h"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <thread>
#include <vector>

namespace {

/// Two threads that share tasks by a counter.
void parallelFor(void *, uint32_t tasks, void (*fn)(void *arg, uint32_t task, uint32_t worker), void *arg) {
  std::atomic<uint32_t> next = 0;
  auto work = [&](uint32_t worker) {
    for (uint32_t task; (task = next++) < tasks;)
      fn(arg, task, worker);
  };
  std::jthread helper(work, 1);
  work(0);
}

const mg_parallel twoThreads = {sizeof(mg_parallel), 2, nullptr, parallelFor, nullptr, nullptr, 0};

std::span<const float> input(const Subject &subject) {
  return {static_cast<const float *>(subject.inputs[0].data), tensor_elements(&subject.inputs[0])};
}

/// Calls the wrapper class if it takes one f32 input to one f32 output, with at most one symbol. Returns whether it
/// does.
template <typename Model>
bool callWrapper(Subject &subject, Model &model, std::vector<float> &output, mg::Result &result) {
  if constexpr (requires { model(std::span<const float>(), std::span<float>()); })
    result = model(input(subject), std::span<float>(output));
  else if constexpr (requires { model(int64_t(1), std::span<const float>(), std::span<float>()); })
    result = model(subject.symbols[0], input(subject), std::span<float>(output));
  else
    return false;
  return true;
}

/// The wrapper gives the bits that mg_run gave, with and without threads, and refuses spans of another size.
template <typename Model> void exerciseWrapper(Subject &subject) {
  std::vector<float> output(tensor_elements(&subject.outputs[0]));
  mg::Result result;
  for (const mg_parallel *parallel : {static_cast<const mg_parallel *>(nullptr), &twoThreads}) {
    Model model(parallel);
    if (!callWrapper(subject, model, output, result))
      return;
    if (!result)
      fail(&subject, "wrapper", result.message());
    else if (std::memcmp(output.data(), subject.outputs[0].data, output.size() * sizeof(float)) != 0)
      fail(&subject, "wrapper", "other bits than mg_run");
  }
  Model model;
  std::vector<float> longer(output.size() + 1);
  callWrapper(subject, model, longer, result);
  if (result.status() != MG_E_SHAPE)
    fail(&subject, "wrapper", "takes an output of another size");
  std::printf("%s: C++ wrapper %s\n", subject.model->name, subject.failures ? "wrong" : "as mg_run");
}

/// Both models in turns, on one of two threads.
void alternate(Subject (&subjects)[2], size_t start, std::atomic<int> &wrong) {
  for (size_t k = 0; k < 20; ++k) {
    Subject mine = subjects[(start + k) % 2];
    mg_options options = MG_OPTIONS_INIT;
    options.parallel = &twoThreads;
    mg_tensor outputs[MOST_PORTS];
    mine.failures = 0;
    if (run_once(&mine, &options, outputs) != MG_OK || !same_bits(&mine, outputs, mine.outputs))
      ++wrong;
    free_outputs(&mine, outputs);
    wrong += mine.failures;
  }
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: app FIRST-DATA SECOND-DATA [ATOL RTOL]\n");
    return 2;
  }
  double atol = argc > 4 ? std::atof(argv[3]) : 1e-4, rtol = argc > 4 ? std::atof(argv[4]) : 1e-3;
  static Subject subjects[2];
  load(&subjects[0], &margay::FIRST::description(), argv[1], atol, rtol);
  load(&subjects[1], &margay::SECOND::description(), argv[2], atol, rtol);
  exercise(&subjects[0]);
  exercise(&subjects[1]);
  exerciseWrapper<margay::FIRST>(subjects[0]);
  exerciseWrapper<margay::SECOND>(subjects[1]);

  std::atomic<int> wrong = subjects[0].failures + subjects[1].failures;
  {
    std::jthread first([&] { alternate(subjects, 0, wrong); }), second([&] { alternate(subjects, 1, wrong); });
  }
  std::printf("two threads: %s\n", wrong ? "wrong" : "same bits every time");
  for (Subject &subject : subjects)
    unload(&subject);
  return wrong != 0;
}
