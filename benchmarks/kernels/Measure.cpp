//===- Measure.cpp - how fast a kernel is beside what the machine can do --===//

#include "benchmarks/kernels/Measure.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/plans/PooledTiles.h"
#include "ir/Fault.h"
#include "ir/Ops.h"
#include "tools/driver/Compare.h"
#include "tools/driver/Compiler.h"
#include "tools/driver/MachinePeaks.h"
#include "tools/driver/Phases.h"
#include "tools/driver/RandomInputs.h"
#include "tools/driver/Reference.h"
#include "tools/driver/Work.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <chrono>
#include <ctime>

using namespace margay;
using namespace margay::benchmarks;
using namespace margay::driver;
using llvm::StringRef;

/// f32 with sums of thousands of terms; rather too much than too little, as a wrong kernel is off by more.
static constexpr double mostError = 1e-4;
/// Of a result that is rounded to bf16: sums that differ in their last bits can be rounded to neighbours.
static constexpr double mostErrorBF16 = 0x1p-7;

static constexpr unsigned mostThreadsCompared = 4;

static llvm::Expected<Graph> graphOf(const Spec &spec, CompileOptions &options, const TemporaryFolder &folder) {
  options.input = folder.path() + "/kernel.onnxtxt";
  std::error_code code;
  llvm::raw_fd_ostream os(options.input, code);
  if (code)
    return makeFault(Fault::Io, options.input + ": cannot be written: " + code.message());
  os << spec.model;
  os.close();
  options.constants = spec.constants;
  return loadGraph(options);
}

/// Whether algorithms can stand for each other: those of convolutions without groups. Only Winograd's tiles pool.
static bool canReplace(nn::KernelOp kernel, StringRef chosen, StringRef wanted) {
  auto conv = dyn_cast_or_null<nn::ConvOp>(codegen::rootOf(kernel));
  auto isOne = [](StringRef name) { return name == "conv" || name == "winograd" || name.starts_with("gemm"); };
  return conv && isOne(chosen) && isOne(wanted) && (wanted == "conv" || conv.getGroups() == 1) &&
         (wanted == "winograd" || !codegen::poolOf(kernel));
}

/// Puts numbers into the plans of all kernels.
static void overridePlans(Graph &graph, const MeasureOptions &options) {
  mlir::ModuleOp module = *graph.module;
  module.walk([&](nn::KernelOp kernel) {
    mlir::Builder builder(kernel.getContext());
    mlir::NamedAttrList numbers(kernel.getPlan()->getNumbers());
    for (const auto &[name, value] : options.numbers)
      numbers.set(name, builder.getI64IntegerAttr(value));
    StringRef chosen = kernel.getPlan()->getAlgorithm(), wanted = options.algorithm;
    StringRef algorithm = canReplace(kernel, chosen, wanted) ? wanted : chosen;
    kernel.setPlanAttr(nn::PlanAttr::get(kernel.getContext(), algorithm, numbers.getDictionary(kernel.getContext())));
  });
}

static double quantileOf(std::vector<double> values, double quantile) {
  auto chosen = values.begin() + static_cast<ptrdiff_t>(quantile * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), chosen, values.end());
  return *chosen;
}

static double medianOf(std::vector<double> values) { return quantileOf(std::move(values), 0.5); }

