//===- ConvUnits.cpp - what threads share of a direct convolution ---------===//

#include "codegen/plans/ConvUnits.h"
#include "codegen/kernels/KernelBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

bool codegen::sharesColumns(nn::KernelOp kernel) {
  auto conv = cast<nn::ConvOp>(rootOf(kernel));
  auto result = conv.getType();
  bool isOneRow = result.getRank() == 3 || (result.getRank() == 4 && result.getDimSize(1) == 1);
  return isOneRow && conv.getGroups() == 1 && result.getShape().back() > convUnitColumns;
}

nn::DimAttr codegen::convUnits(nn::KernelOp kernel) {
  SmallVector<nn::DimAttr> dims = nn::dimsOf(rootOf(kernel)->getResult(0).getType());
  int64_t columns = dims.back().getConstant().value_or(1);
  dims.pop_back_n(2);
  nn::DimAttr rows = nn::product(kernel.getContext(), dims);
  if (!sharesColumns(kernel))
    return rows;
  return rows * nn::constantDim(kernel.getContext(), llvm::divideCeil(columns, convUnitColumns));
}
