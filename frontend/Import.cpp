//===- Import.cpp - a model file to a verified nn graph -------------------===//

#include "frontend/Import.h"
#include "frontend/onnx/Importer.h"
#include "frontend/onnx/Load.h"
#include "ir/Dialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MathExtras.h"
#include <limits>

namespace margay::frontend {

int64_t DimOverride::leastAllowed() const {
  uint64_t steps = llvm::divideCeil(uint64_t(min), uint64_t(multiple));
  uint64_t least = llvm::SaturatingMultiply(steps, uint64_t(multiple));
  return int64_t(std::min(least, uint64_t(std::numeric_limits<int64_t>::max())));
}

llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> importModel(mlir::MLIRContext &context, const std::string &path,
                                                              const ImportOptions &options) {
  context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>();
  auto loaded = onnx::loadModel(path);
  if (!loaded)
    return loaded.takeError();
  // The parameters' bytes are in the loaded file: whoever holds one holds the file.
  return onnx::importGraph(context, std::shared_ptr<onnx::LoadedModel>(std::move(*loaded)), options);
}

llvm::Expected<std::vector<std::string>> inputNames(const std::string &path) {
  auto loaded = onnx::loadModel(path);
  if (!loaded)
    return loaded.takeError();
  const onnx::Graph &graph = (*loaded)->model.graph;
  std::vector<std::string> names;
  for (const onnx::ValueInfo &input : graph.inputs)
    if (llvm::none_of(graph.initializers, [&](const onnx::Tensor &tensor) { return tensor.name == input.name; }))
      names.push_back(input.name.str());
  return names;
}

llvm::Error checkModel(const std::string &path, const ImportOptions &options) {
  mlir::MLIRContext context;
  return importModel(context, path, options).takeError();
}

} // namespace margay::frontend
