//===- Combine.h - the steps of sums, products, maxima and minima ---------===//

#ifndef MARGAY_CODEGEN_KERNELS_COMBINE_H
#define MARGAY_CODEGEN_KERNELS_COMBINE_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// `total` joined with `value`; NaN in either gives NaN. A mean is summed here, and divided by who knows the count.
mlir::Value combine(Emit &e, nn::ReduceKind kind, mlir::Value total, mlir::Value value);

/// What `combine` leaves the other operand with.
mlir::Value neutral(Emit &e, nn::ReduceKind kind, mlir::Type element, int64_t lanes);

/// Joins `length` values: full vectors first, whose lanes are then joined in a fixed tree, and single elements for the
/// rest. `part(from, to, lanes)` joins [from, to), a vector at a time.
mlir::Value joinParts(Emit &e, nn::ReduceKind kind, mlir::Value length, int64_t lanes,
                      llvm::function_ref<mlir::Value(mlir::Value from, mlir::Value to, int64_t lanes)> part);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_COMBINE_H
