//===- Suite.cpp - runs tests of the ONNX backend suite, one a line -------===//
//
//   margay-onnx-suite [LEVELS] < folders
//
// Each line of standard input is a folder with model.onnx and test_data_set_*. A line of output says what became of it:
//
//   status TAB folder TAB operators TAB seconds TAB constant inputs TAB message
//
// where status is pass, mismatch, unsupported, malformed, internal or data (the test's own data cannot be read). Inputs
// that a model takes its shapes from are made constants, as a user would with --constant; which, is in the line.
//
//===----------------------------------------------------------------------===//

#include "frontend/Import.h"
#include "frontend/onnx/Load.h"
#include "ir/Fault.h"
#include "tools/driver/Compare.h"
#include "tools/driver/Compiler.h"
#include "tools/driver/Files.h"
#include "tools/driver/Messages.h"
#include "tools/driver/TestData.h"
#include "tools/driver/data/DataFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <iostream>
#include <set>

using namespace margay;
using namespace margay::driver;
using llvm::StringRef;

/// What the suite's own runner asks for.
static constexpr Tolerance suiteTolerance{1e-3, 1e-7};

namespace {
struct Verdict {
  StringRef status;
  std::string message;
};
} // namespace

static Verdict verdictOf(llvm::Error error) {
  std::string text;
  int code = reportFaults(std::move(error), [&](Fault, StringRef message) {
    if (text.empty())
      text = message.str();
  });
  for (char &c : text)
    c = c == '\n' || c == '\t' ? ' ' : c;
  static const StringRef names[] = {"pass",        "internal", "usage",  "malformed",
                                    "unsupported", "mismatch", "budget", "data"};
  return {code < 8 ? names[code] : "internal", text};
}

/// The operators of a model, each once.
static std::string operatorsOf(const std::string &path) {
  auto loaded = frontend::onnx::loadModel(path);
  if (!loaded) {
    llvm::consumeError(loaded.takeError());
    return "?";
  }
  std::set<std::string> names;
  for (const auto &node : (*loaded)->model.graph.nodes)
    names.insert((node.domain.empty() ? "" : node.domain.str() + ".") + node.opType.str());
  return llvm::join(names, " ");
}

/// The inputs that messages ask to be constant: "(input 'axes') depends on …".
static std::set<std::string> wantedConstants(StringRef text) {
  std::set<std::string> names;
  for (StringRef rest = text; rest.contains("(input '");) {
    rest = rest.split("(input '").second;
    auto [name, after] = rest.split("')");
    names.insert(name.str());
    rest = after;
  }
  return names;
}

static std::string messagesOf(llvm::Error error) {
  std::string text;
  reportFaults(std::move(error), [&](Fault, StringRef message) { text += message.str() + "\n"; });
  return text;
}

/// Compiles with as many constant inputs as it takes.
static llvm::Expected<CallableModel> compileModel(CompileOptions &options, StringRef data,
                                                  llvm::ArrayRef<std::string> names) {
  Progress progress;
  for (;;) {
    llvm::Expected<Graph> graph = loadGraph(options);
    if (graph)
      return compileAndLoad(*graph, options, progress);
    std::string text = messagesOf(graph.takeError());
    bool added = false;
    for (const std::string &name : wantedConstants(text)) {
      auto known = [&](const FixedInput &input) { return input.name == name; };
      auto found = llvm::find(names, name);
      if (found == names.end() || llvm::any_of(options.constants, known))
        continue;
      llvm::Expected<Array> value = readArray((data + "/input_" + llvm::Twine(found - names.begin()) + ".pb").str());
      if (!value)
        return value.takeError();
      options.constants.push_back({name, std::move(*value)});
      added = true;
    }
    if (added)
      continue;
    // Once more, for the fault itself.
    llvm::Expected<Graph> again = loadGraph(options);
    return again ? makeFault(Fault::Internal, "imports only sometimes") : again.takeError();
  }
}

static llvm::Error checkData(const CallableModel &callable, const std::string &data,
                             llvm::ArrayRef<std::string> names) {
  const mg_model &model = callable.model();
  std::vector<Array> inputs;
  for (int32_t i = 0; i < model.n_inputs; ++i) {
    auto place = llvm::find(names, model.inputs[i]->name) - names.begin();
    llvm::Expected<Array> value = readArray(data + "/input_" + std::to_string(place) + ".pb");
    if (!value)
      return value.takeError();
    inputs.push_back(std::move(*value));
  }
  llvm::Expected<ModelCall> call = callable.prepare(std::move(inputs), {});
  if (!call)
    return call.takeError();
  if (llvm::Error error = call->run())
    return error;
  std::vector<Array> outputs = call->outputs();
  for (size_t i = 0; i < outputs.size(); ++i) {
    llvm::Expected<Array> expected = readArray(data + "/output_" + std::to_string(i) + ".pb");
    if (!expected)
      return expected.takeError();
    Comparison result = compare(outputs[i], *expected, suiteTolerance);
    if (!result.same)
      return makeFault(Fault::Mismatch, std::string("output '") + model.outputs[i]->name + "': " + result.why);
  }
  return llvm::Error::success();
}

static llvm::Error runTest(const std::string &folder, CompileOptions options, std::string &constants) {
  options.input = folder + "/model.onnx";
  options.name = "suite_model"; // Some folders are named after functions of C.
  llvm::Expected<std::vector<std::string>> names = frontend::inputNames(options.input);
  if (!names)
    return names.takeError();
  bool any = false;
  for (int set = 0;; ++set) {
    std::string data = folder + "/test_data_set_" + std::to_string(set);
    if (!llvm::sys::fs::is_directory(data))
      break;
    any = true;
    CompileOptions mine = options; // Constants are those of this data.
    llvm::Expected<CallableModel> callable = compileModel(mine, data, *names);
    constants = llvm::join(llvm::map_range(mine.constants, [](const FixedInput &input) { return input.name; }), " ");
    if (!callable)
      return callable.takeError();
    if (llvm::Error error = checkData(*callable, data, *names))
      return error;
  }
  return any ? llvm::Error::success() : makeFault(Fault::Io, "has no test_data_set_0");
}

int main(int argc, char **argv) {
  CompileOptions options;
  options.levels = argc > 1 ? argv[1] : "native";
  options.jobs = 1;
  for (std::string folder; std::getline(std::cin, folder);) {
    auto begin = std::chrono::steady_clock::now();
    std::string constants;
    Verdict verdict = verdictOf(runTest(folder, options, constants));
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    llvm::outs() << verdict.status << '\t' << folder << '\t' << operatorsOf(folder + "/model.onnx") << '\t'
                 << llvm::format("%.2f", seconds.count()) << '\t' << constants << '\t' << verdict.message << '\n';
    llvm::outs().flush();
  }
  return 0;
}
