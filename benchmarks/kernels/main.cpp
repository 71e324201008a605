//===- main.cpp - margay-kernels: single kernels beside the machine's limits ===//

#include "benchmarks/kernels/Machine.h"
#include "benchmarks/kernels/Measure.h"
#include "codegen/Target.h"
#include "ir/Fault.h"
#include "tools/driver/Interrupt.h"
#include "tools/driver/Messages.h"
#include "tools/margay/Arguments.h"
#include "tools/margay/Text.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace margay;
using namespace margay::benchmarks;
using namespace margay::cli;
using llvm::StringRef;

static std::string number(const char *format, double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(format, value);
  return text;
}

/// The loop that does most of the work: the one with most multiply-adds for its instructions, and most of both.
static const Loop *mainLoop(const Result &result) {
  auto rank = [](const Loop &loop) {
    return std::pair(static_cast<double>(loop.multiplyAdds) / loop.instructions, loop.instructions);
  };
  auto found = llvm::max_element(result.loops, [&](const Loop &a, const Loop &b) { return rank(a) < rank(b); });
  return found == result.loops.end() ? nullptr : &*found;
}

static unsigned spills(const Result &result) {
  unsigned sum = 0;
  for (const Loop &loop : result.loops)
    sum += loop.spills;
  return sum;
}

/// Where a region of so many bytes is read from can only be told from how fast it is: the size says it better.
static std::string boundText(const Result &result) {
  if (result.floor().arithmetic >= result.floor().bytes)
    return number("of %.1f GFLOP/s", result.peak * 1e-9);
  return number("of %.1f GB/s", result.bandwidth * 1e-9) + number(" (%.0f KB)", result.work.bytes / 1024);
}

static TableRow rowOf(const Spec &spec, const Result &result) {
  TableRow row{spec.name, result.plans};
  if (result.seconds > 0) {
    row.push_back(secondsText(result.seconds));
    double rate = result.work.operations / result.seconds;
    row.push_back(rate > 0 ? number("%.1f GFLOP/s", rate * 1e-9)
                           : number("%.1f GB/s", result.work.bytes / result.seconds * 1e-9));
    row.push_back(rate > 0 ? number("%.1f %%", 100 * rate / result.peak) : "");
    row.push_back(secondsText(result.floor().arithmetic));
    row.push_back(secondsText(result.floor().bytes));
    row.push_back(number("%.1f %%", 100 * result.share));
    row.push_back(number("%.1f %%", 100 * result.quietShare));
    row.push_back(boundText(result));
    row.push_back(number("%.1f %%", 100 * result.copyShare));
  } else {
    row.insert(row.end(), {"not run", "", "", "", "", "", "", "", ""});
  }
  const Loop *loop = mainLoop(result);
  row.push_back(loop ? std::to_string(loop->multiplyAdds) + "/" + std::to_string(loop->instructions) : "");
  row.push_back(loop ? std::to_string(loop->spills) + "+" + std::to_string(spills(result) - loop->spills) : "");
  return row;
}

static void writeJson(llvm::json::OStream &json, const Spec &spec, const Result &result) {
  json.object([&] {
    json.attribute("kernel", spec.name);
    json.attribute("plans", result.plans);
    json.attribute("operations", result.work.operations);
    json.attribute("multiplications", result.work.multiplications);
    json.attribute("bytes", result.work.bytes);
    json.attribute("written_bytes", result.work.writtenBytes);
    if (result.seconds > 0) {
      json.attribute("median_us", result.seconds * 1e6);
      json.attribute("gflops", result.work.operations / result.seconds * 1e-9);
      json.attribute("gbytes_per_s", result.work.bytes / result.seconds * 1e-9);
      json.attribute("peak_gflops", result.peak * 1e-9);
      json.attribute("peak_gbytes_per_s", result.bandwidth * 1e-9);
      json.attribute("arithmetic_us", result.floor().arithmetic * 1e6);
      json.attribute("bytes_us", result.floor().bytes * 1e6);
      json.attribute("bound", result.floor().arithmetic >= result.floor().bytes ? "arithmetic" : "bandwidth");
      json.attribute("percent_of_floor", 100 * result.share);
      json.attribute("percent_of_floor_quiet", 100 * result.quietShare);
      json.attribute("copy_gbytes_per_s", result.copyBandwidth * 1e-9);
      json.attribute("copy_us", result.copyFloor().bytes * 1e6);
      json.attribute("percent_of_copy", 100 * result.copyShare);
    }
    json.attribute("error", result.error);
    json.attribute("spills", spills(result));
    json.attributeArray("loops", [&] {
      for (const Loop &loop : result.loops)
        json.object([&] {
          json.attribute("function", loop.function);
          json.attribute("address", loop.address);
          json.attribute("instructions", loop.instructions);
          json.attribute("multiply_adds", loop.multiplyAdds);
          json.attribute("spills", loop.spills);
        });
    });
  });
}

