//===- EachLane.h - what cannot be done on all lanes at once --------------===//

#ifndef MARGAY_CODEGEN_MATH_EACHLANE_H
#define MARGAY_CODEGEN_MATH_EACHLANE_H

#include "codegen/math/Lanes.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace margay::codegen {

/// A loop over lanes: `body` takes the operands' values in one and makes the results'. Results begin as `initial`.
llvm::SmallVector<mlir::Value> eachLane(
    Lanes &lanes, mlir::ValueRange operands, mlir::ValueRange initial,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(Lanes &lane, mlir::ValueRange operands, mlir::ValueRange initial)>
        body);

/// Whether an i1 is set in any lane, as a scalar.
mlir::Value anyLane(Lanes &lanes, mlir::Value condition);

/// Runs `then` only if a scalar condition is set; its values, else those given.
llvm::SmallVector<mlir::Value> onlyIf(Lanes &lanes, mlir::Value condition, mlir::ValueRange otherwise,
                                      llvm::function_ref<llvm::SmallVector<mlir::Value>()> then);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_MATH_EACHLANE_H
