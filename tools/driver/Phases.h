//===- Phases.h - the stages of a compilation, in order -------------------===//
//
// Each stage is what --emit calls it. Those up to `kernels` are graphs, which --from takes up again.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_TOOLS_DRIVER_PHASES_H
#define MARGAY_TOOLS_DRIVER_PHASES_H

#include "codegen/Pipeline.h"
#include "tools/driver/Graph.h"
#include "tools/driver/Progress.h"

namespace margay::driver {

/// What is known of a stage.
struct StageFacts {
  Stage stage;
  llvm::StringRef name;   ///< As --emit and --from call it.
  llvm::StringRef ending; ///< Of the file that --emit writes, after the model's name.
};

/// The stages that --emit knows, in order.
llvm::ArrayRef<StageFacts> stages();
const StageFacts &factsOf(Stage stage);
std::optional<Stage> stageNamed(llvm::StringRef name);

/// Called after each pass of the optimiser, with its name. An error ends the optimisation.
using AfterPass = llvm::function_ref<llvm::Error(llvm::StringRef pass)>;

/// Nn to Opt: simplify, fold, fuse.
llvm::Error optimize(Graph &graph, const CompileOptions &options, Progress &progress, AfterPass afterPass = {});

/// Opt to Kernels: every kernel gets its plan.
llvm::Error plan(Graph &graph, const CompileOptions &options, Progress &progress);

/// From whatever the graph is to the kernels.
llvm::Error advanceToKernels(Graph &graph, const CompileOptions &options, Progress &progress);

/// Kernels to Obj, in a folder for intermediate files.
llvm::Expected<codegen::Library> generate(Graph &graph, const CompileOptions &options, llvm::StringRef folder,
                                          Progress &progress);

/// What code generation is to do.
llvm::Expected<codegen::Options> codegenOptions(const CompileOptions &options, llvm::StringRef folder);

/// The model's C name: as given, else made from the file's name. A usage fault when C would not have it.
llvm::Expected<std::string> modelName(const CompileOptions &options);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_PHASES_H
