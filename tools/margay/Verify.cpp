//===- Verify.cpp - margay verify -----------------------------------------===//
//
// The object code that goes into the archive, at every level that this machine can run, on one thread and on two,
// against the expected outputs of test data or, without any, against the evaluator on random inputs. With --each-pass
// also the graph after every pass against the graph before the first.
//
//===----------------------------------------------------------------------===//

#include "ir/Fault.h"
#include "tools/driver/Compare.h"
#include "tools/driver/Compiler.h"
#include "tools/driver/Messages.h"
#include "tools/driver/Phases.h"
#include "tools/driver/RandomInputs.h"
#include "tools/driver/Reference.h"
#include "tools/driver/TestData.h"
#include "tools/margay/CompileArguments.h"
#include "tools/margay/Text.h"
#include "tools/margay/Verbs.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace margay;
using namespace margay::cli;
using namespace margay::driver;
using llvm::StringRef;

/// With --precision bf16: operands are off by 2^-9, and 50 layers were seen to make 0.04 of that.
static constexpr double mostErrorOfRounding = 0x1p-4;

namespace {
struct VerifyOptions {
  CompileOptions compile;
  std::vector<std::string> dataFolders;
  unsigned seed = 0;
  bool eachPass = false;
  std::optional<double> rtol, atol, norm;
};

/// Inputs, what is expected of them, and what to call them.
struct Case {
  std::string name;
  std::vector<Array> inputs;
  std::vector<std::optional<Array>> expected;
};
} // namespace

/// What the tolerances are where nothing is said: less is asked of 16-bit floats, and norm-wise of products that are
/// rounded to bf16 though all is f32: an element near 0 may be the difference of large ones.
static Tolerance toleranceFor(const Graph &graph, const VerifyOptions &options) {
  Tolerance tolerance = usesHalf(graph) ? Tolerance{1e-2, 1e-2} : Tolerance{1e-3, 1e-4};
  tolerance.rtol = options.rtol.value_or(tolerance.rtol);
  tolerance.atol = options.atol.value_or(tolerance.atol);
  tolerance.norm = options.norm;
  bool isGiven = options.rtol || options.atol || options.norm;
  if (options.compile.precision == Precision::Bf16 && !isGiven)
    tolerance.norm = mostErrorOfRounding;
  return tolerance;
}

static std::vector<std::optional<Array>> allExpected(std::vector<Array> arrays) {
  return std::vector<std::optional<Array>>(std::make_move_iterator(arrays.begin()),
                                           std::make_move_iterator(arrays.end()));
}

/// The test data that was asked for or lies beside the model, else one case of random inputs.
static llvm::Expected<std::vector<Case>> collectCases(const mg_model &model, const Graph &imported,
                                                      const VerifyOptions &options) {
  std::vector<std::string> folders =
      options.dataFolders.empty() ? testDataBeside(options.compile.input) : options.dataFolders;
  std::vector<Case> cases;
  for (const std::string &folder : folders) {
    llvm::Expected<TestData> data = readTestData(folder, model);
    if (!data)
      return data.takeError();
    cases.push_back({llvm::sys::path::filename(folder).str(), std::move(data->inputs), std::move(data->outputs)});
  }
  if (!cases.empty())
    return cases;
  llvm::Expected<std::vector<Array>> inputs = randomInputs(model, options.seed);
  if (!inputs)
    return inFile(options.compile.input, inputs.takeError());
  llvm::Expected<std::vector<Array>> expected = evaluateGraph(imported, *inputs);
  if (!expected)
    return inFile(options.compile.input, expected.takeError());
  cases.push_back(
      {"random inputs, seed " + std::to_string(options.seed), std::move(*inputs), allExpected(std::move(*expected))});
  return cases;
}

static std::string scientific(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.2e", value);
  return text;
}

namespace {
/// Compares outputs with what is expected, notes a row for each, and gathers what differs.
class Judge {
public:
  Judge(const mg_model &model, StringRef file, Tolerance tolerance) : model(model), file(file), tolerance(tolerance) {
    rows.push_back({"data", "code", "output", "type", "max abs", "max rel", "norm", ""});
  }

