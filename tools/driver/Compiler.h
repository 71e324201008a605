//===- Compiler.h - from a model to files, or to code in this process -----===//

#ifndef MARGAY_TOOLS_DRIVER_COMPILER_H
#define MARGAY_TOOLS_DRIVER_COMPILER_H

#include "codegen/Pipeline.h"
#include "tools/driver/Graph.h"
#include "tools/driver/LoadedModel.h"
#include "tools/driver/ModelCall.h"
#include "tools/driver/Progress.h"
#include "tools/driver/TemporaryFolder.h"
#include "llvm/Support/MemoryBuffer.h"

namespace margay::driver {

/// What a compilation made; its files lie in the folder.
struct Compiled {
  codegen::Library library;
  TemporaryFolder folder;
  double seconds = 0; ///< How long it took.
};

/// What compileToFiles has done.
struct FilesReport {
  std::optional<codegen::Library> library; ///< Where one was made; its files are gone.
  std::vector<std::string> files;
  double seconds = 0;
};

/// Compiles a model into the files that the options ask for. They all appear together, or none of them.
llvm::Expected<FilesReport> compileToFiles(const CompileOptions &options, Progress &progress);

/// Compiles a graph at any stage to an object file.
llvm::Expected<Compiled> compileGraph(Graph &graph, const CompileOptions &options, Progress &progress);

/// A compiled model that can be called.
struct CallableModel {
  Compiled compiled;
  LoadedModel loaded;
  std::unique_ptr<llvm::MemoryBuffer> weights; ///< Of the file of external weights, where there is one.

  const mg_model &model() const { return loaded.model(); }

  /// A call of it, with its external weights.
  llvm::Expected<ModelCall> prepare(std::vector<Array> inputs, CallOptions callOptions) const;
};

/// Compiles a graph and loads the result into this process.
llvm::Expected<CallableModel> compileAndLoad(Graph &graph, const CompileOptions &options, Progress &progress);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_COMPILER_H
