//===- Model.h - all that code generation knows about a model -------------===//

#ifndef MARGAY_CODEGEN_DRIVER_MODEL_H
#define MARGAY_CODEGEN_DRIVER_MODEL_H

#include "codegen/memory/MemoryPlan.h"
#include "codegen/weights/PackWeights.h"

namespace margay::codegen {

struct Model {
  mlir::func::FuncOp main;
  llvm::SmallVector<nn::SymbolAttr> symbols; ///< In the order of the C interface.
  llvm::SmallVector<nn::KernelOp> kernels;   ///< Those that run, in order: not the joins that are views.
  MemoryPlan memory;
  WeightOffsets weights;
};

/// The symbols of the model's dimensions, by first appearance over its inputs.
llvm::SmallVector<nn::SymbolAttr> symbolsOf(mlir::func::FuncOp main);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_DRIVER_MODEL_H
