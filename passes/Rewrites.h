//===- Rewrites.h - small constructors and questions that passes share ----===//

#ifndef MARGAY_PASSES_REWRITES_H
#define MARGAY_PASSES_REWRITES_H

#include "ir/Dim.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"

namespace margay::passes {

/// Whether two tensor types have the same dimensions; element types may differ.
bool sameShape(mlir::Type a, mlir::Type b);

/// The tensor type with the dimensions of `shape` and these elements.
mlir::RankedTensorType withElement(mlir::Type shape, mlir::Type element);

/// The one number that all elements of a constant are, also where it is repeated or has other dimensions; nothing where
/// they differ or there are none.
std::optional<double> splatOf(mlir::Value value);

mlir::Type elementOf(mlir::Value value);
int64_t rankOf(mlir::Value value);

/// nn.reshape to these dimensions, or `value` itself where it has them. A reshape of a reshape is one.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                      llvm::ArrayRef<nn::DimAttr> dims);

/// Whether a permutation of these dimensions moves nothing but dimensions of size 1, so that the elements stay where
/// they are.
bool movesOnlyUnits(llvm::ArrayRef<nn::DimAttr> dims, llvm::ArrayRef<int64_t> permutation);

/// The value with result dimension i from dimension permutation[i]: nn.transpose, or nn.reshape where only dimensions
/// of size 1 move, or `value` itself where nothing does. A transpose of a transpose is one.
mlir::Value transposeBy(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                        llvm::ArrayRef<int64_t> permutation);

/// The elements permuted as a transpose permutes dimensions: result i is values[permutation[i]].
template <typename T> llvm::SmallVector<T> permuted(llvm::ArrayRef<T> values, llvm::ArrayRef<int64_t> permutation) {
  return llvm::map_to_vector(permutation, [&](int64_t axis) { return values[axis]; });
}

/// nn.broadcast to these dimensions, or `value` itself where it has them.
mlir::Value broadcastTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                        llvm::ArrayRef<nn::DimAttr> dims);

/// Clones a one-result operation with other operands and another result type; attributes and location stay.
mlir::Value cloneWith(mlir::OpBuilder &builder, mlir::Operation *op, mlir::ValueRange operands, mlir::Type result);

/// The functions of the module that have a body.
llvm::SmallVector<mlir::func::FuncOp> functionsOf(mlir::ModuleOp module);

/// Erases parameters that nothing reads and that are not trainable.
void eraseUnreadParams(mlir::ModuleOp module);

/// Applies the patterns greedily in each function of the module; warns where that does not come to an end.
void applyInFunctions(mlir::ModuleOp module, const mlir::FrozenRewritePatternSet &patterns);

} // namespace margay::passes

#endif // MARGAY_PASSES_REWRITES_H
