//===- Compile.cpp - margay compile ---------------------------------------===//

#include "codegen/emit/Interface.h"
#include "tools/driver/Compiler.h"
#include "tools/margay/CompileArguments.h"
#include "tools/margay/Text.h"
#include "tools/margay/Verbs.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace margay;
using namespace margay::cli;
using namespace margay::driver;

/// What the arena needs: enough for all shapes, or an example and where to ask for others.
static TableRow arenaRow(const codegen::Library &library) {
  const codegen::Interface &interface = library.interface;
  if (interface.maxArenaBytes)
    return {"arena", bytesText(*interface.maxArenaBytes)};
  std::string shape;
  for (const codegen::InterfaceSymbol &symbol : interface.symbols)
    shape += (shape.empty() ? " at " : ", ") + symbol.name + " = " + std::to_string(symbol.min);
  return {"arena", bytesText(library.leastArenaBytes) + shape, "else as " + interface.name + "_arena_bytes says"};
}

/// The files, the interface and the sizes, in a few lines.
static void printSummary(const FilesReport &report) {
  llvm::raw_ostream &os = llvm::outs();
  std::vector<TableRow> rows;
  if (report.library) {
    const codegen::Interface &interface = report.library->interface;
    for (const codegen::InterfacePort &port : interface.inputs)
      rows.push_back({"input", port.name, codegen::describeType(interface, port)});
    for (const codegen::InterfacePort &port : interface.outputs)
      rows.push_back({"output", port.name, codegen::describeType(interface, port)});
    for (const codegen::InterfaceState &state : interface.states)
      rows.push_back({"state", interface.inputs[state.input].name,
                      "updated in place, becomes " + interface.outputs[state.output].name});
    std::vector<std::string> levels;
    for (int32_t isa : interface.isaLevels)
      levels.push_back(mg_isa_name(isa));
    rows.push_back({"weights", bytesText(report.library->weightsBytes)});
    rows.push_back({"code", bytesText(report.library->codeBytes), llvm::join(levels, ", ")});
    rows.push_back(arenaRow(*report.library));
  }
  for (const std::string &file : report.files)
    rows.push_back({"wrote", file});
  rows.push_back({"time", secondsText(report.seconds)});
  printTable(rows, os);
}

llvm::Error margay::cli::compileVerb(llvm::ArrayRef<llvm::StringRef> arguments) {
  CompileOptions options;
  Verb verb{"compile", "MODEL",
            "Compiles an ONNX model (binary or text) into NAME.a, NAME.h, NAME.hpp, margay.h and margay_pool.h.",
            concat(outputArguments(options), compileArguments(options))};
  llvm::Expected<std::optional<Parsed>> parsed = parseOrHelp(verb, arguments);
  if (!parsed || !*parsed)
    return parsed.takeError();
  options.input = (*parsed)->operands[0];
  Progress progress;
  llvm::Expected<FilesReport> report = compileToFiles(options, progress);
  progress.clear();
  if (!report)
    return report.takeError();
  if (options.outputFolder != "-")
    printSummary(*report);
  return llvm::Error::success();
}
