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
  Floor floor;        ///< What this machine takes at least.
};

/// A kernel is slow if it takes more than the first of the time of all kernels, and its floor is less than the second
/// of its own time.
inline constexpr double noticeableShare = 0.02, leastShareOfFloor = 0.30;
/// What takes less is mostly the price of handing it out, and of the clock.
inline constexpr double noticeableSeconds = 2e-6;

struct Measurement {
  int32_t isa = 0;
  llvm::StringMap<int64_t> symbols; ///< The values of the model's symbols.
  size_t arenaBytes = 0;            ///< All that the call needed, with what each thread has for itself.
  unsigned calls = 0;
  double median = 0, min = 0; ///< Seconds a call.
  double operations = 0;      ///< Of all kernels.
  double peak = 0;            ///< Operations a second; see measurePeak.
  double pairPeak = 0;        ///< Of products of bf16; see measurePairPeak.
  std::vector<KernelTime> kernels;

  double operationsPerSecond() const { return operations / median; }
  /// Of all kernels' medians together: the time of a call but for what is between them.
  double kernelSeconds() const;
  /// What it would be worth to look at, in order.
  std::vector<const KernelTime *> slowKernels() const;
};

/// Calls a model again and again. The graph is the one it was compiled from, at stage Kernels.
llvm::Expected<Measurement> measure(const CallableModel &callable, const Graph &graph, std::vector<Array> inputs,
                                    const BenchmarkOptions &options);

/// A model, compiled, and what was measured of it.
struct MeasuredModel {
  uint64_t parameters = 0, parameterTensors = 0; ///< Of the model as it came: their elements, and how many they are.
  Graph graph;                                   ///< At stage Kernels.
  CallableModel callable;
  Measurement measurement;
};

/// Compiles a model and measures it on the test data beside it, else on random inputs. Tells the graph's notes.
llvm::Expected<MeasuredModel> compileAndMeasure(const CompileOptions &options, const BenchmarkOptions &benchmark,
                                                Progress &progress);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_BENCHMARK_H
