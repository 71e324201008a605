//===- ControlOps.cpp - checks of regions that run by values --------------===//

#include "ir/Dim.h"
#include "ir/Ops.h"

using namespace mlir;
using namespace margay::nn;

static bool hasOneElement(Value value) {
  return cast<RankedTensorType>(value.getType()).hasStaticShape() &&
         cast<RankedTensorType>(value.getType()).getNumElements() == 1;
}

LogicalResult IfOp::verify() {
  if (!hasOneElement(getCondition()))
    return emitOpError("needs a condition of one element");
  for (Region *region : getRegions()) {
    if (region->front().getArgumentTypes() != getInputs().getTypes())
      return emitOpError("inputs and a region's arguments have different types");
    auto yield = dyn_cast<YieldOp>(region->front().back());
    if (!yield || yield.getOperandTypes() != getResultTypes())
      return emitOpError("regions must end in nn.yield of the results' types");
  }
  return success();
}

LogicalResult LoopOp::verify() {
  if ((getTrips() && !hasOneElement(getTrips())) || (getCondition() && !hasOneElement(getCondition())))
    return emitOpError("needs trips and a condition of one element");
  MLIRContext *context = getContext();
  SmallVector<Type> arguments{RankedTensorType::get({}, IntegerType::get(context, 64))};
  llvm::append_range(arguments, getCarried().getTypes());
  llvm::append_range(arguments, getInputs().getTypes());
  Block &block = getBody().front();
  if (block.getArgumentTypes() != TypeRange(arguments))
    return emitOpError("the region needs the trip's number, the carried values and the inputs as arguments");
  auto yield = dyn_cast<YieldOp>(block.back());
  size_t carried = getCarried().size();
  if (!yield || yield.getNumOperands() != getNumResults() + 1 || getNumResults() < carried)
    return emitOpError("the region must end in nn.yield of a condition and a value for each result");
  if (yield.getOperand(0).getType() != RankedTensorType::get({}, IntegerType::get(context, 1)))
    return emitOpError("the condition that is yielded must be a tensor<i1>");
  for (auto [index, result] : llvm::enumerate(getResultTypes())) {
    Type given = yield.getOperand(index + 1).getType(), wanted = result;
    if (index >= carried) {
      SmallVector<DimAttr> dims = dimsOf(result);
      if (dims.empty())
        return emitOpError("scanned result ") << index << " has no dimension for the trips";
      wanted = tensorOf(ArrayRef(dims).drop_front(), cast<RankedTensorType>(result).getElementType());
    } else if (getCarried()[index].getType() != result) {
      return emitOpError("carried value ") << index << " and its result have different types";
    }
    if (given != wanted)
      return emitOpError("result ") << index << " needs " << wanted << ", the region yields " << given;
  }
  return success();
}
