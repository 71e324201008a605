//===- ShapeOps.cpp - result types, checks and folds of rearrangements ----===//

#include "ir/Dim.h"
#include "ir/Ops.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace margay::nn;

LogicalResult BroadcastOp::verify() {
  SmallVector<DimAttr> from = dimsOf(getOperand().getType()), to = dimsOf(getType());
  if (from.size() != to.size())
    return emitOpError("operand has ") << from.size() << " dimensions, result has " << to.size();
  if (getOperand().getType().getElementType() != getType().getElementType())
    return emitOpError("changes the element type");
  for (auto [axis, sizes] : llvm::enumerate(llvm::zip_equal(from, to))) {
    auto [source, target] = sizes;
    if (source != target && source.getConstant() != 1)
      return emitOpError("dimension ") << axis << " is " << source.str() << ", which cannot be repeated to "
                                       << target.str();
  }
  return success();
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  return getOperand().getType() == getType() ? OpFoldResult(getOperand()) : OpFoldResult();
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc, ValueRange operands,
                                         DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  if (operands.empty())
    return emitOptionalError(loc, "nothing to join");
  auto first = cast<RankedTensorType>(operands.front().getType());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= first.getRank())
    return emitOptionalError(loc, "axis ", axis, " is outside of ", first.getRank(), " dimensions");
  SmallVector<DimAttr> dims = dimsOf(first);
  for (Value operand : operands.drop_front()) {
    auto type = cast<RankedTensorType>(operand.getType());
    if (type.getRank() != first.getRank() || type.getElementType() != first.getElementType())
      return emitOptionalError(loc, "joins tensors of different rank or element type");
    for (auto [i, dim] : llvm::enumerate(dimsOf(type))) {
      if (static_cast<int64_t>(i) == axis)
        dims[i] = dims[i] + dim;
      else if (dims[i] != dim)
        return emitOptionalError(loc, "dimension ", i, " is ", dims[i].str(), " in one input and ", dim.str(),
                                 " in another");
    }
  }
  types.push_back(tensorOf(dims, first.getElementType()));
  return success();
}

LogicalResult ReshapeOp::verify() {
  if (getOperand().getType().getElementType() != getType().getElementType())
    return emitOpError("changes the element type");
  DimAttr from = product(getContext(), dimsOf(getOperand().getType())), to = product(getContext(), dimsOf(getType()));
  if (from.isConstant() && to.isConstant() && from != to)
    return emitOpError("operand has ") << from.str() << " elements, result has " << to.str();
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getOperand().getType() == getType())
    return getOperand();
  // reshape(reshape(x)) == reshape(x)
  if (auto inner = getOperand().getDefiningOp<ReshapeOp>()) {
    getOperandMutable().assign(inner.getOperand());
    return getResult();
  }
  return {};
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc, ValueRange operands,
                                            DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                            SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto operand = cast<RankedTensorType>(op.getOperand().getType());
  if (!isPermutationVector(op.getPermutation()) ||
      static_cast<int64_t>(op.getPermutation().size()) != operand.getRank())
    return emitOptionalError(loc, "permutation does not name each of ", operand.getRank(), " dimensions once");
  SmallVector<DimAttr> from = dimsOf(operand);
  auto dims = llvm::map_to_vector(op.getPermutation(), [&](int64_t axis) { return from[axis]; });
  types.push_back(tensorOf(dims, operand.getElementType()));
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  ArrayRef<int64_t> permutation = getPermutation();
  if (llvm::is_sorted(permutation))
    return getOperand();
  // transpose(transpose(x, p), q) == transpose(x, p[q[i]])
  if (auto inner = getOperand().getDefiningOp<TransposeOp>()) {
    auto composed = llvm::map_to_vector(permutation, [&](int64_t axis) { return inner.getPermutation()[axis]; });
    getOperandMutable().assign(inner.getOperand());
    setPermutation(composed);
    return getResult();
  }
  return {};
}
