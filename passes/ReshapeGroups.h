//===- ReshapeGroups.h - which dimensions a reshape turns into which ------===//

#ifndef MARGAY_PASSES_RESHAPEGROUPS_H
#define MARGAY_PASSES_RESHAPEGROUPS_H

#include "ir/Dim.h"
#include "mlir/IR/PatternMatch.h"

namespace margay::passes {

/// Dimensions [fromBegin, fromEnd) before a reshape and [toBegin, toEnd) after it that hold the same number of
/// elements. One side is empty where the other one ends in dimensions of size 1.
struct ReshapeGroup {
  int64_t fromBegin, fromEnd, toBegin, toEnd;
};

/// Splits a reshape into the smallest groups in row-major order: [A, B, C] to [A*B, C] is {A, B} to {A*B} and {C} to
/// {C}. Nothing where the sizes of symbols would decide.
std::optional<llvm::SmallVector<ReshapeGroup>> reshapeGroups(llvm::ArrayRef<nn::DimAttr> from,
                                                             llvm::ArrayRef<nn::DimAttr> to);

/// The dimensions of y with reshape(broadcast(x, from), to) == broadcast(reshape(x, y), to), where x has dimensions
/// `source`. Nothing where a group of dimensions is repeated in part: [1, B] to [A, B] to [A*B].
std::optional<llvm::SmallVector<nn::DimAttr>> reshapeBelowBroadcast(llvm::ArrayRef<nn::DimAttr> source,
                                                                    llvm::ArrayRef<nn::DimAttr> from,
                                                                    llvm::ArrayRef<nn::DimAttr> to);

} // namespace margay::passes

#endif // MARGAY_PASSES_RESHAPEGROUPS_H
