//===- Benchmark.h - how long calls of a model take -----------------------===//

#ifndef MARGAY_TOOLS_DRIVER_BENCHMARK_H
#define MARGAY_TOOLS_DRIVER_BENCHMARK_H

#include "tools/driver/Compiler.h"
#include "tools/driver/Work.h"

namespace margay::driver {

struct BenchmarkOptions {
  unsigned threads = 1;
  double seconds = 1; ///< How long is measured at least.
};

/// A kernel: what it has to do, and how long it took.
struct KernelTime {
  KernelWork work;
  double seconds = 0; ///< The median.
  double floor =
      0; ///< The time below which this machine cannot do it: operations over its peak, or bytes over its bandwidth.
};

struct Measurement {
  int32_t isa = 0;
  unsigned calls = 0;
  double median = 0, min = 0; ///< Seconds a call.
  double operations = 0;      ///< Of all kernels.
  double peak = 0;            ///< Operations a second; see measurePeak.
  std::vector<KernelTime> kernels;

  double operationsPerSecond() const { return operations / median; }
};

/// Calls a model again and again. The graph is the one it was compiled from, at stage Kernels.
llvm::Expected<Measurement> measure(const CallableModel &callable, const Graph &graph, std::vector<Array> inputs,
                                    const BenchmarkOptions &options);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_BENCHMARK_H