  void compareAll(const Case &reference, StringRef code, llvm::ArrayRef<Array> outputs) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (!reference.expected[i])
        continue;
      ++compared;
      Comparison result = compare(outputs[i], *reference.expected[i], tolerance);
      rows.push_back({reference.name, code.str(), model.outputs[i]->name, typeText(outputs[i].dtype, outputs[i].shape),
                      scientific(result.maxAbsolute), scientific(result.maxRelative), scientific(result.norm),
                      result.same ? "ok" : "WRONG"});
      if (!result.same)
        blame(reference, code, i, result.why);
    }
  }

  void compareBits(const Case &reference, StringRef code, llvm::ArrayRef<Array> outputs, llvm::ArrayRef<Array> same) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      Comparison result = compare(outputs[i], same[i], {0, 0});
      if (outputs[i].bytes != same[i].bytes)
        blame(reference, code, i,
              "two threads give other bits than one: " + (result.same ? "signs or NaNs" : result.why));
    }
  }

  /// Prints the table; the error names all that differs.
  llvm::Error conclude() {
    printTable(rows, llvm::outs());
    return std::move(differences);
  }
  size_t count() const { return compared; }

private:
  void blame(const Case &reference, StringRef code, size_t output, const llvm::Twine &why) {
    differences = llvm::joinErrors(
        std::move(differences), makeFault(Fault::Mismatch, file + ": output '" + model.outputs[output]->name + "' at " +
                                                               code + " with " + reference.name + ": " + why));
  }

  const mg_model &model;
  StringRef file;
  Tolerance tolerance;
  std::vector<TableRow> rows;
  size_t compared = 0;
  llvm::Error differences = llvm::Error::success();
};
} // namespace

static llvm::Expected<std::vector<Array>> call(const CallableModel &callable, const Case &reference,
                                               CallOptions options, StringRef file) {
  llvm::Expected<ModelCall> call = callable.prepare(reference.inputs, options);
  if (!call)
    return inFile(file, call.takeError());
  if (llvm::Error error = call->run())
    return inFile(file, std::move(error));
  return call->outputs();
}

/// Every level of this machine on one thread and on two.
static llvm::Error judgeCode(const CallableModel &callable, const std::vector<Case> &cases, StringRef file,
                             Judge &judge, Progress &progress) {
  std::vector<int32_t> levels = callable.loaded.usableLevels();
  if (levels.empty())
    return makeFault(Fault::Unsupported, file + ": this machine can run none of the levels that are compiled for");
  for (const Case &reference : cases)
    for (int32_t isa : levels) {
      StringRef code = mg_isa_name(isa);
      progress.show((reference.name + ", " + code).str());
      llvm::Expected<std::vector<Array>> alone = call(callable, reference, {.isa = isa}, file);
      if (!alone)
        return alone.takeError();
      judge.compareAll(reference, code, *alone);
      llvm::Expected<std::vector<Array>> together = call(callable, reference, {.isa = isa, .threads = 2}, file);
      if (!together)
        return together.takeError();
      judge.compareBits(reference, code, *together, *alone);
    }
  return llvm::Error::success();
}

