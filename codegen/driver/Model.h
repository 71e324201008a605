//===- Model.h - all that code generation knows about a model -------------===//

#ifndef MARGAY_CODEGEN_DRIVER_MODEL_H
#define MARGAY_CODEGEN_DRIVER_MODEL_H

#include "codegen/memory/MemoryPlan.h"
#include "codegen/weights/PackWeights.h"

namespace margay::codegen {

/// A function of the model: `main`, or what an nn.if or nn.loop calls.
struct Body {
  mlir::func::FuncOp function;
  MemoryPlan memory;
  llvm::SmallVector<mlir::Operation *> steps; ///< Those that run, in order: not those that are views.
};

struct Model {
  llvm::SmallVector<Body> bodies;            ///< Callees before their callers, `main` at the end.
  llvm::SmallVector<nn::SymbolAttr> symbols; ///< In the order of the C interface, then those that depend on data.
  llvm::SmallVector<nn::KernelOp> kernels;   ///< Those that run, of all bodies in order; of a chain, the last one.
  WeightOffsets weights;

  mlir::func::FuncOp main() const { return bodies.back().function; }
  const MemoryPlan &memory() const { return bodies.back().memory; }
  /// Whether a dimension of a tensor depends on data.
  bool hasDataDims(mlir::Type tensor) const;
};

/// The symbols of the model's dimensions, by first appearance over its inputs; then those that depend on data.
llvm::SmallVector<nn::SymbolAttr> symbolsOf(mlir::func::FuncOp main);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_DRIVER_MODEL_H