/// On one thread, the time in which it ran: others who use the machine do not count. Else all time.
static double secondsNow(unsigned threads) {
  timespec now;
  clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

namespace {
/// Times calls in blocks that are long beside what a look at the clock costs.
class Calls {
public:
  Calls(ModelCall &call, unsigned threads) : call(call), threads(threads) {}

  /// Seconds that a call took on average in a block of them.
  llvm::Expected<double> block() {
    double begin = secondsNow(threads);
    for (unsigned i = 0; i < perBlock; ++i)
      if (llvm::Error error = call.run())
        return std::move(error);
    return (secondsNow(threads) - begin) / perBlock;
  }

  /// Makes blocks as long as they have to be.
  llvm::Error calibrate() {
    constexpr double blockSeconds = 4e-3;
    for (perBlock = 1;;) {
      llvm::Expected<double> seconds = block();
      if (!seconds)
        return seconds.takeError();
      if (*seconds * perBlock >= blockSeconds / 2)
        return llvm::Error::success();
      perBlock *= 2;
    }
  }

private:
  ModelCall &call;
  unsigned threads, perBlock = 1;
};
} // namespace

/// Measures the machine and the kernel in turns.
static llvm::Error measureRounds(ModelCall &call, int32_t isa, const MeasureOptions &options, Result &result) {
  constexpr Sampling sampling{.duration = std::chrono::milliseconds(1), .quantile = 0.5};
  // A virtual machine is interrupted every few hundred microseconds, which multiply-adds wait for like the kernel.
  constexpr Sampling asLongAsCalls{.duration = std::chrono::milliseconds(4), .quantile = std::nullopt};
  constexpr unsigned fewestRounds = 5;
  Calls calls(call, options.threads);
  if (llvm::Error error = calls.calibrate())
    return error;
  std::vector<double> seconds, peaks, bandwidths, stepBandwidths, copyBandwidths, shares, copyShares;
  auto begin = std::chrono::steady_clock::now();
  auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  while (seconds.size() < fewestRounds || passed() < options.seconds) {
    bool isPairs = result.work.pairOperations > 0;
    peaks.push_back((isPairs ? measurePairPeak : measurePeak)(isa, options.threads, asLongAsCalls));
    auto bandwidthOf = [&](double bytes) {
      return measureBandwidth(isa, static_cast<size_t>(bytes), options.threads, sampling);
    };
    bandwidths.push_back(bandwidthOf(result.work.bytes));
    stepBandwidths.push_back(result.work.stepBytes > 0 ? bandwidthOf(result.work.stepBytes) : bandwidths.back());
    double written = result.work.writtenBytes;
    copyBandwidths.push_back(measureCopyBandwidth(isa, static_cast<size_t>(result.work.bytes - written),
                                                  static_cast<size_t>(written), options.threads, sampling));
    // What the measurement of bandwidth pushed out of the caches comes back.
    if (llvm::Error error = call.run())
      return error;
    llvm::Expected<double> block = calls.block();
    if (!block)
      return block.takeError();
    seconds.push_back(*block);
    auto floorOf = [&](double bandwidth) {
      return Floor(result.work, peaks.back(), peaks.back(), bandwidth, bandwidth, stepBandwidths.back(), bandwidth);
    };
    shares.push_back(floorOf(bandwidths.back()).seconds() / seconds.back());
    copyShares.push_back(floorOf(copyBandwidths.back()).seconds() / seconds.back());
  }
  result.seconds = medianOf(seconds);
  result.peak = medianOf(peaks);
  result.bandwidth = medianOf(bandwidths);
  result.stepBandwidth = medianOf(stepBandwidths);
  result.copyBandwidth = medianOf(copyBandwidths);
  result.share = medianOf(shares);
  result.copyShare = medianOf(copyShares);
  result.quietShare = quantileOf(shares, 0.9);
  return llvm::Error::success();
}

/// The relative error of what the call wrote; a mismatch if it is no rounding error.
static llvm::Error compareResults(const ModelCall &call, const Graph &graph, llvm::ArrayRef<Array> inputs,
                                  Result &result) {
  llvm::Expected<std::vector<Array>> expected = evaluateGraph(graph, inputs);
  if (!expected)
    return expected.takeError();
  for (auto [actual, value] : llvm::zip_equal(call.outputs(), *expected)) {
    double most = value.dtype == Dtype::BF16 ? mostErrorBF16 : mostError;
    Comparison comparison = compare(actual, value, {.norm = most});
    if (!comparison.same)
      return makeFault(Fault::Mismatch, comparison.why);
    result.error = std::max(result.error, comparison.norm);
  }
  return llvm::Error::success();
}

/// How the work is cut among threads must not be seen in the results.
static llvm::Error compareThreads(const CallableModel &model, int32_t isa, llvm::ArrayRef<Array> inputs) {
  std::vector<Array> alone;
  for (unsigned threads = 1; threads <= mostThreadsCompared; ++threads) {
    llvm::Expected<ModelCall> call = model.prepare(inputs.vec(), {.isa = isa, .threads = threads});
    if (!call)
      return call.takeError();
    if (llvm::Error error = call->run())
      return error;
    if (threads == 1)
      alone = call->outputs();
    for (auto [one, several] : llvm::zip_equal(alone, call->outputs()))
      if (one.bytes != several.bytes)
        return makeFault(Fault::Mismatch, llvm::Twine(threads) + " threads give other bits than one");
  }
  return llvm::Error::success();
}

llvm::Expected<Result> margay::benchmarks::measureKernel(const Spec &spec, const MeasureOptions &options) {
  llvm::Expected<TemporaryFolder> folder = TemporaryFolder::create();
  if (!folder)
    return folder.takeError();
  CompileOptions settings;
  settings.levels = options.level;
  settings.name = "kernel";
  llvm::Expected<Graph> graph = graphOf(spec, settings, *folder);
  if (!graph)
    return graph.takeError();
  Progress progress;
  if (llvm::Error error = advanceToKernels(*graph, settings, progress))
    return std::move(error);
  overridePlans(*graph, options);
  llvm::Expected<CallableModel> model = compileAndLoad(*graph, settings, progress);
  if (!model)
    return model.takeError();

  llvm::Expected<llvm::SmallVector<codegen::Level>> levels = codegen::parseLevels(options.level);
  if (!levels)
    return levels.takeError();
  Result result;
  for (const KernelWork &work : kernelWork(*graph, {}, levels->front())) {
    result.plans += (result.plans.empty() ? "" : " ") + work.plan;
    result.work.operations += work.operations;
    result.work.pairOperations += work.pairOperations;
    result.work.multiplications += work.multiplications;
    result.work.bytes += work.bytes;
    result.work.writtenBytes += work.writtenBytes;
    result.work.stepBytes += work.stepBytes;
    result.work.repeatedBytes += work.repeatedBytes;
  }
  llvm::Expected<std::vector<Loop>> loops = innermostLoops(model->compiled.library.object, "__kernel_");
  if (!loops)
    return loops.takeError();
  result.loops = std::move(*loops);

  std::vector<int32_t> usable = model->loaded.usableLevels();
  if (usable.empty())
    return result;
  llvm::Expected<std::vector<Array>> inputs = randomInputs(model->model(), options.seed);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<ModelCall> call = model->prepare(*inputs, {.isa = usable.front(), .threads = options.threads});
  if (!call)
    return call.takeError();
  if (llvm::Error error = call->run())
    return std::move(error);
  if (options.compare)
    if (llvm::Error error = compareResults(*call, *graph, *inputs, result))
      return std::move(error);
  if (llvm::Error error = compareThreads(*model, usable.front(), *inputs))
    return std::move(error);
  if (options.measure)
    if (llvm::Error error = measureRounds(*call, usable.front(), options, result))
      return std::move(error);
  return result;
}