/// Evaluates the graph after every pass and stops at the first that changes the results.
static llvm::Error verifyPasses(const VerifyOptions &options, const std::vector<Case> &cases, Tolerance tolerance,
                                Progress &progress) {
  llvm::Expected<Graph> graph = loadGraph(options.compile);
  if (!graph)
    return graph.takeError();
  std::vector<Case> before;
  std::vector<TableRow> rows = {{"pass", "max abs", ""}};
  auto judge = [&](StringRef pass) -> llvm::Error {
    double worst = 0;
    for (const Case &reference : before) {
      llvm::Expected<std::vector<Array>> outputs = evaluateGraph(*graph, reference.inputs);
      if (!outputs)
        return inFile(options.compile.input, outputs.takeError());
      for (size_t i = 0; i < outputs->size(); ++i) {
        Comparison result = compare((*outputs)[i], *reference.expected[i], tolerance);
        worst = std::max(worst, result.maxAbsolute);
        if (!result.same)
          return makeFault(Fault::Mismatch, options.compile.input + ": pass '" + pass + "' changes output " +
                                                llvm::Twine(i) + " with " + reference.name + ": " + result.why);
      }
    }
    rows.push_back({pass.str(), scientific(worst), "ok"});
    return llvm::Error::success();
  };
  for (const Case &reference : cases) {
    llvm::Expected<std::vector<Array>> outputs = evaluateGraph(*graph, reference.inputs);
    if (!outputs)
      return inFile(options.compile.input, outputs.takeError());
    before.push_back({reference.name, reference.inputs, allExpected(std::move(*outputs))});
  }
  llvm::Error error =
      graph->stage < Stage::Opt ? optimize(*graph, options.compile, progress, judge) : llvm::Error::success();
  if (!error && graph->stage < Stage::Kernels)
    error = plan(*graph, options.compile, progress);
  if (!error)
    error = judge("plan");
  progress.clear();
  printTable(rows, llvm::outs());
  return error;
}

static llvm::Error verify(const VerifyOptions &options) {
  Progress progress;
  llvm::Expected<Graph> imported = loadGraph(options.compile);
  if (!imported)
    return imported.takeError();
  tell(imported->notes);
  Tolerance tolerance = toleranceFor(*imported, options);
  // The imported graph stays as it is, to be evaluated; another copy is compiled.
  llvm::Expected<Graph> graph = loadGraph(options.compile);
  if (!graph)
    return graph.takeError();
  llvm::Expected<CallableModel> callable = compileAndLoad(*graph, options.compile, progress);
  if (!callable)
    return callable.takeError();
  llvm::Expected<std::vector<Case>> cases = collectCases(callable->model(), *imported, options);
  if (!cases)
    return cases.takeError();
  if (options.eachPass)
    if (llvm::Error error = verifyPasses(options, *cases, tolerance, progress))
      return error;
  Judge judge(callable->model(), options.compile.input, tolerance);
  if (llvm::Error error = judgeCode(*callable, *cases, options.compile.input, judge, progress))
    return llvm::joinErrors(judge.conclude(), std::move(error));
  progress.clear();
  return judge.conclude();
}

llvm::Error margay::cli::verifyVerb(llvm::ArrayRef<StringRef> arguments) {
  VerifyOptions options;
  options.compile.name = "model";
  Verb verb{
      "verify", "MODEL",
      "Compares a compiled model, at each of this machine's levels and on one and two threads, with the test_data_set "
      "folders beside it, or\n"
      "with the evaluator on random inputs. A difference is one where |actual - expected| > atol + rtol * |expected|; "
      "it exits with 5.",
      concat(
          {{"--data", "DIR", "a folder of test data (input_0.pb, output_0.pb ...); may be repeated",
            appendString(options.dataFolders)},
           {"--seed", "N", "of the random inputs (0 unless given)", setCount("--seed", options.seed, 0)},
           {"--each-pass", "", "also evaluate the graph after every pass, and name the first that changes the results",
            setFlag(options.eachPass)},
           {"--rtol", "X", "relative tolerance (1e-3, with 16-bit floats 1e-2)", setTolerance("--rtol", options.rtol)},
           {"--atol", "X", "absolute tolerance (1e-4, with 16-bit floats 1e-2)", setTolerance("--atol", options.atol)},
           {"--norm", "X",
            "compare norm-wise instead: max |actual - expected| <= X * max |expected|; with --precision bf16 it is "
            "2^-4",
            setTolerance("--norm", options.norm)}},
          compileArguments(options.compile))};
  llvm::Expected<std::optional<Parsed>> parsed = parseOrHelp(verb, arguments);
  if (!parsed || !*parsed)
    return parsed.takeError();
  options.compile.input = (*parsed)->operands[0];
  return verify(options);
}
