//===- ReduceUnits.cpp - what threads share of a reduction to one row -----===//

#include "codegen/plans/ReduceUnits.h"
#include "codegen/kernels/KernelBuilder.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

bool codegen::reducesToOneRow(nn::ReduceOp reduce) {
  ArrayRef<int64_t> shape = reduce.getInput().getType().getShape();
  for (auto [axis, size] : llvm::enumerate(shape.drop_back()))
    if (size != 1 && !llvm::is_contained(reduce.getAxes(), static_cast<int64_t>(axis)))
      return false;
  return !ShapedType::isDynamic(shape.back());
}

nn::DimAttr codegen::reduceColumnUnits(nn::KernelOp kernel) {
  nn::DimAttr columns = nn::dimsOf(rootOf(kernel)->getOperand(0).getType()).back();
  return nn::ceilDiv(columns, reduceUnitColumns);
}
