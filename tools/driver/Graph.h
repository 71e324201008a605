//===- Graph.h - a network in the IR, with all that it needs --------------===//

#ifndef MARGAY_TOOLS_DRIVER_GRAPH_H
#define MARGAY_TOOLS_DRIVER_GRAPH_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "tools/driver/Options.h"
#include "tools/driver/OutputFile.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace margay::driver {

/// A module and the context that owns its types and attributes.
struct Graph {
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Stage stage = Stage::Nn;     ///< What it is the result of.
  std::string considered = {}; ///< At stage Kernels: plans that were considered, a line for each kernel with several.
  std::vector<std::string> notes = {}; ///< What its author may want to know, though nothing is wrong; with the file.
};

/// The dialects that appear between import and machine code.
void registerDialects(mlir::DialectRegistry &registry);

/// Imports the model, or reads the IR that `--from` says it is. All that is wrong is said at once; messages name the
/// file.
llvm::Expected<Graph> loadGraph(const CompileOptions &options);

/// Prints the module as text, with the values of large parameters left out, and what was considered as comments before
/// it.
void printGraph(const Graph &graph, llvm::raw_ostream &os);

/// Writes the module as text, NAME.STAGE.mlir, with the values of large parameters left out, and as bytecode,
/// NAME.STAGE.mlirbc, which has them. loadGraph reads both; given the text, it finds the bytecode beside it when it
/// needs it.
llvm::Error writeGraph(const Graph &graph, llvm::StringRef path, OutputFiles &files);

} // namespace margay::driver

#endif // MARGAY_TOOLS_DRIVER_GRAPH_H
