//===- RowWalk.h - what is known of a row after all of its elements -------===//

#ifndef MARGAY_CODEGEN_KERNELS_ROWWALK_H
#define MARGAY_CODEGEN_KERNELS_ROWWALK_H

#include "codegen/kernels/Combine.h"

namespace margay::codegen {

/// Loads so many elements of a row, from a column on.
using LoadElements = llvm::function_ref<mlir::Value(mlir::Value column, int64_t count)>;

/// So many lanes: `count` elements of a row, and those of `filled` behind them.
mlir::Value loadLanes(Emit &e, LoadElements row, mlir::Value column, int64_t count, mlir::Value filled);

/// A walk over a row, or over a few of the same length: some values are carried along, in each lane by itself.
struct RowWalk {
  Emit &e;
  mlir::Value length;
  mlir::Type element;
  int64_t lanes;
  int64_t chains = 1; ///< Vectors at a time whose values do not wait for each other.

  /// Goes on from the values `now` with `count` elements from a column on, in `lanes` lanes. At the end of a row there
  /// are more lanes than elements.
  using Step = llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange now, mlir::Value column,
                                                                 int64_t count, int64_t lanes)>;
  /// The carried values after all elements, their lanes joined, each in the way it says.
  llvm::SmallVector<mlir::Value> over(llvm::ArrayRef<nn::ReduceKind> kinds, Step step) const;
  /// The same before lanes are joined, of whole vectors: for who joins those of a few values together (LaneSums.h).
  llvm::SmallVector<mlir::Value> lanesOver(llvm::ArrayRef<nn::ReduceKind> kinds, Step step) const;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_ROWWALK_H
