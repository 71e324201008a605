//===- RowLoops.h - walking over the rows of a tensor by its axes ---------===//
//
// All axes but the last count rows; the last one's elements are a row's columns. Element (row, column) lies at
// row * rowStride + column.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_ROWLOOPS_H
#define MARGAY_CODEGEN_KERNELS_ROWLOOPS_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

class RowLoops {
public:
  RowLoops(KernelBuilder &k, const View &view);

  /// The row at the `index`-th coordinates of `axes` (in row-major order); other axes are at 0.
  mlir::Value rowAt(llvm::ArrayRef<int64_t> axes, mlir::Value index);

  /// Loops over `axes`, the outermost first, from `row` on. `body` gives the carried values' next ones.
  llvm::SmallVector<mlir::Value>
  over(llvm::ArrayRef<int64_t> axes, mlir::Value row, mlir::ValueRange initial,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value row, mlir::ValueRange carried)> body);

  /// Rows from one index to the next along an axis.
  nn::DimAttr rowsApart(int64_t axis) const { return strides[axis]; }

  mlir::Value load(mlir::Value row, mlir::Value column, int64_t lanes);

private:
  KernelBuilder &k;
  const View &view;
  llvm::SmallVector<nn::DimAttr> strides; ///< In rows.
};

/// How many rows of so many columns are worked on at a time: some, so that what each waits for takes no time of its
/// own, but no more than `most` and than a cache holds.
int64_t rowsTogether(nn::DimAttr columns, int64_t most);

/// Covers [begin, end) with groups of `most` rows, and what is left one by one.
void forRowsTogether(Emit &e, mlir::Value begin, mlir::Value end, int64_t most,
                     llvm::function_ref<void(llvm::ArrayRef<mlir::Value> rows)> body);

/// The axes of a tensor of this rank, without its last one, that are in `axes` or are not.
llvm::SmallVector<int64_t> rowAxesIn(llvm::ArrayRef<int64_t> axes, int64_t rank);
llvm::SmallVector<int64_t> rowAxesOutside(llvm::ArrayRef<int64_t> axes, int64_t rank);

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_ROWLOOPS_H
