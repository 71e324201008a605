//===- LongRows.cpp - which reductions keep their totals in memory --------===//

#include "codegen/plans/LongRows.h"
#include "codegen/kernels/KernelBuilder.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

/// Shorter rows lie near enough to each other: on one page.
static constexpr int64_t fewestBytes = 4096;

/// Totals of more rows would round more often than those in registers, which are sums of shorter ones.
static constexpr int64_t mostRows = 1024;

bool codegen::reducesLongRows(nn::ReduceOp reduce) {
  auto input = reduce.getInput().getType();
  ArrayRef<int64_t> shape = input.getShape(), axes = reduce.getAxes();
  if (axes.empty() || ShapedType::isDynamic(shape.back()) ||
      shape.back() * storageBytes(input.getElementType()) < fewestBytes)
    return false;
  int64_t rows = 1;
  for (int64_t axis : axes) {
    if (ShapedType::isDynamic(shape[axis]) || shape[axis] > mostRows)
      return false;
    rows *= shape[axis];
  }
  return shape[*llvm::max_element(axes)] >= rowsJoined && rows <= mostRows;
}

int64_t codegen::longRowsScratchBytes(nn::KernelOp kernel, const Level &) {
  auto reduce = cast<nn::ReduceOp>(rootOf(kernel));
  constexpr int64_t mostBytes = 8; // of a total: that of integers may be wider than they are
  return std::min(reduce.getInput().getType().getShape().back(), mostTotals) * mostBytes;
}
