//===- Combine.h - the steps of sums, products, maxima and minima ---------===//

#ifndef MARGAY_CODEGEN_KERNELS_COMBINE_H
#define MARGAY_CODEGEN_KERNELS_COMBINE_H

#include "codegen/kernels/KernelBuilder.h"

namespace margay::codegen {

/// `total` joined with `value`; NaN in either gives NaN. A mean is summed here, and divided by who knows the count.
mlir::Value combine(Emit &e, nn::ReduceKind kind, mlir::Value total, mlir::Value value, bool isUnsigned = false);

/// The larger one of two floats; `a` where either is NaN: for when it does not matter which NaN are passed over.
mlir::Value largerNumber(Emit &e, mlir::Value a, mlir::Value b);

/// What `combine` leaves the other operand with.
mlir::Value neutral(Emit &e, nn::ReduceKind kind, mlir::Type element, int64_t lanes, bool isUnsigned = false);

/// So many lanes, `lanes` or some times that, that a few chains of operations run beside each other, and nothing is
/// left over of `length` elements.
int64_t widerLanes(nn::DimAttr length, int64_t lanes);

/// Joins halves of a vector until so many lanes are left.
mlir::Value narrowed(Emit &e, mlir::Value vector, int64_t lanes,
                     llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);

/// How many vectors a sum adds up one after the other.
inline constexpr int64_t stepsOfSum = 256;

/// What is known of [from, to) of some rows' elements, in vectors of so many lanes.
using PartOfRows = llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value from, mlir::Value to, int64_t lanes)>;

/// Joins what `part` makes of `length` elements of each row: first `chains` vectors of `lanes` at a time, which do not
/// wait for each other, then single ones, then single elements. Lanes are joined in a fixed tree.
llvm::SmallVector<mlir::Value> joinParts(Emit &e, mlir::Value length, int64_t lanes, int64_t chains, PartOfRows part,
                                         llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);

/// What is joined: the kind, and elements as they are computed with.
struct Joining {
  Emit &e;
  nn::ReduceKind kind;
  mlir::Type element;
  bool isUnsigned = false;

  mlir::Value combine(mlir::Value total, mlir::Value value) const {
    return codegen::combine(e, kind, total, value, isUnsigned);
  }
  mlir::Value neutral(int64_t lanes) const { return codegen::neutral(e, kind, element, lanes, isUnsigned); }

  /// Joins `values(index)`, a vector of `lanes` for each of `rows`, for each `step`-th index of [from, to). Long sums
  /// are sums of shorter ones, so that they round less often.
  llvm::SmallVector<mlir::Value>
  ranges(mlir::Value from, mlir::Value to, int64_t step, int64_t lanes, int64_t rows,
         llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value index)> values) const;

  /// The same of one row.
  mlir::Value range(mlir::Value from, mlir::Value to, int64_t step, int64_t lanes,
                    llvm::function_ref<mlir::Value(mlir::Value index)> value) const;

  /// Joins `terms(index, lanes)`, the elements from an index on of each of `rows`, for all of `length` elements.
  llvm::SmallVector<mlir::Value>
  elements(mlir::Value length, int64_t lanes, int64_t chains, int64_t rows,
           llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value index, int64_t lanes)> terms) const;
};

} // namespace margay::codegen

#endif // MARGAY_CODEGEN_KERNELS_COMBINE_H
