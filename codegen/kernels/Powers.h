//===- Powers.h - the powers of softmax, one row after the other ----------===//
//
// In the pass that computes the powers of a row and their sum, the greatest element of the next row is found, and
// whatever else is to be done beside it: multipliers, adders, loads and stores have work at the same time, and nothing
// waits for the lanes of a maximum or a sum to be joined.
//
//===----------------------------------------------------------------------===//

#ifndef MARGAY_CODEGEN_KERNELS_POWERS_H
#define MARGAY_CODEGEN_KERNELS_POWERS_H

#include "codegen/kernels/RowWalk.h"

namespace margay::codegen {

struct PowerPass {
  LoadElements row, next; ///< The row, and the one whose greatest element is found.
  /// Gets the powers of so many elements, and may do more for these columns.
  llvm::function_ref<void(mlir::Value powers, mlir::Value column, int64_t count)> keep;
};

/// Rows of floats.
struct Powers {
  RowWalk walk;

  /// The greatest element of a row. Which NaN it passes over does not matter: the sums have them all.
  mlir::Value greatest(LoadElements row) const;

  struct Result {
    mlir::Value sum;      ///< Of the row's powers.
    mlir::Value greatest; ///< Of the next row.
  };
  /// The pass over a row, whose greatest element is known.
  Result pass(const PowerPass &pass, mlir::Value greatest) const;
};

/// Rows beside each other, as many as a power of two, of full vectors. What is given has one lane for each row.
struct PowersOfRows {
  RowWalk walk;
  int64_t rows;
  llvm::function_ref<mlir::Value(int64_t row, mlir::Value column)> place; ///< Where an element is.

  /// The greatest elements.
  mlir::Value greatest() const;
  /// Leaves the powers where the elements are, and gives their sums.
  mlir::Value pass(llvm::function_ref<mlir::Value(int64_t row)> greatest) const;

private:
  mlir::Value load(int64_t row, mlir::Value column, int64_t lanes) const {
    return walk.e.load(walk.e.vectorOf(walk.element, lanes), place(row, column));
  }
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_POWERS_H
