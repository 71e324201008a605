//===- Contracts.h - what the passes promise to code generation -----------===//

#ifndef MARGAY_PASSES_CONTRACTS_H
#define MARGAY_PASSES_CONTRACTS_H

#include "mlir/IR/BuiltinOps.h"

namespace margay::passes {

/// Checks what `fuse-kernels` leaves: a function holds kernels, reshapes, recipes, reads of parameters, nn.if and
/// nn.loop whose regions call functions, and its return alone; a kernel holds at most one root; each result of the
/// function is made by a kernel that makes no other one, possibly seen through reshapes. Emits an error at what is
/// otherwise.
mlir::LogicalResult verifyKernels(mlir::ModuleOp module);

} // namespace margay::passes

#endif // MARGAY_PASSES_CONTRACTS_H
