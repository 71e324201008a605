//===- Parameters.h - the constants of a model as nn.param and nn.constant ===//

#ifndef MARGAY_FRONTEND_ONNX_PARAMETERS_H
#define MARGAY_FRONTEND_ONNX_PARAMETERS_H

#include "frontend/onnx/Load.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringSet.h"

namespace margay::frontend::onnx {

class Parameters {
public:
  /// Parameters go to the front of `module`, in the order in which they are made, before the function.
  Parameters(mlir::ModuleOp module, std::shared_ptr<LoadedModel> loaded) : module(module), loaded(std::move(loaded)) {}

  /// The value of a constant of type `type` with these bytes: an nn.get of a parameter for weights and for anything
  /// large, else an nn.constant. Weights of floating-point type are trainable.
  mlir::Value create(mlir::OpBuilder &builder, mlir::Location loc, mlir::RankedTensorType type, llvm::StringRef name,
                     llvm::ArrayRef<uint8_t> bytes, bool isWeight);

private:
  std::string uniqueName(llvm::StringRef name);

  mlir::ModuleOp module;
  std::shared_ptr<LoadedModel> loaded;
  llvm::StringSet<> names;
  mlir::Operation *last = nullptr;
};

} // namespace margay::frontend::onnx

#endif // MARGAY_FRONTEND_ONNX_PARAMETERS_H
