//===- KernelGroups.h - which operations become one kernel ----------------===//

#ifndef MARGAY_PASSES_KERNELGROUPS_H
#define MARGAY_PASSES_KERNELGROUPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace margay::passes {

/// Operations that become one kernel, in the block's order. Only the last one's result is used outside. Broadcasts that
/// only feed elementwise operations belong to no group: each kernel that reads one has its own.
struct KernelGroup {
  llvm::SmallVector<mlir::Operation *> ops;
};

/// Whether a kernel is built around `op`: contract, conv, window, reduce, softmax, transpose or concat.
bool isRoot(mlir::Operation *op);

/// Whether `op` is an nn operation that works element by element.
bool isElementwise(mlir::Operation *op);

/// Divides all operations of `function` that need a kernel into groups.
llvm::SmallVector<KernelGroup> groupKernels(mlir::func::FuncOp function);

} // namespace margay::passes

#endif // MARGAY_PASSES_KERNELGROUPS_H
