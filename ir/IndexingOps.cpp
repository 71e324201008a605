//===- IndexingOps.cpp - result types and checks of operations on positions ===//

#include "ir/Dim.h"
#include "ir/Ops.h"

using namespace mlir;
using namespace margay::nn;

static bool isAxis(int64_t axis, int64_t rank) { return axis >= 0 && axis < rank; }

LogicalResult DimsOp::inferReturnTypes(MLIRContext *context, std::optional<Location> /*loc*/, ValueRange operands,
                                       DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                       SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  int64_t size = op.getDims().getDims().size();
  types.push_back(RankedTensorType::get({size}, IntegerType::get(context, 64)));
  return success();
}

LogicalResult IotaOp::verify() {
  int64_t rank = getType().getRank();
  if (!isAxis(getAxis(), rank))
    return emitOpError("axis ") << int64_t(getAxis()) << " is outside of " << rank << " dimensions";
  return success();
}

LogicalResult SliceOp::verify() {
  auto from = getOperand().getType(), to = getType();
  ArrayRef<DimAttr> starts = getStarts().getDims();
  ArrayRef<int64_t> steps = getSteps();
  int64_t rank = from.getRank();
  if (to.getRank() != rank || static_cast<int64_t>(starts.size()) != rank || static_cast<int64_t>(steps.size()) != rank)
    return emitOpError("needs a start, a step and a result size for each of ") << rank << " dimensions";
  if (from.getElementType() != to.getElementType())
    return emitOpError("changes the element type");
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (steps[axis] == 0)
      return emitOpError("step of dimension ") << axis << " is 0";
    std::optional<int64_t> start = starts[axis].getConstant(), size = dimOf(to, axis).getConstant(),
                           whole = dimOf(from, axis).getConstant();
    if (size == 0 || !start || !size || !whole)
      continue;
    int64_t last = *start + (*size - 1) * steps[axis];
    if (*start < 0 || *start >= *whole || last < 0 || last >= *whole)
      return emitOpError("reads positions ")
             << *start << " to " << last << " of dimension " << axis << ", which has " << *whole;
  }
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool whole = getOperand().getType() == getType() &&
               llvm::all_of(getStarts().getDims(), [](DimAttr start) { return start.getConstant() == 0; }) &&
               llvm::all_of(getSteps(), [](int64_t step) { return step == 1; });
  return whole ? OpFoldResult(getOperand()) : OpFoldResult();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc, ValueRange operands,
                                      DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                      SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto operand = cast<RankedTensorType>(op.getOperand().getType()),
       value = cast<RankedTensorType>(op.getValue().getType());
  ArrayRef<DimAttr> low = op.getLow().getDims(), high = op.getHigh().getDims();
  size_t rank = operand.getRank();
  if (low.size() != rank || high.size() != rank)
    return emitOptionalError(loc, "needs as many paddings as dimensions: ", rank);
  if (value.getRank() != 0 || value.getElementType() != operand.getElementType())
    return emitOptionalError(loc, "pads ", operand.getElementType(), " with ", value,
                             "; it needs a scalar of that type");
  SmallVector<DimAttr> dims = dimsOf(operand);
  for (size_t axis = 0; axis < rank; ++axis) {
    for (DimAttr side : {low[axis], high[axis]}) {
      std::optional<int64_t> amount = side.getConstant(), size = dims[axis].getConstant();
      if (amount && *amount < 0)
        return emitOptionalError(loc, "pads dimension ", axis, " by ", *amount);
      if (!amount || !size || *amount == 0)
        continue;
      if (op.getMode() == PadMode::Reflect ? *amount >= *size : (op.getMode() != PadMode::Constant && *size == 0))
        return emitOptionalError(loc, "pads dimension ", axis, " of size ", *size, " by ", *amount,
                                 ", which its mode cannot do");
    }
    dims[axis] = dims[axis] + low[axis] + high[axis];
  }
  types.push_back(tensorOf(dims, operand.getElementType()));
  return success();
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc, ValueRange operands,
                                         DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto data = cast<RankedTensorType>(op.getData().getType());
  SmallVector<DimAttr> from = dimsOf(data), indices = dimsOf(op.getIndices().getType());
  int64_t axis = op.getAxis(), batch = op.getBatchDims();
  if (!isAxis(axis, data.getRank()))
    return emitOptionalError(loc, "axis ", axis, " is outside of ", data.getRank(), " dimensions");
  if (batch < 0 || batch > axis || batch > static_cast<int64_t>(indices.size()))
    return emitOptionalError(loc, "cannot have ", batch, " batch dimensions");
  for (int64_t i = 0; i < batch; ++i)
    if (from[i] != indices[i])
      return emitOptionalError(loc, "batch dimension ", i, " is ", from[i].str(), " in data and ", indices[i].str(),
                               " in indices");
  SmallVector<DimAttr> dims(ArrayRef(from).take_front(axis));
  llvm::append_range(dims, ArrayRef(indices).drop_front(batch));
  llvm::append_range(dims, ArrayRef(from).drop_front(axis + 1));
  types.push_back(tensorOf(dims, data.getElementType()));
  return success();
}