static llvm::Error setNumbers(StringRef text, MeasureOptions &options) {
  llvm::SmallVector<StringRef> pieces;
  text.split(pieces, ',');
  for (StringRef piece : pieces) {
    auto [name, value] = piece.split('=');
    int64_t number = 0;
    if (name.empty() || value.getAsInteger(10, number) || number < 0)
      return makeFault(Fault::Usage, "--plan: '" + piece + "' is no NAME=NUMBER");
    options.numbers.emplace_back(name, number);
  }
  return llvm::Error::success();
}

/// A level's number (MG_ISA_...), where the machine has it.
static llvm::Expected<int32_t> levelOfMachine(StringRef text) {
  using Levels = llvm::Expected<llvm::SmallVector<codegen::Level>>;
  Levels wanted = codegen::parseLevels(text), best = codegen::parseLevels("native");
  if (!wanted || !best)
    return llvm::joinErrors(wanted.takeError(), best.takeError());
  if (!codegen::isNative(wanted->front()))
    return makeFault(Fault::Usage,
                     "this machine has no " + wanted->front().fullName + "; it has " + best->front().fullName);
  return static_cast<int32_t>(wanted->front().isa);
}

static llvm::Error run(llvm::ArrayRef<StringRef> arguments) {
  MeasureOptions options;
  bool json = false, list = false, machine = false, uncompared = false, unmeasured = false;
  unsigned seconds = 1, seed = 0;
  Verb verb{"kernels",
            "[KERNEL]...",
            "Measures single kernels (FAMILY:SIZES[,KEY[=NUMBER]]...; all of --list that begin so; or all) beside the "
            "machine's peak and bandwidth,\n"
            "compares them with the evaluator, and says how many multiply-adds and instructions their main loop has, "
            "and how many spills it and the other innermost loops.",
            {{"--algorithm", "NAME",
              "of convolutions, instead of the chosen one: conv, or winograd with --plan tile_h=4,tile_w=4",
              setString(options.algorithm)},
             {"--cpu", "LEVEL", "the level: v2, v3, v4, v4-bf16 or native", setString(options.level)},
             {"--json", "", "print a JSON array", setFlag(json)},
             {"--list", "", "print families and kernels", setFlag(list)},
             {"--machine", "", "print what the machine can do: the peak, bandwidths, and fork + join of the pool",
              setFlag(machine)},
             {"--no-compare", "", "do not compare with the evaluator: large kernels take seconds", setFlag(uncompared)},
             {"--no-measure", "", "only compare", setFlag(unmeasured)},
             {"--plan", "NAME=N,...", "numbers of the plans, instead of the chosen ones",
              [&](StringRef text) { return setNumbers(text, options); }},
             {"--seconds", "N", "how long to measure each (1 unless given)", setCount("--seconds", seconds)},
             {"--seed", "N", "of the random inputs", setCount("--seed", seed, 0)},
             {"--threads", "N", "workers (1 unless given)", setCount("--threads", options.threads)}},
            0,
            1000};
  llvm::Expected<std::optional<Parsed>> parsed = parseOrHelp(verb, arguments);
  if (!parsed || !*parsed)
    return parsed.takeError();
  if (list) {
    printFamilies(llvm::outs());
    for (StringRef name : listedSpecs())
      llvm::outs() << name << '\n';
    return llvm::Error::success();
  }
  if (machine) {
    llvm::Expected<int32_t> isa = levelOfMachine(options.level);
    if (!isa)
      return isa.takeError();
    printMachine(llvm::outs(), *isa, options.threads);
    return printForkJoin(llvm::outs());
  }
  options.seconds = seconds;
  options.seed = seed;
  options.compare = !uncompared;
  options.measure = !unmeasured;
  std::vector<std::string> names;
  for (const std::string &word : (*parsed)->operands)
    llvm::append_range(names, selectSpecs(word));
  if ((*parsed)->operands.empty())
    names.assign(listedSpecs().begin(), listedSpecs().end());

  std::vector<TableRow> rows = {{"kernel", "plan", "time", "rate", "peak", "arithmetic", "bytes", "share", "quiet",
                                 "of", "copy", "loop", "spills"}};
  llvm::json::OStream out(llvm::outs(), /*IndentSize=*/2);
  if (json)
    out.arrayBegin();
  for (const std::string &name : names) {
    llvm::Expected<Spec> spec = parseSpec(name);
    if (!spec)
      return spec.takeError();
    llvm::Expected<Result> result = measureKernel(*spec, options);
    if (!result)
      return driver::inFile(name, result.takeError());
    if (json)
      writeJson(out, *spec, *result);
    else
      rows.push_back(rowOf(*spec, *result));
  }
  if (json) {
    out.arrayEnd();
    llvm::outs() << '\n';
  } else {
    printTable(rows, llvm::outs());
  }
  return llvm::Error::success();
}

int main(int argc, char **argv) {
  driver::installFatalErrorHandler();
  driver::installCrashHandler();
  std::vector<StringRef> arguments(argv + 1, argv + argc);
  return driver::report(run(arguments));
}
