//===- SelectionOps.cpp - checks of results whose size depends on data ----===//

#include "ir/Dim.h"
#include "ir/DimBounds.h"
#include "ir/Ops.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace margay::nn;

LogicalResult NonZeroOp::inferReturnTypes(MLIRContext *context, std::optional<Location>, ValueRange operands,
                                          DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                          SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  SmallVector<DimAttr> dims = dimsOf(op.getOperand().getType());
  Type i64 = IntegerType::get(context, 64);
  types.push_back(tensorOf({product(context, dims), constantDim(context, dims.size())}, i64));
  types.push_back(RankedTensorType::get({}, i64));
  return success();
}

LogicalResult NmsOp::verify() {
  SmallVector<DimAttr> boxes = dimsOf(getBoxes().getType()), scores = dimsOf(getScores().getType()),
                       selected = dimsOf(getSelected().getType());
  if (boxes.size() != 3 || scores.size() != 3 || boxes[2].getConstant() != 4 || boxes[0] != scores[0] ||
      boxes[1] != scores[2])
    return emitOpError("needs boxes of [batches, boxes, 4] and scores of [batches, classes, boxes]");
  if (getLeft().getType() != getScores().getType() || selected.size() != 3 || selected[0] != scores[0] ||
      selected[1] != scores[1])
    return emitOpError("has results of wrong types");
  for (Value scalar : {getLimit(), getIouThreshold(), getScoreThreshold()})
    if (cast<RankedTensorType>(scalar.getType()).getRank() != 0)
      return emitOpError("takes its limit and thresholds as scalars");
  return success();
}

StringRef PrefixOp::getSymbol() { return dimOf(getType(), 0).getSymbol(); }

LogicalResult PrefixOp::verify() {
  auto from = getOperand().getType(), to = getType();
  if (getCount().getType().getRank() != 0)
    return emitOpError("takes its count as a scalar");
  if (from.getRank() == 0 || to.getRank() != from.getRank() || from.getElementType() != to.getElementType() ||
      ArrayRef(dimsOf(from)).drop_front() != ArrayRef(dimsOf(to)).drop_front())
    return emitOpError("may change the first dimension only");
  if (dimOf(to, 0).getKind() != DimKind::Symbol)
    return emitOpError("needs a symbol as its result's first dimension");
  if ((*this)->getParentOfType<FunctionOpInterface>() && !SymbolRanges(*this).dataBound(getSymbol()))
    return emitOpError("gives a value to ") << getSymbol() << ", which does not depend on data";
  return success();
}