LogicalResult GatherElementsOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc,
                                                 ValueRange operands, DictionaryAttr attributes,
                                                 OpaqueProperties properties, RegionRange regions,
                                                 SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto data = cast<RankedTensorType>(op.getData().getType()),
       indices = cast<RankedTensorType>(op.getIndices().getType());
  int64_t axis = op.getAxis();
  if (data.getRank() != indices.getRank())
    return emitOptionalError(loc, "data has ", data.getRank(), " dimensions, indices have ", indices.getRank());
  if (!isAxis(axis, data.getRank()))
    return emitOptionalError(loc, "axis ", axis, " is outside of ", data.getRank(), " dimensions");
  for (int64_t i = 0; i < data.getRank(); ++i)
    if (std::optional<int64_t> size = dimOf(data, i).getConstant(), read = dimOf(indices, i).getConstant();
        i != axis && size && read && *read > *size)
      return emitOptionalError(loc, "dimension ", i, " of the indices is ", *read, ", that of the data ", *size);
  types.push_back(tensorOf(dimsOf(indices), data.getElementType()));
  return success();
}

LogicalResult GatherNdOp::inferReturnTypes(MLIRContext * /*context*/, std::optional<Location> loc, ValueRange operands,
                                           DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                           SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto data = cast<RankedTensorType>(op.getData().getType());
  SmallVector<DimAttr> from = dimsOf(data), indices = dimsOf(op.getIndices().getType());
  int64_t batch = op.getBatchDims(), rank = indices.size();
  std::optional<int64_t> length = rank > 0 ? indices.back().getConstant() : std::nullopt;
  if (!length)
    return emitOptionalError(loc, "indices need a constant last dimension");
  if (batch < 0 || batch >= rank || batch + *length > data.getRank())
    return emitOptionalError(loc, *length, " positions behind ", batch, " batch dimensions do not fit ", data.getRank(),
                             " dimensions");
  for (int64_t i = 0; i < batch; ++i)
    if (from[i] != indices[i])
      return emitOptionalError(loc, "batch dimension ", i, " is ", from[i].str(), " in data and ", indices[i].str(),
                               " in indices");
  SmallVector<DimAttr> dims(ArrayRef(indices).drop_back());
  llvm::append_range(dims, ArrayRef(from).drop_front(batch + *length));
  types.push_back(tensorOf(dims, data.getElementType()));
  return success();
}

LogicalResult ScatterElementsOp::verify() {
  auto data = getData().getType(), indices = getIndices().getType(), updates = getUpdates().getType();
  if (data.getRank() != indices.getRank())
    return emitOpError("data has ") << data.getRank() << " dimensions, indices have " << indices.getRank();
  if (!isAxis(getAxis(), data.getRank()))
    return emitOpError("axis ") << int64_t(getAxis()) << " is outside of " << data.getRank() << " dimensions";
  if (dimsOf(indices) != dimsOf(updates))
    return emitOpError("indices and updates have different shapes");
  if (data.getElementType() != updates.getElementType())
    return emitOpError("data and updates have different element types");
  for (int64_t i = 0; i < data.getRank(); ++i)
    if (std::optional<int64_t> size = dimOf(data, i).getConstant(), written = dimOf(indices, i).getConstant();
        i != static_cast<int64_t>(getAxis()) && size && written && *written > *size)
      return emitOpError("dimension ") << i << " of the indices is " << *written << ", that of the data " << *size;
  return success();
}

LogicalResult ScatterNdOp::verify() {
  auto data = getData().getType(), updates = getUpdates().getType();
  SmallVector<DimAttr> indices = dimsOf(getIndices().getType());
  std::optional<int64_t> length = indices.empty() ? std::nullopt : indices.back().getConstant();
  if (!length || *length > data.getRank())
    return emitOpError("indices need a constant last dimension of at most ") << data.getRank();
  SmallVector<DimAttr> dims(ArrayRef(indices).drop_back());
  llvm::append_range(dims, ArrayRef(dimsOf(data)).drop_front(*length));
  if (dims != dimsOf(updates))
    return emitOpError("needs updates of type ") << tensorOf(dims, data.getElementType()) << ", has " << updates;
  if (data.getElementType() != updates.getElementType())
    return emitOpError("data and updates have different element types");
  return success();
}
