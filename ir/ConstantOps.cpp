//===- ConstantOps.cpp - checks of constants and parameters ---------------===//

#include "ir/Ops.h"

using namespace mlir;
using namespace margay::nn;

LogicalResult ConstantOp::verify() {
  if (getValue().getType() != getType())
    return emitOpError("value has type ") << getValue().getType() << ", result has " << getType();
  if (getType().getNumElements() > maxInlineElements)
    return emitOpError("has ") << getType().getNumElements() << " elements; more than " << maxInlineElements
                               << " belong in an nn.param";
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ParamOp::verify() {
  if (getValue().getType() != getType())
    return emitOpError("value has type ") << getValue().getType() << ", the parameter has " << getType();
  return success();
}

LogicalResult GetOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto param = symbols.lookupNearestSymbolFrom<ParamOp>(*this, getParamAttr());
  if (!param)
    return emitOpError("no parameter is called ") << getParam();
  if (param.getType() != getType())
    return emitOpError("has type ") << getType() << ", the parameter has " << param.getType();
  return success();
}
