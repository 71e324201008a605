//===- Bench.cpp - margay bench -------------------------------------------===//

#include "tools/driver/Benchmark.h"
#include "tools/margay/CompileArguments.h"
#include "tools/margay/Text.h"
#include "tools/margay/Verbs.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace margay;
using namespace margay::cli;
using namespace margay::driver;
using llvm::StringRef;

static std::string number(const char *format, double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(format, value);
  return text;
}

static void printJson(const Measurement &measurement, StringRef model, unsigned threads, double compileSeconds) {
  llvm::json::OStream json(llvm::outs(), /*IndentSize=*/2);
  json.object([&] {
    json.attribute("model", llvm::json::isUTF8(model) ? model.str() : llvm::json::fixUTF8(model));
    json.attribute("threads", threads);
    json.attribute("isa", mg_isa_name(measurement.isa));
    json.attribute("calls", measurement.calls);
    json.attribute("median_ms", measurement.median * 1e3);
    json.attribute("min_ms", measurement.min * 1e3);
    json.attribute("gflops", measurement.operationsPerSecond() * 1e-9);
    json.attribute("peak_gflops", measurement.peak * 1e-9);
    json.attribute("percent_of_peak", 100 * measurement.operationsPerSecond() / measurement.peak);
    json.attribute("compile_s", compileSeconds);
    json.attributeArray("kernels", [&] {
      for (const KernelTime &kernel : measurement.kernels)
        json.object([&] {
          json.attribute("name", kernel.work.name);
          json.attribute("plan", kernel.work.plan);
          json.attribute("median_ms", kernel.seconds * 1e3);
          json.attribute("operations", kernel.work.operations);
          json.attribute("bytes", kernel.work.bytes);
          json.attribute("repeated_bytes", kernel.work.repeatedBytes);
          json.attribute("multiplications", kernel.work.multiplications);
          json.attribute("arithmetic_ms", kernel.floor.arithmetic * 1e3);
          json.attribute("bytes_ms", kernel.floor.bytes * 1e3);
          json.attribute("floor_ms", kernel.floor.seconds() * 1e3);
          json.attribute("percent_of_floor", kernel.seconds > 0 ? 100 * kernel.floor.seconds() / kernel.seconds : 0);
          json.attribute("gflops", kernel.seconds > 0 ? kernel.work.operations / kernel.seconds * 1e-9 : 0);
        });
    });
    json.attributeArray("slow_kernels", [&] {
      for (const KernelTime *kernel : measurement.slowKernels())
        json.object([&] {
          json.attribute("name", kernel->work.name);
          json.attribute("plan", kernel->work.plan);
          json.attribute("percent_of_time", 100 * kernel->seconds / measurement.kernelSeconds());
          json.attribute("percent_of_floor", 100 * kernel->floor.seconds() / kernel->seconds);
        });
    });
  });
  llvm::outs() << '\n';
}

static void printText(const Measurement &measurement, unsigned threads, double compileSeconds) {
  std::vector<TableRow> rows;
  rows.push_back({"median", secondsText(measurement.median), countText(measurement.calls) + " calls"});
  rows.push_back({"min", secondsText(measurement.min)});
  if (measurement.operations > 0)
    rows.push_back({"rate", number("%.1f GFLOP/s", measurement.operationsPerSecond() * 1e-9),
                    number("%.1f %% of the peak", 100 * measurement.operationsPerSecond() / measurement.peak) +
                        number(" of %.1f GFLOP/s", measurement.peak * 1e-9)});
  rows.push_back(
      {"code", mg_isa_name(measurement.isa), std::to_string(threads) + (threads == 1 ? " thread" : " threads")});
  rows.push_back({"compiled in", secondsText(compileSeconds)});
  printTable(rows, llvm::outs());
  rows = {{"kernel", "plan", "time", "GFLOP/s", "arithmetic", "bytes", "of its floor"}};
  for (const KernelTime &kernel : measurement.kernels)
    rows.push_back({kernel.work.name, kernel.work.plan, secondsText(kernel.seconds),
                    kernel.work.operations > 0 && kernel.seconds > 0
                        ? number("%.1f", kernel.work.operations / kernel.seconds * 1e-9)
                        : "",
                    secondsText(kernel.floor.arithmetic), secondsText(kernel.floor.bytes),
                    kernel.seconds > 0 ? number("%.0f %%", 100 * kernel.floor.seconds() / kernel.seconds) : ""});
  llvm::outs() << '\n';
  printTable(rows, llvm::outs());
  std::vector<std::string> slow;
  for (const KernelTime *kernel : measurement.slowKernels())
    slow.push_back(kernel->work.name);
  if (!slow.empty())
    llvm::outs() << number("\nabove %.0f %% of the time", 100 * noticeableShare)
                 << number(", below %.0f %% of the floor: ", 100 * leastShareOfFloor) << llvm::join(slow, ", ") << '\n';
}

llvm::Error margay::cli::benchVerb(llvm::ArrayRef<StringRef> arguments) {
  CompileOptions options;
  options.name = "model";
  BenchmarkOptions benchmark;
  bool json = false;
  unsigned seconds = 1;
  Verb verb{"bench", "MODEL",
            "Measures a compiled model on its test data, or on random inputs: median and least time of a call, and "
            "each kernel's time beside its floor:\n"
            "the time that this machine's measured peak allows its arithmetic, or the bandwidth its bytes.",
            concat({{"--threads", "N", "workers (1 unless given)", setCount("--threads", benchmark.threads)},
                    {"--seconds", "N", "how long to measure (1 unless given)", setCount("--seconds", seconds)},
                    {"--json", "", "print one JSON object", setFlag(json)}},
                   compileArguments(options))};
  llvm::Expected<std::optional<Parsed>> parsed = parseOrHelp(verb, arguments);
  if (!parsed || !*parsed)
    return parsed.takeError();
  options.input = (*parsed)->operands[0];
  benchmark.seconds = seconds;

  Progress progress;
  llvm::Expected<MeasuredModel> model = compileAndMeasure(options, benchmark, progress);
  if (!model)
    return model.takeError();
  if (json)
    printJson(model->measurement, options.input, benchmark.threads, model->callable.compiled.seconds);
  else
    printText(model->measurement, benchmark.threads, model->callable.compiled.seconds);
  return llvm::Error::success();
}
