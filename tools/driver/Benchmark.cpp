//===- Benchmark.cpp - how long calls of a model take ---------------------===//

#include "tools/driver/Benchmark.h"
#include "ir/Fault.h"
#include "ir/Ops.h"
#include "tools/driver/MachinePeaks.h"
#include "tools/driver/Messages.h"
#include "tools/driver/ModelCall.h"
#include "tools/driver/RandomInputs.h"
#include "tools/driver/TestData.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include <chrono>
#include <map>

using namespace margay;
using namespace margay::driver;
using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

static double medianOf(std::vector<double> values) {
  if (values.empty())
    return 0;
  auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double Measurement::kernelSeconds() const {
  double sum = 0;
  for (const KernelTime &kernel : kernels)
    sum += kernel.seconds;
  return sum;
}

std::vector<const KernelTime *> Measurement::slowKernels() const {
  std::vector<const KernelTime *> slow;
  double noticeable = std::max(noticeableSeconds, noticeableShare * kernelSeconds());
  for (const KernelTime &kernel : kernels)
    if (kernel.seconds > noticeable && kernel.floor.seconds() < leastShareOfFloor * kernel.seconds)
      slow.push_back(&kernel);
  return slow;
}

namespace {
/// Gathers the times of the kernels of profiled calls.
struct KernelClock {
  explicit KernelClock(const mg_model &model) : samples(model.n_kernels) {
    profile = {sizeof(mg_profile), 0, this,
               [](void *user, int32_t kernel, int32_t done) { static_cast<KernelClock *>(user)->tick(kernel, done); }};
  }
  void tick(int32_t kernel, int32_t done) {
    if (!done)
      begin = Clock::now();
    else if (kernel >= 0 && kernel < static_cast<int32_t>(samples.size()))
      samples[kernel].push_back(secondsSince(begin));
  }

  mg_profile profile;
  Clock::time_point begin;
  std::vector<std::vector<double>> samples;
};

/// Bandwidths of so many threads, measured once for each power of two.
class Bandwidths {
public:
  Bandwidths(int32_t isa, unsigned threads) : isa(isa), threads(threads) {}
  double of(double bytes) {
    size_t size = llvm::bit_ceil(static_cast<size_t>(std::max(1024.0, std::min(bytes, 1e8))));
    auto [at, isNew] = known.try_emplace(size, 0);
    if (isNew)
      at->second = measureBandwidth(isa, size, threads);
    return at->second;
  }

private:
  int32_t isa;
  unsigned threads;
  std::map<size_t, double> known;
};
} // namespace

/// Calls until the time is over, but a few times at least.
static llvm::Expected<std::vector<double>> timeCalls(ModelCall &call, double seconds) {
  constexpr size_t fewest = 5;
  std::vector<double> times;
  for (Clock::time_point start = Clock::now(); times.size() < fewest || secondsSince(start) < seconds;) {
    Clock::time_point begin = Clock::now();
    if (llvm::Error error = call.run())
      return std::move(error);
    times.push_back(secondsSince(begin));
  }
  return times;
}

/// The values of the model's symbols for these inputs.
static llvm::StringMap<int64_t> symbolValues(const mg_model &model, llvm::ArrayRef<Array> inputs) {
  llvm::StringMap<int64_t> values;
  for (const mg_symbol *symbol : llvm::ArrayRef(model.symbols, model.n_symbols))
    if (symbol->input >= 0)
      values[symbol->name] = inputs[symbol->input].shape[symbol->axis];
  return values;
}

static const codegen::Level &levelOf(int32_t isa) {
  return *llvm::find_if(codegen::x86Levels(), [&](const codegen::Level &level) { return int32_t(level.isa) == isa; });
}

llvm::Expected<Measurement> margay::driver::measure(const CallableModel &callable, const Graph &graph,
                                                    std::vector<Array> inputs, const BenchmarkOptions &options) {
  const mg_model &model = callable.model();
  std::vector<int32_t> levels = callable.loaded.usableLevels();
  if (levels.empty())
    return makeFault(Fault::Unsupported, "this machine can run none of the levels that are compiled for");
  Measurement result;
  result.isa = levels.front();
  result.peak = measurePeak(result.isa, options.threads);
  result.pairPeak = measurePairPeak(result.isa, options.threads);
  result.symbols = symbolValues(model, inputs);

  // 1. Whole calls, after some that warm up caches, pages and the clock.
  llvm::Expected<ModelCall> call = callable.prepare(inputs, {.isa = result.isa, .threads = options.threads});
  if (!call)
    return call.takeError();
  result.arenaBytes = call->arenaBytes();
  llvm::Expected<std::vector<double>> times = timeCalls(*call, options.seconds / 10);
  if (times)
    times = timeCalls(*call, options.seconds);
  if (!times)
    return times.takeError();
  result.calls = static_cast<unsigned>(times->size());
  result.median = medianOf(*times);
  result.min = *llvm::min_element(*times);

  // 2. Calls with a clock before and after each kernel, which cost a little themselves.
  KernelClock clock(model);
  llvm::Expected<ModelCall> profiled =
      callable.prepare(std::move(inputs), {.isa = result.isa, .threads = options.threads, .profile = &clock.profile});
  if (!profiled)
    return profiled.takeError();
  if (llvm::Expected<std::vector<double>> calls = timeCalls(*profiled, options.seconds / 4); !calls)
    return calls.takeError();
  result.peak = std::max(result.peak, measurePeak(result.isa, options.threads));
  result.pairPeak = std::max(result.pairPeak, measurePairPeak(result.isa, options.threads));

  // 3. Each kernel's work beside its time. Some kernels of the graph are views in the code, so they are matched by
  // name, in order.
  Bandwidths bandwidths(result.isa, options.threads);
  std::vector<KernelWork> works = kernelWork(graph, result.symbols, levelOf(result.isa));
  double onceBytes = 0, callBytes = static_cast<double>(result.arenaBytes);
  for (const KernelWork &work : works) {
    onceBytes += work.onceBytes();
    callBytes += work.onceBytes() + work.resultBytes;
  }
  auto next = works.begin();
  for (int32_t i = 0; i < model.n_kernels; ++i) {
    next = std::find_if(next, works.end(), [&](const KernelWork &work) { return work.name == model.kernels[i]; });
    if (next == works.end())
      return makeFault(Fault::Internal, llvm::Twine("the graph has no kernel '") + model.kernels[i] + "'");
    Floor floor(*next, result.peak, result.pairPeak, bandwidths.of(next->bytes), bandwidths.of(onceBytes),
                bandwidths.of(next->stepBytes), bandwidths.of(next->resultBytes > 0 ? callBytes : 0));
    KernelTime kernel{.work = *next++, .seconds = medianOf(clock.samples[i]), .floor = floor};
    result.operations += kernel.work.operations;
    result.kernels.push_back(std::move(kernel));
  }
  return result;
}

llvm::Expected<MeasuredModel> margay::driver::compileAndMeasure(const CompileOptions &options,
                                                                const BenchmarkOptions &benchmark, Progress &progress) {
  llvm::Expected<Graph> graph = loadGraph(options);
  if (!graph)
    return graph.takeError();
  tell(graph->notes);
  uint64_t parameters = 0, tensors = 0;
  graph->module->walk([&](nn::ParamOp param) {
    parameters += mlir::cast<mlir::ShapedType>(param.getType()).getNumElements();
    ++tensors;
  });
  llvm::Expected<CallableModel> callable = compileAndLoad(*graph, options, progress);
  if (!callable)
    return callable.takeError();
  std::vector<std::string> folders = testDataBeside(options.input);
  llvm::Expected<std::vector<Array>> inputs =
      folders.empty() ? randomInputs(callable->model(), 0) : readTestInputs(folders[0], callable->model());
  if (!inputs)
    return inputs.takeError();
  progress.show("measuring");
  llvm::Expected<Measurement> measurement = measure(*callable, *graph, std::move(*inputs), benchmark);
  progress.clear();
  if (!measurement)
    return inFile(options.input, measurement.takeError());
  return MeasuredModel{parameters, tensors, std::move(*graph), std::move(*callable), std::move(*measurement)};
}
