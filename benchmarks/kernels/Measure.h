//===- Measure.h - how fast a kernel is beside what the machine can do ----===//

#ifndef MARGAY_BENCHMARKS_KERNELS_MEASURE_H
#define MARGAY_BENCHMARKS_KERNELS_MEASURE_H

#include "benchmarks/kernels/LoopCode.h"
#include "benchmarks/kernels/Spec.h"
#include "tools/driver/Work.h"

namespace margay::benchmarks {

struct MeasureOptions {
  std::string level = "native"; ///< Code for this level is measured or, where the machine lacks it, only looked at.
  std::vector<std::pair<std::string, int64_t>> numbers; ///< Of the plans, instead of those that are chosen.
  std::string algorithm;                                ///< Of convolutions: conv or winograd; empty: the chosen one.
  unsigned threads = 1;
  double seconds = 1;  ///< How long is measured.
  bool compare = true; ///< Whether results are compared with the evaluator's. Those of several threads always are.
  bool measure = true;
  uint64_t seed = 0; ///< Of the inputs.
};

struct Result {
  std::string plans;       ///< Algorithms of all kernels that the model became.
  driver::KernelWork work; ///< Of all of them.
  // 0 where the machine lacks the level. All are medians over rounds, each of which measures all of them.
  double seconds = 0;       ///< A call.
  double peak = 0;          ///< Operations per second; of a kernel that multiplies bf16, those of such products.
  double bandwidth = 0;     ///< Bytes per second, read from a region of as many bytes.
  double stepBandwidth = 0; ///< The same for a region as large as the weights of a recurrent cell, if there is one.
  double copyBandwidth = 0; ///< Bytes per second, read and written, of a copy of such sizes.
  double share = 0;         ///< Of the floor: the time that the peak and the bandwidth allow, over that of a call.
  double quietShare = 0;    ///< The same in the best tenth of the rounds: when the machine's other users were quiet.
  double copyShare = 0;     ///< The same with the time that a copy takes.
  double error = 0;         ///< max |difference| / max |value|, where results were compared.
  std::vector<Loop> loops;

  driver::Floor floor() const {
    return driver::Floor(work, peak, peak, bandwidth, bandwidth, stepBandwidth, bandwidth);
  }
  /// What a copy of as many bytes takes, instead of what reading them does.
  driver::Floor copyFloor() const {
    return driver::Floor(work, peak, peak, copyBandwidth, copyBandwidth, stepBandwidth, copyBandwidth);
  }
};

/// Compiles a kernel for one level, compares what it computes with the evaluator, and what one thread computes with
/// what two to four do, and measures it.
llvm::Expected<Result> measureKernel(const Spec &spec, const MeasureOptions &options);

} // namespace margay::benchmarks

#endif // MARGAY_BENCHMARKS_KERNELS_MEASURE_H
