//===- Positions.h - reading elements from computed places ----------------===//
//
// A result whose elements come from places in an operand: rows of the result are units, and where the last dimension
// of both is the same run of elements, its columns are lanes; else elements are read one by one.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_POSITIONS_H
#define MARGAY_CODEGEN_KERNELS_POSITIONS_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// Covers rows [begin, end) of the result: `value(coordinates, column, lanes)` gives elements [column, column + lanes)
/// of the row with these coordinates (of all dimensions but the last). Lanes are `lanes`, and 1 or fewer at the end.
void forPositions(
    KernelBuilder &k, int64_t lanes,
    llvm::function_ref<mlir::Value(llvm::ArrayRef<mlir::Value> coordinates, mlir::Value column, int64_t lanes)> value);

/// The sum of coordinate times stride.
mlir::Value offsetAt(KernelBuilder &k, llvm::ArrayRef<mlir::Value> coordinates, llvm::ArrayRef<nn::DimAttr> strides);

/// The element of an index tensor at these coordinates, as an i64.
mlir::Value loadIndex(KernelBuilder &k, const View &indices, llvm::ArrayRef<mlir::Value> coordinates);

/// A position that counts from the end where it is negative.
mlir::Value fromEnd(KernelBuilder &k, mlir::Value position, mlir::Value size);
/// The same, moved into [0, size).
mlir::Value clampedPosition(KernelBuilder &k, mlir::Value position, mlir::Value size);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_POSITIONS_H
