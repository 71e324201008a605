//===- Check.cpp - margay check -------------------------------------------===//

#include "tools/driver/Messages.h"
#include "tools/driver/Phases.h"
#include "tools/margay/CompileArguments.h"
#include "tools/margay/Verbs.h"
#include "llvm/Support/raw_ostream.h"

using namespace margay;
using namespace margay::cli;
using namespace margay::driver;

llvm::Error margay::cli::checkVerb(llvm::ArrayRef<llvm::StringRef> arguments) {
  CompileOptions options;
  options.name = "model";
  Verb verb{"check", "MODEL",
            "Says everything that is unsupported or wrong in a model, at once, without generating code.",
            compileArguments(options)};
  llvm::Expected<std::optional<Parsed>> parsed = parseOrHelp(verb, arguments);
  if (!parsed || !*parsed)
    return parsed.takeError();
  options.input = (*parsed)->operands[0];
  Progress progress;
  llvm::Expected<Graph> graph = loadGraph(options);
  if (!graph)
    return graph.takeError();
  tell(graph->notes);
  if (llvm::Error error = advanceToKernels(*graph, options, progress))
    return error;
  progress.clear();
  llvm::outs() << options.input << ": everything in it can be compiled\n";
  return llvm::Error::success();
}
