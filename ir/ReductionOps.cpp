//===- ReductionOps.cpp - result types and checks of reductions -----------===//

#include "ir/Dim.h"
#include "ir/Ops.h"

using namespace mlir;
using namespace margay::nn;

LogicalResult ReduceOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc, ValueRange operands,
                                         DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto input = cast<RankedTensorType>(op.getInput().getType());
  int64_t previous = -1;
  for (int64_t axis : op.getAxes()) {
    if (axis <= previous || axis >= input.getRank())
      return emitOptionalError(loc, "axes must be sorted, unique and within ", input.getRank(), " dimensions");
    previous = axis;
  }
  SmallVector<DimAttr> dims;
  for (auto [axis, dim] : llvm::enumerate(dimsOf(input)))
    if (!llvm::is_contained(op.getAxes(), static_cast<int64_t>(axis)))
      dims.push_back(dim);
  types.push_back(tensorOf(dims, input.getElementType()));
  return success();
}

LogicalResult WindowOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc, ValueRange operands,
                                         DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto input = cast<RankedTensorType>(op.getInput().getType());
  int64_t rank = input.getRank(), spatial = rank - 2;
  ReduceKind kind = op.getKind();
  if (kind != ReduceKind::Sum && kind != ReduceKind::Mean && kind != ReduceKind::Max)
    return emitOptionalError(loc, "a window computes sum, mean or max");
  if (rank < 3 || rank > 5)
    return emitOptionalError(loc, "input has ", rank, " dimensions, 3 to 5 can be pooled");
  auto fits = [&](ArrayRef<int64_t> values, int64_t size, int64_t least) {
    return static_cast<int64_t>(values.size()) == size && within(values, least);
  };
  if (!fits(op.getKernel(), spatial, 1) || !fits(op.getStrides(), spatial, 1) || !fits(op.getDilations(), spatial, 1) ||
      !fits(op.getPads(), 2 * spatial, 0))
    return emitOptionalError(loc, "kernel, strides, dilations and pads do not fit ", spatial, " spatial dimensions");
  SmallVector<DimAttr> dims{dimOf(input, 0)};
  for (int64_t i = 0; i < spatial; ++i) {
    DimAttr size = windowOutput(dimOf(input, i + 1), op.getKernel()[i], op.getStrides()[i], op.getDilations()[i],
                                op.getPads()[i], op.getPads()[spatial + i], op.getCeilMode());
    if (size.isConstant() && size.getValue() < 1)
      return emitOptionalError(loc, "window is larger than the padded input in spatial dimension ", i);
    dims.push_back(size);
  }
  dims.push_back(dimOf(input, rank - 1));
  types.push_back(tensorOf(dims, input.getElementType()));
  return success();
}

LogicalResult SoftmaxOp::verify() {
  int64_t rank = getType().getRank(), axis = getAxis();
  if (axis < 0 || axis >= rank)
    return emitOpError("axis ") << axis << " is outside of " << rank << " dimensions";
  if (!isa<FloatType>(getType().getElementType()))
    return emitOpError("needs floating-point elements");
  return success();
}

static bool isAxis(int64_t axis, int64_t rank) { return axis >= 0 && axis < rank; }

LogicalResult ArgReduceOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc, ValueRange operands,
                                            DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                            SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<DimAttr> dims = dimsOf(op.getInput().getType());
  int64_t axis = op.getAxis(), rank = dims.size();
  if (op.getKind() != ReduceKind::Max && op.getKind() != ReduceKind::Min)
    return emitOptionalError(loc, "finds the position of max or min");
  if (!isAxis(axis, rank))
    return emitOptionalError(loc, "axis ", axis, " is outside of ", rank, " dimensions");
  dims.erase(dims.begin() + axis);
  types.push_back(tensorOf(dims, IntegerType::get(context, 64)));
  return success();
}

LogicalResult ScanOp::verify() {
  if (getKind() != ReduceKind::Sum && getKind() != ReduceKind::Prod)
    return emitOpError("computes sum or prod");
  if (!isAxis(getAxis(), getType().getRank()))
    return emitOpError("axis ") << int64_t(getAxis()) << " is outside of " << getType().getRank() << " dimensions";
  return success();
}

LogicalResult NormalizeOp::verify() {
  int64_t previous = -1;
  for (int64_t axis : getAxes()) {
    if (axis <= previous || axis >= getType().getRank())
      return emitOpError("axes must be sorted, unique and within ") << getType().getRank() << " dimensions";
    previous = axis;
  }
  return success();
}

LogicalResult TopKOp::verify() {
  SmallVector<DimAttr> from = dimsOf(getOperand().getType()), to = dimsOf(getValues().getType());
  int64_t rank = from.size(), axis = getAxis();
  if (!isAxis(axis, rank))
    return emitOpError("axis ") << axis << " is outside of " << rank << " dimensions";
  if (to != dimsOf(getIndices().getType()) || static_cast<int64_t>(to.size()) != rank ||
      getOperand().getType().getElementType() != getValues().getType().getElementType())
    return emitOpError("has results of wrong types");
  for (int64_t i = 0; i < rank; ++i)
    if (i != axis && from[i] != to[i])
      return emitOpError("changes dimension ") << i;
  if (from[axis].isConstant() && to[axis].isConstant() && to[axis].getValue() > from[axis].getValue())
    return emitOpError("wants ") << to[axis].getValue() << " of " << from[axis].getValue() << " elements";
  return success();
}
